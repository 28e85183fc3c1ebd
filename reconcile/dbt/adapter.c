/* `adapter`: dispatch and quoting. All else of it asks the database, which a reader does not have. */
#include "reader.h"

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

static bool needs_database(JinjaCall *call, const Scope *scope)
{
    return !scope->execute || live_refused(call, "adapter.");
}

static bool adapter_live(JinjaCall *call, void *self, PyValue *out)
{
    *out = py_none();
    return needs_database(call, self);
}

/* What gives a list gives an empty one while a project is parsed. */
static bool adapter_live_list(JinjaCall *call, void *self, PyValue *out)
{
    *out = py_list(call->arena);
    return needs_database(call, self);
}

static bool adapter_live_bool(JinjaCall *call, void *self, PyValue *out)
{
    *out = py_bool(false);
    return needs_database(call, self);
}

static const struct {
    const char *name;
    JinjaFunction function;
} methods[] = {
    {"dispatch", adapter_dispatch},
    {"quote", adapter_quote},
    {"type", adapter_type},
    {"get_columns_in_relation", adapter_live_list},
    {"get_relation", adapter_live},
    {"get_missing_columns", adapter_live_list},
    {"check_schema_exists", adapter_live_bool},
    {"list_relations_without_caching", adapter_live},
    {"drop_relation", adapter_live},
    {"rename_relation", adapter_live},
    {"create_schema", adapter_live},
    {"drop_schema", adapter_live},
    {"execute", adapter_live},
    {"commit", adapter_live},
};

static bool adapter_get(JinjaRun *run, void *self, const char *name, PyValue *out)
{
    const Scope *scope = self;
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        if (str_eq(name, methods[i].name)) {
            *out = jinja_function(jinja_arena(run), methods[i].name, methods[i].function, self);
            return true;
        }
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
