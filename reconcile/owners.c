#include "cutover/owners.h"

#include "cutover/str.h"

const char *owner_deployed(const Record *record, const Catalog *catalog, const char *kind,
                           const char *id)
{
    const RecordObject *known = record_object(record, kind, id);
    const char *now = catalog_owner(catalog, kind, id);
    bool same = !known || !known->owner || !now || str_eq(known->owner, now);
    return same ? NULL : known->owner;
}

RecordObjects owners_to_note(Arena *arena, const Record *record, const Catalog *catalog)
{
    RecordObjects found = {0};
    map_each (it, &record->object_by_id) {
        RecordObject object = *(const RecordObject *)it->value;
        const char *now = catalog_owner(catalog, object.kind, object.id);
        if (now && !str_eq(now, object.owner)) {
            object.owner = now;
            vec_push(arena, &found, object);
        }
    }
    return found;
}
