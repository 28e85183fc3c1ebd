/* How Python prints values, and UTF-8. */
#include "cutover/jinja.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define MAX_NESTING 200
#define MAX_PRINTED (256u << 20)

/* --- UTF-8 ---------------------------------------------------------------------------------- */

typedef struct Utf8Form {
    unsigned char mask, lead;
    int more;
    uint32_t least;
} Utf8Form;

static const Utf8Form utf8_forms[] = {
    {0x80, 0x00, 0, 0}, {0xe0, 0xc0, 1, 0x80}, {0xf0, 0xe0, 2, 0x800}, {0xf8, 0xf0, 3, 0x10000}};

static uint32_t decode_as(const Utf8Form *form, const unsigned char *p)
{
    uint32_t c = p[0] & (unsigned char)~form->mask;
    for (int i = 1; i <= form->more; i++) {
        if ((p[i] & 0xc0) != 0x80) {
            return PY_BAD_CHAR;
        }
        c = c << 6 | (p[i] & 0x3f);
    }
    bool valid = c >= form->least && c <= 0x10ffff && !(c >= 0xd800 && c <= 0xdfff);
    return valid ? c : PY_BAD_CHAR;
}

uint32_t py_text_next(const char **text)
{
    const unsigned char *p = (const unsigned char *)*text;
    if (*p < 0x80) {
        *text += *p != 0;
        return *p;
    }
    for (size_t i = 0; i < sizeof utf8_forms / sizeof *utf8_forms; i++) {
        const Utf8Form *form = &utf8_forms[i];
        if ((p[0] & form->mask) == form->lead) {
            uint32_t c = decode_as(form, p);
            *text += c == PY_BAD_CHAR ? 1 : form->more + 1;
            return c;
        }
    }
    ++*text;
    return PY_BAD_CHAR;
}

void py_write_char(Buf *out, uint32_t c)
{
    if (c < 0x80) {
        buf_char(out, (char)c);
    } else if (c < 0x800) {
        buf_add(out, (char[]){(char)(0xc0 | c >> 6), (char)(0x80 | (c & 0x3f))}, 2);
    } else if (c < 0x10000) {
        char bytes[] = {(char)(0xe0 | c >> 12), (char)(0x80 | (c >> 6 & 0x3f)),
                        (char)(0x80 | (c & 0x3f))};
        buf_add(out, bytes, 3);
    } else {
        char bytes[] = {(char)(0xf0 | c >> 18), (char)(0x80 | (c >> 12 & 0x3f)),
                        (char)(0x80 | (c >> 6 & 0x3f)), (char)(0x80 | (c & 0x3f))};
        buf_add(out, bytes, 4);
    }
}

size_t py_text_length(const char *text)
{
    size_t n = 0;
    while (py_text_next(&text)) {
        n++;
    }
    return n;
}

size_t py_text_offset(const char *text, size_t index)
{
    const char *p = text;
    for (size_t i = 0; i < index && *p; i++) {
        py_text_next(&p);
    }
    return (size_t)(p - text);
}

/* --- numbers -------------------------------------------------------------------------------- */

/* DIGITS is "d.ddde+XX" as printf's %e writes it; gives the bare digits and the decimal exponent. */
static int split_scientific(const char *printed, char *digits)
{
    size_t n = 0;
    const char *p = printed;
    for (; *p && *p != 'e'; p++) {
        if (*p != '.') {
            digits[n++] = *p;
        }
    }
    while (n > 1 && digits[n - 1] == '0') {
        n--;
    }
    digits[n] = '\0';
    return (int)strtol(p + 1, NULL, 10);
}

static void write_fixed(Buf *out, const char *digits, int exponent)
{
    int n = (int)strlen(digits);
    if (exponent < 0) {
        buf_printf(out, "0.%.*s%s", -exponent - 1, "0000", digits);
    } else if (n <= exponent + 1) {
        buf_printf(out, "%s%.*s.0", digits, exponent + 1 - n, "0000000000000000");
    } else {
        buf_printf(out, "%.*s.%s", exponent + 1, digits, digits + exponent + 1);
    }
}

void py_write_float(Buf *out, double value)
{
    if (isnan(value) || isinf(value)) {
        buf_text(out, isnan(value) ? "nan" : value < 0 ? "-inf" : "inf");
        return;
    }
    char printed[40], digits[40];
    double magnitude = fabs(value);
    for (int precision = 0; precision < 17; precision++) {
        snprintf(printed, sizeof printed, "%.*e", precision, magnitude);
        if (strtod(printed, NULL) == magnitude) {
            break;
        }
    }
    int exponent = split_scientific(printed, digits);
    if (signbit(value)) {
        buf_char(out, '-');
    }
    if (exponent >= -4 && exponent < 16) {
        write_fixed(out, digits, exponent);
        return;
    }
    buf_printf(out, "%c%s%se%c%02d", digits[0], digits[1] ? "." : "", digits + 1,
               exponent < 0 ? '-' : '+', abs(exponent));
}

