/*
 * Which front end reads a project, and how the native one does, step by step. Each step goes as far as it can,
 * so that one run shows all findings.
 */
#include "exposures.h"
#include "groups.h"

#include "cutover/str.h"

#include <string.h>

static void free_spare(void *reader)
{
    arena_free(((Reader *)reader)->spare);
}

Reader *new_reader(Arena *arena, const DbtOptions *options, Diags *diags)
{
    Reader *r = arena_make(arena, Reader);
    r->arena = arena;
    r->options = options;
    r->diags = diags;
    r->files = options->files;
    r->halves = options->halves ? options->halves : halves_here;
    arena_defer(arena, free_spare, r);
    return r;
}

/* dbt-materialize's own blue/green appends _dbt_deploy to names: two ways of doing it would meet. */
static void refuse_deploy_var(Reader *r)
{
    Scope scope = file_scope(r, SCOPE_YAML, r->root);
    const PyValue *deploy = var_value(r, &scope, "deploy");
    if (deploy && py_truth(*deploy)) {
        find_at(r, DIAG_ERROR, P_DEPLOY_VAR,
                place_key(r->root->file, yaml_get(r->root->yaml, "vars"), "deploy"),
                "var \"deploy\" is true: dbt-materialize would add _dbt_deploy to every name")
            ->hint = "take it out: Cutover makes and names green itself";
    }
}

void declare_indexes(Reader *r)
{
    vec_each (Node *, it, &r->order) {
        bool makes = has_relation(*it) && !(*it)->ephemeral && !(*it)->outside;
        if (makes && !(*it)->failed) {
            read_indexes(r, *it);
        }
    }
    name_indexes(r);
}

static bool read_nodes(Reader *r)
{
    find_nodes(r);
    read_patches(r);
    read_docs(r);
    parse_nodes(r);
    check_doubles(r);
    check_groups(r);
    check_descriptions(r);
    resolve_edges(r);
    resolve_exposures(r);
    if (!order_nodes(r) || !apply_selection(r)) {
        return false;
    }
    if (r->options->only_list) {
        return true;
    }
    compile_nodes(r);
    return order_nodes(r); /* once more: names written by hand are edges, too */
}

static bool begin(Reader *r)
{
    return read_project(r) && read_macros(r);
}

static DbtProject *read_all(Reader *r)
{
    refuse_deploy_var(r);
    if (!read_nodes(r)) {
        return NULL;
    }
    DbtProject *project = listed_project(r);
    if (!r->options->only_list) {
        declare_indexes(r);
        emit_desired(r, project);
    }
    return project;
}

/* ---- the one place that chooses ---- */

static const FrontEnd native = {begin, read_all};

const FrontEnd *front_end(const Reader *r)
{
    bool plain =
        !files_get(r->files, "dbt_project.yml") && files_get(r->files, "project.toml") != NULL;
    return r->options->manifest ? &front_manifest : plain ? &front_sql : &native;
}

DbtProject *dbt_read(Arena *arena, const DbtOptions *options, Diags *diags)
{
    Reader *r = new_reader(arena, options, diags);
    size_t errors = diags_count(diags, DIAG_ERROR);
    const FrontEnd *front = front_end(r);
    DbtProject *project = front->begin(r) ? front->read(r) : NULL;
    place_builtin_findings(r);
    drop_followers(r);
    if (!project || diags_count(diags, DIAG_ERROR) > errors) {
        return NULL;
    }
    desired_seal(arena, project->desired, r->halves);
    return project;
}
