/* What each method of the selection language compares. */
#include "select_graph.h"

#include "cutover/str.h"

#include <string.h>
#include <strings.h>

typedef struct Asked {
    const SelectGraph *graph;
    Arena *arena; /* for as long as the question is asked */
    const Selection *criterion;
    const char *value;
    StrVec parts;        /* of a dotted value */
    size_t wild;         /* the first of them with a wildcard; their number: none */
    const char *pattern; /* the parts from there on */
} Asked;

static Asked ask(const SelectGraph *graph, Arena *arena, const Selection *criterion)
{
    Asked asked = {
        .graph = graph, .arena = arena, .criterion = criterion, .value = criterion->value};
    asked.parts = str_split(arena, asked.value, '.');
    asked.pattern = asked.value;
    while (asked.wild < asked.parts.count && !strpbrk(asked.parts.items[asked.wild], "*?[]")) {
        asked.pattern += strlen(asked.parts.items[asked.wild++]) + 1;
    }
    return asked;
}

/* ---- names ---- */

/* The parts of NODE's dotted name from FROM on begin as is asked; from a wildcard on the rest is one pattern. */
static bool begins(const Asked *asked, const SelectNode *node, size_t from)
{
    if (node->flat.count < from + asked->parts.count) {
        return false;
    }
    const char *rest = node->dotted;
    for (size_t i = 0; i < from + asked->wild; i++) {
        if (i >= from && !str_eq(asked->parts.items[i - from], node->flat.items[i])) {
            return false;
        }
        rest += strlen(node->flat.items[i]) + 1;
    }
    return asked->wild == asked->parts.count || select_glob(asked->pattern, rest);
}

static const ModelVersion *version_of(const SelectNode *node)
{
    return node->node ? node->node->version : NULL;
}

/* daily, daily.v2 or daily_v2 */
static bool is_versioned_name(const Asked *asked, const SelectNode *node)
{
    const char *version = vec_last(&node->fqn), *last = vec_last(&asked->parts);
    size_t count = asked->parts.count;
    const char *wanted =
        count > 1 ? arena_printf(asked->arena, "%s_%s", asked->parts.items[count - 2], last) : last;
    return str_eq(node->name, asked->value) ||
           str_eq(arena_printf(asked->arena, "%s_%s", node->name, version), wanted);
}

static bool match_fqn(const Asked *asked, const SelectNode *node)
{
    if (node->group_name) {
        return false;
    }
    bool named = version_of(node) ? is_versioned_name(asked, node)
                                  : str_eq(vec_last(&node->fqn), asked->value);
    return named || begins(asked, node, 0) || begins(asked, node, node->package_parts);
}

static bool match_tag(const Asked *asked, const SelectNode *node)
{
    vec_each (const char *, tag, &node->tags) {
        if (select_glob(asked->value, *tag)) {
            return true;
        }
    }
    return false;
}

static const char *config_word(const SelectNode *node, const char *key)
{
    const PyValue *value = py_dict_find(node->config, key);
    return value && value->type == PY_STRING ? value->text : NULL;
}

static bool match_group(const Asked *asked, const SelectNode *node)
{
    const char *group = config_word(node, "group");
    return !str_empty(group) && select_glob(asked->value, group);
}

static bool match_access(const Asked *asked, const SelectNode *node)
{
    const char *access = config_word(node, "access");
    return str_eq(node->type, "model") && str_eq(access ? access : "protected", asked->value);
}

static bool match_source(const Asked *asked, const SelectNode *node)
{
    const StrVec *parts = &asked->parts;
    size_t at = parts->count == 3 ? 1 : 0;
    const char *table = parts->count > at + 1 ? parts->items[at + 1] : "*";
    return node->group_name && (!at || select_glob(parts->items[0], node->package)) &&
           select_glob(parts->items[at], node->group_name) && select_glob(table, node->name);
}

static bool match_exposure(const Asked *asked, const SelectNode *node)
{
    size_t at = asked->parts.count - 1;
    return node->exposure && (!at || select_glob(asked->parts.items[0], node->package)) &&
           select_glob(asked->parts.items[at], node->name);
}

static bool match_package(const Asked *asked, const SelectNode *node)
{
    const char *name = str_eq(asked->value, "this") ? asked->graph->r->root->name : asked->value;
    return select_glob(name, node->package);
}

/* ---- files ---- */

/* The root project has PATH, as a file or as a folder. */
static bool exists(const Reader *r, const char *path)
{
    if (files_get(r->files, path)) {
        return true;
    }
    size_t length = strlen(path);
    vec_each (const File, it, &r->files->list) {
        if (strncmp(it->path, path, length) == 0 && (!length || it->path[length] == '/')) {
            return true;
        }
    }
    return false;
}

