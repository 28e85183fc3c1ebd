/* The readers that are fuzzed, by name. */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include "cutover/arena.h"

typedef struct FuzzTarget {
    const char *name;
    void (*read)(Arena *arena, const char *text, size_t length);
} FuzzTarget;

extern const FuzzTarget fuzz_targets[]; /* closed by a row without name */

#endif
