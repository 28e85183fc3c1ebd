#include "extended.h"

#include "cursor.h"
#include "faults.h"
#include "query.h"
#include "statement.h"
#include "txn.h"

#include "cutover/str.h"

#include <string.h>

typedef struct Prepared {
    Arena *arena;
    const char *name;
    Statement *statement; /* NULL: an empty one */
    int type_count;
    Oid *types;
} Prepared;

typedef struct Portal {
    Arena *arena;
    const char *name;
    bool empty, described, executed;
    Run run;
} Portal;

/* Maps have no removing: a closed one stays as an empty slot that is used again by its name. */
static const char nothing[] = "";

static void *lookup(const Map *map, const char *name)
{
    void *found = map_get(map, name);
    return found == nothing ? NULL : found;
}

static void replace(Session *session, Map *map, const char *name, const void *value)
{
    bool known = map_get(map, name) != NULL;
    map_put(session->arena, map, known ? name : arena_strdup(session->arena, name), value);
}

static const char *statement_key(Arena *arena, const char *name)
{
    return arena_printf(arena, "wire:%s", name);
}

static void close_statement(Session *session, Arena *arena, const char *name)
{
    const char *key = statement_key(arena, name);
    Prepared *prepared = lookup(&session->prepared, key);
    if (prepared) {
        replace(session, &session->prepared, key, nothing);
        arena_free(prepared->arena);
    }
}

static void close_portal(Session *session, const char *name)
{
    Portal *portal = lookup(&session->portals, name);
    if (portal) {
        replace(session, &session->portals, name, nothing);
        arena_free(portal->arena);
    }
}

void extended_close_all(Session *session)
{
    map_each (it, &session->portals) {
        if (it->value != nothing) {
            arena_free(((Portal *)it->value)->arena);
        }
    }
    map_each (it, &session->prepared) {
        if (str_starts(it->key, "wire:") && it->value != nothing) {
            arena_free(((Prepared *)it->value)->arena);
        }
    }
    session->portals = session->prepared = (Map){0};
}

static bool report(Session *session, const Err *err)
{
    txn_failed(session);
    wire_error(&session->wire, "ERROR", err);
    return false;
}

static bool protocol_error(Session *session, Arena *arena, const char *sqlstate, const char *text)
{
    Err err;
    err_set(arena, &err, ERR_INPUT, "ST0005", "%s", text);
    memcpy(err.sqlstate, sqlstate, 6);
    return report(session, &err);
}

static void simple_answer(Session *session, char type)
{
    wire_begin(&session->wire, type);
    wire_end(&session->wire);
}

/* --- Parse --- */

static Run run_of(Session *session, Arena *arena, const Prepared *prepared)
{
    return (Run){.session = session,
                 .arena = arena,
                 .statement = prepared->statement,
                 .parameters = {.type_count = prepared->type_count, .types = prepared->types}};
}

static Prepared *parse_message(Session *session, WireMessage *message, Err *err)
{
    Arena *arena = arena_new();
    Prepared *prepared = arena_make(arena, Prepared);
    Statements statements = {0};
    prepared->arena = arena;
    prepared->name = arena_strdup(arena, wire_get_text(message));
    const char *text = arena_strdup(arena, wire_get_text(message));
    prepared->type_count = wire_get_int(message, 2);
    prepared->types = arena_array(arena, (size_t)(prepared->type_count & 0x7fff) + 1, sizeof(Oid));
    for (int i = 0; i < prepared->type_count; i++) {
        prepared->types[i] = (Oid)wire_get_int(message, 4);
    }
    bool ok = statement_split(arena, text, &statements, err);
    if (ok && statements.count > 1) {
        ok = err_set(arena, err, ERR_INPUT, "ST0006",
                     "cannot insert multiple commands into a prepared statement");
    }
    if (!ok) {
        report(session, err);
        arena_free(arena);
        return NULL;
    }
    prepared->statement = statements.count ? &statements.items[0] : NULL;
    return prepared;
}

/* Names and types are checked here, as far as describing does. */
static bool check_parsed(Session *session, const Prepared *prepared)
{
    Arena *arena = arena_new();
    Run run = run_of(session, arena, prepared);
    bool ok = !prepared->statement || (statement_allowed(&run) && statement_describe(&run)) ||
              report(session, &run.err);
    arena_free(arena);
    return ok;
}

