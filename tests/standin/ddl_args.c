#include "ddl_args.h"

#include "parser.h"
#include "resolve.h"

#include "cutover/str.h"

#include <ctype.h>
#include <string.h>

#define ARGS_MAX 8000000

/* --- queries and columns --- */

static const SqlTok *statement_end(const SqlTok *tok)
{
    while (tok->kind != SQL_END) {
        tok++;
    }
    return tok;
}

static bool query(Parser *p)
{
    const SqlTok *to = statement_end(p->tok);
    Resolved resolved;
    if (p->tok == to) {
        return parse_expected(p, "SELECT, VALUES, or a subquery in the query body");
    }
    if (!resolve_query(p->run, p->tok, to, &resolved)) {
        return false;
    }
    json_put_str(&p->out, "query", resolved.sql);
    json_put_str(&p->out, "raw_query", parse_text(p, p->tok, to));
    json_put_str(&p->out, "resolved", resolved.normal);
    json_key(&p->out, "refs");
    parse_put_array(p, &p->run->refs);
    p->tok = to;
    return true;
}

static bool in_cluster(Parser *p)
{
    return !parse_words(p, "in", "cluster") || parse_identifier(p, "cluster");
}

/* WITH (...): kept as text. */
static void with_options(Parser *p)
{
    if (sql_is_word(p->tok, "with") && sql_is_symbol(p->tok + 1, "(")) {
        const SqlTok *to = parse_behind_parens(p->tok + 1);
        json_put_str(&p->out, "with_options", parse_text(p, p->tok + 1, to));
        p->tok = to;
    }
}

static bool create_view_like(Parser *p, const char *kind)
{
    p->kind = kind;
    parse_if_not_exists(p);
    if (!parse_name(p, "name")) {
        return false;
    }
    if (sql_is_symbol(p->tok, "(")) {
        const SqlTok *to = parse_behind_parens(p->tok);
        json_put_str(&p->out, "columns", parse_text(p, p->tok, to));
        p->tok = to;
    }
    if (parse_word(p, "for") && !parse_name(p, "target")) {
        return false;
    }
    if (!in_cluster(p)) {
        return false;
    }
    with_options(p);
    return parse_need(p, "as") && query(p);
}

static bool create_view(Parser *p)
{
    return create_view_like(p, "create_view");
}

static bool create_materialized_view(Parser *p)
{
    return create_view_like(p, "create_materialized_view");
}

static bool create_table(Parser *p)
{
    p->kind = "create_table";
    parse_if_not_exists(p);
    if (!parse_name(p, "name")) {
        return false;
    }
    if (sql_is_word(p->tok, "from") && sql_is_word(p->tok + 1, "webhook")) {
        json_put_str(&p->out, "item_type", "table");
        return parse_webhook(p);
    }
    if (parse_words(p, "from", "source")) {
        p->kind = "create_table_from_source";
        if (!parse_name(p, "source")) {
            return false;
        }
        json_put_str(&p->out, "raw_query", parse_text(p, p->tok, statement_end(p->tok)));
        if (parse_symbol(p, "(") && parse_word(p, "reference")) {
            parse_symbol(p, "=");
            return parse_name(p, "reference") &&
                   (parse_symbol(p, ")") || parse_expected(p, "right parenthesis"));
        }
        return true;
    }
    const SqlTok *to = parse_behind_parens(p->tok);
    Resolved columns;
    if (!sql_is_symbol(p->tok, "(")) {
        return parse_expected(p, "left parenthesis");
    }
    if (!resolve_query(p->run, p->tok, to, &columns)) {
        return false;
    }
    json_put_str(&p->out, "columns", columns.sql);
    json_put_str(&p->out, "raw_query", parse_text(p, p->tok, to));
    json_put_str(&p->out, "resolved", columns.normal);
    p->tok = to;
    with_options(p);
    return parse_end(p);
}

static bool create_index(Parser *p)
{
    p->kind = "create_index";
    parse_if_not_exists(p);
    if (!sql_is_word(p->tok, "on") && !sql_is_word(p->tok, "in") && !parse_name(p, "name")) {
        return false;
    }
    if (!in_cluster(p) || !parse_need(p, "on") || !parse_name(p, "on")) {
        return false;
    }
    parse_words(p, "using", "arrangement");
    if (parse_symbol(p, "(")) {
        json_key(&p->out, "keys");
        json_open_array(&p->out);
        do {
            const SqlTok *to = parse_item_end(p->tok);
            json_str(&p->out, parse_text(p, p->tok, to));
            p->tok = to;
        } while (parse_symbol(p, ","));
        json_close_array(&p->out);
        if (!parse_symbol(p, ")")) {
            return parse_expected(p, "right parenthesis");
        }
    }
    with_options(p);
    return parse_end(p);
}

