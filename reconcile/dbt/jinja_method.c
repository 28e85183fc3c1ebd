/* Methods of list, tuple, dict and float. */
#include "jinja_run.h"

#include <math.h>
#include <string.h>

static bool none(PyValue *out)
{
    *out = py_none();
    return true;
}

/* --- list ----------------------------------------------------------------------------------- */

static bool list_append(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    py_append(call->arena, self, arg[0]);
    return none(out);
}

static bool list_extend(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    PyList items;
    if (!jinja_items(call->run, arg[0], &items)) {
        return false;
    }
    for (size_t i = 0; i < items.count; i++) {
        py_append(call->arena, self, items.items[i]);
    }
    return none(out);
}

static bool list_insert(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    int64_t at, count = (int64_t)self.list->count;
    if (!jinja_int_param(call, arg[0], "index", 0, &at) ||
        !jinja_charge(call->run, self.list->count)) {
        return false;
    }
    at += at < 0 ? count : 0;
    at = at < 0 ? 0 : at > count ? count : at;
    py_append(call->arena, self, py_none());
    PyValue *place = self.list->items + at;
    memmove(place + 1, place, (size_t)(count - at) * sizeof *place);
    *place = arg[1];
    return none(out);
}

static void take_out(PyList *list, size_t at)
{
    memmove(list->items + at, list->items + at + 1, (list->count - at - 1) * sizeof *list->items);
    list->count--;
}

static bool list_pop(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    int64_t at;
    if (!jinja_int_param(call, arg[0], "index", -1, &at) ||
        !jinja_charge(call->run, self.list->count)) {
        return false;
    }
    if (!jinja_index(self.list, at, out)) {
        return jinja_fail(call->run, "CO2013", "pop(): the list has no item %lld", (long long)at);
    }
    take_out(self.list, (size_t)(at < 0 ? at + (int64_t)self.list->count : at));
    return true;
}

/* The place of ITEM, or the count. */
static bool place_of(JinjaCall *call, const PyList *list, PyValue item, size_t *at)
{
    for (*at = 0; *at < list->count; ++*at) {
        bool same;
        if (!jinja_equal(call->run, list->items[*at], item, &same)) {
            return false;
        }
        if (same) {
            break;
        }
    }
    return true;
}

static bool missing(JinjaCall *call, PyValue item)
{
    return jinja_fail(call->run, "CO2013", "%s(): %s is not in the list", call->name,
                      py_repr(call->arena, item));
}

static bool list_remove(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    size_t at;
    if (!place_of(call, self.list, arg[0], &at)) {
        return false;
    }
    if (at == self.list->count) {
        return missing(call, arg[0]);
    }
    take_out(self.list, at);
    return none(out);
}

static bool list_index(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    size_t at;
    if (!place_of(call, self.list, arg[0], &at)) {
        return false;
    }
    *out = py_int((int64_t)at);
    return at < self.list->count || missing(call, arg[0]);
}

static bool list_count(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    int64_t count = 0;
    for (size_t i = 0; i < self.list->count; i++) {
        bool same;
        if (!jinja_equal(call->run, self.list->items[i], arg[0], &same)) {
            return false;
        }
        count += same;
    }
    *out = py_int(count);
    return true;
}

static bool list_copy(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    (void)arg;
    *out = py_list(call->arena);
    for (size_t i = 0; i < self.list->count; i++) {
        py_append(call->arena, *out, self.list->items[i]);
    }
    return jinja_charge(call->run, self.list->count);
}

static bool list_clear(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    (void)call;
    (void)arg;
    self.list->count = 0;
    return none(out);
}

static bool list_reverse(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    (void)arg;
    PyList *list = self.list;
    for (size_t i = 0; i < list->count / 2; i++) {
        PyValue swap = list->items[i];
        list->items[i] = list->items[list->count - 1 - i];
        list->items[list->count - 1 - i] = swap;
    }
    none(out);
    return jinja_charge(call->run, list->count);
}

static bool list_sort(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    bool backwards = jinja_bool_param(arg[0], false);
    none(out);
    return jinja_sort(call->run, self.list->items, self.list->items, self.list->count, backwards);
}

