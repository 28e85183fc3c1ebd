/* `adapter`: dispatch and quoting. All else of it asks the database: introspect.c. */
#include "introspect.h"

#include "cutover/sqltok.h"
#include "cutover/str.h"

#include <string.h>

static bool adapter_dispatch(JinjaCall *call, void *self, PyValue *out)
{
    const Scope *scope = self;
    PyValue arg[2];
    if (!jinja_bind(call, "macro_name macro_namespace?", arg)) {
        return false;
    }
    const char *name = jinja_want_text(call->run, arg[0], "macro_name");
    const char *namespace = arg[1].type == PY_STRING ? arg[1].text : NULL;
    if (!name) {
        return false;
    }
    const Macro *macro =
        dispatch_macro(scope->reader, call->arena, scope->package, name, namespace);
    if (!macro) {
        return jinja_fail(call->run, P_DISPATCH,
                          "no macro materialize__%s, postgres__%s or default__%s%s%s", name, name,
                          name, namespace ? " for " : "", namespace ? namespace : "");
    }
    *out = macro->value;
    return true;
}

static bool adapter_quote(JinjaCall *call, void *self, PyValue *out)
{
    (void)self;
    PyValue arg[1];
    if (!jinja_bind(call, "identifier", arg)) {
        return false;
    }
    const char *name = jinja_want_text(call->run, arg[0], "identifier");
    *out = py_text(name ? sql_ident(call->arena, name) : NULL);
    return name;
}

static bool adapter_type(JinjaCall *call, void *self, PyValue *out)
{
    (void)call;
    (void)self;
    *out = py_text("materialize");
    return true;
}

static const JinjaMethod methods[] = {
    {"dispatch", adapter_dispatch},
    {"quote", adapter_quote},
    {"type", adapter_type},
    {NULL, NULL},
};

static bool adapter_get(JinjaRun *run, void *self, const char *name, PyValue *out)
{
    Scope *scope = self;
    if (jinja_method(run, methods, self, name, out)) {
        return true;
    }
    if (live_function(scope, arena_printf(scope->arena, "adapter.%s", name), out)) {
        return true;
    }
    if (scope->execute) {
        jinja_fail(run, P_UNSUPPORTED, "adapter.%s is not supported", name);
    }
    return false;
}

static const JinjaClass adapter_class = {.name = "adapter", .get = adapter_get};

PyValue adapter_object(const Scope *scope)
{
    return jinja_object(scope->arena, &adapter_class, (void *)scope);
}
