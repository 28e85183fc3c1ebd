#include "loose_database.h"

#include "session.h"

#include "cutover/introspect.h"
#include "cutover/journal.h"

typedef struct LooseDatabase {
    Context context;
    Session session;
    Introspect introspect;
    Database database;
} LooseDatabase;

/* Connects when the controller's file lets ENVIRONMENT ask. */
static bool open_database(const Cli *cli, const EnvironmentConfig *environment, LooseDatabase *in,
                          Diags *diags, Err *err)
{
    *in = (LooseDatabase){.introspect.arena = cli->arena};
    if (!context_load(cli, cli->arena, &in->context, diags, err)) {
        return false;
    }
    const char *name = environment ? environment->name : "no environment (give --environment)";
    const Settings *settings = &in->context.settings;
    bool allowed = environment && settings_introspection(settings, name);
    in->session.context = &in->context;
    if (allowed && !session_connect(&in->session, cli->arena, err)) {
        return false;
    }
    Journal journal = {.cluster = settings->record_cluster};
    in->introspect.pg = in->session.pg;
    in->database = introspect_database(&in->introspect, allowed, name);
    return !allowed ||
           journal_use_cluster(in->session.pg, cli->arena, &journal, PASS_STATEMENT_MS, err);
}

DbtProject *loose_database_read(const Cli *cli, const EnvironmentConfig *environment,
                                DbtOptions *options, Diags *diags, Err *err)
{
    LooseDatabase in;
    DbtProject *project = NULL;
    if (open_database(cli, environment, &in, diags, err)) {
        options->database = &in.database;
        project = dbt_read(cli->arena, options, diags);
        *err = in.introspect.lost;
    }
    introspect_close(&in.introspect);
    session_end(&in.session);
    return err->kind == ERR_NONE ? project : NULL;
}
