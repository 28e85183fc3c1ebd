/* Declared objects beside live ones: what is new, what changed, what is gone, what is left alone. */
#include "plan_internal.h"

#include "cutover/str.h"

static char *kind_key(Arena *arena, const char *kind, const char *id)
{
    return arena_printf(arena, "%s:%s", kind, id);
}

/* ---- sides of our own that are not production ---- */

static void ignore(Closure *c, const char *kind, const char *id)
{
    map_put(c->arena, &c->ignored, kind_key(c->arena, kind, id), c);
}

static void ignore_green(Closure *c, const RecordGreen *green)
{
    const Catalog *catalog = c->in->catalog;
    const CatalogSchema *schema = str_eq(green->kind, "schema")
                                      ? catalog_schema(catalog, green->database, green->green)
                                      : NULL;
    const CatalogCluster *cluster =
        str_eq(green->kind, "cluster") ? catalog_cluster(catalog, green->green) : NULL;
    const CatalogObject *index =
        str_eq(green->kind, "index")
            ? catalog_object(catalog, (RelName){green->database, green->schema, green->green})
            : NULL;
    if (schema) {
        ignore(c, "schema", schema->id);
    }
    if (cluster) {
        ignore(c, "cluster", cluster->id);
    }
    if (index) {
        ignore(c, "index", index->id);
    }
}

static bool retired_still(const Catalog *catalog, const RecordName *name)
{
    if (str_eq(name->kind, "schema")) {
        const CatalogSchema *schema = catalog_schema(catalog, name->database, name->to);
        return schema && str_eq(schema->id, name->id);
    }
    if (str_eq(name->kind, "cluster")) {
        const CatalogCluster *cluster = catalog_cluster(catalog, name->to);
        return cluster && str_eq(cluster->id, name->id);
    }
    const CatalogObject *index =
        catalog_object(catalog, (RelName){name->database, name->schema, name->to});
    return index && str_eq(index->id, name->id);
}

void plan_find_ignored(Closure *c)
{
    vec_each (RecordDeployment, d, &c->in->record->deployments) {
        for (size_t i = 0; i < d->green.count; i++) {
            ignore_green(c, &d->green.items[i]);
        }
        vec_each (RecordName, name, &d->names) {
            if (name->retired && retired_still(c->in->catalog, name)) {
                ignore(c, name->kind, name->id);
            }
        }
    }
}

bool plan_is_ignored(const Closure *c, const CatalogObject *object)
{
    const CatalogSchema *schema =
        catalog_schema(c->in->catalog, object->rel.database, object->rel.schema);
    return (schema && map_get(&c->ignored, kind_key(c->arena, "schema", schema->id))) ||
           (object->cluster_id &&
            map_get(&c->ignored, kind_key(c->arena, "cluster", object->cluster_id))) ||
           map_get(&c->ignored, kind_key(c->arena, object->kind, object->id));
}

/* ---- places ---- */

Place *plan_schema(Closure *c, const char *database, const char *name)
{
    const char *key = schema_key(c->arena, database, name);
    Place *place = map_get(&c->schema_by_key, key);
    if (!place) {
        place = arena_make(c->arena, Place);
        *place = (Place){.database = database,
                         .name = name,
                         .wanted = true,
                         .declared = true,
                         .schema = catalog_schema(c->in->catalog, database, name)};
        map_put(c->arena, &c->schema_by_key, key, place);
    }
    return place;
}

Place *plan_cluster(Closure *c, const char *name)
{
    Place *place = map_get(&c->cluster_by_name, name);
    if (!place) {
        place = arena_make(c->arena, Place);
        *place = (Place){.is_cluster = true,
                         .name = name,
                         .wanted = true,
                         .declared = true,
                         .cluster = catalog_cluster(c->in->catalog, name)};
        map_put(c->arena, &c->cluster_by_name, name, place);
    }
    return place;
}

/* ---- what changed ---- */

