/*
 * The tests of schema.yml as nodes: arguments apart from configs, and the names that dbt makes of
 * them. Both spellings count everywhere: `tests` and `data_tests`, flat and below `arguments`.
 */
#include "reader.h"

#include "cutover/digest.h"
#include "cutover/str.h"

#include <ctype.h>
#include <string.h>

#define LONGEST_NAME 64 /* of a file or alias: from here on dbt writes a hash */
#define KEPT_OF_LONG_NAME 30
#define LENGTH_OF_HASH 10

typedef struct TestEntry {
    Reader *r;
    const Package *package;
    const char *file;
    const Yaml *yaml; /* the item of the list */
    Place place;
    const char *written; /* "dbt_utils.accepted_range" */
    const char *namespace, *name;
    const char *target; /* name of the model, or source_table */
    const char *own_name;
    PyDict *args;
    VEC(CalledConfig) configs;
    const Source *source;
    Node *on;
    const char *column, *relation; /* a call: ref('daily') */
    const Yaml *owner;             /* the column, model, seed or table that has it */
} TestEntry;

static bool wrong(TestEntry *t, const char *message)
{
    find_at(t->r, DIAG_ERROR, P_TEST, t->place, "%s", message);
    return false;
}

/* ---- reading ---- */

static bool is_config(const char *key)
{
    static const char *const keys[] = {
        "severity",          "tags",     "enabled",   "where",          "limit",
        "warn_if",           "error_if", "fail_calc", "store_failures", "meta",
        "store_failures_as", "database", "schema",    "alias",          NULL};
    return str_one_of(keys, key);
}

static void add_config(TestEntry *t, const YamlMember *member)
{
    Reader *r = t->r;
    Scope scope = file_scope(r, SCOPE_YAML, t->package);
    CalledConfig config = {.key = member->key, .value = py_none()};
    config.place = (Place){t->file, member->key_line, member->key_column, (int)strlen(member->key)};
    if (yaml_render(&scope, t->file, member->value, &config.value) && !py_is_none(config.value)) {
        vec_push(r->arena, &t->configs, config);
    }
}

static void add_configs(TestEntry *t, const Yaml *map)
{
    for (size_t i = 0; map && map->type == YAML_IS_MAP && i < map->members.count; i++) {
        add_config(t, &map->members.items[i]);
    }
}

static void add_args(TestEntry *t, const Yaml *map)
{
    for (size_t i = 0; map && map->type == YAML_IS_MAP && i < map->members.count; i++) {
        const YamlMember *it = &map->members.items[i];
        py_dict_put(t->r->arena, t->args, it->key, yaml_value(t->r->arena, it->value));
    }
}

static void read_member(TestEntry *t, const YamlMember *it)
{
    if (str_eq(it->key, "config")) {
        add_configs(t, it->value);
    } else if (str_eq(it->key, "arguments") && it->value->type == YAML_IS_MAP) {
        add_args(t, it->value);
    } else if (str_eq(it->key, "name")) {
        t->own_name = yaml_text(it->value);
    } else if (is_config(it->key)) {
        add_config(t, it);
    } else if (!str_eq(it->key, "description") && !str_eq(it->key, "test_name")) {
        py_dict_put(t->r->arena, t->args, it->key, yaml_value(t->r->arena, it->value));
    }
}

/* `unique`, `unique: {...}`, or `test_name: unique` among its arguments. */
static bool read_entry(TestEntry *t)
{
    const Yaml *yaml = t->yaml;
    t->args = py_dict(t->r->arena).dict;
    if (yaml->type == YAML_IS_SCALAR) {
        t->written = yaml_text(yaml);
        return t->written || wrong(t, "a test without a name");
    }
    if (yaml->type != YAML_IS_MAP || !yaml->members.count) {
        return wrong(t, "a test is a name, or a map from its name to its arguments");
    }
    const Yaml *named = yaml_get(yaml, "test_name"), *members = yaml;
    if (!named) {
        if (yaml->members.count != 1) {
            return wrong(t,
                         "a test is one name with its arguments below it; check the indentation");
        }
        t->written = yaml->members.items[0].key;
        members = yaml->members.items[0].value;
        if (members->type != YAML_IS_MAP) {
            return wrong(t, "the arguments of a test must be a map");
        }
    } else {
        t->written = yaml_text(named);
    }
    note_description(t->r, t->package, t->file, members);
    vec_each (YamlMember, it, &members->members) {
        read_member(t, it);
    }
    return t->written || wrong(t, "a test without a name");
}

