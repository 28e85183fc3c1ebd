/* Filters on texts, numbers and single values, and finding a filter by its name. */
#include "jinja_run.h"

#include "cutover/str.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* --- finding -------------------------------------------------------------------------------- */

const Builtin *jinja_find_filter(const char *name)
{
    const Builtin *filter = jinja_find_builtin(jinja_text_filters, name);
    return filter ? filter : jinja_find_builtin(jinja_sequence_filters, name);
}

static bool unknown_filter(JinjaCall *call)
{
    StrVec names = {0};
    const Builtin *tables[] = {jinja_text_filters, jinja_sequence_filters};
    for (int i = 0; i < 2; i++) {
        for (const Builtin *it = tables[i]; it->name; it++) {
            vec_push(call->arena, &names, it->name);
        }
    }
    jinja_fail(call->run, "CO2031", "filter \"%s\" is not supported", call->name);
    jinja_suggest(call->run, call->name, &names);
    return false;
}

bool jinja_filter(JinjaCall *call, PyValue self, PyValue *out)
{
    const Builtin *filter = jinja_find_filter(call->name);
    return filter ? jinja_call_builtin(call, filter, self, out) : unknown_filter(call);
}

/* Calls the method of str that has the same meaning, on str(SELF). */
static bool by_method(JinjaCall *call, const char *method, PyValue self, const PyValue *arg,
                      PyValue *out)
{
    const char *text;
    if (!jinja_text(call->run, self, &text) ||
        !jinja_find_builtin(jinja_str_methods, method)->fn(call, py_text(text), arg, out)) {
        return false;
    }
    out->escaped = jinja_is_escaped(self);
    return true;
}

#define METHOD_FILTER(name, method)                                                                \
    static bool name(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)              \
    {                                                                                              \
        return by_method(call, method, self, arg, out);                                            \
    }

METHOD_FILTER(filter_lower, "lower")
METHOD_FILTER(filter_upper, "upper")
METHOD_FILTER(filter_capitalize, "capitalize")
METHOD_FILTER(filter_trim, "strip")

/* --- texts ---------------------------------------------------------------------------------- */

static bool filter_string(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    (void)arg;
    const char *text;
    if (!jinja_text(call->run, self, &text)) {
        return false;
    }
    *out = py_text(text);
    out->escaped = jinja_is_escaped(self);
    return true;
}

/* Unlike str.title(), words begin behind white space, dashes and brackets only. */
static bool filter_title(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    (void)arg;
    const char *text;
    if (!jinja_text(call->run, self, &text)) {
        return false;
    }
    Buf title = jinja_buf(call->run);
    bool begins = true, word = false;
    for (uint32_t c; (c = py_text_next(&text)) != 0;) {
        if (begins) {
            jinja_put_upper(&title, c);
            word = false; /* Jinja cuts the text here */
        } else {
            jinja_put_lower(&title, c, text, &word);
        }
        begins = c < 0x80 && strchr(" \t\n\r\v\f-({[<", (int)c);
    }
    return jinja_buf_done(call->run, &title, out);
}

static bool filter_center(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    PyValue with_fill[] = {arg[0], py_text(" ")};
    return by_method(call, "center", self, with_fill, out);
}

static bool filter_replace(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    const char *text, *old, *new;
    int64_t most;
    return jinja_text(call->run, self, &text) && jinja_text(call->run, arg[0], &old) &&
           jinja_text(call->run, arg[1], &new) &&
           jinja_int_param(call, arg[2], "count", -1, &most) &&
           jinja_replace(call->run, text, old, new, most, out);
}

static bool filter_format(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    PyValue format, values = arg[1].dict->count ? arg[1] : arg[0];
    return filter_string(call, self, arg, &format) && jinja_percent(call->run, format, values, out);
}

/* The width of an indent is a number of spaces or the text itself. */
static bool indent_text(JinjaCall *call, PyValue width, const char **out)
{
    int64_t spaces;
    if (width.type == PY_STRING) {
        *out = width.text;
        return true;
    }
    if (!jinja_int_param(call, width, "width", 4, &spaces)) {
        return false;
    }
    if (spaces > 10000) {
        return jinja_fail(call->run, "CO2013", "indent: the width is too large");
    }
    *out = arena_printf(call->arena, "%*s", (int)(spaces > 0 ? spaces : 0), "");
    return true;
}