/* --- clusters --- */

static const char *const cluster_options[] = {"SIZE",
                                              "REPLICATION FACTOR",
                                              "MANAGED",
                                              "SCHEDULE",
                                              "INTROSPECTION INTERVAL",
                                              "INTROSPECTION DEBUGGING",
                                              "DISK",
                                              "AVAILABILITY ZONES",
                                              "AUTO SCALING STRATEGY",
                                              "WORKLOAD CLASS",
                                              "EXPERIMENTAL ARRANGEMENT COMPRESSION",
                                              "REPLICAS"};

static bool cluster_options_list(Parser *p);

static const char *cluster_option(Parser *p)
{
    for (size_t i = 0; i < sizeof cluster_options / sizeof *cluster_options; i++) {
        StrVec option = str_split(p->arena, str_lower(p->arena, cluster_options[i]), ' ');
        size_t n = 0;
        while (n < option.count && sql_is_word(p->tok + n, option.items[n])) {
            n++;
        }
        if (n == option.count) {
            p->tok += n;
            return cluster_options[i];
        }
    }
    parse_expected(
        p, "one of AUTO or AVAILABILITY or DISK or EXPERIMENTAL or INTROSPECTION or MANAGED or "
           "REPLICAS or REPLICATION or SIZE or SCHEDULE or WORKLOAD");
    return NULL;
}

/* REPLICAS (r1 (SIZE '25cc'), ...) of an unmanaged cluster, behind its keyword. */
static bool replicas(Parser *p)
{
    if (!parse_symbol(p, "(")) {
        return parse_expected(p, "left parenthesis");
    }
    json_key(&p->out, "REPLICAS");
    json_open_object(&p->out);
    while (sql_is_name(p->tok)) {
        json_key(&p->out, p->tok->value);
        p->tok++;
        json_open_object(&p->out);
        if (!cluster_options_list(p)) {
            return false;
        }
        json_close_object(&p->out);
        parse_symbol(p, ",");
    }
    json_close_object(&p->out);
    return parse_symbol(p, ")") || parse_expected(p, "right parenthesis");
}

/* [(] SIZE = '25cc', ... [)] */
static bool cluster_options_list(Parser *p)
{
    bool parens = parse_symbol(p, "(");
    do {
        const char *option = cluster_option(p);
        if (!option) {
            return false;
        }
        parse_symbol(p, "=");
        if (str_eq(option, "REPLICAS")) {
            if (!replicas(p)) {
                return false;
            }
            continue;
        }
        const SqlTok *to = parse_item_end(p->tok);
        json_put_str(&p->out, option, to == p->tok + 1 ? p->tok->value : parse_text(p, p->tok, to));
        p->tok = to;
    } while (parse_symbol(p, ","));
    return !parens || parse_symbol(p, ")") || parse_expected(p, "right parenthesis");
}

bool parse_cluster_options(Parser *p)
{
    json_key(&p->out, "options");
    json_open_object(&p->out);
    if (!cluster_options_list(p)) {
        return false;
    }
    json_close_object(&p->out);
    if (sql_is_word(p->tok, "with")) {
        return run_fail(p->run, "XX000",
                        "Enable zero-downtime reconfiguration for alter cluster is not available");
    }
    return parse_end(p);
}

/* --- CREATE --- */

static bool create_simple(Parser *p, const char *type)
{
    p->kind = arena_printf(p->arena, "create_%s", type);
    parse_if_not_exists(p);
    if (!parse_name(p, "name")) {
        return false;
    }
    if (str_eq(type, "cluster") || str_eq(type, "cluster-replica")) {
        return parse_cluster_options(p);
    }
    json_put_str(&p->out, "raw_query", parse_text(p, p->tok, statement_end(p->tok)));
    return true;
}

static void create_modifiers(Parser *p)
{
    parse_flag(p, "or_replace", parse_words(p, "or", "replace"));
    parse_flag(p, "temporary", parse_word(p, "temp") || parse_word(p, "temporary"));
    parse_flag(p, "default", parse_word(p, "default"));
    parse_flag(p, "replacement", parse_word(p, "replacement"));
}

