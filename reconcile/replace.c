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

char *replace_rows_key(Arena *arena, const RecordGreen *green)
{
    return arena_printf(arena, "in_place:rows:%s", green->green);
}

static bool rows_are_in(const RecordDeployment *d, const RecordGreen *green)
{
    Arena *arena = arena_new();
    bool found = record_result(d, replace_rows_key(arena, green));
    arena_free(arena);
    return found;
}

/* Of a seed that waits for its rows. */
static ReplaceState state_of_rows(const Record *record, const RecordDeployment *d,
                                  const Replacing *it, bool made)
{
    const RecordObject *target = record_object(record, it->green->kind, it->green->replaces);
    bool in = rows_are_in(d, it->green);
    if (!made || !target) {
        return in ? REPLACE_APPLIED : REPLACE_LOST;
    }
    return in || str_eq(target->digest, REPLACE_ROWS_BEGUN) ? REPLACE_BEGUN : REPLACE_READY;
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
    const CatalogObject *live = catalog_object(catalog, it.made);
    bool made =
        live && str_eq(live->kind, green->kind) && record_object(record, green->kind, live->id);
    if (str_eq(green->kind, "table")) {
        it.state = state_of_rows(record, d, &it, made);
    } else {
        const char *id =
            catalog_id_at(catalog, green->kind, green->database, green->schema, green->name);
        it.state = made                          ? REPLACE_READY
                   : str_eq(id, green->replaces) ? REPLACE_LOST
                                                 : REPLACE_APPLIED;
    }
    it.live = it.state == REPLACE_READY || it.state == REPLACE_BEGUN ? live : NULL;
    return it;
}
