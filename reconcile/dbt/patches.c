/* schema.yml: what it says about models and seeds, the sources that it declares, and its tests. */
#include "exposures.h"
#include "groups.h"
#include "project_check.h"
#include "versions.h"

#include "cutover/sqltok.h"
#include "cutover/str.h"

#include <string.h>

typedef struct PatchFile {
    Reader *r;
    const Package *package;
    const char *file;
    StrVec folders; /* fqn of a node called "" in this folder, without the name */
    Scope scope;
} PatchFile;

static const Yaml *list_of(const PatchFile *p, const Yaml *map, const char *key)
{
    const Yaml *list = yaml_get(map, key);
    if (!list || yaml_is_null(list)) {
        return NULL;
    }
    if (list->type != YAML_IS_LIST) {
        find_at(p->r, DIAG_ERROR, P_KEY, place_key(p->file, map, key), "\"%s\" must be a list",
                key);
        return NULL;
    }
    return list;
}

static const char *name_of(const PatchFile *p, const Yaml *entry, const char *what)
{
    const char *name = yaml_render_text(&p->scope, p->file, yaml_get(entry, "name"));
    if (str_empty(name)) {
        find_at(p->r, DIAG_ERROR, P_KEY, place_of(p->file, entry), "a %s without a name", what);
        return NULL;
    }
    return name;
}

/* ---- tests of columns ---- */

static const char *column_name(const PatchFile *p, const Yaml *column, const char *name)
{
    bool quote = false;
    return yaml_bool(yaml_get(column, "quote"), &quote) && quote ? sql_ident(p->r->arena, name)
                                                                 : name;
}

static void read_tests(const PatchFile *p, const Yaml *entry, Node *on, const Source *source)
{
    add_generic_tests(p->r, p->package, p->file, entry, NULL, on, source);
    const Yaml *columns = list_of(p, entry, "columns");
    for (size_t i = 0; columns && i < columns->items.count; i++) {
        const Yaml *column = columns->items.items[i];
        const char *name = name_of(p, column, "column");
        if (name) {
            add_generic_tests(p->r, p->package, p->file, column, column_name(p, column, name), on,
                              source);
        }
    }
}

/* ---- models and seeds ---- */

static Node *find_named(const PatchFile *p, const char *name, Resource resource)
{
    bool ambiguous = false;
    Node *node = find_node(p->r, p->package, p->package->name, name, &ambiguous);
    return node && node->resource == resource ? node : NULL;
}

/* As find_named(), or the one of any package: dbt lets each describe what another has. */
static Node *find_described(const PatchFile *p, const char *name, Resource resource, Place place)
{
    const NodeVec *nodes = map_get(&p->r->by_name, name);
    Node *own = find_named(p, name, resource);
    if (own || !nodes || !nodes->count) {
        return own;
    }
    Node *first = nodes->items[0];
    vec_each (Node *, it, (NodeVec *)nodes) {
        if ((*it)->package == p->package) {
            return NULL; /* its own one is of another kind */
        }
        if ((*it)->package != first->package) {
            find_at(p->r, DIAG_ERROR, P_PATCH, place,
                    "\"%s\" may be of package %s or of package %s", name, first->package->name,
                    (*it)->package->name)
                ->hint = "describe it in the package that has it";
            return NULL;
        }
    }
    return first->resource == resource ? first : NULL;
}

/* PATCH is what schema.yml says of NODE. False when it has said something already. */
static bool set_patch(const PatchFile *p, Node *node, const Yaml *patch, Place place)
{
    if (node->patch) {
        find_at(p->r, DIAG_ERROR, P_DUPLICATE_NODE, place, "%s \"%s\" is described twice",
                node->resource == RES_MODEL ? "model" : "seed", node->name)
            ->hint =
            arena_printf(p->r->arena, "also in %s:%d", node->patch_file, node->patch->line);
        return false;
    }
    node->patch = patch;
    node->patch_package = p->package;
    node->patch_file = p->file;
    node->description = yaml_text(yaml_get(patch, "description"));
    return true;
}