static void split_name(TestEntry *t)
{
    const char *dot = strchr(t->written, '.');
    t->name = dot ? dot + 1 : t->written;
    t->namespace = dot ? arena_strndup(t->r->arena, t->written, (size_t)(dot - t->written)) : NULL;
}

/* ---- names ---- */

static void put_clean(Buf *buf, const char *text)
{
    for (const char *p = text; *p; p++) {
        bool plain = isalnum((unsigned char)*p) || *p == '_';
        if (plain) {
            buf_char(buf, *p);
        } else if (p == text || isalnum((unsigned char)p[-1]) || p[-1] == '_') {
            buf_char(buf, '_');
        }
    }
}

static void put_part(Reader *r, Buf *buf, PyValue value, bool *first)
{
    buf_text(buf, *first ? "" : "__");
    *first = false;
    put_clean(buf, py_str(r->arena, value));
}

static void put_parts(Reader *r, Buf *buf, PyValue value, bool *first)
{
    if (value.type == PY_LIST) {
        for (size_t i = 0; i < value.list->count; i++) {
            put_part(r, buf, value.list->items[i], first);
        }
    } else if (value.type == PY_DICT) {
        for (size_t i = 0; i < value.dict->count; i++) {
            put_part(r, buf, value.dict->entries[i].value, first);
        }
    } else {
        put_part(r, buf, value, first);
    }
}

static StrVec sorted_keys(Reader *r, const PyDict *dict)
{
    StrVec keys = {0};
    for (size_t i = 0; i < dict->count; i++) {
        vec_push(r->arena, &keys, dict->entries[i].key.text);
    }
    vec_sort(&keys, str_compare);
    return keys;
}

static void make_names(TestEntry *t, const char **full, const char **brief)
{
    Reader *r = t->r;
    const char *head =
        arena_printf(r->arena, "%s%s%s%s_%s", t->namespace ? t->namespace : "",
                     t->namespace ? "_" : "", t->source ? "source_" : "", t->name, t->target);
    Buf buf = buf_new(r->arena, 1u << 20);
    buf_printf(&buf, "%s_", head);
    StrVec keys = sorted_keys(r, t->args);
    bool first = true;
    vec_each (const char *, it, &keys) {
        if (!str_eq(*it, "model")) {
            put_parts(r, &buf, *py_dict_find(t->args, *it), &first);
        }
    }
    *full = *brief = buf.data;
    if (py_text_length(*full) >= LONGEST_NAME) {
        *brief = arena_printf(r->arena, "%.*s_%s", (int)py_text_offset(head, KEPT_OF_LONG_NAME),
                              head, digest_md5(r->arena, buf.data, buf.length));
    }
}

/* repr() of the arguments with every scalar as a text and every map sorted, as dbt hashes it. */
static PyValue hashable(Reader *r, PyValue value)
{
    if (value.type == PY_LIST) {
        PyValue list = py_list(r->arena);
        for (size_t i = 0; i < value.list->count; i++) {
            py_append(r->arena, list, hashable(r, value.list->items[i]));
        }
        return list;
    }
    if (value.type == PY_DICT) {
        PyValue dict = py_dict(r->arena);
        StrVec keys = sorted_keys(r, value.dict);
        vec_each (const char *, it, &keys) {
            py_dict_put(r->arena, dict.dict, *it, hashable(r, *py_dict_find(value.dict, *it)));
        }
        return dict;
    }
    return py_text(py_str(r->arena, value));
}

