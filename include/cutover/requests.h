/*
 * What people asked for in the record, and what follows from it. A request binds to a deployment, to the plan
 * that its writer saw, and to the phase that he saw it in; one that cannot be granted any more is answered so.
 */
#ifndef CUTOVER_REQUESTS_H
#define CUTOVER_REQUESTS_H

#include "cutover/record.h"

/* The oldest request of KIND about D that has no answer and can be granted in D's phase, or NULL. */
const RecordRequest *request_open(const Record *record, const RecordDeployment *d,
                                  const char *kind);

/* How many different people approved D's plan; one that was refused does not count. */
int64_t request_approvals(const Record *record, const RecordDeployment *d);

/* Somebody ended D's wait in PHASE: a `promote` of its plan was granted there. */
bool request_promoted(const Record *record, const RecordDeployment *d, Phase phase);

/* The answer to a request that needs nothing done, or for which it is too late. */
typedef struct RequestAnswer {
    const RecordRequest *request;
    const char *outcome; /* done | too_late | refused */
    const char *why;     /* or NULL */
} RequestAnswer;

/* What a request can meet beside its own deployment. */
typedef struct RequestWorld {
    const char *plan_digest; /* of the plan as it is now, or NULL: what is permitted binds to it */
    const RecordDeployment *live; /* or NULL */
} RequestWorld;

/* The first such request; false when there is none. */
bool request_unanswered(Arena *arena, const Record *record, const RequestWorld *world,
                        RequestAnswer *answer);

/* The oldest request to go back from LIVE, whose way back has ended: the commit before it is deployed anew. NULL when
 * there is none, or when it cannot be granted. */
const RecordRequest *request_restore(const Record *record, const RecordDeployment *live);

#endif
