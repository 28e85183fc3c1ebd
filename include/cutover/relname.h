/* The name of a relation: three parts, and how they are written. */
#ifndef CUTOVER_RELNAME_H
#define CUTOVER_RELNAME_H

#include "cutover/arena.h"

#include <stdbool.h>

typedef struct RelName {
    const char *database, *schema, *name;
} RelName;

bool relname_eq(RelName a, RelName b);

/* "db"."schema"."name" */
char *relname_sql(Arena *arena, RelName rel);

/* schema.name, as people read it; with the database in front when it is not DEFAULT_DATABASE. */
char *relname_text(Arena *arena, RelName rel, const char *default_database);

/* A key for maps: unique for each name, whatever characters the parts hold. */
char *relname_key(Arena *arena, RelName rel);

/* The same for a schema alone. */
char *schema_key(Arena *arena, const char *database, const char *schema);

/* "<kind>:<id>", owned by ARENA: ids of clusters, schemas and objects are apart only with their kinds. */
char *id_key(Arena *arena, const char *kind, const char *id);

#endif
