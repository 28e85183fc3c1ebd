#include "cutover/arena.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define ALIGNMENT 16

/* Chunks grow fast from the first to the largest: a short-lived arena is cheap, a large one has few chunks, and
 * little of it lies in small pages. */
#define FIRST_CHUNK ((size_t)4 * 1024)
#define GROWTH 4
#define LARGEST_CHUNK ((size_t)2 * 1024 * 1024)

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
    Chunk *chunks;     /* the one in use first */
    size_t chunk_size; /* of the next */
    char *
        newest; /* the object at the end of the chunk in use, which can grow where it is; or NULL */
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
    /* The largest are one huge page each where the system has them: one page fault instead of 512. */
    bool huge = sizeof(Chunk) + size == LARGEST_CHUNK;
    Chunk *chunk =
        huge ? aligned_alloc(LARGEST_CHUNK, LARGEST_CHUNK) : malloc(sizeof(Chunk) + size);
    if (!chunk) {
        die("out of memory");
    }
    if (huge) {
        madvise(chunk, LARGEST_CHUNK, MADV_HUGEPAGE);
    }
    chunk->next = NULL;
    chunk->used = 0;
    chunk->size = size;
    return chunk;
}

/* Nothing in ARENA yet but itself, at the front of CHUNK, its own first one. */
static void begin(Arena *arena, Chunk *chunk)
{
    chunk->next = NULL;
    chunk->used = round_up(sizeof(Arena));
    *arena = (Arena){.chunks = chunk, .chunk_size = FIRST_CHUNK * GROWTH};
}

Arena *arena_new(void)
{
    Chunk *chunk =
        chunk_new(OBJECT_PER_CHUNK ? round_up(sizeof(Arena)) : FIRST_CHUNK - sizeof(Chunk));
    Arena *arena = (Arena *)chunk->bytes;
    begin(arena, chunk);
    return arena;
}

static void run_deferred(const Arena *arena)
{
    for (Deferred *d = arena->deferred; d; d = d->next) {
        d->fn(d->arg);
    }
}

/* All chunks but KEPT. */
static void free_chunks(const Arena *arena, const Chunk *kept)
{
    for (Chunk *chunk = arena->chunks, *next; chunk; chunk = next) {
        next = chunk->next;
        if (chunk != kept) {
            free(chunk);
        }
    }
}

void arena_free(Arena *arena)
{
    if (arena) {
        run_deferred(arena);
        free_chunks(arena, NULL);
    }
}

void arena_clear(Arena *arena)
{
    Chunk *own = (Chunk *)((char *)arena - offsetof(Chunk, bytes));
    run_deferred(arena);
    free_chunks(arena, own);
    begin(arena, own);
}

void arena_adopt(Arena *arena, Arena *other)
{
    Chunk **chunks = &other->chunks;
    while (*chunks) {
        chunks = &(*chunks)->next;
    }
    Deferred **deferred = &other->deferred;
    while (*deferred) {
        deferred = &(*deferred)->next;
    }
    /* Behind the chunk in use. */
    *chunks = arena->chunks->next;
    arena->chunks->next = other->chunks;
    *deferred = arena->deferred;
    arena->deferred = other->deferred;
    arena->used += other->used;
}

/* A large object gets a chunk of its own behind the current one, whose free space stays in use. Apart from
 * take(), which is short without it. */
static __attribute__((noinline)) Chunk *add_chunk(Arena *arena, size_t size)
{
    Chunk *head = arena->chunks;
    bool alone = OBJECT_PER_CHUNK || size > arena->chunk_size / 4;
    Chunk *chunk = chunk_new(alone ? size : arena->chunk_size - sizeof(Chunk));
    if (alone) {
        chunk->next = head->next;
        head->next = chunk;
        return chunk;
    }
    size_t next = arena->chunk_size * GROWTH;
    arena->chunk_size = next * GROWTH > LARGEST_CHUNK ? LARGEST_CHUNK : next;
    chunk->next = head;
    arena->chunks = chunk;
    return chunk;
}

/* SIZE bytes that hold anything. */
static char *take(Arena *arena, size_t size)
{
    size_t want = OBJECT_PER_CHUNK ? (size ? size : 1) : round_up(size ? size : 1);
    Chunk *chunk = arena->chunks;
    if (OBJECT_PER_CHUNK || chunk->size - chunk->used < want) {
        chunk = add_chunk(arena, want);
    }
    char *object = chunk->bytes + chunk->used;
    chunk->used += want;
    arena->used += want;
    arena->newest = chunk == arena->chunks ? object : NULL;
    return object;
}

void *arena_alloc(Arena *arena, size_t size)
{
    return memset(take(arena, size), 0, size);
}

void *arena_array(Arena *arena, size_t count, size_t size)
{
    size_t total;
    if (__builtin_mul_overflow(count, size, &total)) {
        die("an allocation is too large");
    }
    return arena_alloc(arena, total);
}

/* The newest object becomes NEW_SIZE bytes long where it is, if its chunk has the room. */
static bool stretch(Arena *arena, const void *object, size_t new_size)
{
    Chunk *chunk = arena->chunks;
    if (OBJECT_PER_CHUNK || !object || object != arena->newest) {
        return false;
    }
    size_t used = (size_t)(arena->newest - chunk->bytes), want = round_up(new_size);
    if (want > chunk->size - used || used + want < chunk->used) {
        return false;
    }
    arena->used += used + want - chunk->used;
    chunk->used = used + want;
    return true;
}

void *arena_grow(Arena *arena, const void *old, size_t old_size, size_t new_size)
{
    char *object = stretch(arena, old, new_size) ? arena->newest : take(arena, new_size);
    if (old_size && object != old) {
        memcpy(object, old, old_size);
    }
    memset(object + old_size, 0, new_size - old_size);
    return object;
}

char *arena_strndup(Arena *arena, const char *text, size_t length)
{
    char *copy = take(arena, length + 1);
    if (length) {
        memcpy(copy, text, length);
    }
    copy[length] = '\0';
    return copy;
}

char *arena_strdup(Arena *arena, const char *text)
{
    return text ? arena_strndup(arena, text, strlen(text)) : NULL;
}

/* Most texts are short: these are formatted once. */
char *arena_vprintf(Arena *arena, const char *format, va_list args)
{
    char text[256];
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(text, sizeof text, format, args);
    if (length < 0) {
        die("a text could not be formatted");
    }
    char *copy;
    if ((size_t)length < sizeof text) {
        copy = arena_strndup(arena, text, (size_t)length);
    } else {
        copy = take(arena, (size_t)length + 1);
        vsnprintf(copy, (size_t)length + 1, format, again);
    }
    va_end(again);
    return copy;
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
