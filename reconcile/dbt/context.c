/* What dbt's contexts give by name, besides macros: functions, objects and a few constants. */
#include "introspect.h"
#include "modules.h"
#include "partial.h"
#include "project_check.h"

#include "cutover/str.h"

#include <string.h>

/* An error at argument number INDEX that does not end the rendering, so that one run shows all that is
 * wrong. */
static Diag *soft_error(JinjaCall *call, size_t index, const char *code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const char *message = arena_vprintf(call->arena, format, args);
    va_end(args);
    jinja_point_at(call, index);
    jinja_warn(call->run, code, "%s", message);
    Diag *diag = &vec_last(&jinja_diags(call->run)->list);
    diag->severity = DIAG_ERROR;
    return diag;
}

static Place call_place(JinjaCall *call)
{
    const JinjaTemplate *here = jinja_here(call->run);
    Place place = {.file = here ? here->name : NULL};
    jinja_place(call->run, &place.line, &place.column, &place.length);
    return place;
}

/* ---- ref ---- */

static StrVec names_of_nodes(Reader *r)
{
    StrVec names = {0};
    map_each (it, &r->by_name) {
        if (((const NodeVec *)it->value)->count) {
            vec_push(r->arena, &names, it->key);
        }
    }
    return names;
}

static Diag *unknown_ref(JinjaCall *call, Reader *r, const char *package, const char *name)
{
    StrVec names = names_of_nodes(r);
    Diag *diag = soft_error(call, package != NULL, P_REF, "model \"%s%s%s\" not found",
                            package ? package : "", package ? "." : "", name);
    diag->label = did_you_mean(r, name, &names);
    return diag;
}

static bool is_dependency(const Node *node, const Node *other)
{
    for (size_t i = 0; i < node->depends.count; i++) {
        if (node->depends.items[i] == other) {
            return true;
        }
    }
    return false;
}

static void resolve_ref(JinjaCall *call, const Scope *scope, const char *package, const char *name,
                        PyValue *out)
{
    Reader *r = scope->reader;
    bool ambiguous = false;
    const Node *found = find_node(r, scope->package, package, name, &ambiguous);
    *out = relation_value(scope->arena, found ? found->rel : (RelName){"", "", name}, r->quoting,
                          found);
    if (ambiguous) {
        soft_error(call, package != NULL, P_REF_AMBIGUOUS, "several packages have a model \"%s\"",
                   name)
            ->hint = "name the package: ref('package', 'model')";
    } else if (!found) {
        unknown_ref(call, r, package, name);
    } else if (!found->enabled) {
        soft_error(call, package != NULL, P_REF_DISABLED, "model \"%s\" is disabled", name)->hint =
            arena_printf(r->arena, "enabled is set to false in %s",
                         config_place(found, "enabled").file);
    } else if (scope->node && scope->node != found && !is_dependency(scope->node, found)) {
        soft_error(call, package != NULL, P_REF_LATE,
                   "ref('%s') shows only while rendering, so its edge is unknown", name)
            ->hint = arena_printf(r->arena, "write `-- depends_on: {{ ref('%s') }}` into %s", name,
                                  scope->node->place.file);
    }
}

/* "daily.v2" for ref('daily', v=2); NULL after an error. */
static const char *versioned_name(JinjaCall *call, const char *name, PyValue version)
{
    if (!py_truth(version)) {
        return name;
    }
    if (version.type != PY_STRING && !py_is_number(version)) {
        jinja_fail(call->run, P_VERSIONS, "the version of ref() must be a text or a number, not %s",
                   py_type_name(version));
        return NULL;
    }
    return str_concat(call->arena, name, ".v", py_str(call->arena, version), NULL);
}

