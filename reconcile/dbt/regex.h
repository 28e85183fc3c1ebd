/* Regular expressions as Python's `re` reads them, over UTF-8, by PCRE2. */
#ifndef DBT_REGEX_H
#define DBT_REGEX_H

#include "cutover/arena.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct Regex Regex;

typedef enum RegexFlag {
    REGEX_IGNORECASE = 2, /* Python's numbers */
    REGEX_MULTILINE = 8,
    REGEX_DOTALL = 16,
    REGEX_VERBOSE = 64,
} RegexFlag;

/* What a search is told, beside where it begins. */
typedef enum RegexHow {
    REGEX_SEARCH,
    REGEX_MATCH,     /* at the start alone */
    REGEX_FULLMATCH, /* from the start to the end */
    REGEX_ADVANCE,   /* a search whose match at the start is not empty */
} RegexHow;

typedef struct RegexSpan {
    size_t start, end; /* bytes; both REGEX_UNSET for a group that took no part */
} RegexSpan;

#define REGEX_UNSET ((size_t)-1)

/* Compiles PATTERN; NULL with *WHY (in ARENA) for what Python refuses, or reads in another way than PCRE2. */
Regex *regex_compile(Arena *arena, const char *pattern, int flags, const char **why);
void regex_free(Regex *regex);

/* Groups of the pattern, without the whole match; the number of the group NAME, 0 when there is none. */
size_t regex_groups(const Regex *regex);
size_t regex_group(const Regex *regex, const char *name);

/* 1: found, with the whole match and each group in *SPANS (in ARENA); 0: not found; -1: it took too many steps. */
int regex_find(Arena *arena, const Regex *regex, const char *text, size_t from, RegexHow how,
               RegexSpan **spans);

#endif
