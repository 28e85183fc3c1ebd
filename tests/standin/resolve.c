#include "resolve.h"

#include "vars.h"

#include "cutover/str.h"

#include <string.h>

#define TEXT_MAX 4000000
#define DEPTH_MAX 200

/* One level of parentheses. */
typedef struct Level {
    bool query;   /* a FROM here is followed by relations */
    bool in_from; /* a comma here is followed by a relation */
} Level;

typedef struct Resolver {
    Run *run;
    Arena *arena;
    const Names *names;
    const char *source;
    Buf sql, normal;
    size_t copied; /* of the source, into `sql` */
    size_t normal_at;
    Level levels[DEPTH_MAX];
    int depth;
    bool expect;                   /* the next name is a relation */
    VEC(const SqlTok *) list_ends; /* the brackets that close LIST[...] */
    VEC(const SqlTok *) call_ends; /* the parentheses that close f(...) in f(...).column */
    Map ctes;
} Resolver;

static bool word_in(const SqlTok *tok, const char *const *words)
{
    for (; tok->kind == SQL_WORD && *words; words++) {
        if (strcmp(tok->value, *words) == 0) {
            return true;
        }
    }
    return false;
}

/* --- the normal form --- */

static const char *const keywords[] = {
    "select",   "from",    "where",     "group",    "by",        "order",   "having",    "limit",
    "offset",   "join",    "left",      "right",    "full",      "outer",   "inner",     "cross",
    "on",       "using",   "as",        "and",      "or",        "not",     "is",        "null",
    "in",       "exists",  "case",      "when",     "then",      "else",    "end",       "union",
    "all",      "except",  "intersect", "distinct", "with",      "values",  "true",      "false",
    "between",  "like",    "ilike",     "asc",      "desc",      "nulls",   "first",     "last",
    "interval", "cast",    "lateral",   "over",     "partition", "filter",  "any",       "some",
    "array",    "extract", "coalesce",  "at",       "time",      "zone",    "recursive", "row",
    "rows",     "set",     "insert",    "into",     "default",   "primary", "key",       NULL};

static void normal_text(Resolver *r, const SqlTok *tok, const char *text)
{
    if (r->normal.length > 0 && tok->start > r->normal_at) {
        buf_char(&r->normal, ' ');
    }
    buf_text(&r->normal, text);
    r->normal_at = tok->end;
}

static void normal_token(Resolver *r, const SqlTok *tok)
{
    const char *text = arena_strndup(r->arena, r->source + tok->start, tok->end - tok->start);
    if (word_in(tok, keywords)) {
        char *upper = arena_strdup(r->arena, text);
        for (char *p = upper; *p; p++) {
            *p = *p >= 'a' && *p <= 'z' ? (char)(*p - 32) : *p;
        }
        text = upper;
    } else if (tok->kind == SQL_WORD && !sql_is_symbol(tok + 1, "(")) {
        text = sql_ident(r->arena, tok->value);
    } else if (tok->kind == SQL_WORD) {
        text = arena_printf(r->arena, "\"pg_catalog\".%s", sql_ident(r->arena, tok->value));
    }
    normal_text(r, tok, text);
}

/* --- PostgreSQL's text --- */

/* Everything up to TOK as it was, then TEXT instead of what ends at END. */
static void splice(Resolver *r, const SqlTok *tok, size_t end, const char *text)
{
    buf_add(&r->sql, r->source + r->copied, tok->start - r->copied);
    buf_text(&r->sql, text);
    r->copied = end;
}

/* --- looking up --- */

StrVec resolve_parts(Arena *arena, const SqlTok **tok)
{
    StrVec parts = {0};
    while (sql_is_name(*tok)) {
        vec_push(arena, &parts, (*tok)->value);
        (*tok)++;
        if (!sql_is_symbol(*tok, ".")) {
            break;
        }
        (*tok)++;
    }
    return parts;
}

