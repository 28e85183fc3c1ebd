/* Draws that a seed repeats. */
#ifndef TESTS_CHANCE_H
#define TESTS_CHANCE_H

#include "check.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct Chance {
    uint64_t state;
} Chance;

static inline uint32_t draw(Chance *chance, uint32_t below)
{
    chance->state = chance->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(chance->state >> 33) % below;
}

static inline bool one_in(Chance *chance, uint32_t n)
{
    return draw(chance, n) == 0;
}

/* ---- the seed that is played ---- */

static uint64_t playing; /* told when a test fails, since it fails far from where it was drawn */

static int tell_seed(void **state)
{
    (void)state;
    if (playing) {
        print_message("it failed with seed %llu\n", (unsigned long long)playing);
    }
    return 0;
}

#endif
