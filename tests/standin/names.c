#include "names.h"

#include "cutover/str.h"

#include <stdlib.h>
#include <string.h>

struct Names {
    Arena *arena;
    int users;     /* guarded by Server.lock */
    Map databases; /* name to id */
    Map schemas;   /* "database id.name" to NameSchema */
    Map schemas_by_id;
    Map items; /* "schema id.name" to NameItem */
    Map items_by_id;
    Map clusters; /* name to NameCluster */
    Map functions;
};

static const char *key(Arena *arena, const char *scope, const char *name)
{
    return arena_printf(arena, "%s.%s", scope ? scope : "", name);
}

/* --- reading --- */

typedef void (*AddRow)(Names *names, const char *const *cells);

static void add_database(Names *names, const char *const *cells)
{
    map_put(names->arena, &names->databases, cells[1], cells[0]);
}

static void add_schema(Names *names, const char *const *cells)
{
    NameSchema *schema = arena_make(names->arena, NameSchema);
    *schema = (NameSchema){cells[0], cells[1], cells[2], cells[3]};
    map_put(names->arena, &names->schemas, key(names->arena, cells[1], cells[2]), schema);
    map_put(names->arena, &names->schemas_by_id, cells[0], schema);
}

static void add_item(Names *names, const char *const *cells)
{
    NameItem *item = arena_make(names->arena, NameItem);
    *item = (NameItem){.id = cells[0],
                       .schema = map_get(&names->schemas_by_id, cells[1]),
                       .name = cells[2],
                       .type = cells[3],
                       .cluster_id = cells[4],
                       .relation = cells[5] != NULL};
    map_put(names->arena, &names->items, key(names->arena, cells[1], cells[2]), item);
    map_put(names->arena, &names->items_by_id, cells[0], item);
}

static void add_cluster(Names *names, const char *const *cells)
{
    NameCluster *cluster = arena_make(names->arena, NameCluster);
    *cluster = (NameCluster){cells[0], cells[1], atoi(cells[2])};
    map_put(names->arena, &names->clusters, cells[1], cluster);
}

static void add_function(Names *names, const char *const *cells)
{
    map_put(names->arena, &names->functions, cells[0], "");
}

static const struct {
    const char *sql;
    AddRow add;
    bool fixed; /* the same as long as the server runs */
} reads[] = {
    {"SELECT id, name FROM standin.databases", add_database, false},
    {"SELECT id, database_id, name, physical FROM standin.schemas", add_schema, false},
    {"SELECT id, schema_id, name, type, cluster_id, relid FROM standin.items", add_item, false},
    {"SELECT id, schema_id, name, type, NULL, relid FROM standin.system_relations", add_item, true},
    {"SELECT c.id, c.name, (SELECT count(*) FROM standin.replicas r WHERE r.cluster_id = c.id) "
     "FROM standin.clusters c",
     add_cluster, false},
    {"SELECT DISTINCT p.proname FROM pg_catalog.pg_proc p WHERE p.pronamespace = "
     "'standin'::regnamespace AND (p.proname LIKE 'mz\\_%' OR EXISTS (SELECT FROM "
     "pg_catalog.pg_proc q WHERE q.proname = p.proname AND q.pronamespace = "
     "'pg_catalog'::regnamespace) OR p.proname IN ('current_user', 'session_user'))",
     add_function, true},
};

static void add_rows(Names *names, const PGresult *result, AddRow add)
{
    for (int r = 0; r < PQntuples(result); r++) {
        const char **cells = arena_array(names->arena, (size_t)PQnfields(result), sizeof *cells);
        for (int c = 0; c < PQnfields(result); c++) {
            cells[c] = PQgetisnull(result, r, c)
                           ? NULL
                           : arena_strdup(names->arena, PQgetvalue(result, r, c));
        }
        add(names, cells);
    }
}

/* Under control_lock. */
static bool read_one(Server *server, Names *names, size_t i)
{
    static PGresult *kept[sizeof reads / sizeof *reads];
    PGresult *result = kept[i] ? kept[i] : PQexec(server->control, reads[i].sql);
    bool ok = PQresultStatus(result) == PGRES_TUPLES_OK;
    if (ok) {
        add_rows(names, result, reads[i].add);
    }
    if (ok && reads[i].fixed) {
        kept[i] = result;
    } else {
        PQclear(result);
    }
    return ok;
}

static void replace(Server *server, Names *names)
{
    pthread_mutex_lock(&server->lock);
    Names *old = server->names;
    server->names = names;
    names->users = 1;
    bool last = old && --old->users == 0;
    pthread_mutex_unlock(&server->lock);
    if (last) {
        arena_free(old->arena);
    }
}