static bool filter_indent(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    const char *text, *indent = "";
    bool first = jinja_bool_param(arg[1], false), blank = jinja_bool_param(arg[2], false);
    if (!jinja_text(call->run, self, &text) || !indent_text(call, arg[0], &indent)) {
        return false;
    }
    PyValue lines = jinja_lines(call->arena, arena_printf(call->arena, "%s\n", text));
    Buf indented = jinja_buf(call->run);
    for (size_t i = 0; i < lines.list->count; i++) {
        const char *line = lines.list->items[i].text;
        buf_text(&indented, i ? "\n" : "");
        buf_text(&indented, (i ? *line || blank : first) ? indent : "");
        buf_text(&indented, line);
    }
    return jinja_buf_done(call->run, &indented, out);
}

static bool filter_truncate(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    const char *text, *end;
    int64_t length, leeway;
    if (!jinja_text(call->run, self, &text) ||
        !jinja_int_param(call, arg[0], "length", 255, &length) ||
        !jinja_text_param(call, arg[2], "end", "...", &end) ||
        !jinja_int_param(call, arg[3], "leeway", 5, &leeway)) {
        return false;
    }
    int64_t room = length - (int64_t)py_text_length(end);
    if (room < 0 || leeway < 0) {
        return jinja_fail(call->run, "CO2013", "truncate: the length is smaller than its end");
    }
    if ((int64_t)py_text_length(text) <= length + leeway) {
        *out = py_text(text);
        return true;
    }
    char *kept = arena_strndup(call->arena, text, py_text_offset(text, (size_t)room));
    char *space = strrchr(kept, ' ');
    if (space && !jinja_bool_param(arg[1], false)) {
        *space = '\0';
    }
    *out = py_text(arena_printf(call->arena, "%s%s", kept, end));
    return true;
}

static bool filter_wordcount(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    (void)arg;
    const char *text;
    int64_t count = 0;
    bool inside = false;
    if (!jinja_text(call->run, self, &text)) {
        return false;
    }
    for (uint32_t c; (c = py_text_next(&text)) != 0;) {
        bool word = jinja_is_letter(c) || c == '_' || (c >= '0' && c <= '9');
        count += word && !inside;
        inside = word;
    }
    *out = py_int(count);
    return true;
}

static bool filter_urlencode(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    (void)arg;
    const char *text;
    if (self.type == PY_DICT || self.type == PY_LIST || self.type == PY_TUPLE) {
        return jinja_fail(call->run, "CO2011", "urlencode takes a text here, not %s",
                          py_type_name(self));
    }
    if (!jinja_text(call->run, self, &text)) {
        return false;
    }
    Buf encoded = jinja_buf(call->run);
    for (; *text; text++) {
        if (isalnum((unsigned char)*text) || strchr("_.-~/", *text)) {
            buf_char(&encoded, *text);
        } else {
            buf_printf(&encoded, "%%%02X", (unsigned char)*text);
        }
    }
    return jinja_buf_done(call->run, &encoded, out);
}

static bool filter_tojson(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    JinjaJson style = {.sort_keys = true, .html_safe = true};
    Buf json = jinja_buf(call->run);
    if (!jinja_int_param(call, arg[0], "indent", 0, &style.indent)) {
        return false;
    }
    if (style.indent < 0 || style.indent > 100) {
        return jinja_fail(call->run, "CO2013", "tojson: the indent is out of range");
    }
    if (!jinja_write_json(call->run, &json, self, &style) ||
        !jinja_buf_done(call->run, &json, out)) {
        return false;
    }
    out->escaped = true;
    return true;
}

/* --- numbers -------------------------------------------------------------------------------- */

/* float(text): white space around and underscores between digits are allowed. */
static bool real_in(Arena *arena, const char *text, double *out)
{
    Buf clean = buf_new(arena, strlen(text) + 1);
    for (const char *p = str_trim(arena, text); *p; p++) {
        if (*p != '_') {
            buf_char(&clean, *p);
        }
    }
    char *end;
    *out = strtod(clean.data, &end);
    bool hex = strpbrk(clean.data, "xX") != NULL;
    return clean.length && !*end && !hex;
}

/* int(text, base); false: it is none, or with ERANGE too large. */
static bool integer_in(Arena *arena, const char *text, int base, int64_t *out)
{
    Buf clean = buf_new(arena, strlen(text) + 1);
    for (const char *p = str_trim(arena, text); *p; p++) {
        if (*p != '_') {
            buf_char(&clean, *p);
        }
    }
    char *end, *digits = clean.data + (clean.data[0] == '-' || clean.data[0] == '+');
    if (digits[0] == '0' && digits[1] &&
        strchr(base == 8   ? "oO"
               : base == 2 ? "bB"
                           : "",
               digits[1])) {
        memmove(digits, digits + 2, strlen(digits + 2) + 1);
    }
    if (!isalnum((unsigned char)*digits)) {
        return false;
    }
    errno = 0;
    *out = strtoll(clean.data, &end, base);
    return !errno && !*end;
}

