#include "session.h"

#include "cursor.h"
#include "errors.h"
#include "extended.h"
#include "faults.h"
#include "statement.h"
#include "txn.h"
#include "vars.h"

#include "cutover/str.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#define PROTOCOL_3 196608
#define SSL_REQUEST 80877103
#define GSS_REQUEST 80877104
#define CANCEL_REQUEST 80877102

/* --- errors, notices, PostgreSQL --- */

bool run_fail(Run *run, const char *sqlstate, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    run->err = (Err){.kind = ERR_INPUT, .message = arena_vprintf(run->arena, format, args)};
    va_end(args);
    snprintf(run->err.sqlstate, sizeof run->err.sqlstate, "%s", sqlstate);
    return false;
}

void session_notice(Session *session, Arena *arena, const char *sqlstate, const char *hint,
                    const char *format, ...)
{
    va_list args;
    va_start(args, format);
    Err notice = {.message = arena_vprintf(arena, format, args), .hint = hint};
    va_end(args);
    snprintf(notice.sqlstate, sizeof notice.sqlstate, "%s", sqlstate);
    wire_notice(&session->wire, &notice);
}

/* Only what our own SQL raises: PostgreSQL's own notices are not Materialize's. */
static void pass_notice(void *arg, const PGresult *result)
{
    Session *session = arg;
    const char *context = PQresultErrorField(result, PG_DIAG_CONTEXT);
    const char *line_end = context ? strchr(context, '\n') : NULL;
    const char *raised = context ? strstr(context, "at RAISE") : NULL;
    if (session->mute_notices || !raised || (line_end && raised > line_end)) {
        return;
    }
    Err notice = {.message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY),
                  .detail = PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL),
                  .hint = PQresultErrorField(result, PG_DIAG_MESSAGE_HINT)};
    snprintf(notice.sqlstate, sizeof notice.sqlstate, "%s",
             PQresultErrorField(result, PG_DIAG_SQLSTATE));
    wire_notice(&session->wire, &notice);
}

PGresult *session_sql(Run *run, const char *sql, int count, const char *const *values)
{
    PGresult *result = count
                           ? PQexecParams(run->session->pg, sql, count, NULL, values, NULL, NULL, 0)
                           : PQexec(run->session->pg, sql);
    arena_defer(run->arena, (void (*)(void *))PQclear, result);
    ExecStatusType status = PQresultStatus(result);
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) {
        return result;
    }
    errors_from_result(run, result, true);
    return NULL;
}

static const char *without_blanks(Arena *arena, const char *list)
{
    StrVec parts = str_split(arena, list, ',');
    vec_each (const char *, part, &parts) {
        *part = str_trim(arena, *part);
    }
    return str_join(arena, &parts, ",");
}

bool session_sync(Run *run)
{
    Session *session = run->session;
    if (!session->settings_changed) {
        return true;
    }
    const char *const values[] = {
        vars_get(session, "database"), without_blanks(run->arena, vars_get(session, "search_path")),
        vars_get(session, "cluster"), vars_get(session, "enable_session_rbac_checks")};
    session->settings_in_transaction |= session->txn.in_postgres;
    session->settings_changed = false;
    return session_sql(run,
                       "SELECT set_config('standin.database', $1, false), "
                       "set_config('standin.search_path', $2, false), "
                       "set_config('standin.cluster', $3, false), "
                       "set_config('standin.rbac', $4, false)",
                       4, values) != NULL;
}

/* --- the simple protocol --- */

static Run new_run(Session *session, Arena *arena, const Statement *statement)
{
    return (Run){.session = session, .arena = arena, .statement = statement};
}

static bool run_all(Session *session, Arena *arena, const Statements *statements)
{
    bool several = statements->count > 1;
    vec_each (Statement, statement, statements) {
        Run run = new_run(session, arena, statement);
        if (several && !statement->kind->ends_transaction) {
            txn_begin_implicit(session);
        }
        if (!statement_run(&run)) {
            return false;
        }
    }
    Run end = new_run(session, arena, NULL);
    if (!txn_end_implicit(&end)) {
        wire_error(&session->wire, "ERROR", &end.err);
        return false;
    }
    return true;
}

static void your_turn(Session *session)
{
    txn_rest(session);
    wire_ready(&session->wire, txn_status(session));
}

static void simple_query(Session *session, const char *text)
{
    Arena *arena = arena_new();
    Statements statements = {0};
    Run run = new_run(session, arena, NULL);
    if (!statement_split(arena, text, &statements, &run.err) || !faults_before(&run, text)) {
        txn_failed(session);
        wire_error(&session->wire, "ERROR", &run.err);
    } else if (statements.count == 0) {
        wire_begin(&session->wire, 'I');
        wire_end(&session->wire);
    } else {
        run_all(session, arena, &statements);
        faults_after(&run);
    }
    your_turn(session);
    arena_free(arena);
}

