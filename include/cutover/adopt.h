/*
 * Adoption: what dbt or a person made becomes Cutover's when its definition equals the declared one. Pure:
 * deploy/ creates the declared objects in a scratch schema and gives the definitions that Materialize stores
 * of both; here they are compared token by token, references by the id that they are stored with.
 */
#ifndef CUTOVER_ADOPT_H
#define CUTOVER_ADOPT_H

#include "cutover/plan.h"

typedef enum AdoptVerdict {
    ADOPT_EQUAL,   /* taken over; nothing is rebuilt */
    ADOPT_DIFFERS, /* taken over as something that the next deployment replaces */
    ADOPT_BLOCKED, /* left alone: `what` says why, `hint` what to do */
} AdoptVerdict;

/* One live object, or one container, under a declared name, that is not Cutover's yet. */
typedef struct AdoptItem {
    const char *kind; /* as mz_objects.type, or "schema", "cluster" */
    const char *id;
    RelName rel;               /* as RecordObject's */
    const char *name;          /* as people read it */
    const char *owner;         /* role */
    const DesiredNode *node;   /* NULL: a container, or an index on what is not declared */
    const DesiredIndex *index; /* NULL: the node itself */
    RelName on;                /* an index: its relation */
    const CatalogObject *live; /* NULL: a container */
    AdoptVerdict verdict;
    const char *what, *hint;
    bool prove;          /* its definition has to be compared */
    const char *scratch; /* then: the name of its copy in the scratch schema */
    const char *stored;  /* digest of what it is, when it differs */
} AdoptItem;

typedef struct AdoptInput {
    const PlanInput *plan;
    const Map *selected; /* ids of nodes and sources; NULL: everything */
    const StrVec *roles; /* roles whose objects we may change; NULL: all */
    const Map *others;   /* "<kind>:<id>" to the environment whose record has it */
} AdoptInput;

typedef struct Adoption {
    const char *environment;
    const char *default_database;
    VEC(AdoptItem) items;
    StrVec absent; /* declared, and not there yet */
    size_t ours;   /* already Cutover's */
} Adoption;

Adoption *adopt_find(Arena *arena, const AdoptInput *input);

/* What Materialize says of two objects that should be the same. */
typedef struct AdoptDefinitions {
    const Map *live;    /* id to create_sql */
    const Map *scratch; /* name of the copy to create_sql; none: it could not be made */
    const Map *refused; /* name of the copy to what the server said */
} AdoptDefinitions;

/* Compares every item that is to be proved, but tables. */
void adopt_judge(Arena *arena, Adoption *adoption, const AdoptDefinitions *definitions);

/* What a table has that the seed has not, and the other way round; counts of rows. */
void adopt_judge_seed(AdoptItem *item, bool columns_equal, int64_t only_live,
                      int64_t only_declared);

/* NULL when LIVE and SCRATCH (both create_sql) are the same object but for its own name, the cluster it is on
 * and the time it was made at; else what differs: "SQL", "options", "keys". */
const char *adopt_compare(Arena *arena, const char *live, const char *scratch);

/* What is recorded for the items that are taken over, DIFFERS among them. */
RecordObjects adopt_objects(Arena *arena, const Adoption *adoption, const Catalog *catalog);

/* How many objects, containers among them only where they are blocked. */
size_t adopt_count(const Adoption *adoption, AdoptVerdict verdict);

/* "schema shop, cluster compute": the containers that are taken over, from ARENA; NULL: none. */
const char *adopt_containers(Arena *arena, const Adoption *adoption);

void adopt_write_text(Buf *out, const Adoption *adoption, int64_t generation);
void adopt_write_json(JsonOut *out, const Adoption *adoption, const char *commit,
                      int64_t generation);

#endif