static const char *database_id(const Run *run, const Names *names)
{
    return names_database(names, vars_get(run->session, "database"));
}

static const NameItem *find_unqualified(Run *run, const Names *names, const char *name)
{
    static const char *const before[] = {"mz_catalog", "pg_catalog"};
    const NameItem *item = NULL;
    for (size_t i = 0; !item && i < 2; i++) {
        const NameSchema *schema = names_schema(names, NULL, before[i]);
        item = schema ? names_item(names, schema, name) : NULL;
    }
    StrVec path = str_split(run->arena, vars_get(run->session, "search_path"), ',');
    const char *base = database_id(run, names);
    for (size_t i = 0; !item && i < path.count; i++) {
        const NameSchema *schema =
            names_schema(names, base ? base : "", str_trim(run->arena, path.items[i]));
        item = schema ? names_item(names, schema, name) : NULL;
    }
    return item;
}

/* PARTS is [schema, ...] or [database, schema, ...]; the schema is its part number COUNT - 1. */
static const NameSchema *find_schema(const Run *run, const Names *names, const StrVec *parts,
                                     size_t count)
{
    const char *base = count > 1 ? names_database(names, parts->items[0]) : database_id(run, names);
    const NameSchema *schema = names_schema(names, base, parts->items[count - 1]);
    return count > 1 && !base ? NULL : schema;
}

const NameItem *resolve_item(Run *run, const Names *names, const StrVec *parts)
{
    const char *name = vec_last(parts);
    const NameItem *item = NULL;
    if (parts->count == 1) {
        item = find_unqualified(run, names, name);
    } else {
        const NameSchema *schema = find_schema(run, names, parts, parts->count - 1);
        if (!schema) {
            StrVec scope = {parts->items, parts->count - 1, 0};
            run_fail(run, "XX000", "unknown schema '%s'", str_join(run->arena, &scope, "."));
            return NULL;
        }
        item = names_item(names, schema, name);
    }
    if (!item) {
        const char *shown = str_join(run->arena, parts, ".");
        if (str_eq(shown, "show") || str_starts(shown, "mz_")) {
            /* Materialize may well have it: nobody must take this answer for its own. */
            run_fail(run, "0A000", "standin: %s is not known here", shown);
            return NULL;
        }
        run_fail(run, "XX000", "unknown catalog item '%s'", shown);
    }
    return item;
}

static void note_read(Resolver *r, const NameItem *item)
{
    if (item->schema->database_id) {
        r->run->reads_user = true;
        if (!str_in(&r->run->refs, item->id)) {
            vec_push(r->arena, &r->run->refs, arena_strdup(r->arena, item->id));
        }
    }
}

static bool not_a_relation(Resolver *r, const NameItem *item, const StrVec *parts)
{
    if (item->relation) {
        return true;
    }
    return run_fail(r->run, "XX000", "catalog item '%s' is not a relation",
                    str_join(r->arena, parts, "."));
}

/* The tests' own door: not of the catalog, and by its true name. */
static bool control(const StrVec *parts)
{
    return parts->count == 2 &&
           (str_eq(parts->items[0], "standin_control") || str_eq(parts->items[0], "standin"));
}

static bool relation(Resolver *r, const SqlTok *first, const SqlTok *end, const StrVec *parts)
{
    if (control(parts) || (parts->count == 1 && map_get(&r->ctes, parts->items[0]))) {
        normal_token(r, first);
        return true;
    }
    const NameItem *item = resolve_item(r->run, r->names, parts);
    if (!item || !not_a_relation(r, item, parts)) {
        return false;
    }
    note_read(r, item);
    splice(r, first, end[-1].end,
           arena_printf(r->arena, "%s.%s", sql_ident(r->arena, item->schema->physical),
                        sql_ident(r->arena, item->name)));
    bool user = item->schema->database_id != NULL;
    normal_text(r, first,
                user ? arena_printf(r->arena, "[%s]", item->id)
                     : arena_printf(r->arena, "\"%s\".\"%s\"", item->schema->name, item->name));
    r->normal_at = end[-1].end;
    return true;
}

