#include "cutover/relname.h"

#include "cutover/sqltok.h"
#include "cutover/str.h"

bool relname_eq(RelName a, RelName b)
{
    return str_eq(a.name, b.name) && str_eq(a.schema, b.schema) && str_eq(a.database, b.database);
}

char *relname_sql(Arena *arena, RelName rel)
{
    return arena_printf(arena, "%s.%s.%s", sql_ident(arena, rel.database),
                        sql_ident(arena, rel.schema), sql_ident(arena, rel.name));
}

char *relname_text(Arena *arena, RelName rel, const char *default_database)
{
    if (str_eq(rel.database, default_database)) {
        return arena_printf(arena, "%s.%s", rel.schema, rel.name);
    }
    return arena_printf(arena, "%s.%s.%s", rel.database, rel.schema, rel.name);
}

static const char *or_none(const char *text)
{
    return text ? text : "";
}

/* NUL cannot be part of a name, but cannot be part of a C text either; \x1f in a name is absurd. */
char *relname_key(Arena *arena, RelName rel)
{
    return str_concat(arena, or_none(rel.database), "\x1f", or_none(rel.schema), "\x1f",
                      or_none(rel.name), NULL);
}

char *id_key(Arena *arena, const char *kind, const char *id)
{
    return arena_printf(arena, "%s:%s", kind, id);
}

char *schema_key(Arena *arena, const char *database, const char *schema)
{
    return str_concat(arena, or_none(database), "\x1f", or_none(schema), NULL);
}
