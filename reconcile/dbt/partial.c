/*
 * What dbt gives as a dict and Cutover knows in part. A member that is missing must not look empty: templates
 * would take their other branch. So it is refused, and so is whatever needs all members.
 */
#include "partial.h"

#include "cutover/str.h"

static bool refuse(JinjaRun *run, const Partial *partial, const char *name)
{
    jinja_fail(run, "CO2010", "'%s.%s' is not known to Cutover", partial->name, name);
    jinja_error(run)->hint = partial->hint;
    return false;
}

static bool find(JinjaRun *run, void *self, const char *name, PyValue *out)
{
    const Partial *partial = self;
    const PyValue *found = py_dict_find(partial->known, name);
    if (found) {
        *out = *found;
        return true;
    }
    return partial->missing(partial->self, name) && refuse(run, partial, name);
}

static bool call_get(JinjaCall *call, void *self, PyValue *out)
{
    PyValue arg[2];
    const char *key =
        jinja_bind(call, "key default?", arg) ? jinja_want_text(call->run, arg[0], "key") : NULL;
    if (!key) {
        return false;
    }
    const Partial *partial = self;
    const PyValue *found = py_dict_find(partial->known, key);
    if (!found && partial->missing(partial->self, key)) {
        jinja_point_at(call, 0);
        return refuse(call->run, partial, key);
    }
    *out = found ? *found : py_is_undefined(arg[1]) ? py_none() : arg[1];
    return true;
}

/* Methods come before members, as with every dict. */
static bool get_attribute(JinjaRun *run, void *self, const char *name, PyValue *out)
{
    static const char *const methods[] = {"items",   "keys",       "values", "pop",
                                          "popitem", "setdefault", "update", "copy",
                                          "clear",   "fromkeys",   NULL};
    if (str_eq(name, "get")) {
        *out = jinja_function(jinja_arena(run), "get", call_get, self);
        return true;
    }
    if (str_one_of(methods, name)) {
        const Partial *partial = self;
        return jinja_fail(run, "CO2010", "'%s.%s' needs all of it, and not all is known to Cutover",
                          partial->name, name);
    }
    return find(run, self, name, out);
}

static const JinjaClass class = {.name = "partly known dict",
                                 .get = get_attribute,
                                 .item = find,
                                 .mapping = true,
                                 .hidden = true};

PyValue partial_value(Arena *arena, const Partial *partial)
{
    Partial *copy = arena_make(arena, Partial);
    *copy = *partial;
    return jinja_object(arena, &class, copy);
}
