#include "cutover/statement.h"

#include "cutover/sqltok.h"
#include "cutover/str.h"

#include <ctype.h>
#include <string.h>

/* Materialize refuses statements above a megabyte. */
#define STATEMENT_MAX (4u << 20)

/* A text that is being put together; one bad name spoils it as a whole. */
typedef struct Sql {
    Arena *arena;
    Buf buf;
    bool bad;
} Sql;

static Sql sql_new(Arena *arena, const char *begin)
{
    Sql sql = {.arena = arena, .buf = buf_new(arena, STATEMENT_MAX)};
    buf_text(&sql.buf, begin);
    return sql;
}

static char *sql_done(Sql *sql)
{
    return sql->bad || sql->buf.overflow ? NULL : sql->buf.data;
}

/* Trusted words of SQL, or SQL that a person wrote. */
static void put(Sql *sql, const char *text)
{
    if (str_empty(text)) {
        sql->bad = true;
        return;
    }
    buf_text(&sql->buf, text);
}

bool statement_name_ok(const char *name)
{
    return !str_empty(name) && strlen(name) <= STATEMENT_NAME_MAX;
}

static void put_name(Sql *sql, const char *name)
{
    if (!statement_name_ok(name)) {
        sql->bad = true;
        return;
    }
    buf_text(&sql->buf, sql_ident(sql->arena, name));
}

/* DATABASE.NAME of a schema. */
static void put_schema(Sql *sql, const char *database, const char *name)
{
    put_name(sql, database);
    put(sql, ".");
    put_name(sql, name);
}

static void put_rel(Sql *sql, RelName rel)
{
    put_schema(sql, rel.database, rel.schema);
    put(sql, ".");
    put_name(sql, rel.name);
}

static void put_literal(Sql *sql, const char *text)
{
    buf_text(&sql->buf, sql_literal(sql->arena, text));
}

/* --- kinds --- */

typedef struct KindWords {
    const char *kind, *words, *grant; /* grant: what GRANT calls it, NULL: nothing can be granted */
} KindWords;

static const KindWords kind_words[] = {
    {"schema", "SCHEMA", "SCHEMA"},
    {"cluster", "CLUSTER", "CLUSTER"},
    {"database", "DATABASE", "DATABASE"},
    {"system", NULL, "SYSTEM"},
    {"table", "TABLE", "TABLE"},
    {"view", "VIEW", "TABLE"},
    {"materialized-view", "MATERIALIZED VIEW", "TABLE"},
    {"source", "SOURCE", "TABLE"},
    {"sink", "SINK", NULL},
    {"index", "INDEX", NULL},
};

static const KindWords *words_of(const char *kind)
{
    for (size_t i = 0; i < sizeof kind_words / sizeof *kind_words; i++) {
        if (str_eq(kind_words[i].kind, kind)) {
            return &kind_words[i];
        }
    }
    return NULL;
}

static void put_kind(Sql *sql, const char *kind)
{
    const KindWords *words = words_of(kind);
    put(sql, words ? words->words : NULL);
    put(sql, " ");
}

/* The name of ON as its kind writes it. */
static void put_on(Sql *sql, StatementOn on)
{
    if (str_eq(on.kind, "cluster") || str_eq(on.kind, "database")) {
        put_name(sql, on.rel.name);
    } else if (str_eq(on.kind, "schema")) {
        put_schema(sql, on.rel.database, on.rel.name);
    } else {
        put_rel(sql, on.rel);
    }
}

/* --- containers --- */

char *statement_create_schema(Arena *arena, const char *database, const char *name)
{
    Sql sql = sql_new(arena, "CREATE SCHEMA ");
    put_schema(&sql, database, name);
    return sql_done(&sql);
}

char *statement_drop_schema(Arena *arena, const char *database, const char *name)
{
    Sql sql = sql_new(arena, "DROP SCHEMA ");
    put_schema(&sql, database, name);
    put(&sql, " RESTRICT");
    return sql_done(&sql);
}

static void put_rename_schema(Sql *sql, const char *database, const char *from, const char *to)
{
    put(sql, "ALTER SCHEMA ");
    put_schema(sql, database, from);
    put(sql, " RENAME TO ");
    put_name(sql, to);
}

char *statement_rename_schema(Arena *arena, const char *database, const char *from, const char *to)
{
    Sql sql = sql_new(arena, "");
    put_rename_schema(&sql, database, from, to);
    return sql_done(&sql);
}