bool call_ref(JinjaCall *call, void *self, PyValue *out)
{
    const Scope *scope = self;
    Reader *r = scope->reader;
    PyValue arg[4];
    if (!jinja_bind(call, "model_name second? version? v?", arg)) {
        return false;
    }
    const char *first = jinja_want_text(call->run, arg[0], "model_name");
    const char *second =
        py_is_undefined(arg[1]) ? NULL : jinja_want_text(call->run, arg[1], "model_name");
    if (!first || (!second && !py_is_undefined(arg[1]))) {
        return false;
    }
    const char *name = second ? second : first, *package = second ? first : NULL;
    const char *wanted = versioned_name(call, name, py_truth(arg[2]) ? arg[2] : arg[3]);
    if (!wanted) {
        return false;
    }
    if (scope->execute) {
        resolve_ref(call, scope, package, wanted, out);
        return true;
    }
    if (scope->node && !scope->naming) {
        vec_push(r->arena, &scope->node->refs,
                 (RefCall){arena_strdup(r->arena, package), arena_strdup(r->arena, wanted),
                           call_place(call)});
    }
    *out = relation_value(scope->arena, (RelName){r->target.database, r->target.schema, name},
                          r->quoting, NULL);
    return true;
}

/* ---- source ---- */

static void unknown_source(JinjaCall *call, Reader *r, const char *group, const char *name)
{
    StrVec names = {0};
    bool has_group = false;
    vec_each (Source *, it, &r->sources) {
        has_group |= str_eq((*it)->group, group);
        vec_push(r->arena, &names, arena_printf(r->arena, "%s.%s", (*it)->group, (*it)->name));
    }
    const char *wanted = arena_printf(r->arena, "%s.%s", group, name);
    Diag *diag = soft_error(call, has_group, P_SOURCE, "source \"%s\" not found", wanted);
    diag->label = did_you_mean(r, wanted, &names);
}

bool call_source(JinjaCall *call, void *self, PyValue *out)
{
    const Scope *scope = self;
    Reader *r = scope->reader;
    PyValue arg[2];
    if (!jinja_bind(call, "source_name table_name", arg)) {
        return false;
    }
    const char *group = jinja_want_text(call->run, arg[0], "source_name");
    const char *name = group ? jinja_want_text(call->run, arg[1], "table_name") : NULL;
    if (!name) {
        return false;
    }
    const Source *source = find_source(r, group, name);
    RelName rel = source ? source->rel : (RelName){r->target.database, group, name};
    *out = relation_value(scope->arena, rel, source ? source->quoting : (Quoting){0}, NULL);
    if (!scope->execute && scope->node && !scope->naming) {
        vec_push(r->arena, &scope->node->source_calls,
                 (SourceCall){arena_strdup(r->arena, group), arena_strdup(r->arena, name),
                              call_place(call)});
    }
    if (scope->execute && !source) {
        unknown_source(call, r, group, name);
    } else if (scope->execute && !source->enabled) {
        soft_error(call, 0, P_REF_DISABLED, "source \"%s.%s\" is disabled", group, name);
    }
    return true;
}

/* ---- var, env_var ---- */

/* Texts in vars may hold Jinja, and dbt renders them at each use. */
static bool render_var(JinjaCall *call, const Scope *scope, PyValue value, PyValue *out)
{
    *out = value;
    if (value.type != PY_STRING || !has_jinja(value.text)) {
        return true;
    }
    JinjaSource source = {.name = scope->reader->root->file,
                          .text = value.text,
                          .length = strlen(value.text),
                          .owner = scope->package};
    const JinjaTemplate *template = jinja_parse(scope->arena, &source, scope->reader->diags);
    const char *text = NULL;
    if (!template || !jinja_render_inside(call->run, template, &text)) {
        return false;
    }
    *out = py_text(text);
    return true;
}

