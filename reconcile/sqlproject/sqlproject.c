#include "sqlproject.h"

#include "cutover/str.h"
#include "cutover/toml.h"

#include <string.h>

static const char *const toml_file = "project.toml";

Place sql_place(const SqlObject *object, size_t offset, size_t length)
{
    Place place = {object->node->file->path, 1, 1, (int)length};
    for (size_t i = 0; i < offset; i++) {
        place.line += object->text[i] == '\n';
        place.column = object->text[i] == '\n' ? 1 : place.column + 1;
    }
    return place;
}

/* ---- project.toml ---- */

/* The databases are those that models/ has a folder for; most projects have one. */
static const char *first_database(const Reader *r)
{
    vec_each (File, it, &r->files->list) {
        const char *rest = str_starts(it->path, "models/") ? it->path + strlen("models/") : NULL;
        const char *slash = rest ? strchr(rest, '/') : NULL;
        if (slash) {
            return arena_strndup(r->arena, rest, (size_t)(slash - rest));
        }
    }
    return "materialize";
}

static void set_target(SqlProject *p)
{
    Reader *r = p->r;
    Target *target = &r->target;
    const char *suffix = yaml_text(yaml_get(p->settings, "profile_suffix"));
    p->suffix = suffix ? suffix : "";
    target->profile = target->name;
    target->database = arena_printf(r->arena, "%s%s", first_database(r), p->suffix);
    target->schema = "public";
    target->values = py_dict(r->arena).dict;
    py_dict_put(r->arena, target->values, "name", py_text(target->name));
    py_dict_put(r->arena, target->values, "database", py_text(target->database));
}

static bool add_dependency(SqlProject *p, const Yaml *item)
{
    const char *text = yaml_text(item);
    StrVec parts = str_split(p->r->arena, text ? text : "", '.');
    if (parts.count == 2) {
        return true; /* a relation of the system, such as mz_catalog.mz_objects */
    }
    if (parts.count != 3) {
        find_at(p->r, DIAG_ERROR, P_TOML, place_of(toml_file, item),
                "a dependency is written database.schema.name");
        return false;
    }
    RelName rel = {parts.items[0], parts.items[1], parts.items[2]};
    Source *source = arena_make(p->r->arena, Source);
    *source = (Source){
        .id = arena_printf(p->r->arena, "source.%s.%s.%s", rel.database, rel.schema, rel.name),
        .group = rel.schema,
        .name = rel.name,
        .rel = rel,
        .package = p->r->root,
        .enabled = true,
        .place = place_of(toml_file, item)};
    map_put(p->r->arena, &p->dependencies, relname_key(p->r->arena, rel), source);
    vec_push(p->r->arena, &p->r->sources, source);
    return true;
}

static bool read_dependencies(SqlProject *p)
{
    const Yaml *list = yaml_get(p->toml, "dependencies");
    bool fine = !list || list->type == YAML_IS_LIST;
    if (!fine) {
        find_at(p->r, DIAG_ERROR, P_TOML, place_of(toml_file, list),
                "dependencies must be a list of names");
    }
    for (size_t i = 0; fine && list && i < list->items.count; i++) {
        fine = add_dependency(p, list->items.items[i]);
    }
    return fine;
}

static bool read_toml(SqlProject *p)
{
    Reader *r = p->r;
    const File *file = files_get(r->files, toml_file);
    p->toml = toml_parse(r->arena, toml_file, file->text, file->length, P_TOML, r->diags);
    r->target.name = r->options->target ? r->options->target : "default";
    p->settings = yaml_get(p->toml, r->target.name);
    return p->toml && read_dependencies(p);
}

/* So that a check can say ref('schema', 'name') where two schemas have the name. */
static void add_schemas(Reader *r)
{
    vec_each (File, it, &r->files->list) {
        StrVec parts = str_split(r->arena, it->path, '/');
        if (parts.count == 4 && str_eq(parts.items[0], "models") &&
            !map_get(&r->package_by_name, parts.items[2])) {
            Package *package = arena_make(r->arena, Package);
            *package = (Package){.name = parts.items[2], .root = "", .file = toml_file};
            map_put(r->arena, &r->package_by_name, package->name, package);
        }
    }
}

static bool begin(Reader *r)
{
    SqlProject *p = arena_make(r->arena, SqlProject);
    p->r = r;
    r->front = p;
    r->root = arena_make(r->arena, Package);
    *r->root = (Package){.name = "project", .root = "", .file = toml_file};
    vec_push(r->arena, &r->packages, r->root);
    map_put(r->arena, &r->package_by_name, r->root->name, r->root);
    if (!read_toml(p)) {
        return false;
    }
    set_target(p);
    add_schemas(r);
    return add_builtin_macros(r);
}

/* ---- what belongs elsewhere ---- */

