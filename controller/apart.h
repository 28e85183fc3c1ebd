/* Halves of a loop in two threads. */
#ifndef CUTOVER_APART_H
#define CUTOVER_APART_H

#include "cutover/halves.h"

/* Of many items the second half is worked on in a thread of its own; few, or all where no thread can be had, here. */
Halves halves_apart;

#endif
