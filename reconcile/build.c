#include "cutover/build.h"

#include "build_internal.h"

#include "cutover/str.h"

/*
 * One comparison in progress. `ours` answers for every id whether we made it; `stale_ids` grows to a fixed
 * point, since what reads something stale is stale itself.
 */

static bool container_is_green(const BuildInput *in, bool is_cluster, const char *database,
                               const char *name)
{
    const void *list_items =
        is_cluster ? (const void *)in->plan->clusters.items : (const void *)in->plan->schemas.items;
    size_t count = is_cluster ? in->plan->clusters.count : in->plan->schemas.count;
    const PlanContainer *items = list_items;
    for (size_t i = 0; i < count; i++) {
        if (items[i].wanted && str_eq(items[i].green, name) &&
            (is_cluster || str_eq(items[i].database, database))) {
            return true;
        }
    }
    return false;
}

static void foreign(Build *build, const char *what, const char *name)
{
    Diag *diag = diag_add(&build->foreign, DIAG_REFUSED, "CO4121",
                          "%s %s has a name that green needs, and is not ours", what, name);
    diag->object = name;
    diag->hint = "rename or drop it; Cutover never touches what it did not make";
}

/* ---- containers ---- */

static void add_defaults(Comparison *c, const PlanContainer *container, const char *green)
{
    vec_each (CatalogDefault, it, &c->in->catalog->defaults) {
        if (!str_eq(it->schema, container->name) || !str_eq(it->database, container->database) ||
            build_has_default(c->in->catalog, it, green)) {
            continue;
        }
        vec_push(c->arena, &c->build->missing,
                 (Step){.kind = STEP_DEFAULT_PRIVILEGE,
                        .object_kind = "schema",
                        .rel = {.database = container->database, .name = green},
                        .object_type = it->object_type,
                        .owner = it->owner,
                        .grantee = it->grantee,
                        .privilege = it->privilege});
    }
}

static void compare_schema(Comparison *c, const PlanContainer *container)
{
    const Catalog *catalog = c->in->catalog;
    const CatalogSchema *green = catalog_schema(catalog, container->database, container->green);
    if (!green) {
        vec_push(c->arena, &c->build->missing,
                 (Step){.kind = STEP_CREATE_SCHEMA,
                        .object_kind = "schema",
                        .rel = {.database = container->database, .name = container->green}});
    } else if (!build_is_ours(c, "schema", green->id)) {
        foreign(c->build, "schema", green->name);
        return;
    } else {
        build_claim(c,
                    (RecordObject){.id = green->id,
                                   .kind = "schema",
                                   .rel = {.database = green->database, .name = container->name}});
    }
    add_defaults(c, container, container->green);
}

static void compare_cluster(Comparison *c, const PlanContainer *container)
{
    const CatalogCluster *green = catalog_cluster(c->in->catalog, container->green);
    if (!green) {
        vec_push(c->arena, &c->build->missing,
                 (Step){.kind = STEP_CREATE_CLUSTER,
                        .object_kind = "cluster",
                        .rel = {.name = container->green},
                        .size = container->size,
                        .options = container->options,
                        .replication_factor = container->replication_factor});
    } else if (!build_is_ours(c, "cluster", green->id)) {
        foreign(c->build, "cluster", green->name);
    } else if (!str_eq(green->size, container->size) ||
               green->replication_factor != container->replication_factor) {
        vec_push(c->arena, &c->build->stale_clusters, green);
    } else {
        build_claim(c, (RecordObject){
                           .id = green->id, .kind = "cluster", .rel = {.name = container->name}});
    }
}

static bool is_unused(Comparison *c, const char *kind, const char *id, RelName name)
{
    return build_is_ours(c, kind, id) &&
           !build_is_production(c->in->catalog, c->in->record, kind, id, name) &&
           !build_seen(c, kind, id);
}

/* The plan builds something of that kind there, and an index on that relation; what it only renames away has no green side. */
static bool is_beside(const Comparison *c, const CatalogObject *made)
{
    vec_each (PlanBeside, it, &c->in->plan->besides) {
        const CatalogObject *on = it->index ? catalog_object(c->in->catalog, it->on) : NULL;
        bool built = it->node || (on && str_eq(made->on_id, on->id));
        if (built && str_eq(made->kind, it->kind) &&
            relname_eq(made->rel, (RelName){it->rel.database, it->rel.schema, it->green})) {
            return true;
        }
    }
    return false;
}

/*
 * What another commit wanted beside production makes room first: only one replacement can be made for a view, what
 * is read cannot be dropped, and this one may want something else under the same name. At once, however fresh it is: nobody
 * who carries on this build makes it again.
 */
