/*
 * The plan: what differs between the desired and the actual state, what will be done about it, where, and
 * why. A pure function; `cutover plan` prints it, the deployment carries it out.
 *
 * What an object is beside its definition (grants, comments, a cluster's options) is altered where it is,
 * unless the object goes green anyway.
 *
 * The closure: a schema or cluster that must change goes green as a whole, with everything in it, and with
 * everything anywhere that reads something in it, to a fixed point. What cannot be rebuilt inside it makes
 * the plan refuse.
 */
#ifndef CUTOVER_PLAN_H
#define CUTOVER_PLAN_H

#include "cutover/catalog.h"
#include "cutover/config.h"
#include "cutover/desired.h"
#include "cutover/diag.h"
#include "cutover/floors.h"
#include "cutover/permits.h"
#include "cutover/plan_columns.h"
#include "cutover/record.h"
#include "cutover/strict.h"

typedef enum PlanAction {
    PLAN_CREATE,  /* + new */
    PLAN_CHANGE,  /* ~ changed itself */
    PLAN_REBUILD, /* = rebuilt though unchanged */
    PLAN_REMOVE,  /* - */
    PLAN_REPOINT, /* > */
} PlanAction;

typedef enum PlanWhere { PLAN_GREEN, PLAN_IN_PLACE, PLAN_AFTER_CUTOVER, PLAN_WITH_BLUE } PlanWhere;

typedef enum PlanCause {
    CAUSE_CHANGED,
    CAUSE_READS,
    CAUSE_SHARES_SCHEMA,
    CAUSE_SHARES_CLUSTER,
    CAUSE_NEW,
    CAUSE_REMOVED,
    CAUSE_DRIFT,
} PlanCause;

typedef struct PlanReason {
    PlanCause cause;
    const char *object; /* dotted name of the object that it comes from, or NULL */
    const char *text;   /* "reads shop.orders_clean, whose SQL changed" */
} PlanReason;

/* A cluster's options as they are and as they will be. */
typedef struct PlanResize {
    const CatalogCluster *live;
    const char *size;           /* NULL: stays */
    int64_t replication_factor; /* -1: stays */
    const char *options;        /* the others as they were deployed; NULL: stay */
} PlanResize;

/* A relation or index gets the options back that it was deployed with; TO "": the usual ones. */
typedef struct PlanOption {
    const CatalogObject *live;
    const char *to;
} PlanOption;

/* Something gets the owner back that it had when it was deployed. */
typedef struct PlanOwner {
    const char *kind, *id; /* schema, cluster, or as mz_objects.type */
    const char *from, *to;
} PlanOwner;

typedef struct PlanObject {
    const char *id; /* node id; for an index "<relation's node id or dotted name>/<index>" */
    const char *
        kind; /* view, materialized_view, table, index, source, sink, seed, schema, cluster; grant and
                    comment: of `node`; owner: of anything; option: of a relation or index */
    RelName rel; /* production name; of a cluster only `name` */
    const char *cluster;
    PlanAction action;
    PlanWhere where;
    const DesiredNode *node; /* NULL when removed, and for schemas, clusters and external indexes */
    const DesiredIndex *index; /* of an index */
    const char *on;            /* of an index: dotted name of its relation */
    const DesiredGrant *grant;
    bool revoked; /* `grant` left Git, and is taken back */
    const DesiredComment *comment;
    const PlanOwner *owner;
    const PlanOption *option;
    const PlanResize *resize;  /* of a cluster that is changed where it is */
    const CatalogObject *live; /* what it replaces or removes, or NULL */
    RelName leaves; /* of a sink whose FROM alone has changed: what it reads, under its production
                       name; no name: another one */
    VEC(PlanReason) reasons; /* nearest first */
    const char *file;
    int line;
} PlanObject;

/* Something is built for OBJECT, on green or beside: a relation or an index, new or anew. */
bool plan_is_built(const PlanObject *object);

/* A schema or cluster that takes part in the cutover. */
typedef struct PlanContainer {
    bool is_cluster;
    const char *database;            /* NULL for clusters */
    const char *name, *green, *blue; /* production name, green's, and what production's becomes */
    const char *live_id;             /* NULL: new, only renamed */
    bool wanted;                     /* false: goes away, only renamed */
    const char *size;                /* clusters: of green */
    const char *options;             /* the others: as production has them; NULL: the usual ones */
    int64_t replication_factor;
    double credits_per_hour; /* of green, all replicas */
    const char *reason;
} PlanContainer;

typedef VEC(PlanContainer) PlanContainers;

/*
 * A relation or an index in a schema that stays: built beside under its green name and renamed in the cutover, or
 * only renamed away.
 */
typedef struct PlanBeside {
    const char *kind;          /* "index", else as mz_objects.type */
    RelName rel;               /* production name */
    RelName on;                /* of an index: its relation */
    const DesiredNode *node;   /* a relation to build, or NULL */
    const DesiredIndex *index; /* an index to build, or NULL */
    const char *green, *blue;  /* BLUE NULL: nothing is renamed */
    const char *live_id;       /* of what is renamed away, NULL: nothing */
    bool replaces; /* LIVE_ID, where that is, once the marker has moved; its name then goes */
} PlanBeside;

