/*
 * What people give and take on production while the cutover goes out. Green was as production is when that was decided on;
 * what is changed since stays with the old side, which keeps its ids. So its rights are noted with the decision, and once the
 * names have moved those that it got or lost since are given to, or taken from, what is production now. What people do
 * there from then on is no matter of this: only the old side is compared with what was noted.
 */
#include "build_internal.h"

#include "cutover/noted.h"
#include "cutover/str.h"

/* Of one text: an entry of the record has a limit, and there may be thousands of objects. */
#define RIGHTS_BYTES (64 << 10)
#define RIGHTS_MAX (256 << 10)

/* Something of production that can be used, now or before, and what bears its name now; NEW NULL: there is none. */
typedef void Visit(void *ctx, const CatalogPlace *old, const CatalogPlace *new);

typedef struct Walk {
    Arena *arena;
    const Catalog *catalog;
    Visit *visit;
    void *ctx;
} Walk;

static void visit_object(const Walk *w, const CatalogObject *old, RelName rel)
{
    const CatalogObject *new = catalog_object(w->catalog, rel);
    bool index = old && str_eq(old->kind, "index");
    if (old && !index) {
        CatalogPlace before = catalog_object_place(old);
        CatalogPlace now = catalog_object_place(new);
        w->visit(w->ctx, &before, new && !str_eq(new->kind, "index") ? &now : NULL);
    }
}

static void visit_schema(const Walk *w, const CatalogSchema *old, const RecordName *name)
{
    const CatalogSchema *new = catalog_schema(w->catalog, name->database, name->from);
    CatalogPlace before = catalog_schema_place(old), now = catalog_schema_place(new);
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
            CatalogPlace before = catalog_cluster_place(old);
            CatalogPlace now = catalog_cluster_place(new);
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
static char *right(Arena *arena, const CatalogGrant *it)
{
    return arena_printf(arena, ":%s=%s", it->privilege, it->grantee_id);
}

static bool is_a_persons(const CatalogPlace *place, const CatalogGrant *it)
{
    return !str_eq(it->grantee, place->owner) && !str_starts(it->grantee, "mz_");
}

typedef struct Noting {
    Arena *arena;
    StrVec texts;
    Buf text; /* the last one */
} Noting;

/* "<kind>:<id>" and what may be done with it */
static void note(void *ctx, const CatalogPlace *old, const CatalogPlace *new)
{
    Noting *noting = ctx;
    (void)new;
    if (noting->text.length > RIGHTS_BYTES) {
        vec_push(noting->arena, &noting->texts, noting->text.data);
        noting->text = buf_new(noting->arena, RIGHTS_MAX);
    }
    buf_printf(&noting->text, "%s:%s", old->kind, old->id);
    vec_each (CatalogGrant, it, old->grants) {
        buf_text(&noting->text, is_a_persons(old, it) ? right(noting->arena, it) : "");
    }
    buf_char(&noting->text, ' ');
}

StrVec build_rights(Arena *arena, const Catalog *catalog, const RecordNames *names)
{
    Noting noting = {.arena = arena, .text = buf_new(arena, RIGHTS_MAX)};
    walk(&(Walk){arena, catalog, note, &noting}, names);
    vec_push(arena, &noting.texts, noting.text.data);
    return noting.texts;
}

char *build_rights_check(Arena *arena, size_t number)
{
    return arena_printf(arena, BUILD_RIGHTS "%zu", number);
}

/* ---- carrying over ---- */

typedef struct Carrying {
    Arena *arena;
    const Catalog *catalog;
    const Record *record;
    Map noted; /* "<kind>:<id>" and right() */
    Build *build;
} Carrying;

static void add_step(Carrying *c, const CatalogPlace *new, StepKind kind, const CatalogGrant *it)
{
    vec_push(c->arena, &c->build->canary,
             (Step){.kind = kind,
                    .object_kind = new->kind,
                    .rel = new->rel,
                    .id = new->id,
                    .privilege = it->privilege,
                    .grantee = it->grantee});
}

static bool was_noted(const Carrying *c, const CatalogPlace *old, const CatalogGrant *it)
{
    const char *key = arena_printf(c->arena, "%s:%s%s", old->kind, old->id, right(c->arena, it));
    return map_get(&c->noted, key);
}

/* NEW would have IT whatever people do: Git declares it, or it is given by default. */
static bool is_given(const Carrying *c, const CatalogPlace *new, const CatalogGrant *it)
{
    return noted_declares(c->record, new->kind, new->id, it->privilege, it->grantee) ||
           (new->rel.schema &&catalog_gives_by_default(c->catalog, new->rel, it->privilege,
                                                       it->grantee));
}

/* A canary's guests are not let in to what has just gone live, whoever did it. */
static void carry_over(void *ctx, const CatalogPlace *old, const CatalogPlace *new)
{
    Carrying *c = ctx;
    if (!new || new->grants == old->grants) {
        return;
    }
    vec_each (const CatalogGrant, it, old->grants) {
        bool late = is_a_persons(old, it) && !was_noted(c, old, it);
        if (late && is_a_persons(new, it) && build_fits_kind(new->kind, it->privilege) &&
            !build_has_grant(new->grants, it->grantee, it->privilege) &&
            !str_in(&c->record->canary_roles, it->grantee)) {
            add_step(c, new, STEP_GRANT, it);
        }
    }
    vec_each (const CatalogGrant, it, new->grants) {
        bool late =
            was_noted(c, old, it) && !build_has_grant(old->grants, it->grantee, it->privilege);
        if (late && is_a_persons(new, it) && !is_given(c, new, it)) {
            add_step(c, new, STEP_REVOKE, it);
        }
    }
}

/* Of one object: "<kind>:<id>:<privilege>=<role's id>:..." */
static void read_rights(Carrying *c, const char *text)
{
    StrVec parts = str_split(c->arena, text, ':');
    for (size_t i = 2; i < parts.count; i++) {
        const char **it = parts.items;
        map_put(c->arena, &c->noted, arena_printf(c->arena, "%s:%s:%s", it[0], it[1], it[i]), c);
    }
}

void build_carry_over(Arena *arena, const Catalog *catalog, const Record *record,
                      const RecordDeployment *deployment, Build *build)
{
    Carrying c = {.arena = arena, .catalog = catalog, .record = record, .build = build};
    const RecordResult *result = record_result(deployment, build_rights_check(arena, 0));
    if (!result) {
        return; /* a version before this one decided */
    }
    for (size_t i = 1; result; i++) {
        StrVec objects = str_split(arena, result->text ? result->text : "", ' ');
        vec_each (const char *, it, &objects) {
            read_rights(&c, *it);
        }
        result = record_result(deployment, build_rights_check(arena, i));
    }
    walk(&(Walk){arena, catalog, carry_over, &c}, &deployment->cutover_names);
}