static bool call_var(JinjaCall *call, void *self, PyValue *out)
{
    const Scope *scope = self;
    PyValue arg[2];
    if (!jinja_bind(call, "name default?", arg)) {
        return false;
    }
    const char *name = jinja_want_text(call->run, arg[0], "name");
    if (!name) {
        return false;
    }
    const PyValue *value = var_value(scope->reader, scope, name);
    if (value) {
        return render_var(call, scope, *value, out);
    }
    if (!py_is_undefined(arg[1])) {
        return render_var(call, scope, arg[1], out);
    }
    if (scope->kind == SCOPE_NODE && !scope->execute) {
        *out = py_none();
        return true;
    }
    jinja_point_at(call, 0);
    jinja_fail(call->run, P_VAR, "var \"%s\" has no value", name);
    jinja_error(call->run)->label = nearest_var(scope->reader, scope, name);
    jinja_error(call->run)->hint =
        "set it below `vars:` in dbt_project.yml, or give a default: var('name', value)";
    return false;
}

static bool var_has(JinjaCall *call, void *self, PyValue *out)
{
    const Scope *scope = self;
    PyValue arg[1];
    const char *name =
        jinja_bind(call, "name", arg) ? jinja_want_text(call->run, arg[0], "name") : NULL;
    *out = py_bool(name && var_value(scope->reader, scope, name));
    return name;
}

static bool var_get(JinjaRun *run, void *self, const char *name, PyValue *out)
{
    bool has = str_eq(name, "has_var");
    if (has) {
        *out = jinja_function(jinja_arena(run), "var.has_var", var_has, self);
    }
    return has;
}

static const JinjaClass var_class = {.name = "var", .get = var_get, .call = call_var};

static bool call_env_var(JinjaCall *call, void *self, PyValue *out)
{
    const Scope *scope = self;
    PyValue arg[2];
    if (!jinja_bind(call, "var default?", arg)) {
        return false;
    }
    const char *name = jinja_want_text(call->run, arg[0], "var");
    if (!name) {
        return false;
    }
    const char *value = map_get(scope->reader->options->env, name);
    if (str_starts(name, "DBT_ENV_SECRET") && scope->kind != SCOPE_PROFILE) {
        return jinja_fail(call->run, P_ENV_VAR, "secret \"%s\" may only be used in profiles.yml",
                          name);
    }
    if (!value && py_is_undefined(arg[1])) {
        jinja_point_at(call, 0);
        jinja_fail(call->run, P_ENV_VAR, "env_var \"%s\" is not set", name);
        jinja_error(call->run)->hint =
            "give a default, env_var('NAME', 'value'), or set it where Cutover runs and name it "
            "under repositories.env";
        return false;
    }
    *out = value ? py_text(value) : arg[1];
    return true;
}

/* ---- what fails, what is said ---- */

/* A message in the project's words, which may be set in lines: as one, since each finding has one. */
static const char *message_of(Arena *arena, PyValue value)
{
    const char *text = str_trim(arena, py_str(arena, value));
    Buf line = buf_new(arena, strlen(text) + 1);
    for (const char *at = text; *at;) {
        size_t word = strcspn(at, "\r\n");
        buf_add(&line, at, word);
        at += word;
        size_t gap = strspn(at, " \t\r\n");
        buf_text(&line, gap ? " " : "");
        at += gap;
    }
    return line.data;
}

static bool call_raise(JinjaCall *call, void *self, PyValue *out)
{
    (void)self;
    PyValue arg[2];
    *out = py_none();
    if (!jinja_bind(call, "msg node?", arg)) {
        return false;
    }
    return jinja_fail(call->run, P_RAISED, "%s", message_of(call->arena, arg[0]));
}

static bool call_warn(JinjaCall *call, void *self, PyValue *out)
{
    const Scope *scope = self;
    PyValue arg[2];
    *out = py_text("");
    if (!jinja_bind(call, "msg node?", arg)) {
        return false;
    }
    if (scope->execute) {
        jinja_warn(call->run, P_RAISED, "%s", message_of(call->arena, arg[0]));
    }
    return true;
}

static bool call_nothing(JinjaCall *call, void *self, PyValue *out)
{
    (void)call;
    (void)self;
    *out = py_text("");
    return true;
}

/* ---- the tables of names ---- */

typedef struct NamedFunction {
    const char *name;
    ScopeKind from; /* the smallest context that has it */
    JinjaFunction function;
} NamedFunction;

