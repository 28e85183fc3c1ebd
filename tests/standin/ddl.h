/*
 * Changes of the catalog: calls of standin.ddl() in one PostgreSQL transaction, one session at a time.
 */
#ifndef STANDIN_DDL_H
#define STANDIN_DDL_H

#include "session.h"

/* Applies COUNT calls. REVISION not NULL: only if the catalog is still at it, else 40001. REHEARSE:
 * undo everything, say nothing. */
bool ddl_apply(Run *run, const DdlCall *calls, size_t count, const char *revision, bool rehearse);

/* The catalog's revision, as text; NULL and the run's error when it cannot be read. */
const char *ddl_revision(Run *run);

/* The statement's handler. */
bool ddl_execute(Run *run);

#endif
