/* Tests: what stands behind `is`. */
#include "jinja_run.h"

#include "cutover/str.h"

#include <math.h>
#include <string.h>

static bool yes(bool answer, PyValue *out)
{
    *out = py_bool(answer);
    return true;
}

/* --- kinds ---------------------------------------------------------------------------------- */

#define KIND(name, condition)                                                                      \
    static bool name(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)              \
    {                                                                                              \
        (void)call;                                                                                \
        (void)arg;                                                                                 \
        (void)self;                                                                                \
        return yes(condition, out);                                                                \
    }

KIND(is_defined, self.type != PY_UNDEFINED)
KIND(is_undefined, self.type == PY_UNDEFINED)
KIND(is_none, self.type == PY_NONE)
KIND(is_boolean, self.type == PY_BOOL)
KIND(is_true, self.type == PY_BOOL && self.boolean)
KIND(is_false, self.type == PY_BOOL && !self.boolean)
KIND(is_integer, self.type == PY_INT)
KIND(is_float, self.type == PY_FLOAT)
KIND(is_number, py_is_number(self))
KIND(is_string, self.type == PY_STRING)
KIND(is_mapping, self.type == PY_DICT || (self.type == PY_OBJECT && self.object->class->mapping))
KIND(is_escaped, jinja_is_escaped(self))
KIND(is_sequence, self.type == PY_STRING || self.type == PY_LIST || self.type == PY_TUPLE ||
                      self.type == PY_DICT || self.type == PY_RANGE || self.type == PY_UNDEFINED ||
                      (jinja_sequence_of(self) && !self.object->class->unordered))
KIND(is_iterable, self.type == PY_STRING || self.type == PY_UNDEFINED ||
                      (self.type >= PY_LIST && self.type <= PY_DICT && self.type != PY_SLICE) ||
                      jinja_sequence_of(self))
KIND(is_callable, self.type == PY_MACRO || self.type == PY_METHOD || self.type == PY_UNDEFINED ||
                      (self.type == PY_OBJECT && self.object->class->call))

/* --- numbers -------------------------------------------------------------------------------- */

static bool has_rest(JinjaCall *call, PyValue a, PyValue b, int64_t wanted, PyValue *out)
{
    PyValue rest;
    if (!jinja_binary(call->run, "%", a, b, &rest)) {
        return false;
    }
    return yes(py_equal(rest, py_int(wanted)), out);
}

static bool is_even(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    (void)arg;
    return has_rest(call, self, py_int(2), 0, out);
}

static bool is_odd(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    (void)arg;
    return has_rest(call, self, py_int(2), 1, out);
}

static bool is_divisible(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    return has_rest(call, self, arg[0], 0, out);
}

/* --- comparing ------------------------------------------------------------------------------ */

static bool compare(JinjaCall *call, const char *op, PyValue a, PyValue b, PyValue *out)
{
    bool answer = false;
    return jinja_compare(call->run, op, a, b, &answer) && yes(answer, out);
}

#define COMPARISON(name, op)                                                                       \
    static bool name(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)              \
    {                                                                                              \
        return compare(call, op, self, arg[0], out);                                               \
    }

COMPARISON(is_equal, "==")
COMPARISON(is_unequal, "!=")
COMPARISON(is_less, "<")
COMPARISON(is_less_or_equal, "<=")
COMPARISON(is_greater, ">")
COMPARISON(is_greater_or_equal, ">=")
COMPARISON(is_in, "in")

static bool is_same(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    (void)call;
    bool reference = self.type > PY_STRING;
    return yes(self.type == arg[0].type &&
                   (reference ? self.list == arg[0].list : py_equal(self, arg[0])),
               out);
}

/* --- texts and names ------------------------------------------------------------------------ */

static bool case_is(JinjaCall *call, PyValue self, const char *method, PyValue *out)
{
    const char *text;
    if (!jinja_text(call->run, self, &text)) {
        return false;
    }
    return jinja_call_builtin(call, jinja_find_builtin(jinja_str_methods, method), py_text(text),
                              out);
}

static bool is_lower(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    (void)arg;
    return case_is(call, self, "islower", out);
}

static bool is_upper(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    (void)arg;
    return case_is(call, self, "isupper", out);
}

static bool is_filter(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    (void)call;
    (void)arg;
    return yes(self.type == PY_STRING && jinja_find_filter(self.text), out);
}

static bool is_test(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    (void)call;
    (void)arg;
    return yes(self.type == PY_STRING && jinja_find_builtin(jinja_tests, self.text), out);
}

const Builtin jinja_tests[] = {
    {"defined", "", is_defined},
    {"undefined", "", is_undefined},
    {"none", "", is_none},
    {"boolean", "", is_boolean},
    {"true", "", is_true},
    {"false", "", is_false},
    {"integer", "", is_integer},
    {"float", "", is_float},
    {"number", "", is_number},
    {"string", "", is_string},
    {"mapping", "", is_mapping},
    {"sequence", "", is_sequence},
    {"iterable", "", is_iterable},
    {"callable", "", is_callable},
    {"escaped", "", is_escaped},
    {"even", "", is_even},
    {"odd", "", is_odd},
    {"divisibleby", "num", is_divisible},
    {"==", "other", is_equal},
    {"eq", "other", is_equal},
    {"equalto", "other", is_equal},
    {"!=", "other", is_unequal},
    {"ne", "other", is_unequal},
    {"<", "other", is_less},
    {"lt", "other", is_less},
    {"lessthan", "other", is_less},
    {"<=", "other", is_less_or_equal},
    {"le", "other", is_less_or_equal},
    {">", "other", is_greater},
    {"gt", "other", is_greater},
    {"greaterthan", "other", is_greater},
    {">=", "other", is_greater_or_equal},
    {"ge", "other", is_greater_or_equal},
    {"in", "seq", is_in},
    {"sameas", "other", is_same},
    {"lower", "", is_lower},
    {"upper", "", is_upper},
    {"filter", "", is_filter},
    {"test", "", is_test},
    {NULL, NULL, NULL},
};

bool jinja_test(JinjaCall *call, PyValue self, bool *out)
{
    const Builtin *test = jinja_find_builtin(jinja_tests, call->name);
    PyValue answer;
    if (test) {
        bool ok = jinja_call_builtin(call, test, self, &answer);
        *out = ok && py_truth(answer);
        return ok;
    }
    StrVec names = {0};
    for (const Builtin *it = jinja_tests; it->name; it++) {
        vec_push(call->arena, &names, it->name);
    }
    jinja_fail(call->run, "CO2032", "test \"%s\" is not supported", call->name);
    jinja_suggest(call->run, call->name, &names);
    return false;
}
