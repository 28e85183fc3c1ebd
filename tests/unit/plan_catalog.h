/* A world for tests of the planner: a project, a catalog and a record in memory, and the plan between them. */
#ifndef TESTS_PLAN_CATALOG_H
#define TESTS_PLAN_CATALOG_H

#include "check.h"

#include "cutover/plan.h"
#include "cutover/str.h"

#include <string.h>

#define DB "materialize"
#define COMMIT "4f2a9c1b03deaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

typedef struct World {
    Arena *arena;
    Desired *desired; /* what Git says; sealed by world_plan() */
    Catalog *catalog;
    Record *record;
    EnvironmentConfig environment;
    RepoConfig config;
    const PermitHistory *history; /* NULL: of the commits since the live one nothing is known */
    PermitPolicy permits;
    const PlanClaims *others;
    bool is_live;                       /* what Git says made what is live */
    const Floors *floors;               /* or NULL */
    const RecordDeployment *deployment; /* that carries the plan out, or NULL */
    int64_t generation;
    int last_id;
} World;

static inline char *world_id(World *w)
{
    return arena_printf(w->arena, "u%d", ++w->last_id);
}

static inline Desired *world_desired(World *w)
{
    Desired *desired = arena_make(w->arena, Desired);
    desired->project = "shop";
    desired->default_database = DB;
    return desired;
}

/* ---- Git ---- */

/* "a.b" as a relation of the default database, "d.a.b" as it is. */
static inline RelName world_rel(World *w, const char *dotted)
{
    StrVec parts = str_split(w->arena, dotted, '.');
    size_t n = parts.count;
    return (RelName){n > 2 ? parts.items[0] : DB, parts.items[n - 2], parts.items[n - 1]};
}

static inline const char *world_node_id(World *w, const char *dotted)
{
    return arena_printf(w->arena, "model.shop.%s", dotted);
}

/* Declares a node; READS are names of nodes with spaces between, in brackets: of what is outside. */
static inline DesiredNode *world_declare(World *w, NodeKind kind, const char *name,
                                         const char *cluster, const char *reads)
{
    DesiredNode node = {.id = world_node_id(w, name),
                        .kind = kind,
                        .rel = world_rel(w, name),
                        .cluster = cluster,
                        .sql = arena_printf(w->arena, "select 1 from %s", reads),
                        .file = arena_printf(w->arena, "models/%s.sql", name),
                        .line = 1};
    StrVec words = str_split(w->arena, reads, ' ');
    vec_each (const char *, word, &words) {
        if (**word == '[') {
            const char *outside = arena_strndup(w->arena, *word + 1, strlen(*word) - 2);
            vec_push(w->arena, &node.reads, world_rel(w, outside));
        } else if (**word) {
            vec_push(w->arena, &node.depends, world_node_id(w, *word));
        }
    }
    vec_push(w->arena, &w->desired->nodes, node);
    return &vec_last(&w->desired->nodes);
}

static inline DesiredNode *world_node(World *w, const char *name)
{
    vec_each (DesiredNode, it, &w->desired->nodes) {
        if (str_eq(it->id, world_node_id(w, name))) {
            return it;
        }
    }
    return NULL;
}

static inline void world_index(World *w, const char *node, const char *index, const char *cluster,
                               const char *keys)
{
    DesiredIndex it = {.name = index, .cluster = cluster, .keys = keys, .file = "models/x.sql"};
    vec_push(w->arena, &world_node(w, node)->indexes, it);
}

static inline void world_external_index(World *w, const char *on, const char *index,
                                        const char *cluster, const char *keys)
{
    DesiredExternal external = {.rel = world_rel(w, on)};
    DesiredIndex it = {.name = index, .cluster = cluster, .keys = keys, .file = "models/x.sql"};
    vec_push(w->arena, &external.indexes, it);
    vec_push(w->arena, &w->desired->externals, external);
}

/* A copy of the project without node NAME. */
static inline void world_remove(World *w, const char *name)
{
    Desired *left = world_desired(w);
    vec_each (DesiredNode, it, &w->desired->nodes) {
        if (!str_eq(it->id, world_node_id(w, name))) {
            vec_push(w->arena, &left->nodes, *it);
        }
    }
    left->externals.items = w->desired->externals.items;
    left->externals.count = w->desired->externals.count;
    w->desired = left;
}

/* Another text, so another digest. */
static inline void world_change(World *w, const char *name)
{
    DesiredNode *node = world_node(w, name);
    node->sql = arena_printf(w->arena, "%s + 1", node->sql);
}

static inline void world_size(World *w, const char *cluster, const char *size, int64_t factor)
{
    vec_each (ClusterConfig, it, &w->environment.clusters) {
        if (str_eq(it->name, cluster)) {
            it->size = size;
            it->replication_factor = factor;
            return;
        }
    }
    vec_push(w->arena, &w->environment.clusters, (ClusterConfig){cluster, size, factor});
}

/* ---- Materialize ---- */

static inline CatalogSchema *world_live_schema(World *w, const char *database, const char *name)
{
    vec_each (CatalogSchema, it, &w->catalog->schemas) {
        if (str_eq(it->name, name) && str_eq(it->database, database)) {
            return it;
        }
    }
    return NULL;
}