static const char *hash_of(const TestEntry *t, const char *name)
{
    Reader *r = t->r;
    PyValue metadata = py_dict(r->arena);
    PyValue args = {.type = PY_DICT, .dict = t->args};
    py_dict_put(r->arena, metadata.dict, "kwargs", args);
    py_dict_put(r->arena, metadata.dict, "name", py_text(t->name));
    py_dict_put(r->arena, metadata.dict, "namespace", py_text(t->namespace));
    const char *text =
        arena_printf(r->arena, "%s%s", name, py_repr(r->arena, hashable(r, metadata)));
    const char *md5 = digest_md5(r->arena, text, strlen(text));
    return md5 + strlen(md5) - LENGTH_OF_HASH;
}

/* ---- the macro ---- */

static StrVec names_of_tests(Reader *r)
{
    StrVec names = {0};
    const Package *packages[] = {r->root, r->builtin};
    for (size_t i = 0; i < 2; i++) {
        map_each (it, &packages[i]->macros) {
            if (str_starts(it->key, "test_")) {
                vec_push(r->arena, &names, it->key + strlen("test_"));
            }
        }
    }
    return names;
}

static bool has_macro(TestEntry *t)
{
    Reader *r = t->r;
    const char *key = arena_printf(r->arena, "test_%s", t->name);
    const Package *named = t->namespace ? map_get(&r->package_by_name, t->namespace) : NULL;
    if (t->namespace ? named && map_get(&named->macros, key)
                     : find_macro(r, t->package, key) != NULL) {
        return true;
    }
    StrVec names = names_of_tests(r);
    Diag *diag = find_at(r, DIAG_ERROR, P_TEST_UNKNOWN, t->place, "no test \"%s\"", t->written);
    diag->label = did_you_mean(r, t->written, &names);
    diag->hint =
        t->namespace && !named
            ? arena_printf(r->arena, "package \"%s\" is not in dbt_packages/", t->namespace)
            : NULL;
    return false;
}

/* ---- the node ---- */

/* dbt tells a version 0 from none nowhere here. */
static const char *version_text(const Node *node)
{
    return node->version && py_truth(node->version->value) ? node->version->text : NULL;
}

/* The call that gives the relation. */
static const char *model_call(const TestEntry *t)
{
    Arena *arena = t->r->arena;
    if (t->source) {
        return arena_printf(arena, "source('%s', '%s')", t->source->group, t->source->name);
    }
    const char *version = version_text(t->on);
    return version ? arena_printf(arena, "ref('%s', version='%s')", t->on->name, version)
                   : arena_printf(arena, "ref('%s')", t->on->name);
}

static bool has_config(const TestEntry *t, const char *key)
{
    for (size_t i = 0; i < t->configs.count; i++) {
        if (str_eq(t->configs.items[i].key, key)) {
            return true;
        }
    }
    return false;
}

static void inherit(const TestEntry *t, Node *node, PyValue tags)
{
    for (size_t i = 0; tags.type == PY_LIST && i < tags.list->count; i++) {
        const char *tag = py_str(t->r->arena, tags.list->items[i]);
        if (!str_in(&node->inherited, tag)) {
            vec_push(t->r->arena, &node->inherited, tag);
        }
    }
    if (tags.type == PY_STRING && !str_in(&node->inherited, tags.text)) {
        vec_push(t->r->arena, &node->inherited, tags.text);
    }
}

/* A test has the tags of its column, and of its source; those of its model it has not. Its own are sorted in. */
static void inherit_tags(const TestEntry *t, Node *node)
{
    const Yaml *config = yaml_get(t->owner, "config");
    const Yaml *of_column[] = {yaml_get(t->owner, "tags"), yaml_get(config, "tags")};
    Scope scope = file_scope(t->r, SCOPE_YAML, t->package);
    for (size_t i = 0; t->column && i < 2; i++) {
        PyValue tags = py_none();
        if (of_column[i] && yaml_render(&scope, t->file, of_column[i], &tags)) {
            inherit(t, node, tags);
        }
    }
    if (t->source) {
        inherit(t, node, t->source->tags);
    }
    vec_each (CalledConfig, it, &((TestEntry *)t)->configs) {
        if (str_eq(it->key, "tags")) {
            inherit(t, node, it->value);
        }
    }
    vec_sort(&node->inherited, str_compare);
}

