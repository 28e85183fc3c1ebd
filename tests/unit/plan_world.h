/*
 * What happens to the world of plan_catalog.h: a fake deployment that gives new ids, swaps names and records what it
 * made, as the real one does.
 */
#ifndef TESTS_PLAN_WORLD_H
#define TESTS_PLAN_WORLD_H

#include "plan_catalog.h"

#include "cutover/noted.h"

/* ---- a fake deployment ---- */

static inline void world_record(World *w, const char *kind, const char *id, RelName rel,
                                const char *cluster, const char *digest, const char *node)
{
    RecordObject *object = arena_make(w->arena, RecordObject);
    *object = (RecordObject){.id = id,
                             .kind = kind,
                             .rel = rel,
                             .cluster = cluster,
                             .digest = digest,
                             .node = node,
                             .action = "created"};
    map_put(w->arena, &w->record->object_by_id, arena_printf(w->arena, "%s:%s", kind, id), object);
}

/* Notes who owns what and what is declared, as every deployment does right before its cutover. */
static inline void world_note(World *w)
{
    world_seal_catalog(w);
    RecordObjects objects = noted_anew(w->arena, w->record, w->catalog, w->desired);
    vec_each (RecordObject, it, &objects) {
        RecordObject *known =
            map_get(&w->record->object_by_id, arena_printf(w->arena, "%s:%s", it->kind, it->id));
        known->owner = it->owner;
        known->options = it->options;
        known->declared = it->declared;
    }
}

static inline void world_make_index(World *w, RelName on_now, RelName on, const char *name,
                                    const DesiredIndex *index, const char *cluster)
{
    world_seal_catalog(w);
    const CatalogObject *relation = catalog_object(w->catalog, on_now);
    assert_non_null(relation);
    CatalogObject object = {.id = world_id(w),
                            .kind = "index",
                            .rel = {on_now.database, on_now.schema, name},
                            .owner = "cutover",
                            .on_id = relation->id,
                            .cluster_id = catalog_cluster(w->catalog, cluster)->id};
    vec_push(w->arena, &object.reads, relation->id);
    world_record(w, "index", object.id, (RelName){on.database, on.schema, index->name},
                 index->cluster, desired_index_digest(w->arena, on, index), NULL);
    vec_push(w->arena, &w->catalog->objects, object);
}

static inline void world_comment(World *w, CatalogObject *object, const DesiredComment *comment)
{
    if (!comment->column) {
        object->comment = comment->text;
        return;
    }
    vec_each (CatalogColumnComment, it, &object->column_comments) {
        if (str_eq(it->column, comment->column)) {
            it->text = comment->text;
            return;
        }
    }
    vec_push(w->arena, &object->column_comments,
             (CatalogColumnComment){comment->column, comment->text});
}

static inline void world_make_node(World *w, const Plan *plan, const DesiredNode *node)
{
    world_seal_catalog(w);
    RelName rel = namemap_rel(w->arena, &plan->names, node->rel);
    assert_null(catalog_object(w->catalog, rel));
    CatalogObject object = {
        .id = world_id(w), .kind = node_kind_catalog(node->kind), .rel = rel, .owner = "cutover"};
    bool runs = node->kind == NODE_MATERIALIZED_VIEW || node->kind == NODE_SOURCE;
    const char *cluster = runs ? namemap_cluster(&plan->names, node->cluster) : NULL;
    object.cluster_id = cluster ? catalog_cluster(w->catalog, cluster)->id : NULL;
    vec_each (const char *, id, &node->depends) {
        const DesiredNode *input = map_get(&w->desired->node_by_id, *id);
        const CatalogObject *live =
            catalog_object(w->catalog, namemap_rel(w->arena, &plan->names, input->rel));
        assert_non_null(
            live); /* inputs first, and every one of them exists on the side that counts */
        vec_push(w->arena, &object.reads, live->id);
    }
    vec_each (RelName, it, &node->reads) {
        const CatalogObject *live = catalog_object(w->catalog, *it);
        assert_non_null(live);
        vec_push(w->arena, &object.reads, live->id);
    }
    vec_each (DesiredGrant, it, &node->grants) {
        vec_push(w->arena, &object.grants,
                 (CatalogGrant){.grantee = it->grantee, .privilege = it->privilege});
    }
    vec_each (DesiredComment, it, &node->comments) {
        world_comment(w, &object, it);
    }
    world_record(w, object.kind, object.id, node->rel, node->cluster, node->digest, node->id);
    vec_push(w->arena, &w->catalog->objects, object);
}

