/*
 * The record: a fold over the append-only log table (docs/design.md section 6, docs/interface.md section
 * 6). Pure: the rows come from deploy/, which also writes new ones.
 */
#ifndef CUTOVER_RECORD_H
#define CUTOVER_RECORD_H

#include "cutover/json.h"
#include "cutover/moment.h"
#include "cutover/phase.h"
#include "cutover/relname.h"
#include "cutover/vec.h"

/* One row of the log. Key: (environment, deployment, writer, seq); order: (at, writer, seq). */
typedef struct LogEntry {
    const char *environment, *deployment, *writer;
    int64_t seq;
    Moment at;
    const char *kind;
    const Json *body;
} LogEntry;

typedef VEC(LogEntry) LogEntries;

/* What is known of an object by its id; body of kind `objects`. */
typedef struct RecordObject {
    const char *id, *kind; /* kind as mz_objects.type, or "schema", "cluster" */
    RelName rel;           /* production name; for a cluster only `name` */
    const char *digest;    /* declared digest when it was made */
    const char *node;      /* node id, or NULL */
    const char *action;    /* created | adopted | dropped */
    const char *deployment;
    StrVec inputs; /* ids that it read when it was made */
} RecordObject;

/* One name that the cutover changes; body of `phase` to cutting_over or rolling_back, and its inverse. */
typedef struct RecordName {
    const char *kind; /* schema | cluster | index */
    const char *id;
    const char *database, *schema; /* where it lies: database for schemas, both for indexes */
    const char *from, *to;
} RecordName;

typedef struct RecordResult {
    const char *check;   /* "hydration", "rehearsal", "test:<id>", "check:<name>" */
    const char *verdict; /* passed | failed | warned | lost */
    const char *text;
    int64_t rows, attempt;
    Moment at;
} RecordResult;

typedef struct RecordGreen {
    const char *kind; /* schema | cluster | index */
    const char *database, *schema, *name, *green;
} RecordGreen;

typedef struct RecordDeployment {
    const char *id;
    int64_t generation; /* that it would make, or made */
    const char *commit, *short_commit, *subject, *author, *ref;
    bool in_place_only;
    const char *manifest_digest, *plan_digest;
    int64_t attempt;
    int64_t audit_event; /* newest event before the first CREATE */
    VEC(RecordGreen) green;
    Phase phase;
    Moment phase_since, started_at;
    const char *reason;          /* of the last transition */
    VEC(RecordName) names;       /* of the cutover, or of the rollback, whichever was last */
    VEC(RecordResult) results;   /* of this attempt */
    bool has_intent, cut_over;   /* cut_over: its marker was seen */
    int64_t from_generation;     /* live when it began */
    const char *from_deployment; /* its id; "" for the first */
} RecordDeployment;

typedef struct RecordRequest {
    const char *id, *kind, *deployment, *plan_digest, *by, *reason;
    Moment at;
    bool done; /* has an outcome */
    const char *outcome;
} RecordRequest;

typedef struct RecordEvent {
    const char *id; /* CloudEvents id: "<environment>/<seq>" */
    int64_t seq;
    const char *name;  /* "hydrating" */
    const Json *event; /* the CloudEvent */
    Moment at;
    StrVec delivered; /* notifiers with a final delivery */
} RecordEvent;

typedef struct Record {
    bool exists; /* the log table does */
    const char *environment;
    size_t entries;
    VEC(RecordDeployment) deployments; /* oldest first */
    Map object_by_id; /* "<kind>:<id>" to RecordObject *; the last entry counts; dropped ones are out */
    Map denied;       /* commit to reason (const char *) */
    VEC(RecordRequest) requests;
    VEC(RecordEvent) events;
    int64_t next_event; /* seq of the next event */
} Record;

/* Folds the rows of one environment. Unknown kinds and doubles are skipped. */
Record *record_fold(Arena *arena, const char *environment, LogEntries *entries);

RecordDeployment *record_deployment(const Record *record, const char *id);

/* The newest deployment that is not at its end (phase_is_final()), or NULL. At most one builds; one may
 * soak beside it: record_soaking() answers that one. */
RecordDeployment *record_building(const Record *record);
RecordDeployment *record_soaking(const Record *record);

/* The deployment that made GENERATION (cut over, or rolled back to), or NULL. */
RecordDeployment *record_generation(const Record *record, int64_t generation);

const RecordObject *record_object(const Record *record, const char *kind, const char *id);

/* The marker schema's name: cutover_<environment>_g<n>_<8 hex of the commit>. */
char *marker_name(Arena *arena, const char *environment, int64_t generation, const char *commit);

/* Reads such a name; false when it is not a marker of ENVIRONMENT. COMMIT8 is owned by ARENA. */
bool marker_parse(Arena *arena, const char *environment, const char *name, int64_t *generation,
                  const char **commit8);

/* <environment>-g<n>-<12 hex of the commit> */
char *deployment_id(Arena *arena, const char *environment, int64_t generation, const char *commit);

#endif
