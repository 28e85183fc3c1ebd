/* Each fetch leaves a pack in the mirror. Many of them slow every look-up down and cost memory: now and then they are
 * made into one. */
#ifndef CUTOVER_GIT_PACKS_H
#define CUTOVER_GIT_PACKS_H

#include "cutover/arena.h"

#include <stdbool.h>

/* Makes the small packs of the repository at PATH into one when there are many; no object is lost. True when it did: a
 * handle that was opened before must then be opened anew. Does nothing while another process has the mirror's lock. */
bool git_packs_merge(Arena *arena, const char *path);

#endif
