/* The patterns of selectors: Python's fnmatch for names, and pathlib's glob for paths. */
#include "select_graph.h"

#include "cutover/str.h"

#include <string.h>

/* The character behind the bracket that closes the class at P (behind '['), or NULL when none does. */
static const char *class_end(const char *p)
{
    p += *p == '!';
    p += *p == ']'; /* first in a class it is itself */
    p = strchr(p, ']');
    return p ? p + 1 : NULL;
}

static bool in_class(const char *p, const char *end, uint32_t c)
{
    bool negated = *p == '!', found = false;
    p += negated;
    while (p < end) {
        uint32_t low = py_text_next(&p), high = low;
        if (p + 1 < end && *p == '-') {
            p++;
            high = py_text_next(&p);
        }
        found |= low <= c && c <= high;
    }
    return found != negated;
}

/* One element of *PATTERN (no star) takes one character of *TEXT; both move on. */
static bool step(const char **pattern, const char **text)
{
    const char *p = *pattern;
    uint32_t c = py_text_next(text);
    uint32_t wanted = py_text_next(&p);
    const char *end = wanted == '[' ? class_end(p) : NULL;
    *pattern = end ? end : p;
    if (end) {
        return in_class(p, end - 1, c);
    }
    return wanted == '?' || wanted == c;
}

bool select_glob(const char *pattern, const char *text)
{
    const char *star = NULL, *retry = NULL;
    while (*text) {
        if (*pattern == '*') {
            star = ++pattern;
            retry = text;
            continue;
        }
        if (*pattern && step(&pattern, &text)) {
            continue;
        }
        if (!star) {
            return false;
        }
        py_text_next(&retry);
        pattern = star;
        text = retry;
    }
    while (*pattern == '*') {
        pattern++;
    }
    return !*pattern;
}

/* ---- paths ---- */

static StrVec parts_of(Arena *arena, const char *path)
{
    StrVec all = str_split(arena, path, '/'), parts = {0};
    vec_each (const char *, it, &all) {
        if (**it && !str_eq(*it, ".")) {
            vec_push(arena, &parts, *it);
        }
    }
    return parts;
}

/* Stars of folders are tried as stars of characters are: the last one gives way. */
static bool parts_match(const StrVec *pattern, const StrVec *path)
{
    size_t p = 0, t = 0, star = SIZE_MAX, retry = 0;
    while (t < path->count) {
        if (p < pattern->count && str_eq(pattern->items[p], "**")) {
            star = ++p;
            retry = t;
        } else if (p < pattern->count && select_glob(pattern->items[p], path->items[t])) {
            p++;
            t++;
        } else if (star != SIZE_MAX) {
            p = star;
            t = ++retry;
        } else {
            return false;
        }
    }
    while (p < pattern->count && str_eq(pattern->items[p], "**")) {
        p++;
    }
    return p == pattern->count;
}

bool select_path_glob(Arena *arena, const char *pattern, const char *path)
{
    StrVec wanted = parts_of(arena, pattern), parts = parts_of(arena, path);
    return parts_match(&wanted, &parts);
}
