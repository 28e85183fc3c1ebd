/* A node as Jinja sees it: `model`, and the `node` that generate_*_name() gets. */
#include "partial.h"
#include "reader.h"

#include "cutover/str.h"

#include <string.h>

static PyValue texts_value(Arena *arena, const StrVec *texts)
{
    PyValue list = py_list(arena);
    vec_each (const char *, it, texts) {
        py_append(arena, list, py_text(*it));
    }
    return list;
}

static PyValue yaml_or(Arena *arena, const Yaml *yaml, PyValue other)
{
    return yaml && !yaml_is_null(yaml) ? yaml_value_without_dates(arena, yaml) : other;
}

static PyValue text_or_empty(const char *text)
{
    return py_text(text ? text : "");
}

/* A column of schema.yml with all that dbt's has. */
static PyValue column_value(Scope *scope, const Node *node, const Yaml *column)
{
    Arena *arena = scope->arena;
    PyValue value = py_dict(arena), config = py_dict(arena);
    const Yaml *own = yaml_get(column, "config");
    const Yaml *meta = yaml_get(column, "meta"), *tags = yaml_get(column, "tags");
    PyValue all_meta = yaml_or(arena, meta ? meta : yaml_get(own, "meta"), py_dict(arena));
    PyValue all_tags = yaml_or(arena, tags ? tags : yaml_get(own, "tags"), py_list(arena));
    py_dict_put(arena, config.dict, "meta", all_meta);
    py_dict_put(arena, config.dict, "tags", all_tags);
    const char *description =
        description_text(scope->reader, node, yaml_get(column, "description"));
    py_dict_put(arena, value.dict, "name",
                yaml_value_without_dates(arena, yaml_get(column, "name")));
    py_dict_put(arena, value.dict, "description", text_or_empty(description));
    py_dict_put(arena, value.dict, "meta", all_meta);
    static const char *const optional[] = {"data_type", "quote", NULL};
    for (const char *const *key = optional; *key; key++) {
        if (yaml_get(column, *key)) {
            py_dict_put(arena, value.dict, *key,
                        yaml_value_without_dates(arena, yaml_get(column, *key)));
        }
    }
    py_dict_put(arena, value.dict, "constraints",
                yaml_or(arena, yaml_get(column, "constraints"), py_list(arena)));
    py_dict_put(arena, value.dict, "config", config);
    py_dict_put(arena, value.dict, "tags", all_tags);
    return value;
}

static PyValue columns_value(Scope *scope, const Node *node)
{
    PyValue columns = py_dict(scope->arena);
    const Yaml *list = yaml_get(node->patch, "columns");
    for (size_t i = 0; list && list->type == YAML_IS_LIST && i < list->items.count; i++) {
        const char *name = yaml_text(yaml_get(list->items.items[i], "name"));
        if (name) {
            py_dict_put(scope->arena, columns.dict, name,
                        column_value(scope, node, list->items.items[i]));
        }
    }
    return columns;
}

static PyValue without_none(Arena *arena, const PyDict *dict)
{
    PyValue out = py_dict(arena);
    for (size_t i = 0; i < dict->count; i++) {
        if (!py_is_none(dict->entries[i].value)) {
            py_dict_set(arena, out.dict, dict->entries[i].key, dict->entries[i].value);
        }
    }
    return out;
}

/* `model.config`: without what is none, which dbt leaves out. */
static PyValue config_value(Scope *scope, const Node *node)
{
    Arena *arena = scope->arena;
    PyDict *given = config_of_scope(scope);
    PyValue config = without_none(arena, filled_config(scope->reader, arena, node, given));
    const PyValue *docs = py_dict_find(config.dict, "docs");
    if (docs && docs->type == PY_DICT) {
        py_dict_put(arena, config.dict, "docs", without_none(arena, docs->dict));
    }
    return config;
}

static PyValue from_config(Arena *arena, const PyDict *config, const char *key)
{
    const PyValue *value = py_dict_find(config, key);
    return value ? *value : py_dict(arena);
}

