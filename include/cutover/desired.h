/*
 * The desired state: what a project declares at one commit for one target. Every front end (the native
 * dbt reader, manifest.json, plain SQL projects) gives this, and nothing behind it knows dbt.
 *
 * A project is rendered twice: with its production names (that is what is compared and shown), and with
 * a NameMap that sends some schemas and clusters to their green names (that is what is sent). A NameMap
 * is applied where relations are made: ref(), this, the node's own name and clusters; never to source().
 */
#ifndef CUTOVER_DESIRED_H
#define CUTOVER_DESIRED_H

#include "cutover/halves.h"
#include "cutover/map.h"
#include "cutover/relname.h"
#include "cutover/vec.h"

typedef enum NodeKind {
    NODE_VIEW,
    NODE_MATERIALIZED_VIEW, /* dbt's materialized_view and table */
    NODE_SEED,              /* a table whose rows are in Git */
    NODE_SOURCE,            /* CREATE SOURCE: created when absent, never rebuilt */
    NODE_SOURCE_TABLE,      /* CREATE TABLE ... FROM SOURCE: likewise */
    NODE_TABLE,             /* CREATE TABLE with columns: likewise; its rows are not in Git */
    NODE_SINK,
} NodeKind;

typedef struct DesiredIndex {
    const char
        *name; /* explicit always: Materialize's own default name when the project gives none */
    const char *cluster; /* resolved; never NULL */
    const char *keys; /* SQL between the parentheses, e.g. "id, at"; NULL: CREATE DEFAULT INDEX */
    const char *file;
    int line;
} DesiredIndex;

typedef struct DesiredGrant {
    const char *privilege; /* "SELECT" */
    const char *grantee;   /* role; "PUBLIC" for all */
} DesiredGrant;

typedef struct DesiredComment {
    const char *column; /* NULL: the object itself */
    const char *text;   /* NULL in a plan: none any more */
} DesiredComment;

typedef struct SeedColumn {
    const char *name, *type;
} SeedColumn;

typedef struct SeedData {
    VEC(SeedColumn) columns;
    VEC(const char **) rows; /* one text a column; NULL is null */
} SeedData;

typedef VEC(DesiredIndex) DesiredIndexes;
typedef VEC(DesiredGrant) DesiredGrants;
typedef VEC(DesiredComment) DesiredComments;

typedef struct DesiredNode {
    const char *
        id; /* "model.shop.daily"; plain SQL: "model.materialize.shop.daily", a NODE_TABLE "table...." */
    StrVec
        names; /* by which ref() finds it: "daily"; a version's "daily.v2"; none: the last part of the id */
    NodeKind kind;
    RelName rel;         /* in this rendering */
    const char *cluster; /* in this rendering; NULL for views, and for seeds that name none */
    const char
        *sql; /* the compiled query (view, materialized view) or body (source, sink): no CREATE,
                            no trailing semicolon; NULL for seeds */
    const char *options; /* SQL behind WITH, without parentheses ("REFRESH = ..."), or NULL */
    const SeedData *seed;
    StrVec
        depends; /* ids of the nodes it reads: ref(), and relations of nodes written by hand; ephemeral
                            ones are replaced by what they read */
    VEC(RelName) reads; /* relations outside the project that it reads: source() */
    DesiredIndexes indexes;
    DesiredGrants grants;
    DesiredComments comments;
    StrVec hooks; /* other rendered hooks, sent after the node was made */
    StrVec tags;
    bool asks;        /* its text was made with answers of the database */
    const char *file; /* relative to the project */
    int line;
    const char *
        digest; /* SHA-256 over a canonical text of all that makes the object itself (kind, relation,
                            cluster, tokens of sql, options, seed rows, hooks; not indexes, grants, comments), with
                            "v1:" in front; equal in every rendering under the same names */
} DesiredNode;

/* Things declared for a relation that the project does not make, such as an index on a source's table. */
typedef struct DesiredExternal {
    RelName rel;
    DesiredIndexes indexes;
    DesiredGrants grants;
    DesiredComments comments;
} DesiredExternal;

typedef struct DesiredTest {
    const char *id;       /* "test.shop.unique_daily_day.1234567890" */
    const char *name;     /* "unique_daily_day" */
    const char *sql;      /* the query of the failing rows, in this rendering */
    const char *severity; /* "error" | "warn" */
    const char *fail_calc, *error_if,
        *warn_if;       /* dbt's defaults when unset: count(*), != 0, != 0 */
    StrVec depends;     /* ids of the nodes it reads */
    VEC(RelName) reads; /* sources that it reads */
    const char *file;
    int line;
} DesiredTest;

typedef struct DesiredSource {
    const char *id; /* "source.shop.raw.orders" */
    RelName rel;
    const char *file;
    int line;
} DesiredSource;

typedef struct Desired {
    const char *project;          /* its name */
    const char *default_database; /* of the target */
    VEC(DesiredNode) nodes;       /* inputs before what reads them */
    Map node_by_id;               /* id to DesiredNode * */
    Map node_by_rel;              /* relname_key() to DesiredNode * */
    VEC(DesiredExternal) externals;
    VEC(DesiredTest) tests;
    VEC(DesiredSource) sources;
    Map unselected; /* relname_key() of what the project declares and this environment leaves out */
    const char
        *manifest_digest; /* SHA-256 over all nodes' digests, indexes, grants, comments, tests */
} Desired;

/* Where the green rendering sends names. A zeroed map changes nothing. */
typedef struct NameMap {
    Map schemas;   /* schema_key(database, schema) to the green schema's name (const char *) */
    Map clusters;  /* name to the green cluster's name (const char *) */
    Map relations; /* relname_key() of a relation in a schema that stays, to its green name */
    Map indexes;   /* likewise of an index */
} NameMap;

/* REL with its schema, or its own name, mapped. */
RelName namemap_rel(Arena *arena, const NameMap *map, RelName rel);

/* CLUSTER mapped; NULL stays NULL. */
const char *namemap_cluster(const NameMap *map, const char *cluster);

/* Fills node_by_id and node_by_rel and computes digests (as HALVES) and manifest_digest; front ends call it last. */
void desired_seal(Arena *arena, Desired *desired, Halves *halves);

/* The digest of INDEX on the relation ON (production names): name, relation, cluster, keys. "v1:..." */
char *desired_index_digest(Arena *arena, RelName on, const DesiredIndex *index);

/* The digest that SINK would have if it were declared to read FROM (production names), written with as many parts as
 * the relation that it names now; NULL: its body does not begin with one. */
const char *desired_digest_from(Arena *arena, const DesiredNode *sink, RelName from);

/* "view", "materialized view", ... as people and Materialize's catalog (with '-') write it. */
const char *node_kind_text(NodeKind kind);
const char *node_kind_catalog(NodeKind kind);

/* Whether NODE declares that GRANTEE has PRIVILEGE, or a description of COLUMN (NULL: of itself). */
bool desired_grants(const DesiredNode *node, const char *grantee, const char *privilege);
bool desired_describes(const DesiredNode *node, const char *column);

/* It is created when absent and never rebuilt, since what it holds cannot be made anew from Git. */
bool node_kind_stays(NodeKind kind);

#endif
