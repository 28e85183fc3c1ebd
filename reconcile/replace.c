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

char *replace_begun_key(Arena *arena, const RecordGreen *green)
{
    return arena_printf(arena, RECORD_ROWS_BEGUN "%s", green->green);
}

char *replace_rows_key(Arena *arena, const RecordGreen *green)
{
    return arena_printf(arena, "in_place:rows:%s", green->green);
}

/* What the record tells of the rows of GREEN. */
typedef struct Rows {
    const RecordResult *begun, *in;
} Rows;

static Rows rows_of(const RecordDeployment *d, const RecordGreen *green)
{
    Arena *arena = arena_new();
    Rows rows = {record_result(d, replace_begun_key(arena, green)),
                 record_result(d, replace_rows_key(arena, green))};
    arena_free(arena);
    return rows;
}

bool replace_is_unsure(const Record *record, const RecordObject *known)
{
    vec_each (RecordDeployment, d, &((Record *)record)->deployments) {
        const RecordGreen *green = replacement_of(d);
        Rows rows = green && str_eq(green->replaces, known->id) ? rows_of(d, green) : (Rows){0};
        if (rows.begun && !rows.in && rows.begun->at >= known->at) {
            return true;
        }
    }
    return false;
}

/* Of a seed that waits for its rows. */
static ReplaceState state_of_rows(const Record *record, const RecordDeployment *d,
                                  const Replacing *it, bool made)
{
    bool known = record_object(record, it->green->kind, it->green->replaces);
    Rows rows = rows_of(d, it->green);
    if (!made || !known) {
        return rows.in ? REPLACE_APPLIED : REPLACE_LOST;
    }
    return rows.in || rows.begun ? REPLACE_BEGUN : REPLACE_READY;
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
