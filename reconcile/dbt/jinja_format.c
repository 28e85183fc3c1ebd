/* "%s" % value and "{}".format(): Python's two ways to format. */
#include "jinja_run.h"

#include "cutover/str.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define MAX_WIDTH 10000
#define MAX_PRECISION 100

/* How one value is to be printed. */
typedef struct Spec {
    char fill[5];
    char align; /* '<' '>' '^' '=' or 0: as the type has it */
    char sign;  /* '+' ' ' or 0 */
    bool alternate, comma;
    int64_t width, precision; /* precision < 0: none */
    char type;
} Spec;

static bool bad_format(JinjaRun *run, const char *why)
{
    return jinja_fail(run, "CO2013", "bad format: %s", why);
}

/* --- printing one value --------------------------------------------------------------------- */

static void pad(Buf *out, const char *fill, int64_t count)
{
    for (int64_t i = 0; i < count && !out->overflow; i++) {
        buf_text(out, fill);
    }
}

/* SIGN and BODY in a field of the given width. */
static void write_field(Buf *out, const Spec *spec, char normal, const char *sign, const char *body)
{
    char align = spec->align ? spec->align : normal;
    int64_t room = spec->width - (int64_t)(py_text_length(body) + strlen(sign));
    room = room > 0 ? room : 0;
    int64_t left = align == '<' || align == '=' ? 0 : align == '^' ? room / 2 : room;
    pad(out, spec->fill, left);
    buf_text(out, sign);
    pad(out, spec->fill, align == '=' ? room : 0);
    buf_text(out, body);
    pad(out, spec->fill, align == '=' ? 0 : room - left);
}

static const char *sign_of(const Spec *spec, bool negative)
{
    return negative ? "-" : spec->sign == '+' ? "+" : spec->sign == ' ' ? " " : "";
}

/* Commas between groups of three in the digits in front of the dot. */
static const char *with_commas(Arena *arena, const char *number)
{
    size_t whole = strspn(number, "0123456789");
    Buf out = buf_new(arena, strlen(number) * 2 + 1);
    for (size_t i = 0; i < whole; i++) {
        if (i && (whole - i) % 3 == 0) {
            buf_char(&out, ',');
        }
        buf_char(&out, number[i]);
    }
    buf_text(&out, number + whole);
    return out.data;
}

static const char *digits_in(Arena *arena, uint64_t value, unsigned base, bool upper)
{
    char reversed[65], *p = reversed + sizeof reversed - 1;
    *p = '\0';
    do {
        *--p = (upper ? "0123456789ABCDEF" : "0123456789abcdef")[value % base];
        value /= base;
    } while (value);
    return arena_strdup(arena, p);
}

static bool write_integer(JinjaRun *run, Buf *out, const Spec *spec, int64_t value)
{
    unsigned base = spec->type == 'x' || spec->type == 'X' ? 16
                    : spec->type == 'o'                    ? 8
                    : spec->type == 'b'                    ? 2
                                                           : 10;
    uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    const char *digits = digits_in(run->arena, magnitude, base, spec->type == 'X');
    const char *prefix =
        spec->alternate && base != 10 ? arena_printf(run->arena, "0%c", spec->type) : "";
    while ((int64_t)strlen(digits) < spec->precision) {
        digits = arena_printf(run->arena, "0%s", digits);
    }
    digits = spec->comma ? with_commas(run->arena, digits) : digits;
    const char *sign = arena_printf(run->arena, "%s%s", sign_of(spec, value < 0), prefix);
    write_field(out, spec, '>', sign, digits);
    return true;
}

static bool write_real(JinjaRun *run, Buf *out, const Spec *spec, double value)
{
    double magnitude = fabs(value);
    int precision = (int)(spec->precision < 0 ? 6 : spec->precision);
    bool percent = spec->type == '%';
    char type = percent ? 'f' : spec->type;
    const char *body;
    if (isnan(value) || isinf(value)) {
        body = isnan(value) ? "nan" : "inf";
    } else if (!type && spec->precision < 0) {
        body = py_str(run->arena, py_float(magnitude));
    } else {
        char format[] = {'%', spec->alternate ? '#' : '.', '.', '*', type ? type : 'g', '\0'};
        if (!spec->alternate) {
            memmove(format + 1, format + 2, strlen(format + 2) + 1);
        }
        body = arena_printf(run->arena, format, precision, percent ? magnitude * 100 : magnitude);
    }
    body = spec->comma ? with_commas(run->arena, body) : body;
    body = percent ? arena_printf(run->arena, "%s%%", body) : body;
    write_field(out, spec, '>', sign_of(spec, signbit(value) && !isnan(value)), body);
    return true;
}

