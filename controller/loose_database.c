#include "loose_database.h"

#include "cutover/journal.h"

bool loose_database_open(const Cli *cli, const EnvironmentConfig *environment, LooseDatabase *in,
                         const Database **database, Diags *diags, Err *err)
{
    *in = (LooseDatabase){.introspect.arena = cli->arena};
    *database = NULL;
    if (!cli->materialize) {
        return true;
    }
    if (!context_load(cli, cli->arena, &in->context, diags, err)) {
        return false;
    }
    const char *name = environment ? environment->name : "no environment (give --environment)";
    const Settings *settings = &in->context.settings;
    bool allowed = environment && settings_introspection(settings, name);
    *database = &in->database;
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

bool loose_database_close(LooseDatabase *in, Err *err)
{
    introspect_close(&in->introspect);
    session_end(&in->session);
    *err = in->introspect.lost;
    return err->kind == ERR_NONE;
}
