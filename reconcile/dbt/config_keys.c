#include "config_keys.h"

#include "cutover/json.h"
#include "cutover/str.h"

#include <string.h>

/* ---- the table ---- */

enum {
    OF_MODEL = 1 << RES_MODEL,
    OF_SEED = 1 << RES_SEED,
    OF_TEST = 1 << RES_TEST,
    OF_ANALYSIS = 1 << RES_ANALYSIS,
    OF_SOURCE = 1 << RES_SOURCE,
    OF_RELATION = OF_MODEL | OF_SEED | OF_ANALYSIS,
    OF_NODE = OF_RELATION | OF_TEST,
    OF_ALL = OF_NODE | OF_SOURCE,
};

/* A value of the wrong kind is refused; the words say what is right. */
typedef enum Shape {
    ANYTHING,
    BOOL,
    MAYBE_BOOL,
    TEXT,
    MAYBE_TEXT,
    TEXTS, /* one is a list of one */
    KEYS,
    NUMBER,
    MAP,
    CHOICE, /* of `words` */
    FOLDED_CHOICE,
    HOOKS,
    DOCS,
    CONTRACT,
    FRESHNESS,
} Shape;

struct ConfigKey {
    const char *name;
    unsigned of;
    Shape shape;
    ConfigMerge merge;
    const char *preset; /* JSON */
    const char *words;  /* the only values, with blanks between */
};

/* In the order of dbt's classes, in which it prints a config as a whole. */
static const ConfigKey keys[] = {
    {"enabled", OF_ALL, BOOL, MERGE_REPLACES, "true", NULL},
    {"alias", OF_NODE, MAYBE_TEXT, MERGE_REPLACES, "null", NULL},
    {"schema", OF_RELATION, MAYBE_TEXT, MERGE_REPLACES, "null", NULL},
    {"schema", OF_TEST, MAYBE_TEXT, MERGE_REPLACES, "\"dbt_test__audit\"", NULL},
    {"database", OF_NODE, MAYBE_TEXT, MERGE_REPLACES, "null", NULL},
    {"tags", OF_ALL, TEXTS, MERGE_ADDS, "[]", NULL},
    {"meta", OF_ALL, MAP, MERGE_UPDATES, "{}", NULL},
    {"group", OF_NODE, MAYBE_TEXT, MERGE_REPLACES, "null", NULL},
    {"materialized", OF_MODEL | OF_ANALYSIS, TEXT, MERGE_REPLACES, "\"view\"", NULL},
    {"materialized", OF_SEED, CHOICE, MERGE_REPLACES, "\"seed\"", "seed"},
    {"materialized", OF_TEST, CHOICE, MERGE_REPLACES, "\"test\"", "test"},
    {"incremental_strategy", OF_RELATION, MAYBE_TEXT, MERGE_REPLACES, "null", NULL},
    {"batch_size", OF_RELATION, ANYTHING, MERGE_REPLACES, "null", NULL},
    {"lookback", OF_RELATION, ANYTHING, MERGE_REPLACES, "1", NULL},
    {"begin", OF_RELATION, ANYTHING, MERGE_REPLACES, "null", NULL},
    {"persist_docs", OF_RELATION, MAP, MERGE_REPLACES, "{}", NULL},
    {"post-hook", OF_RELATION, HOOKS, MERGE_ADDS, "[]", NULL},
    {"pre-hook", OF_RELATION, HOOKS, MERGE_ADDS, "[]", NULL},
    {"quoting", OF_RELATION, MAP, MERGE_UPDATES, "{}", NULL},
    {"column_types", OF_RELATION, MAP, MERGE_UPDATES, "{}", NULL},
    {"full_refresh", OF_RELATION, MAYBE_BOOL, MERGE_REPLACES, "null", NULL},
    {"unique_key", OF_RELATION, KEYS, MERGE_REPLACES, "null", NULL},
    {"on_schema_change", OF_RELATION, MAYBE_TEXT, MERGE_REPLACES, "\"ignore\"", NULL},
    {"on_configuration_change", OF_RELATION, CHOICE, MERGE_REPLACES, "\"apply\"",
     "apply continue fail"},
    {"grants", OF_RELATION, MAP, MERGE_GRANTS, "{}", NULL},
    {"packages", OF_RELATION, TEXTS, MERGE_ADDS, "[]", NULL},
    {"docs", OF_RELATION, DOCS, MERGE_UPDATES, "{\"show\": true, \"node_color\": null}", NULL},
    {"contract", OF_RELATION, CONTRACT, MERGE_UPDATES,
     "{\"enforced\": false, \"alias_types\": true}", NULL},
    {"event_time", OF_RELATION | OF_SOURCE, ANYTHING, MERGE_REPLACES, "null", NULL},
    {"concurrent_batches", OF_RELATION, ANYTHING, MERGE_REPLACES, "null", NULL},
    {"access", OF_MODEL, CHOICE, MERGE_REPLACES, "\"protected\"", "private protected public"},
    {"freshness", OF_MODEL, FRESHNESS, MERGE_REPLACES, "null", NULL},
    {"delimiter", OF_SEED, TEXT, MERGE_REPLACES, "\",\"", NULL},
    {"quote_columns", OF_SEED, MAYBE_BOOL, MERGE_REPLACES, "null", NULL},
    {"severity", OF_TEST, FOLDED_CHOICE, MERGE_REPLACES, "\"ERROR\"", "error warn"},
    {"store_failures", OF_TEST, MAYBE_BOOL, MERGE_REPLACES, "null", NULL},
    {"store_failures_as", OF_TEST, MAYBE_TEXT, MERGE_REPLACES, "null", NULL},
    {"where", OF_TEST, MAYBE_TEXT, MERGE_REPLACES, "null", NULL},
    {"limit", OF_TEST, NUMBER, MERGE_REPLACES, "null", NULL},
    {"fail_calc", OF_TEST, TEXT, MERGE_REPLACES, "\"count(*)\"", NULL},
    {"warn_if", OF_TEST, TEXT, MERGE_REPLACES, "\"!= 0\"", NULL},
    {"error_if", OF_TEST, TEXT, MERGE_REPLACES, "\"!= 0\"", NULL},
    {"loaded_at_field", OF_SOURCE, MAYBE_TEXT, MERGE_REPLACES, "null", NULL},
    {"loaded_at_query", OF_SOURCE, MAYBE_TEXT, MERGE_REPLACES, "null", NULL},
};

