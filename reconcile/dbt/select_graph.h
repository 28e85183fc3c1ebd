/*
 * The nodes of a project as selectors see them, and which of them a selection holds. Built from a Reader once names,
 * configs and edges are known: nothing needs to be compiled for it.
 */
#ifndef DBT_SELECT_GRAPH_H
#define DBT_SELECT_GRAPH_H

#include "reader.h"

#include "cutover/select.h"

typedef VEC(size_t) SelectEdges;

typedef struct SelectNode {
    const char *id;   /* "model.shop.daily" */
    const char *type; /* "model", "seed", "test", "source", "exposure" */
    const char *package, *name;
    const char *group_name; /* of a source: source('group_name', 'name') */
    const char *path;       /* below its package */
    const char *patch_path; /* of the schema.yml that describes it, or NULL */
    const char *test_name;  /* of a generic test: "unique" */
    StrVec fqn, tags;
    StrVec flat; /* fqn, and dots in its parts make more parts */
    const char *dotted;
    size_t package_parts; /* how many of FLAT are the package */
    const PyDict *config;
    SelectEdges parents, children;
    Node *node;               /* NULL: a source, */
    const Exposure *exposure; /* or an exposure */
} SelectNode;

typedef struct SelectGraph {
    Reader *r;
    VEC(SelectNode) nodes;    /* enabled ones, in the order of their ids */
    Map by_id;                /* id to SelectNode * */
    Map selectors;            /* of selectors.yml: name to Selection * */
    const char *standard;     /* the one with `default: true`, or NULL */
    const SelectState *state; /* what differs from live; NULL: nobody asked */
    bool needs_state;         /* a criterion asked for it in vain */
} SelectGraph;

/* One answer a node. */
typedef struct SelectSet {
    bool *has;
    size_t count; /* how many are in */
} SelectSet;

/* --- select_graph.c ------------------------------------------------------------------------- */

SelectGraph *select_graph(Reader *r);

/* --- select_yaml.c -------------------------------------------------------------------------- */

/* Reads selectors.yml, if there is one, into GRAPH. */
void read_selectors(SelectGraph *graph);

/* --- select_match.c, select_glob.c ---------------------------------------------------------- */

/* For each node whether it is what CRITERION (no selector of selectors.yml) names, without its relatives. */
bool *select_matching(const SelectGraph *graph, Arena *arena, const Selection *criterion);

/* The names among which a person may have meant the criterion's value. */
StrVec select_candidates(const SelectGraph *graph, const Selection *criterion);

/* Python's fnmatch: *, ?, [a-z], [!a-z] over the whole text. */
bool select_glob(const char *pattern, const char *text);

/* Whether PATTERN, in which ** stands for any number of folders, names PATH. */
bool select_path_glob(Arena *arena, const char *pattern, const char *path);

/* --- select.c ------------------------------------------------------------------------------- */

/* The nodes that SELECTION holds; findings (warnings for what matches nothing) go to the reader's. */
SelectSet select_evaluate(SelectGraph *graph, const Selection *selection);

#endif
