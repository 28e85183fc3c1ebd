/* Texts that are escaped already: Jinja's Markup, which its filters escape, forceescape, safe and tojson make. */
#include "jinja_run.h"

#include "cutover/str.h"

bool jinja_is_escaped(PyValue value)
{
    return value.type == PY_STRING && value.escaped;
}

static const char *entity_of(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '\'':
        return "&#39;";
    case '"':
        return "&#34;";
    default:
        return NULL;
    }
}

static bool escape_text(JinjaRun *run, const char *text, PyValue *out)
{
    Buf escaped = jinja_buf(run);
    for (; *text; text++) {
        const char *entity = entity_of(*text);
        if (entity) {
            buf_text(&escaped, entity);
        } else {
            buf_char(&escaped, *text);
        }
    }
    bool done = jinja_buf_done(run, &escaped, out);
    out->escaped = true;
    return done;
}

bool jinja_escape(JinjaRun *run, PyValue value, PyValue *out)
{
    const char *text;
    *out = value;
    return jinja_is_escaped(value) ||
           (jinja_text(run, value, &text) && escape_text(run, text, out));
}

/* A number stays one, since formats ask for it; it prints nothing that would be escaped. */
static bool escape_part(JinjaRun *run, PyValue value, PyValue *out)
{
    *out = value;
    return py_is_number(value) || value.type == PY_NONE || jinja_escape(run, value, out);
}

static bool escape_list(JinjaRun *run, const PyValue *items, size_t count, PyValue *out)
{
    *out = py_tuple(run->arena);
    for (size_t i = 0; i < count; i++) {
        PyValue part;
        if (!escape_part(run, items[i], &part)) {
            return false;
        }
        py_append(run->arena, *out, part);
    }
    return true;
}

static bool escape_dict(JinjaRun *run, const PyDict *dict, PyValue *out)
{
    *out = py_dict(run->arena);
    for (size_t i = 0; i < dict->count; i++) {
        PyValue part;
        if (!escape_part(run, dict->entries[i].value, &part)) {
            return false;
        }
        py_dict_set(run->arena, out->dict, dict->entries[i].key, part);
    }
    return true;
}

bool jinja_escape_values(JinjaRun *run, PyValue values, PyValue *out)
{
    if (values.type == PY_TUPLE) {
        return escape_list(run, values.list->items, values.list->count, out);
    }
    return values.type == PY_DICT ? escape_dict(run, values.dict, out)
                                  : escape_part(run, values, out);
}

/* --- methods -------------------------------------------------------------------------------- */

static bool escape_joined(JinjaCall *call, PyValue *argument)
{
    PyList items;
    return jinja_items(call->run, *argument, &items) &&
           escape_list(call->run, items.items, items.count, argument);
}

/* What the method puts into the text: what is joined, formatted, or comes instead of something. */
static bool escape_arguments(JinjaCall *call, PyValue *arguments, PyValue *named)
{
    if (str_eq(call->name, "join")) {
        return !call->count || escape_joined(call, arguments);
    }
    for (size_t i = 0; i < call->count; i++) {
        bool put_in = str_eq(call->name, "format") || (str_eq(call->name, "replace") && i == 1);
        if (put_in && arguments[i].type == PY_STRING &&
            !jinja_escape(call->run, arguments[i], &arguments[i])) {
            return false;
        }
    }
    return !str_eq(call->name, "format") || escape_dict(call->run, call->named, named);
}

static void mark(PyValue *value)
{
    value->escaped = value->type == PY_STRING;
    bool parts = value->type == PY_LIST || value->type == PY_TUPLE;
    for (size_t i = 0; parts && i < value->list->count; i++) {
        mark(&value->list->items[i]);
    }
}

bool jinja_call_escaped(JinjaCall *call, const Builtin *method, PyValue self, PyValue *out)
{
    PyValue arguments = py_tuple(call->arena), named;
    for (size_t i = 0; i < call->count; i++) {
        py_append(call->arena, arguments, call->args[i]);
    }
    named = (PyValue){.type = PY_DICT, .dict = (PyDict *)call->named};
    if (!escape_arguments(call, arguments.list->items, &named)) {
        return false;
    }
    call->args = arguments.list->items;
    call->named = named.dict;
    if (!jinja_call_builtin(call, method, self, out)) {
        return false;
    }
    mark(out);
    return true;
}

/* --- filters -------------------------------------------------------------------------------- */

bool jinja_filter_escape(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    (void)arg;
    return jinja_escape(call->run, self, out);
}

bool jinja_filter_forceescape(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    (void)arg;
    const char *text;
    return jinja_text(call->run, self, &text) && escape_text(call->run, text, out);
}

bool jinja_filter_safe(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    (void)arg;
    const char *text;
    if (!jinja_text(call->run, self, &text)) {
        return false;
    }
    *out = py_text(text);
    out->escaped = true;
    return true;
}
