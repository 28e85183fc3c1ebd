/*
 * One pass of the loop for one environment: observe (record, catalog, Git's commit), decide, carry out
 * ONE action, record it. There is no function that runs a deployment: whoever calls this again and again,
 * from one process or from a new one each time, ends in the same state.
 */
#ifndef CUTOVER_PASS_H
#define CUTOVER_PASS_H

#include "cutover/adopt.h"
#include "cutover/decide.h"
#include "cutover/drift.h"
#include "cutover/files.h"
#include "cutover/floors.h"
#include "cutover/pg.h"
#include "cutover/plan.h"
#include "cutover/plan_columns.h"
#include "cutover/proof.h"
#include "cutover/repair.h"
#include "cutover/strict.h"

typedef struct PassCommit {
    const char *sha, *short_sha, *subject, *author, *email;
    const char *ref; /* "main" */
    Moment committed_at;
} PassCommit;

typedef enum PassMode {
    PASS_LOOK, /* observe and plan only: `plan`, `status`; nothing is written */
    PASS_ACT,  /* and carry out one action */
} PassMode;

/* What Git tells of the way from the commit LIVE (40 hex) to the wanted one. */
typedef bool PassHistory(void *ctx, Arena *arena, const char *live, PermitHistory *history,
                         Err *err);

/* The dbt project of a commit, and what its cutover.yaml says. */
typedef struct PassProject {
    const RepoConfig *config;
    const EnvironmentConfig *environment; /* in CONFIG */
    const FileSet *files;
} PassProject;

/* The project of COMMIT (40 hex), which lives in ARENA; false and ERR when it cannot be read. */
typedef bool PassReadProject(void *ctx, Arena *arena, const char *commit, PassProject *project,
                             Err *err);

typedef struct PassInput {
    PassMode mode;
    const RepoConfig *config;             /* of the wanted commit */
    const EnvironmentConfig *environment; /* in CONFIG */
    const PlanClaims *others;             /* what other environments own; NULL: not known */
    const char *repository;               /* its name in the controller's file */
    PassCommit commit; /* what the environment's ref resolves to; sha NULL: loose files */
    bool follows;      /* nobody named COMMIT: after a way back another may be wanted instead */
    PassCommit
        denied; /* what the ref resolves to, when COMMIT is wanted instead of it; else sha NULL */
    const char *
        passed_by; /* why COMMIT is an earlier one than the ref says: nothing begins that was not wanted before; or NULL */
    const char *
        unanswered; /* the project is not read, since this question of its was not answered; else as above */
    PassHistory *history;          /* NULL: loose files, which have none */
    PassReadProject *read_project; /* likewise */
    void *git_ctx;                 /* of both */
    PermitPolicy permits;
    const Floors *floors;       /* of the controller's file, or NULL */
    bool introspection;         /* templates may ask the live database */
    bool columns;               /* somebody wants to read which columns the plan changes */
    const FileSet *files;       /* the dbt project's folder at that commit */
    const Map *env;             /* what env_var() sees */
    const char *record_schema;  /* "cutover" */
    const char *marker_commit;  /* for a repair: that the marker tells, when Git has it, or NULL */
    const char *record_cluster; /* "quickstart" */
    int64_t steps;              /* of the project's Jinja at most; 0: the reader's own limit */
    int64_t retention;          /* seconds after which rows of the record may go; 0: never */
    const char *instance;       /* writer in the log: unique to this process */
    int64_t *writer_seq;        /* rows written by INSTANCE so far; kept by the caller */
    const char *version;        /* of Cutover */
    uint64_t seed;              /* for jitter */
    int64_t deadline_ms;        /* for each statement; 0: 60,000 */
} PassInput;

