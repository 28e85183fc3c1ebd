/*
 * Green against its plan: which steps are missing, what does not fit any more, and what was made but is
 * not recorded yet. Pure, and derived anew on every pass, so that a build goes on from wherever a crash,
 * another controller or a newer commit left it.
 */
#ifndef CUTOVER_BUILD_H
#define CUTOVER_BUILD_H

#include "cutover/plan.h"

typedef enum StepKind {
    STEP_CREATE_CLUSTER,
    STEP_CREATE_SCHEMA,
    STEP_DEFAULT_PRIVILEGE,
    STEP_CREATE_NODE,
    STEP_CREATE_INDEX,
    STEP_GRANT,
    STEP_COMMENT,
    STEP_OWNER,
    STEP_ALTER_CLUSTER,
    STEP_REVOKE,
    STEP_OPTION,
} StepKind;

/* One statement to come. Which fields count depends on the kind. */
typedef struct Step {
    StepKind kind;
    const char *object_kind; /* schema, cluster, or as mz_objects.type */
    RelName
        rel; /* what it concerns, under the name that it has now; of a cluster only `name`, of a schema `database` and `name` */
    const DesiredNode *node;    /* CREATE_NODE, in the green rendering */
    const RelName *replaces;    /* CREATE_NODE: it is made FOR that one, or NULL */
    const DesiredIndex *index;  /* CREATE_INDEX, in the green rendering; `rel` is its relation */
    const char *index_name;     /* CREATE_INDEX: the name to give */
    const char *size;           /* CREATE_CLUSTER; ALTER_CLUSTER: NULL or the new one */
    int64_t replication_factor; /* ALTER_CLUSTER: -1 stays */
    const char *
        options; /* CREATE_CLUSTER, ALTER_CLUSTER: the others, or NULL; OPTION: "" are the usual ones */
    const char *
        id; /* of what is altered where it is, or is called as production: looked at again right before it is sent */
    const char *privilege, *grantee; /* GRANT, REVOKE, DEFAULT_PRIVILEGE */
    const char *object_type;         /* DEFAULT_PRIVILEGE: "table", ... */
    const char *owner;               /* OWNER; DEFAULT_PRIVILEGE: whose new objects */
    const char *column, *text;       /* COMMENT; column NULL: the object */
    const char *file;                /* where a person wrote what it comes from, or NULL */
    int line;
} Step;

typedef struct Build {
    VEC(Step) missing; /* in the order in which they must be sent */
    VEC(Step) canary;  /* lets roles in to read green, or shuts them out again; or late rights */
    VEC(const CatalogObject *) stale; /* to drop, what reads others first */
    VEC(const CatalogSchema *) stale_schemas;
    VEC(const CatalogCluster *) stale_clusters;
    RecordObjects claims; /* made, but not recorded */
    VEC(const CatalogObject *)
    wanted;        /* what must be hydrated: materialized views and indexes of green, and
                                            indexes made in place */
    Diags foreign; /* what bears a green name, or lies in green, and is not ours (CO4121, CO4122) */
    size_t total;  /* objects and indexes that the deployment makes */
    bool doubtful; /* build_is_doubtful(): what is made must be noted at once */
    bool fresh;    /* something of `stale` was made just now: who made it may note it yet */
} Build;

typedef struct BuildInput {
    const Plan *plan;
    const Desired *production, *green; /* the two renderings */
    const Catalog *catalog;
    const Record *record;
    const RecordDeployment *deployment; /* NULL: nothing is under way, `missing` is everything */
    const EnvironmentConfig *environment;
    const char *container_comment; /* for each green schema and cluster */
    bool canary;                   /* roles may read green now */
} BuildInput;

Build *build_compare(Arena *arena, const BuildInput *input);

/* The audit log does not tell whose a statement was, and it need not be D's own. A CREATE of another commit, or of another attempt
 * at this one, may be carried out after D's intent: someone else began on the same live generation and never cut over. And what
 * a person who bears our role has dropped of what D had made he may have made anew. */
bool build_is_doubtful(const Catalog *catalog, const Record *record, const RecordDeployment *d);

/* The check of the result that notes what a deployment's own statement made: BUILD_MADE "<kind>:<id>". */
#define BUILD_MADE "made:"
char *build_made_check(Arena *arena, const char *kind, const char *id);

/* Those that note, when the cutover is decided on, that a canary's guest was looked for on all that goes live: BUILD_GUEST
 * "<role>"; and what it may read there, since it may in production: BUILD_KEEPS "<kind>:<id>:<role>". */
