/* Filters on sequences. What Python makes lazily is made at once here, and can be walked once, as there. */
#include "jinja_run.h"

#include "cutover/str.h"

#include <string.h>

static PyValue generator(PyValue list)
{
    return py_iterator(list.list, "generator", true);
}

/* --- attributes ----------------------------------------------------------------------------- */

/* The attribute "a.b.0" of ITEM, each part as an item first; OTHER (unless undefined) when missing. */
static bool attribute_of(JinjaRun *run, PyValue item, PyValue path, PyValue other, PyValue *out)
{
    *out = item;
    if (path.type == PY_INT) {
        return jinja_get_item(run, item, path, out);
    }
    const char *text = jinja_want_text(run, path, "attribute");
    if (!text) {
        return false;
    }
    StrVec parts = str_split(run->arena, text, '.');
    vec_each (const char *, part, &parts) {
        int64_t index;
        PyValue key = str_to_int(*part, 0, INT32_MAX, &index) ? py_int(index) : py_text(*part);
        if (!jinja_get_item(run, *out, key, out)) {
            return false;
        }
        if (out->type == PY_UNDEFINED && other.type != PY_UNDEFINED) {
            *out = other;
        }
    }
    return true;
}

static bool optional_attribute(JinjaRun *run, PyValue item, PyValue path, PyValue *out)
{
    *out = item;
    bool none = path.type == PY_UNDEFINED || path.type == PY_NONE;
    return none || attribute_of(run, item, path, py_undefined(NULL), out);
}

static PyValue fold_case(JinjaRun *run, PyValue key, bool case_sensitive)
{
    bool fold = key.type == PY_STRING && !case_sensitive;
    return fold ? py_text(jinja_lower_text(run->arena, key.text)) : key;
}

/* What ITEM is compared by: itself or an attribute, without regard to case unless asked for. */
static bool key_of(JinjaRun *run, PyValue item, PyValue path, bool case_sensitive, PyValue *out)
{
    if (!optional_attribute(run, item, path, out)) {
        return false;
    }
    *out = fold_case(run, *out, case_sensitive);
    return true;
}

/* The same for sort(), whose attribute may be several with commas between them. */
static bool sort_key_of(JinjaRun *run, PyValue item, PyValue path, bool case_sensitive,
                        PyValue *out)
{
    if (path.type != PY_STRING || !strchr(path.text, ',')) {
        return key_of(run, item, path, case_sensitive, out);
    }
    StrVec parts = str_split(run->arena, path.text, ',');
    PyValue keys = py_tuple(run->arena);
    vec_each (const char *, part, &parts) {
        PyValue key;
        if (!key_of(run, item, py_text(*part), case_sensitive, &key)) {
            return false;
        }
        py_append(run->arena, keys, key);
    }
    *out = keys;
    return true;
}

typedef bool (*KeyOf)(JinjaRun *run, PyValue item, PyValue path, bool case_sensitive, PyValue *out);

static PyValue *keys_of(JinjaRun *run, const PyList *items, KeyOf key, PyValue path,
                        bool case_sensitive)
{
    PyValue *keys = arena_array(run->arena, items->count + 1, sizeof *keys);
    for (size_t i = 0; i < items->count; i++) {
        if (!key(run, items->items[i], path, case_sensitive, &keys[i])) {
            return NULL;
        }
    }
    return keys;
}

/* --- size and ends -------------------------------------------------------------------------- */

static bool filter_length(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    (void)arg;
    const PyList *sequence = jinja_sequence_of(self);
    size_t count;
    switch (self.type) {
    case PY_UNDEFINED:
        count = 0;
        break;
    case PY_STRING:
        count = py_text_length(self.text);
        break;
    case PY_DICT:
        count = self.dict->count;
        break;
    case PY_RANGE:
        count = self.range->count;
        break;
    case PY_LIST:
    case PY_TUPLE:
        count = self.list->count;
        break;
    case PY_ITERATOR:
        count = self.list->count;
        if (!self.list->once) {
            break;
        }
        __attribute__((fallthrough));
    default:
        if (sequence) {
            count = sequence->count;
            break;
        }
        return jinja_fail(call->run, "CO2011", "object of type '%s' has no length",
                          py_type_name(self));
    }
    *out = py_int((int64_t)count);
    return jinja_charge(call->run, self.type == PY_STRING ? count / 64 : 1);
}

static bool end_of(JinjaCall *call, PyValue self, bool first, PyValue *out)
{
    PyList items;
    if (!jinja_items(call->run, self, &items)) {
        return false;
    }
    *out = items.count ? items.items[first ? 0 : items.count - 1]
                       : py_undefined(first ? "no first item: the sequence is empty"
                                            : "no last item: the sequence is empty");
    return true;
}

