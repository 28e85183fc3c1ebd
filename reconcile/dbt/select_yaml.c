/* selectors.yml: named selections, built from criteria by union, intersection and exclude. */
#include "project_check.h"
#include "select_graph.h"

#include "cutover/str.h"

#include <stdlib.h>

#define SELECTORS "selectors.yml"

typedef struct Selectors {
    SelectGraph *graph;
    Arena *arena;
    const File *file;
} Selectors;

static SelectText text_of(const Selectors *s, const Yaml *yaml, const char *text)
{
    return (SelectText){.text = text,
                        .file = SELECTORS,
                        .line = yaml->line,
                        .column = yaml->column,
                        .source = s->file->text,
                        .source_length = s->file->length};
}

static const Selection *wrong(const Selectors *s, const Yaml *yaml, const char *message)
{
    find_at(s->graph->r, DIAG_ERROR, P_SELECTORS, place_of(SELECTORS, yaml), "%s", message);
    return NULL;
}

static const Selection *definition(const Selectors *s, const Yaml *yaml);

/* dbt passes over it without a word. */
static void does_nothing(const Selectors *s, const Yaml *map, const char *beside)
{
    find_at(s->graph->r, DIAG_WARNING, P_SELECTORS, place_of(SELECTORS, map),
            "what stands beside %s does nothing, as in dbt", beside)
        ->hint = "write it as a member of its own of a union or an intersection";
}

/* UNION or INTERSECTION of the members of LIST, without what its `exclude` member names. */
static const Selection *combine(const Selectors *s, SelectOp op, const Yaml *list)
{
    if (!list || list->type != YAML_IS_LIST) {
        return wrong(s, list ? list : s->graph->r->root->yaml,
                     "a list of definitions is needed here");
    }
    SelectText where = text_of(s, list, op == SELECT_UNION ? "union" : "intersection");
    Selection *all = select_group(s->arena, op, where, SELECT_EAGER);
    const Selection *without = NULL;
    for (size_t i = 0; i < list->items.count; i++) {
        const Yaml *item = list->items.items[i], *exclude = yaml_get(item, "exclude");
        if (exclude && without) {
            return wrong(s, item, "a second exclude in one list");
        }
        if (exclude && item->members.count > 1) {
            does_nothing(s, item, "`exclude` in a list");
        }
        const Selection *part = exclude ? combine(s, SELECT_UNION, exclude) : definition(s, item);
        if (!part) {
            return NULL;
        }
        if (exclude) {
            without = part;
        } else {
            vec_push(s->arena, &all->parts, part);
        }
    }
    return select_without(s->arena, all, without);
}

/* What Python holds for true: the text 'false' as well. */
static bool truth(const Selectors *s, const Yaml *map, const char *key)
{
    return py_truth(yaml_value(s->arena, yaml_get(map, key)));
}

/* Python's int(), where what is false (no depth, 0) means all of them. False: it is no number. */
static bool read_depth(const Selectors *s, const Yaml *map, const char *key, int64_t *steps)
{
    PyValue value = yaml_value(s->arena, yaml_get(map, key));
    *steps = SELECT_FAR;
    if (!py_truth(value)) {
        return true;
    }
    if (py_is_number(value)) {
        double real = value.type == PY_FLOAT ? value.real : (double)value.integer;
        *steps = !(real < (double)SELECT_FAR) ? SELECT_FAR : real < 0 ? 0 : (int64_t)real;
        return true;
    }
    const char *text = value.type == PY_STRING ? value.text : "";
    char *end = NULL;
    *steps = strtoll(text, &end, 10);
    return end > text && !*end;
}

/* How far KEY ("parents") goes; what is not above 0 adds nothing. */
static bool read_steps(const Selectors *s, const Yaml *map, const char *key, const char *depth,
                       int64_t *steps)
{
    if (!read_depth(s, map, depth, steps)) {
        wrong(s, yaml_get(map, depth), arena_printf(s->arena, "%s must be a number", depth));
        return false;
    }
    *steps = truth(s, map, key) && *steps > 0 ? *steps : 0;
    return true;
}

