/*
 * Names of relations in SQL, found by tokens. Where a relation can stand (behind FROM, JOIN and the commas of a
 * FROM clause) a name is that of a common table expression, of an object of the project, or of something that
 * project.toml lists. Elsewhere only names with a schema count, in front of a column. What is found is written
 * out in full, so that the SQL means the same wherever it runs.
 */
#include "sqlproject.h"

#include "cutover/str.h"

#include <string.h>

/* What is true between a parenthesis or bracket and its end. */
typedef struct Frame {
    bool selects;  /* SELECT was met: FROM begins a clause, and is no part of extract(a FROM b) */
    bool in_from;  /* commas separate relations */
    bool expects;  /* the next name is a relation */
    bool in_with;  /* in a list of common table expressions */
    bool mutually; /* which all see each other */
    bool expects_name;   /* the next name is that of a common table expression */
    bool expects_body;   /* the next parenthesis holds its query */
    const char *named;   /* its name */
    const char *body_of; /* this parenthesis is the query of that one */
    size_t visible;      /* how many names were visible before */
} Frame;

typedef struct Walk {
    SqlProject *p;
    SqlObject *object;
    const SqlTok *toks;
    size_t at, end, copied; /* COPIED: up to which byte OUT has the text */
    StrVec visible;         /* common table expressions */
    VEC(Frame) frames;
    Buf out;
} Walk;

static Frame *frame(Walk *w)
{
    return &vec_last(&w->frames);
}

static const SqlTok *tok_at(const Walk *w, size_t at)
{
    static const SqlTok none = {.kind = SQL_END, .value = ""};
    return at < w->end ? &w->toks[at] : &none;
}

static bool word_at(const Walk *w, size_t at, const char *word)
{
    return sql_is_word(tok_at(w, at), word);
}

static bool is_any(const SqlTok *tok, const char *const *words)
{
    for (; *words; words++) {
        if (sql_is_word(tok, *words)) {
            return true;
        }
    }
    return false;
}

/* ---- one name ---- */

/* The dotted name at AT: up to four parts; its number of tokens. */
static size_t dotted(const Walk *w, size_t at, const char *parts[4], size_t *count)
{
    size_t tokens = 1;
    parts[0] = tok_at(w, at)->value;
    *count = 1;
    while (*count < 4 && sql_is_symbol(tok_at(w, at + tokens), ".") &&
           sql_is_name(tok_at(w, at + tokens + 1))) {
        parts[(*count)++] = tok_at(w, at + tokens + 1)->value;
        tokens += 2;
    }
    return tokens;
}

/* The relation that the first COUNT parts name, as seen from the object's own schema. */
static RelName written(const Walk *w, const char *const *parts, size_t count)
{
    const RelName *own = &w->object->written;
    return count == 1   ? (RelName){own->database, own->schema, parts[0]}
           : count == 2 ? (RelName){own->database, parts[0], parts[1]}
                        : (RelName){parts[0], parts[1], parts[2]};
}

static SqlObject *object_called(const Walk *w, RelName rel)
{
    return map_get(&w->p->by_written, relname_key(w->p->r->arena, rel));
}

/* Tokens AT to AT + COUNT become REL in full. */
static void replace(Walk *w, size_t at, size_t count, RelName rel)
{
    const SqlTok *first = &w->toks[at], *last = &w->toks[at + count - 1];
    buf_add(&w->out, w->object->text + w->copied, first->start - w->copied);
    buf_text(&w->out, relname_sql(w->p->r->arena, rel));
    w->copied = last->end;
}

static void add_edge(Walk *w, Node *other)
{
    Node *node = w->object->node;
    for (size_t i = 0; i < node->depends.count; i++) {
        if (node->depends.items[i] == other) {
            return;
        }
    }
    if (other != node) {
        vec_push(w->p->r->arena, &node->depends, other);
    }
}

static void add_read(Walk *w, Source *source)
{
    Node *node = w->object->node;
    vec_each (RelName, it, &w->object->reads) {
        if (relname_eq(*it, source->rel)) {
            return;
        }
    }
    vec_push(w->p->r->arena, &w->object->reads, source->rel);
    vec_push(w->p->r->arena, &node->sources, source);
}

/* Connections and secrets never go green, since Cutover does not make them. */
static void meet(Walk *w, size_t at, size_t tokens, const SqlObject *other)
{
    if (other->made) {
        add_edge(w, other->node);
    }
    replace(w, at, tokens, other->made ? other->node->rel : other->node->production);
}

/* ---- relations ---- */

