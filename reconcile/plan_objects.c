/* From the closure to the plan's list of objects, each with what is done about it, where, and why. */
#include "plan_internal.h"

#include "cutover/str.h"

static const char *kind_of(NodeKind kind)
{
    static const char *const kinds[] = {[NODE_VIEW] = "view",
                                        [NODE_MATERIALIZED_VIEW] = "materialized_view",
                                        [NODE_SEED] = "seed",
                                        [NODE_SOURCE] = "source",
                                        [NODE_SOURCE_TABLE] = "source_table",
                                        [NODE_SINK] = "sink"};
    return kinds[kind];
}

static const char *text_of(const Closure *c, RelName rel)
{
    return relname_text(c->arena, rel, c->in->desired->default_database);
}

/* ---- green ---- */

static PlanAction index_action(const Closure *c, const Item *item, const DesiredIndex *index)
{
    RelName name = {item->node->rel.database, item->node->rel.schema, index->name};
    const CatalogObject *live = item->live ? catalog_index(c->in->catalog, name) : NULL;
    return !live                                               ? PLAN_CREATE
           : plan_index_holds(c, item->node->rel, index, live) ? PLAN_REBUILD
                                                               : PLAN_CHANGE;
}

static void add_index(Closure *c, const Item *item, const DesiredIndex *index)
{
    PlanObject object = {.id = arena_printf(c->arena, "%s/%s", item->node->id, index->name),
                         .kind = "index",
                         .rel = {item->node->rel.database, item->node->rel.schema, index->name},
                         .cluster = index->cluster,
                         .action = index_action(c, item, index),
                         .where = PLAN_GREEN,
                         .node = item->node,
                         .index = index,
                         .on = plan_item_name(c, item),
                         .file = index->file,
                         .line = index->line};
    plan_add_reasons(c, &object, item);
    vec_push(c->arena, &c->plan->objects, object);
    c->plan->green_indexes++;
}

static void add_green_item(Closure *c, const Item *item)
{
    static const PlanAction actions[] = {
        [ITEM_SAME] = PLAN_REBUILD, [ITEM_CHANGED] = PLAN_CHANGE, [ITEM_NEW] = PLAN_CREATE};
    Plan *plan = c->plan;
    PlanObject object = {.id = item->node->id,
                         .kind = kind_of(item->node->kind),
                         .rel = item->node->rel,
                         .cluster = item->node->cluster,
                         .action = actions[item->state],
                         .where = PLAN_GREEN,
                         .node = item->node,
                         .live = item->live,
                         .file = item->node->file,
                         .line = item->node->line};
    plan_add_reasons(c, &object, item);
    vec_push(c->arena, &plan->objects, object);
    plan->green++;
    plan->changed += item->state == ITEM_CHANGED;
    plan->rebuilt += item->state == ITEM_SAME;
    plan->added += item->state == ITEM_NEW;
    vec_each (DesiredIndex, it, &item->node->indexes) {
        add_index(c, item, it);
    }
}

static void add_green(Closure *c)
{
    vec_each (Item, it, &c->items) {
        if (it->green) {
            add_green_item(c, it);
        }
    }
}

/* ---- in place ---- */

static void add_created(Closure *c, PlanObject object)
{
    object.action = PLAN_CREATE;
    plan_add_in_place(c, object, (PlanReason){.cause = CAUSE_NEW, .text = "new"});
}

static void add_new_places(Closure *c)
{
    map_each (it, &c->cluster_by_name) {
        const Place *place = it->value;
        if (place->declared && !place->green && !place->cluster) {
            add_created(c, (PlanObject){.id = arena_printf(c->arena, "cluster.%s", place->name),
                                        .kind = "cluster",
                                        .rel = {.name = place->name}});
        }
    }
    map_each (it, &c->schema_by_key) {
        const Place *place = it->value;
        if (place->declared && !place->green && !place->schema) {
            const char *id = text_of(c, (RelName){place->database, "schema", place->name});
            add_created(c, (PlanObject){.id = id,
                                        .kind = "schema",
                                        .rel = {.database = place->database, .name = place->name}});
        }
    }
}

static void add_sources(Closure *c)
{
    vec_each (Item, it, &c->items) {
        if (it->rebuildable || it->node->kind == NODE_SINK) {
            continue;
        }
        if (it->state == ITEM_NEW) {
            add_created(c, (PlanObject){.id = it->node->id,
                                        .kind = kind_of(it->node->kind),
                                        .rel = it->node->rel,
                                        .cluster = it->node->cluster,
                                        .node = it->node,
                                        .file = it->node->file,
                                        .line = it->node->line});
        }
    }
}

/* ---- indexes on relations that stay ---- */

static PlanObject index_object(const Closure *c, const Staying *it)
{
    return (PlanObject){.id = arena_printf(c->arena, "%s/%s", it->owner, it->index->name),
                        .kind = "index",
                        .rel = {it->on.database, it->on.schema, it->index->name},
                        .cluster = it->index->cluster,
                        .node = it->node,
                        .index = it->index,
                        .on = text_of(c, it->on),
                        .live = it->live,
                        .file = it->index->file,
                        .line = it->index->line};
}

