#include "cutover/statement_options.h"

#include "cutover/json.h"
#include "cutover/sqltok.h"
#include "cutover/str.h"

#include <stdio.h>
#include <string.h>

enum { OPTIONS_MAX = 1 << 20 };

static void put_introspection(Buf *out, const ClusterShown *shown)
{
    buf_printf(out, "INTROSPECTION INTERVAL = %s, INTROSPECTION DEBUGGING = %s",
               shown->interval ? sql_literal(out->arena, shown->interval) : "0",
               shown->debugging ? "true" : "false");
}

static void put_schedule(Buf *out, const ClusterShown *shown)
{
    if (str_eq(shown->schedule, "manual")) {
        buf_text(out, ", SCHEDULE = MANUAL");
    } else if (str_eq(shown->schedule, "on-refresh")) {
        buf_text(out, ", SCHEDULE = ON REFRESH");
        if (shown->estimate) {
            buf_printf(out, " (HYDRATION TIME ESTIMATE = %s)",
                       sql_literal(out->arena, shown->estimate));
        }
    }
}

static bool is_null(const Json *value)
{
    return !value || value->type == JSON_IS_NULL;
}

/* Every member of OBJECT that says anything bears one of NAMES, a list that ends with NULL. */
static bool has_only(const Json *object, const char *const *names)
{
    map_each (it, &object->members) {
        if (!is_null(it->value) && !str_one_of(names, it->key)) {
            return false;
        }
    }
    return object->type == JSON_IS_OBJECT;
}

/* {"secs": 60, "nanos": 0} */
static const char *linger_text(Arena *arena, const Json *linger)
{
    static const char *const members[] = {"secs", "nanos", NULL};
    int64_t seconds = json_get_int(linger, "secs", -1), nanos = json_get_int(linger, "nanos", -1);
    if (!has_only(linger, members) || seconds < 0 || nanos < 0) {
        return NULL;
    }
    return nanos ? arena_printf(arena, "%lld.%09lld seconds", (long long)seconds, (long long)nanos)
                 : arena_printf(arena, "%lld seconds", (long long)seconds);
}

/* What a strategy says that is not known here could not be given back: then nothing is said of it. */
static const char *strategy_text(Arena *arena, const char *json)
{
    static const char *const kinds[] = {"on_hydration", NULL};
    static const char *const members[] = {"hydration_size", "linger_duration", NULL};
    Err err = {0};
    const Json *strategy = json_parse(arena, json, strlen(json), &err);
    if (!strategy || !has_only(strategy, kinds)) {
        return NULL;
    }
    const Json *burst = json_get(strategy, "on_hydration");
    if (is_null(burst)) {
        return "()";
    }
    const char *size = json_get_str(burst, "hydration_size");
    const Json *lingers = json_get(burst, "linger_duration");
    const char *linger = is_null(lingers) ? NULL : linger_text(arena, lingers);
    if (!has_only(burst, members) || !size || (!linger && !is_null(lingers))) {
        return NULL;
    }
    return arena_printf(arena, "(ON HYDRATION (HYDRATION SIZE = %s%s%s))", sql_literal(arena, size),
                        linger ? ", LINGER DURATION = " : "",
                        linger ? sql_literal(arena, linger) : "");
}

static void put_strategy(Buf *out, const ClusterShown *shown)
{
    const char *text = shown->strategy ? strategy_text(out->arena, shown->strategy) : "()";
    if (text) {
        buf_printf(out, ", AUTO SCALING STRATEGY = %s", text);
    }
}

static void put_zones(Buf *out, const ClusterShown *shown)
{
    StrVec zones = {0};
    vec_each (const char *, it, &((ClusterShown *)shown)->zones) {
        vec_push(out->arena, &zones, sql_literal(out->arena, *it));
    }
    buf_printf(out, ", AVAILABILITY ZONES = (%s)", str_join(out->arena, &zones, ", "));
}

const char *statement_cluster_options(Arena *arena, const ClusterShown *shown)
{
    Buf out = buf_new(arena, OPTIONS_MAX);
    put_introspection(&out, shown);
    put_schedule(&out, shown);
    put_strategy(&out, shown);
    put_zones(&out, shown);
    buf_printf(&out, ", WORKLOAD CLASS = %s",
               shown->workload ? sql_literal(arena, shown->workload) : "NULL");
    buf_printf(&out, ", REPLICATION FACTOR = %lld", (long long)shown->replication_factor);
    if (shown->size) {
        buf_printf(&out, ", SIZE = %s", sql_literal(arena, shown->size));
    }
    return out.data;
}

