/* The world of test_model.c: what a server, its clock, two controllers and people would be. */
#ifndef TESTS_MODEL_WORLD_H
#define TESTS_MODEL_WORLD_H

#include "../../deploy/pass_internal.h"

#define SCHEMAS 64
#define REFUSED_LIMIT 64

typedef enum OpKind { OP_APPEND, OP_MARKER, OP_SCHEMA, OP_VIEW, OP_CUTOVER, OP_DROP } OpKind;

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
} World;

#endif
