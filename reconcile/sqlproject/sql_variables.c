/* psql's variables. Quotes, comments and casts (::) are passed over, as psql does. */
#include "sqlproject.h"

#include "cutover/str.h"

#include <ctype.h>
#include <string.h>

typedef struct Fill {
    SqlProject *p;
    const File *file;
    const char *at;
    Buf out;
    bool failed;
} Fill;

static bool starts_name(char c)
{
    return isalpha((unsigned char)c) || c == '_';
}

static size_t name_length(const char *text)
{
    size_t length = starts_name(*text);
    while (length && (starts_name(text[length]) || isdigit((unsigned char)text[length]))) {
        length++;
    }
    return length;
}

static void copy(Fill *f, size_t length)
{
    buf_add(&f->out, f->at, length);
    f->at += length;
}

/* Up to and with the text END, or all that is left: the tokenizer will say what is not closed. */
static void copy_to(Fill *f, const char *end, size_t from)
{
    const char *found = strlen(f->at) >= from ? strstr(f->at + from, end) : NULL;
    copy(f, found ? (size_t)(found - f->at) + strlen(end) : strlen(f->at));
}

static void copy_string(Fill *f, bool escapes)
{
    char quote = *f->at;
    copy(f, 1);
    while (*f->at) {
        char c = *f->at;
        copy(f, escapes && c == '\\' && f->at[1] ? 2 : 1);
        if (c == quote) {
            return;
        }
    }
}

/* $tag$ ... $tag$ */
static bool copy_dollar(Fill *f)
{
    size_t length = 1 + name_length(f->at + 1);
    if (f->at[length] != '$') {
        return false;
    }
    const char *tag = arena_strndup(f->p->r->arena, f->at, length + 1);
    copy_to(f, tag, length + 1);
    return true;
}

static const char *value_of(Fill *f, const char *name)
{
    Reader *r = f->p->r;
    const char *value = yaml_text(yaml_get(yaml_get(f->p->settings, "variables"), name));
    if (!value) {
        Place place = {f->file->path, 1, 1, (int)strlen(name) + 1};
        for (const char *c = f->file->text; c < f->at; c++) {
            place.line += *c == '\n';
            place.column = *c == '\n' ? 1 : place.column + 1;
        }
        find_at(r, DIAG_ERROR, P_VAR, place, "variable \"%s\" is not set", name)->hint =
            arena_printf(r->arena, "set it in project.toml: [%s] variables = { %s = \"...\" }",
                         r->target.name, name);
        f->failed = true;
    }
    return value ? value : "";
}

/* :name, :'name' or :"name"; false: a colon that is none of these. */
static bool fill_one(Fill *f)
{
    char quote = f->at[1] == '\'' || f->at[1] == '"' ? f->at[1] : '\0';
    const char *start = f->at + 1 + (quote != '\0');
    size_t length = name_length(start);
    if (!length || (quote && start[length] != quote)) {
        return false;
    }
    Arena *arena = f->p->r->arena;
    const char *value = value_of(f, arena_strndup(arena, start, length));
    buf_text(&f->out, quote == '\''  ? sql_literal(arena, value)
                      : quote == '"' ? sql_ident(arena, value)
                                     : value);
    f->at = start + length + (quote != '\0');
    return true;
}

static void step(Fill *f)
{
    char c = *f->at, next = f->at[1], before = f->at > f->file->text ? f->at[-1] : ' ';
    if (c == '\'' || c == '"') {
        copy_string(f, c == '\'' && (before == 'e' || before == 'E'));
    } else if (c == '-' && next == '-') {
        copy_to(f, "\n", 0);
    } else if (c == '/' && next == '*') {
        copy_to(f, "*/", 2);
    } else if (c == ':' && next == ':') {
        copy(f, 2);
    } else if (!(c == '$' && copy_dollar(f)) && !(c == ':' && fill_one(f))) {
        copy(f, 1);
    }
}

const char *sql_fill_variables(SqlProject *p, const File *file)
{
    if (strlen(file->text) != file->length) {
        find_at(p->r, DIAG_ERROR, P_SQL, (Place){.file = file->path}, "%s holds a NUL byte",
                file->path);
        return NULL;
    }
    Fill f = {
        .p = p, .file = file, .at = file->text, .out = buf_new(p->r->arena, (size_t)64 << 20)};
    buf_text(&f.out, "");
    f.at += str_starts(f.at, "\xef\xbb\xbf") ? 3 : 0;
    while (*f.at) {
        step(&f);
    }
    if (f.out.overflow) {
        find_at(p->r, DIAG_ERROR, P_SQL, (Place){.file = file->path}, "%s is too large",
                file->path);
    }
    return f.failed || f.out.overflow ? NULL : f.out.data;
}