/* Whether the one changed materialized view is replaced where it is. */
typedef struct PlanReplacement {
    const DesiredNode *node; /* the view; NULL: nothing is replaced */
    const char *why;         /* of either way; NULL: there was no choice */
    const char *otherwise;   /* where NODE is replaced: what comes of it if that cannot be */
} PlanReplacement;

/* An exception that the plan needs. */
typedef struct PlanPermit {
    const char *permit, *needed_for;
    const char *given_by; /* NULL: nobody; the plan is refused */
} PlanPermit;

typedef enum PlanOutcome { PLAN_NOTHING, PLAN_CHANGES, PLAN_REFUSED } PlanOutcome;

typedef struct Plan {
    const char *environment;
    const char *default_database; /* of the target: left out of names that people read */
    const char *commit;
    int64_t live_generation; /* -1: none */
    bool live_lost;          /* as in PlanInput */
    bool heals;              /* as in PlanInput */
    PlanOutcome outcome;
    VEC(PlanObject) objects; /* green in creation order, then in place, then removed */
    PlanContainers schemas, clusters;
    VEC(PlanBeside) besides;
    PlanReplacement replacement;
    NameMap names; /* production to green, for the second rendering */
    size_t green, changed, rebuilt, added, in_place, removed, green_indexes;
    double green_credits_per_hour;
    VEC(PlanPermit) permits;
    Diags diags;        /* refusals (CO41..) and warnings (CO42..) */
    const char *digest; /* 64 hex over commit, live generation and actions */
} Plan;

/* A schema, or a cluster (DATABASE NULL). */
typedef struct PlanOwned {
    const char *database, *name;
} PlanOwned;

typedef VEC(PlanOwned) PlanOwnedList;

/* Every schema and cluster that belongs to ENVIRONMENT with the project DESIRED, each once: what its nodes and indexes
 * resolve to, and the clusters it lists. */
PlanOwnedList plan_owned(Arena *arena, const Desired *desired,
                         const EnvironmentConfig *environment);

typedef struct PlanClaim {
    const char *environment;
    PlanOwnedList owned;
} PlanClaim;

typedef VEC(PlanClaim) PlanClaims;

/* An error (CO4104) for each schema and cluster that two of CLAIMS own. */
void plan_find_shared(Arena *arena, const PlanClaims *claims, Diags *diags);

typedef struct PlanInput {
    const Desired *desired; /* production names */
    const Catalog *catalog;
    const Record *record;
    const EnvironmentConfig *environment;
    const RepoConfig *config; /* all environments: two must not own the same container */
    const PlanClaims *others; /* what those own, each at its own commit; NULL: not known */
    const char *commit;       /* 40 hex, or NULL for loose files */
    int64_t live_generation;  /* of the marker; -1: none */
    bool live_lost; /* marker and record do not agree on it: what is ours cannot be told */
    const char *record_cluster, *record_schema;
    const PermitHistory *history; /* NULL: nothing is live, or this very commit is */
    PermitPolicy permits;
    const Floors *floors;               /* of the controller's file, or NULL */
    const RecordDeployment *deployment; /* that carries the plan out, or NULL */
    bool is_live;                       /* COMMIT made the live generation: what differs is drift */
    bool
        heals; /* the deployment is of what was live before it: what nobody declares is brought back as well */
} PlanInput;

Plan *plan_make(Arena *arena, const PlanInput *input);

/* Why a container that OWNER (a role, or NULL) has must never be renamed or dropped; NULL: it may be. DATABASE is
 * NULL for clusters. */
const char *plan_container_protected(const PlanInput *input, bool is_cluster, const char *database,
                                     const char *name, const char *owner);

/* The name of the schema in which `adopt` makes copies, and of the cluster without replicas that they are on. */
char *plan_scratch_name(Arena *arena, const char *environment);

/* docs/interface.md 4.1 and 4.5. HEAD holds the lines about environment, commit and live generation. */
typedef struct PlanHead {
    const char *commit, *short_commit, *subject, *author, *ref;
    Moment committed_at, now;
    const char *live_commit; /* short, or NULL */
    Moment live_since;
    RecordHydration hydration; /* of the deployments before */
    size_t tests, checks;
    const GateChanges *settings; /* gates that stay stricter for this commit; or NULL */
    const GateChanges *floors;   /* gates that a floor of the controller's file raises; or NULL */
    const PlanColumns *columns;  /* that change; NULL: nobody asked */
    const EnvironmentConfig *environment;
    const char *repository;
} PlanHead;

/* Whether what is replaced can stay where it is, as far as COLUMNS (NULL: nobody asked) tell: the server takes no
 * replacement with others, and then the same commit goes green. */
bool plan_stays_in_place(Arena *arena, const Plan *plan, const PlanColumns *columns);

/* Which way it goes, and why; NULL: there was no choice. */
const char *plan_way_why(Arena *arena, const Plan *plan, const PlanColumns *columns);

/* What green costs in all, credits: its clusters over that many seconds. */
double plan_credits(const Plan *plan, int64_t hydration, int64_t soak);

/* "create"; "in_place": the words of docs/interface.md 4.5. */
const char *plan_action_name(PlanAction action);
const char *plan_where_name(PlanWhere where);

void plan_write_text(Buf *out, const Plan *plan, const PlanHead *head, bool color);
void plan_write_json(JsonOut *out, const Plan *plan, const PlanHead *head);

#endif
