/* What the options select of a project: the rest is neither compiled nor deployed, and is read where it is live. */
#include "select_graph.h"

#include "cutover/str.h"

static const Selection *parse(Reader *r, const SelectTexts *texts)
{
    return texts->count ? select_parse(r->arena, texts, r->options->select->indirect, r->diags)
                        : NULL;
}

/* --selector, or the default of selectors.yml when nothing else is said. */
static const Selection *named(SelectGraph *graph)
{
    const SelectWanted *select = graph->r->options->select;
    bool silent = !select->include.count && !select->exclude.count;
    const char *name = select->selector             ? select->selector
                       : select->standard && silent ? graph->standard
                                                    : NULL;
    if (!name) {
        return NULL;
    }
    Selection *c = select_group(graph->r->arena, SELECT_CRITERION, (SelectText){.text = name},
                                select->indirect);
    c->method = SELECT_SELECTOR;
    c->value = name;
    return c;
}

/* As dbt ls prints it. */
static const char *listed(Arena *arena, const SelectNode *node)
{
    if (node->exposure) {
        return arena_printf(arena, "exposure:%s.%s", node->package, node->name);
    }
    return node->node ? str_join(arena, &node->fqn, ".")
                      : arena_printf(arena, "source:%s.%s.%s", node->package, node->group_name,
                                     node->name);
}

/* Whoever chose what a test reads has chosen the test, even where it was excluded by name. */
static void take_all_tests(const SelectGraph *graph, SelectSet *set)
{
    vec_each (SelectNode, it, &graph->nodes) {
        size_t i = (size_t)(it - graph->nodes.items);
        for (size_t k = 0; str_eq(it->type, "test") && k < it->parents.count; k++) {
            set->has[i] |= set->has[it->parents.items[k]];
        }
    }
}

/* A test of dbt's that `tests` does not name is not run. */
static void drop_tests(SelectGraph *graph, SelectSet *set)
{
    const Selection *tests = parse(graph->r, &graph->r->options->select->tests);
    if (graph->r->options->select->all_tests) {
        take_all_tests(graph, set);
    }
    if (!tests) {
        return;
    }
    SelectSet chosen = select_evaluate(graph, tests);
    for (size_t i = 0; i < graph->nodes.count; i++) {
        bool test = str_eq(graph->nodes.items[i].type, "test");
        set->has[i] = set->has[i] && (!test || chosen.has[i]);
    }
}

static void mark(Reader *r, const SelectNode *it, bool in)
{
    if (in) {
        vec_push(r->arena, &r->selected,
                 (DbtListed){.id = it->id, .type = it->type, .text = listed(r->arena, it)});
    } else if (it->node) {
        it->node->outside = true;
        it->node->rel = it->node->production; /* nobody builds it on green */
    }
}

bool apply_selection(Reader *r)
{
    const SelectWanted *select = r->options->select;
    if (!select) {
        return true;
    }
    size_t errors = diags_count(r->diags, DIAG_ERROR);
    SelectGraph *graph = select_graph(r);
    graph->state = select->state;
    read_selectors(graph);
    const Selection *by_name = named(graph);
    const Selection *included = by_name ? by_name : parse(r, &select->include);
    const Selection *excluded = parse(r, &select->exclude);
    if (diags_count(r->diags, DIAG_ERROR) > errors) {
        return false;
    }
    SelectSet set = select_evaluate(graph, select_without(r->arena, included, excluded));
    drop_tests(graph, &set);
    for (size_t i = 0; i < graph->nodes.count; i++) {
        mark(r, &graph->nodes.items[i], set.has[i]);
    }
    return diags_count(r->diags, DIAG_ERROR) == errors;
}

static void list_unselected(Reader *r, Desired *desired)
{
    for (size_t i = 0; r->options->select && i < r->nodes.count; i++) {
        const Node *node = r->nodes.items[i];
        if (node->enabled && node->outside && has_relation(node) && !node->ephemeral) {
            map_put(r->arena, &desired->unselected, relname_key(r->arena, node->production), node);
        }
    }
}

DbtProject *listed_project(Reader *r)
{
    DbtProject *project = arena_make(r->arena, DbtProject);
    project->desired = arena_make(r->arena, Desired);
    list_unselected(r, project->desired);
    vec_each (DbtListed, it, &r->selected) {
        vec_push(r->arena, &project->selected, *it);
    }
    return project;
}
