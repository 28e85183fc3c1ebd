/*
 * Which nodes a selection holds. Beside what is chosen goes what could come: a test that reads something chosen and
 * something that is not waits, and comes in where a set operation brings the rest of what it reads.
 */
#include "select_graph.h"

#include "cutover/str.h"

#include <string.h>

typedef struct Chosen {
    SelectSet direct, waiting;
} Chosen;

typedef struct Named {
    Chosen chosen;
    bool done;
} Named;

typedef struct Evaluation {
    SelectGraph *graph;
    Arena *arena; /* of the part that is evaluated; freed with it */
    Map named;    /* selector of selectors.yml to Named *, in the reader's arena */
} Evaluation;

/* ---- sets ---- */

static SelectSet empty_set(const Evaluation *e)
{
    return (SelectSet){.has = arena_array(e->arena, e->graph->nodes.count + 1, sizeof(bool))};
}

static void put(SelectSet *set, size_t i)
{
    set->count += !set->has[i];
    set->has[i] = true;
}

static void add_all(const Evaluation *e, SelectSet *set, const SelectSet *more)
{
    for (size_t i = 0; i < e->graph->nodes.count; i++) {
        if (more->has[i]) {
            put(set, i);
        }
    }
}

/* ---- relatives ---- */

typedef enum Way { TO_PARENTS, TO_CHILDREN } Way;

/* What lies up to STEPS steps from FROM, without FROM itself but where a path leads back into it. */
static SelectSet walk(const Evaluation *e, const SelectSet *from, Way way, int64_t steps)
{
    SelectSet found = empty_set(e);
    SelectEdges layer = {0}, next;
    for (size_t i = 0; i < e->graph->nodes.count; i++) {
        if (from->has[i]) {
            vec_push(e->arena, &layer, i);
        }
    }
    for (int64_t step = 0; step < steps && layer.count; step++) {
        next = (SelectEdges){0};
        vec_each (size_t, at, &layer) {
            const SelectNode *node = &e->graph->nodes.items[*at];
            vec_each (const size_t, other, way == TO_PARENTS ? &node->parents : &node->children) {
                if (!found.has[*other]) {
                    put(&found, *other);
                    vec_push(e->arena, &next, *other);
                }
            }
        }
        layer = next;
    }
    return found;
}

static void add_relatives(const Evaluation *e, const Selection *c, SelectSet *set)
{
    SelectSet core = empty_set(e), more;
    add_all(e, &core, set);
    if (c->ring) {
        more = walk(e, &core, TO_CHILDREN, SELECT_FAR);
        add_all(e, set, &more);
        more = walk(e, set, TO_PARENTS, SELECT_FAR);
        add_all(e, set, &more);
    }
    if (c->parents) {
        more = walk(e, &core, TO_PARENTS, c->parents);
        add_all(e, set, &more);
    }
    if (c->children) {
        more = walk(e, &core, TO_CHILDREN, c->children);
        add_all(e, set, &more);
    }
}

/* ---- tests of what is chosen ---- */

static bool reads_only(const SelectNode *test, const SelectSet *set)
{
    vec_each (const size_t, parent, &test->parents) {
        if (!set->has[*parent]) {
            return false;
        }
    }
    return true;
}

/* SET with all that it reads; WITH_SOURCES: and every source. */
static SelectSet with_parents(const Evaluation *e, const SelectSet *set, bool with_sources)
{
    SelectSet all = walk(e, set, TO_PARENTS, SELECT_FAR);
    add_all(e, &all, set);
    for (size_t i = 0; with_sources && i < e->graph->nodes.count; i++) {
        if (!e->graph->nodes.items[i].node) {
            put(&all, i);
        }
    }
    return all;
}

static Chosen with_tests(const Evaluation *e, SelectSet selected, SelectIndirect indirect)
{
    Chosen chosen = {empty_set(e), empty_set(e)};
    add_all(e, &chosen.direct, &selected);
    if (indirect == SELECT_EMPTY || !selected.count) {
        return chosen;
    }
    SelectSet built = indirect == SELECT_BUILDABLE ? with_parents(e, &selected, true) : selected;
    for (size_t i = 0; i < e->graph->nodes.count; i++) {
        for (size_t k = 0; selected.has[i] && k < e->graph->nodes.items[i].children.count; k++) {
            size_t at = e->graph->nodes.items[i].children.items[k];
            const SelectNode *test = &e->graph->nodes.items[at];
            if (!str_eq(test->type, "test")) {
                continue;
            }
            bool in = indirect == SELECT_EAGER || reads_only(test, &built);
            put(in ? &chosen.direct : &chosen.waiting, at);
        }
    }
    return chosen;
}

/* Tests that waited for what another part of the operation brought. */
static void let_in(const Evaluation *e, const Selection *s, SelectSet *direct, const SelectSet *all)
{
    if (s->indirect != SELECT_CAUTIOUS && s->indirect != SELECT_BUILDABLE) {
        return;
    }
    SelectSet built = s->indirect == SELECT_BUILDABLE ? with_parents(e, direct, false) : *direct;
    SelectSet more = empty_set(e);
    for (size_t i = 0; i < e->graph->nodes.count; i++) {
        if (all->has[i] && !direct->has[i] && reads_only(&e->graph->nodes.items[i], &built)) {
            put(&more, i);
        }
    }
    add_all(e, direct, &more);
}

/* ---- criteria ---- */

static Diag *find_selection(const Evaluation *e, DiagSeverity severity, const char *code,
                            const Selection *s, const char *message)
{
    return select_finding(e->graph->r->diags, severity, code, &s->where, 0, strlen(s->where.text),
                          "%s", message);
}

