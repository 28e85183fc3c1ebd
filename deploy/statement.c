#include "statement_internal.h"

#include "cutover/sqltok.h"
#include "cutover/str.h"

#include <ctype.h>
#include <string.h>

/* Materialize refuses statements above a megabyte. */
#define STATEMENT_MAX (4u << 20)

Sql sql_new(Arena *arena, const char *begin)
{
    Sql sql = {.arena = arena, .buf = buf_new(arena, STATEMENT_MAX)};
    buf_text(&sql.buf, begin);
    return sql;
}

char *sql_done(Sql *sql)
{
    return sql->bad || sql->buf.overflow ? NULL : sql->buf.data;
}

void sql_put(Sql *sql, const char *text)
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
    sql_put(sql, ".");
    put_name(sql, name);
}

void sql_put_rel(Sql *sql, RelName rel)
{
    put_schema(sql, rel.database, rel.schema);
    sql_put(sql, ".");
    put_name(sql, rel.name);
}

void sql_put_literal(Sql *sql, const char *text)
{
    buf_text(&sql->buf, sql_literal(sql->arena, text));
}

void sql_put_value(Sql *sql, const char *text)
{
    if (text) {
        sql_put_literal(sql, text);
    } else {
        sql_put(sql, "NULL");
    }
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
    sql_put(sql, words ? words->words : NULL);
    sql_put(sql, " ");
}

/* The name of ON as its kind writes it. */
static void put_on(Sql *sql, StatementOn on)
{
    if (str_eq(on.kind, "cluster") || str_eq(on.kind, "database")) {
        put_name(sql, on.rel.name);
    } else if (str_eq(on.kind, "schema")) {
        put_schema(sql, on.rel.database, on.rel.name);
    } else {
        sql_put_rel(sql, on.rel);
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
    sql_put(&sql, " RESTRICT");
    return sql_done(&sql);
}

static void put_rename_schema(Sql *sql, const char *database, const char *from, const char *to)
{
    sql_put(sql, "ALTER SCHEMA ");
    put_schema(sql, database, from);
    sql_put(sql, " RENAME TO ");
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
        sql_put(sql, "SIZE = ");
        sql_put_literal(sql, size);
    }
    if (replication_factor >= 0) {
        buf_printf(&sql->buf, "%sREPLICATION FACTOR = %lld", size ? ", " : "",
                   (long long)replication_factor);
    }
    if (options) {
        buf_printf(&sql->buf, "%s%s", size || replication_factor >= 0 ? ", " : "", options);
    }
}

char *statement_create_cluster(Arena *arena, const char *name, const char *size,
                               int64_t replication_factor, const char *options)
{
    Sql sql = sql_new(arena, "CREATE CLUSTER ");
    put_name(&sql, name);
    sql_put(&sql, " (");
    sql.bad = sql.bad || str_empty(size);
    put_shape(&sql, size, replication_factor, options);
    sql_put(&sql, ")");
    return sql_done(&sql);
}

char *statement_alter_cluster(Arena *arena, const char *name, const char *size,
                              int64_t replication_factor, const char *options)
{
    Sql sql = sql_new(arena, "ALTER CLUSTER ");
    put_name(&sql, name);
    sql_put(&sql, " SET (");
    put_shape(&sql, size, replication_factor, options);
    sql_put(&sql, ")");
    return sql_done(&sql);
}

char *statement_drop_cluster(Arena *arena, const char *name)
{
    Sql sql = sql_new(arena, "DROP CLUSTER ");
    put_name(&sql, name);
    sql_put(&sql, " RESTRICT");
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
        sql_put(sql, " WITH (");
        sql_put(sql, options);
        sql_put(sql, ")");
    }
}

static void put_columns(Sql *sql, const SeedData *seed)
{
    sql->bad = sql->bad || !seed || !seed->columns.count;
    if (sql->bad) {
        return;
    }
    sql_put(sql, " (");
    vec_each (SeedColumn, it, &seed->columns) {
        buf_text(&sql->buf, it == seed->columns.items ? "" : ", ");
        put_name(sql, it->name);
        sql_put(sql, " ");
        sql_put(sql, it->type);
    }
    sql_put(sql, ")");
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
    sql_put(sql, form->before_sql);
    sql_put(sql, node->sql);
    put_options(sql, options_first ? NULL : node->options);
}

