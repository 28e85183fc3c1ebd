#include "cutover/owed.h"

#include "cutover/noted.h"
#include "cutover/str.h"

#include <string.h>

#define PARTS 5 /* verb, privilege, kind, id, role; the last may hold anything */

char *owed_check(Arena *arena, const Step *step)
{
    return arena_printf(arena, BUILD_OWED "%s:%s:%s:%s:%s",
                        step->kind == STEP_GRANT ? "grant" : "revoke", step->privilege,
                        step->object_kind, step->id, step->grantee);
}

static bool cut(Arena *arena, const char *text, const char *parts[PARTS])
{
    for (size_t i = 0; i + 1 < PARTS; i++) {
        const char *colon = strchr(text, ':');
        if (!colon) {
            return false;
        }
        parts[i] = arena_strndup(arena, text, (size_t)(colon - text));
        text = colon + 1;
    }
    parts[PARTS - 1] = text;
    return true;
}

static size_t find(const CatalogGrants *grants, const Step *step)
{
    size_t i = 0;
    while (i < grants->count && !(str_eq(grants->items[i].grantee, step->grantee) &&
                                  str_eq(grants->items[i].privilege, step->privilege))) {
        i++;
    }
    return i;
}

static bool is_settled(const Record *record, const CatalogGrants *grants, const Step *step)
{
    bool has = find(grants, step) < grants->count;
    return step->kind == STEP_GRANT ? has
                                    : !has || noted_declares(record, step->object_kind, step->id,
                                                             step->privilege, step->grantee);
}

static void add(Arena *arena, const Catalog *catalog, const Record *record,
                const RecordDeployment *d, const RecordResult *result, OwedSteps *owed)
{
    const char *parts[PARTS];
    if (!str_starts(result->check, BUILD_OWED) || str_eq(result->verdict, "passed") ||
        !cut(arena, result->check + strlen(BUILD_OWED), parts)) {
        return;
    }
    Owed it = {.deployment = d,
               .check = result->check,
               .why = result->text,
               .step = {.kind = str_eq(parts[0], "grant") ? STEP_GRANT : STEP_REVOKE,
                        .privilege = parts[1],
                        .object_kind = parts[2],
                        .id = parts[3],
                        .grantee = parts[4]}};
    CatalogPlace place = catalog_place(catalog, parts[2], parts[3]);
    if (place.kind) {
        it.step.rel = place.rel;
        it.settled = is_settled(record, place.grants, &it.step);
        vec_push(arena, owed, it);
    }
}

OwedSteps owed_find(Arena *arena, const Catalog *catalog, const Record *record)
{
    OwedSteps owed = {0};
    vec_each (RecordDeployment, d, &record->deployments) {
        vec_each (RecordResult, result, &d->results) {
            add(arena, catalog, record, d, result, &owed);
        }
    }
    return owed;
}

static void take_out(CatalogGrants *grants, const Step *step)
{
    for (size_t at = find(grants, step); at < grants->count; at = find(grants, step)) {
        grants->items[at] = grants->items[--grants->count];
    }
}

void owed_count_as_done(Arena *arena, Catalog *catalog, const OwedSteps *owed)
{
    vec_each (const Owed, it, owed) {
        const Step *step = &it->step;
        CatalogGrants *grants = catalog_grants(catalog, step->object_kind, step->id);
        if (!it->settled && step->kind == STEP_REVOKE) {
            take_out(grants, step);
        } else if (!it->settled) {
            vec_push(arena, grants,
                     ((CatalogGrant){.grantee = step->grantee, .privilege = step->privilege}));
        }
    }
}

const char *owed_reason(const OwedSteps *owed)
{
    vec_each (const Owed, it, owed) {
        if (!it->settled) {
            return it->why;
        }
    }
    return NULL;
}
