/*
 * What stays with an id when names move, and so must be on green before the cutover: grants, owners and
 * comments. Green gets what production has and what is declared; only what is missing becomes a step.
 */
#include "build_internal.h"

#include "cutover/noted.h"
#include "cutover/str.h"

/* One thing of green beside its counterpart in production. */
typedef struct Twin {
    const char *kind;                     /* schema, cluster, or as mz_objects.type */
    RelName green;                        /* of a cluster only `name` */
    const char *green_owner, *live_owner; /* live_owner NULL: there is no counterpart */
    const CatalogGrants *green_grants, *live_grants;
} Twin;

bool build_fits_kind(const char *kind, const char *privilege)
{
    if (str_eq(kind, "schema")) {
        return str_eq(privilege, "USAGE") || str_eq(privilege, "CREATE");
    }
    if (str_eq(kind, "cluster")) {
        return str_eq(privilege, "USAGE") || str_eq(privilege, "CREATE");
    }
    return str_eq(kind, "table") || str_eq(privilege, "SELECT");
}

/* A healing gives back the owner that was deployed; anything else leaves production's. */
static const char *owner_to_have(const Comparison *c, const char *kind, const char *id,
                                 const char *now)
{
    const char *deployed =
        c->in->plan->heals ? noted_owner(c->in->record, c->in->catalog, kind, id) : NULL;
    return deployed && str_in(&c->in->catalog->roles, deployed) ? deployed : now;
}

bool build_has_grant(const CatalogGrants *grants, const char *grantee, const char *privilege)
{
    vec_each (CatalogGrant, it, grants) {
        if (str_eq(it->grantee, grantee) && str_eq(it->privilege, privilege)) {
            return true;
        }
    }
    return false;
}

/* What production has under the name that GREEN will bear, or NULL. */
static const CatalogObject *live_of(const Comparison *c, const DesiredNode *green)
{
    const DesiredNode *node = map_get(&c->in->production->node_by_id, green->id);
    return node ? catalog_object(c->in->catalog, node->rel) : NULL;
}

/* Green would have IT if it were made now; a canary's guests are shut out by themselves. */
static bool is_expected_grant(const Comparison *c, const CatalogObject *object,
                              const DesiredNode *green, const CatalogGrant *it)
{
    const CatalogObject *live = live_of(c, green);
    return desired_grants(green, it->grantee, it->privilege) ||
           str_eq(it->grantee, object->owner) || str_starts(it->grantee, "mz_") ||
           str_in(&c->in->record->canary_roles, it->grantee) ||
           catalog_gives_by_default(c->in->catalog, object->rel, it->privilege, it->grantee) ||
           (live &&
            (str_eq(it->grantee, live->owner) ||
             build_has_grant(build_live_grants(c, live, green), it->grantee, it->privilege)));
}

/* What people said of production, which LIVE is: not what Git said before. */
static const char *kept_comment(const Comparison *c, const CatalogObject *live,
                                const DesiredNode *green, const char *column)
{
    bool left = !live || noted_comment_left(c->in->record, live, green, column);
    return left ? NULL : catalog_comment(live, column);
}

/* Green would have a comment on COLUMN (NULL: on itself) if it were made now: declared, or production's. One on itself is
 * given anew when it is another, those of columns are not. */
static bool is_expected_comment(const Comparison *c, const DesiredNode *green, const char *column,
                                const char *text)
{
    const char *have = kept_comment(c, live_of(c, green), green, column);
    return desired_describes(green, column) || (have && (!column || str_eq(have, text)));
}

bool build_brings_more(const Comparison *c, const CatalogObject *object, const DesiredNode *green)
{
    vec_each (CatalogGrant, it, &object->grants) {
        if (!is_expected_grant(c, object, green, it)) {
            return true;
        }
    }
    vec_each (CatalogColumnComment, it, &object->column_comments) {
        if (!is_expected_comment(c, green, it->column, it->text)) {
            return true;
        }
    }
    return !str_empty(object->comment) && !is_expected_comment(c, green, NULL, object->comment);
}

const CatalogGrants *build_live_grants(const Comparison *c, const CatalogObject *live,
                                       const DesiredNode *node)
{
    CatalogGrants *kept = arena_make(c->arena, CatalogGrants);
    vec_each (CatalogGrant, it, &live->grants) {
        if (!noted_grant_left(c->in->record, c->in->catalog, live, node, it)) {
            vec_push(c->arena, kept, *it);
        }
    }
    return kept;
}

static void want_grant(Comparison *c, const Twin *twin, const char *grantee, const char *privilege)
{
    bool system = str_starts(grantee, "mz_");
    bool owners = str_eq(grantee, twin->green_owner) || str_eq(grantee, twin->live_owner);
    if (system || owners || !build_fits_kind(twin->kind, privilege) ||
        build_has_grant(twin->green_grants, grantee, privilege)) {
        return;
    }
    vec_push(c->arena, &c->build->missing,
             (Step){.kind = STEP_GRANT,
                    .object_kind = twin->kind,
                    .rel = twin->green,
                    .privilege = privilege,
                    .grantee = grantee});
}

static void copy_grants(Comparison *c, const Twin *twin)
{
    if (!twin->live_grants) {
        return;
    }
    vec_each (CatalogGrant, it, twin->live_grants) {
        want_grant(c, twin, it->grantee, it->privilege);
    }
}

/* The owner comes last of all: without ownership nothing else could be set. */
static void copy_owner(Comparison *c, const Twin *twin)
{
    if (!twin->live_owner || str_eq(twin->live_owner, twin->green_owner) ||
        str_starts(twin->live_owner, "mz_")) {
        return;
    }
    vec_push(c->arena, &c->owners,
             (Step){.kind = STEP_OWNER,
                    .object_kind = twin->kind,
                    .rel = twin->green,
                    .owner = twin->live_owner});
}

