#include "cutover/names_check.h"

#include "cutover/str.h"

bool names_hold(const Catalog *catalog, const RecordNames *names)
{
    vec_each (RecordName, it, names) {
        const char *id = catalog_id_at(catalog, it->kind, it->database, it->schema, it->from);
        if (!str_eq(id, it->id)) {
            return false;
        }
    }
    return true;
}

static bool is_in(const CatalogObject *object, const RecordName *place, const CatalogSchema *schema)
{
    return schema ? str_eq(object->rel.schema, schema->name) &&
                        str_eq(object->rel.database, schema->database)
                  : str_eq(object->cluster_id, place->id);
}

static bool brings_strangers(const Catalog *catalog, const Record *record, const RecordName *place)
{
    const CatalogSchema *schema =
        str_eq(place->kind, "schema") ? catalog_schema_by_id(catalog, place->id) : NULL;
    vec_each (CatalogObject, it, &catalog->objects) {
        if (is_in(it, place, schema) && !record_object(record, it->kind, it->id)) {
            return true;
        }
    }
    return false;
}

bool names_bring_strangers(const Catalog *catalog, const Record *record, const RecordNames *names)
{
    vec_each (RecordName, it, names) {
        bool container = str_eq(it->kind, "schema") || str_eq(it->kind, "cluster");
        if (container && !it->retired && brings_strangers(catalog, record, it)) {
            return true;
        }
    }
    return false;
}
