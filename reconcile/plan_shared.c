/* No schema and no cluster may belong to two environments: told at load by what they own, in a plan by what is there. */
#include "plan_internal.h"

#include "cutover/owners.h"
#include "cutover/str.h"

#define SHARED_HINT "way out:  give each environment schemas and clusters of its own"

static const char *shared_text(Arena *arena, const PlanOwned *owned, const char *one,
                               const char *other)
{
    return arena_printf(arena, "%s %s is owned by environments %s and %s",
                        container_kind(!owned->database), owned->name, one, other);
}

/* ---- at load ---- */

static const char *owned_key(Arena *arena, const PlanOwned *owned)
{
    return owned->database ? schema_key(arena, owned->database, owned->name)
                           : arena_printf(arena, "cluster:%s", owned->name);
}

void plan_find_shared(Arena *arena, const PlanClaims *claims, Diags *diags)
{
    Map owner = {0};
    vec_each (PlanClaim, claim, claims) {
        vec_each (PlanOwned, it, &claim->owned) {
            const PlanClaim *first = map_put(arena, &owner, owned_key(arena, it), claim);
            if (first) {
                Diag *diag =
                    diag_add(diags, DIAG_ERROR, "CO4104", "%s",
                             shared_text(arena, it, first->environment, claim->environment));
                diag->object = it->name;
                diag->hint = SHARED_HINT;
            }
        }
    }
}

/* ---- in a plan ---- */

static const char *id_of(const Place *place)
{
    return place->schema ? place->schema->id : place->cluster ? place->cluster->id : NULL;
}

static const char *target_of(const EnvironmentConfig *e)
{
    return e->target ? e->target : e->name;
}

static bool chooses(const EnvironmentConfig *e)
{
    return e->selection && (e->selection->include.count || e->selection->exclude.count);
}

/* Of one project for one target each may deploy a part of its own: then it is judged by what they own, here when that
 * is known, and at load. */
static bool may_share_target(const Closure *c, const EnvironmentConfig *other)
{
    for (size_t i = 0; c->in->others && i < c->in->others->count; i++) {
        if (str_eq(c->in->others->items[i].environment, other->name)) {
            return true;
        }
    }
    return chooses(c->in->environment) || chooses(other);
}

static void check_environment(Closure *c, const EnvironmentConfig *other)
{
    const EnvironmentConfig *e = c->in->environment;
    if (str_eq(target_of(e), target_of(other)) && !e->vars && !other->vars &&
        !may_share_target(c, other)) {
        plan_refuse(c, "CO4104", other->name,
                    arena_printf(c->arena,
                                 "environments %s and %s both deploy target %s: they would own the "
                                 "same schemas",
                                 e->name, other->name, target_of(e)),
                    "way out:  give each environment a `target` of its own in cutover.yaml");
        return;
    }
    vec_each (ClusterConfig, it, &other->clusters) {
        if (map_get(&c->cluster_by_name, it->name)) {
            plan_refuse(c, "CO4104", it->name,
                        arena_printf(c->arena, "cluster %s is owned by environments %s and %s",
                                     it->name, e->name, other->name),
                        "way out:  give each environment clusters of its own");
        }
    }
}

/* It says that we deployed it, and our record does not know it: whoever looks into another database finds no record. */
static void check_own(Closure *c, const Place *place, const char *kind)
{
    const char *database =
        owner_marked_elsewhere(c->arena, c->in->catalog, c->in->environment->name);
    if (database && c->in->live_generation <= 0) {
        plan_refuse(c, "CO4104", place->name,
                    arena_printf(c->arena,
                                 "%s %s belongs to environment %s, whose record is in database %s",
                                 kind, place->name, c->in->environment->name, database),
                    arena_printf(c->arena,
                                 "way out:  connect to database %s; another environment of this "
                                 "name needs schemas and clusters of its own",
                                 database));
    }
}

/* The environment that deployed PLACE as it says itself, unless our record has it; or NULL. */
static const char *claimed_by(const Closure *c, const Place *place)
{
    const char *comment = place->schema    ? place->schema->comment
                          : place->cluster ? place->cluster->comment
                                           : NULL;
    const char *owner = comment_environment(c->arena, comment);
    const char *kind = container_kind(place->is_cluster);
    return owner && !record_object(c->in->record, kind, id_of(place)) ? owner : NULL;
}

const char *plan_other_environment(const Closure *c, const Place *place)
{
    const char *owner = claimed_by(c, place);
    return str_eq(owner, c->in->environment->name) ? NULL : owner;
}

static void check_owner(Closure *c, const Place *place)
{
    const char *kind = container_kind(place->is_cluster);
    const char *other = plan_other_environment(c, place);
    if (other) {
        plan_refuse(
            c, "CO4104", place->name,
            arena_printf(c->arena, "%s %s belongs to environment %s", kind, place->name, other),
            arena_printf(c->arena,
                         "ways out:  if %s was renamed, give it its name back in cutover.yaml\n"
                         "           if it is no more and nobody reads this, drop it\n"
                         "           else give each environment schemas and clusters of its own",
                         other));
    } else if (claimed_by(c, place)) {
        check_own(c, place, kind);
    }
}

/* What the record knows is ours stays ours, whoever else claims it: that one is refused. */
static void check_claim(Closure *c, const PlanClaim *claim, const PlanOwned *owned)
{
    const char *kind = container_kind(!owned->database);
    const Place *place =
        owned->database
            ? map_get(&c->schema_by_key, schema_key(c->arena, owned->database, owned->name))
            : map_get(&c->cluster_by_name, owned->name);
    const char *id = place ? id_of(place) : NULL;
    if (!place || (id && record_object(c->in->record, kind, id))) {
        return;
    }
    plan_refuse(c, "CO4104", owned->name,
                shared_text(c->arena, owned, c->in->environment->name, claim->environment),
                SHARED_HINT);
}

static void check_claims(Closure *c)
{
    for (size_t i = 0; c->in->others && i < c->in->others->count; i++) {
        const PlanClaim *claim = &c->in->others->items[i];
        for (size_t k = 0; k < claim->owned.count; k++) {
            check_claim(c, claim, &claim->owned.items[k]);
        }
    }
}

static void check_environments(Closure *c)
{
    for (size_t i = 0; c->in->config && i < c->in->config->environments.count; i++) {
        const EnvironmentConfig *other = &c->in->config->environments.items[i];
        if (!str_eq(other->name, c->in->environment->name)) {
            check_environment(c, other);
        }
    }
}

void plan_check_shared(Closure *c)
{
    map_each (it, &c->schema_by_key) {
        check_owner(c, it->value);
    }
    map_each (it, &c->cluster_by_name) {
        check_owner(c, it->value);
    }
    check_environments(c);
    check_claims(c);
}
