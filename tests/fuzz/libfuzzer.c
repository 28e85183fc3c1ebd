/* The door for libFuzzer: FUZZ_WHAT names the reader. */
#include "fuzz.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    Arena *arena = arena_new();
    const char *text = arena_strndup(arena, (const char *)data, size);
    for (const FuzzTarget *target = fuzz_targets; target->name; target++) {
        if (strcmp(target->name, FUZZ_WHAT) == 0) {
            target->read(arena, text, size);
        }
    }
    arena_free(arena);
    return 0;
}
