/* refresh_interval, partition_by, retain_history and what a contract asserts as the WITH options of a materialized view. */
#include "reader.h"

#include "cutover/sqltok.h"
#include "cutover/str.h"

#include <string.h>

static const char *text_in(Reader *r, const PyDict *dict, const char *key)
{
    const PyValue *value = py_dict_find(dict, key);
    return value && py_truth(*value) ? py_str(r->arena, *value) : NULL;
}

static bool check_refresh(Reader *r, const Node *node, const PyDict *dict)
{
    StrVec known = {0};
    static const char *const keys[] = {"at", "at_creation", "every", "aligned_to", "on_commit"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        vec_push(r->arena, &known, keys[i]);
    }
    for (size_t i = 0; i < dict->count; i++) {
        const char *key = py_str(r->arena, dict->entries[i].key);
        if (!str_in(&known, key)) {
            find_at(r, DIAG_ERROR, P_CONFIG, config_place(node, "refresh_interval"),
                    "unknown key \"%s\" in refresh_interval of %s", key, node->id)
                ->label = did_you_mean(r, key, &known);
            return false;
        }
    }
    return true;
}

static void add_refresh(Reader *r, const Node *node, StrVec *options)
{
    const PyValue *value = config_get(node, "refresh_interval");
    if (!value || !py_truth(*value)) {
        return;
    }
    if (value->type != PY_DICT) {
        find_at(r, DIAG_ERROR, P_CONFIG, config_place(node, "refresh_interval"),
                "refresh_interval of %s must be a map", node->id);
        return;
    }
    if (!check_refresh(r, node, value->dict)) {
        return;
    }
    const char *at = text_in(r, value->dict, "at"), *every = text_in(r, value->dict, "every");
    const char *aligned = text_in(r, value->dict, "aligned_to");
    if (at) {
        vec_push(r->arena, options,
                 arena_printf(r->arena, "REFRESH AT %s", sql_literal(r->arena, at)));
    }
    if (text_in(r, value->dict, "at_creation")) {
        vec_push(r->arena, options, "REFRESH AT CREATION");
    }
    if (every) {
        vec_push(r->arena, options,
                 arena_printf(r->arena, "REFRESH EVERY %s%s%s", sql_literal(r->arena, every),
                              aligned ? " ALIGNED TO " : "",
                              aligned ? sql_literal(r->arena, aligned) : ""));
    }
    if (text_in(r, value->dict, "on_commit")) {
        vec_push(r->arena, options, "REFRESH ON COMMIT");
    }
}

static void add_partition(Reader *r, const Node *node, StrVec *options)
{
    const PyValue *value = config_get(node, "partition_by");
    StrVec columns = {0};
    if (value && (value->type == PY_LIST || value->type == PY_TUPLE)) {
        for (size_t i = 0; i < value->list->count; i++) {
            vec_push(r->arena, &columns, py_str(r->arena, value->list->items[i]));
        }
    } else if (value) {
        vec_push(r->arena, &columns, py_str(r->arena, *value));
    }
    if (columns.count) {
        vec_push(r->arena, options,
                 arena_printf(r->arena, "PARTITION BY (%s)", str_join(r->arena, &columns, ", ")));
    }
}

const char *options_sql(Reader *r, Node *node, NodeKind kind)
{
    StrVec options = {0};
    contract_options(r, node, kind, &options);
    if (kind == NODE_VIEW) {
        return NULL; /* it has none; of its contract something may have been said */
    }
    const PyValue *history = config_get(node, "retain_history");
    add_refresh(r, node, &options);
    add_partition(r, node, &options);
    if (history && py_truth(*history)) {
        const char *text = sql_literal(r->arena, py_str(r->arena, *history));
        vec_push(r->arena, &options, arena_printf(r->arena, "RETAIN HISTORY FOR %s", text));
    }
    return options.count ? str_join(r->arena, &options, ", ") : NULL;
}