static char *create_node(Arena *arena, const DesiredNode *node, const char *create,
                         const RelName *target)
{
    const NodeForm *form = &node_forms[node->kind];
    Sql sql = sql_new(arena, create);
    sql_put_rel(&sql, node->rel);
    if (target) {
        sql_put(&sql, " FOR ");
        sql_put_rel(&sql, *target);
    }
    if (form->needs_cluster || (form->cluster_follows && node->cluster)) {
        sql_put(&sql, " IN CLUSTER ");
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
    sql_put_rel(&sql, target);
    sql_put(&sql, " APPLY REPLACEMENT ");
    sql_put_rel(&sql, replacement);
    return sql_done(&sql);
}

char *statement_create_index(Arena *arena, RelName on, const DesiredIndex *index, const char *name,
                             const char *cluster)
{
    Sql sql = sql_new(arena, index->keys ? "CREATE INDEX " : "CREATE DEFAULT INDEX ");
    put_name(&sql, name ? name : index->name);
    sql_put(&sql, " IN CLUSTER ");
    put_name(&sql, cluster ? cluster : index->cluster);
    sql_put(&sql, " ON ");
    sql_put_rel(&sql, on);
    if (index->keys) {
        sql_put(&sql, " (");
        sql_put(&sql, index->keys);
        sql_put(&sql, ")");
    }
    return sql_done(&sql);
}

char *statement_drop(Arena *arena, const char *kind, const RelName *rels, size_t count)
{
    Sql sql = sql_new(arena, "DROP ");
    put_kind(&sql, kind);
    sql.bad = sql.bad || !count || is_container(kind);
    for (size_t i = 0; i < count; i++) {
        buf_text(&sql.buf, i ? ", " : "");
        sql_put_rel(&sql, rels[i]);
    }
    sql_put(&sql, " RESTRICT");
    return sql_done(&sql);
}

/* --- what goes with an id --- */

/* A privilege is one word, or "ALL PRIVILEGES": nothing else can slip in here. */
static void put_privilege(Sql *sql, const char *privilege)
{
    for (const char *p = privilege ? privilege : "!"; *p; p++) {
        sql->bad = sql->bad || !(isalpha((unsigned char)*p) || *p == ' ');
    }
    sql_put(sql, str_empty(privilege) ? NULL : privilege);
}

static void put_role(Sql *sql, const char *role)
{
    if (str_eq(role, "PUBLIC")) {
        sql_put(sql, role);
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
    sql_put(&sql, " ON ");
    sql_put(&sql, words ? words->grant : NULL);
    if (!str_eq(on.kind, "system")) {
        sql_put(&sql, " ");
        put_on(&sql, on);
    }
    sql_put(&sql, grant ? " TO " : " FROM ");
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
    sql_put(&sql, " OWNER TO ");
    put_name(&sql, role);
    return sql_done(&sql);
}

char *statement_options(Arena *arena, StatementOn on, const char *options)
{
    bool usual = str_empty(options);
    Sql sql = sql_new(arena, "ALTER ");
    put_kind(&sql, on.kind);
    put_on(&sql, on);
    sql_put(&sql, usual ? " RESET (" : " SET (");
    sql_put(&sql, usual ? "RETAIN HISTORY" : options);
    sql_put(&sql, ")");
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
        sql_put(&sql, "COLUMN ");
    } else {
        put_kind(&sql, on.kind);
    }
    put_on(&sql, on);
    if (column) {
        sql_put(&sql, ".");
        put_name(&sql, column);
    }
    sql_put(&sql, " IS ");
    sql.bad = sql.bad || (text && strlen(text) > STATEMENT_COMMENT_MAX);
    if (text) {
        sql_put_literal(&sql, text);
    } else {
        sql_put(&sql, "NULL");
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
        sql_put(&sql, "ALL ROLES");
    } else {
        sql_put(&sql, "ROLE ");
        put_name(&sql, privilege->owner);
    }
    sql_put(&sql, " IN SCHEMA ");
    put_schema(&sql, database, schema);
    sql_put(&sql, " GRANT ");
    put_privilege(&sql, privilege->privilege);
    sql_put(&sql, " ON ");
    put_privilege(&sql, upper(arena, privilege->object_type));
    sql_put(&sql, "S TO ");
    put_role(&sql, privilege->grantee);
    return sql_done(&sql);
}

/* --- reading green, sinks --- */

char *statement_probe(Arena *arena, RelName rel)
{
    Sql sql = sql_new(arena, "SELECT * FROM ");
    sql_put_rel(&sql, rel);
    sql_put(&sql, " LIMIT 0");
    return sql_done(&sql);
}

char *statement_probe_all(Arena *arena, const RelName *rels, size_t count)
{
    Sql sql = sql_new(arena, "SELECT count(*) FROM (");
    for (size_t i = 0; i < count; i++) {
        sql_put(&sql, i ? " UNION ALL SELECT 1 FROM " : "SELECT 1 FROM ");
        sql_put_rel(&sql, rels[i]);
        sql_put(&sql, " WHERE false");
    }
    sql_put(&sql, ") AS probed");
    return sql_done(&sql);
}

const char *statement_columns(Arena *arena, const DesiredNode *node)
{
    if (!node->seed) {
        return node->sql;
    }
    Sql sql = sql_new(arena, "SELECT ");
    vec_each (SeedColumn, it, &node->seed->columns) {
        sql_put(&sql, it == node->seed->columns.items ? "CAST(NULL AS " : ", CAST(NULL AS ");
        sql_put(&sql, it->type);
        sql_put(&sql, ") AS ");
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
    sql_put_rel(&sql, sink);
    sql_put(&sql, " SET FROM ");
    sql_put_rel(&sql, from);
    return sql_done(&sql);
}

/* --- the cutover --- */

static void put_named(Sql *sql, const RecordName *place, const char *name)
{
    put_on(sql, (StatementOn){place->kind, {place->database, place->schema, name}});
}

static void put_rename(Sql *sql, const RecordName *place, const char *from, const char *to)
{
    sql_put(sql, "; ALTER ");
    put_kind(sql, place->kind);
    put_named(sql, place, from);
    sql_put(sql, " RENAME TO ");
    put_name(sql, to);
}

static void put_swap(Sql *sql, const RecordName *place, const char *name, const char *with)
{
    sql_put(sql, "; ALTER ");
    put_kind(sql, place->kind);
    put_named(sql, place, name);
    sql_put(sql, " SWAP WITH ");
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
    sql_put(&sql, cutover->rehearsal ? "; ROLLBACK" : "; COMMIT");
    return sql_done(&sql);
}
