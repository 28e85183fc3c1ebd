#include "cutover/owners.h"

#include "cutover/sqltok.h"
#include "cutover/str.h"

/* "MATERIALIZED VIEW" of "materialized-view" */
static const char *words_of_kind(Arena *arena, const char *kind)
{
    char *words = arena_strdup(arena, kind);
    for (char *p = words; *p; p++) {
        *p = *p == '-' ? ' ' : *p >= 'a' && *p <= 'z' ? (char)(*p - 32) : *p;
    }
    return words;
}

/* A container's or relation's name in SQL. */
static const char *sql_name(Arena *arena, const CatalogPlace *place)
{
    if (str_eq(place->kind, "cluster")) {
        return sql_ident(arena, place->rel.name);
    }
    if (str_eq(place->kind, "schema")) {
        return arena_printf(arena, "%s.%s", sql_ident(arena, place->rel.database),
                            sql_ident(arena, place->rel.name));
    }
    return relname_sql(arena, place->rel);
}

char *owner_text(Arena *arena, const CatalogPlace *place)
{
    bool inside = place->rel.schema;
    return arena_printf(arena, "%s %s%s%s belongs to role %s", place->kind,
                        inside ? place->rel.schema : "", inside ? "." : "", place->rel.name,
                        place->owner);
}

char *owner_statement(Arena *arena, const CatalogPlace *place, const char *role)
{
    return arena_printf(arena, "ALTER %s %s OWNER TO %s", words_of_kind(arena, place->kind),
                        sql_name(arena, place), sql_ident(arena, role));
}

char *owner_grant(Arena *arena, const char *owner, const char *role)
{
    return arena_printf(arena, "GRANT %s TO %s", sql_ident(arena, owner), sql_ident(arena, role));
}

CatalogPlace owner_marker(Arena *arena, const Catalog *catalog, const char *environment)
{
    vec_each (CatalogSchema, it, &catalog->schemas) {
        bool here = str_eq(it->database, catalog->database);
        if (here && str_eq(marker_environment(arena, it->name), environment)) {
            return catalog_schema_place(it);
        }
    }
    return (CatalogPlace){0};
}

const char *owner_marked_elsewhere(Arena *arena, const Catalog *catalog, const char *environment)
{
    vec_each (CatalogSchema, it, &catalog->schemas) {
        if (!str_eq(it->database, catalog->database) &&
            str_eq(marker_environment(arena, it->name), environment)) {
            return it->database;
        }
    }
    return NULL;
}

const char *owner_problem(Arena *arena, const Catalog *catalog, const char *environment,
                          const RecordNames *names)
{
    VEC(CatalogPlace) places = {0};
    vec_push(arena, &places, owner_marker(arena, catalog, environment));
    vec_each (RecordName, it, names) {
        vec_push(arena, &places, catalog_place(catalog, it->kind, it->id));
    }
    vec_each (CatalogPlace, it, &places) {
        if (it->kind && !catalog_owns(catalog, it->owner)) {
            return arena_printf(arena, "%s: %s, or: %s", owner_text(arena, it),
                                owner_grant(arena, it->owner, catalog->role),
                                owner_statement(arena, it, catalog->role));
        }
    }
    return NULL;
}
