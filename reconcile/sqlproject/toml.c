#include "cutover/toml.h"

#include "cutover/str.h"

#include <ctype.h>
#include <string.h>

enum { DEEPEST = 32 };

typedef struct Toml {
    Arena *arena;
    const char *file, *text, *code;
    size_t length, at;
    int line;
    size_t line_start;
    int depth;
    Diags *diags;
} Toml;

static int column(const Toml *t)
{
    return (int)(t->at - t->line_start) + 1;
}

/* One finding ends the reading: what follows would be guesswork. */
static void *fail(Toml *t, const char *message)
{
    Diag *diag = diag_add(t->diags, DIAG_ERROR, t->code, "not valid TOML: %s", message);
    diag_place(t->diags, diag, t->file, t->text, t->length, t->line, column(t), 1);
    return NULL;
}

static char peek(const Toml *t)
{
    return t->at < t->length ? t->text[t->at] : '\0';
}

static void step(Toml *t)
{
    if (t->at < t->length && t->text[t->at++] == '\n') {
        t->line++;
        t->line_start = t->at;
    }
}

static bool take(Toml *t, char c)
{
    bool is = t->at < t->length && peek(t) == c;
    if (is) {
        step(t);
    }
    return is;
}

static void skip_blanks(Toml *t)
{
    while (peek(t) == ' ' || peek(t) == '\t') {
        step(t);
    }
}

/* White space, newlines and comments: between statements and inside of arrays. */
static void skip_lines(Toml *t)
{
    while (t->at < t->length) {
        char c = peek(t);
        if (c == '#') {
            while (t->at < t->length && peek(t) != '\n') {
                step(t);
            }
        } else if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
            step(t);
        } else {
            return;
        }
    }
}

static bool end_line(Toml *t)
{
    skip_blanks(t);
    if (t->at < t->length && !strchr("#\r\n", peek(t))) {
        fail(t, "something follows on the same line");
        return false;
    }
    skip_lines(t);
    return true;
}

/* ---- the tree ---- */

static Yaml *make(const Toml *t, YamlType type)
{
    Yaml *yaml = arena_make(t->arena, Yaml);
    yaml->type = type;
    yaml->line = t->line;
    yaml->column = column(t);
    return yaml;
}

static bool put(Toml *t, Yaml *map, const char *key, int line, int key_column, Yaml *value)
{
    if (yaml_get(map, key)) {
        fail(t, arena_printf(t->arena, "\"%s\" is given twice", key));
        return false;
    }
    vec_push(t->arena, &map->members, (YamlMember){key, line, key_column, value});
    return true;
}

/* ---- strings and keys ---- */

static void put_utf8(Buf *out, unsigned long code)
{
    if (code < 0x80) {
        buf_char(out, (char)code);
    } else if (code < 0x800) {
        buf_char(out, (char)(0xc0 | code >> 6));
        buf_char(out, (char)(0x80 | (code & 0x3f)));
    } else if (code < 0x10000) {
        buf_char(out, (char)(0xe0 | code >> 12));
        buf_char(out, (char)(0x80 | (code >> 6 & 0x3f)));
        buf_char(out, (char)(0x80 | (code & 0x3f)));
    } else {
        buf_char(out, (char)(0xf0 | code >> 18));
        buf_char(out, (char)(0x80 | (code >> 12 & 0x3f)));
        buf_char(out, (char)(0x80 | (code >> 6 & 0x3f)));
        buf_char(out, (char)(0x80 | (code & 0x3f)));
    }
}

static bool read_unicode(Toml *t, int digits, Buf *out)
{
    unsigned long code = 0;
    for (int i = 0; i < digits; i++) {
        char c = peek(t);
        if (!isxdigit((unsigned char)c)) {
            return false;
        }
        code =
            code * 16 + (unsigned long)(isdigit((unsigned char)c) ? c - '0' : (c | 32) - 'a' + 10);
        step(t);
    }
    bool fine = code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
    if (fine) {
        put_utf8(out, code);
    }
    return fine;
}

static bool read_escape(Toml *t, Buf *out)
{
    static const char letters[] = "btnfre\"\\", values[] = "\b\t\n\f\r\x1b\"\\";
    char c = peek(t);
    const char *at = c ? strchr(letters, c) : NULL;
    step(t);
    if (at) {
        buf_char(out, values[at - letters]);
        return true;
    }
    return (c == 'u' && read_unicode(t, 4, out)) || (c == 'U' && read_unicode(t, 8, out));
}

static char *read_string(Toml *t)
{
    char quote = peek(t);
    Buf out = buf_new(t->arena, t->length + 8);
    buf_text(&out, "");
    step(t);
    if (peek(t) == quote && t->at + 1 < t->length && t->text[t->at + 1] == quote) {
        return fail(t, "strings over several lines are not supported");
    }
    while (t->at < t->length && peek(t) != quote) {
        char c = peek(t);
        if (c == '\n' || c == '\0') {
            return fail(t, "the string is not closed on its line");
        }
        step(t);
        if (quote == '"' && c == '\\') {
            if (!read_escape(t, &out)) {
                return fail(t, "unknown escape in a string");
            }
        } else {
            buf_char(&out, c);
        }
    }
    return take(t, quote) ? out.data : fail(t, "the string is not closed on its line");
}

static bool is_bare(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '-';
}

