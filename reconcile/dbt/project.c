/* dbt_project.yml: of the project itself and of the packages in dbt_packages/. */
#include "project_check.h"

#include "cutover/str.h"

#include <string.h>

static const char *const project_file = "dbt_project.yml";

/* The texts of a list, or of one scalar; each may hold Jinja. */
static StrVec texts_of(const Scope *scope, const char *file, const Yaml *yaml)
{
    StrVec texts = {0};
    if (yaml && yaml->type == YAML_IS_LIST) {
        vec_each (Yaml *, it, &yaml->items) {
            const char *text = yaml_render_text(scope, file, *it);
            if (text) {
                vec_push(scope->reader->arena, &texts, text);
            }
        }
    } else if (yaml) {
        const char *text = yaml_render_text(scope, file, yaml);
        if (text) {
            vec_push(scope->reader->arena, &texts, text);
        }
    }
    return texts;
}

/* "./models/" as "models". */
static const char *clean_path(Arena *arena, const char *path)
{
    while (str_starts(path, "./")) {
        path += 2;
    }
    size_t length = strlen(path);
    while (length && path[length - 1] == '/') {
        length--;
    }
    return arena_strndup(arena, path, length);
}

static StrVec paths_of(const Scope *scope, const Package *package, const char *key,
                       const char *old_key, const char *other)
{
    Arena *arena = scope->reader->arena;
    const Yaml *yaml = yaml_get(package->yaml, key);
    yaml = yaml ? yaml : yaml_get(package->yaml, old_key);
    StrVec paths = {0};
    if (!yaml) {
        vec_push(arena, &paths, other);
        return paths;
    }
    StrVec given = texts_of(scope, package->file, yaml);
    vec_each (const char *, it, &given) {
        vec_push(arena, &paths, clean_path(arena, *it));
    }
    return paths;
}

/* ---- what is refused ---- */

static bool is_blank(Reader *r, const char *text)
{
    return str_empty(str_trim(r->arena, text));
}

static bool has_statement(Reader *r, const Yaml *yaml)
{
    if (!yaml) {
        return false;
    }
    if (yaml->type == YAML_IS_SCALAR) {
        return yaml_text(yaml) && !is_blank(r, yaml->text);
    }
    if (yaml->type == YAML_IS_MAP) {
        return has_statement(r, yaml_get(yaml, "sql"));
    }
    bool any = false;
    vec_each (Yaml *, it, &yaml->items) {
        any |= has_statement(r, *it);
    }
    return any;
}

static void refuse_run_hooks(Reader *r, const Package *package)
{
    static const char *const keys[] = {"on-run-start", "on-run-end", NULL};
    for (const char *const *key = keys; *key; key++) {
        if (has_statement(r, yaml_get(package->yaml, *key))) {
            find_at(r, DIAG_ERROR, P_HOOK_RUN, place_key(package->file, package->yaml, *key),
                    "%s hooks are not supported", *key)
                ->hint = "grants and indexes belong into post-hooks of models; what must run once "
                         "belongs outside of the project";
        }
    }
}

/* To read what dbt does not would deploy it. */
static void refuse_ignored(Reader *r)
{
    const File *file = files_get(r->files, ".dbtignore");
    StrVec lines = str_split(r->arena, file ? file->text : "", '\n');
    for (size_t i = 0; i < lines.count; i++) {
        const char *line = str_trim(r->arena, lines.items[i]);
        if (*line && *line != '#') {
            find_at(r, DIAG_ERROR, P_UNSUPPORTED,
                    (Place){file->path, (int)i + 1, 1, (int)strlen(line)},
                    ".dbtignore is not yet supported: \"%s\" would be read", line)
                ->hint = "set enabled: false for models that shall not be, or keep the files out "
                         "of the project's folders";
        }
    }
}

static void refuse_snapshots(const Scope *scope, const Package *package)
{
    Reader *r = scope->reader;
    StrVec paths = paths_of(scope, package, "snapshot-paths", "snapshot-paths", "snapshots");
    vec_each (const char *, path, &paths) {
        const char *folder = arena_printf(r->arena, "%s%s/", package->root, *path);
        vec_each (File, file, &r->files->list) {
            if (str_starts(file->path, folder) && str_ends(file->path, ".sql")) {
                find_at(r, DIAG_ERROR, P_SNAPSHOT, (Place){file->path, 1, 1, 1},
                        "snapshots are not supported")
                    ->hint = "Materialize keeps no versions of rows for dbt's snapshots; remove "
                             "the file, or keep the history in a sink";
            }
        }
    }
}

/* ---- one package ---- */

static void read_paths(const Scope *scope, Package *package)
{
    package->model_paths = paths_of(scope, package, "model-paths", "source-paths", "models");
    package->seed_paths = paths_of(scope, package, "seed-paths", "data-paths", "seeds");
    package->test_paths = paths_of(scope, package, "test-paths", "test-paths", "tests");
    package->macro_paths = paths_of(scope, package, "macro-paths", "macro-paths", "macros");
    package->analysis_paths =
        paths_of(scope, package, "analysis-paths", "analysis-paths", "analyses");
}

