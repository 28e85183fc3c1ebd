#include "column.h"

#include "cutover/str.h"

#include <string.h>
#include <strings.h>

typedef struct Column {
    const char *name, *dtype;
    PyValue char_size, precision, scale;
} Column;

typedef enum Family {
    FAMILY_STRING,
    FAMILY_FLOAT,
    FAMILY_INTEGER,
    FAMILY_NUMERIC,
    FAMILIES
} Family;

/* dbt knows PostgreSQL's names; Materialize's own types (uint4 ...) belong to none of these. */
static const char *const families[FAMILIES][13] = {
    [FAMILY_STRING] = {"text", "character varying", "character", "varchar"},
    [FAMILY_FLOAT] = {"real", "float4", "float", "double precision", "float8", "double"},
    [FAMILY_INTEGER] = {"smallint", "integer", "bigint", "smallserial", "serial", "bigserial",
                        "int2", "int4", "int8", "serial2", "serial4", "serial8"},
    [FAMILY_NUMERIC] = {"numeric", "decimal"},
};

static bool is_of(const Column *column, Family family)
{
    for (const char *const *it = families[family]; *it; it++) {
        if (strcasecmp(*it, column->dtype) == 0) {
            return true;
        }
    }
    return false;
}

static const char *numeric_type(Arena *arena, const Column *column)
{
    bool scaled = !py_is_none(column->precision) && !py_is_none(column->scale);
    return scaled ? arena_printf(arena, "%s(%s,%s)", column->dtype,
                                 py_str(arena, column->precision), py_str(arena, column->scale))
                  : column->dtype;
}

static const char *data_type(Arena *arena, const Column *column)
{
    bool sized = !py_is_none(column->char_size);
    bool text = strcasecmp(column->dtype, "text") == 0;
    bool varying = strcasecmp(column->dtype, "character varying") == 0;
    if (is_of(column, FAMILY_STRING) && !text && !(varying && !sized)) {
        return arena_printf(arena, "character varying(%s)",
                            sized ? py_str(arena, column->char_size) : "256");
    }
    return is_of(column, FAMILY_NUMERIC) ? numeric_type(arena, column) : column->dtype;
}

/* ---- methods ---- */

static bool answer_family(const Column *column, Family family, PyValue *out)
{
    *out = py_bool(is_of(column, family));
    return true;
}

static bool call_is_string(JinjaCall *call, void *self, PyValue *out)
{
    (void)call;
    return answer_family(self, FAMILY_STRING, out);
}

static bool call_is_float(JinjaCall *call, void *self, PyValue *out)
{
    (void)call;
    return answer_family(self, FAMILY_FLOAT, out);
}

static bool call_is_integer(JinjaCall *call, void *self, PyValue *out)
{
    (void)call;
    return answer_family(self, FAMILY_INTEGER, out);
}

static bool call_is_numeric(JinjaCall *call, void *self, PyValue *out)
{
    (void)call;
    return answer_family(self, FAMILY_NUMERIC, out);
}

static bool call_is_number(JinjaCall *call, void *self, PyValue *out)
{
    (void)call;
    *out = py_bool(is_of(self, FAMILY_FLOAT) || is_of(self, FAMILY_INTEGER) ||
                   is_of(self, FAMILY_NUMERIC));
    return true;
}

static bool call_string_size(JinjaCall *call, void *self, PyValue *out)
{
    const Column *column = self;
    if (!is_of(column, FAMILY_STRING)) {
        return jinja_fail(call->run, "CO2011", "string_size() of %s, which is no text",
                          column->name);
    }
    bool sized = !py_is_none(column->char_size) && !str_eq(column->dtype, "text");
    *out = sized ? column->char_size : py_int(256);
    return true;
}

static bool call_literal(JinjaCall *call, void *self, PyValue *out)
{
    PyValue arg[1];
    if (!jinja_bind(call, "value", arg)) {
        return false;
    }
    *out = py_text(arena_printf(call->arena, "%s::%s", py_str(call->arena, arg[0]),
                                data_type(call->arena, self)));
    return true;
}

static const JinjaMethod methods[] = {
    {"is_string", call_is_string},     {"is_number", call_is_number},
    {"is_float", call_is_float},       {"is_integer", call_is_integer},
    {"is_numeric", call_is_numeric},   {"literal", call_literal},
    {"string_size", call_string_size}, {NULL, NULL},
};

static bool column_get(JinjaRun *run, void *self, const char *name, PyValue *out)
{
    const Column *column = self;
    Arena *arena = jinja_arena(run);
    const struct {
        const char *name;
        PyValue value;
    } members[] = {
        {"name", py_text(column->name)},
        {"column", py_text(column->name)},
        {"dtype", py_text(column->dtype)},
        {"char_size", column->char_size},
        {"numeric_precision", column->precision},
        {"numeric_scale", column->scale},
        {"quoted", py_text(arena_printf(arena, "\"%s\"", column->name))}, /* as dbt: no doubling */
        {"data_type", py_text(data_type(arena, column))},
        {"expanded_data_type", py_text(data_type(arena, column))},
    };
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        if (str_eq(name, members[i].name)) {
            *out = members[i].value;
            return true;
        }
    }
    return jinja_method(run, methods, self, name, out);
}