static bool too_large(JinjaCall *call)
{
    return jinja_fail(call->run, "CO2015", "%s: the number does not fit into 64 bits", call->name);
}

/* int(float): OTHER for what has no integer. */
static bool real_to_int(JinjaCall *call, double value, PyValue other, PyValue *out)
{
    if (!isfinite(value)) {
        *out = other;
        return true;
    }
    if (fabs(value) >= 0x1p63) {
        return too_large(call);
    }
    *out = py_int((int64_t)value);
    return true;
}

static bool text_to_int(JinjaCall *call, const char *text, PyValue other, int base, PyValue *out)
{
    int64_t integer;
    double real;
    if (integer_in(call->arena, text, base, &integer)) {
        *out = py_int(integer);
        return true;
    }
    if (errno == ERANGE) {
        errno = 0;
        return too_large(call);
    }
    if (real_in(call->arena, text, &real)) {
        return real_to_int(call, real, other, out);
    }
    *out = other;
    return true;
}

static bool filter_int(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    int64_t base;
    PyValue other = arg[0].type == PY_UNDEFINED ? py_int(0) : arg[0];
    if (!jinja_int_param(call, arg[1], "base", 10, &base)) {
        return false;
    }
    if (base < 2 || base > 36) {
        return jinja_fail(call->run, "CO2013", "int: the base must be from 2 to 36");
    }
    errno = 0;
    switch (self.type) {
    case PY_UNDEFINED:
        return jinja_fail_undefined(call->run, self);
    case PY_BOOL:
        *out = py_int(self.boolean);
        return true;
    case PY_INT:
        *out = self;
        return true;
    case PY_FLOAT:
        return real_to_int(call, self.real, other, out);
    case PY_STRING:
        return text_to_int(call, self.text, other, (int)base, out);
    case PY_OBJECT:
        if (self.object->class->order) { /* a number of the host's */
            return text_to_int(call, py_str(call->arena, self), other, 10, out);
        }
        __attribute__((fallthrough));
    default:
        *out = other;
        return true;
    }
}

static bool filter_float(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    double real;
    *out = arg[0].type == PY_UNDEFINED ? py_float(0) : arg[0];
    if (self.type == PY_UNDEFINED) {
        return jinja_fail_undefined(call->run, self);
    }
    bool number = self.type == PY_OBJECT && self.object->class->order;
    if ((number || self.type == PY_STRING) &&
        real_in(call->arena, py_str(call->arena, self), &real)) {
        *out = py_float(real);
    } else if (py_is_number(self)) {
        *out = py_float(self.type == PY_FLOAT ? self.real
                        : self.type == PY_INT ? (double)self.integer
                                              : self.boolean);
    }
    return true;
}

static bool filter_abs(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    (void)arg;
    bool negative =
        self.type == PY_INT ? self.integer < 0 : self.type == PY_FLOAT && signbit(self.real);
    return jinja_unary(call->run, negative ? "-" : "+", self, out);
}

/* round(value, digits): printf rounds the exact binary value half to even, as Python does. */
static double round_digits(double value, int64_t digits)
{
    if (!isfinite(value) || digits > 300) {
        return value;
    }
    if (digits < -300) {
        return 0;
    }
    if (digits < 0) {
        double scale = pow(10, (double)-digits);
        return rint(value / scale) * scale;
    }
    char text[700];
    snprintf(text, sizeof text, "%.*f", (int)digits, value);
    return strtod(text, NULL);
}

static bool round_integer(JinjaCall *call, int64_t value, int64_t digits, PyValue *out)
{
    if (digits >= 0) {
        *out = py_int(value);
        return true;
    }
    if (digits < -18) {
        *out = py_int(0);
        return true;
    }
    int64_t scale = 1;
    for (int64_t i = 0; i < -digits; i++) {
        scale *= 10;
    }
    int64_t down = value - ((value % scale) + scale) % scale, rest = value - down;
    bool up = rest > scale / 2 || (rest * 2 == scale && (down / scale) % 2 != 0);
    int64_t rounded;
    if (__builtin_add_overflow(down, up ? scale : 0, &rounded)) {
        return too_large(call);
    }
    *out = py_int(rounded);
    return true;
}

