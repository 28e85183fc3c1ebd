#include "cutover/adopt.h"

#include "cutover/digest.h"
#include "cutover/owners.h"
#include "cutover/str.h"

#include <string.h>

typedef struct Finding {
    Arena *arena;
    const AdoptInput *in;
    Adoption *out;
    Map containers; /* kind and name of those that are listed */
} Finding;

static const char *text_of(const Finding *f, RelName rel)
{
    return relname_text(f->arena, rel, f->in->plan->desired->default_database);
}

static bool is_selected(const Finding *f, const char *id)
{
    return !f->in->selected || map_get(f->in->selected, id);
}

/* What is declared on something outside comes with the source that it is. */
static bool is_source_selected(const Finding *f, RelName rel)
{
    vec_each (const DesiredSource, it, &f->in->plan->desired->sources) {
        if (relname_eq(it->rel, rel) && is_selected(f, it->id)) {
            return true;
        }
    }
    return !f->in->selected;
}

/* ---- whose it is ---- */

static void block(AdoptItem *item, const char *what, const char *hint)
{
    item->verdict = ADOPT_BLOCKED;
    item->prove = false;
    item->what = what;
    item->hint = hint;
}

/* What Cutover swaps, renames and drops it must own; an index is owned with its relation. */
static void check_owner(const Finding *f, AdoptItem *item)
{
    const char *role = f->in->plan->catalog->role;
    const CatalogPlace place = {.kind = item->kind, .rel = item->rel};
    const char *other = map_get(f->in->others, id_key(f->arena, item->kind, item->id));
    if (other) {
        block(item, arena_printf(f->arena, "belongs to environment %s", other),
              "give each environment schemas and clusters of its own");
    } else if (f->in->roles && !str_in(f->in->roles, item->owner)) {
        block(item, arena_printf(f->arena, "belongs to role %s", item->owner),
              owner_statement(f->arena, &place, role));
    }
}

static AdoptItem *add_item(Finding *f, AdoptItem item)
{
    if (record_object(f->in->plan->record, item.kind, item.id)) {
        f->out->ours++;
        return NULL;
    }
    if (!item.name) {
        item.name = text_of(f, item.rel);
    }
    item.scratch = item.prove ? arena_printf(f->arena, "n%zu", f->out->items.count) : NULL;
    check_owner(f, &item);
    vec_push(f->arena, &f->out->items, item);
    return &vec_last(&f->out->items);
}

/* ---- containers ---- */

static void add_schema(Finding *f, RelName rel)
{
    const PlanInput *in = f->in->plan;
    const CatalogSchema *live = catalog_schema(in->catalog, rel.database, rel.schema);
    if (!live || plan_container_protected(in, false, live->database, live->name, live->owner) ||
        map_put(f->arena, &f->containers, arena_printf(f->arena, "schema:%s", live->id), live)) {
        return;
    }
    add_item(f, (AdoptItem){.kind = "schema",
                            .id = live->id,
                            .rel = {.database = live->database, .name = live->name},
                            .name = arena_printf(f->arena, "schema %s", live->name),
                            .owner = live->owner});
}

static void add_cluster(Finding *f, const char *name)
{
    const PlanInput *in = f->in->plan;
    const CatalogCluster *live = name ? catalog_cluster(in->catalog, name) : NULL;
    if (!live || plan_container_protected(in, true, NULL, live->name, live->owner) ||
        map_put(f->arena, &f->containers, arena_printf(f->arena, "cluster:%s", live->id), live)) {
        return;
    }
    add_item(f, (AdoptItem){.kind = "cluster",
                            .id = live->id,
                            .rel = {.name = live->name},
                            .name = arena_printf(f->arena, "cluster %s", live->name),
                            .owner = live->owner});
}

/* ---- nodes and indexes ---- */

static bool is_seed_or_relation(NodeKind kind)
{
    return kind == NODE_VIEW || kind == NODE_MATERIALIZED_VIEW || kind == NODE_SEED;
}

/* A view may take the place of a materialized view; what holds data takes nobody's, and nobody takes its. */
static void compare_kind(AdoptItem *item)
{
    static const char *const derived[] = {"view", "materialized-view"};
    const char *declared = node_kind_catalog(item->node->kind);
    if (str_eq(item->kind, declared)) {
        return;
    }
    bool from = false, to = false;
    for (size_t i = 0; i < 2; i++) {
        from |= str_eq(item->kind, derived[i]);
        to |= str_eq(declared, derived[i]);
    }
    item->prove = false;
    if (from && (to || item->node->kind == NODE_SEED)) {
        item->verdict = ADOPT_DIFFERS;
        item->what = "kind";
    } else {
        block(item, "is of another kind, and holds data", "rename it, or drop it");
    }
}

static void compare_cluster(const Finding *f, AdoptItem *item, const char *declared)
{
    const CatalogCluster *cluster = catalog_cluster(f->in->plan->catalog, declared);
    if (item->verdict == ADOPT_EQUAL &&
        (!cluster || !str_eq(cluster->id, item->live->cluster_id))) {
        item->verdict = ADOPT_DIFFERS;
        item->what = "cluster";
    }
}

/* To replace a sink is to write everything again: that is never done because of an adoption. */
static void keep_sink(AdoptItem *item)
{
    if (item->node->kind == NODE_SINK && item->verdict == ADOPT_DIFFERS) {
        block(item, "is on another cluster", "declare that cluster, or drop the sink");
    }
}

