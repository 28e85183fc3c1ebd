#include "cursor.h"

#include "resolve.h"
#include "statement.h"
#include "vars.h"

#include "cutover/str.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define POLL_MS 50
#define END_OF_TIME "18446744073709551615"

typedef struct Cursor {
    Arena *arena;
    Run run; /* of the query */
    bool subscribe, progress, snapshot, started, ended;
    const char *id, *cluster_id, *cluster;
    StrVec names; /* of run.refs, as they were last seen */
    Arena *image_arena;
    TextRows image; /* the rows of the last look, sorted */
    TextRows queue; /* what FETCH has not taken */
    size_t taken;
} Cursor;

static int64_t clock_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* --- opening --- */

/* The cursor's arena may go before the error is sent. */
static bool take_error(Run *run, const Err *err)
{
    run->err = *err;
    run->err.message = arena_strdup(run->arena, err->message);
    run->err.detail = arena_strdup(run->arena, err->detail);
    run->err.hint = arena_strdup(run->arena, err->hint);
    return false;
}

/* A statement of its own from TEXT, described; its run lives as long as the cursor. */
static bool open_query(Run *run, Cursor *cursor, const char *text)
{
    Statements statements = {0};
    Err err = {0};
    if (!statement_split(cursor->arena, text, &statements, &err)) {
        return take_error(run, &err);
    }
    if (statements.count != 1) {
        return run_fail(run, "42601", "Expected one query");
    }
    cursor->run = (Run){.session = run->session,
                        .arena = cursor->arena,
                        .statement = &statements.items[0],
                        .outside = cursor->subscribe};
    return statement_describe(&cursor->run) || take_error(run, &cursor->run.err);
}

static void note_names(Cursor *cursor)
{
    Server *server = cursor->run.session->server;
    Names *names = names_get(server);
    vec_each (const char *, id, &cursor->run.refs) {
        const NameItem *item = names_item_by_id(names, *id);
        if (item) {
            vec_push(cursor->arena, &cursor->names, names_full(names, cursor->arena, item));
        }
    }
    const NameCluster *cluster = names_cluster(names, vars_get(cursor->run.session, "cluster"));
    cursor->cluster_id = cluster ? arena_strdup(cursor->arena, cluster->id) : NULL;
    cursor->cluster = arena_strdup(cursor->arena, vars_get(cursor->run.session, "cluster"));
    names_release(server, names);
}

static bool announce(Run *run, Cursor *cursor)
{
    Buf ids = buf_new(run->arena, 1000000);
    buf_char(&ids, '{');
    vec_each (const char *, id, &cursor->run.refs) {
        buf_printf(&ids, "%s%s", ids.length > 1 ? "," : "", *id);
    }
    buf_char(&ids, '}');
    cursor->id = arena_printf(cursor->arena, "%s-%d", run->session->uuid, ++run->session->prepares);
    const char *const values[] = {cursor->id, run->session->uuid,
                                  cursor->cluster_id ? cursor->cluster_id : "s2", ids.data};
    return session_sql(run,
                       "INSERT INTO standin.subscriptions VALUES "
                       "($1, $2::uuid, $3, standin.now(), $4::text[])",
                       4, values) != NULL;
}

/* TOK: behind SUBSCRIBE. The query, and the options behind it. */
static const char *subscribed(Run *run, Cursor *cursor, const SqlTok *tok)
{
    const char *source = run->statement->source;
    tok += sql_is_word(tok, "to");
    const SqlTok *from = tok;
    int depth = 0;
    do {
        depth += sql_is_symbol(tok, "(");
        depth -= sql_is_symbol(tok, ")");
        tok++;
    } while (tok->kind != SQL_END &&
             (depth > 0 || sql_is_symbol(tok, ".") || sql_is_symbol(tok - 1, ".")));
    size_t length = tok[-1].end - from->start;
    bool query = sql_is_symbol(from, "(");
    for (; tok->kind != SQL_END; tok++) {
        bool off = sql_is_word(tok + 1, "false") ||
                   (sql_is_symbol(tok + 1, "=") && sql_is_word(tok + 2, "false"));
        cursor->progress |= sql_is_word(tok, "progress") && !off;
        cursor->snapshot &= !(sql_is_word(tok, "snapshot") && off);
    }
    return arena_printf(cursor->arena, query ? "%.*s" : "SELECT * FROM %.*s", (int)length,
                        source + from->start);
}

static bool open_subscribe(Run *run, Cursor *cursor, const SqlTok *tok)
{
    cursor->subscribe = cursor->snapshot = true;
    if (!open_query(run, cursor, subscribed(run, cursor, tok))) {
        return false;
    }
    note_names(cursor);
    return announce(run, cursor);
}

