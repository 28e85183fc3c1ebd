/*
 * Versions of models. A version is a node of its own: model.shop.daily.v2, made by daily_v2.sql. What its model
 * says is its own as well, but for what the version says itself; so each gets an entry of schema.yml that is
 * put together here, and nothing behind knows where it came from.
 */
#include "versions.h"

#include "project_check.h"

#include "cutover/str.h"

#include <stdlib.h>

/* ---- order ---- */

/* float() of what may be a text. */
static bool number_of(PyValue value, double *out)
{
    if (value.type == PY_STRING) {
        char *end = NULL;
        size_t length = strlen(value.text);
        *out = strtod(value.text, &end);
        return length && strspn(value.text, "0123456789.eE+-") == length && !*end;
    }
    *out = value.type == PY_INT ? (double)value.integer : value.real;
    return true;
}

/* As numbers where both are, else as texts. */
static bool is_below(Arena *arena, PyValue a, PyValue b)
{
    double left = 0, right = 0;
    if (number_of(a, &left) && number_of(b, &right)) {
        return left < right;
    }
    return strcmp(py_str(arena, a), py_str(arena, b)) < 0;
}

const ModelVersion *make_version(Arena *arena, PyValue version, PyValue latest)
{
    ModelVersion *made = arena_make(arena, ModelVersion);
    bool same = py_equal(version, latest);
    *made = (ModelVersion){.text = py_str(arena, version),
                           .value = version,
                           .latest = latest,
                           .age = same                               ? 0
                                  : is_below(arena, version, latest) ? -1
                                                                     : 1};
    return made;
}

/* ---- putting an entry together ---- */

static Yaml *copy_map(Arena *arena, const Yaml *map)
{
    Yaml *copy = arena_make(arena, Yaml);
    *copy = *map;
    memset(&copy->members, 0, sizeof copy->members);
    vec_each (YamlMember, it, &((Yaml *)map)->members) {
        vec_push(arena, &copy->members, *it);
    }
    return copy;
}

static void put_member(Arena *arena, Yaml *map, YamlMember member)
{
    vec_each (YamlMember, it, &map->members) {
        if (str_eq(it->key, member.key)) {
            *it = member;
            return;
        }
    }
    vec_push(arena, &map->members, member);
}

static void take_out(Yaml *map, const char *key)
{
    size_t kept = 0;
    for (size_t i = 0; i < map->members.count; i++) {
        if (!str_eq(map->members.items[i].key, key)) {
            map->members.items[kept++] = map->members.items[i];
        }
    }
    map->members.count = kept;
}

static Yaml *empty_like(Arena *arena, const Yaml *place, YamlType type)
{
    Yaml *made = arena_make(arena, Yaml);
    made->type = type;
    made->line = place->line;
    made->column = place->column;
    return made;
}

static Yaml *merged(Arena *arena, const Yaml *under, const Yaml *over);

/* Maps are merged, of lists OVER's items stand first, all else is replaced. */
static YamlMember merged_member(Arena *arena, const Yaml *under, const YamlMember *over)
{
    YamlMember member = *over;
    const Yaml *old = yaml_get(under, over->key);
    if (old && old->type == YAML_IS_MAP && over->value->type == YAML_IS_MAP) {
        member.value = merged(arena, old, over->value);
    } else if (old && old->type == YAML_IS_LIST && over->value->type == YAML_IS_LIST) {
        member.value = empty_like(arena, over->value, YAML_IS_LIST);
        vec_each (Yaml *, it, &over->value->items) {
            vec_push(arena, &member.value->items, *it);
        }
        vec_each (Yaml *, it, &((Yaml *)old)->items) {
            vec_push(arena, &member.value->items, *it);
        }
    }
    return member;
}

