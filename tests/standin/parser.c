#include "parser.h"

#include "resolve.h"

#include "cutover/str.h"

/* --- tokens --- */

bool parse_word(Parser *p, const char *text)
{
    bool yes = sql_is_word(p->tok, text);
    p->tok += yes;
    return yes;
}

bool parse_words(Parser *p, const char *first, const char *second)
{
    bool yes = sql_is_word(p->tok, first) && sql_is_word(p->tok + 1, second);
    p->tok += yes ? 2 : 0;
    return yes;
}

bool parse_symbol(Parser *p, const char *text)
{
    bool yes = sql_is_symbol(p->tok, text);
    p->tok += yes;
    return yes;
}

bool parse_expected(Parser *p, const char *what)
{
    static const char *const kinds[] = {"identifier", "identifier", "string literal",
                                        "number",     "parameter",  "operator"};
    if (p->tok->kind == SQL_END) {
        return run_fail(p->run, "42601", "Expected %s, found EOF", what);
    }
    return run_fail(p->run, "42601", "Expected %s, found %s \"%s\"", what, kinds[p->tok->kind],
                    p->tok->value);
}

bool parse_need(Parser *p, const char *text)
{
    return parse_word(p, text) || parse_expected(p, text);
}

const char *parse_text(Parser *p, const SqlTok *from, const SqlTok *to)
{
    const char *source = p->run->statement->source;
    return to > from ? arena_strndup(p->arena, source + from->start, to[-1].end - from->start) : "";
}

/* Behind the parenthesis that closes the one at TOK. */
const SqlTok *parse_behind_parens(const SqlTok *tok)
{
    int depth = 0;
    for (; tok->kind != SQL_END; tok++) {
        depth += sql_is_symbol(tok, "(");
        depth -= sql_is_symbol(tok, ")");
        if (depth == 0) {
            return tok + 1;
        }
    }
    return tok;
}

/* The next comma, or what closes or ends the list. */
const SqlTok *parse_item_end(const SqlTok *tok)
{
    while (tok->kind != SQL_END && !sql_is_symbol(tok, ",") && !sql_is_symbol(tok, ")")) {
        tok = sql_is_symbol(tok, "(") ? parse_behind_parens(tok) : tok + 1;
    }
    return tok;
}

/* --- names --- */

void parse_put_array(Parser *p, const StrVec *texts)
{
    json_open_array(&p->out);
    vec_each (const char *, text, texts) {
        json_str(&p->out, *text);
    }
    json_close_array(&p->out);
}

bool parse_name(Parser *p, const char *key)
{
    StrVec parts = resolve_parts(p->arena, &p->tok);
    if (parts.count == 0) {
        return parse_expected(p, "identifier");
    }
    json_key(&p->out, key);
    parse_put_array(p, &parts);
    return true;
}

/* name, name, ... as one array of arrays. */
bool parse_names(Parser *p, const char *key)
{
    json_key(&p->out, key);
    json_open_array(&p->out);
    do {
        StrVec parts = resolve_parts(p->arena, &p->tok);
        if (parts.count == 0) {
            return parse_expected(p, "identifier");
        }
        parse_put_array(p, &parts);
    } while (parse_symbol(p, ","));
    json_close_array(&p->out);
    return true;
}

bool parse_identifier(Parser *p, const char *key)
{
    if (!sql_is_name(p->tok)) {
        return parse_expected(p, "identifier");
    }
    json_put_str(&p->out, key, p->tok->value);
    p->tok++;
    return true;
}

bool parse_roles(Parser *p, const char *key)
{
    json_key(&p->out, key);
    json_open_array(&p->out);
    do {
        parse_word(p, "group");
        if (!sql_is_name(p->tok)) {
            return parse_expected(p, "identifier");
        }
        json_str(&p->out, sql_is_word(p->tok, "public") ? "PUBLIC" : p->tok->value);
        p->tok++;
    } while (parse_symbol(p, ","));
    json_close_array(&p->out);
    return true;
}

void parse_flag(Parser *p, const char *key, bool value)
{
    if (value) {
        json_put_bool(&p->out, key, true);
    }
}

void parse_if_not_exists(Parser *p)
{
    if (sql_is_word(p->tok, "if") && sql_is_word(p->tok + 1, "not")) {
        p->tok += 3;
        parse_flag(p, "if_not_exists", true);
    }
}

void parse_if_exists(Parser *p)
{
    parse_flag(p, "if_exists", parse_words(p, "if", "exists"));
}

/* Types of objects as they are written and as the catalog writes them; longer ones first. */
static const struct {
    const char *first, *second, *type;
} types[] = {
    {"materialized", "view", "materialized-view"},
    {"cluster", "replica", "cluster-replica"},
    {"network", "policy", "network-policy"},
    {"database", NULL, "database"},
    {"schema", NULL, "schema"},
    {"cluster", NULL, "cluster"},
    {"table", NULL, "table"},
    {"view", NULL, "view"},
    {"source", NULL, "source"},
    {"sink", NULL, "sink"},
    {"index", NULL, "index"},
    {"connection", NULL, "connection"},
    {"secret", NULL, "secret"},
    {"type", NULL, "type"},
    {"role", NULL, "role"},
    {"user", NULL, "role"},
    {"function", NULL, "function"},
    {"column", NULL, "column"},
};

const char *parse_object_type(Parser *p)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (types[i].second ? parse_words(p, types[i].first, types[i].second)
                            : parse_word(p, types[i].first)) {
            return types[i].type;
        }
    }
    return NULL;
}

bool parse_end(Parser *p)
{
    return p->tok->kind == SQL_END || parse_expected(p, "end of statement");
}
