#include "cutover/pg.h"

#include "cutover/buf.h"
#include "cutover/str.h"

#include <ctype.h>
#include <libpq-fe.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SESSION_OPTIONS                                                                            \
    "--auto_route_catalog_queries=on --welcome_message=off "                                       \
    "--current_object_missing_warnings=off --transaction_isolation=strict\\ serializable"
#define ROLLBACK_TIMEOUT_MS 10000

struct Pg {
    Arena *arena; /* of the connection's whole life */
    PGconn *conn; /* NULL once it is closed */
    int stop_fd;
    const char *database, *user, *address;
    Arena *notice_arena; /* of the last statement */
    PgNotices notices;
    PgTrace trace;
    void *trace_ctx;
    int64_t statements;
};

typedef struct Deadline {
    int64_t at_ms; /* on the monotonic clock */
    int64_t total_ms;
} Deadline;

static int64_t clock_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static Deadline deadline_in(int64_t timeout_ms)
{
    return (Deadline){clock_ms() + timeout_ms, timeout_ms};
}

static const char *one_line(Arena *arena, const char *text)
{
    char *copy = arena_strdup(arena, text);
    for (char *p = copy; p && *p; p++) {
        *p = *p == '\n' || *p == '\r' ? ' ' : *p;
    }
    return copy ? str_trim(arena, copy) : NULL;
}

/* --- closing --- */

static void hang_up(Pg *pg)
{
    if (pg->conn) {
        PQfinish(pg->conn);
        pg->conn = NULL;
    }
}

void pg_close(Pg *pg)
{
    if (pg) {
        hang_up(pg);
        arena_free(pg->notice_arena);
        arena_free(pg->arena);
    }
}

bool pg_usable(const Pg *pg)
{
    return pg->conn && PQstatus(pg->conn) == CONNECTION_OK;
}

/* --- waiting --- */

/* Waits until the socket is ready for EVENTS. Anything else closes the connection: what was sent
 * goes on without us, and its answer must never be taken for that of a later statement. */
static bool wait_socket(Pg *pg, Arena *arena, short events, Deadline deadline, Err *err)
{
    struct pollfd fds[2] = {{.fd = PQsocket(pg->conn), .events = events},
                            {.fd = pg->stop_fd, .events = POLLIN}};
    for (;;) {
        int64_t left = deadline.at_ms - clock_ms();
        int ready = left > 0 ? poll(fds, 2, left > 60000 ? 60000 : (int)left) : 0;
        if (fds[1].revents && ready > 0) {
            hang_up(pg);
            return err_set(arena, err, ERR_CANCELLED, "CO5008", "stopped while waiting for %s",
                           pg->address);
        }
        if (ready > 0) {
            return true;
        }
        if (left <= 0) {
            hang_up(pg);
            return err_set(arena, err, ERR_TIMEOUT, "CO5007", "%s did not answer within %lld ms",
                           pg->address, (long long)deadline.total_ms);
        }
    }
}

/* --- errors --- */

static const struct {
    const char *sqlstate; /* or its beginning */
    ErrKind kind;
    const char *code;
} classes[] = {
    {"40001", ERR_CONFLICT, "CO5004"},  {"42501", ERR_DENIED, "CO5005"},
    {"28", ERR_DENIED, "CO5002"},       {"57014", ERR_TIMEOUT, "CO5007"},
    {"57P", ERR_UNAVAILABLE, "CO5006"}, {"08", ERR_UNAVAILABLE, "CO5006"},
    {"53", ERR_UNAVAILABLE, "CO5006"},  {"MZ010", ERR_UNAVAILABLE, "CO5006"},
    {"MZ011", ERR_DENIED, "CO5002"},    {"", ERR_INPUT, "CO5009"},
};

static bool fail_with(Arena *arena, Err *err, const char *sqlstate, const char *message)
{
    size_t i = 0;
    while (!str_starts(sqlstate, classes[i].sqlstate)) {
        i++;
    }
    err_set(arena, err, classes[i].kind, classes[i].code, "%s", message);
    snprintf(err->sqlstate, sizeof err->sqlstate, "%.5s", sqlstate);
    return false;
}