/* --- texts ---------------------------------------------------------------------------------- */

typedef struct CharSpan {
    uint32_t first, last;
} CharSpan;

/* What repr() escapes beyond ASCII: controls, formats, spaces, private and unassigned ranges. */
static const CharSpan unprintable[] = {{0x7f, 0xa0},
                                       {0xad, 0xad},
                                       {0x600, 0x605},
                                       {0x61c, 0x61c},
                                       {0x6dd, 0x6dd},
                                       {0x70f, 0x70f},
                                       {0x1680, 0x1680},
                                       {0x180e, 0x180e},
                                       {0x2000, 0x200f},
                                       {0x2028, 0x202f},
                                       {0x205f, 0x206f},
                                       {0x3000, 0x3000},
                                       {0xe000, 0xf8ff},
                                       {0xfeff, 0xfeff},
                                       {0xfff0, 0xfffb},
                                       {0xfffe, 0xffff},
                                       {0xe0000, PY_BAD_CHAR - 1}};

static bool printable(uint32_t c)
{
    if (c < 0x20) {
        return false;
    }
    for (size_t i = 0; i < sizeof unprintable / sizeof *unprintable; i++) {
        if (c >= unprintable[i].first && c <= unprintable[i].last) {
            return false;
        }
    }
    return true;
}

static void write_escaped(Buf *out, uint32_t c, char quote)
{
    if (c == (uint32_t)quote || c == '\\') {
        buf_char(out, '\\');
        buf_char(out, (char)c);
    } else if (c == '\n' || c == '\r' || c == '\t') {
        buf_text(out, c == '\n' ? "\\n" : c == '\r' ? "\\r" : "\\t");
    } else if (printable(c)) {
        py_write_char(out, c);
    } else {
        buf_printf(out, c < 0x100 ? "\\x%02x" : c < 0x10000 ? "\\u%04x" : "\\U%08x", c);
    }
}

/* How many characters at TEXT print as they are; nearly all of nearly every text do. */
static size_t plain_length(const char *text, char quote)
{
    size_t n = 0;
    while (text[n] >= ' ' && text[n] < 0x7f && text[n] != quote && text[n] != '\\') {
        n++;
    }
    return n;
}

static void write_quoted(Buf *out, const char *text)
{
    char quote = strchr(text, '\'') && !strchr(text, '"') ? '"' : '\'';
    buf_char(out, quote);
    for (uint32_t c = 1; c && !out->overflow;) {
        size_t plain = plain_length(text, quote);
        buf_add(out, text, plain);
        text += plain;
        c = py_text_next(&text);
        if (c) {
            write_escaped(out, c == PY_BAD_CHAR ? 0xfffd : c, quote);
        }
    }
    buf_char(out, quote);
}

/* --- containers ----------------------------------------------------------------------------- */

/* What is being printed around a value: a container inside itself prints as [...]. */
typedef struct Outer {
    const struct Outer *next;
    const void *content;
    int depth;
} Outer;

static void write_repr(Buf *out, PyValue value, const Outer *outer);

static bool inside(const Outer *outer, const void *content)
{
    if (outer && outer->depth >= MAX_NESTING) {
        return true;
    }
    for (; outer; outer = outer->next) {
        if (outer->content == content) {
            return true;
        }
    }
    return false;
}

static void write_items(Buf *out, const PyList *list, const char *open, const char *close,
                        const Outer *outer)
{
    buf_text(out, open);
    if (inside(outer, list)) {
        buf_text(out, "...");
    } else {
        Outer here = {.next = outer, .content = list, .depth = outer ? outer->depth + 1 : 1};
        for (size_t i = 0; i < list->count && !out->overflow; i++) {
            buf_text(out, i ? ", " : "");
            write_repr(out, list->items[i], &here);
        }
    }
    buf_text(out, close);
}

static void write_entries(Buf *out, const PyDict *dict, const char *between, const char *behind,
                          const Outer *here)
{
    for (size_t i = 0; i < dict->count && !out->overflow; i++) {
        buf_text(out, i ? ", " : "");
        buf_text(out, behind ? "(" : "");
        write_repr(out, dict->entries[i].key, here);
        buf_text(out, between);
        write_repr(out, dict->entries[i].value, here);
        buf_text(out, behind ? behind : "");
    }
}

