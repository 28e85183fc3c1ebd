/*
 * From text to tokens. A `-` in a tag's brace strips the white space beside it at once, so that the parser
 * never sees it.
 */
#include "jinja_ast.h"

#include "cutover/str.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

typedef struct Lexer {
    JinjaParser *parser;
    const char *text;
    uint32_t length, at;
    bool strip;     /* the tag before ended with a `-` */
    StrVec balance; /* the closing brackets that are awaited */
    VEC(uint32_t) opened;
} Lexer;

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

static bool looking_at(const Lexer *lexer, uint32_t at, const char *what)
{
    const char *text = lexer->text + at;
    while (*what && *text == *what) {
        text++;
        what++;
    }
    return !*what;
}

static uint32_t skip_space(const Lexer *lexer, uint32_t at)
{
    while (is_space(lexer->text[at])) {
        at++;
    }
    return at;
}

static void push(Lexer *lexer, Token token)
{
    vec_push(lexer->parser->scratch, &lexer->parser->tokens, token);
}

/* --- data ----------------------------------------------------------------------------------- */

static void push_data(Lexer *lexer, uint32_t from, uint32_t to, bool strip_end)
{
    if (lexer->strip) {
        while (from < to && is_space(lexer->text[from])) {
            from++;
        }
    }
    while (strip_end && to > from && is_space(lexer->text[to - 1])) {
        to--;
    }
    lexer->strip = false;
    if (to > from) {
        char *data = arena_strndup(lexer->parser->arena, lexer->text + from, to - from);
        push(lexer, (Token){.type = TOKEN_DATA, .at = from, .length = to - from, .text = data});
    }
}

static uint32_t find_tag(const Lexer *lexer)
{
    const char *end = lexer->text + lexer->length, *p = lexer->text + lexer->at;
    while ((p = memchr(p, '{', (size_t)(end - p))) != NULL) {
        if (p[1] == '{' || p[1] == '%' || p[1] == '#') {
            return (uint32_t)(p - lexer->text);
        }
        p++;
    }
    return lexer->length;
}

static bool lex_comment(Lexer *lexer, uint32_t begin)
{
    const char *end = strstr(lexer->text + lexer->at, "#}");
    if (!end) {
        return jinja_syntax_error(lexer->parser, "CO2001", begin, 2,
                                  "the comment that begins here has no end: \"#}\" is missing");
    }
    lexer->strip = end > lexer->text + lexer->at && end[-1] == '-';
    lexer->at = (uint32_t)(end - lexer->text) + 2;
    return true;
}

/* The offset behind "{%- WORD -%}" at AT, or 0. STRIP_BEFORE and STRIP_AFTER tell of its dashes. */
static uint32_t simple_tag(const Lexer *lexer, uint32_t at, const char *word, bool *strip_before,
                           bool *strip_after)
{
    if (!looking_at(lexer, at, "{%")) {
        return 0;
    }
    at += 2;
    *strip_before = lexer->text[at] == '-';
    at += lexer->text[at] == '-' || lexer->text[at] == '+';
    at = skip_space(lexer, at);
    if (!looking_at(lexer, at, word)) {
        return 0;
    }
    at = skip_space(lexer, at + (uint32_t)strlen(word));
    *strip_after = lexer->text[at] == '-';
    at += lexer->text[at] == '-' || lexer->text[at] == '+';
    return looking_at(lexer, at, "%}") ? at + 2 : 0;
}

static bool lex_raw(Lexer *lexer, uint32_t begin, uint32_t body, bool strip)
{
    lexer->strip = strip;
    for (uint32_t at = body; at < lexer->length; at++) {
        bool strip_before, strip_after;
        uint32_t behind = simple_tag(lexer, at, "endraw", &strip_before, &strip_after);
        if (behind) {
            push_data(lexer, body, at, strip_before);
            lexer->strip = strip_after;
            lexer->at = behind;
            return true;
        }
    }
    return jinja_syntax_error(lexer->parser, "CO2001", begin, 2,
                              "the raw block that begins here has no {%% endraw %%}");
}

/* --- numbers -------------------------------------------------------------------------------- */

