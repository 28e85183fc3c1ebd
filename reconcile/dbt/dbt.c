/* Reading a dbt project, step by step. Each step goes as far as it can, so that one run shows all findings. */
#include "reader.h"

#include "cutover/str.h"

#include <string.h>

static Reader *new_reader(Arena *arena, const DbtOptions *options, Diags *diags)
{
    Reader *r = arena_make(arena, Reader);
    r->arena = arena;
    r->options = options;
    r->diags = diags;
    r->files = options->files;
    return r;
}

/* dbt-materialize's own blue/green appends _dbt_deploy to names: two ways of doing it would meet. */
static void refuse_deploy_var(Reader *r)
{
    Scope scope = {.reader = r, .kind = SCOPE_YAML, .package = r->root};
    const PyValue *deploy = var_value(r, &scope, "deploy");
    if (deploy && py_truth(*deploy)) {
        find_at(r, DIAG_ERROR, P_DEPLOY_VAR,
                place_key(r->root->file, yaml_get(r->root->yaml, "vars"), "deploy"),
                "var \"deploy\" is true: dbt-materialize would add _dbt_deploy to every name")
            ->hint = "take it out: Cutover makes and names green itself";
    }
}

static void declare_indexes(Reader *r)
{
    vec_each (Node *, it, &r->order) {
        bool has_relation = (*it)->resource != RES_TEST && !(*it)->ephemeral;
        if (has_relation && !(*it)->failed) {
            read_indexes(r, *it);
        }
    }
    name_indexes(r);
}

static bool read_nodes(Reader *r)
{
    find_nodes(r);
    read_patches(r);
    parse_nodes(r);
    check_doubles(r);
    resolve_edges(r);
    if (!order_nodes(r)) {
        return false;
    }
    compile_nodes(r);
    return order_nodes(r); /* once more: names written by hand are edges, too */
}

DbtProject *dbt_read(Arena *arena, const DbtOptions *options, Diags *diags)
{
    Reader *r = new_reader(arena, options, diags);
    size_t errors = diags_count(diags, DIAG_ERROR);
    if (!read_project(r) || !read_macros(r)) {
        return NULL;
    }
    refuse_deploy_var(r);
    if (!read_nodes(r)) {
        return NULL;
    }
    declare_indexes(r);
    DbtProject *project = arena_make(arena, DbtProject);
    emit_desired(r, project);
    if (diags_count(diags, DIAG_ERROR) > errors) {
        return NULL;
    }
    desired_seal(arena, project->desired);
    return project;
}

/* ---- checks ---- */

static const char *last_part(const char *id)
{
    const char *dot = strrchr(id, '.');
    return dot ? dot + 1 : id;
}

/* What the check may ref(): the nodes as DESIRED has them, with its names. */
static void adopt_nodes(Reader *r, const Desired *desired, Node *check)
{
    vec_each (const DesiredNode, it, &desired->nodes) {
        StrVec parts = str_split(r->arena, it->id, '.');
        const char *package = parts.count > 2 ? parts.items[1] : desired->project;
        const Package *owner = map_get(&r->package_by_name, package);
        Node *node = add_node(r, owner ? owner : r->root, RES_MODEL, last_part(it->id));
        node->id = it->id;
        node->production = node->rel = it->rel;
        NodeVec *same = map_get(&r->by_name, node->name);
        same = same ? same : arena_make(r->arena, NodeVec);
        vec_push(r->arena, same, node);
        map_put(r->arena, &r->by_name, node->name, same);
        vec_push(r->arena, &check->depends, node);
    }
    vec_each (const DesiredSource, it, &desired->sources) {
        StrVec parts = str_split(r->arena, it->id, '.');
        if (parts.count < 4) {
            continue;
        }
        Source *source = arena_make(r->arena, Source);
        *source = (Source){.id = it->id,
                           .group = parts.items[2],
                           .name = parts.items[3],
                           .rel = it->rel,
                           .enabled = true};
        vec_push(r->arena, &r->sources, source);
        map_put(r->arena, &r->source_by_name,
                arena_printf(r->arena, "%s\t%s", source->group, source->name), source);
    }
}

static void add_depends(Reader *r, const Node *check, StrVec *depends)
{
    vec_each (const RefCall, it, &check->refs) {
        bool ambiguous = false;
        const Node *node = find_node(r, check->package, it->package, it->name, &ambiguous);
        if (node && !str_in(depends, node->id)) {
            vec_push(r->arena, depends, node->id);
        }
    }
}

const char *dbt_render_check(Arena *arena, const DbtOptions *options, const Desired *desired,
                             const char *sql, const char *file, int line, StrVec *depends,
                             Diags *diags)
{
    Reader *r = new_reader(arena, options, diags);
    size_t errors = diags_count(diags, DIAG_ERROR);
    if (!read_project(r) || !read_macros(r)) {
        return NULL;
    }
    Node *check = arena_make(arena, Node);
    *check = (Node){.resource = RES_TEST,
                    .package = r->root,
                    .id = "check",
                    .name = "check",
                    .enabled = true,
                    .place = {.file = file, .line = line}};
    adopt_nodes(r, desired, check);
    resolve_config(r, check);
    JinjaSource source = {
        .name = file, .text = sql, .length = strlen(sql), .first_line = line, .owner = r->root};
    const JinjaTemplate *template = jinja_parse(arena, &source, diags);
    Buf out = buf_new(arena, 32u << 20);
    for (int pass = 0; template && pass < 2; pass++) {
        Scope scope = {.reader = r,
                       .kind = SCOPE_NODE,
                       .package = r->root,
                       .node = check,
                       .execute = pass == 1};
        JinjaEnv env = scope_env(&scope);
        buf_reset(&out);
        template = jinja_render(arena, &env, template, &out, diags) ? template : NULL;
    }
    add_depends(r, check, depends);
    return template && diags_count(diags, DIAG_ERROR) == errors ? out.data : NULL;
}