static Cursor *new_cursor(void)
{
    Arena *arena = arena_new();
    Cursor *cursor = arena_make(arena, Cursor);
    cursor->arena = arena;
    return cursor;
}

static void free_cursor(Session *session, Cursor *cursor)
{
    if (cursor->id && !session->txn.in_postgres) {
        const char *const values[] = {cursor->id};
        PQclear(PQexecParams(session->pg, "DELETE FROM standin.subscriptions WHERE id = $1", 1,
                             NULL, values, NULL, NULL, 0));
    }
    if (cursor->image_arena) {
        arena_free(cursor->image_arena);
    }
    arena_free(cursor->arena);
}

void cursor_close_all(Session *session)
{
    map_each (it, &session->cursors) {
        free_cursor(session, it->value);
    }
    session->cursors = (Map){0};
}

/* --- looking --- */

static int compare_rows(const void *a, const void *b)
{
    const char *const *x = *(const char **const *)a, *const *y = *(const char **const *)b;
    return strcmp(x[0], y[0]);
}

/* The first cell of a kept row is the whole row as one text, to compare by. */
static const char **keep_row(Arena *arena, const PGresult *result, int row, int columns)
{
    const char **cells = arena_array(arena, (size_t)columns + 1, sizeof *cells);
    Buf all = buf_new(arena, 1 << 26);
    for (int c = 0; c < columns; c++) {
        bool null = PQgetisnull(result, row, c);
        cells[c + 1] = null ? NULL : arena_strdup(arena, PQgetvalue(result, row, c));
        buf_printf(&all, "%s\x1f", null ? "\x1e" : cells[c + 1]);
    }
    cells[0] = all.length ? all.data : "";
    return cells;
}

static void enqueue(Cursor *cursor, const char *at, const char *progressed, const char *diff,
                    const char *const *cells)
{
    size_t columns = cursor->run.reply.columns.count, n = 0;
    const char **row = arena_array(cursor->arena, columns + 3, sizeof *row);
    row[n++] = arena_strdup(cursor->arena, at);
    if (cursor->progress) {
        row[n++] = progressed;
    }
    row[n++] = diff;
    for (size_t c = 0; c < columns; c++) {
        row[n++] = cells ? arena_strdup(cursor->arena, cells[c + 1]) : NULL;
    }
    vec_push(cursor->arena, &cursor->queue, row);
}

/* Both are sorted. */
static size_t enqueue_changes(Cursor *cursor, const TextRows *old, const TextRows *new,
                              const char *at)
{
    size_t i = 0, j = 0, changes = 0;
    while (i < old->count || j < new->count) {
        int order = i == old->count   ? 1
                    : j == new->count ? -1
                                      : strcmp(old->items[i][0], new->items[j][0]);
        if (order == 0) {
            i++;
            j++;
            continue;
        }
        enqueue(cursor, at, "f", order < 0 ? "-1" : "1",
                order < 0 ? old->items[i++] : new->items[j++]);
        changes++;
    }
    return changes;
}

static bool still_there(Run *run, Cursor *cursor)
{
    Names *names = names_get(run->session->server);
    bool ok = true;
    for (size_t i = 0; ok && i < cursor->run.refs.count && i < cursor->names.count; i++) {
        const NameItem *item = names_item_by_id(names, cursor->run.refs.items[i]);
        if (item) {
            cursor->names.items[i] = names_full(names, cursor->arena, item);
        } else {
            ok = run_fail(run, "42704", "relation '%s' was dropped", cursor->names.items[i]);
        }
    }
    const NameCluster *cluster =
        cursor->cluster_id ? names_cluster_by_id(names, cursor->cluster_id) : NULL;
    if (ok && cursor->cluster_id && cursor->run.refs.count > 0 && !cluster) {
        ok = run_fail(run, "42704", "cluster '%s' was dropped", cursor->cluster);
    } else if (cluster && !str_eq(cluster->name, cursor->cluster)) {
        cursor->cluster = arena_strdup(cursor->arena, cluster->name);
    }
    names_release(run->session->server, names);
    return ok;
}