static bool fail_result(Arena *arena, Err *err, const PGresult *result)
{
    const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    if (!sqlstate) { /* libpq's own words: the connection broke */
        return fail_with(arena, err, "08006", one_line(arena, PQresultErrorMessage(result)));
    }
    fail_with(arena, err, sqlstate, one_line(arena, message ? message : "no message"));
    err->detail = one_line(arena, PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL));
    err->hint = one_line(arena, PQresultErrorField(result, PG_DIAG_MESSAGE_HINT));
    int64_t position;
    const char *told = PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION);
    err->position = told && str_to_int(told, 1, INT32_MAX, &position) ? (int)position : 0;
    return false;
}

static bool fail_lost(Pg *pg, Arena *arena, Err *err)
{
    const char *words = pg->conn ? one_line(arena, PQerrorMessage(pg->conn)) : NULL;
    hang_up(pg);
    err_set(arena, err, ERR_UNAVAILABLE, "CO5006", "the connection to %s is lost", pg->address);
    err->detail = str_empty(words) ? NULL : words;
    return false;
}

/* --- notices --- */

static void keep_notice(void *arg, const PGresult *result)
{
    Pg *pg = arg;
    PgNotice notice = {
        .message = one_line(pg->notice_arena, PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY)),
        .detail = one_line(pg->notice_arena, PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL)),
        .hint = one_line(pg->notice_arena, PQresultErrorField(result, PG_DIAG_MESSAGE_HINT)),
    };
    const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    snprintf(notice.sqlstate, sizeof notice.sqlstate, "%.5s", sqlstate ? sqlstate : "");
    vec_push(pg->notice_arena, &pg->notices, notice);
}

static void forget_notices(Pg *pg)
{
    arena_free(pg->notice_arena);
    pg->notice_arena = arena_new();
    pg->notices = (PgNotices){0};
}

const PgNotices *pg_notices(const Pg *pg)
{
    return &pg->notices;
}

/* --- opening --- */

typedef struct Parameters {
    VEC(const char *) names, values;
} Parameters;

static void add_parameter(Arena *arena, Parameters *parameters, const char *name, const char *value)
{
    vec_push(arena, &parameters->names, name);
    vec_push(arena, &parameters->values, value);
}

static const char *parameter(const Parameters *parameters, const char *name)
{
    for (size_t i = 0; i < parameters->names.count; i++) {
        if (str_eq(parameters->names.items[i], name)) {
            return parameters->values.items[i];
        }
    }
    return NULL;
}

/* libpq's own message may repeat the address with a password in it, so it is not shown. */
static bool parse_url(Arena *arena, const char *url, Parameters *parameters, Err *err)
{
    char *words = NULL;
    PQconninfoOption *options = PQconninfoParse(url, &words);
    PQfreemem(words);
    if (!options) {
        err_set(arena, err, ERR_INPUT, "CO5003", "the address of Materialize cannot be read");
        err->hint = "write postgres://user@host:6875/database?sslmode=verify-full";
        return false;
    }
    for (PQconninfoOption *it = options; it->keyword; it++) {
        if (!str_empty(it->val)) {
            add_parameter(arena, parameters, arena_strdup(arena, it->keyword),
                          arena_strdup(arena, it->val));
        }
    }
    PQconninfoFree(options);
    return true;
}

static const char *given(const Parameters *parameters, const char *name, const char *variable)
{
    const char *value = parameter(parameters, name);
    return value ? value : getenv(variable);
}