enum { KEY_COUNT = sizeof keys / sizeof *keys };

const ConfigKey *config_key(Resource resource, const char *key)
{
    for (size_t i = 0; i < KEY_COUNT; i++) {
        if (keys[i].of & 1u << resource && str_eq(keys[i].name, key)) {
            return &keys[i];
        }
    }
    return NULL;
}

ConfigMerge config_merge(const ConfigKey *key)
{
    return key ? key->merge : MERGE_REPLACES;
}

const PyDict *config_presets(Reader *r, Resource resource)
{
    if (r->presets[resource]) {
        return r->presets[resource];
    }
    PyDict *dict = r->presets[resource] = py_dict(r->arena).dict;
    for (size_t i = 0; i < KEY_COUNT; i++) {
        const char *text = keys[i].preset;
        Err err = {0};
        if (keys[i].of & 1u << resource) {
            py_dict_put(r->arena, dict, keys[i].name,
                        py_from_json(r->arena, json_parse(r->arena, text, strlen(text), &err)));
        }
    }
    return dict;
}

/* ---- values ---- */

/* int() of Python, which dbt calls for a limit; anything else stays as it is. */
static PyValue as_number(Arena *arena, PyValue value)
{
    if (value.type == PY_BOOL) {
        return py_int(value.boolean);
    }
    if (value.type == PY_FLOAT) {
        return py_int((int64_t)value.real);
    }
    if (value.type == PY_STRING) {
        const char *text = str_trim(arena, value.text);
        char *end = NULL;
        long long number = strtoll(text, &end, 10);
        return *text && !*end ? py_int(number) : value;
    }
    return value;
}

/* dbt leaves out what the class of PRESET does not have. */
static PyValue only_known(Arena *arena, PyValue value, const char *first, const char *second)
{
    PyValue out = py_dict(arena);
    for (size_t i = 0; i < value.dict->count; i++) {
        const PyEntry *it = &value.dict->entries[i];
        if (it->key.type == PY_STRING &&
            (str_eq(it->key.text, first) || str_eq(it->key.text, second))) {
            py_dict_set(arena, out.dict, it->key, it->value);
        }
    }
    return out;
}

PyValue config_settled(Arena *arena, const ConfigKey *key, PyValue value)
{
    bool dict = value.type == PY_DICT;
    if (key->shape == NUMBER) {
        return as_number(arena, value);
    }
    if (key->shape == DOCS && dict) {
        return only_known(arena, value, "show", "node_color");
    }
    if (key->shape == CONTRACT && dict) {
        return only_known(arena, value, "enforced", "alias_types");
    }
    if (key->shape == FRESHNESS && !(dict && py_dict_find(value.dict, "build_after"))) {
        return py_none();
    }
    return value;
}

static bool all_texts(PyValue value)
{
    for (size_t i = 0; value.type == PY_LIST && i < value.list->count; i++) {
        if (value.list->items[i].type != PY_STRING) {
            return false;
        }
    }
    return value.type == PY_LIST || value.type == PY_STRING;
}

static bool has_bool(PyValue map, const char *key)
{
    const PyValue *value = py_dict_find(map.dict, key);
    return !value || value->type == PY_BOOL;
}

/* A text, or a map with the SQL in it. */
static bool are_hooks(PyValue value)
{
    for (size_t i = 0; value.type == PY_LIST && i < value.list->count; i++) {
        PyValue hook = value.list->items[i];
        const PyValue *sql = hook.type == PY_DICT ? py_dict_find(hook.dict, "sql") : &hook;
        if (!sql || sql->type != PY_STRING ||
            (hook.type == PY_DICT && !has_bool(hook, "transaction"))) {
            return false;
        }
    }
    return value.type == PY_LIST;
}