/* What closes the bracket at TOK; the end when nothing does. */
static const SqlTok *closing(const SqlTok *tok, const char *open, const char *close)
{
    int depth = 0;
    for (; tok->kind != SQL_END; tok++) {
        depth += sql_is_symbol(tok, open);
        depth -= sql_is_symbol(tok, close);
        if (depth == 0) {
            break;
        }
    }
    return tok;
}

/* --- names that are no relations --- */

static const struct {
    const char *word, *sql;
} bare_functions[] = {
    {"current_timestamp", "standin.now()"},
    {"current_user", "standin.current_user()"},
    {"session_user", "standin.current_user()"},
    {"current_role", "standin.current_user()"},
    {"current_catalog", "standin.current_database()"},
};

/* What PostgreSQL has and Materialize has not. */
static const char *const unknown_functions[] = {"pg_advisory_lock",
                                                "pg_advisory_xact_lock",
                                                "pg_try_advisory_lock",
                                                "pg_sleep",
                                                "pg_notify",
                                                NULL};

static bool no_function(Run *run, const char *name)
{
    run_fail(run, "XX000", "function \"%s\" does not exist", name);
    run->err.hint = "No function matches the given name and argument types. You might need to add "
                    "explicit type casts.";
    return false;
}

/* f(...).column: PostgreSQL wants (f(...)).column. OPEN is the parenthesis behind the name. */
static bool opens_row(Resolver *r, const SqlTok *open)
{
    const SqlTok *end = closing(open, "(", ")");
    if (end->kind == SQL_END || !sql_is_symbol(end + 1, ".")) {
        return false;
    }
    vec_push(r->arena, &r->call_ends, end);
    return true;
}

static bool function(Resolver *r, const SqlTok *first, const SqlTok *end, const StrVec *parts)
{
    static const char *const builtin[] = {"pg_catalog", "mz_catalog", "mz_internal", NULL};
    bool unqualified = parts->count == 1;
    if (unqualified && word_in(first, unknown_functions)) {
        return no_function(r->run, first->value);
    }
    bool own = ((unqualified && first->kind == SQL_WORD) || word_in(first, builtin)) &&
               names_own_function(r->names, vec_last(parts));
    bool wrapped = opens_row(r, end);
    if (own || wrapped) {
        const char *name =
            own ? arena_printf(r->arena, "standin.%s", sql_ident(r->arena, vec_last(parts)))
                : arena_strndup(r->arena, r->source + first->start, end[-1].end - first->start);
        splice(r, first, end[-1].end, arena_printf(r->arena, "%s%s", wrapped ? "(" : "", name));
    }
    return true;
}

/* schema.relation.column and database.schema.relation.column */
static void qualified_column(Resolver *r, const SqlTok *first, const StrVec *parts)
{
    size_t scope = parts->count - 2;
    const NameSchema *schema = find_schema(r->run, r->names, parts, scope);
    if (schema) {
        const SqlTok *last = first + 2 * (scope - 1);
        splice(r, first, last->end, sql_ident(r->arena, schema->physical));
    }
}

static bool other_name(Resolver *r, const SqlTok *first, const SqlTok *end, const StrVec *parts)
{
    for (const SqlTok *tok = first; tok < end; tok++) {
        normal_token(r, tok);
    }
    if (sql_is_symbol(end, "(")) {
        return function(r, first, end, parts);
    }
    if (parts->count == 3 || parts->count == 4) {
        qualified_column(r, first, parts);
        return true;
    }
    for (size_t i = 0; parts->count == 1 && i < sizeof bare_functions / sizeof *bare_functions;
         i++) {
        if (sql_is_word(first, bare_functions[i].word)) {
            splice(r, first, first->end, bare_functions[i].sql);
        }
    }
    return true;
}

