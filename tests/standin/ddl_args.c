#include "ddl_args.h"

#include "resolve.h"

#include "cutover/json.h"
#include "cutover/str.h"

#include <ctype.h>
#include <string.h>

#define ARGS_MAX 8000000

typedef struct Parser {
    Run *run;
    Arena *arena;
    const SqlTok *tok;
    Buf buf;
    JsonOut out;
    const char *kind;
    bool default_index;
} Parser;

/* --- tokens --- */

static bool word(Parser *p, const char *text)
{
    bool yes = sql_is_word(p->tok, text);
    p->tok += yes;
    return yes;
}

static bool words(Parser *p, const char *first, const char *second)
{
    bool yes = sql_is_word(p->tok, first) && sql_is_word(p->tok + 1, second);
    p->tok += yes ? 2 : 0;
    return yes;
}

static bool symbol(Parser *p, const char *text)
{
    bool yes = sql_is_symbol(p->tok, text);
    p->tok += yes;
    return yes;
}

static bool expected(Parser *p, const char *what)
{
    static const char *const kinds[] = {"identifier", "identifier", "string literal",
                                        "number",     "parameter",  "operator"};
    if (p->tok->kind == SQL_END) {
        return run_fail(p->run, "42601", "Expected %s, found EOF", what);
    }
    return run_fail(p->run, "42601", "Expected %s, found %s \"%s\"", what, kinds[p->tok->kind],
                    p->tok->value);
}

static bool need(Parser *p, const char *text)
{
    return word(p, text) || expected(p, text);
}

static const char *between(Parser *p, const SqlTok *from, const SqlTok *to)
{
    const char *source = p->run->statement->source;
    return to > from ? arena_strndup(p->arena, source + from->start, to[-1].end - from->start) : "";
}

/* Behind the parenthesis that closes the one at TOK. */
static const SqlTok *behind_parens(const SqlTok *tok)
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
static const SqlTok *list_item_end(const SqlTok *tok)
{
    while (tok->kind != SQL_END && !sql_is_symbol(tok, ",") && !sql_is_symbol(tok, ")")) {
        tok = sql_is_symbol(tok, "(") ? behind_parens(tok) : tok + 1;
    }
    return tok;
}

/* --- names --- */

static void put_array(Parser *p, const StrVec *texts)
{
    json_open_array(&p->out);
    vec_each (const char *, text, texts) {
        json_str(&p->out, *text);
    }
    json_close_array(&p->out);
}

static bool name(Parser *p, const char *key)
{
    StrVec parts = resolve_parts(p->arena, &p->tok);
    if (parts.count == 0) {
        return expected(p, "identifier");
    }
    json_key(&p->out, key);
    put_array(p, &parts);
    return true;
}

/* name, name, ... as one array of arrays. */
static bool names(Parser *p, const char *key)
{
    json_key(&p->out, key);
    json_open_array(&p->out);
    do {
        StrVec parts = resolve_parts(p->arena, &p->tok);
        if (parts.count == 0) {
            return expected(p, "identifier");
        }
        put_array(p, &parts);
    } while (symbol(p, ","));
    json_close_array(&p->out);
    return true;
}

static bool identifier(Parser *p, const char *key)
{
    if (!sql_is_name(p->tok)) {
        return expected(p, "identifier");
    }
    json_put_str(&p->out, key, p->tok->value);
    p->tok++;
    return true;
}

static bool role_names(Parser *p, const char *key)
{
    json_key(&p->out, key);
    json_open_array(&p->out);
    do {
        word(p, "group");
        if (!sql_is_name(p->tok)) {
            return expected(p, "identifier");
        }
        json_str(&p->out, sql_is_word(p->tok, "public") ? "PUBLIC" : p->tok->value);
        p->tok++;
    } while (symbol(p, ","));
    json_close_array(&p->out);
    return true;
}

static void flag(Parser *p, const char *key, bool value)
{
    if (value) {
        json_put_bool(&p->out, key, true);
    }
}

static void if_not_exists(Parser *p)
{
    if (sql_is_word(p->tok, "if") && sql_is_word(p->tok + 1, "not")) {
        p->tok += 3;
        flag(p, "if_not_exists", true);
    }
}

static void if_exists(Parser *p)
{
    flag(p, "if_exists", words(p, "if", "exists"));
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

static const char *object_type(Parser *p)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (types[i].second ? words(p, types[i].first, types[i].second) : word(p, types[i].first)) {
            return types[i].type;
        }
    }
    return NULL;
}