/* "SIZE = '..', REPLICATION FACTOR = n" of what is given. */
static void put_shape(Sql *sql, const char *size, int64_t replication_factor, const char *options)
{
    sql->bad = sql->bad || (!size && replication_factor < 0 && !options);
    if (size) {
        put(sql, "SIZE = ");
        put_literal(sql, size);
    }
    if (replication_factor >= 0) {
        buf_printf(&sql->buf, "%sREPLICATION FACTOR = %lld", size ? ", " : "",
                   (long long)replication_factor);
    }
    if (options) {
        buf_printf(&sql->buf, "%s%s", size || replication_factor >= 0 ? ", " : "", options);
    }
}

char *statement_cluster_options(Arena *arena, const char *interval, bool debugging)
{
    Sql sql = sql_new(arena, "INTROSPECTION INTERVAL = ");
    if (interval) {
        put_literal(&sql, interval);
    } else {
        put(&sql, "0");
    }
    put(&sql, debugging ? ", INTROSPECTION DEBUGGING = true" : ", INTROSPECTION DEBUGGING = false");
    return sql_done(&sql);
}

char *statement_create_cluster(Arena *arena, const char *name, const char *size,
                               int64_t replication_factor, const char *options)
{
    Sql sql = sql_new(arena, "CREATE CLUSTER ");
    put_name(&sql, name);
    put(&sql, " (");
    sql.bad = sql.bad || str_empty(size);
    put_shape(&sql, size, replication_factor, options);
    put(&sql, ")");
    return sql_done(&sql);
}

char *statement_alter_cluster(Arena *arena, const char *name, const char *size,
                              int64_t replication_factor, const char *options)
{
    Sql sql = sql_new(arena, "ALTER CLUSTER ");
    put_name(&sql, name);
    put(&sql, " SET (");
    put_shape(&sql, size, replication_factor, options);
    put(&sql, ")");
    return sql_done(&sql);
}

char *statement_drop_cluster(Arena *arena, const char *name)
{
    Sql sql = sql_new(arena, "DROP CLUSTER ");
    put_name(&sql, name);
    put(&sql, " RESTRICT");
    return sql_done(&sql);
}

/* --- objects --- */

typedef struct NodeForm {
    const char *create;
    bool needs_cluster, cluster_follows; /* IN CLUSTER: must be there, may be there */
    const char *before_sql;
} NodeForm;

static const NodeForm node_forms[] = {
    [NODE_VIEW] = {"CREATE VIEW ", false, false, " AS "},
    [NODE_MATERIALIZED_VIEW] = {"CREATE MATERIALIZED VIEW ", true, true, " AS "},
    [NODE_SEED] = {"CREATE TABLE ", false, false, NULL},
    [NODE_SOURCE] = {"CREATE SOURCE ", false, true, " "},
    [NODE_SOURCE_TABLE] = {"CREATE TABLE ", false, false, " "},
    [NODE_TABLE] = {"CREATE TABLE ", false, false, " "},
    [NODE_SINK] = {"CREATE SINK ", false, true, " "},
};

static void put_options(Sql *sql, const char *options)
{
    if (!str_empty(options)) {
        put(sql, " WITH (");
        put(sql, options);
        put(sql, ")");
    }
}

static void put_columns(Sql *sql, const SeedData *seed)
{
    sql->bad = sql->bad || !seed || !seed->columns.count;
    if (sql->bad) {
        return;
    }
    put(sql, " (");
    vec_each (SeedColumn, it, &seed->columns) {
        buf_text(&sql->buf, it == seed->columns.items ? "" : ", ");
        put_name(sql, it->name);
        put(sql, " ");
        put(sql, it->type);
    }
    put(sql, ")");
}

/* A materialized view's options stand before its query, those of all others behind their body. */
static void put_body(Sql *sql, const DesiredNode *node, const NodeForm *form)
{
    if (node->kind == NODE_SEED) {
        put_columns(sql, node->seed);
        return;
    }
    bool options_first = node->kind == NODE_MATERIALIZED_VIEW;
    put_options(sql, options_first ? node->options : NULL);
    put(sql, form->before_sql);
    put(sql, node->sql);
    put_options(sql, options_first ? NULL : node->options);
}

