#include "cutover/sqltok.h"

#include "cutover/str.h"

#include <string.h>

/* Bytes of text for each token: a little less than most SQL has. */
#define LIKELY_LENGTH 4

typedef struct Lexer {
    Arena *arena;
    const char *text;
    size_t length, at;
    char *values; /* where the next token's value goes: one allocation holds them all */
    SqlToks *toks;
    Err *err;
} Lexer;

enum { BLANK = 1, LETTER = 2, DIGIT = 4, INSIDE = 8, LONGER = 16, UPPER = 32 };

/* INSIDE: goes on a word; LONGER: may begin an operator of several characters. */
static const unsigned char classes[256] = {
    [' '] = BLANK,
    ['\t' ... '\r'] = BLANK,
    ['A' ... 'Z'] = LETTER | INSIDE | UPPER,
    ['a' ... 'z'] = LETTER | INSIDE,
    ['_'] = LETTER | INSIDE,
    [0x80 ... 0xff] = LETTER | INSIDE,
    ['0' ... '9'] = DIGIT | INSIDE,
    ['$'] = INSIDE,
    ['-'] = LONGER,
    ['#'] = LONGER,
    [':'] = LONGER,
    ['<' ... '>'] = LONGER,
    ['!'] = LONGER,
    ['|'] = LONGER,
    ['@'] = LONGER,
    ['~'] = LONGER,
};

static bool is(char c, int class)
{
    return classes[(unsigned char)c] & class;
}

static char peek(const Lexer *lx, size_t ahead)
{
    return lx->at + ahead < lx->length ? lx->text[lx->at + ahead] : '\0';
}

static bool unterminated(Lexer *lx, const char *what, size_t start)
{
    err_set(lx->arena, lx->err, ERR_INPUT, "CO3090", "unterminated %s in SQL", what);
    lx->err->detail = arena_printf(lx->arena, "at byte %zu", start);
    return false;
}

/* A token whose value ends before END, in lx->values. */
static void emit(Lexer *lx, SqlTokKind kind, char *end, size_t start)
{
    *end = '\0';
    vec_push(lx->arena, lx->toks,
             (SqlTok){.kind = kind, .value = lx->values, .start = start, .end = lx->at});
    lx->values = end + 1;
}

/* A token whose value is LENGTH bytes of the text. */
static void emit_text(Lexer *lx, SqlTokKind kind, size_t from, size_t length, size_t start)
{
    memcpy(lx->values, lx->text + from, length);
    emit(lx, kind, lx->values + length, start);
}

/* Comments nest. */
static bool skip_block_comment(Lexer *lx)
{
    size_t start = lx->at;
    int depth = 0;
    while (lx->at < lx->length) {
        if (peek(lx, 0) == '/' && peek(lx, 1) == '*') {
            depth++;
            lx->at += 2;
        } else if (peek(lx, 0) == '*' && peek(lx, 1) == '/') {
            depth--;
            lx->at += 2;
            if (!depth) {
                return true;
            }
        } else {
            lx->at++;
        }
    }
    return unterminated(lx, "comment", start);
}

static bool skip_blank(Lexer *lx)
{
    for (;;) {
        char c = peek(lx, 0);
        if (is(c, BLANK)) {
            lx->at++;
        } else if (c == '-' && peek(lx, 1) == '-') {
            while (lx->at < lx->length && peek(lx, 0) != '\n') {
                lx->at++;
            }
        } else if (c != '/' || peek(lx, 1) != '*') {
            return true;
        } else if (!skip_block_comment(lx)) {
            return false;
        }
    }
}

/* Between two QUOTEs, where a doubled one stands for itself; in E'..' a backslash escapes. */
static bool quoted(Lexer *lx, char quote, bool escapes, SqlTokKind kind, size_t start)
{
    const char *p = lx->text + lx->at + 1, *end = lx->text + lx->length;
    char *value = lx->values;
    while (p < end) {
        if (escapes && *p == '\\' && p + 1 < end) {
            *value++ = *p++;
            *value++ = *p++;
        } else if (*p != quote) {
            *value++ = *p++;
        } else if (p + 1 < end && p[1] == quote) {
            *value++ = quote;
            p += 2;
        } else {
            lx->at = (size_t)(p + 1 - lx->text);
            emit(lx, kind, value, start);
            return true;
        }
    }
    return unterminated(lx, kind == SQL_QUOTED ? "quoted identifier" : "string", start);
}

/* $tag$ ... $tag$; false when this is no opening tag at all. */
static bool dollar_tag(const Lexer *lx, size_t *tag_length)
{
    size_t n = 1;
    if (peek(lx, 1) != '$' && !is(peek(lx, 1), LETTER)) {
        return false;
    }
    while (lx->at + n < lx->length && peek(lx, n) != '$') {
        if (!is(peek(lx, n), INSIDE)) {
            return false;
        }
        n++;
    }
    *tag_length = n + 1;
    return peek(lx, n) == '$';
}

static bool dollar_string(Lexer *lx, size_t tag_length)
{
    size_t start = lx->at, body = start + tag_length;
    for (size_t end = body; end + tag_length <= lx->length; end++) {
        if (memcmp(lx->text + end, lx->text + start, tag_length) == 0) {
            lx->at = end + tag_length;
            emit_text(lx, SQL_STRING, body, end - body, start);
            return true;
        }
    }
    return unterminated(lx, "dollar-quoted string", start);
}

