#include "cutover/windows.h"

#include "cutover/str.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MINUTE (60 * MOMENT_SECOND)
#define DAY_MINUTES 1440
#define DAY (DAY_MINUTES * MINUTE)
#define DAYS_AHEAD 366

static const char *const weekday_names[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", NULL};

static struct tm civil(Moment local)
{
    time_t seconds = (time_t)(local / MOMENT_SECOND);
    struct tm tm = {0};
    gmtime_r(&seconds, &tm);
    return tm;
}

/* ---- reading ---- */

static bool number_in(const char **text, int low, int high, int *number)
{
    char *end;
    if (**text < '0' || **text > '9') {
        return false;
    }
    long value = strtol(*text, &end, 10);
    *text = end;
    *number = (int)value;
    return value >= low && value <= high;
}

static bool skip(const char **text, const char *word)
{
    bool there = str_starts(*text, word);
    *text += there ? strlen(word) : 0;
    return there;
}

static bool weekday(const char **text, int *day)
{
    for (*day = 0; weekday_names[*day]; ++*day) {
        if (skip(text, weekday_names[*day])) {
            return true;
        }
    }
    return false;
}

/* "Mon-Thu,Sat "; days wrap around the week's end. */
static bool weekdays(const char **text, uint32_t *mask)
{
    do {
        int from, to;
        if (!weekday(text, &from)) {
            return false;
        }
        to = from;
        if (skip(text, "-") && !weekday(text, &to)) {
            return false;
        }
        for (int day = from; day != to; day = (day + 1) % 7) {
            *mask |= 1u << day;
        }
        *mask |= 1u << to;
    } while (skip(text, ","));
    return skip(text, " ");
}

static bool clock_time(const char **text, int *minute)
{
    int hours, minutes;
    if (!number_in(text, 0, 24, &hours) || !skip(text, ":") || !number_in(text, 0, 59, &minutes)) {
        return false;
    }
    *minute = hours * 60 + minutes;
    return *minute <= DAY_MINUTES;
}

static bool parse_range(const char *text, Window *window)
{
    int from, to;
    if (!weekdays(&text, &window->weekdays) || !clock_time(&text, &from) || !skip(&text, "-") ||
        !clock_time(&text, &to) || *text || from == DAY_MINUTES || from == to) {
        return false;
    }
    window->minutes = UINT64_C(1) << (from % 60);
    window->hours = 1u << (from / 60);
    window->days = window->months = UINT32_MAX;
    window->length = to > from ? to - from : to - from + DAY_MINUTES;
    return true;
}

/* One field of a cron line: "*", "1-4", "0,30", "*" and "/15". *GIVEN: it is not just a star. */
static bool cron_field(const char **text, int low, int high, uint64_t *mask, bool *given)
{
    *mask = 0;
    *given = **text != '*';
    do {
        int from = low, to = high, step = 1;
        if (!skip(text, "*")) {
            if (!number_in(text, low, high, &from)) {
                return false;
            }
            to = from;
            if (skip(text, "-") && !number_in(text, from, high, &to)) {
                return false;
            }
        }
        if (skip(text, "/") && !number_in(text, 1, high, &step)) {
            return false;
        }
        for (int n = from; n <= to; n += step) {
            *mask |= UINT64_C(1) << n;
        }
    } while (skip(text, ","));
    return skip(text, " ");
}

static bool parse_cron(const char *text, Window *window)
{
    static const struct {
        int low, high;
    } ranges[] = {{0, 59}, {0, 23}, {1, 31}, {1, 12}, {0, 7}};
    uint64_t masks[5];
    bool given[5];
    for (int i = 0; i < 5; i++) {
        if (!cron_field(&text, ranges[i].low, ranges[i].high, &masks[i], &given[i])) {
            return false;
        }
    }
    int64_t seconds;
    if (!skip(&text, "for ") || !duration_parse(text, &seconds) || seconds < 60 ||
        seconds > WINDOW_LONGEST * 60) {
        return false;
    }
    *window = (Window){.minutes = masks[0],
                       .hours = (uint32_t)masks[1],
                       .days = (uint32_t)masks[2],
                       .months = (uint32_t)masks[3],
                       .weekdays = (uint32_t)(masks[4] | (masks[4] >> 7 & 1)),
                       .either_day = given[2] && given[4],
                       .length = seconds / 60};
    return true;
}

bool window_parse(const char *text, Window *window)
{
    *window = (Window){0};
    return skip(&text, "cron ") ? parse_cron(text, window) : parse_range(text, window);
}

bool freeze_parse(const char *text, Freeze *freeze)
{
    char from[] = "0000-00-00 00:00:00+00", until[] = "0000-00-00 00:00:00+00";
    if (strlen(text) != strlen("2026-12-20 to 2027-01-03") || strncmp(text + 10, " to ", 4) != 0) {
        return false;
    }
    memcpy(from, text, 10);
    memcpy(until, text + 14, 10);
    if (!moment_parse(from, &freeze->from) || !moment_parse(until, &freeze->until)) {
        return false;
    }
    freeze->until += DAY;
    return freeze->from < freeze->until;
}

const char *windows_parse(Arena *arena, Windows *windows)
{
    vec_each (const char *, it, &windows->allow_texts) {
        Window window;
        if (!window_parse(*it, &window)) {
            return *it;
        }
        vec_push(arena, &windows->allow, window);
    }
    vec_each (const char *, it, &windows->freeze_texts) {
        Freeze freeze;
        if (!freeze_parse(*it, &freeze)) {
            return *it;
        }
        vec_push(arena, &windows->freeze, freeze);
    }
    return NULL;
}

/* ---- asking ---- */

bool windows_any(const Windows *windows)
{
    return windows->allow.count || windows->freeze.count || windows->also;
}

static bool on_day(const Window *window, const struct tm *tm)
{
    bool day = window->days >> tm->tm_mday & 1, weekday = window->weekdays >> tm->tm_wday & 1;
    bool month = window->months >> (tm->tm_mon + 1) & 1;
    return month && (window->either_day ? day || weekday : day && weekday);
}

/* The first minute from FROM to LAST at which WINDOW is open; 0: none. */
static Moment next_open(const Window *window, Moment from, Moment last)
{
    Moment open_until = 0;
    Moment day = from - from % DAY - (window->length / DAY_MINUTES + 1) * DAY;
    for (; day <= last; day += DAY) {
        struct tm tm = civil(day);
        bool opens = on_day(window, &tm);
        for (int minute = 0; minute < DAY_MINUTES; minute++) {
            Moment at = day + minute * MINUTE;
            if (opens && window->hours >> (minute / 60) & 1 &&
                window->minutes >> (minute % 60) & 1) {
                open_until = at + window->length * MINUTE;
            }
            if (at + MINUTE > from && at < open_until) {
                return at > from ? at : from;
            }
        }
    }
    return 0;
}

/* The end of the freeze that LOCAL is in; LOCAL when it is in none. */
static Moment thawed(const Windows *windows, Moment local)
{
    for (size_t i = 0; i < windows->freeze.count; i++) {
        const Freeze *freeze = &windows->freeze.items[i];
        if (local >= freeze->from && local < freeze->until) {
            local = freeze->until;
            i = (size_t)-1; /* freezes may overlap, in any order */
        }
    }
    return local;
}

static Moment next_alone(const Windows *windows, Moment local)
{
    Moment last = local + DAYS_AHEAD * DAY;
    for (Moment at = thawed(windows, local); at <= last;) {
        Moment opens = windows->allow.count ? 0 : at;
        vec_each (Window, it, &windows->allow) {
            Moment next = next_open(it, at, last);
            opens = next && (!opens || next < opens) ? next : opens;
        }
        if (!opens || thawed(windows, opens) == opens) {
            return opens;
        }
        at = thawed(windows, opens);
    }
    return 0;
}

Moment windows_next(const Windows *windows, Moment local)
{
    Moment at = next_alone(windows, local);
    while (windows->also && at && at - local <= DAYS_AHEAD * DAY) {
        Moment other = windows_next(windows->also, at);
        if (other == at) {
            return at;
        }
        at = other ? next_alone(windows, other) : 0;
    }
    return at;
}

char *windows_words(Arena *arena, const Windows *windows)
{
    const char *allow =
        windows->allow_texts.count ? str_join(arena, &windows->allow_texts, ", ") : "always";
    const char *freeze =
        windows->freeze_texts.count ? str_join(arena, &windows->freeze_texts, ", ") : NULL;
    return arena_printf(arena, "%s%s%s, %s", allow, freeze ? ", not " : "", freeze ? freeze : "",
                        windows->timezone ? windows->timezone : "UTC");
}

char *windows_opening_text(Arena *arena, const Windows *windows, Moment opens, Moment now)
{
    const char *zone = windows->timezone ? windows->timezone : "UTC";
    if (!opens) {
        return arena_strdup(arena, "no window opens within a year");
    }
    struct tm tm = civil(opens);
    if (opens - now > 6 * DAY) {
        return arena_printf(arena, "%.16s %s", moment_text(arena, opens), zone);
    }
    return arena_printf(arena, "%s %02d:%02d %s", weekday_names[tm.tm_wday], tm.tm_hour, tm.tm_min,
                        zone);
}
