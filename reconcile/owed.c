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

/* The rights on what has the KIND and ID, and its name; NULL: it is gone. */
static CatalogGrants *grants_of(const Catalog *catalog, const char *kind, const char *id,
                                RelName *name)
{
    if (str_eq(kind, "schema")) {
        CatalogSchema *found = (CatalogSchema *)catalog_schema_by_id(catalog, id);
        *name = found ? (RelName){.database = found->database, .name = found->name} : (RelName){0};
        return found ? &found->grants : NULL;
    }
    if (str_eq(kind, "cluster")) {
        CatalogCluster *found = (CatalogCluster *)catalog_cluster_by_id(catalog, id);
        *name = found ? (RelName){.name = found->name} : (RelName){0};
        return found ? &found->grants : NULL;
    }
    CatalogObject *found = (CatalogObject *)catalog_object_by_id(catalog, id);
    bool same = found && str_eq(found->kind, kind);
    *name = same ? found->rel : (RelName){0};
    return same ? &found->grants : NULL;
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
    const CatalogGrants *grants = grants_of(catalog, parts[2], parts[3], &it.step.rel);
    if (grants) {
        it.settled = is_settled(record, grants, &it.step);
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
        RelName name;
        const Step *step = &it->step;
        CatalogGrants *grants = grants_of(catalog, step->object_kind, step->id, &name);
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
