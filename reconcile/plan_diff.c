/* Declared objects beside live ones: what is new, what changed, what is gone, what is left alone. */
#include "plan_internal.h"

#include "cutover/replace.h"
#include "cutover/str.h"

static void changed(Item *item, PlanCause cause, const char *text)
{
    if (item->state == ITEM_SAME) {
        item->state = ITEM_CHANGED;
        item->why = (Why){.cause = cause, .text = text};
    }
}

const char *plan_item_cluster(const Item *item)
{
    NodeKind kind = item->node->kind;
    return kind == NODE_VIEW || kind == NODE_SEED ? NULL : item->node->cluster;
}

/* ---- inputs ---- */

static void expect(const Closure *c, Map *expected, const CatalogObject *live)
{
    if (live) {
        map_put(c->arena, expected, live->id, live);
    }
}

/* What its declaration means today. */
static Map expected_inputs(const Closure *c, const DesiredNode *node)
{
    Map expected = {0};
    vec_each (const char *, id, &node->depends) {
        const DesiredNode *input = map_get(&c->in->desired->node_by_id, *id);
        expect(c, &expected, input ? catalog_object(c->in->catalog, input->rel) : NULL);
    }
    vec_each (RelName, rel, &node->reads) {
        expect(c, &expected, catalog_object(c->in->catalog, *rel));
    }
    return expected;
}

static bool is_relation(const CatalogObject *object)
{
    static const char *const kinds[] = {"view", "materialized-view", "table", "source"};
    for (size_t i = 0; object && i < sizeof kinds / sizeof *kinds; i++) {
        if (str_eq(object->kind, kinds[i])) {
            return true;
        }
    }
    return false;
}

/* A table of a source stands for the source that its reader declares (`-- depends_on`), and that made it. */
static size_t met_through(Arena *arena, const CatalogObject *table, const Map *expected, Map *seen)
{
    size_t met = 0;
    bool flows = str_eq(table->kind, "source") || str_eq(table->kind, "table");
    for (size_t i = 0; flows && i < table->reads.count; i++) {
        const char *id = table->reads.items[i];
        met += map_get(expected, id) && !map_put(arena, seen, id, table);
    }
    return met;
}

/*
 * Every relation that the live object reads is the one that its declaration means today. One that is not
 * declared, since its name was written by hand, is no reason as long as nothing declared is missing.
 */
static bool inputs_hold(const Closure *c, const Item *item)
{
    Map expected = expected_inputs(c, item->node), seen = {0};
    size_t met = 0, others = 0;
    vec_each (const char *, id, &item->live->reads) {
        const CatalogObject *input = catalog_object_by_id(c->in->catalog, *id);
        if (map_get(&expected, *id)) {
            met += !map_put(c->arena, &seen, *id, input);
        } else if (is_relation(input)) {
            others++;
            met += met_through(c->arena, input, &expected, &seen);
            if (plan_is_ignored(c, input)) {
                return false;
            }
        }
    }
    return !others || met == expected.count;
}

/* It is declared to read something that is not there: what it was made from has gone, or has another name now. */
static bool lacks_input(const Closure *c, const Item *item)
{
    vec_each (const char *, id, &item->node->depends) {
        const DesiredNode *input = map_get(&c->in->desired->node_by_id, *id);
        if (input && !catalog_object(c->in->catalog, input->rel)) {
            return true;
        }
    }
    return false;
}

/* ---- indexes ---- */

bool plan_index_holds(const Closure *c, RelName on, const DesiredIndex *index,
                      const CatalogObject *live)
{
    const RecordObject *known = live ? record_object(c->in->record, "index", live->id) : NULL;
    const CatalogCluster *cluster = catalog_cluster(c->in->catalog, index->cluster);
    return known && cluster && str_eq(cluster->id, live->cluster_id) &&
           str_eq(known->digest, desired_index_digest(c->arena, on, index));
}

/* ---- nodes ---- */