static bool digit_of(char c, int base, int *digit)
{
    *digit = c >= '0' && c <= '9'   ? c - '0'
             : c >= 'a' && c <= 'f' ? c - 'a' + 10
             : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                    : 99;
    return *digit < base;
}

/* Digits with single underscores between them; the offset behind. */
static uint32_t skip_digits(const Lexer *lexer, uint32_t at, int base)
{
    int digit;
    while (digit_of(lexer->text[at], base, &digit) ||
           (lexer->text[at] == '_' && digit_of(lexer->text[at + 1], base, &digit))) {
        at++;
    }
    return at;
}

static char *without_underscores(const Lexer *lexer, uint32_t from, uint32_t to)
{
    char *digits = arena_alloc(lexer->parser->arena, to - from + 1), *p = digits;
    for (; from < to; from++) {
        if (lexer->text[from] != '_') {
            *p++ = lexer->text[from];
        }
    }
    return digits;
}

static bool push_int(Lexer *lexer, uint32_t from, uint32_t digits, uint32_t end, int base)
{
    errno = 0;
    long long value = strtoll(without_underscores(lexer, digits, end), NULL, base);
    if (errno) {
        return jinja_syntax_error(lexer->parser, "CO2015", from, end - from,
                                  "the number does not fit into 64 bits");
    }
    push(lexer, (Token){.type = TOKEN_INT, .at = from, .length = end - from, .integer = value});
    lexer->at = end;
    return true;
}

/* The end of the float at FROM, or 0 when it is none. */
static uint32_t float_end(const Lexer *lexer, uint32_t from)
{
    const char *text = lexer->text;
    uint32_t end = skip_digits(lexer, from, 10), whole = end;
    if (text[end] == '.' && isdigit((unsigned char)text[end + 1])) {
        end = skip_digits(lexer, end + 1, 10);
    }
    if (text[end] == 'e' || text[end] == 'E') {
        uint32_t power = end + 1 + (text[end + 1] == '+' || text[end + 1] == '-');
        if (isdigit((unsigned char)text[power])) {
            end = skip_digits(lexer, power, 10);
        }
    }
    return end > whole ? end : 0;
}

static bool lex_number(Lexer *lexer)
{
    const char *text = lexer->text;
    uint32_t from = lexer->at;
    static const char prefixes[] = "bBoOxX";
    const char *prefix =
        text[from] == '0' && text[from + 1] ? strchr(prefixes, text[from + 1]) : NULL;
    int base = prefix ? (const int[]){2, 2, 8, 8, 16, 16}[prefix - prefixes] : 10;
    uint32_t end = prefix ? skip_digits(lexer, from + 2, base) : 0;
    if (end > from + 2) {
        return push_int(lexer, from, from + 2, end, base);
    }
    bool after_dot = from > 0 && text[from - 1] == '.';
    end = after_dot ? 0 : float_end(lexer, from);
    if (end) {
        double value = strtod(without_underscores(lexer, from, end), NULL);
        push(lexer, (Token){.type = TOKEN_FLOAT, .at = from, .length = end - from, .real = value});
        lexer->at = end;
        return true;
    }
    end = skip_digits(lexer, from, 10);
    if (text[from] == '0' && strspn(text + from, "0_") < end - from) {
        return jinja_syntax_error(lexer->parser, "CO2001", from, end - from,
                                  "a number cannot begin with 0");
    }
    return push_int(lexer, from, from, end, 10);
}

/* --- strings -------------------------------------------------------------------------------- */

static const struct {
    char letter, meaning;
} escapes[] = {{'n', '\n'}, {'t', '\t'}, {'r', '\r'}, {'\\', '\\'}, {'\'', '\''},
               {'"', '"'},  {'a', '\a'}, {'b', '\b'}, {'f', '\f'},  {'v', '\v'}};

/* COUNT digits of BASE at most, at least LEAST. */
static bool number_escape(const char **p, int base, int least, int count, uint32_t *c)
{
    int n = 0, digit;
    for (*c = 0; n < count && digit_of(**p, base, &digit); n++, ++*p) {
        *c = *c * (uint32_t)base + (uint32_t)digit;
    }
    return n >= least && *c != 0 && *c < PY_BAD_CHAR && (*c < 0xd800 || *c > 0xdfff);
}

