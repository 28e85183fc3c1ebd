/* `indexes` of config(), the clusters they are on, and the names that Materialize gives to unnamed ones. */
#include "reader.h"

#include "cutover/sqltok.h"
#include "cutover/str.h"

#include <string.h>

/* dbt writes clusters without quotes, so Materialize folds them unless the config has quotes. */
static const char *cluster_name(Reader *r, const char *text)
{
    SqlToks toks = {0};
    Err err = {0};
    bool one = sql_tokens(r->arena, text, strlen(text), &toks, &err) && toks.count == 2 &&
               sql_is_name(toks.items);
    const char *name = one ? toks.items[0].value : text;
    return namemap_cluster(r->options->names, name);
}

const char *cluster_of(Reader *r, const Node *node, bool needed)
{
    const char *text = config_text(r, node, "cluster");
    text = str_empty(text) ? r->target.cluster : text;
    if (!str_empty(text)) {
        return cluster_name(r, text);
    }
    if (needed) {
        find_at(r, DIAG_ERROR, P_CLUSTER, config_place(node, "materialized"),
                "%s needs a cluster, and neither it nor the target names one", node->id)
            ->hint = "set `cluster` in config(), in dbt_project.yml (+cluster) or in profiles.yml";
    }
    return "";
}

/* ---- one index ---- */

static bool bad_index(Reader *r, const Node *node, const char *message)
{
    find_at(r, DIAG_ERROR, P_INDEX, config_place(node, "indexes"), "an index of %s: %s", node->id,
            message)
        ->hint = "an index is {'columns': ['a', 'b']} or {'default': True}, with 'name' and "
                 "'cluster' if need be";
    return false;
}

static bool check_keys(Reader *r, const Node *node, const PyDict *dict)
{
    StrVec known = {0};
    static const char *const keys[] = {"columns", "name", "default", "cluster", "unique", "type"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        vec_push(r->arena, &known, keys[i]);
    }
    for (size_t i = 0; i < dict->count; i++) {
        const char *key = py_str(r->arena, dict->entries[i].key);
        if (!str_in(&known, key)) {
            return bad_index(r, node, arena_printf(r->arena, "unknown key \"%s\"", key));
        }
    }
    return true;
}

/* The texts of a list, or of one text, with commas. */
static const char *joined_texts(Reader *r, const PyValue *value)
{
    StrVec texts = {0};
    if (!value || py_is_none(*value)) {
        return NULL;
    }
    if (value->type == PY_LIST || value->type == PY_TUPLE) {
        for (size_t i = 0; i < value->list->count; i++) {
            vec_push(r->arena, &texts, py_str(r->arena, value->list->items[i]));
        }
    } else {
        vec_push(r->arena, &texts, py_str(r->arena, *value));
    }
    return texts.count ? str_join(r->arena, &texts, ", ") : NULL;
}

static const char *text_in(Reader *r, const PyDict *dict, const char *key)
{
    const PyValue *value = py_dict_find(dict, key);
    return value && !py_is_none(*value) ? py_str(r->arena, *value) : NULL;
}

static bool read_index(Reader *r, Node *node, const PyDict *dict)
{
    if (!check_keys(r, node, dict)) {
        return false;
    }
    const Place place = config_place(node, "indexes");
    const PyValue *is_default = py_dict_find(dict, "default");
    const char *cluster = text_in(r, dict, "cluster");
    DesiredIndex index = {
        .name = text_in(r, dict, "name"),
        .keys = joined_texts(r, py_dict_find(dict, "columns")),
        .file = place.file,
        .line = place.line,
    };
    if (is_default && py_truth(*is_default) && index.keys) {
        return bad_index(r, node, "a default index takes no columns");
    }
    if (!index.keys && !(is_default && py_truth(*is_default))) {
        return bad_index(r, node, "it has neither columns nor 'default': True");
    }
    index.cluster = str_empty(cluster) ? cluster_of(r, node, true) : cluster_name(r, cluster);
    vec_push(r->arena, &node->indexes, index);
    return true;
}

