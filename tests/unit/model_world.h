/* The world of test_model.c: what a server, its clock, two controllers and people would be. */
#ifndef TESTS_MODEL_WORLD_H
#define TESTS_MODEL_WORLD_H

#include "check.h"

#include "../../deploy/pass_internal.h"

#include "cutover/str.h"

#include <string.h>

#define SCHEMAS 64
#define SECOND MOMENT_SECOND
#define REFUSED_LIMIT 64

typedef enum OpKind {
    OP_APPEND,
    OP_MARKER,
    OP_SCHEMA,
    OP_VIEW,
    OP_CUTOVER,
    OP_DROP,
    OP_SINK,
    OP_REPLACEMENT,
    OP_APPLY,
    OP_UNMAKE,
    OP_LET_IN,
    OP_SHUT_OUT
} OpKind;

typedef struct Op { /* one statement that a controller is about to send */
    OpKind kind;
    RecordEntry entry;
    Moment at;
    const char *name; /* of the schema, or of the replacement */
    const char *commit;
    const char *marker_from, *marker_to;
    const char *deployment;
    bool back;
    RecordNames names;
} Op;

typedef struct Controller {
    const char *instance;
    int64_t seq;
    VEC(Op) ops;
    size_t next;
    bool waits; /* its last pass had nothing to do */
    uint64_t
        stuck; /* so many steps the other one goes on alone, and its next statement comes late */
} Controller;

typedef struct ModelSchema {
    const char *id, *name, *commit; /* COMMIT: of the view in it; NULL: none */
    const char *view;
    int64_t event; /* of its creation, and one later of the view's */
    Moment built, retired;
    bool exists, stranger; /* somebody else's view lies in it too */
    bool was_live;
    bool guest;                                            /* of a canary: it is let in */
    const char *made, *made_name, *made_for, *made_commit; /* a replacement of the view */
    int64_t made_event;
    Moment made_at;
} ModelSchema;

typedef struct Counts {
    size_t cutovers, rollbacks, restores, crashes, replaced, lost, let_in;
} Counts;

typedef struct World {
    Arena *arena;
    uint64_t random;
    Moment now;
    ModelSchema schemas[SCHEMAS];
    size_t count;
    const char *marker;
    int64_t generation;
    LogEntries log;
    int64_t ids, events, person;
    const char *commits[REFUSED_LIMIT];
    size_t head;
    EnvironmentConfig environment;
    RepoConfig config;
    Map stepped; /* "<deployment> back?" that moved the marker */
    Controller controllers[2];
    Controller *acting;
    Counts *counts;
    bool live_once;
    const char *sink_reads; /* id of the view that a sink writes out; NULL: there is none yet */
} World;

/* What the server's catalog shows now. */
static inline Catalog *catalog_of(World *w, Arena *arena)
{
    Catalog *catalog = arena_make(arena, Catalog);
    *catalog = (Catalog){
        .now = w->now, .database = "materialize", .role = "cutover", .newest_event = w->events + 1};
    for (size_t i = 0; i < w->count; i++) {
        const ModelSchema *it = &w->schemas[i];
        if (!it->exists) {
            continue;
        }
        CatalogSchema schema = {
            .id = it->id, .database = "materialize", .name = it->name, .owner = "cutover"};
        if (it->guest) {
            vec_push(arena, &schema.grants, ((CatalogGrant){"u3", "guest", "USAGE"}));
        }
        vec_push(arena, &catalog->schemas, schema);
        CatalogObject view = {.id = it->view,
                              .kind = "view",
                              .owner = "cutover",
                              .rel = {"materialize", it->name, "daily"}};
        vec_push(arena, &catalog->creations,
                 ((CatalogCreation){it->event, "schema", it->id, it->name, "cutover", 0}));
        if (it->commit) {
            vec_push(arena, &catalog->objects, view);
            vec_push(arena, &catalog->creations,
                     ((CatalogCreation){it->event + 1, "view", it->view, "daily", "cutover", 0}));
        }
        if (it->made) {
            CatalogObject made = {.id = it->made,
                                  .kind = "view",
                                  .owner = "cutover",
                                  .rel = {"materialize", it->name, it->made_name}};
            vec_push(arena, &catalog->objects, made);
            vec_push(arena, &catalog->creations,
                     ((CatalogCreation){it->made_event, "view", it->made, "daily", "cutover", 0}));
        }
        CatalogObject strange = {.id = arena_printf(arena, "f%s", it->id),
                                 .kind = "view",
                                 .owner = "looker",
                                 .rel = {"materialize", it->name, "looker"}};
        if (it->stranger) {
            vec_push(arena, &catalog->objects, strange);
        }
    }
    if (w->sink_reads) {
        CatalogObject sink = {
            .id = "k1", .kind = "sink", .owner = "cutover", .rel = {"materialize", "kafka", "out"}};
        vec_push(arena, &sink.reads, w->sink_reads);
        vec_push(arena, &catalog->objects, sink);
    }
    if (w->marker) {
        vec_push(arena, &catalog->schemas,
                 ((CatalogSchema){.id = "m1", .database = "materialize", .name = w->marker}));
    }
    catalog_seal(arena, catalog);
    return catalog;
}