/* *P stands behind a backslash. False: not a character that can be written. */
static bool unescape(const char **p, Buf *out)
{
    char c = **p;
    for (size_t i = 0; i < sizeof escapes / sizeof *escapes; i++) {
        if (escapes[i].letter == c) {
            buf_char(out, escapes[i].meaning);
            ++*p;
            return true;
        }
    }
    uint32_t code;
    if (c == '\n') {
        ++*p;
        return true;
    }
    if (c >= '0' && c <= '7') {
        bool ok = number_escape(p, 8, 1, 3, &code);
        py_write_char(out, ok ? code : 0xfffd);
        return ok;
    }
    if (c == 'x' || c == 'u' || c == 'U') {
        int digits = c == 'x' ? 2 : c == 'u' ? 4 : 8;
        ++*p;
        bool ok = number_escape(p, 16, digits, digits, &code);
        py_write_char(out, ok ? code : 0xfffd);
        return ok;
    }
    buf_char(out, '\\');
    return c != 'N';
}

static bool lex_string(Lexer *lexer)
{
    uint32_t from = lexer->at;
    char quote = lexer->text[from];
    const char *p = lexer->text + from + 1;
    Buf out = buf_new(lexer->parser->scratch, lexer->length);
    while (*p && *p != quote) {
        size_t plain = strcspn(p, quote == '"' ? "\"\\" : "'\\");
        if (plain) {
            buf_add(&out, p, plain);
            p += plain;
            continue;
        }
        const char *backslash = p++;
        if (*p && !unescape(&p, &out)) {
            return jinja_syntax_error(lexer->parser, "CO2001", (uint32_t)(backslash - lexer->text),
                                      2, "this escape is no character");
        }
    }
    if (!*p) {
        return jinja_syntax_error(lexer->parser, "CO2001", from, 1,
                                  "the text that begins here has no closing %c", quote);
    }
    lexer->at = (uint32_t)(p - lexer->text) + 1;
    push(lexer,
         (Token){.type = TOKEN_STRING, .at = from, .length = lexer->at - from, .text = out.data});
    return true;
}

/* --- names and operators -------------------------------------------------------------------- */

static bool lex_name(Lexer *lexer)
{
    uint32_t from = lexer->at;
    while (is_word(lexer->text[lexer->at])) {
        lexer->at++;
    }
    char *name = arena_strndup(lexer->parser->arena, lexer->text + from, lexer->at - from);
    push(lexer, (Token){.type = TOKEN_NAME, .at = from, .length = lexer->at - from, .text = name});
    return true;
}

/* What is met most stands first; of those that begin alike, the longer one. */
static const char *const operators[] = {"(",  ")", ",", ".",  "==", "=",  "|", "~",  "[",
                                        "]",  "{", "}", ":",  "!=", "+",  "-", "//", "/",
                                        "**", "*", "%", ">=", ">",  "<=", "<", ";"};

static const char *const pairs[] = {"()", "[]", "{}"};

static bool close_bracket(Lexer *lexer, char closing)
{
    if (!lexer->balance.count) {
        return jinja_syntax_error(lexer->parser, "CO2001", lexer->at, 1,
                                  "\"%c\" closes nothing that was opened", closing);
    }
    char awaited = vec_last(&lexer->balance)[1];
    if (closing != awaited) {
        return jinja_syntax_error(lexer->parser, "CO2001", lexer->at, 1,
                                  "\"%c\" found where \"%c\" is awaited", closing, awaited);
    }
    lexer->balance.count--;
    lexer->opened.count--;
    return true;
}

static bool balance(Lexer *lexer, char c)
{
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        if (c == pairs[i][0]) {
            vec_push(lexer->parser->arena, &lexer->balance, pairs[i]);
            vec_push(lexer->parser->arena, &lexer->opened, lexer->at);
        } else if (c == pairs[i][1]) {
            return close_bracket(lexer, c);
        }
    }
    return true;
}