/* --- walking --- */

static bool begins_query(const SqlTok *tok)
{
    static const char *const words[] = {"select", "with", "values", "table", NULL};
    return word_in(tok, words);
}

static void open_paren(Resolver *r, const SqlTok *tok)
{
    bool relations = r->expect && !begins_query(tok + 1);
    if (r->depth + 1 < DEPTH_MAX) {
        r->depth++;
    }
    r->levels[r->depth] = (Level){relations || begins_query(tok + 1), relations};
    r->expect = relations;
}

static bool opens_relations(const Resolver *r, const SqlTok *tok, const SqlTok *from)
{
    static const char *const joins[] = {"join", "into", "update", "copy", NULL};
    if (sql_is_word(tok, "from")) {
        return r->levels[r->depth].query && !(tok > from && sql_is_word(tok - 1, "distinct") &&
                                              tok > from + 1 && !sql_is_word(tok - 2, "select"));
    }
    return word_in(tok, joins) && (r->levels[r->depth].query);
}

static void keyword(Resolver *r, const SqlTok *tok, const SqlTok *from)
{
    static const char *const closing[] = {"where",  "group",     "order",     "having", "limit",
                                          "union",  "except",    "intersect", "select", "set",
                                          "values", "returning", "window",    NULL};
    static const char *const between[] = {"lateral", "only", NULL};
    if (opens_relations(r, tok, from)) {
        r->expect = true;
        r->levels[r->depth].in_from = true;
    } else if (word_in(tok, closing)) {
        r->levels[r->depth].in_from = false;
        r->expect = false;
    } else if (!word_in(tok, between)) {
        r->expect = false;
    }
    normal_token(r, tok);
}

/* LIST[...] becomes a call; PostgreSQL has arrays only. */
static void open_list(Resolver *r, const SqlTok *tok)
{
    vec_push(r->arena, &r->list_ends, closing(tok + 1, "[", "]"));
    splice(r, tok, tok->end, "standin.list(ARRAY");
    normal_text(r, tok, "LIST");
}

static void close_rewritten(Resolver *r, const SqlTok *tok)
{
    vec_each (const SqlTok *, end, &r->list_ends) {
        if (*end == tok) {
            splice(r, tok, tok->end, "])");
        }
    }
    vec_each (const SqlTok *, end, &r->call_ends) {
        if (*end == tok) {
            splice(r, tok, tok->end, "))");
        }
    }
}

static void symbol(Resolver *r, const SqlTok *tok)
{
    close_rewritten(r, tok);
    if (sql_is_symbol(tok, "(")) {
        open_paren(r, tok);
    } else if (sql_is_symbol(tok, ")")) {
        r->depth -= r->depth > 0;
        r->expect = false;
    } else {
        r->expect = sql_is_symbol(tok, ",") && r->levels[r->depth].in_from;
    }
    normal_token(r, tok);
}

static bool structural(const SqlTok *tok)
{
    static const char *const words[] = {
        "from",   "join",    "into",  "where",  "group",     "order", "having", "limit",
        "union",  "except",  "table", "select", "intersect", "set",   "values", "returning",
        "window", "lateral", "only",  "copy",   "update",    "on",    "using",  NULL};
    return word_in(tok, words);
}

/* 'name'::regclass, with or without pg_catalog. */
static bool is_regclass(const SqlTok *tok)
{
    const SqlTok *type = tok + 2 + (sql_is_word(tok + 2, "pg_catalog") ? 2 : 0);
    return tok->kind == SQL_STRING && sql_is_symbol(tok + 1, "::") && sql_is_word(type, "regclass");
}

static void regclass(Resolver *r, const SqlTok *tok)
{
    const char *text = arena_strndup(r->arena, r->source + tok->start, tok->end - tok->start);
    splice(r, tok, tok->end, arena_printf(r->arena, "standin.to_oid(%s)", text));
    r->expect = false;
    normal_text(r, tok, text);
}