static char *create_node(Arena *arena, const DesiredNode *node, const char *create,
                         const RelName *target)
{
    const NodeForm *form = &node_forms[node->kind];
    Sql sql = sql_new(arena, create);
    put_rel(&sql, node->rel);
    if (target) {
        put(&sql, " FOR ");
        put_rel(&sql, *target);
    }
    if (form->needs_cluster || (form->cluster_follows && node->cluster)) {
        put(&sql, " IN CLUSTER ");
        put_name(&sql, node->cluster);
    }
    put_body(&sql, node, form);
    return sql_done(&sql);
}

char *statement_create_node(Arena *arena, const DesiredNode *node)
{
    return create_node(arena, node, node_forms[node->kind].create, NULL);
}

char *statement_create_replacement(Arena *arena, const DesiredNode *node, RelName target)
{
    return create_node(arena, node, "CREATE REPLACEMENT MATERIALIZED VIEW ", &target);
}

char *statement_apply_replacement(Arena *arena, RelName target, RelName replacement)
{
    Sql sql = sql_new(arena, "ALTER MATERIALIZED VIEW ");
    put_rel(&sql, target);
    put(&sql, " APPLY REPLACEMENT ");
    put_rel(&sql, replacement);
    return sql_done(&sql);
}

static void put_row(Sql *sql, const char *const *row, size_t columns)
{
    put(sql, "(");
    for (size_t i = 0; i < columns; i++) {
        buf_text(&sql->buf, i ? ", " : "");
        if (row[i]) {
            put_literal(sql, row[i]);
        } else {
            put(sql, "NULL");
        }
    }
    put(sql, ")");
}

StrVec statement_insert(Arena *arena, RelName rel, const char **const *rows, size_t count,
                        size_t columns, size_t max_bytes)
{
    StrVec statements = {0};
    Sql sql = {0};
    size_t in_batch = 0;
    for (size_t i = 0; i < count; i++) {
        if (!in_batch) {
            sql = sql_new(arena, "INSERT INTO ");
            put_rel(&sql, rel);
            put(&sql, " VALUES ");
        }
        buf_text(&sql.buf, in_batch ? ", " : "");
        put_row(&sql, rows[i], columns);
        in_batch++;
        if (i + 1 == count || sql.buf.length >= max_bytes) {
            vec_push(arena, &statements, sql_done(&sql));
            in_batch = 0;
        }
    }
    return statements;
}

StrVec statement_seed_rows(Arena *arena, const DesiredNode *node, size_t max_bytes)
{
    const SeedData *seed = node->seed;
    if (!seed) {
        return (StrVec){0};
    }
    return statement_insert(arena, node->rel, seed->rows.items, seed->rows.count,
                            seed->columns.count, max_bytes);
}

char *statement_create_index(Arena *arena, RelName on, const DesiredIndex *index, const char *name,
                             const char *cluster)
{
    Sql sql = sql_new(arena, index->keys ? "CREATE INDEX " : "CREATE DEFAULT INDEX ");
    put_name(&sql, name ? name : index->name);
    put(&sql, " IN CLUSTER ");
    put_name(&sql, cluster ? cluster : index->cluster);
    put(&sql, " ON ");
    put_rel(&sql, on);
    if (index->keys) {
        put(&sql, " (");
        put(&sql, index->keys);
        put(&sql, ")");
    }
    return sql_done(&sql);
}

char *statement_drop(Arena *arena, const char *kind, const RelName *rels, size_t count)
{
    Sql sql = sql_new(arena, "DROP ");
    put_kind(&sql, kind);
    sql.bad = sql.bad || !count || str_eq(kind, "schema") || str_eq(kind, "cluster");
    for (size_t i = 0; i < count; i++) {
        buf_text(&sql.buf, i ? ", " : "");
        put_rel(&sql, rels[i]);
    }
    put(&sql, " RESTRICT");
    return sql_done(&sql);
}

/* --- what goes with an id --- */

/* A privilege is one word, or "ALL PRIVILEGES": nothing else can slip in here. */
static void put_privilege(Sql *sql, const char *privilege)
{
    for (const char *p = privilege ? privilege : "!"; *p; p++) {
        sql->bad = sql->bad || !(isalpha((unsigned char)*p) || *p == ' ');
    }
    put(sql, str_empty(privilege) ? NULL : privilege);
}

static void put_role(Sql *sql, const char *role)
{
    if (str_eq(role, "PUBLIC")) {
        put(sql, role);
    } else {
        put_name(sql, role);
    }
}

