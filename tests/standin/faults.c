#include "faults.h"

#include "vars.h"

#include "cutover/str.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static bool hang_up(Run *run)
{
    run->session->wire.broken = true;
    buf_reset(&run->session->wire.out);
    shutdown(run->session->fd, SHUT_RDWR);
    return run_fail(run, "57P01", "standin: the connection is closed, as a test has asked");
}

/* On a connection of its own: the count must stay when the session's transaction fails. */
static PGresult *ask(Run *run, const char *text)
{
    const char *const values[] = {text, vars_get(run->session, "application_name")};
    Server *server = run->session->server;
    pthread_mutex_lock(&server->control_lock);
    PGresult *result = PQexecParams(server->control, "SELECT * FROM standin.next_fault($1, $2)", 2,
                                    NULL, values, NULL, NULL, 0);
    pthread_mutex_unlock(&server->control_lock);
    arena_defer(run->arena, (void (*)(void *))PQclear, result);
    return result;
}

/* One that cannot be read points at its last character. */
static bool refuse(Run *run, const char *code, const char *message, const char *text)
{
    run_fail(run, *code ? code : "XX000", "%s", *message ? message : "standin: refused");
    run->err.line = str_eq(code, "42601") ? (int)strlen(text) : 0;
    return false;
}

static bool act(Run *run, const PGresult *fault, const char *text)
{
    const char *action = PQgetvalue(fault, 0, 0);
    if (str_eq(action, "refuse")) {
        return refuse(run, PQgetvalue(fault, 0, 1), PQgetvalue(fault, 0, 2), text);
    }
    if (str_eq(action, "close_before")) {
        return hang_up(run);
    }
    run->session->close_after = str_eq(action, "close_after");
    usleep((useconds_t)(atoll(PQgetvalue(fault, 0, 3)) * 1000));
    return true;
}

bool faults_before(Run *run, const char *text)
{
    Server *server = run->session->server;
    run->session->close_after = false;
    if (strstr(text, "standin_control")) {
        atomic_store(&server->faults, true);
        return true;
    }
    if (!atomic_load(&server->faults)) {
        return true;
    }
    const PGresult *fault = ask(run, text);
    return PQresultStatus(fault) != PGRES_TUPLES_OK || PQntuples(fault) == 0 ||
           act(run, fault, text);
}

bool faults_after(Run *run)
{
    return !run->session->close_after || hang_up(run);
}
