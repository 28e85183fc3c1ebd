/* Attributes, items, slices and iteration. */
#include "jinja_run.h"

#include "cutover/str.h"

#include <string.h>

/* "'dict object' has no attribute": how Jinja names what was accessed. */
static const char *describe(JinjaRun *run, PyValue value)
{
    if (value.type == PY_NONE) {
        return "None";
    }
    return arena_printf(run->arena, "%s object", py_type_name(value));
}

static PyValue no_attribute(JinjaRun *run, PyValue value, const char *name)
{
    return py_undefined(
        arena_printf(run->arena, "'%s' has no attribute '%s'", describe(run, value), name));
}

static PyValue no_element(JinjaRun *run, PyValue value, PyValue key)
{
    return py_undefined(arena_printf(run->arena, "%s has no element %s", describe(run, value),
                                     py_repr(run->arena, key)));
}

const Builtin *jinja_methods_of(PyValue value)
{
    switch (value.type) {
    case PY_STRING:
        return jinja_str_methods;
    case PY_LIST:
        return jinja_list_methods;
    case PY_TUPLE:
        return jinja_tuple_methods;
    case PY_DICT:
        return jinja_dict_methods;
    case PY_FLOAT:
        return jinja_float_methods;
    default:
        return NULL;
    }
}

static bool find_method(JinjaRun *run, PyValue value, const char *name, PyValue *out)
{
    const Builtin *method = jinja_find_builtin(jinja_methods_of(value), name);
    if (method) {
        *out = jinja_builtin_value(run, method, value);
    }
    return method;
}

/* Methods that Python has and this engine has not: a clear refusal instead of "no attribute". */
static const struct {
    PyType type;
    const char *name;
} refused_methods[] = {
    {PY_STRING, "encode"},      {PY_STRING, "translate"},       {PY_STRING, "maketrans"},
    {PY_STRING, "format_map"},  {PY_STRING, "isascii"},         {PY_STRING, "isidentifier"},
    {PY_STRING, "isprintable"}, {PY_DICT, "fromkeys"},          {PY_DICT, "popitem"},
    {PY_FLOAT, "hex"},          {PY_FLOAT, "as_integer_ratio"},
};

static bool refused_method(JinjaRun *run, PyValue value, const char *name)
{
    for (size_t i = 0; i < sizeof refused_methods / sizeof *refused_methods; i++) {
        if (refused_methods[i].type == value.type && str_eq(refused_methods[i].name, name)) {
            jinja_fail(run, "CO2033", "method \"%s\" of %s is not supported", name,
                       py_type_name(value));
            return true;
        }
    }
    return false;
}

/* x.name has an attribute before an item of that name, x['name'] the other way round. */
static bool find_member(JinjaRun *run, const struct JinjaObject *object, const char *name,
                        bool item_first, PyValue *out)
{
    const JinjaClass *class = object->class;
    for (int i = 0; i < 2; i++) {
        bool is_item = item_first == (i == 0);
        bool (*find)(JinjaRun *, void *, const char *, PyValue *) =
            is_item ? class->item : class->get;
        if (find && run->stop == STOP_NOT && find(run, object->self, name, out)) {
            return true;
        }
    }
    return false;
}

static bool find_in_group(const PyList *tuple, PyValue key, PyValue *out)
{
    bool grouper = key.type == PY_STRING && str_eq(key.text, "grouper");
    bool found = tuple->group && (grouper || (key.type == PY_STRING && str_eq(key.text, "list")));
    if (found) {
        *out = tuple->items[!grouper];
    }
    return found;
}

/* The item KEY of a dict, object or sequence, not a method. False: there is none. */
static bool find_item(JinjaRun *run, PyValue value, PyValue key, bool item_first, PyValue *out)
{
    const PyValue *found;
    switch (value.type) {
    case PY_DICT:
    case PY_NAMESPACE:
        found = py_dict_get(value.dict, key);
        if (found) {
            *out = *found;
        }
        return found;
    case PY_OBJECT:
        return key.type == PY_STRING && find_member(run, value.object, key.text, item_first, out);
    case PY_TUPLE:
        return find_in_group(value.list, key, out);
    default:
        return false;
    }
}

bool jinja_get_attribute(JinjaRun *run, PyValue value, const char *name, PyValue *out)
{
    if (value.type == PY_UNDEFINED) {
        *out = value;
        return run->env->undefined == JINJA_SWALLOW || jinja_fail_undefined(run, value);
    }
    if (find_method(run, value, name, out) || find_item(run, value, py_text(name), false, out)) {
        return true;
    }
    if (run->stop != STOP_NOT || refused_method(run, value, name)) {
        return false;
    }
    *out = no_attribute(run, value, name);
    return true;
}