static bool is_system(const char *const *parts, size_t count)
{
    static const char *const schemas[] = {"mz_catalog", "mz_internal", "mz_introspection",
                                          "mz_unsafe",  "pg_catalog",  "information_schema"};
    if (count == 1) {
        return str_starts(parts[0], "mz_") || str_starts(parts[0], "pg_");
    }
    for (size_t i = 0; i < sizeof schemas / sizeof *schemas; i++) {
        if (str_eq(parts[count - 2], schemas[i])) {
            return true;
        }
    }
    return false;
}

static void unknown(Walk *w, const SqlTok *tok, RelName rel)
{
    Reader *r = w->p->r;
    StrVec names = {0};
    vec_each (SqlObject *, it, &w->p->objects) {
        vec_push(r->arena, &names, (*it)->written.name);
    }
    const char *text = relname_text(r->arena, rel, NULL);
    Diag *diag =
        find_at(r, DIAG_ERROR, P_REF, sql_place(w->object, tok->start, tok->end - tok->start),
                "%s is neither in the project nor among its dependencies", text);
    diag->label = did_you_mean(r, rel.name, &names);
    diag->hint = arena_printf(
        r->arena, "if it is made elsewhere: dependencies = [\"%s.%s.%s\"] in project.toml",
        rel.database, rel.schema, rel.name);
}

static bool is_visible(const Walk *w, const char *name)
{
    return str_in(&w->visible, name);
}

static void meet_relation(Walk *w, size_t at, size_t tokens, const char *const *parts, size_t count)
{
    if (count > 3 || (count == 1 && is_visible(w, parts[0]))) {
        return;
    }
    RelName rel = written(w, parts, count);
    const SqlObject *object = object_called(w, rel);
    Source *known = map_get(&w->p->dependencies, relname_key(w->p->r->arena, rel));
    if (object) {
        meet(w, at, tokens, object);
    } else if (known) {
        add_read(w, known);
        replace(w, at, tokens, known->rel);
    } else if (!is_system(parts, count)) {
        unknown(w, tok_at(w, at), rel);
    }
}

/* schema.relation.column or database.schema.relation.column, in an expression. */
static void meet_column(Walk *w, size_t at, const char *const *parts, size_t count)
{
    for (size_t of_relation = 3; of_relation >= 2; of_relation--) {
        const SqlObject *object =
            count > of_relation ? object_called(w, written(w, parts, of_relation)) : NULL;
        if (object && object->made) {
            meet(w, at, 2 * of_relation - 1, object);
            return;
        }
    }
}

static size_t walk_name(Walk *w)
{
    const char *parts[4];
    size_t count, tokens = dotted(w, w->at, parts, &count);
    bool called = sql_is_symbol(tok_at(w, w->at + tokens), "(");
    if (frame(w)->expects && !called) {
        meet_relation(w, w->at, tokens, parts, count);
    } else if (!called) {
        meet_column(w, w->at, parts, count);
    }
    frame(w)->expects = false;
    return tokens;
}

/* ---- common table expressions ---- */

/* WITH begins a list when a name and AS or columns follow; not in WITH TIME ZONE, WITH ORDINALITY. */
static bool begins_list(const Walk *w)
{
    const SqlTok *next = tok_at(w, w->at + 1), *after = tok_at(w, w->at + 2);
    if (sql_is_word(next, "mutually")) {
        return true;
    }
    return sql_is_name(next) && !sql_is_word(next, "ordinality") &&
           (sql_is_word(after, "as") || sql_is_symbol(after, "("));
}

/* Behind WITH MUTUALLY RECURSIVE: past its options, and every name of the list visible at once. */
static size_t begin_mutual(Walk *w)
{
    size_t at = w->at + 3, depth = 0;
    if (sql_is_symbol(tok_at(w, at), "(")) {
        do {
            depth += sql_is_symbol(tok_at(w, at), "(");
            depth -= sql_is_symbol(tok_at(w, at), ")");
            at++;
        } while (depth && at < w->end);
    }
    bool expects = true;
    depth = 0;
    for (size_t i = at; i < w->end; i++) {
        const SqlTok *tok = tok_at(w, i);
        if (expects && sql_is_name(tok)) {
            vec_push(w->p->r->arena, &w->visible, tok->value);
        }
        expects = !depth && sql_is_symbol(tok, ",");
        if ((!depth && (sql_is_word(tok, "select") || sql_is_symbol(tok, ")"))) ||
            i + 1 == w->end) {
            break;
        }
        depth += sql_is_symbol(tok, "(");
        depth -= sql_is_symbol(tok, ")");
    }
    return at - w->at;
}

static size_t begin_list(Walk *w)
{
    Frame *f = frame(w);
    f->in_with = f->expects_name = true;
    f->expects = false;
    f->mutually = word_at(w, w->at + 1, "mutually");
    return f->mutually ? begin_mutual(w) : 1;
}

/* ---- the walk ---- */

