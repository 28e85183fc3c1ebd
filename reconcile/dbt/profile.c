/*
 * profiles.yml: which schema, database and cluster the target means. Only the chosen output is
 * rendered, so a variable that another output needs may be missing. Host and user are for templates
 * (`target.user`) and may be missing until one asks; the password is neither kept nor rendered.
 */
#include "project_check.h"
#include "reader.h"

#include "cutover/str.h"

#include <string.h>

static const char *const profile_file = "profiles.yml";

static const FileSet *profile_files(const Reader *r)
{
    const FileSet *own = r->options->profiles;
    return own && files_get(own, profile_file) ? own : r->files;
}

static StrVec keys_of(Reader *r, const Yaml *map)
{
    StrVec keys = {0};
    if (map && map->type == YAML_IS_MAP) {
        vec_each (YamlMember, it, &map->members) {
            vec_push(r->arena, &keys, it->key);
        }
    }
    return keys;
}

static const Yaml *choose(Reader *r, const Yaml *from, const char *kind, const char *name)
{
    const Yaml *chosen = yaml_get(from, name);
    if (!chosen || chosen->type != YAML_IS_MAP) {
        StrVec keys = keys_of(r, from);
        Diag *diag = find_at(r, DIAG_ERROR, P_PROFILE, place_of(profile_file, from),
                             "%s \"%s\" not found in profiles.yml", kind, name);
        diag->label = did_you_mean(r, name, &keys);
        diag->hint = keys.count
                         ? arena_printf(r->arena, "there are: %s", str_join(r->arena, &keys, ", "))
                         : NULL;
        return NULL;
    }
    return chosen;
}

/* The first of several spellings of one key. */
static const char *setting(const Scope *scope, const Yaml *output, const char *key,
                           const char *other)
{
    const Yaml *yaml = yaml_get(output, key);
    if (!yaml && other) {
        yaml = yaml_get(output, other);
    }
    return yaml_render_text(scope, profile_file, yaml);
}

/* What an output holds besides its names, and what dbt-materialize takes where it holds nothing. */
typedef struct Setting {
    const char *key;
    PyType type;
    bool optional; /* may be null */
    bool required; /* dbt refuses an output without */
    PyValue other;
} Setting;

static const Setting before_names[] = {
    {"host", PY_STRING, .required = true},
    {"port", PY_INT, .required = true},
    {"user", PY_STRING, .required = true},
};

static const Setting after_names[] = {
    {"sslmode", PY_STRING, .optional = true, .other = {.type = PY_NONE}},
    {"keepalives_idle", PY_INT, .other = {.type = PY_INT, .integer = 0}},
    {"connect_timeout", PY_INT, .other = {.type = PY_INT, .integer = 10}},
    {"search_path", PY_STRING, .optional = true, .other = {.type = PY_NONE}},
    {"retries", PY_INT, .other = {.type = PY_INT, .integer = 1}},
    {"application_name", PY_STRING, .optional = true,
     .other = {.type = PY_STRING, .text = "dbt-materialize v" DBT_MATERIALIZE_VERSION}},
    {"options", PY_DICT, .optional = true, .other = {.type = PY_NONE}},
};

static const Setting threads = {"threads", PY_INT, .other = {.type = PY_INT, .integer = 1}};

static void put_text(Reader *r, const char *key, const char *text)
{
    py_dict_put(r->arena, r->target.values, key, text ? py_text(text) : py_none());
}

/* A secret of the environment may be what connects, but not what SQL is made of. */
static bool is_secret(const Yaml *yaml)
{
    return yaml->type == YAML_IS_SCALAR && yaml->text && strstr(yaml->text, "DBT_ENV_SECRET");
}

/* Findings are dropped: a value that cannot be had is missed only where a template asks for it. */
static bool render_quietly(const Scope *scope, const Yaml *yaml, PyValue *out)
{
    Reader *r = scope->reader;
    Diags *diags = r->diags, dropped = diags_new(r->arena);
    r->diags = &dropped;
    bool ok = !is_secret(yaml) && yaml_render(scope, profile_file, yaml, out);
    r->diags = diags;
    return ok;
}

static bool all_texts(const PyDict *dict)
{
    for (size_t i = 0; i < dict->count; i++) {
        if (dict->entries[i].value.type != PY_STRING) {
            return false;
        }
    }
    return true;
}

