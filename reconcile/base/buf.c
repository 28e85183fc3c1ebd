#include "cutover/buf.h"

#include <stdio.h>
#include <string.h>

#define FIRST_CAPACITY 256

Buf buf_new(Arena *arena, size_t max)
{
    return (Buf){.arena = arena, .data = arena_alloc(arena, 1), .cap = 1, .max = max};
}

bool buf_reserve(Buf *buf, size_t more)
{
    if (buf->overflow || more > buf->max || buf->length > buf->max - more) {
        buf->overflow = true;
        return false;
    }
    size_t need = buf->length + more + 1;
    if (need > buf->cap) {
        size_t cap = buf->cap < FIRST_CAPACITY ? FIRST_CAPACITY : buf->cap * 2;
        cap = cap < need ? need : cap;
        cap = cap > buf->max ? buf->max + 1 : cap; /* so that what fits into CAP is allowed */
        buf->data = arena_grow(buf->arena, buf->data, buf->length + 1, cap);
        buf->cap = cap;
    }
    return true;
}

void buf_text(Buf *buf, const char *text)
{
    buf_add(buf, text, strlen(text));
}

void buf_count(Buf *buf, size_t number)
{
    if (number < 10) {
        buf_char(buf, (char)('0' + number));
        return;
    }
    char digits[24], *first = digits + sizeof digits;
    do {
        *--first = (char)('0' + number % 10);
        number /= 10;
    } while (number);
    buf_add(buf, first, (size_t)(digits + sizeof digits - first));
}

/* Most texts are short: these are formatted once. */
void buf_vprintf(Buf *buf, const char *format, va_list args)
{
    char text[256];
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(text, sizeof text, format, args);
    if (length > 0 && (size_t)length < sizeof text) {
        buf_add(buf, text, (size_t)length);
    } else if (length > 0 && buf_reserve(buf, (size_t)length)) {
        vsnprintf(buf->data + buf->length, (size_t)length + 1, format, again);
        buf->length += (size_t)length;
    }
    va_end(again);
}

void buf_printf(Buf *buf, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    buf_vprintf(buf, format, args);
    va_end(args);
}

void buf_reset(Buf *buf)
{
    buf->length = 0;
    buf->overflow = false;
    buf->data[0] = '\0';
}
