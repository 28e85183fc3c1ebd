/*
 * Typed growing arrays over an arena. A zeroed vector is an empty one.
 *
 *     typedef VEC(int) IntVec;
 *     IntVec v = {0};
 *     vec_push(arena, &v, 42);
 *     vec_each(int, it, &v) { use(*it); }
 *
 * Growing moves the items: keep indexes, or pointers only once the vector is complete.
 */
#ifndef CUTOVER_VEC_H
#define CUTOVER_VEC_H

#include "cutover/arena.h"

#include <stdlib.h>

#define VEC(type)                                                                                  \
    struct {                                                                                       \
        type *items;                                                                               \
        size_t count, cap;                                                                         \
    }

/* Room for one more item; used by vec_push() only. */
void *vec_reserve(Arena *arena, void *items, size_t count, size_t *cap, size_t item_size);

#define vec_push(arena, v, ...)                                                                    \
    ((void)((v)->count < (v)->cap || ((v)->items = vec_reserve((arena), (v)->items, (v)->count,    \
                                                               &(v)->cap, sizeof *(v)->items))),   \
     (v)->items[(v)->count++] = (__VA_ARGS__))

/* The last item; the vector must not be empty. */
#define vec_last(v) ((v)->items[(v)->count - 1])

/* Walks the items by pointer: vec_each(Type, it, &v) { ... } */
#define vec_each(type, it, v)                                                                      \
    for (__typeof__(type) *it = (v)->items, *it##_end = it ? it + (v)->count : it; it < it##_end;  \
         it++)

#define vec_sort(v, compare)                                                                       \
    do {                                                                                           \
        if ((v)->count > 1) {                                                                      \
            qsort((v)->items, (v)->count, sizeof *(v)->items, (compare));                          \
        }                                                                                          \
    } while (0)

/* The commonest vector: texts, borrowed or of the same arena. */
typedef VEC(const char *) StrVec;

#endif