/* As Python 3.11 prints it. */
static void write_ordered(Buf *out, const PyDict *dict, const Outer *outer)
{
    if (inside(outer, dict)) {
        buf_text(out, "...");
        return;
    }
    Outer here = {.next = outer, .content = dict, .depth = outer ? outer->depth + 1 : 1};
    buf_text(out, dict->count ? "OrderedDict([" : "OrderedDict(");
    write_entries(out, dict, ", ", ")", &here);
    buf_text(out, dict->count ? "])" : ")");
}

static void write_dict(Buf *out, const PyDict *dict, const Outer *outer)
{
    if (dict->ordered) {
        write_ordered(out, dict, outer);
        return;
    }
    buf_char(out, '{');
    if (inside(outer, dict)) {
        buf_text(out, "...");
    } else {
        Outer here = {.next = outer, .content = dict, .depth = outer ? outer->depth + 1 : 1};
        write_entries(out, dict, ": ", NULL, &here);
    }
    buf_char(out, '}');
}

static void write_iterator(Buf *out, const PyList *list, const Outer *outer)
{
    if (list->once) {
        buf_printf(out, "<%s object>", list->label);
        return;
    }
    buf_text(out, list->label);
    write_items(out, list, "([", "])", outer);
}

static void write_range(Buf *out, const PyRange *range)
{
    buf_printf(out, "range(%lld, %lld", (long long)range->start, (long long)range->stop);
    if (range->step != 1) {
        buf_printf(out, ", %lld", (long long)range->step);
    }
    buf_char(out, ')');
}

static void write_object(Buf *out, const struct JinjaObject *object, bool repr)
{
    const JinjaClass *class = object->class;
    const char *name = class->name ? class->name : "object";
    if (repr && class->repr) {
        buf_text(out, class->repr(out->arena, object->self));
    } else if (!class->text) {
        buf_printf(out, "<%s>", name);
    } else if (repr) {
        buf_printf(out, "<%s %s>", name, class->text(out->arena, object->self));
    } else {
        buf_text(out, class->text(out->arena, object->self));
    }
}

static void write_repr(Buf *out, PyValue value, const Outer *outer)
{
    switch (value.type) {
    case PY_STRING:
        buf_text(out, value.escaped ? "Markup(" : "");
        write_quoted(out, value.text);
        buf_text(out, value.escaped ? ")" : "");
        break;
    case PY_UNDEFINED:
        buf_text(out, "Undefined");
        break;
    case PY_LIST:
    case PY_SLICE:
        write_items(out, value.list, "[", "]", outer);
        break;
    case PY_TUPLE:
        write_items(out, value.list, "(", value.list->count == 1 ? ",)" : ")", outer);
        break;
    case PY_ITERATOR:
        write_iterator(out, value.list, outer);
        break;
    case PY_DICT:
        write_dict(out, value.dict, outer);
        break;
    case PY_NAMESPACE:
        buf_text(out, "<Namespace ");
        write_dict(out, value.dict, outer);
        buf_char(out, '>');
        break;
    case PY_OBJECT:
        write_object(out, value.object, true);
        break;
    default:
        py_write(out, value);
    }
}

void py_write_repr(Buf *out, PyValue value)
{
    write_repr(out, value, NULL);
}

void py_write(Buf *out, PyValue value)
{
    switch (value.type) {
    case PY_UNDEFINED:
        break;
    case PY_NONE:
        buf_text(out, "None");
        break;
    case PY_BOOL:
        buf_text(out, value.boolean ? "True" : "False");
        break;
    case PY_INT:
        buf_printf(out, "%lld", (long long)value.integer);
        break;
    case PY_FLOAT:
        py_write_float(out, value.real);
        break;
    case PY_STRING:
        buf_text(out, value.text);
        break;
    case PY_RANGE:
        write_range(out, value.range);
        break;
    case PY_MACRO: {
        const JinjaMacro *macro = jinja_macro_of(value);
        buf_printf(out, "<Macro '%s'>", macro ? macro->name : "caller");
        break;
    }
    case PY_METHOD:
        buf_printf(out, "<built-in method %s>", value.method->name);
        break;
    case PY_OBJECT:
        write_object(out, value.object, false);
        break;
    default:
        write_repr(out, value, NULL);
    }
}

const char *py_str(Arena *arena, PyValue value)
{
    if (value.type == PY_STRING) {
        return value.text;
    }
    Buf out = buf_new(arena, MAX_PRINTED);
    py_write(&out, value);
    return out.data;
}

const char *py_repr(Arena *arena, PyValue value)
{
    Buf out = buf_new(arena, MAX_PRINTED);
    py_write_repr(&out, value);
    return out.data;
}
