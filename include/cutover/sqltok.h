/*
 * A tokenizer for Materialize's SQL (PostgreSQL's lexical rules). It is all that is needed to find
 * names in SQL, to compare two texts token by token, and to rewrite names without touching the rest.
 */
#ifndef CUTOVER_SQLTOK_H
#define CUTOVER_SQLTOK_H

#include "cutover/err.h"
#include "cutover/vec.h"

typedef enum SqlTokKind {
    SQL_WORD,   /* unquoted identifier or keyword; `value` is folded to lower case */
    SQL_QUOTED, /* "identifier"; `value` without quotes */
    SQL_STRING, /* '..', E'..', $$..$$; `value` is the content */
    SQL_NUMBER,
    SQL_PARAM,  /* $1 */
    SQL_SYMBOL, /* one operator or punctuation; `value` is its text, e.g. "::", "(", "<=" */
    SQL_END,
} SqlTokKind;

typedef struct SqlTok {
    SqlTokKind kind;
    const char *value; /* NUL-terminated, in the arena */
    size_t start, end; /* byte range in the text */
} SqlTok;

typedef VEC(SqlTok) SqlToks;

/* All tokens of TEXT but white space and comments, closed by a SQL_END token. Fails with ERR_INPUT
 * (detail: the byte position) on an unterminated quote or comment. */
bool sql_tokens(Arena *arena, const char *text, size_t length, SqlToks *toks, Err *err);

/* TOK is the keyword WORD (lower case). */
bool sql_is_word(const SqlTok *tok, const char *word);

/* TOK is the symbol TEXT. */
bool sql_is_symbol(const SqlTok *tok, const char *text);

/* TOK can be a name: a word or a quoted identifier. */
bool sql_is_name(const SqlTok *tok);

/* NAME as "name"; a quote inside is doubled. */
char *sql_ident(Arena *arena, const char *name);

/* TEXT as 'text'; a quote inside is doubled. Backslashes are plain. */
char *sql_literal(Arena *arena, const char *text);

#endif
