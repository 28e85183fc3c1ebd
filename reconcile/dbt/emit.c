/* From dbt's nodes to the desired state: kinds, bodies, what is declared beside, and tests. */
#include "reader.h"

#include "cutover/sqltok.h"
#include "cutover/str.h"

#include <string.h>

/* ---- materializations ---- */

typedef struct Materialization {
    const char *name;
    NodeKind kind;
    bool cluster; /* needs one */
} Materialization;

static const Materialization materializations[] = {
    {"view", NODE_VIEW, false},
    {"materialized_view", NODE_MATERIALIZED_VIEW, true},
    {"materializedview", NODE_MATERIALIZED_VIEW, true},
    {"table", NODE_MATERIALIZED_VIEW, true},
    {"source", NODE_SOURCE, true},
    {"source_table", NODE_SOURCE_TABLE, false},
    {"sink", NODE_SINK, true},
    {"seed", NODE_SEED, false},
};

#define MATERIALIZATION_COUNT (sizeof materializations / sizeof *materializations)

static const Materialization *materialization_of(Reader *r, const Node *node)
{
    const char *name = config_text(r, node, "materialized");
    StrVec names = {0};
    for (size_t i = 0; i < MATERIALIZATION_COUNT; i++) {
        if (str_eq(name, materializations[i].name)) {
            return &materializations[i];
        }
        vec_push(r->arena, &names, materializations[i].name);
    }
    Diag *diag =
        find_at(r, DIAG_ERROR, P_MATERIALIZED, config_place(node, "materialized"),
                "materialization \"%s\" is not supported (%s)", name ? name : "", node->id);
    diag->label = did_you_mean(r, name ? name : "", &names);
    diag->hint = str_eq(name, "incremental")
                     ? "Materialize keeps views up to date by itself: use materialized_view"
                     : NULL;
    return NULL;
}

/* ---- bodies ---- */

static bool is_body_start(const SqlTok *tok, NodeKind kind)
{
    return sql_is_word(tok, "from") || (kind == NODE_SOURCE_TABLE && sql_is_symbol(tok, "("));
}

static bool may_have_header(NodeKind kind)
{
    return kind == NODE_SOURCE || kind == NODE_SOURCE_TABLE || kind == NODE_SINK;
}

/* dbt-materialize before 1.7.6 wanted `CREATE SOURCE {{ this }} ...` in the file: that header goes. */
static size_t behind_header(Reader *r, const Node *node, NodeKind kind, const SqlToks *toks)
{
    if (!may_have_header(kind) || !sql_is_word(toks->items, "create")) {
        return 0;
    }
    vec_each (const SqlTok, it, toks) {
        if (is_body_start(it, kind)) {
            find_at(r, DIAG_WARNING, P_LEGACY_BODY, node->place,
                    "%s begins with CREATE: only what follows the name counts", node->id)
                ->hint = "since dbt-materialize 1.7.6 such a file begins at FROM";
            return it->start;
        }
    }
    return 0;
}

/* None, or more than one: then the second is shown. */
static void refuse_count(Reader *r, Arena *scratch, const Node *node, const SqlShape *shape)
{
    SqlToks toks = {0};
    Err err = {0};
    Place place = node->place;
    bool read = sql_tokens(scratch, node->compiled, strlen(node->compiled), &toks, &err);
    for (size_t i = 0; read && i + 1 < shape->words; i++) {
        if (sql_is_symbol(&toks.items[i], ";")) {
            const SqlTok *second = &toks.items[i + 1];
            place = place_in_file(scratch, node, node->compiled, second->start, second->end);
            break;
        }
    }
    find_at(r, DIAG_ERROR, shape->words ? P_SQL : P_EMPTY_SQL, place,
            shape->words ? "%s holds more than one statement" : "%s has no SQL", node->id);
}

/* The text without white space at its ends, closing semicolon and old header; NULL after a finding. */
static const char *cleaned(Reader *r, Arena *scratch, const Node *node, NodeKind kind)
{
    const char *sql = node->compiled;
    SqlShape shape = node->shape;
    SqlToks toks = {0};
    Err err = {0};
    if (!shape.known || may_have_header(kind)) {
        if (!sql_tokens(scratch, sql, strlen(sql), &toks, &err)) {
            return NULL; /* scan_nodes() has said why */
        }
        shape = sql_shape(&toks, strlen(sql));
    }
    if (!shape.words || shape.several) {
        refuse_count(r, scratch, node, &shape);
        return NULL;
    }
    size_t start = behind_header(r, node, kind, &toks);
    return str_trim(r->arena, arena_strndup(scratch, sql + start, shape.end - start));
}