static void changed(Item *item, const char *text)
{
    if (item->state == ITEM_SAME) {
        item->state = ITEM_CHANGED;
        item->why = (Why){.cause = CAUSE_CHANGED, .text = text};
    }
}

/* Every object that the live one reads is the one that its declaration means today. */
static bool inputs_hold(Closure *c, const Item *item)
{
    const Catalog *catalog = c->in->catalog;
    Map expected = {0};
    vec_each (const char *, id, &item->node->depends) {
        const DesiredNode *input = map_get(&c->in->desired->node_by_id, *id);
        const CatalogObject *live = input ? catalog_object(catalog, input->rel) : NULL;
        if (live) {
            map_put(c->arena, &expected, live->id, live);
        }
    }
    vec_each (RelName, rel, &item->node->reads) {
        const CatalogObject *live = catalog_object(catalog, *rel);
        if (live) {
            map_put(c->arena, &expected, live->id, live);
        }
    }
    vec_each (const char *, id, &item->live->reads) {
        if (!map_get(&expected, *id)) {
            return false;
        }
    }
    return true;
}

static const CatalogObject *live_index(const Closure *c, RelName on, const DesiredIndex *index)
{
    RelName name = {on.database, on.schema, index->name};
    const CatalogObject *live = catalog_object(c->in->catalog, name);
    return live && str_eq(live->kind, "index") ? live : NULL;
}

static bool index_holds(Closure *c, RelName on, const DesiredIndex *index,
                        const CatalogObject *live)
{
    const RecordObject *known = live ? record_object(c->in->record, "index", live->id) : NULL;
    const CatalogCluster *cluster = catalog_cluster(c->in->catalog, index->cluster);
    return known && cluster && str_eq(cluster->id, live->cluster_id) &&
           str_eq(known->digest, desired_index_digest(c->arena, on, index));
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

static void compare_indexes(Closure *c, Item *item, const Map *indexes_on)
{
    vec_each (DesiredIndex, it, &item->node->indexes) {
        const CatalogObject *live = live_index(c, item->node->rel, it);
        if (!index_holds(c, item->node->rel, it, live)) {
            changed(item,
                    arena_printf(c->arena, "index %s %s", it->name, live ? "changed" : "added"));
        }
    }
    typedef VEC(const CatalogObject *) Objects;
    const Objects *live = map_get(indexes_on, item->live->id);
    for (size_t i = 0; live && i < live->count; i++) {
        const CatalogObject *index = live->items[i];
        if (record_object(c->in->record, "index", index->id) &&
            !declares_index(item->node, index->rel.name)) {
            changed(item, arena_printf(c->arena, "index %s removed", index->rel.name));
        }
    }
}

static void compare_traits(Closure *c, Item *item)
{
    vec_each (DesiredGrant, it, &item->node->grants) {
        bool there = false;
        vec_each (CatalogGrant, live, &item->live->grants) {
            there |= str_eq(live->grantee, it->grantee) && str_eq(live->privilege, it->privilege);
        }
        if (!there && !str_eq(it->grantee, item->live->owner)) {
            changed(item,
                    arena_printf(c->arena, "grant of %s to %s added", it->privilege, it->grantee));
        }
    }
    vec_each (DesiredComment, it, &item->node->comments) {
        if (!it->column && !str_eq(it->text, item->live->comment)) {
            changed(item, "comment changed");
        }
    }
}

static const char *what_changed(const Item *item, const RecordObject *known)
{
    if (item->node->kind == NODE_SEED) {
        return "rows or columns changed";
    }
    if (known->cluster && item->node->cluster && !str_eq(known->cluster, item->node->cluster)) {
        return "cluster changed";
    }
    return "SQL changed";
}

static void compare_item(Closure *c, Item *item, const Map *indexes_on)
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
        plan_refuse_stranger(c, item->live, NULL, NULL);
        return;
    }
    if (!str_eq(known->digest, item->node->digest)) {
        changed(item, what_changed(item, known));
    } else if (!inputs_hold(c, item)) {
        item->state = ITEM_CHANGED;
        item->why = (Why){.cause = CAUSE_DRIFT, .text = "what it reads was replaced"};
    }
    compare_indexes(c, item, indexes_on);
    compare_traits(c, item);
}

