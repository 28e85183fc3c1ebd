#include "sql_date.h"

#include "codes.h"

#include "cutover/str.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { LONGEST = 1000 };

/* What the text of a date or a moment says. */
typedef struct Parts {
    struct tm at;
    int micro;
    bool read, zoned;
    int offset; /* of the zone from UTC, in seconds */
} Parts;

static const char *date_text(Arena *arena, void *self)
{
    (void)arena;
    return self;
}

/* "+02:30" at the end of a moment. */
static void read_zone(const char *text, Parts *p)
{
    const char *time = strchr(text, ' '), *sign = time ? strpbrk(time, "+-") : NULL;
    int hours = 0, minutes = 0;
    p->zoned = sign && sscanf(sign + 1, "%d:%d", &hours, &minutes) >= 1;
    p->offset = (sign && *sign == '-' ? -60 : 60) * (hours * 60 + minutes);
}

static Parts parts_of(const char *text)
{
    Parts p = {0};
    struct tm *at = &p.at;
    p.read = sscanf(text, "%d-%d-%d %d:%d:%d.%d", &at->tm_year, &at->tm_mon, &at->tm_mday,
                    &at->tm_hour, &at->tm_min, &at->tm_sec, &p.micro) >= 3;
    at->tm_year -= 1900;
    at->tm_mon -= 1;
    read_zone(text, &p);
    timegm(at); /* the day of the week and of the year */
    return p;
}

static const char *date_repr(Arena *arena, void *self)
{
    Parts p = parts_of(self);
    return p.read ? arena_printf(arena, "datetime.date(%d, %d, %d)", p.at.tm_year + 1900,
                                 p.at.tm_mon + 1, p.at.tm_mday)
                  : self;
}

static void put_zone(Buf *out, int offset)
{
    int days = offset < 0 ? -1 : 0;
    if (!offset) {
        buf_text(out, ", tzinfo=datetime.timezone.utc");
        return;
    }
    buf_printf(out, ", tzinfo=datetime.timezone(datetime.timedelta(%sseconds=%d))",
               days ? "days=-1, " : "", offset - days * 86400);
}

/* Python leaves out seconds and microseconds that are zero. */
static const char *moment_repr(Arena *arena, void *self)
{
    Parts p = parts_of(self);
    if (!p.read) {
        return self;
    }
    Buf out = buf_new(arena, 200);
    buf_printf(&out, "datetime.datetime(%d, %d, %d, %d, %d", p.at.tm_year + 1900, p.at.tm_mon + 1,
               p.at.tm_mday, p.at.tm_hour, p.at.tm_min);
    if (p.at.tm_sec || p.micro) {
        buf_printf(&out, p.micro ? ", %d, %d" : ", %d", p.at.tm_sec, p.micro);
    }
    if (p.zoned) {
        put_zone(&out, p.offset);
    }
    buf_char(&out, ')');
    return out.data;
}

/* ---- methods and attributes ---- */

/* "+0230" for z, "UTC+02:30" for Z, nothing without a zone. */
static void put_zone_name(Buf *out, const Parts *p, char letter)
{
    int minutes = (p->offset < 0 ? -p->offset : p->offset) / 60;
    char sign = p->offset < 0 ? '-' : '+';
    if (p->zoned && letter == 'z') {
        buf_printf(out, "%c%02d%02d", sign, minutes / 60, minutes % 60);
    } else if (p->zoned && minutes) {
        buf_printf(out, "UTC%c%02d:%02d", sign, minutes / 60, minutes % 60);
    } else if (p->zoned) {
        buf_text(out, "UTC");
    }
}

/* Python's, which is C's beside %f, %z and %Z. */
static const char *formatted(Arena *arena, const char *text, const char *format)
{
    Parts p = parts_of(text);
    Buf plain = buf_new(arena, LONGEST);
    for (const char *at = format; *at;) {
        size_t length = at[0] == '%' && at[1] ? 2 : 1;
        char letter = length == 2 ? at[1] : '\0';
        if (letter == 'f') {
            buf_printf(&plain, "%06d", p.micro);
        } else if (letter == 'z' || letter == 'Z') {
            put_zone_name(&plain, &p, letter);
        } else {
            buf_add(&plain, at, length);
        }
        at += length;
    }
    char *out = arena_array(arena, LONGEST, sizeof *out);
    return plain.length && strftime(out, LONGEST, plain.data, &p.at) ? out : "";
}

static bool call_strftime(JinjaCall *call, void *self, PyValue *out)
{
    PyValue format;
    const char *text =
        jinja_bind(call, "format", &format) ? jinja_want_text(call->run, format, "format") : NULL;
    *out = py_text(text ? formatted(call->arena, self, text) : NULL);
    return text;
}

static const char *iso(Arena *arena, const char *date)
{
    char *text = arena_strdup(arena, date), *space = strchr(text, ' ');
    if (space) {
        *space = 'T';
    }
    return text;
}

static bool call_isoformat(JinjaCall *call, void *self, PyValue *out)
{
    *out = py_text(iso(call->arena, self));
    return jinja_bind(call, "", NULL);
}