static bool parse(Session *session, WireMessage *message)
{
    Err err = {0};
    Prepared *prepared = parse_message(session, message, &err);
    if (!prepared) {
        return false;
    }
    if (!check_parsed(session, prepared)) {
        arena_free(prepared->arena);
        return false;
    }
    close_statement(session, prepared->arena, prepared->name);
    replace(session, &session->prepared, statement_key(prepared->arena, prepared->name), prepared);
    simple_answer(session, '1');
    return true;
}

/* --- Bind --- */

static void bind_formats(WireMessage *message, Parameters *p, int count, const int *formats)
{
    (void)message;
    for (int i = 0; i < p->count; i++) {
        p->formats[i] = count == 0 ? 0 : formats[count == 1 ? 0 : i];
    }
}

static int *read_formats(Arena *arena, WireMessage *message, int *count)
{
    *count = wire_get_int(message, 2) & 0x7fff;
    int *formats = arena_array(arena, (size_t)*count + 1, sizeof *formats);
    for (int i = 0; i < *count; i++) {
        formats[i] = wire_get_int(message, 2);
    }
    return formats;
}

static void bind_values(Arena *arena, WireMessage *message, Parameters *p)
{
    int format_count;
    int *formats = read_formats(arena, message, &format_count);
    p->count = wire_get_int(message, 2) & 0x7fff;
    p->values = arena_array(arena, (size_t)p->count + 1, sizeof *p->values);
    p->lengths = arena_array(arena, (size_t)p->count + 1, sizeof *p->lengths);
    p->formats = arena_array(arena, (size_t)p->count + 1, sizeof *p->formats);
    for (int i = 0; i < p->count; i++) {
        int length = wire_get_int(message, 4);
        p->lengths[i] = length < 0 ? 0 : length;
        if (length >= 0) { /* the read comes first: it says whether there is so much */
            const char *value = wire_get_bytes(message, (size_t)length);
            p->values[i] = arena_strndup(arena, value, message->bad ? 0 : (size_t)length);
        }
    }
    if (format_count == 0 || format_count == 1 || format_count == p->count) {
        bind_formats(message, p, format_count, formats);
    } else {
        message->bad = true;
    }
}

static void result_formats(Arena *arena, WireMessage *message, Run *run)
{
    int count, *formats = read_formats(arena, message, &count);
    run->result_format = count ? formats[0] : 0;
    for (int i = 1; i < count; i++) {
        if (formats[i] != formats[0]) {
            run->result_format = 1;
            run->formats = formats;
            run->format_count = count;
        }
    }
}

static Portal *new_portal(Session *session, const char *name, const Prepared *prepared)
{
    Arena *arena = arena_new();
    Portal *portal = arena_make(arena, Portal);
    portal->arena = arena;
    portal->name = arena_strdup(arena, name);
    portal->empty = prepared->statement == NULL;
    portal->run = run_of(session, arena, prepared);
    if (!portal->empty) { /* the prepared statement may be closed before */
        Statements copy = {0};
        Err err;
        statement_split(arena, arena_strdup(arena, prepared->statement->text), &copy, &err);
        portal->run.statement = &copy.items[0];
        portal->run.parameters.types =
            arena_grow(arena, prepared->types, (size_t)prepared->type_count * sizeof(Oid),
                       ((size_t)prepared->type_count + 1) * sizeof(Oid));
    }
    return portal;
}

static bool bind(Session *session, WireMessage *message, Arena *arena)
{
    const char *name = wire_get_text(message), *statement = wire_get_text(message);
    const Prepared *prepared = lookup(&session->prepared, statement_key(arena, statement));
    if (!prepared) {
        return protocol_error(
            session, arena, "26000",
            arena_printf(arena, "prepared statement \"%s\" does not exist", statement));
    }
    Portal *portal = new_portal(session, name, prepared);
    bind_values(portal->arena, message, &portal->run.parameters);
    result_formats(portal->arena, message, &portal->run);
    if (message->bad) {
        arena_free(portal->arena);
        return protocol_error(session, arena, "08P01", "bad Bind message");
    }
    close_portal(session, name);
    replace(session, &session->portals, portal->name, portal);
    simple_answer(session, '2');
    return true;
}