/* Looks once and queues what has changed. */
static bool look(Run *run, Cursor *cursor)
{
    if (!still_there(run, cursor)) {
        return false;
    }
    bool constant = cursor->run.refs.count == 0 && !strstr(cursor->run.sql, "mz_");
    PGresult *result = session_sql(run, cursor->run.sql, 0, NULL);
    PGresult *at = result ? session_sql(run, "SELECT standin.mz_now()", 0, NULL) : NULL;
    if (!at) {
        still_there(run, cursor); /* dropped just now: a better reason */
        return false;
    }
    Arena *arena = arena_new();
    TextRows image = {0};
    for (int r = 0; r < PQntuples(result); r++) {
        vec_push(arena, &image, keep_row(arena, result, r, PQnfields(result)));
    }
    vec_sort(&image, compare_rows);
    const char *time = constant ? END_OF_TIME : PQgetvalue(at, 0, 0);
    bool first = !cursor->started;
    size_t changes = 0;
    if (first && cursor->progress) {
        enqueue(cursor, time, "t", NULL, NULL);
    }
    if (!first || cursor->snapshot) {
        changes = enqueue_changes(cursor, &cursor->image, &image, time);
    }
    if (changes > 0 && cursor->progress) {
        enqueue(cursor, arena_printf(run->arena, "%lld", atoll(time) + 1), "t", NULL, NULL);
    }
    if (cursor->image_arena) {
        arena_free(cursor->image_arena);
    }
    cursor->image_arena = arena;
    cursor->image = image;
    cursor->started = true;
    cursor->ended = constant;
    return true;
}

/* --- FETCH --- */

static Cursor *find(Run *run, const char *name)
{
    Cursor *cursor = map_get(&run->session->cursors, name);
    if (!cursor) {
        run_fail(run, "34000", "cursor \"%s\" does not exist", name);
    }
    return cursor;
}

typedef struct Fetch {
    size_t count; /* 0: all */
    const char *name;
    int64_t timeout_ms; /* -1: until there is a row */
} Fetch;

/* FETCH [FORWARD] [n|ALL] [FROM] c [WITH (timeout = '1s')] */
static Fetch parse_fetch(const Run *run)
{
    Fetch fetch = {.count = 1, .timeout_ms = -1};
    const SqlTok *tok = run->statement->toks + 1;
    tok += sql_is_word(tok, "forward");
    if (tok->kind == SQL_NUMBER) {
        fetch.count = (size_t)atoll((tok++)->value);
    } else if (sql_is_word(tok, "all")) {
        fetch.count = 0;
        tok++;
    }
    tok += sql_is_word(tok, "from") || sql_is_word(tok, "in");
    fetch.name = tok->value;
    for (; tok->kind != SQL_END; tok++) {
        if (tok->kind == SQL_STRING) {
            char *unit;
            double n = strtod(tok->value, &unit);
            fetch.timeout_ms = (int64_t)(strstr(unit, "ms") ? n : n * 1000);
        }
    }
    return fetch;
}

static void subscribe_columns(Run *run, const Cursor *cursor)
{
    vec_push(run->arena, &run->reply.columns, (Column){"mz_timestamp", 1700, -1, -1});
    if (cursor->progress) {
        vec_push(run->arena, &run->reply.columns, (Column){"mz_progressed", 16, 1, -1});
    }
    vec_push(run->arena, &run->reply.columns, (Column){"mz_diff", 20, 8, -1});
}

static void cursor_columns(Run *run, const Cursor *cursor)
{
    run->reply.has_columns = true;
    if (cursor->subscribe) {
        subscribe_columns(run, cursor);
    }
    vec_each (Column, column, &cursor->run.reply.columns) {
        vec_push(run->arena, &run->reply.columns, *column);
    }
}

bool cursor_describe_fetch(Run *run)
{
    const Cursor *cursor = find(run, parse_fetch(run).name);
    if (cursor) {
        cursor_columns(run, cursor);
    }
    return cursor != NULL;
}

bool cursor_describe(Run *run, const char *name)
{
    const Cursor *cursor = map_get(&run->session->cursors, name);
    if (cursor) {
        cursor_columns(run, cursor);
    }
    return cursor != NULL;
}

static bool client_gone(const Session *session)
{
    struct pollfd fd = {.fd = session->fd, .events = POLLRDHUP};
    return poll(&fd, 1, 0) > 0;
}

static bool cancelled(Run *run)
{
    if (atomic_exchange(&run->session->cancelled, false)) {
        run_fail(run, "57014", "canceling statement due to user request");
        return true;
    }
    if (client_gone(run->session)) {
        run_fail(run, "57P01", "the client is gone");
        return true;
    }
    return false;
}

/* Until there are rows or the time is over. */
static bool wait_for_rows(Run *run, Cursor *cursor, int64_t timeout_ms)
{
    int64_t end = clock_ms() + timeout_ms;
    for (;;) {
        if (!cursor->ended && !look(run, cursor)) {
            return false;
        }
        bool over = timeout_ms >= 0 && clock_ms() >= end;
        if (cursor->taken < cursor->queue.count || over || cursor->ended) {
            return true;
        }
        if (cancelled(run)) {
            return false;
        }
        usleep(POLL_MS * 1000);
    }
}