static bool read_relatives(const Selectors *s, const Yaml *map, Selection *c)
{
    c->ring = truth(s, map, "childrens_parents");
    if (c->ring && truth(s, map, "children")) {
        wrong(s, map, "childrens_parents and children exclude each other");
        return false;
    }
    return read_steps(s, map, "children", "children_depth", &c->children) &&
           read_steps(s, map, "parents", "parents_depth", &c->parents);
}

/* dbt takes the definition as it is, whatever stands beside. */
static const Selection *by_name(const Selectors *s, const Yaml *map, const char *name)
{
    const Selection *found = map_get(&s->graph->selectors, name);
    if (!found) {
        return wrong(s, map, arena_printf(s->arena, "no selector \"%s\" is defined above", name));
    }
    if (map->members.count > 2) {
        does_nothing(s, map, "`method: selector`");
    }
    return found;
}

/* {method: tag, value: nightly, children: true, ...} */
static const Selection *criterion(const Selectors *s, const Yaml *map)
{
    static const char *const known[] = {
        "method",         "value",         "children",          "parents",
        "children_depth", "parents_depth", "childrens_parents", "indirect_selection",
        "exclude"};
    vec_each (const YamlMember, it, &map->members) {
        bool ok = false;
        for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
            ok |= str_eq(known[i], it->key);
        }
        if (!ok) {
            return wrong(s, it->value, arena_printf(s->arena, "unknown key \"%s\"", it->key));
        }
    }
    const Yaml *value = yaml_get(map, "value");
    const char *method = yaml_text(yaml_get(map, "method"));
    if (!method || !value || !value->text) {
        return wrong(s, map, "a criterion needs a method and a value");
    }
    if (str_eq(method, "selector")) {
        return by_name(s, map, value->text);
    }
    bool ignored;
    int64_t number;
    Selection *c =
        select_group(s->arena, SELECT_CRITERION, text_of(s, map, value->text), SELECT_EAGER);
    c->value = value->text;
    c->typed = yaml_bool(value, &ignored) || yaml_int(value, &number);
    if (!read_relatives(s, map, c)) {
        return NULL;
    }
    const char *indirect = yaml_text(yaml_get(map, "indirect_selection"));
    if (indirect && !select_indirect(indirect, &c->indirect)) {
        return wrong(s, map, "indirect_selection: eager, cautious, buildable or empty");
    }
    if (!select_set_method(s->arena, c, method, s->graph->r->diags)) {
        return NULL;
    }
    const Yaml *exclude = yaml_get(map, "exclude");
    const Selection *without = exclude ? combine(s, SELECT_UNION, exclude) : NULL;
    return exclude && !without ? NULL : select_without(s->arena, c, without);
}

/* {tag: nightly} */
static const Selection *short_criterion(const Selectors *s, const YamlMember *member)
{
    const char *value = member->value->text;
    if (!value) {
        return wrong(s, member->value, "a text is needed here");
    }
    if (str_eq(member->key, "selector")) {
        return wrong(s, member->value,
                     "another selector is named by {method: selector, value: NAME}");
    }
    Selection *c =
        select_group(s->arena, SELECT_CRITERION, text_of(s, member->value, value), SELECT_EAGER);
    c->value = value;
    return select_set_method(s->arena, c, member->key, s->graph->r->diags) ? c : NULL;
}

static const Selection *definition(const Selectors *s, const Yaml *yaml)
{
    if (yaml->type == YAML_IS_SCALAR && yaml->text) {
        SelectText text = text_of(s, yaml, yaml->text);
        return select_parse_one(s->arena, &text, SELECT_EAGER, s->graph->r->diags);
    }
    if (yaml->type != YAML_IS_MAP || !yaml->members.count) {
        return wrong(s, yaml, "a definition is a text or a map");
    }
    const Yaml *all = yaml_get(yaml, "union"), *both = yaml_get(yaml, "intersection");
    if (all || both) {
        return yaml->members.count > 1
                   ? wrong(s, yaml, "union or intersection stands alone")
                   : combine(s, all ? SELECT_UNION : SELECT_INTERSECTION, all ? all : both);
    }
    return yaml->members.count == 1 ? short_criterion(s, &yaml->members.items[0])
                                    : criterion(s, yaml);
}