/* dbt looks the pattern up in the root project's folder, and then for the paths of all nodes in what it found. */
static bool is_found(const Asked *asked, const SelectNode *node, const char *path)
{
    const Reader *r = asked->graph->r;
    bool own = str_eq(node->package, r->root->name);
    return select_path_glob(asked->arena, asked->value, path) && (own || exists(r, path));
}

static bool match_path(const Asked *asked, const SelectNode *node)
{
    bool files = !str_ends(asked->value, "**"); /* which stands for folders alone */
    bool found = files && is_found(asked, node, node->path);
    found = found || (files && node->patch_path && is_found(asked, node, node->patch_path));
    char *folder = arena_strdup(asked->arena, node->path);
    while (!found && *folder) {
        char *slash = strrchr(folder, '/');
        *(slash ? slash : folder) = '\0';
        found = is_found(asked, node, folder);
    }
    return found;
}

static bool match_file(const Asked *asked, const SelectNode *node)
{
    const char *slash = strrchr(node->path, '/');
    const char *name = slash ? slash + 1 : node->path, *dot = strrchr(name, '.');
    size_t length = dot && dot > name ? (size_t)(dot - name) : strlen(name);
    return select_glob(asked->value, name) ||
           select_glob(asked->value, arena_strndup(asked->arena, name, length));
}

/* ---- configs ---- */

typedef struct Default {
    const char *type; /* NULL: all */
    const char *path; /* dotted */
    const char *text; /* or a boolean: */
    bool value;
} Default;

/* What dbt's config objects say when nobody did, as far as it can be compared with a text. */
static const Default defaults[] = {
    {NULL, "enabled", NULL, true},
    {"model", "docs.show", NULL, true},
    {"seed", "docs.show", NULL, true},
    {"analysis", "docs.show", NULL, true},
    {"model", "access", "protected", false},
    {"model", "on_schema_change", "ignore", false},
    {"seed", "on_schema_change", "ignore", false},
    {"analysis", "on_schema_change", "ignore", false},
    {"model", "contract.enforced", NULL, false},
    {"seed", "contract.enforced", NULL, false},
    {"analysis", "contract.enforced", NULL, false},
    {"model", "contract.alias_types", NULL, true},
    {"seed", "contract.alias_types", NULL, true},
    {"analysis", "contract.alias_types", NULL, true},
    {"seed", "delimiter", ",", false},
    {"test", "severity", "ERROR", false},
    {"test", "fail_calc", "count(*)", false},
    {"test", "warn_if", "!= 0", false},
    {"test", "error_if", "!= 0", false},
};

static bool default_of(Arena *arena, const SelectNode *node, const StrVec *keys, PyValue *out)
{
    const char *path = str_join(arena, keys, ".");
    for (size_t i = 0; i < sizeof defaults / sizeof *defaults; i++) {
        const Default *it = &defaults[i];
        bool ours = !it->type || str_eq(it->type, node->type);
        if (ours && str_eq(it->path, path)) {
            *out = it->text ? py_text(it->text) : py_bool(it->value);
            return true;
        }
    }
    return false;
}

static bool find_config(Arena *arena, const SelectNode *node, const StrVec *keys, PyValue *out)
{
    PyValue value = {.type = PY_DICT, .dict = (PyDict *)(uintptr_t)node->config};
    vec_each (const char *, key, keys) {
        const PyValue *next = value.type == PY_DICT ? py_dict_find(value.dict, *key) : NULL;
        if (!next) {
            return default_of(arena, node, keys, out);
        }
        value = *next;
    }
    *out = value;
    return true;
}

static bool equals(const Asked *asked, PyValue value, bool fold)
{
    if (value.type == PY_BOOL) {
        return strcasecmp(asked->value, value.boolean ? "true" : "false") == 0;
    }
    if (value.type == PY_STRING) {
        bool same =
            fold ? strcasecmp(value.text, asked->value) == 0 : str_eq(value.text, asked->value);
        return !asked->criterion->typed && same;
    }
    return asked->criterion->typed && py_is_number(value) &&
           str_eq(py_str(asked->arena, value), asked->value);
}

static bool match_config(const Asked *asked, const SelectNode *node)
{
    const StrVec *keys = &asked->criterion->arguments;
    bool fold = keys->count == 1 && str_eq(keys->items[0], "severity");
    PyValue value;
    if (node->exposure || !find_config(asked->arena, node, keys, &value)) {
        return false;
    }
    bool any = value.type != PY_LIST && equals(asked, value, fold);
    for (size_t i = 0; value.type == PY_LIST && i < value.list->count; i++) {
        any |= equals(asked, value.list->items[i], fold);
    }
    return any;
}

