/*
 * When an environment may cut over: windows that open again and again, and days on which nothing goes live.
 * Pure: a wall clock's time is a value; which zone's it is, the server tells.
 */
#ifndef CUTOVER_WINDOWS_H
#define CUTOVER_WINDOWS_H

#include "cutover/moment.h"
#include "cutover/vec.h"

#define WINDOW_LONGEST (7 * 24 * 60)

/* Opens in each minute that all masks allow, for LENGTH minutes. */
typedef struct Window {
    uint64_t minutes;                       /* bit n: minute n of the hour */
    uint32_t hours, days, months, weekdays; /* days and months from 1, weekdays from Sunday 0 */
    bool either_day; /* cron: days and weekdays are both given, either is enough */
    int64_t length;
} Window;

typedef struct Freeze {
    Moment from, until; /* wall clock; UNTIL is the midnight after the last day */
} Freeze;

typedef struct Windows Windows;
struct Windows {
    const char *timezone; /* "Europe/Berlin"; NULL: UTC */
    const char *missed;   /* "wait" | "abort" */
    StrVec allow_texts, freeze_texts;
    VEC(Window) allow; /* none: always */
    VEC(Freeze) freeze;
    const struct Windows *also; /* must be open too; of the same zone. Or NULL */
};

/* "Mon-Thu 09:00-16:00", or "cron 0 9 * * 1-4 for 7h". */
bool window_parse(const char *text, Window *window);

/* "2026-12-20 to 2027-01-03": both days and what is between. */
bool freeze_parse(const char *text, Freeze *freeze);

/* Fills `allow` and `freeze` from their texts; the first that cannot be read is returned, or NULL. */
const char *windows_parse(Arena *arena, Windows *windows);

/* Is anything closed at any time? */
bool windows_any(const Windows *windows);

/* The first minute from LOCAL on at which one may cut over: LOCAL itself when it is now; 0: not within a year. */
Moment windows_next(const Windows *windows, Moment local);

/* "Mon-Thu 09:00-16:00, not 2026-12-20 to 2027-01-03, Europe/Berlin" */
char *windows_words(Arena *arena, const Windows *windows);

/* "Tue 09:00 Europe/Berlin", with the date when it is more than six days ahead of NOW. */
char *windows_opening_text(Arena *arena, const Windows *windows, Moment opens, Moment now);

#endif
