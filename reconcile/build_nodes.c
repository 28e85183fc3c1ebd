/* Nodes and indexes of green: which are there, which are missing. */
#include "build_internal.h"

#include "cutover/str.h"

static const DesiredIndex *index_of(const DesiredNode *node, const char *name)
{
    vec_each (DesiredIndex, it, &node->indexes) {
        if (str_eq(it->name, name)) {
            return it;
        }
    }
    return NULL;
}

const char *build_index_digest(const Comparison *c, const char *id, const char *name)
{
    const DesiredNode *node = map_get(&c->in->production->node_by_id, id);
    const DesiredIndex *index = node ? index_of(node, name) : NULL;
    return index ? desired_index_digest(c->arena, node->rel, index) : NULL;
}

const RelName *build_external_of(const Desired *desired, const DesiredIndex *index)
{
    vec_each (DesiredExternal, it, &desired->externals) {
        vec_each (DesiredIndex, candidate, &it->indexes) {
            if (candidate == index) {
                return &it->rel;
            }
        }
    }
    return NULL;
}

/* A live object counts as there unless it is stale: then it is dropped first and made on a later pass. */
static const CatalogObject *fitting(const Comparison *c, RelName rel)
{
    const CatalogObject *live = catalog_object(c->in->catalog, rel);
    return live && !map_get(&c->stale_ids, live->id) ? live : NULL;
}

/* Of its kind: an index may bear the name. */
static const CatalogObject *fitting_node(const Comparison *c, const DesiredNode *node)
{
    const CatalogObject *live = fitting(c, node->rel);
    return live && str_eq(live->kind, node_kind_catalog(node->kind)) ? live : NULL;
}

/* Of that name on ON, a relation: one of a side that is kept may bear the same name. */
static const CatalogObject *fitting_index(const Comparison *c, RelName on, const char *name)
{
    const CatalogObject *relation = catalog_object(c->in->catalog, on);
    const CatalogObject *index = fitting(c, (RelName){on.database, on.schema, name});
    return index && relation && str_eq(index->on_id, relation->id) ? index : NULL;
}

static void compare_index(Comparison *c, const DesiredNode *green, const DesiredIndex *index)
{
    const CatalogObject *live = fitting_index(c, green->rel, index->name);
    c->build->total++;
    if (!live) {
        vec_push(c->arena, &c->build->missing,
                 (Step){.kind = STEP_CREATE_INDEX,
                        .object_kind = "index",
                        .rel = green->rel,
                        .index = index,
                        .index_name = index->name,
                        .file = index->file,
                        .line = index->line});
        return;
    }
    const DesiredNode *node = map_get(&c->in->production->node_by_id, green->id);
    vec_push(c->arena, &c->build->wanted, live);
    build_claim(c, (RecordObject){.id = live->id,
                                  .kind = "index",
                                  .rel = {node->rel.database, node->rel.schema, index->name},
                                  .digest = build_index_digest(c, green->id, index->name),
                                  .node = green->id});
}

/* An APPLY REPLACEMENT waits for the one that is replaced, so that one must run as well. */
static void want_target(Comparison *c, const PlanBeside *beside)
{
    const CatalogObject *target = catalog_object(c->in->catalog, beside->rel);
    if (target && str_eq(target->kind, "materialized-view")) {
        vec_push(c->arena, &c->build->wanted, target);
    }
}

static void compare_node(Comparison *c, const DesiredNode *green)
{
    const CatalogObject *live = fitting_node(c, green);
    const PlanBeside *beside = build_beside(c, green->rel);
    bool replaces = beside && beside->replaces;
    c->build->total++;
    if (!live) {
        vec_push(c->arena, &c->build->missing,
                 (Step){.kind = STEP_CREATE_NODE,
                        .object_kind = node_kind_catalog(green->kind),
                        .rel = green->rel,
                        .node = green,
                        .replaces = replaces && green->kind != NODE_SEED ? &beside->rel : NULL,
                        .file = green->file,
                        .line = green->line});
    } else {
        const DesiredNode *node = map_get(&c->in->production->node_by_id, green->id);
        if (str_eq(live->kind, "materialized-view")) {
            vec_push(c->arena, &c->build->wanted, live);
        }
        build_claim(c, (RecordObject){.id = live->id,
                                      .kind = live->kind,
                                      .rel = node->rel,
                                      .cluster = node->cluster,
                                      .file = node->file,
                                      .digest = node->digest,
                                      .node = node->id,
                                      .inputs = live->reads});
    }
    if (replaces) {
        want_target(c, beside);
        return; /* indexes stay with the one that is replaced */
    }
    vec_each (DesiredIndex, it, &green->indexes) {
        compare_index(c, green, it);
    }
}