void read_indexes(Reader *r, Node *node)
{
    const PyValue *list = config_get(node, "indexes");
    if (!list) {
        return;
    }
    if (list->type != PY_LIST && list->type != PY_TUPLE) {
        bad_index(r, node, "indexes must be a list");
        return;
    }
    for (size_t i = 0; i < list->list->count; i++) {
        if (list->list->items[i].type == PY_DICT) {
            read_index(r, node, list->list->items[i].dict);
        } else {
            bad_index(r, node, "it must be a map");
        }
    }
}

/* ---- names ---- */

/* The name in a key when it is just a column, else "expr". */
static const char *key_name(const SqlTok *first, const SqlTok *end)
{
    return end - first == 1 && sql_is_name(first) ? first->value : "expr";
}

static const char *default_name(Reader *r, const char *relation, const char *keys)
{
    SqlToks toks = {0};
    Err err = {0};
    if (!keys) {
        return arena_printf(r->arena, "%s_primary_idx", relation);
    }
    Buf name = buf_new(r->arena, 1u << 16);
    buf_text(&name, relation);
    if (!sql_tokens(r->arena, keys, strlen(keys), &toks, &err)) {
        return arena_printf(r->arena, "%s_expr_idx", relation);
    }
    const SqlTok *first = toks.items;
    int depth = 0;
    vec_each (SqlTok, it, &toks) {
        depth += sql_is_symbol(it, "(") - sql_is_symbol(it, ")");
        if (it->kind == SQL_END || (!depth && sql_is_symbol(it, ","))) {
            buf_printf(&name, "_%s", key_name(first, it));
            first = it + 1;
        }
    }
    buf_text(&name, "_idx");
    return name.data;
}

/* Names taken in the production schemas: indexes live beside relations. */
static bool claim(Reader *r, Map *taken, RelName where, const char *name)
{
    where.name = name;
    return !map_put(r->arena, taken, relname_key(r->arena, where), name);
}

static bool is_taken(Reader *r, const Map *taken, RelName where, const char *name)
{
    where.name = name;
    return map_get(taken, relname_key(r->arena, where));
}

static void claim_given(Reader *r, Map *taken, RelName on, const DesiredIndexes *indexes)
{
    vec_each (DesiredIndex, it, indexes) {
        if (it->name && !claim(r, taken, on, it->name)) {
            find_at(r, DIAG_ERROR, P_INDEX, (Place){it->file, it->line, 0, 0},
                    "the name \"%s\" of an index is taken in schema %s", it->name, on.schema);
        }
    }
}

static void name_unnamed(Reader *r, Map *taken, RelName on, DesiredIndexes *indexes)
{
    vec_each (DesiredIndex, it, indexes) {
        if (it->name) {
            continue;
        }
        const char *base = default_name(r, on.name, it->keys);
        it->name = base;
        for (int i = 1; is_taken(r, taken, on, it->name); i++) {
            it->name = arena_printf(r->arena, "%s%d", base, i);
        }
        claim(r, taken, on, it->name);
    }
}

static bool names_an_index(const Node *node)
{
    return has_relation(node) && !node->ephemeral && node->production.name;
}

void name_indexes(Reader *r)
{
    Map taken = {0};
    vec_each (Node *, it, &r->order) {
        if (names_an_index(*it)) {
            claim(r, &taken, (*it)->production, (*it)->production.name);
        }
    }
    vec_each (Node *, it, &r->order) {
        claim_given(r, &taken, (*it)->production, &(*it)->indexes);
    }
    vec_each (DesiredExternal *, it, &r->externals) {
        claim_given(r, &taken, (*it)->rel, &(*it)->indexes);
    }
    vec_each (Node *, it, &r->order) {
        name_unnamed(r, &taken, (*it)->production, &(*it)->indexes);
    }
    vec_each (DesiredExternal *, it, &r->externals) {
        name_unnamed(r, &taken, (*it)->rel, &(*it)->indexes);
    }
}
