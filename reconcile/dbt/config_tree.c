/*
 * Configs and who wins: dbt_project.yml from the project down to the file, then schema.yml, then
 * config() in the file; for a package's node the root project's tree last. tags and hooks add up,
 * some maps merge, all else replaces.
 */
#include "config_keys.h"

#include "cutover/json.h"
#include "cutover/str.h"

#include <string.h>

/* ---- the trees of dbt_project.yml ---- */

static bool is_hook(const char *key)
{
    return str_eq(key, "pre-hook") || str_eq(key, "post-hook");
}

static const char *plain_key(const char *key)
{
    return *key == '+' ? key + 1 : key;
}

ConfigTree *config_tree(const Scope *scope, const char *file, const Yaml *yaml)
{
    Reader *r = scope->reader;
    ConfigTree *tree = arena_make(r->arena, ConfigTree);
    if (!yaml || yaml->type != YAML_IS_MAP) {
        return tree;
    }
    vec_each (YamlMember, it, &yaml->members) {
        if (*it->key != '+' && it->value->type == YAML_IS_MAP) {
            map_put(r->arena, &tree->folders, it->key, config_tree(scope, file, it->value));
            continue;
        }
        ConfigValue *setting = arena_make(r->arena, ConfigValue);
        const char *key = plain_key(it->key);
        setting->place = (Place){file, it->key_line, it->key_column, (int)strlen(it->key)};
        if (is_hook(key)) {
            setting->value = yaml_value(r->arena, it->value);
        } else {
            yaml_render(scope, file, it->value, &setting->value);
        }
        map_put(r->arena, &tree->settings, key, setting);
    }
    return tree;
}

const ConfigValue *config_tree_get(const ConfigTree *tree, const StrVec *fqn, const char *key)
{
    const ConfigValue *found = NULL;
    for (size_t depth = 0; tree; depth++) {
        const ConfigValue *here = map_get(&tree->settings, key);
        found = here ? here : found;
        tree = depth < fqn->count ? map_get(&tree->folders, fqn->items[depth]) : NULL;
    }
    return found;
}

/* ---- merging ---- */