typedef struct PassResult {
    const char *
        instead; /* 40 hex: the input's commit is denied, and this one is wanted; nothing else was looked at */
    bool unanswered;  /* a question of the project's was not, in time */
    bool acted;       /* something was done: another pass should follow at once */
    int64_t retry_ms; /* when nothing was done, or it failed: look again after this long */
    Action action;    /* that was chosen */
    const Rule *rule; /* that chose it */
    const char
        *waits_for; /* what a person should read: "hydration: waits for shop.daily and 5 more" */
    bool blocked;   /* a person must act */
    const char *
        owed; /* what the server refused after a cutover: a person must see to it, and nothing waits; NULL: nothing */
    Diags diags;            /* findings of project and plan, and what blocks */
    const Desired *desired; /* NULL when the project does not compile */
    const Catalog *catalog;
    Record *record;
    const EnvironmentConfig *environment; /* with the stricter gates of what is live */
    GateChanges settings;                 /* gates that the commit weakens, for the next one */
    GateChanges floors;                   /* gates that a floor raises */
    const Plan *plan;                     /* NULL when nothing could be planned */
    const PlanColumns *columns;           /* that it changes; NULL: not asked for */
    const RecordDeployment
        *deployment;              /* under way, else the newest of the wanted commit, or NULL */
    const RecordDeployment *live; /* by the marker, noted or not; or NULL */
    int64_t live_generation;      /* of the marker; -1: no marker */
    const char *live_commit8;
    const Proof *proof;   /* when hydrating */
    bool next_is_ready;   /* the deployment being built has passed all its gates */
    size_t tests, checks; /* that gate this deployment */
    bool
        drift_judged; /* nothing is between its cutover and its end, and the live commit compiles: DRIFT tells */
    DriftItems drift;
} PassResult;

/* Runs one pass. False and ERR when it could not observe at all (connection, permissions); findings about
 * the project or the plan are no errors but in RESULT. All results live in ARENA. */
bool pass_run(Arena *arena, Pg *pg, const PassInput *input, PassResult *result, Err *err);

/* After a pass that failed since the server did not answer in time, or for a limit of ours, with WHY it did: notes what waits for that, over a
 * connection that works again, and tells people when it lasts. RESULT, of that pass, says it too. */
bool pass_tell_unanswered(Arena *arena, Pg *pg, const PassInput *input, PassResult *result,
                          const Err *why, Err *err);

/* Compares what is live under declared names, and is not ours, with what is declared; SELECT: a part of it, or NULL. Copies
 * are made in a scratch schema and dropped. *INTERRUPTED instead: the deployment of an adoption that was recorded, and
 * that passes have to bring to its end. False: ERR, or findings about the project in RESULT. */
bool pass_adopt_look(Arena *arena, Pg *pg, const PassInput *input, const SelectWanted *select,
                     PassResult *result, Adoption **adoption, const char **interrupted, Err *err);

/* Takes ADOPTION over, one action a call: record and marker are made when they are missing; then everything is
 * recorded, and *DEPLOYMENT is set. What is left, to rename the marker, does the next pass_run(). */
bool pass_adopt(Arena *arena, Pg *pg, const PassInput *input, const Adoption *adoption,
                PassResult *result, const char **deployment, Err *err);

/* What is damaged. REPAIR lives in ARENA. */
bool pass_repair_look(Arena *arena, Pg *pg, const PassInput *input, Repair **repair, Err *err);

/* Carries out FINDING, which must still be the first that can be repaired. COMMIT: of MAKE_LIVE, else NULL. */
bool pass_repair(Arena *arena, Pg *pg, const PassInput *input, const RepairFinding *finding,
                 const PassCommit *commit, Err *err);

/* Record and live generation alone, of the environment that INPUT names: for who has no commit to compare them with. */
bool pass_look_back(Arena *arena, Pg *pg, const PassInput *input, PassResult *result, Err *err);

/* The environments that have a marker in the connection's database. */
bool pass_environments(Arena *arena, Pg *pg, StrVec *names, Err *err);

#define PASS_STATEMENT_MS 60000 /* time limit of a statement, unless PassInput has another */

/* A person's REQUEST (rollback ...), which gets its id here, or a notifier's final delivery, appended to the
 * record. */
bool pass_request(Arena *arena, Pg *pg, const PassInput *input, RecordRequest *request, Err *err);
bool pass_delivered(Arena *arena, Pg *pg, const PassInput *input, const char *event_id,
                    const char *notifier, bool sent, const char *answer, Err *err);

#endif