static Chosen evaluate(Evaluation *e, const Selection *s);

/* Each is evaluated once, however often it is named; one that names itself ends. */
static Chosen evaluate_named(Evaluation *e, const Selection *c)
{
    Reader *r = e->graph->r;
    Named *named = map_get(&e->named, c->value);
    const Selection *definition = map_get(&e->graph->selectors, c->value);
    if (named && named->done) {
        return named->chosen;
    }
    if (named) {
        find_selection(e, DIAG_ERROR, P_SELECTORS, c,
                       arena_printf(r->arena, "selector \"%s\" is made of itself", c->value));
        return (Chosen){empty_set(e), empty_set(e)};
    }
    if (!definition) {
        StrVec known = {0};
        map_each (it, &e->graph->selectors) {
            vec_push(r->arena, &known, it->key);
        }
        Diag *diag = find_selection(
            e, DIAG_ERROR, P_SELECTOR_NAME, c,
            arena_printf(r->arena, "selectors.yml defines no selector \"%s\"", c->value));
        diag->label = did_you_mean(r, c->value, &known);
        return (Chosen){empty_set(e), empty_set(e)};
    }
    named = arena_make(r->arena, Named);
    map_put(r->arena, &e->named, c->value, named);
    Arena *outer = e->arena;
    e->arena = r->arena;
    named->chosen = evaluate(e, definition);
    e->arena = outer;
    named->done = true;
    return named->chosen;
}

static bool knows_state(Evaluation *e, const Selection *c)
{
    Arena *arena = e->graph->r->arena;
    if (!e->graph->state) {
        e->graph->needs_state = true;
        find_selection(e, DIAG_ERROR, P_SELECT_STATE, c,
                       "state: compares with what is live, which is not known here")
            ->hint = "take it out: `cutover plan` shows what differs from live";
        return false;
    }
    if (strchr(c->value, '.')) {
        find_selection(e, DIAG_ERROR, P_SELECT_MISSING, c,
                       arena_printf(arena, "state:%s is not yet supported", c->value))
            ->hint = "what is live is compared as a whole: use state:modified or state:new";
        return false;
    }
    return true;
}

static Chosen evaluate_criterion(Evaluation *e, const Selection *c)
{
    if (c->method == SELECT_SELECTOR && !c->ring && !c->parents && !c->children) {
        return evaluate_named(e, c);
    }
    SelectSet set = empty_set(e);
    if (c->method == SELECT_SELECTOR) {
        Chosen chosen = evaluate_named(e, c);
        add_all(e, &set, &chosen.direct);
    } else if (c->method != SELECT_STATE || knows_state(e, c)) {
        SelectSet found = {.has = select_matching(e->graph, e->arena, c)};
        add_all(e, &set, &found);
    }
    add_relatives(e, c, &set);
    return with_tests(e, set, c->indirect);
}

/* ---- operations ---- */

/* A criterion that alone matches nothing is most likely misspelt. */
static void warn_nothing(const Evaluation *e, const Selection *s)
{
    const Selection *alone = s->parts.count == 1 ? s->parts.items[0] : NULL;
    bool state = alone && alone->method == SELECT_STATE;
    if (state || diags_count(e->graph->r->diags, DIAG_ERROR)) {
        return;
    }
    Diag *diag = find_selection(e, DIAG_WARNING, P_SELECT_NONE, s,
                                arena_printf(e->graph->r->arena,
                                             "the selector \"%s\" matches nothing that is enabled",
                                             s->where.text));
    if (alone && alone->method != SELECT_SELECTOR && !strpbrk(alone->value, "*?[")) {
        StrVec candidates = select_candidates(e->graph, alone);
        diag->label = did_you_mean(e->graph->r, alone->value, &candidates);
    }
}

/* Folds PART into SET by OP; the first part is what there is to begin with. */
static void fold(const Evaluation *e, SelectOp op, SelectSet *set, const SelectSet *part,
                 bool first)
{
    if (first || op == SELECT_UNION) {
        add_all(e, set, part);
        return;
    }
    for (size_t i = 0; i < e->graph->nodes.count; i++) {
        bool in = set->has[i] && part->has[i] == (op == SELECT_INTERSECTION);
        set->count -= set->has[i] && !in;
        set->has[i] = in;
    }
}

static Chosen evaluate_operation(Evaluation *e, const Selection *s)
{
    Arena *outer = e->arena;
    Chosen chosen = {empty_set(e), empty_set(e)};
    for (size_t i = 0; i < s->parts.count; i++) {
        e->arena = arena_new();
        Chosen part = evaluate(e, s->parts.items[i]);
        fold(e, s->op, &chosen.direct, &part.direct, !i);
        SelectSet both = empty_set(e);
        add_all(e, &both, &part.direct);
        add_all(e, &both, &part.waiting);
        fold(e, s->op, &chosen.waiting, &both, !i);
        arena_free(e->arena);
        e->arena = outer;
    }
    let_in(e, s, &chosen.direct, &chosen.waiting);
    if (s->must_match && !chosen.direct.count) {
        warn_nothing(e, s);
    }
    return chosen;
}

static Chosen evaluate(Evaluation *e, const Selection *s)
{
    return s->op == SELECT_CRITERION ? evaluate_criterion(e, s) : evaluate_operation(e, s);
}

SelectSet select_evaluate(SelectGraph *graph, const Selection *selection)
{
    Evaluation e = {.graph = graph, .arena = graph->r->arena};
    return evaluate(&e, selection).direct;
}