static void open_frame(Walk *w)
{
    Frame *f = frame(w);
    Frame inner = {.in_from = f->expects,
                   .expects = f->expects,
                   .body_of = f->expects_body ? f->named : NULL,
                   .visible = w->visible.count};
    f->expects = f->expects_body = false;
    vec_push(w->p->r->arena, &w->frames, inner);
}

static void close_frame(Walk *w)
{
    if (w->frames.count == 1) {
        return;
    }
    Frame inner = *frame(w);
    w->frames.count--;
    w->visible.count = inner.visible;
    if (inner.body_of && !frame(w)->mutually) {
        vec_push(w->p->r->arena, &w->visible, inner.body_of);
    }
}

static void walk_symbol(Walk *w)
{
    Frame *f = frame(w);
    const SqlTok *tok = tok_at(w, w->at);
    if (sql_is_symbol(tok, "(") || sql_is_symbol(tok, "[")) {
        open_frame(w);
    } else if (sql_is_symbol(tok, ")") || sql_is_symbol(tok, "]")) {
        close_frame(w);
    } else if (sql_is_symbol(tok, ",")) {
        f->expects = f->in_from;
        f->expects_name = f->in_with;
    }
}

/* A keyword that changes what names mean; false when the token is an ordinary word. */
static bool walk_keyword(Walk *w)
{
    static const char *const ends[] = {
        "where",  "group",     "having",  "order",     "limit", "offset", "union",   "except",
        "window", "intersect", "qualify", "returning", "fetch", "values", "options", NULL};
    static const char *const passes[] = {"lateral", "only", NULL};
    Frame *f = frame(w);
    const SqlTok *tok = tok_at(w, w->at);
    if (sql_is_word(tok, "select")) {
        *f = (Frame){.selects = true, .body_of = f->body_of, .visible = f->visible};
    } else if (sql_is_word(tok, "from")) {
        bool compares = w->at && word_at(w, w->at - 1, "distinct") &&
                        (word_at(w, w->at - 2, "is") || word_at(w, w->at - 2, "not"));
        f->in_from = f->in_from || (f->selects && !compares);
        f->expects = f->selects && !compares;
    } else if (sql_is_word(tok, "join")) {
        f->expects = f->in_from;
    } else if (sql_is_word(tok, "as") && f->in_with) {
        f->expects_body = f->named;
    } else if (is_any(tok, ends)) {
        f->in_from = f->expects = false;
    } else {
        return is_any(tok, passes);
    }
    return true;
}

static size_t walk_token(Walk *w)
{
    const SqlTok *tok = tok_at(w, w->at);
    Frame *f = frame(w);
    if (tok->kind == SQL_SYMBOL) {
        walk_symbol(w);
        return 1;
    }
    if (!sql_is_name(tok)) {
        return 1;
    }
    if (f->expects_name) {
        f->expects_name = false;
        f->named = tok->value;
        return 1;
    }
    if (sql_is_word(tok, "with") && begins_list(w)) {
        return begin_list(w);
    }
    return walk_keyword(w) ? 1 : walk_name(w);
}

static void walk_query(Walk *w)
{
    vec_push(w->p->r->arena, &w->frames, (Frame){0});
    while (w->at < w->end) {
        w->at += walk_token(w);
    }
}

/* ---- bodies that are no queries ---- */

/* Behind which words a source, a sink or a table names something. */
static void walk_body(Walk *w)
{
    static const char *const sources[] = {"connection", "secret", NULL};
    static const char *const tables[] = {"source", NULL};
    const char *const *words = w->object->kind == NODE_SOURCE_TABLE ? tables : sources;
    bool sink = w->object->kind == NODE_SINK;
    while (w->at < w->end) {
        bool names = is_any(tok_at(w, w->at), words) || (sink && word_at(w, w->at, "from"));
        w->at++;
        const SqlTok *next = tok_at(w, w->at);
        if (names && sql_is_name(next)) {
            const char *parts[4];
            size_t count, tokens = dotted(w, w->at, parts, &count);
            meet_relation(w, w->at, tokens, parts, count);
            w->at += tokens;
            sink = false;
        }
    }
}

void sql_resolve(SqlProject *p, SqlObject *object)
{
    Walk w = {.p = p,
              .object = object,
              .toks = object->toks.items,
              .at = object->body,
              .end = object->end,
              .copied = object->toks.items[object->body].start,
              .out = buf_new(p->r->arena, (size_t)64 << 20)};
    buf_text(&w.out, "");
    if (object->kind == NODE_VIEW || object->kind == NODE_MATERIALIZED_VIEW) {
        walk_query(&w);
    } else {
        walk_body(&w);
    }
    size_t last = object->toks.items[object->end - 1].end;
    buf_add(&w.out, object->text + w.copied, last - w.copied);
    object->sql = w.out.data;
}
