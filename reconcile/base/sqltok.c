#include "cutover/sqltok.h"

#include "cutover/buf.h"
#include "cutover/str.h"

#include <ctype.h>
#include <string.h>

typedef struct Lexer {
    Arena *arena;
    const char *text;
    size_t length, at;
    SqlToks *toks;
    Err *err;
} Lexer;

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

static void emit(Lexer *lx, SqlTokKind kind, const char *value, size_t start)
{
    vec_push(lx->arena, lx->toks,
             (SqlTok){.kind = kind, .value = value, .start = start, .end = lx->at});
}

static bool starts_word(char c)
{
    return isalpha((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

static bool continues_word(char c)
{
    return starts_word(c) || isdigit((unsigned char)c) || c == '$';
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
    while (lx->at < lx->length) {
        if (isspace((unsigned char)peek(lx, 0))) {
            lx->at++;
        } else if (peek(lx, 0) == '-' && peek(lx, 1) == '-') {
            while (lx->at < lx->length && peek(lx, 0) != '\n') {
                lx->at++;
            }
        } else if (peek(lx, 0) == '/' && peek(lx, 1) == '*') {
            if (!skip_block_comment(lx)) {
                return false;
            }
        } else {
            break;
        }
    }
    return true;
}

/* Between two QUOTEs, where a doubled one stands for itself; in E'..' a backslash escapes. */
static bool quoted(Lexer *lx, char quote, bool escapes, SqlTokKind kind, size_t start)
{
    Buf value = buf_new(lx->arena, lx->length);
    lx->at++;
    while (lx->at < lx->length) {
        char c = peek(lx, 0);
        if (escapes && c == '\\' && lx->at + 1 < lx->length) {
            buf_add(&value, lx->text + lx->at, 2);
            lx->at += 2;
        } else if (c != quote) {
            buf_char(&value, c);
            lx->at++;
        } else if (peek(lx, 1) == quote) {
            buf_char(&value, c);
            lx->at += 2;
        } else {
            lx->at++;
            emit(lx, kind, value.data, start);
            return true;
        }
    }
    return unterminated(lx, kind == SQL_QUOTED ? "quoted identifier" : "string", start);
}

/* $tag$ ... $tag$; false when this is no opening tag at all. */
static bool dollar_tag(const Lexer *lx, size_t *tag_length)
{
    size_t n = 1;
    if (peek(lx, 1) != '$' && !starts_word(peek(lx, 1))) {
        return false;
    }
    while (lx->at + n < lx->length && peek(lx, n) != '$') {
        if (!continues_word(peek(lx, n))) {
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
            emit(lx, SQL_STRING, arena_strndup(lx->arena, lx->text + body, end - body), start);
            return true;
        }
    }
    return unterminated(lx, "dollar-quoted string", start);
}

static void word(Lexer *lx)
{
    size_t start = lx->at;
    while (lx->at < lx->length && continues_word(peek(lx, 0))) {
        lx->at++;
    }
    char *value = arena_strndup(lx->arena, lx->text + start, lx->at - start);
    for (char *p = value; *p; p++) {
        *p = (char)tolower((unsigned char)*p);
    }
    emit(lx, SQL_WORD, value, start);
}

static void number(Lexer *lx)
{
    size_t start = lx->at;
    while (isdigit((unsigned char)peek(lx, 0)) || peek(lx, 0) == '.') {
        lx->at++;
    }
    size_t sign = peek(lx, 1) == '+' || peek(lx, 1) == '-';
    if ((peek(lx, 0) == 'e' || peek(lx, 0) == 'E') && isdigit((unsigned char)peek(lx, 1 + sign))) {
        lx->at += 1 + sign;
        while (isdigit((unsigned char)peek(lx, 0))) {
            lx->at++;
        }
    }
    emit(lx, SQL_NUMBER, arena_strndup(lx->arena, lx->text + start, lx->at - start), start);
}

static void symbol(Lexer *lx)
{
    static const char *const longer[] = {"->>", "#>>", "::", "->", "#>", "<=",   ">=",  "<>",
                                         "!=",  "||",  "@>", "<@", "=>", "!~~*", "!~~", "~~*",
                                         "~~",  "!~*", "!~", "~*", "<<", ">>"};
    size_t n = 1, start = lx->at;
    bool can_be_longer = strchr("-#:<>!|@=~", lx->text[start]);
    for (size_t i = 0; can_be_longer && i < sizeof longer / sizeof *longer; i++) {
        size_t m = strlen(longer[i]);
        if (m > n && start + m <= lx->length && memcmp(lx->text + start, longer[i], m) == 0) {
            n = m;
        }
    }
    lx->at += n;
    emit(lx, SQL_SYMBOL, arena_strndup(lx->arena, lx->text + start, n), start);
}

static void param(Lexer *lx)
{
    size_t start = lx->at++;
    while (isdigit((unsigned char)peek(lx, 0))) {
        lx->at++;
    }
    emit(lx, SQL_PARAM, arena_strndup(lx->arena, lx->text + start, lx->at - start), start);
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
    if (c == '$' && isdigit((unsigned char)peek(lx, 1))) {
        param(lx);
    } else if (starts_word(c)) {
        word(lx);
    } else if (isdigit((unsigned char)c) || (c == '.' && isdigit((unsigned char)peek(lx, 1)))) {
        number(lx);
    } else {
        symbol(lx);
    }
    return true;
}

bool sql_tokens(Arena *arena, const char *text, size_t length, SqlToks *toks, Err *err)
{
    Lexer lx = {.arena = arena, .text = text, .length = length, .toks = toks, .err = err};
    *toks = (SqlToks){0};
    for (;;) {
        if (!skip_blank(&lx)) {
            return false;
        }
        if (lx.at >= length) {
            emit(&lx, SQL_END, "", lx.at);
            return true;
        }
        if (!next(&lx)) {
            return false;
        }
    }
}

bool sql_is_word(const SqlTok *tok, const char *word_text)
{
    return tok->kind == SQL_WORD && strcmp(tok->value, word_text) == 0;
}

bool sql_is_symbol(const SqlTok *tok, const char *text)
{
    return tok->kind == SQL_SYMBOL && strcmp(tok->value, text) == 0;
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
