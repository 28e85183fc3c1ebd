/* What the parts of the planner share. */
#ifndef RECONCILE_PLAN_INTERNAL_H
#define RECONCILE_PLAN_INTERNAL_H

#include "cutover/plan.h"

typedef enum ItemState { ITEM_SAME, ITEM_CHANGED, ITEM_NEW } ItemState;

typedef struct Item Item;
typedef struct Place Place;

/* Why something goes green: what it comes from, nearest first, up to a change in Git. */
typedef struct Why {
    PlanCause cause;
    const Item *from; /* the object that pulled it in, or NULL: it changed itself */
    const char *text; /* of a change: "SQL changed" */
} Why;

/* A declared object with its counterpart in production. */
struct Item {
    const DesiredNode *node;
    const CatalogObject *live; /* NULL: new */
    ItemState state;
    bool rebuildable; /* not a source, source table or sink */
    bool green;
    Why why;
};

/* A schema or a cluster of this environment. */
struct Place {
    bool is_cluster;
    const char *database, *name;
    const CatalogSchema *schema;   /* live, of a schema */
    const CatalogCluster *cluster; /* live, of a cluster */
    VEC(Item *) tenants;           /* declared objects in it */
    bool green, wanted, declared;
    Why why;
};

typedef struct External {
    const DesiredExternal *external;
    const DesiredIndex *index;
    const CatalogObject *live;
    bool swap, create;
} External;

typedef struct Closure {
    Arena *arena;
    const PlanInput *in;
    Plan *plan;
    VEC(Item) items;
    Map item_by_id;      /* node id to Item * */
    Map item_by_live;    /* id of the live relation to Item * */
    Map schema_by_key;   /* schema_key() to Place * */
    Map cluster_by_name; /* to Place * */
    VEC(External) externals;
    VEC(const CatalogObject *) removed; /* ours, live, not declared any more */
    Map removed_by_id;
    Map ignored;       /* "<schema|cluster>:<id>" of green and blue sides of our own */
    Map readers;       /* id to StrVec * of ids that read it */
    VEC(Item *) queue; /* items that turned green and were not followed yet */
    Map refused;       /* key of what was refused already */
} Closure;

/* ---- plan_items.c ---- */
void plan_find_ignored(Closure *c);
void plan_find_items(Closure *c);
void plan_find_removed(Closure *c);
bool plan_is_ignored(const Closure *c, const CatalogObject *object);
Place *plan_schema(Closure *c, const char *database, const char *name);
Place *plan_cluster(Closure *c, const char *name);

/* ---- closure.c ---- */
void closure_run(Closure *c);
bool plan_index_on_green(const Closure *c, const DesiredIndex *index);

/* ---- plan_refuse.c ---- */
/* Refuses once for each object. TEXT says what stands in the way, HINT the ways out. */
void plan_refuse(Closure *c, const char *code, const char *key, const char *text, const char *hint);
void plan_refuse_stranger(Closure *c, const CatalogObject *object, const Item *because,
                          const char *relation);
void plan_check_places(Closure *c);
void plan_check_drops(Closure *c);

/* ---- plan_objects.c ---- */
void plan_fill(Closure *c);

/* ---- plan_reason.c ---- */
const char *plan_item_name(const Closure *c, const Item *item);
void plan_add_reasons(Closure *c, PlanObject *object, const Item *item);
const char *plan_place_reason(Closure *c, const Place *place);

#endif
