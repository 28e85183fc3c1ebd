/*
 * Permits: leave for one exception in one commit (docs/interface.md 1.5). Given by a trailer in the message of a
 * commit after the live one up to the deployed one, or by a person's approval of one plan. Pure.
 */
#ifndef CUTOVER_PERMITS_H
#define CUTOVER_PERMITS_H

#include "cutover/record.h"

typedef struct PermitGiven {
    const char *permit; /* "drops", "rewind", "cost", "stateful:materialize.public.orders" */
    const char *by;     /* "commit 4f2a9c1", "ada" */
} PermitGiven;

typedef VEC(PermitGiven) PermitsGiven;

/* What Git tells of the way from the live commit to the deployed one. */
typedef struct PermitHistory {
    bool descends;    /* the live commit is in the deployed one's history */
    bool proposed;    /* only looked at: what a pull request would change need not descend yet */
    const char *live; /* short, for people */
    PermitsGiven trailers; /* of the commits in between */
} PermitHistory;

/* What the controller's file demands of permits. */
typedef struct PermitPolicy {
    bool approval_only; /* trailers do not count */
    bool any_history;   /* rewinding needs no permit */
} PermitPolicy;

/* Whether TEXT is a permit that exists; those that do, for messages. */
bool permit_is_known(const char *text);
#define PERMITS_KNOWN "drops, rewind, cost, stateful:<database.schema.name>"

/* Adds what the lines "Cutover-Permit: ..." of a commit's MESSAGE give: known permits, and any other word, which
 * whoever plans warns of. SHORT_SHA is the commit. */
void permits_in_message(Arena *arena, const char *message, const char *short_sha,
                        PermitsGiven *given);

/* Adds what people permitted by approving the plan with this DIGEST, or the one that D, which may be NULL, was
 * begun with: what has been made in place since is no longer in the plan. */
void permits_by_approval(Arena *arena, const Record *record, const char *digest,
                         const RecordDeployment *d, PermitsGiven *given);

/* Whether REQUEST permits something in the plan with this DIGEST, or the one that D was begun with. */
bool permit_counts(const RecordRequest *request, const char *digest, const RecordDeployment *d);

/* The first that gives PERMIT, or NULL. */
const PermitGiven *permit_find(const PermitsGiven *given, const char *permit);

#endif
