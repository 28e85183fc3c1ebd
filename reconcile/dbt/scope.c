/*
 * How names are found in a rendering: macros of the node's package, the root project and dbt win over
 * packages' names, and these over what dbt itself gives.
 */
#include "reader.h"

#include "cutover/str.h"

#include <string.h>

/* ---- macros of a package, as package.macro ---- */

static void no_macro(JinjaRun *run, const Package *package, const char *name)
{
    const Scope *scope = jinja_context(run);
    StrVec names = {0};
    map_each (it, &package->macros) {
        vec_push(scope->reader->arena, &names, it->key);
    }
    jinja_fail(run, P_NO_MACRO, "package \"%s\" has no macro \"%s\"%s", package->name, name,
               package == scope->reader->builtin ? " that Cutover supports" : "");
    jinja_error(run)->label = did_you_mean(scope->reader, name, &names);
}

static bool namespace_get(JinjaRun *run, void *self, const char *name, PyValue *out)
{
    const Package *package = self;
    const Scope *scope = jinja_context(run);
    const Macro *macro = map_get(&package->macros, name);
    if (macro) {
        *out = macro->value;
    } else if (scope->execute) {
        no_macro(run, package, name);
    }
    return macro;
}

static const JinjaClass namespace_class = {.name = "MacroNamespace", .get = namespace_get};

/* ---- vars ---- */

static const PyValue *value_in(Arena *arena, const Yaml *map, const char *name)
{
    const Yaml *yaml = yaml_get(map, name);
    if (!yaml) {
        return NULL;
    }
    PyValue *value = arena_make(arena, PyValue);
    *value = yaml_value(arena, yaml);
    return value;
}

static const PyValue *value_of_package(Arena *arena, const Package *owner, const Package *user,
                                       const char *name)
{
    const Yaml *vars = yaml_get(owner->yaml, "vars");
    const PyValue *value = value_in(arena, yaml_get(vars, user->name), name);
    return value ? value : value_in(arena, vars, name);
}

const PyValue *var_value(Reader *r, const Scope *scope, const char *name)
{
    const PyValue *value = value_in(scope->arena, r->options->vars, name);
    if (value || scope->kind == SCOPE_PROFILE || scope->kind == SCOPE_PROJECT) {
        return value;
    }
    const Package *package = scope->package && scope->package->yaml ? scope->package : r->root;
    value = value_of_package(scope->arena, r->root, package, name);
    return value || package == r->root ? value
                                       : value_of_package(scope->arena, package, package, name);
}

const char *nearest_var(Reader *r, const Scope *scope, const char *name)
{
    const Package *package = scope->package && scope->package->yaml ? scope->package : r->root;
    const Yaml *of_root = yaml_get(r->root->yaml, "vars");
    const Yaml *places[] = {r->options->vars, of_root, yaml_get(of_root, package->name),
                            yaml_get(package->yaml, "vars")};
    StrVec names = {0};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        for (size_t j = 0; places[i] && j < places[i]->members.count; j++) {
            vec_push(r->arena, &names, places[i]->members.items[j].key);
        }
    }
    return did_you_mean(r, name, &names);
}

/* ---- looking up ---- */

/* As seen from the node's package, also inside macros of other packages: that is why dbt's packages
 * call their own macros with the package in front. */
static bool lookup_macro(const Scope *scope, const char *name, PyValue *out)
{
    const Reader *r = scope->reader;
    const Macro *macro = find_macro(r, scope->package, name);
    if (macro) {
        *out = macro->value;
        return true;
    }
    Package *named = map_get(&r->package_by_name, name);
    if (named) {
        *out = jinja_object(scope->arena, &namespace_class, named);
    }
    return named;
}

static bool lookup(void *context, const JinjaTemplate *from, const char *name, PyValue *out)
{
    (void)from;
    Scope *scope = context;
    if (scope->kind == SCOPE_NODE && lookup_macro(scope, name, out)) {
        return true;
    }
    return context_value(scope, name, out);
}

static void names(void *context, Arena *arena, StrVec *out)
{
    const Scope *scope = context;
    const Reader *r = scope->reader;
    const Package *places[] = {scope->package, r->root, r->builtin};
    for (size_t i = 0; scope->kind == SCOPE_NODE && i < sizeof places / sizeof *places; i++) {
        for (size_t j = 0; places[i] && j < places[i]->macros.count; j++) {
            vec_push(arena, out, places[i]->macros.entries[j].key);
        }
    }
    context_names(scope, arena, out);
}

/* ---- a scope's life ---- */

Scope file_scope(Reader *r, ScopeKind kind, const Package *package)
{
    return (Scope){.reader = r, .kind = kind, .package = package, .arena = r->arena};
}

Scope open_node_scope(Reader *r, Node *node, bool execute)
{
    Arena *arena = r->spare ? r->spare : arena_new();
    r->spare = NULL;
    return (Scope){.reader = r,
                   .kind = SCOPE_NODE,
                   .package = node->package,
                   .node = node,
                   .execute = execute,
                   .arena = arena};
}

void close_node_scope(Scope *scope)
{
    Reader *r = scope->reader;
    if (scope->outlives_it) {
        arena_adopt(r->arena, scope->arena);
    } else if (r->spare) {
        arena_free(scope->arena);
    } else {
        arena_clear(scope->arena);
        r->spare = scope->arena;
    }
    scope->arena = NULL;
}

/* What cannot be copied is shared, and then the rendering's arena has to stay. */
PyValue keep_value(Scope *scope, PyValue value)
{
    PyValue copy = value;
    if (!py_copy(scope->reader->arena, value, &copy)) {
        scope->outlives_it = true;
        copy = value;
    }
    return copy;
}

PyDict *own_dict(Scope *scope, PyDict *kept)
{
    PyValue value = {.type = PY_DICT, .dict = kept}, copy = value;
    if (!py_copy_around_texts(scope->arena, value, &copy)) {
        scope->outlives_it = true;
        return kept;
    }
    return copy.dict;
}

JinjaEnv scope_env(const Scope *scope)
{
    JinjaLimits limits = jinja_limits();
    int64_t steps = scope->reader->options->steps;
    if (steps > 0 && (size_t)steps < limits.steps) {
        limits.steps = (size_t)steps;
    }
    return (JinjaEnv){
        .lookup = lookup,
        .names = names,
        .context = (void *)scope,
        .undefined = scope->kind == SCOPE_NODE && !scope->execute ? JINJA_SWALLOW : JINJA_PLAIN,
        .limits = limits,
    };
}
