/* JSON as Python's json.dumps() prints it: spaces behind commas and colons, ASCII only. */
#include "jinja_run.h"

#include <math.h>
#include <string.h>

#define MAX_NESTING 200

typedef struct Writer {
    JinjaRun *run;
    Buf *out;
    const JinjaJson *style;
    int depth;
} Writer;

static bool write_value(Writer *writer, PyValue value);

static void write_unit(Buf *out, uint32_t unit)
{
    buf_printf(out, "\\u%04x", unit);
}

static void write_char(Writer *writer, uint32_t c)
{
    static const char plain[] = "\"\\\n\r\t\b\f", letters[] = "\"\\nrtbf";
    const char *escape = c < 0x80 ? strchr(plain, (int)c) : NULL;
    bool html = writer->style->html_safe && c < 0x80 && strchr("<>&'", (int)c);
    if (escape) {
        buf_char(writer->out, '\\');
        buf_char(writer->out, letters[escape - plain]);
    } else if (c >= 0x20 && c < 0x7f && !html) {
        buf_char(writer->out, (char)c);
    } else if (c == 0x7f) {
        buf_char(writer->out, (char)c);
    } else if (c < 0x10000) {
        write_unit(writer->out, c);
    } else {
        write_unit(writer->out, 0xd800 + ((c - 0x10000) >> 10));
        write_unit(writer->out, 0xdc00 + ((c - 0x10000) & 0x3ff));
    }
}

static void write_text(Writer *writer, const char *text)
{
    buf_char(writer->out, '"');
    for (uint32_t c; !writer->out->overflow && (c = py_text_next(&text)) != 0;) {
        write_char(writer, c == PY_BAD_CHAR ? 0xfffd : c);
    }
    buf_char(writer->out, '"');
}

static void write_break(Writer *writer, bool first, bool last)
{
    if (!first && !last) {
        buf_text(writer->out, writer->style->indent ? "," : ", ");
    }
    if (!writer->style->indent) {
        return;
    }
    buf_char(writer->out, '\n');
    for (int64_t i = 0; i < writer->style->indent * writer->depth && !writer->out->overflow; i++) {
        buf_char(writer->out, ' ');
    }
}

static bool write_items(Writer *writer, const PyList *list)
{
    buf_char(writer->out, '[');
    writer->depth++;
    for (size_t i = 0; i < list->count; i++) {
        write_break(writer, i == 0, false);
        if (!write_value(writer, list->items[i])) {
            return false;
        }
    }
    writer->depth--;
    if (list->count) {
        write_break(writer, false, true);
    }
    buf_char(writer->out, ']');
    return true;
}

/* Keys become texts: true, null, 1. */
static bool write_key(Writer *writer, PyValue key)
{
    if (key.type == PY_STRING) {
        write_text(writer, key.text);
        return true;
    }
    if (key.type == PY_TUPLE || key.type == PY_UNDEFINED) {
        return jinja_fail(writer->run, "CO2011", "%s cannot be a key in JSON", py_type_name(key));
    }
    buf_char(writer->out, '"');
    bool ok = write_value(writer, key);
    buf_char(writer->out, '"');
    return ok;
}

static bool sorted_entries(Writer *writer, const PyDict *dict, PyDict *sorted)
{
    PyValue keys = py_list(writer->run->arena);
    for (size_t i = 0; i < dict->count; i++) {
        py_append(writer->run->arena, keys, dict->entries[i].key);
    }
    *sorted = (PyDict){0};
    if (!jinja_sort(writer->run, keys.list->items, keys.list->items, keys.list->count, false)) {
        return false;
    }
    for (size_t i = 0; i < dict->count; i++) {
        PyValue key = keys.list->items[i];
        py_dict_set(writer->run->arena, sorted, key, *py_dict_get(dict, key));
    }
    return true;
}

static bool write_dict(Writer *writer, const PyDict *dict)
{
    PyDict sorted;
    if (writer->style->sort_keys && dict->count > 1) {
        if (!sorted_entries(writer, dict, &sorted)) {
            return false;
        }
        dict = &sorted;
    }
    buf_char(writer->out, '{');
    writer->depth++;
    for (size_t i = 0; i < dict->count; i++) {
        write_break(writer, i == 0, false);
        if (!write_key(writer, dict->entries[i].key)) {
            return false;
        }
        buf_text(writer->out, ": ");
        if (!write_value(writer, dict->entries[i].value)) {
            return false;
        }
    }
    writer->depth--;
    if (dict->count) {
        write_break(writer, false, true);
    }
    buf_char(writer->out, '}');
    return true;
}

static void write_real(Buf *out, double value)
{
    if (isfinite(value)) {
        py_write_float(out, value);
    } else {
        buf_text(out, isnan(value) ? "NaN" : value < 0 ? "-Infinity" : "Infinity");
    }
}

static bool write_value(Writer *writer, PyValue value)
{
    if (writer->depth > MAX_NESTING) {
        return jinja_fail(writer->run, "CO2013", "the value nests too deep for JSON");
    }
    if (!jinja_charge(writer->run, 1) || writer->out->overflow) {
        return !writer->out->overflow ? false : true;
    }
    switch (value.type) {
    case PY_NONE:
        buf_text(writer->out, "null");
        return true;
    case PY_BOOL:
        buf_text(writer->out, value.boolean ? "true" : "false");
        return true;
    case PY_INT:
        py_write(writer->out, value);
        return true;
    case PY_FLOAT:
        write_real(writer->out, value.real);
        return true;
    case PY_STRING:
        write_text(writer, value.text);
        return true;
    case PY_LIST:
    case PY_TUPLE:
        return write_items(writer, value.list);
    case PY_DICT:
        return write_dict(writer, value.dict);
    default:
        return jinja_fail(writer->run, "CO2011", "%s cannot be written as JSON",
                          py_type_name(value));
    }
}

bool jinja_write_json(JinjaRun *run, Buf *out, PyValue value, const JinjaJson *style)
{
    Writer writer = {.run = run, .out = out, .style = style};
    return write_value(&writer, value);
}