static inline void world_make_containers(World *w, const Plan *plan)
{
    vec_each (PlanContainer, it, &plan->clusters) {
        if (it->wanted) {
            const char *id = world_add_cluster(w, it->green, it->size, it->replication_factor)->id;
            world_record(w, "cluster", id, (RelName){.name = it->name}, NULL, NULL, NULL);
        }
    }
    vec_each (PlanContainer, it, &plan->schemas) {
        if (it->wanted) {
            const char *id = world_add_schema(w, it->database, it->green, "cutover")->id;
            world_record(w, "schema", id, (RelName){.database = it->database, .name = it->name},
                         NULL, NULL, NULL);
        }
    }
    vec_each (PlanObject, it, &plan->objects) {
        if (it->action != PLAN_CREATE) {
            continue;
        }
        if (it->where == PLAN_IN_PLACE && str_eq(it->kind, "cluster")) {
            const ClusterConfig *config = config_cluster(&w->environment, it->rel.name);
            const char *id =
                world_add_cluster(w, it->rel.name, config->size,
                                  config->replication_factor < 0 ? 1 : config->replication_factor)
                    ->id;
            world_record(w, "cluster", id, it->rel, NULL, NULL, NULL);
        } else if (it->where == PLAN_IN_PLACE && str_eq(it->kind, "schema")) {
            const char *id = world_add_schema(w, it->rel.database, it->rel.name, "cutover")->id;
            world_record(w, "schema", id, it->rel, NULL, NULL, NULL);
        }
    }
}

static inline RelName world_on(World *w, const PlanObject *object)
{
    return object->node ? object->node->rel : world_rel(w, object->on);
}

static inline void world_make_object(World *w, const Plan *plan, const PlanObject *it)
{
    if (!it->index) {
        world_make_node(w, plan, it->node);
        return;
    }
    RelName on = world_on(w, it), now = namemap_rel(w->arena, &plan->names, on);
    const char *beside = map_get(&plan->names.indexes, relname_key(w->arena, it->rel));
    world_make_index(w, now, on, beside ? beside : it->index->name, it->index,
                     namemap_cluster(&plan->names, it->index->cluster));
}

/* Inputs come first, indexes last. */
static inline void world_make_objects(World *w, const Plan *plan)
{
    vec_each (DesiredNode, node, &w->desired->nodes) {
        vec_each (PlanObject, it, &plan->objects) {
            if (it->node == node && !it->index && plan_is_built(it)) {
                world_make_object(w, plan, it);
            }
        }
    }
    vec_each (PlanObject, it, &plan->objects) {
        if (it->index && plan_is_built(it)) {
            world_make_object(w, plan, it);
        }
    }
}

static inline void world_rename_schema(World *w, const char *database, const char *from,
                                       const char *to)
{
    CatalogSchema *schema = world_live_schema(w, database, from);
    assert_non_null(schema);
    assert_null(world_live_schema(w, database, to));
    schema->name = to;
    vec_each (CatalogObject, it, &w->catalog->objects) {
        if (str_eq(it->rel.schema, from) && str_eq(it->rel.database, database)) {
            it->rel.schema = to;
        }
    }
}

static inline void world_rename_cluster(World *w, const char *from, const char *to)
{
    CatalogCluster *cluster = world_live_cluster(w, from);
    assert_non_null(cluster);
    assert_null(world_live_cluster(w, to));
    cluster->name = to;
}

static inline void world_rename_beside(World *w, const Plan *plan, RecordNames *names)
{
    vec_each (PlanBeside, it, &plan->besides) {
        vec_each (CatalogObject, object, &w->catalog->objects) {
            bool old = it->live_id && str_eq(object->id, it->live_id);
            RelName green = {it->rel.database, it->rel.schema, it->green};
            if (!old && !relname_eq(object->rel, green)) {
                continue;
            }
            RecordName name = {.kind = it->kind,
                               .id = object->id,
                               .database = it->rel.database,
                               .schema = it->rel.schema,
                               .from = object->rel.name,
                               .to = old ? it->blue : it->rel.name,
                               .retired = old};
            vec_push(w->arena, names, name);
            object->rel.name = name.to;
        }
    }
}

