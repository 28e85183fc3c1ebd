/* One environment's way to Materialize: a connection that is kept between passes and opened again when lost. */
#ifndef CUTOVER_SESSION_H
#define CUTOVER_SESSION_H

#include "context.h"

#include "cutover/notify.h"

typedef struct Session {
    const Context *context;
    Pg *pg;
    Arena *pg_arena;
    int64_t writer_seq;
    int64_t prune_at_ms; /* clock_ms() before which no old rows are removed */
} Session;

/* Connects unless it is; false and ERR when that fails. */
bool session_connect(Session *session, Arena *arena, Err *err);

/* One pass over WANTED, which becomes the commit that is wanted instead when a way back has denied what the
 * environment's ref says. */
bool session_pass(Session *session, Arena *arena, Wanted *wanted, PassMode mode, PassResult *result,
                  Err *err);

/* FN for each event of the last day that a notifier wants and has not got, oldest first, one notifier after the
 * other; false from FN leaves the rest of that notifier's events for later. */
void session_undelivered(const Session *session, const Wanted *wanted, const PassResult *result,
                         bool (*fn)(const NotifyJob *job, void *ctx), void *ctx);

/* Sends what is due, each message once, and records what is final. */
void session_tell(Session *session, Arena *arena, const Wanted *wanted, const PassResult *result);

/* OPERAND names D: g42, its full id, or its commit (7 digits or more). */
bool session_names(const RecordDeployment *d, const char *operand);

void session_end(Session *session);

typedef int SessionWork(const Cli *cli, Session *session, Diags *diags, Err *err);

/* What nearly every command does: the context, and a session for WORK, whose exit code it gives. */
int session_with(const Cli *cli, SessionWork *work);

#endif