static void word(Lexer *lx)
{
    size_t start = lx->at;
    const char *p = lx->text + start, *end = lx->text + lx->length;
    char *value = lx->values;
    for (; p < end && is(*p, INSIDE); p++) {
        *value++ = is(*p, UPPER) ? *p + ('a' - 'A') : *p;
    }
    lx->at = (size_t)(p - lx->text);
    emit(lx, SQL_WORD, value, start);
}

static void number(Lexer *lx)
{
    size_t start = lx->at;
    while (is(peek(lx, 0), DIGIT) || peek(lx, 0) == '.') {
        lx->at++;
    }
    size_t sign = peek(lx, 1) == '+' || peek(lx, 1) == '-';
    if ((peek(lx, 0) == 'e' || peek(lx, 0) == 'E') && is(peek(lx, 1 + sign), DIGIT)) {
        lx->at += 1 + sign;
        while (is(peek(lx, 0), DIGIT)) {
            lx->at++;
        }
    }
    emit_text(lx, SQL_NUMBER, start, lx->at - start, start);
}

/* What of several characters is one operator, the longer one first of those that begin alike. */
static const char *const longer[] = {"->>", "#>>", "::", "->", "#>", "<=",   ">=",  "<>",
                                     "!=",  "||",  "@>", "<@", "=>", "!~~*", "!~~", "~~*",
                                     "~~",  "!~*", "!~", "~*", "<<", ">>"};

static size_t operator_length(const Lexer *lx)
{
    for (size_t i = 0; i < sizeof longer / sizeof *longer; i++) {
        size_t n = 0;
        while (longer[i][n] && peek(lx, n) == longer[i][n]) {
            n++;
        }
        if (!longer[i][n]) {
            return n;
        }
    }
    return 1;
}

static void symbol(Lexer *lx)
{
    size_t start = lx->at, n = is(lx->text[start], LONGER) ? operator_length(lx) : 1;
    lx->at += n;
    emit_text(lx, SQL_SYMBOL, start, n, start);
}

static void param(Lexer *lx)
{
    size_t start = lx->at++;
    while (is(peek(lx, 0), DIGIT)) {
        lx->at++;
    }
    emit_text(lx, SQL_PARAM, start, lx->at - start, start);
}

static bool next(Lexer *lx)
{
    size_t start = lx->at, tag_length;
    char c = peek(lx, 0);
    if (c == '\'') {
        return quoted(lx, '\'', false, SQL_STRING, start);
    }
    if (c == '"') {
        return quoted(lx, '"', false, SQL_QUOTED, start);
    }
    if ((c == 'e' || c == 'E') && peek(lx, 1) == '\'') {
        lx->at++;
        return quoted(lx, '\'', true, SQL_STRING, start);
    }
    if (c == '$' && dollar_tag(lx, &tag_length)) {
        return dollar_string(lx, tag_length);
    }
    if (c == '$' && is(peek(lx, 1), DIGIT)) {
        param(lx);
    } else if (is(c, LETTER)) {
        word(lx);
    } else if (is(c, DIGIT) || (c == '.' && is(peek(lx, 1), DIGIT))) {
        number(lx);
    } else {
        symbol(lx);
    }
    return true;
}

bool sql_tokens(Arena *arena, const char *text, size_t length, SqlToks *toks, Err *err)
{
    Lexer lx = {.arena = arena, .text = text, .length = length, .toks = toks, .err = err};
    /* A value is no longer than its token, and its NUL makes it at most twice as long. */
    lx.values = arena_array(arena, length + 1, 2);
    size_t likely = length / LIKELY_LENGTH + 2;
    *toks = (SqlToks){.items = arena_array(arena, likely, sizeof(SqlTok)), .cap = likely};
    for (;;) {
        if (!skip_blank(&lx)) {
            return false;
        }
        if (lx.at >= length) {
            emit(&lx, SQL_END, lx.values, lx.at);
            return true;
        }
        if (!next(&lx)) {
            return false;
        }
    }
}

bool sql_is_word(const SqlTok *tok, const char *word_text)
{
    return tok->kind == SQL_WORD && str_eq(tok->value, word_text);
}

bool sql_is_symbol(const SqlTok *tok, const char *text)
{
    return tok->kind == SQL_SYMBOL && str_eq(tok->value, text);
}

bool sql_is_name(const SqlTok *tok)
{
    return tok->kind == SQL_WORD || tok->kind == SQL_QUOTED;
}

static char *quote(Arena *arena, const char *text, char mark)
{
    char *quoted = arena_array(arena, strlen(text) * 2 + 3, 1), *to = quoted;
    *to++ = mark;
    for (; *text; text++) {
        if (*text == mark) {
            *to++ = mark;
        }
        *to++ = *text;
    }
    *to = mark;
    return quoted;
}

char *sql_ident(Arena *arena, const char *name)
{
    return quote(arena, name, '"');
}

char *sql_literal(Arena *arena, const char *text)
{
    return quote(arena, text, '\'');
}
