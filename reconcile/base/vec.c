#include "cutover/vec.h"

#include <stdint.h>

#define FIRST_CAPACITY 4

void *vec_reserve(Arena *arena, void *items, size_t count, size_t *cap, size_t item_size)
{
    if (count < *cap) {
        return items;
    }
    size_t wanted = *cap ? *cap * 2 : FIRST_CAPACITY;
    if (wanted > SIZE_MAX / item_size) {
        abort();
    }
    *cap = wanted;
    return arena_grow(arena, items, count * item_size, wanted * item_size);
}