static void read_version(const PatchFile *p, const char *name, const VersionEntry *it)
{
    Node *node = find_named(p, it->defined_in, RES_MODEL);
    if (!node && it->version->age == 0) {
        node = find_named(p, name, RES_MODEL); /* the latest may do without a suffix */
    }
    if (!node) {
        find_at(p->r, DIAG_WARNING, P_PATCH, place_key(p->file, it->yaml, "v"),
                "there is no model \"%s\"", it->defined_in);
    } else if (set_patch(p, node, it->patch, place_key(p->file, it->yaml, "v"))) {
        become_version(p->r, node, name, it->version);
        read_tests(p, it->tests, node, NULL);
    }
}

static void read_versioned(const PatchFile *p, const Yaml *entry, const char *name)
{
    VersionEntries versions = {0};
    if (read_versions(&p->scope, p->file, name, entry, &versions)) {
        vec_each (VersionEntry, it, &versions) {
            read_version(p, name, it);
        }
    }
}

static void read_patch(const PatchFile *p, const Yaml *entry, Resource resource)
{
    Reader *r = p->r;
    const char *what = resource == RES_MODEL ? "model" : "seed";
    const char *name = name_of(p, entry, what);
    if (!name) {
        return;
    }
    const Yaml *versions = resource == RES_MODEL ? list_of(p, entry, "versions") : NULL;
    if (versions && versions->items.count) {
        read_versioned(p, entry, name);
        return;
    }
    Place place = place_of(p->file, yaml_get(entry, "name"));
    size_t errors = diags_count(r->diags, DIAG_ERROR);
    Node *node = find_described(p, name, resource, place);
    if (!node && diags_count(r->diags, DIAG_ERROR) == errors) {
        find_at(r, DIAG_WARNING, P_PATCH, place, "there is no %s \"%s\"", what, name);
    } else if (node && set_patch(p, node, entry, place)) {
        read_tests(p, entry, node, NULL);
    }
}

/* Nothing finds an analysis by its name but what describes it. */
static void read_analysis(const PatchFile *p, const Yaml *entry)
{
    const char *name = name_of(p, entry, "analysis");
    Place place = place_of(p->file, yaml_get(entry, "name"));
    vec_each (Node *, it, &p->r->nodes) {
        if (name && (*it)->resource == RES_ANALYSIS && (*it)->package == p->package &&
            str_eq((*it)->name, name)) {
            set_patch(p, *it, entry, place);
        }
    }
}

/* ---- sources ---- */

static void resolve_source(const PatchFile *p, const Yaml *group, const Yaml *table, Source *source)
{
    Arena *arena = p->r->arena;
    const Yaml *const entries[2] = {group, table};
    StrVec fqn = {0};
    vec_each (const char *, it, &p->folders) {
        vec_push(arena, &fqn, *it);
    }
    vec_push(arena, &fqn, source->group);
    vec_push(arena, &fqn, source->name);
    resolve_source_config(p->r, source, p->file, &fqn, entries);
}

static const char *or_else(const char *text, const char *other)
{
    return str_empty(text) ? other : text;
}

static void add_tags(const PatchFile *p, const Yaml *yaml, PyValue list)
{
    PyValue tags = py_none();
    if (!yaml || !yaml_render(&p->scope, p->file, yaml, &tags)) {
        return;
    }
    for (size_t i = 0; tags.type == PY_LIST && i < tags.list->count; i++) {
        py_append(p->r->arena, list, tags.list->items[i]);
    }
    if (tags.type == PY_STRING) {
        py_append(p->r->arena, list, tags);
    }
}

