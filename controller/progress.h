/*
 * What a command that waits shows meanwhile, on stderr (docs/interface.md 4.3): on a terminal lines that
 * are drawn again and again; elsewhere one `progress` event a line, when something changed and at most
 * one in ten seconds, but each new phase at once.
 */
#ifndef CUTOVER_PROGRESS_H
#define CUTOVER_PROGRESS_H

#include "cutover/status.h"

typedef struct Progress {
    bool terminal, color;
    size_t lines;     /* drawn last on the terminal, to be drawn over */
    Phase phase;      /* shown last */
    uint64_t shown;   /* fingerprint of what was shown last */
    int64_t shown_ms; /* when, by the monotonic clock */
    int64_t count;    /* events so far: the second part of their ids */
} Progress;

Progress progress_new(bool color);

/* Shows where STATUS stands, once its deployment has begun; ARENA is scratch. */
void progress_show(Progress *progress, Arena *arena, const Status *status);

/* The same as text, and as an event; pure, for tests. COUNT makes the id unique. */
void progress_write_text(Buf *out, const Status *status, bool color);
void progress_write_event(Buf *out, const Status *status, int64_t count);

#endif
