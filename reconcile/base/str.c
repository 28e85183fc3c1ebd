#include "cutover/str.h"

#include "cutover/buf.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

bool str_empty(const char *text)
{
    return !text || !*text;
}

bool str_starts(const char *text, const char *prefix)
{
    return text && strncmp(text, prefix, strlen(prefix)) == 0;
}

bool str_ends(const char *text, const char *suffix)
{
    size_t n = text ? strlen(text) : 0, m = strlen(suffix);
    return text && n >= m && memcmp(text + n - m, suffix, m) == 0;
}

int str_compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

const char *str_trim(Arena *arena, const char *text)
{
    while (isspace((unsigned char)*text)) {
        text++;
    }
    size_t n = strlen(text);
    while (n && isspace((unsigned char)text[n - 1])) {
        n--;
    }
    return arena_strndup(arena, text, n);
}

/* Nearly all have fewer texts than that; the lengths of the others are counted twice. */
#define LENGTHS_KEPT 8

char *str_concat(Arena *arena, const char *first, ...)
{
    va_list args;
    size_t lengths[LENGTHS_KEPT], length = 0, n = 0;
    va_start(args, first);
    for (const char *text = first; text; text = va_arg(args, const char *), n++) {
        size_t here = strlen(text);
        if (n < LENGTHS_KEPT) {
            lengths[n] = here;
        }
        length += here;
    }
    va_end(args);
    char *joined = arena_array(arena, length + 1, 1), *end = joined;
    n = 0;
    va_start(args, first);
    for (const char *text = first; text; text = va_arg(args, const char *), n++) {
        size_t here = n < LENGTHS_KEPT ? lengths[n] : strlen(text);
        memcpy(end, text, here);
        end += here;
    }
    va_end(args);
    return joined;
}

char *str_lower(Arena *arena, const char *text)
{
    char *copy = arena_strdup(arena, text);
    for (char *p = copy; *p; p++) {
        *p = (char)tolower((unsigned char)*p);
    }
    return copy;
}

StrVec str_split(Arena *arena, const char *text, char separator)
{
    StrVec parts = {0};
    for (;;) {
        const char *end = strchr(text, separator);
        size_t n = end ? (size_t)(end - text) : strlen(text);
        vec_push(arena, &parts, arena_strndup(arena, text, n));
        if (!end) {
            return parts;
        }
        text = end + 1;
    }
}

char *str_join(Arena *arena, const StrVec *texts, const char *separator)
{
    Buf buf = buf_new(arena, SIZE_MAX / 2);
    for (size_t i = 0; i < texts->count; i++) {
        if (i) {
            buf_text(&buf, separator);
        }
        buf_text(&buf, texts->items[i]);
    }
    return buf.data;
}

bool str_in(const StrVec *texts, const char *text)
{
    for (size_t i = 0; i < texts->count; i++) {
        if (str_eq(texts->items[i], text)) {
            return true;
        }
    }
    return false;
}

bool str_one_of(const char *const *texts, const char *text)
{
    while (*texts && !str_eq(*texts, text)) {
        texts++;
    }
    return *texts;
}

bool str_to_int(const char *text, int64_t min, int64_t max, int64_t *out)
{
    if (!text || !(isdigit((unsigned char)*text) || *text == '-')) {
        return false;
    }
    char *end;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (errno || *end || value < min || value > max) {
        return false;
    }
    *out = value;
    return true;
}

/* Iterative, remembering only the last star: linear in practice, quadratic at worst. */
bool str_glob(const char *pattern, const char *text)
{
    const char *star = NULL, *resume = NULL;
    while (*text) {
        if (*pattern == '*') {
            star = pattern++;
            resume = text;
        } else if (*pattern == '?' || *pattern == *text) {
            pattern++;
            text++;
        } else if (star) {
            pattern = star + 1;
            text = ++resume;
        } else {
            return false;
        }
    }
    while (*pattern == '*') {
        pattern++;
    }
    return !*pattern;
}

/* Edit distance, where swapping two neighbours counts once. */
static size_t distance(Arena *scratch, const char *a, const char *b)
{
    size_t n = strlen(a), m = strlen(b), width = m + 1;
    size_t *d = arena_array(scratch, (n + 1) * width, sizeof *d);
    for (size_t i = 0; i <= n; i++) {
        for (size_t j = 0; j <= m; j++) {
            if (!i || !j) {
                d[i * width + j] = i + j;
                continue;
            }
            size_t cost = a[i - 1] != b[j - 1];
            size_t best = d[(i - 1) * width + j - 1] + cost;
            size_t gap = 1 + (d[(i - 1) * width + j] < d[i * width + j - 1] ? d[(i - 1) * width + j]
                                                                            : d[i * width + j - 1]);
            best = gap < best ? gap : best;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                d[(i - 2) * width + j - 2] + 1 < best) {
                best = d[(i - 2) * width + j - 2] + 1;
            }
            d[i * width + j] = best;
        }
    }
    return d[n * width + m];
}

#define LONGEST_COMPARED 128

const char *str_nearest(const char *word, const StrVec *candidates)
{
    size_t length = strlen(word), best = length / 3 + 2;
    const char *nearest = NULL;
    if (length > LONGEST_COMPARED) {
        return NULL;
    }
    Arena *scratch = arena_new();
    vec_each (const char *, it, candidates) {
        if (strlen(*it) > LONGEST_COMPARED) {
            continue;
        }
        size_t d = distance(scratch, word, *it);
        if (d < best) {
            best = d;
            nearest = *it;
        }
    }
    arena_free(scratch);
    return nearest;
}

size_t str_utf8_length(const char *text)
{
    const unsigned char *p = (const unsigned char *)text;
    static const struct {
        unsigned char mask, lead;
        uint32_t least;
    } forms[] = {{0x80, 0x00, 0}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};
    for (size_t n = 1; n <= 4; n++) {
        if ((p[0] & forms[n - 1].mask) != forms[n - 1].lead) {
            continue;
        }
        uint32_t code = p[0] & (unsigned char)~forms[n - 1].mask;
        for (size_t i = 1; i < n; i++) {
            if ((p[i] & 0xc0) != 0x80) {
                return 0;
            }
            code = code << 6 | (p[i] & 0x3f);
        }
        bool surrogate = code >= 0xd800 && code <= 0xdfff;
        return code >= forms[n - 1].least && code <= 0x10ffff && !surrogate ? n : 0;
    }
    return 0;
}

const char *str_cut(Arena *arena, const char *text, size_t max, const char *mark)
{
    if (!text || strlen(text) <= max) {
        return text;
    }
    while (max && ((unsigned char)text[max] & 0xC0) == 0x80) {
        max--;
    }
    return arena_printf(arena, "%.*s%s", (int)max, text, mark);
}
