/* From the closure to the plan's list of objects, each with what is done about it, where, and why. */
#include "plan_internal.h"

#include "cutover/str.h"

const char *plan_kind(NodeKind kind)
{
    static const char *const kinds[] = {[NODE_VIEW] = "view",
                                        [NODE_MATERIALIZED_VIEW] = "materialized_view",
                                        [NODE_SEED] = "seed",
                                        [NODE_SOURCE] = "source",
                                        [NODE_SOURCE_TABLE] = "source_table",
                                        [NODE_TABLE] = "table",
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
                         .kind = plan_kind(item->node->kind),
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

void plan_add_created(Closure *c, PlanObject object)
{
    object.action = PLAN_CREATE;
    plan_add_in_place(c, object,
                      (PlanReason){.cause = CAUSE_NEW, .text = plan_created_text(c, object.rel)});
}

static void add_new_places(Closure *c)
{
    map_each (it, &c->cluster_by_name) {
        const Place *place = it->value;
        if (place->declared && !place->green && !place->cluster) {
            plan_add_created(c,
                             (PlanObject){.id = arena_printf(c->arena, "cluster.%s", place->name),
                                          .kind = "cluster",
                                          .rel = {.name = place->name}});
        }
    }
    map_each (it, &c->schema_by_key) {
        const Place *place = it->value;
        if (place->declared && !place->green && !place->schema) {
            const char *id = text_of(c, (RelName){place->database, "schema", place->name});
            plan_add_created(
                c, (PlanObject){.id = id,
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
            plan_add_created(c, (PlanObject){.id = it->node->id,
                                             .kind = plan_kind(it->node->kind),
                                             .rel = it->node->rel,
                                             .cluster = it->node->cluster,
                                             .node = it->node,
                                             .file = it->node->file,
                                             .line = it->node->line});
        }
    }
}

void plan_fill(Closure *c)
{
    plan_add_containers(c);
    plan_name_leaves(c);
    add_green(c);
    plan_add_indexes(c, PLAN_GREEN);
    add_new_places(c);
    add_sources(c);
    plan_add_leaves(c);
    plan_add_indexes(c, PLAN_IN_PLACE);
    plan_add_alterations(c);
    plan_add_sinks(c);
    plan_add_removed(c);
    plan_add_built_grants(c);
    plan_leave_emptied(c);
}