/* --- the loop --- */

static void too_large(Session *session, Arena *arena)
{
    Err err;
    err_set(arena, &err, ERR_LIMIT, "ST0007", "message larger than %d bytes", WIRE_MESSAGE_MAX);
    memcpy(err.sqlstate, "54000", 6);
    txn_failed(session);
    wire_error(&session->wire, "ERROR", &err);
}

/* False: the session is over. */
static bool handle(Session *session, WireMessage *message, Arena *arena, bool *skipping)
{
    switch (message->type) {
    case 'X':
        return false;
    case 'S':
        *skipping = false;
        your_turn(session);
        return true;
    case 'H':
        wire_flush(&session->wire);
        return true;
    case 'Q':
        if (message->oversized) {
            too_large(session, arena);
            your_turn(session);
            return true;
        }
        simple_query(session, wire_get_text(message));
        return true;
    case 'P':
    case 'B':
    case 'D':
    case 'E':
    case 'C':
        if (message->oversized) {
            too_large(session, arena);
            *skipping = true;
        } else if (!*skipping) {
            *skipping = !extended_message(session, message);
        }
        return true;
    default: /* what is left of a COPY */
        return message->type == 'd' || message->type == 'c' || message->type == 'f';
    }
}

static void refuse(Session *session, const char *sqlstate, const char *message)
{
    Err err = {.message = message};
    memcpy(err.sqlstate, sqlstate, 6);
    wire_error(&session->wire, "FATAL", &err);
    wire_flush(&session->wire);
}

/* Not before the first statement: a client that only holds its connection costs no more than a thread. */
static bool open_postgres(Session *session, Arena *arena)
{
    Run run = new_run(session, arena, NULL);
    session->pg = PQconnectdb(postgres_conninfo(arena, &session->server->pg, NULL));
    PQsetNoticeReceiver(session->pg, pass_notice, session);
    const char *const values[] = {session->uuid, arena_printf(arena, "%d", session->connection_id),
                                  session->user};
    if (!session_sql(&run, "SET search_path = mz_catalog, pg_catalog; SET lock_timeout = '60s'", 0,
                     NULL) ||
        !session_sql(&run, "SELECT standin.session_begin($1::uuid, $2::bigint, $3)", 3, values) ||
        !session_sync(&run)) {
        refuse(session, "XX000", run.err.message);
        return false;
    }
    return true;
}

/* What a client says after its start: with a PostgreSQL session of its own, unless it only says good-bye. */
static bool answer(Session *session, WireMessage *message, Arena *arena, bool *skipping)
{
    bool leaving = message->type == 'X';
    if (!leaving && !session->pg && !open_postgres(session, arena)) {
        return false;
    }
    if (!leaving && !memchr("SHQPBDECdcf", message->type, sizeof "SHQPBDECdcf" - 1)) {
        refuse(session, "08P01",
               arena_printf(arena, "invalid frontend message type %d", message->type));
        return false;
    }
    return handle(session, message, arena, skipping);
}

static void serve_messages(Session *session)
{
    bool skipping = false, more = true;
    while (more && !session->wire.broken) {
        Arena *arena = arena_new();
        WireMessage message;
        more = wire_read(&session->wire, arena, &message) &&
               answer(session, &message, arena, &skipping);
        if (message.invalid) {
            refuse(session, "08P01", "invalid message length");
            more = false;
        }
        arena_free(arena);
    }
}

/* --- start --- */

static void cancel(Server *server, int connection_id, int secret)
{
    pthread_mutex_lock(&server->lock);
    for (Session *it = server->sessions; it; it = it->next) {
        if (it->connection_id == connection_id && it->secret == secret && it->pg) {
            char text[256];
            PGcancel *handle = PQgetCancel(it->pg);
            atomic_store(&it->cancelled, true);
            PQcancel(handle, text, sizeof text);
            PQfreeCancel(handle);
        }
    }
    pthread_mutex_unlock(&server->lock);
}

static void start_variable(Session *session, Arena *arena, const char *name, const char *value)
{
    Err err = {0};
    if (!vars_startup(session, arena, name, value, &err)) {
        session_notice(session, arena, err.sqlstate, NULL, "startup setting %s not set: %s", name,
                       err.message);
    }
}

/* "-c k=v -ck=v --k=v"; a backslash keeps a blank. */
static void start_options(Session *session, Arena *arena, const char *options)
{
    Buf word = buf_new(arena, 4096);
    for (const char *p = options;; p++) {
        if (*p == '\\' && p[1]) {
            buf_char(&word, *++p);
        } else if (*p && *p != ' ') {
            buf_char(&word, *p);
        } else {
            const char *setting = word.length ? word.data : "";
            setting += str_starts(setting, "--") || str_starts(setting, "-c") ? 2 : 0;
            const char *equals = strchr(setting, '=');
            if (equals) {
                start_variable(session, arena,
                               arena_strndup(arena, setting, (size_t)(equals - setting)),
                               equals + 1);
            }
            buf_reset(&word);
        }
        if (!*p) {
            return;
        }
    }
}

