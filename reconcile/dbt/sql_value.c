#include "sql_value.h"

#include "jinja_run.h"
#include "sql_date.h"

#include "cutover/str.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* The exact expansion of any double fits. */
#define LONGEST_NUMBER 1500

/* ---- decimals ---- */

/* DIGITS, without zeros in front ("0" for zero), times ten to the EXPONENT. */
typedef struct Decimal {
    bool negative;
    const char *digits; /* NULL: not a number, or infinite */
    int64_t exponent;
    const char *text; /* str() */
} Decimal;

static void add_zeros(Buf *out, int64_t count)
{
    for (int64_t i = 0; i < count; i++) {
        buf_char(out, '0');
    }
}

/* Python's str(): plain, unless more than five zeros would stand behind the point. */
static const char *decimal_text(Arena *arena, const Decimal *d)
{
    int64_t count = (int64_t)strlen(d->digits), left = count + d->exponent;
    bool plain = d->exponent <= 0 && left > -6;
    int64_t point = plain ? left : 1;
    Buf out = buf_new(arena, LONGEST_NUMBER * 2);
    buf_text(&out, d->negative ? "-" : "");
    if (point <= 0) {
        buf_text(&out, "0.");
        add_zeros(&out, -point);
        buf_text(&out, d->digits);
    } else {
        buf_add(&out, d->digits, (size_t)(point < count ? point : count));
        buf_text(&out, point < count ? "." : "");
        buf_text(&out, d->digits + (point < count ? point : count));
    }
    if (!plain && left != point) {
        buf_printf(&out, "E%+lld", (long long)(left - point));
    }
    return out.data;
}

/* TEXT as PostgreSQL, or Python's repr() of a float, writes a number. */
static Decimal decimal_read(Arena *arena, const char *text)
{
    Decimal d = {.negative = *text == '-'};
    Buf digits = buf_new(arena, LONGEST_NUMBER);
    const char *p = text + (*text == '-' || *text == '+');
    bool behind = false;
    for (; (*p >= '0' && *p <= '9') || *p == '.'; p++) {
        behind |= *p == '.';
        d.exponent -= behind && *p != '.';
        if (*p != '.' && (*p != '0' || digits.length)) {
            buf_char(&digits, *p);
        }
    }
    int64_t exponent = 0;
    if ((*p == 'e' || *p == 'E') &&
        str_to_int(p[1] == '+' ? p + 2 : p + 1, -9999, 9999, &exponent)) {
        d.exponent += exponent;
        p = "";
    }
    d.digits = *p ? NULL : digits.length ? digits.data : "0";
    return d;
}

static int compare_digits(const Decimal *a, const Decimal *b)
{
    int64_t size_a = (int64_t)strlen(a->digits) + a->exponent;
    int64_t size_b = (int64_t)strlen(b->digits) + b->exponent;
    if (size_a != size_b) {
        return size_a < size_b ? -1 : 1;
    }
    const char *p = a->digits, *q = b->digits;
    while (*p || *q) {
        char x = *p ? *p++ : '0', y = *q ? *q++ : '0';
        if (x != y) {
            return x < y ? -1 : 1;
        }
    }
    return 0;
}

static int compare_decimals(const Decimal *a, const Decimal *b)
{
    bool zero_a = str_eq(a->digits, "0"), zero_b = str_eq(b->digits, "0");
    int sign_a = zero_a ? 0 : a->negative ? -1 : 1, sign_b = zero_b ? 0 : b->negative ? -1 : 1;
    if (sign_a != sign_b || sign_a == 0) {
        return sign_a < sign_b ? -1 : sign_a > sign_b;
    }
    return sign_a * compare_digits(a, b);
}

static bool decimal_order(const void *self, PyValue other, int *order);
static const char *decimal_str(Arena *arena, void *self);
static const char *decimal_repr(Arena *arena, void *self);

static const JinjaClass decimal_class = {
    .name = "decimal.Decimal", .text = decimal_str, .repr = decimal_repr, .order = decimal_order};

static const char *decimal_str(Arena *arena, void *self)
{
    (void)arena;
    return ((const Decimal *)self)->text;
}

static const char *decimal_repr(Arena *arena, void *self)
{
    return arena_printf(arena, "Decimal('%s')", ((const Decimal *)self)->text);
}

