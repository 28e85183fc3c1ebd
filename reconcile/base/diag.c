#include "cutover/diag.h"

#include "cutover/str.h"

#include <string.h>

Diags diags_new(Arena *arena)
{
    return (Diags){.arena = arena};
}

Diag *diag_add(Diags *diags, DiagSeverity severity, const char *code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *message = arena_vprintf(diags->arena, format, args);
    va_end(args);
    vec_push(diags->arena, &diags->list,
             (Diag){.severity = severity, .code = code, .message = message});
    return &vec_last(&diags->list);
}

void diags_take(Diags *diags, const Diags *from)
{
    vec_each (Diag, it, &((Diags *)from)->list) {
        vec_push(diags->arena, &diags->list, *it);
    }
}

/* The text of line number LINE, without its end of line. */
static const char *line_of(Arena *arena, const char *text, size_t length, int line)
{
    const char *p = text, *end = text + length;
    for (int i = 1; i < line; i++) {
        p = memchr(p, '\n', (size_t)(end - p));
        if (!p) {
            return NULL;
        }
        p++;
    }
    const char *stop = memchr(p, '\n', (size_t)(end - p));
    size_t n = (size_t)((stop ? stop : end) - p);
    if (n && p[n - 1] == '\r') {
        n--;
    }
    return arena_strndup(arena, p, n);
}

void diag_place(Diags *diags, Diag *diag, const char *file, const char *text, size_t text_length,
                int line, int column, int length)
{
    diag->file = arena_strdup(diags->arena, file);
    diag->line = line;
    diag->column = column;
    diag->length = length;
    if (text && line > 0) {
        diag->excerpt = line_of(diags->arena, text, text_length, line);
    }
}

size_t diags_count(const Diags *diags, DiagSeverity severity)
{
    size_t n = 0;
    vec_each (Diag, it, &diags->list) {
        n += it->severity == severity;
    }
    return n;
}

const Diag *diags_first(const Diags *diags, DiagSeverity severity)
{
    vec_each (const Diag, it, &diags->list) {
        if (it->severity == severity) {
            return it;
        }
    }
    return NULL;
}

static const char *severity_name(DiagSeverity severity)
{
    static const char *const names[] = {
        [DIAG_ERROR] = "error", [DIAG_WARNING] = "warning", [DIAG_REFUSED] = "refused"};
    return names[severity];
}

static const char *severity_color(DiagSeverity severity)
{
    return severity == DIAG_WARNING ? "\033[33m" : "\033[31m";
}

#define LONGEST_EXCERPT 200

/* A line of somebody's file on somebody's terminal: no byte of it may command the terminal, or break the
 * encoding of a log. */
static const char *printable(Arena *arena, const char *line)
{
    Buf out = buf_new(arena, 4 * strlen(line) + 16);
    for (const char *p = line; *p;) {
        size_t n = str_utf8_length(p);
        bool control = n == 1 && ((unsigned char)*p < 0x20 || *p == 0x7f) && *p != '\t';
        buf_add(&out, n && !control ? p : "\xef\xbf\xbd", n && !control ? n : 3);
        p += n ? n : 1;
    }
    return out.data;
}

static void spaces(Buf *out, int count)
{
    for (int i = 0; i < count; i++) {
        buf_char(out, ' ');
    }
}

/* The source line and, under it, carets. Very long lines (generated SQL) are left out. */
static void write_excerpt(Buf *out, const Diag *diag)
{
    if (!diag->excerpt || strlen(diag->excerpt) > LONGEST_EXCERPT) {
        if (diag->label) {
            buf_printf(out, "   = %s\n", diag->label);
        }
        return;
    }
    int margin = (int)strlen(arena_printf(out->arena, "%4d", diag->line));
    buf_printf(out, "%4d | %s\n", diag->line, printable(out->arena, diag->excerpt));
    if (!diag->column) {
        return;
    }
    spaces(out, margin);
    buf_text(out, " | ");
    spaces(out, diag->column - 1);
    for (int i = 0; i < (diag->length > 0 ? diag->length : 1); i++) {
        buf_char(out, '^');
    }
    if (diag->label) {
        buf_printf(out, " %s", diag->label);
    }
    buf_char(out, '\n');
}

static void write_place(Buf *out, const Diag *diag)
{
    buf_printf(out, "  --> %s", diag->file);
    if (diag->line) {
        buf_printf(out, ":%d", diag->line);
    }
    if (diag->line && diag->column) {
        buf_printf(out, ":%d", diag->column);
    }
    for (size_t i = 0; i < diag->chain.count; i++) {
        buf_printf(out, i ? "\n       %s" : "  %s", diag->chain.items[i]);
    }
    buf_char(out, '\n');
}

static void write_hint(Buf *out, const char *hint)
{
    StrVec lines = str_split(out->arena, hint, '\n');
    vec_each (const char *, line, &lines) {
        buf_printf(out, "  %s\n", *line);
    }
}

void diags_write_text(Buf *out, const Diags *diags, bool color)
{
    vec_each (Diag, it, &diags->list) {
        buf_printf(out, "%s%s %s%s: %s\n", color ? severity_color(it->severity) : "",
                   severity_name(it->severity), it->code, color ? "\033[0m" : "",
                   printable(out->arena, it->message));
        if (it->file) {
            write_place(out, it);
            write_excerpt(out, it);
        }
        if (it->hint) {
            write_hint(out, it->hint);
        }
    }
}

void diags_write_summary(Buf *out, const Diags *diags)
{
    Map files = {0};
    vec_each (Diag, it, &diags->list) {
        if (it->file) {
            map_put(out->arena, &files, it->file, it);
        }
    }
    size_t errors = diags_count(diags, DIAG_ERROR) + diags_count(diags, DIAG_REFUSED);
    size_t warnings = diags_count(diags, DIAG_WARNING);
    buf_printf(out, "%zu file%s, %zu error%s, %zu warning%s\n", files.count,
               files.count == 1 ? "" : "s", errors, errors == 1 ? "" : "s", warnings,
               warnings == 1 ? "" : "s");
}

static void write_json_one(JsonOut *out, const Diag *diag)
{
    json_open_object(out);
    json_put_str(out, "code", diag->code);
    json_put_str(out, "severity", severity_name(diag->severity));
    json_put_str(out, "message", diag->message);
    json_put_str(out, "file", diag->file);
    if (diag->line) {
        json_put_int(out, "line", diag->line);
    }
    if (diag->column) {
        json_put_int(out, "column", diag->column);
    }
    if (diag->length) {
        json_put_int(out, "length", diag->length);
    }
    json_put_str(out, "object", diag->object);
    json_put_str(out, "hint", diag->hint ? diag->hint : diag->label);
    json_put_texts(out, "chain", &diag->chain);
    json_close_object(out);
}

void diags_write_json(JsonOut *out, const Diags *diags)
{
    json_open_array(out);
    vec_each (Diag, it, &diags->list) {
        write_json_one(out, it);
    }
    json_close_array(out);
}
