#include "copy.h"

#include "errors.h"
#include "query.h"
#include "resolve.h"
#include "txn.h"

#include "cutover/str.h"

/* COPY has the relation right behind it, or a query in parentheses. */
static bool resolve(Run *run)
{
    const SqlTok *to = run->statement->toks;
    Resolved resolved;
    while (to->kind != SQL_END) {
        to++;
    }
    if (!resolve_query(run, run->statement->toks, to, &resolved)) {
        return false;
    }
    run->sql = resolved.sql;
    return query_check_cluster(run) && session_sync(run) && txn_postgres(run);
}

static void begin(Run *run, char type, const PGresult *result)
{
    Wire *wire = &run->session->wire;
    int columns = PQnfields(result);
    wire_begin(wire, type);
    wire_int(wire, PQbinaryTuples(result), 1);
    wire_int(wire, columns, 2);
    for (int c = 0; c < columns; c++) {
        wire_int(wire, PQfformat(result, c), 2);
    }
    wire_end(wire);
}

static void out(Run *run)
{
    Wire *wire = &run->session->wire;
    char *data;
    int length;
    while ((length = PQgetCopyData(run->session->pg, &data, 0)) > 0) {
        wire_begin(wire, 'd');
        wire_bytes(wire, data, (size_t)length);
        wire_end(wire);
        PQfreemem(data);
    }
    wire_begin(wire, 'c');
    wire_end(wire);
}

static void in(Run *run)
{
    WireMessage message;
    const char *failed = "the client is gone";
    wire_flush(&run->session->wire);
    for (;;) {
        Arena *arena = arena_new();
        bool more = wire_read(&run->session->wire, arena, &message);
        char type = more ? message.type : 'f';
        if (type == 'd') {
            PQputCopyData(run->session->pg, message.body, (int)message.length);
        } else if (type == 'f' && more) {
            failed = arena_strdup(run->arena, wire_get_text(&message));
        }
        arena_free(arena);
        if (type == 'c' || type == 'f') {
            PQputCopyEnd(run->session->pg, type == 'c' ? NULL : failed);
            return;
        }
    }
}

/* The result that says how it ended. */
static PGresult *final_result(Run *run)
{
    PGresult *result = NULL, *next;
    while ((next = PQgetResult(run->session->pg))) {
        PQclear(result);
        result = next;
    }
    arena_defer(run->arena, (void (*)(void *))PQclear, result);
    return result;
}

bool copy_execute(Run *run)
{
    if (!resolve(run)) {
        return false;
    }
    PGresult *result = PQexec(run->session->pg, run->sql);
    arena_defer(run->arena, (void (*)(void *))PQclear, result);
    ExecStatusType status = PQresultStatus(result);
    if (status == PGRES_COPY_OUT) {
        begin(run, 'H', result);
        out(run);
    } else if (status == PGRES_COPY_IN) {
        begin(run, 'G', result);
        in(run);
    }
    if (status == PGRES_COPY_OUT || status == PGRES_COPY_IN) {
        result = final_result(run);
    }
    if (PQresultStatus(result) != PGRES_COMMAND_OK) {
        errors_from_result(run, result, false);
        return false;
    }
    run->reply.tag = arena_strdup(run->arena, PQcmdStatus(result));
    return true;
}
