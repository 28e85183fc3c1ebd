/*
 * dbt's own manifest.json (schema v12) instead of the sources, for projects that the native reader does not
 * understand. Names, configs and compiled SQL come from it; indexes, hooks, grants and what is emitted go the
 * native reader's way, so both give one desired state. Of the files beside it only those are read that the
 * manifest does not hold: the target in profiles.yml, and the rows of seeds.
 */
#include "manifest.h"

#include "cutover/str.h"

#include <string.h>

Diag *manifest_finding(const Manifest *m, const char *code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const char *message = arena_vprintf(m->r->arena, format, args);
    va_end(args);
    return find_at(m->r, DIAG_ERROR, code, (Place){.file = m->path}, "%s", message);
}

/* ---- the file ---- */

static bool read_json(Manifest *m)
{
    const File *file = files_get(m->r->files, m->path);
    Err err = {0};
    if (!file) {
        manifest_finding(m, P_MANIFEST, "there is no %s", m->path)->hint =
            "project.manifest in cutover.yaml names it, relative to project.path; commit the file: "
            "dbt's own .gitignore leaves target/ out (git add -f)";
        return false;
    }
    m->json = json_parse(m->r->arena, file->text, file->length, &err);
    if (!m->json) {
        Diag *diag = manifest_finding(m, P_MANIFEST, "%s: %s", m->path, err.message);
        diag->line = err.line;
        diag->hint = "write it anew by `dbt compile`, and do not edit it";
        return false;
    }
    return true;
}

static bool is_kind(Manifest *m, const char *key, JsonType type)
{
    const Json *member = json_get(m->json, key);
    if (!member || member->type != type) {
        manifest_finding(m, P_MANIFEST, "%s has no \"%s\": it is no manifest of dbt", m->path, key);
        return false;
    }
    return true;
}

static bool check_kind(Manifest *m)
{
    static const char *const objects[] = {"metadata", "nodes", "sources", "macros"};
    for (size_t i = 0; i < sizeof objects / sizeof *objects; i++) {
        if (!is_kind(m, objects[i], JSON_IS_OBJECT)) {
            return false;
        }
    }
    const Json *metadata = json_get(m->json, "metadata");
    const char *version = json_get_str(metadata, "dbt_schema_version");
    const char *adapter = json_get_str(metadata, "adapter_type");
    if (!version || !str_ends(version, "/manifest/v12.json")) {
        manifest_finding(m, P_MANIFEST, "%s is of schema %s, not v12", m->path,
                         version ? version : "(none)")
            ->hint = "dbt 1.8 to 1.10 write version 12";
        return false;
    }
    if (!str_eq(adapter, "materialize")) {
        manifest_finding(m, P_ADAPTER, "%s was made for %s, not materialize", m->path,
                         adapter ? adapter : "no adapter");
        return false;
    }
    if (str_empty(json_get_str(metadata, "project_name"))) {
        manifest_finding(m, P_MANIFEST, "%s names no project", m->path);
        return false;
    }
    return true;
}

/* ---- packages and target ---- */

Package *manifest_package(Manifest *m, const char *name)
{
    Reader *r = m->r;
    Package *package = map_get(&r->package_by_name, name);
    if (!package) {
        package = arena_make(r->arena, Package);
        package->name = name;
        package->root = r->root ? arena_printf(r->arena, "dbt_packages/%s/", name) : "";
        package->file = m->path;
        vec_push(r->arena, &r->packages, package);
        map_put(r->arena, &r->package_by_name, name, package);
    }
    return package;
}

const char *manifest_file(const Manifest *m, const Package *package, const char *path)
{
    return arena_printf(m->r->arena, "%s%s", package->root, path ? path : "");
}

/* Without dbt_project.yml nothing tells the target: each node says its own database and schema anyway. */
static void guess_target(Manifest *m)
{
    Target *target = &m->r->target;
    target->profile = target->name = m->r->options->target ? m->r->options->target : "default";
    target->values = py_dict(m->r->arena).dict;
    map_each (it, &json_get(m->json, "nodes")->members) {
        if (!target->database) {
            target->database = json_get_str(it->value, "database");
            target->schema = json_get_str(it->value, "schema");
        }
    }
    target->database = target->database ? target->database : "materialize";
    target->schema = target->schema ? target->schema : "public";
}