static inline CatalogCluster *world_live_cluster(World *w, const char *name)
{
    vec_each (CatalogCluster, it, &w->catalog->clusters) {
        if (str_eq(it->name, name)) {
            return it;
        }
    }
    return NULL;
}

static inline CatalogObject *world_live(World *w, const char *dotted)
{
    RelName rel = world_rel(w, dotted);
    vec_each (CatalogObject, it, &w->catalog->objects) {
        if (relname_eq(it->rel, rel)) {
            return it;
        }
    }
    return NULL;
}

static inline CatalogSchema *world_add_schema(World *w, const char *database, const char *name,
                                              const char *owner)
{
    vec_push(
        w->arena, &w->catalog->schemas,
        (CatalogSchema){.id = world_id(w), .database = database, .name = name, .owner = owner});
    return &vec_last(&w->catalog->schemas);
}

static inline CatalogCluster *world_add_cluster(World *w, const char *name, const char *size,
                                                int64_t factor)
{
    vec_push(w->arena, &w->catalog->clusters,
             (CatalogCluster){.id = world_id(w),
                              .name = name,
                              .owner = "cutover",
                              .managed = true,
                              .size = size,
                              .replication_factor = factor});
    return &vec_last(&w->catalog->clusters);
}

/* Somebody else's object; READS and CLUSTER may be NULL. */
static inline CatalogObject *world_stranger(World *w, const char *kind, const char *name,
                                            const char *cluster, const char *reads)
{
    CatalogObject object = {
        .id = world_id(w), .kind = kind, .rel = world_rel(w, name), .owner = "looker"};
    if (!world_live_schema(w, object.rel.database, object.rel.schema)) {
        world_add_schema(w, object.rel.database, object.rel.schema, "looker");
    }
    object.cluster_id = cluster ? world_live_cluster(w, cluster)->id : NULL;
    if (reads) {
        vec_push(w->arena, &object.reads, world_live(w, reads)->id);
    }
    vec_push(w->arena, &w->catalog->objects, object);
    return &vec_last(&w->catalog->objects);
}

static inline World *world_new(Arena *arena)
{
    World *w = arena_make(arena, World);
    w->arena = arena;
    w->desired = world_desired(w);
    w->catalog = arena_make(arena, Catalog);
    w->catalog->database = DB;
    w->catalog->role = "cutover";
    w->record = arena_make(arena, Record);
    w->record->environment = "production";
    w->generation = 0;
    w->environment = (EnvironmentConfig){.name = "production",
                                         .green_pattern = "{name}_green",
                                         .blue_pattern = "{name}_blue_g{n}",
                                         .max_drops = 5,
                                         .lag = 10,
                                         .soak = 900};
    world_add_schema(w, DB, "public", "mz_system");
    world_add_cluster(w, "quickstart", "25cc", 1)->owner = "mz_system";
    vec_push(arena, &w->catalog->sizes, (CatalogSize){"200cc", 2.0});
    vec_push(arena, &w->catalog->sizes, (CatalogSize){"100cc", 1.0});
    vec_push(arena, &w->catalog->sizes, (CatalogSize){"50cc", 0.5});
    vec_push(arena, &w->catalog->sizes, (CatalogSize){"25cc", 0.25});
    world_stranger(w, "source", "public.orders", NULL, NULL);
    return w;
}

/* ---- planning ---- */

/* The catalog's maps point at its items, which move when something is added. */
static inline void world_seal_catalog(World *w)
{
    Catalog *c = w->catalog;
    memset(&c->schema_by_name, 0, sizeof c->schema_by_name);
    memset(&c->cluster_by_name, 0, sizeof c->cluster_by_name);
    memset(&c->cluster_by_id, 0, sizeof c->cluster_by_id);
    memset(&c->object_by_id, 0, sizeof c->object_by_id);
    memset(&c->object_by_name, 0, sizeof c->object_by_name);
    memset(&c->index_by_name, 0, sizeof c->index_by_name);
    catalog_seal(w->arena, c);
}

static inline void world_seal(World *w)
{
    world_seal_catalog(w);
    memset(&w->desired->node_by_id, 0, sizeof w->desired->node_by_id);
    memset(&w->desired->node_by_rel, 0, sizeof w->desired->node_by_rel);
    desired_seal(w->arena, w->desired, halves_here);
}

static inline Plan *world_plan_sealed(World *w)
{
    PlanInput input = {.desired = w->desired,
                       .catalog = w->catalog,
                       .record = w->record,
                       .environment = &w->environment,
                       .config = &w->config,
                       .commit = COMMIT,
                       .live_generation = w->generation,
                       .record_cluster = "quickstart",
                       .record_schema = "cutover",
                       .history = w->history,
                       .permits = w->permits,
                       .others = w->others,
                       .is_live = w->is_live,
                       .heals = w->is_live,
                       .floors = w->floors,
                       .deployment = w->deployment};
    return plan_make(w->arena, &input);
}

static inline Plan *world_plan(World *w)
{
    world_seal(w);
    return world_plan_sealed(w);
}

#endif