static void read_one(const Selectors *s, const Yaml *yaml)
{
    static const char *const known[] = {"name", "definition", "description", "default", NULL};
    check_keys(s->graph->r, SELECTORS, yaml, "a selector", known);
    const char *name = yaml_text(yaml_get(yaml, "name"));
    const Yaml *defined = yaml_get(yaml, "definition");
    if (!name || !defined) {
        wrong(s, yaml, "a selector needs a name and a definition");
        return;
    }
    if (map_get(&s->graph->selectors, name)) {
        wrong(s, yaml, arena_printf(s->arena, "selector \"%s\" is defined twice", name));
        return;
    }
    const Selection *selection = definition(s, defined);
    if (selection) {
        map_put(s->arena, &s->graph->selectors, name, selection);
    }
    const Yaml *standard = yaml_get(yaml, "default");
    bool is_standard = false;
    if (standard && !yaml_bool(standard, &is_standard)) {
        wrong(s, standard, "default must be true or false");
    }
    if (is_standard && s->graph->standard) {
        wrong(s, standard, "two selectors are the default");
    }
    if (is_standard) {
        s->graph->standard = name;
    }
}

/* ---- Jinja ---- */

/* What a rendered text is in YAML. */
static void set_scalar(const Selectors *s, Yaml *yaml, PyValue value)
{
    if (value.type == PY_STRING || py_is_none(value) || py_is_number(value)) {
        yaml->quoted = value.type == PY_STRING;
        yaml->text = py_is_none(value)         ? ""
                     : value.type == PY_STRING ? value.text
                                               : str_lower(s->arena, py_str(s->arena, value));
    } else {
        wrong(s, yaml, "a text, a number, true or false is needed here");
    }
}

/* A copy of YAML in which texts are rendered, where env_var() and variables of the command line are known. */
static Yaml *rendered(const Selectors *s, const Scope *scope, const Yaml *yaml)
{
    Yaml *copy = arena_make(s->arena, Yaml);
    *copy = *yaml;
    PyValue value = py_none();
    if (yaml->type == YAML_IS_SCALAR && yaml->text && has_jinja(yaml->text) &&
        yaml_render(scope, SELECTORS, yaml, &value)) {
        set_scalar(s, copy, value);
    }
    copy->items.items = NULL;
    copy->items.count = copy->items.cap = 0;
    vec_each (Yaml *, it, &((Yaml *)yaml)->items) {
        vec_push(s->arena, &copy->items, rendered(s, scope, *it));
    }
    copy->members.items = NULL;
    copy->members.count = copy->members.cap = 0;
    vec_each (YamlMember, it, &((Yaml *)yaml)->members) {
        YamlMember member = *it;
        member.value = rendered(s, scope, it->value);
        vec_push(s->arena, &copy->members, member);
    }
    return copy;
}

void read_selectors(SelectGraph *graph)
{
    Reader *r = graph->r;
    const Yaml *yaml = read_yaml(r, r->files, SELECTORS);
    Selectors s = {graph, r->arena, files_get(r->files, SELECTORS)};
    if (yaml && has_jinja(s.file->text)) {
        Scope scope = file_scope(r, SCOPE_PROFILE, r->root);
        yaml = rendered(&s, &scope, yaml);
    }
    static const char *const known[] = {"selectors", "version", NULL};
    check_keys(r, SELECTORS, yaml, SELECTORS, known);
    const Yaml *list = yaml_get(yaml, "selectors");
    if (yaml && (!list || list->type != YAML_IS_LIST)) {
        wrong(&s, yaml, "selectors.yml holds a list `selectors`");
        return;
    }
    for (size_t i = 0; list && i < list->items.count; i++) {
        read_one(&s, list->items.items[i]);
    }
}