static void add_session(Arena *arena, Parameters *parameters, const PgTarget *target)
{
    const char *options = given(parameters, "options", "PGOPTIONS");
    add_parameter(arena, parameters, "options",
                  arena_printf(arena, "%s %s", options ? options : "", SESSION_OPTIONS));
    add_parameter(arena, parameters, "application_name",
                  arena_printf(arena, "cutover/%s%s%s", target->version ? target->version : "0",
                               target->deployment ? " " : "",
                               target->deployment ? target->deployment : ""));
    if (!given(parameters, "dbname", "PGDATABASE")) {
        add_parameter(arena, parameters, "dbname", "materialize"); /* libpq would take the user */
    }
    if (target->password) {
        add_parameter(arena, parameters, "password", target->password);
    }
    add_parameter(arena, parameters, "client_encoding", "UTF8");
    add_parameter(arena, parameters, "keepalives_idle", "30");
    add_parameter(arena, parameters, "keepalives_interval", "10");
    add_parameter(arena, parameters, "keepalives_count", "3");
    vec_push(arena, &parameters->names, NULL);
    vec_push(arena, &parameters->values, NULL);
}

/* The SQLSTATE in a verbose message, "FATAL:  28P01: ...", or "". */
static const char *sqlstate_in(Arena *arena, const char *message)
{
    for (const char *p = message; (p = strstr(p, ":  ")); p += 3) {
        size_t length = strspn(p + 3, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ");
        if (length == 5 && p[8] == ':') {
            return arena_strndup(arena, p + 3, 5);
        }
    }
    return "";
}

static bool fail_connect(Pg *pg, Arena *arena, Err *err)
{
    const char *words = one_line(arena, PQerrorMessage(pg->conn));
    const char *sqlstate = sqlstate_in(arena, words);
    hang_up(pg);
    fail_with(arena, err, *sqlstate ? sqlstate : "08001",
              arena_printf(arena, "cannot connect to %s", pg->address));
    err->code = err->kind == ERR_DENIED ? "CO5002" : "CO5001";
    err->kind = err->kind == ERR_DENIED ? ERR_DENIED : ERR_UNAVAILABLE;
    err->detail = words;
    err->hint = err->kind == ERR_DENIED ? "check user, password and network policy"
                                        : "check address, port and TLS settings";
    return false;
}

static bool finish_connect(Pg *pg, Arena *arena, Deadline deadline, Err *err)
{
    PostgresPollingStatusType state = PGRES_POLLING_WRITING;
    if (PQstatus(pg->conn) == CONNECTION_BAD) {
        return fail_connect(pg, arena, err);
    }
    while (state != PGRES_POLLING_OK) {
        short events = state == PGRES_POLLING_READING ? POLLIN : POLLOUT;
        if (!wait_socket(pg, arena, events, deadline, err)) {
            return false;
        }
        state = PQconnectPoll(pg->conn);
        if (state == PGRES_POLLING_FAILED) {
            return fail_connect(pg, arena, err);
        }
    }
    PQsetnonblocking(pg->conn, 1);
    PQsetErrorVerbosity(pg->conn, PQERRORS_DEFAULT);
    return true;
}

static const char *address_of(Arena *arena, PGconn *conn)
{
    const char *host = PQhost(conn), *port = PQport(conn);
    return arena_printf(arena, "%s:%s", str_empty(host) ? "localhost" : host,
                        str_empty(port) ? "?" : port);
}

static Pg *pg_new(const Parameters *parameters, int stop_fd)
{
    Arena *arena = arena_new();
    Pg *pg = arena_make(arena, Pg);
    *pg = (Pg){.arena = arena, .stop_fd = stop_fd, .notice_arena = arena_new()};
    pg->conn = PQconnectStartParams(parameters->names.items, parameters->values.items, 0);
    if (!pg->conn) {
        abort(); /* out of memory, as in arena.c */
    }
    PQsetErrorVerbosity(pg->conn, PQERRORS_VERBOSE);
    PQsetNoticeReceiver(pg->conn, keep_notice, pg);
    pg->address = address_of(arena, pg->conn);
    return pg;
}

bool pg_open(Arena *arena, const PgTarget *target, int64_t timeout_ms, Pg **opened, Err *err)
{
    Parameters parameters = {0};
    *opened = NULL;
    if (target->url && !parse_url(arena, target->url, &parameters, err)) {
        return false;
    }
    add_session(arena, &parameters, target);
    Deadline deadline = deadline_in(timeout_ms);
    Pg *pg = pg_new(&parameters, target->stop_fd);
    if (!finish_connect(pg, arena, deadline, err)) {
        pg_close(pg);
        return false;
    }
    pg->database = arena_strdup(pg->arena, PQdb(pg->conn));
    pg->user = arena_strdup(pg->arena, PQuser(pg->conn));
    *opened = pg;
    return true;
}

const char *pg_database(const Pg *pg)
{
    return pg->database;
}

const char *pg_user(const Pg *pg)
{
    return pg->user;
}

const char *pg_address(const Pg *pg)
{
    return pg->address;
}

/* --- tracing --- */

/* The first words of a statement as far as they are known to be keywords. */
static const char *kind_of(Arena *arena, const char *sql)
{
    static const char *const objects = " SCHEMA CLUSTER VIEW MATERIALIZED TABLE SOURCE SINK INDEX "
                                       "DEFAULT PRIVILEGES ON COLUMN ";
    static const char *const verbs = " SELECT INSERT DELETE UPDATE CREATE ALTER DROP COMMENT GRANT "
                                     "REVOKE BEGIN COMMIT ROLLBACK SET SHOW EXPLAIN WITH ";
    Buf kind = buf_new(arena, 100);
    for (int i = 0; i < 3; i++) {
        sql += strspn(sql, " \t\r\n(");
        size_t length = strspn(sql, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
        char *word = arena_printf(arena, " %.*s ", (int)(length < 20 ? length : 20), sql);
        for (char *p = word; *p; p++) {
            *p = (char)toupper((unsigned char)*p);
        }
        if (!length || !strstr(i ? objects : verbs, word)) {
            break;
        }
        buf_printf(&kind, "%s%.*s", i ? " " : "", (int)strlen(word) - 2, word + 1);
        sql += length;
    }
    return kind.length ? kind.data : "OTHER";
}

void pg_set_trace(Pg *pg, PgTrace fn, void *ctx)
{
    pg->trace = fn;
    pg->trace_ctx = ctx;
}

int64_t pg_statements(const Pg *pg)
{
    return pg->statements;
}

static void trace(Pg *pg, Arena *arena, const char *sql, int64_t began, const Err *err)
{
    if (pg->trace) {
        const char *state = !err ? "" : err->sqlstate[0] ? err->sqlstate : "08000";
        pg->trace(pg->trace_ctx, kind_of(arena, sql), clock_ms() - began, state);
    }
}

/* --- statements --- */

static bool flush(Pg *pg, Arena *arena, Deadline deadline, Err *err)
{
    int left;
    while ((left = PQflush(pg->conn)) == 1) {
        if (!wait_socket(pg, arena, POLLIN | POLLOUT, deadline, err)) {
            return false;
        }
        if (!PQconsumeInput(pg->conn)) {
            return fail_lost(pg, arena, err);
        }
    }
    return left == 0 || fail_lost(pg, arena, err);
}

/* The next result of the statement under way; NULL in RESULT at its end. */
static bool next_result(Pg *pg, Arena *arena, Deadline deadline, PGresult **result, Err *err)
{
    while (PQisBusy(pg->conn)) {
        if (!wait_socket(pg, arena, POLLIN, deadline, err)) {
            return false;
        }
        if (!PQconsumeInput(pg->conn)) {
            return fail_lost(pg, arena, err);
        }
    }
    *result = PQgetResult(pg->conn);
    return true;
}

/* Where results go: the last one's rows, which may come one by one. */
typedef struct Rows {
    PgResult *to;
    bool wanted;          /* by the caller */
    const PgLimit *limit; /* NULL: none */
    size_t bytes;
    bool partial, beyond;
} Rows;

static void begin_rows(Arena *arena, const PGresult *from, PgResult *to)
{
    *to = (PgResult){0};
    for (int c = 0; c < PQnfields(from); c++) {
        vec_push(arena, &to->columns, arena_strdup(arena, PQfname(from, c)));
        vec_push(arena, &to->types, PQftype(from, c));
    }
}

/* Rows beyond the limit are read and forgotten, so that the connection can be used again. */
static bool has_room(Rows *rows, const PGresult *from, int row)
{
    for (int c = 0; rows->limit && c < PQnfields(from); c++) {
        rows->bytes += (size_t)PQgetlength(from, row, c);
    }
    rows->beyond |= rows->limit &&
                    (rows->to->rows.count >= rows->limit->rows || rows->bytes > rows->limit->bytes);
    return !rows->beyond;
}

static void copy_rows(Arena *arena, const PGresult *from, Rows *rows)
{
    PgResult *to = rows->to;
    int columns = PQnfields(from);
    if (!rows->partial) {
        begin_rows(arena, from, to);
    }
    for (int r = 0; r < PQntuples(from) && has_room(rows, from, r); r++) {
        const char **row = arena_array(arena, columns ? (size_t)columns : 1, sizeof *row);
        for (int c = 0; c < columns; c++) {
            row[c] = PQgetisnull(from, r, c) ? NULL
                                             : arena_strndup(arena, PQgetvalue(from, r, c),
                                                             (size_t)PQgetlength(from, r, c));
        }
        vec_push(arena, &to->rows, row);
    }
    rows->partial = PQresultStatus(from) == PGRES_SINGLE_TUPLE;
    to->tag = arena_strdup(arena, PQcmdStatus((PGresult *)(uintptr_t)from));
}

static bool is_good(const PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY ||
           status == PGRES_SINGLE_TUPLE;
}

/* Nobody here feeds or reads a COPY, which would wait for ever. */
static bool is_copy(const PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);
    return status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH;
}

/* Reads all results. REFUSED: the server answered with an error, which ERR holds. */
static bool read_results(Pg *pg, Arena *arena, Deadline deadline, Rows *rows, bool *refused,
                         Err *err)
{
    PGresult *result = NULL;
    while (next_result(pg, arena, deadline, &result, err)) {
        if (!result) {
            return !*refused;
        }
        if (is_copy(result)) {
            PQclear(result);
            hang_up(pg);
            return err_set(arena, err, ERR_INPUT, "CO5012", "COPY cannot be sent from here");
        }
        if (is_good(result)) {
            copy_rows(arena, result, rows);
        } else if (!*refused) {
            *refused = true;
            fail_result(arena, err, result);
        }
        PQclear(result);
        if (PQstatus(pg->conn) == CONNECTION_BAD) {
            hang_up(pg);
            return false;
        }
    }
    return false;
}

static bool may_send(Pg *pg, Arena *arena, const char *sql, Err *err)
{
    if (!sql) {
        return err_set(arena, err, ERR_INPUT, "CO5010",
                       "a name is empty or longer than 255 bytes, or a comment than 1024");
    }
    if (!pg_usable(pg)) {
        return fail_lost(pg, arena, err);
    }
    forget_notices(pg);
    pg->statements++;
    return true;
}

/* It goes out as one Query message, not as five for a statement with parameters and rows. Such a message would run all
 * that semicolons divide, though, and a project may write what it likes, so there must be none. */
static bool is_command(const char *sql, int params, const Rows *rows)
{
    return !params && !rows->wanted && !strchr(sql, ';');
}

static bool query(Pg *pg, Arena *arena, const char *sql, const StrVec *params, int64_t timeout_ms,
                  Rows *rows, Err *err)
{
    int64_t began = clock_ms();
    Deadline deadline = deadline_in(timeout_ms);
    bool refused = false;
    if (!may_send(pg, arena, sql, err)) {
        return false;
    }
    int count = params ? (int)params->count : 0;
    bool sent = is_command(sql, count, rows)
                    ? PQsendQuery(pg->conn, sql)
                    : PQsendQueryParams(pg->conn, sql, count, NULL, count ? params->items : NULL,
                                        NULL, NULL, 0);
    if (sent && rows->limit) {
        PQsetSingleRowMode(pg->conn);
    }
    bool done = (sent || fail_lost(pg, arena, err)) && flush(pg, arena, deadline, err) &&
                read_results(pg, arena, deadline, rows, &refused, err);
    trace(pg, arena, sql, began, done ? NULL : err);
    return done;
}

bool pg_query(Pg *pg, Arena *arena, const char *sql, const StrVec *params, int64_t timeout_ms,
              PgResult *result, Err *err)
{
    PgResult unwanted;
    Rows rows = {.to = result ? result : &unwanted, .wanted = result != NULL};
    return query(pg, arena, sql, params, timeout_ms, &rows, err);
}

bool pg_query_within(Pg *pg, Arena *arena, const char *sql, const PgLimit *limit,
                     int64_t timeout_ms, PgResult *result, Err *err)
{
    Rows rows = {.to = result, .wanted = true, .limit = limit};
    return query(pg, arena, sql, NULL, timeout_ms, &rows, err) &&
           (!rows.beyond ||
            err_set(arena, err, ERR_LIMIT, "CO5013", "the answer has more than %zu rows or %zu KiB",
                    limit->rows, limit->bytes / 1024));
}

bool pg_describe(Pg *pg, Arena *arena, const char *sql, int64_t timeout_ms, PgResult *result,
                 Err *err)
{
    int64_t began = clock_ms();
    Deadline deadline = deadline_in(timeout_ms);
    Rows rows = {.to = result};
    bool refused = false;
    if (!may_send(pg, arena, sql, err)) {
        return false;
    }
    bool sent = PQsendPrepare(pg->conn, "", sql, 0, NULL) || fail_lost(pg, arena, err);
    bool done = sent && flush(pg, arena, deadline, err) &&
                read_results(pg, arena, deadline, &rows, &refused, err);
    sent = done && (PQsendDescribePrepared(pg->conn, "") || fail_lost(pg, arena, err));
    done = sent && flush(pg, arena, deadline, err) &&
           read_results(pg, arena, deadline, &rows, &refused, err);
    trace(pg, arena, sql, began, done ? NULL : err);
    return done;
}

static bool ends_with_commit(const char *sql)
{
    return str_ends(sql, "COMMIT");
}

/* Whether the script was refused for sure, or may have been carried out unseen. */
static PgOutcome outcome_of(bool refused, Arena *arena, Err *err)
{
    bool sure = refused && err->kind != ERR_UNAVAILABLE && err->kind != ERR_TIMEOUT;
    if (!sure && !err->detail) {
        err->detail = arena_strdup(arena, "whether it happened must be looked up");
    }
    return sure ? PG_FAILED : PG_UNKNOWN;
}

PgOutcome pg_script(Pg *pg, Arena *arena, const char *sql, int64_t timeout_ms, const char **tag,
                    Err *err)
{
    int64_t began = clock_ms();
    Deadline deadline = deadline_in(timeout_ms);
    PgResult last = {0};
    Rows rows = {.to = &last};
    bool refused = false;
    if (!may_send(pg, arena, sql, err)) {
        return PG_FAILED;
    }
    bool sent = PQsendQuery(pg->conn, sql);
    bool done = (sent || fail_lost(pg, arena, err)) && flush(pg, arena, deadline, err) &&
                read_results(pg, arena, deadline, &rows, &refused, err);
    trace(pg, arena, sql, began, done ? NULL : err);
    if (done && ends_with_commit(sql) && !str_eq(last.tag, "COMMIT")) {
        err_set(arena, err, ERR_CONFLICT, "CO5004", "COMMIT was answered by %s", last.tag);
        return PG_FAILED;
    }
    if (tag) {
        *tag = last.tag;
    }
    PgOutcome outcome = done ? PG_DONE : outcome_of(refused, arena, err);
    pg_rollback(pg);
    return outcome;
}

void pg_rollback(Pg *pg)
{
    Arena *arena = arena_new();
    Err err = {0};
    bool idle = !pg->conn || PQtransactionStatus(pg->conn) == PQTRANS_IDLE;
    if (!idle && !pg_query(pg, arena, "ROLLBACK", NULL, ROLLBACK_TIMEOUT_MS, NULL, &err)) {
        hang_up(pg);
    }
    arena_free(arena);
}

const char *pg_value(const PgResult *result, size_t row, const char *column)
{
    for (size_t i = 0; i < result->columns.count; i++) {
        if (str_eq(result->columns.items[i], column)) {
            return result->rows.items[row][i];
        }
    }
    return NULL;
}
