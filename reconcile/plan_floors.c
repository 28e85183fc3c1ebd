/* Refusals because of floors that no gate can meet: what the controller's file forbids, no permit lifts. */
#include "plan_internal.h"

#include "cutover/str.h"

/* ---- what may be touched ---- */

static const char *globs_text(Closure *c, const FloorGlobs *globs)
{
    StrVec lists = {0};
    vec_each (const StrVec, it, globs) {
        vec_push(c->arena, &lists, str_join(c->arena, it, ", "));
    }
    return str_join(c->arena, &lists, "; and ");
}

static void check_touched(Closure *c, const char *kind, const FloorGlobs *globs, const char *name,
                          const char *because)
{
    if (floors_allow(globs, name)) {
        return;
    }
    plan_refuse(c, "CO4140", arena_printf(c->arena, "%s %s", kind, name),
                arena_printf(c->arena, "%s %s must not be touched (%s)", kind, name, because),
                arena_printf(c->arena,
                             "the policy of environment %s in the controller's file allows: %s\n"
                             "ways out:  give what changes another %s in the project,\n"
                             "           or let whoever runs the controller allow it: `%ss` of the "
                             "policy",
                             c->in->environment->name, globs_text(c, globs), kind, kind));
}

static void check_schema(Closure *c, const char *database, const char *name, const char *because)
{
    check_touched(c, "schema", &c->in->floors->schemas,
                  arena_printf(c->arena, "%s.%s", database, name), because);
}

static void check_object(Closure *c, const PlanObject *object)
{
    const Floors *floors = c->in->floors;
    const char *text =
        arena_printf(c->arena, "%s %s", object->kind,
                     relname_text(c->arena, object->rel, c->in->desired->default_database));
    bool cluster = str_eq(object->kind, "cluster");
    if (object->rel.database && !cluster) {
        bool schema = str_eq(object->kind, "schema");
        const char *name = schema ? object->rel.name : object->rel.schema;
        check_schema(c, object->rel.database, name, text);
    }
    const char *on = cluster ? object->rel.name : object->cluster;
    if (on) {
        check_touched(c, "cluster", &floors->clusters, on, text);
    }
}

static void check_places(Closure *c)
{
    vec_each (PlanContainer, it, &c->plan->schemas) {
        check_schema(c, it->database, it->name, it->reason);
    }
    vec_each (PlanContainer, it, &c->plan->clusters) {
        check_touched(c, "cluster", &c->in->floors->clusters, it->name, it->reason);
    }
    vec_each (PlanObject, it, &c->plan->objects) {
        check_object(c, it);
    }
}

/* ---- what a cluster may cost ---- */

static void check_price(Closure *c, const char *name, const char *size, int64_t replicas)
{
    double credits = catalog_credits(c->in->catalog, size) * (double)(replicas < 0 ? 1 : replicas);
    if (credits > c->in->floors->max_size) {
        plan_refuse(c, "CO4141", name,
                    arena_printf(c->arena,
                                 "cluster %s (%s x %lld) costs %.1f credits an hour, the policy's "
                                 "max_size is %.1f",
                                 name, size, (long long)(replicas < 0 ? 1 : replicas), credits,
                                 c->in->floors->max_size),
                    "way out:  a smaller size or fewer replicas in cutover.yaml");
    }
}

static void check_prices(Closure *c)
{
    vec_each (ClusterConfig, it, &c->in->environment->clusters) {
        if (it->size) {
            check_price(c, it->name, it->size, it->replication_factor);
        }
    }
    vec_each (PlanContainer, it, &c->plan->clusters) {
        if (it->wanted && it->size) {
            check_price(c, it->name, it->size, it->replication_factor);
        }
    }
}

/* ---- checks and hooks ---- */

static void check_checks(Closure *c)
{
    vec_each (const char *, it, &c->in->floors->checks) {
        if (c->in->config && !config_check(c->in->config, *it)) {
            plan_refuse(c, "CO4142", *it,
                        arena_printf(c->arena,
                                     "the policy demands check %s, which is not in cutover.yaml",
                                     *it),
                        arena_printf(c->arena, "way out:  restore checks.%s in cutover.yaml", *it));
        }
    }
}

static void check_hooks(Closure *c)
{
    vec_each (Item, it, &c->items) {
        if (it->node->hooks.count) {
            plan_refuse(
                c, "CO4143", it->node->id,
                arena_printf(c->arena, "%s has a hook, and the policy denies hooks",
                             it->node->file ? it->node->file : plan_item_name(c, it)),
                "only hooks that are one CREATE INDEX, GRANT or COMMENT are read as "
                "declarations\n"
                "way out:  take it out, or declare what it does by `indexes`, `grants` or a "
                "description");
        }
    }
}

void plan_check_floors(Closure *c)
{
    const Floors *floors = c->in->floors;
    if (!floors) {
        return;
    }
    check_places(c);
    if (floors->max_size > 0) {
        check_prices(c);
    }
    check_checks(c);
    if (floors->no_hooks) {
        check_hooks(c);
    }
}