static bool end(Parser *p)
{
    return p->tok->kind == SQL_END || expected(p, "end of statement");
}

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
        return expected(p, "SELECT, VALUES, or a subquery in the query body");
    }
    if (!resolve_query(p->run, p->tok, to, &resolved)) {
        return false;
    }
    json_put_str(&p->out, "query", resolved.sql);
    json_put_str(&p->out, "raw_query", between(p, p->tok, to));
    json_put_str(&p->out, "resolved", resolved.normal);
    json_key(&p->out, "refs");
    put_array(p, &p->run->refs);
    p->tok = to;
    return true;
}

static bool in_cluster(Parser *p)
{
    return !words(p, "in", "cluster") || identifier(p, "cluster");
}

/* WITH (...): kept as text. */
static void with_options(Parser *p)
{
    if (sql_is_word(p->tok, "with") && sql_is_symbol(p->tok + 1, "(")) {
        const SqlTok *to = behind_parens(p->tok + 1);
        json_put_str(&p->out, "with_options", between(p, p->tok + 1, to));
        p->tok = to;
    }
}

static bool create_view_like(Parser *p, const char *kind)
{
    p->kind = kind;
    if_not_exists(p);
    if (!name(p, "name")) {
        return false;
    }
    if (sql_is_symbol(p->tok, "(")) {
        const SqlTok *to = behind_parens(p->tok);
        json_put_str(&p->out, "columns", between(p, p->tok, to));
        p->tok = to;
    }
    if (word(p, "for") && !name(p, "target")) {
        return false;
    }
    if (!in_cluster(p)) {
        return false;
    }
    with_options(p);
    return need(p, "as") && query(p);
}

static bool create_table(Parser *p)
{
    p->kind = "create_table";
    if_not_exists(p);
    if (!name(p, "name")) {
        return false;
    }
    if (words(p, "from", "source")) {
        p->kind = "create_table_from_source";
        if (!name(p, "source")) {
            return false;
        }
        json_put_str(&p->out, "raw_query", between(p, p->tok, statement_end(p->tok)));
        if (symbol(p, "(") && word(p, "reference")) {
            symbol(p, "=");
            return name(p, "reference") && (symbol(p, ")") || expected(p, "right parenthesis"));
        }
        return true;
    }
    const SqlTok *to = behind_parens(p->tok);
    Resolved columns;
    if (!sql_is_symbol(p->tok, "(")) {
        return expected(p, "left parenthesis");
    }
    if (!resolve_query(p->run, p->tok, to, &columns)) {
        return false;
    }
    json_put_str(&p->out, "columns", columns.sql);
    json_put_str(&p->out, "raw_query", between(p, p->tok, to));
    json_put_str(&p->out, "resolved", columns.normal);
    p->tok = to;
    with_options(p);
    return end(p);
}

static bool create_index(Parser *p)
{
    p->kind = "create_index";
    if_not_exists(p);
    if (!sql_is_word(p->tok, "on") && !sql_is_word(p->tok, "in") && !name(p, "name")) {
        return false;
    }
    if (!in_cluster(p) || !need(p, "on") || !name(p, "on")) {
        return false;
    }
    words(p, "using", "arrangement");
    if (symbol(p, "(")) {
        json_key(&p->out, "keys");
        json_open_array(&p->out);
        do {
            const SqlTok *to = list_item_end(p->tok);
            json_str(&p->out, between(p, p->tok, to));
            p->tok = to;
        } while (symbol(p, ","));
        json_close_array(&p->out);
        if (!symbol(p, ")")) {
            return expected(p, "right parenthesis");
        }
    }
    with_options(p);
    return end(p);
}

static bool create_source(Parser *p)
{
    p->kind = "create_source";
    if_not_exists(p);
    if (!name(p, "name") || !in_cluster(p)) {
        return false;
    }
    const SqlTok *to = statement_end(p->tok);
    json_put_str(&p->out, "raw_query", between(p, p->tok, to));
    for (const SqlTok *tok = p->tok; tok + 1 < to; tok++) {
        if (sql_is_word(tok, "generator")) {
            json_put_str(&p->out, "generator", str_lower(p->arena, tok[1].value));
        }
        flag(p, "all_tables", sql_is_word(tok, "all") && sql_is_word(tok + 1, "tables"));
    }
    p->tok = to;
    return true;
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
    expected(p,
             "one of AUTO or AVAILABILITY or DISK or EXPERIMENTAL or INTROSPECTION or MANAGED or "
             "REPLICAS or REPLICATION or SIZE or SCHEDULE or WORKLOAD");
    return NULL;
}

