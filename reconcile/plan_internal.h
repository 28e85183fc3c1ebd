/* What the parts of the planner share. */
#ifndef RECONCILE_PLAN_INTERNAL_H
#define RECONCILE_PLAN_INTERNAL_H

#include "cutover/plan.h"

typedef enum ItemState { ITEM_SAME, ITEM_CHANGED, ITEM_NEW } ItemState;

typedef struct Item Item;
typedef struct Place Place;
typedef VEC(const CatalogObject *) Objects;
typedef VEC(Item *) Items;

/* Why something goes green: what it comes from, nearest first, up to a change in Git. */
typedef struct Why {
    PlanCause cause;
    const Item *from;   /* the object that pulled it in, or NULL: it changed itself */
    const Place *place; /* the schema or cluster that it shares */
    const char *text;   /* of a change: "SQL changed" */
} Why;

/* A declared object with its counterpart in production. */
struct Item {
    const DesiredNode *node;
    const CatalogObject *live; /* NULL: new */
    ItemState state;
    bool rebuildable; /* not a source, source table or sink */
    bool green;
    bool replaced; /* where it is: it takes nothing along */
    Why why;
    const Item *root; /* where its chain ends: what changed, or what a replaced place took along */
};

/* A schema or a cluster of this environment. */
struct Place {
    bool is_cluster;
    const char *database, *name;
    const CatalogSchema *schema;   /* live, of a schema */
    const CatalogCluster *cluster; /* live, of a cluster */
    Items tenants;                 /* declared objects in it */
    bool green, wanted, declared;
    Why why;
};

/* A declared index on a relation that is not rebuilt: a source, something outside the project, what does not change. */
typedef struct Staying {
    RelName on;
    const char *owner; /* node id, or the relation's dotted name */
    const DesiredNode *node;
    const DesiredIndex *index;
    const CatalogObject *live;
    bool changed; /* ours, but not as declared: built beside and renamed */
} Staying;

typedef struct Closure {
    Arena *arena;
    const PlanInput *in;
    Plan *plan;
    VEC(Item) items;
    Map item_by_id;      /* node id to Item * */
    Map item_by_live;    /* id of the live relation to Item * */
    Map schema_by_key;   /* schema_key() to Place * */
    Map cluster_by_name; /* to Place * */
    VEC(Staying) staying;
    Map staying_by_live; /* id of the live index to Staying * */
    Objects removed;     /* ours, live, not declared any more */
    Map removed_by_id;
    Map ignored; /* "<schema|cluster|index>:<id>" of green and blue sides of our own */

    /* the live catalog by what lies where: Objects * */
    Map in_schema;  /* schema_key() */
    Map on_cluster; /* cluster id */
    Map indexes_on; /* relation id */
    Map readers;    /* id: whatever reads it, indexes left out */

    Items queue; /* items in the order in which they turned green */
    Map refused; /* key of what was refused already */
    Map reasons; /* node id to the text of plan_item_reason() */
    Map lost; /* relname_key(): what was live under that name, and is gone, as far as the record tells */
    PermitsGiven given;
    const char *replaced; /* node id of what is replaced where it is, or NULL */
} Closure;

/* ---- plan.c ---- */

/* What OBJECT is beside its definition: altered where it is, and nothing hydrates for it. */
bool plan_is_trait(const PlanObject *object);

/* ---- plan_live.c: the live catalog, by what lies where ---- */
void plan_find_live(Closure *c);
bool plan_is_ignored(const Closure *c, const CatalogObject *object);
bool plan_ignores(const Closure *c, const char *kind, const char *id);
const Objects *plan_objects_in(const Closure *c, const Place *place);
Place *plan_schema(Closure *c, const char *database, const char *name);
Place *plan_cluster(Closure *c, const char *name);
bool plan_is_ours(const Closure *c, const CatalogObject *object);
void plan_find_lost(Closure *c);
/* "new", or that it was in production and is gone. */
const char *plan_created_text(const Closure *c, RelName rel);

/* ---- plan_diff.c ---- */
void plan_find_items(Closure *c);
void plan_find_removed(Closure *c);

/* The cluster that ITEM itself runs on; NULL for views and seeds. */
const char *plan_item_cluster(const Item *item);

/* Whether the live INDEX, which may be NULL, is ours and as declared. */
bool plan_index_holds(const Closure *c, RelName on, const DesiredIndex *index,
                      const CatalogObject *live);

/* ---- closure.c ---- */
void closure_run(Closure *c);
bool plan_is_green(const Closure *c, const char *cluster);

/* ---- plan_refuse.c ---- */

/* Refuses once for each key. TEXT says what stands in the way, HINT the ways out. */
void plan_refuse(Closure *c, const char *code, const char *key, const char *text, const char *hint);

/* OBJECT is not ours: it bears the name of something declared; it reads BECAUSE; it is in PLACE. */
void plan_refuse_name(Closure *c, const CatalogObject *object);
void plan_refuse_reader(Closure *c, const CatalogObject *object, const Item *because);
void plan_refuse_reader_of_removed(Closure *c, const CatalogObject *reader,
                                   const CatalogObject *removed);
void plan_refuse_tenant(Closure *c, const CatalogObject *object, const Place *place);

