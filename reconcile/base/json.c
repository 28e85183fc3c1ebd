#include "cutover/json.h"

#include "cutover/str.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEEPEST 200

JsonOut json_out(Buf *buf)
{
    return (JsonOut){.buf = buf};
}

static void before_value(JsonOut *out)
{
    if (out->comma) {
        buf_char(out->buf, ',');
    }
    out->comma = true;
}

static void open_with(JsonOut *out, char bracket)
{
    before_value(out);
    buf_char(out->buf, bracket);
    out->comma = false;
}

static void close_with(JsonOut *out, char bracket)
{
    buf_char(out->buf, bracket);
    out->comma = true;
}

void json_open_object(JsonOut *out)
{
    open_with(out, '{');
}

void json_close_object(JsonOut *out)
{
    close_with(out, '}');
}

void json_open_array(JsonOut *out)
{
    open_with(out, '[');
}

void json_close_array(JsonOut *out)
{
    close_with(out, ']');
}

static void escaped_char(Buf *buf, unsigned char c)
{
    static const char short_forms[] = "\"\"\\\\\bb\ff\nn\rr\tt";
    for (const char *p = short_forms; *p; p += 2) {
        if ((unsigned char)*p == c) {
            buf_char(buf, '\\');
            buf_char(buf, p[1]);
            return;
        }
    }
    if (c < 0x20 || c == 0x7f) {
        buf_printf(buf, "\\u%04x", c);
    } else {
        buf_char(buf, (char)c);
    }
}

static void quoted(Buf *buf, const char *text)
{
    buf_char(buf, '"');
    for (const char *p = text; *p;) {
        size_t n = str_utf8_length(p);
        if (n == 1) {
            escaped_char(buf, (unsigned char)*p);
        } else if (n) {
            buf_add(buf, p, n);
        } else {
            buf_text(buf, "\\ufffd");
        }
        p += n ? n : 1;
    }
    buf_char(buf, '"');
}

void json_key(JsonOut *out, const char *key)
{
    before_value(out);
    quoted(out->buf, key);
    buf_char(out->buf, ':');
    out->comma = false;
}

void json_str(JsonOut *out, const char *text)
{
    if (!text) {
        json_nothing(out);
        return;
    }
    before_value(out);
    quoted(out->buf, text);
}

void json_int(JsonOut *out, int64_t value)
{
    before_value(out);
    buf_printf(out->buf, "%lld", (long long)value);
}

void json_number(JsonOut *out, double value)
{
    if (!isfinite(value)) {
        json_nothing(out);
        return;
    }
    char text[40];
    for (int precision = 6; precision <= 17; precision++) {
        snprintf(text, sizeof text, "%.*g", precision, value);
        if (strtod(text, NULL) == value) {
            break;
        }
    }
    before_value(out);
    buf_text(out->buf, text);
}

void json_bool(JsonOut *out, bool value)
{
    before_value(out);
    buf_text(out->buf, value ? "true" : "false");
}

void json_nothing(JsonOut *out)
{
    before_value(out);
    buf_text(out->buf, "null");
}

void json_raw(JsonOut *out, const char *json)
{
    before_value(out);
    buf_text(out->buf, json);
}

void json_put_str(JsonOut *out, const char *key, const char *text)
{
    if (text) {
        json_key(out, key);
        json_str(out, text);
    }
}

void json_put_int(JsonOut *out, const char *key, int64_t value)
{
    json_key(out, key);
    json_int(out, value);
}

void json_put_number(JsonOut *out, const char *key, double value)
{
    json_key(out, key);
    json_number(out, value);
}

void json_put_bool(JsonOut *out, const char *key, bool value)
{
    json_key(out, key);
    json_bool(out, value);
}

void json_put_texts(JsonOut *out, const char *key, const StrVec *texts)
{
    json_key(out, key);
    json_open_array(out);
    for (size_t i = 0; i < texts->count; i++) {
        json_str(out, texts->items[i]);
    }
    json_close_array(out);
}

static Json *convert(Arena *arena, const json_t *value);

static Json *convert_object(Arena *arena, const json_t *value)
{
    Json *json = arena_make(arena, Json);
    json->type = JSON_IS_OBJECT;
    const char *key;
    json_t *member;
    json_object_foreach((json_t *)value, key, member)
    {
        map_put(arena, &json->members, arena_strdup(arena, key), convert(arena, member));
    }
    json->count = json->members.count;
    return json;
}

static Json *convert_array(Arena *arena, const json_t *value)
{
    Json *json = arena_make(arena, Json);
    json->type = JSON_IS_ARRAY;
    json->count = json_array_size(value);
    json->items = arena_array(arena, json->count, sizeof *json->items);
    for (size_t i = 0; i < json->count; i++) {
        json->items[i] = convert(arena, json_array_get(value, i));
    }
    return json;
}