static bool lex_operator(Lexer *lexer)
{
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
        if (looking_at(lexer, lexer->at, operators[i])) {
            uint32_t length = (uint32_t)strlen(operators[i]);
            if (length == 1 && !balance(lexer, operators[i][0])) {
                return false;
            }
            push(lexer, (Token){.type = TOKEN_OPERATOR,
                                .at = lexer->at,
                                .length = length,
                                .text = operators[i]});
            lexer->at += length;
            return true;
        }
    }
    return jinja_syntax_error(lexer->parser, "CO2001", lexer->at, 1, "unexpected character \"%c\"",
                              lexer->text[lexer->at]);
}

/* --- tags ----------------------------------------------------------------------------------- */

/* The length of the closing brace CLOSE here, with its sign; 0 when it is none. */
static uint32_t closing_length(const Lexer *lexer, const char *close)
{
    if (lexer->balance.count) {
        return 0;
    }
    char sign = lexer->text[lexer->at];
    bool signed_end = sign == '-' || (sign == '+' && close[0] == '%');
    if (signed_end && looking_at(lexer, lexer->at + 1, close)) {
        return 3;
    }
    return looking_at(lexer, lexer->at, close) ? 2 : 0;
}

static bool lex_inside(Lexer *lexer)
{
    char c = lexer->text[lexer->at];
    if (c == '\'' || c == '"') {
        return lex_string(lexer);
    }
    if (isdigit((unsigned char)c)) {
        return lex_number(lexer);
    }
    return is_word(c) ? lex_name(lexer) : lex_operator(lexer);
}

static bool unclosed(Lexer *lexer, uint32_t begin, const char *close)
{
    if (lexer->balance.count) {
        return jinja_syntax_error(lexer->parser, "CO2001", vec_last(&lexer->opened), 1,
                                  "\"%c\" is never closed", vec_last(&lexer->balance)[0]);
    }
    return jinja_syntax_error(lexer->parser, "CO2001", begin, 2,
                              "the tag that begins here has no end: \"%s\" is missing", close);
}

static bool lex_tag(Lexer *lexer, uint32_t begin)
{
    bool tag = lexer->text[begin + 1] == '%';
    const char *close = tag ? "%}" : "}}";
    push(lexer,
         (Token){.type = tag ? TOKEN_TAG_BEGIN : TOKEN_OUTPUT_BEGIN, .at = begin, .length = 2});
    for (;;) {
        lexer->at = skip_space(lexer, lexer->at);
        if (lexer->at >= lexer->length) {
            return unclosed(lexer, begin, close);
        }
        uint32_t closing = closing_length(lexer, close);
        if (closing) {
            lexer->strip = lexer->text[lexer->at] == '-';
            push(lexer, (Token){.type = tag ? TOKEN_TAG_END : TOKEN_OUTPUT_END,
                                .at = lexer->at,
                                .length = closing});
            lexer->at += closing;
            return true;
        }
        if (!lex_inside(lexer)) {
            return false;
        }
    }
}

static bool lex_one(Lexer *lexer, uint32_t begin)
{
    bool strip_before, strip_after;
    uint32_t raw = simple_tag(lexer, begin, "raw", &strip_before, &strip_after);
    char sign = lexer->text[begin + 2];
    push_data(lexer, lexer->at, begin, sign == '-');
    if (raw) {
        return lex_raw(lexer, begin, raw, strip_after);
    }
    bool comment = lexer->text[begin + 1] == '#';
    lexer->at = begin + 2;
    /* "{#-#}": the dash belongs to the opening brace. */
    lexer->at += sign == '-' || sign == '+';
    return comment ? lex_comment(lexer, begin) : lex_tag(lexer, begin);
}

bool jinja_lex(JinjaParser *parser)
{
    Lexer lexer = {.parser = parser,
                   .text = parser->template->text,
                   .length = (uint32_t)parser->template->length};
    for (;;) {
        uint32_t begin = find_tag(&lexer);
        if (begin >= lexer.length) {
            push_data(&lexer, lexer.at, lexer.length, false);
            push(&lexer, (Token){.type = TOKEN_END, .at = lexer.length});
            return true;
        }
        if (!lex_one(&lexer, begin)) {
            return false;
        }
    }
}
