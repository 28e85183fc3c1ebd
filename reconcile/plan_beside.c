/*
 * What changes in a schema that stays: new relations and indexes, and changed views and seeds that nobody reads, are
 * built beside under their green names and renamed in the cutover; what was removed in Git is renamed away there. Nothing that exists is built anew for it.
 */
#include "plan_internal.h"

#include "cutover/str.h"

static const char *text_of(const Closure *c, RelName rel)
{
    return relname_text(c->arena, rel, c->in->desired->default_database);
}

/* Its names; what is built or renamed away is the caller's to say. */
static PlanBeside beside_of(const Closure *c, const char *kind, RelName rel)
{
    const EnvironmentConfig *e = c->in->environment;
    int64_t n = plan_generation(c);
    return (PlanBeside){.kind = kind,
                        .rel = rel,
                        .green = config_pattern(c->arena, e->green_pattern, rel.name, n),
                        .blue = config_pattern(c->arena, e->blue_pattern, rel.name, n)};
}

/* ---- relations ---- */

/* Those of what was built beside already are its own. */
static bool index_names_are_free(const Closure *c, const DesiredNode *node)
{
    vec_each (DesiredIndex, it, &node->indexes) {
        RelName rel = {node->rel.database, node->rel.schema, it->name};
        const CatalogObject *live = catalog_index(c->in->catalog, rel);
        if (live && !plan_is_ignored(c, live)) {
            return false;
        }
    }
    return true;
}

static bool is_read(Closure *c, const CatalogObject *live)
{
    const Objects *readers = map_get(&c->readers, live->id);
    for (size_t i = 0; readers && i < readers->count; i++) {
        const CatalogObject *reader = readers->items[i];
        if (!plan_is_ignored(c, reader) && !map_get(&c->removed_by_id, reader->id)) {
            return true;
        }
    }
    return false;
}

/* Nothing hydrates for it, and nobody reads it: a view or a seed without indexes. */
static bool is_light(Closure *c, const Item *item)
{
    NodeKind kind = item->node->kind;
    return (kind == NODE_VIEW || kind == NODE_SEED) && !item->node->indexes.count &&
           !map_get(&c->indexes_on, item->live->id) &&
           str_eq(item->live->kind, node_kind_catalog(kind)) && !is_read(c, item->live);
}

bool plan_is_leaf(Closure *c, const Item *item)
{
    if (item->replaced) {
        return true;
    }
    const Place *schema = plan_schema(c, item->node->rel.database, item->node->rel.schema);
    if (!item->rebuildable || !schema->schema || plan_protected(c, schema)) {
        return false;
    }
    return item->state == ITEM_NEW       ? index_names_are_free(c, item->node)
           : item->state == ITEM_CHANGED ? is_light(c, item)
                                         : false;
}

/* A name with the generation that it is for: an APPLY REPLACEMENT that comes late finds no other deployment's. */
static void replace(const Closure *c, PlanBeside *beside)
{
    beside->replaces = true;
    beside->blue = NULL;
    beside->green =
        arena_printf(c->arena, "%s_g%lld", beside->green, (long long)plan_generation(c) + 1);
}

void plan_name_leaves(Closure *c)
{
    vec_each (Item, it, &c->items) {
        if (!it->green && it->rebuildable && it->state != ITEM_SAME) {
            PlanBeside beside = beside_of(c, node_kind_catalog(it->node->kind), it->node->rel);
            beside.node = it->node;
            beside.live_id = it->live ? it->live->id : NULL;
            if (it->replaced) {
                replace(c, &beside);
            }
            vec_push(c->arena, &c->plan->besides, beside);
            map_put(c->arena, &c->plan->names.relations, relname_key(c->arena, beside.rel),
                    beside.green);
        }
    }
}

static void add_leaf(Closure *c, const DesiredNode *node)
{
    const Item *item = map_get(&c->item_by_id, node->id);
    PlanObject object = {.id = node->id,
                         .kind = plan_kind(node->kind),
                         .rel = node->rel,
                         .cluster = node->cluster,
                         .action = PLAN_CHANGE,
                         .node = node,
                         .live = item->live,
                         .file = node->file,
                         .line = node->line};
    if (item->live) {
        plan_add_in_place(
            c, object, (PlanReason){.cause = item->why.cause, .text = plan_item_reason(c, item)});
        return;
    }
    plan_add_created(c, object);
    vec_each (DesiredIndex, it, &node->indexes) {
        plan_add_created(c, (PlanObject){.id = arena_printf(c->arena, "%s/%s", node->id, it->name),
                                         .kind = "index",
                                         .rel = {node->rel.database, node->rel.schema, it->name},
                                         .cluster = it->cluster,
                                         .node = node,
                                         .index = it,
                                         .on = text_of(c, node->rel),
                                         .file = it->file,
                                         .line = it->line});
    }
}