static void want_comment(Comparison *c, const char *kind, RelName rel, const char *column,
                         const char *have, const char *want)
{
    if (want && !str_eq(have, want)) {
        vec_push(c->arena, &c->build->missing,
                 (Step){.kind = STEP_COMMENT,
                        .object_kind = kind,
                        .rel = rel,
                        .column = column,
                        .text = want});
    }
}

static void compare_schema_traits(Comparison *c, const PlanContainer *container)
{
    const Catalog *catalog = c->in->catalog;
    const CatalogSchema *green = catalog_schema(catalog, container->database, container->green);
    const CatalogSchema *live = catalog_schema(catalog, container->database, container->name);
    if (!green) {
        return;
    }
    Twin twin = {.kind = "schema",
                 .green = {.database = green->database, .name = green->name},
                 .green_owner = green->owner,
                 .live_owner = live ? owner_to_have(c, "schema", live->id, live->owner) : NULL,
                 .green_grants = &green->grants,
                 .live_grants = live ? &live->grants : NULL};
    copy_grants(c, &twin);
    copy_owner(c, &twin);
    want_comment(c, "schema", twin.green, NULL, green->comment, c->in->container_comment);
}

static void compare_cluster_traits(Comparison *c, const PlanContainer *container)
{
    const CatalogCluster *green = catalog_cluster(c->in->catalog, container->green);
    const CatalogCluster *live = catalog_cluster(c->in->catalog, container->name);
    if (!green) {
        return;
    }
    Twin twin = {.kind = "cluster",
                 .green = {.name = green->name},
                 .green_owner = green->owner,
                 .live_owner = live ? owner_to_have(c, "cluster", live->id, live->owner) : NULL,
                 .green_grants = &green->grants,
                 .live_grants = live ? &live->grants : NULL};
    copy_grants(c, &twin);
    copy_owner(c, &twin);
    want_comment(c, "cluster", twin.green, NULL, green->comment, c->in->container_comment);
}

/* What somebody said of production's indexes stays with them. */
static void compare_index_comments(Comparison *c, const DesiredNode *green, const DesiredNode *node)
{
    vec_each (DesiredIndex, it, &green->indexes) {
        RelName rel = {green->rel.database, green->rel.schema, it->name};
        const CatalogObject *index = catalog_object(c->in->catalog, rel);
        const CatalogObject *live = catalog_object(
            c->in->catalog, (RelName){node->rel.database, node->rel.schema, it->name});
        if (index && live && index != live && !map_get(&c->stale_ids, index->id)) {
            want_comment(c, "index", rel, NULL, index->comment, live->comment);
        }
    }
}

/* Declared, or else production's (LIVE may be NULL). Those of columns are set when the relation is finished, since a
 * column may have gone. */
static void compare_comment(Comparison *c, const DesiredNode *green, const CatalogObject *object,
                            const CatalogObject *live)
{
    const char *wanted = kept_comment(c, live, green, NULL);
    vec_each (DesiredComment, it, &((DesiredNode *)green)->comments) {
        wanted = it->column ? wanted : it->text;
    }
    want_comment(c, object->kind, green->rel, NULL, object->comment, wanted);
}

static void compare_node_traits(Comparison *c, const DesiredNode *green)
{
    const DesiredNode *node = map_get(&c->in->production->node_by_id, green->id);
    const CatalogObject *object = catalog_object(c->in->catalog, green->rel);
    const CatalogObject *live = catalog_object(c->in->catalog, node->rel);
    const PlanBeside *beside = build_beside(c, green->rel);
    if (beside && beside->replaces) {
        return; /* owner and grants stay with the one that is replaced, comments are given anew */
    }
    compare_index_comments(c, green, node);
    if (!object || relname_eq(green->rel, node->rel) || map_get(&c->stale_ids, object->id)) {
        return;
    }
    Twin twin = {.kind = object->kind,
                 .green = green->rel,
                 .green_owner = object->owner,
                 .live_owner = live ? owner_to_have(c, live->kind, live->id, live->owner) : NULL,
                 .green_grants = &object->grants,
                 .live_grants = live ? build_live_grants(c, live, green) : NULL};
    copy_grants(c, &twin);
    vec_each (DesiredGrant, it, &green->grants) {
        want_grant(c, &twin, it->grantee, it->privilege);
    }
    compare_comment(c, green, object, live);
    copy_owner(c, &twin);
}

bool build_has_default(const Catalog *catalog, const CatalogDefault *wanted, const char *schema)
{
    vec_each (CatalogDefault, it, &catalog->defaults) {
        if (str_eq(it->schema, schema) && str_eq(it->database, wanted->database) &&
            str_eq(it->owner, wanted->owner) && str_eq(it->object_type, wanted->object_type) &&
            str_eq(it->grantee, wanted->grantee) && str_eq(it->privilege, wanted->privilege)) {
            return true;
        }
    }
    return false;
}

void build_compare_traits(Comparison *c)
{
    vec_each (PlanContainer, it, &c->in->plan->clusters) {
        if (it->wanted) {
            compare_cluster_traits(c, it);
        }
    }
    vec_each (PlanContainer, it, &c->in->plan->schemas) {
        if (it->wanted) {
            compare_schema_traits(c, it);
        }
    }
    vec_each (DesiredNode, it, &c->in->green->nodes) {
        compare_node_traits(c, it);
    }
    vec_each (Step, it, &c->owners) {
        vec_push(c->arena, &c->build->missing, *it);
    }
}