static bool write_text_field(JinjaRun *run, Buf *out, const Spec *spec, const char *text)
{
    if (spec->precision >= 0) {
        text = arena_strndup(run->arena, text, py_text_offset(text, (size_t)spec->precision));
    }
    write_field(out, spec, '<', "", text);
    return true;
}

static bool is_integer(PyValue value)
{
    return value.type == PY_INT || value.type == PY_BOOL;
}

static double real_of(PyValue value)
{
    return value.type == PY_FLOAT ? value.real
           : value.type == PY_INT ? (double)value.integer
                                  : value.boolean;
}

/* --- % -------------------------------------------------------------------------------------- */

typedef struct Percent {
    JinjaRun *run;
    const char *at; /* behind the last character read */
    PyValue given;
    size_t used;
    bool by_name;
    Buf out;
} Percent;

static bool next_value(Percent *percent, PyValue *out)
{
    bool tuple = percent->given.type == PY_TUPLE;
    size_t count = tuple ? percent->given.list->count : 1;
    if (percent->used >= count) {
        return bad_format(percent->run, "not enough values for the % signs");
    }
    *out = tuple ? percent->given.list->items[percent->used] : percent->given;
    percent->used++;
    return true;
}

/* (name) behind the %: the value of a dict. */
static bool named_value(Percent *percent, PyValue *out)
{
    const char *end = strchr(percent->at, ')');
    if (!end || percent->given.type != PY_DICT) {
        return bad_format(percent->run, "%(name) needs a dict of values");
    }
    const char *name =
        arena_strndup(percent->run->arena, percent->at + 1, (size_t)(end - percent->at - 1));
    const PyValue *found = py_dict_find(percent->given.dict, name);
    percent->at = end + 1;
    percent->by_name = true;
    if (!found) {
        return bad_format(percent->run,
                          arena_printf(percent->run->arena, "no value named \"%s\"", name));
    }
    *out = *found;
    return true;
}

static bool percent_number(Percent *percent, int64_t *number)
{
    if (*percent->at == '*') {
        PyValue value = py_none();
        percent->at++;
        if (!next_value(percent, &value)) {
            return false;
        }
        if (!is_integer(value)) {
            return bad_format(percent->run, "* needs an integer");
        }
        *number = value.type == PY_INT ? value.integer : value.boolean;
    } else {
        char *end;
        *number = strtol(percent->at, &end, 10);
        percent->at = end;
    }
    return *number <= MAX_WIDTH || bad_format(percent->run, "the width is too large");
}

static bool percent_spec(Percent *percent, Spec *spec)
{
    *spec = (Spec){.fill = " ", .align = '>', .precision = -1};
    bool left = false;
    for (; *percent->at && strchr("#0- +", *percent->at); percent->at++) {
        char flag = *percent->at;
        spec->alternate |= flag == '#';
        left |= flag == '-';
        spec->sign = flag == '+' || (flag == ' ' && !spec->sign) ? flag : spec->sign;
        if (flag == '0') {
            spec->fill[0] = '0';
            spec->align = '=';
        }
    }
    if ((isdigit((unsigned char)*percent->at) || *percent->at == '*') &&
        !percent_number(percent, &spec->width)) {
        return false;
    }
    if (*percent->at == '.') {
        percent->at++;
        if (!percent_number(percent, &spec->precision)) {
            return false;
        }
        spec->precision = spec->precision < 0 ? 0 : spec->precision;
    }
    left |= spec->width < 0;
    spec->width = spec->width < 0 ? -spec->width : spec->width;
    if (left) {
        spec->fill[0] = ' ';
        spec->align = '<';
    }
    return spec->precision <= MAX_PRECISION || bad_format(percent->run, "too many digits");
}

static bool percent_number_value(Percent *percent, const Spec *spec, PyValue value)
{
    if (!py_is_number(value)) {
        return jinja_fail(percent->run, "CO2011", "%%%c needs a number, not %s", spec->type,
                          py_type_name(value));
    }
    if (strchr("eEfFgG", spec->type)) {
        return write_real(percent->run, &percent->out, spec, real_of(value));
    }
    if (strchr("xXo", spec->type) && value.type == PY_FLOAT) {
        return jinja_fail(percent->run, "CO2011", "%%%c needs an integer, not float", spec->type);
    }
    if (value.type == PY_FLOAT && (!isfinite(value.real) || fabs(value.real) >= 0x1p63)) {
        return jinja_fail(percent->run, "CO2015", "the number does not fit into 64 bits");
    }
    int64_t integer = value.type == PY_FLOAT ? (int64_t)value.real
                      : value.type == PY_INT ? value.integer
                                             : value.boolean;
    return write_integer(percent->run, &percent->out, spec, integer);
}

