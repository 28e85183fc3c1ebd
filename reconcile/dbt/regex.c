#define PCRE2_CODE_UNIT_WIDTH 8
#include "regex.h"

#include "cutover/buf.h"
#include "cutover/str.h"

#include <pcre2.h>
#include <string.h>

enum { MATCH_LIMIT = 1000000, MAX_PATTERN = 1 << 16, MAX_WHY = 256 };

struct Regex {
    pcre2_code *code;
    pcre2_match_context *context;
};

/* ---- from Python's syntax to PCRE2's ---- */

typedef struct Translation {
    const char *at;
    Buf out;
    bool in_set;
    const char *why;
} Translation;

static bool refuse(Translation *t, const char *why)
{
    t->why = why;
    return false;
}

static bool hex_digits(const char *at, int count)
{
    for (int i = 0; i < count; i++) {
        if (!at[i] || !strchr("0123456789abcdefABCDEF", at[i])) {
            return false;
        }
    }
    return true;
}

/* What stands behind a backslash: Python knows fewer letters than PCRE2 does, and means another by some. */
static bool escape(Translation *t)
{
    char c = t->at[1];
    int digits = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
    if (digits) {
        if (!hex_digits(t->at + 2, digits)) {
            return refuse(t, "incomplete escape");
        }
        buf_printf(&t->out, "\\x{%.*s}", digits, t->at + 2);
        t->at += 2 + digits;
        return true;
    }
    if (!c) {
        return refuse(t, "bad escape (end of pattern)");
    }
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (letter && !strchr(t->in_set ? "abdDfnrsStvwW" : "AabBdDfnrsStvwWZ", c)) {
        return refuse(t, "bad escape");
    }
    if (c == 'Z') {
        buf_text(&t->out, "\\z");
    } else if (c == 'v') {
        buf_text(&t->out, "\\x0b");
    } else {
        buf_add(&t->out, t->at, 2);
    }
    t->at += 2;
    return true;
}

/* "(?...": what both read alike. */
static bool group(Translation *t)
{
    const char *at = t->at + 1;
    if (*at == '*') {
        return refuse(t, "nothing to repeat");
    }
    if (*at == '?') {
        at++;
        bool named = *at == 'P' && (at[1] == '<' || at[1] == '=');
        bool behind = *at == '<' && (at[1] == '=' || at[1] == '!');
        if (!named && !behind && (!*at || !strchr(":=!#(>imsx-", *at))) {
            return refuse(t, "unknown extension of a group");
        }
    }
    buf_char(&t->out, '(');
    t->at++;
    return true;
}

static bool translate_one(Translation *t)
{
    const char *at = t->at;
    if (*at == '\\') {
        return escape(t);
    }
    if (t->in_set) {
        if (at[0] == '[' && strchr(":.=", at[1]) && at[1]) {
            return refuse(t, "a [: in a set is not supported");
        }
        t->in_set = *at != ']';
    } else if (*at == '(') {
        return group(t);
    } else if (*at == '{' && at[1] == ',') {
        return refuse(t, "{, is not supported: write {0,");
    } else if (*at == '[') {
        t->in_set = true;
        size_t head = at[1] == '^' ? 2 : 1;
        head += at[head] == ']';
        buf_add(&t->out, at, head);
        t->at += head;
        return true;
    }
    buf_char(&t->out, *at);
    t->at++;
    return true;
}

static const char *translate(Arena *arena, const char *pattern, const char **why)
{
    Translation t = {.at = pattern, .out = buf_new(arena, MAX_PATTERN)};
    while (*t.at) {
        if (!translate_one(&t)) {
            *why = t.why;
            return NULL;
        }
    }
    if (t.out.overflow) {
        *why = "the pattern is too long";
        return NULL;
    }
    return t.out.data;
}

/* ---- compiling and searching ---- */

static uint32_t options_of(int flags)
{
    static const struct {
        RegexFlag flag;
        uint32_t option;
    } table[] = {{REGEX_IGNORECASE, PCRE2_CASELESS},
                 {REGEX_MULTILINE, PCRE2_MULTILINE},
                 {REGEX_DOTALL, PCRE2_DOTALL},
                 {REGEX_VERBOSE, PCRE2_EXTENDED}};
    uint32_t options = PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        options |= flags & (int)table[i].flag ? table[i].option : 0;
    }
    return options;
}

Regex *regex_compile(Arena *arena, const char *pattern, int flags, const char **why)
{
    int code = 0;
    PCRE2_SIZE offset = 0;
    const char *text = translate(arena, pattern, why);
    if (!text) {
        return NULL;
    }
    pcre2_compile_context *context = pcre2_compile_context_create(NULL);
    pcre2_set_newline(context, PCRE2_NEWLINE_LF);
    Regex *regex = arena_make(arena, Regex);
    regex->code =
        pcre2_compile((PCRE2_SPTR)text, strlen(text), options_of(flags), &code, &offset, context);
    pcre2_compile_context_free(context);
    if (!regex->code) {
        PCRE2_UCHAR message[MAX_WHY];
        pcre2_get_error_message(code, message, sizeof message);
        *why = arena_printf(arena, "%s", (const char *)message);
        return NULL;
    }
    regex->context = pcre2_match_context_create(NULL);
    pcre2_set_match_limit(regex->context, MATCH_LIMIT);
    return regex;
}

void regex_free(Regex *regex)
{
    pcre2_code_free(regex->code);
    pcre2_match_context_free(regex->context);
}

size_t regex_groups(const Regex *regex)
{
    uint32_t count = 0;
    pcre2_pattern_info(regex->code, PCRE2_INFO_CAPTURECOUNT, &count);
    return count;
}

size_t regex_group(const Regex *regex, const char *name)
{
    int number = pcre2_substring_number_from_name(regex->code, (PCRE2_SPTR)name);
    return number > 0 ? (size_t)number : 0;
}

static uint32_t match_options(RegexHow how)
{
    return how == REGEX_MATCH       ? PCRE2_ANCHORED
           : how == REGEX_FULLMATCH ? PCRE2_ANCHORED | PCRE2_ENDANCHORED
           : how == REGEX_ADVANCE   ? PCRE2_NOTEMPTY_ATSTART
                                    : 0;
}

int regex_find(Arena *arena, const Regex *regex, const char *text, size_t from, RegexHow how,
               RegexSpan **spans)
{
    pcre2_match_data *data = pcre2_match_data_create_from_pattern(regex->code, NULL);
    int found = pcre2_match(regex->code, (PCRE2_SPTR)text, strlen(text), from, match_options(how),
                            data, regex->context);
    if (found > 0) {
        size_t count = regex_groups(regex) + 1;
        const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(data);
        *spans = arena_array(arena, count, sizeof **spans);
        for (size_t i = 0; i < count; i++) {
            bool set = i < (size_t)found && ends[2 * i] != PCRE2_UNSET;
            (*spans)[i] = set ? (RegexSpan){ends[2 * i], ends[2 * i + 1]}
                              : (RegexSpan){REGEX_UNSET, REGEX_UNSET};
        }
    }
    pcre2_match_data_free(data);
    return found > 0 ? 1 : found == PCRE2_ERROR_NOMATCH ? 0 : -1;
}
