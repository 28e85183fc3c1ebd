#include "cutover/noted.h"

#include "cutover/str.h"

const char *noted_owner(const Record *record, const Catalog *catalog, const char *kind,
                        const char *id)
{
    const RecordObject *known = record_object(record, kind, id);
    const char *now = catalog_owner(catalog, kind, id);
    bool same = !known || !known->owner || !now || str_eq(known->owner, now);
    return same ? NULL : known->owner;
}

const char *noted_options(const Record *record, const Catalog *catalog, const char *kind,
                          const char *id)
{
    const RecordObject *known = record_object(record, kind, id);
    const char *now = catalog_options(catalog, kind, id);
    bool same = !known || !known->options || !now || str_eq(known->options, now);
    return same ? NULL : known->options;
}

const char *noted_shown(const char *options)
{
    return str_empty(options) ? "the usual RETAIN HISTORY" : options;
}

static bool differs(const char *now, const char *noted)
{
    return now && !str_eq(now, noted);
}

RecordObjects noted_anew(Arena *arena, const Record *record, const Catalog *catalog)
{
    RecordObjects found = {0};
    map_each (it, &record->object_by_id) {
        RecordObject object = *(const RecordObject *)it->value;
        const char *owner = catalog_owner(catalog, object.kind, object.id);
        const char *options = catalog_options(catalog, object.kind, object.id);
        if (differs(owner, object.owner) || differs(options, object.options)) {
            object.owner = owner ? owner : object.owner;
            object.options = options ? options : object.options;
            vec_push(arena, &found, object);
        }
    }
    return found;
}