static bool percent_char(Percent *percent, Spec *spec, PyValue value)
{
    Buf one = buf_new(percent->run->arena, 8);
    if (value.type == PY_STRING && py_text_length(value.text) == 1) {
        buf_text(&one, value.text);
    } else if (value.type == PY_INT && value.integer > 0 && value.integer < 0xd800) {
        py_write_char(&one, (uint32_t)value.integer);
    } else {
        return jinja_fail(percent->run, "CO2011", "%%c needs one character");
    }
    spec->precision = -1;
    return write_text_field(percent->run, &percent->out, spec, one.data);
}

static bool percent_value(Percent *percent, Spec *spec, PyValue value)
{
    const char *text;
    if (spec->type == 'c') {
        return percent_char(percent, spec, value);
    }
    if (spec->type != 's' && spec->type != 'r') {
        return percent_number_value(percent, spec, value);
    }
    if (spec->align == '=') {
        spec->fill[0] = ' ';
        spec->align = '>';
    }
    if (spec->type == 'r') {
        text = py_repr(percent->run->arena, value);
    } else if (!jinja_text(percent->run, value, &text)) {
        return false;
    }
    return write_text_field(percent->run, &percent->out, spec, text);
}

static bool percent_one(Percent *percent)
{
    PyValue value = py_none();
    Spec spec;
    bool named = *percent->at == '(';
    if (*percent->at == '%') {
        percent->at++;
        buf_char(&percent->out, '%');
        return true;
    }
    if ((named && !named_value(percent, &value)) || !percent_spec(percent, &spec)) {
        return false;
    }
    percent->at += *percent->at && strchr("hlL", *percent->at);
    spec.type = *percent->at;
    if (!spec.type || !strchr("diuxXoeEfFgGcrs", spec.type)) {
        return bad_format(percent->run, "unknown or missing letter behind the % sign");
    }
    percent->at++;
    return (named || next_value(percent, &value)) && percent_value(percent, &spec, value);
}

bool jinja_percent(JinjaRun *run, PyValue format, PyValue value, PyValue *out)
{
    bool escaped = jinja_is_escaped(format);
    if (escaped && !jinja_escape_values(run, value, &value)) {
        return false;
    }
    Percent percent = {.run = run, .at = format.text, .given = value, .out = jinja_buf(run)};
    while (*percent.at) {
        char c = *percent.at++;
        if (c != '%') {
            buf_char(&percent.out, c);
        } else if (!percent_one(&percent)) {
            return false;
        }
    }
    bool tuple = value.type == PY_TUPLE;
    bool all_used = percent.used == (tuple ? value.list->count : 1);
    bool container = value.type == PY_DICT || value.type == PY_LIST;
    if (!all_used && !percent.by_name && (tuple || !container)) {
        return bad_format(run, "not all values were used");
    }
    bool done = jinja_buf_done(run, &percent.out, out);
    out->escaped = escaped;
    return done;
}

/* --- {} ------------------------------------------------------------------------------------- */

typedef struct Braces {
    JinjaCall *call;
    const char *at;
    size_t automatic;
    Buf out;
} Braces;

/* The number at *P, at most MAX_WIDTH; false when it is larger. */
static bool read_number(const char **p, int64_t *number)
{
    for (*number = 0; isdigit((unsigned char)**p); ++*p) {
        *number = *number * 10 + (**p - '0');
        if (*number > MAX_WIDTH) {
            return false;
        }
    }
    return true;
}

/* [[fill]align][sign][#][0][width][,][.precision][type] */
static bool brace_spec(Braces *braces, const char *p, Spec *spec)
{
    JinjaRun *run = braces->call->run;
    *spec = (Spec){.fill = " ", .precision = -1};
    const char *behind = p;
    if (py_text_next(&behind) && *behind && strchr("<>^=", *behind)) {
        snprintf(spec->fill, sizeof spec->fill, "%.*s", (int)(behind - p), p);
        spec->align = *behind;
        p = behind + 1;
    } else if (*p && strchr("<>^=", *p)) {
        spec->align = *p++;
    }
    if (*p && strchr("+- ", *p)) {
        spec->sign = *p++;
    }
    if (*p == '#') {
        spec->alternate = true;
        p++;
    }
    if (*p == '0' && !spec->align) {
        spec->fill[0] = '0';
        spec->align = '=';
    }
    if (!read_number(&p, &spec->width)) {
        return bad_format(run, "the width is too large");
    }
    if (*p == ',') {
        spec->comma = true;
        p++;
    }
    if (*p == '.') {
        p++;
        if (!isdigit((unsigned char)*p) || !read_number(&p, &spec->precision) ||
            spec->precision > MAX_PRECISION) {
            return bad_format(run, "the precision is missing or too large");
        }
    }
    spec->type = *p;
    return !*p || !p[1] || bad_format(run, "the part behind the colon is not understood");
}