static const char *what_changed(const Item *item, const RecordObject *known)
{
    if (!str_eq(node_kind_catalog(item->node->kind), known->kind)) {
        return "kind changed";
    }
    if (item->node->kind == NODE_SEED) {
        return "rows or columns changed";
    }
    if (known->cluster && item->node->cluster && !str_eq(known->cluster, item->node->cluster)) {
        return "cluster changed";
    }
    return item->node->asks ? "SQL, or an answer of the database in it, changed" : "SQL changed";
}

static bool on_its_cluster(const Closure *c, const Item *item)
{
    const char *name = plan_item_cluster(item);
    const CatalogCluster *cluster = name ? catalog_cluster(c->in->catalog, name) : NULL;
    return !name || (cluster && str_eq(cluster->id, item->live->cluster_id));
}

static void compare_item(Closure *c, Item *item)
{
    if (!item->live) {
        item->state = ITEM_NEW;
        item->why = (Why){.cause = CAUSE_NEW};
        return;
    }
    if (!item->rebuildable) {
        return;
    }
    const RecordObject *known = record_object(c->in->record, item->live->kind, item->live->id);
    if (!known) {
        plan_refuse_name(c, item->live);
        return;
    }
    if (!str_eq(known->digest, item->node->digest) || replace_is_unsure(c->in->record, known)) {
        changed(item, CAUSE_CHANGED, what_changed(item, known));
    } else if (!inputs_hold(c, item)) {
        changed(item, CAUSE_DRIFT, "inputs were replaced by others of the same name");
    } else if (lacks_input(c, item)) {
        changed(item, CAUSE_DRIFT, "an input is gone, or has another name");
    } else if (!on_its_cluster(c, item)) {
        changed(item, CAUSE_DRIFT, "cluster was replaced by another of the same name");
    }
}

static void settle_item(Closure *c, Item *item)
{
    const DesiredNode *node = item->node;
    map_put(c->arena, &c->item_by_id, node->id, item);
    if (item->live) {
        map_put(c->arena, &c->item_by_live, item->live->id, item);
    }
    Place *schema = plan_schema(c, node->rel.database, node->rel.schema);
    vec_push(c->arena, &schema->tenants, item);
    if (plan_item_cluster(item)) {
        Place *cluster = plan_cluster(c, plan_item_cluster(item));
        vec_push(c->arena, &cluster->tenants, item);
    }
    vec_each (DesiredIndex, it, &node->indexes) {
        plan_cluster(c, it->cluster);
    }
}

/* ---- all of it ---- */

void plan_find_items(Closure *c)
{
    vec_each (DesiredNode, it, &c->in->desired->nodes) {
        bool stays = node_kind_stays(it->kind) || it->kind == NODE_SINK;
        vec_push(c->arena, &c->items,
                 (Item){.node = it,
                        .live = catalog_object(c->in->catalog, it->rel),
                        .rebuildable = !stays,
                        .replaced = str_eq(c->replaced, it->id)});
    }
    vec_each (Item, it, &c->items) {
        settle_item(c, it);
    }
    vec_each (Item, it, &c->items) {
        compare_item(c, it);
    }
    plan_find_staying(c);
    vec_each (ClusterConfig, it, &c->in->environment->clusters) {
        plan_cluster(c, it->name);
    }
}

/* ---- what is gone from Git ---- */

static bool is_declared(const Closure *c, const CatalogObject *object)
{
    const Item *on = object->on_id ? map_get(&c->item_by_live, object->on_id) : NULL;
    return (on && on->rebuildable) || map_get(&c->item_by_live, object->id) ||
           map_get(&c->staying_by_live, object->id);
}

void plan_find_removed(Closure *c)
{
    vec_each (CatalogObject, it, &c->in->catalog->objects) {
        if (!plan_is_ours(c, it) || is_declared(c, it) || plan_is_ignored(c, it)) {
            continue;
        }
        vec_push(c->arena, &c->removed, it);
        map_put(c->arena, &c->removed_by_id, it->id, it);
    }
}
