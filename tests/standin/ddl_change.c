#include "parser.h"

#include "resolve.h"

#include "cutover/str.h"

#include <ctype.h>

/* --- ALTER --- */

static bool privilege_list(Parser *p)
{
    json_key(&p->out, "privileges");
    json_open_array(&p->out);
    do {
        if (!sql_is_name(p->tok)) {
            return parse_expected(p, "a privilege");
        }
        char *privilege = arena_strdup(p->arena, p->tok->value);
        for (char *c = privilege; *c; c++) {
            *c = (char)toupper((unsigned char)*c);
        }
        json_str(&p->out, privilege);
        p->tok++;
        parse_word(p, "privileges");
    } while (parse_symbol(p, ","));
    json_close_array(&p->out);
    return true;
}

static bool default_privileges(Parser *p)
{
    p->kind = "default_privileges";
    if (!parse_need(p, "for")) {
        const char *found = parse_text(p, p->tok, p->tok + (p->tok->kind != SQL_END));
        return run_fail(p->run, "42601", "Expected FOR, found %s", *found ? found : "EOF");
    }
    if (parse_words(p, "all", "roles")) {
        StrVec all = {0};
        vec_push(p->arena, &all, "PUBLIC");
        json_key(&p->out, "for_roles");
        parse_put_array(p, &all);
    } else if ((parse_word(p, "role"), parse_word(p, "user"), !parse_roles(p, "for_roles"))) {
        return false;
    }
    if ((parse_words(p, "in", "schema") && !parse_names(p, "in_schema")) ||
        (parse_words(p, "in", "database") && !parse_names(p, "in_database"))) {
        return false;
    }
    bool grant = parse_word(p, "grant");
    if (!grant && !parse_need(p, "revoke")) {
        return false;
    }
    json_put_str(&p->out, "verb", grant ? "GRANT" : "REVOKE");
    if (!privilege_list(p) || !parse_need(p, "on")) {
        return false;
    }
    return parse_identifier(p, "object_type") && parse_need(p, grant ? "to" : "from") &&
           parse_roles(p, "roles") && parse_end(p);
}

static bool alter_system(Parser *p)
{
    p->kind = "alter_system";
    bool reset = parse_word(p, "reset");
    if (!reset && !parse_need(p, "set")) {
        return false;
    }
    if (!parse_identifier(p, "variable")) {
        return false;
    }
    if (!reset) {
        if (!parse_symbol(p, "=")) {
            parse_word(p, "to");
        }
        json_put_str(&p->out, "value", p->tok->value);
    }
    return true;
}

/* Options are changed, and nothing that this server shows depends on them. */
static bool alter_options(Parser *p)
{
    p->kind = "alter_options";
    while (p->tok->kind != SQL_END) {
        p->tok++;
    }
    return true;
}

/* SET (RETAIN HISTORY [=] [FOR] '1 hour'), RESET (RETAIN HISTORY) */
static bool alter_retention(Parser *p, bool set)
{
    while (set && p->tok->kind != SQL_END && p->tok->kind != SQL_STRING) {
        p->tok++;
    }
    json_put_str(&p->out, "retain", set && p->tok->kind == SQL_STRING ? p->tok->value : "");
    return alter_options(p);
}

/* SET (COMMIT INTERVAL [=] '10s') */
static bool alter_commit_interval(Parser *p)
{
    while (p->tok->kind != SQL_END && p->tok->kind != SQL_STRING) {
        p->tok++;
    }
    if (p->tok->kind != SQL_STRING) {
        return parse_expected(p, "an interval");
    }
    json_put_str(&p->out, "commit_interval", p->tok->value);
    return alter_options(p);
}

/* RESET (REPLICATION FACTOR, ...): back to what CREATE CLUSTER takes. */
static bool reset_cluster(Parser *p)
{
    p->kind = "alter_cluster";
    bool factor = false;
    for (; p->tok->kind != SQL_END; p->tok++) {
        if (sql_is_word(p->tok, "size")) {
            return run_fail(p->run, "XX000", "cannot RESET the SIZE of a cluster");
        }
        factor |= sql_is_word(p->tok, "replication");
    }
    json_key(&p->out, "options");
    json_open_object(&p->out);
    if (factor) {
        json_put_str(&p->out, "REPLICATION FACTOR", "1");
    }
    json_close_object(&p->out);
    return true;
}

/* ALTER ROLE r [WITH] option ... | SET v = x | RESET v */
static bool alter_role(Parser *p)
{
    p->kind = "alter_role";
    bool set = parse_word(p, "set"), reset = !set && parse_word(p, "reset");
    if (!set && !reset) {
        return alter_options(p);
    }
    if (!parse_identifier(p, "variable")) {
        return false;
    }
    if (set) {
        if (!parse_symbol(p, "=")) {
            parse_word(p, "to");
        }
        json_put_str(&p->out, "value", p->tok->value);
        p->tok++;
    }
    return true;
}