/* ---- kinds ---- */

static bool match_type(const Asked *asked, const SelectNode *node)
{
    return str_eq(asked->value, node->type);
}

static bool match_test_name(const Asked *asked, const SelectNode *node)
{
    return node->test_name && select_glob(asked->value, node->test_name);
}

static bool match_test_type(const Asked *asked, const SelectNode *node)
{
    bool generic = str_eq(asked->value, "generic") || str_eq(asked->value, "schema");
    bool singular = str_eq(asked->value, "singular"), data = str_eq(asked->value, "data");
    return str_eq(node->type, "test") && (data || (node->test_name ? generic : singular));
}

static bool match_version(const Asked *asked, const SelectNode *node)
{
    const ModelVersion *version = version_of(node);
    if (!version) {
        return str_eq(asked->value, "none") && str_eq(node->type, "model");
    }
    return str_eq(asked->value, version->age == 0  ? "latest"
                                : version->age > 0 ? "prerelease"
                                                   : "old");
}

/* ---- what is live ---- */

static bool match_state(const Asked *asked, const SelectNode *node)
{
    const SelectState *state = asked->graph->state;
    const char *value = asked->value;
    if (node->exposure) {
        return false; /* nothing of it is live */
    }
    bool created = map_get(&state->created, node->id);
    bool modified = created || map_get(&state->modified, node->id);
    return str_eq(value, "new")        ? created
           : str_eq(value, "old")      ? !created
           : str_eq(value, "modified") ? modified
                                       : !modified;
}

/* ---- all ---- */

typedef bool Match(const Asked *asked, const SelectNode *node);

static Match *const matches[SELECT_METHODS] = {
    [SELECT_FQN] = match_fqn,
    [SELECT_TAG] = match_tag,
    [SELECT_GROUP] = match_group,
    [SELECT_ACCESS] = match_access,
    [SELECT_SOURCE] = match_source,
    [SELECT_EXPOSURE] = match_exposure,
    [SELECT_PATH] = match_path,
    [SELECT_FILE] = match_file,
    [SELECT_PACKAGE] = match_package,
    [SELECT_CONFIG] = match_config,
    [SELECT_TEST_NAME] = match_test_name,
    [SELECT_TEST_TYPE] = match_test_type,
    [SELECT_RESOURCE_TYPE] = match_type,
    [SELECT_VERSION] = match_version,
    [SELECT_STATE] = match_state,
};

bool *select_matching(const SelectGraph *graph, Arena *arena, const Selection *criterion)
{
    bool *has = arena_array(arena, graph->nodes.count + 1, sizeof *has);
    Asked asked = ask(graph, arena, criterion);
    for (size_t i = 0; i < graph->nodes.count; i++) {
        has[i] = matches[criterion->method](&asked, &graph->nodes.items[i]);
    }
    return has;
}

static void add_once(Arena *arena, Map *seen, const char *name)
{
    if (!str_empty(name)) {
        map_put(arena, seen, name, name);
    }
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* What the method compares its value with, of one node. */
static const char *compared(const SelectGraph *graph, const Selection *c, const SelectNode *node)
{
    bool dotted = strchr(c->value, '.');
    switch (c->method) {
    case SELECT_FQN:
        return node->group_name ? NULL : node->name;
    case SELECT_EXPOSURE:
        return node->exposure ? node->name : NULL;
    case SELECT_SOURCE:
        return !node->group_name ? NULL
               : dotted ? arena_printf(graph->r->arena, "%s.%s", node->group_name, node->name)
                        : node->group_name;
    case SELECT_PACKAGE:
        return node->package;
    case SELECT_TEST_NAME:
        return node->test_name;
    case SELECT_GROUP:
        return config_word(node, "group");
    case SELECT_FILE:
        return base_name(node->path);
    case SELECT_PATH:
        return node->path;
    default:
        return NULL;
    }
}

StrVec select_candidates(const SelectGraph *graph, const Selection *criterion)
{
    Arena *arena = graph->r->arena;
    Map seen = {0};
    StrVec names = {0};
    vec_each (const SelectNode, node, &graph->nodes) {
        add_once(arena, &seen, compared(graph, criterion, node));
        for (size_t i = 0; criterion->method == SELECT_TAG && i < node->tags.count; i++) {
            add_once(arena, &seen, node->tags.items[i]);
        }
    }
    map_each (it, &seen) {
        vec_push(arena, &names, it->key);
    }
    return names;
}