static char *read_key(Toml *t)
{
    skip_blanks(t);
    if (peek(t) == '"' || peek(t) == '\'') {
        return read_string(t);
    }
    size_t start = t->at;
    while (is_bare(peek(t))) {
        step(t);
    }
    return t->at > start ? arena_strndup(t->arena, t->text + start, t->at - start)
                         : fail(t, "a key is missing");
}

/* The map that the parts of a dotted key before the last lead to; *KEY is the last. */
static Yaml *read_path(Toml *t, Yaml *map, const char **key, int *line, int *key_column)
{
    for (;;) {
        skip_blanks(t);
        *line = t->line;
        *key_column = column(t);
        *key = read_key(t);
        skip_blanks(t);
        if (!*key || !take(t, '.')) {
            return *key ? map : NULL;
        }
        Yaml *below = yaml_get(map, *key);
        if (!below) {
            below = make(t, YAML_IS_MAP);
            put(t, map, *key, *line, *key_column, below);
        }
        if (below->type != YAML_IS_MAP) {
            return fail(t, arena_printf(t->arena, "\"%s\" is no table", *key));
        }
        map = below;
    }
}

/* ---- values ---- */

static Yaml *read_value(Toml *t);

static Yaml *read_array(Toml *t)
{
    Yaml *list = make(t, YAML_IS_LIST);
    step(t);
    for (;;) {
        skip_lines(t);
        if (take(t, ']')) {
            return list;
        }
        Yaml *item = read_value(t);
        if (!item) {
            return NULL;
        }
        vec_push(t->arena, &list->items, item);
        skip_lines(t);
        if (!take(t, ',') && peek(t) != ']') {
            return fail(t, "an array needs , or ] here");
        }
    }
}

static bool read_pair(Toml *t, Yaml *map)
{
    const char *key;
    int line, key_column;
    Yaml *into = read_path(t, map, &key, &line, &key_column);
    if (!into) {
        return false;
    }
    if (!take(t, '=')) {
        fail(t, "= is missing");
        return false;
    }
    skip_blanks(t);
    Yaml *value = read_value(t);
    return value && put(t, into, key, line, key_column, value);
}

static Yaml *read_inline(Toml *t)
{
    Yaml *map = make(t, YAML_IS_MAP);
    step(t);
    skip_blanks(t);
    if (take(t, '}')) {
        return map;
    }
    do {
        if (!read_pair(t, map)) {
            return NULL;
        }
        skip_blanks(t);
    } while (take(t, ','));
    return take(t, '}') ? map : fail(t, "an inline table needs , or } here");
}

static Yaml *read_scalar(Toml *t)
{
    Yaml *scalar = make(t, YAML_IS_SCALAR);
    if (peek(t) == '"' || peek(t) == '\'') {
        scalar->quoted = true;
        scalar->text = read_string(t);
        return scalar->text ? scalar : NULL;
    }
    size_t start = t->at;
    while (is_bare(peek(t)) || (peek(t) && strchr("+.:", peek(t)))) {
        step(t);
    }
    scalar->text = arena_strndup(t->arena, t->text + start, t->at - start);
    return t->at > start ? scalar : fail(t, "a value is missing");
}

static Yaml *read_value(Toml *t)
{
    if (t->depth >= DEEPEST) {
        return fail(t, "it nests too deeply");
    }
    t->depth++;
    Yaml *value = peek(t) == '[' ? read_array(t) : peek(t) == '{' ? read_inline(t) : read_scalar(t);
    t->depth--;
    return value;
}

/* ---- tables ---- */

/* [a.b]: the table that the pairs below belong to. A table may be named once, but those on the way to it before
 * or after. */
static Yaml *read_header(Toml *t, Yaml *root, Map *named)
{
    const char *key;
    int line, key_column;
    size_t start = t->at;
    step(t);
    if (peek(t) == '[') {
        return fail(t, "arrays of tables are not supported");
    }
    Yaml *above = read_path(t, root, &key, &line, &key_column);
    if (!above) {
        return NULL;
    }
    Yaml *table = yaml_get(above, key);
    if (!take(t, ']')) {
        return fail(t, "] is missing");
    }
    if (table && (table->type != YAML_IS_MAP ||
                  map_get(named, arena_printf(t->arena, "%p", (void *)table)))) {
        return fail(t, arena_printf(t->arena, "\"%.*s\" is given twice", (int)(t->at - start),
                                    t->text + start));
    }
    if (!table) {
        table = make(t, YAML_IS_MAP);
        put(t, above, key, line, key_column, table);
    }
    map_put(t->arena, named, arena_printf(t->arena, "%p", (void *)table), table);
    return end_line(t) ? table : NULL;
}

Yaml *toml_parse(Arena *arena, const char *file, const char *text, size_t length, const char *code,
                 Diags *diags)
{
    Toml t = {.arena = arena,
              .file = file,
              .text = text,
              .code = code,
              .length = length,
              .line = 1,
              .diags = diags};
    Yaml *root = make(&t, YAML_IS_MAP), *table = root;
    Map named = {0};
    t.at = t.line_start = str_starts(text, "\xef\xbb\xbf") ? 3 : 0;
    skip_lines(&t);
    while (t.at < t.length) {
        if (peek(&t) == '[') {
            table = read_header(&t, root, &named);
        } else if (!read_pair(&t, table) || !end_line(&t)) {
            table = NULL;
        }
        if (!table) {
            return NULL;
        }
    }
    return root;
}