static bool options(Parser *p)
{
    bool parens = symbol(p, "(");
    json_key(&p->out, "options");
    json_open_object(&p->out);
    do {
        const char *option = cluster_option(p);
        if (!option) {
            return false;
        }
        if (str_eq(option, "REPLICAS")) {
            return run_fail(p->run, "0A000", "standin: unmanaged clusters are not known here");
        }
        symbol(p, "=");
        const SqlTok *to = list_item_end(p->tok);
        json_put_str(&p->out, option, to == p->tok + 1 ? p->tok->value : between(p, p->tok, to));
        p->tok = to;
    } while (symbol(p, ","));
    json_close_object(&p->out);
    if (parens && !symbol(p, ")")) {
        return expected(p, "right parenthesis");
    }
    if (sql_is_word(p->tok, "with")) {
        return run_fail(p->run, "XX000",
                        "Enable zero-downtime reconfiguration for alter cluster is not available");
    }
    return end(p);
}

/* --- CREATE --- */

static bool create_simple(Parser *p, const char *type)
{
    p->kind = arena_printf(p->arena, "create_%s", type);
    if_not_exists(p);
    if (!name(p, "name")) {
        return false;
    }
    if (str_eq(type, "cluster")) {
        return options(p);
    }
    json_put_str(&p->out, "raw_query", between(p, p->tok, statement_end(p->tok)));
    return true;
}

static void create_modifiers(Parser *p)
{
    flag(p, "or_replace", words(p, "or", "replace"));
    flag(p, "temporary", word(p, "temp") || word(p, "temporary"));
    flag(p, "default", word(p, "default"));
    flag(p, "replacement", word(p, "replacement"));
}

static bool create(Parser *p)
{
    create_modifiers(p);
    const char *type = object_type(p);
    if (!type) {
        return expected(p, "DATABASE, SCHEMA, ROLE, TYPE, INDEX, SINK, SOURCE, [TEMPORARY] TABLE, "
                           "SECRET, [OR REPLACE] [TEMPORARY] VIEW, or [OR REPLACE] MATERIALIZED "
                           "VIEW after CREATE");
    }
    return str_eq(type, "view")                ? create_view_like(p, "create_view")
           : str_eq(type, "materialized-view") ? create_view_like(p, "create_materialized_view")
           : str_eq(type, "table")             ? create_table(p)
           : str_eq(type, "index")             ? create_index(p)
           : str_eq(type, "source")            ? create_source(p)
                                               : create_simple(p, type);
}

/* --- ALTER --- */

static bool privilege_list(Parser *p)
{
    json_key(&p->out, "privileges");
    json_open_array(&p->out);
    do {
        if (!sql_is_name(p->tok)) {
            return expected(p, "a privilege");
        }
        char *privilege = arena_strdup(p->arena, p->tok->value);
        for (char *c = privilege; *c; c++) {
            *c = (char)toupper((unsigned char)*c);
        }
        json_str(&p->out, privilege);
        p->tok++;
        word(p, "privileges");
    } while (symbol(p, ","));
    json_close_array(&p->out);
    return true;
}

static bool default_privileges(Parser *p)
{
    p->kind = "default_privileges";
    if (!need(p, "for")) {
        const char *found = between(p, p->tok, p->tok + (p->tok->kind != SQL_END));
        return run_fail(p->run, "42601", "Expected FOR, found %s", *found ? found : "EOF");
    }
    if (words(p, "all", "roles")) {
        StrVec all = {0};
        vec_push(p->arena, &all, "PUBLIC");
        json_key(&p->out, "for_roles");
        put_array(p, &all);
    } else if ((word(p, "role"), word(p, "user"), !role_names(p, "for_roles"))) {
        return false;
    }
    if ((words(p, "in", "schema") && !names(p, "in_schema")) ||
        (words(p, "in", "database") && !names(p, "in_database"))) {
        return false;
    }
    bool grant = word(p, "grant");
    if (!grant && !need(p, "revoke")) {
        return false;
    }
    json_put_str(&p->out, "verb", grant ? "GRANT" : "REVOKE");
    if (!privilege_list(p) || !need(p, "on")) {
        return false;
    }
    return identifier(p, "object_type") && need(p, grant ? "to" : "from") &&
           role_names(p, "roles") && end(p);
}

static bool alter_system(Parser *p)
{
    p->kind = "alter_system";
    bool reset = word(p, "reset");
    if (!reset && !need(p, "set")) {
        return false;
    }
    if (!identifier(p, "variable")) {
        return false;
    }
    if (!reset) {
        if (!symbol(p, "=")) {
            word(p, "to");
        }
        json_put_str(&p->out, "value", p->tok->value);
    }
    return true;
}