void plan_add_leaves(Closure *c)
{
    vec_each (PlanBeside, it, &c->plan->besides) {
        if (it->node) {
            add_leaf(c, it->node);
        }
    }
}

/* ---- indexes on relations that stay ---- */

static void add_staying(Closure *c, RelName on, const char *owner, const DesiredNode *node,
                        const DesiredIndex *index)
{
    RelName rel = {on.database, on.schema, index->name};
    Staying it = {.on = on,
                  .owner = owner,
                  .node = node,
                  .index = index,
                  .live = catalog_index(c->in->catalog, rel)};
    plan_cluster(c, index->cluster);
    if (it.live && !plan_is_ours(c, it.live)) {
        plan_refuse_name(c, it.live);
    }
    it.changed = it.live && !plan_index_holds(c, on, index, it.live);
    vec_push(c->arena, &c->staying, it);
}

static void add_staying_of(Closure *c, const DesiredNode *node)
{
    vec_each (DesiredIndex, it, &node->indexes) {
        add_staying(c, node->rel, node->id, node, it);
    }
}

static void remember_staying(Closure *c)
{
    vec_each (Staying, it, &c->staying) {
        if (it->live) {
            map_put(c->arena, &c->staying_by_live, it->live->id, it);
        }
    }
}

void plan_find_staying(Closure *c)
{
    vec_each (Item, it, &c->items) {
        if (!it->rebuildable) {
            add_staying_of(c, it->node);
        }
    }
    vec_each (DesiredExternal, it, &c->in->desired->externals) {
        const char *owner = text_of(c, it->rel);
        vec_each (DesiredIndex, index, &it->indexes) {
            add_staying(c, it->rel, owner, NULL, index);
        }
    }
    remember_staying(c);
}

static void remove_undeclared(Closure *c, const Item *item)
{
    const Objects *live = map_get(&c->indexes_on, item->live->id);
    for (size_t i = 0; live && i < live->count; i++) {
        const CatalogObject *index = live->items[i];
        if (plan_is_ours(c, index) && !map_get(&c->staying_by_live, index->id) &&
            !plan_is_ignored(c, index)) {
            vec_push(c->arena, &c->removed, index);
            map_put(c->arena, &c->removed_by_id, index->id, index);
        }
    }
}

