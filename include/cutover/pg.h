/*
 * A connection to Materialize: the only module that knows libpq. Every call has its own time limit,
 * and ends early when a file descriptor of the caller becomes readable (a signal that asks us to
 * stop).
 *
 * After a timeout, a cancellation or a lost connection the connection is closed for good:
 * Materialize does not stop a DDL that was sent, so what it did must be looked up on a new one.
 * Nothing here logs; a trace hook is told each statement's kind, never its text.
 */
#ifndef CUTOVER_PG_H
#define CUTOVER_PG_H

#include "cutover/err.h"
#include "cutover/vec.h"

#include <stdint.h>

typedef struct Pg Pg;

typedef struct PgTarget {
    const char *url; /* postgres://user@host:port/database?sslmode=..., or NULL: PG* environment */
    const char *password;   /* NULL: PGPASSWORD or PGPASSFILE */
    const char *version;    /* of Cutover, for application_name */
    const char *deployment; /* for application_name, or NULL */
    int stop_fd;            /* becomes readable when work must stop; -1: never */
} PgTarget;

/* One result set. Texts are owned by the arena that was given to the call; NULL is SQL's NULL. */
typedef struct PgResult {
    StrVec columns;
    VEC(uint32_t) types; /* of the columns: OIDs */
    VEC(const char **) rows;
    const char *tag; /* "SELECT 3", "CREATE SCHEMA" */
} PgResult;

typedef struct PgNotice {
    char sqlstate[6];
    const char *message, *detail, *hint;
} PgNotice;

typedef VEC(PgNotice) PgNotices;

/* What became of a script whose last statement is COMMIT or ROLLBACK. */
typedef enum PgOutcome {
    PG_DONE,    /* the last statement was answered */
    PG_FAILED,  /* the server refused: nothing happened */
    PG_UNKNOWN, /* sent, and no answer came: look at the marker */
} PgOutcome;

/* Opens a connection within TIMEOUT_MS. The caller closes it with pg_close(). Errors: CO5001 (not
 * reachable), CO5002 (login refused), CO5003 (the address is no connection string), timeout,
 * stopped. */
bool pg_open(Arena *arena, const PgTarget *target, int64_t timeout_ms, Pg **pg, Err *err);

/* Closes it; NULL is accepted. */
void pg_close(Pg *pg);

/* False once a call has closed it: open a new one. */
bool pg_usable(const Pg *pg);

/* Names of the session. Owned by PG. */
const char *pg_database(const Pg *pg);
const char *pg_user(const Pg *pg);

/* "host:port" for messages, never with a secret. Owned by PG. */
const char *pg_address(const Pg *pg);

/* Runs ONE statement and gives all its rows. PARAMS are texts for $1, $2 ... (NULL is NULL; PARAMS
 * itself may be NULL); Materialize takes parameters in queries and INSERTs only. RESULT may be
 * NULL. A NULL SQL is the builder's refusal of a name (statement.h) and fails with CO5010.
 *
 * Errors keep the server's SQLSTATE, message, detail and hint. Kind: CONFLICT (40001), DENIED
 * (42501, 28xxx), UNAVAILABLE (lost connection, 08xxx, 57P0x, 53xxx, MZ010), TIMEOUT (57014, ours),
 * CANCELLED, else INPUT. After DDL nearly everything is XX000: observe before judging. */
bool pg_query(Pg *pg, Arena *arena, const char *sql, const StrVec *params, int64_t timeout_ms,
              PgResult *result, Err *err);

/* The most that an answer may hold. */
typedef struct PgLimit {
    size_t rows, bytes;
} PgLimit;

/* The same for a statement of somebody else's: CO5013 when its answer goes beyond LIMIT, which is never held
 * as a whole. */
bool pg_query_within(Pg *pg, Arena *arena, const char *sql, const PgLimit *limit,
                     int64_t timeout_ms, PgResult *result, Err *err);

/* Names and types of the columns that the answer to SQL would have, in RESULT: it is parsed and planned, and never run. */
bool pg_describe(Pg *pg, Arena *arena, const char *sql, int64_t timeout_ms, PgResult *result,
                 Err *err);

/* Sends several statements as one Query message. TAG (may be NULL) is the last command's. Every
 * outcome but PG_DONE fills ERR. A COMMIT that is answered by ROLLBACK is PG_FAILED. */
PgOutcome pg_script(Pg *pg, Arena *arena, const char *sql, int64_t timeout_ms, const char **tag,
                    Err *err);

/* Ends a transaction that failed half-way, so that the connection can be used again; a connection
 * that does not answer is closed. */
void pg_rollback(Pg *pg);

/* Notices that the last statement gave, until the next one. */
const PgNotices *pg_notices(const Pg *pg);

/* FN is called after each statement: KIND are its first words ("CREATE SCHEMA", "SELECT", "BEGIN"),
 * never a name or a literal; SQLSTATE is "" when it went well. */
typedef void (*PgTrace)(void *ctx, const char *kind, int64_t duration_ms, const char *sqlstate);
void pg_set_trace(Pg *pg, PgTrace fn, void *ctx);

/* Statements sent since it was opened. */
int64_t pg_statements(const Pg *pg);

/* Column COLUMN of a row, by name; NULL when there is none. */
const char *pg_value(const PgResult *result, size_t row, const char *column);

/* A parameter of type text[] that holds TEXTS. */
char *pg_array(Arena *arena, const StrVec *texts);

/* The elements of the text form of an array or list, "{a,b}"; NULL and "{}" have none. */
StrVec pg_array_texts(Arena *arena, const char *text);

#endif