static bool call_weekday(JinjaCall *call, void *self, PyValue *out)
{
    int sunday_last = (parts_of(self).at.tm_wday + 6) % 7;
    *out = py_int(str_eq(call->name, "weekday") ? sunday_last : sunday_last + 1);
    return jinja_bind(call, "", NULL);
}

static bool call_date(JinjaCall *call, void *self, PyValue *out)
{
    *out = sql_date_value(call->arena, arena_strndup(call->arena, self, strcspn(self, " ")));
    return jinja_bind(call, "", NULL);
}

static const struct {
    const char *name;
    JinjaFunction function;
    bool of_moments; /* alone */
} methods[] = {
    {"strftime", call_strftime, false}, {"isoformat", call_isoformat, false},
    {"weekday", call_weekday, false},   {"isoweekday", call_weekday, false},
    {"date", call_date, true},
};

/* What Python has besides: refused by name, not taken for something that is not there. */
static const char *const refused[] = {
    "ctime",     "fromisoformat", "isocalendar", "replace",    "time",      "timetuple",
    "toordinal", "timestamp",     "timetz",      "astimezone", "utcoffset", "utctimetuple",
    "tzname",    "tzinfo",        "fold",        "today",      "strptime",  "min",
    "max",       "resolution",    NULL};

static bool part(const char *text, const char *name, bool moment, PyValue *out)
{
    Parts p = parts_of(text);
    const struct {
        const char *name;
        int value;
        bool of_moments;
    } table[] = {{"year", p.at.tm_year + 1900, false}, {"month", p.at.tm_mon + 1, false},
                 {"day", p.at.tm_mday, false},         {"hour", p.at.tm_hour, true},
                 {"minute", p.at.tm_min, true},        {"second", p.at.tm_sec, true},
                 {"microsecond", p.micro, true}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (str_eq(name, table[i].name) && (moment || !table[i].of_moments)) {
            *out = py_int(table[i].value);
            return true;
        }
    }
    return false;
}

static bool get(JinjaRun *run, void *self, const char *name, bool moment, PyValue *out)
{
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        if (str_eq(name, methods[i].name) && (moment || !methods[i].of_moments)) {
            *out = jinja_function(jinja_arena(run), methods[i].name, methods[i].function, self);
            return true;
        }
    }
    if (part(self, name, moment, out)) {
        return true;
    }
    if (str_one_of(refused, name)) {
        jinja_fail(run, P_UNSUPPORTED, "%s of a date is not supported", name);
    }
    return false;
}

static bool date_get(JinjaRun *run, void *self, const char *name, PyValue *out)
{
    return get(run, self, name, false, out);
}

static bool moment_get(JinjaRun *run, void *self, const char *name, PyValue *out)
{
    return get(run, self, name, true, out);
}

/* ---- the classes ---- */

static bool date_order(const void *self, PyValue other, int *order);
static bool moment_order(const void *self, PyValue other, int *order);

static const JinjaClass date_class = {.name = "datetime.date",
                                      .get = date_get,
                                      .text = date_text,
                                      .repr = date_repr,
                                      .order = date_order,
                                      .hashable = true};
static const JinjaClass moment_class = {.name = "datetime.datetime",
                                        .get = moment_get,
                                        .text = date_text,
                                        .repr = moment_repr,
                                        .order = moment_order,
                                        .hashable = true};

static bool order_of_texts(const char *text, const char *other, int *order)
{
    int diff = other ? strcmp(text, other) : 0;
    *order = diff < 0 ? -1 : diff > 0;
    return other;
}

static bool date_order(const void *self, PyValue other, int *order)
{
    return order_of_texts(self, jinja_object_of(other, &date_class), order);
}

/* One with a zone and one without have no order in Python either. */
static bool moment_order(const void *self, PyValue other, int *order)
{
    const char *text = jinja_object_of(other, &moment_class);
    Parts a = parts_of(self), b = parts_of(text ? text : "");
    int64_t diff = (timegm(&a.at) - a.offset) - (timegm(&b.at) - b.offset);
    diff = diff ? diff : a.micro - b.micro;
    if (text && !(a.read && b.read && a.zoned == b.zoned)) {
        return order_of_texts(self, text, order) && *order == 0;
    }
    *order = diff < 0 ? -1 : diff > 0;
    return text;
}

PyValue sql_date_value(Arena *arena, const char *text)
{
    return jinja_object(arena, &date_class, arena_strdup(arena, text));
}

/* Six digits, and minutes in the offset. */
PyValue sql_moment_value(Arena *arena, const char *text)
{
    size_t whole = strcspn(text, ".+") < 19 ? strcspn(text, ".+") : 19;
    const char *p = text + whole;
    Buf out = buf_new(arena, 100);
    buf_add(&out, text, whole);
    if (*p == '.') {
        size_t digits = strspn(p + 1, "0123456789");
        buf_add(&out, p, digits + 1);
        for (size_t i = digits; i < 6; i++) {
            buf_char(&out, '0');
        }
        p += digits + 1;
    }
    buf_text(&out, p);
    buf_text(&out, strlen(p) == 3 ? ":00" : "");
    return jinja_object(arena, &moment_class, (void *)(uintptr_t)out.data);
}

const char *sql_date_iso(Arena *arena, PyValue date)
{
    return iso(arena, date.object->self);
}