static Json *convert(Arena *arena, const json_t *value)
{
    if (json_is_object(value)) {
        return convert_object(arena, value);
    }
    if (json_is_array(value)) {
        return convert_array(arena, value);
    }
    Json *json = arena_make(arena, Json);
    if (json_is_string(value)) {
        *json =
            (Json){.type = JSON_IS_STRING, .string = arena_strdup(arena, json_string_value(value))};
    } else if (json_is_integer(value)) {
        *json = (Json){.type = JSON_IS_INT, .integer = json_integer_value(value)};
        json->real = (double)json->integer;
    } else if (json_is_real(value)) {
        *json = (Json){.type = JSON_IS_REAL, .real = json_real_value(value)};
    } else if (json_is_boolean(value)) {
        *json = (Json){.type = JSON_IS_BOOL, .boolean = json_is_true(value)};
    }
    return json;
}

/* Jansson's own limit is 2048 levels of its recursion; ours is counted before, outside strings. */
static bool too_deep(const char *text, size_t length)
{
    int depth = 0;
    bool in_string = false;
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        if (in_string) {
            i += c == '\\';
            in_string = c != '"';
        } else if (c == '"') {
            in_string = true;
        } else if (c == '{' || c == '[') {
            if (++depth > DEEPEST) {
                return true;
            }
        } else if (c == '}' || c == ']') {
            depth--;
        }
    }
    return false;
}

/* ---- reading ---- */

enum { FLAGS = JSON_REJECT_DUPLICATES | JSON_DECODE_ANY };

/*
 * Jansson's tree of a text takes ten times the room of the text. So the outermost objects are walked here, and it reads
 * what is in them, one after the other: of a large text it never holds more than a small part.
 */
typedef struct Walk {
    Arena *arena;
    const char *text;
    size_t length, at;
} Walk;

enum { WALKED_DEPTH = 2 };

static bool skip(Walk *w, char c)
{
    while (w->at < w->length && w->text[w->at] && strchr(" \t\r\n", w->text[w->at])) {
        w->at++;
    }
    bool found = w->at < w->length && w->text[w->at] == c;
    w->at += found;
    return found;
}

/* The value here, as Jansson reads it; NULL when it does not. */
static json_t *load(Walk *w)
{
    json_error_t end;
    json_t *value =
        json_loadb(w->text + w->at, w->length - w->at, FLAGS | JSON_DISABLE_EOF_CHECK, &end);
    w->at += value ? (size_t)end.position : 0;
    return value;
}

static Json *read_loaded(Walk *w)
{
    json_t *value = load(w);
    Json *json = value ? convert(w->arena, value) : NULL;
    json_decref(value);
    return json;
}

static Json *read_value(Walk *w, int depth);

static bool read_member(Walk *w, Json *object, int depth)
{
    Json *key = read_loaded(w);
    Json *value = key && key->type == JSON_IS_STRING && skip(w, ':') ? read_value(w, depth) : NULL;
    return value && !map_put(w->arena, &object->members, key->string, value);
}

static Json *read_value(Walk *w, int depth)
{
    if (!depth || !skip(w, '{')) {
        return read_loaded(w);
    }
    Json *object = arena_make(w->arena, Json);
    object->type = JSON_IS_OBJECT;
    if (skip(w, '}')) {
        return object;
    }
    do {
        if (!read_member(w, object, depth - 1)) {
            return NULL;
        }
    } while (skip(w, ','));
    object->count = object->members.count;
    return skip(w, '}') ? object : NULL;
}

/* All at once: Jansson knows best what is wrong with a text, and where. */
static Json *read_whole(Arena *arena, const char *text, size_t length, Err *err)
{
    json_error_t why;
    json_t *root = json_loadb(text, length, FLAGS, &why);
    if (!root) {
        err_set(arena, err, ERR_INPUT, "CO3092", "not valid JSON: %s (line %d, column %d)",
                why.text, why.line, why.column);
        err->line = why.line;
        return NULL;
    }
    Json *json = convert(arena, root);
    json_decref(root);
    return json;
}

Json *json_parse(Arena *arena, const char *text, size_t length, Err *err)
{
    if (too_deep(text, length)) {
        err_set(arena, err, ERR_INPUT, "CO3091", "JSON nests deeper than %d levels", DEEPEST);
        return NULL;
    }
    Walk w = {.arena = arena, .text = text, .length = length};
    Json *json = read_value(&w, WALKED_DEPTH);
    bool whole = json && !skip(&w, '\0') && w.at == length;
    return whole ? json : read_whole(arena, text, length, err);
}

const Json *json_get(const Json *object, const char *key)
{
    return object && object->type == JSON_IS_OBJECT ? map_get(&object->members, key) : NULL;
}

const char *json_get_str(const Json *object, const char *key)
{
    const Json *value = json_get(object, key);
    return value && value->type == JSON_IS_STRING ? value->string : NULL;
}

int64_t json_get_int(const Json *object, const char *key, int64_t other)
{
    const Json *value = json_get(object, key);
    return value && value->type == JSON_IS_INT ? value->integer : other;
}

StrVec json_get_texts(Arena *arena, const Json *object, const char *key)
{
    StrVec texts = {0};
    const Json *list = json_get(object, key);
    for (size_t i = 0; list && list->type == JSON_IS_ARRAY && i < list->count; i++) {
        if (list->items[i]->type == JSON_IS_STRING) {
            vec_push(arena, &texts, list->items[i]->string);
        }
    }
    return texts;
}
