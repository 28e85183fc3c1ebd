/* Operators with Python's rules. Integers have 64 bits; what would grow beyond is an error. */
#include "jinja_run.h"

#include "cutover/str.h"

#include <math.h>
#include <string.h>

static bool overflow(JinjaRun *run)
{
    return jinja_fail(run, "CO2015", "the result does not fit into 64 bits");
}

static bool zero_division(JinjaRun *run)
{
    return jinja_fail(run, "CO2014", "division by zero");
}

static bool unsupported(JinjaRun *run, const char *op, PyValue a, PyValue b)
{
    bool text = a.type == PY_STRING || b.type == PY_STRING;
    jinja_fail(run, "CO2011", "\"%s\" cannot be used on %s and %s", op, py_type_name(a),
               py_type_name(b));
    if (text && op[0] == '+' && jinja_error(run)) {
        jinja_error(run)->hint = "use ~ to join texts with other values";
    }
    return false;
}

static bool is_integer(PyValue value)
{
    return value.type == PY_INT || value.type == PY_BOOL;
}

static int64_t integer_of(PyValue value)
{
    return value.type == PY_INT ? value.integer : value.boolean;
}

static double real_of(PyValue value)
{
    return value.type == PY_FLOAT ? value.real : (double)integer_of(value);
}

static bool both_integers(PyValue a, PyValue b)
{
    return is_integer(a) && is_integer(b);
}

static bool both_numbers(PyValue a, PyValue b)
{
    return py_is_number(a) && py_is_number(b);
}

static bool give_int(JinjaRun *run, bool overflowed, int64_t value, PyValue *out)
{
    *out = py_int(value);
    return !overflowed || overflow(run);
}

/* --- + - * ---------------------------------------------------------------------------------- */

static bool join_lists(JinjaRun *run, PyValue a, PyValue b, PyValue *out)
{
    if (!jinja_charge(run, a.list->count + b.list->count)) {
        return false;
    }
    PyValue joined = a.type == PY_LIST ? py_list(run->arena) : py_tuple(run->arena);
    const PyList *parts[] = {a.list, b.list};
    for (int part = 0; part < 2; part++) {
        for (size_t i = 0; i < parts[part]->count; i++) {
            py_append(run->arena, joined, parts[part]->items[i]);
        }
    }
    *out = joined;
    return true;
}

static bool join_texts(JinjaRun *run, PyValue a, PyValue b, PyValue *out)
{
    Buf text = jinja_buf(run);
    bool escaped = jinja_is_escaped(a) || jinja_is_escaped(b);
    if (escaped && (!jinja_escape(run, a, &a) || !jinja_escape(run, b, &b))) {
        return false;
    }
    buf_text(&text, a.text);
    buf_text(&text, b.text);
    bool done = jinja_buf_done(run, &text, out);
    out->escaped = escaped;
    return done;
}

static bool op_add(JinjaRun *run, PyValue a, PyValue b, PyValue *out)
{
    if (both_integers(a, b)) {
        int64_t sum;
        bool over = __builtin_add_overflow(integer_of(a), integer_of(b), &sum);
        return give_int(run, over, sum, out);
    }
    if (both_numbers(a, b)) {
        *out = py_float(real_of(a) + real_of(b));
        return true;
    }
    if (a.type == b.type && a.type == PY_STRING) {
        return join_texts(run, a, b, out);
    }
    if (a.type == b.type && (a.type == PY_LIST || a.type == PY_TUPLE)) {
        return join_lists(run, a, b, out);
    }
    return unsupported(run, "+", a, b);
}

static bool op_sub(JinjaRun *run, PyValue a, PyValue b, PyValue *out)
{
    if (both_integers(a, b)) {
        int64_t difference;
        bool over = __builtin_sub_overflow(integer_of(a), integer_of(b), &difference);
        return give_int(run, over, difference, out);
    }
    if (both_numbers(a, b)) {
        *out = py_float(real_of(a) - real_of(b));
        return true;
    }
    return unsupported(run, "-", a, b);
}

static bool repeat_text(JinjaRun *run, PyValue text, int64_t times, PyValue *out)
{
    Buf repeated = jinja_buf(run);
    for (int64_t i = 0; i < times && *text.text && !repeated.overflow; i++) {
        buf_text(&repeated, text.text);
    }
    bool done = jinja_buf_done(run, &repeated, out);
    out->escaped = text.escaped;
    return done;
}

static bool repeat_list(JinjaRun *run, PyValue list, int64_t times, PyValue *out)
{
    PyValue repeated = list.type == PY_LIST ? py_list(run->arena) : py_tuple(run->arena);
    size_t count = list.list->count;
    for (int64_t i = 0; i < times && count; i++) {
        if (!jinja_charge(run, count)) {
            return false;
        }
        for (size_t k = 0; k < count; k++) {
            py_append(run->arena, repeated, list.list->items[k]);
        }
    }
    *out = repeated;
    return true;
}

