#include "txn.h"

#include "cursor.h"
#include "ddl.h"
#include "vars.h"

#include "cutover/str.h"

#include <string.h>

/* --- who may follow whom (transcript 03, facts 3.1) --- */

typedef struct Refusal {
    const char *sqlstate, *message, *detail;
} Refusal;

#define ADMIT {0}
#define READ_ONLY                                                                                  \
    {"25006", "transaction in read-only mode",                                                     \
     "SELECT queries cannot be combined with other query types, including SUBSCRIBE."}
#define WRITE_ONLY {"25000", "transaction in write-only mode", NULL}
#define ONLY_OBJECTS                                                                               \
    {"25000", "transactions which modify objects are restricted to just modifying objects", NULL}
#define ONLY_ONE {"25000", "this transaction can only execute a single statement", NULL}

static const Refusal rules[][CLASS_RENAME + 1] = {
    [OPS_NONE] = {[CLASS_READ] = ADMIT, [CLASS_WRITE] = ADMIT},
    [OPS_READ] = {[CLASS_READ] = ADMIT,
                  [CLASS_WRITE] = READ_ONLY,
                  [CLASS_DDL] = READ_ONLY,
                  [CLASS_RENAME] = READ_ONLY},
    [OPS_WRITE] = {[CLASS_READ] = WRITE_ONLY,
                   [CLASS_WRITE] = ADMIT,
                   [CLASS_DDL] = WRITE_ONLY,
                   [CLASS_RENAME] = WRITE_ONLY},
    [OPS_RENAME] = {[CLASS_READ] = ONLY_OBJECTS,
                    [CLASS_WRITE] = READ_ONLY,
                    [CLASS_DDL] = ONLY_OBJECTS,
                    [CLASS_RENAME] = ADMIT},
    [OPS_SINGLE] = {[CLASS_READ] = ONLY_ONE,
                    [CLASS_WRITE] = ONLY_ONE,
                    [CLASS_DDL] = ONLY_ONE,
                    [CLASS_RENAME] = ONLY_ONE},
};

static bool refuse(Run *run, const Refusal *refusal)
{
    run_fail(run, refusal->sqlstate, "%s", refusal->message);
    run->err.detail = refusal->detail;
    return false;
}

bool txn_admit(Run *run, StatementClass class)
{
    static const TransactionOps becomes[] = {[CLASS_READ] = OPS_READ,
                                             [CLASS_WRITE] = OPS_WRITE,
                                             [CLASS_DDL] = OPS_SINGLE,
                                             [CLASS_RENAME] = OPS_RENAME};
    static const Refusal read_only = READ_ONLY;
    Transaction *txn = &run->session->txn;
    if (class == CLASS_SESSION || txn->state == TXN_NONE) {
        return true;
    }
    if (class == CLASS_ALONE) {
        return run_fail(run, "25001", "%s cannot be run inside a transaction block",
                        run->statement->text);
    }
    if (rules[txn->ops][class].sqlstate) {
        return refuse(run, &rules[txn->ops][class]);
    }
    if (txn->read_only && class != CLASS_READ) {
        return refuse(run, &read_only);
    }
    txn->ops = becomes[class];
    return true;
}

/* --- beginning and ending --- */

static void reset(Session *session)
{
    Transaction *txn = &session->txn;
    cursor_close_all(session);
    session->settings_changed |= session->settings_in_transaction;
    session->settings_in_transaction = false;
    if (txn->arena) {
        arena_free(txn->arena);
    }
    *txn = (Transaction){0};
}

static void start(Session *session, TransactionState state)
{
    if (session->txn.state == TXN_NONE) {
        session->txn = (Transaction){.arena = arena_new()};
    }
    session->txn.state = state;
}

static void end_postgres(Session *session, const char *sql)
{
    if (session->txn.in_postgres) {
        PQclear(PQexec(session->pg, sql));
        session->txn.in_postgres = false;
    }
}

bool txn_postgres(Run *run)
{
    Transaction *txn = &run->session->txn;
    if (txn->state == TXN_NONE || txn->in_postgres || run->outside) {
        return true;
    }
    txn->in_postgres = session_sql(run, "BEGIN ISOLATION LEVEL REPEATABLE READ; SAVEPOINT unlocked",
                                   0, NULL) != NULL;
    return txn->in_postgres;
}

