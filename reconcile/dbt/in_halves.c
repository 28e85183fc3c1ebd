/*
 * The same work for many nodes, shared by two threads where that changes nothing. Each half has a reader of its own,
 * whose arena nobody else touches; what both see they only read. Findings stay with their nodes until all are done, so
 * that they come in the nodes' order.
 */
#include "reader.h"

typedef struct NodesHalf {
    Reader *reader;
    const NodeVec *nodes;
    NodeWork *work;
} NodesHalf;

static void do_work(Reader *r, Node *node, NodeWork *work)
{
    node->found.arena = r->arena;
    r->diags = &node->found;
    work(r, node);
}

static void half_of_nodes(void *half, size_t from, size_t to)
{
    const NodesHalf *it = half;
    for (size_t i = from; i < to; i++) {
        do_work(it->reader, it->nodes->items[i], it->work);
    }
}

/* In the arena of the project: what a rendering keeps may point to it. */
static Reader *own_reader(const Reader *r, Arena *arena)
{
    Reader *own = arena_make(r->arena, Reader);
    *own = *r;
    own->arena = arena;
    own->spare = NULL;
    return own;
}

/* Questions are asked in the nodes' order, one after the other. */
static bool may_ask(const Reader *r)
{
    return r->options->database && r->options->database->ask;
}

void nodes_in_halves(Reader *r, const NodeVec *nodes, NodeWork *work)
{
    Arena *other = arena_new();
    NodesHalf first = {own_reader(r, r->arena), nodes, work};
    NodesHalf second = {own_reader(r, other), nodes, work};
    Halves *halves = may_ask(r) ? halves_here : r->halves;
    halves(nodes->count, half_of_nodes, &first, &second);
    arena_free(first.reader->spare);
    arena_free(second.reader->spare);
    arena_adopt(r->arena, other);
}

void nodes_in_turn(Reader *r, const NodeVec *nodes, NodeWork *work)
{
    Diags *all = r->diags;
    vec_each (Node *, it, (NodeVec *)nodes) {
        do_work(r, *it, work);
    }
    r->diags = all;
}

void take_findings(Reader *r, const NodeVec *nodes)
{
    vec_each (Node *, it, (NodeVec *)nodes) {
        diags_take(r->diags, &(*it)->found);
        (*it)->found.list.count = 0;
    }
}