static bool alter_action(Parser *p, const char *type)
{
    if (words(p, "rename", "to")) {
        p->kind = "rename";
        return identifier(p, "to") && end(p);
    }
    if (words(p, "swap", "with")) {
        p->kind = "swap";
        return identifier(p, "with") && end(p);
    }
    if (words(p, "owner", "to")) {
        p->kind = "owner";
        return identifier(p, "owner") && end(p);
    }
    if (words(p, "apply", "replacement")) {
        p->kind = "apply_replacement";
        return name(p, "target") && end(p);
    }
    if (str_eq(type, "sink") && words(p, "set", "from")) {
        p->kind = "alter_sink";
        return name(p, "on") && end(p);
    }
    if (str_eq(type, "cluster") && word(p, "set")) {
        p->kind = "alter_cluster";
        return options(p);
    }
    if (str_eq(type, "source") && (words(p, "drop", "subsource") || words(p, "drop", "table"))) {
        return run_fail(p->run, "XX000",
                        "ALTER SOURCE...DROP SUBSOURCE no longer supported; use DROP SOURCE");
    }
    return run_fail(p->run, "0A000", "standin: this ALTER %s is not known here", type);
}

static bool alter(Parser *p)
{
    if (words(p, "default", "privileges")) {
        return default_privileges(p);
    }
    if (word(p, "system")) {
        return alter_system(p);
    }
    const char *type = object_type(p);
    if (!type) {
        return expected(p, "an object type after ALTER");
    }
    if_exists(p);
    json_put_str(&p->out, "type", type);
    return name(p, "name") && alter_action(p, type);
}

/* --- the others --- */

static bool drop(Parser *p)
{
    p->kind = "drop";
    if (word(p, "owned")) {
        return run_fail(p->run, "0A000", "standin: DROP OWNED is not known here");
    }
    const char *type = object_type(p);
    if (!type) {
        return expected(p, "an object type after DROP");
    }
    if_exists(p);
    json_put_str(&p->out, "type", type);
    if (!names(p, "names")) {
        return false;
    }
    flag(p, "cascade", word(p, "cascade"));
    word(p, "restrict");
    return end(p);
}

static bool comment(Parser *p)
{
    p->kind = "comment";
    const char *type = need(p, "on") ? object_type(p) : NULL;
    if (!type) {
        return p->run->err.message ? false : expected(p, "an object type after ON");
    }
    json_put_str(&p->out, "type", type);
    StrVec parts = resolve_parts(p->arena, &p->tok);
    if (str_eq(type, "column") && parts.count > 1) {
        json_put_str(&p->out, "column", vec_last(&parts));
        parts.count--;
    }
    json_key(&p->out, "name");
    put_array(p, &parts);
    if (!need(p, "is")) {
        return false;
    }
    if (p->tok->kind == SQL_STRING) {
        json_put_str(&p->out, "text", p->tok->value);
    } else if (!sql_is_word(p->tok, "null")) {
        return expected(p, "literal string or NULL");
    }
    p->tok++;
    return end(p);
}

static bool grants_role(const SqlTok *tok)
{
    while (tok->kind != SQL_END && !sql_is_word(tok, "on")) {
        tok++;
    }
    return tok->kind == SQL_END;
}

static bool grant_target(Parser *p)
{
    if (word(p, "system")) {
        json_put_str(&p->out, "type", "system");
        return true;
    }
    if (word(p, "all")) {
        if (!identifier(p, "all_of")) {
            return false;
        }
        bool schema = words(p, "in", "schema");
        if (!schema && !words(p, "in", "database")) {
            return expected(p, "IN");
        }
        json_put_str(&p->out, "type", schema ? "all_in_schema" : "all_in_database");
        return names(p, "names");
    }
    const char *type = object_type(p);
    json_put_str(&p->out, "type", type ? type : "table");
    return names(p, "names");
}

static bool grant(Parser *p, bool give)
{
    bool role = grants_role(p->tok);
    p->kind = role ? (give ? "grant_role" : "revoke_role") : (give ? "grant" : "revoke");
    if (role) {
        return role_names(p, "names") && need(p, give ? "to" : "from") && role_names(p, "roles") &&
               end(p);
    }
    return privilege_list(p) && need(p, "on") && grant_target(p) && need(p, give ? "to" : "from") &&
           role_names(p, "roles") && end(p);
}

/* --- for others --- */

static bool dispatch(Parser *p)
{
    return word(p, "create")    ? create(p)
           : word(p, "alter")   ? alter(p)
           : word(p, "drop")    ? drop(p)
           : word(p, "comment") ? comment(p)
           : word(p, "grant")   ? grant(p, true)
           : word(p, "revoke")  ? grant(p, false)
                                : expected(p, "a DDL statement");
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
    const char *type = object_type(&p);
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
                                grants_role(tok) ? " ROLE" : "");
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
