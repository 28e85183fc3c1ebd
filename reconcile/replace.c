#include "cutover/replace.h"

#include "cutover/str.h"

static const RecordGreen *replacement_of(const RecordDeployment *d)
{
    for (size_t i = 0; i < d->green.count; i++) {
        if (d->green.items[i].replaces) {
            return &d->green.items[i];
        }
    }
    return NULL;
}

const char *replace_target(const Catalog *catalog, const RecordDeployment *d, const char *kind,
                           const char *id)
{
    const RecordGreen *it = d ? replacement_of(d) : NULL;
    bool made = it && str_eq(it->kind, kind) &&
                str_eq(catalog_id_at(catalog, kind, it->database, it->schema, it->green), id);
    return made ? it->replaces : NULL;
}

Replacing replace_state(const Catalog *catalog, const Record *record, const RecordDeployment *d)
{
    const RecordGreen *green = replacement_of(d);
    if (!green) {
        return (Replacing){0};
    }
    Replacing it = {.green = green,
                    .target = {green->database, green->schema, green->name},
                    .made = {green->database, green->schema, green->green}};
    const CatalogObject *made = catalog_object(catalog, it.made);
    if (made && str_eq(made->kind, green->kind) && record_object(record, green->kind, made->id)) {
        it.state = REPLACE_READY;
        it.live = made;
        return it;
    }
    const char *id =
        catalog_id_at(catalog, green->kind, green->database, green->schema, green->name);
    it.state = str_eq(id, green->replaces) ? REPLACE_LOST : REPLACE_APPLIED;
    return it;
}
