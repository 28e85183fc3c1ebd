/*
 * Who reads green in a canary: for as long as that lasts the roles of `canary.grant` may, and before the cutover what
 * they were granted is taken back, or it would arrive in production. Whom a canary ever let in, the record knows.
 */
#include "build_internal.h"

#include "cutover/str.h"

/* Something of green that can be read. */
typedef struct Door {
    const char *kind; /* schema, cluster, or as mz_objects.type */
    RelName green;
    const char *privilege, *owner;
    const CatalogGrants *grants, *live_grants; /* live_grants NULL: there is no counterpart */
    const DesiredNode *node;                   /* of a relation */
} Door;

static void add_step(Comparison *c, const Door *door, StepKind kind, const char *role)
{
    vec_push(c->arena, &c->build->canary,
             (Step){.kind = kind,
                    .object_kind = door->kind,
                    .rel = door->green,
                    .privilege = door->privilege,
                    .grantee = role});
}

/* ROLE has it in production, or will: that is no matter of the canary. */
static bool has_it_anyway(const Comparison *c, const Door *door, const char *role)
{
    bool relation = str_eq(door->privilege, "SELECT");
    return str_eq(role, door->owner) ||
           (door->node && desired_grants(door->node, role, door->privilege)) ||
           (relation &&
            catalog_gives_by_default(c->in->catalog, door->green, door->privilege, role)) ||
           (door->live_grants && build_has_grant(door->live_grants, role, door->privilege));
}

static void compare(Comparison *c, const Door *door)
{
    static const StrVec nobody = {0};
    const StrVec *guests = c->in->canary ? &c->in->environment->canary_grant : &nobody;
    vec_each (const char *const, role, guests) {
        if (!str_eq(*role, door->owner) && !build_has_grant(door->grants, *role, door->privilege)) {
            add_step(c, door, STEP_GRANT, *role);
        }
    }
    vec_each (const char *, role, &c->in->record->canary_roles) {
        bool in = build_has_grant(door->grants, *role, door->privilege);
        if (in && !str_in(guests, *role) && !has_it_anyway(c, door, *role)) {
            add_step(c, door, STEP_REVOKE, *role);
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
    if (!c->in->canary && !c->in->record->canary_roles.count) {
        return;
    }
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

static void compare_kept(Comparison *c, const Leftover *green)
{
    vec_each (const CatalogCluster *, it, &green->clusters) {
        compare(c, &(Door){.kind = "cluster",
                           .green = {.name = (*it)->name},
                           .privilege = "USAGE",
                           .owner = (*it)->owner,
                           .grants = &(*it)->grants});
    }
    vec_each (const CatalogSchema *, it, &green->schemas) {
        compare(c, &(Door){.kind = "schema",
                           .green = {.database = (*it)->database, .name = (*it)->name},
                           .privilege = "USAGE",
                           .owner = (*it)->owner,
                           .grants = &(*it)->grants});
    }
    vec_each (const CatalogObject *, it, &green->objects) {
        if (!str_eq((*it)->kind, "index")) {
            compare(c, &(Door){.kind = (*it)->kind,
                               .green = (*it)->rel,
                               .privilege = "SELECT",
                               .owner = (*it)->owner,
                               .grants = &(*it)->grants});
        }
    }
}

/* What a role has in production or by the project is taken as well: whoever builds on with this green gives it again. */
Build *build_shut_out(Arena *arena, const Catalog *catalog, const Record *record,
                      const Leftover *green)
{
    Build *build = arena_make(arena, Build);
    BuildInput input = {.catalog = catalog, .record = record};
    Comparison c = {.arena = arena, .in = &input, .build = build};
    if (record->canary_roles.count) {
        compare_kept(&c, green);
    }
    return build;
}