const Builtin jinja_list_methods[] = {
    {"append", "object", list_append},
    {"extend", "iterable", list_extend},
    {"insert", "index object", list_insert},
    {"pop", "index?", list_pop},
    {"remove", "value", list_remove},
    {"index", "value", list_index},
    {"count", "value", list_count},
    {"copy", "", list_copy},
    {"clear", "", list_clear},
    {"reverse", "", list_reverse},
    {"sort", "reverse?", list_sort},
    {NULL, NULL, NULL},
};

const Builtin jinja_tuple_methods[] = {
    {"index", "value", list_index},
    {"count", "value", list_count},
    {NULL, NULL, NULL},
};

/* --- dict ----------------------------------------------------------------------------------- */

typedef enum DictPart { DICT_KEYS, DICT_VALUES, DICT_ITEMS } DictPart;

static const char *const view_labels[] = {"dict_keys", "dict_values", "dict_items"};

static bool view(JinjaCall *call, const PyDict *dict, DictPart part, PyValue *out)
{
    PyValue list = py_list(call->arena);
    for (size_t i = 0; i < dict->count; i++) {
        const PyEntry *entry = &dict->entries[i];
        PyValue item = part == DICT_KEYS ? entry->key : entry->value;
        if (part == DICT_ITEMS) {
            item = py_tuple(call->arena);
            py_append(call->arena, item, entry->key);
            py_append(call->arena, item, entry->value);
        }
        py_append(call->arena, list, item);
    }
    *out = py_iterator(list.list, view_labels[part], false);
    return jinja_charge(call->run, dict->count);
}

static bool dict_items(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    (void)arg;
    return view(call, self.dict, DICT_ITEMS, out);
}

static bool dict_keys(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    (void)arg;
    return view(call, self.dict, DICT_KEYS, out);
}

static bool dict_values(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    (void)arg;
    return view(call, self.dict, DICT_VALUES, out);
}

static bool check_key(JinjaCall *call, PyValue key)
{
    return py_hashable(key) ||
           jinja_fail(call->run, "CO2011", "%s cannot be a key of a dict", py_type_name(key));
}

/* The second argument, none when it was not given. */
static PyValue second(const JinjaCall *call, const PyValue *arg)
{
    return call->count + call->named->count > 1 ? arg[1] : py_none();
}

static bool dict_get(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    const PyValue *found = py_dict_get(self.dict, arg[0]);
    *out = found ? *found : second(call, arg);
    return check_key(call, arg[0]);
}

static bool dict_pop(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    if (!check_key(call, arg[0]) || !jinja_charge(call->run, self.dict->count)) {
        return false;
    }
    if (py_dict_remove(self.dict, arg[0], out)) {
        return true;
    }
    *out = arg[1];
    return call->count + call->named->count > 1 ||
           jinja_fail(call->run, "CO2013", "pop(): the dict has no key %s",
                      py_repr(call->arena, arg[0]));
}

static bool dict_setdefault(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    const PyValue *found = py_dict_get(self.dict, arg[0]);
    *out = found ? *found : second(call, arg);
    if (!found && check_key(call, arg[0])) {
        py_dict_set(call->arena, self.dict, arg[0], *out);
    }
    return check_key(call, arg[0]);
}

static bool dict_update(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    none(out);
    return jinja_update_dict(call, self.dict, arg[0], arg[1]);
}

static bool dict_copy(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    (void)arg;
    *out = py_dict_copy(call->arena, self.dict);
    return jinja_charge(call->run, self.dict->count);
}

static bool dict_clear(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    (void)call;
    (void)arg;
    *self.dict = (PyDict){0};
    return none(out);
}

const Builtin jinja_dict_methods[] = {
    {"items", "", dict_items},
    {"keys", "", dict_keys},
    {"values", "", dict_values},
    {"get", "key default?", dict_get},
    {"pop", "key default?", dict_pop},
    {"setdefault", "key default?", dict_setdefault},
    {"update", "0? named**", dict_update},
    {"copy", "", dict_copy},
    {"clear", "", dict_clear},
    {NULL, NULL, NULL},
};

/* --- float ---------------------------------------------------------------------------------- */

static bool float_is_integer(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out)
{
    (void)call;
    (void)arg;
    *out = py_bool(isfinite(self.real) && self.real == floor(self.real));
    return true;
}

const Builtin jinja_float_methods[] = {
    {"is_integer", "", float_is_integer},
    {NULL, NULL, NULL},
};
