/*
 * What people give and take on production while the cutover goes out. Green was as production is when that was decided on;
 * what is changed since stays with the old side, which keeps its ids. So its rights are noted with the decision, and once the
 * names have moved those that it got or lost since are given to, or taken from, what is production now. What people do
 * there from then on is no matter of this: only the old side is compared with what was noted.
 */
#include "build_internal.h"

#include "cutover/noted.h"
#include "cutover/str.h"

#define RIGHTS_MAX (16 << 20)

/* Something of production that can be used, now or before. */
typedef struct Place {
    const char *kind, *id, *owner; /* kind: schema, cluster, or as mz_objects.type */
    RelName rel;
    const CatalogGrants *grants;
} Place;

typedef void Visit(void *ctx, const Place *old, const Place *new); /* NEW NULL: there is none */

typedef struct Walk {
    Arena *arena;
    const Catalog *catalog;
    Visit *visit;
    void *ctx;
} Walk;

static Place cluster_place(const CatalogCluster *it)
{
    return (Place){"cluster", it->id, it->owner, {.name = it->name}, &it->grants};
}

static Place schema_place(const CatalogSchema *it)
{
    RelName rel = {.database = it->database, .name = it->name};
    return (Place){"schema", it->id, it->owner, rel, &it->grants};
}

static Place object_place(const CatalogObject *it)
{
    return (Place){it->kind, it->id, it->owner, it->rel, &it->grants};
}

static void visit_object(const Walk *w, const CatalogObject *old, RelName rel)
{
    const CatalogObject *new = catalog_object(w->catalog, rel);
    bool index = old && str_eq(old->kind, "index");
    if (old && !index) {
        Place before = object_place(old);
        Place now = new ? object_place(new) : (Place){0};
        w->visit(w->ctx, &before, new && !str_eq(new->kind, "index") ? &now : NULL);
    }
}

static void visit_schema(const Walk *w, const CatalogSchema *old, const RecordName *name)
{
    const CatalogSchema *new = catalog_schema(w->catalog, name->database, name->from);
    Place before = schema_place(old), now = new ? schema_place(new) : (Place){0};
    w->visit(w->ctx, &before, new ? &now : NULL);
    vec_each (CatalogObject, it, &w->catalog->objects) {
        if (str_eq(it->rel.schema, old->name) && str_eq(it->rel.database, old->database)) {
            visit_object(w, it, (RelName){name->database, name->from, it->rel.name});
        }
    }
}

/* All that NAMES take out of service, beside what bears its name in production by now: itself, before the cutover. */
static void walk(const Walk *w, const RecordNames *names)
{
    vec_each (const RecordName, it, names) {
        if (!it->retired) {
            continue;
        }
        if (str_eq(it->kind, "schema")) {
            const CatalogSchema *old = catalog_schema_by_id(w->catalog, it->id);
            if (old) {
                visit_schema(w, old, it);
            }
        } else if (str_eq(it->kind, "cluster")) {
            const CatalogCluster *old = catalog_cluster_by_id(w->catalog, it->id);
            const CatalogCluster *new = catalog_cluster(w->catalog, it->from);
            Place before = old ? cluster_place(old) : (Place){0};
            Place now = new ? cluster_place(new) : (Place){0};
            if (old) {
                w->visit(w->ctx, &before, new ? &now : NULL);
            }
        } else {
            visit_object(w, catalog_object_by_id(w->catalog, it->id),
                         (RelName){it->database, it->schema, it->from});
        }
    }
}

/* ---- noting ---- */

/* By the role's id: a name may hold anything. */
static char *right(Arena *arena, const Place *old, const CatalogGrant *it)
{
    return arena_printf(arena, "%s:%s:%s:%s", old->kind, old->id, it->privilege, it->grantee_id);
}

static bool is_a_persons(const Place *place, const CatalogGrant *it)
{
    return !str_eq(it->grantee, place->owner) && !str_starts(it->grantee, "mz_");
}

typedef struct Noting {
    Arena *arena;
    Buf text;
} Noting;

static void note(void *ctx, const Place *old, const Place *new)
{
    Noting *noting = ctx;
    (void)new;
    vec_each (const CatalogGrant, it, old->grants) {
        if (is_a_persons(old, it)) {
            buf_printf(&noting->text, "%s ", right(noting->arena, old, it));
        }
    }
}

char *build_rights(Arena *arena, const Catalog *catalog, const RecordNames *names)
{
    Noting noting = {arena, buf_new(arena, RIGHTS_MAX)};
    walk(&(Walk){arena, catalog, note, &noting}, names);
    return noting.text.data;
}

/* ---- carrying over ---- */

typedef struct Carrying {
    Arena *arena;
    const Catalog *catalog;
    const Record *record;
    Map noted; /* right() */
    Build *build;
} Carrying;

static void add_step(Carrying *c, const Place *new, StepKind kind, const CatalogGrant *it)
{
    vec_push(c->arena, &c->build->canary,
             (Step){.kind = kind,
                    .object_kind = new->kind,
                    .rel = new->rel,
                    .id = new->id,
                    .privilege = it->privilege,
                    .grantee = it->grantee});
}

/* NEW would have IT whatever people do: Git declares it, or it is given by default. */
static bool is_given(const Carrying *c, const Place *new, const CatalogGrant *it)
{
    return noted_declares(c->record, new->kind, new->id, it->privilege, it->grantee) ||
           (new->rel.schema &&catalog_gives_by_default(c->catalog, new->rel, it->privilege,
                                                       it->grantee));
}

/* A canary's guests are not let in to what has just gone live, whoever did it. */
static void carry_over(void *ctx, const Place *old, const Place *new)
{
    Carrying *c = ctx;
    if (!new || new->grants == old->grants) {
        return;
    }
    vec_each (const CatalogGrant, it, old->grants) {
        bool late = is_a_persons(old, it) && !map_get(&c->noted, right(c->arena, old, it));
        if (late && is_a_persons(new, it) && build_fits_kind(new->kind, it->privilege) &&
            !build_has_grant(new->grants, it->grantee, it->privilege) &&
            !str_in(&c->record->canary_roles, it->grantee)) {
            add_step(c, new, STEP_GRANT, it);
        }
    }
    vec_each (const CatalogGrant, it, new->grants) {
        bool late = map_get(&c->noted, right(c->arena, old, it)) &&
                    !build_has_grant(old->grants, it->grantee, it->privilege);
        if (late && is_a_persons(new, it) && !is_given(c, new, it)) {
            add_step(c, new, STEP_REVOKE, it);
        }
    }
}

void build_carry_over(Arena *arena, const Catalog *catalog, const Record *record,
                      const RecordDeployment *deployment, Build *build)
{
    const RecordResult *result = record_result(deployment, BUILD_RIGHTS);
    Carrying c = {.arena = arena, .catalog = catalog, .record = record, .build = build};
    if (!result) {
        return; /* a version before this one decided */
    }
    StrVec rights = str_split(arena, result->text ? result->text : "", ' ');
    vec_each (const char *, it, &rights) {
        map_put(arena, &c.noted, *it, result);
    }
    walk(&(Walk){arena, catalog, carry_over, &c}, &deployment->cutover_names);
}