static bool call_stand_in(JinjaCall *call, void *self, PyValue *out)
{
    (void)self;
    (void)out;
    return jinja_fail(call->run, FOLLOWS, "a macro that cannot be read");
}

static const NamedFunction functions[] = {
    {"env_var", SCOPE_PROFILE, call_env_var}, {"log", SCOPE_PROFILE, call_nothing},
    {"print", SCOPE_PROFILE, call_nothing},   {"ref", SCOPE_NODE, call_ref},
    {"source", SCOPE_NODE, call_source},      {STAND_IN, SCOPE_NODE, call_stand_in},
};

static bool find_function(Scope *scope, const char *name, PyValue *out)
{
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        if (scope->kind >= functions[i].from && str_eq(name, functions[i].name)) {
            *out = jinja_function(scope->arena, functions[i].name, functions[i].function, scope);
            return true;
        }
    }
    return false;
}

void context_names(const Scope *scope, Arena *arena, StrVec *out)
{
    static const char *const others[] = {"var",   "target",  "config",     "this",
                                         "model", "adapter", "exceptions", "execute"};
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        if (scope->kind >= functions[i].from && !str_eq(functions[i].name, STAND_IN)) {
            vec_push(arena, out, functions[i].name);
        }
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        vec_push(arena, out, others[i]);
    }
    live_names(arena, out);
}

static PyValue exceptions_value(Scope *scope)
{
    static const char *const raising[] = {"raise_compiler_error", "raise_not_implemented",
                                          "raise_parsing_error", "raise_database_error", NULL};
    Arena *arena = scope->arena;
    PyValue exceptions = py_dict(arena);
    for (const char *const *it = raising; *it; it++) {
        py_dict_put(arena, exceptions.dict, *it, jinja_function(arena, *it, call_raise, scope));
    }
    py_dict_put(arena, exceptions.dict, "warn", jinja_function(arena, "warn", call_warn, scope));
    return exceptions;
}

/* The others are the caller's: how dbt was called, and from where. */
static bool is_any_flag(const void *self, const char *name)
{
    (void)self;
    (void)name;
    return true;
}

static PyValue flags_value(Scope *scope)
{
    Arena *arena = scope->arena;
    PyValue flags = py_dict(arena);
    py_dict_put(arena, flags.dict, "FULL_REFRESH", py_bool(false));
    py_dict_put(arena, flags.dict, "STORE_FAILURES", py_bool(false));
    py_dict_put(arena, flags.dict, "WHICH", py_text("compile"));
    return partial_value(arena,
                         &(Partial){.name = "flags", .known = flags.dict, .missing = is_any_flag});
}

static PyValue builtins_value(Scope *scope)
{
    Arena *arena = scope->arena;
    PyValue builtins = py_dict(arena), function;
    static const char *const names[] = {"ref", "source", NULL};
    for (const char *const *it = names; *it; it++) {
        find_function(scope, *it, &function);
        py_dict_put(arena, builtins.dict, *it, function);
    }
    py_dict_put(arena, builtins.dict, "config", config_object(scope));
    return builtins;
}

/* What depends on the node being rendered. */
static bool node_name(Scope *scope, const char *name, PyValue *out)
{
    Reader *r = scope->reader;
    const Node *node = scope->node;
    bool known = true;
    if (str_eq(name, "config")) {
        *out = config_object(scope);
    } else if (str_eq(name, "this") && node) {
        *out = relation_value(scope->arena, node->rel, r->quoting, NULL);
    } else if (str_eq(name, "model") && node) {
        *out = node_value(scope, node);
    } else if (str_eq(name, "schema")) {
        *out = py_text(node && node->rel.schema ? node->rel.schema : r->target.schema);
    } else if (str_eq(name, "database")) {
        *out = py_text(node && node->rel.database ? node->rel.database : r->target.database);
    } else {
        known = false;
    }
    return known;
}

