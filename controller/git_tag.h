/* Which tag is the newest: semantic versions by their rules, others by time. */
#ifndef CUTOVER_GIT_TAG_H
#define CUTOVER_GIT_TAG_H

#include "cutover/arena.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct Version {
    int64_t part[3];
    const char *pre; /* "" for a release */
} Version;

typedef struct Tag {
    const char *name;
    bool semantic;
    Version version;
    int64_t time;
} Tag;

/* TIME: of its commit, in seconds. */
Tag tag_parse(Arena *arena, const char *name, int64_t time);

/* A comes before B: any version before any other name, then the higher version, then the newer commit. */
bool tag_wins(Arena *arena, const Tag *a, const Tag *b);

#endif
