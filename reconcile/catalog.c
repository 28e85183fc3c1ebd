#include "cutover/catalog.h"

#include "cutover/sqltok.h"
#include "cutover/str.h"

#include <ctype.h>

void catalog_seal(Arena *arena, Catalog *catalog)
{
    vec_each (CatalogSchema, it, &catalog->schemas) {
        map_put(arena, &catalog->schema_by_name, schema_key(arena, it->database, it->name), it);
    }
    vec_each (CatalogCluster, it, &catalog->clusters) {
        map_put(arena, &catalog->cluster_by_name, it->name, it);
        map_put(arena, &catalog->cluster_by_id, it->id, it);
    }
    vec_each (CatalogObject, it, &catalog->objects) {
        bool index = str_eq(it->kind, "index");
        map_put(arena, &catalog->object_by_id, it->id, it);
        if (str_eq(it->kind, "type")) {
            continue; /* types have names of their own beside those of relations */
        }
        map_put(arena, index ? &catalog->index_by_name : &catalog->object_by_name,
                relname_key(arena, it->rel), it);
    }
}

const CatalogSchema *catalog_schema(const Catalog *catalog, const char *database, const char *name)
{
    Arena *arena = arena_new();
    const CatalogSchema *found =
        map_get(&catalog->schema_by_name, schema_key(arena, database, name));
    arena_free(arena);
    return found;
}

static CatalogSchema *schema_by_id(const Catalog *catalog, const char *id)
{
    vec_each (CatalogSchema, it, &catalog->schemas) {
        if (str_eq(it->id, id)) {
            return it;
        }
    }
    return NULL;
}

const CatalogSchema *catalog_schema_by_id(const Catalog *catalog, const char *id)
{
    return schema_by_id(catalog, id);
}

const CatalogCluster *catalog_cluster(const Catalog *catalog, const char *name)
{
    return map_get(&catalog->cluster_by_name, name);
}

const CatalogCluster *catalog_cluster_by_id(const Catalog *catalog, const char *id)
{
    return map_get(&catalog->cluster_by_id, id);
}

static const CatalogObject *by_name(const Map *map, RelName rel)
{
    Arena *arena = arena_new();
    const CatalogObject *found = map_get(map, relname_key(arena, rel));
    arena_free(arena);
    return found;
}

const CatalogObject *catalog_index(const Catalog *catalog, RelName rel)
{
    return by_name(&catalog->index_by_name, rel);
}

const CatalogObject *catalog_object(const Catalog *catalog, RelName rel)
{
    const CatalogObject *found = by_name(&catalog->object_by_name, rel);
    return found ? found : catalog_index(catalog, rel);
}

const CatalogObject *catalog_object_by_id(const Catalog *catalog, const char *id)
{
    return map_get(&catalog->object_by_id, id);
}

bool catalog_gives_by_default(const Catalog *catalog, RelName rel, const char *privilege,
                              const char *grantee)
{
    vec_each (CatalogDefault, it, &catalog->defaults) {
        bool there = (!it->schema || str_eq(it->schema, rel.schema)) &&
                     (!it->database || str_eq(it->database, rel.database));
        if (there && str_eq(it->grantee, grantee) && str_eq(it->privilege, privilege)) {
            return true;
        }
    }
    return false;
}

bool catalog_allows(const CatalogObject *object, const char *grantee, const char *privilege)
{
    vec_each (CatalogGrant, it, &object->grants) {
        if (str_eq(it->grantee, grantee) && str_eq(it->privilege, privilege)) {
            return true;
        }
    }
    return str_eq(grantee, object->owner);
}

const char *catalog_comment(const CatalogObject *object, const char *column)
{
    vec_each (CatalogColumnComment, it, &object->column_comments) {
        if (column && str_eq(it->column, column)) {
            return it->text;
        }
    }
    return column ? NULL : object->comment;
}

const char *container_kind(bool is_cluster)
{
    return is_cluster ? "cluster" : "schema";
}

bool is_container(const char *kind)
{
    return str_eq(kind, "schema") || str_eq(kind, "cluster");
}

char *kind_text(Arena *arena, const char *kind)
{
    char *words = arena_strdup(arena, kind);
    for (char *p = words; *p; p++) {
        *p = *p == '-' ? ' ' : *p;
    }
    return words;
}

