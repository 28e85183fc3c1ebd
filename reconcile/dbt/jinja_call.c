/* Calling: macros, built-in functions and methods, functions of the host; binding of arguments. */
#include "jinja_run.h"

#include "cutover/str.h"

#include <string.h>

/* --- built-in functions --------------------------------------------------------------------- */

const Builtin *jinja_find_builtin(const Builtin *table, const char *name)
{
    for (; table && table->name; table++) {
        if (str_eq(table->name, name)) {
            return table;
        }
    }
    return NULL;
}

bool jinja_call_builtin(JinjaCall *call, const Builtin *builtin, PyValue self, PyValue *out)
{
    PyValue bound[JINJA_MAX_PARAMS];
    return jinja_bind(call, builtin->signature, bound) && builtin->fn(call, self, bound, out);
}

/* --- binding -------------------------------------------------------------------------------- */

typedef struct Param {
    char name[32];
    bool optional;
    int stars;
} Param;

/* The next parameter of a signature; false at its end. */
static bool next_param(const char **signature, Param *param)
{
    *signature += strspn(*signature, " ");
    size_t length = strcspn(*signature, " ");
    if (!length) {
        return false;
    }
    const char *word = *signature;
    *signature += length;
    param->stars = 0;
    while (length && word[length - 1] == '*') {
        param->stars++;
        length--;
    }
    param->optional = length && word[length - 1] == '?';
    length -= param->optional;
    length = length < sizeof param->name ? length : sizeof param->name - 1;
    memcpy(param->name, word, length);
    param->name[length] = '\0';
    return true;
}

static PyValue rest_of(JinjaCall *call, size_t from)
{
    PyValue rest = py_tuple(call->arena);
    for (size_t i = from; i < call->count; i++) {
        py_append(call->arena, rest, call->args[i]);
    }
    return rest;
}

/* Which arguments a binding has used. */
typedef struct Binding {
    size_t positional, named;
    bool rest, keyword_rest;
} Binding;

static PyValue keyword_rest(JinjaCall *call, const char *signature)
{
    PyValue rest = py_dict_copy(call->arena, call->named);
    Param param;
    while (next_param(&signature, &param)) {
        py_dict_remove(rest.dict, py_text(param.name), NULL);
    }
    return rest;
}

static bool bind_one(JinjaCall *call, const Param *param, Binding *binding, PyValue *out)
{
    const PyValue *named = py_dict_find(call->named, param->name);
    if (binding->positional < call->count && !binding->rest) {
        *out = call->args[binding->positional++];
        return !named || jinja_fail(call->run, "CO2012", "%s() got two values for argument \"%s\"",
                                    call->name, param->name);
    }
    if (named) {
        *out = *named;
        binding->named++;
        return true;
    }
    *out =
        py_undefined(str_concat(call->arena, "argument \"", param->name, "\" was not given", NULL));
    return param->optional || jinja_fail(call->run, "CO2012", "%s() needs the argument \"%s\"",
                                         call->name, param->name);
}

static bool unknown_keyword(JinjaCall *call, const char *signature)
{
    StrVec names = {0};
    for (size_t i = 0; i < call->named->count; i++) {
        const char *name = call->named->entries[i].key.text;
        const char *rest = signature;
        Param param;
        bool known = false;
        while (!known && next_param(&rest, &param)) {
            known = str_eq(param.name, name);
            vec_push(call->arena, &names, arena_strdup(call->arena, param.name));
        }
        if (!known) {
            jinja_fail(call->run, "CO2012", "%s() takes no argument \"%s\"", call->name, name);
            jinja_suggest(call->run, name, &names);
            return false;
        }
    }
    return true;
}

bool jinja_bind(JinjaCall *call, const char *signature, PyValue *out)
{
    Binding binding = {0};
    const char *rest = signature;
    Param param;
    for (; next_param(&rest, &param); out++) {
        if (param.stars == 1) {
            *out = rest_of(call, binding.positional);
            binding.rest = true;
        } else if (param.stars == 2) {
            *out = keyword_rest(call, signature);
            binding.keyword_rest = true;
        } else if (!bind_one(call, &param, &binding, out)) {
            return false;
        }
    }
    if (!binding.rest && binding.positional < call->count) {
        return jinja_fail(call->run, "CO2012", "%s() takes at most %zu argument%s, not %zu",
                          call->name, binding.positional, binding.positional == 1 ? "" : "s",
                          call->count);
    }
    bool all_used = !call->named || binding.named == call->named->count;
    return binding.keyword_rest || all_used || unknown_keyword(call, signature);
}

