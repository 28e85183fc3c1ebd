/* From the closure to the plan's lists: objects with reasons, places, index swaps, the name map. */
#include "plan_internal.h"

#include "cutover/str.h"

static int64_t generation_of(const Closure *c)
{
    return c->in->live_generation < 0 ? 0 : c->in->live_generation;
}

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

/* ---- places ---- */

static double credits(const Closure *c, const char *size)
{
    vec_each (CatalogSize, it, &c->in->catalog->sizes) {
        if (str_eq(it->size, size)) {
            return it->credits_per_hour;
        }
    }
    return 0;
}

static PlanContainer container_of(Closure *c, const Place *place)
{
    const EnvironmentConfig *e = c->in->environment;
    int64_t n = generation_of(c);
    PlanContainer container = {.is_cluster = place->is_cluster,
                               .database = place->database,
                               .name = place->name,
                               .green = config_pattern(c->arena, e->green_pattern, place->name, n),
                               .blue = config_pattern(c->arena, e->blue_pattern, place->name, n),
                               .live_id = place->schema    ? place->schema->id
                                          : place->cluster ? place->cluster->id
                                                           : NULL,
                               .wanted = place->wanted,
                               .reason = plan_place_reason(c, place)};
    if (place->is_cluster && place->wanted) {
        const ClusterConfig *config = config_cluster(e, place->name);
        const CatalogCluster *live = place->cluster;
        bool sized = config && config->size;
        bool factored = config && config->replication_factor >= 0;
        container.size = sized ? config->size : live ? live->size : NULL;
        container.replication_factor = factored ? config->replication_factor
                                       : live   ? live->replication_factor
                                                : 1;
        container.credits_per_hour =
            credits(c, container.size) * (double)container.replication_factor;
    }
    return container;
}

static void add_places(Closure *c)
{
    Plan *plan = c->plan;
    map_each (it, &c->schema_by_key) {
        const Place *place = it->value;
        if (!place->green) {
            continue;
        }
        PlanContainer container = container_of(c, place);
        vec_push(c->arena, &plan->schemas, container);
        if (place->wanted) {
            map_put(c->arena, &plan->names.schemas, it->key, container.green);
        }
    }
    map_each (it, &c->cluster_by_name) {
        const Place *place = it->value;
        if (!place->green) {
            continue;
        }
        PlanContainer container = container_of(c, place);
        vec_push(c->arena, &plan->clusters, container);
        plan->green_credits_per_hour += container.credits_per_hour;
        if (place->wanted) {
            map_put(c->arena, &plan->names.clusters, it->key, container.green);
        }
    }
}

/* ---- green ---- */