static bool brace_value(Braces *braces, Spec *spec, PyValue value)
{
    JinjaRun *run = braces->call->run;
    char type = spec->type;
    if (is_integer(value) && (!type || strchr("dxXobn", type)) && (value.type == PY_INT || type)) {
        int64_t integer = value.type == PY_INT ? value.integer : value.boolean;
        return write_integer(run, &braces->out, spec, integer);
    }
    if (py_is_number(value) && (value.type == PY_FLOAT || type) &&
        (!type || strchr("eEfFgG%", type))) {
        return write_real(run, &braces->out, spec, real_of(value));
    }
    const char *text;
    if (type && type != 's') {
        return bad_format(run, arena_printf(run->arena, "letter '%c' does not fit %s", type,
                                            py_type_name(value)));
    }
    return jinja_text(run, value, &text) && write_text_field(run, &braces->out, spec, text);
}

/* .name and [key] behind the name of a field. */
static bool brace_path(Braces *braces, const char *path, PyValue *value)
{
    JinjaRun *run = braces->call->run;
    while (*path) {
        bool item = *path++ == '[';
        size_t length = strcspn(path, item ? "]" : ".[");
        const char *name = arena_strndup(run->arena, path, length);
        int64_t index;
        PyValue key = str_to_int(name, 0, INT32_MAX, &index) ? py_int(index) : py_text(name);
        if (!(item ? jinja_get_item(run, *value, key, value)
                   : jinja_get_attribute(run, *value, name, value))) {
            return false;
        }
        if (value->type == PY_UNDEFINED) {
            return jinja_fail_undefined(run, *value);
        }
        path += length + (item && path[length] == ']');
    }
    return true;
}

static bool brace_field(Braces *braces, const char *name, PyValue *value)
{
    JinjaCall *call = braces->call;
    size_t length = strcspn(name, ".[");
    const char *first = arena_strndup(call->arena, name, length);
    int64_t number = 0;
    bool positional = !*first || str_to_int(first, 0, INT32_MAX, &number);
    size_t index = *first ? (size_t)number : braces->automatic++;
    const PyValue *found = positional ? (index < call->count ? &call->args[index] : NULL)
                                      : py_dict_find(call->named, first);
    if (!found) {
        return bad_format(call->run,
                          positional ? "not enough values for the braces"
                                     : arena_printf(call->arena, "no value named \"%s\"", first));
    }
    *value = *found;
    return brace_path(braces, name + length, value);
}

/* {name!r:spec}, BODY being what stands between the braces. */
static bool brace_one(Braces *braces, char *body)
{
    JinjaRun *run = braces->call->run;
    char *colon = strchr(body, ':');
    const char *format = colon ? colon + 1 : "";
    if (colon) {
        *colon = '\0';
    }
    char *conversion = strchr(body, '!');
    if (conversion) {
        *conversion++ = '\0';
        if (!*conversion || conversion[1] || !strchr("rsa", *conversion)) {
            return bad_format(run, "! takes r, s or a");
        }
    }
    PyValue value;
    Spec spec;
    if (!brace_field(braces, body, &value) || !brace_spec(braces, format, &spec)) {
        return false;
    }
    if (conversion) {
        value =
            py_text(*conversion == 's' ? py_str(run->arena, value) : py_repr(run->arena, value));
    }
    return brace_value(braces, &spec, value);
}

bool jinja_format(JinjaCall *call, const char *format, PyValue *out)
{
    Braces braces = {.call = call, .at = format, .out = jinja_buf(call->run)};
    while (*braces.at) {
        char c = *braces.at++;
        if (c != '{' && c != '}') {
            buf_char(&braces.out, c);
            continue;
        }
        if (*braces.at == c) {
            buf_char(&braces.out, c);
            braces.at++;
            continue;
        }
        const char *end = c == '{' ? strchr(braces.at, '}') : NULL;
        if (!end) {
            return bad_format(call->run, "a single brace; write it twice");
        }
        char *body = arena_strndup(call->arena, braces.at, (size_t)(end - braces.at));
        if (strchr(body, '{')) {
            return bad_format(call->run, "braces inside of braces are not supported");
        }
        braces.at = end + 1;
        if (!brace_one(&braces, body)) {
            return false;
        }
    }
    return jinja_buf_done(call->run, &braces.out, out);
}