static void add_index_swap(Closure *c, RelName on, const DesiredIndex *index,
                           const CatalogObject *live)
{
    const EnvironmentConfig *e = c->in->environment;
    const char *name = index ? index->name : live->rel.name;
    int64_t n = plan_generation(c);
    PlanIndexSwap swap = {.on = on,
                          .index = index,
                          .green = config_pattern(c->arena, e->green_pattern, name, n),
                          .blue = config_pattern(c->arena, e->blue_pattern, name, n),
                          .live_id = live ? live->id : NULL};
    vec_push(c->arena, &c->plan->index_swaps, swap);
    if (index) {
        map_put(c->arena, &c->plan->names.indexes,
                relname_key(c->arena, (RelName){on.database, on.schema, name}), swap.green);
        c->plan->green_indexes++;
    }
}

/* Built beside the live one under its green name, and renamed in the cutover. */
static void add_beside(Closure *c, const Staying *it)
{
    add_index_swap(c, it->on, it->index, it->live);
    PlanObject object = index_object(c, it);
    object.where = PLAN_GREEN;
    object.action = it->changed ? PLAN_CHANGE : it->live ? PLAN_REBUILD : PLAN_CREATE;
    bool moved = plan_is_green(c, it->index->cluster);
    vec_push(c->arena, &object.reasons,
             (PlanReason){.cause = it->changed ? CAUSE_CHANGED
                                   : moved     ? CAUSE_SHARES_CLUSTER
                                               : CAUSE_NEW,
                          .text = it->changed
                                      ? "changed in Git: built beside, then renamed"
                                      : arena_printf(c->arena, "is on cluster %s, which is swapped",
                                                     it->index->cluster)});
    vec_push(c->arena, &c->plan->objects, object);
}

static void check_staying(Closure *c)
{
    vec_each (Staying, it, &c->staying) {
        if (!it->node && !catalog_object(c->in->catalog, it->on)) {
            const char *name = text_of(c, it->on);
            plan_refuse(c, "CO4108", name,
                        arena_printf(c->arena, "%s does not exist, and index %s is declared on it",
                                     name, it->index->name),
                        "way out:  create it first, or take the index out of the project");
        }
    }
}

static void add_staying(Closure *c, PlanWhere where)
{
    vec_each (Staying, it, &c->staying) {
        bool beside = it->changed || plan_is_green(c, it->index->cluster);
        if (beside && where == PLAN_GREEN) {
            add_beside(c, it);
        } else if (!beside && !it->live && where == PLAN_IN_PLACE) {
            add_created(c, index_object(c, it));
        }
    }
}

/* ---- removed ---- */

static const char *removed_kind(const CatalogObject *live)
{
    bool table = str_eq(live->kind, "table");
    return str_eq(live->kind, "materialized-view") ? "materialized_view"
           : table && plan_is_stateful(live)       ? "source_table"
           : table                                 ? "seed"
                                                   : live->kind;
}

static void add_gone(Closure *c, PlanObject object, const CatalogObject *live, const char *text)
{
    object.kind = removed_kind(live);
    object.rel = live->rel;
    object.live = live;
    object.action = PLAN_REMOVE;
    vec_push(c->arena, &object.reasons, (PlanReason){.cause = CAUSE_REMOVED, .text = text});
    vec_push(c->arena, &c->plan->objects, object);
}

/* An index goes with its relation; on one that stays it is renamed away. */
static void add_removed_index(Closure *c, const CatalogObject *index)
{
    const CatalogObject *on = catalog_object_by_id(c->in->catalog, index->on_id);
    if (!on || map_get(&c->removed_by_id, on->id)) {
        return;
    }
    add_index_swap(c, on->rel, NULL, index);
    add_gone(
        c,
        (PlanObject){.id = arena_printf(c->arena, "%s/%s", text_of(c, on->rel), index->rel.name),
                     .where = PLAN_WITH_BLUE,
                     .on = text_of(c, on->rel)},
        index, "removed in Git: dropped with blue");
}

/* It lies in a schema, or runs on a cluster, that the cutover retires. */
static bool in_green_place(const Closure *c, const CatalogObject *object)
{
    const Place *schema =
        map_get(&c->schema_by_key, schema_key(c->arena, object->rel.database, object->rel.schema));
    const CatalogCluster *cluster =
        object->cluster_id ? catalog_cluster_by_id(c->in->catalog, object->cluster_id) : NULL;
    return (schema && schema->green) || (cluster && plan_is_green(c, cluster->name));
}

static void add_removed(Closure *c)
{
    vec_each (const CatalogObject *, it, &c->removed) {
        if ((*it)->on_id) {
            add_removed_index(c, *it);
            continue;
        }
        const RecordObject *known = record_object(c->in->record, (*it)->kind, (*it)->id);
        bool alone = plan_is_stateful(*it) && !in_green_place(c, *it);
        add_gone(c,
                 (PlanObject){.id = known->node ? known->node : text_of(c, (*it)->rel),
                              .where = alone ? PLAN_AFTER_CUTOVER : PLAN_WITH_BLUE,
                              .file = known->file},
                 *it,
                 alone ? "removed in Git: dropped after the soak"
                       : "removed in Git: not built on green, dropped with blue");
        c->plan->removed++;
    }
}

void plan_fill(Closure *c)
{
    plan_add_containers(c);
    add_green(c);
    check_staying(c);
    add_staying(c, PLAN_GREEN);
    add_new_places(c);
    add_sources(c);
    add_staying(c, PLAN_IN_PLACE);
    plan_add_alterations(c);
    add_removed(c);
}
