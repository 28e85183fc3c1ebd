/* A check of cutover.yaml, rendered with the project's macros over a desired state that was read before. */
#include "reader.h"

#include "cutover/str.h"

#include <string.h>

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
        if (!owner && parts.count > 2) {
            owner = map_get(&r->package_by_name,
                            parts.items[parts.count - 2]); /* plain SQL: the schema */
        }
        Node *node = add_node(r, owner ? owner : r->root, RES_MODEL, last_part(it->id));
        node->id = it->id;
        node->production = node->rel = it->rel;
        if (it->names.count) {
            index_names(r, node, &it->names);
        } else {
            index_node(r, node);
        }
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

/* Twice, as a model: first to see what it refers to, then for the text. */
static const char *render_twice(Reader *r, Node *check, const char *sql)
{
    JinjaSource source = {.name = check->place.file,
                          .text = sql,
                          .length = strlen(sql),
                          .first_line = check->place.line,
                          .owner = r->root};
    const JinjaTemplate *template = jinja_parse(r->arena, &source, r->diags);
    Buf out = buf_new(r->arena, 32u << 20);
    for (int pass = 0; template && pass < 2; pass++) {
        Scope scope = open_node_scope(r, check, pass == 1);
        JinjaEnv env = scope_env(&scope);
        buf_reset(&out);
        template = jinja_render(scope.arena, &env, template, &out, r->diags) ? template : NULL;
        close_node_scope(&scope);
    }
    return template ? out.data : NULL;
}

const char *dbt_render_check(Arena *arena, const DbtOptions *options, const Desired *desired,
                             const char *sql, const char *file, int line, StrVec *depends,
                             Diags *diags)
{
    Reader *r = new_reader(arena, options, diags);
    size_t errors = diags_count(diags, DIAG_ERROR);
    if (!front_end(r)->begin(r)) {
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
    const char *text = render_twice(r, check, sql);
    add_depends(r, check, depends);
    place_builtin_findings(r);
    drop_followers(r);
    return diags_count(diags, DIAG_ERROR) == errors ? text : NULL;
}