static void take_rows(Run *run, Cursor *cursor, size_t count)
{
    size_t columns = run->reply.columns.count;
    for (size_t n = 0; (count == 0 || n < count) && cursor->taken < cursor->queue.count; n++) {
        const char **row = arena_array(run->arena, columns, sizeof *row);
        const char **queued = cursor->queue.items[cursor->taken++];
        for (size_t c = 0; c < columns; c++) {
            row[c] = arena_strdup(run->arena, queued[c]);
        }
        vec_push(run->arena, &run->reply.rows, row);
    }
}

/* All rows of an ordinary cursor at once; FETCH takes them from the queue. */
static bool run_query(Run *run, Cursor *cursor)
{
    if (cursor->started) {
        return true;
    }
    cursor->started = true;
    if (!cursor->run.statement->kind->execute(&cursor->run)) {
        return take_error(run, &cursor->run.err);
    }
    const PGresult *result = cursor->run.reply.result;
    for (int r = 0; r < PQntuples(result); r++) {
        vec_push(cursor->arena, &cursor->queue,
                 keep_row(cursor->arena, result, r, PQnfields(result)) + 1);
    }
    return true;
}

bool cursor_fetch(Run *run)
{
    Fetch fetch = parse_fetch(run);
    Cursor *cursor = find(run, fetch.name);
    if (!cursor) {
        return false;
    }
    if (run->reply.columns.count == 0) {
        cursor_columns(run, cursor);
    }
    if (!(cursor->subscribe ? wait_for_rows(run, cursor, fetch.timeout_ms)
                            : run_query(run, cursor))) {
        return false;
    }
    take_rows(run, cursor, fetch.count);
    run->reply.tag = "FETCH";
    run->reply.counted = true;
    return true;
}

bool cursor_close(Run *run)
{
    const char *name = run->statement->toks[1].value;
    Cursor *cursor = find(run, name);
    if (!cursor) {
        return false;
    }
    Map rest = {0};
    map_each (it, &run->session->cursors) {
        if (it->value != cursor) {
            map_put(run->session->txn.arena, &rest, it->key, it->value);
        }
    }
    run->session->cursors = rest;
    free_cursor(run->session, cursor);
    run->reply.tag = "CLOSE CURSOR";
    return true;
}

/* DECLARE c CURSOR FOR {query | SUBSCRIBE ...} */
bool cursor_declare(Run *run)
{
    Session *session = run->session;
    const SqlTok *tok = run->statement->toks + 1;
    const char *name = arena_strdup(session->arena, tok->value);
    while (tok->kind != SQL_END && !sql_is_word(tok, "for")) {
        tok++;
    }
    if (session->txn.state == TXN_NONE) {
        return run_fail(run, "25P01", "DECLARE CURSOR can only be used in transaction blocks");
    }
    if (map_get(&session->cursors, name)) {
        return run_fail(run, "42P03", "cursor \"%s\" already exists", name);
    }
    Cursor *cursor = new_cursor();
    tok += tok->kind != SQL_END;
    bool ok = sql_is_word(tok, "subscribe")
                  ? open_subscribe(run, cursor, tok + 1)
                  : open_query(run, cursor,
                               arena_strdup(cursor->arena, run->statement->source + tok->start));
    if (!ok) {
        free_cursor(session, cursor);
        return false;
    }
    map_put(session->txn.arena, &session->cursors, name, cursor);
    run->reply.tag = "DECLARE CURSOR";
    return true;
}

/* --- SUBSCRIBE by itself: rows until the client has enough --- */

bool cursor_describe_subscribe(Run *run)
{
    Cursor *cursor = new_cursor();
    bool ok = open_subscribe(run, cursor, run->statement->toks + 1);
    if (ok) {
        cursor_columns(run, cursor);
        vec_each (Column, column, &run->reply.columns) {
            column->name = arena_strdup(run->arena, column->name);
        }
    }
    free_cursor(run->session, cursor);
    return ok;
}

static bool stream(Run *run, Cursor *cursor)
{
    size_t sent = 0;
    for (;;) {
        if (!wait_for_rows(run, cursor, -1)) {
            return false;
        }
        run->reply.rows = (TextRows){0};
        take_rows(run, cursor, 0);
        run->reply.next = 0;
        sent += run->reply.rows.count;
        statement_send_some(run);
        wire_flush(&run->session->wire);
        if (cursor->ended) {
            break;
        }
    }
    run->reply.copied = true;
    wire_done(&run->session->wire, arena_printf(run->arena, "SUBSCRIBE %zu", sent));
    return true;
}

bool cursor_subscribe(Run *run)
{
    Cursor *cursor = new_cursor();
    bool ok = open_subscribe(run, cursor, run->statement->toks + 1) && stream(run, cursor);
    free_cursor(run->session, cursor);
    return ok;
}
