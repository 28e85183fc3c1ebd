#include "worker.h"

#include "cutover/clock.h"
#include "cutover/stop.h"

#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

enum { ERROR_PAUSE_MAX_MS = 60000 };

struct Worker {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool woken, ending;
    Session session;
    Turn turn;
    int errors; /* in a row */
};

static bool must_end(Worker *worker)
{
    pthread_mutex_lock(&worker->lock);
    bool ending = worker->ending;
    pthread_mutex_unlock(&worker->lock);
    return ending || stop_requested();
}

/* Until the time is over, Git moves, or it is to end. */
static void pause_for(Worker *worker, int64_t milliseconds)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += milliseconds / 1000;
    until.tv_nsec += (milliseconds % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    pthread_mutex_lock(&worker->lock);
    while (!worker->woken && !worker->ending &&
           pthread_cond_timedwait(&worker->changed, &worker->lock, &until) == 0) {
    }
    worker->woken = false;
    pthread_mutex_unlock(&worker->lock);
}

/* Back to back while there is something to do; else until the next look, with jitter so that environments do
 * not all ask at once. */
static int64_t next_pause(Worker *worker, bool done, const PassResult *result)
{
    int64_t limit = worker->session.context->poll_ms;
    worker->errors = done ? 0 : worker->errors + 1;
    if (done && result->acted) {
        return 0;
    }
    int64_t pause = result->retry_ms;
    if (!done) {
        int64_t grown = notify_pause(worker->errors);
        pause = pause > grown ? pause : grown;
        pause = pause < ERROR_PAUSE_MAX_MS ? pause : ERROR_PAUSE_MAX_MS;
    }
    pause += clock_random(pause / 10 + 1);
    return limit > 0 && pause > limit ? limit : pause;
}

static void *work(void *arg)
{
    Worker *worker = arg;
    while (!must_end(worker)) {
        Arena *arena = arena_new();
        PassResult result;
        board_beat(worker->turn.board, worker->turn.environment);
        bool done = turn_run(&worker->turn, &result, arena);
        int64_t pause = next_pause(worker, done, &result);
        arena_free(arena);
        if (pause > 0) {
            malloc_trim(0); /* what a pass needed is not kept until the next one */
            pause_for(worker, pause);
        }
    }
    session_end(&worker->session);
    return NULL;
}

Worker *worker_start(const Context *context, const Repository *repository, const char *environment,
                     NotifyQueue *queue, Board *board, Claims *claims)
{
    pthread_condattr_t attributes;
    Worker *worker = calloc(1, sizeof *worker); /* as long as its thread, which no arena knows */
    if (!worker) {
        abort();
    }
    worker->session.context = context;
    worker->turn = (Turn){&worker->session, repository, environment, queue, board, claims, NULL};
    pthread_mutex_init(&worker->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&worker->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    if (pthread_create(&worker->thread, NULL, work, worker) != 0) {
        abort();
    }
    return worker;
}

const char *worker_environment(const Worker *worker)
{
    return worker->turn.environment;
}

const Repository *worker_repository(const Worker *worker)
{
    return worker->turn.repository;
}

static void signal_worker(Worker *worker, bool *what)
{
    pthread_mutex_lock(&worker->lock);
    *what = true;
    pthread_cond_signal(&worker->changed);
    pthread_mutex_unlock(&worker->lock);
}

void worker_wake(Worker *worker)
{
    signal_worker(worker, &worker->woken);
}

void worker_end(Worker *worker)
{
    signal_worker(worker, &worker->ending);
}

void worker_join(Worker *worker)
{
    pthread_join(worker->thread, NULL);
    pthread_cond_destroy(&worker->changed);
    pthread_mutex_destroy(&worker->lock);
    turn_end(&worker->turn);
    free(worker);
}
