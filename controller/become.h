/* The way from the program that reads files to the one that talks to servers. */
#ifndef CUTOVER_BECOME_H
#define CUTOVER_BECOME_H

#include "cutover/err.h"

/* This process becomes the program cutover-online, which lies in the same folder, with the same ARGV. Returns only when
 * that fails: false, and ERR. */
bool become_online(Arena *arena, char **argv, Err *err);

#endif
