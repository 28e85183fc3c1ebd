/*
 * Names in queries. A query is rewritten token by token: relations get the name of the physical schema,
 * functions that the stand-in has of its own get its schema. Nothing else is touched, so that
 * PostgreSQL sees what the client wrote.
 */
#ifndef STANDIN_RESOLVE_H
#define STANDIN_RESOLVE_H

#include "names.h"

typedef struct Resolved {
    const char *sql; /* for PostgreSQL */
    const char
        *normal; /* for the catalog: relations as [u12], names quoted, keywords in capitals */
} Resolved;

/* Rewrites the tokens [FROM, TO) of the run's statement and adds what it reads to the run: refs,
 * reads_user. Fails for a relation that does not exist. */
bool resolve_query(Run *run, const SqlTok *from, const SqlTok *to, Resolved *out);

/* The item that PARTS name for this session; NULL and the run's error when there is none. */
const NameItem *resolve_item(Run *run, const Names *names, const StrVec *parts);

/* Reads a dotted name at *TOK and moves behind it; no parts when there is none. */
StrVec resolve_parts(Arena *arena, const SqlTok **tok);

/* Fixes what the open transaction may read, or fails with 25000 when REFS are outside of that. */
bool resolve_check_domain(Run *run);

#endif