/* ITEM is ours and declared, but cannot be rebuilt, and PLACE must be. */
void plan_refuse_stays(Closure *c, const Place *place, const Item *item);

/* ---- plan_permit.c ---- */
void plan_find_permits(Closure *c);
void plan_check_permits(Closure *c);
/* The plan needs PERMIT: notes that; whether somebody gave it. */
bool plan_permitted(Closure *c, const char *permit, const char *needed_for);

/* Whether a trailer gives PERMIT, before there is a plan that people could approve. */
bool plan_permits_in_commits(const Closure *c, const char *permit);
/* The hint of a refusal that PERMIT would lift; OTHERWISE is the way out without it. */
const char *plan_permit_ways(Closure *c, const char *otherwise, const char *permit);
/* OBJECT, which is ours, holds data or is a way out: it is dropped by permit alone. */
bool plan_is_stateful(const Closure *c, const CatalogObject *object);

/* ---- plan_owners.c ---- */

void plan_check_owners(Closure *c);

/* ---- plan_check.c ---- */
/* Why PLACE must never be replaced, or NULL. */
const char *plan_protected(const Closure *c, const Place *place);
/* What PLACE is, and that somebody else made it and has not handed it over; NULL: Cutover may replace it. */
const char *plan_strange_place(const Closure *c, const Place *place);
void plan_check_places(Closure *c);
void plan_check_drops(Closure *c);
void plan_check_inputs(Closure *c);
/* Roles that are granted something, and sizes of clusters: a statement about them must not fail once all is live. */
void plan_check_known(Closure *c);
void plan_check_name(Closure *c, const char *kind, const char *name);

/* ---- plan_shared.c ---- */
void plan_check_shared(Closure *c);
/* Another environment that PLACE belongs to, for which it is refused whatever lies there; or NULL. */
const char *plan_other_environment(const Closure *c, const Place *place);

/* ---- plan_floors.c ---- */
/* What the controller's file forbids and no permit lifts. */
void plan_check_floors(Closure *c);

/* ---- plan_containers.c ---- */
void plan_add_containers(Closure *c);

/* Nothing but empty places is left for a commit that is live: no reason for a cutover, they go with the next commit. */
void plan_leave_emptied(Closure *c);
int64_t plan_generation(const Closure *c);

/* ---- plan_objects.c ---- */
void plan_fill(Closure *c);
/* "materialized_view", as the plan calls it. */
const char *plan_kind(NodeKind kind);
/* Adds OBJECT, which is new, to what is done in place. */
void plan_add_created(Closure *c, PlanObject object);

/* ---- plan_beside.c: what changes in schemas that stay ---- */

/* ITEM is new, or changed and read by nobody, and can be built beside: it takes its schema along only when that goes green for another reason. */
bool plan_is_leaf(Closure *c, const Item *item);
/* Indexes on sources and on what is outside; then, when it is known what goes green, those on everything else. */
void plan_find_staying(Closure *c);
void plan_find_kept(Closure *c);
void plan_name_leaves(Closure *c);
void plan_add_leaves(Closure *c);
void plan_add_indexes(Closure *c, PlanWhere where);
void plan_add_removed(Closure *c);

/* ---- plan_alter.c: what is changed where it is ---- */
void plan_add_alterations(Closure *c);

/* Who may read what is built, and may not now, or the other way round. */
void plan_add_built_grants(Closure *c);

/* Adds OBJECT to what is done in place, because of REASON. */
void plan_add_in_place(Closure *c, PlanObject object, PlanReason reason);

/* The options that the cluster LIVE (or NULL: none) is to have: a healing goes by what was deployed. NULL: not known. */
const char *plan_wanted_options(const Closure *c, const CatalogCluster *live);

/* The options that something was deployed with, when it has others by now and is to get them back; else NULL. */
const char *plan_deployed_options(const Closure *c, const char *kind, const char *id);

/* ---- plan_replace.c: the other way to change a materialized view ---- */

/* The changed materialized view that could be replaced where it is; NULL when there is none, or, with the plan's reason
 * set, when something stands against it. */
const DesiredNode *plan_replaceable(Closure *c);
/* Whether THERE, which replaces it, is sound and cheaper than GREEN; either gets the reason. */
bool plan_prefers_replacement(Arena *arena, Plan *there, Plan *green);

/* ---- plan_sinks.c ---- */
void plan_add_sinks(Closure *c);

/* ---- plan_warn.c ---- */
void plan_warn(Closure *c);

/* ---- plan_reason.c ---- */
const char *plan_item_name(const Closure *c, const Item *item);
const char *plan_object_name(const Closure *c, const CatalogObject *object);
/* Why what bears the name REL is not wanted: "removed in Git", or "not selected any more". */
const char *plan_gone(const Closure *c, RelName rel);
/* Likewise of LIVE, which somebody may have renamed. */
const char *plan_gone_object(const Closure *c, const CatalogObject *live);
const char *plan_item_reason(Closure *c, const Item *item);
void plan_add_reasons(Closure *c, PlanObject *object, const Item *item);
const char *plan_place_reason(Closure *c, const Place *place);

/* ---- plan_digest.c ---- */
const char *plan_digest(Arena *arena, const Plan *plan, const EnvironmentConfig *environment);

#endif
