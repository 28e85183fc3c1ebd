/*
 * What the parts of the stand-in share: the server, a client's session, a statement and its reply.
 * One thread per session; what several threads touch is in Server and behind its mutexes.
 */
#ifndef STANDIN_SESSION_H
#define STANDIN_SESSION_H

#include "pgwire.h"
#include "postgres.h"

#include "cutover/map.h"
#include "cutover/sqltok.h"

#include <libpq-fe.h>
#include <pthread.h>
#include <stdatomic.h>

typedef struct Names Names;
typedef struct Session Session;

typedef struct Server {
    Arena *arena;
    Postgres pg;
    pthread_mutex_t ddl;  /* held during a change of the catalog */
    pthread_mutex_t lock; /* guards the members below */
    pthread_mutex_t control_lock;
    PGconn *control;   /* the server's own, kept warm; guarded by control_lock */
    Names *names;      /* as of the last change; names.c */
    Session *sessions; /* all that are open */
    int next_connection;
    Map type_oids;      /* PostgreSQL's OID as text to Materialize's as text; never changes */
    atomic_bool faults; /* rules may exist: ask before each statement */
    atomic_bool rbac;   /* checks for everybody: ALTER SYSTEM SET enable_rbac_checks */
} Server;

/* --- a reply --- */

typedef struct Column {
    const char *name;
    uint32_t oid;
    int size, modifier;
} Column;

typedef VEC(Column) Columns;
typedef VEC(const char **) TextRows;

/* Rows are either PostgreSQL's or texts of our own. */
typedef struct Reply {
    bool has_columns;
    Columns columns;
    PGresult *result;
    TextRows rows;
    size_t next;     /* the first row that was not sent */
    const char *tag; /* "SELECT" and "FETCH" get the number of rows behind them */
    bool counted;
    bool copied; /* a COPY went by itself */
} Reply;

/* --- a statement --- */

typedef enum StatementClass {
    CLASS_SESSION, /* no rule of transactions concerns it */
    CLASS_READ,
    CLASS_WRITE, /* INSERT of constants */
    CLASS_ALONE, /* reads and writes: in no transaction block */
    CLASS_DDL,
    CLASS_RENAME, /* DDL that a transaction can combine */
} StatementClass;

typedef struct Run Run;

typedef struct StatementKind {
    const char *words; /* how it begins */
    StatementClass class;
    bool (*describe)(Run *run); /* NULL: no rows */
    bool (*execute)(Run *run);
    bool ends_transaction; /* allowed when the transaction has failed */
} StatementKind;

typedef struct Statement {
    const char *text;   /* without the semicolon and blanks around it */
    const SqlTok *toks; /* closed by SQL_END; byte ranges are of `source` */
    const char *source;
    const StatementKind *kind;
    StatementClass class;
} Statement;

typedef VEC(Statement) Statements;

typedef struct Parameters {
    int count;
    const char **values; /* NULL is NULL */
    int *lengths, *formats;
    int type_count; /* as the client gave them at Parse */
    Oid *types;
} Parameters;

/* One execution. */
struct Run {
    Session *session;
    Arena *arena;
    const Statement *statement;
    Parameters parameters;
    int result_format; /* of all columns ... */
    const int
        *formats; /* ... unless they differ: of each; the result is asked for in binary then */
    int format_count;
    Reply reply;
    Err err;
    const char *sql; /* for PostgreSQL, once it is resolved */
    int prepared;    /* the session's count when it became PostgreSQL's unnamed statement */
    bool outside;    /* of PostgreSQL's transaction: SUBSCRIBE sees what comes */
    bool reads_user; /* touches a relation that is not the system's */
    StrVec refs;     /* ids of the user relations it names */
};

/* --- the session --- */

typedef enum TransactionState { TXN_NONE, TXN_IMPLICIT, TXN_OPEN, TXN_FAILED } TransactionState;
typedef enum TransactionOps {
    OPS_NONE,
    OPS_READ,
    OPS_WRITE,
    OPS_RENAME,
    OPS_SINGLE
} TransactionOps;

/* One call of standin.ddl(). */
typedef struct DdlCall {
    const char *kind, *args, *text;
} DdlCall;

typedef struct Transaction {
    Arena *arena; /* of this transaction */
    TransactionState state;
    TransactionOps ops;
    bool read_only;
    bool in_postgres;     /* PostgreSQL has an open transaction for it */
    VEC(DdlCall) calls;   /* of OPS_RENAME, or the one of OPS_SINGLE */
    const char *revision; /* at the first of them */
    bool domain_set;      /* a read has fixed what may be read */
    StrVec domain;        /* ids */
} Transaction;

struct Session {
    Server *server;
    Session *next; /* in Server.sessions */
    Arena *arena;
    Wire wire;
    int fd, connection_id, secret;
    const char *uuid, *user;
    Map variables; /* vars.c */
    Map prepared;  /* name to PreparedStatement, extended.c */
    Map portals;
    Map cursors; /* cursor.c */
    PGconn *pg;
    int prepares;          /* how often PostgreSQL's unnamed statement was made */
    bool settings_changed; /* PostgreSQL has not seen them yet */
    bool settings_in_transaction;
    bool mute_notices;
    bool close_after; /* faults.c */
    Transaction txn;
    atomic_bool cancelled;
};

/* Fails with a SQLSTATE; the texts are owned by the run's arena. */
bool run_fail(Run *run, const char *sqlstate, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void session_notice(Session *session, Arena *arena, const char *sqlstate, const char *hint,
                    const char *format, ...) __attribute__((format(printf, 5, 6)));

/* The thread of a client: from its first byte to its last. Frees everything but the socket. */
void session_serve(Server *server, int fd);

/* One round trip to PostgreSQL with text parameters; NULL and the run's error when it fails. The result
 * is owned by the run's arena. */
PGresult *session_sql(Run *run, const char *sql, int count, const char *const *values);

/* Makes PostgreSQL know the session's variables and role. */
bool session_sync(Run *run);

#endif
