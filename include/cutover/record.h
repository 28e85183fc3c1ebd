/*
 * The record: a fold over the append-only log table (docs/design.md section 6, docs/interface.md
 * section 6). Pure: the rows come from deploy/, which also writes new ones.
 */
#ifndef CUTOVER_RECORD_H
#define CUTOVER_RECORD_H

#include "cutover/answers.h"
#include "cutover/json.h"
#include "cutover/moment.h"
#include "cutover/phase.h"
#include "cutover/relname.h"
#include "cutover/vec.h"

/*
 * Bodies, by kind. Absent members have their zero value; members that are unknown are skipped.
 * Times are ISO texts.
 *
 *   intent    the deployment: generation, commit, short, subject, author, ref, in_place, partial,
 *             plan, attempt, from_generation, from_deployment; and manifest, audit_event, credits_per_hour,
 *             gates {approvals, soak, max_drops, max_cost?, replace?, timezone?, missed?, allow [text], freeze [text]},
 *             green [{kind, database?, schema?, name, green, replaces?}], drops [{kind, id, database, schema, name}],
 *             makes [{kind, database?, schema?, name, digest?}],
 *             sinks [{action, id?, node, database, schema, name, from {database, schema, name}}]
 *   phase     the deployment as above; and from, to, reason?, deadline?, rollback_generation?,
 *             names? [{kind, id, database?, schema?, from, to, retired, holds?}], audit_event?
 *   objects   objects [{id, kind, database?, schema?, name, cluster?, digest?, node?, file?,
 *             action, owner?, options?, declared [text], inputs [id]}]
 *   result    check ("canary:<role>": it is let in to read green; "made:<kind>:<id>": this deployment's own
 *             statement made it; "guest:<role>", "keeps:<kind>:<id>:<role>": what guests of canaries may read of what goes
 *             live; "owed:<grant|revoke>:<privilege>:<kind>:<id>:<role>": refused once the cutover had happened;
 *             "rights:<number>": text tells those on what goes out of service), verdict, text?, rows, attempt
 *   request   id, kind, plan?, phase?, by, reason?, permits? [text], signature?; `resume` also lifts denials
 *   outcome   request (its id), outcome, why?
 *   event     id, seq, name, event (the CloudEvent)
 *   delivery  event (its id), notifier, outcome (sent | dead), answer?
 *   whole     nothing: what was partial is so no longer, all that its commit declares was found to be as it should
 *   denied    commit, reason?, allowed (true: the denial is lifted), restore? (the commit that is wanted instead)
 */

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
    RelName rel;         /* production name; of a schema database and name, of a cluster the name */
    const char *cluster; /* production name, or NULL */
    const char *file;    /* of the project, or NULL */
    Moment at;           /* of the row */
    const char *digest;  /* declared digest when it was made */
    const char *node;    /* node id, or NULL */
    const char *action;  /* created | adopted | dropped */
    const char *deployment;
    const char *owner;   /* role that owned it when it was deployed; NULL: not known, or an index */
    const char *options; /* likewise, of what has any: catalog_options() */
    StrVec
        declared; /* what Git declared of it, and it may have: "SELECT analyst", "COMMENT", "COMMENT day" */
    StrVec inputs; /* ids that it read when it was made */
} RecordObject;

typedef VEC(RecordObject) RecordObjects;

/* One name that the cutover changes; body of `phase` to cutting_over or rolling_back, and its
 * inverse. */
typedef struct RecordName {
    const char *kind; /* schema | cluster | index */
    const char *id;
    const char *database, *schema; /* where it lies: database for schemas, both for indexes */
    const char *from, *to;
    bool retired;  /* the old side: `to` is its blue name, which is dropped in the end */
    int64_t holds; /* objects of ours in it, a container, under their own names; 0: not noted */
} RecordName;

typedef VEC(RecordName) RecordNames;

/* Something of ours that lies outside of every side. */
typedef struct RecordPlace {
    const char *kind, *id; /* schema | cluster | as mz_objects.type; NULL: not yet made */
    RelName rel;
    const char *digest; /* of what is to be made there; NULL: a container, or not noted */
} RecordPlace;

typedef VEC(RecordPlace) RecordPlaces;

