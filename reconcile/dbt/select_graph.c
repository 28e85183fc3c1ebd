/* The nodes of a project as selectors see them. */
#include "select_graph.h"

#include "cutover/str.h"

#include <stdlib.h>
#include <string.h>

static int by_id(const void *a, const void *b)
{
    return strcmp(((const SelectNode *)a)->id, ((const SelectNode *)b)->id);
}

/* PATH of a file as its package sees it. */
static const char *below(const Package *package, const char *path)
{
    return path && str_starts(path, package->root) ? path + strlen(package->root) : path;
}

static void flatten(SelectGraph *graph, SelectNode *node)
{
    Arena *arena = graph->r->arena;
    vec_each (const char *, part, &node->fqn) {
        StrVec pieces = str_split(arena, *part, '.');
        vec_each (const char *, piece, &pieces) {
            vec_push(arena, &node->flat, *piece);
        }
    }
    node->package_parts = str_split(arena, node->package, '.').count;
    node->dotted = str_join(arena, &node->flat, ".");
}

static void add_tags(Arena *arena, SelectNode *out)
{
    const PyValue *list = py_dict_find(out->config, "tags");
    for (size_t i = 0; list && list->type == PY_LIST && i < list->list->count; i++) {
        vec_push(arena, &out->tags, py_str(arena, list->list->items[i]));
    }
}

static void add_one(SelectGraph *graph, Node *node)
{
    static const char *const types[] = {[RES_MODEL] = "model",
                                        [RES_SEED] = "seed",
                                        [RES_TEST] = "test",
                                        [RES_ANALYSIS] = "analysis"};
    static const PyDict nothing = {0};
    SelectNode out = {.id = node->id,
                      .type = types[node->resource],
                      .package = node->package->name,
                      .name = node->name,
                      .path = node->generic ? below(node->package, node->place.file) : node->path,
                      .patch_path = below(node->patch_package, node->patch_file),
                      .fqn = node->fqn,
                      .config = node->config ? node->config : &nothing,
                      .node = node};
    if (node->generic) {
        out.test_name = node->generic->macro + strlen("test_");
    }
    add_tags(graph->r->arena, &out);
    for (size_t i = 0; i < node->inherited.count; i++) {
        vec_push(graph->r->arena, &out.tags, node->inherited.items[i]);
    }
    flatten(graph, &out);
    vec_push(graph->r->arena, &graph->nodes, out);
}

static void add_source(SelectGraph *graph, const Source *source)
{
    static const PyDict nothing = {0};
    Arena *arena = graph->r->arena;
    SelectNode out = {.id = source->id,
                      .type = "source",
                      .package = source->package->name,
                      .name = source->name,
                      .group_name = source->group,
                      .path = below(source->package, source->place.file),
                      .config = source->config ? source->config : &nothing};
    add_tags(arena, &out);
    vec_push(arena, &out.fqn, source->package->name);
    vec_push(arena, &out.fqn, source->group);
    vec_push(arena, &out.fqn, source->name);
    flatten(graph, &out);
    vec_push(arena, &graph->nodes, out);
}

static void add_exposure(SelectGraph *graph, const Exposure *exposure)
{
    static const PyDict nothing = {0};
    SelectNode out = {.id = exposure->id,
                      .type = "exposure",
                      .package = exposure->package->name,
                      .name = exposure->name,
                      .path = below(exposure->package, exposure->file),
                      .fqn = exposure->fqn,
                      .tags = exposure->tags,
                      .config = &nothing,
                      .exposure = exposure};
    flatten(graph, &out);
    vec_push(graph->r->arena, &graph->nodes, out);
}

static void add_edge(SelectGraph *graph, size_t child, const char *parent)
{
    const SelectNode *found = map_get(&graph->by_id, parent);
    if (found) {
        size_t at = (size_t)(found - graph->nodes.items);
        vec_push(graph->r->arena, &graph->nodes.items[child].parents, at);
        vec_push(graph->r->arena, &graph->nodes.items[at].children, child);
    }
}

static void add_edges(SelectGraph *graph)
{
    for (size_t i = 0; i < graph->nodes.count; i++) {
        const Node *node = graph->nodes.items[i].node;
        for (size_t k = 0; node && k < node->depends.count - node->by_hand; k++) {
            add_edge(graph, i, node->depends.items[k]->id);
        }
        for (size_t k = 0; node && k < node->sources.count; k++) {
            add_edge(graph, i, node->sources.items[k]->id);
        }
        const Exposure *exposure = graph->nodes.items[i].exposure;
        for (size_t k = 0; exposure && k < exposure->reads.count; k++) {
            add_edge(graph, i, exposure->reads.items[k]);
        }
    }
}

SelectGraph *select_graph(Reader *r)
{
    SelectGraph *graph = arena_make(r->arena, SelectGraph);
    graph->r = r;
    vec_each (Node *, it, &r->nodes) {
        if ((*it)->enabled) {
            add_one(graph, *it);
        }
    }
    vec_each (Source *, it, &r->sources) {
        if ((*it)->enabled) {
            add_source(graph, *it);
        }
    }
    vec_each (Exposure *, it, &r->exposures) {
        if ((*it)->enabled) {
            add_exposure(graph, *it);
        }
    }
    qsort(graph->nodes.items, graph->nodes.count, sizeof *graph->nodes.items, by_id);
    vec_each (SelectNode, it, &graph->nodes) {
        map_put(r->arena, &graph->by_id, it->id, it);
    }
    add_edges(graph);
    return graph;
}
