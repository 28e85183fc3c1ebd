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

static bool brings_strangers(const Catalog *catalog, const Record *record, const RecordName *place)
{
    vec_each (CatalogObject, it, &catalog->objects) {
        if (catalog_lies_in(catalog, it, place->kind, place->id) &&
            !record_object(record, it->kind, it->id)) {
            return true;
        }
    }
    return false;
}

bool names_bring_strangers(const Catalog *catalog, const Record *record, const RecordNames *names)
{
    vec_each (RecordName, it, names) {
        if (!it->retired && brings_strangers(catalog, record, it)) {
            return true;
        }
    }
    return false;
}
