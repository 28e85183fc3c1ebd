#include "cutover/statement_options.h"

#include "cutover/json.h"
#include "cutover/sqltok.h"
#include "cutover/str.h"

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
    return out.data;
}