static bool filter_first(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    (void)arg;
    return end_of(call, self, true, out);
}

static bool filter_last(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    (void)arg;
    return end_of(call, self, false, out);
}

static bool filter_list(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    (void)arg;
    PyList items;
    if (!jinja_items(call->run, self, &items)) {
        return false;
    }
    *out = py_list(call->arena);
    for (size_t i = 0; i < items.count; i++) {
        py_append(call->arena, *out, items.items[i]);
    }
    return true;
}

static bool filter_items(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    if (self.type == PY_UNDEFINED) {
        *out = generator(py_list(call->arena));
        return true;
    }
    if (self.type != PY_DICT) {
        return jinja_fail(call->run, "CO2011", "items needs a dict, not %s", py_type_name(self));
    }
    if (!jinja_find_builtin(jinja_dict_methods, "items")->fn(call, self, arg, out)) {
        return false;
    }
    *out = generator(*out);
    return true;
}

static bool reverse_text(JinjaCall *call, const char *text, PyValue *out)
{
    PyList characters;
    Buf reversed = jinja_buf(call->run);
    if (!jinja_items(call->run, py_text(text), &characters)) {
        return false;
    }
    for (size_t i = characters.count; i > 0; i--) {
        buf_text(&reversed, characters.items[i - 1].text);
    }
    return jinja_buf_done(call->run, &reversed, out);
}

static bool filter_reverse(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    (void)arg;
    PyList items;
    if (self.type == PY_STRING) {
        return reverse_text(call, self.text, out);
    }
    if (!jinja_items(call->run, self, &items)) {
        return false;
    }
    PyValue reversed = py_list(call->arena);
    for (size_t i = items.count; i > 0; i--) {
        py_append(call->arena, reversed, items.items[i - 1]);
    }
    *out = py_iterator(reversed.list, "list_reverseiterator", true);
    return true;
}

static bool filter_join(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    PyList items;
    const char *separator = "";
    Buf text = jinja_buf(call->run);
    if ((arg[0].type != PY_UNDEFINED && !jinja_text(call->run, arg[0], &separator)) ||
        !jinja_items(call->run, self, &items)) {
        return false;
    }
    for (size_t i = 0; i < items.count && !text.overflow; i++) {
        PyValue item;
        if (!optional_attribute(call->run, items.items[i], arg[1], &item)) {
            return false;
        }
        buf_text(&text, i ? separator : "");
        py_write(&text, item);
    }
    return jinja_buf_done(call->run, &text, out);
}

/* --- order ---------------------------------------------------------------------------------- */

static bool filter_sort(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    PyList items;
    if (!jinja_items(call->run, self, &items)) {
        return false;
    }
    PyValue *keys =
        keys_of(call->run, &items, sort_key_of, arg[2], jinja_bool_param(arg[1], false));
    PyValue sorted = py_list(call->arena);
    sorted.list->items = arena_array(call->arena, items.count + 1, sizeof(PyValue));
    sorted.list->count = items.count;
    sorted.list->cap = items.count + 1;
    *out = sorted;
    return keys && jinja_sort_by(call->run, sorted.list->items, items.items, keys, items.count,
                                 jinja_bool_param(arg[0], false));
}

static bool filter_dictsort(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    const char *by;
    if (!jinja_text_param(call, arg[1], "by", "key", &by) || !filter_items(call, self, arg, out)) {
        return false;
    }
    if (!str_eq(by, "key") && !str_eq(by, "value")) {
        return jinja_fail(call->run, "CO2013", "dictsort: by must be key or value");
    }
    PyValue sort_arg[] = {arg[2], arg[0], py_int(str_eq(by, "value"))};
    return filter_sort(call, *out, sort_arg, out);
}

static bool extreme(JinjaCall *call, PyValue self, const PyValue *arg, int wanted, PyValue *out)
{
    PyList items;
    if (!jinja_items(call->run, self, &items)) {
        return false;
    }
    PyValue *keys = keys_of(call->run, &items, key_of, arg[1], jinja_bool_param(arg[0], false));
    if (!keys) {
        return false;
    }
    size_t best = 0;
    for (size_t i = 1; i < items.count; i++) {
        int order;
        if (!jinja_order(call->run, keys[i], keys[best], &order)) {
            return false;
        }
        best = order == wanted ? i : best;
    }
    *out =
        items.count ? items.items[best] : py_undefined("no aggregated item: the sequence is empty");
    return true;
}

static bool filter_min(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    return extreme(call, self, arg, -1, out);
}

static bool filter_max(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    return extreme(call, self, arg, 1, out);
}

