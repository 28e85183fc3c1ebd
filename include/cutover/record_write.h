/*
 * Makes the bodies of log rows. Reading them is record.c; the fields of each kind stand in
 * record.h, the only place.
 */
#ifndef CUTOVER_RECORD_WRITE_H
#define CUTOVER_RECORD_WRITE_H

#include "cutover/json.h"
#include "cutover/record.h"

/* A row before it has a writer, a number and a time. */
typedef struct RecordEntry {
    const char *deployment; /* "" when it belongs to none */
    const char *kind;
    const char *body; /* JSON */
} RecordEntry;

typedef VEC(RecordEntry) RecordEntries;

/* The intent of D: its id, generation, commit ..., digests, attempt, audit_event, green, from_*. */
RecordEntry entry_intent(Arena *arena, const RecordDeployment *d);

typedef struct EntryPhase {
    const RecordDeployment
        *deployment; /* its id, generation and commit go along, its `attempt` too */
    Phase from, to;
    const char *reason;          /* or NULL */
    const char *statement;       /* to failed: that was refused, or NULL */
    Moment deadline;             /* 0: none */
    const RecordNames *names;    /* to cutting_over and rolling_back; else NULL */
    int64_t names_event;         /* newest of the audit log when they were decided on */
    int64_t rollback_generation; /* to rolling_back: the generation that the way back makes */
} EntryPhase;

RecordEntry entry_phase(Arena *arena, const EntryPhase *phase);

RecordEntry entry_objects(Arena *arena, const char *deployment, const RecordObject *objects,
                          size_t count);

/* OBJECTS as entries of the deployments that made them, some hundred in each. */
void entries_add_objects(Arena *arena, RecordEntries *entries, const RecordObjects *objects);

/* What DEPLOYMENT was answered to the question KEY. */
RecordEntry entry_answer(Arena *arena, const char *deployment, const char *key,
                         const Answer *answer);
RecordEntry entry_result(Arena *arena, const char *deployment, const RecordResult *result);

/* DEPLOYMENT, adopted or repaired in part, lacks nothing any more. */
RecordEntry entry_whole(Arena *arena, const char *deployment);

/* `id` (unique, by the caller), kind, deployment ("" for hold and resume), plan_digest, phase, by,
 * reason, permits, signature of REQUEST. */
RecordEntry entry_request(Arena *arena, const RecordRequest *request);

/* OUTCOME: "done", "too_late", "refused" ...; WHY may be NULL. */
RecordEntry entry_outcome(Arena *arena, const char *deployment, const char *request,
                          const char *outcome, const char *why);

/* EVENT is the CloudEvent's JSON text; its id is "<environment>/<seq>". */
RecordEntry entry_event(Arena *arena, const char *deployment, const char *id, int64_t seq,
                        const char *name, const char *event);

/* OUTCOME: "sent" or "dead"; ANSWER may be NULL. */
RecordEntry entry_delivery(Arena *arena, const char *event_id, const char *notifier,
                           const char *outcome, const char *answer);

/* Denies COMMIT; entry_allowed() lifts it. */
RecordEntry entry_denied(Arena *arena, const char *deployment, const char *commit,
                         const char *reason, const char *restore);
RecordEntry entry_allowed(Arena *arena, const char *deployment, const char *commit,
                          const char *reason);

/* The row that ENTRY becomes. False when its body is no JSON. */
bool entry_row(Arena *arena, const RecordEntry *entry, const char *environment, const char *writer,
               int64_t seq, Moment at, LogEntry *row);

#endif
