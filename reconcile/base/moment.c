#include "cutover/moment.h"

#include "cutover/buf.h"

#include <ctype.h>
#include <string.h>

typedef struct Unit {
    char letter;
    int64_t seconds;
} Unit;

static const Unit units[] = {{'d', 86400}, {'h', 3600}, {'m', 60}, {'s', 1}};
#define UNIT_COUNT (sizeof units / sizeof *units)
#define LARGEST_NUMBER 1000000000

static bool read_number(const char **text, int64_t *number)
{
    const char *p = *text;
    if (!isdigit((unsigned char)*p)) {
        return false;
    }
    *number = 0;
    for (; isdigit((unsigned char)*p); p++) {
        *number = *number * 10 + (*p - '0');
        if (*number > LARGEST_NUMBER) {
            return false;
        }
    }
    *text = p;
    return true;
}

bool duration_parse(const char *text, int64_t *seconds)
{
    int64_t sum = 0;
    size_t next = 0;
    if (!*text) {
        return false;
    }
    while (*text) {
        int64_t number;
        if (!read_number(&text, &number)) {
            return false;
        }
        while (next < UNIT_COUNT && units[next].letter != *text) {
            next++;
        }
        if (next == UNIT_COUNT) {
            return false;
        }
        sum += number * units[next++].seconds;
        text++;
    }
    *seconds = sum;
    return true;
}

char *duration_text(Arena *arena, int64_t seconds)
{
    Buf buf = buf_new(arena, 64);
    if (seconds < 0) {
        buf_char(&buf, '-');
        seconds = -seconds;
    }
    bool any = false;
    for (size_t i = 0; i < UNIT_COUNT; i++) {
        int64_t n = seconds / units[i].seconds;
        seconds %= units[i].seconds;
        if (n || (!any && units[i].seconds == 1)) {
            buf_printf(&buf, "%lld%c", (long long)n, units[i].letter);
            any = true;
        }
    }
    return buf.data;
}

typedef struct Civil {
    int64_t year;
    int month, day, hour, minute, second, micro;
} Civil;

/* Days since 1970-01-01 in the proleptic Gregorian calendar, with March as the first month. */
static int64_t days_from_civil(int64_t year, int month, int day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t yoe = year - era * 400;
    int64_t doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return era * 146097 + doe - 719468;
}

static Civil civil_from(Moment at)
{
    int64_t seconds = at / MOMENT_SECOND, micro = at % MOMENT_SECOND;
    if (micro < 0) {
        micro += MOMENT_SECOND;
        seconds--;
    }
    int64_t days = seconds / 86400, rest = seconds % 86400;
    if (rest < 0) {
        rest += 86400;
        days--;
    }
    int64_t z = days + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    int month = (int)(mp < 10 ? mp + 3 : mp - 9);
    return (Civil){.year = yoe + era * 400 + (month <= 2),
                   .month = month,
                   .day = (int)(doy - (153 * mp + 2) / 5 + 1),
                   .hour = (int)(rest / 3600),
                   .minute = (int)(rest / 60 % 60),
                   .second = (int)(rest % 60),
                   .micro = (int)micro};
}

char *moment_text(Arena *arena, Moment at)
{
    Civil c = civil_from(at);
    return arena_printf(arena, "%04lld-%02d-%02d %02d:%02d:%02d UTC", (long long)c.year, c.month,
                        c.day, c.hour, c.minute, c.second);
}

char *moment_iso(Arena *arena, Moment at)
{
    Civil c = civil_from(at);
    int millis = c.micro / 1000;
    return arena_printf(arena,
                        millis ? "%04lld-%02d-%02dT%02d:%02d:%02d.%03dZ"
                               : "%04lld-%02d-%02dT%02d:%02d:%02dZ",
                        (long long)c.year, c.month, c.day, c.hour, c.minute, c.second, millis);
}

/* COUNT digits at *P, which moves on; -1 when they are not there. */
static int digits(const char **p, int count)
{
    int value = 0;
    for (int i = 0; i < count; i++, (*p)++) {
        if (!isdigit((unsigned char)**p)) {
            return -1;
        }
        value = value * 10 + (**p - '0');
    }
    return value;
}

static bool skip(const char **p, const char *any_of)
{
    if (!**p || !strchr(any_of, **p)) {
        return false;
    }
    (*p)++;
    return true;
}

static int fraction(const char **p)
{
    int value = 0, scale = 100000;
    if (skip(p, ".")) {
        for (; isdigit((unsigned char)**p); (*p)++, scale /= 10) {
            value += (**p - '0') * scale;
        }
    }
    return value;
}

static bool zone_is_utc(const char *p)
{
    static const char *const names[] = {"", "Z", "+00", "+00:00", "+0000", " UTC"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(p, names[i]) == 0) {
            return true;
        }
    }
    return false;
}

bool moment_parse(const char *text, Moment *at)
{
    const char *p = text;
    int year = digits(&p, 4);
    int month = skip(&p, "-") ? digits(&p, 2) : -1;
    int day = skip(&p, "-") ? digits(&p, 2) : -1;
    int hour = skip(&p, " T") ? digits(&p, 2) : -1;
    int minute = skip(&p, ":") ? digits(&p, 2) : -1;
    int second = skip(&p, ":") ? digits(&p, 2) : -1;
    if (year < 0 || month < 1 || month > 12 || day < 1 || day > 31 || hour < 0 || hour > 23 ||
        minute < 0 || minute > 59 || second < 0 || second > 60) {
        return false;
    }
    int micro = fraction(&p);
    if (!zone_is_utc(p)) {
        return false;
    }
    int64_t days = days_from_civil(year, month, day);
    *at = (days * 86400 + hour * 3600 + minute * 60 + second) * MOMENT_SECOND + micro;
    return true;
}
