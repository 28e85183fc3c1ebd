/*
 * CREATE of what reaches outside: sources, sinks, connections, secrets, webhooks, and types. The outside is
 * imagined: every broker and database answers, and what it holds stands in standin_control.upstream.
 */
#include "parser.h"

#include "resolve.h"

#include "cutover/str.h"

static const SqlTok *statement_end(const SqlTok *tok)
{
    while (tok->kind != SQL_END) {
        tok++;
    }
    return tok;
}

/* The rest of the statement, as it was written. */
static void rest(Parser *p)
{
    const SqlTok *to = statement_end(p->tok);
    json_put_str(&p->out, "raw_query", parse_text(p, p->tok, to));
    p->tok = to;
}

/* "FORMAT JSON", "ENVELOPE UPSERT": the word behind the keyword, in the catalog's spelling. */
static void word_behind(Parser *p, const char *keyword, const char *key)
{
    for (const SqlTok *tok = p->tok; tok->kind != SQL_END; tok++) {
        if (sql_is_word(tok, keyword) && sql_is_name(tok + 1)) {
            json_put_str(&p->out, key, str_lower(p->arena, tok[1].value));
            return;
        }
    }
}

/* The items that options name: SECRET s, CONNECTION k, SSH TUNNEL t, AWS PRIVATELINK l. */
static void uses(Parser *p)
{
    static const char *const words[] = {"secret", "connection", "tunnel", "privatelink"};
    json_key(&p->out, "uses");
    json_open_array(&p->out);
    for (const SqlTok *tok = p->tok; tok->kind != SQL_END; tok++) {
        for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
            const SqlTok *name = tok + 1;
            if (sql_is_word(tok, words[i]) && sql_is_name(name)) {
                StrVec parts = resolve_parts(p->arena, &name);
                parse_put_array(p, &parts);
            }
        }
    }
    json_close_array(&p->out);
}

/* (a AS a1, s.b): what is ingested, and under which name. */
static bool upstream_tables(Parser *p, const SqlTok *tok)
{
    const SqlTok *was = p->tok;
    p->tok = tok;
    if (!parse_symbol(p, "(")) {
        return parse_expected(p, "left parenthesis");
    }
    json_key(&p->out, "tables");
    json_open_array(&p->out);
    do {
        json_open_object(&p->out);
        if (!parse_name(p, "reference") || (parse_word(p, "as") && !parse_name(p, "as"))) {
            return false;
        }
        json_close_object(&p->out);
    } while (parse_symbol(p, ","));
    json_close_array(&p->out);
    if (!parse_symbol(p, ")")) {
        return parse_expected(p, "right parenthesis");
    }
    p->tok = was;
    return true;
}

static bool subsources(Parser *p)
{
    for (const SqlTok *tok = p->tok; tok->kind != SQL_END; tok++) {
        if (sql_is_word(tok, "for") && sql_is_word(tok + 1, "tables")) {
            return upstream_tables(p, tok + 2);
        }
        parse_flag(p, "all_tables", sql_is_word(tok, "all") && sql_is_word(tok + 1, "tables"));
    }
    return true;
}

/* FROM WEBHOOK BODY FORMAT ...: of a source or a table, the cursor before FROM. */
bool parse_webhook(Parser *p)
{
    p->kind = "create_webhook";
    word_behind(p, "format", "format");
    for (const SqlTok *tok = p->tok; tok->kind != SQL_END; tok++) {
        parse_flag(p, "headers", sql_is_word(tok, "include") && sql_is_word(tok + 1, "headers"));
    }
    rest(p);
    return true;
}

bool parse_create_source(Parser *p)
{
    p->kind = "create_source";
    parse_if_not_exists(p);
    if (!parse_name(p, "name") ||
        (parse_words(p, "in", "cluster") && !parse_identifier(p, "cluster"))) {
        return false;
    }
    if (sql_is_word(p->tok, "from") && sql_is_word(p->tok + 1, "webhook")) {
        json_put_str(&p->out, "item_type", "source");
        return parse_webhook(p);
    }
    if (sql_is_word(p->tok, "from") && sql_is_name(p->tok + 1)) {
        json_put_str(&p->out, "source_type", str_lower(p->arena, p->tok[1].value));
    }
    word_behind(p, "generator", "generator");
    word_behind(p, "format", "format");
    word_behind(p, "envelope", "envelope");
    uses(p);
    if (!subsources(p)) {
        return false;
    }
    rest(p);
    return true;
}

bool parse_create_sink(Parser *p)
{
    p->kind = "create_sink";
    parse_if_not_exists(p);
    if (!parse_name(p, "name") ||
        (parse_words(p, "in", "cluster") && !parse_identifier(p, "cluster")) ||
        !parse_need(p, "from") || !parse_name(p, "on") || !parse_need(p, "into")) {
        return false;
    }
    json_put_str(&p->out, "sink_type", str_lower(p->arena, p->tok->value));
    word_behind(p, "format", "format");
    word_behind(p, "envelope", "envelope");
    uses(p);
    rest(p);
    return true;
}

/* TO KAFKA (...), TO CONFLUENT SCHEMA REGISTRY (...): the words up to the parenthesis are the type. */
bool parse_create_connection(Parser *p)
{
    p->kind = "create_connection";
    parse_if_not_exists(p);
    if (!parse_name(p, "name") || !parse_need(p, "to")) {
        return false;
    }
    StrVec words = {0};
    for (; sql_is_name(p->tok); p->tok++) {
        vec_push(p->arena, &words, str_lower(p->arena, p->tok->value));
    }
    if (!sql_is_symbol(p->tok, "(")) {
        return parse_expected(p, "left parenthesis");
    }
    json_put_str(&p->out, "connection_type", str_join(p->arena, &words, "-"));
    uses(p);
    rest(p);
    return true;
}

/* The value is not kept: nobody can ever read it back. */
bool parse_secret_value(Parser *p)
{
    const SqlTok *end = statement_end(p->tok);
    bool literal = p->tok->kind == SQL_STRING && p->tok + 1 == end;
    for (const SqlTok *tok = p->tok; tok < end; tok++) {
        literal |= sql_is_word(tok, "bytea") || sql_is_word(tok, "decode");
    }
    if (p->tok == end) {
        return parse_expected(p, "an expression");
    }
    if (!literal) {
        return run_fail(p->run, "XX000", "AS must have type bytea, not type %s",
                        p->tok->kind == SQL_NUMBER ? "integer" : "text");
    }
    p->tok = end;
    return true;
}

bool parse_create_secret(Parser *p)
{
    p->kind = "create_secret";
    parse_if_not_exists(p);
    return parse_name(p, "name") && parse_need(p, "as") && parse_secret_value(p);
}

bool parse_create_type(Parser *p)
{
    p->kind = "create_type";
    if (!parse_name(p, "name") || !parse_need(p, "as")) {
        return false;
    }
    json_put_str(&p->out, "category",
                 sql_is_word(p->tok, "list")  ? "list"
                 : sql_is_word(p->tok, "map") ? "map"
                                              : "composite");
    rest(p);
    return true;
}
