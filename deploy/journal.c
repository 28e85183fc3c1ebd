#include "cutover/journal.h"

#include "cutover/buf.h"
#include "cutover/relname.h"
#include "cutover/sqltok.h"
#include "cutover/statement.h"
#include "cutover/str.h"
#include "deploy_sql.h"

#include <string.h>

#define BODY_MAX 262144u
/* Materialize refuses a statement of a million bytes; the last row of a batch may double in
 * quoting. */
#define BATCH_BYTES 400000u
#define LOG_COLUMNS 7

static RelName log_table(const Journal *journal)
{
    return (RelName){journal->database, journal->schema, "log"};
}

/* TEMPLATE with {log} and {schema} filled in: names cannot be parameters. */
static const char *with_names(Arena *arena, const char *template, const Journal *journal)
{
    const char *log = relname_sql(arena, log_table(journal));
    const char *schema = arena_printf(arena, "%s.%s", sql_ident(arena, journal->database),
                                      sql_ident(arena, journal->schema));
    Buf out = buf_new(arena, 8192);
    for (const char *p = template; *p;) {
        if (str_starts(p, "{log}")) {
            buf_text(&out, log);
            p += strlen("{log}");
        } else if (str_starts(p, "{schema}")) {
            buf_text(&out, schema);
            p += strlen("{schema}");
        } else {
            buf_char(&out, *p++);
        }
    }
    return out.data;
}

bool journal_create(Pg *pg, Arena *arena, const Journal *journal, bool commented,
                    int64_t timeout_ms, Err *err)
{
    StatementOn schema = {"schema", {.database = journal->database, .name = journal->schema}};
    const char *comment = statement_comment(arena, schema, NULL, "Cutover record");
    return pg_query(pg, arena, with_names(arena, sql_log_schema, journal), NULL, timeout_ms, NULL,
                    err) &&
           (commented || pg_query(pg, arena, comment, NULL, timeout_ms, NULL, err)) &&
           pg_query(pg, arena, with_names(arena, sql_log_table, journal), NULL, timeout_ms, NULL,
                    err);
}

static bool row_entry(Arena *arena, const PgResult *result, size_t row, LogEntry *entry)
{
    const char *body = pg_value(result, row, "body");
    const char *at = pg_value(result, row, "at");
    const char *seq = pg_value(result, row, "seq");
    Err err = {0};
    *entry = (LogEntry){.environment = pg_value(result, row, "environment"),
                        .deployment = pg_value(result, row, "deployment"),
                        .writer = pg_value(result, row, "writer"),
                        .kind = pg_value(result, row, "kind")};
    entry->body = body ? json_parse(arena, body, strlen(body), &err) : NULL;
    return entry->environment && entry->deployment && entry->writer && entry->kind && entry->body &&
           at && moment_parse(at, &entry->at) && str_to_int(seq, INT64_MIN, INT64_MAX, &entry->seq);
}

static void journal_rows(Arena *arena, const PgResult *result, LogEntries *entries)
{
    for (size_t i = 0; i < result->rows.count; i++) {
        LogEntry entry;
        if (row_entry(arena, result, i, &entry)) {
            vec_push(arena, entries, entry);
        }
    }
}

bool journal_use_cluster(Pg *pg, Arena *arena, const Journal *journal, int64_t timeout_ms, Err *err)
{
    return !journal->cluster || pg_query(pg, arena, statement_set_cluster(arena, journal->cluster),
                                         NULL, timeout_ms, NULL, err);
}

bool journal_select(Pg *pg, Arena *arena, const Journal *journal, const char *environment,
                    int64_t timeout_ms, LogEntries *entries, Err *err)
{
    PgResult result;
    StrVec params = {0};
    vec_push(arena, &params, environment ? environment : "");
    if (!pg_query(pg, arena, with_names(arena, sql_log_rows, journal), &params, timeout_ms, &result,
                  err)) {
        return false;
    }
    journal_rows(arena, &result, entries);
    return true;
}

/* The server's own words do not tell a missing table from other mistakes: the catalog does. */
static bool is_missing(Pg *pg, Arena *arena, const Journal *journal, int64_t timeout_ms)
{
    Err err = {0};
    PgResult result;
    StrVec params = {0};
    vec_push(arena, &params, journal->database);
    vec_push(arena, &params, journal->schema);
    return pg_query(pg, arena, sql_log_exists, &params, timeout_ms, &result, &err) &&
           !result.rows.count;
}

bool journal_read(Pg *pg, Arena *arena, const Journal *journal, const char *environment,
                  int64_t timeout_ms, LogEntries *entries, Err *err)
{
    if (journal_use_cluster(pg, arena, journal, timeout_ms, err) &&
        journal_select(pg, arena, journal, environment, timeout_ms, entries, err)) {
        return true;
    }
    if (pg_usable(pg) && is_missing(pg, arena, journal, timeout_ms)) {
        return err_set(arena, err, ERR_NOT_FOUND, "CO5020", "there is no record in schema %s.%s",
                       journal->database, journal->schema);
    }
    return false;
}

static bool fits(Arena *arena, const RecordEntries *entries, Err *err)
{
    vec_each (RecordEntry, it, entries) {
        if (strlen(it->body) > BODY_MAX) {
            return err_set(arena, err, ERR_LIMIT, "CO5021",
                           "an entry of kind %s has more than 256 KiB", it->kind);
        }
    }
    return true;
}

static const char **row_texts(Arena *arena, Journal *journal, const char *environment, Moment at,
                              const RecordEntry *entry)
{
    const char **row = arena_array(arena, LOG_COLUMNS, sizeof *row);
    journal->seq++;
    row[0] = environment;
    row[1] = entry->deployment;
    row[2] = journal->writer;
    row[3] = arena_printf(arena, "%lld", (long long)journal->seq);
    row[4] = moment_iso(arena, at);
    row[5] = entry->kind;
    row[6] = entry->body;
    return row;
}

bool journal_append(Pg *pg, Arena *arena, Journal *journal, const char *environment, Moment at,
                    const RecordEntries *entries, int64_t timeout_ms, Err *err)
{
    VEC(const char **) rows = {0};
    if (!fits(arena, entries, err)) {
        return false;
    }
    vec_each (RecordEntry, it, entries) {
        vec_push(arena, &rows, row_texts(arena, journal, environment, at, it));
    }
    StrVec inserts = statement_insert(arena, log_table(journal), rows.items, rows.count,
                                      LOG_COLUMNS, BATCH_BYTES);
    vec_each (const char *, it, &inserts) {
        if (!pg_query(pg, arena, *it, NULL, timeout_ms, NULL, err)) {
            return false;
        }
    }
    return true;
}

bool journal_prune(Pg *pg, Arena *arena, const Journal *journal, const char *environment,
                   Moment before, const StrVec *keep, int64_t timeout_ms, Err *err)
{
    StrVec params = {0};
    vec_push(arena, &params, environment);
    vec_push(arena, &params, moment_iso(arena, before));
    vec_push(arena, &params, pg_array(arena, keep));
    return journal_use_cluster(pg, arena, journal, timeout_ms, err) &&
           pg_query(pg, arena, with_names(arena, sql_log_prune, journal), &params, timeout_ms, NULL,
                    err);
}