static bool host_name(Scope *scope, const char *name, PyValue *out)
{
    bool known = true;
    if (str_eq(name, "execute")) {
        *out = py_bool(scope->execute);
    } else if (str_eq(name, "adapter")) {
        *out = adapter_object(scope);
    } else if (str_eq(name, "api")) {
        *out = relation_api(scope->arena, &scope->reader->quoting);
    } else if (str_eq(name, "exceptions")) {
        *out = exceptions_value(scope);
    } else if (str_eq(name, "flags")) {
        *out = flags_value(scope);
    } else if (str_eq(name, "builtins")) {
        *out = builtins_value(scope);
    } else if (str_eq(name, "modules")) {
        *out = modules_object(scope->arena, scope->execute);
    } else {
        known = false;
    }
    return known;
}

/* Names that dbt has and that a reader cannot give: not as "undefined", which a template may print or
 * test, but as an error wherever they are used. A name that the project defines itself is its own. */
static const char *const refused_everywhere[] = {"run_started_at",
                                                 "invocation_id",
                                                 "thread_id",
                                                 "context",
                                                 "fromyaml",
                                                 "toyaml",
                                                 "diff_of_two_dicts",
                                                 "flags",
                                                 "modules",
                                                 "builtins",
                                                 "cycler",
                                                 "joiner",
                                                 "lipsum",
                                                 NULL};
static const char *const refused_in_nodes[] = {"graph",
                                               "render",
                                               "invocation_args_dict",
                                               "dbt_metadata_envs",
                                               "column",
                                               "env",
                                               "sql",
                                               "sql_now",
                                               "pre_hooks",
                                               "post_hooks",
                                               "compiled_code",
                                               "validation",
                                               "write",
                                               "selected_resources",
                                               "submit_python_job",
                                               "try_or_compiler_error",
                                               "store_raw_result",
                                               "load_agate_table",
                                               "context_macro_stack",
                                               "_sql_results",
                                               "metric",
                                               "adapter_macro",
                                               "defer_relation",
                                               NULL};

static bool refused_name(const Scope *scope, const char *name, PyValue *out)
{
    bool refused = str_one_of(refused_everywhere, name) ||
                   (scope->kind == SCOPE_NODE && str_one_of(refused_in_nodes, name));
    if (refused) {
        *out = py_undefined(arena_printf(scope->arena, "'%s' is not supported by Cutover", name));
        out->refused = true;
    }
    return refused;
}

static bool is_unknown_setting(const void *self, const char *name)
{
    return str_in(self, name);
}

/* Who changes it, changes it for this rendering alone. */
static PyValue target_value(Scope *scope)
{
    Target *target = &scope->reader->target;
    if (target->unknown.count) {
        return partial_value(scope->arena,
                             &(Partial){.name = "target",
                                        .known = target->values,
                                        .missing = is_unknown_setting,
                                        .self = &target->unknown,
                                        .hint =
                                            "give it in the target's output in profiles.yml; where "
                                            "it comes from env_var(), name that under "
                                            "repositories.env"});
    }
    if (!scope->target) {
        scope->target = own_dict(scope, scope->reader->target.values);
    }
    return (PyValue){.type = PY_DICT, .dict = scope->target};
}

bool context_value(Scope *scope, const char *name, PyValue *out)
{
    Reader *r = scope->reader;
    if (str_eq(name, "var")) {
        *out = jinja_object(scope->arena, &var_class, scope);
        return true;
    }
    if (str_eq(name, "target") && scope->kind != SCOPE_PROFILE) {
        *out = target_value(scope);
        return true;
    }
    if (str_eq(name, "project_name") && r->root) {
        *out = py_text(r->root->name);
        return true;
    }
    if (find_function(scope, name, out)) {
        return true;
    }
    if (str_eq(name, "dbt_version")) {
        *out = py_text(DBT_VERSION);
        return true;
    }
    return (scope->kind == SCOPE_NODE &&
            (node_name(scope, name, out) || host_name(scope, name, out) ||
             live_function(scope, name, out))) ||
           refused_name(scope, name, out);
}
