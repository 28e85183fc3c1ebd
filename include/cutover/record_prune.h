/*
 * What may go from the record: rows older than the retention, but never of the last 20 generations, nor of a
 * deployment that is not at its end. What people asked for, and which commits are denied, stays for ever.
 */
#ifndef CUTOVER_RECORD_PRUNE_H
#define CUTOVER_RECORD_PRUNE_H

#include "cutover/record.h"
#include "cutover/record_write.h"

typedef struct RecordPrune {
    size_t rows; /* that may go */
    StrVec keep; /* ids of the deployments whose rows stay, however old */
    RecordEntries
        renewed; /* what those rows tell of objects that still exist: to be written before they go */
} RecordPrune;

/* BEFORE: what is older may go. LIVE: the live generation. ENTRIES: those that RECORD was folded from. */
RecordPrune record_prune(Arena *arena, const Record *record, const LogEntries *entries,
                         Moment before, int64_t live);

#endif