static bool filter_round(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    int64_t digits;
    const char *method;
    if (self.type == PY_UNDEFINED) {
        return jinja_fail_undefined(call->run, self);
    }
    if (!jinja_int_param(call, arg[0], "precision", 0, &digits) ||
        !jinja_text_param(call, arg[1], "method", "common", &method)) {
        return false;
    }
    bool ceiling = str_eq(method, "ceil"), common = str_eq(method, "common");
    if (!common && !ceiling && !str_eq(method, "floor")) {
        return jinja_fail(call->run, "CO2013", "round: method must be common, ceil or floor");
    }
    if (!py_is_number(self)) {
        return jinja_fail(call->run, "CO2011", "round needs a number, not %s", py_type_name(self));
    }
    if (common && self.type != PY_FLOAT) {
        return round_integer(call, self.type == PY_INT ? self.integer : self.boolean, digits, out);
    }
    PyValue real;
    if (!filter_float(call, self, (PyValue[]){py_float(0)}, &real)) {
        return false;
    }
    double scale = pow(10, (double)digits);
    *out = py_float(common    ? round_digits(real.real, digits)
                    : ceiling ? ceil(real.real * scale) / scale
                              : floor(real.real * scale) / scale);
    return true;
}

/* --- single values -------------------------------------------------------------------------- */

static bool filter_default(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    (void)call;
    bool falsy = jinja_bool_param(arg[1], false) && !py_truth(self);
    bool replace = self.type == PY_UNDEFINED || falsy;
    *out = !replace ? self : arg[0].type == PY_UNDEFINED ? py_text("") : arg[0];
    return true;
}

static bool filter_attr(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    const char *name = jinja_want_text(call->run, arg[0], "name");
    return name && jinja_get_attribute(call->run, self, name, out);
}

static bool filter_random(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    (void)self;
    (void)arg;
    (void)out;
    jinja_fail(call->run, "CO2031", "filter \"random\" is not supported");
    jinja_error(call->run)->hint = "a plan must come out the same each time it is made";
    return false;
}

static bool mark(JinjaCall *call, PyValue self, PyMarker marker, PyValue *out)
{
    const char *text;
    *out = self;
    if (!call->run->native) {
        return true;
    }
    if (!jinja_text(call->run, self, &text)) {
        return false;
    }
    *out = py_text(text);
    out->marker = marker;
    return true;
}

#define MARK_FILTER(name, marker)                                                                  \
    static bool name(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)              \
    {                                                                                              \
        (void)arg;                                                                                 \
        return mark(call, self, marker, out);                                                      \
    }

MARK_FILTER(filter_as_text, PY_MARK_TEXT)
MARK_FILTER(filter_as_native, PY_MARK_NATIVE)
MARK_FILTER(filter_as_bool, PY_MARK_BOOL)
MARK_FILTER(filter_as_number, PY_MARK_NUMBER)

const Builtin jinja_text_filters[] = {
    {"abs", "", filter_abs},
    {"as_bool", "", filter_as_bool},
    {"as_native", "", filter_as_native},
    {"as_number", "", filter_as_number},
    {"as_text", "", filter_as_text},
    {"attr", "name", filter_attr},
    {"capitalize", "", filter_capitalize},
    {"center", "width?", filter_center},
    {"d", "default_value? boolean?", filter_default},
    {"default", "default_value? boolean?", filter_default},
    {"e", "", jinja_filter_escape},
    {"escape", "", jinja_filter_escape},
    {"float", "default?", filter_float},
    {"forceescape", "", jinja_filter_forceescape},
    {"format", "args* named**", filter_format},
    {"indent", "width? first? blank?", filter_indent},
    {"int", "default? base?", filter_int},
    {"lower", "", filter_lower},
    {"random", "", filter_random},
    {"replace", "old new count?", filter_replace},
    {"round", "precision? method?", filter_round},
    {"safe", "", jinja_filter_safe},
    {"string", "", filter_string},
    {"title", "", filter_title},
    {"tojson", "indent?", filter_tojson},
    {"trim", "chars?", filter_trim},
    {"truncate", "length? killwords? end? leeway?", filter_truncate},
    {"upper", "", filter_upper},
    {"urlencode", "", filter_urlencode},
    {"wordcount", "", filter_wordcount},
    {NULL, NULL, NULL},
};
