/*
 * A map from text to pointer that keeps insertion order, so that what is printed or planned from it
 * is the same on every run. A zeroed map is an empty one. Keys are borrowed.
 */
#ifndef CUTOVER_MAP_H
#define CUTOVER_MAP_H

#include "cutover/arena.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct MapEntry {
    const char *key;
    void *value;
    uint32_t hash;
} MapEntry;

typedef struct Map {
    MapEntry *entries; /* in insertion order */
    size_t count, cap;
    uint32_t *slots; /* entry number + 1, 0 = free; a power of two of them */
    size_t slot_count;
} Map;

/* Sets KEY to VALUE (not NULL); a key that exists keeps its place. Returns the value it had, or NULL. */
void *map_put(Arena *arena, Map *map, const char *key, const void *value);

/* The value of KEY, or NULL. A NULL key has none. */
void *map_get(const Map *map, const char *key);

/* The same for a KEY whose map_hash() is known, to look it up in several maps. */
void *map_find(const Map *map, const char *key, uint32_t hash);
uint32_t map_hash(const char *key);

#define map_each(it, map)                                                                          \
    for (MapEntry *it = (map)->entries, *it##_end = it ? it + (map)->count : it; it < it##_end;    \
         it++)

#endif