static const char *column_text(Arena *arena, void *self)
{
    const Column *column = self;
    return arena_printf(arena,
                        "PostgresColumn(column=%s, dtype=%s, char_size=%s, numeric_precision=%s, "
                        "numeric_scale=%s)",
                        py_repr(arena, py_text(column->name)),
                        py_repr(arena, py_text(column->dtype)), py_repr(arena, column->char_size),
                        py_repr(arena, column->precision), py_repr(arena, column->scale));
}

static bool column_order(const void *self, PyValue other, int *order);

static const JinjaClass column_class = {.name = "PostgresColumn",
                                        .get = column_get,
                                        .text = column_text,
                                        .repr = column_text,
                                        .order = column_order};

/* Two are equal when all of them is; they have no other order. */
static bool column_order(const void *self, PyValue other, int *order)
{
    const Column *a = self, *b = jinja_object_of(other, &column_class);
    *order = 0;
    return b && str_eq(a->name, b->name) && str_eq(a->dtype, b->dtype) &&
           py_equal(a->char_size, b->char_size) && py_equal(a->precision, b->precision) &&
           py_equal(a->scale, b->scale);
}

/* ---- making ---- */

PyValue column_value(Arena *arena, const char *name, const char *dtype)
{
    Column *column = arena_make(arena, Column);
    *column = (Column){name, dtype, py_none(), py_none(), py_none()};
    return jinja_object(arena, &column_class, column);
}

const char *column_name(PyValue value)
{
    const Column *column = jinja_object_of(value, &column_class);
    return column ? column->name : NULL;
}

static PyValue or_none(PyValue value)
{
    return py_is_undefined(value) ? py_none() : value;
}

static bool call_make(JinjaCall *call, void *self, PyValue *out)
{
    (void)self;
    PyValue arg[5];
    if (!jinja_bind(call, "column dtype char_size? numeric_precision? numeric_scale?", arg)) {
        return false;
    }
    Column *column = arena_make(call->arena, Column);
    *column = (Column){py_str(call->arena, arg[0]), py_str(call->arena, arg[1]), or_none(arg[2]),
                       or_none(arg[3]), or_none(arg[4])};
    *out = jinja_object(call->arena, &column_class, column);
    return true;
}

/* dbt translates the one name that it knows to be another database's. */
static const char *translated(const char *dtype)
{
    return strcasecmp(dtype, "string") == 0 ? "TEXT" : dtype;
}

static bool call_create(JinjaCall *call, void *self, PyValue *out)
{
    (void)self;
    PyValue arg[2];
    if (!jinja_bind(call, "name label_or_dtype", arg)) {
        return false;
    }
    *out = column_value(call->arena, py_str(call->arena, arg[0]),
                        translated(py_str(call->arena, arg[1])));
    return true;
}

static bool call_translate(JinjaCall *call, void *self, PyValue *out)
{
    (void)self;
    PyValue arg;
    if (!jinja_bind(call, "dtype", &arg)) {
        return false;
    }
    *out = py_text(translated(py_str(call->arena, arg)));
    return true;
}

static bool call_numeric(JinjaCall *call, void *self, PyValue *out)
{
    (void)self;
    PyValue arg[3];
    if (!jinja_bind(call, "dtype precision scale", arg)) {
        return false;
    }
    const Column column = {"", py_str(call->arena, arg[0]), py_none(), arg[1], arg[2]};
    *out = py_text(numeric_type(call->arena, &column));
    return true;
}

static bool call_string(JinjaCall *call, void *self, PyValue *out)
{
    (void)self;
    PyValue arg;
    if (!jinja_bind(call, "size", &arg)) {
        return false;
    }
    *out = py_text(arena_printf(call->arena, "character varying(%s)", py_str(call->arena, arg)));
    return true;
}

static const struct {
    const char *name;
    JinjaFunction function;
} class_methods[] = {
    {"create", call_create},
    {"translate_type", call_translate},
    {"numeric_type", call_numeric},
    {"string_type", call_string},
};

static bool class_get(JinjaRun *run, void *self, const char *name, PyValue *out)
{
    for (size_t i = 0; i < sizeof class_methods / sizeof *class_methods; i++) {
        if (str_eq(name, class_methods[i].name)) {
            *out = jinja_function(jinja_arena(run),
                                  arena_printf(jinja_arena(run), "api.Column.%s", name),
                                  class_methods[i].function, self);
            return true;
        }
    }
    return false;
}

static const JinjaClass class_class = {.name = "api.Column", .get = class_get, .call = call_make};

PyValue column_class_value(Arena *arena)
{
    return jinja_object(arena, &class_class, NULL);
}
