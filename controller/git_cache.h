/* The folder of the mirrors: found, locked against other processes, and thrown away when broken. */
#ifndef CUTOVER_GIT_CACHE_H
#define CUTOVER_GIT_CACHE_H

#include "cutover/err.h"

#include <stdint.h>

/* Takes the lock beside PATH until DEADLINE_MS (clock_ms()); -1 and ERR when another process keeps it. */
int git_cache_lock(Arena *arena, const char *path, int64_t deadline_ms, Err *err);
void git_cache_unlock(int lock);

/* Removes the folder PATH with everything in it; symbolic links are not followed. */
void git_cache_remove(const char *path);

#endif
