/*
 * The other way to change a materialized view: a replacement hydrates beside it on its own cluster, and takes its place
 * in one statement. Whatever reads the view goes on without being built anew. That statement cannot share a transaction
 * with the marker, so that at most one view is replaced and nothing else may change for readers with it; and a
 * replacement cannot be read before, so that nothing may want to test it (docs/design.md section 4). A seed whose
 * rows change is changed in the same way: they wait in a table beside it, which its own tests may read.
 */
#include "plan_internal.h"

#include "cutover/str.h"

/* ---- which ---- */

static bool can_be_replaced(const Closure *c, const Item *it)
{
    const CatalogCluster *cluster =
        it->node->cluster ? catalog_cluster(c->in->catalog, it->node->cluster) : NULL;
    if (it->state != ITEM_CHANGED || it->why.cause != CAUSE_CHANGED ||
        !str_eq(it->live->kind, node_kind_catalog(it->node->kind))) {
        return false;
    }
    return it->node->kind == NODE_SEED || (it->node->kind == NODE_MATERIALIZED_VIEW && cluster &&
                                           str_eq(cluster->id, it->live->cluster_id));
}

static const Item *first_candidate(const Closure *c)
{
    vec_each (Item, it, &c->items) {
        if (can_be_replaced(c, it)) {
            return it;
        }
    }
    return NULL;
}

/* ---- what stands against it ---- */

/* The server has said no to this very replacement; green is built instead. */
static const char *refused_before(const Closure *c, const Item *item)
{
    const RecordDeployment *d = c->in->deployment;
    const RecordResult *refused = d ? record_result(d, "replacement") : NULL;
    const char *text = refused ? refused->text : NULL;
    bool said = text && item->node->kind != NODE_SEED;
    return said ? arena_printf(c->arena, "the server does not take it: %s", text) : text;
}

/* ID and whatever in the project reads it, directly or not: nodes come after their inputs. */
static Map readers_of(const Closure *c, const char *id)
{
    Map found = {0};
    map_put(c->arena, &found, id, c);
    vec_each (DesiredNode, it, &c->in->desired->nodes) {
        vec_each (const char *, input, &it->depends) {
            if (map_get(&found, *input)) {
                map_put(c->arena, &found, it->id, it);
            }
        }
    }
    return found;
}

/* Those that would have to read what is not there before: of a seed its rows are. */
static size_t count_tests(const Closure *c, const Item *item)
{
    Map readers = readers_of(c, item->node->id);
    size_t tests = 0;
    vec_each (DesiredTest, it, &c->in->desired->tests) {
        bool reads = false;
        vec_each (const char *, id, &it->depends) {
            bool there = item->node->kind == NODE_SEED && str_eq(*id, item->node->id);
            reads |= !there && map_get(&readers, *id);
        }
        tests += reads;
    }
    return tests;
}

static const char *gates(const Closure *c, const Item *item)
{
    const EnvironmentConfig *e = c->in->environment;
    size_t tests = e->tests ? count_tests(c, item) : 0;
    size_t checks = e->checks_given ? e->checks.count : c->in->config->checks.count;
    if (tests || checks || e->canary) {
        bool of_tests = tests > 0, of_checks = !tests && checks;
        size_t n = of_tests ? tests : checks;
        const char *what = of_tests    ? arena_printf(c->arena, "%zu test%s", n, n > 1 ? "s" : "")
                           : of_checks ? arena_printf(c->arena, "%zu check%s", n, n > 1 ? "s" : "")
                                       : "the canary";
        bool many = (of_tests || of_checks) && n > 1;
        const char *rule =
            item->node->kind == NODE_SEED
                ? "%s want%s to see before the cutover what its rows change"
                : "%s read%s it before the cutover, which a replacement does not allow";
        return arena_printf(c->arena, rule, what, many ? "" : "s");
    }
    return c->in->floors && c->in->floors->soak ? "the controller's file asks for a soak"
           : item->node->hooks.count            ? "its hooks run on green"
                                                : NULL;
}

/* An APPLY REPLACEMENT takes the comments of both along; those in Git are given anew. */
static const char *foreign_comment(const Item *item)
{
    size_t known = 0, have = !str_empty(item->live->comment);
    vec_each (CatalogColumnComment, it, &item->live->column_comments) {
        have += !str_empty(it->text);
    }
    vec_each (DesiredComment, it, &item->node->comments) {
        known += !str_empty(catalog_comment(item->live, it->column));
    }
    return have > known ? "it has comments that are not in Git, which would be lost" : NULL;
}

/* Reads a table or a source, at whatever depth: what is constant has come to its end, and is never replaced. */
static bool lives(const Closure *c, const CatalogObject *object, Map *seen)
{
    vec_each (const char *, id, &object->reads) {
        const CatalogObject *input = catalog_object_by_id(c->in->catalog, *id);
        if (!input || map_put(c->arena, seen, *id, input)) {
            continue;
        }
        if (str_eq(input->kind, "table") || str_eq(input->kind, "source") ||
            lives(c, input, seen)) {
            return true;
        }
    }
    return false;
}

static const char *live_reader(const Closure *c, const Item *item)
{
    const Objects *readers = map_get(&c->readers, item->live->id);
    for (size_t i = 0; readers && i < readers->count; i++) {
        if (str_eq(readers->items[i]->kind, "sink")) {
            return arena_printf(c->arena, "sink %s reads it",
                                plan_object_name(c, readers->items[i]));
        }
    }
    Map seen = {0};
    return lives(c, item->live, &seen) ? NULL : "it is constant";
}

