/* Two stored definitions, token by token: what remains of them when everything that may differ is left out. */
#include "cutover/adopt.h"

#include "cutover/sqltok.h"
#include "cutover/str.h"

#include <string.h>

/* A create_sql in its parts; both are tokens with separators between. */
typedef struct Definition {
    const char *head; /* kind, columns, options */
    const char *body; /* the query, or the keys of an index */
    bool index;
} Definition;

typedef struct Reader {
    Arena *arena;
    SqlToks toks;
    size_t at, end; /* end: of what is read, without SQL_END and `AS OF n` */
} Reader;

enum { DEFINITION_MAX = 16 << 20 };

static const SqlTok *tok(const Reader *r, size_t at)
{
    return &r->toks.items[at < r->toks.count ? at : r->toks.count - 1];
}

static bool at_word(const Reader *r, const char *word)
{
    return r->at < r->end && sql_is_word(tok(r, r->at), word);
}

static int depth_of(const SqlTok *t)
{
    bool open = sql_is_symbol(t, "(") || sql_is_symbol(t, "[");
    bool close = sql_is_symbol(t, ")") || sql_is_symbol(t, "]");
    return open - close;
}

/* The place behind the bracket that opens at AT. */
static size_t behind_bracket(const Reader *r, size_t at)
{
    int depth = 0;
    for (size_t i = at; i < r->end; i++) {
        depth += depth_of(tok(r, i));
        if (depth == 0) {
            return i + 1;
        }
    }
    return r->end;
}

/* `[u12 AS "db"."schema"."name"]` is written `[u12]`: the id counts, names come and go. */
static bool is_reference(const Reader *r, size_t at, size_t end)
{
    return at + 3 < end && sql_is_symbol(tok(r, at), "[") && sql_is_name(tok(r, at + 1)) &&
           sql_is_word(tok(r, at + 2), "as");
}

static void put_token(Buf *out, const SqlTok *t)
{
    buf_printf(out, "%d:%s\x1f", (int)t->kind, t->value);
}

static const char *text_between(const Reader *r, size_t from, size_t to)
{
    Buf out = buf_new(r->arena, DEFINITION_MAX);
    for (size_t i = from; i < to; i++) {
        put_token(&out, tok(r, i));
        if (is_reference(r, i, to)) {
            put_token(&out, tok(r, i + 1));
            i = behind_bracket(r, i) - 2; /* the closing bracket comes next */
        }
    }
    return out.data;
}

/* Brackets around the whole query say nothing: dbt writes them, people do not. */
static const char *query_text(const Reader *r)
{
    size_t from = r->at, to = r->end;
    while (from < to && sql_is_symbol(tok(r, from), "(") && behind_bracket(r, from) == to) {
        from++;
        to--;
    }
    return text_between(r, from, to);
}

static void skip_name(Reader *r)
{
    r->at++;
    while (r->at + 1 < r->end && sql_is_symbol(tok(r, r->at), ".")) {
        r->at += 2;
    }
}

static void skip_cluster(Reader *r)
{
    if (at_word(r, "in") && sql_is_word(tok(r, r->at + 1), "cluster")) {
        r->at = sql_is_symbol(tok(r, r->at + 2), "[") ? behind_bracket(r, r->at + 2) : r->at + 3;
    }
}

/* The time at which a materialized view was made. */
static void cut_as_of(Reader *r)
{
    bool is = r->end >= 3 && tok(r, r->end - 1)->kind == SQL_NUMBER &&
              sql_is_word(tok(r, r->end - 2), "of") && sql_is_word(tok(r, r->end - 3), "as");
    r->end -= is ? 3 : 0;
}

/* Options and columns, up to AS. */
static const char *read_head(Reader *r)
{
    size_t from = r->at;
    int depth = 0;
    while (r->at < r->end && !(depth == 0 && at_word(r, "as"))) {
        depth += depth_of(tok(r, r->at));
        r->at++;
    }
    const char *head = text_between(r, from, r->at);
    r->at += r->at < r->end;
    return head;
}

static void skip_kind(Reader *r)
{
    static const char *const words[] = {"create", "default", "materialized", "view", "index"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        r->at += at_word(r, words[i]);
    }
}

static bool read_definition(Arena *arena, const char *sql, Definition *out)
{
    Err err = {0};
    Reader r = {.arena = arena};
    if (!sql_tokens(arena, sql, strlen(sql), &r.toks, &err)) {
        return false;
    }
    r.end = r.toks.count - 1;
    cut_as_of(&r);
    skip_kind(&r);
    out->index = r.at && sql_is_word(tok(&r, r.at - 1), "index");
    skip_name(&r);
    skip_cluster(&r);
    if (out->index) { /* ON [u1 AS ..] (keys) */
        r.at++;
        r.at = sql_is_symbol(tok(&r, r.at), "[") ? behind_bracket(&r, r.at) : r.at + 1;
        out->head = "";
        out->body = text_between(&r, r.at, r.end);
        return true;
    }
    out->head = read_head(&r);
    out->body = query_text(&r);
    return true;
}

const char *adopt_compare(Arena *arena, const char *live, const char *scratch)
{
    Definition a, b;
    if (!read_definition(arena, live, &a) || !read_definition(arena, scratch, &b)) {
        return "SQL";
    }
    return !str_eq(a.body, b.body)   ? a.index ? "keys" : "SQL"
           : !str_eq(a.head, b.head) ? "options"
                                     : NULL;
}