/* What dbt's nodes have besides. */
static const char *const unknown_members[] = {"access",
                                              "attached_node",
                                              "batch",
                                              "build_path",
                                              "checksum",
                                              "column_name",
                                              "compiled",
                                              "compiled_code",
                                              "compiled_path",
                                              "config_call_dict",
                                              "constraints",
                                              "created_at",
                                              "defer_relation",
                                              "deprecation_date",
                                              "doc_blocks",
                                              "extra_ctes",
                                              "extra_ctes_injected",
                                              "file_key_name",
                                              "group",
                                              "metrics",
                                              "patch_path",
                                              "previous_batch_results",
                                              "primary_key",
                                              "refs",
                                              "relation_name",
                                              "sources",
                                              "test_metadata",
                                              "time_spine",
                                              "unrendered_config",
                                              "unrendered_config_call_dict",
                                              NULL};
static const char *const unknown_depends[] = {"macros", NULL};

static bool is_member(const void *self, const char *name)
{
    return str_one_of(self, name);
}

/* Names of what it reads, without dbt's list of macros. */
static PyValue depends_value(Arena *arena, const Node *node)
{
    PyValue depends = py_dict(arena), nodes = py_list(arena);
    for (size_t i = 0; i < node->sources.count; i++) {
        py_append(arena, nodes, py_text(node->sources.items[i]->id));
    }
    for (size_t i = 0; i < node->depends.count - node->by_hand; i++) {
        py_append(arena, nodes, py_text(node->depends.items[i]->id));
    }
    py_dict_put(arena, depends.dict, "nodes", nodes);
    return partial_value(arena, &(Partial){.name = "depends_on",
                                           .known = depends.dict,
                                           .missing = is_member,
                                           .self = unknown_depends});
}

/* `model` is a dict without what is none, and generate_*_name() gets an object that has all. */
static PyValue of_object(const Scope *scope, PyValue value)
{
    return scope->naming ? value : py_undefined(NULL);
}

PyValue node_value(Scope *scope, const Node *node)
{
    const Reader *r = scope->reader;
    Arena *arena = scope->arena;
    PyValue config = config_value(scope, node);
    static const char *const types[] = {[RES_MODEL] = "model",
                                        [RES_SEED] = "seed",
                                        [RES_TEST] = "test",
                                        [RES_ANALYSIS] = "analysis"};
    PyValue value = py_dict(arena);
    StrVec tags = node_tags(arena, node, config.dict);
    struct {
        const char *key;
        PyValue value;
    } members[] = {
        {"name", py_text(node->name)},
        {"unique_id", py_text(node->id)},
        {"resource_type", py_text(types[node->resource])},
        {"package_name", py_text(node->package->name)},
        {"path", py_text(node->below)},
        {"original_file_path", py_text(node->path)},
        {"fqn", texts_value(arena, &node->fqn)},
        {"database", py_text(node->rel.database ? node->rel.database : r->target.database)},
        {"schema", py_text(node->rel.schema ? node->rel.schema : r->target.schema)},
        {"alias", py_text(node->rel.name ? node->rel.name : node->name)},
        {"identifier", of_object(scope, py_text(node->rel.name ? node->rel.name : node->name))},
        {"description", text_or_empty(description_text(scope->reader, node,
                                                       yaml_get(node->patch, "description")))},
        {"config", config},
        {"tags", texts_value(arena, &tags)},
        {"columns", columns_value(scope, node)},
        {"raw_code", py_text(node->file ? str_trim(arena, node->file->text) : "")},
        {"version", node->version ? node->version->value : of_object(scope, py_none())},
        {"latest_version", node->version ? node->version->latest : of_object(scope, py_none())},
        {"language", py_text("sql")},
        {"meta", from_config(arena, config.dict, "meta")},
        {"docs", from_config(arena, config.dict, "docs")},
        {"contract", from_config(arena, config.dict, "contract")},
        {"depends_on", depends_value(arena, node)},
    };
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        if (!py_is_undefined(members[i].value)) {
            py_dict_put(arena, value.dict, members[i].key, members[i].value);
        }
    }
    return partial_value(arena, &(Partial){.name = scope->naming ? "node" : "model",
                                           .known = value.dict,
                                           .missing = is_member,
                                           .self = unknown_members});
}