char *kind_sql(Arena *arena, const char *kind)
{
    char *words = kind_text(arena, kind);
    for (char *p = words; *p; p++) {
        *p = (char)toupper((unsigned char)*p);
    }
    return words;
}

bool catalog_lies_in(const Catalog *catalog, const CatalogObject *object, const char *kind,
                     const char *id)
{
    if (str_eq(kind, "cluster")) {
        return str_eq(object->cluster_id, id);
    }
    const CatalogSchema *schema = str_eq(kind, "schema") ? catalog_schema_by_id(catalog, id) : NULL;
    return schema && str_eq(object->rel.schema, schema->name) &&
           str_eq(object->rel.database, schema->database);
}

CatalogPlace catalog_schema_place(const CatalogSchema *it)
{
    return it ? (CatalogPlace){"schema",
                               it->id,
                               it->owner,
                               {it->database, NULL, it->name},
                               &it->grants}
              : (CatalogPlace){0};
}

CatalogPlace catalog_cluster_place(const CatalogCluster *it)
{
    return it ? (CatalogPlace){"cluster", it->id, it->owner, {.name = it->name}, &it->grants}
              : (CatalogPlace){0};
}

CatalogPlace catalog_object_place(const CatalogObject *it)
{
    return it ? (CatalogPlace){it->kind, it->id, it->owner, it->rel, &it->grants}
              : (CatalogPlace){0};
}

char *catalog_place_sql(Arena *arena, const CatalogPlace *place)
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

CatalogPlace catalog_place(const Catalog *catalog, const char *kind, const char *id)
{
    if (str_eq(kind, "schema")) {
        return catalog_schema_place(catalog_schema_by_id(catalog, id));
    }
    if (str_eq(kind, "cluster")) {
        return catalog_cluster_place(catalog_cluster_by_id(catalog, id));
    }
    const CatalogObject *found = catalog_object_by_id(catalog, id);
    return catalog_object_place(found && str_eq(found->kind, kind) ? found : NULL);
}

CatalogGrants *catalog_grants(Catalog *catalog, const char *kind, const char *id)
{
    if (str_eq(kind, "schema")) {
        CatalogSchema *found = schema_by_id(catalog, id);
        return found ? &found->grants : NULL;
    }
    if (str_eq(kind, "cluster")) {
        CatalogCluster *found = map_get(&catalog->cluster_by_id, id);
        return found ? &found->grants : NULL;
    }
    CatalogObject *found = map_get(&catalog->object_by_id, id);
    return found && str_eq(found->kind, kind) ? &found->grants : NULL;
}

const char *catalog_owner(const Catalog *catalog, const char *kind, const char *id)
{
    return str_eq(kind, "index") ? NULL : catalog_place(catalog, kind, id).owner;
}

bool catalog_owns(const Catalog *catalog, const char *owner)
{
    return !owner || !catalog->rbac || catalog->superuser || str_eq(owner, catalog->role) ||
           str_in(&catalog->member_of, owner);
}

const char *catalog_options(const Catalog *catalog, const char *kind, const char *id)
{
    if (str_eq(kind, "cluster")) {
        const CatalogCluster *found = catalog_cluster_by_id(catalog, id);
        return found ? found->options : NULL;
    }
    const CatalogObject *found = catalog_object_by_id(catalog, id);
    return found && str_eq(found->kind, kind) ? found->options : NULL;
}

double catalog_credits(const Catalog *catalog, const char *size)
{
    vec_each (CatalogSize, it, &catalog->sizes) {
        if (str_eq(it->size, size)) {
            return it->credits_per_hour;
        }
    }
    return 0;
}

const char *catalog_id_at(const Catalog *catalog, const char *kind, const char *database,
                          const char *schema, const char *name)
{
    if (str_eq(kind, "schema")) {
        const CatalogSchema *found = catalog_schema(catalog, database, name);
        return found ? found->id : NULL;
    }
    if (str_eq(kind, "cluster")) {
        const CatalogCluster *found = catalog_cluster(catalog, name);
        return found ? found->id : NULL;
    }
    const CatalogObject *found = catalog_object(catalog, (RelName){database, schema, name});
    return found && str_eq(found->kind, kind) ? found->id : NULL;
}
