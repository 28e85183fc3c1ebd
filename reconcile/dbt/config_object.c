/* `config` in a model: called, it collects in the parse pass; asked, it answers when rendering. */
#include "config_keys.h"

#include "cutover/str.h"

#include <string.h>

/* The keys of a call, from config(k = v) and config({'k': v}). */
static bool collect(JinjaCall *call, Scope *scope, const PyDict *dict)
{
    Node *node = scope->node;
    Arena *arena = scope->reader->arena;
    const JinjaTemplate *here = jinja_here(call->run);
    Place place = {.file = here ? here->name : node->place.file};
    jinja_place(call->run, &place.line, &place.column, &place.length);
    for (size_t i = 0; dict && i < dict->count; i++) {
        if (dict->entries[i].key.type != PY_STRING) {
            return jinja_fail(call->run, P_CONFIG, "the keys of config() must be texts");
        }
        vec_push(arena, &node->called,
                 (CalledConfig){arena_strdup(arena, dict->entries[i].key.text),
                                keep_value(scope, dict->entries[i].value), place});
    }
    return true;
}

static bool config_call(JinjaCall *call, void *self, PyValue *out)
{
    Scope *scope = self;
    *out = py_text("");
    if (scope->execute || !scope->node) {
        return true;
    }
    if (call->count > 1 || (call->count == 1 && call->args[0].type != PY_DICT)) {
        return jinja_fail(call->run, P_CONFIG, "config() takes keyword arguments, or one dict");
    }
    return collect(call, scope, call->count ? call->args[0].dict : NULL) &&
           collect(call, scope, call->named);
}

PyDict *config_of_scope(Scope *scope)
{
    if (!scope->config) {
        const Node *node = scope->node;
        scope->config =
            own_dict(scope, node->config ? node->config : project_config(scope->reader, node));
    }
    return scope->config;
}

/* Lists and dicts may be changed by who gets them, the rest not: that needs no copy. */
static PyValue owned(Scope *scope, const char *key, PyValue value)
{
    if (value.type != PY_LIST && value.type != PY_DICT) {
        return value;
    }
    PyDict *own = config_of_scope(scope);
    if (!py_dict_find(own, key)) { /* a preset, and those are empty */
        py_dict_put(scope->arena, own, key,
                    value.type == PY_LIST ? py_list(scope->arena) : py_dict(scope->arena));
    }
    return *py_dict_find(own, key);
}

/* What dbt knows is there even if nothing sets it. Hooks go by their name in Python. */
static bool find_config(Scope *scope, const char *name, PyValue *out)
{
    static const char *const hooks[][2] = {{"pre_hook", "pre-hook"}, {"post_hook", "post-hook"}};
    const Node *node = scope->node;
    const char *key = name;
    for (size_t i = 0; i < 2 && config_key(node->resource, hooks[i][1]); i++) {
        if (str_eq(name, hooks[i][1])) {
            return false;
        }
        key = str_eq(name, hooks[i][0]) ? hooks[i][1] : key;
    }
    const ConfigKey *known = config_key(node->resource, key);
    const PyValue *value = py_dict_find(node->config, key);
    value = value ? value : py_dict_find(config_presets(scope->reader, node->resource), key);
    if (value) {
        *out = owned(scope, key, *value);
        *out = known ? config_as_seen(scope->arena, known, *out) : *out;
    }
    return value;
}

/* The config NAME, or what it holds in `meta`. */
static bool find_in(Scope *scope, const char *name, bool meta, PyValue *out)
{
    PyValue all;
    if (!meta) {
        return find_config(scope, name, out);
    }
    const PyValue *found = find_config(scope, "meta", &all) && all.type == PY_DICT
                               ? py_dict_find(all.dict, name)
                               : NULL;
    *out = found ? *found : *out;
    return found;
}

static bool get_from(JinjaCall *call, Scope *scope, bool meta, PyValue *out)
{
    PyValue arg[3];
    if (!jinja_bind(call, "name default? validator?", arg)) {
        return false;
    }
    if (!scope->execute || !scope->node) {
        *out = py_text("");
        return true;
    }
    const char *name = jinja_want_text(call->run, arg[0], "name");
    if (name && !find_in(scope, name, meta, out)) {
        *out = py_is_undefined(arg[1]) ? py_none() : arg[1];
    }
    return name;
}

static bool require_from(JinjaCall *call, Scope *scope, bool meta, PyValue *out)
{
    PyValue arg[2];
    if (!jinja_bind(call, "name validator?", arg)) {
        return false;
    }
    const char *name = jinja_want_text(call->run, arg[0], "name");
    *out = py_text("");
    if (!name || !scope->execute || !scope->node) {
        return name;
    }
    return find_in(scope, name, meta, out) ||
           jinja_fail(call->run, P_CONFIG, "%s \"%s\" is not set", meta ? "meta" : "config", name);
}

static bool config_method_get(JinjaCall *call, void *self, PyValue *out)
{
    return get_from(call, self, false, out);
}

static bool config_method_require(JinjaCall *call, void *self, PyValue *out)
{
    return require_from(call, self, false, out);
}

static bool config_method_meta_get(JinjaCall *call, void *self, PyValue *out)
{
    return get_from(call, self, true, out);
}

static bool config_method_meta_require(JinjaCall *call, void *self, PyValue *out)
{
    return require_from(call, self, true, out);
}

static bool persists(const Scope *scope, const char *what)
{
    const PyValue *docs = scope->node ? config_get(scope->node, "persist_docs") : NULL;
    const PyValue *set = docs && docs->type == PY_DICT ? py_dict_find(docs->dict, what) : NULL;
    return set && py_truth(*set);
}

static bool config_method_persist_relation(JinjaCall *call, void *self, PyValue *out)
{
    (void)call;
    *out = py_bool(persists(self, "relation"));
    return true;
}

static bool config_method_persist_column(JinjaCall *call, void *self, PyValue *out)
{
    (void)call;
    *out = py_bool(persists(self, "columns"));
    return true;
}

static const JinjaMethod methods[] = {
    {"get", config_method_get},
    {"require", config_method_require},
    {"meta_get", config_method_meta_get},
    {"meta_require", config_method_meta_require},
    {"persist_relation_docs", config_method_persist_relation},
    {"persist_column_docs", config_method_persist_column},
    {NULL, NULL},
};

static bool config_get_attribute(JinjaRun *run, void *self, const char *name, PyValue *out)
{
    return jinja_method(run, methods, self, name, out);
}

static const JinjaClass config_class = {
    .name = "config", .get = config_get_attribute, .call = config_call};

PyValue config_object(Scope *scope)
{
    return jinja_object(scope->arena, &config_class, scope);
}
