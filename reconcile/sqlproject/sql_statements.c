/*
 * The statements of one object's file: the CREATE of the object itself, and CREATE INDEX, GRANT and COMMENT on
 * it. Whatever else stands there would be lost, so it is a finding.
 */
#include "sqlproject.h"

#include "cutover/str.h"

#include <string.h>

typedef struct Parse {
    SqlProject *p;
    SqlObject *object;
    const SqlTok *tok;
    const SqlTok *end; /* of this statement */
} Parse;

static Diag *found_at(const Parse *s, const char *code, const SqlTok *tok, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static Diag *found_at(const Parse *s, const char *code, const SqlTok *tok, const char *format, ...)
{
    Reader *r = s->p->r;
    va_list args;
    va_start(args, format);
    const char *message = arena_vprintf(r->arena, format, args);
    va_end(args);
    size_t length = tok->end > tok->start ? tok->end - tok->start : 1;
    return find_at(r, DIAG_ERROR, code, sql_place(s->object, tok->start, length), "%s", message);
}

static bool at_end(const Parse *s)
{
    return s->tok >= s->end;
}

static bool take_word(Parse *s, const char *word)
{
    bool is = !at_end(s) && sql_is_word(s->tok, word);
    s->tok += is;
    return is;
}

static bool take_symbol(Parse *s, const char *symbol)
{
    bool is = !at_end(s) && sql_is_symbol(s->tok, symbol);
    s->tok += is;
    return is;
}

static const char *written_text(const Parse *s)
{
    const RelName *rel = &s->object->written;
    return arena_printf(s->p->r->arena, "%s.%s.%s", rel->database, rel->schema, rel->name);
}

/* ---- the parts of a CREATE ---- */

/* The name must be the one that the path says, since that is where everybody looks for it. */
static bool take_own_name(Parse *s)
{
    const RelName *own = &s->object->written;
    const char *const wanted[] = {own->database, own->schema, own->name};
    const SqlTok *first = s->tok;
    const char *parts[3];
    size_t count = 0;
    do {
        if (count == 3 || at_end(s) || !sql_is_name(s->tok)) {
            found_at(s, P_STATEMENT, s->tok, "a name is missing");
            return false;
        }
        parts[count++] = (s->tok++)->value;
    } while (take_symbol(s, "."));
    for (size_t i = 0; i < count; i++) {
        if (!str_eq(parts[i], wanted[3 - count + i])) {
            found_at(s, P_STATEMENT, first, "the file is that of %s, and creates something else",
                     written_text(s));
            return false;
        }
    }
    return true;
}

static bool take_cluster(Parse *s)
{
    Reader *r = s->p->r;
    if (!take_word(s, "in")) {
        return true;
    }
    if (!take_word(s, "cluster") || at_end(s) || !sql_is_name(s->tok)) {
        found_at(s, P_STATEMENT, s->tok, "IN CLUSTER needs a name");
        return false;
    }
    const char *name = arena_printf(r->arena, "%s%s", (s->tok++)->value, s->p->suffix);
    s->object->cluster = namemap_cluster(r->options->names, name);
    return true;
}

/* WITH (...), as the text between the parentheses. */
static bool take_options(Parse *s)
{
    if (!take_word(s, "with")) {
        return true;
    }
    const SqlTok *open = s->tok;
    int depth = 0;
    do {
        depth += sql_is_symbol(s->tok, "(") - sql_is_symbol(s->tok, ")");
    } while (++s->tok < s->end && depth > 0);
    if (depth || !sql_is_symbol(open, "(")) {
        found_at(s, P_STATEMENT, open, "WITH needs options in parentheses");
        return false;
    }
    size_t from = open->end, to = s->tok[-1].start;
    s->object->options =
        str_trim(s->p->r->arena, arena_strndup(s->p->r->arena, s->object->text + from, to - from));
    return true;
}

static bool take_body(Parse *s, const char *word)
{
    if (word && !take_word(s, word)) {
        found_at(s, P_STATEMENT, s->tok, "this part of the CREATE is not understood");
        return false;
    }
    if (at_end(s)) {
        found_at(s, P_EMPTY_SQL, s->end - 1, "%s has no body", written_text(s));
        return false;
    }
    s->object->body = (size_t)(s->tok - s->object->toks.items);
    s->object->end = (size_t)(s->end - s->object->toks.items);
    return true;
}

static bool need_cluster(Parse *s)
{
    if (!s->object->cluster) {
        found_at(s, P_CLUSTER, s->tok - 1, "%s needs IN CLUSTER", written_text(s));
    }
    return s->object->cluster;
}

/* ---- each kind ---- */

static bool refuse_columns(Parse *s)
{
    bool columns = !at_end(s) && sql_is_symbol(s->tok, "(");
    if (columns) {
        found_at(s, P_UNSUPPORTED, s->tok, "a list of columns before AS is not yet supported")
            ->hint = "name the columns in the query";
    }
    return columns;
}

static bool read_view(Parse *s)
{
    s->object->kind = NODE_VIEW;
    return !refuse_columns(s) && take_body(s, "as");
}

static bool read_materialized_view(Parse *s)
{
    s->object->kind = NODE_MATERIALIZED_VIEW;
    return !refuse_columns(s) && take_cluster(s) && need_cluster(s) && take_options(s) &&
           take_body(s, "as");
}

static bool is_from_source(const Parse *s)
{
    for (const SqlTok *it = s->tok; it + 1 < s->end; it++) {
        if (sql_is_word(it, "from") && sql_is_word(it + 1, "source")) {
            return true;
        }
    }
    return false;
}

static bool read_table(Parse *s)
{
    const RelName *rel = &s->object->written;
    s->object->kind = is_from_source(s) ? NODE_SOURCE_TABLE : NODE_TABLE;
    if (s->object->kind == NODE_TABLE) { /* the plan must know it again when it is gone from Git */
        s->object->node->id =
            arena_printf(s->p->r->arena, "table.%s.%s.%s", rel->database, rel->schema, rel->name);
    }
    return take_body(s, NULL);
}

static bool read_source(Parse *s)
{
    s->object->kind = NODE_SOURCE;
    return take_cluster(s) && need_cluster(s) && take_body(s, NULL);
}

static bool read_sink(Parse *s)
{
    s->object->kind = NODE_SINK;
    return take_cluster(s) && need_cluster(s) && take_body(s, NULL);
}

/* Cutover holds no secrets, so it makes neither these nor what leads out of Materialize. */
static bool read_outside(Parse *s)
{
    Reader *r = s->p->r;
    s->object->made = s->object->node->enabled = false;
    find_at(r, DIAG_WARNING, P_STATEMENT, s->object->node->place,
            "%s is not made by Cutover: it must exist", written_text(s));
    s->tok = s->end;
    return true;
}

typedef struct MainKind {
    const char *first, *second; /* words behind CREATE */
    bool (*read)(Parse *s);
    bool variants; /* may differ by profile */
} MainKind;

static const MainKind main_kinds[] = {
    {"view", NULL, read_view, false},     {"materialized", "view", read_materialized_view, false},
    {"table", NULL, read_table, true},    {"source", NULL, read_source, true},
    {"sink", NULL, read_sink, true},      {"connection", NULL, read_outside, true},
    {"secret", NULL, read_outside, true},
};

static const MainKind *take_kind(Parse *s)
{
    for (size_t i = 0; i < sizeof main_kinds / sizeof *main_kinds; i++) {
        const MainKind *kind = &main_kinds[i];
        if (take_word(s, kind->first)) {
            return !kind->second || take_word(s, kind->second) ? kind : NULL;
        }
    }
    return NULL;
}

static void read_main(Parse *s, const MainKind *kind)
{
    SqlObject *object = s->object;
    if (object->found) {
        found_at(s, P_STATEMENT, s->tok, "a file holds one object: this is a second CREATE");
        return;
    }
    object->found = object->made = true;
    if (strchr(object->node->path, '#') && !kind->variants) {
        found_at(s, P_MISPLACED, s->tok, "a %s%s%s cannot differ by profile", kind->first,
                 kind->second ? " " : "", kind->second ? kind->second : "");
        return;
    }
    if (take_word(s, "if") && !(take_word(s, "not") && take_word(s, "exists"))) {
        found_at(s, P_STATEMENT, s->tok, "IF NOT EXISTS is cut short");
        return;
    }
    if (take_own_name(s)) {
        kind->read(s);
    }
}

/* ---- any statement ---- */

static bool read_beside(Parse *s, const SqlTok *first)
{
    Standing standing = {s->object->node, s->object->written, s->p->suffix};
    Place place = sql_place(s->object, first->start, 1);
    return declare_statement(s->p->r, &standing, s->object->text, first, place);
}

static void read_statement(Parse *s)
{
    const SqlTok *first = s->tok;
    if (take_word(s, "create")) {
        if (take_word(s, "or")) {
            take_word(s, "replace");
        }
        const MainKind *kind = take_kind(s);
        if (kind) {
            read_main(s, kind);
            return;
        }
    }
    if (take_word(s, "execute") && take_word(s, "unit")) {
        find_at(s->p->r, DIAG_WARNING, P_UNIT_TEST, sql_place(s->object, first->start, 1),
                "unit tests are not run");
        return;
    }
    if (!read_beside(s, first)) {
        found_at(s, P_STATEMENT, first, "this statement is not understood, or not about %s",
                 written_text(s))
            ->hint = "beside the object's CREATE there may be CREATE INDEX ... IN CLUSTER, GRANT "
                     "and COMMENT on it";
    }
}

void sql_read_statements(SqlProject *p, SqlObject *object)
{
    Err err = {0};
    object->text = sql_fill_variables(p, object->node->file);
    if (!object->text) {
        return;
    }
    if (!sql_tokens(p->r->arena, object->text, strlen(object->text), &object->toks, &err)) {
        find_at(p->r, DIAG_ERROR, P_SQL, object->node->place, "the SQL cannot be read: %s",
                err.message);
        return;
    }
    const SqlTok *tok = object->toks.items, *last = &vec_last(&object->toks);
    while (tok < last) {
        const SqlTok *end = tok;
        while (end < last && !sql_is_symbol(end, ";")) {
            end++;
        }
        if (end > tok) {
            read_statement(&(Parse){p, object, tok, end});
        }
        tok = end + (end < last);
    }
    if (!object->found) {
        find_at(p->r, DIAG_ERROR, P_EMPTY_SQL, object->node->place, "%s creates nothing",
                object->node->path);
    }
}
