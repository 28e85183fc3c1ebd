/*
 * What a cutover still owes: a right that was to be given or taken back once the marker had moved, and that the server refused.
 * Nothing waits for it. It is noted and told, it is tried again whenever nothing else is to be done, and for all else it
 * counts as done: the next deployment takes nothing along that is to be taken back. Pure.
 */
#ifndef CUTOVER_OWED_H
#define CUTOVER_OWED_H

#include "cutover/build.h"

typedef struct Owed {
    const RecordDeployment *deployment; /* that noted it */
    const char *check;                  /* of the result that notes it */
    const char *why; /* what people read: the statement, and the server's words */
    Step step;       /* GRANT or REVOKE, on what bears the id now */
    bool settled;    /* it is as it should be: a person has done it, or Git declares it by now */
} Owed;

typedef VEC(Owed) OwedSteps;

/* The check of the result that notes STEP: BUILD_OWED "<grant|revoke>:<privilege>:<kind>:<id>:<role>", with the verdict
 * `refused`, and `passed` when it is settled. */
char *owed_check(Arena *arena, const Step *step);

/* What RECORD notes as refused, of what CATALOG still has. */
OwedSteps owed_find(Arena *arena, const Catalog *catalog, const Record *record);

/* From here on CATALOG shows the rights as they should be. */
void owed_count_as_done(Arena *arena, Catalog *catalog, const OwedSteps *owed);

/* What a person must see to; NULL: nothing. */
const char *owed_reason(const OwedSteps *owed);

#endif