static void add_index(Closure *c, const Item *item, const DesiredIndex *index)
{
    bool is_new = item->state == ITEM_NEW;
    PlanObject object = {.id = arena_printf(c->arena, "%s/%s", item->node->id, index->name),
                         .kind = "index",
                         .rel = {item->node->rel.database, item->node->rel.schema, index->name},
                         .cluster = index->cluster,
                         .action = is_new ? PLAN_CREATE : PLAN_REBUILD,
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

static void add_green(Closure *c)
{
    Plan *plan = c->plan;
    vec_each (Item, it, &c->items) {
        if (!it->green) {
            continue;
        }
        PlanObject object = {.id = it->node->id,
                             .kind = kind_of(it->node->kind),
                             .rel = it->node->rel,
                             .cluster = it->node->cluster,
                             .action = it->state == ITEM_NEW       ? PLAN_CREATE
                                       : it->state == ITEM_CHANGED ? PLAN_CHANGE
                                                                   : PLAN_REBUILD,
                             .where = PLAN_GREEN,
                             .node = it->node,
                             .live = it->live,
                             .file = it->node->file,
                             .line = it->node->line};
        plan_add_reasons(c, &object, it);
        vec_push(c->arena, &plan->objects, object);
        plan->green++;
        plan->changed += it->state == ITEM_CHANGED;
        plan->rebuilt += it->state == ITEM_SAME;
        plan->added += it->state == ITEM_NEW;
        vec_each (DesiredIndex, index, &it->node->indexes) {
            add_index(c, it, index);
        }
    }
}

/* ---- in place ---- */

static void add_in_place(Closure *c, PlanObject object, const char *text)
{
    object.action = PLAN_CREATE;
    object.where = PLAN_IN_PLACE;
    vec_push(c->arena, &object.reasons, (PlanReason){.cause = CAUSE_NEW, .text = text});
    vec_push(c->arena, &c->plan->objects, object);
    c->plan->in_place++;
}

static void add_new_places(Closure *c)
{
    map_each (it, &c->cluster_by_name) {
        const Place *place = it->value;
        if (place->declared && !place->green && !place->cluster) {
            add_in_place(c,
                         (PlanObject){.id = arena_printf(c->arena, "cluster.%s", place->name),
                                      .kind = "cluster",
                                      .rel = {.name = place->name}},
                         "new");
        }
    }
    map_each (it, &c->schema_by_key) {
        const Place *place = it->value;
        if (place->declared && !place->green && !place->schema) {
            add_in_place(c,
                         (PlanObject){.id = arena_printf(c->arena, "schema.%s", place->name),
                                      .kind = "schema",
                                      .rel = {.database = place->database, .name = place->name}},
                         "new");
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
            add_in_place(c,
                         (PlanObject){.id = it->node->id,
                                      .kind = kind_of(it->node->kind),
                                      .rel = it->node->rel,
                                      .cluster = it->node->cluster,
                                      .node = it->node,
                                      .file = it->node->file,
                                      .line = it->node->line},
                         "new");
        }
        const RecordObject *known =
            it->live ? record_object(c->in->record, it->live->kind, it->live->id) : NULL;
        if (known && !str_eq(known->digest, it->node->digest)) {
            Diag *diag =
                diag_add(&c->plan->diags, DIAG_WARNING, "CO4202",
                         "%s %s differs from what was created: it is never rebuilt by itself",
                         node_kind_text(it->node->kind), plan_item_name(c, it));
            diag->object = plan_item_name(c, it);
        }
        vec_each (DesiredIndex, index, &it->node->indexes) {
            RelName name = {it->node->rel.database, it->node->rel.schema, index->name};
            if (!catalog_object(c->in->catalog, name)) {
                add_in_place(
                    c,
                    (PlanObject){.id = arena_printf(c->arena, "%s/%s", it->node->id, index->name),
                                 .kind = "index",
                                 .rel = name,
                                 .cluster = index->cluster,
                                 .node = it->node,
                                 .index = index,
                                 .on = plan_item_name(c, it),
                                 .file = index->file,
                                 .line = index->line},
                    "new");
            }
        }
    }
}

/* ---- indexes on relations that stay ---- */

static void add_swap(Closure *c, RelName on, const DesiredIndex *index, const CatalogObject *live)
{
    const EnvironmentConfig *e = c->in->environment;
    const char *name = index ? index->name : live->rel.name;
    PlanIndexSwap swap = {.on = on,
                          .index = index,
                          .green =
                              config_pattern(c->arena, e->green_pattern, name, generation_of(c)),
                          .blue = config_pattern(c->arena, e->blue_pattern, name, generation_of(c)),
                          .live_id = live ? live->id : NULL};
    vec_push(c->arena, &c->plan->index_swaps, swap);
    const char *relation = relname_text(c->arena, on, c->in->desired->default_database);
    PlanObject object = {.id = arena_printf(c->arena, "%s/%s", relation, name),
                         .kind = "index",
                         .rel = {on.database, on.schema, name},
                         .cluster = index ? index->cluster : NULL,
                         .action = !index ? PLAN_REMOVE
                                   : live ? PLAN_REBUILD
                                          : PLAN_CREATE,
                         .where = index ? PLAN_GREEN : PLAN_WITH_BLUE,
                         .index = index,
                         .on = relation,
                         .live = live,
                         .file = index ? index->file : NULL,
                         .line = index ? index->line : 0};
    const char *text =
        !index ? "removed in Git: dropped with blue"
        : plan_index_on_green(c, index)
            ? arena_printf(c->arena, "is on cluster %s, which is replaced", index->cluster)
            : "changed: built beside, and renamed in the cutover";
    vec_push(c->arena, &object.reasons,
             (PlanReason){.cause = index ? CAUSE_SHARES_CLUSTER : CAUSE_REMOVED, .text = text});
    vec_push(c->arena, &c->plan->objects, object);
    c->plan->green_indexes += index != NULL;
}

static void add_externals(Closure *c)
{
    vec_each (External, it, &c->externals) {
        RelName on = it->external->rel;
        if (!catalog_object(c->in->catalog, on)) {
            const char *name = relname_text(c->arena, on, c->in->desired->default_database);
            plan_refuse(c, "CO4108", name,
                        arena_printf(c->arena, "%s does not exist, and index %s is declared on it",
                                     name, it->index->name),
                        "way out:  create it first, or take the index out of the hook");
        } else if (it->swap || plan_index_on_green(c, it->index)) {
            add_swap(c, on, it->index, it->live);
        } else if (it->create) {
            add_in_place(
                c,
                (PlanObject){
                    .id = arena_printf(c->arena, "%s/%s",
                                       relname_text(c->arena, on, c->in->desired->default_database),
                                       it->index->name),
                    .kind = "index",
                    .rel = {on.database, on.schema, it->index->name},
                    .cluster = it->index->cluster,
                    .index = it->index,
                    .on = relname_text(c->arena, on, c->in->desired->default_database),
                    .file = it->index->file,
                    .line = it->index->line},
                "new");
        }
    }
}

/* ---- removed ---- */

static const char *removed_kind(const char *catalog_kind)
{
    return str_eq(catalog_kind, "materialized-view") ? "materialized_view"
           : str_eq(catalog_kind, "table")           ? "seed"
                                                     : catalog_kind;
}

static void add_removed(Closure *c)
{
    vec_each (const CatalogObject *, it, &c->removed) {
        const CatalogObject *object = *it;
        if (object->on_id) {
            const CatalogObject *on = catalog_object_by_id(c->in->catalog, object->on_id);
            if (on && !map_get(&c->removed_by_id, on->id)) {
                add_swap(c, on->rel, NULL, object);
            }
            continue;
        }
        const RecordObject *known = record_object(c->in->record, object->kind, object->id);
        PlanObject removed = {.id = known->node ? known->node : object->rel.name,
                              .kind = removed_kind(object->kind),
                              .rel = object->rel,
                              .action = PLAN_REMOVE,
                              .where = PLAN_WITH_BLUE,
                              .live = object};
        vec_push(c->arena, &removed.reasons,
                 (PlanReason){.cause = CAUSE_REMOVED,
                              .text = "removed in Git: not built on green, dropped with blue"});
        vec_push(c->arena, &c->plan->objects, removed);
        c->plan->removed++;
    }
}

void plan_fill(Closure *c)
{
    add_places(c);
    add_green(c);
    add_externals(c);
    add_new_places(c);
    add_sources(c);
    add_removed(c);
}