/* What such a project keeps beside its models is somebody else's business here; that is said, not assumed. */
static void warn_folders(Reader *r)
{
    static const char *const folders[][2] = {
        {"clusters/", "clusters belong into cutover.yaml (environments.NAME.clusters)"},
        {"roles/", "roles must exist: Cutover makes none"},
        {"network-policies/", "network policies are none of Cutover's business"},
    };
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        bool said = false;
        vec_each (File, it, &r->files->list) {
            if (!said && str_starts(it->path, folders[i][0]) && str_ends(it->path, ".sql")) {
                find_at(r, DIAG_WARNING, P_MISPLACED, (Place){.file = it->path}, "%s is not read",
                        folders[i][0])
                    ->hint = folders[i][1];
                said = true;
            }
        }
    }
}

/* ---- to the desired state ---- */

/* What there is to say of an object as a row of the node table. */
static void emit_row(Reader *r, const SqlObject *object, const DesiredNode *made,
                     DbtProject *project)
{
    vec_push(r->arena, &project->table,
             (DbtNode){.id = made->id,
                       .resource = "model",
                       .relation = relname_sql(r->arena, made->rel),
                       .code = object->sql,
                       .fqn = object->node->fqn,
                       .depends = made->depends,
                       .config = object->node->config});
}

static void emit_object(Reader *r, const SqlObject *object, DbtProject *project)
{
    const Node *node = object->node;
    DesiredNode out = {.id = node->id,
                       .kind = object->kind,
                       .rel = node->rel,
                       .cluster = object->cluster,
                       .sql = object->sql,
                       .options = object->options,
                       .file = node->file->path,
                       .line = node->place.line,
                       .indexes = node->indexes,
                       .grants = node->grants,
                       .comments = node->comments};
    for (size_t i = 0; i < node->depends.count; i++) {
        const Node *other = node->depends.items[i];
        if (other->outside) {
            vec_push(r->arena, &out.reads, other->production);
        } else {
            vec_push(r->arena, &out.depends, other->id);
        }
    }
    vec_each (const RelName, it, &object->reads) {
        vec_push(r->arena, &out.reads, *it);
    }
    vec_push(r->arena, &project->desired->nodes, out);
    if (r->options->table) {
        emit_row(r, object, &out, project);
    }
    vec_push(r->arena, &project->compiled, (DbtCompiled){node->id, node->file->path, object->sql});
}

static DbtProject *emit(SqlProject *p)
{
    Reader *r = p->r;
    DbtProject *project = listed_project(r);
    Map by_id = {0};
    project->desired->project = r->root->name;
    project->desired->default_database = r->target.database;
    vec_each (SqlObject *, it, &p->objects) {
        map_put(r->arena, &by_id, (*it)->node->id, *it);
    }
    vec_each (Node *, it, &r->order) {
        if (!(*it)->outside) {
            emit_object(r, map_get(&by_id, (*it)->id), project);
        }
    }
    vec_each (Source *, it, &r->sources) {
        vec_push(r->arena, &project->desired->sources,
                 (DesiredSource){(*it)->id, (*it)->rel, (*it)->place.file, (*it)->place.line});
    }
    return project;
}

/* What SQL says of an object, by the names that dbt's configs have. */
static void set_config(Reader *r, const SqlObject *object)
{
    PyDict *config = py_dict(r->arena).dict;
    py_dict_put(r->arena, config, "materialized", py_text(node_kind_text(object->kind)));
    if (object->cluster) {
        py_dict_put(r->arena, config, "cluster", py_text(object->cluster));
    }
    object->node->config = config;
}

static void resolve_all(SqlProject *p)
{
    vec_each (SqlObject *, it, &p->objects) {
        if ((*it)->made && (*it)->end && !(*it)->node->outside) {
            (*it)->reads.count = (*it)->node->sources.count = 0;
            sql_resolve(p, *it);
        }
    }
}

/* What is not selected is read where it is live, so SQL that names it is written once more. */
static bool select_objects(SqlProject *p)
{
    if (!apply_selection(p->r)) {
        return false;
    }
    if (p->r->options->select && !p->r->options->only_list) {
        resolve_all(p);
    }
    return true;
}

static DbtProject *read_all(Reader *r)
{
    SqlProject *p = r->front;
    size_t errors = diags_count(r->diags, DIAG_ERROR);
    warn_folders(r);
    sql_find_objects(p);
    vec_each (SqlObject *, it, &p->objects) {
        sql_read_statements(p, *it);
    }
    resolve_all(p);
    vec_each (SqlObject *, it, &p->objects) {
        set_config(r, *it);
    }
    if (diags_count(r->diags, DIAG_ERROR) > errors || !order_nodes(r) || !select_objects(p)) {
        return NULL;
    }
    if (r->options->only_list) {
        return listed_project(r);
    }
    name_indexes(r);
    return emit(p);
}

const FrontEnd front_sql = {begin, read_all};