static void add_index(Finding *f, RelName on, const DesiredNode *node, const DesiredIndex *index)
{
    const PlanInput *in = f->in->plan;
    RelName rel = {on.database, on.schema, index->name};
    const CatalogObject *live = catalog_index(in->catalog, rel);
    const CatalogObject *relation = catalog_object(in->catalog, on);
    if (!live || !relation || !str_eq(live->on_id, relation->id)) {
        return;
    }
    add_cluster(f, index->cluster);
    AdoptItem *item = add_item(f, (AdoptItem){.kind = "index",
                                              .id = live->id,
                                              .rel = rel,
                                              .owner = live->owner,
                                              .node = node,
                                              .index = index,
                                              .on = on,
                                              .live = live,
                                              .prove = true});
    if (item) {
        compare_cluster(f, item, index->cluster);
    }
}

static void add_node(Finding *f, const DesiredNode *node)
{
    const CatalogObject *live = catalog_object(f->in->plan->catalog, node->rel);
    if (!live || str_eq(live->kind, "index")) {
        vec_push(f->arena, &f->out->absent, text_of(f, node->rel));
        return;
    }
    bool own_cluster = node->kind != NODE_VIEW && node->kind != NODE_SEED && node->cluster;
    add_schema(f, node->rel);
    add_cluster(f, own_cluster ? node->cluster : NULL);
    AdoptItem *item = add_item(f, (AdoptItem){.kind = live->kind,
                                              .id = live->id,
                                              .rel = node->rel,
                                              .owner = live->owner,
                                              .node = node,
                                              .live = live,
                                              .prove = is_seed_or_relation(node->kind)});
    if (item && item->verdict != ADOPT_BLOCKED) {
        compare_kind(item);
        if (own_cluster && (item->prove || node->kind == NODE_SINK)) {
            compare_cluster(f, item, node->cluster);
            keep_sink(item);
        }
    }
    vec_each (DesiredIndex, it, &node->indexes) {
        add_index(f, node->rel, node, it);
    }
}

Adoption *adopt_find(Arena *arena, const AdoptInput *input)
{
    const Desired *desired = input->plan->desired;
    Adoption *out = arena_make(arena, Adoption);
    *out = (Adoption){.environment = input->plan->environment->name,
                      .default_database = desired->default_database};
    Finding f = {.arena = arena, .in = input, .out = out};
    vec_each (DesiredNode, it, &desired->nodes) {
        if (is_selected(&f, it->id)) {
            add_node(&f, it);
        }
    }
    vec_each (DesiredExternal, it, &desired->externals) {
        for (size_t i = 0; is_source_selected(&f, it->rel) && i < it->indexes.count; i++) {
            add_index(&f, it->rel, NULL, &it->indexes.items[i]);
        }
    }
    return out;
}

/* ---- judging ---- */

static void differs(AdoptItem *item, const char *what)
{
    if (item->verdict == ADOPT_EQUAL) {
        item->verdict = ADOPT_DIFFERS;
        item->what = what;
    }
}

static void judge(Arena *arena, AdoptItem *item, const AdoptDefinitions *definitions)
{
    const char *live = map_get(definitions->live, item->id);
    const char *scratch = map_get(definitions->scratch, item->scratch);
    item->stored = live ? digest_sha256(arena, live, strlen(live)) : NULL;
    if (item->node && item->node->kind == NODE_SEED && !item->index) {
        return;
    }
    const char *refused = map_get(definitions->refused, item->scratch);
    if (!live || !scratch) {
        differs(item, refused ? arena_printf(arena, "SQL; the server says %s", refused) : "SQL");
        return;
    }
    const char *what = adopt_compare(arena, live, scratch);
    if (what) {
        differs(item, what);
    }
}

void adopt_judge(Arena *arena, Adoption *adoption, const AdoptDefinitions *definitions)
{
    vec_each (AdoptItem, it, &adoption->items) {
        if (it->prove) {
            judge(arena, it, definitions);
        }
    }
}

void adopt_judge_seed(AdoptItem *item, bool columns_equal, int64_t only_live, int64_t only_declared)
{
    if (!columns_equal) {
        block(item, "has other columns, and holds data", "rename it, or drop it");
    } else if (only_live) {
        block(item, "holds rows that are not in Git", "put them into the seed, or delete them");
    } else if (only_declared) {
        differs(item, "rows");
    }
}

/* ---- what is recorded ---- */

static const char *digest_of(Arena *arena, const AdoptItem *item)
{
    if (!item->live) {
        return NULL;
    }
    if (item->verdict == ADOPT_DIFFERS) {
        return arena_printf(arena, "adopted:%s", item->stored ? item->stored : item->what);
    }
    return item->index ? desired_index_digest(arena, item->on, item->index) : item->node->digest;
}

/* The cluster that it is declared on, unless it is on another. */
static const char *cluster_of(const AdoptItem *item, const Catalog *catalog)
{
    if (!item->node || item->index) {
        return NULL;
    }
    bool other = item->verdict == ADOPT_DIFFERS && item->live->cluster_id;
    const CatalogCluster *live =
        other ? catalog_cluster_by_id(catalog, item->live->cluster_id) : NULL;
    return live ? live->name : item->node->cluster;
}

RecordObjects adopt_objects(Arena *arena, const Adoption *adoption, const Catalog *catalog)
{
    RecordObjects objects = {0};
    vec_each (AdoptItem, it, &adoption->items) {
        if (it->verdict == ADOPT_BLOCKED) {
            continue;
        }
        RecordObject object = {.id = it->id,
                               .kind = it->kind,
                               .rel = it->rel,
                               .cluster = cluster_of(it, catalog),
                               .digest = digest_of(arena, it),
                               .node = it->node ? it->node->id : NULL,
                               .file = it->node && !it->index ? it->node->file : NULL,
                               .action = "adopted"};
        if (it->live && !it->index) {
            object.inputs = it->live->reads;
        }
        vec_push(arena, &objects, object);
    }
    return objects;
}
