#include "cutover/way_back.h"

#include "cutover/owners.h"
#include "cutover/str.h"

static bool is_gone(const Catalog *catalog, const RecordName *name)
{
    return !catalog_place(catalog, name->kind, name->id).kind;
}

static const char *bearer(const Catalog *catalog, const RecordName *name)
{
    return catalog_id_at(catalog, name->kind, name->database, name->schema, name->from);
}

/* Somebody may have dropped production by hand: that is what the way back is for. */
RecordNames way_back_names(Arena *arena, const Catalog *catalog, const RecordNames *back)
{
    RecordNames names = {0};
    vec_each (RecordName, it, back) {
        bool leaves = it->retired && is_gone(catalog, it) && !bearer(catalog, it);
        if (!leaves) {
            vec_push(arena, &names, *it);
        }
    }
    return names;
}

/* The name that NAMES gave to KNOWN, or the one that it was made for. */
static const char *own_name(const RecordObject *known, const RecordNames *names)
{
    vec_each (const RecordName, it, names) {
        if (str_eq(it->kind, known->kind) && str_eq(it->id, known->id)) {
            return it->to;
        }
    }
    return known->rel.name;
}

/* What of ours lies in the container KIND and ID: how many under their own names, and one that bears another. */
typedef struct Held {
    int64_t count;
    const CatalogObject *misnamed;
    const char *due;
} Held;

static Held find_held(const Catalog *catalog, const Record *record, const RecordNames *names,
                      const char *kind, const char *id)
{
    Held held = {0};
    vec_each (const CatalogObject, it, &catalog->objects) {
        const RecordObject *known =
            catalog_lies_in(catalog, it, kind, id) ? record_object(record, it->kind, it->id) : NULL;
        const char *due = known ? own_name(known, names) : NULL;
        if (known && str_eq(it->rel.name, due)) {
            held.count++;
        } else if (known) {
            held.misnamed = it;
            held.due = due;
        }
    }
    return held;
}

int64_t way_back_holds(const Catalog *catalog, const Record *record, const char *kind,
                       const char *id)
{
    static const RecordNames none = {0};
    return find_held(catalog, record, &none, kind, id).count;
}

static const char *misnamed(Arena *arena, const Catalog *catalog, const RecordName *name)
{
    CatalogPlace place = catalog_place(catalog, name->kind, name->id);
    if (place.kind) {
        return arena_printf(arena, "%s %s was renamed to %s: rename it back first", name->kind,
                            name->from, place.rel.name);
    }
    return arena_printf(arena, "%s %s %s", name->kind, name->from,
                        name->retired ? "is not the one that went live" : "was dropped");
}

static const char *incomplete(Arena *arena, const Catalog *catalog, const Record *record,
                              const RecordNames *names, const RecordName *old)
{
    Held held = find_held(catalog, record, names, old->kind, old->id);
    if (held.count >= old->holds) {
        return NULL;
    }
    if (held.misnamed) {
        return arena_printf(arena, "%s %s in %s %s was renamed to %s: rename it back first",
                            held.misnamed->kind, held.due, old->kind, old->to,
                            held.misnamed->rel.name);
    }
    return arena_printf(arena, "%s %s is not complete: %lld of its %lld objects are gone",
                        old->kind, old->to, (long long)(old->holds - held.count),
                        (long long)old->holds);
}

const char *way_back_problem(Arena *arena, const Catalog *catalog, const Record *record,
                             const RecordDeployment *d, const RecordNames *back)
{
    vec_each (RecordName, it, back) {
        if (!str_eq(bearer(catalog, it), it->id)) {
            return misnamed(arena, catalog, it);
        }
    }
    vec_each (RecordName, it, &d->cutover_names) {
        const char *problem =
            it->retired ? incomplete(arena, catalog, record, &d->cutover_names, it) : NULL;
        if (problem) {
            return problem;
        }
    }
    return owner_problem(arena, catalog, record->environment, back);
}