static char *grant_or_revoke(Arena *arena, StatementOn on, const char *privilege,
                             const char *grantee, bool grant)
{
    const KindWords *words = words_of(on.kind);
    Sql sql = sql_new(arena, grant ? "GRANT " : "REVOKE ");
    put_privilege(&sql, privilege);
    put(&sql, " ON ");
    put(&sql, words ? words->grant : NULL);
    if (!str_eq(on.kind, "system")) {
        put(&sql, " ");
        put_on(&sql, on);
    }
    put(&sql, grant ? " TO " : " FROM ");
    put_role(&sql, grantee);
    return sql_done(&sql);
}

char *statement_grant(Arena *arena, StatementOn on, const char *privilege, const char *grantee)
{
    return grant_or_revoke(arena, on, privilege, grantee, true);
}

char *statement_revoke(Arena *arena, StatementOn on, const char *privilege, const char *grantee)
{
    return grant_or_revoke(arena, on, privilege, grantee, false);
}

char *statement_owner(Arena *arena, StatementOn on, const char *role)
{
    Sql sql = sql_new(arena, "ALTER ");
    put_kind(&sql, on.kind);
    put_on(&sql, on);
    put(&sql, " OWNER TO ");
    put_name(&sql, role);
    return sql_done(&sql);
}

char *statement_options(Arena *arena, StatementOn on, const char *options)
{
    bool usual = str_empty(options);
    Sql sql = sql_new(arena, "ALTER ");
    put_kind(&sql, on.kind);
    put_on(&sql, on);
    put(&sql, usual ? " RESET (" : " SET (");
    put(&sql, usual ? "RETAIN HISTORY" : options);
    put(&sql, ")");
    return sql_done(&sql);
}

char *statement_retention(Arena *arena, int64_t milliseconds)
{
    bool whole = milliseconds % 1000 == 0;
    return arena_printf(arena, "RETAIN HISTORY = FOR '%lld %s'",
                        (long long)(whole ? milliseconds / 1000 : milliseconds),
                        whole ? "seconds" : "milliseconds");
}

char *statement_comment(Arena *arena, StatementOn on, const char *column, const char *text)
{
    Sql sql = sql_new(arena, "COMMENT ON ");
    if (column) {
        put(&sql, "COLUMN ");
    } else {
        put_kind(&sql, on.kind);
    }
    put_on(&sql, on);
    if (column) {
        put(&sql, ".");
        put_name(&sql, column);
    }
    put(&sql, " IS ");
    sql.bad = sql.bad || (text && strlen(text) > STATEMENT_COMMENT_MAX);
    if (text) {
        put_literal(&sql, text);
    } else {
        put(&sql, "NULL");
    }
    return sql_done(&sql);
}

static char *upper(Arena *arena, const char *text)
{
    char *copy = arena_strdup(arena, text);
    for (char *p = copy; p && *p; p++) {
        *p = (char)toupper((unsigned char)*p);
    }
    return copy;
}

char *statement_default_grant(Arena *arena, const CatalogDefault *privilege, const char *database,
                              const char *schema)
{
    Sql sql = sql_new(arena, "ALTER DEFAULT PRIVILEGES FOR ");
    if (str_eq(privilege->owner, "ALL ROLES")) {
        put(&sql, "ALL ROLES");
    } else {
        put(&sql, "ROLE ");
        put_name(&sql, privilege->owner);
    }
    put(&sql, " IN SCHEMA ");
    put_schema(&sql, database, schema);
    put(&sql, " GRANT ");
    put_privilege(&sql, privilege->privilege);
    put(&sql, " ON ");
    put_privilege(&sql, upper(arena, privilege->object_type));
    put(&sql, "S TO ");
    put_role(&sql, privilege->grantee);
    return sql_done(&sql);
}

/* --- reading green, sinks --- */

char *statement_count_missing(Arena *arena, RelName rel, RelName other)
{
    Sql sql = sql_new(arena, "SELECT count(*) FROM (SELECT * FROM ");
    put_rel(&sql, rel);
    put(&sql, " EXCEPT ALL SELECT * FROM ");
    put_rel(&sql, other);
    put(&sql, ") AS missing");
    return sql_done(&sql);
}

char *statement_probe(Arena *arena, RelName rel)
{
    Sql sql = sql_new(arena, "SELECT * FROM ");
    put_rel(&sql, rel);
    put(&sql, " LIMIT 0");
    return sql_done(&sql);
}

char *statement_probe_all(Arena *arena, const RelName *rels, size_t count)
{
    Sql sql = sql_new(arena, "SELECT count(*) FROM (");
    for (size_t i = 0; i < count; i++) {
        put(&sql, i ? " UNION ALL SELECT 1 FROM " : "SELECT 1 FROM ");
        put_rel(&sql, rels[i]);
        put(&sql, " WHERE false");
    }
    put(&sql, ") AS probed");
    return sql_done(&sql);
}

