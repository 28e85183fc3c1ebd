/* Where in a file a person wrote what the server refused in a statement that was made of it. Pure. */
#ifndef CUTOVER_PLACE_H
#define CUTOVER_PLACE_H

#include "cutover/arena.h"

/* The line (1-based) of FILE, a text, that is that of SQL at POSITION (a character, 1-based), blanks around it aside; 0: FILE has
 * none like it, or several, or it is blank, so that nothing tells which. */
int place_line(Arena *arena, const char *sql, int position, const char *file);

#endif
