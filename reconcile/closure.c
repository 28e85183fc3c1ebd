/*
 * The closure: what must go green when something does, to a fixed point. References are by id, so whatever
 * reads something in a replaced schema has to be made anew, and a schema or cluster is replaced as a whole.
 * Breadth first, so that every object is explained by its shortest chain.
 */
#include "plan_internal.h"

#include "cutover/str.h"

static void mark_item(Closure *c, Item *item, Why why)
{
    if (item->green || !item->rebuildable) {
        return;
    }
    item->green = true;
    if (item->state == ITEM_SAME) {
        item->why = why;
    }
    vec_push(c->arena, &c->queue, item);
}

static void refuse_stays(Closure *c, const Place *place, const Item *item)
{
    const char *name = plan_item_name(c, item);
    const char *kind = node_kind_text(item->node->kind);
    plan_refuse(
        c, "CO4105", name,
        arena_printf(c->arena, "%s %s cannot be rebuilt, and lies in %s %s, which must be replaced",
                     kind, name, place->is_cluster ? "cluster" : "schema", place->name),
        arena_printf(c->arena,
                     "way out:  give %ss a %s of their own (config %s=...), apart from views "
                     "and materialized views",
                     kind, place->is_cluster ? "cluster" : "schema",
                     place->is_cluster ? "cluster" : "schema"));
}

/* A replaced place takes its tenants along. */
static void mark_place(Closure *c, Place *place, const Item *because)
{
    if (place->green) {
        return;
    }
    place->green = true;
    place->why = (Why){.cause = place->is_cluster ? CAUSE_SHARES_CLUSTER : CAUSE_SHARES_SCHEMA,
                       .from = because};
    vec_each (Item *, it, &place->tenants) {
        if ((*it)->rebuildable) {
            mark_item(c, *it, place->why);
        } else if ((*it)->node->kind != NODE_SINK) {
            refuse_stays(c, place, *it);
        }
    }
}

static void follow_clusters(Closure *c, Item *item)
{
    if (item->node->cluster) {
        mark_place(c, plan_cluster(c, item->node->cluster), item);
    }
    vec_each (DesiredIndex, it, &item->node->indexes) {
        mark_place(c, plan_cluster(c, it->cluster), item);
    }
}

/* Whatever reads the live object now, anywhere. */
static void follow_readers(Closure *c, Item *item)
{
    const StrVec *readers = item->live ? map_get(&c->readers, item->live->id) : NULL;
    for (size_t i = 0; readers && i < readers->count; i++) {
        const CatalogObject *reader = catalog_object_by_id(c->in->catalog, readers->items[i]);
        Item *own = map_get(&c->item_by_live, readers->items[i]);
        if (own && own->rebuildable) {
            mark_item(c, own, (Why){.cause = CAUSE_READS, .from = item});
        } else if (reader && !plan_is_ignored(c, reader) &&
                   !map_get(&c->removed_by_id, reader->id)) {
            plan_refuse_stranger(c, reader, item, plan_item_name(c, item));
        }
    }
}

/* Whatever is declared to read it. */
static void follow_declared(Closure *c, const Map *declared, Item *item)
{
    typedef VEC(Item *) Items;
    const Items *readers = map_get(declared, item->node->id);
    for (size_t i = 0; readers && i < readers->count; i++) {
        Item *reader = readers->items[i];
        if (reader->node->kind == NODE_SINK) {
            continue;
        }
        mark_item(c, reader, (Why){.cause = CAUSE_READS, .from = item});
    }
}

static Map find_declared_readers(Closure *c)
{
    typedef VEC(Item *) Items;
    Map readers = {0};
    vec_each (Item, it, &c->items) {
        vec_each (const char *, id, &it->node->depends) {
            Items *list = map_get(&readers, *id);
            if (!list) {
                list = arena_make(c->arena, Items);
                map_put(c->arena, &readers, *id, list);
            }
            vec_push(c->arena, list, it);
        }
    }
    return readers;
}

static void find_readers(Closure *c)
{
    vec_each (CatalogObject, it, &c->in->catalog->objects) {
        vec_each (const char *, id, &it->reads) {
            StrVec *list = map_get(&c->readers, *id);
            if (!list) {
                list = arena_make(c->arena, StrVec);
                map_put(c->arena, &c->readers, *id, list);
            }
            vec_push(c->arena, list, it->id);
        }
    }
}

/* ---- where it begins ---- */