bool jinja_index(const PyList *list, int64_t index, PyValue *out)
{
    int64_t count = (int64_t)list->count;
    index += index < 0 ? count : 0;
    if (index < 0 || index >= count) {
        return false;
    }
    *out = list->items[index];
    return true;
}

static bool text_index(JinjaRun *run, const char *text, int64_t index, PyValue *out)
{
    int64_t count = (int64_t)py_text_length(text);
    index += index < 0 ? count : 0;
    if (index < 0 || index >= count) {
        return false;
    }
    const char *start = text + py_text_offset(text, (size_t)index), *end = start;
    py_text_next(&end);
    *out = py_text(arena_strndup(run->arena, start, (size_t)(end - start)));
    return jinja_charge(run, (size_t)count / 64);
}

static bool range_index(const PyRange *range, int64_t index, PyValue *out)
{
    int64_t count = (int64_t)range->count;
    index += index < 0 ? count : 0;
    if (index < 0 || index >= count) {
        return false;
    }
    *out = py_int(range->start + index * range->step);
    return true;
}

const PyList *jinja_sequence_of(PyValue value)
{
    bool has = value.type == PY_OBJECT && value.object->class->items;
    return has ? value.object->class->items(value.object->self) : NULL;
}

/* A piece of an escaped text is escaped. */
static bool keep_mark(PyValue whole, PyValue *piece)
{
    piece->escaped = whole.escaped;
    return true;
}

static bool is_unordered(PyValue value)
{
    return value.type == PY_OBJECT && value.object->class->unordered;
}

static bool find_index(JinjaRun *run, PyValue value, int64_t index, PyValue *out)
{
    const PyList *sequence = jinja_sequence_of(value);
    if (sequence && !is_unordered(value)) {
        return jinja_index(sequence, index, out);
    }
    switch (value.type) {
    case PY_LIST:
    case PY_TUPLE:
        return jinja_index(value.list, index, out);
    case PY_STRING:
        return text_index(run, value.text, index, out) && keep_mark(value, out);
    case PY_RANGE:
        return range_index(value.range, index, out);
    default:
        return false;
    }
}

bool jinja_get_item(JinjaRun *run, PyValue value, PyValue key, PyValue *out)
{
    if (value.type == PY_UNDEFINED) {
        *out = value;
        return run->env->undefined == JINJA_SWALLOW || jinja_fail_undefined(run, value);
    }
    if (key.type == PY_SLICE) {
        return jinja_slice(run, value, key.list, out);
    }
    bool number = key.type == PY_INT || key.type == PY_BOOL;
    int64_t index = key.type == PY_INT ? key.integer : number ? key.boolean : 0;
    if (find_item(run, value, key, true, out) || (number && find_index(run, value, index, out))) {
        return true;
    }
    if (run->stop != STOP_NOT) {
        return false;
    }
    if (key.type == PY_STRING) {
        if (!find_method(run, value, key.text, out)) {
            *out = no_attribute(run, value, key.text);
        }
        return true;
    }
    *out = no_element(run, value, key);
    return true;
}

/* --- slices --------------------------------------------------------------------------------- */

typedef struct Span {
    int64_t start, step;
    size_t count;
} Span;

static bool slice_bound(JinjaRun *run, PyValue value, int64_t other, int64_t *out)
{
    if (value.type == PY_INT || value.type == PY_BOOL) {
        *out = value.type == PY_INT ? value.integer : value.boolean;
        return true;
    }
    *out = other;
    return value.type == PY_NONE ||
           jinja_fail(run, "CO2011", "the bounds of a slice must be integers, not %s",
                      py_type_name(value));
}

static int64_t clamp(int64_t index, int64_t count, int64_t step)
{
    int64_t low = step < 0 ? -1 : 0, high = step < 0 ? count - 1 : count;
    index += index < 0 ? count : 0;
    return index < low ? low : index > high ? high : index;
}

/* Which of COUNT items a slice takes, as Python's slice.indices() says. */
static bool span_of(JinjaRun *run, const PyList *bounds, int64_t count, Span *span)
{
    int64_t start, stop, step;
    if (!slice_bound(run, bounds->items[2], 1, &step)) {
        return false;
    }
    if (step == 0 || step == INT64_MIN) {
        return jinja_fail(run, "CO2013", "the step of a slice cannot be zero");
    }
    bool forward = step > 0;
    if (!slice_bound(run, bounds->items[0], forward ? 0 : count - 1, &start) ||
        !slice_bound(run, bounds->items[1], forward ? count : -1, &stop)) {
        return false;
    }
    start = py_is_none(bounds->items[0]) ? start : clamp(start, count, step);
    stop = py_is_none(bounds->items[1]) ? stop : clamp(stop, count, step);
    int64_t distance = forward ? stop - start : start - stop;
    uint64_t stride = forward ? (uint64_t)step : (uint64_t)-step;
    *span = (Span){.start = start, .step = step};
    span->count = distance > 0 ? (size_t)(((uint64_t)distance - 1) / stride + 1) : 0;
    return true;
}

