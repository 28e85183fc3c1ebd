#include "show_sql.h"

#include "cutover/line_diff.h"
#include "cutover/str.h"

static const Repository *repository_of(const Cli *cli, const Context *context,
                                       const char *environment, Diags *diags, Err *err)
{
    Cli one = *cli;
    Target target;
    one.environment = environment;
    return targets_one(&one, context, &target, diags, err) ? target.repository : NULL;
}

static const Desired *project_at(const Repository *repository, Arena *arena,
                                 const char *environment, const char *commit, Diags *diags,
                                 Err *err)
{
    Wanted *wanted = arena_make(arena, Wanted);
    return wanted_read(repository, arena, environment, commit, wanted, diags, err)
               ? wanted_project(arena, wanted, diags)
               : NULL;
}

static const DesiredNode *node_in(const Desired *project, const char *id)
{
    return project ? map_get(&project->node_by_id, id) : NULL;
}

static void add(Arena *arena, SqlChanges *changes, const Desired *project, const DesiredNode *node,
                const char *before, const char *after)
{
    if (!str_eq(before, after)) {
        const char *name = relname_text(arena, node->rel, project->default_database);
        vec_push(arena, changes, ((SqlChange){name, before, after}));
    }
}

bool show_sql_changes(const Cli *cli, const Context *context, const char *environment,
                      const char *from, const char *to, SqlChanges *changes, Diags *diags, Err *err)
{
    Arena *arena = cli->arena;
    const Repository *repository = repository_of(cli, context, environment, diags, err);
    const Desired *after =
        repository ? project_at(repository, arena, environment, to, diags, err) : NULL;
    const Desired *before =
        after && from ? project_at(repository, arena, environment, from, diags, err) : NULL;
    if (!after || (from && !before)) {
        return false;
    }
    *changes = (SqlChanges){0};
    vec_each (DesiredNode, it, &after->nodes) {
        const DesiredNode *old = node_in(before, it->id);
        add(arena, changes, after, it, old ? old->sql : NULL, it->sql);
    }
    for (size_t i = 0; before && i < before->nodes.count; i++) {
        const DesiredNode *it = &before->nodes.items[i];
        if (!node_in(after, it->id)) {
            add(arena, changes, before, it, it->sql, NULL);
        }
    }
    return true;
}

void show_sql_text(Buf *out, const SqlChanges *changes)
{
    if (!changes->count) {
        buf_text(out, "no SQL differs from the commit before\n");
    }
    vec_each (SqlChange, it, changes) {
        buf_printf(out, "\n%s%s\n", it->name,
                   !it->before  ? ": new"
                   : !it->after ? ": removed"
                                : "");
        line_diff(out, it->before ? it->before : "", it->after ? it->after : "", "  ");
    }
}

void show_sql_json(JsonOut *json, const SqlChanges *changes)
{
    json_key(json, "sql");
    json_open_array(json);
    vec_each (SqlChange, it, changes) {
        json_open_object(json);
        json_put_str(json, "name", it->name);
        json_put_str(json, "sql_before", it->before);
        json_put_str(json, "sql_after", it->after);
        json_close_object(json);
    }
    json_close_array(json);
}