static void find_unused_beside(Comparison *c, const RecordGreen *green)
{
    RelName rel = {green->database, green->schema, green->green};
    const CatalogObject *made = green->schema ? catalog_object(c->in->catalog, rel) : NULL;
    if (made && !is_beside(c, made) && is_unused(c, made->kind, made->id, rel)) {
        map_put(c->arena, &c->stale_ids, made->id, made);
        vec_push(c->arena, &c->build->stale, made);
    }
}

/* What deployments before this one made for green, and this plan does not use. */
static void find_unused(Comparison *c)
{
    const Catalog *catalog = c->in->catalog;
    vec_each (RecordDeployment, d, &c->in->record->deployments) {
        if (d->cut_over) {
            continue;
        }
        vec_each (RecordGreen, it, &d->green) {
            find_unused_beside(c, it);
            const CatalogSchema *schema = str_eq(it->kind, "schema")
                                              ? catalog_schema(catalog, it->database, it->green)
                                              : NULL;
            const CatalogCluster *cluster =
                str_eq(it->kind, "cluster") ? catalog_cluster(catalog, it->green) : NULL;
            if (schema && !container_is_green(c->in, false, it->database, it->green) &&
                is_unused(c, "schema", schema->id,
                          (RelName){.database = it->database, .name = it->green})) {
                vec_push(c->arena, &c->build->stale_schemas, schema);
            }
            if (cluster && !container_is_green(c->in, true, NULL, it->green) &&
                is_unused(c, "cluster", cluster->id, (RelName){.name = it->green})) {
                vec_push(c->arena, &c->build->stale_clusters, cluster);
            }
        }
    }
}

/* ---- in place ---- */

/* Most wait beside for the cutover: only on what this commit makes where it stays, they are made there too. */
static void add_in_place_index(Comparison *c, const PlanObject *object)
{
    const NameMap *names = &c->in->plan->names;
    const RelName *on =
        object->node ? &object->node->rel : build_external_of(c->in->production, object->index);
    if (on && !map_get(&names->relations, relname_key(c->arena, *on)) &&
        !map_get(&names->indexes, relname_key(c->arena, object->rel))) {
        vec_push(c->arena, &c->build->missing,
                 (Step){.kind = STEP_CREATE_INDEX,
                        .object_kind = "index",
                        .rel = *on,
                        .index = object->index,
                        .index_name = object->index->name,
                        .file = object->file,
                        .line = object->line});
        c->build->total++;
    }
}

static void add_in_place(Comparison *c, const char *kind)
{
    vec_each (PlanObject, it, &c->in->plan->objects) {
        if (it->where != PLAN_IN_PLACE || it->action != PLAN_CREATE || !str_eq(it->kind, kind)) {
            continue;
        }
        if (str_eq(kind, "index")) {
            add_in_place_index(c, it);
            continue;
        }
        Step step = {.object_kind = kind, .rel = it->rel, .file = it->file, .line = it->line};
        if (str_eq(kind, "schema")) {
            step.kind = STEP_CREATE_SCHEMA;
        } else if (str_eq(kind, "cluster")) {
            const ClusterConfig *config = config_cluster(c->in->environment, it->rel.name);
            step.kind = STEP_CREATE_CLUSTER;
            step.size = config ? config->size : NULL;
            step.replication_factor =
                config && config->replication_factor >= 0 ? config->replication_factor : 1;
        } else {
            step.kind = STEP_CREATE_NODE;
            step.node = it->node;
            c->build->total++;
        }
        vec_push(c->arena, &c->build->missing, step);
    }
}

/* ---- the whole ---- */

static void compare_containers(Comparison *c)
{
    add_in_place(c, "cluster");
    vec_each (PlanContainer, it, &c->in->plan->clusters) {
        if (it->wanted) {
            compare_cluster(c, it);
        }
    }
    add_in_place(c, "schema");
    vec_each (PlanContainer, it, &c->in->plan->schemas) {
        if (it->wanted) {
            compare_schema(c, it);
        }
    }
    find_unused(c);
}

Build *build_compare(Arena *arena, const BuildInput *input)
{
    Build *build = arena_make(arena, Build);
    build->foreign = diags_new(arena);
    Comparison c = {.arena = arena, .in = input, .build = build};
    build->doubtful =
        input->deployment && build_is_doubtful(input->catalog, input->record, input->deployment);
    build_find_ours(&c);
    compare_containers(&c);
    add_in_place(&c, "source");
    add_in_place(&c, "source_table");
    add_in_place(&c, "table");
    build_find_stale(&c);
    build_compare_nodes(&c);
    build_compare_beside_indexes(&c);
    add_in_place(&c, "index");
    build_find_brought_along(&c);
    build_compare_traits(&c);
    build_compare_canary(&c);
    build_order_drops(arena, build->stale.items, build->stale.count);
    return build;
}