static Yaml *merged(Arena *arena, const Yaml *under, const Yaml *over)
{
    Yaml *both = under && under->type == YAML_IS_MAP ? copy_map(arena, under)
                                                     : empty_like(arena, over, YAML_IS_MAP);
    for (size_t i = 0; over->type == YAML_IS_MAP && i < over->members.count; i++) {
        put_member(arena, both, merged_member(arena, under, &over->members.items[i]));
    }
    return both;
}

/* dbt moves these into `config:` before it merges. What stands in both places is left for its finding. */
static void move_into_config(Arena *arena, Yaml *entry)
{
    for (const char *const *key = config_top_keys; *key; key++) {
        const Yaml *value = yaml_get(entry, *key), *config = yaml_get(entry, "config");
        if (!value || yaml_get(config, *key)) {
            continue;
        }
        Yaml *one = empty_like(arena, value, YAML_IS_MAP);
        vec_each (YamlMember, it, &entry->members) {
            if (str_eq(it->key, *key)) {
                vec_push(arena, &one->members, *it);
            }
        }
        put_member(arena, entry,
                   (YamlMember){.key = "config",
                                .key_line = value->line,
                                .key_column = value->column,
                                .value = merged(arena, config, one)});
        take_out(entry, *key);
    }
}

static bool says(const Yaml *version, const char *key)
{
    const Yaml *value = yaml_get(version, key);
    bool empty = value && ((value->type == YAML_IS_LIST && !value->items.count) ||
                           (value->type == YAML_IS_SCALAR && str_empty(yaml_text(value))));
    return value && !empty;
}

/* An empty list says nothing as `tests`, which is the old word, and that there are none as `data_tests`. */
static const Yaml *tests_of(const Yaml *version)
{
    const Yaml *old = yaml_get(version, "tests"), *tests = yaml_get(version, "data_tests");
    bool says_old = old && old->type == YAML_IS_LIST && old->items.count;
    return says_old ? old : tests && !yaml_is_null(tests) ? tests : NULL;
}

static void take_from_version(Arena *arena, Yaml *entry, const Yaml *version)
{
    static const char *const replaced[] = {"description", "constraints", NULL};
    const Yaml *tests = tests_of(version);
    if (tests) {
        take_out(entry, "tests");
        take_out(entry, "data_tests");
    }
    vec_each (YamlMember, it, &((Yaml *)version)->members) {
        bool is_access = str_eq(it->key, "access") || str_eq(it->key, "docs");
        for (const char *const *key = replaced; *key; key++) {
            if (str_eq(it->key, *key) && says(version, *key)) {
                put_member(arena, entry, *it);
            }
        }
        if (it->value == tests) {
            put_member(arena, entry, *it);
        } else if (str_eq(it->key, "config")) {
            YamlMember config = *it;
            config.value = merged(arena, yaml_get(entry, "config"), it->value);
            put_member(arena, entry, config);
        } else if (is_access && says(version, it->key)) {
            Yaml *one = empty_like(arena, version, YAML_IS_MAP);
            vec_push(arena, &one->members, *it);
            YamlMember config = {"config", it->key_line, it->key_column,
                                 merged(arena, yaml_get(entry, "config"), one)};
            put_member(arena, entry, config);
        }
    }
}

/* ---- columns ---- */

static bool is_choice(const Yaml *column)
{
    return yaml_get(column, "include") || yaml_get(column, "exclude");
}

static bool names(const Yaml *list, const char *name)
{
    for (size_t i = 0; list && list->type == YAML_IS_LIST && i < list->items.count; i++) {
        if (str_eq(yaml_text(list->items.items[i]), name)) {
            return true;
        }
    }
    return false;
}

static bool includes_all(const Yaml *choice)
{
    const char *text = yaml_text(yaml_get(choice, "include"));
    return str_eq(text, "all") || str_eq(text, "*");
}

static bool chosen(const Yaml *choice, const char *name)
{
    return !choice || ((includes_all(choice) || names(yaml_get(choice, "include"), name)) &&
                       !names(yaml_get(choice, "exclude"), name));
}