Package *read_package(Reader *r, const char *root)
{
    Package *package = arena_make(r->arena, Package);
    package->root = root;
    package->file = arena_printf(r->arena, "%s%s", root, project_file);
    size_t errors = diags_count(r->diags, DIAG_ERROR);
    package->yaml = read_yaml(r, r->files, package->file);
    if (!package->yaml || package->yaml->type != YAML_IS_MAP) {
        if (diags_count(r->diags, DIAG_ERROR) == errors) {
            bool there = files_get(r->files, package->file);
            find_at(r, DIAG_ERROR, P_NO_PROJECT, (Place){.file = there ? package->file : NULL},
                    there ? "%s is empty" : "%s not found", package->file)
                ->hint = "project.path in cutover.yaml names the folder of the dbt project";
        }
        return NULL;
    }
    Scope scope = file_scope(r, SCOPE_PROFILE, package);
    package->name = yaml_render_text(&scope, package->file, yaml_get(package->yaml, "name"));
    if (str_empty(package->name)) {
        find_at(r, DIAG_ERROR, P_KEY, place_of(package->file, package->yaml),
                "the project has no name");
        return NULL;
    }
    vec_push(r->arena, &r->packages, package);
    map_put(r->arena, &r->package_by_name, package->name, package);
    return package;
}

/* What needs `target`: paths, config trees. */
static void finish_package(Reader *r, Package *package)
{
    Scope scope = file_scope(r, SCOPE_PROJECT, package);
    const Yaml *tests = yaml_get(package->yaml, "data_tests");
    read_paths(&scope, package);
    package->models = config_tree(&scope, package->file, yaml_get(package->yaml, "models"));
    package->seeds = config_tree(&scope, package->file, yaml_get(package->yaml, "seeds"));
    package->tests =
        config_tree(&scope, package->file, tests ? tests : yaml_get(package->yaml, "tests"));
    package->sources = config_tree(&scope, package->file, yaml_get(package->yaml, "sources"));
    package->exposures = config_tree(&scope, package->file, yaml_get(package->yaml, "exposures"));
    refuse_run_hooks(r, package);
    refuse_snapshots(&scope, package);
}

/* ---- packages ---- */

static const char *install_folder(const Scope *scope)
{
    Package *root = scope->reader->root;
    const char *given =
        yaml_render_text(scope, root->file, yaml_get(root->yaml, "packages-install-path"));
    return given ? clean_path(scope->reader->arena, given) : "dbt_packages";
}

/* The folder of FILE below INSTALLED, up to its slash; NULL: the file lies in none that dbt looks into. */
static const char *package_folder(const Reader *r, const File *file, const char *installed)
{
    const char *rest = str_starts(file->path, installed) ? file->path + strlen(installed) : NULL;
    const char *slash = rest && !str_starts(rest, "__") ? strchr(rest, '/') : NULL;
    return slash ? arena_strndup(r->arena, file->path, (size_t)(slash + 1 - file->path)) : NULL;
}

static void read_packages(Reader *r)
{
    Scope scope = file_scope(r, SCOPE_PROFILE, r->root);
    const char *installed = arena_printf(r->arena, "%s/", install_folder(&scope));
    const char *last = NULL;
    vec_each (File, file, &r->files->list) {
        const char *folder = package_folder(r, file, installed);
        if (!folder || str_eq(folder, last)) {
            continue;
        }
        last = folder;
        const char *project = str_concat(r->arena, folder, project_file, NULL);
        if (files_get(r->files, project)) {
            read_package(r, folder);
        } else {
            find_at(r, DIAG_ERROR, P_DEPENDENCY, (Place){.file = folder},
                    "the package %s has no dbt_project.yml", folder)
                ->hint = "run `dbt deps` again and commit what it writes, or remove the folder";
        }
    }
}

/* dbt refuses to start when a package is not installed: so must we, or its macros would be unknown. */
static void check_dependencies(Reader *r)
{
    static const char *const files[] = {"packages.yml", "dependencies.yml", NULL};
    size_t wanted = 0;
    const char *named = NULL;
    for (const char *const *file = files; *file; file++) {
        const Yaml *list = yaml_get(read_yaml(r, r->files, *file), "packages");
        if (list && list->type == YAML_IS_LIST && list->items.count) {
            wanted += list->items.count;
            named = *file;
        }
    }
    if (wanted > r->packages.count - 1) {
        find_at(r, DIAG_ERROR, P_DEPENDENCY, (Place){.file = named},
                "%s names %zu packages, but %zu are in dbt_packages/", named, wanted,
                r->packages.count - 1)
            ->hint = "run `dbt deps` and commit dbt_packages/: Cutover downloads nothing while it "
                     "reads a project";
    }
}

bool read_project(Reader *r)
{
    r->root = read_package(r, "");
    if (!r->root || !read_target(r)) {
        return false;
    }
    read_packages(r);
    check_dependencies(r);
    check_packages(r);
    refuse_ignored(r);
    Scope scope = file_scope(r, SCOPE_PROJECT, r->root);
    read_quoting(&scope, r->root->file, yaml_get(r->root->yaml, "quoting"), &r->quoting);
    vec_each (Package *, it, &r->packages) {
        finish_package(r, *it);
    }
    return true;
}