static inline void world_cut_over(World *w, const Plan *plan)
{
    RecordDeployment d = {.id = arena_printf(w->arena, "g%d", (int)w->generation + 1),
                          .generation = w->generation + 1,
                          .commit = COMMIT,
                          .phase = PHASE_SOAKING,
                          .has_intent = true,
                          .cut_over = true};
    for (int clusters = 0; clusters < 2; clusters++) {
        const PlanContainer *items = clusters ? plan->clusters.items : plan->schemas.items;
        size_t count = clusters ? plan->clusters.count : plan->schemas.count;
        for (size_t i = 0; i < count; i++) {
            const PlanContainer *it = &items[i];
            if (it->live_id) {
                vec_push(w->arena, &d.names,
                         (RecordName){.kind = clusters ? "cluster" : "schema",
                                      .id = it->live_id,
                                      .database = it->database,
                                      .from = it->name,
                                      .to = it->blue,
                                      .retired = true});
                clusters ? world_rename_cluster(w, it->name, it->blue)
                         : world_rename_schema(w, it->database, it->name, it->blue);
            }
            if (it->wanted) {
                const char *id = clusters ? world_live_cluster(w, it->green)->id
                                          : world_live_schema(w, it->database, it->green)->id;
                vec_push(w->arena, &d.names,
                         (RecordName){.kind = clusters ? "cluster" : "schema",
                                      .id = id,
                                      .database = it->database,
                                      .from = it->green,
                                      .to = it->name});
                clusters ? world_rename_cluster(w, it->green, it->name)
                         : world_rename_schema(w, it->database, it->green, it->name);
            }
        }
    }
    world_rename_beside(w, plan, &d.names);
    d.cutover_names = d.names;
    vec_push(w->arena, &w->record->deployments, d);
    w->generation++;
}

static inline void world_rename_object(World *w, const char *id, const char *to)
{
    vec_each (CatalogObject, it, &w->catalog->objects) {
        if (str_eq(it->id, id)) {
            it->rel.name = to;
        }
    }
}

/* The way back of the newest deployment: what it retired first, since its names are needed again. */
static inline void world_roll_back(World *w)
{
    RecordDeployment *d = &vec_last(&w->record->deployments);
    d->names =
        record_inverse(w->arena, &d->cutover_names, w->environment.blue_pattern, w->generation);
    for (int retired = 1; retired >= 0; retired--) {
        vec_each (RecordName, it, &d->names) {
            if (it->retired != (retired == 1)) {
                continue;
            }
            if (str_eq(it->kind, "cluster")) {
                world_rename_cluster(w, it->from, it->to);
            } else if (str_eq(it->kind, "schema")) {
                world_rename_schema(w, it->database, it->from, it->to);
            } else {
                world_rename_object(w, it->id, it->to);
            }
        }
    }
    w->generation++;
}

/* What is changed where it is: neither a new id nor a new name. */
static inline void world_regrant(World *w, CatalogObject *object, const PlanObject *planned)
{
    CatalogGrants others = {0};
    CatalogGrant grant = {.grantee = planned->grant->grantee,
                          .privilege = planned->grant->privilege};
    vec_each (CatalogGrant, it, &object->grants) {
        if (!str_eq(it->grantee, grant.grantee) || !str_eq(it->privilege, grant.privilege)) {
            vec_push(w->arena, &others, *it);
        }
    }
    if (!planned->revoked) {
        vec_push(w->arena, &others, grant);
    }
    object->grants.items = others.items;
    object->grants.count = others.count;
}

static inline void world_alter(World *w, const Plan *plan)
{
    vec_each (PlanObject, it, &plan->objects) {
        if (it->resize) {
            CatalogCluster *cluster = world_live_cluster(w, it->rel.name);
            cluster->size = it->resize->size ? it->resize->size : cluster->size;
            cluster->replication_factor = it->resize->replication_factor < 0
                                              ? cluster->replication_factor
                                              : it->resize->replication_factor;
            cluster->options = it->resize->options ? it->resize->options : cluster->options;
        }
        vec_each (CatalogObject, object, &w->catalog->objects) {
            if (it->owner && str_eq(object->id, it->owner->id)) {
                object->owner = it->owner->to;
            } else if (it->grant && it->live && str_eq(object->id, it->live->id)) {
                world_regrant(w, object, it);
            } else if (it->comment && str_eq(object->id, it->live->id)) {
                world_comment(w, object, it->comment);
            }
        }
    }
}

/* After the cutover: each reads what bears its input's name now. */
static inline void world_see_to_sinks(World *w, const Plan *plan)
{
    vec_each (PlanObject, it, &plan->objects) {
        if (!str_eq(it->kind, "sink") || it->action == PLAN_REMOVE) {
            continue;
        }
        CatalogObject sink = {.id = it->live && it->action == PLAN_REPOINT ? it->live->id
                                                                           : world_id(w),
                              .kind = "sink",
                              .rel = it->rel,
                              .owner = "cutover",
                              .cluster_id = world_live_cluster(w, it->cluster)->id};
        vec_push(w->arena, &sink.reads, world_live(w, it->on)->id);
        world_record(w, "sink", sink.id, it->rel, it->cluster, it->node->digest, it->node->id);
        CatalogObject *live = world_live(w, relname_text(w->arena, it->rel, DB));
        if (live) {
            *live = sink;
        } else {
            vec_push(w->arena, &w->catalog->objects, sink);
        }
    }
}

