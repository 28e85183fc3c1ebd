/*
 * Work over many items whose halves do not touch each other, so that two processors can share it. The core starts no
 * threads: whoever calls it says how the halves are run.
 */
#ifndef CUTOVER_HALVES_H
#define CUTOVER_HALVES_H

#include <stddef.h>

/* The items from FROM to before TO. HALF is its own: what both halves see they only read, and an Arena is never shared. */
typedef void HalfWork(void *half, size_t from, size_t to);

/* WORK over COUNT items, the first half of them with FIRST, the second with SECOND; all is done when it returns. */
typedef void Halves(size_t count, HalfWork *work, void *first, void *second);

/* One half after the other. */
Halves halves_here;

#endif