/* ONCE: a column of one name takes the place of the one before. */
static void add_column(Arena *arena, Yaml *columns, Yaml *column, bool once)
{
    const char *name = yaml_text(yaml_get(column, "name"));
    for (size_t i = 0; once && name && i < columns->items.count; i++) {
        if (str_eq(yaml_text(yaml_get(columns->items.items[i], "name")), name)) {
            columns->items.items[i] = column;
            return;
        }
    }
    vec_push(arena, &columns->items, column);
}

static Yaml *columns_of(Arena *arena, const Yaml *entry, const Yaml *version, bool once)
{
    const Yaml *all = yaml_get(entry, "columns"), *own = yaml_get(version, "columns");
    const Yaml *choice = NULL;
    Yaml *columns = empty_like(arena, own ? own : entry, YAML_IS_LIST);
    for (size_t i = 0; own && own->type == YAML_IS_LIST && i < own->items.count; i++) {
        choice = is_choice(own->items.items[i]) ? own->items.items[i] : choice;
    }
    for (size_t i = 0; all && all->type == YAML_IS_LIST && i < all->items.count; i++) {
        const char *name = yaml_text(yaml_get(all->items.items[i], "name"));
        if (name && chosen(choice, name)) {
            add_column(arena, columns, all->items.items[i], once);
        }
    }
    for (size_t i = 0; own && own->type == YAML_IS_LIST && i < own->items.count; i++) {
        if (own->items.items[i] != choice) {
            add_column(arena, columns, own->items.items[i], once);
        }
    }
    return columns;
}

static const Yaml *patch_of(Arena *arena, const Yaml *entry, const Yaml *version, bool once)
{
    Yaml *patch = copy_map(arena, entry);
    move_into_config(arena, patch);
    take_from_version(arena, patch, version);
    put_member(arena, patch,
               (YamlMember){"columns", version->line, version->column,
                            columns_of(arena, entry, version, once)});
    take_out(patch, "versions");
    take_out(patch, "latest_version");
    patch->line = version->line;
    patch->column = version->column;
    return patch;
}

/* ---- what is written wrongly ---- */

static bool wrong(const Scope *scope, Place place, const char *message, const char *hint)
{
    find_at(scope->reader, DIAG_ERROR, P_VERSIONS, place, "%s", message)->hint = hint;
    return false;
}

static bool check_columns(const Scope *scope, const char *file, const Yaml *version)
{
    const Yaml *own = yaml_get(version, "columns");
    size_t choices = 0;
    bool ok = true;
    for (size_t i = 0; own && own->type == YAML_IS_LIST && i < own->items.count; i++) {
        const Yaml *column = own->items.items[i], *include = yaml_get(column, "include");
        if (!is_choice(column)) {
            continue;
        }
        Place place = place_of(file, column);
        choices++;
        if (choices > 1) {
            ok = wrong(scope, place, "a second include or exclude of one version",
                       "name all columns in one");
        } else if (!includes_all(column) && (!include || include->type != YAML_IS_LIST)) {
            ok = wrong(scope, place, "include is all, or a list of columns",
                       "write: - include: all, and below it: exclude: [column]");
        } else if (yaml_get(column, "exclude") && !includes_all(column)) {
            ok = wrong(scope, place, "exclude goes with include: all alone", NULL);
        }
    }
    return ok;
}

static bool check_version(const Scope *scope, const char *file, const Yaml *version)
{
    static const char *const known[] = {
        "v",    "defined_in", "description", "access",  "config",           "constraints",
        "docs", "data_tests", "tests",       "columns", "deprecation_date", NULL};
    return check_keys(scope->reader, file, version, "a version", known) &&
           check_tests_key(scope->reader, file, version) && check_columns(scope, file, version);
}

static bool is_version(PyValue value)
{
    return value.type == PY_STRING || (py_is_number(value) && value.type != PY_BOOL);
}

