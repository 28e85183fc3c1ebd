/*
 * The rows of a seed change where they are, in one statement: what waits in a table beside it takes their place. There is one
 * for rows that come, one for rows that go, and one for as many rows that change; none for a mixture of these.
 */
#ifndef CUTOVER_STATEMENT_SEED_H
#define CUTOVER_STATEMENT_SEED_H

#include "cutover/relname.h"
#include "cutover/vec.h"

#include <stdbool.h>

typedef enum RowsWay { ROWS_COME, ROWS_GO, ROWS_CHANGE } RowsWay;

/* A row that goes, and the one that takes its place: one text a column; NULL is NULL. */
typedef struct SeedPair {
    const char *const *gone, *const *come;
} SeedPair;

typedef struct SeedChange {
    RowsWay way;
    RelName seed, made;  /* production's, and what waits */
    StrVec columns;      /* of both, in their order; not for ROWS_COME */
    VEC(SeedPair) pairs; /* for ROWS_CHANGE */
} SeedChange;

/* The rows of REL that are not in OTHER, and how many they are; doubles count. */
char *statement_missing(Arena *arena, RelName rel, RelName other);
char *statement_count_missing(Arena *arena, RelName rel, RelName other);

/* The statement; TRIED: the same, of no row. Sent once more, or when CHANGE has been made by somebody else, it changes
 * nothing. */
char *statement_change_seed(Arena *arena, const SeedChange *change, bool tried);

/* In how many rows the seed would differ from what waits if it were sent; not for ROWS_COME. */
char *statement_seed_differs(Arena *arena, const SeedChange *change);

#endif
