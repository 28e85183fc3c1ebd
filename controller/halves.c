#include "halves.h"

#include <pthread.h>
#include <stdbool.h>

/* Fewer are done before a thread has begun. */
enum { MANY = 64 };

typedef struct Half {
    HalfWork *work;
    void *ctx;
    size_t from, to;
} Half;

static void *run_half(void *arg)
{
    const Half *half = arg;
    half->work(half->ctx, half->from, half->to);
    return NULL;
}

void halves_run(size_t count, HalfWork *work, void *first, void *second)
{
    Half later = {work, second, count / 2, count};
    pthread_t thread;
    bool apart = count >= MANY && pthread_create(&thread, NULL, run_half, &later) == 0;
    work(first, 0, count / 2);
    if (apart) {
        pthread_join(thread, NULL);
    } else {
        run_half(&later);
    }
}