static void begin_with_changes(Closure *c)
{
    vec_each (Item, it, &c->items) {
        if (it->state != ITEM_SAME && it->rebuildable) {
            mark_item(c, it, it->why);
        }
    }
}

/* What was removed disappears with the schema that it lies in. */
static void begin_with_removals(Closure *c)
{
    vec_each (const CatalogObject *, it, &c->removed) {
        const CatalogObject *object = *it;
        if (object->on_id) {
            continue;
        }
        bool known = map_get(&c->schema_by_key,
                             schema_key(c->arena, object->rel.database, object->rel.schema));
        Place *schema = plan_schema(c, object->rel.database, object->rel.schema);
        if (!known) {
            schema->declared = schema->wanted = false;
        }
        mark_place(c, schema, NULL);
        if (!schema->why.text) {
            schema->why.cause = CAUSE_REMOVED;
            schema->why.text =
                relname_text(c->arena, object->rel, c->in->desired->default_database);
        }
    }
}

/* A cluster of ours that nothing names any more goes with the cutover that empties it. */
static void begin_with_lost_clusters(Closure *c)
{
    vec_each (CatalogCluster, it, &c->in->catalog->clusters) {
        bool ignored = map_get(&c->ignored, arena_printf(c->arena, "cluster:%s", it->id));
        if (ignored || map_get(&c->cluster_by_name, it->name) ||
            !record_object(c->in->record, "cluster", it->id)) {
            continue;
        }
        Place *place = plan_cluster(c, it->name);
        place->declared = place->wanted = false;
        place->green = true;
        place->why = (Why){.cause = CAUSE_REMOVED, .text = it->name};
    }
}

static bool size_differs(const Closure *c, const Place *place)
{
    const ClusterConfig *config = config_cluster(c->in->environment, place->name);
    const CatalogCluster *live = place->cluster;
    return config && live && live->managed &&
           ((config->size && !str_eq(config->size, live->size)) ||
            (config->replication_factor >= 0 &&
             config->replication_factor != live->replication_factor));
}

static void begin_with_sizes(Closure *c)
{
    map_each (it, &c->cluster_by_name) {
        Place *place = it->value;
        if (size_differs(c, place)) {
            mark_place(c, place, NULL);
            place->why.cause = CAUSE_CHANGED;
            place->why.text = "size or replication factor changed in cutover.yaml";
        }
    }
}

/* ---- clusters' other tenants ---- */

bool plan_index_on_green(const Closure *c, const DesiredIndex *index)
{
    const Place *place = map_get(&c->cluster_by_name, index->cluster);
    return place && place->green;
}

static const External *external_of(const Closure *c, const CatalogObject *object)
{
    vec_each (External, it, &c->externals) {
        if (it->live == object) {
            return it;
        }
    }
    return NULL;
}

/* Live objects in a replaced place that are neither declared nor removed are somebody else's. */
static void refuse_strangers_in(Closure *c, const Place *place)
{
    vec_each (CatalogObject, it, &c->in->catalog->objects) {
        bool inside =
            place->is_cluster
                ? place->cluster && str_eq(it->cluster_id, place->cluster->id)
                : str_eq(it->rel.schema, place->name) && str_eq(it->rel.database, place->database);
        bool declared = map_get(&c->item_by_live, it->id) || external_of(c, it);
        bool removed = map_get(&c->removed_by_id, it->id);
        bool own_index = it->on_id && record_object(c->in->record, "index", it->id);
        if (inside && !declared && !removed && !own_index && !plan_is_ignored(c, it)) {
            plan_refuse_stranger(c, it, place->why.from, NULL);
        }
    }
}

static void check_green_places(Closure *c)
{
    map_each (it, &c->schema_by_key) {
        const Place *place = it->value;
        if (place->green) {
            refuse_strangers_in(c, place);
        }
    }
    map_each (it, &c->cluster_by_name) {
        const Place *place = it->value;
        if (place->green) {
            refuse_strangers_in(c, place);
        }
    }
}

void closure_run(Closure *c)
{
    find_readers(c);
    Map declared = find_declared_readers(c);
    begin_with_changes(c);
    begin_with_removals(c);
    begin_with_lost_clusters(c);
    begin_with_sizes(c);
    for (size_t next = 0; next < c->queue.count; next++) {
        Item *item = c->queue.items[next];
        mark_place(c, plan_schema(c, item->node->rel.database, item->node->rel.schema), item);
        follow_clusters(c, item);
        follow_readers(c, item);
        follow_declared(c, &declared, item);
    }
    check_green_places(c);
}
