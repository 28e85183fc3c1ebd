#include "statement.h"

#include "copy.h"
#include "cursor.h"
#include "ddl.h"
#include "ddl_args.h"
#include "query.h"
#include "sqlprepare.h"
#include "txn.h"
#include "vars.h"

#include "cutover/str.h"

#include <arpa/inet.h>
#include <string.h>

#define NAME_MAX_BYTES 255

/* --- the table --- */

static const StatementKind kinds[] = {
    {"select", CLASS_READ, query_describe, query_execute, false},
    {"with", CLASS_READ, query_describe, query_execute, false},
    {"values", CLASS_READ, query_describe, query_execute, false},
    {"table", CLASS_READ, query_describe, query_execute, false},
    {"(", CLASS_READ, query_describe, query_execute, false},
    {"show", CLASS_READ, query_describe_show, query_execute_show, false},
    {"insert", CLASS_WRITE, query_describe, query_execute, false},
    {"update", CLASS_ALONE, query_describe, query_execute, false},
    {"delete", CLASS_ALONE, query_describe, query_execute, false},
    {"copy", CLASS_READ, NULL, copy_execute, false},
    {"begin", CLASS_SESSION, NULL, txn_begin, false},
    {"start transaction", CLASS_SESSION, NULL, txn_begin, false},
    {"commit", CLASS_SESSION, NULL, txn_commit, true},
    {"end", CLASS_SESSION, NULL, txn_commit, true},
    {"rollback", CLASS_SESSION, NULL, txn_rollback, true},
    {"abort", CLASS_SESSION, NULL, txn_rollback, true},
    {"set", CLASS_SESSION, NULL, vars_set, false},
    {"reset", CLASS_SESSION, NULL, vars_reset, false},
    {"discard", CLASS_SESSION, NULL, vars_discard, false},
    {"prepare", CLASS_SESSION, NULL, sqlprepare_prepare, false},
    {"execute", CLASS_SESSION, sqlprepare_describe, sqlprepare_execute, false},
    {"deallocate", CLASS_SESSION, NULL, sqlprepare_deallocate, false},
    {"declare", CLASS_READ, NULL, cursor_declare, false},
    {"fetch", CLASS_SESSION, cursor_describe_fetch, cursor_fetch, false},
    {"close", CLASS_SESSION, NULL, cursor_close, false},
    {"subscribe", CLASS_READ, cursor_describe_subscribe, cursor_subscribe, false},
    {"create", CLASS_DDL, NULL, ddl_execute, false},
    {"alter", CLASS_DDL, NULL, ddl_execute, false},
    {"drop", CLASS_DDL, NULL, ddl_execute, false},
    {"comment on", CLASS_DDL, NULL, ddl_execute, false},
    {"grant", CLASS_DDL, NULL, ddl_execute, false},
    {"revoke", CLASS_DDL, NULL, ddl_execute, false},
    {"reassign", CLASS_DDL, NULL, ddl_execute, false},
    {"validate connection", CLASS_DDL, NULL, ddl_execute, false},
    {"explain", CLASS_READ, NULL, query_explain, false},
};

static const StatementKind *kind_of(const SqlTok *toks)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const char *second = strchr(kinds[i].words, ' ');
        size_t length = second ? (size_t)(second - kinds[i].words) : strlen(kinds[i].words);
        if ((toks->kind == SQL_WORD || toks->kind == SQL_SYMBOL) && strlen(toks->value) == length &&
            strncmp(toks->value, kinds[i].words, length) == 0 &&
            (!second || sql_is_word(toks + 1, second + 1))) {
            return &kinds[i];
        }
    }
    return NULL;
}

/* INSERT ... SELECT ... FROM reads as well; SHOW of a variable reads nothing. */
static StatementClass class_of(Arena *arena, const Statement *statement)
{
    StatementClass class = statement->kind->class;
    if (class == CLASS_DDL) {
        DdlStatement ddl;
        ddl_classify(arena, statement->toks, &ddl);
        return ddl.class;
    }
    if (class == CLASS_WRITE) {
        for (const SqlTok *tok = statement->toks; tok->kind != SQL_END; tok++) {
            class = sql_is_word(tok, "from") ? CLASS_ALONE : class;
        }
    }
    return class;
}

/* --- cutting --- */

static bool syntax(Arena *arena, Err *err, const char *message)
{
    err_set(arena, err, ERR_INPUT, "ST0004", "%s", message);
    strcpy(err->sqlstate, "42601");
    return false;
}

static bool check_names(Arena *arena, const SqlToks *toks, Err *err)
{
    vec_each (SqlTok, tok, toks) {
        if (sql_is_name(tok) && strlen(tok->value) > NAME_MAX_BYTES) {
            return syntax(arena, err, "identifier length exceeds 255 bytes");
        }
    }
    return true;
}

/* Handlers skip words and look a few tokens ahead without asking: a statement that breaks off must end in as many ends. */
#define TAIL 8

static bool add_statement(Arena *arena, const char *text, const SqlTok *from, size_t count,
                          Statements *out, Err *err)
{
    SqlTok *toks = arena_array(arena, count + TAIL, sizeof *toks);
    memcpy(toks, from, count * sizeof *toks);
    for (size_t i = 0; i < TAIL; i++) {
        toks[count + i] = (SqlTok){SQL_END, "", from[count - 1].end, from[count - 1].end};
    }
    Statement statement = {
        .text = arena_strndup(arena, text + from->start, from[count - 1].end - from->start),
        .toks = toks,
        .source = text,
        .kind = kind_of(toks)};
    if (!statement.kind) {
        return syntax(arena, err,
                      arena_printf(arena,
                                   "Expected a keyword at the beginning of a statement, found %s "
                                   "\"%s\"",
                                   sql_is_name(from) ? "identifier" : "operator", from->value));
    }
    statement.class = class_of(arena, &statement);
    vec_push(arena, out, statement);
    return true;
}

