/*
 * Small questions about NUL-terminated texts. NULL is accepted where a text may be absent and equals
 * only NULL. Nothing here keeps or frees its arguments.
 */
#ifndef CUTOVER_STR_H
#define CUTOVER_STR_H

#include "cutover/vec.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Most texts that differ do so in their first byte. */
static inline bool str_eq(const char *a, const char *b)
{
    return a == b || (a && b && *a == *b && strcmp(a, b) == 0);
}

bool str_empty(const char *text); /* NULL or "" */
bool str_starts(const char *text, const char *prefix);
bool str_ends(const char *text, const char *suffix);

/* For qsort(): compares the texts that two const char ** point to. */
int str_compare(const void *a, const void *b);

/* TEXT without white space at both ends. */
const char *str_trim(Arena *arena, const char *text);

/* ASCII lower case. */
char *str_lower(Arena *arena, const char *text);

/* The parts of TEXT between SEPARATORs; an empty text has one empty part. */
StrVec str_split(Arena *arena, const char *text, char separator);

/* The texts with SEPARATOR between them. */
char *str_join(Arena *arena, const StrVec *texts, const char *separator);

/* The texts one behind the other; the last argument is NULL. */
char *str_concat(Arena *arena, const char *first, ...) __attribute__((sentinel));

bool str_in(const StrVec *texts, const char *text);

/* The same of a list that ends with NULL. */
bool str_one_of(const char *const *texts, const char *text);

/* The whole TEXT as a decimal number in [MIN, MAX]. */
bool str_to_int(const char *text, int64_t min, int64_t max, int64_t *out);

/* Shell-like pattern with * and ?, over the whole text. */
bool str_glob(const char *pattern, const char *text);

/* The candidate that a person most likely meant by WORD, or NULL when none is near. */
const char *str_nearest(const char *word, const StrVec *candidates);

/* TEXT (or NULL) itself, or its first MAX bytes at most, of whole characters, with MARK behind them. */
const char *str_cut(Arena *arena, const char *text, size_t max, const char *mark);

/* Bytes of the UTF-8 sequence at TEXT, or 0 when there is no valid one. */
size_t str_utf8_length(const char *text);

#endif