static bool filter_sum(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    PyList items;
    if (!jinja_items(call->run, self, &items)) {
        return false;
    }
    *out = arg[1].type == PY_UNDEFINED ? py_int(0) : arg[1];
    for (size_t i = 0; i < items.count; i++) {
        PyValue item;
        if (!optional_attribute(call->run, items.items[i], arg[0], &item) ||
            !jinja_binary(call->run, "+", *out, item, out)) {
            return false;
        }
    }
    return true;
}

/* --- groups --------------------------------------------------------------------------------- */

static bool filter_unique(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    PyList items;
    if (!jinja_items(call->run, self, &items)) {
        return false;
    }
    PyValue *keys = keys_of(call->run, &items, key_of, arg[1], jinja_bool_param(arg[0], false));
    PyValue kept = py_list(call->arena), seen = py_dict(call->arena);
    for (size_t i = 0; keys && i < items.count; i++) {
        if (py_dict_get(seen.dict, keys[i])) {
            continue;
        }
        if (!py_dict_set(call->arena, seen.dict, keys[i], py_none())) {
            return jinja_fail(call->run, "CO2011", "unique cannot compare %s",
                              py_type_name(keys[i]));
        }
        py_append(call->arena, kept, items.items[i]);
    }
    *out = generator(kept);
    return keys;
}

/* Pairs (value, items) in the order of the values. */
static bool filter_groupby(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    PyValue sorted, values = py_list(call->arena);
    PyValue sort_arg[] = {py_bool(false), arg[2], arg[0]};
    bool sensitive = jinja_bool_param(arg[2], false);
    if (!filter_sort(call, self, sort_arg, &sorted)) {
        return false;
    }
    *out = py_list(call->arena);
    PyValue previous = py_none();
    for (size_t i = 0; i < sorted.list->count; i++) {
        PyValue value;
        bool same = false;
        if (!attribute_of(call->run, sorted.list->items[i], arg[0], arg[1], &value)) {
            return false;
        }
        PyValue key = fold_case(call->run, value, sensitive);
        if (i && !jinja_equal(call->run, key, previous, &same)) {
            return false;
        }
        if (!same) {
            PyValue group = py_tuple(call->arena);
            group.list->group = true;
            values = py_list(call->arena);
            py_append(call->arena, group, value);
            py_append(call->arena, group, values);
            py_append(call->arena, *out, group);
        }
        py_append(call->arena, values, sorted.list->items[i]);
        previous = key;
    }
    return true;
}

static bool filter_batch(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    PyList items;
    int64_t size;
    if (!jinja_int_param(call, arg[0], "linecount", 1, &size) ||
        !jinja_items(call->run, self, &items)) {
        return false;
    }
    if (size < 1 || size > 1000000) {
        return jinja_fail(call->run, "CO2013", "batch: the size is out of range");
    }
    PyValue batches = py_list(call->arena), batch = py_none();
    for (size_t i = 0; i < items.count; i++) {
        if (i % (size_t)size == 0) {
            batch = py_list(call->arena);
            py_append(call->arena, batches, batch);
        }
        py_append(call->arena, batch, items.items[i]);
    }
    bool fill = arg[1].type != PY_UNDEFINED && arg[1].type != PY_NONE;
    while (fill && items.count && batch.list->count < (size_t)size) {
        py_append(call->arena, batch, arg[1]);
    }
    *out = generator(batches);
    return jinja_charge(call->run, fill ? (size_t)size : 1);
}

static bool filter_slice(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    PyList items;
    int64_t count;
    if (!jinja_int_param(call, arg[0], "slices", 1, &count) ||
        !jinja_items(call->run, self, &items)) {
        return false;
    }
    if (count < 1 || count > 1000000 || !jinja_charge(call->run, (size_t)count)) {
        return jinja_fail(call->run, "CO2013", "slice: the number of slices is out of range");
    }
    size_t size = items.count / (size_t)count, longer = items.count % (size_t)count, at = 0;
    bool fill = arg[1].type != PY_UNDEFINED && arg[1].type != PY_NONE;
    PyValue slices = py_list(call->arena);
    for (size_t i = 0; i < (size_t)count; i++) {
        PyValue slice = py_list(call->arena);
        size_t end = at + size + (i < longer);
        for (; at < end; at++) {
            py_append(call->arena, slice, items.items[at]);
        }
        if (fill && i >= longer) {
            py_append(call->arena, slice, arg[1]);
        }
        py_append(call->arena, slices, slice);
    }
    *out = generator(slices);
    return true;
}

/* --- map and select ------------------------------------------------------------------------- */

/* The call of a filter or test whose name and arguments stand in CALL from argument FROM on. */
static bool inner_call(JinjaCall *call, size_t from, JinjaCall *inner)
{
    *inner = *call;
    inner->name = jinja_want_text(call->run, call->args[from], "filter or test");
    inner->args = call->args + from + 1;
    inner->count = call->count - from - 1;
    return inner->name;
}

