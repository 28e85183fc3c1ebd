/*
 * Times and durations. A Moment is microseconds since 1970 in UTC, as a server says it; nothing here
 * reads a clock. Durations are whole seconds, written as people write them: 90s, 15m, 1h30m, 7d.
 */
#ifndef CUTOVER_MOMENT_H
#define CUTOVER_MOMENT_H

#include "cutover/arena.h"

#include <stdbool.h>
#include <stdint.h>

typedef int64_t Moment;

#define MOMENT_SECOND INT64_C(1000000)

/* "1h30m" and the like, largest unit first, each at most once. */
bool duration_parse(const char *text, int64_t *seconds);

/* The same form: 5400 gives "1h30m", 0 gives "0s". */
char *duration_text(Arena *arena, int64_t seconds);

/* "2026-11-23 16:02:11 UTC" */
char *moment_text(Arena *arena, Moment at);

/* "2026-11-23T16:02:11.031Z", milliseconds only when there are any */
char *moment_iso(Arena *arena, Moment at);

/* PostgreSQL's text form "2026-01-02 03:04:05.678+00" and ISO's; a zone other than UTC is refused. */
bool moment_parse(const char *text, Moment *at);

#endif