const char *statement_columns(Arena *arena, const DesiredNode *node)
{
    if (!node->seed) {
        return node->sql;
    }
    Sql sql = sql_new(arena, "SELECT ");
    vec_each (SeedColumn, it, &node->seed->columns) {
        put(&sql, it == node->seed->columns.items ? "CAST(NULL AS " : ", CAST(NULL AS ");
        put(&sql, it->type);
        put(&sql, ") AS ");
        put_name(&sql, it->name);
    }
    return sql_done(&sql);
}

char *statement_set_cluster(Arena *arena, const char *cluster)
{
    Sql sql = sql_new(arena, "SET cluster = ");
    put_name(&sql, cluster);
    return sql_done(&sql);
}

char *statement_repoint_sink(Arena *arena, RelName sink, RelName from)
{
    Sql sql = sql_new(arena, "ALTER SINK ");
    put_rel(&sql, sink);
    put(&sql, " SET FROM ");
    put_rel(&sql, from);
    return sql_done(&sql);
}

/* --- the cutover --- */

static void put_named(Sql *sql, const RecordName *place, const char *name)
{
    put_on(sql, (StatementOn){place->kind, {place->database, place->schema, name}});
}

static void put_rename(Sql *sql, const RecordName *place, const char *from, const char *to)
{
    put(sql, "; ALTER ");
    put_kind(sql, place->kind);
    put_named(sql, place, from);
    put(sql, " RENAME TO ");
    put_name(sql, to);
}

static void put_swap(Sql *sql, const RecordName *place, const char *name, const char *with)
{
    put(sql, "; ALTER ");
    put_kind(sql, place->kind);
    put_named(sql, place, name);
    put(sql, " SWAP WITH ");
    put_name(sql, with);
}

static bool same_place(const RecordName *a, const RecordName *b)
{
    return str_eq(a->kind, b->kind) && str_eq(a->database, b->database) &&
           str_eq(a->schema, b->schema);
}

/* The name that moves out of the way of NAME's new one, or NULL. */
static const RecordName *moving_away(const StatementCutover *cutover, const RecordName *name)
{
    for (size_t i = 0; i < cutover->count; i++) {
        const RecordName *it = &cutover->names[i];
        if (same_place(it, name) && str_eq(it->from, name->to)) {
            return it;
        }
    }
    return NULL;
}

/* Another name takes the place of NAME, and brings it along. */
static bool is_taken_along(const StatementCutover *cutover, const RecordName *name)
{
    for (size_t i = 0; i < cutover->count; i++) {
        const RecordName *it = &cutover->names[i];
        if (same_place(it, name) && str_eq(it->to, name->from)) {
            return true;
        }
    }
    return false;
}

static bool is_container(const char *kind)
{
    return str_eq(kind, "schema") || str_eq(kind, "cluster");
}

static void put_move(Sql *sql, const StatementCutover *cutover, const RecordName *name)
{
    const RecordName *old = moving_away(cutover, name);
    if (is_taken_along(cutover, name)) {
        return;
    }
    if (old && is_container(name->kind)) {
        put_swap(sql, name, name->to, name->from);
        put_rename(sql, name, name->from, old->to);
        return;
    }
    if (old) {
        put_rename(sql, old, old->from, old->to);
    }
    put_rename(sql, name, name->from, name->to);
}

/* Those of KIND; NULL: of everything that lies in a schema. */
static void put_moves(Sql *sql, const StatementCutover *cutover, const char *kind)
{
    for (size_t i = 0; i < cutover->count; i++) {
        const RecordName *name = &cutover->names[i];
        if (kind ? str_eq(name->kind, kind) : !is_container(name->kind)) {
            put_move(sql, cutover, name);
        }
    }
}

char *statement_cutover(Arena *arena, const StatementCutover *cutover)
{
    Sql sql = sql_new(arena, "BEGIN; ");
    put_rename_schema(&sql, cutover->database, cutover->marker_from, cutover->marker_to);
    put_moves(&sql, cutover, "schema");
    put_moves(&sql, cutover, "cluster");
    put_moves(&sql, cutover, NULL);
    put(&sql, cutover->rehearsal ? "; ROLLBACK" : "; COMMIT");
    return sql_done(&sql);
}
