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

static bool is_retired(const Catalog *catalog, const RecordName *name, const CatalogObject *object)
{
    return catalog_lies_in(catalog, object, name->kind, name->id) ||
           (str_eq(object->kind, name->kind) && str_eq(object->id, name->id));
}

static bool hangs_on(const Catalog *catalog, const RecordName *name, const CatalogObject *object)
{
    const CatalogObject *on = catalog_object_by_id(catalog, object->on_id);
    if (is_retired(catalog, name, object) || (on && is_retired(catalog, name, on))) {
        return true;
    }
    vec_each (const char *, id, &object->reads) {
        const CatalogObject *input = catalog_object_by_id(catalog, *id);
        if (input && is_retired(catalog, name, input)) {
            return true;
        }
    }
    return false;
}

static bool is_in_the_way(const Catalog *catalog, const RecordNames *names,
                          const CatalogObject *object)
{
    vec_each (RecordName, it, names) {
        if (it->retired && hangs_on(catalog, it, object)) {
            return true;
        }
    }
    return false;
}

bool names_meet_newcomers(const Catalog *catalog, const Record *record, const RecordNames *names,
                          int64_t event)
{
    vec_each (CatalogCreation, it, &catalog->creations) {
        const CatalogObject *object = catalog_object_by_id(catalog, it->id);
        bool is_new = event >= 0 && it->event > event && object && str_eq(object->kind, it->kind) &&
                      !record_object(record, it->kind, it->id);
        if (is_new && is_in_the_way(catalog, names, object)) {
            return true;
        }
    }
    return false;
}
