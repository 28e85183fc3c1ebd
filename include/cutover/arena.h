/*
 * An arena: memory for one unit of work, freed at once.
 *
 * Rule of the whole program: a function that takes an Arena * returns memory owned by that arena;
 * everything else is borrowed. Nothing in an arena is freed by itself. Foreign handles (PGresult,
 * git_repository, ...) are handed over with arena_defer() on the line after they were made.
 *
 * Running out of memory aborts the process: a crash at any instant is safe by design, a half-done
 * error path is not. Hostile sizes are stopped earlier, by the limits of the readers.
 */
#ifndef CUTOVER_ARENA_H
#define CUTOVER_ARENA_H

#include <stdarg.h>
#include <stddef.h>

typedef struct Arena Arena;

/* A new, empty arena. The caller frees it with arena_free(). */
Arena *arena_new(void);

/* Runs the deferred functions, newest first, and frees all memory. NULL is accepted. */
void arena_free(Arena *arena);

/* The same, but the arena itself stays, empty: for one small unit of work after the other. */
void arena_clear(Arena *arena);

/* What is in OTHER lives from now on as long as ARENA; OTHER itself is gone. */
void arena_adopt(Arena *arena, Arena *other);

/* SIZE zeroed bytes, aligned for any type; never NULL. */
void *arena_alloc(Arena *arena, size_t size);

/* COUNT * SIZE zeroed bytes; aborts when the product overflows. */
void *arena_array(Arena *arena, size_t count, size_t size);

/* NEW_SIZE (at least OLD_SIZE) bytes that begin with the OLD_SIZE bytes at OLD; the rest is zero. OLD itself when it is the
 * newest object and there is room behind it: what grows while nothing else is made costs no copies. */
void *arena_grow(Arena *arena, const void *old, size_t old_size, size_t new_size);

/* A copy of TEXT; NULL stays NULL. */
char *arena_strdup(Arena *arena, const char *text);

/* A NUL-terminated copy of LENGTH bytes at TEXT. */
char *arena_strndup(Arena *arena, const char *text, size_t length);

/* Formatted text. */
char *arena_printf(Arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
char *arena_vprintf(Arena *arena, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

/* Calls FN(ARG) when the arena is freed; later registrations run first. */
void arena_defer(Arena *arena, void (*fn)(void *arg), void *arg);

/* Bytes handed out so far. */
size_t arena_used(const Arena *arena);

/* A zeroed object of TYPE. */
#define arena_make(arena, type) ((type *)arena_alloc((arena), sizeof(type)))

#endif
