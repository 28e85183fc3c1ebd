/* Edges, and an order in which inputs come first; the same for the same project, whatever its files' order. */
#include "groups.h"

#include "cutover/str.h"

#include <string.h>

static void add_edge(Reader *r, Node *node, Node *other)
{
    for (size_t i = 0; i < node->depends.count; i++) {
        if (node->depends.items[i] == other) {
            return;
        }
    }
    if (node != other) {
        vec_push(r->arena, &node->depends, other);
    }
}

static void add_source(Reader *r, Node *node, Source *source)
{
    for (size_t i = 0; i < node->sources.count; i++) {
        if (node->sources.items[i] == source) {
            return;
        }
    }
    vec_push(r->arena, &node->sources, source);
}

/* A test of something disabled is disabled with it, as in dbt. */
static void follow(Reader *r, Node *node, Node *found)
{
    if (found && found->enabled) {
        add_edge(r, node, found);
    } else if (found && node->resource == RES_TEST) {
        node->enabled = false;
    }
}

void resolve_edges(Reader *r)
{
    vec_each (Node *, it, &r->nodes) {
        Node *node = *it;
        if (!node->enabled) {
            continue;
        }
        vec_each (RefCall, ref, &node->refs) {
            bool ambiguous = false;
            Node *found = find_node(r, node->package, ref->package, ref->name, &ambiguous);
            follow(r, node, found);
            if (found && found->enabled) {
                check_access(r, node, ref, found);
            }
        }
        vec_each (SourceCall, call, &node->source_calls) {
            Source *source = find_source(r, call->group, call->name);
            if (source && source->enabled) {
                add_source(r, node, source);
            } else if (source && node->resource == RES_TEST) {
                node->enabled = false;
            }
        }
    }
}

/* ---- order ---- */

enum { UNSEEN, OPEN, DONE };

typedef struct Walk {
    Reader *r;
    NodeVec path;
    bool cyclic;
} Walk;

static int by_id(const void *a, const void *b)
{
    return strcmp((*(Node *const *)a)->id, (*(Node *const *)b)->id);
}

static void report_cycle(Walk *w, const Node *again)
{
    Reader *r = w->r;
    StrVec names = {0};
    bool inside = false;
    const Node *first = NULL;
    vec_each (Node *, it, &w->path) {
        inside |= *it == again;
        if (inside) {
            vec_push(r->arena, &names, (*it)->name);
            first = first ? first : *it;
        }
    }
    vec_push(r->arena, &names, again->name);
    Place place = first->place;
    const Node *next = names.count > 2 ? w->path.items[w->path.count - names.count + 2] : first;
    vec_each (RefCall, ref, &((Node *)first)->refs) {
        place = str_eq(ref->name, next->name) && ref->place.file ? ref->place : place;
    }
    find_at(r, DIAG_ERROR, P_CYCLE, place, "models depend on each other: %s",
            str_join(r->arena, &names, " -> "))
        ->hint = "each reads the next; take one of these references out";
    w->cyclic = true;
}

static void visit(Walk *w, Node *node)
{
    if (node->mark == DONE) {
        return;
    }
    if (node->mark == OPEN) {
        report_cycle(w, node);
        return;
    }
    node->mark = OPEN;
    vec_push(w->r->arena, &w->path, node);
    NodeVec inputs = {0};
    vec_each (Node *, it, &node->depends) {
        vec_push(w->r->arena, &inputs, *it);
    }
    vec_sort(&inputs, by_id);
    vec_each (Node *, it, &inputs) {
        visit(w, *it);
    }
    w->path.count--;
    node->mark = DONE;
    vec_push(w->r->arena, &w->r->order, node);
}

bool order_nodes(Reader *r)
{
    Walk w = {.r = r};
    NodeVec all = {0};
    vec_each (Node *, it, &r->nodes) {
        (*it)->mark = UNSEEN;
        if ((*it)->enabled) {
            vec_push(r->arena, &all, *it);
        }
    }
    vec_sort(&all, by_id);
    r->order.count = 0;
    vec_each (Node *, it, &all) {
        visit(&w, *it);
    }
    return !w.cyclic;
}