void plan_find_kept(Closure *c)
{
    vec_each (Item, it, &c->items) {
        if (it->rebuildable && it->live && !it->green) {
            add_staying_of(c, it->node);
        }
    }
    remember_staying(c);
    vec_each (Item, it, &c->items) {
        if (it->rebuildable && it->live && !it->green) {
            remove_undeclared(c, it);
        }
    }
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

static PlanReason reason_beside(const Closure *c, const Staying *it)
{
    if (it->changed) {
        return (PlanReason){.cause = CAUSE_CHANGED,
                            .text = "changed in Git: built beside, then renamed"};
    }
    return (PlanReason){
        .cause = CAUSE_SHARES_CLUSTER,
        .text = arena_printf(c->arena, "is on cluster %s, which is swapped", it->index->cluster)};
}

/* Under its green name, to be renamed in the cutover. */
static void wait_beside(Closure *c, const Staying *it, RelName rel)
{
    PlanBeside beside = beside_of(c, "index", rel);
    beside.on = it->on;
    beside.index = it->index;
    beside.live_id = it->live ? it->live->id : NULL;
    vec_push(c->arena, &c->plan->besides, beside);
    map_put(c->arena, &c->plan->names.indexes, relname_key(c->arena, rel), beside.green);
}

static void add_beside(Closure *c, const Staying *it)
{
    PlanObject object = index_object(c, it);
    wait_beside(c, it, object.rel);
    c->plan->green_indexes++;
    object.where = PLAN_GREEN;
    object.action = it->changed ? PLAN_CHANGE : it->live ? PLAN_REBUILD : PLAN_CREATE;
    vec_push(c->arena, &object.reasons, reason_beside(c, it));
    vec_push(c->arena, &c->plan->objects, object);
}

/* On a relation that is there it waits for the cutover as a new relation does: of a commit that fails production keeps nothing. */
static void add_new(Closure *c, const Staying *it)
{
    PlanObject object = index_object(c, it);
    if (catalog_object(c->in->catalog, it->on)) {
        wait_beside(c, it, object.rel);
    }
    plan_add_created(c, object);
}

void plan_add_indexes(Closure *c, PlanWhere where)
{
    vec_each (Staying, it, &c->staying) {
        bool beside = it->changed || plan_is_green(c, it->index->cluster);
        if (beside && where == PLAN_GREEN) {
            add_beside(c, it);
        } else if (!beside && !it->live && where == PLAN_IN_PLACE) {
            add_new(c, it);
        }
    }
}

/* ---- what is gone from Git ---- */

static const char *removed_kind(const Closure *c, const CatalogObject *live)
{
    bool table = str_eq(live->kind, "table");
    return str_eq(live->kind, "materialized-view") ? "materialized_view"
           : table && live->reads.count            ? "source_table"
           : table && plan_is_stateful(c, live)    ? "table"
           : table                                 ? "seed"
                                                   : live->kind;
}

static void add_gone(Closure *c, PlanObject object, const CatalogObject *live, const char *text)
{
    object.kind = removed_kind(c, live);
    object.rel = live->rel;
    object.live = live;
    object.action = PLAN_REMOVE;
    vec_push(c->arena, &object.reasons, (PlanReason){.cause = CAUSE_REMOVED, .text = text});
    vec_push(c->arena, &c->plan->objects, object);
}

static void rename_away(Closure *c, const CatalogObject *live)
{
    PlanBeside beside = beside_of(c, live->kind, live->rel);
    beside.live_id = live->id;
    vec_push(c->arena, &c->plan->besides, beside);
}

static void add_gone_index(Closure *c, const CatalogObject *index, const CatalogObject *on,
                           const char *what)
{
    add_gone(
        c,
        (PlanObject){.id = arena_printf(c->arena, "%s/%s", text_of(c, on->rel), index->rel.name),
                     .where = PLAN_WITH_BLUE,
                     .on = text_of(c, on->rel)},
        index, arena_printf(c->arena, "%s: %s", plan_gone(c, on->rel), what));
}

/* An index goes with its relation; on one that stays it is renamed away. */
static void add_removed_index(Closure *c, const CatalogObject *index)
{
    const CatalogObject *on = catalog_object_by_id(c->in->catalog, index->on_id);
    if (on && !map_get(&c->removed_by_id, on->id)) {
        rename_away(c, index);
        add_gone_index(c, index, on, "dropped with blue");
    }
}

static bool declares_index(const DesiredNode *node, const char *name)
{
    vec_each (DesiredIndex, it, &node->indexes) {
        if (str_eq(it->name, name)) {
            return true;
        }
    }
    return false;
}

/* Of a relation that goes green: what Git does not declare any more is not made there. */
static void add_indexes_left(Closure *c, const Item *item)
{
    const Objects *live = map_get(&c->indexes_on, item->live->id);
    for (size_t i = 0; live && i < live->count; i++) {
        const CatalogObject *index = live->items[i];
        if (plan_is_ours(c, index) && !plan_is_ignored(c, index) &&
            !declares_index(item->node, index->rel.name)) {
            add_gone_index(c, index, item->live, "not built on green, dropped with blue");
        }
    }
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

/* It goes with the schema that it lies in, or by itself: what holds data keeps its name until it is dropped. */
static void add_removed_relation(Closure *c, const CatalogObject *live)
{
    const RecordObject *known = record_object(c->in->record, live->kind, live->id);
    const Place *schema = plan_schema(c, live->rel.database, live->rel.schema);
    bool alone = plan_is_stateful(c, live) && !in_green_place(c, live);
    bool away = !plan_is_stateful(c, live) && !schema->green;
    if (away) {
        rename_away(c, live);
    }
    add_gone(c,
             (PlanObject){.id = known->node ? known->node : text_of(c, live->rel),
                          .where = alone ? PLAN_AFTER_CUTOVER : PLAN_WITH_BLUE,
                          .file = known->file},
             live,
             arena_printf(c->arena, "%s: %s", plan_gone_object(c, live),
                          alone  ? "dropped after the soak"
                          : away ? "renamed in the cutover, dropped with blue"
                                 : "not built on green, dropped with blue"));
    c->plan->removed++;
}

void plan_add_removed(Closure *c)
{
    vec_each (const CatalogObject *, it, &c->removed) {
        if ((*it)->on_id) {
            add_removed_index(c, *it);
        } else {
            add_removed_relation(c, *it);
        }
    }
    vec_each (Item, it, &c->items) {
        if (it->green && it->live) {
            add_indexes_left(c, it);
        }
    }
}