static inline void world_apply(World *w, const Plan *plan)
{
    assert_int_equal(plan->outcome, PLAN_CHANGES);
    world_make_containers(w, plan);
    world_make_objects(w, plan);
    world_alter(w, plan);
    world_cut_over(w, plan);
    world_see_to_sinks(w, plan);
}

/* Drops every retired side of the newest deployment, and fails where RESTRICT would. */
static inline void world_clean(World *w)
{
    RecordDeployment *d = &vec_last(&w->record->deployments);
    Map gone = {0};
    vec_each (RecordName, it, &d->names) {
        if (it->retired) {
            map_put(w->arena, &gone, arena_printf(w->arena, "%s:%s", it->kind, it->id), it);
        }
    }
    Map dropped = {0};
    Catalog *left = arena_make(w->arena, Catalog);
    *left = *w->catalog;
    memset(&left->objects, 0, sizeof left->objects);
    memset(&left->schemas, 0, sizeof left->schemas);
    memset(&left->clusters, 0, sizeof left->clusters);
    vec_each (CatalogObject, it, &w->catalog->objects) {
        const CatalogSchema *schema = world_live_schema(w, it->rel.database, it->rel.schema);
        bool goes = map_get(&gone, arena_printf(w->arena, "schema:%s", schema->id)) ||
                    (it->cluster_id &&
                     map_get(&gone, arena_printf(w->arena, "cluster:%s", it->cluster_id))) ||
                    map_get(&gone, arena_printf(w->arena, "%s:%s", it->kind, it->id)) ||
                    (it->on_id && map_get(&dropped, it->on_id));
        if (goes) {
            assert_non_null(record_object(w->record, it->kind, it->id));
            map_put(w->arena, &dropped, it->id, it);
        } else {
            vec_push(w->arena, &left->objects, *it);
        }
    }
    vec_each (CatalogObject, it, &left->objects) {
        vec_each (const char *, id, &it->reads) {
            assert_null(map_get(&dropped, *id));
        }
    }
    vec_each (CatalogSchema, it, &w->catalog->schemas) {
        if (!map_get(&gone, arena_printf(w->arena, "schema:%s", it->id))) {
            vec_push(w->arena, &left->schemas, *it);
        }
    }
    vec_each (CatalogCluster, it, &w->catalog->clusters) {
        if (!map_get(&gone, arena_printf(w->arena, "cluster:%s", it->id))) {
            vec_push(w->arena, &left->clusters, *it);
        }
    }
    w->catalog = left;
    d->phase = PHASE_LIVE;
}

/* ---- looking at a plan ---- */

static inline const PlanObject *world_planned(const Plan *plan, const char *name)
{
    vec_each (PlanObject, it, &plan->objects) {
        const char *at = strchr(name, '.');
        if (at ? str_eq(it->rel.name, at + 1) && it->rel.schema &&
                     strncmp(it->rel.schema, name, (size_t)(at - name)) == 0
               : str_eq(it->rel.name, name)) {
            return it;
        }
    }
    return NULL;
}

static inline const Diag *world_finding(const Plan *plan, const char *code)
{
    vec_each (Diag, it, &plan->diags.list) {
        if (str_eq(it->code, code)) {
            return it;
        }
    }
    return NULL;
}

/* The nearest reason of a planned object. */
static inline const char *world_reason(const Plan *plan, const char *name)
{
    const PlanObject *object = world_planned(plan, name);
    return object && object->reasons.count ? object->reasons.items[0].text : NULL;
}

/* ---- a shop to tell stories of ---- */

/* The shop of docs/interface.md 4.1: orders_clean <- daily, and top_items in a schema of its own. */
static inline void declare_shop(World *w)
{
    world_size(w, "compute", "200cc", 2);
    world_declare(w, NODE_VIEW, "shop.orders_clean", NULL, "[public.orders]");
    world_declare(w, NODE_MATERIALIZED_VIEW, "shop.daily", "compute", "shop.orders_clean");
    world_declare(w, NODE_MATERIALIZED_VIEW, "shop.customers", "compute", "[public.orders]");
    world_declare(w, NODE_MATERIALIZED_VIEW, "reports.top_items", "compute", "shop.daily");
    world_index(w, "shop.daily", "daily_primary_idx", "compute", NULL);
}

static inline World *deployed_shop(Arena *arena)
{
    World *w = world_new(arena);
    declare_shop(w);
    world_apply(w, world_plan(w));
    return w;
}

#endif