static bool wrong_param(JinjaCall *call, PyValue value, const char *name, const char *wanted)
{
    if (value.type == PY_UNDEFINED) {
        return jinja_fail_undefined(call->run, value);
    }
    return jinja_fail(call->run, "CO2011", "%s(): \"%s\" must be %s, not %s", call->name, name,
                      wanted, py_type_name(value));
}

bool jinja_int_param(JinjaCall *call, PyValue value, const char *name, int64_t other, int64_t *out)
{
    if (value.type == PY_UNDEFINED || value.type == PY_NONE) {
        *out = other;
        return true;
    }
    if (value.type != PY_INT && value.type != PY_BOOL) {
        return wrong_param(call, value, name, "an integer");
    }
    *out = value.type == PY_INT ? value.integer : value.boolean;
    return true;
}

bool jinja_text_param(JinjaCall *call, PyValue value, const char *name, const char *other,
                      const char **out)
{
    if (value.type == PY_STRING) {
        *out = value.text;
        return true;
    }
    *out = other;
    bool absent = value.type == PY_UNDEFINED || value.type == PY_NONE;
    return (absent && other) || wrong_param(call, value, name, "a text");
}

bool jinja_bool_param(PyValue value, bool other)
{
    return value.type == PY_UNDEFINED ? other : py_truth(value);
}

const char *jinja_want_text(JinjaRun *run, PyValue value, const char *argument)
{
    if (value.type == PY_STRING) {
        return value.text;
    }
    if (value.type == PY_UNDEFINED && value.text) {
        jinja_fail_undefined(run, value);
    } else {
        jinja_fail(run, "CO2011", "\"%s\" must be a text, not %s", argument, py_type_name(value));
    }
    return NULL;
}

/* --- macros --------------------------------------------------------------------------------- */

/* A macro's own rule for what it was given beyond its parameters. */
static bool bind_surplus(JinjaRun *run, const JinjaNode *macro, const PyList *args,
                         const PyValue *named)
{
    PyDict *vars = &run->scope->vars;
    size_t count = macro->items.count;
    if (macro->uses_caller && !py_dict_find(vars, "caller")) {
        PyValue caller;
        if (!py_dict_remove(named->dict, py_text("caller"), &caller)) {
            caller = py_undefined("no caller defined: the macro was not used in a call block");
        }
        py_dict_put(run->arena, vars, "caller", caller);
    }
    if (macro->uses_kwargs) {
        py_dict_put(run->arena, vars, "kwargs", *named);
    } else if (named->dict->count) {
        const char *name = named->dict->entries[0].key.text;
        return jinja_fail(run, "CO2012", "macro '%s' takes no keyword argument '%s'", macro->name,
                          name);
    }
    if (macro->uses_varargs) {
        PyValue rest = py_tuple(run->arena);
        for (size_t i = count; i < args->count; i++) {
            py_append(run->arena, rest, args->items[i]);
        }
        py_dict_put(run->arena, vars, "varargs", rest);
    } else if (args->count > count) {
        return jinja_fail(run, "CO2012", "macro '%s' takes not more than %zu argument%s",
                          macro->name, count, count == 1 ? "" : "s");
    }
    return true;
}

static PyValue missing_param(JinjaRun *run, const char *name)
{
    return py_undefined(arena_printf(run->arena, "parameter '%s' was not provided", name));
}

/* The parameters that were given; those that were not are left for their defaults. */
static void bind_given(JinjaRun *run, const JinjaNode *macro, const PyList *args,
                       const PyValue *named, bool *missing)
{
    for (size_t i = 0; i < macro->items.count; i++) {
        const char *name = macro->items.items[i]->name;
        PyValue value;
        missing[i] = false;
        if (i < args->count) {
            value = args->items[i];
        } else if (!py_dict_remove(named->dict, py_text(name), &value)) {
            missing[i] = true;
            continue;
        }
        py_dict_put(run->arena, &run->scope->vars, name, value);
    }
}

