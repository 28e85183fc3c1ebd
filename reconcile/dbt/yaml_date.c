/* The timestamps of YAML 1.1, which PyYAML gives as date and datetime. */
#include "reader.h"
#include "sql_date.h"

#include "cutover/str.h"

#include <ctype.h>
#include <string.h>

/* LEAST to MOST digits, whose value goes to VALUE. */
static bool take(const char **p, size_t least, size_t most, int *value)
{
    size_t digits = 0;
    for (*value = 0; digits < most && isdigit((unsigned char)**p); digits++, ++*p) {
        *value = *value * 10 + **p - '0';
    }
    return digits >= least;
}

static bool take_char(const char **p, char c)
{
    bool is = **p == c;
    *p += is;
    return is;
}

static bool take_day(const char **p, int *year, int *month, int *day)
{
    return take(p, 4, 4, year) && take_char(p, '-') && take(p, 1, 2, month) && take_char(p, '-') &&
           take(p, 1, 2, day);
}

static bool is_day(int year, int month, int day)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (year < 1 || month < 1 || month > 12 || day < 1) {
        return false;
    }
    bool leap = month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return day <= days[month - 1] + leap;
}

/* Six digits of a fraction; what follows them is passed over. */
static void put_fraction(const char **p, Buf *out)
{
    size_t digits = strspn(*p, "0123456789");
    char six[] = "000000";
    memcpy(six, *p, digits < 6 ? digits : 6);
    *p += digits;
    if (!str_eq(six, "000000")) {
        buf_printf(out, ".%s", six);
    }
}

/* "Z", "+2", "-02:30", or nothing. */
static bool put_zone(const char **p, Buf *out)
{
    int hours = 0, minutes = 0;
    if (take_char(p, 'Z')) {
        buf_text(out, "+00:00");
        return true;
    }
    if (**p != '+' && **p != '-') {
        return true;
    }
    bool minus = *(*p)++ == '-';
    bool good = take(p, 1, 2, &hours) && (!take_char(p, ':') || take(p, 2, 2, &minutes));
    minus = minus && (hours || minutes);
    buf_printf(out, "%c%02d:%02d", minus ? '-' : '+', hours, minutes);
    return good && hours < 24 && minutes < 60;
}

static bool put_time(const char *p, Buf *out)
{
    int hour, minute, second;
    size_t spaces = strspn(p, " \t");
    if (!spaces && *p != 'T' && *p != 't') {
        return false;
    }
    p += spaces ? spaces : 1;
    if (!take(&p, 1, 2, &hour) || !take_char(&p, ':') || !take(&p, 2, 2, &minute) ||
        !take_char(&p, ':') || !take(&p, 2, 2, &second) || hour > 23 || minute > 59 ||
        second > 59) {
        return false;
    }
    buf_printf(out, " %02d:%02d:%02d", hour, minute, second);
    if (take_char(&p, '.')) {
        put_fraction(&p, out);
    }
    p += strspn(p, " \t");
    return put_zone(&p, out) && !*p;
}

bool yaml_date(Arena *arena, const Yaml *yaml, PyValue *out)
{
    const char *p = yaml->text;
    int year, month, day;
    if (yaml->quoted || !take_day(&p, &year, &month, &day) || !is_day(year, month, day)) {
        return false;
    }
    if (!*p) { /* a date alone has two digits for each part */
        *out = sql_date_value(arena, yaml->text);
        return p - yaml->text == 10;
    }
    Buf text = buf_new(arena, 100);
    buf_printf(&text, "%04d-%02d-%02d", year, month, day);
    bool good = put_time(p, &text);
    *out = good ? sql_moment_value(arena, text.data) : py_none();
    return good;
}
