/*
 * What the stand-in reads from its clients: messages off a socket, and SQL that it cuts, classifies and
 * rewrites. It is linked with the stand-in's own files but main.c and names.c, whose place is taken by a
 * catalog of a handful of names.
 */
#include "fuzz.h"

#include "../standin/ddl_args.h"
#include "../standin/names.h"
#include "../standin/pgwire.h"
#include "../standin/resolve.h"
#include "../standin/statement.h"
#include "../standin/vars.h"

#include "cutover/str.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* --- a small catalog --- */

static const NameSchema schemas[] = {{"s1", NULL, "mz_catalog", "mz_catalog"},
                                     {"u3", "u1", "public", "u3"},
                                     {"u4", "u1", "shop", "u4"}};
static const NameItem items[] = {{"s10", "mz_objects", "view", NULL, &schemas[0], true},
                                 {"u1", "orders", "table", NULL, &schemas[1], true},
                                 {"u2", "daily", "materialized-view", "u1", &schemas[2], true}};
static const NameCluster cluster = {"u1", "quickstart", 1};

Names *names_get(Server *server)
{
    (void)server;
    return NULL;
}

void names_release(Server *server, Names *names)
{
    (void)server;
    (void)names;
}

bool names_reload(Server *server, Arena *arena, Err *err)
{
    (void)server;
    (void)arena;
    (void)err;
    return true;
}

const char *names_database(const Names *names, const char *name)
{
    (void)names;
    return str_eq(name, "materialize") ? "u1" : NULL;
}

const NameCluster *names_cluster(const Names *names, const char *name)
{
    (void)names;
    return str_eq(name, cluster.name) ? &cluster : NULL;
}

const NameCluster *names_cluster_by_id(const Names *names, const char *id)
{
    (void)names;
    return str_eq(id, cluster.id) ? &cluster : NULL;
}

const NameSchema *names_schema(const Names *names, const char *database_id, const char *name)
{
    (void)names;
    (void)database_id;
    for (size_t i = 0; i < sizeof schemas / sizeof *schemas; i++) {
        if (str_eq(schemas[i].name, name)) {
            return &schemas[i];
        }
    }
    return NULL;
}

const NameItem *names_item(const Names *names, const NameSchema *schema, const char *name)
{
    (void)names;
    for (size_t i = 0; i < sizeof items / sizeof *items; i++) {
        if (items[i].schema == schema && str_eq(items[i].name, name)) {
            return &items[i];
        }
    }
    return NULL;
}

const NameItem *names_item_by_id(const Names *names, const char *id)
{
    (void)names;
    for (size_t i = 0; i < sizeof items / sizeof *items; i++) {
        if (str_eq(items[i].id, id)) {
            return &items[i];
        }
    }
    return NULL;
}

const char *names_full(const Names *names, Arena *arena, const NameItem *item)
{
    (void)names;
    return arena_printf(arena, "materialize.%s.%s", item->schema->name, item->name);
}

void names_items_in(const Names *names, Arena *arena, const NameSchema *schema, StrVec *ids)
{
    (void)names;
    (void)arena;
    (void)schema;
    (void)ids;
}

bool names_own_function(const Names *names, const char *name)
{
    (void)names;
    return str_eq(name, "mz_now") || str_eq(name, "mz_aclexplode");
}

bool names_reads_materialized(Server *server, Arena *arena, const StrVec *ids)
{
    (void)server;
    (void)arena;
    return ids->count > 0;
}

/* --- the readers --- */

static void rewrite(Arena *arena, Session *session, const Statement *statement)
{
    Run run = {.session = session, .arena = arena, .statement = statement};
    DdlStatement ddl;
    Resolved resolved;
    const SqlTok *end = statement->toks;
    while (end->kind != SQL_END) {
        end++;
    }
    if (statement->kind->class == CLASS_DDL) {
        ddl_parse(&run, &ddl);
    }
    run.err = (Err){0};
    resolve_query(&run, statement->toks, end, &resolved);
}

static void read_statements(Arena *arena, const char *text, size_t length)
{
    Server server = {0};
    Session session = {.server = &server, .arena = arena, .fd = -1, .user = "materialize"};
    Statements statements = {0};
    Err err = {0};
    (void)length;
    vars_init(&session);
    if (statement_split(arena, text, &statements, &err)) {
        vec_each (Statement, statement, &statements) {
            rewrite(arena, &session, statement);
        }
    }
}

static void read_message(WireMessage *message)
{
    for (int i = 0; i < 4; i++) {
        wire_get_text(message);
        int count = wire_get_int(message, 2);
        if (count > 0) {
            wire_get_bytes(message, (size_t)count);
        }
        wire_get_int(message, 4);
    }
}

static void read_wire(Arena *arena, const char *text, size_t length)
{
    int pair[2];
    Wire *wire = arena_make(arena, Wire);
    WireMessage message;
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0) {
        return;
    }
    if (write(pair[1], text, length) >= 0) {
        shutdown(pair[1], SHUT_WR);
        wire_init(wire, pair[0], arena);
        bool more = wire_read_startup(wire, arena, &message);
        while (more) {
            read_message(&message);
            more = wire_read(wire, arena, &message);
        }
    }
    close(pair[0]);
    close(pair[1]);
}

const FuzzTarget fuzz_targets[] = {
    {"statements", read_statements}, {"wire", read_wire}, {NULL, NULL}};