static Names *read_names(Server *server)
{
    Arena *arena = arena_new();
    Names *names = arena_make(arena, Names);
    names->arena = arena;
    for (size_t i = 0; i < sizeof reads / sizeof *reads; i++) {
        if (!read_one(server, names, i)) {
            arena_free(arena);
            return NULL;
        }
    }
    return names;
}

static void read_rbac(Server *server)
{
    PGresult *rbac = PQexec(server->control, "SELECT rbac FROM standin.meta");
    atomic_store(&server->rbac, PQntuples(rbac) == 1 && PQgetvalue(rbac, 0, 0)[0] == 't');
    PQclear(rbac);
}

bool names_reload(Server *server, Arena *arena, Err *err)
{
    pthread_mutex_lock(&server->control_lock);
    Names *names = read_names(server);
    if (names) {
        read_rbac(server);
        replace(server, names);
    } else {
        err_set(arena, err, ERR_INTERNAL, "ST0003", "standin: cannot read the catalog: %s",
                PQerrorMessage(server->control));
    }
    pthread_mutex_unlock(&server->control_lock);
    return names != NULL;
}

Names *names_get(Server *server)
{
    pthread_mutex_lock(&server->lock);
    Names *names = server->names;
    names->users++;
    pthread_mutex_unlock(&server->lock);
    return names;
}

void names_release(Server *server, Names *names)
{
    pthread_mutex_lock(&server->lock);
    bool last = --names->users == 0;
    pthread_mutex_unlock(&server->lock);
    if (last) {
        arena_free(names->arena);
    }
}

/* --- looking up --- */

/* A key of this size serves every lookup: names have at most 255 bytes. */
static void *look(const Map *map, const char *scope, const char *name)
{
    char text[600];
    snprintf(text, sizeof text, "%s.%s", scope ? scope : "", name);
    return map_get(map, text);
}

const char *names_database(const Names *names, const char *name)
{
    return map_get(&names->databases, name);
}

const NameCluster *names_cluster(const Names *names, const char *name)
{
    return map_get(&names->clusters, name);
}

const NameSchema *names_schema(const Names *names, const char *database_id, const char *name)
{
    const NameSchema *schema = database_id ? look(&names->schemas, database_id, name) : NULL;
    return schema ? schema : look(&names->schemas, NULL, name);
}

const NameItem *names_item(const Names *names, const NameSchema *schema, const char *name)
{
    return look(&names->items, schema->id, name);
}

const NameItem *names_item_by_id(const Names *names, const char *id)
{
    return map_get(&names->items_by_id, id);
}

const NameCluster *names_cluster_by_id(const Names *names, const char *id)
{
    map_each (it, &names->clusters) {
        const NameCluster *cluster = it->value;
        if (str_eq(cluster->id, id)) {
            return cluster;
        }
    }
    return NULL;
}

const char *names_full(const Names *names, Arena *arena, const NameItem *item)
{
    const char *database = "";
    map_each (it, &names->databases) {
        database = str_eq(it->value, item->schema->database_id) ? it->key : database;
    }
    return arena_printf(arena, "%s.%s.%s", database, item->schema->name, item->name);
}

void names_items_in(const Names *names, Arena *arena, const NameSchema *schema, StrVec *ids)
{
    map_each (it, &names->items_by_id) {
        const NameItem *item = it->value;
        if (item->schema == schema) {
            vec_push(arena, ids, arena_strdup(arena, item->id));
        }
    }
}

bool names_own_function(const Names *names, const char *name)
{
    return map_get(&names->functions, name) != NULL;
}

bool names_reads_materialized(Server *server, Arena *arena, const StrVec *ids)
{
    const char *const values[] = {arena_printf(arena, "{%s}", str_join(arena, ids, ","))};
    pthread_mutex_lock(&server->control_lock);
    PGresult *found = PQexecParams(
        server->control,
        "WITH RECURSIVE r(id) AS (SELECT unnest($1::text[]) UNION SELECT d.referenced_id FROM "
        "standin.dependencies d JOIN r ON r.id = d.object_id) SELECT FROM r JOIN standin.items i "
        "USING (id) WHERE i.type = 'materialized-view' LIMIT 1",
        1, NULL, values, NULL, NULL, 0);
    pthread_mutex_unlock(&server->control_lock);
    bool any = PQntuples(found) > 0;
    PQclear(found);
    return any;
}
