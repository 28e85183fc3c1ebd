/*
 * The log table of the record (docs/interface.md section 6): reading and appending rows. What they
 * mean is record.h's, how their bodies are made record_write.h's.
 */
#ifndef CUTOVER_JOURNAL_H
#define CUTOVER_JOURNAL_H

#include "cutover/pg.h"
#include "cutover/record.h"
#include "cutover/record_write.h"

/* Where the log is, and who writes. A writer's name must be its own for ever (a fresh process takes
 * a fresh one); `seq` is its count. */
typedef struct Journal {
    const char *database, *schema; /* "materialize", "cutover" */
    const char *cluster;           /* that user tables are read on; NULL: the session's */
    const char *writer;
    int64_t seq; /* of the last row written */
} Journal;

/* Makes schema (comment `Cutover record`) and table; harmless when they exist. COMMENTED: the schema is there and
 * bears a comment, which is not ours to change. */
bool journal_create(Pg *pg, Arena *arena, const Journal *journal, bool commented,
                    int64_t timeout_ms, Err *err);

/* All rows of ENVIRONMENT (NULL: of all), in order, in a transaction of their own. A missing table
 * is ERR_NOT_FOUND (CO5020), a body that is not JSON is skipped. */
bool journal_read(Pg *pg, Arena *arena, const Journal *journal, const char *environment,
                  int64_t timeout_ms, LogEntries *entries, Err *err);

/* Appends ENTRIES in order with one INSERT (more when they are larger than a statement may be). AT
 * is the server's time of the pass. `seq` goes on even when the reply is lost: rows sent again
 * under new numbers are harmless, since folding is. An entry larger than 256 KiB is ERR_LIMIT
 * (CO5021), and nothing is written. */
bool journal_append(Pg *pg, Arena *arena, Journal *journal, const char *environment, Moment at,
                    const RecordEntries *entries, int64_t timeout_ms, Err *err);

/* Deletes rows of ENVIRONMENT older than BEFORE that belong to none of the KEEP deployments. */
bool journal_prune(Pg *pg, Arena *arena, const Journal *journal, const char *environment,
                   Moment before, const StrVec *keep, int64_t timeout_ms, Err *err);

/* For snapshot.c, which reads within a transaction of its own: the two steps of journal_read(). */
bool journal_use_cluster(Pg *pg, Arena *arena, const Journal *journal, int64_t timeout_ms,
                         Err *err);
bool journal_select(Pg *pg, Arena *arena, const Journal *journal, const char *environment,
                    int64_t timeout_ms, LogEntries *entries, Err *err);

#endif