void build_compare_nodes(Comparison *c)
{
    Map green_schemas = {0};
    vec_each (PlanContainer, it, &c->in->plan->schemas) {
        if (it->wanted) {
            map_put(c->arena, &green_schemas, schema_key(c->arena, it->database, it->green), it);
        }
    }
    vec_each (DesiredNode, it, &c->in->green->nodes) {
        if (map_get(&green_schemas, schema_key(c->arena, it->rel.database, it->rel.schema)) ||
            build_beside(c, it->rel)) {
            compare_node(c, it);
        }
    }
}

/* An index on a relation that stays: on the cluster of its side, under its green name. */
static Step index_step(Comparison *c, const PlanBeside *it)
{
    DesiredIndex *green = arena_make(c->arena, DesiredIndex);
    *green = *it->index;
    green->cluster = namemap_cluster(&c->in->plan->names, green->cluster);
    return (Step){.kind = STEP_CREATE_INDEX,
                  .object_kind = "index",
                  .rel = it->on,
                  .index = green,
                  .index_name = it->green,
                  .file = green->file,
                  .line = green->line};
}

void build_compare_beside_indexes(Comparison *c)
{
    vec_each (PlanBeside, it, &c->in->plan->besides) {
        if (!it->index) {
            continue;
        }
        const CatalogObject *live = fitting_index(c, it->on, it->green);
        const char *digest = desired_index_digest(c->arena, it->on, it->index);
        c->build->total++;
        if (!live) {
            vec_push(c->arena, &c->build->missing, index_step(c, it));
            continue;
        }
        bool fits = build_same_declaration(c, live, digest) &&
                    build_on_right_cluster(
                        c, live, namemap_cluster(&c->in->plan->names, it->index->cluster));
        if (build_is_ours(c, live->kind, live->id) && !fits) {
            build_add_stale(c, live);
            continue;
        }
        vec_push(c->arena, &c->build->wanted, live);
        build_claim(
            c, (RecordObject){.id = live->id, .kind = "index", .rel = it->rel, .digest = digest});
    }
}

/* ---- in place ---- */

typedef struct Claims {
    Arena *arena;
    const Desired *desired;
    const Catalog *catalog;
    Record *record;
    Map created; /* as in Comparison */
    const char *deployment;
} Claims;

static bool announces(const RecordDeployment *d, const char *kind, RelName rel)
{
    vec_each (const RecordPlace, it, &d->makes) {
        if (str_eq(it->kind, kind) && relname_eq(it->rel, rel)) {
            return true;
        }
    }
    return false;
}

/* MAKER, or a commit that it has overtaken, makes a KIND under the name REL. */
static bool is_announced(const Claims *c, const RecordDeployment *maker, const char *kind,
                         RelName rel)
{
    vec_each (RecordDeployment, d, &c->record->deployments) {
        if (d->from_generation == maker->from_generation && announces(d, kind, rel)) {
            return true;
        }
    }
    return false;
}

/* Where it lies; an index, what it is on. */
static CatalogPlace place_of(const Claims *c, const char *kind, const char *id)
{
    const CatalogObject *index =
        str_eq(kind, "index") ? catalog_object_by_id(c->catalog, id) : NULL;
    return index ? catalog_object_place(catalog_object_by_id(c->catalog, index->on_id))
                 : catalog_place(c->catalog, kind, id);
}

/* Whatever else our role has made in production was made by a person who bears it, and so was what came when the newest intent
 * before it was over. */
static bool claimable(const Claims *c, const char *kind, const char *id)
{
    const RecordDeployment *maker = build_maker(c->arena, &c->created, c->record, kind, id);
    const CatalogPlace place = place_of(c, kind, id);
    return !record_object(c->record, kind, id) && maker && !build_is_over(maker) && place.kind &&
           is_announced(c, maker, place.kind, place.rel);
}

static void claim_one(const Claims *c, RecordObject object)
{
    RecordObject *claim = arena_make(c->arena, RecordObject);
    *claim = object;
    claim->action = "created";
    claim->deployment = c->deployment;
    map_put(c->arena, &c->record->object_by_id, id_key(c->arena, object.kind, object.id), claim);
    vec_push(c->arena, &c->record->unwritten, *claim);
}

/* What its maker's intent tells of LIVE, which is made where it stays; NULL: nothing. */
static const RecordPlace *intended_place(const Claims *c, const CatalogObject *live)
{
    const RecordDeployment *maker =
        build_maker(c->arena, &c->created, c->record, live->kind, live->id);
    for (size_t i = 0; maker && i < maker->makes.count; i++) {
        const RecordPlace *it = &maker->makes.items[i];
        if (it->digest && str_eq(it->kind, live->kind) && relname_eq(it->rel, live->rel)) {
            return it;
        }
    }
    return NULL;
}

