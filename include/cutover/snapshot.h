/*
 * The actual state, read in one read transaction: the log first, then the catalog (a transaction
 * that begins with catalog relations cannot read tables afterwards). The number of queries does not
 * depend on what there is.
 */
#ifndef CUTOVER_SNAPSHOT_H
#define CUTOVER_SNAPSHOT_H

#include "cutover/catalog.h"
#include "cutover/journal.h"
#include "cutover/pg.h"

typedef enum SnapshotRecord {
    SNAPSHOT_RECORD_ABSENT, /* the catalog has no such table */
    SNAPSHOT_RECORD_READ,
    SNAPSHOT_RECORD_UNREADABLE, /* it exists, and `record_err` says why it could not be read (no
                                   replica ...) */
} SnapshotRecord;

typedef struct SnapshotRequest {
    const Journal *journal;  /* where the record is */
    const char *environment; /* whose rows; NULL: all */
    int64_t since_event;     /* creations newer than this audit event; -1: none are wanted */
    /* When given, answers `since_event` from the log's rows, in the same transaction. */
    int64_t (*since)(void *ctx, LogEntries *entries);
    void *since_ctx;
    StrVec column_schemas; /* names of schemas whose relations' columns are wanted */
} SnapshotRequest;

typedef struct Snapshot {
    Catalog *catalog; /* sealed */
    SnapshotRecord record;
    Err record_err;
    LogEntries entries;
} Snapshot;

/* An unreadable record is no error: finishing and rolling back need the catalog alone. */
bool snapshot_read(Pg *pg, Arena *arena, const SnapshotRequest *request, int64_t timeout_ms,
                   Snapshot *snapshot, Err *err);

#endif