static const char *if_new_input(const Closure *c, const Item *item, RelName rel)
{
    const CatalogObject *input = catalog_object(c->in->catalog, rel);
    return input && str_in(&item->live->reads, input->id)
               ? NULL
               : arena_printf(c->arena,
                              "it reads %s, which it did not, and whether its owner may is only "
                              "seen on green",
                              relname_text(c->arena, rel, c->in->desired->default_database));
}

/* Nobody can read a replacement before it is applied, so nobody sees whether its owner has the rights for it. */
static const char *new_input(const Closure *c, const Item *item)
{
    const Catalog *catalog = c->in->catalog;
    const char *why = NULL;
    if (!catalog->rbac || catalog->superuser) {
        return NULL;
    }
    vec_each (const char *, id, &item->node->depends) {
        const DesiredNode *input = map_get(&c->in->desired->node_by_id, *id);
        why = !why && input ? if_new_input(c, item, input->rel) : why;
    }
    vec_each (const RelName, rel, &item->node->reads) {
        why = why ? why : if_new_input(c, item, *rel);
    }
    return why;
}

static const char *hindrance(const Closure *c, const Item *item)
{
    const char *why = refused_before(c, item);
    why = why ? why : gates(c, item);
    if (item->node->kind == NODE_SEED) {
        return why;
    }
    why = why ? why : foreign_comment(item);
    why = why ? why : new_input(c, item);
    return why ? why : live_reader(c, item);
}

const DesiredNode *plan_replaceable(Closure *c)
{
    bool allowed = str_eq(config_replace(c->in->environment), "cheaper");
    const Item *item = allowed && !c->replaced ? first_candidate(c) : NULL;
    const char *why = item ? hindrance(c, item) : NULL;
    if (why) {
        c->plan->replacement.why =
            arena_printf(c->arena, "%s is built on green: %s", plan_item_name(c, item), why);
    }
    return item && !why ? item->node : NULL;
}

/* ---- whether it pays ---- */

/* What would change with the replacement, first of all what changes by itself; grants, comments and sizes may follow it. */
static const PlanObject *something_else(const Plan *there)
{
    const PlanObject *rebuilt = NULL;
    vec_each (PlanObject, it, &there->objects) {
        if (plan_is_trait(it) || (!it->index && it->node == there->replacement.node)) {
            continue;
        }
        if (it->action != PLAN_REBUILD) {
            return it;
        }
        rebuilt = rebuilt ? rebuilt : it;
    }
    return rebuilt;
}

static bool is_alone(const Plan *there)
{
    return !something_else(there) && there->besides.count == 1 && !there->schemas.count &&
           !there->clusters.count;
}

/* What green would build beside the view itself. */
static const char *saved(Arena *arena, const Plan *green)
{
    size_t n = green->green + green->green_indexes, clusters = 0;
    vec_each (PlanContainer, it, &green->clusters) {
        clusters += it->wanted;
    }
    return arena_printf(arena, "green would build %zu objects on %zu cluster%s", n, clusters,
                        clusters == 1 ? "" : "s");
}

bool plan_prefers_replacement(Arena *arena, Plan *there, Plan *green)
{
    const DesiredNode *node = green->replacement.node;
    const char *name = relname_text(arena, node->rel, green->default_database);
    bool refused = green->outcome == PLAN_REFUSED;
    const char *why = NULL;
    there->replacement.node = node;
    green->replacement.node = NULL;
    if (!is_alone(there)) {
        const PlanObject *other = something_else(there);
        why = other ? arena_printf(arena, "%s changes with it", other->rel.name)
                    : "something else changes with it";
    } else if (there->outcome == PLAN_REFUSED) {
        return false;
    } else if (!refused && green->green + green->green_indexes == 1) {
        why = "nothing else would be built with it";
    }
    if (why) {
        green->replacement.why = arena_printf(arena, "%s is built on green: %s", name, why);
        return false;
    }
    const char *way = node->kind == NODE_SEED
                          ? "%s gets its rows in place as long as one statement can do it: %s"
                          : "%s is replaced in place as long as its columns stay the same: %s";
    const char *otherwise = refused
                                ? arena_printf(arena, "green cannot be built: %s",
                                               diags_first(&green->diags, DIAG_REFUSED)->message)
                                : saved(arena, green);
    there->replacement.otherwise = otherwise;
    there->replacement.why = arena_printf(arena, way, name, otherwise);
    return true;
}

bool plan_stays_in_place(Arena *arena, const Plan *plan, const PlanColumns *columns)
{
    const DesiredNode *node = plan->replacement.node;
    const char *name = node ? relname_text(arena, node->rel, plan->default_database) : NULL;
    for (size_t i = 0; name && columns && i < columns->count; i++) {
        const RelationColumns *it = &columns->items[i];
        if (!it->why && node->kind != NODE_SEED && str_eq(it->object, name)) {
            return false;
        }
    }
    return node != NULL;
}

const char *plan_way_why(Arena *arena, const Plan *plan, const PlanColumns *columns)
{
    const DesiredNode *node = plan->replacement.node;
    if (!node || plan_stays_in_place(arena, plan, columns)) {
        return plan->replacement.why;
    }
    return arena_printf(arena,
                        "%s goes green as soon as the server is asked: its columns change, which a "
                        "replacement does not allow; %s",
                        relname_text(arena, node->rel, plan->default_database),
                        plan->replacement.otherwise);
}
