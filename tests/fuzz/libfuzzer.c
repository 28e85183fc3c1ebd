/* The door for libFuzzer: the variable FUZZ_WHAT names the reader. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static const FuzzTarget *chosen(void)
{
    const char *what = getenv("FUZZ_WHAT");
    const FuzzTarget *target = fuzz_targets;
    while (target->name && (!what || strcmp(target->name, what) != 0)) {
        target++;
    }
    if (!target->name) {
        abort(); /* nothing would be read, and nothing found */
    }
    return target;
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    Arena *arena = arena_new();
    chosen()->read(arena, arena_strndup(arena, (const char *)data, size), size);
    arena_free(arena);
    return 0;
}
