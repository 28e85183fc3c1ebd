/* A loop in two threads, for what is waiting on the kernel: opening, reading and closing many files. */
#ifndef CUTOVER_HALVES_H
#define CUTOVER_HALVES_H

#include <stddef.h>

/* The items from FROM to before TO. What two halves share they only read; ARENA is the half's own. */
typedef void HalfWork(void *ctx, size_t from, size_t to);

/* WORK over COUNT items, all of it done when this returns: of many the second half in a thread of its own with SECOND,
 * the first one here with FIRST; few, or all when no thread can be had, here, one half after the other. */
void halves_run(size_t count, HalfWork *work, void *first, void *second);

#endif