static const char *clean_sql(Reader *r, const Node *node, NodeKind kind)
{
    Arena *scratch = arena_new();
    const char *sql = cleaned(r, scratch, node, kind);
    arena_free(scratch);
    return sql;
}

/* ---- grants and comments ---- */

static void add_grants(Reader *r, const Node *node, DesiredGrants *grants)
{
    static const char *const known[][2] = {
        {"select", "SELECT"}, {"insert", "INSERT"}, {"update", "UPDATE"}, {"delete", "DELETE"}};
    const PyValue *config = config_get(node, "grants");
    for (size_t i = 0; config && config->type == PY_DICT && i < config->dict->count; i++) {
        const PyEntry *entry = &config->dict->entries[i];
        const char *privilege = NULL, *given = py_str(r->arena, entry->key);
        for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
            privilege = str_eq(str_lower(r->arena, given), known[k][0]) ? known[k][1] : privilege;
        }
        if (!privilege || entry->value.type != PY_LIST) {
            find_at(r, DIAG_ERROR, P_GRANTS, config_place(node, "grants"),
                    "grants of %s: \"%s\" is no privilege with a list of roles", node->id, given);
            continue;
        }
        for (size_t k = 0; k < entry->value.list->count; k++) {
            const char *role = py_str(r->arena, entry->value.list->items[k]);
            bool is_public = str_eq(str_lower(r->arena, role), "public");
            vec_push(r->arena, grants, (DesiredGrant){privilege, is_public ? "PUBLIC" : role});
        }
    }
}

static bool persists(const Node *node, const char *what)
{
    const PyValue *docs = config_get(node, "persist_docs");
    const PyValue *set = docs && docs->type == PY_DICT ? py_dict_find(docs->dict, what) : NULL;
    return set && py_truth(*set);
}

static void add_comment(Reader *r, const Node *node, const Yaml *owner, const char *column,
                        DesiredComments *comments)
{
    const Yaml *description = yaml_get(owner, "description");
    const char *text = description_text(r, node, description);
    if (!str_empty(text)) {
        vec_push(r->arena, comments, (DesiredComment){column, text});
    }
}

static void add_comments(Reader *r, const Node *node, DesiredComments *comments)
{
    if (persists(node, "relation")) {
        add_comment(r, node, node->patch, NULL, comments);
    }
    const Yaml *columns = yaml_get(node->patch, "columns");
    for (size_t i = 0; persists(node, "columns") && columns && i < columns->items.count; i++) {
        const Yaml *column = columns->items.items[i];
        add_comment(r, node, column, yaml_text(yaml_get(column, "name")), comments);
    }
}

/* ---- nodes ---- */

/* Real nodes that NODE reads, through ephemeral models, and in READS (relname_key() to RelName *) what is live
 * anyway: sources, and nodes that are not selected. */
static void collect(Reader *r, const Node *node, Map *seen, StrVec *ids, Map *reads)
{
    for (size_t i = 0; i < node->depends.count; i++) {
        const Node *other = node->depends.items[i];
        if (map_put(r->arena, seen, other->id, other)) {
            continue;
        }
        if (other->ephemeral) {
            collect(r, other, seen, ids, reads);
        } else if (other->outside) {
            map_put(r->arena, reads, relname_key(r->arena, other->production), &other->production);
        } else {
            vec_push(r->arena, ids, other->id);
        }
    }
    for (size_t i = 0; i < node->sources.count; i++) {
        const Source *source = node->sources.items[i];
        const char *key = relname_key(r->arena, source->rel);
        const Node *made = map_get(&r->by_production, key);
        if (!made || made->outside) {
            map_put(r->arena, reads, key, &source->rel);
        }
    }
}

static void copy_tags(Reader *r, const Node *node, StrVec *tags)
{
    const PyValue *config = config_get(node, "tags");
    for (size_t i = 0; config && config->type == PY_LIST && i < config->list->count; i++) {
        const char *tag = py_str(r->arena, config->list->items[i]);
        if (!str_in(tags, tag)) {
            vec_push(r->arena, tags, tag);
        }
    }
}

