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
#include <string.h>

typedef struct Buf {
    Arena *arena;
    char *data;
    size_t length, cap, max;
    bool overflow;
} Buf;

/* An empty buffer of at most MAX bytes. */
Buf buf_new(Arena *arena, size_t max);

/* Makes room for MORE bytes and their NUL; false when they are too many. Used by buf_add() and buf_char() only. */
bool buf_reserve(Buf *buf, size_t more);

static inline void buf_add(Buf *buf, const char *bytes, size_t length)
{
    bool fits = length < buf->cap - buf->length && !buf->overflow;
    if (!length || (!fits && !buf_reserve(buf, length))) {
        return;
    }
    memcpy(buf->data + buf->length, bytes, length);
    buf->length += length;
    buf->data[buf->length] = '\0';
}

static inline void buf_char(Buf *buf, char c)
{
    bool fits = buf->length + 1 < buf->cap && !buf->overflow;
    if (fits || buf_reserve(buf, 1)) {
        buf->data[buf->length++] = c;
        buf->data[buf->length] = '\0';
    }
}

void buf_text(Buf *buf, const char *text);
void buf_count(Buf *buf, size_t number); /* in decimal digits */
void buf_printf(Buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_vprintf(Buf *buf, const char *format, va_list args) __attribute__((format(printf, 2, 0)));

/* Forgets the content, keeps the memory. */
void buf_reset(Buf *buf);

#endif
