#include "exposures.h"

#include "groups.h"
#include "project_check.h"

#include "cutover/str.h"

#include <string.h>

/* ---- reading ---- */

static bool check_entry(Reader *r, const char *file, const Yaml *yaml, const char *name)
{
    static const char *const known[] = {"name",  "type",       "owner",  "description",
                                        "label", "maturity",   "meta",   "tags",
                                        "url",   "depends_on", "config", NULL};
    static const char *const types[] = {"dashboard", "notebook",    "analysis",
                                        "ml",        "application", NULL};
    const char *type = yaml_text(yaml_get(yaml, "type"));
    size_t errors = diags_count(r->diags, DIAG_ERROR);
    check_keys(r, file, yaml, "an exposure", known);
    if (!type || !str_one_of(types, type)) {
        find_at(r, DIAG_ERROR, P_KEY, place_key(file, yaml, "type"),
                "the type of exposure \"%s\" is dashboard, notebook, analysis, ml or application",
                name);
    }
    check_owner(r, file, yaml, arena_printf(r->arena, "exposure \"%s\"", name));
    return diags_count(r->diags, DIAG_ERROR) == errors;
}

/* The config KEY: what `config:` says, or dbt_project.yml. */
static PyValue config_of(const Scope *scope, const char *file, const Yaml *yaml, const char *key,
                         const Exposure *exposure)
{
    const Yaml *given = yaml_get(yaml_get(yaml, "config"), key);
    PyValue value = py_none();
    const ConfigValue *set = config_tree_get(scope->package->exposures, &exposure->fqn, key);
    const ConfigValue *over = config_tree_get(scope->reader->root->exposures, &exposure->fqn, key);
    if (given) {
        yaml_render(scope, file, given, &value);
    } else if (set) {
        value = set->value;
    }
    return over && scope->package != scope->reader->root ? over->value : value;
}

static void add_tags(Reader *r, Exposure *exposure, PyValue tags, Place place)
{
    if (tags.type != PY_LIST && !py_is_none(tags)) {
        find_at(r, DIAG_ERROR, P_CONFIG, place, "tags of an exposure must be a list");
    }
    for (size_t i = 0; tags.type == PY_LIST && i < tags.list->count; i++) {
        const char *tag = py_str(r->arena, tags.list->items[i]);
        if (!str_in(&exposure->tags, tag)) {
            vec_push(r->arena, &exposure->tags, tag);
        }
    }
}

static void read_config(const Scope *scope, const char *file, const Yaml *yaml, Exposure *exposure)
{
    Reader *r = scope->reader;
    PyValue enabled = config_of(scope, file, yaml, "enabled", exposure), tags = py_none();
    if (!py_is_none(enabled) && enabled.type != PY_BOOL) {
        find_at(r, DIAG_ERROR, P_CONFIG, place_key(file, yaml, "config"),
                "config \"enabled\" of %s must be true or false", exposure->id);
    }
    exposure->enabled = enabled.type != PY_BOOL || enabled.boolean;
    if (yaml_get(yaml, "tags")) {
        yaml_render(scope, file, yaml_get(yaml, "tags"), &tags);
    }
    add_tags(r, exposure, tags, place_key(file, yaml, "tags"));
    add_tags(r, exposure, config_of(scope, file, yaml, "tags", exposure),
             place_key(file, yaml, "config"));
}

void read_exposure(Reader *r, const Package *package, const char *file, const StrVec *folders,
                   const Yaml *yaml)
{
    const char *name = yaml_text(yaml_get(yaml, "name"));
    if (str_empty(name)) {
        find_at(r, DIAG_ERROR, P_KEY, place_of(file, yaml), "an exposure without a name");
        return;
    }
    if (!check_entry(r, file, yaml, name)) {
        return;
    }
    Exposure *exposure = arena_make(r->arena, Exposure);
    *exposure = (Exposure){.name = name,
                           .id = str_concat(r->arena, "exposure.", package->name, ".", name, NULL),
                           .package = package,
                           .file = file,
                           .yaml = yaml};
    vec_each (const char *, it, (StrVec *)folders) {
        vec_push(r->arena, &exposure->fqn, *it);
    }
    vec_push(r->arena, &exposure->fqn, name);
    Scope scope = file_scope(r, SCOPE_YAML, package);
    read_config(&scope, file, yaml, exposure);
    note_description(r, package, file, yaml);
    vec_push(r->arena, &r->exposures, exposure);
}