static const char *canonical(const char *key)
{
    static const char *const pairs[][2] = {{"pre_hook", "pre-hook"},
                                           {"post_hook", "post-hook"},
                                           {"dbname", "database"},
                                           {"pass", "password"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        if (str_eq(key, pairs[i][0])) {
            return pairs[i][1];
        }
    }
    return key;
}

static void append_all(Arena *arena, PyValue list, PyValue more)
{
    for (size_t i = 0; more.type == PY_LIST && i < more.list->count; i++) {
        py_append(arena, list, more.list->items[i]);
    }
    if (more.type != PY_LIST) {
        py_append(arena, list, more);
    }
}

static PyValue joined(Arena *arena, const PyValue *old, PyValue more)
{
    PyValue list = py_list(arena);
    if (old) {
        append_all(arena, list, *old);
    }
    append_all(arena, list, more);
    return list;
}

/* before_begin() and its like give a hook as JSON. */
static PyValue hook_value(Arena *arena, PyValue hook)
{
    Err err = {0};
    const char *text = hook.type == PY_STRING ? hook.text : "";
    const Json *json = *text == '{' ? json_parse(arena, text, strlen(text), &err) : NULL;
    return json ? py_from_json(arena, json) : hook;
}

static PyValue hooks_value(Arena *arena, PyValue hooks)
{
    PyValue given = py_list(arena), list = py_list(arena);
    append_all(arena, given, hooks);
    for (size_t i = 0; i < given.list->count; i++) {
        py_append(arena, list, hook_value(arena, given.list->items[i]));
    }
    return list;
}

/* What is no map stays: dbt cannot merge it. */
static PyValue merged(Arena *arena, const PyValue *old, PyValue more)
{
    if (!old || old->type != PY_DICT || more.type != PY_DICT) {
        return old && old->type != PY_DICT ? *old : more;
    }
    PyValue dict = py_dict_copy(arena, old->dict);
    for (size_t i = 0; i < more.dict->count; i++) {
        py_dict_set(arena, dict.dict, more.dict->entries[i].key, more.dict->entries[i].value);
    }
    return dict;
}

/* `+select: [a]` in a grants map adds to the roles that were there. */
static PyValue merged_grants(Arena *arena, const PyValue *old, PyValue more)
{
    if (more.type != PY_DICT) {
        return more;
    }
    PyValue dict = old && old->type == PY_DICT ? py_dict_copy(arena, old->dict) : py_dict(arena);
    for (size_t i = 0; i < more.dict->count; i++) {
        PyEntry *entry = &more.dict->entries[i];
        const char *key = entry->key.type == PY_STRING ? entry->key.text : "";
        const PyValue *had = py_dict_find(dict.dict, plain_key(key));
        PyValue roles = joined(arena, *key == '+' ? had : NULL, entry->value);
        py_dict_put(arena, dict.dict, plain_key(key), roles);
    }
    return dict;
}

static PyValue added(Arena *arena, const PyValue *old, const char *key, PyValue value)
{
    return joined(arena, old, is_hook(key) ? hooks_value(arena, value) : value);
}

/* PLACE is kept. */
static void set_config(Reader *r, Node *node, const char *key, PyValue value, const Place *place)
{
    key = canonical(key);
    const PyValue *old = py_dict_find(node->config, key);
    const ConfigKey *known = config_key(node->resource, key);
    switch (config_merge(known)) {
    case MERGE_ADDS:
        value = added(r->arena, old, key, value);
        break;
    case MERGE_UPDATES:
        value = merged(r->arena, old, value);
        break;
    case MERGE_GRANTS:
        value = merged_grants(r->arena, old, value);
        break;
    case MERGE_REPLACES:
        break;
    }
    if (known) {
        value = config_settled(r->arena, known, value);
        node->doubtful |= config_wrong(r->arena, known, value) != NULL;
    }
    py_dict_put(r->arena, node->config, key, value);
    map_put(r->arena, &node->config_places, key, place);
}

/* What is of a wrong type is said once, and taken for not set. */
static void refuse_wrong(Reader *r, Node *node, PyEntry *entry)
{
    const char *key = entry->key.text;
    const ConfigKey *known = config_key(node->resource, key);
    const char *right = known ? config_wrong(r->arena, known, entry->value) : NULL;
    if (!right) {
        return;
    }
    Place place = config_place(node, key);
    if (first_at(r, place, key)) {
        find_at(r, DIAG_ERROR, node->resource == RES_TEST ? P_TEST_CONFIG : P_CONFIG, place,
                "config \"%s\" of %s must be %s, not %s", key, node->id, right,
                py_repr(r->arena, entry->value));
    }
    entry->value = *py_dict_find(config_presets(r, node->resource), key);
}

static void check_config(Reader *r, Node *node)
{
    for (size_t i = 0; node->doubtful && i < node->config->count; i++) {
        refuse_wrong(r, node, &node->config->entries[i]);
    }
    node->doubtful = false;
}

static void apply_tree(Reader *r, Node *node, const ConfigTree *tree)
{
    for (size_t depth = 0; tree; depth++) {
        map_each (it, &tree->settings) {
            const ConfigValue *setting = it->value;
            set_config(r, node, it->key, setting->value, &setting->place);
        }
        tree = depth < node->fqn.count ? map_get(&tree->folders, node->fqn.items[depth]) : NULL;
    }
}

static const ConfigTree *tree_of(const Package *package, Resource resource)
{
    return resource == RES_MODEL  ? package->models
           : resource == RES_SEED ? package->seeds
           : resource == RES_TEST ? package->tests
                                  : package->models; /* of analyses, too */
}

static const Place *keep_place(Reader *r, Place place)
{
    Place *kept = arena_make(r->arena, Place);
    *kept = place;
    return kept;
}

static void apply_beside(const Scope *scope, Node *node, const char *key)
{
    PyValue value = py_none();
    const Yaml *yaml = yaml_get(node->patch, key);
    if (yaml && yaml_render(scope, node->patch_file, yaml, &value)) {
        Place place = place_key(node->patch_file, node->patch, key);
        set_config(scope->reader, node, key, value, keep_place(scope->reader, place));
    }
}

const char *const config_top_keys[] = {"meta", "docs", "group", "contract", "access", NULL};

/* Keys that may stand beside `config:` as well as in it. `tags` may not: there dbt passes over it. */
static void apply_top(const Scope *scope, Node *node, const Yaml *config)
{
    Reader *r = scope->reader;
    for (const char *const *key = config_top_keys; *key; key++) {
        if (yaml_get(node->patch, *key) && yaml_get(config, *key)) {
            find_at(r, DIAG_ERROR, P_CONFIG, place_key(node->patch_file, node->patch, *key),
                    "\"%s\" of %s stands beside `config:` and in it", *key, node->id)
                ->hint = "take the outer one out";
        } else {
            apply_beside(scope, node, *key);
        }
    }
    if (yaml_get(node->patch, "tags")) {
        find_at(r, DIAG_WARNING, P_CONFIG, place_key(node->patch_file, node->patch, "tags"),
                "tags of %s stand beside `config:`, where dbt passes over them", node->id)
            ->hint = "write them below it: config: {tags: [...]}";
    }
}

/* `config:` of schema.yml; hooks stay texts until they run. */
static void apply_inner(const Scope *scope, Node *node, const Yaml *config)
{
    Reader *r = scope->reader;
    if (config && config->type == YAML_IS_MAP) {
        vec_each (YamlMember, it, &config->members) {
            PyValue value = py_none();
            if (is_hook(canonical(it->key))) {
                value = yaml_value(r->arena, it->value);
            } else {
                yaml_render(scope, node->patch_file, it->value, &value);
            }
            Place place = {node->patch_file, it->key_line, it->key_column, (int)strlen(it->key)};
            set_config(r, node, it->key, value, keep_place(r, place));
        }
    }
}

static void apply_patch(Reader *r, Node *node)
{
    Scope scope = file_scope(r, SCOPE_YAML, node->patch_package);
    const Yaml *config = yaml_get(node->patch, "config");
    apply_inner(&scope, node, config);
    apply_top(&scope, node, config);
}

/* One dict for all nodes of a kind, since what is kept is never changed. The other presets are looked up. */
static const PyDict *defaults_of(Reader *r, Resource resource)
{
    static const char *const in_all[] = {"enabled",      "materialized", "schema", "tags",
                                         "post-hook",    "pre-hook",     "meta",   "quoting",
                                         "column_types", "persist_docs", NULL};
    if (r->defaults[resource]) {
        return r->defaults[resource];
    }
    PyDict *config = r->defaults[resource] = py_dict(r->arena).dict;
    for (const char *const *key = in_all; *key; key++) {
        const PyValue *preset = py_dict_find(config_presets(r, resource), *key);
        if (preset && !py_is_none(*preset)) {
            py_dict_put(r->arena, config, *key, *preset);
        }
    }
    return config;
}

PyDict *project_config(Reader *r, const Node *node)
{
    Node bare = {.package = node->package, .resource = node->resource, .fqn = node->fqn};
    bare.config = py_dict_copy(r->arena, defaults_of(r, node->resource)).dict;
    apply_tree(r, &bare, tree_of(node->package, node->resource));
    if (node->package != r->root) {
        apply_tree(r, &bare, tree_of(r->root, node->resource));
    }
    return bare.config;
}

/* Whether a test's failing rows are kept, in dbt's two ways to say it: the second rules the first. */
static void settle_failures(Reader *r, Node *node)
{
    const PyValue *as = config_get(node, "store_failures_as");
    const PyValue *stored = config_get(node, "store_failures");
    if (node->resource != RES_TEST || (!as && !stored)) {
        return;
    }
    if (as) {
        py_dict_put(r->arena, node->config, "store_failures",
                    py_bool(!str_eq(as->text, "ephemeral")));
    } else {
        py_dict_put(r->arena, node->config, "store_failures_as",
                    py_text(py_truth(*stored) ? "table" : "ephemeral"));
    }
}

/* As PACKAGE, the node's own or the one that describes it, has it. */
static void build_config(Reader *r, Node *node, const Package *package, bool patched)
{
    node->config = py_dict_copy(r->arena, defaults_of(r, node->resource)).dict;
    apply_tree(r, node, tree_of(package, node->resource));
    if (patched) {
        apply_patch(r, node);
    }
    vec_each (CalledConfig, it, &node->called) {
        set_config(r, node, it->key, it->value, &it->place);
    }
    if (package != r->root) {
        apply_tree(r, node, tree_of(r->root, node->resource));
    }
    check_config(r, node);
    settle_failures(r, node);
}

/* ---- a node that another package's schema.yml describes ---- */

static bool has_config(const Yaml *patch)
{
    const Yaml *config = yaml_get(patch, "config");
    bool found = config && config->members.count;
    for (const char *const *key = config_top_keys; *key; key++) {
        found |= yaml_get(patch, *key) != NULL;
    }
    return found;
}

/* What dbt gives no value of its own stays as the node's package has it. */
static void keep_rest(Reader *r, Node *node, const PyDict *before)
{
    for (size_t i = 0; i < before->count; i++) {
        const PyEntry *it = &before->entries[i];
        const PyValue *now = py_dict_find(node->config, it->key.text);
        bool missing = !now || py_is_none(*now);
        const PyValue *preset = py_dict_find(config_presets(r, node->resource), it->key.text);
        if (missing && (!preset || py_is_none(*preset))) {
            py_dict_set(r->arena, node->config, it->key, it->value);
        }
    }
}

/*
 * dbt then takes the describing package for the node's own: what the tree of its real one sets is gone where dbt has
 * a default, and for names. It stays in its config otherwise, and among its tags.
 */
static void rebuild_config(Reader *r, Node *node)
{
    const PyDict *before = node->config;
    const PyValue *tags = py_dict_find(before, "tags");
    node->inherited = (StrVec){0};
    for (size_t i = 0; tags && tags->type == PY_LIST && i < tags->list->count; i++) {
        vec_push(r->arena, &node->inherited, py_str(r->arena, tags->list->items[i]));
    }
    build_config(r, node, node->patch_package, true);
    node->named_by = py_dict_copy(r->arena, node->config).dict;
    keep_rest(r, node, before);
}

/* dbt does not find what another package describes when it is disabled. */
static void warn_disabled(Reader *r, const Node *node)
{
    find_at(r, DIAG_WARNING, P_PATCH, place_of(node->patch_file, yaml_get(node->patch, "name")),
            "%s is disabled: package %s cannot describe it", node->id, node->patch_package->name);
}

void resolve_config(Reader *r, Node *node)
{
    bool foreign = node->patch && node->patch_package != node->package;
    build_config(r, node, node->package, node->patch && !foreign);
    if (foreign && !config_bool(r, node, "enabled", true)) {
        warn_disabled(r, node);
    } else if (foreign && has_config(node->patch)) {
        rebuild_config(r, node);
    }
    node->enabled = config_bool(r, node, "enabled", true);
    const char *materialized = config_text(r, node, "materialized");
    node->ephemeral = node->resource == RES_MODEL && str_eq(materialized, "ephemeral");
}

void resolve_source_config(Reader *r, Source *source, const char *file, const StrVec *fqn,
                           const Yaml *const entries[2])
{
    Node node = {.resource = RES_SOURCE,
                 .package = source->package,
                 .id = source->id,
                 .fqn = *fqn,
                 .patch_file = file,
                 .config = py_dict(r->arena).dict};
    Scope scope = file_scope(r, SCOPE_YAML, source->package);
    py_dict_put(r->arena, node.config, "enabled", py_bool(true));
    py_dict_put(r->arena, node.config, "meta", py_dict(r->arena));
    apply_tree(r, &node, source->package->sources);
    py_dict_put(r->arena, node.config, "tags", py_list(r->arena));
    for (size_t i = 0; i < 2; i++) {
        node.patch = entries[i];
        apply_inner(&scope, &node, yaml_get(entries[i], "config"));
        apply_beside(&scope, &node, "tags");
        apply_beside(&scope, &node, "meta");
    }
    PyValue tags = *py_dict_find(node.config, "tags"); /* those of dbt_project.yml dbt leaves out */
    if (source->package != r->root) {
        apply_tree(r, &node, r->root->sources);
    }
    py_dict_put(r->arena, node.config, "tags", tags);
    check_config(r, &node);
    source->config = node.config;
    source->enabled = config_bool(r, &node, "enabled", true);
}

/* ---- reading ---- */

const PyValue *config_get(const Node *node, const char *key)
{
    const PyValue *value = node->config ? py_dict_find(node->config, key) : NULL;
    return value && !py_is_none(*value) && !py_is_undefined(*value) ? value : NULL;
}

Place config_place(const Node *node, const char *key)
{
    const Place *place = map_get(&node->config_places, key);
    return place ? *place : node->place;
}

const char *config_text(Reader *r, const Node *node, const char *key)
{
    const PyValue *value = config_get(node, key);
    if (!value) {
        return NULL;
    }
    if (value->type != PY_STRING && !py_is_number(*value)) {
        find_at(r, DIAG_ERROR, P_CONFIG, config_place(node, key),
                "config \"%s\" of %s must be a text, not a %s", key, node->id,
                py_type_name(*value));
        return NULL;
    }
    return py_str(r->arena, *value);
}

bool config_bool(Reader *r, const Node *node, const char *key, bool other)
{
    const PyValue *value = config_get(node, key);
    if (!value) {
        return other;
    }
    if (value->type != PY_BOOL) {
        find_at(r, DIAG_ERROR, P_CONFIG, config_place(node, key),
                "config \"%s\" of %s must be true or false, not %s", key, node->id,
                py_repr(r->arena, *value));
        return other;
    }
    return value->boolean;
}