/* A sink that must be seen to once the names have moved. */
typedef struct RecordSink {
    const char *action; /* SINK_TO_... of sinks.h */
    const char *id;     /* of the live one; NULL: create */
    const char *node;   /* its declaration */
    const char *digest; /* of that; NULL in records of older versions */
    RelName rel;
    RelName from; /* what it is to read, under its production name */
    RelName was;  /* what it is to read after the way back, of another definition; no name: FROM */
    const char *was_digest; /* of that definition */
} RecordSink;

/* With the name of a green table: its rows are sent to the seed that it waits for. */
#define RECORD_ROWS_BEGUN "in_place:begun:"

typedef struct RecordResult {
    const char *
        check; /* "hydration", "rehearsal", "replacement", "statement", "test:<id>", "check:<name>" */
    const char *verdict; /* passed | failed | warned | lost */
    const char *text;
    int64_t rows, attempt;
    Moment at;
} RecordResult;

typedef struct RecordGreen {
    const char *kind; /* schema | cluster | index, or as mz_objects.type */
    const char *database, *schema, *name, *green;
    const char
        *replaces; /* id of the materialized view that it is to replace where it is, or NULL */
} RecordGreen;

/* An intent of ENVIRONMENT, ours or another one's, gave a place of green its name AT that time. */
typedef struct RecordAnnounced {
    const char *environment;
    Moment at;
    RecordGreen green;
} RecordAnnounced;

/* The gates that a commit's own cutover.yaml asks for: its successor is measured by them. */
typedef struct RecordGates {
    bool known; /* an older version recorded none */
    int64_t approvals, soak, max_drops;
    double max_cost;     /* 0: no cap */
    const char *replace; /* NULL: never */
    const char *timezone, *missed;
    StrVec allow, freeze;
} RecordGates;

/* One row: it may be written again while the deployment is under way, and when its commit is tried again. */
typedef struct RecordIntent {
    int64_t event; /* newest of the audit log then */
    Moment at;
} RecordIntent;

typedef struct RecordDeployment {
    const char *id;
    int64_t generation; /* that it would make, or made */
    const char *commit, *short_commit, *subject, *author, *ref;
    bool in_place_only;
    bool partial; /* adopted or repaired, and something may differ: its commit is to be deployed */
    const char *manifest_digest, *plan_digest;
    int64_t attempt;
    Moment attempt_since;      /* when it began; 0: the first */
    int64_t audit_event;       /* newest event before the first CREATE */
    VEC(RecordIntent) intents; /* in the order of time */
    Moment
        doubled_since; /* of the first intent; 0: none, or of an older version, which tells no price */
    double credits_per_hour; /* of green, all clusters */
    VEC(RecordGreen) green;
    size_t
        green_newest; /* so many of them, the first, are of the newest intent; the others may be there yet */
    RecordPlaces drops; /* when the way back has ended, or (data) with the old side */
    RecordPlaces makes; /* where it stays, before the cutover */
    VEC(RecordSink) sinks;
    Phase phase;
    Moment phase_since, started_at;
    Moment ready_since;          /* it passed its hydration, or its canary; 0: not yet */
    Moment canary_since;         /* of the canary after that; 0: it had none */
    int64_t hydrated_in;         /* seconds that its green took to be ready; 0: it never was */
    const char *reason;          /* of the last transition */
    const char *statement;       /* that the server refused, so that it failed; or NULL */
    Moment deadline;             /* of the phase; 0 = none */
    RecordNames names;           /* of the cutover, or of the rollback, whichever was last */
    RecordNames cutover_names;   /* of the cutover alone */
    int64_t names_event;         /* newest event when `names` were decided on; -1: unknown */
    bool prepared;               /* its cutover was written down: it may have been sent */
    int64_t rollback_generation; /* that its rollback makes or made; 0 = none */
    VEC(RecordResult) results;   /* of this attempt */
    bool has_intent, cut_over;   /* cut_over: its marker was seen */
    int64_t from_generation;     /* live when it began */
    RecordGates gates;
    const char *from_deployment; /* its id; "" for the first */
    Map answers; /* question_key() to Answer *: what its project asked, answered once for all its passes */
} RecordDeployment;