static bool read_number(const Scope *scope, const char *file, const Yaml *map, const char *key,
                        PyValue *out)
{
    if (!yaml_render(scope, file, yaml_get(map, key), out)) {
        return false;
    }
    return is_version(*out) ||
           wrong(scope, place_key(file, map, key),
                 arena_printf(scope->arena, "%s must be a number or a text", key), NULL);
}

/* ---- all of a model ---- */

typedef VEC(PyValue) Values;

static bool read_values(const Scope *scope, const char *file, const char *name, const Yaml *list,
                        Values *out)
{
    Reader *r = scope->reader;
    Map seen = {0};
    for (size_t i = 0; i < list->items.count; i++) {
        const Yaml *version = list->items.items[i];
        PyValue value = py_none();
        if (!yaml_get(version, "v")) {
            return wrong(scope, place_of(file, version), "a version without a number",
                         "write: - v: 1");
        }
        if (!check_version(scope, file, version) ||
            !read_number(scope, file, version, "v", &value)) {
            return false;
        }
        if (map_put(r->arena, &seen, py_str(r->arena, value), version)) {
            return wrong(scope, place_key(file, version, "v"),
                         arena_printf(r->arena, "version %s of model \"%s\" is declared twice",
                                      py_str(r->arena, value), name),
                         NULL);
        }
        vec_push(r->arena, out, value);
    }
    return true;
}

/* The one that ref() without a version means: the one that is named, or the highest. */
static bool find_latest(const Scope *scope, const char *file, const char *name, const Yaml *entry,
                        const Values *values, PyValue *latest)
{
    Reader *r = scope->reader;
    const Yaml *given = yaml_get(entry, "latest_version");
    *latest = values->items[0];
    if (!given || yaml_is_null(given)) {
        for (size_t i = 1; i < values->count; i++) {
            *latest = is_below(r->arena, *latest, values->items[i]) ? values->items[i] : *latest;
        }
        return true;
    }
    if (!read_number(scope, file, entry, "latest_version", latest)) {
        return false;
    }
    for (size_t i = 0; i < values->count; i++) {
        if (py_equal(*latest, values->items[i])) {
            return true;
        }
    }
    return wrong(
        scope, place_key(file, entry, "latest_version"),
        arena_printf(r->arena, "model \"%s\" has no version %s", name, py_repr(r->arena, *latest)),
        "latest_version is one of `versions:`");
}

bool read_versions(const Scope *scope, const char *file, const char *name, const Yaml *entry,
                   VersionEntries *out)
{
    Reader *r = scope->reader;
    const Yaml *list = yaml_get(entry, "versions");
    Values values = {0};
    PyValue latest = py_none();
    if (!read_values(scope, file, name, list, &values) ||
        !find_latest(scope, file, name, entry, &values, &latest)) {
        return false;
    }
    for (size_t i = 0; i < values.count; i++) {
        const Yaml *yaml = list->items.items[i];
        const ModelVersion *version = make_version(r->arena, values.items[i], latest);
        const char *defined = yaml_render_text(scope, file, yaml_get(yaml, "defined_in"));
        const char *usual = arena_printf(r->arena, "%s_v%s", name, version->text);
        vec_push(r->arena, out,
                 ((VersionEntry){.version = version,
                                 .defined_in = str_empty(defined) ? usual : defined,
                                 .yaml = yaml,
                                 .patch = patch_of(r->arena, entry, yaml, true),
                                 .tests = patch_of(r->arena, entry, yaml, false)}));
    }
    return true;
}

void become_version(Reader *r, Node *node, const char *name, const ModelVersion *version)
{
    const char *word = str_concat(r->arena, "v", version->text, NULL);
    unindex_node(r, node);
    node->name = name;
    node->version = version;
    node->id = str_concat(r->arena, "model.", node->package->name, ".", name, ".", word, NULL);
    vec_last(&node->fqn) = name;
    vec_push(r->arena, &node->fqn, word);
    index_node(r, node);
}