static bool slice_list(JinjaRun *run, const PyList *list, PyValue part, const PyList *bounds,
                       PyValue *out)
{
    Span span;
    if (!span_of(run, bounds, (int64_t)list->count, &span) || !jinja_charge(run, span.count)) {
        return false;
    }
    int64_t at = span.start;
    for (size_t i = 0; i < span.count; i++, at += i < span.count ? span.step : 0) {
        py_append(run->arena, part, list->items[at]);
    }
    *out = part;
    return true;
}

/* Where each character begins, and one more for the end. */
static uint32_t *character_starts(JinjaRun *run, const char *text, size_t count)
{
    uint32_t *starts = arena_array(run->arena, count + 1, sizeof *starts);
    const char *p = text;
    for (size_t i = 0; i < count; i++) {
        starts[i] = (uint32_t)(p - text);
        py_text_next(&p);
    }
    starts[count] = (uint32_t)(p - text);
    return starts;
}

static bool slice_text(JinjaRun *run, const char *text, const PyList *bounds, PyValue *out)
{
    Span span;
    size_t count = py_text_length(text);
    if (!span_of(run, bounds, (int64_t)count, &span) || !jinja_charge(run, count / 16)) {
        return false;
    }
    uint32_t *starts = character_starts(run, text, count);
    Buf part = jinja_buf(run);
    int64_t at = span.start;
    for (size_t i = 0; i < span.count; i++, at += i < span.count ? span.step : 0) {
        buf_add(&part, text + starts[at], starts[at + 1] - starts[at]);
    }
    return jinja_buf_done(run, &part, out);
}

bool jinja_slice(JinjaRun *run, PyValue value, const PyList *bounds, PyValue *out)
{
    const PyList *sequence = jinja_sequence_of(value);
    if (sequence && !is_unordered(value)) {
        return slice_list(run, sequence, py_tuple(run->arena), bounds, out);
    }
    switch (value.type) {
    case PY_LIST:
        return slice_list(run, value.list, py_list(run->arena), bounds, out);
    case PY_TUPLE:
        return slice_list(run, value.list, py_tuple(run->arena), bounds, out);
    case PY_STRING:
        return slice_text(run, value.text, bounds, out) && keep_mark(value, out);
    case PY_RANGE: {
        PyList items;
        return jinja_items(run, value, &items) &&
               slice_list(run, &items, py_list(run->arena), bounds, out);
    }
    default:
        *out = no_element(run, value, (PyValue){.type = PY_SLICE, .list = (PyList *)bounds});
        return true;
    }
}

/* --- iteration ------------------------------------------------------------------------------ */

static bool range_items(JinjaRun *run, const PyRange *range, PyList *out)
{
    for (size_t i = 0; i < range->count; i++) {
        vec_push(run->arena, out, py_int(range->start + (int64_t)i * range->step));
    }
    return true;
}

static bool text_items(JinjaRun *run, const char *text, PyList *out)
{
    while (*text) {
        const char *start = text;
        py_text_next(&text);
        vec_push(run->arena, out,
                 py_text(arena_strndup(run->arena, start, (size_t)(text - start))));
    }
    return true;
}

static bool dict_keys(JinjaRun *run, const PyDict *dict, PyList *out)
{
    for (size_t i = 0; i < dict->count; i++) {
        vec_push(run->arena, out, dict->entries[i].key);
    }
    return true;
}

bool jinja_items(JinjaRun *run, PyValue value, PyList *out)
{
    const PyList *sequence = jinja_sequence_of(value);
    *out = sequence ? *sequence : (PyList){0};
    if (sequence) {
        out->cap = out->count;
        return jinja_charge(run, out->count);
    }
    switch (value.type) {
    case PY_UNDEFINED:
        return true;
    case PY_LIST:
    case PY_TUPLE:
    case PY_ITERATOR:
        *out = *value.list;
        out->cap = out->count; /* what is added later belongs to the list alone */
        if (value.type == PY_ITERATOR && value.list->once) {
            value.list->count = 0;
        }
        return jinja_charge(run, out->count);
    case PY_RANGE:
        return jinja_charge(run, value.range->count) && range_items(run, value.range, out);
    case PY_STRING:
        return jinja_charge(run, strlen(value.text)) && text_items(run, value.text, out);
    case PY_DICT:
        return jinja_charge(run, value.dict->count) && dict_keys(run, value.dict, out);
    default:
        return jinja_fail(run, "CO2011", "'%s' object is not iterable", py_type_name(value));
    }
}