/* ---- schemas and views ---- */

static inline ModelSchema *schema_named(World *w, const char *name)
{
    for (size_t i = 0; i < w->count; i++) {
        if (w->schemas[i].exists && str_eq(w->schemas[i].name, name)) {
            return &w->schemas[i];
        }
    }
    return NULL;
}

/* ALTER SINK ... SET FROM shop.daily: whatever bears that name when it is carried out. */
static inline void repoint_sink(World *w)
{
    const ModelSchema *shop = schema_named(w, "shop");
    w->sink_reads = shop && shop->commit ? shop->view : w->sink_reads;
}

static inline void create_schema(World *w, const char *name)
{
    if (schema_named(w, name) || w->count == SCHEMAS) {
        return;
    }
    w->schemas[w->count++] =
        (ModelSchema){.id = arena_printf(w->arena, "u%lld", (long long)++w->ids),
                      .name = name,
                      .event = w->events += 2,
                      .exists = true};
}

static inline void create_view(World *w, const Op *op)
{
    ModelSchema *schema = schema_named(w, op->name);
    if (schema && !schema->commit) {
        schema->commit = op->commit;
        schema->view = arena_printf(w->arena, "u%lld", (long long)++w->ids);
        schema->built = w->now;
    }
}

/* All or nothing, by names alone: as the server does it. */
static inline bool cut_over(World *w, const Op *op)
{
    if (!str_eq(w->marker, op->marker_from)) {
        return false;
    }
    ModelSchema *from[8];
    size_t n = 0;
    vec_each (RecordName, it, &op->names) {
        from[n] = schema_named(w, it->from);
        if (!from[n++]) {
            return false;
        }
    }
    n = 0;
    vec_each (RecordName, it, &op->names) {
        ModelSchema *schema = from[n++];
        schema->name = it->to;
        schema->was_live |= it->retired;
        schema->retired = it->retired ? w->now : 0;
        w->counts->let_in += schema->guest;
    }
    w->marker = op->marker_to;
    w->generation++;
    w->live_once = true;
    if (!w->sink_reads) {
        repoint_sink(w); /* somebody creates it once there is something to read */
    }
    if (op->back && !n) { /* the way back of a replacement that was not applied */
        CHECK(!str_eq(schema_named(w, "shop")->commit, op->commit));
        w->counts->lost++;
    }
    (*(op->back ? &w->counts->rollbacks : &w->counts->cutovers))++;
    const char *key = arena_printf(w->arena, "%s%s", op->deployment, op->back ? " back" : "");
    CHECK(!map_put(w->arena, &w->stepped, key, "")); /* one step of the generation, never two */
    return true;
}

/* A newer deployment that is ready ends the soak; its transition into `checking` stands in the log. */
static inline bool newer_is_ready(const Record *record)
{
    const RecordDeployment *d = record_building(record);
    return d && d->phase == PHASE_CHECKING;
}

static inline void drop_schema(World *w, const Op *op)
{
    ModelSchema *schema = schema_named(w, op->name);
    if (!schema) {
        return;
    }
    CHECK(!str_eq(schema->name, "shop")); /* never what production names mean */
    CHECK(!schema->commit || !str_eq(schema->view, w->sink_reads)); /* nor what a sink reads */
    if (schema->was_live && schema->retired) {
        bool soaked = w->now - schema->retired >= w->environment.soak * SECOND;
        Record *record = record_fold(w->arena, "production", &w->log);
        CHECK(soaked || newer_is_ready(record) || str_eq(op->deployment, "ready"));
    }
    schema->commit = schema->made = schema->made_name = NULL;
    schema->exists = schema->stranger; /* RESTRICT: the server refuses while a stranger is in it */
}

