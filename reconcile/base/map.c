#include "cutover/map.h"

#include <string.h>

#define FIRST_SLOTS 16

/* FNV-1a: short keys, no hostile ones (sizes are limited before anything gets here). */
uint32_t map_hash(const char *key)
{
    uint32_t hash = 2166136261u;
    for (const unsigned char *p = (const unsigned char *)key; *p; p++) {
        hash = (hash ^ *p) * 16777619u;
    }
    return hash;
}

static uint32_t *slot_of(const Map *map, const char *key, uint32_t hash)
{
    size_t mask = map->slot_count - 1;
    for (size_t i = hash & mask;; i = (i + 1) & mask) {
        uint32_t *slot = &map->slots[i];
        if (!*slot) {
            return slot;
        }
        const MapEntry *entry = &map->entries[*slot - 1];
        if (entry->hash == hash && strcmp(entry->key, key) == 0) {
            return slot;
        }
    }
}

static void rehash(Arena *arena, Map *map)
{
    map->slot_count = map->slot_count ? map->slot_count * 2 : FIRST_SLOTS;
    map->slots = arena_array(arena, map->slot_count, sizeof *map->slots);
    for (size_t i = 0; i < map->count; i++) {
        *slot_of(map, map->entries[i].key, map->entries[i].hash) = (uint32_t)(i + 1);
    }
}

static void append(Arena *arena, Map *map, MapEntry entry)
{
    if (map->count == map->cap) {
        size_t cap = map->cap ? map->cap * 2 : FIRST_SLOTS / 2;
        map->entries = arena_grow(arena, map->entries, map->count * sizeof *map->entries,
                                  cap * sizeof *map->entries);
        map->cap = cap;
    }
    map->entries[map->count++] = entry;
}

void *map_put(Arena *arena, Map *map, const char *key, const void *value)
{
    if ((map->count + 1) * 2 > map->slot_count) {
        rehash(arena, map);
    }
    uint32_t hash = map_hash(key);
    uint32_t *slot = slot_of(map, key, hash);
    if (*slot) {
        MapEntry *entry = &map->entries[*slot - 1];
        void *old = entry->value;
        entry->value = (void *)value;
        return old;
    }
    append(arena, map, (MapEntry){.key = key, .value = (void *)value, .hash = hash});
    *slot = (uint32_t)map->count;
    return NULL;
}

void *map_find(const Map *map, const char *key, uint32_t hash)
{
    if (!map->slot_count) {
        return NULL;
    }
    uint32_t *slot = slot_of(map, key, hash);
    return *slot ? map->entries[*slot - 1].value : NULL;
}

void *map_get(const Map *map, const char *key)
{
    return key && map->slot_count ? map_find(map, key, map_hash(key)) : NULL;
}
