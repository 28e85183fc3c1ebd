/* The functions that Jinja and dbt offer without any project: range, dict, namespace, return ... */
#include "jinja_set.h"

#include "cutover/digest.h"
#include "cutover/str.h"

#include <string.h>

/* As in Jinja's sandbox. */
#define MAX_RANGE 100000

static bool range_bounds(JinjaCall *call, const PyValue *arg, PyRange *range)
{
    bool one = arg[1].type == PY_UNDEFINED;
    return jinja_int_param(call, one ? py_int(0) : arg[0], "start", 0, &range->start) &&
           jinja_int_param(call, one ? arg[0] : arg[1], "stop", 0, &range->stop) &&
           jinja_int_param(call, arg[2], "step", 1, &range->step);
}

static bool global_range(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    (void)self;
    PyRange *range = arena_make(call->arena, PyRange);
    int64_t distance;
    if (!range_bounds(call, arg, range)) {
        return false;
    }
    if (range->step == 0 || range->step == INT64_MIN) {
        return jinja_fail(call->run, "CO2013", "range(): the step must not be zero");
    }
    bool up = range->step > 0;
    if (__builtin_sub_overflow(up ? range->stop : range->start, up ? range->start : range->stop,
                               &distance)) {
        return jinja_fail(call->run, "CO2013", "range() is too long");
    }
    int64_t stride = up ? range->step : -range->step;
    range->count = distance > 0 ? (size_t)((distance - 1) / stride + 1) : 0;
    if (range->count > MAX_RANGE) {
        return jinja_fail(call->run, "CO2013", "range() is too long: at most %d items", MAX_RANGE);
    }
    *out = (PyValue){.type = PY_RANGE, .range = range};
    return true;
}

/* Adds the pairs of a dict or of a sequence of pairs. */
static bool add_pairs(JinjaCall *call, PyDict *dict, PyValue pairs)
{
    if (pairs.type == PY_DICT) {
        for (size_t i = 0; i < pairs.dict->count; i++) {
            py_dict_set(call->arena, dict, pairs.dict->entries[i].key,
                        pairs.dict->entries[i].value);
        }
        return jinja_charge(call->run, pairs.dict->count);
    }
    PyList items;
    if (!jinja_items(call->run, pairs, &items)) {
        return false;
    }
    for (size_t i = 0; i < items.count; i++) {
        PyList pair;
        if (!jinja_items(call->run, items.items[i], &pair)) {
            return false;
        }
        if (pair.count != 2 || !py_dict_set(call->arena, dict, pair.items[0], pair.items[1])) {
            return jinja_fail(call->run, "CO2013", "%s() needs pairs of key and value", call->name);
        }
    }
    return true;
}

bool jinja_update_dict(JinjaCall *call, PyDict *dict, PyValue pairs, PyValue named)
{
    return (call->count == 0 || add_pairs(call, dict, pairs)) && add_pairs(call, dict, named);
}

static bool global_dict(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    (void)self;
    *out = py_dict(call->arena);
    return jinja_update_dict(call, out->dict, arg[0], arg[1]);
}

static bool global_namespace(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    (void)self;
    *out = py_namespace(call->arena);
    return jinja_update_dict(call, out->dict, arg[0], arg[1]);
}

static bool global_return(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    (void)self;
    (void)out;
    bool bare = call->count == 0 && (!call->named || call->named->count == 0);
    call->run->returned = bare ? py_none() : arg[0];
    call->run->stop = STOP_RETURN;
    return false;
}

static bool global_zip(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    (void)self;
    size_t width = arg[0].list->count, shortest = SIZE_MAX;
    PyList *columns = arena_array(call->arena, width + 1, sizeof *columns);
    for (size_t i = 0; i < width; i++) {
        if (!jinja_items(call->run, arg[0].list->items[i], &columns[i])) {
            return false;
        }
        shortest = columns[i].count < shortest ? columns[i].count : shortest;
    }
    PyValue rows = py_list(call->arena);
    for (size_t row = 0; width && row < shortest; row++) {
        PyValue tuple = py_tuple(call->arena);
        for (size_t i = 0; i < width; i++) {
            py_append(call->arena, tuple, columns[i].items[row]);
        }
        py_append(call->arena, rows, tuple);
    }
    *out = py_iterator(rows.list, "zip", true);
    return true;
}

static bool global_set(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    (void)self;
    return jinja_make_set_or(call, arg[0], arg[1], out);
}

static bool global_set_strict(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    (void)self;
    return jinja_make_set(call, arg[0], out);
}

static bool global_tojson(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    (void)self;
    (void)arg[1];
    Buf json = jinja_buf(call->run);
    JinjaJson style = {.sort_keys = jinja_bool_param(arg[2], false)};
    return jinja_write_json(call->run, &json, arg[0], &style) &&
           jinja_buf_done(call->run, &json, out);
}

static bool global_fromjson(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    (void)self;
    const char *text = jinja_want_text(call->run, arg[0], "string");
    if (!text) {
        return false;
    }
    Err err = {0};
    const Json *json = json_parse(call->arena, text, strlen(text), &err);
    *out = json                          ? py_from_json(call->arena, json)
           : arg[1].type != PY_UNDEFINED ? arg[1]
                                         : py_none();
    return true;
}

static bool global_md5(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    (void)self;
    const char *text = jinja_want_text(call->run, arg[0], "value");
    if (text) {
        *out = py_text(digest_md5(call->arena, text, strlen(text)));
    }
    return text;
}

const Builtin jinja_globals[] = {
    {"range", "start stop? step?", global_range},
    {"dict", "0? named**", global_dict},
    {"namespace", "0? named**", global_namespace},
    {"return", "data?", global_return},
    {"zip", "sequences*", global_zip},
    {"zip_strict", "sequences*", global_zip},
    {"set", "value default?", global_set},
    {"set_strict", "value", global_set_strict},
    {"tojson", "value default? sort_keys?", global_tojson},
    {"fromjson", "string default?", global_fromjson},
    {"local_md5", "value", global_md5},
    {NULL, NULL, NULL},
};
