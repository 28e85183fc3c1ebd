#include "cutover/way_back.h"

#include "cutover/names_check.h"
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
    NamesHeld held = names_held(catalog, record, names, true, old->kind, old->id);
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