/* DIGEST, unless another commit made the object: what that one declared its intent tells, or nobody does any more. A source or a
 * table is never made anew, so nothing is won by a doubt. */
static const char *digest_made(const Claims *c, const CatalogObject *live, const char *digest)
{
    const RecordPlace *place = intended_place(c, live);
    if (place) {
        return place->digest;
    }
    bool same =
        str_eq(live->kind, "index")
            ? build_made_from(c->arena, &c->created, c->catalog, c->record, live->kind, live->id,
                              c->desired)
            : build_intended_by(c->arena, &c->created, c->record, live->kind, live->id, c->desired);
    return same ? digest : "made by another commit";
}

/* One on what is built beside may have its last name from the beginning: it goes with that. */
static void claim_index(const Claims *c, RelName on, const DesiredIndex *index)
{
    RelName name = {on.database, on.schema, index->name};
    const CatalogObject *live = catalog_object(c->catalog, name);
    const CatalogObject *relation = catalog_object(c->catalog, on);
    if (live && str_eq(live->kind, "index") && relation && str_eq(live->on_id, relation->id) &&
        claimable(c, "index", live->id)) {
        const char *digest = desired_index_digest(c->arena, on, index);
        claim_one(c, (RecordObject){.id = live->id,
                                    .kind = "index",
                                    .rel = name,
                                    .digest = digest_made(c, live, digest)});
    }
}

static void claim_nodes(const Claims *c)
{
    vec_each (DesiredNode, it, &c->desired->nodes) {
        const CatalogObject *live = catalog_object(c->catalog, it->rel);
        if (node_kind_stays(it->kind) && live && claimable(c, live->kind, live->id)) {
            claim_one(c, (RecordObject){.id = live->id,
                                        .kind = live->kind,
                                        .rel = it->rel,
                                        .digest = digest_made(c, live, it->digest),
                                        .node = it->id});
        }
        vec_each (DesiredIndex, index, &it->indexes) {
            claim_index(c, it->rel, index);
        }
    }
}

static void claim_containers(const Claims *c)
{
    Map used = {0};
    vec_each (DesiredNode, it, &c->desired->nodes) {
        map_put(c->arena, &used, schema_key(c->arena, it->rel.database, it->rel.schema), it);
    }
    vec_each (CatalogSchema, it, &c->catalog->schemas) {
        if (map_get(&used, schema_key(c->arena, it->database, it->name)) &&
            claimable(c, "schema", it->id)) {
            claim_one(c, (RecordObject){.id = it->id,
                                        .kind = "schema",
                                        .rel = {.database = it->database, .name = it->name}});
        }
    }
}

/* What a commit that never cut over made where it stays, and nobody declares any more: recorded, the plan takes it away; where it
 * may hold data, only if that is permitted. */
static void claim_abandoned(const Claims *c)
{
    vec_each (RecordDeployment, d, &c->record->deployments) {
        for (size_t i = 0; !d->cut_over && i < d->makes.count; i++) {
            const RecordPlace *it = &d->makes.items[i];
            const char *id =
                catalog_id_at(c->catalog, it->kind, it->rel.database, it->rel.schema, it->rel.name);
            if (id && claimable(c, it->kind, id) &&
                build_maker(c->arena, &c->created, c->record, it->kind, id) == d) {
                claim_one(c, (RecordObject){
                                 .id = id, .kind = it->kind, .rel = it->rel, .digest = it->digest});
            }
        }
    }
}

void build_claim_in_place(Arena *arena, const Desired *desired,
                          const EnvironmentConfig *environment, const Catalog *catalog,
                          Record *record, const RecordDeployment *deployment)
{
    const Claims c = {arena,
                      desired,
                      catalog,
                      record,
                      build_created_by_us(arena, catalog, record),
                      deployment ? deployment->id : NULL};
    if (!c.created.count) {
        return;
    }
    claim_containers(&c);
    claim_nodes(&c);
    vec_each (DesiredExternal, it, &desired->externals) {
        vec_each (DesiredIndex, index, &it->indexes) {
            claim_index(&c, it->rel, index);
        }
    }
    vec_each (ClusterConfig, it, &environment->clusters) {
        const CatalogCluster *live = catalog_cluster(catalog, it->name);
        if (live && claimable(&c, "cluster", live->id)) {
            claim_one(&c,
                      (RecordObject){.id = live->id, .kind = "cluster", .rel = {.name = it->name}});
        }
    }
    claim_abandoned(&c);
}
