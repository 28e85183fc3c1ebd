/*
 * The closure: what must go green when something does, to a fixed point. References are by id, so whatever
 * reads something in a replaced schema has to be made anew, and a schema or cluster is replaced as a whole.
 * Readers are followed first, then schemas, then clusters, each in the order in which objects turned green,
 * so that every object is explained by its most telling and shortest chain.
 */
#include "plan_internal.h"

#include "cutover/sinks.h"
#include "cutover/str.h"

bool plan_is_green(const Closure *c, const char *cluster)
{
    const Place *place = map_get(&c->cluster_by_name, cluster);
    return place && place->green;
}

static void mark_item(Closure *c, Item *item, Why why)
{
    if (item->green || !item->rebuildable ||
        (plan_is_leaf(c, item) && why.cause != CAUSE_SHARES_SCHEMA)) {
        return;
    }
    item->green = true;
    if (item->state == ITEM_SAME) {
        item->why = why;
    }
    item->root = item->why.from ? item->why.from->root : item;
    vec_push(c->arena, &c->queue, item);
}

/* A replaced place takes its tenants along. */
static void mark_place(Closure *c, Place *place, const Item *because)
{
    if (place->green) {
        return;
    }
    place->green = true;
    place->why = (Why){.cause = place->is_cluster ? CAUSE_SHARES_CLUSTER : CAUSE_SHARES_SCHEMA,
                       .from = because,
                       .place = place};
    vec_each (Item *, it, &place->tenants) {
        mark_item(c, *it, place->why);
    }
}

/* ---- from one green object to others ---- */

/* Strangers cannot be rebuilt, nor what reads them: all of it is named, so that it can be dropped. */
static void refuse_readers(Closure *c, const CatalogObject *reader, const Item *because)
{
    Objects found = {0};
    Map seen = {0};
    vec_push(c->arena, &found, reader);
    for (size_t i = 0; i < found.count; i++) {
        const CatalogObject *object = found.items[i];
        const Item *own = map_get(&c->item_by_live, object->id);
        if ((own && own->rebuildable) || map_put(c->arena, &seen, object->id, object)) {
            continue;
        }
        plan_refuse_reader(c, object, because);
        const Objects *more = map_get(&c->readers, object->id);
        for (size_t k = 0; more && k < more->count; k++) {
            vec_push(c->arena, &found, more->items[k]);
        }
    }
}

/* Whatever reads the live object now, anywhere. */
static void follow_live_readers(Closure *c, Item *item)
{
    const Objects *readers = item->live ? map_get(&c->readers, item->live->id) : NULL;
    for (size_t i = 0; readers && i < readers->count; i++) {
        const CatalogObject *reader = readers->items[i];
        Item *own = map_get(&c->item_by_live, reader->id);
        if (own) { /* a sink is repointed */
            mark_item(c, own, (Why){.cause = CAUSE_READS, .from = item});
        } else if (!plan_is_ignored(c, reader) && !map_get(&c->removed_by_id, reader->id)) {
            refuse_readers(c, reader, item);
        }
    }
}

/* Whatever is declared to read it. */
static void follow_declared_readers(Closure *c, const Map *declared, Item *item)
{
    const Items *readers = map_get(declared, item->node->id);
    for (size_t i = 0; readers && i < readers->count; i++) {
        mark_item(c, readers->items[i], (Why){.cause = CAUSE_READS, .from = item});
    }
}

/* What is new is built on the cluster that is there. */
static void follow_cluster(Closure *c, const char *name, Item *item)
{
    Place *cluster = plan_cluster(c, name);
    if (item->state != ITEM_NEW || !cluster->cluster || plan_protected(c, cluster)) {
        mark_place(c, cluster, item);
    }
}

static void follow_clusters(Closure *c, Item *item)
{
    if (plan_item_cluster(item)) {
        follow_cluster(c, plan_item_cluster(item), item);
    }
    vec_each (DesiredIndex, it, &item->node->indexes) {
        follow_cluster(c, it->cluster, item);
    }
}