/* What is false (none, 0) has no items for these filters, instead of being none that can be walked. */
static bool items_of_true(JinjaCall *call, PyValue value, PyList *items)
{
    *items = (PyList){0};
    return !py_truth(value) || jinja_items(call->run, value, items);
}

static bool map_attribute(JinjaCall *call, const PyList *items, PyValue path, PyValue mapped)
{
    static const PyValue absent = {.type = PY_UNDEFINED};
    const PyValue *other = py_dict_find(call->named, "default");
    for (size_t i = 0; i < items->count; i++) {
        PyValue value;
        if (!attribute_of(call->run, items->items[i], path, other ? *other : absent, &value)) {
            return false;
        }
        py_append(call->arena, mapped, value);
    }
    return true;
}

static bool map_filter(JinjaCall *call, const PyList *items, PyValue mapped)
{
    JinjaCall inner;
    if (!inner_call(call, 0, &inner)) {
        return false;
    }
    for (size_t i = 0; i < items->count; i++) {
        PyValue value;
        if (!jinja_filter(&inner, items->items[i], &value)) {
            return false;
        }
        py_append(call->arena, mapped, value);
    }
    return true;
}

static bool filter_map(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    (void)arg;
    PyList items;
    PyValue mapped = py_list(call->arena);
    const PyValue *path = py_dict_find(call->named, "attribute");
    if (!path && !call->count) {
        return jinja_fail(call->run, "CO2012", "map needs the name of a filter, or attribute=");
    }
    if (!items_of_true(call, self, &items)) {
        return false;
    }
    *out = generator(mapped);
    return path && !call->count ? map_attribute(call, &items, *path, mapped)
                                : map_filter(call, &items, mapped);
}

/* Whether ITEM is kept: its truth, or the test named from argument FROM on. */
static bool passes(JinjaCall *call, size_t from, PyValue item, bool *out)
{
    JinjaCall inner;
    if (call->count <= from) {
        *out = py_truth(item);
        return true;
    }
    return inner_call(call, from, &inner) && jinja_test(&inner, item, out);
}

static bool select_items(JinjaCall *call, PyValue self, bool by_attribute, bool wanted,
                         PyValue *out)
{
    PyList items;
    PyValue kept = py_list(call->arena);
    if (by_attribute && !call->count) {
        return jinja_fail(call->run, "CO2012", "%s needs the name of an attribute", call->name);
    }
    if (!items_of_true(call, self, &items)) {
        return false;
    }
    for (size_t i = 0; i < items.count; i++) {
        PyValue item = items.items[i];
        bool pass;
        if (by_attribute &&
            !attribute_of(call->run, item, call->args[0], py_undefined(NULL), &item)) {
            return false;
        }
        if (!passes(call, by_attribute, item, &pass)) {
            return false;
        }
        if (pass == wanted) {
            py_append(call->arena, kept, items.items[i]);
        }
    }
    *out = generator(kept);
    return true;
}

#define SELECT_FILTER(name, by_attribute, wanted)                                                  \
    static bool name(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)              \
    {                                                                                              \
        (void)arg;                                                                                 \
        return select_items(call, self, by_attribute, wanted, out);                                \
    }

SELECT_FILTER(filter_select, false, true)
SELECT_FILTER(filter_reject, false, false)
SELECT_FILTER(filter_selectattr, true, true)
SELECT_FILTER(filter_rejectattr, true, false)

const Builtin jinja_sequence_filters[] = {
    {"batch", "linecount fill_with?", filter_batch},
    {"count", "", filter_length},
    {"dictsort", "case_sensitive? by? reverse?", filter_dictsort},
    {"first", "", filter_first},
    {"groupby", "attribute default? case_sensitive?", filter_groupby},
    {"items", "", filter_items},
    {"join", "d? attribute?", filter_join},
    {"last", "", filter_last},
    {"length", "", filter_length},
    {"list", "", filter_list},
    {"map", "args* named**", filter_map},
    {"max", "case_sensitive? attribute?", filter_max},
    {"min", "case_sensitive? attribute?", filter_min},
    {"reject", "args* named**", filter_reject},
    {"rejectattr", "args* named**", filter_rejectattr},
    {"reverse", "", filter_reverse},
    {"select", "args* named**", filter_select},
    {"selectattr", "args* named**", filter_selectattr},
    {"slice", "slices fill_with?", filter_slice},
    {"sort", "reverse? case_sensitive? attribute?", filter_sort},
    {"sum", "attribute? start?", filter_sum},
    {"unique", "case_sensitive? attribute?", filter_unique},
    {NULL, NULL, NULL},
};
