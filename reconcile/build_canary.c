/*
 * Who reads green in a canary: for as long as that lasts the roles of `canary.grant` may, and before the cutover what
 * they were granted is taken back, or it would arrive in production. Whom a canary ever let in, the record knows.
 * What green was given since production gave it, and a person has taken from production since, is taken from green likewise.
 */
#include "build_internal.h"

#include "cutover/str.h"

/* Something of green that can be read. */
typedef struct Door {
    const char *kind; /* schema, cluster, or as mz_objects.type */
    const char *id;   /* NULL: it is known by its name alone */
    RelName green;
    const char *privilege, *owner;
    const CatalogGrants *grants, *live_grants; /* live_grants NULL: there is no counterpart */
    const DesiredNode *node;                   /* of a relation */
} Door;

static void add_step(Comparison *c, const Door *door, StepKind kind, const char *role,
                     const char *privilege)
{
    vec_push(c->arena, &c->build->canary,
             (Step){.kind = kind,
                    .object_kind = door->kind,
                    .rel = door->green,
                    .id = door->id,
                    .privilege = privilege,
                    .grantee = role});
}

static bool is_noted(const Comparison *c, const Door *door, const char *role)
{
    const RecordDeployment *d = c->in->deployment;
    return !record_result(d, build_guest_check(c->arena, role)) ||
           record_result(d, build_keeps_check(c->arena, door->kind, door->id, role));
}

/* Production gives IT too, or will: that is no matter of the canary. */
static bool is_given_anyway(const Comparison *c, const Door *door, const CatalogGrant *it)
{
    const char *role = it->grantee, *privilege = it->privilege;
    bool relation = door->green.schema;
    return str_eq(role, door->owner) || (c->late && is_noted(c, door, role)) ||
           (door->node && desired_grants(door->node, role, privilege)) ||
           (relation && catalog_gives_by_default(c->in->catalog, door->green, privilege, role)) ||
           (door->live_grants && build_has_grant(door->live_grants, role, privilege));
}

/* Green was given it when production gave it, which it does no more; where production has nothing of the name, a person may
 * have given it to green for the time when it is live. */
static bool may_be_outdated(const Comparison *c, const Door *door, const CatalogGrant *it)
{
    return door->live_grants && !str_starts(it->grantee, "mz_") &&
           !str_eq(it->grantee, c->in->catalog->role) && build_fits_kind(door->kind, it->privilege);
}

static void compare(Comparison *c, const Door *door)
{
    static const StrVec nobody = {0};
    const StrVec *guests = c->in->canary ? &c->in->environment->canary_grant : &nobody;
    vec_each (const char *const, role, guests) {
        if (!str_eq(*role, door->owner) && !build_has_grant(door->grants, *role, door->privilege)) {
            add_step(c, door, STEP_GRANT, *role, door->privilege);
        }
    }
    vec_each (const CatalogGrant, it, door->grants) {
        bool lets_in = str_eq(it->privilege, door->privilege);
        bool welcome = lets_in && str_in(guests, it->grantee);
        bool guest = lets_in && str_in(&c->in->record->canary_roles, it->grantee);
        if (!welcome && (guest || may_be_outdated(c, door, it)) && !is_given_anyway(c, door, it)) {
            add_step(c, door, STEP_REVOKE, it->grantee, it->privilege);
        }
    }
}

static void compare_cluster(Comparison *c, const PlanContainer *container)
{
    const CatalogCluster *green = catalog_cluster(c->in->catalog, container->green);
    const CatalogCluster *live = catalog_cluster(c->in->catalog, container->name);
    if (container->wanted && green) {
        compare(c, &(Door){.kind = "cluster",
                           .green = {.name = green->name},
                           .privilege = "USAGE",
                           .owner = green->owner,
                           .grants = &green->grants,
                           .live_grants = live ? &live->grants : NULL});
    }
}

static void compare_schema(Comparison *c, const PlanContainer *container)
{
    const Catalog *catalog = c->in->catalog;
    const CatalogSchema *green = catalog_schema(catalog, container->database, container->green);
    const CatalogSchema *live = catalog_schema(catalog, container->database, container->name);
    if (container->wanted && green) {
        compare(c, &(Door){.kind = "schema",
                           .green = {.database = green->database, .name = green->name},
                           .privilege = "USAGE",
                           .owner = green->owner,
                           .grants = &green->grants,
                           .live_grants = live ? &live->grants : NULL});
    }
}

static void compare_node(Comparison *c, const DesiredNode *green)
{
    const DesiredNode *node = map_get(&c->in->production->node_by_id, green->id);
    const CatalogObject *object = catalog_object(c->in->catalog, green->rel);
    const CatalogObject *live = catalog_object(c->in->catalog, node->rel);
    bool made = object && !relname_eq(green->rel, node->rel);
    if (made && green->kind <= NODE_SEED && !map_get(&c->stale_ids, object->id)) {
        compare(c, &(Door){.kind = object->kind,
                           .green = green->rel,
                           .privilege = "SELECT",
                           .owner = object->owner,
                           .grants = &object->grants,
                           .live_grants = live ? build_live_grants(c, live, green) : NULL,
                           .node = green});
    }
}

