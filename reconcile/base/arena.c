#include "cutover/arena.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ALIGNMENT 16
#define CHUNK_SIZE ((size_t)64 * 1024)

/*
 * Under the address sanitizer every object is an allocation of its own, so that an overrun or a use
 * after arena_free() is reported exactly where it happens.
 */
#if defined(__SANITIZE_ADDRESS__)
#define OBJECT_PER_CHUNK 1
#else
#define OBJECT_PER_CHUNK 0
#endif

typedef struct Chunk {
    struct Chunk *next;
    size_t used, size;
    _Alignas(ALIGNMENT) char bytes[];
} Chunk;

typedef struct Deferred {
    struct Deferred *next;
    void (*fn)(void *);
    void *arg;
} Deferred;

struct Arena {
    Chunk *chunks;
    Deferred *deferred;
    size_t used;
};

static void die(const char *why)
{
    fprintf(stderr, "cutover: %s\n", why);
    abort();
}

static size_t round_up(size_t size)
{
    if (size > SIZE_MAX - ALIGNMENT) {
        die("an allocation is too large");
    }
    return (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
}

static Chunk *chunk_new(size_t size)
{
    if (size > SIZE_MAX - sizeof(Chunk)) {
        die("an allocation is too large");
    }
    Chunk *chunk = calloc(1, sizeof(Chunk) + size);
    if (!chunk) {
        die("out of memory");
    }
    chunk->size = size;
    return chunk;
}

Arena *arena_new(void)
{
    Arena *arena = calloc(1, sizeof(Arena));
    if (!arena) {
        die("out of memory");
    }
    return arena;
}

void arena_free(Arena *arena)
{
    if (!arena) {
        return;
    }
    for (Deferred *d = arena->deferred; d; d = d->next) {
        d->fn(d->arg);
    }
    for (Chunk *chunk = arena->chunks, *next; chunk; chunk = next) {
        next = chunk->next;
        free(chunk);
    }
    free(arena);
}

/* A large object gets a chunk of its own behind the current one, whose free space stays in use. */
static Chunk *chunk_for(Arena *arena, size_t size)
{
    Chunk *head = arena->chunks;
    if (!OBJECT_PER_CHUNK && head && head->size - head->used >= size) {
        return head;
    }
    bool alone = OBJECT_PER_CHUNK || size > CHUNK_SIZE / 4;
    Chunk *chunk = chunk_new(alone ? size : CHUNK_SIZE);
    if (alone && head) {
        chunk->next = head->next;
        head->next = chunk;
    } else {
        chunk->next = head;
        arena->chunks = chunk;
    }
    return chunk;
}

void *arena_alloc(Arena *arena, size_t size)
{
    size_t want = OBJECT_PER_CHUNK ? (size ? size : 1) : round_up(size ? size : 1);
    Chunk *chunk = chunk_for(arena, want);
    void *result = chunk->bytes + chunk->used;
    chunk->used += want;
    arena->used += want;
    return result;
}

void *arena_array(Arena *arena, size_t count, size_t size)
{
    size_t total;
    if (__builtin_mul_overflow(count, size, &total)) {
        die("an allocation is too large");
    }
    return arena_alloc(arena, total);
}

void *arena_grow(Arena *arena, const void *old, size_t old_size, size_t new_size)
{
    void *result = arena_alloc(arena, new_size);
    if (old_size) {
        memcpy(result, old, old_size);
    }
    return result;
}

char *arena_strndup(Arena *arena, const char *text, size_t length)
{
    char *copy = arena_array(arena, length + 1, 1);
    if (length) {
        memcpy(copy, text, length);
    }
    return copy;
}

char *arena_strdup(Arena *arena, const char *text)
{
    return text ? arena_strndup(arena, text, strlen(text)) : NULL;
}

char *arena_vprintf(Arena *arena, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    if (length < 0) {
        die("a text could not be formatted");
    }
    char *text = arena_array(arena, (size_t)length + 1, 1);
    vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    return text;
}

char *arena_printf(Arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = arena_vprintf(arena, format, args);
    va_end(args);
    return text;
}

void arena_defer(Arena *arena, void (*fn)(void *arg), void *arg)
{
    Deferred *d = arena_make(arena, Deferred);
    *d = (Deferred){.next = arena->deferred, .fn = fn, .arg = arg};
    arena->deferred = d;
}

size_t arena_used(const Arena *arena)
{
    return arena->used;
}
