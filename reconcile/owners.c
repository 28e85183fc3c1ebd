#include "cutover/owners.h"

#include "cutover/sqltok.h"
#include "cutover/str.h"

char *owner_text(Arena *arena, const CatalogPlace *place)
{
    bool inside = place->rel.schema;
    return arena_printf(arena, "%s %s%s%s belongs to role %s", place->kind,
                        inside ? place->rel.schema : "", inside ? "." : "", place->rel.name,
                        place->owner);
}

char *owner_statement(Arena *arena, const CatalogPlace *place, const char *role)
{
    return arena_printf(arena, "ALTER %s %s OWNER TO %s", kind_sql(arena, place->kind),
                        catalog_place_sql(arena, place), sql_ident(arena, role));
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