static void read_table(const PatchFile *p, const Yaml *group, const char *group_name,
                       const Yaml *table)
{
    Reader *r = p->r;
    const char *name = name_of(p, table, "table");
    if (!name) {
        return;
    }
    const Source *old = find_source(r, group_name, name);
    if (old) {
        find_at(r, DIAG_ERROR, P_DUPLICATE_NODE, place_of(p->file, yaml_get(table, "name")),
                "source \"%s.%s\" is declared twice", group_name, name)
            ->hint = arena_printf(r->arena, "also in %s:%d", old->place.file, old->place.line);
        return;
    }
    Source *source = arena_make(r->arena, Source);
    source->group = group_name;
    source->name = name;
    source->package = p->package;
    source->place = place_of(p->file, yaml_get(table, "name"));
    source->entries[0] = group;
    source->entries[1] = table;
    source->description = yaml_text(yaml_get(table, "description"));
    source->id = arena_printf(r->arena, "source.%s.%s.%s", p->package->name, group_name, name);
    const Yaml *database = yaml_get(group, "database");
    source->rel = (RelName){
        or_else(
            yaml_render_text(&p->scope, p->file, database ? database : yaml_get(group, "dbname")),
            r->target.database),
        or_else(yaml_render_text(&p->scope, p->file, yaml_get(group, "schema")), group_name),
        or_else(yaml_render_text(&p->scope, p->file, yaml_get(table, "identifier")), name),
    };
    read_quoting(&p->scope, p->file, yaml_get(group, "quoting"), &source->quoting);
    read_quoting(&p->scope, p->file, yaml_get(table, "quoting"), &source->quoting);
    check_quoting_keys(r, p->file, yaml_get(table, "quoting"));
    source->tags = py_list(r->arena);
    add_tags(p, yaml_get(group, "tags"), source->tags);
    add_tags(p, yaml_get(table, "tags"), source->tags);
    resolve_source(p, group, table, source);
    vec_push(r->arena, &r->sources, source);
    map_put(r->arena, &r->source_by_name, arena_printf(r->arena, "%s\t%s", group_name, name),
            source);
    if (source->enabled) {
        check_quoting(r, source->place, source->id, source->rel, source->quoting);
        read_tests(p, table, NULL, source);
    }
}

static bool check_source(const PatchFile *p, const Yaml *group)
{
    static const char *const known[] = {
        "name",   "description", "meta",      "database",        "dbname",          "schema",
        "loader", "quoting",     "freshness", "loaded_at_field", "loaded_at_query", "tables",
        "tags",   "config",      NULL};
    if (yaml_get(group, "overrides")) {
        find_at(p->r, DIAG_ERROR, P_UNSUPPORTED, place_key(p->file, group, "overrides"),
                "overrides of a package's source is not yet supported")
            ->hint = "set what differs in the package itself: it lies in dbt_packages/";
        return false;
    }
    check_quoting_keys(p->r, p->file, yaml_get(group, "quoting"));
    return check_keys(p->r, p->file, group, "a source", known);
}

static void read_source(const PatchFile *p, const Yaml *group)
{
    const char *name = check_source(p, group) ? name_of(p, group, "source") : NULL;
    const Yaml *tables = name ? list_of(p, group, "tables") : NULL;
    for (size_t i = 0; tables && i < tables->items.count; i++) {
        read_table(p, group, name, tables->items.items[i]);
    }
}

/* ---- macros ---- */

static void read_macro(const PatchFile *p, const Yaml *entry)
{
    const char *name = yaml_text(yaml_get(entry, "name"));
    const Yaml *arguments = yaml_get(entry, "arguments");
    if (!name || !map_get(&p->package->macros, name)) {
        return;
    }
    note_description(p->r, p->package, p->file, entry);
    for (size_t i = 0; arguments && i < arguments->items.count; i++) {
        note_description(p->r, p->package, p->file, arguments->items.items[i]);
    }
}

/* ---- files ---- */

