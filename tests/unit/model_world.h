/* The world of test_model.c: what a server, its clock, two controllers and people would be. */
#ifndef TESTS_MODEL_WORLD_H
#define TESTS_MODEL_WORLD_H

#include "../../deploy/pass_internal.h"

#define SCHEMAS 64
#define REFUSED_LIMIT 64

typedef enum OpKind {
    OP_APPEND,
    OP_MARKER,
    OP_SCHEMA,
    OP_VIEW,
    OP_CUTOVER,
    OP_DROP,
    OP_SINK
} OpKind;

typedef struct Op { /* one statement that a controller is about to send */
    OpKind kind;
    RecordEntry entry;
    Moment at;
    const char *name; /* of the schema */
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
} Controller;

typedef struct ModelSchema {
    const char *id, *name, *commit; /* COMMIT: of the view in it; NULL: none */
    const char *view;
    int64_t event; /* of its creation, and one later of the view's */
    Moment built, retired;
    bool exists, stranger; /* somebody else's view lies in it too */
    bool was_live;
} ModelSchema;

typedef struct Counts {
    size_t cutovers, rollbacks, restores, crashes;
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
        vec_push(arena, &catalog->schemas, schema);
        CatalogObject view = {.id = it->view,
                              .kind = "view",
                              .owner = "cutover",
                              .rel = {"materialize", it->name, "daily"}};
        vec_push(arena, &catalog->creations,
                 ((CatalogCreation){it->event, "schema", it->id, it->name, "cutover"}));
        if (it->commit) {
            vec_push(arena, &catalog->objects, view);
            vec_push(arena, &catalog->creations,
                     ((CatalogCreation){it->event + 1, "view", it->view, "daily", "cutover"}));
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
        vec_push(arena, &catalog->creations,
                 ((CatalogCreation){INT64_MAX, "sink", "k1", "out", "cutover"}));
    }
    if (w->marker) {
        vec_push(arena, &catalog->schemas,
                 ((CatalogSchema){.id = "m1", .database = "materialize", .name = w->marker}));
    }
    catalog_seal(arena, catalog);
    return catalog;
}

#endif