#define BUILD_GUEST "guest:"
#define BUILD_KEEPS "keeps:"
/* And the rights on all that goes out of service then, in the texts of BUILD_RIGHTS "0", "1" and so on. */
#define BUILD_RIGHTS "rights:"
/* What the server refused to give or take once the cutover had happened (owed.h). */
#define BUILD_OWED "owed:"
char *build_guest_check(Arena *arena, const char *role);
char *build_keeps_check(Arena *arena, const char *kind, const char *id, const char *role);

/* A result that is for the next pass, and says nothing to people. */
bool build_is_note(const char *check);

/* What PLAN still changes in production where it is, in the order in which it is sent. */
typedef struct Alterations {
    VEC(Step) steps;
    bool altering; /* the server has not yet carried out all that it was told */
} Alterations;

Alterations build_alterations(Arena *arena, const Plan *plan);

/* Objects that were created in place for DEPLOYMENT's intent, and containers for that of an overtaken one, but are not
 * recorded yet: they are added to RECORD in memory, so that the plan does not take them for strangers, and to its `unwritten`. */
void build_claim_in_place(Arena *arena, const Desired *desired,
                          const EnvironmentConfig *environment, const Catalog *catalog,
                          Record *record, const RecordDeployment *deployment);

/* Something of ours in a green container of DEPLOYMENT (or any unfinished one) that no plan wants:
 * what ACTION_DROP_GREEN drops. Same order as `stale`. */
typedef struct Leftover {
    VEC(const CatalogObject *) objects;
    VEC(const CatalogSchema *) schemas;
    VEC(const CatalogCluster *) clusters;
    Diags foreign;
    bool undecided; /* something is left of which nobody knows whether it is wanted again */
} Leftover;

/* Everything in the containers with these names and ids, if all of it is ours. */
Leftover *leftover_green(Arena *arena, const Catalog *catalog, const Record *record);
/* What bears a green name of a deployment that is over: a statement of it came late. */
Leftover *leftover_late(Arena *arena, const Catalog *catalog, const Record *record);
/* The replacement that DEPLOYMENT has made and not applied. */
Leftover *leftover_replacement(Arena *arena, const Catalog *catalog, const Record *record,
                               const RecordDeployment *deployment);
/* The side that DEPLOYMENT took out of service, and what it drops beside that unless WANTED declares it again; WANTED: of the
 * commit that is wanted by now, or NULL: it does not compile. */
Leftover *leftover_blue(Arena *arena, const Catalog *catalog, const Record *record,
                        const RecordDeployment *deployment, const Desired *wanted);

/* Nobody can make it again as it is: a source, a table of one, a declared table, a sink. Of the tables that read nothing a seed
 * is made from Git. */
bool build_holds_data(const Record *record, const CatalogObject *object);

/* `canary` alone: shuts out whom a canary let in to read GREEN, which is kept though its deployment is over. */
Build *build_shut_out(Arena *arena, const Catalog *catalog, const Record *record,
                      const Leftover *green);

/* `canary` alone, as steps that would take it back: what guests may read of what goes live by NAMES. */
Build *build_find_guests(Arena *arena, const Catalog *catalog, const Record *record,
                         const RecordNames *names);

/* The same of what DEPLOYMENT's cutover makes production, or (LIVE) has made, but for what it has noted that they keep: a
 * GRANT that another process decided on in the canary came late. */
Build *build_shut_out_late(Arena *arena, const Catalog *catalog, const Record *record,
                           const RecordDeployment *deployment, bool live);

/* The rights on all that NAMES take out of service, as texts of results (build_rights_check()), none too long for an entry
 * of the record: of each object "<kind>:<id>:<privilege>=<role's id>:<privilege>=<role's id>". */
StrVec build_rights(Arena *arena, const Catalog *catalog, const RecordNames *names);
char *build_rights_check(Arena *arena, size_t number);

/* When DEPLOYMENT's names have moved: adds to BUILD's `canary` what was given and taken on the old side since its rights were
 * noted, for what is production now. */
void build_carry_over(Arena *arena, const Catalog *catalog, const Record *record,
                      const RecordDeployment *deployment, Build *build);

/* The event id of mz_audit_events from which creations may count as ours when our role made them: the oldest
 * intent of a deployment that is not at its end, or that of the newest that is over (for the green names of such alone). INT64_MAX: none. */
int64_t build_ours_since(const Record *record);

#endif
