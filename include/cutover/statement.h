/*
 * The one place where SQL for Materialize is put together. Pure texts, one statement each, every
 * identifier quoted, no trailing semicolon. CASCADE is never written.
 *
 * Every function returns NULL when a name is empty or longer than 255 bytes (statement_name_ok()),
 * when a text that must be given is not, or a comment is longer than 1024 bytes; pg_query() refuses
 * a NULL. The plan finds such names long before.
 */
#ifndef CUTOVER_STATEMENT_H
#define CUTOVER_STATEMENT_H

#include "cutover/catalog.h"
#include "cutover/desired.h"
#include "cutover/record.h"

#define STATEMENT_NAME_MAX 255
#define STATEMENT_COMMENT_MAX 1024

bool statement_name_ok(const char *name);

/* What a statement is about. `kind` is "schema", "cluster", "database" or "system" (both to GRANT on), or as mz_objects.type (table, source,
 * view, materialized-view, sink, index). A schema: rel.database and rel.name; a cluster: rel.name
 * alone. */
typedef struct StatementOn {
    const char *kind;
    RelName rel;
} StatementOn;

/* --- containers --- */
char *statement_create_schema(Arena *arena, const char *database, const char *name);
char *statement_drop_schema(Arena *arena, const char *database, const char *name); /* RESTRICT */
char *statement_rename_schema(Arena *arena, const char *database, const char *from, const char *to);
/* OPTIONS: as statement_options.h writes them, or NULL. */
char *statement_create_cluster(Arena *arena, const char *name, const char *size,
                               int64_t replication_factor, const char *options);
/* SIZE NULL, REPLICATION_FACTOR -1 and OPTIONS NULL leave it as it is; one must be given. */
char *statement_alter_cluster(Arena *arena, const char *name, const char *size,
                              int64_t replication_factor, const char *options);
char *statement_drop_cluster(Arena *arena, const char *name); /* RESTRICT */

/* --- objects --- */
/* CREATE of a node under the names of its rendering; of a seed the empty table. A source's, source
 * table's or sink's `sql` is what stands behind its name ("FROM LOAD GENERATOR COUNTER", "INTO
 * KAFKA ...": with FROM). */
char *statement_create_node(Arena *arena, const DesiredNode *node);
/* CREATE of NODE, a materialized view, as what will replace TARGET; and what makes it do so. */
char *statement_create_replacement(Arena *arena, const DesiredNode *node, RelName target);
char *statement_apply_replacement(Arena *arena, RelName target, RelName replacement);

/* INSERTs of COUNT rows of COLUMNS texts (NULL is NULL), none much larger than MAX_BYTES. Constants
 * only. */
StrVec statement_insert(Arena *arena, RelName rel, const char **const *rows, size_t count,
                        size_t columns, size_t max_bytes);

/* One INSERT of a seed's rows from FROM (there must be one) on, until it is about MAX_BYTES long; FROM is then the
 * first that is left. It adds them only where the table holds just those before: whoever sends it, and how often,
 * they come once. */
char *statement_seed_rows(Arena *arena, const DesiredNode *node, size_t *from, size_t max_bytes);

/* INDEX on ON; NAME and CLUSTER NULL: the index's own. */
char *statement_create_index(Arena *arena, RelName on, const DesiredIndex *index, const char *name,
                             const char *cluster);

/* One DROP of COUNT objects of one KIND (as mz_objects.type), by name. */
char *statement_drop(Arena *arena, const char *kind, const RelName *rels, size_t count);

/* --- what goes with an id --- */
char *statement_grant(Arena *arena, StatementOn on, const char *privilege, const char *grantee);
char *statement_revoke(Arena *arena, StatementOn on, const char *privilege, const char *grantee);
char *statement_owner(Arena *arena, StatementOn on, const char *role);
/* How much history is retained: OPTIONS as statement_retention() writes them, "" for the usual; or those of a sink, as
 * statement_options.h writes them. */
char *statement_options(Arena *arena, StatementOn on, const char *options);
char *statement_retention(Arena *arena, int64_t milliseconds);
/* COLUMN NULL: the object itself. TEXT NULL removes the comment. */
char *statement_comment(Arena *arena, StatementOn on, const char *column, const char *text);
/* ALTER DEFAULT PRIVILEGES ... GRANT of one row, in SCHEMA instead of its own. */
char *statement_default_grant(Arena *arena, const CatalogDefault *privilege, const char *database,
                              const char *schema);

/* --- reading --- */
/* SELECT * FROM rel LIMIT 0: which columns it has. */
char *statement_probe(Arena *arena, RelName rel);
/* One statement that reads each of COUNT relations and takes no row of any. */
char *statement_probe_all(Arena *arena, const RelName *rels, size_t count);
/* A query with the columns that NODE, a view, materialized view or seed, will have. */
const char *statement_columns(Arena *arena, const DesiredNode *node);
/* SET cluster = name */
char *statement_set_cluster(Arena *arena, const char *cluster);

/* --- sinks --- */
char *statement_repoint_sink(Arena *arena, RelName sink, RelName from);

/* --- the cutover --- */
typedef struct StatementCutover {
    const char *database;                /* of record and markers */
    const char *marker_from, *marker_to; /* names of the marker schema */
    const RecordName *names; /* (kind, id, from, to): green to production, production to blue */
    size_t count;
    bool rehearsal; /* ROLLBACK instead of COMMIT */
} StatementCutover;

/* ONE text "BEGIN; ...; COMMIT" for pg_script(): marker first, then schemas, clusters and indexes.
 * Where one name goes to another's `from` and that one moves away (green to production, production
 * to blue), schemas and clusters SWAP and the old side is renamed; everything else is renamed.
 * COUNT 0: the marker alone. */
char *statement_cutover(Arena *arena, const StatementCutover *cutover);

#endif