static bool op_mul(JinjaRun *run, PyValue a, PyValue b, PyValue *out)
{
    if (both_integers(a, b)) {
        int64_t product;
        bool over = __builtin_mul_overflow(integer_of(a), integer_of(b), &product);
        return give_int(run, over, product, out);
    }
    if (both_numbers(a, b)) {
        *out = py_float(real_of(a) * real_of(b));
        return true;
    }
    PyValue many = is_integer(a) ? b : a, times = is_integer(a) ? a : b;
    if (is_integer(times) && many.type == PY_STRING) {
        return repeat_text(run, many, integer_of(times), out);
    }
    if (is_integer(times) && (many.type == PY_LIST || many.type == PY_TUPLE)) {
        return repeat_list(run, many, integer_of(times), out);
    }
    return unsupported(run, "*", a, b);
}

/* --- / // % ** ------------------------------------------------------------------------------ */

static bool op_div(JinjaRun *run, PyValue a, PyValue b, PyValue *out)
{
    if (!both_numbers(a, b)) {
        return unsupported(run, "/", a, b);
    }
    if (real_of(b) == 0) {
        return zero_division(run);
    }
    *out = py_float(real_of(a) / real_of(b));
    return true;
}

/* Python rounds quotients down and gives remainders the sign of the divisor. */
static bool divide_integers(JinjaRun *run, int64_t a, int64_t b, int64_t *quotient, int64_t *rest)
{
    if (b == 0) {
        return zero_division(run);
    }
    if (b == -1) {
        *rest = 0;
        return !__builtin_sub_overflow((int64_t)0, a, quotient) || overflow(run);
    }
    *quotient = a / b;
    *rest = a % b;
    if (*rest && (*rest < 0) != (b < 0)) {
        *rest += b;
        --*quotient;
    }
    return true;
}

static bool divide_reals(JinjaRun *run, double a, double b, double *quotient, double *rest)
{
    if (b == 0) {
        return zero_division(run);
    }
    double mod = fmod(a, b), div = (a - mod) / b;
    if (mod != 0 && (b < 0) != (mod < 0)) {
        mod += b;
        div -= 1;
    }
    *rest = mod != 0 ? mod : copysign(0, b);
    *quotient = div != 0 ? floor(div) + (div - floor(div) > 0.5) : copysign(0, a / b);
    return true;
}

static bool op_floor_div(JinjaRun *run, PyValue a, PyValue b, PyValue *out)
{
    if (both_integers(a, b)) {
        int64_t quotient = 0, rest;
        bool ok = divide_integers(run, integer_of(a), integer_of(b), &quotient, &rest);
        *out = py_int(quotient);
        return ok;
    }
    if (both_numbers(a, b)) {
        double quotient = 0, rest;
        bool ok = divide_reals(run, real_of(a), real_of(b), &quotient, &rest);
        *out = py_float(quotient);
        return ok;
    }
    return unsupported(run, "//", a, b);
}

static bool op_mod(JinjaRun *run, PyValue a, PyValue b, PyValue *out)
{
    if (a.type == PY_STRING) {
        return jinja_percent(run, a, b, out);
    }
    if (both_integers(a, b)) {
        int64_t quotient, rest = 0;
        bool ok = divide_integers(run, integer_of(a), integer_of(b), &quotient, &rest);
        *out = py_int(rest);
        return ok;
    }
    if (both_numbers(a, b)) {
        double quotient, rest = 0;
        bool ok = divide_reals(run, real_of(a), real_of(b), &quotient, &rest);
        *out = py_float(rest);
        return ok;
    }
    return unsupported(run, "%", a, b);
}

static bool power_integers(JinjaRun *run, int64_t base, int64_t exponent, PyValue *out)
{
    int64_t result = 1;
    bool over = false;
    if (base == 0 || base == 1 || base == -1) {
        *out = py_int(exponent == 0 ? 1 : base == -1 && exponent % 2 == 0 ? 1 : base);
        return true;
    }
    for (int64_t i = 0; i < exponent && !over; i++) {
        over = __builtin_mul_overflow(result, base, &result);
    }
    return give_int(run, over, result, out);
}

static bool op_pow(JinjaRun *run, PyValue a, PyValue b, PyValue *out)
{
    if (!both_numbers(a, b)) {
        return unsupported(run, "**", a, b);
    }
    if (both_integers(a, b) && integer_of(b) >= 0) {
        return power_integers(run, integer_of(a), integer_of(b), out);
    }
    double base = real_of(a), exponent = real_of(b), power = pow(base, exponent);
    if (base == 0 && exponent < 0) {
        return zero_division(run);
    }
    if (base < 0 && exponent != floor(exponent)) {
        return jinja_fail(run, "CO2013", "a root of a negative number is not supported");
    }
    if (isinf(power) && isfinite(base) && isfinite(exponent)) {
        return jinja_fail(run, "CO2015", "the result is too large for a float");
    }
    *out = py_float(power);
    return true;
}

