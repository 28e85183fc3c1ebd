/*
 * What the parsers of DDL share: a cursor over the statement's tokens that writes the arguments of
 * standin.ddl() as it goes. Functions that return bool and are not about a choice fail with the run's
 * error.
 */
#ifndef STANDIN_PARSER_H
#define STANDIN_PARSER_H

#include "session.h"

#include "cutover/json.h"

typedef struct Parser {
    Run *run;
    Arena *arena;
    const SqlTok *tok;
    Buf buf;
    JsonOut out;
    const char *kind; /* of standin.ddl() */
} Parser;

/* Choices: true, and the cursor behind it, when it is there. */
bool parse_word(Parser *p, const char *text);
bool parse_words(Parser *p, const char *first, const char *second);
bool parse_symbol(Parser *p, const char *text);
const char *parse_object_type(Parser *p); /* as mz_objects.type; NULL: none */
void parse_if_not_exists(Parser *p);
void parse_if_exists(Parser *p);

/* What must be there. */
bool parse_expected(Parser *p, const char *what); /* fails: "Expected WHAT, found ..." */
bool parse_need(Parser *p, const char *text);
bool parse_name(Parser *p, const char *key);       /* dotted, as an array of its parts */
bool parse_names(Parser *p, const char *key);      /* several of them */
bool parse_identifier(Parser *p, const char *key); /* one word */
bool parse_roles(Parser *p, const char *key);
bool parse_end(Parser *p);

/* Writing. */
void parse_put_array(Parser *p, const StrVec *texts);
void parse_flag(Parser *p, const char *key, bool value); /* only when true */

/* Places in the text. */
const char *parse_text(Parser *p, const SqlTok *from, const SqlTok *to);
const SqlTok *parse_behind_parens(const SqlTok *tok);
const SqlTok *
parse_item_end(const SqlTok *tok); /* the comma or parenthesis that ends a list's item */

/* "SIZE = '25cc', ..." of a cluster; ddl_args.c. */
bool parse_cluster_options(Parser *p);

/* CREATE of what reaches outside, behind the object's type; ddl_outside.c. */
bool parse_create_source(Parser *p);
bool parse_create_sink(Parser *p);
bool parse_create_connection(Parser *p);
bool parse_create_secret(Parser *p);
bool parse_create_type(Parser *p);
bool parse_webhook(Parser *p);      /* FROM WEBHOOK ... */
bool parse_secret_value(Parser *p); /* behind AS */

/* ALTER, DROP, COMMENT, GRANT, REVOKE, behind their first word; ddl_change.c. */
bool parse_alter(Parser *p);
bool parse_drop(Parser *p);
bool parse_reassign(Parser *p);
bool parse_comment(Parser *p);
bool parse_grant(Parser *p, bool give);
bool parse_grants_role(const SqlTok *tok); /* GRANT of a role, not of a privilege */

#endif
