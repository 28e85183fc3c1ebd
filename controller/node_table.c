#include "node_table.h"

#include "cutover/json.h"
#include "cutover/str.h"

static void put_node(JsonOut *json, const DesiredNode *node)
{
    json_open_object(json);
    json_put_str(json, "id", node->id);
    json_put_str(json, "kind", node_kind_text(node->kind));
    json_put_str(json, "database", node->rel.database);
    json_put_str(json, "schema", node->rel.schema);
    json_put_str(json, "name", node->rel.name);
    json_put_str(json, "cluster", node->cluster);
    json_put_str(json, "sql", node->sql);
    json_put_str(json, "options", node->options);
    json_put_str(json, "file", node->file);
    json_put_int(json, "line", node->line);
    json_put_str(json, "digest", node->digest);
    json_put_texts(json, "depends", &node->depends);
    json_key(json, "indexes");
    json_open_array(json);
    vec_each (const DesiredIndex, index, &node->indexes) {
        json_open_object(json);
        json_put_str(json, "name", index->name);
        json_put_str(json, "cluster", index->cluster);
        json_put_str(json, "keys", index->keys);
        json_close_object(json);
    }
    json_close_array(json);
    json_close_object(json);
}

static void put_value(JsonOut *json, Arena *arena, PyValue value);

static void put_items(JsonOut *json, Arena *arena, const PyList *list)
{
    json_open_array(json);
    for (size_t i = 0; i < list->count; i++) {
        put_value(json, arena, list->items[i]);
    }
    json_close_array(json);
}

static void put_members(JsonOut *json, Arena *arena, const PyDict *dict)
{
    json_open_object(json);
    StrVec keys = {0};
    for (size_t i = 0; i < dict->count; i++) {
        vec_push(arena, &keys, py_str(arena, dict->entries[i].key));
    }
    vec_sort(&keys, str_compare);
    for (size_t i = 0; i < keys.count; i++) {
        const PyValue *value = py_dict_find(dict, keys.items[i]);
        json_key(json, keys.items[i]);
        put_value(json, arena, value ? *value : py_none());
    }
    json_close_object(json);
}

/* Configs hold data alone; anything else is shown as Python would print it. */
static void put_value(JsonOut *json, Arena *arena, PyValue value)
{
    switch (value.type) {
    case PY_UNDEFINED:
    case PY_NONE:
        json_nothing(json);
        break;
    case PY_BOOL:
        json_bool(json, value.boolean);
        break;
    case PY_INT:
        json_int(json, value.integer);
        break;
    case PY_FLOAT:
        json_number(json, value.real);
        break;
    case PY_LIST:
    case PY_TUPLE:
        put_items(json, arena, value.list);
        break;
    case PY_DICT:
        put_members(json, arena, value.dict);
        break;
    default:
        json_str(json, py_str(arena, value));
    }
}

static void put_entry(JsonOut *json, Arena *arena, const DbtNode *node)
{
    json_open_object(json);
    json_put_str(json, "unique_id", node->id);
    json_put_str(json, "resource_type", node->resource);
    json_put_str(json, "relation_name", node->relation);
    json_put_texts(json, "fqn", &node->fqn);
    json_put_texts(json, "tags", &node->tags);
    json_key(json, "depends_on");
    json_open_object(json);
    json_put_texts(json, "nodes", &node->depends);
    json_close_object(json);
    json_key(json, "config");
    put_members(json, arena, node->config);
    json_put_str(json, "compiled_code", node->code);
    json_close_object(json);
}

void node_table_write(Buf *out, const DbtProject *project)
{
    JsonOut json = json_out(out);
    json_open_object(&json);
    json_put_str(&json, "schema", "cutover.nodes/1");
    json_put_str(&json, "project", project->desired->project);
    json_key(&json, "nodes");
    json_open_array(&json);
    vec_each (const DesiredNode, node, &project->desired->nodes) {
        put_node(&json, node);
    }
    json_close_array(&json);
    json_key(&json, "table");
    json_open_array(&json);
    vec_each (const DbtNode, node, &project->table) {
        put_entry(&json, out->arena, node);
    }
    json_close_array(&json);
    json_close_object(&json);
    buf_char(out, '\n');
}
