#include "ddl.h"

#include "errors.h"
#include "names.h"
#include "txn.h"

#include "cutover/str.h"

static bool command(Run *run, const char *sql)
{
    return session_sql(run, sql, 0, NULL) != NULL;
}

const char *ddl_revision(Run *run)
{
    PGresult *result = session_sql(run, "SELECT revision FROM standin.meta", 0, NULL);
    return result ? arena_strdup(run->arena, PQgetvalue(result, 0, 0)) : NULL;
}

static bool still_at(Run *run, const char *revision)
{
    PGresult *result = session_sql(run, "SELECT standin.lock()", 0, NULL);
    if (!result) {
        return false;
    }
    if (!revision || str_eq(PQgetvalue(result, 0, 0), revision)) {
        return true;
    }
    run_fail(run, "40001",
             "another session modified the catalog while this DDL transaction was open");
    run->err.hint =
        "Currently, DDL transactions fail when any other DDL happens concurrently, even "
        "on unrelated schemas/clusters.";
    return false;
}

static bool call_all(Run *run, const DdlCall *calls, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *const values[] = {calls[i].kind, calls[i].args, calls[i].text};
        PGresult *result = PQexecParams(run->session->pg, "SELECT standin.ddl($1, $2::jsonb, $3)",
                                        3, NULL, values, NULL, NULL, 0);
        arena_defer(run->arena, (void (*)(void *))PQclear, result);
        if (PQresultStatus(result) != PGRES_TUPLES_OK) {
            errors_from_result(run, result, true);
            return false;
        }
    }
    return true;
}

static bool apply_locked(Run *run, const DdlCall *calls, size_t count, const char *revision,
                         bool rehearse)
{
    if (!command(run, "BEGIN; SET LOCAL lock_timeout = '20s'")) {
        return false;
    }
    bool ok = still_at(run, revision) && call_all(run, calls, count);
    PQclear(PQexec(run->session->pg, ok && !rehearse ? "COMMIT" : "ROLLBACK"));
    if (ok && !rehearse) {
        return names_reload(run->session->server, run->arena, &run->err);
    }
    return ok;
}

bool ddl_apply(Run *run, const DdlCall *calls, size_t count, const char *revision, bool rehearse)
{
    Session *session = run->session;
    if (!session_sync(run)) {
        return false;
    }
    pthread_mutex_lock(&session->server->ddl);
    session->mute_notices = rehearse;
    bool ok = apply_locked(run, calls, count, revision, rehearse);
    session->mute_notices = false;
    pthread_mutex_unlock(&session->server->ddl);
    return ok;
}

bool ddl_execute(Run *run)
{
    DdlStatement ddl;
    if (run->session->txn.state == TXN_IMPLICIT && run->statement->class == CLASS_DDL) {
        return run_fail(run, "25001", "%s cannot be run inside a transaction block",
                        run->statement->text);
    }
    return ddl_parse(run, &ddl) && txn_ddl(run, &ddl);
}