static bool is_choice(Arena *arena, const ConfigKey *key, PyValue value)
{
    StrVec words = str_split(arena, key->words, ' ');
    bool folds = key->shape == FOLDED_CHOICE;
    return value.type == PY_STRING &&
           str_in(&words, folds ? str_lower(arena, value.text) : value.text);
}

static bool is_right(Arena *arena, const ConfigKey *key, PyValue value)
{
    bool none = py_is_none(value), text = value.type == PY_STRING, map = value.type == PY_DICT;
    switch (key->shape) {
    case BOOL:
        return value.type == PY_BOOL;
    case MAYBE_BOOL:
        return none || value.type == PY_BOOL;
    case TEXT:
        return text;
    case MAYBE_TEXT:
        return none || text;
    case TEXTS:
        return all_texts(value);
    case KEYS:
        return none || all_texts(value);
    case NUMBER:
        return none || value.type == PY_INT;
    case MAP:
        return map;
    case CHOICE:
    case FOLDED_CHOICE:
        return is_choice(arena, key, value);
    case HOOKS:
        return are_hooks(value);
    case DOCS:
        return map && has_bool(value, "show");
    case CONTRACT:
        return map && has_bool(value, "enforced") && has_bool(value, "alias_types");
    case ANYTHING:
    case FRESHNESS:
        return true;
    }
    return true;
}

const char *config_wrong(Arena *arena, const ConfigKey *key, PyValue value)
{
    static const char *const words[] = {
        [BOOL] = "true or false",
        [MAYBE_BOOL] = "true or false",
        [TEXT] = "a text",
        [MAYBE_TEXT] = "a text",
        [TEXTS] = "a text or a list of texts",
        [KEYS] = "a text or a list of texts",
        [NUMBER] = "a whole number",
        [MAP] = "a map",
        [HOOKS] = "SQL, or a list of SQL",
        [DOCS] = "a map, in which show is true or false",
        [CONTRACT] = "a map, in which enforced is true or false",
    };
    if (is_right(arena, key, value)) {
        return NULL;
    }
    StrVec choices = str_split(arena, key->words ? key->words : "", ' ');
    return key->words ? str_join(arena, &choices, " or ") : words[key->shape];
}

/* ---- as templates see them ---- */

/* An object of one of dbt's classes: its members in order, and how Python prints it. */
typedef struct Record {
    const char *class;
    PyDict *members;
} Record;

static bool get_member(JinjaRun *run, void *self, const char *name, PyValue *out)
{
    (void)run;
    const PyValue *found = py_dict_find(((Record *)self)->members, name);
    *out = found ? *found : *out;
    return found;
}

static const char *record_text(Arena *arena, void *self)
{
    const Record *record = self;
    Buf out = buf_new(arena, 1u << 20);
    buf_printf(&out, "%s(", record->class);
    for (size_t i = 0; i < record->members->count; i++) {
        const PyEntry *it = &record->members->entries[i];
        buf_printf(&out, "%s%s=%s", i ? ", " : "", it->key.text, py_repr(arena, it->value));
    }
    buf_char(&out, ')');
    return out.data;
}

static const JinjaClass record_class = {
    .name = "config", .get = get_member, .text = record_text, .repr = record_text};

static PyValue record_value(Arena *arena, const char *class, const char *preset, PyValue given)
{
    Err err = {0};
    Record *record = arena_make(arena, Record);
    record->class = class;
    record->members = py_from_json(arena, json_parse(arena, preset, strlen(preset), &err)).dict;
    for (size_t i = 0; given.type == PY_DICT && i < given.dict->count; i++) {
        const PyEntry *it = &given.dict->entries[i];
        if (it->key.type == PY_STRING && py_dict_find(record->members, it->key.text)) {
            py_dict_put(arena, record->members, it->key.text, it->value);
        }
    }
    if (given.type == PY_STRING) {
        py_dict_put(arena, record->members, "sql", given);
    }
    return jinja_object(arena, &record_class, record);
}

static PyValue hooks_as_seen(Arena *arena, PyValue hooks)
{
    PyValue list = py_list(arena);
    for (size_t i = 0; hooks.type == PY_LIST && i < hooks.list->count; i++) {
        py_append(arena, list,
                  record_value(arena, "Hook",
                               "{\"sql\": \"\", \"transaction\": true, \"index\": null}",
                               hooks.list->items[i]));
    }
    return list;
}

PyValue config_as_seen(Arena *arena, const ConfigKey *key, PyValue value)
{
    switch (key->shape) {
    case DOCS:
        return record_value(arena, "Docs", key->preset, value);
    case CONTRACT:
        return record_value(arena, "ContractConfig", key->preset, value);
    case HOOKS:
        return hooks_as_seen(arena, value);
    default:
        return value;
    }
}