void build_compare_canary(Comparison *c)
{
    vec_each (PlanContainer, it, &c->in->plan->clusters) {
        compare_cluster(c, it);
    }
    vec_each (PlanContainer, it, &c->in->plan->schemas) {
        compare_schema(c, it);
    }
    vec_each (DesiredNode, it, &c->in->green->nodes) {
        compare_node(c, it);
    }
}

/* ---- green that is only kept ---- */

static void compare_place(Comparison *c, CatalogPlace place, const char *privilege)
{
    compare(c, &(Door){.kind = place.kind,
                       .id = place.id,
                       .green = place.rel,
                       .privilege = privilege,
                       .owner = place.owner,
                       .grants = place.grants});
}

static void compare_kept(Comparison *c, const Leftover *green)
{
    vec_each (const CatalogCluster *, it, &green->clusters) {
        compare_place(c, catalog_cluster_place(*it), "USAGE");
    }
    vec_each (const CatalogSchema *, it, &green->schemas) {
        compare_place(c, catalog_schema_place(*it), "USAGE");
    }
    vec_each (const CatalogObject *, it, &green->objects) {
        if (!str_eq((*it)->kind, "index")) {
            compare_place(c, catalog_object_place(*it), "SELECT");
        }
    }
}

static Build *shut_out(Arena *arena, const BuildInput *in, const Leftover *side, bool late)
{
    Build *build = arena_make(arena, Build);
    Comparison c = {.arena = arena, .in = in, .build = build, .late = late};
    if (in->record->canary_roles.count) {
        compare_kept(&c, side);
    }
    return build;
}

/* What a role has in production or by the project is taken as well: whoever builds on with this green gives it again. */
Build *build_shut_out(Arena *arena, const Catalog *catalog, const Record *record,
                      const Leftover *green)
{
    return shut_out(arena, &(BuildInput){.catalog = catalog, .record = record}, green, false);
}

/* ---- what goes live ---- */

char *build_guest_check(Arena *arena, const char *role)
{
    return arena_printf(arena, BUILD_GUEST "%s", role);
}

char *build_keeps_check(Arena *arena, const char *kind, const char *id, const char *role)
{
    return arena_printf(arena, BUILD_KEEPS "%s:%s:%s", kind, id, role);
}

bool build_is_note(const char *check)
{
    return str_starts(check, BUILD_MADE) || str_starts(check, BUILD_GUEST) ||
           str_starts(check, BUILD_KEEPS) || str_starts(check, BUILD_OWED) ||
           str_starts(check, BUILD_RIGHTS);
}

static void add_schema(Arena *arena, const Catalog *catalog, const CatalogSchema *schema,
                       Leftover *side)
{
    vec_push(arena, &side->schemas, schema);
    vec_each (const CatalogObject, it, &catalog->objects) {
        if (str_eq(it->rel.schema, schema->name) && str_eq(it->rel.database, schema->database)) {
            vec_push(arena, &side->objects, it);
        }
    }
}

/* All that NAMES make production, called as before that, or (LIVE) as since then. */
static Leftover side_of(Arena *arena, const Catalog *catalog, const RecordNames *names, bool live)
{
    Leftover side = {0};
    vec_each (const RecordName, it, names) {
        const char *name = live ? it->to : it->from;
        if (it->retired) {
            continue;
        }
        if (str_eq(it->kind, "schema")) {
            const CatalogSchema *schema = catalog_schema(catalog, it->database, name);
            if (schema) {
                add_schema(arena, catalog, schema, &side);
            }
        } else if (str_eq(it->kind, "cluster")) {
            const CatalogCluster *cluster = catalog_cluster(catalog, name);
            if (cluster) {
                vec_push(arena, &side.clusters, cluster);
            }
        } else {
            const CatalogObject *object =
                catalog_object(catalog, (RelName){it->database, it->schema, name});
            if (object) {
                vec_push(arena, &side.objects, object);
            }
        }
    }
    return side;
}

Build *build_find_guests(Arena *arena, const Catalog *catalog, const Record *record,
                         const RecordNames *names)
{
    Leftover side = side_of(arena, catalog, names, false);
    return build_shut_out(arena, catalog, record, &side);
}

Build *build_shut_out_late(Arena *arena, const Catalog *catalog, const Record *record,
                           const RecordDeployment *deployment, bool live)
{
    BuildInput input = {.catalog = catalog, .record = record, .deployment = deployment};
    Leftover side = side_of(arena, catalog, &deployment->cutover_names, live);
    return shut_out(arena, &input, &side, true);
}