/* Relation id to the indexes on it. */
static Map find_indexes(Closure *c)
{
    typedef VEC(const CatalogObject *) Objects;
    Map by_relation = {0};
    vec_each (CatalogObject, it, &c->in->catalog->objects) {
        if (!it->on_id) {
            continue;
        }
        Objects *list = map_get(&by_relation, it->on_id);
        if (!list) {
            list = arena_make(c->arena, Objects);
            map_put(c->arena, &by_relation, it->on_id, list);
        }
        vec_push(c->arena, list, it);
    }
    return by_relation;
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
    if (node->cluster) {
        Place *cluster = plan_cluster(c, node->cluster);
        vec_push(c->arena, &cluster->tenants, item);
    }
    vec_each (DesiredIndex, it, &node->indexes) {
        if (!str_eq(it->cluster, node->cluster)) {
            Place *cluster = plan_cluster(c, it->cluster);
            vec_push(c->arena, &cluster->tenants, item);
        }
    }
}

static void find_externals(Closure *c)
{
    vec_each (DesiredExternal, it, &c->in->desired->externals) {
        vec_each (DesiredIndex, index, &it->indexes) {
            External external = {
                .external = it, .index = index, .live = live_index(c, it->rel, index)};
            bool ours = external.live && record_object(c->in->record, "index", external.live->id);
            external.create = !external.live;
            external.swap = ours && !index_holds(c, it->rel, index, external.live);
            plan_cluster(c, index->cluster);
            vec_push(c->arena, &c->externals, external);
        }
    }
}

void plan_find_items(Closure *c)
{
    vec_each (DesiredNode, it, &c->in->desired->nodes) {
        bool stays =
            it->kind == NODE_SOURCE || it->kind == NODE_SOURCE_TABLE || it->kind == NODE_SINK;
        vec_push(c->arena, &c->items,
                 (Item){.node = it,
                        .live = catalog_object(c->in->catalog, it->rel),
                        .rebuildable = !stays});
    }
    Map indexes_on = find_indexes(c);
    vec_each (Item, it, &c->items) {
        settle_item(c, it);
    }
    vec_each (Item, it, &c->items) {
        compare_item(c, it, &indexes_on);
    }
    find_externals(c);
    vec_each (ClusterConfig, it, &c->in->environment->clusters) {
        plan_cluster(c, it->name);
    }
}

/* ---- what is gone from Git ---- */

static bool is_external_index(const Closure *c, const CatalogObject *object)
{
    vec_each (External, it, &c->externals) {
        if (it->live == object) {
            return true;
        }
    }
    return false;
}

static bool is_source(const char *kind)
{
    return str_eq(kind, "source") || str_eq(kind, "sink") || str_eq(kind, "connection") ||
           str_eq(kind, "secret");
}

/* CREATE TABLE ... FROM SOURCE reads its source; a seed reads nothing. */
static bool is_source_table(const CatalogObject *object)
{
    return str_eq(object->kind, "table") && object->reads.count;
}

void plan_find_removed(Closure *c)
{
    vec_each (CatalogObject, it, &c->in->catalog->objects) {
        const RecordObject *known = record_object(c->in->record, it->kind, it->id);
        if (!known || plan_is_ignored(c, it) || map_get(&c->item_by_live, it->id) ||
            is_source(it->kind) || is_source_table(it)) {
            continue;
        }
        bool on_item = it->on_id && map_get(&c->item_by_live, it->on_id);
        if (on_item || is_external_index(c, it)) {
            continue;
        }
        vec_push(c->arena, &c->removed, it);
        map_put(c->arena, &c->removed_by_id, it->id, it);
    }
}