/* ---- sinks ---- */

/* What stands behind WORD and an equals sign, or NULL. */
static const SqlTok *behind_word(const SqlToks *toks, const char *word)
{
    for (size_t i = 0; i + 2 < toks->count; i++) {
        if (sql_is_word(&toks->items[i], word)) {
            const SqlTok *next = &toks->items[i + 1];
            return sql_is_symbol(next, "=") ? next + 1 : next;
        }
    }
    return NULL;
}

static void put_option(Buf *out, const char *name, const char *value)
{
    if (value) {
        buf_printf(out, "%s%s = %s", out->length ? ", " : "", name, value);
    }
}

/* KEY (a, b); KEY FORMAT is another thing. */
static const char *key_text(Arena *arena, const SqlToks *toks)
{
    const SqlTok *at = behind_word(toks, "key");
    StrVec columns = {0};
    if (!at || !sql_is_symbol(at, "(")) {
        return NULL;
    }
    for (at++; at->kind != SQL_END && !sql_is_symbol(at, ")"); at++) {
        if (sql_is_name(at)) {
            vec_push(arena, &columns, sql_ident(arena, at->value));
        }
    }
    return arena_printf(arena, "(%s)", str_join(arena, &columns, ", "));
}

static double seconds_of_unit(const char *unit)
{
    static const struct {
        const char *const names[6];
        double seconds;
    } units[] = {{{"ms", "millisecond", "milliseconds"}, 0.001},
                 {{"s", "sec", "secs", "second", "seconds"}, 1},
                 {{"m", "min", "mins", "minute", "minutes"}, 60},
                 {{"h", "hr", "hrs", "hour", "hours"}, 3600}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (str_one_of(units[i].names, unit)) {
            return units[i].seconds;
        }
    }
    return -1;
}

/* Seconds of "10s", "1 minute 30 seconds" or "00:01:30"; -1: written in another way. */
static double interval_of(const char *text)
{
    double hours, minutes, count, total = 0;
    int length = 0;
    if (sscanf(text, "%lf:%lf:%lf%n", &hours, &minutes, &count, &length) == 3 && !text[length]) {
        return hours * 3600 + minutes * 60 + count;
    }
    for (; *text; text += length) {
        char unit[16];
        bool read = sscanf(text, "%lf %15[a-z] %n", &count, unit, &length) == 2;
        if (!read || seconds_of_unit(unit) < 0) {
            return -1;
        }
        total += count * seconds_of_unit(unit);
    }
    return total;
}

/* What is not there, or not understood, is not known. */
static const char *commit_interval(Arena *arena, const SinkShown *shown, const SqlToks *toks)
{
    const SqlTok *at = str_eq(shown->type, "iceberg") ? behind_word(toks, "interval") : NULL;
    double seconds = at && at->kind == SQL_STRING ? interval_of(at->value) : -1;
    bool sane = seconds >= 0 && seconds < 1e9;
    return sane ? arena_printf(arena, "'%.10g seconds'", seconds) : NULL;
}

const char *statement_sink_options(Arena *arena, const SinkShown *shown)
{
    Buf out = buf_new(arena, OPTIONS_MAX);
    SqlToks toks = {0};
    Err err = {0};
    if (!sql_tokens(arena, shown->sql, strlen(shown->sql), &toks, &err)) {
        return NULL;
    }
    const SqlTok *topic = behind_word(&toks, "topic");
    bool named = topic && topic->kind == SQL_STRING;
    put_option(&out, "TOPIC", named ? sql_literal(arena, topic->value) : NULL);
    put_option(&out, "KEY", key_text(arena, &toks));
    put_option(&out, "KEY FORMAT", shown->key_format);
    put_option(&out, "FORMAT", shown->value_format);
    put_option(&out, "ENVELOPE", shown->envelope);
    put_option(&out, "COMMIT INTERVAL", commit_interval(arena, shown, &toks));
    return out.length ? out.data : "";
}
