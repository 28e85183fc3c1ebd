/* How the parts of the statement builder put a statement together. */
#ifndef DEPLOY_STATEMENT_INTERNAL_H
#define DEPLOY_STATEMENT_INTERNAL_H

#include "cutover/statement.h"

/* A text that is being put together; one bad name spoils it as a whole. */
typedef struct Sql {
    Arena *arena;
    Buf buf;
    bool bad;
} Sql;

Sql sql_new(Arena *arena, const char *begin);
/* The statement, in the arena; NULL when a name was bad or it is too long for Materialize. */
char *sql_done(Sql *sql);

/* Trusted words of SQL, or SQL that a person wrote; an empty one is bad. */
void sql_put(Sql *sql, const char *text);
void sql_put_rel(Sql *sql, RelName rel);
void sql_put_literal(Sql *sql, const char *text);
/* A literal; NULL is NULL. */
void sql_put_value(Sql *sql, const char *text);

#endif