static Map find_declared_readers(Closure *c)
{
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

/* How far each kind of consequence was followed through the queue. */
typedef struct Followed {
    Map declared; /* node id to the Items * that are declared to read it */
    size_t readers, schemas, clusters;
} Followed;

static void follow_readers(Closure *c, Followed *done)
{
    while (done->readers < c->queue.count) {
        Item *item = c->queue.items[done->readers++];
        follow_live_readers(c, item);
        follow_declared_readers(c, &done->declared, item);
    }
}

static void follow_all(Closure *c, Followed *done)
{
    for (;;) {
        follow_readers(c, done);
        if (done->schemas < c->queue.count) {
            Item *item = c->queue.items[done->schemas++];
            mark_place(c, plan_schema(c, item->node->rel.database, item->node->rel.schema), item);
        } else if (done->clusters < c->queue.count) {
            follow_clusters(c, c->queue.items[done->clusters++]);
        } else {
            return;
        }
    }
}

/* ---- where it begins ---- */

static void begin_with_changes(Closure *c)
{
    vec_each (Item, it, &c->items) {
        if (it->state != ITEM_SAME) {
            mark_item(c, it, it->why);
        }
    }
}

/* A sink that is declared to read another relation leaves the removed one after the cutover. */
static bool leaves(const Closure *c, const Item *own, const CatalogObject *removed)
{
    return own && own->node->kind == NODE_SINK &&
           !relname_eq(sink_from(c->in->desired, own->node), removed->rel);
}

/* What still reads a removed object would go on reading blue. */
static void check_readers_of_removed(Closure *c, const CatalogObject *removed)
{
    const Objects *readers = map_get(&c->readers, removed->id);
    for (size_t i = 0; readers && i < readers->count; i++) {
        const CatalogObject *reader = readers->items[i];
        const Item *own = map_get(&c->item_by_live, reader->id);
        bool rebuilt = own && own->rebuildable && own->state != ITEM_SAME;
        if (!rebuilt && !leaves(c, own, removed) && !plan_is_ignored(c, reader) &&
            !map_get(&c->removed_by_id, reader->id)) {
            plan_refuse_reader_of_removed(c, reader, removed);
        }
    }
}

/* The server drops it with its relation, whoever made it. */
static void check_indexes_of_removed(Closure *c, const CatalogObject *removed)
{
    const Objects *indexes = map_get(&c->indexes_on, removed->id);
    for (size_t i = 0; indexes && i < indexes->count; i++) {
        const CatalogObject *index = indexes->items[i];
        if (!plan_is_ours(c, index) && !plan_is_ignored(c, index)) {
            plan_refuse_reader_of_removed(c, index, removed);
        }
    }
}

/* A place that nothing declared is in goes away: it is only renamed, and dropped with blue. */
static void mark_lost(Place *place, const char *text)
{
    place->declared = place->wanted = false;
    place->green = true;
    place->why = (Why){.cause = CAUSE_REMOVED, .place = place, .text = text};
}

/* A schema in which nothing is left goes as a whole. */
static void begin_with_removals(Closure *c)
{
    vec_each (const CatalogObject *, it, &c->removed) {
        const CatalogObject *object = *it;
        if (object->on_id) {
            continue;
        }
        check_readers_of_removed(c, object);
        check_indexes_of_removed(c, object);
        if (plan_is_stateful(c, object)) {
            continue; /* it is dropped where it is, or with a place that goes for another reason */
        }
        const char *text = plan_object_name(c, object);
        const char *key = schema_key(c->arena, object->rel.database, object->rel.schema);
        if (!map_get(&c->schema_by_key, key)) {
            mark_lost(plan_schema(c, object->rel.database, object->rel.schema), text);
        }
    }
}

/* Everything in PLACE leaves it by itself: removed, or declared to be elsewhere by now. */
static bool is_left_by_all(const Closure *c, const Place *place)
{
    const Objects *inside = plan_objects_in(c, place);
    for (size_t i = 0; inside && i < inside->count; i++) {
        const CatalogObject *object = inside->items[i];
        const Item *own = map_get(&c->item_by_live, object->on_id ? object->on_id : object->id);
        const Staying *index = map_get(&c->staying_by_live, object->id);
        bool rebuilt = own && own->rebuildable && plan_is_ours(c, object);
        if (!rebuilt && !(index && index->changed) && !map_get(&c->removed_by_id, object->id) &&
            !plan_is_ignored(c, object)) { /* a blue side goes before anything else changes */
            return false;
        }
    }
    return true;
}

static void lose(Closure *c, Place *place)
{
    const char *kind = container_kind(place->is_cluster);
    if (is_left_by_all(c, place)) {
        mark_lost(place, place->name);
        return;
    }
    place->declared = place->wanted = false;
    Diag *diag = diag_add(&c->plan->diags, DIAG_WARNING, "CO4203",
                          "%s %s is no longer in Git, but stays: something else is in it", kind,
                          place->name);
    diag->object = place->name;
}

/* A place of ours that nothing names any more goes with the cutover that empties it. */
static void begin_with_lost_places(Closure *c)
{
    vec_each (CatalogSchema, it, &c->in->catalog->schemas) {
        const char *key = schema_key(c->arena, it->database, it->name);
        if (record_object(c->in->record, "schema", it->id) && !map_get(&c->schema_by_key, key) &&
            !plan_ignores(c, "schema", it->id)) {
            lose(c, plan_schema(c, it->database, it->name));
        }
    }
    vec_each (CatalogCluster, it, &c->in->catalog->clusters) {
        if (record_object(c->in->record, "cluster", it->id) &&
            !map_get(&c->cluster_by_name, it->name) && !plan_ignores(c, "cluster", it->id)) {
            lose(c, plan_cluster(c, it->name));
        }
    }
}

/* ---- what cannot come along ---- */

static bool comes_along(const Closure *c, const CatalogObject *object)
{
    const Item *own = map_get(&c->item_by_live, object->on_id ? object->on_id : object->id);
    bool rebuilt = own && own->rebuildable && (!object->on_id || plan_is_ours(c, object));
    return rebuilt || map_get(&c->removed_by_id, object->id) ||
           map_get(&c->staying_by_live, object->id) || plan_is_ignored(c, object);
}

static void check_place(Closure *c, const Place *place)
{
    if (!place->green) {
        return;
    }
    vec_each (Item *, it, &place->tenants) {
        if (!(*it)->rebuildable) {
            plan_refuse_stays(c, place, *it);
        }
    }
    const Objects *inside = plan_objects_in(c, place);
    for (size_t i = 0; inside && i < inside->count; i++) {
        const CatalogObject *object = inside->items[i];
        const Item *own = map_get(&c->item_by_live, object->id);
        if (own && !own->rebuildable) {
            plan_refuse_stays(c, place, own);
        } else if (!comes_along(c, object)) {
            plan_refuse_tenant(c, object, place);
        }
    }
}

void closure_run(Closure *c)
{
    Followed done = {.declared = find_declared_readers(c)};
    begin_with_changes(c);
    follow_readers(c, &done);
    begin_with_removals(c);
    begin_with_lost_places(c);
    follow_all(c, &done);
    map_each (it, &c->schema_by_key) {
        check_place(c, it->value);
    }
    map_each (it, &c->cluster_by_name) {
        check_place(c, it->value);
    }
}