static void warn_passed_over(const PatchFile *p, const Yaml *yaml)
{
    static const char *const unread[] = {"metrics", "semantic_models", "saved_queries", NULL};
    if (yaml_get(yaml, "unit_tests")) {
        find_at(p->r, DIAG_WARNING, P_UNIT_TEST, place_key(p->file, yaml, "unit_tests"),
                "unit tests are not run by Cutover");
    }
    for (const char *const *key = unread; *key; key++) {
        if (yaml_get(yaml, *key)) {
            find_at(p->r, DIAG_WARNING, P_UNSUPPORTED, place_key(p->file, yaml, *key),
                    "%s are not read by Cutover: they are neither selected nor listed", *key);
        }
    }
}

static void read_entries(const PatchFile *p, const Yaml *yaml)
{
    const Yaml *models = list_of(p, yaml, "models");
    const Yaml *seeds = list_of(p, yaml, "seeds");
    const Yaml *sources = list_of(p, yaml, "sources");
    for (size_t i = 0; models && i < models->items.count; i++) {
        read_patch(p, models->items.items[i], RES_MODEL);
    }
    for (size_t i = 0; seeds && i < seeds->items.count; i++) {
        read_patch(p, seeds->items.items[i], RES_SEED);
    }
    for (size_t i = 0; sources && i < sources->items.count; i++) {
        read_source(p, sources->items.items[i]);
    }
    const Yaml *analyses = list_of(p, yaml, "analyses");
    for (size_t i = 0; analyses && i < analyses->items.count; i++) {
        read_analysis(p, analyses->items.items[i]);
    }
    const Yaml *macros = list_of(p, yaml, "macros");
    for (size_t i = 0; macros && i < macros->items.count; i++) {
        read_macro(p, macros->items.items[i]);
    }
    const Yaml *exposures = list_of(p, yaml, "exposures");
    for (size_t i = 0; exposures && i < exposures->items.count; i++) {
        read_exposure(p->r, p->package, p->file, &p->folders, exposures->items.items[i]);
    }
    const Yaml *groups = list_of(p, yaml, "groups");
    for (size_t i = 0; groups && i < groups->items.count; i++) {
        read_group(p->r, p->package, p->file, groups->items.items[i]);
    }
    if (yaml_get(yaml, "snapshots")) {
        find_at(p->r, DIAG_ERROR, P_SNAPSHOT, place_key(p->file, yaml, "snapshots"),
                "snapshots are not supported");
    }
    warn_passed_over(p, yaml);
}

static void read_file(Reader *r, const Package *package, const char *path, const char *base)
{
    const Yaml *yaml = read_yaml(r, r->files, path);
    if (yaml && yaml->type != YAML_IS_MAP) {
        find_at(r, DIAG_ERROR, P_KEY, place_of(path, yaml), "the file must be a map")->hint =
            "it begins with keys such as `models:` and `sources:`";
    }
    if (!yaml || yaml->type != YAML_IS_MAP) {
        return;
    }
    PatchFile p = {.r = r, .package = package, .file = path};
    p.folders = fqn_of(r, package, path + strlen(package->root), base);
    p.folders.count--;
    p.scope = file_scope(r, SCOPE_YAML, package);
    read_entries(&p, yaml);
}

static void read_folder(Reader *r, const Package *package, const char *base)
{
    const char *folder = arena_printf(r->arena, "%s%s/", package->root, base);
    vec_each (File, it, &r->files->list) {
        bool yaml = str_ends(it->path, ".yml") || str_ends(it->path, ".yaml");
        if (yaml && str_starts(it->path, folder)) {
            read_file(r, package, it->path, base);
        }
    }
}

void read_patches(Reader *r)
{
    vec_each (Package *, package, &r->packages) {
        const StrVec *folders[] = {&(*package)->model_paths, &(*package)->seed_paths,
                                   &(*package)->test_paths, &(*package)->analysis_paths};
        for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
            vec_each (const char *, base, folders[i]) {
                read_folder(r, *package, *base);
            }
        }
    }
}
