/* The loop of one environment: a thread that does one pass after the other. */
#ifndef CUTOVER_WORKER_H
#define CUTOVER_WORKER_H

#include "claims.h"
#include "session.h"

#include "cutover/board.h"
#include "cutover/notify.h"

typedef struct Worker Worker;

/* Starts the loop; everything given outlives it. */
Worker *worker_start(const Context *context, const Repository *repository, const char *environment,
                     NotifyQueue *queue, Board *board, Claims *claims);

const char *worker_environment(const Worker *worker);
const Repository *worker_repository(const Worker *worker);

/* Look again now: Git has moved. */
void worker_wake(Worker *worker);

/* Asks it to end after the statement that runs; worker_join() waits for that and frees it. */
void worker_end(Worker *worker);
void worker_join(Worker *worker);

/* One pass with ACT, its log lines and its deliveries: what the loop and `run --once` do. False: it failed. */
typedef struct Turn {
    Session *session;
    const Repository *repository;
    const char *environment;
    NotifyQueue *queue; /* NULL: messages are sent here and now, each once */
    Board *board;       /* or NULL */
    Claims *claims;     /* of all environments; or NULL */
    char *last_problem; /* what was logged last, so that it is said once; malloc'ed */
} Turn;

bool turn_run(Turn *turn, PassResult *result, Arena *arena);
void turn_end(Turn *turn);

#endif