/* --- dispatch ------------------------------------------------------------------------------- */

typedef struct BinaryOp {
    const char *name;
    bool (*fn)(JinjaRun *run, PyValue a, PyValue b, PyValue *out);
} BinaryOp;

static const BinaryOp binary_ops[] = {{"+", op_add},       {"-", op_sub}, {"*", op_mul},
                                      {"/", op_div},       {"%", op_mod}, {"**", op_pow},
                                      {"//", op_floor_div}};

bool jinja_binary(JinjaRun *run, const char *op, PyValue a, PyValue b, PyValue *out)
{
    bool format = a.type == PY_STRING && op[0] == '%';
    if (a.type == PY_UNDEFINED || (b.type == PY_UNDEFINED && !format)) {
        return jinja_fail_undefined(run, a.type == PY_UNDEFINED ? a : b);
    }
    for (size_t i = 0; i < sizeof binary_ops / sizeof *binary_ops; i++) {
        if (str_eq(binary_ops[i].name, op)) {
            return binary_ops[i].fn(run, a, b, out);
        }
    }
    return unsupported(run, op, a, b);
}

bool jinja_unary(JinjaRun *run, const char *op, PyValue a, PyValue *out)
{
    bool minus = op[0] == '-';
    if (a.type == PY_UNDEFINED) {
        return jinja_fail_undefined(run, a);
    }
    if (a.type == PY_FLOAT) {
        *out = py_float(minus ? -a.real : a.real);
        return true;
    }
    if (!is_integer(a)) {
        return jinja_fail(run, "CO2011", "\"%s\" cannot be used on %s", op, py_type_name(a));
    }
    int64_t value = integer_of(a);
    bool over = minus && __builtin_sub_overflow((int64_t)0, integer_of(a), &value);
    return give_int(run, over, value, out);
}

/* --- comparing ------------------------------------------------------------------------------ */

bool jinja_equal(JinjaRun *run, PyValue a, PyValue b, bool *out)
{
    *out = py_equal_within(a, b, &run->steps);
    return run->steps > 0 || jinja_charge(run, 1);
}

bool jinja_order(JinjaRun *run, PyValue a, PyValue b, int *order)
{
    if (a.type == PY_UNDEFINED || b.type == PY_UNDEFINED) {
        return jinja_fail_undefined(run, a.type == PY_UNDEFINED ? a : b);
    }
    if (py_order_within(a, b, order, &run->steps)) {
        return true;
    }
    if (run->steps == 0) {
        return jinja_charge(run, 1);
    }
    return jinja_fail(run, "CO2011", "%s and %s cannot be ordered", py_type_name(a),
                      py_type_name(b));
}

static bool in_items(JinjaRun *run, PyValue item, PyValue container, bool *out)
{
    PyList items;
    if (!jinja_items(run, container, &items)) {
        return false;
    }
    *out = false;
    for (size_t i = 0; i < items.count && !*out; i++) {
        if (!jinja_equal(run, items.items[i], item, out)) {
            return false;
        }
    }
    return true;
}

static bool contains(JinjaRun *run, PyValue item, PyValue container, bool *out)
{
    if (container.type == PY_STRING) {
        if (item.type != PY_STRING) {
            return jinja_fail(run, "CO2011", "\"in\" on a text needs a text to look for, not %s",
                              py_type_name(item));
        }
        *out = strstr(container.text, item.text);
        return jinja_charge(run, strlen(container.text) / 64);
    }
    if (container.type == PY_DICT) {
        *out = py_dict_get(container.dict, item);
        return py_hashable(item) ||
               jinja_fail(run, "CO2011", "%s cannot be a key of a dict", py_type_name(item));
    }
    return in_items(run, item, container, out);
}

static bool is_nan(PyValue value)
{
    return value.type == PY_FLOAT && isnan(value.real);
}

static bool ordered(JinjaRun *run, const char *op, PyValue a, PyValue b, bool *out)
{
    int order;
    if (!jinja_order(run, a, b, &order)) {
        return false;
    }
    bool or_equal = op[1] == '=';
    *out = ((op[0] == '<' ? order < 0 : order > 0) || (or_equal && order == 0)) && !is_nan(a) &&
           !is_nan(b);
    return true;
}

bool jinja_compare(JinjaRun *run, const char *op, PyValue a, PyValue b, bool *out)
{
    bool negated = op[0] == '!' || op[0] == 'n';
    bool ok;
    if (op[0] == '=' || op[0] == '!') {
        ok = jinja_equal(run, a, b, out);
    } else if (op[0] == '<' || op[0] == '>') {
        ok = ordered(run, op, a, b, out);
    } else {
        ok = contains(run, a, b, out);
    }
    *out = *out != negated;
    return ok;
}