typedef struct RecordRequest {
    const char *id, *kind, *deployment, *plan_digest, *by, *reason;
    const char *phase, *signature; /* or NULL */
    StrVec permits;
    Moment at;
    bool done; /* has an outcome */
    const char *outcome, *why;
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
    RecordObjects unwritten; /* in object_by_id, but found in this pass and not in the log yet */
    Map denied;              /* commit to reason (const char *) */
    StrVec canary_roles;     /* whom a canary ever let in to read green */
    VEC(RecordAnnounced) announced; /* of every environment whose rows were given */
    Map of_others;                  /* "<kind>:<id>" of what other environments made or adopted */
    Map restored; /* denied commit to the one that is wanted instead (const char *), after a way back */
    VEC(RecordRequest) requests;
    VEC(RecordEvent) events;
    int64_t next_event; /* seq of the next event */
    const RecordRequest
        *hold; /* the request that holds the environment, or NULL; `resume` lifts it */
} Record;

/* Folds the rows of one environment; of the others only what they announced and have. Unknown kinds, doubles, and transitions that do not start from
 * the phase that the deployment is in (another controller was first) are skipped. ENTRIES NULL:
 * there is no log. */
Record *record_fold(Arena *arena, const char *environment, LogEntries *entries);

/* What an entry of kind `intent` holds. */
RecordGreen record_read_green(const Json *green);

RecordDeployment *record_deployment(const Record *record, const char *id);

/* The newest deployment that is not at its end (phase_is_final()), or NULL. At most one builds; one
 * may soak beside it: record_soaking() answers that one: cut over, and not at its end (repointing,
 * soaking, cleaning, rolling_back). It may be the same. */
RecordDeployment *record_building(const Record *record);
RecordDeployment *record_soaking(const Record *record);

/* The deployment whose objects are live in GENERATION: the one that cut over to it, or the one that
 * a rollback brought back. NULL when there is none. */
RecordDeployment *record_generation(const Record *record, int64_t generation);

/* Whether a cutover or a way back was written down, sent or not, that gives the marker GENERATION and a commit that begins with
 * COMMIT8. */
bool record_prepares(const Record *record, int64_t generation, const char *commit8);

/* The commit of the generation before D's: the nearest that was live before it, is another, and was not taken back. NULL:
 * none. */
const char *record_commit_before(const Record *record, const RecordDeployment *d);

/* The newest generation that was ever live, as far as the record tells; 0: none. The marker is never behind it. */
int64_t record_newest_generation(const Record *record);

const RecordObject *record_object(const Record *record, const char *kind, const char *id);

/* What CHECK last gave in D; NULL: nothing yet. */
const RecordResult *record_result(const RecordDeployment *d, const char *check);

/* D's newest intent lists that place of GREEN, whatever it is to become. */
bool record_announces(const RecordDeployment *d, const RecordGreen *green);

/* The way back from NAMES (of a cutover): every name goes where it came from, and what is live now is
 * retired under BLUE_PATTERN with GENERATION, the one that is live now. */
RecordNames record_inverse(Arena *arena, const RecordNames *names, const char *blue_pattern,
                           int64_t generation);

/* How long green took to hydrate in the deployments before, seconds. */
typedef struct RecordHydration {
    int64_t low, typical, high; /* of the newest five; all 0: never measured */
} RecordHydration;

RecordHydration record_hydration(const Record *record);

/* What D cost beside production, credits: its clusters, twice there from its intent to its end (or NOW). Negative:
 * not known, since nothing was built yet, or an older version built it. */
double record_credits(const RecordDeployment *d, Moment now);

/* The marker schema's name: cutover_<environment>_g<n>_<8 hex of the commit>. */
char *marker_name(Arena *arena, const char *environment, int64_t generation, const char *commit);

/* Reads such a name; false when it is not a marker of ENVIRONMENT. COMMIT8 is owned by ARENA. */
bool marker_parse(Arena *arena, const char *environment, const char *name, int64_t *generation,
                  const char **commit8);

/* The environment whose marker bears NAME, or NULL when that is no marker's name. */
const char *marker_environment(Arena *arena, const char *name);

/* Every side that Cutover makes says in its comment for which environment, "... | Cutover production g42": that one, owned by
 * ARENA, or NULL. */
const char *comment_environment(Arena *arena, const char *comment);

/* <environment>-g<n>-<12 hex of the commit> */
char *deployment_id(Arena *arena, const char *environment, int64_t generation, const char *commit);

#endif