static bool alter_action(Parser *p, const char *type)
{
    if (parse_words(p, "rename", "to")) {
        p->kind = "rename";
        return parse_identifier(p, "to") && parse_end(p);
    }
    if (parse_words(p, "swap", "with")) {
        p->kind = "swap";
        return parse_identifier(p, "with") && parse_end(p);
    }
    if (parse_words(p, "owner", "to")) {
        p->kind = "owner";
        return parse_identifier(p, "owner") && parse_end(p);
    }
    if (parse_words(p, "apply", "replacement")) {
        p->kind = "apply_replacement";
        return parse_name(p, "target") && parse_end(p);
    }
    if (str_eq(type, "sink") && parse_words(p, "set", "from")) {
        p->kind = "alter_sink";
        return parse_name(p, "on") && parse_end(p);
    }
    if (str_eq(type, "cluster") && parse_word(p, "set")) {
        p->kind = "alter_cluster";
        return parse_cluster_options(p);
    }
    if (str_eq(type, "cluster") && parse_word(p, "reset")) {
        return reset_cluster(p);
    }
    if (str_eq(type, "secret") && parse_word(p, "as")) {
        p->kind = "alter_options";
        return parse_secret_value(p);
    }
    if (str_eq(type, "role")) {
        return alter_role(p);
    }
    bool set = sql_is_word(p->tok, "set");
    if ((set || sql_is_word(p->tok, "reset")) && sql_is_word(p->tok + 2, "retain")) {
        return alter_retention(p, set);
    }
    if (str_eq(type, "sink") && set && sql_is_word(p->tok + 2, "commit")) {
        return alter_commit_interval(p);
    }
    if (str_eq(type, "connection") || parse_words(p, "set", "(") || parse_words(p, "reset", "(") ||
        parse_words(p, "refresh", "references")) {
        return alter_options(p);
    }
    if (str_eq(type, "source") &&
        (parse_words(p, "drop", "subsource") || parse_words(p, "drop", "table"))) {
        return run_fail(p->run, "XX000",
                        "ALTER SOURCE...DROP SUBSOURCE no longer supported; use DROP SOURCE");
    }
    return run_fail(p->run, "0A000", "standin: this ALTER %s is not known here", type);
}

bool parse_alter(Parser *p)
{
    if (parse_words(p, "default", "privileges")) {
        return default_privileges(p);
    }
    if (parse_word(p, "system")) {
        return alter_system(p);
    }
    const char *type = parse_object_type(p);
    if (!type) {
        return parse_expected(p, "an object type after ALTER");
    }
    parse_if_exists(p);
    json_put_str(&p->out, "type", type);
    return parse_name(p, "name") && alter_action(p, type);
}

/* --- the others --- */

bool parse_drop(Parser *p)
{
    p->kind = "drop";
    if (parse_words(p, "owned", "by")) {
        p->kind = "drop_owned";
        if (!parse_roles(p, "roles")) {
            return false;
        }
        parse_flag(p, "cascade", parse_word(p, "cascade"));
        parse_word(p, "restrict");
        return parse_end(p);
    }
    const char *type = parse_object_type(p);
    if (!type) {
        return parse_expected(p, "an object type after DROP");
    }
    parse_if_exists(p);
    json_put_str(&p->out, "type", type);
    if (!parse_names(p, "names")) {
        return false;
    }
    parse_flag(p, "cascade", parse_word(p, "cascade"));
    parse_word(p, "restrict");
    return parse_end(p);
}

bool parse_reassign(Parser *p)
{
    p->kind = "reassign_owned";
    return (parse_words(p, "owned", "by") || parse_expected(p, "OWNED BY")) &&
           parse_roles(p, "roles") && parse_need(p, "to") && parse_identifier(p, "owner") &&
           parse_end(p);
}

bool parse_comment(Parser *p)
{
    p->kind = "comment";
    const char *type = parse_need(p, "on") ? parse_object_type(p) : NULL;
    if (!type) {
        return p->run->err.message ? false : parse_expected(p, "an object type after ON");
    }
    json_put_str(&p->out, "type", type);
    StrVec parts = resolve_parts(p->arena, &p->tok);
    if (str_eq(type, "column") && parts.count > 1) {
        json_put_str(&p->out, "column", vec_last(&parts));
        parts.count--;
    }
    json_key(&p->out, "name");
    parse_put_array(p, &parts);
    if (!parse_need(p, "is")) {
        return false;
    }
    if (p->tok->kind == SQL_STRING) {
        json_put_str(&p->out, "text", p->tok->value);
    } else if (!sql_is_word(p->tok, "null")) {
        return parse_expected(p, "literal string or NULL");
    }
    p->tok++;
    return parse_end(p);
}

bool parse_grants_role(const SqlTok *tok)
{
    while (tok->kind != SQL_END && !sql_is_word(tok, "on")) {
        tok++;
    }
    return tok->kind == SQL_END;
}

static bool grant_target(Parser *p)
{
    if (parse_word(p, "system")) {
        json_put_str(&p->out, "type", "system");
        return true;
    }
    if (parse_word(p, "all")) {
        if (!parse_identifier(p, "all_of")) {
            return false;
        }
        bool schema = parse_words(p, "in", "schema");
        if (!schema && !parse_words(p, "in", "database")) {
            return parse_expected(p, "IN");
        }
        json_put_str(&p->out, "type", schema ? "all_in_schema" : "all_in_database");
        return parse_names(p, "names");
    }
    const char *type = parse_object_type(p);
    json_put_str(&p->out, "type", type ? type : "table");
    return parse_names(p, "names");
}

bool parse_grant(Parser *p, bool give)
{
    bool role = parse_grants_role(p->tok);
    p->kind = role ? (give ? "grant_role" : "revoke_role") : (give ? "grant" : "revoke");
    if (role) {
        return parse_roles(p, "names") && parse_need(p, give ? "to" : "from") &&
               parse_roles(p, "roles") && parse_end(p);
    }
    return privilege_list(p) && parse_need(p, "on") && grant_target(p) &&
           parse_need(p, give ? "to" : "from") && parse_roles(p, "roles") && parse_end(p);
}
