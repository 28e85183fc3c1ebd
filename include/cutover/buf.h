/*
 * A bounded, growing byte buffer in an arena. Every buffer has a maximum: unbounded growth cannot be
 * written. Past the maximum nothing is added any more and `overflow` is set; check it once at the end.
 * `data` is always NUL-terminated.
 */
#ifndef CUTOVER_BUF_H
#define CUTOVER_BUF_H

#include "cutover/arena.h"

#include <stdarg.h>
#include <stdbool.h>

typedef struct Buf {
    Arena *arena;
    char *data;
    size_t length, cap, max;
    bool overflow;
} Buf;

/* An empty buffer of at most MAX bytes. */
Buf buf_new(Arena *arena, size_t max);

void buf_add(Buf *buf, const char *bytes, size_t length);
void buf_text(Buf *buf, const char *text);
void buf_char(Buf *buf, char c);
void buf_count(Buf *buf, size_t number); /* in decimal digits */
void buf_printf(Buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_vprintf(Buf *buf, const char *format, va_list args) __attribute__((format(printf, 2, 0)));

/* Forgets the content, keeps the memory. */
void buf_reset(Buf *buf);

#endif
