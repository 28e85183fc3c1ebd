/*
 * Which statements may share a transaction, and what its end does. PostgreSQL gets a transaction only
 * for reads and writes; DDL is kept as a list of calls and applied at COMMIT, so that no lock is held
 * while a client thinks.
 */
#ifndef STANDIN_TXN_H
#define STANDIN_TXN_H

#include "ddl_args.h"

/* May a statement of this class follow what the transaction has done? Fails with Materialize's reason;
 * otherwise takes note. */
bool txn_admit(Run *run, StatementClass class);

/* Opens PostgreSQL's transaction when the session has one open. */
bool txn_postgres(Run *run);

/* Before the client is told that it is its turn: a transaction that does not write holds no lock while the
 * client thinks, since on Materialize it never keeps others from a DROP. */
void txn_rest(Session *session);

/* For a message with several statements. */
void txn_begin_implicit(Session *session);
bool txn_end_implicit(Run *run);

/* After an error. */
void txn_failed(Session *session);

/* Forgets everything; the connection ends. */
void txn_abandon(Session *session);

/* One DDL statement: at once, or as part of the open transaction. */
bool txn_ddl(Run *run, const DdlStatement *ddl);

char txn_status(const Session *session);

bool txn_begin(Run *run);
bool txn_commit(Run *run);
bool txn_rollback(Run *run);

#endif