static bool start_parameters(Session *session, Arena *arena, WireMessage *message)
{
    for (;;) {
        const char *name = wire_get_text(message);
        if (!*name) {
            break;
        }
        const char *value = wire_get_text(message);
        if (str_eq(name, "user")) {
            session->user = arena_strdup(session->arena, value);
        } else if (str_eq(name, "options")) {
            start_options(session, arena, value);
        } else {
            start_variable(session, arena, name, value);
        }
    }
    if (!session->user) {
        refuse(session, "28000", "no user name given");
    }
    return session->user != NULL;
}

#define WELCOME                                                                                    \
    "This is the stand-in of Cutover, not Materialize: for tests and a first try, never for "      \
    "production."

static void greet(Session *session, Arena *arena)
{
    Wire *wire = &session->wire;
    vars_report(session);
    wire_begin(wire, 'K');
    wire_int(wire, session->connection_id, 4);
    wire_int(wire, session->secret, 4);
    wire_end(wire);
    if (vars_on(session, "welcome_message")) {
        session_notice(session, arena, "00000", NULL, WELCOME);
    }
    wire_ready(wire, 'I');
}

/* SSLRequest and GSSENCRequest are answered with N; false when no session follows. */
static bool negotiate(Session *session, Arena *arena, WireMessage *message)
{
    for (int i = 0; i < 4; i++) {
        if (!wire_read_startup(&session->wire, arena, message)) {
            if (message->invalid || message->oversized) {
                refuse(session, "08P01", "invalid length of the startup packet");
            }
            return false;
        }
        int code = wire_get_int(message, 4);
        if (code == PROTOCOL_3) {
            return true;
        }
        if (code == CANCEL_REQUEST) {
            int connection_id = wire_get_int(message, 4), secret = wire_get_int(message, 4);
            cancel(session->server, connection_id, secret);
            return false;
        }
        if (code != SSL_REQUEST && code != GSS_REQUEST) {
            refuse(session, "08004",
                   "server does not support the client's requested protocol "
                   "version");
            return false;
        }
        wire_bytes(&session->wire, "N", 1);
        wire_flush(&session->wire);
    }
    return false;
}

static void authenticate(Session *session)
{
    wire_begin(&session->wire, 'R');
    wire_int(&session->wire, 0, 4);
    wire_end(&session->wire);
}

static const char *new_uuid(Arena *arena, int *secret)
{
    unsigned char b[20];
    getrandom(b, sizeof b, 0);
    memcpy(secret, b + 16, sizeof *secret);
    return arena_printf(arena,
                        "%02x%02x%02x%02x-%02x%02x-4%01x%02x-a%01x%02x-%02x%02x%02x%02x%02x%02x",
                        b[0], b[1], b[2], b[3], b[4], b[5], b[6] & 15, b[7], b[8] & 15, b[9], b[10],
                        b[11], b[12], b[13], b[14], b[15]);
}

static void enlist(Session *session)
{
    Server *server = session->server;
    pthread_mutex_lock(&server->lock);
    session->connection_id = ++server->next_connection;
    session->next = server->sessions;
    server->sessions = session;
    pthread_mutex_unlock(&server->lock);
}

static void delist(Session *session)
{
    Server *server = session->server;
    pthread_mutex_lock(&server->lock);
    for (Session **it = &server->sessions; *it; it = &(*it)->next) {
        if (*it == session) {
            *it = session->next;
            break;
        }
    }
    PGconn *pg = session->pg;
    session->pg = NULL;
    pthread_mutex_unlock(&server->lock);
    PQfinish(pg);
}

static void end_session(Session *session)
{
    if (session->pg) {
        const char *const values[] = {session->uuid};
        txn_abandon(session);
        PQclear(PQexecParams(session->pg, "SELECT standin.session_end($1::uuid)", 1, NULL, values,
                             NULL, NULL, 0));
    }
    extended_close_all(session);
    delist(session);
}

void session_serve(Server *server, int fd)
{
    Arena *arena = arena_new(), *startup = arena_new();
    Session *session = arena_make(arena, Session);
    WireMessage message;
    session->server = server;
    session->arena = arena;
    session->fd = fd;
    wire_init(&session->wire, fd, arena);
    vars_init(session);
    if (negotiate(session, startup, &message)) {
        session->uuid = new_uuid(arena, &session->secret);
        enlist(session);
        authenticate(session);
        if (start_parameters(session, startup, &message)) {
            greet(session, startup);
            serve_messages(session);
        }
        end_session(session);
    }
    arena_free(startup);
    arena_free(arena);
}