/* ---- what they read ---- */

/* The calls of one line of `depends_on`, met as those of READER. */
static void meet(Reader *r, Node *reader, const Yaml *line)
{
    const char *text = yaml_text(line);
    Place place = place_of(reader->place.file, line);
    if (!text) {
        find_at(r, DIAG_ERROR, P_KEY, place, "depends_on holds texts such as ref('daily')");
        return;
    }
    if (str_starts(str_trim(r->arena, text), "metric(")) {
        find_at(r, DIAG_WARNING, P_UNSUPPORTED, place,
                "metrics are not read: what %s reads by it is not seen", reader->id);
        return;
    }
    Scope scope = open_node_scope(r, reader, false);
    JinjaEnv env = scope_env(&scope);
    JinjaSource source = {.name = reader->place.file,
                          .text = arena_printf(r->arena, "{{ %s }}", text),
                          .first_line = line->line,
                          .owner = reader->package};
    source.length = strlen(source.text);
    Diags found = diags_new(r->arena);
    const JinjaTemplate *template = jinja_parse(scope.arena, &source, &found);
    Buf out = buf_new(scope.arena, 1u << 20);
    if (template) {
        jinja_render(scope.arena, &env, template, &out, &found);
    }
    place_found(r, &found, place);
    diags_take(r->diags, &found);
    close_node_scope(&scope);
}

static void add_id(Reader *r, Exposure *exposure, const char *id)
{
    if (!str_in(&exposure->reads, id)) {
        vec_push(r->arena, &exposure->reads, id);
    }
}

static void find_refs(Reader *r, Exposure *exposure, const Node *reader)
{
    vec_each (RefCall, ref, &((Node *)reader)->refs) {
        bool ambiguous = false;
        const Node *found = find_node(r, exposure->package, ref->package, ref->name, &ambiguous);
        if (found && found->enabled && !ambiguous) {
            check_access(r, reader, ref, found);
            add_id(r, exposure, found->id);
            continue;
        }
        find_at(r, DIAG_ERROR,
                ambiguous ? P_REF_AMBIGUOUS
                : found   ? P_REF_DISABLED
                          : P_REF,
                reader->place, "%s reads model \"%s\", which is %s", exposure->id, ref->name,
                ambiguous ? "in several packages"
                : found   ? "disabled"
                          : "not there");
    }
}

static void find_sources(Reader *r, Exposure *exposure, const Node *reader)
{
    vec_each (SourceCall, call, &((Node *)reader)->source_calls) {
        const Source *found = find_source(r, call->group, call->name);
        if (found && found->enabled) {
            add_id(r, exposure, found->id);
        } else {
            find_at(r, DIAG_ERROR, found ? P_REF_DISABLED : P_SOURCE, reader->place,
                    "%s reads source \"%s.%s\", which is %s", exposure->id, call->group, call->name,
                    found ? "disabled" : "not there");
        }
    }
}

static void resolve(Reader *r, Exposure *exposure)
{
    const Yaml *list = yaml_get(exposure->yaml, "depends_on");
    Node *reader = arena_make(r->arena, Node);
    *reader = (Node){.resource = RES_MODEL,
                     .package = exposure->package,
                     .id = exposure->id,
                     .name = exposure->name,
                     .fqn = exposure->fqn,
                     .config = py_dict(r->arena).dict,
                     .place = place_key(exposure->file, exposure->yaml, "depends_on")};
    for (size_t i = 0; list && i < list->items.count; i++) {
        meet(r, reader, list->items.items[i]);
    }
    find_refs(r, exposure, reader);
    find_sources(r, exposure, reader);
}

void resolve_exposures(Reader *r)
{
    vec_each (Exposure *, it, &r->exposures) {
        if (!(*it)->enabled) {
            continue;
        }
        if (map_put(r->arena, &r->exposure_ids, (*it)->id, *it)) {
            find_at(r, DIAG_ERROR, P_DUPLICATE_NODE,
                    place_of((*it)->file, yaml_get((*it)->yaml, "name")),
                    "there are two exposures \"%s\"", (*it)->name);
        }
        resolve(r, *it);
    }
}
