/*
 * What templates ask the live database: run_query(), statement(), and what `adapter` gives of it. Always of what is
 * live: in a green rendering the questions go out under production names, and get the same answers.
 */
#ifndef DBT_INTROSPECT_H
#define DBT_INTROSPECT_H

#include "reader.h"

/* The function NAME ("run_query", "adapter.get_relation") in SCOPE; false: it is none of these. */
bool live_function(Scope *scope, const char *name, PyValue *out);

/* Adds the names of those that are called without `adapter`. */
void live_names(Arena *arena, StrVec *out);

#endif