/* Going back to a savepoint gives up the locks that were taken since, and keeps the snapshot. What the
 * session set meanwhile goes as well, and is sent again. */
void txn_rest(Session *session)
{
    Transaction *txn = &session->txn;
    if (!txn->in_postgres || txn->ops == OPS_WRITE) {
        return;
    }
    PQclear(PQexec(session->pg, "ROLLBACK TO SAVEPOINT unlocked"));
    session->prepares++; /* a Query message forgets the unnamed statement */
    session->settings_changed |= session->settings_in_transaction;
    session->settings_in_transaction = false;
}

void txn_begin_implicit(Session *session)
{
    if (session->txn.state == TXN_NONE) {
        start(session, TXN_IMPLICIT);
    }
}

void txn_failed(Session *session)
{
    end_postgres(session, "ROLLBACK");
    if (session->txn.state == TXN_OPEN) {
        session->txn.state = TXN_FAILED;
    } else if (session->txn.state == TXN_IMPLICIT) {
        reset(session);
    }
}

void txn_abandon(Session *session)
{
    end_postgres(session, "ROLLBACK");
    reset(session);
}

static bool commit_postgres(Run *run)
{
    if (!run->session->txn.in_postgres) {
        return true;
    }
    run->session->txn.in_postgres = false;
    return session_sql(run, "COMMIT", 0, NULL) != NULL;
}

static bool commit(Run *run)
{
    Transaction *txn = &run->session->txn;
    bool ok = txn->calls.count > 0
                  ? ddl_apply(run, txn->calls.items, txn->calls.count, txn->revision, false)
                  : commit_postgres(run);
    reset(run->session);
    return ok;
}

bool txn_end_implicit(Run *run)
{
    return run->session->txn.state != TXN_IMPLICIT || commit(run);
}

char txn_status(const Session *session)
{
    return session->txn.state == TXN_OPEN ? 'T' : session->txn.state == TXN_FAILED ? 'E' : 'I';
}

/* --- DDL --- */

static void keep_call(Transaction *txn, const DdlCall *call)
{
    DdlCall copy = {arena_strdup(txn->arena, call->kind), arena_strdup(txn->arena, call->args),
                    arena_strdup(txn->arena, call->text)};
    vec_push(txn->arena, &txn->calls, copy);
}

/* Tries it on top of what the transaction has, so that a wrong name shows here and not at COMMIT. */
static bool rehearse(Run *run, Transaction *txn)
{
    if (!txn->revision) {
        const char *revision = ddl_revision(run);
        if (!revision) {
            return false;
        }
        txn->revision = arena_strdup(txn->arena, revision);
    }
    return ddl_apply(run, txn->calls.items, txn->calls.count, txn->revision, true);
}

bool txn_ddl(Run *run, const DdlStatement *ddl)
{
    Transaction *txn = &run->session->txn;
    run->reply.tag = ddl->tag;
    if (txn->state == TXN_NONE) {
        return ddl_apply(run, &ddl->call, 1, NULL, false);
    }
    keep_call(txn, &ddl->call);
    return txn->ops == OPS_SINGLE || rehearse(run, txn);
}

/* --- statements --- */

bool txn_begin(Run *run)
{
    Session *session = run->session;
    run->reply.tag = "BEGIN";
    if (session->txn.state == TXN_OPEN) {
        session_notice(session, run->arena, "25001", NULL,
                       "there is already a transaction in progress");
        return true;
    }
    start(session, TXN_OPEN);
    for (const SqlTok *tok = run->statement->toks; tok->kind != SQL_END; tok++) {
        session->txn.read_only |= sql_is_word(tok, "read") && sql_is_word(tok + 1, "only");
    }
    return true;
}

static bool without_transaction(Run *run)
{
    TransactionState state = run->session->txn.state;
    if (state == TXN_NONE) {
        session_notice(run->session, run->arena, "25P01", NULL,
                       "there is no transaction in progress");
    }
    return state == TXN_NONE;
}

bool txn_commit(Run *run)
{
    run->reply.tag = "COMMIT";
    if (without_transaction(run)) {
        return true;
    }
    if (run->session->txn.state == TXN_FAILED) {
        return txn_rollback(run);
    }
    return commit(run);
}

bool txn_rollback(Run *run)
{
    run->reply.tag = "ROLLBACK";
    if (!without_transaction(run)) {
        end_postgres(run->session, "ROLLBACK");
        reset(run->session);
    }
    return true;
}
