#include "apart.h"

#include <pthread.h>

/* Fewer are done before a thread has begun. */
enum { MANY = 64 };

typedef struct Half {
    HalfWork *work;
    void *half;
    size_t from, to;
} Half;

static void *run_half(void *arg)
{
    const Half *it = arg;
    it->work(it->half, it->from, it->to);
    return NULL;
}

void halves_apart(size_t count, HalfWork *work, void *first, void *second)
{
    Half later = {work, second, count / 2, count};
    pthread_t thread;
    if (count < MANY || pthread_create(&thread, NULL, run_half, &later) != 0) {
        halves_here(count, work, first, second);
        return;
    }
    work(first, 0, count / 2);
    pthread_join(thread, NULL);
}