bool statement_split(Arena *arena, const char *text, Statements *out, Err *err)
{
    SqlToks toks;
    if (!sql_tokens(arena, text, strlen(text), &toks, err)) {
        return syntax(arena, err, err->message);
    }
    if (!check_names(arena, &toks, err)) {
        return false;
    }
    size_t from = 0;
    for (size_t i = 0; i < toks.count; i++) {
        if (toks.items[i].kind == SQL_END || sql_is_symbol(&toks.items[i], ";")) {
            if (i > from && !add_statement(arena, text, &toks.items[from], i - from, out, err)) {
                return false;
            }
            from = i + 1;
        }
    }
    return true;
}

/* --- running --- */

bool statement_allowed(Run *run)
{
    if (run->session->txn.state == TXN_FAILED && !run->statement->kind->ends_transaction) {
        return run_fail(run, "25P02",
                        "current transaction is aborted, commands ignored until end "
                        "of transaction block");
    }
    return true;
}

bool statement_describe(Run *run)
{
    return !run->statement->kind->describe || run->statement->kind->describe(run);
}

bool statement_execute(Run *run)
{
    bool ok = txn_admit(run, run->statement->class) && run->statement->kind->execute(run);
    if (!ok) {
        txn_failed(run->session);
    }
    return ok;
}

void statement_send_columns(Run *run)
{
    Wire *wire = &run->session->wire;
    const Columns *columns = &run->reply.columns;
    wire_begin(wire, 'T');
    wire_int(wire, (int64_t)columns->count, 2);
    for (size_t i = 0; i < columns->count; i++) {
        const Column *column = &columns->items[i];
        bool own = run->formats && i < (size_t)run->format_count;
        wire_text(wire, column->name);
        wire_int(wire, 0, 4);
        wire_int(wire, 0, 2);
        wire_int(wire, column->oid, 4);
        wire_int(wire, column->size, 2);
        wire_int(wire, column->modifier, 4);
        wire_int(wire, own ? run->formats[i] : run->result_format, 2);
    }
    wire_end(wire);
}

static void send_cell(Wire *wire, const char *bytes, int length)
{
    wire_int(wire, bytes ? length : -1, 4);
    if (bytes) {
        wire_bytes(wire, bytes, (size_t)length);
    }
}

static size_t row_count(const Reply *reply)
{
    return reply->result ? (size_t)PQntuples(reply->result) : reply->rows.count;
}

#define JSONB 3802

/* Materialize writes jsonb without the blanks between its tokens. */
static void send_json(Run *run, const char *json)
{
    Buf text = buf_new(run->arena, strlen(json));
    bool quoted = false;
    for (const char *p = json; *p; p++) {
        if (quoted && *p == '\\' && p[1]) {
            buf_char(&text, *p++);
        } else if (*p == '"') {
            quoted = !quoted;
        }
        if (quoted || *p != ' ') {
            buf_char(&text, *p);
        }
    }
    send_cell(&run->session->wire, text.length ? text.data : "", (int)text.length);
}

static void send_result_cell(Run *run, int r, int c)
{
    const PGresult *result = run->reply.result;
    bool null = PQgetisnull(result, r, c);
    if (!null && run->reply.columns.items[c].oid == JSONB && PQfformat(result, c) == 0) {
        send_json(run, PQgetvalue(result, r, c));
    } else {
        send_cell(&run->session->wire, null ? NULL : PQgetvalue(result, r, c),
                  PQgetlength(result, r, c));
    }
}

static void send_row(Run *run, size_t row)
{
    const Reply *reply = &run->reply;
    Wire *wire = &run->session->wire;
    int columns = (int)reply->columns.count, r = (int)row;
    wire_begin(wire, 'D');
    wire_int(wire, columns, 2);
    for (int c = 0; c < columns; c++) {
        if (reply->result) {
            send_result_cell(run, r, c);
        } else {
            const char *cell = reply->rows.items[row][c];
            send_cell(wire, cell, cell ? (int)strlen(cell) : 0);
        }
    }
    wire_end(wire);
}

void statement_send_some(Run *run)
{
    for (; run->reply.next < row_count(&run->reply); run->reply.next++) {
        send_row(run, run->reply.next);
    }
}

bool statement_send_rows(Run *run, size_t limit)
{
    Reply *reply = &run->reply;
    size_t total = row_count(reply), from = reply->next;
    size_t to = limit && from + limit < total ? from + limit : total;
    for (; reply->next < to; reply->next++) {
        send_row(run, reply->next);
    }
    if (to < total) {
        return false;
    }
    wire_done(&run->session->wire, reply->counted
                                       ? arena_printf(run->arena, "%s %zu", reply->tag, to - from)
                                       : reply->tag);
    return true;
}

/* A DDL transaction knows names that PostgreSQL does not: it refuses a write before looking at them. */
static bool plan(Run *run)
{
    bool early = run->session->txn.ops == OPS_RENAME && run->statement->class == CLASS_WRITE;
    return (!early || txn_admit(run, CLASS_WRITE)) && statement_describe(run);
}

bool statement_run(Run *run)
{
    bool ok = statement_allowed(run);
    if (ok && !plan(run)) {
        txn_failed(run->session);
        ok = false;
    }
    if (ok && run->reply.has_columns) {
        statement_send_columns(run);
    }
    ok = ok && statement_execute(run);
    if (!ok) {
        wire_error(&run->session->wire, "ERROR", &run->err);
        return false;
    }
    if (!run->reply.copied) {
        statement_send_rows(run, 0);
    }
    return true;
}