static bool fits(const Setting *setting, PyValue value)
{
    return (setting->optional && py_is_none(value)) ||
           (value.type == setting->type && (value.type != PY_DICT || all_texts(value.dict)));
}

static void put_setting(const Scope *scope, const Yaml *output, const Setting *setting)
{
    Reader *r = scope->reader;
    const Yaml *yaml = yaml_get(output, setting->key);
    PyValue value = setting->other;
    if (yaml ? render_quietly(scope, yaml, &value) && fits(setting, value) : !setting->required) {
        py_dict_put(r->arena, r->target.values, setting->key, value);
    } else {
        vec_push(r->arena, &r->target.unknown, setting->key);
    }
}

static void put_settings(const Scope *scope, const Yaml *output, const Setting *settings,
                         size_t count)
{
    for (size_t i = 0; i < count; i++) {
        put_setting(scope, output, &settings[i]);
    }
}

/* The very dict of dbt, which has no password. */
static void put_values(const Scope *scope, const Yaml *output)
{
    Reader *r = scope->reader;
    r->target.values = py_dict(r->arena).dict;
    put_settings(scope, output, before_names, sizeof before_names / sizeof *before_names);
    put_text(r, "database", r->target.database);
    put_text(r, "schema", r->target.schema);
    put_text(r, "cluster", r->target.cluster);
    put_settings(scope, output, after_names, sizeof after_names / sizeof *after_names);
    put_text(r, "dbname", r->target.database);
    put_text(r, "type", "materialize");
    put_setting(scope, output, &threads);
    put_text(r, "name", r->target.name);
    put_text(r, "target_name", r->target.name);
    put_text(r, "profile_name", r->target.profile);
}

static bool fill_target(const Scope *scope, const Yaml *output)
{
    Reader *r = scope->reader;
    const char *type = setting(scope, output, "type", NULL);
    if (!str_eq(type, "materialize")) {
        find_at(
            r, DIAG_ERROR, P_ADAPTER,
            place_of(profile_file, yaml_get(output, "type") ? yaml_get(output, "type") : output),
            "target \"%s\" is of type %s, not materialize", r->target.name, type ? type : "(none)");
        return false;
    }
    r->target.schema = setting(scope, output, "schema", NULL);
    r->target.database = setting(scope, output, "database", "dbname");
    r->target.cluster = setting(scope, output, "cluster", NULL);
    if (str_empty(r->target.schema) || str_empty(r->target.database)) {
        find_at(r, DIAG_ERROR, P_KEY, place_of(profile_file, output), "target \"%s\" has no %s",
                r->target.name, str_empty(r->target.schema) ? "schema" : "dbname");
        return false;
    }
    put_values(scope, output);
    return true;
}

bool read_target(Reader *r)
{
    const FileSet *files = profile_files(r);
    Scope scope = file_scope(r, SCOPE_PROFILE, r->root);
    const char *name = yaml_render_text(&scope, r->root->file, yaml_get(r->root->yaml, "profile"));
    if (!name) {
        find_at(r, DIAG_ERROR, P_PROFILE, (Place){.file = r->root->file},
                "dbt_project.yml names no profile");
        return false;
    }
    if (!files_get(files, profile_file)) {
        find_at(r, DIAG_ERROR, P_PROFILE, place_key(r->root->file, r->root->yaml, "profile"),
                "there is no profiles.yml")
            ->hint = "put one beside dbt_project.yml, without secrets: Cutover reads schema, "
                     "dbname and cluster of its targets";
        return false;
    }
    size_t errors = diags_count(r->diags, DIAG_ERROR);
    const Yaml *yaml = read_yaml(r, files, profile_file);
    if (diags_count(r->diags, DIAG_ERROR) > errors) {
        return false;
    }
    const Yaml *profile = choose(r, yaml, "profile", name);
    if (!profile) {
        return false;
    }
    r->target.profile = name;
    r->target.name = r->options->target
                         ? r->options->target
                         : yaml_render_text(&scope, profile_file, yaml_get(profile, "target"));
    r->target.name = r->target.name ? r->target.name : "default";
    const Yaml *output = choose(r, yaml_get(profile, "outputs"), "target", r->target.name);
    return output && fill_target(&scope, output);
}