static bool read_root(Manifest *m)
{
    Reader *r = m->r;
    const char *name = json_get_str(json_get(m->json, "metadata"), "project_name");
    if (!files_get(r->files, "dbt_project.yml")) {
        r->root = manifest_package(m, name);
        guess_target(m);
        return true;
    }
    r->root = read_package(r, "");
    if (!r->root) {
        return false;
    }
    if (!str_eq(r->root->name, name)) {
        manifest_finding(m, P_STALE, "%s is of the project \"%s\", and beside it lies \"%s\"",
                         m->path, name, r->root->name);
        return false;
    }
    return read_target(r);
}

/* ---- macros: hooks and checks may call them ---- */

static bool is_dbts_own(const char *package)
{
    static const char *const own[] = {"dbt", "dbt_postgres", "dbt_materialize"};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        if (str_eq(package, own[i])) {
            return true;
        }
    }
    return false;
}

/* What only models call may be beyond us: they come compiled. A hook that calls it gets to hear why. */
static void read_macro(Manifest *m, const char *id, const Json *json)
{
    const char *package_name = json_get_str(json, "package_name");
    const char *text = json_get_str(json, "macro_sql");
    if (!package_name || !text || is_dbts_own(package_name)) {
        return;
    }
    Reader *r = m->r;
    Package *package = manifest_package(m, package_name);
    JinjaSource source = {.name =
                              manifest_file(m, package, json_get_str(json, "original_file_path")),
                          .text = text,
                          .length = strlen(text),
                          .owner = package};
    Diags *diags = arena_make(r->arena, Diags);
    *diags = diags_new(r->arena);
    const JinjaTemplate *template = jinja_parse(r->arena, &source, diags);
    for (size_t i = 0; template && i < template->macros.count; i++) {
        add_macro(r, package, template->macros.items[i]);
    }
    if (!template) {
        map_put(r->arena, &m->unreadable, id, diags);
    }
}

static bool read_manifest_macros(Manifest *m)
{
    size_t errors = diags_count(m->r->diags, DIAG_ERROR);
    map_each (it, &json_get(m->json, "macros")->members) {
        read_macro(m, it->key, it->value);
    }
    return add_builtin_macros(m->r) && diags_count(m->r->diags, DIAG_ERROR) == errors;
}

/* ---- the front end ---- */

static Manifest *open_manifest(Reader *r)
{
    Manifest *m = arena_make(r->arena, Manifest);
    *m = (Manifest){.r = r, .path = r->options->manifest};
    r->front = m;
    return read_json(m) && check_kind(m) && read_root(m) && read_manifest_macros(m) ? m : NULL;
}

static bool begin(Reader *r)
{
    return open_manifest(r);
}

static void warn_vars(const Manifest *m)
{
    const Yaml *vars = m->r->options->vars;
    if (vars && vars->members.count) {
        find_at(m->r, DIAG_WARNING, P_STALE, (Place){.file = m->path},
                "vars count for hooks and checks alone: the SQL of %s is compiled already", m->path)
            ->hint = "give the same values to `dbt compile --vars`";
    }
}

/* Ephemeral models are in the SQL of their readers already, and tests have no hooks. */
static void compile_node(Manifest *m, Node *node)
{
    const Json *json = map_get(&m->json_by_id, node->id);
    const char *code = json_get_str(json, "compiled_code");
    node->compiled = rewrite_sql(m->r, node, code ? code : "");
    if (node->compiled && has_relation(node) && !node->ephemeral) {
        render_hooks(m->r, node, true);
    }
}

static DbtProject *read_all(Reader *r)
{
    Manifest *m = r->front;
    warn_vars(m);
    size_t errors = diags_count(r->diags, DIAG_ERROR);
    if (!manifest_nodes(m) || !order_nodes(r)) {
        return NULL;
    }
    manifest_check_stale(m);
    if (diags_count(r->diags, DIAG_ERROR) > errors || !apply_selection(r)) {
        return NULL;
    }
    if (r->options->only_list) {
        return listed_project(r);
    }
    vec_each (Node *, it, &r->order) {
        if (!(*it)->outside) {
            compile_node(m, *it);
        }
    }
    if (!order_nodes(r)) {
        return NULL;
    }
    declare_indexes(r);
    DbtProject *project = listed_project(r);
    emit_desired(r, project);
    return project;
}

const FrontEnd front_manifest = {begin, read_all};