/* ---- a replacement of production's view ---- */

/* The view that COMMIT, of the kind that changes it alone, replaces where it is; NULL: it goes green. */
static inline ModelSchema *replaced_by(World *w, const char *commit)
{
    ModelSchema *shop = schema_named(w, "shop");
    return commit[39] == 'r' && shop && shop->commit ? shop : NULL;
}

static inline char *replacement_name(Arena *arena, int64_t generation)
{
    return arena_printf(arena, "daily_green_g%lld", (long long)generation);
}

/* A view has one replacement at most. */
static inline void make_replacement(World *w, const Op *op)
{
    ModelSchema *shop = schema_named(w, "shop");
    if (shop && shop->commit && !shop->made) {
        shop->made = arena_printf(w->arena, "u%lld", (long long)++w->ids);
        shop->made_name = op->name;
        shop->made_for = shop->view;
        shop->made_commit = op->commit;
        shop->made_event = w->events += 2;
        shop->made_at = w->now;
    }
}

static inline void unmake(World *w, const char *name)
{
    for (size_t i = 0; i < w->count; i++) {
        if (str_eq(w->schemas[i].made_name, name)) {
            w->schemas[i].made = w->schemas[i].made_name = NULL;
        }
    }
}

/* By names alone, whenever it comes: never before its marker, and never another deployment's. */
static inline void apply_replacement(World *w, const Op *op)
{
    ModelSchema *shop = schema_named(w, "shop");
    if (!shop || !str_eq(shop->made_name, op->name) || !str_eq(shop->made_for, shop->view)) {
        return;
    }
    assert_string_equal(shop->made_commit, op->commit);
    assert_non_null(strstr(w->marker, arena_strndup(w->arena, op->commit, 8)));
    if (str_eq(w->sink_reads, shop->view)) {
        w->sink_reads = shop->made; /* whatever reads the view goes on with the replacement */
    }
    shop->view = shop->made;
    shop->commit = shop->made_commit;
    shop->made = shop->made_name = NULL;
    w->counts->replaced++;
}

/* ---- what a plan would be ---- */

static inline PlanObject sink_that_follows(Arena *arena)
{
    DesiredNode *node = arena_make(arena, DesiredNode);
    *node = (DesiredNode){.id = "model.shop.out", .kind = NODE_SINK};
    vec_push(arena, &node->reads, ((RelName){"materialize", "shop", "daily"}));
    return (PlanObject){.id = node->id,
                        .kind = "sink",
                        .rel = {"materialize", "kafka", "out"},
                        .action = PLAN_REPOINT,
                        .where = PLAN_AFTER_CUTOVER,
                        .node = node};
}

static inline PlanBeside replacement_of(World *w, const Pass *pass, const ModelSchema *shop)
{
    return (PlanBeside){.kind = "view",
                        .rel = {"materialize", "shop", "daily"},
                        .green = replacement_name(w->arena, pass->marker.generation + 1),
                        .live_id = shop->view,
                        .replaces = true};
}

static inline void give_plan(World *w, Pass *pass)
{
    Plan *plan = arena_make(pass->arena, Plan);
    Desired *desired = arena_make(pass->arena, Desired);
    const CatalogSchema *live = catalog_schema(pass->snapshot.catalog, "materialize", "shop");
    *plan = (Plan){.digest = "7d31f0", .diags = diags_new(pass->arena)};
    *desired = (Desired){.manifest_digest = pass->in->commit.sha};
    PlanContainer schema = {.database = "materialize",
                            .name = "shop",
                            .green = "shop_green",
                            .blue = config_pattern(w->arena, w->environment.blue_pattern, "shop",
                                                   pass->marker.generation),
                            .live_id = live ? live->id : NULL,
                            .wanted = true};
    const ModelSchema *replaced = replaced_by(w, pass->in->commit.sha);
    if (replaced) {
        vec_push(pass->arena, &plan->besides, replacement_of(w, pass, replaced));
    } else {
        vec_push(pass->arena, &plan->schemas, schema);
    }
    if (w->sink_reads) {
        vec_push(pass->arena, &plan->objects, sink_that_follows(pass->arena));
    }
    pass->out->plan = plan;
    pass->out->desired = desired;
}

#endif
