#include "groups.h"

#include "project_check.h"

#include "cutover/str.h"

void check_owner(Reader *r, const char *file, const Yaml *entry, const char *whose)
{
    const Yaml *owner = yaml_get(entry, "owner");
    if (!yaml_get(owner, "name") && !yaml_get(owner, "email")) {
        find_at(r, DIAG_ERROR, P_KEY, place_key(file, entry, "owner"),
                "%s needs an owner with a name or an email", whose);
    }
}

void read_group(Reader *r, const Package *package, const char *file, const Yaml *group)
{
    static const char *const known[] = {"name", "owner", "description", "config", NULL};
    const char *name = yaml_text(yaml_get(group, "name"));
    if (str_empty(name)) {
        find_at(r, DIAG_ERROR, P_KEY, place_of(file, group), "a group without a name");
        return;
    }
    check_keys(r, file, group, "a group", known);
    check_owner(r, file, group, arena_printf(r->arena, "group \"%s\"", name));
    const char *id = str_concat(r->arena, package->name, ".", name, NULL);
    if (map_put(r->arena, &r->group_ids, id, group)) {
        find_at(r, DIAG_ERROR, P_DUPLICATE_NODE, place_of(file, yaml_get(group, "name")),
                "there are two groups \"%s\"", name);
    }
    map_put(r->arena, &r->groups, name, group);
}

static const char *group_of(const Node *node)
{
    const GenericTest *test = node->generic;
    const PyValue *value = config_get(test && test->on ? test->on : node, "group");
    return value && value->type == PY_STRING ? value->text : "";
}

static StrVec names_of_groups(Reader *r)
{
    StrVec names = {0};
    map_each (it, &r->groups) {
        vec_push(r->arena, &names, it->key);
    }
    return names;
}

void check_groups(Reader *r)
{
    vec_each (Node *, it, &r->nodes) {
        const Node *node = *it;
        const char *group = node->enabled && !node->failed ? group_of(node) : "";
        Place place = config_place(node, "group");
        if (*group && !map_get(&r->groups, group) && first_at(r, place, group)) {
            StrVec names = names_of_groups(r);
            Diag *diag = find_at(r, DIAG_ERROR, P_GROUP, place,
                                 "%s is of group \"%s\", which "
                                 "no `groups:` declares",
                                 node->id, group);
            diag->label = did_you_mean(r, group, &names);
            diag->hint = "declare it in a schema.yml: groups: [{name: ..., owner: {name: ...}}]";
        }
    }
}

/* `restrict-access: true` of a package's dbt_project.yml; the root project's own says nothing. */
static bool restricts(const Reader *r, const Package *package)
{
    bool yes = false;
    yaml_bool(yaml_get(package->yaml, "restrict-access"), &yes);
    return yes && package != r->root;
}

void check_access(Reader *r, const Node *node, const RefCall *ref, const Node *found)
{
    const PyValue *value = config_get(found, "access");
    const char *access = value && value->type == PY_STRING ? value->text : "protected";
    if (found->resource != RES_MODEL || str_eq(access, "public")) {
        return;
    }
    const char *group = group_of(node), *owner = group_of(found);
    bool outside = node->package != found->package && restricts(r, found->package);
    bool stranger = str_eq(access, "private") && (!*group || !str_eq(group, owner));
    if (outside || stranger) {
        find_at(r, DIAG_ERROR, P_ACCESS, ref->place.file ? ref->place : node->place,
                "%s may not read %s, which is %s to %s \"%s\"", node->id, found->id, access,
                stranger ? "group" : "package", stranger ? owner : found->package->name)
            ->hint = stranger ? "give both the same group, or the model access: protected"
                              : "its package has restrict-access: it may be read when it has "
                                "access: public";
    }
}
