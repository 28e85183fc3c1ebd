/*
 * set(): what dbt gives of Python's sets. They keep the order of insertion, where Python's own order changes from
 * run to run: who prints one gets the same text each time.
 */
#include "jinja_set.h"

#include "cutover/str.h"

typedef struct Set {
    PyList items;
    PyDict index;
} Set;

static const JinjaClass set_class;

static bool has(const Set *set, PyValue item)
{
    return py_dict_get(&set->index, item);
}

/* False when ITEM cannot be in a set. */
static bool add(Arena *arena, Set *set, PyValue item)
{
    if (!py_hashable(item)) {
        return false;
    }
    if (!has(set, item)) {
        py_dict_set(arena, &set->index, item, py_none());
        vec_push(arena, &set->items, item);
    }
    return true;
}

static bool fill(JinjaCall *call, Set *set, PyValue from)
{
    PyList items;
    if (!jinja_items(call->run, from, &items)) {
        return false;
    }
    for (size_t i = 0; i < items.count; i++) {
        if (!add(call->arena, set, items.items[i])) {
            return jinja_fail(call->run, "CO2011", "a %s cannot be in a set",
                              py_type_name(items.items[i]));
        }
    }
    return true;
}

static PyValue value_of(JinjaCall *call, Set *set)
{
    return jinja_object(call->arena, &set_class, set);
}

/* The set in VALUE, or one made of its items; NULL after an error. */
static Set *set_of(JinjaCall *call, PyValue value)
{
    Set *set = jinja_object_of(value, &set_class);
    if (set) {
        return set;
    }
    set = arena_make(call->arena, Set);
    return fill(call, set, value) ? set : NULL;
}

/* Whether all of SET is in OTHER. */
static bool within(const Set *set, const Set *other)
{
    for (size_t i = 0; i < set->items.count; i++) {
        if (!has(other, set->items.items[i])) {
            return false;
        }
    }
    return true;
}

static void take(JinjaCall *call, Set *to, const Set *from, const Set *other, bool present)
{
    for (size_t i = 0; i < from->items.count; i++) {
        if (has(other, from->items.items[i]) == present) {
            add(call->arena, to, from->items.items[i]);
        }
    }
}

/* ---- methods ---- */

typedef enum SetMethod {
    SET_UNION,
    SET_INTERSECTION,
    SET_DIFFERENCE,
    SET_SYMMETRIC,
    SET_SUBSET,
    SET_SUPERSET,
    SET_DISJOINT,
    SET_ADD,
    SET_UPDATE,
} SetMethod;

static const char *const method_names[] = {
    [SET_UNION] = "union",           [SET_INTERSECTION] = "intersection",
    [SET_DIFFERENCE] = "difference", [SET_SYMMETRIC] = "symmetric_difference",
    [SET_SUBSET] = "issubset",       [SET_SUPERSET] = "issuperset",
    [SET_DISJOINT] = "isdisjoint",   [SET_ADD] = "add",
    [SET_UPDATE] = "update",
};

typedef struct BoundMethod {
    SetMethod method;
    Set *set;
} BoundMethod;

static PyValue combined(JinjaCall *call, SetMethod method, const Set *a, const Set *b)
{
    static const Set empty;
    Set *made = arena_make(call->arena, Set);
    take(call, made, a, method == SET_UNION ? &empty : b, method == SET_INTERSECTION);
    if (method == SET_UNION || method == SET_SYMMETRIC) {
        take(call, made, b, a, false);
    }
    return value_of(call, made);
}

static bool compared(SetMethod method, const Set *a, const Set *b)
{
    if (method == SET_DISJOINT) {
        for (size_t i = 0; i < a->items.count; i++) {
            if (has(b, a->items.items[i])) {
                return false;
            }
        }
        return true;
    }
    return method == SET_SUBSET ? within(a, b) : within(b, a);
}

static bool call_method(JinjaCall *call, void *self, PyValue *out)
{
    const BoundMethod *bound = self;
    PyValue other;
    if (!jinja_bind(call, "other", &other)) {
        return false;
    }
    *out = py_none();
    if (bound->method == SET_ADD) {
        return add(call->arena, bound->set, other) ||
               jinja_fail(call->run, "CO2011", "a %s cannot be in a set", py_type_name(other));
    }
    if (bound->method == SET_UPDATE) {
        return fill(call, bound->set, other);
    }
    const Set *with = set_of(call, other);
    if (!with) {
        return false;
    }
    *out = bound->method < SET_SUBSET ? combined(call, bound->method, bound->set, with)
                                      : py_bool(compared(bound->method, bound->set, with));
    return true;
}

static bool set_get(JinjaRun *run, void *self, const char *name, PyValue *out)
{
    for (size_t i = 0; i < sizeof method_names / sizeof *method_names; i++) {
        if (str_eq(name, method_names[i])) {
            BoundMethod *bound = arena_make(jinja_arena(run), BoundMethod);
            *bound = (BoundMethod){(SetMethod)i, self};
            *out = jinja_function(jinja_arena(run), method_names[i], call_method, bound);
            return true;
        }
    }
    return false;
}

/* ---- the class ---- */

static const PyList *set_items(void *self)
{
    return &((Set *)self)->items;
}

/* Python's < of sets is "is part of": they have no order by which to sort, so that only == is answered. */
static bool set_order(const void *self, PyValue other, int *order)
{
    const Set *set = self, *with = jinja_object_of(other, &set_class);
    *order = 0;
    return with && set->items.count == with->items.count && within(set, with);
}

static const char *set_text(Arena *arena, void *self)
{
    const Set *set = self;
    Buf text = buf_new(arena, 1u << 20);
    buf_text(&text, set->items.count ? "{" : "set()");
    for (size_t i = 0; i < set->items.count; i++) {
        buf_text(&text, i ? ", " : "");
        py_write_repr(&text, set->items.items[i]);
    }
    buf_text(&text, set->items.count ? "}" : "");
    return text.data;
}

static const JinjaClass set_class = {
    .name = "set",
    .get = set_get,
    .text = set_text,
    .repr = set_text,
    .items = set_items,
    .unordered = true,
    .order = set_order,
};

static bool can_be_a_set(PyValue value)
{
    PyList items;
    switch (value.type) {
    case PY_STRING:
    case PY_RANGE:
    case PY_DICT:
    case PY_UNDEFINED:
        return true;
    case PY_LIST:
    case PY_TUPLE:
    case PY_ITERATOR:
        items = *value.list;
        break;
    default:
        if (!jinja_sequence_of(value)) {
            return false;
        }
        items = *jinja_sequence_of(value);
    }
    for (size_t i = 0; i < items.count; i++) {
        if (!py_hashable(items.items[i])) {
            return false;
        }
    }
    return true;
}

bool jinja_make_set(JinjaCall *call, PyValue from, PyValue *out)
{
    Set *set = arena_make(call->arena, Set);
    *out = value_of(call, set);
    return fill(call, set, from);
}

bool jinja_make_set_or(JinjaCall *call, PyValue from, PyValue other, PyValue *out)
{
    if (can_be_a_set(from)) {
        return jinja_make_set(call, from, out);
    }
    *out = py_is_undefined(other) ? py_none() : other;
    return true;
}