static void fill_declared(Reader *r, const Node *node, DesiredNode *out)
{
    vec_each (const DesiredIndex, it, &node->indexes) {
        vec_push(r->arena, &out->indexes, *it);
    }
    add_grants(r, node, &out->grants);
    vec_each (const DesiredGrant, it, &node->grants) {
        vec_push(r->arena, &out->grants, *it);
    }
    add_comments(r, node, &out->comments);
    vec_each (const DesiredComment, it, &node->comments) {
        vec_push(r->arena, &out->comments, *it);
    }
    out->hooks = node->hooks;
    copy_tags(r, node, &out->tags);
}

static void fill_cluster(Reader *r, const Node *node, const Materialization *how, DesiredNode *out)
{
    bool named = !str_empty(config_text(r, node, "cluster"));
    if (how->cluster || (how->kind == NODE_SEED && named)) {
        out->cluster = cluster_of(r, node, true);
    }
}

static void emit_node(Reader *r, Node *node, Desired *desired)
{
    const Materialization *how = materialization_of(r, node);
    if (!how) {
        return;
    }
    emit_contract(r, node, how->kind, desired);
    DesiredNode out = {.id = node->id,
                       .names = ref_names(r->arena, node),
                       .asks = node->asked,
                       .kind = how->kind,
                       .rel = node->rel,
                       .file = node->file->path,
                       .line = node->place.line};
    Map seen = {0}, reads = {0};
    collect(r, node, &seen, &out.depends, &reads);
    map_each (it, &reads) {
        vec_push(r->arena, &out.reads, *(const RelName *)it->value);
    }
    fill_cluster(r, node, how, &out);
    if (how->kind == NODE_SEED) {
        out.seed = read_seed(r, node);
    } else {
        out.sql = clean_sql(r, node, how->kind);
    }
    if (how->kind == NODE_MATERIALIZED_VIEW || how->kind == NODE_VIEW) {
        out.options = options_sql(r, node, how->kind);
    }
    fill_declared(r, node, &out);
    if (how->kind == NODE_SINK) {
        out.indexes.count = 0; /* dbt makes none on sinks, and Materialize cannot */
    }
    vec_push(r->arena, &desired->nodes, out);
}

/* ---- tests ---- */

static const char *text_or(Reader *r, const Node *node, const char *key, const char *other)
{
    const char *text = config_text(r, node, key);
    return str_empty(text) ? other : text;
}

static const char *test_sql(Reader *r, const Node *node)
{
    const char *sql = clean_sql(r, node, NODE_VIEW);
    const char *limit = config_text(r, node, "limit");
    return sql && limit ? arena_printf(r->arena, "%s\nlimit %s", sql, limit) : sql;
}

static void emit_test(Reader *r, const Node *node, Desired *desired)
{
    DesiredTest out = {
        .id = node->id,
        .name = node->name,
        .sql = test_sql(r, node),
        .severity = str_lower(r->arena, text_or(r, node, "severity", "error")),
        .fail_calc = text_or(r, node, "fail_calc", "count(*)"),
        .error_if = text_or(r, node, "error_if", "!= 0"),
        .warn_if = text_or(r, node, "warn_if", "!= 0"),
        .file = node->place.file,
        .line = node->place.line,
    };
    Map seen = {0}, reads = {0};
    collect(r, node, &seen, &out.depends, &reads);
    map_each (it, &reads) {
        vec_push(r->arena, &out.reads, *(const RelName *)it->value);
    }
    vec_push(r->arena, &desired->tests, out);
}

/* ---- all ---- */

static void emit_rest(Reader *r, Desired *desired)
{
    vec_each (Source *, it, &r->sources) {
        if ((*it)->enabled) {
            vec_push(r->arena, &desired->sources,
                     (DesiredSource){(*it)->id, (*it)->rel, (*it)->place.file, (*it)->place.line});
        }
    }
    vec_each (DesiredExternal *, it, &r->externals) {
        vec_push(r->arena, &desired->externals, **it);
    }
}

void emit_desired(Reader *r, DbtProject *project)
{
    Desired *desired = project->desired;
    desired->project = r->root->name;
    desired->default_database = r->target.database;
    vec_each (Node *, it, &r->order) {
        Node *node = *it;
        if (node->failed || !node->compiled || node->outside) {
            continue;
        }
        if (node->resource != RES_SEED) {
            vec_push(r->arena, &project->compiled,
                     (DbtCompiled){node->id, node->compiled_path, node->compiled});
        }
        if (node->resource == RES_TEST) {
            emit_test(r, node, desired);
        } else if (has_relation(node) && !node->ephemeral) {
            emit_node(r, node, desired);
        }
    }
    emit_rest(r, desired);
    if (r->options->table) {
        emit_table(r, project);
    }
}