static bool walk(Resolver *r, const SqlTok *from, const SqlTok *to)
{
    for (const SqlTok *tok = from; tok < to;) {
        if (tok->kind == SQL_SYMBOL) {
            symbol(r, tok++);
        } else if (is_regclass(tok)) {
            regclass(r, tok++);
        } else if (sql_is_word(tok, "list") && sql_is_symbol(tok + 1, "[")) {
            open_list(r, tok++);
        } else if (structural(tok)) {
            keyword(r, tok++, from);
        } else if (sql_is_name(tok)) {
            const SqlTok *end = tok;
            StrVec parts = resolve_parts(r->arena, &end);
            bool is_relation = r->expect && !sql_is_symbol(end, "(");
            bool insert = tok > from && sql_is_word(tok - 1, "into");
            is_relation = is_relation || (r->expect && insert);
            r->expect = false;
            if (!(is_relation ? relation(r, tok, end, &parts) : other_name(r, tok, end, &parts))) {
                return false;
            }
            tok = end;
        } else {
            r->expect = false;
            normal_token(r, tok++);
        }
    }
    return true;
}

/* name [(columns)] AS [[NOT] MATERIALIZED] ( : good enough to know a WITH query. */
static void collect_ctes(Resolver *r, const SqlTok *from, const SqlTok *to)
{
    for (const SqlTok *tok = from; tok + 2 < to; tok++) {
        const SqlTok *as = tok + 1;
        if (!sql_is_name(tok)) {
            continue;
        }
        if (sql_is_symbol(as, "(")) {
            while (as < to && !sql_is_symbol(as, ")")) {
                as++;
            }
            as++;
        }
        if (as + 1 >= to || !sql_is_word(as, "as")) {
            continue;
        }
        as++;
        as += sql_is_word(as, "not");
        as += sql_is_word(as, "materialized");
        if (as < to && sql_is_symbol(as, "(") && begins_query(as + 1)) {
            map_put(r->arena, &r->ctes, tok->value, "");
        }
    }
}

bool resolve_query(Run *run, const SqlTok *from, const SqlTok *to, Resolved *out)
{
    Names *names = names_get(run->session->server);
    Resolver *r = arena_make(run->arena, Resolver);
    *r = (Resolver){.run = run,
                    .arena = run->arena,
                    .names = names,
                    .source = run->statement->source,
                    .sql = buf_new(run->arena, TEXT_MAX),
                    .normal = buf_new(run->arena, TEXT_MAX),
                    .copied = from->start,
                    .levels[0] = {.query = true}};
    collect_ctes(r, from, to);
    bool ok = walk(r, from, to);
    if (ok && to > from) {
        buf_add(&r->sql, r->source + r->copied, to[-1].end - r->copied);
    }
    *out = (Resolved){r->sql.length ? r->sql.data : "", r->normal.length ? r->normal.data : ""};
    names_release(run->session->server, names);
    return ok;
}

/* --- the time domain of a read transaction --- */

static void fix_domain(Run *run, const Names *names)
{
    Transaction *txn = &run->session->txn;
    vec_each (const char *, id, &run->refs) {
        const NameItem *item = names_item_by_id(names, *id);
        if (item) {
            names_items_in(names, txn->arena, item->schema, &txn->domain);
        }
    }
    txn->domain_set = true;
}

bool resolve_check_domain(Run *run)
{
    Transaction *txn = &run->session->txn;
    if (txn->state == TXN_NONE) {
        return true;
    }
    if (!txn->domain_set) {
        if (run->refs.count > 0) {
            Names *names = names_get(run->session->server);
            fix_domain(run, names);
            names_release(run->session->server, names);
        }
        return true;
    }
    vec_each (const char *, id, &run->refs) {
        if (!str_in(&txn->domain, *id)) {
            return run_fail(run, "25000",
                            "Transactions can only reference objects in the same timedomain");
        }
    }
    return true;
}