/* Defaults see the parameters in front of them, and are evaluated at each call. */
static bool bind_defaults(JinjaRun *run, const JinjaNode *macro, const bool *missing)
{
    for (size_t i = 0; i < macro->items.count; i++) {
        const JinjaNode *param = macro->items.items[i];
        if (!missing[i]) {
            continue;
        }
        PyValue value = missing_param(run, param->name);
        if (param->left && !jinja_eval(run, param->left, &value)) {
            return false;
        }
        py_dict_put(run->arena, &run->scope->vars, param->name, value);
    }
    return true;
}

/* The body of CLOSURE with its parameters set; *OUT is its text or what it returned. */
static bool run_macro(JinjaRun *run, const JinjaClosure *closure, const bool *missing, PyValue *out)
{
    const char *text;
    run->template = closure->template;
    bool ok = bind_defaults(run, closure->node, missing) &&
              jinja_capture(run, closure->node->right, &text);
    if (ok) {
        *out = py_text(text);
        return true;
    }
    /* A return() in a call block leaves the macro that calls the block, not the block alone. */
    if (run->stop == STOP_RETURN && closure->macro) {
        run->stop = STOP_NOT;
        *out = run->returned;
        return true;
    }
    return false;
}

static bool call_macro(JinjaRun *run, const JinjaNode *node, const JinjaClosure *closure,
                       const PyList *args, const PyDict *named, PyValue *out)
{
    if (run->frames >= run->env->limits.depth) {
        return jinja_fail(run, "CO2043", "macros call each other more than %d deep",
                          run->env->limits.depth);
    }
    const JinjaNode *macro = closure->node;
    PyValue left_over = py_dict_copy(run->arena, named);
    bool *missing = arena_array(run->arena, macro->items.count + 1, sizeof *missing);
    JinjaScope *outer = run->scope;
    const JinjaTemplate *template = run->template;
    const JinjaNode *here = run->here;
    JinjaScope *scope = arena_make(run->arena, JinjaScope);
    scope->outer = closure->scope;
    run->scope = scope;
    bind_given(run, macro, args, &left_over, missing);
    bool ok = bind_surplus(run, macro, args, &left_over);
    if (ok) {
        JinjaFrame frame = {.outer = run->frame,
                            .closure = closure,
                            .called_from = template,
                            .call = node ? node : here};
        run->frame = &frame;
        run->frames++;
        ok = run_macro(run, closure, missing, out);
        run->frames--;
        run->frame = frame.outer;
    }
    run->scope = outer;
    run->template = template;
    run->here = here;
    return ok;
}

/* --- anything ------------------------------------------------------------------------------- */

static bool call_object(JinjaRun *run, JinjaCall *call, PyValue callee, PyValue *out)
{
    const JinjaClass *class = callee.object->class;
    call->name = class->name;
    *out = py_none();
    if (class->call) {
        return class->call(call, callee.object->self, out);
    }
    return jinja_fail(run, "CO2011", "'%s' object is not callable", py_type_name(callee));
}

bool jinja_call_value(JinjaRun *run, const JinjaNode *node, PyValue callee, const PyList *args,
                      const PyDict *named, PyValue *out)
{
    static const PyList no_args;
    static const PyDict no_named;
    args = args ? args : &no_args;
    named = named ? named : &no_named;
    JinjaCall call = {.run = run,
                      .arena = run->arena,
                      .args = args->items,
                      .count = args->count,
                      .named = named,
                      .node = node};
    switch (callee.type) {
    case PY_MACRO:
        return call_macro(run, node, callee.macro, args, named, out);
    case PY_METHOD:
        call.name = callee.method->name;
        return (jinja_is_escaped(callee.method->self) ? jinja_call_escaped : jinja_call_builtin)(
            &call, callee.method->entry, callee.method->self, out);
    case PY_OBJECT:
        return call_object(run, &call, callee, out);
    case PY_UNDEFINED:
        *out = callee;
        return run->env->undefined == JINJA_SWALLOW || jinja_fail_undefined(run, callee);
    default:
        return jinja_fail(run, "CO2011", "'%s' object is not callable", py_type_name(callee));
    }
}

bool jinja_call(JinjaRun *run, PyValue callee, const PyList *args, const PyDict *named,
                PyValue *out)
{
    return jinja_call_value(run, NULL, callee, args, named, out);
}