static bool create(Parser *p)
{
    create_modifiers(p);
    const char *type = parse_object_type(p);
    if (!type) {
        return parse_expected(
            p, "DATABASE, SCHEMA, ROLE, TYPE, INDEX, SINK, SOURCE, [TEMPORARY] TABLE, "
               "SECRET, [OR REPLACE] [TEMPORARY] VIEW, or [OR REPLACE] MATERIALIZED "
               "VIEW after CREATE");
    }
    static const struct {
        const char *type;
        bool (*parse)(Parser *p);
    } parsers[] = {{"view", create_view},
                   {"materialized-view", create_materialized_view},
                   {"table", create_table},
                   {"index", create_index},
                   {"source", parse_create_source},
                   {"sink", parse_create_sink},
                   {"connection", parse_create_connection},
                   {"secret", parse_create_secret},
                   {"type", parse_create_type}};
    for (size_t i = 0; i < sizeof parsers / sizeof *parsers; i++) {
        if (str_eq(type, parsers[i].type)) {
            return parsers[i].parse(p);
        }
    }
    return create_simple(p, type);
}

static bool validate(Parser *p)
{
    p->kind = "validate_connection";
    return parse_name(p, "name") && parse_end(p);
}

/* --- for others --- */

static bool dispatch(Parser *p)
{
    return parse_word(p, "create")                    ? create(p)
           : parse_word(p, "alter")                   ? parse_alter(p)
           : parse_word(p, "drop")                    ? parse_drop(p)
           : parse_words(p, "validate", "connection") ? validate(p)
           : parse_word(p, "reassign")                ? parse_reassign(p)
           : parse_word(p, "comment")                 ? parse_comment(p)
           : parse_word(p, "grant")                   ? parse_grant(p, true)
           : parse_word(p, "revoke")                  ? parse_grant(p, false)
                                                      : parse_expected(p, "a DDL statement");
}

bool ddl_parse(Run *run, DdlStatement *out)
{
    Parser *p = arena_make(run->arena, Parser);
    *p = (Parser){.run = run,
                  .arena = run->arena,
                  .tok = run->statement->toks,
                  .buf = buf_new(run->arena, ARGS_MAX)};
    p->out = json_out(&p->buf);
    json_open_object(&p->out);
    if (!dispatch(p)) {
        return false;
    }
    json_close_object(&p->out);
    ddl_classify(run->arena, run->statement->toks, out);
    out->call = (DdlCall){p->kind, p->buf.data, run->statement->text};
    return true;
}

static const char *tag_type(Arena *arena, const SqlTok **tok)
{
    Parser p = {.arena = arena, .tok = *tok};
    const char *type = parse_object_type(&p);
    *tok = p.tok;
    char *upper = arena_strdup(arena, type ? type : "");
    for (char *c = upper; *c; c++) {
        *c = *c == '-' ? ' ' : (char)toupper((unsigned char)*c);
    }
    return upper;
}

static bool is_rename(const SqlTok *tok)
{
    for (; tok->kind != SQL_END; tok++) {
        if ((sql_is_word(tok, "rename") && sql_is_word(tok + 1, "to")) ||
            (sql_is_word(tok, "swap") && sql_is_word(tok + 1, "with"))) {
            return true;
        }
    }
    return false;
}

void ddl_classify(Arena *arena, const SqlTok *toks, DdlStatement *out)
{
    static const char *const modifiers[] = {"or",        "replace", "temp",
                                            "temporary", "default", "replacement"};
    const SqlTok *tok = toks + 1;
    *out = (DdlStatement){.class = CLASS_DDL};
    if (sql_is_word(toks, "comment")) {
        out->tag = "COMMENT";
    } else if (sql_is_word(toks, "grant") || sql_is_word(toks, "revoke")) {
        out->tag = arena_printf(arena, "%s%s", sql_is_word(toks, "grant") ? "GRANT" : "REVOKE",
                                parse_grants_role(tok) ? " ROLE" : "");
    } else if (sql_is_word(toks, "validate")) {
        out->tag = "VALIDATE CONNECTION";
    } else if (sql_is_word(toks, "reassign") || sql_is_word(tok, "owned")) {
        out->tag = sql_is_word(toks, "reassign") ? "REASSIGN OWNED" : "DROP OWNED";
    } else if (sql_is_word(toks, "alter") && sql_is_word(tok, "default")) {
        out->tag = "ALTER DEFAULT PRIVILEGES";
    } else if (sql_is_word(toks, "alter") && sql_is_word(tok, "system")) {
        out->tag = "ALTER SYSTEM";
    } else {
        for (size_t i = 0; i < sizeof modifiers / sizeof *modifiers; i++) {
            tok += sql_is_word(tok, modifiers[i]);
        }
        const char *verb = sql_is_word(toks, "create")  ? "CREATE"
                           : sql_is_word(toks, "alter") ? "ALTER"
                                                        : "DROP";
        const char *type = tag_type(arena, &tok);
        out->tag = arena_printf(arena, "%s %s", verb, type);
        bool source = str_eq(type, "SOURCE") && str_eq(verb, "CREATE");
        out->class = (str_eq(verb, "ALTER") && is_rename(tok)) || source ? CLASS_RENAME : CLASS_DDL;
    }
}