static void make_node(TestEntry *t)
{
    Reader *r = t->r;
    const char *full = t->own_name, *brief = t->own_name;
    if (!full) {
        make_names(t, &full, &brief);
        if (!str_eq(full, brief) && !has_config(t, "alias")) {
            vec_push(r->arena, &t->configs, (CalledConfig){"alias", py_text(brief), t->place});
        }
    }
    Node *node = add_node(r, t->package, RES_TEST, full);
    node->id = arena_printf(r->arena, "test.%s.%s.%s", t->package->name, full, hash_of(t, full));
    node->path = t->file + strlen(t->package->root);
    const char *base = arena_strndup(r->arena, node->path, strcspn(node->path, "/"));
    node->fqn = fqn_of(r, t->package, node->path, base);
    node->fqn.items[node->fqn.count - 1] = full;
    node->compiled_path =
        arena_printf(r->arena, "%s/%s/%s.sql", t->package->name, node->path, brief);
    node->below = arena_printf(r->arena, "%s.sql", brief);
    node->place = t->place;
    inherit_tags(t, node);
    vec_each (CalledConfig, it, &t->configs) {
        vec_push(r->arena, &node->called, *it);
    }
    GenericTest *generic = arena_make(r->arena, GenericTest);
    *generic = (GenericTest){.macro = arena_printf(r->arena, "test_%s", t->name),
                             .namespace = t->namespace,
                             .args = t->args,
                             .column = t->column,
                             .relation = str_concat(r->arena, "{{ ", t->relation, " }}", NULL),
                             .on = t->on};
    node->generic = generic;
}

static void add_test(TestEntry *t)
{
    Arena *arena = t->r->arena;
    if (!read_entry(t)) {
        return;
    }
    split_name(t);
    if (py_dict_find(t->args, "model")) {
        wrong(t, "a test takes its model from its place, not as an argument");
        return;
    }
    if (t->column) {
        py_dict_put(arena, t->args, "column_name", py_text(t->column));
    }
    t->relation = model_call(t);
    py_dict_put(arena, t->args, "model",
                py_text(str_concat(arena, "{{ get_where_subquery(", t->relation, ") }}", NULL)));
    if (has_macro(t)) {
        make_node(t);
    }
}

/* What the names of tests hold of what they test. */
static const char *target_name(Reader *r, const Node *on, const Source *source)
{
    if (source) {
        return arena_printf(r->arena, "%s_%s", source->group, source->name);
    }
    const char *version = version_text(on);
    return version ? arena_printf(r->arena, "%s_v%s", on->name, version) : on->name;
}

bool check_tests_key(Reader *r, const char *file, const Yaml *owner)
{
    const Yaml *old = yaml_get(owner, "tests");
    if (!old || !old->items.count || !yaml_get(owner, "data_tests")) {
        return true;
    }
    find_at(r, DIAG_ERROR, P_KEY, place_key(file, owner, "data_tests"),
            "data_tests stands beside tests, which means the same")
        ->hint = "name all tests below data_tests";
    return false;
}

void add_generic_tests(Reader *r, const Package *package, const char *file, const Yaml *owner,
                       const char *column, Node *on, const Source *source)
{
    static const char *const keys[] = {"tests", "data_tests", NULL};
    bool ok = check_tests_key(r, file, owner);
    for (const char *const *key = keys; ok && *key; key++) {
        const Yaml *list = yaml_get(owner, *key);
        for (size_t i = 0; list && list->type == YAML_IS_LIST && i < list->items.count; i++) {
            TestEntry t = {.r = r,
                           .package = package,
                           .file = file,
                           .yaml = list->items.items[i],
                           .owner = owner,
                           .place = place_of(file, list->items.items[i]),
                           .source = source,
                           .on = on,
                           .column = column};
            t.target = target_name(r, on, source);
            add_test(&t);
        }
    }
}
