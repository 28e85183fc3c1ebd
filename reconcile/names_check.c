#include "cutover/names_check.h"

#include "cutover/str.h"

static const char *own_name(const RecordObject *known, const RecordNames *names, bool moved)
{
    vec_each (const RecordName, it, names) {
        if (str_eq(it->kind, known->kind) && str_eq(it->id, known->id)) {
            return moved ? it->to : it->from;
        }
    }
    return known->rel.name;
}

NamesHeld names_held(const Catalog *catalog, const Record *record, const RecordNames *names,
                     bool moved, const char *kind, const char *id)
{
    NamesHeld held = {0};
    vec_each (CatalogObject, it, &catalog->objects) {
        bool inside = catalog_lies_in(catalog, it, kind, id);
        const RecordObject *known = inside ? record_object(record, it->kind, it->id) : NULL;
        const char *due = known ? own_name(known, names, moved) : NULL;
        if (known && str_eq(it->rel.name, due)) {
            held.count++;
        } else if (known) {
            held.misnamed = it;
            held.due = due;
        }
    }
    return held;
}

bool names_hold(const Catalog *catalog, const Record *record, const RecordNames *names)
{
    vec_each (RecordName, it, names) {
        const char *id = catalog_id_at(catalog, it->kind, it->database, it->schema, it->from);
        bool whole = it->retired ||
                     names_held(catalog, record, names, false, it->kind, it->id).count >= it->holds;
        if (!str_eq(id, it->id) || !whole) {
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

static bool is_of(const Catalog *catalog, const RecordName *name, const CatalogObject *object)
{
    return catalog_lies_in(catalog, object, name->kind, name->id) ||
           (str_eq(object->kind, name->kind) && str_eq(object->id, name->id));
}

static bool hangs_on(const Catalog *catalog, const RecordName *name, const CatalogObject *object)
{
    const CatalogObject *on = catalog_object_by_id(catalog, object->on_id);
    if (is_of(catalog, name, object) || (on && is_of(catalog, name, on))) {
        return true;
    }
    vec_each (const char *, id, &object->reads) {
        const CatalogObject *input = catalog_object_by_id(catalog, *id);
        if (input && is_of(catalog, name, input)) {
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

static bool goes_live(const Catalog *catalog, const RecordName *name, const CatalogObject *object)
{
    return !name->retired && (is_of(catalog, name, object) || str_eq(object->on_id, name->id));
}

static bool is_made_live(const Catalog *catalog, const RecordNames *names,
                         const CatalogObject *object)
{
    bool live = false;
    vec_each (RecordName, it, names) {
        bool of = !str_eq(it->kind, "cluster") && is_of(catalog, it, object);
        if (of && it->retired) {
            return false;
        }
        live = live || of;
    }
    return live;
}

const CatalogObject *names_made_live(const Catalog *catalog, const Record *record,
                                     const RecordNames *names, RelName rel)
{
    vec_each (CatalogObject, it, &catalog->objects) {
        const RecordObject *known = record_object(record, it->kind, it->id);
        if (known && relname_eq(known->rel, rel) && is_made_live(catalog, names, it)) {
            return it;
        }
    }
    return NULL;
}

/* What bears the name that OBJECT will have; what keeps its name is its own measure. */
static const char *bearer(const Catalog *catalog, const RecordNames *names,
                          const CatalogObject *object)
{
    RelName rel = object->rel;
    vec_each (RecordName, it, names) {
        bool is_place = str_eq(it->kind, "schema");
        if (!it->retired && is_place && catalog_lies_in(catalog, object, it->kind, it->id)) {
            rel.schema = it->to;
        } else if (!it->retired && str_eq(it->kind, object->kind) && str_eq(it->id, object->id)) {
            rel.name = it->to;
        }
    }
    const CatalogObject *live = catalog_object(catalog, rel);
    return live ? live->id : NULL;
}

ProofObjects names_going_live(Arena *arena, const Catalog *catalog, const RecordNames *names)
{
    ProofObjects objects = {0};
    vec_each (CatalogObject, it, &catalog->objects) {
        bool goes = false;
        vec_each (RecordName, name, names) {
            goes |= goes_live(catalog, name, it);
        }
        if (goes) {
            vec_push(arena, &objects, ((ProofObject){it->id, bearer(catalog, names, it)}));
        }
    }
    return objects;
}