/* --- Describe --- */

static void send_description(Run *run)
{
    if (run->reply.has_columns) {
        statement_send_columns(run);
    } else {
        simple_answer(run->session, 'n');
    }
}

static void send_parameters(Run *run)
{
    Wire *wire = &run->session->wire;
    const PGresult *described = run->sql ? query_parameters(run) : NULL;
    int count = described ? PQnparams(described) : 0;
    wire_begin(wire, 't');
    wire_int(wire, count, 2);
    for (int i = 0; i < count; i++) {
        wire_int(wire, PQparamtype(described, i), 4);
    }
    wire_end(wire);
}

static bool describe_statement(Session *session, Arena *arena, const char *name)
{
    const Prepared *prepared = lookup(&session->prepared, statement_key(arena, name));
    if (!prepared) {
        return protocol_error(
            session, arena, "26000",
            arena_printf(arena, "prepared statement \"%s\" does not exist", name));
    }
    Run run = run_of(session, arena, prepared);
    if (prepared->statement && !(statement_allowed(&run) && statement_describe(&run))) {
        return report(session, &run.err);
    }
    send_parameters(&run);
    send_description(&run);
    return true;
}

static bool describe_portal_once(Portal *portal)
{
    if (!portal->described && !portal->empty) {
        portal->described = true;
        return statement_allowed(&portal->run) && statement_describe(&portal->run);
    }
    return true;
}

static Portal *find_portal(Session *session, Arena *arena, const char *name)
{
    Portal *portal = lookup(&session->portals, name);
    if (!portal) {
        protocol_error(session, arena, "34000",
                       arena_printf(arena, "portal \"%s\" does not exist", name));
    }
    return portal;
}

static bool describe(Session *session, WireMessage *message, Arena *arena)
{
    bool statement = wire_get_int(message, 1) == 'S';
    const char *name = wire_get_text(message);
    if (statement) {
        return describe_statement(session, arena, name);
    }
    Run cursor = {.session = session, .arena = arena};
    if (!lookup(&session->portals, name) && cursor_describe(&cursor, name)) {
        send_description(&cursor);
        return true;
    }
    Portal *portal = find_portal(session, arena, name);
    if (!portal) {
        return false;
    }
    if (!describe_portal_once(portal)) {
        return report(session, &portal->run.err);
    }
    send_description(&portal->run);
    return true;
}

/* --- Execute --- */

static bool execute_once(Portal *portal)
{
    Run *run = &portal->run;
    if (portal->executed) {
        return true;
    }
    portal->executed = true;
    return statement_allowed(run) && faults_before(run, run->statement->text) &&
           describe_portal_once(portal) && statement_execute(run) && faults_after(run);
}

static bool execute(Session *session, WireMessage *message, Arena *arena)
{
    const char *name = wire_get_text(message);
    int limit = wire_get_int(message, 4);
    Portal *portal = find_portal(session, arena, name);
    if (!portal) {
        return false;
    }
    if (portal->empty) {
        simple_answer(session, 'I');
        return true;
    }
    if (!execute_once(portal)) {
        return report(session, &portal->run.err);
    }
    if (!portal->run.reply.copied &&
        !statement_send_rows(&portal->run, limit > 0 ? (size_t)limit : 0)) {
        simple_answer(session, 's');
    }
    return true;
}

/* --- Close --- */

static bool close_object(Session *session, WireMessage *message, Arena *arena)
{
    bool statement = wire_get_int(message, 1) == 'S';
    const char *name = wire_get_text(message);
    if (statement) {
        close_statement(session, arena, name);
    } else {
        close_portal(session, name);
    }
    simple_answer(session, '3');
    return true;
}

bool extended_message(Session *session, WireMessage *message)
{
    Arena *arena = arena_new();
    bool ok = message->type == 'P'   ? parse(session, message)
              : message->type == 'B' ? bind(session, message, arena)
              : message->type == 'D' ? describe(session, message, arena)
              : message->type == 'E' ? execute(session, message, arena)
                                     : close_object(session, message, arena);
    arena_free(arena);
    return ok;
}