/* Exact, as in Python: every number is compared by all its digits. */
static bool decimal_order(const void *self, PyValue other, int *order)
{
    const Decimal *d = self, *of_other = jinja_object_of(other, &decimal_class);
    char text[LONGEST_NUMBER];
    if (!of_other && !py_is_number(other)) {
        return false;
    }
    if (other.type == PY_FLOAT) {
        snprintf(text, sizeof text, "%.1100f", other.real);
    } else if (!of_other) {
        snprintf(text, sizeof text, "%lld",
                 (long long)(other.type == PY_INT ? other.integer : other.boolean));
    }
    Arena *scratch = arena_new();
    Decimal read = of_other ? *of_other : decimal_read(scratch, text);
    bool ordered = d->digits && read.digits;
    if (ordered) {
        *order = compare_decimals(d, &read);
    }
    arena_free(scratch);
    return ordered;
}

static PyValue decimal_value(Arena *arena, const char *text)
{
    Decimal *d = arena_make(arena, Decimal);
    *d = decimal_read(arena, text);
    const char *word = text + (*text == '-');
    d->text = d->digits                      ? decimal_text(arena, d)
              : *word == 'n' || *word == 'N' ? "NaN"
              : *text == '-'                 ? "-Infinity"
                                             : "Infinity";
    return jinja_object(arena, &decimal_class, d);
}

/* agate makes Decimal(repr(x)) of a float. */
static PyValue real_value(Arena *arena, const char *text)
{
    double real = strtod(text, NULL);
    return decimal_value(arena, py_repr(arena, py_float(real)));
}

/* ---- the rest ---- */

static PyValue integer_value(Arena *arena, const char *text)
{
    int64_t integer = 0;
    return str_to_int(text, INT64_MIN, INT64_MAX, &integer) ? py_int(integer)
                                                            : decimal_value(arena, text);
}

static PyValue bool_value(Arena *arena, const char *text)
{
    (void)arena;
    return py_bool(*text == 't');
}

static PyValue text_value(Arena *arena, const char *text)
{
    return py_text(arena_strdup(arena, text));
}

/* What psycopg2 converts, by OID; NULL: to something that agate would print in a way of its own. All else is
 * text. */
static const struct {
    uint32_t first, last;
    PyValue (*value)(Arena *arena, const char *text);
    const char *what;
} kinds[] = {
    {16, 16, bool_value, NULL},           {17, 17, NULL, "bytes"},
    {20, 21, integer_value, NULL},        {23, 23, integer_value, NULL},
    {26, 26, integer_value, NULL},        {199, 199, NULL, "an array"},
    {651, 651, NULL, "an array"},         {700, 701, real_value, NULL},
    {1000, 1041, NULL, "an array"},       {1082, 1082, sql_date_value, NULL},
    {1083, 1083, NULL, "a time"},         {1114, 1114, sql_moment_value, NULL},
    {1115, 1115, NULL, "an array"},       {1182, 1182, NULL, "an array"},
    {1184, 1184, sql_moment_value, NULL}, {1185, 1185, NULL, "an array"},
    {1186, 1186, NULL, "an interval"},    {1187, 1187, NULL, "an array"},
    {1231, 1231, NULL, "an array"},       {1266, 1266, NULL, "a time"},
    {1700, 1700, decimal_value, NULL},    {3807, 3807, NULL, "an array"},
};

static bool is_json(uint32_t type)
{
    return type == 114 || type == 3802;
}

/* dbt parses JSON, and writes it again as Python does. */
static bool json_value(JinjaRun *run, const char *text, PyValue *out)
{
    static const JinjaJson style = {0};
    Err err = {0};
    const Json *json = json_parse(run->arena, text, strlen(text), &err);
    bool texts = json && json->type >= JSON_IS_STRING;
    if (!texts || json->type == JSON_IS_STRING) {
        *out = texts ? py_text(json->string) : py_none();
        return texts;
    }
    Buf buf = jinja_buf(run);
    return jinja_write_json(run, &buf, py_from_json(run->arena, json), &style) &&
           jinja_buf_done(run, &buf, out);
}

static const char *json_values(JinjaRun *run, const Answer *answer, size_t column, PyValue *out)
{
    for (size_t row = 0; row < answer->rows.count; row++) {
        const char *text = answer->rows.items[row][column];
        out[row] = py_none();
        if (text && !json_value(run, text, &out[row])) {
            return "JSON that is neither text, list nor object";
        }
    }
    return NULL;
}

const char *sql_column_values(JinjaRun *run, const Answer *answer, size_t column, PyValue *out)
{
    uint32_t type = answer->types.items[column];
    PyValue (*value)(Arena *arena, const char *text) = text_value;
    if (is_json(type)) {
        return json_values(run, answer, column, out);
    }
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (type >= kinds[i].first && type <= kinds[i].last) {
            value = kinds[i].value;
            if (!value) {
                return kinds[i].what;
            }
        }
    }
    for (size_t row = 0; row < answer->rows.count; row++) {
        const char *text = answer->rows.items[row][column];
        out[row] = text ? value(run->arena, text) : py_none();
    }
    return NULL;
}
