#include "cutover/clock.h"

#include <sys/random.h>
#include <time.h>

Moment clock_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (Moment)now.tv_sec * MOMENT_SECOND + now.tv_nsec / 1000;
}

int64_t clock_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t clock_random(int64_t below)
{
    uint64_t number = 0;
    if (getrandom(&number, sizeof number, 0) != sizeof number) {
        number = (uint64_t)clock_ms();
    }
    return (int64_t)(number % (uint64_t)below);
}
