/*
 * The node table: of each enabled node what dbt's manifest says of it, its config as it is in the end with
 * what dbt fills in. The selection, people and other programs read it; what is deployed is Desired's.
 */
#include "config_keys.h"

#include "cutover/str.h"

#include <string.h>

/* A hook as dbt keeps it; one that is written as a map has some of it already. */
static PyValue hook_value(Arena *arena, PyValue written)
{
    PyValue hook = py_dict(arena);
    py_dict_put(arena, hook.dict, "sql", written);
    py_dict_put(arena, hook.dict, "transaction", py_bool(true));
    py_dict_put(arena, hook.dict, "index", py_none());
    for (size_t i = 0; written.type == PY_DICT && i < written.dict->count; i++) {
        py_dict_set(arena, hook.dict, written.dict->entries[i].key, written.dict->entries[i].value);
    }
    return hook;
}

static PyValue hooks_value(Arena *arena, PyValue written)
{
    PyValue hooks = py_list(arena);
    for (size_t i = 0; written.type == PY_LIST && i < written.list->count; i++) {
        py_append(arena, hooks, hook_value(arena, written.list->items[i]));
    }
    return hooks;
}

/* contract and docs are maps of which a project writes a part. */
static PyValue filled(Arena *arena, const PyValue *preset, PyValue written)
{
    if (!preset || preset->type != PY_DICT || written.type != PY_DICT) {
        return written;
    }
    PyValue dict = py_dict_copy(arena, preset->dict);
    for (size_t i = 0; i < written.dict->count; i++) {
        py_dict_set(arena, dict.dict, written.dict->entries[i].key, written.dict->entries[i].value);
    }
    return dict;
}

PyDict *filled_config(Reader *r, Arena *arena, const Node *node, const PyDict *given)
{
    PyDict *config = py_dict_copy(arena, config_presets(r, node->resource)).dict;
    for (size_t i = 0; i < given->count; i++) {
        const PyEntry *it = &given->entries[i];
        bool hook = str_eq(it->key.text, "pre-hook") || str_eq(it->key.text, "post-hook");
        PyValue value = hook ? hooks_value(arena, it->value)
                             : filled(arena, py_dict_find(config, it->key.text), it->value);
        py_dict_set(arena, config, it->key, value);
    }
    return config;
}

static StrVec depends_of(Arena *arena, const Node *node)
{
    StrVec ids = {0};
    for (size_t i = 0; i < node->depends.count - node->by_hand; i++) {
        vec_push(arena, &ids, node->depends.items[i]->id);
    }
    vec_each (Source *, it, &((Node *)node)->sources) {
        vec_push(arena, &ids, (*it)->id);
    }
    return ids;
}

/* Whether schema.yml has TAG: dbt reads that last. */
static bool is_patched(const Node *node, const char *tag)
{
    const Yaml *tags = yaml_get(yaml_get(node->patch, "config"), "tags");
    for (size_t i = 0; tags && tags->type == YAML_IS_LIST && i < tags->items.count; i++) {
        if (str_eq(yaml_text(tags->items.items[i]), tag)) {
            return true;
        }
    }
    return tags && str_eq(yaml_text(tags), tag);
}

StrVec node_tags(Arena *arena, const Node *node, const PyDict *config)
{
    StrVec tags = {0};
    const PyValue *list = py_dict_find(config, "tags");
    vec_each (const char *, tag, &((Node *)node)->inherited) {
        vec_push(arena, &tags, *tag);
    }
    for (int late = 0; late < 2; late++) {
        for (size_t i = 0; list && list->type == PY_LIST && i < list->list->count; i++) {
            const char *tag = py_str(arena, list->list->items[i]);
            if (is_patched(node, tag) == late && !str_in(&tags, tag)) {
                vec_push(arena, &tags, tag);
            }
        }
    }
    return tags;
}

void emit_table(Reader *r, DbtProject *project)
{
    static const char *const types[] = {[RES_MODEL] = "model",
                                        [RES_SEED] = "seed",
                                        [RES_TEST] = "test",
                                        [RES_ANALYSIS] = "analysis"};
    vec_each (Node *, it, &r->order) {
        const Node *node = *it;
        if (node->failed || !node->compiled || !node->config) {
            continue;
        }
        const PyValue *stored = config_get(node, "store_failures");
        bool makes = has_relation(node) ? !node->ephemeral : stored && py_truth(*stored);
        const PyDict *config = filled_config(r, r->arena, node, node->config);
        vec_push(r->arena, &project->table,
                 (DbtNode){
                     .id = node->id,
                     .resource = types[node->resource],
                     .relation = makes ? relation_sql(r->arena, node->rel, r->quoting) : NULL,
                     .code = node->resource == RES_SEED ? NULL : node->compiled,
                     .fqn = node->fqn,
                     .tags = node_tags(r->arena, node, config),
                     .depends = depends_of(r->arena, node),
                     .config = config,
                 });
    }
}
