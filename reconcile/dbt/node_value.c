/* A node as Jinja sees it: `model`, and the `node` that generate_*_name() gets. */
#include "reader.h"

#include <string.h>

static PyValue texts_value(Arena *arena, const StrVec *texts)
{
    PyValue list = py_list(arena);
    vec_each (const char *, it, texts) {
        py_append(arena, list, py_text(*it));
    }
    return list;
}

/* columns.<name>.description, as schema.yml has them. */
static PyValue columns_value(Arena *arena, const Node *node)
{
    PyValue columns = py_dict(arena);
    const Yaml *list = yaml_get(node->patch, "columns");
    for (size_t i = 0; list && list->type == YAML_IS_LIST && i < list->items.count; i++) {
        const char *name = yaml_text(yaml_get(list->items.items[i], "name"));
        if (name) {
            py_dict_put(arena, columns.dict, name, yaml_value(arena, list->items.items[i]));
        }
    }
    return columns;
}

PyValue node_value(Scope *scope, const Node *node)
{
    const Reader *r = scope->reader;
    Arena *arena = scope->arena;
    PyDict *config = config_of_scope(scope);
    static const char *const types[] = {
        [RES_MODEL] = "model", [RES_SEED] = "seed", [RES_TEST] = "test"};
    PyValue value = py_dict(arena);
    const PyValue *tags = py_dict_find(config, "tags");
    struct {
        const char *key;
        PyValue value;
    } members[] = {
        {"name", py_text(node->name)},
        {"unique_id", py_text(node->id)},
        {"resource_type", py_text(types[node->resource])},
        {"package_name", py_text(node->package->name)},
        {"path", py_text(node->path)},
        {"original_file_path", py_text(node->path)},
        {"fqn", texts_value(arena, &node->fqn)},
        {"database", py_text(node->rel.database ? node->rel.database : r->target.database)},
        {"schema", py_text(node->rel.schema ? node->rel.schema : r->target.schema)},
        {"alias", py_text(node->rel.name ? node->rel.name : node->name)},
        {"identifier", py_text(node->rel.name ? node->rel.name : node->name)},
        {"description", py_text(node->description ? node->description : "")},
        {"config", (PyValue){.type = PY_DICT, .dict = config}},
        {"tags", tags ? *tags : py_list(arena)},
        {"columns", columns_value(arena, node)},
        {"raw_code", py_text(node->file ? node->file->text : "")},
        {"version", py_none()},
    };
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        py_dict_put(arena, value.dict, members[i].key, members[i].value);
    }
    return value;
}
