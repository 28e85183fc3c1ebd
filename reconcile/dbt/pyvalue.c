#include "cutover/pyvalue.h"

#include "cutover/jinja.h"
#include "cutover/str.h"

#include <math.h>
#include <string.h>

/* Few keys are found faster one by one. */
#define SMALL_DICT 8
#define FIRST_ENTRIES 4
#define SMALL_BUDGET 1000000
#define MAX_NESTING 200

/* --- making values -------------------------------------------------------------------------- */

PyValue py_none(void)
{
    return (PyValue){.type = PY_NONE};
}

PyValue py_bool(bool value)
{
    return (PyValue){.type = PY_BOOL, .boolean = value};
}

PyValue py_int(int64_t value)
{
    return (PyValue){.type = PY_INT, .integer = value};
}

PyValue py_float(double value)
{
    return (PyValue){.type = PY_FLOAT, .real = value};
}

PyValue py_text(const char *text)
{
    return text ? (PyValue){.type = PY_STRING, .text = text} : py_none();
}

PyValue py_list(Arena *arena)
{
    return (PyValue){.type = PY_LIST, .list = arena_make(arena, PyList)};
}

PyValue py_tuple(Arena *arena)
{
    return (PyValue){.type = PY_TUPLE, .list = arena_make(arena, PyList)};
}

PyValue py_dict(Arena *arena)
{
    return (PyValue){.type = PY_DICT, .dict = arena_make(arena, PyDict)};
}

PyValue py_namespace(Arena *arena)
{
    return (PyValue){.type = PY_NAMESPACE, .dict = arena_make(arena, PyDict)};
}

PyValue py_iterator(PyList *list, const char *label, bool once)
{
    list->label = label;
    list->once = once;
    return (PyValue){.type = PY_ITERATOR, .list = list};
}

PyValue py_undefined(const char *message)
{
    return (PyValue){.type = PY_UNDEFINED, .text = message};
}

void py_append(Arena *arena, PyValue list, PyValue item)
{
    vec_push(arena, list.list, item);
}

PyValue py_from_json(Arena *arena, const Json *json)
{
    switch (json->type) {
    case JSON_IS_BOOL:
        return py_bool(json->boolean);
    case JSON_IS_INT:
        return py_int(json->integer);
    case JSON_IS_REAL:
        return py_float(json->real);
    case JSON_IS_STRING:
        return py_text(json->string);
    case JSON_IS_ARRAY: {
        PyValue list = py_list(arena);
        for (size_t i = 0; i < json->count; i++) {
            py_append(arena, list, py_from_json(arena, json->items[i]));
        }
        return list;
    }
    case JSON_IS_OBJECT: {
        PyValue dict = py_dict(arena);
        map_each (it, &json->members) {
            py_dict_put(arena, dict.dict, it->key, py_from_json(arena, it->value));
        }
        return dict;
    }
    default:
        return py_none();
    }
}

/* --- questions ------------------------------------------------------------------------------ */

bool py_is_none(PyValue value)
{
    return value.type == PY_NONE;
}

bool py_is_undefined(PyValue value)
{
    return value.type == PY_UNDEFINED;
}

bool py_is_number(PyValue value)
{
    return value.type == PY_BOOL || value.type == PY_INT || value.type == PY_FLOAT;
}

static bool object_truth(const struct JinjaObject *object)
{
    const JinjaClass *class = object->class;
    int order = 1;
    if (class->items) {
        return class->items(object->self)->count > 0;
    }
    return !class->order || !class->order(object->self, py_int(0), &order) || order != 0;
}

bool py_truth(PyValue value)
{
    switch (value.type) {
    case PY_UNDEFINED:
    case PY_NONE:
        return false;
    case PY_BOOL:
        return value.boolean;
    case PY_INT:
        return value.integer != 0;
    case PY_FLOAT:
        return value.real != 0;
    case PY_STRING:
        return value.text[0] != '\0';
    case PY_LIST:
    case PY_TUPLE:
        return value.list->count > 0;
    case PY_ITERATOR:
        return value.list->once || value.list->count > 0;
    case PY_RANGE:
        return value.range->count > 0;
    case PY_DICT:
        return value.dict->count > 0;
    case PY_OBJECT:
        return object_truth(value.object);
    default:
        return true;
    }
}

static const char *const type_names[] = {
    [PY_UNDEFINED] = "Undefined", [PY_NONE] = "NoneType",
    [PY_BOOL] = "bool",           [PY_INT] = "int",
    [PY_FLOAT] = "float",         [PY_STRING] = "str",
    [PY_LIST] = "list",           [PY_TUPLE] = "tuple",
    [PY_RANGE] = "range",         [PY_SLICE] = "slice",
    [PY_DICT] = "dict",           [PY_NAMESPACE] = "Namespace",
    [PY_MACRO] = "Macro",         [PY_METHOD] = "builtin_function_or_method",
};

const char *py_type_name(PyValue value)
{
    if (value.type == PY_ITERATOR) {
        return value.list->label;
    }
    if (value.type == PY_OBJECT) {
        const char *name = value.object->class->name;
        return name ? name : "object";
    }
    return type_names[value.type];
}

bool py_hashable(PyValue value)
{
    if (value.type == PY_TUPLE) {
        for (size_t i = 0; i < value.list->count; i++) {
            if (!py_hashable(value.list->items[i])) {
                return false;
            }
        }
        return true;
    }
    return value.type <= PY_STRING || (value.type == PY_OBJECT && value.object->class->hashable);
}

/* --- equality and order --------------------------------------------------------------------- */

typedef struct Compare {
    size_t *budget;
    int depth;
} Compare;

static bool spend(Compare *compare)
{
    if (*compare->budget == 0 || compare->depth > MAX_NESTING) {
        return false;
    }
    --*compare->budget;
    return true;
}

/* long double holds every int64_t and every double, so that comparing is exact as in Python. */
static long double number_of(PyValue value)
{
    return value.type == PY_FLOAT ? (long double)value.real
           : value.type == PY_INT ? (long double)value.integer
                                  : (long double)value.boolean;
}

static bool equal(Compare *compare, PyValue a, PyValue b);

static bool lists_equal(Compare *compare, const PyList *a, const PyList *b)
{
    if (a == b) {
        return true;
    }
    bool same = a->count == b->count;
    compare->depth++;
    for (size_t i = 0; same && i < a->count; i++) {
        same = equal(compare, a->items[i], b->items[i]);
    }
    compare->depth--;
    return same;
}

static bool dicts_equal(Compare *compare, const PyDict *a, const PyDict *b)
{
    if (a == b) {
        return true;
    }
    bool same = a->count == b->count;
    compare->depth++;
    for (size_t i = 0; same && i < a->count; i++) {
        PyValue *other = py_dict_get(b, a->entries[i].key);
        same = other && equal(compare, a->entries[i].value, *other);
    }
    compare->depth--;
    return same;
}

static bool ranges_equal(const PyRange *a, const PyRange *b)
{
    return a->count == b->count && (a->count == 0 || a->start == b->start) &&
           (a->count <= 1 || a->step == b->step);
}

/* When one of the two is an object that knows its order. */
static bool objects_order(PyValue a, PyValue b, int *order)
{
    if (a.type == PY_OBJECT && a.object->class->order) {
        return a.object->class->order(a.object->self, b, order);
    }
    if (b.type == PY_OBJECT && b.object->class->order &&
        b.object->class->order(b.object->self, a, order)) {
        *order = -*order;
        return true;
    }
    return false;
}

static bool equal(Compare *compare, PyValue a, PyValue b)
{
    int order;
    if (!spend(compare)) {
        return false;
    }
    if (objects_order(a, b, &order)) {
        return order == 0;
    }
    if (py_is_number(a) && py_is_number(b)) {
        return number_of(a) == number_of(b);
    }
    if (a.type != b.type) {
        return false;
    }
    switch (a.type) {
    case PY_UNDEFINED:
    case PY_NONE:
        return true;
    case PY_STRING:
        return strcmp(a.text, b.text) == 0;
    case PY_LIST:
    case PY_TUPLE:
        return lists_equal(compare, a.list, b.list);
    case PY_RANGE:
        return ranges_equal(a.range, b.range);
    case PY_DICT:
        return dicts_equal(compare, a.dict, b.dict);
    case PY_METHOD:
        return a.method->entry == b.method->entry && equal(compare, a.method->self, b.method->self);
    case PY_OBJECT:
        return a.object->class == b.object->class && a.object->self == b.object->self;
    default:
        return a.list == b.list;
    }
}

bool py_equal_within(PyValue a, PyValue b, size_t *budget)
{
    Compare compare = {.budget = budget};
    return equal(&compare, a, b);
}

bool py_equal(PyValue a, PyValue b)
{
    size_t budget = SMALL_BUDGET;
    return py_equal_within(a, b, &budget);
}

static bool order_of(Compare *compare, PyValue a, PyValue b, int *order);

static bool lists_order(Compare *compare, const PyList *a, const PyList *b, int *order)
{
    size_t n = a->count < b->count ? a->count : b->count;
    for (size_t i = 0; i < n; i++) {
        if (equal(compare, a->items[i], b->items[i])) {
            continue;
        }
        compare->depth++;
        bool ok = order_of(compare, a->items[i], b->items[i], order);
        compare->depth--;
        return ok;
    }
    *order = a->count < b->count ? -1 : a->count > b->count;
    return true;
}

static bool order_of(Compare *compare, PyValue a, PyValue b, int *order)
{
    if (!spend(compare)) {
        return false;
    }
    if (py_is_number(a) && py_is_number(b)) {
        long double x = number_of(a), y = number_of(b);
        *order = x < y ? -1 : x > y;
        return true;
    }
    if (objects_order(a, b, order)) {
        return true;
    }
    if (a.type != b.type) {
        return false;
    }
    if (a.type == PY_STRING) {
        int diff = strcmp(a.text, b.text);
        *order = diff < 0 ? -1 : diff > 0;
        return true;
    }
    if (a.type == PY_LIST || a.type == PY_TUPLE) {
        return lists_order(compare, a.list, b.list, order);
    }
    return false;
}

bool py_order_within(PyValue a, PyValue b, int *order, size_t *budget)
{
    Compare compare = {.budget = budget};
    return order_of(&compare, a, b, order);
}

/* --- dicts ---------------------------------------------------------------------------------- */

static uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t length)
{
    const unsigned char *p = bytes;
    for (size_t i = 0; i < length; i++) {
        hash = (hash ^ p[i]) * 1099511628211u;
    }
    return hash;
}

static uint64_t hash_number(uint64_t hash, PyValue value)
{
    if (value.type == PY_FLOAT && value.real != floor(value.real)) {
        return hash_bytes(hash, &value.real, sizeof value.real);
    }
    if (value.type == PY_FLOAT && (value.real < -0x1p63 || value.real >= 0x1p63)) {
        return hash_bytes(hash, &value.real, sizeof value.real);
    }
    int64_t integer = (int64_t)number_of(value);
    return hash_bytes(hash, &integer, sizeof integer);
}

/* Equal keys have equal hashes: 1, 1.0 and True share one. */
static uint64_t hash_of(PyValue value, uint64_t hash)
{
    switch (value.type) {
    case PY_BOOL:
    case PY_INT:
    case PY_FLOAT:
        return hash_number(hash, value);
    case PY_STRING:
        return hash_bytes(hash, value.text, strlen(value.text));
    case PY_TUPLE:
        for (size_t i = 0; i < value.list->count; i++) {
            hash = hash_of(value.list->items[i], hash) * 31;
        }
        return hash;
    default:
        return hash + (uint64_t)value.type;
    }
}

static uint64_t key_hash(PyValue key)
{
    return hash_of(key, 14695981039346656037u);
}

static bool same_key(PyValue a, PyValue b)
{
    return a.type == PY_STRING && b.type == PY_STRING ? str_eq(a.text, b.text) : py_equal(a, b);
}

static uint32_t *slot_of(const PyDict *dict, PyValue key, uint64_t hash)
{
    size_t mask = dict->slot_count - 1;
    for (size_t i = hash & mask;; i = (i + 1) & mask) {
        uint32_t *slot = &dict->slots[i];
        if (!*slot) {
            return slot;
        }
        const PyEntry *entry = &dict->entries[*slot - 1];
        if (entry->hash == hash && same_key(entry->key, key)) {
            return slot;
        }
    }
}

static void fill_slots(PyDict *dict)
{
    memset(dict->slots, 0, dict->slot_count * sizeof *dict->slots);
    for (size_t i = 0; i < dict->count; i++) {
        *slot_of(dict, dict->entries[i].key, dict->entries[i].hash) = (uint32_t)(i + 1);
    }
}

static PyEntry *find_entry(const PyDict *dict, PyValue key)
{
    if (dict->slot_count) {
        uint32_t *slot = slot_of(dict, key, key_hash(key));
        return *slot ? &dict->entries[*slot - 1] : NULL;
    }
    for (size_t i = 0; i < dict->count; i++) {
        if (same_key(dict->entries[i].key, key)) {
            return &dict->entries[i];
        }
    }
    return NULL;
}

/* Room in the slots for one more entry; a small dict has none, and its entries no hashes. */
static void reserve_slot(Arena *arena, PyDict *dict)
{
    if (dict->count < SMALL_DICT || (dict->count + 1) * 2 <= dict->slot_count) {
        return;
    }
    for (size_t i = 0; !dict->slot_count && i < dict->count; i++) {
        dict->entries[i].hash = key_hash(dict->entries[i].key);
    }
    dict->slot_count = dict->slot_count ? dict->slot_count * 2 : SMALL_DICT * 4;
    dict->slots = arena_array(arena, dict->slot_count, sizeof *dict->slots);
    fill_slots(dict);
}

bool py_dict_set(Arena *arena, PyDict *dict, PyValue key, PyValue value)
{
    if (!py_hashable(key)) {
        return false;
    }
    PyEntry *entry = find_entry(dict, key);
    if (entry) {
        entry->value = value;
        return true;
    }
    reserve_slot(arena, dict);
    if (dict->count == dict->cap) {
        size_t cap = dict->cap ? dict->cap * 2 : FIRST_ENTRIES;
        dict->entries = arena_grow(arena, dict->entries, dict->count * sizeof *dict->entries,
                                   cap * sizeof *dict->entries);
        dict->cap = cap;
    }
    entry = &dict->entries[dict->count++];
    *entry = (PyEntry){.key = key, .value = value};
    if (dict->slot_count) {
        entry->hash = key_hash(key);
        *slot_of(dict, key, entry->hash) = (uint32_t)dict->count;
    }
    return true;
}

void py_dict_put(Arena *arena, PyDict *dict, const char *key, PyValue value)
{
    py_dict_set(arena, dict, py_text(key), value);
}

PyValue *py_dict_get(const PyDict *dict, PyValue key)
{
    if (!dict || dict->count == 0 || !py_hashable(key)) {
        return NULL;
    }
    PyEntry *entry = find_entry(dict, key);
    return entry ? &entry->value : NULL;
}

PyValue *py_dict_find(const PyDict *dict, const char *key)
{
    return py_dict_get(dict, py_text(key));
}

bool py_dict_remove(PyDict *dict, PyValue key, PyValue *out)
{
    PyValue *found = py_dict_get(dict, key);
    if (!found) {
        return false;
    }
    if (out) {
        *out = *found;
    }
    PyEntry *entry = (PyEntry *)((char *)found - offsetof(PyEntry, value));
    size_t at = (size_t)(entry - dict->entries);
    memmove(entry, entry + 1, (dict->count - at - 1) * sizeof *entry);
    dict->count--;
    if (dict->slot_count) {
        fill_slots(dict);
    }
    return true;
}

/* Deeper than anything that was written down: a list that holds itself. */
#define DEEPEST_COPY 64

typedef struct Copy {
    Arena *arena;
    bool texts; /* too */
} Copy;

static bool copy_value(const Copy *copy, PyValue value, int depth, PyValue *out);

static bool copy_items(const Copy *copy, const PyList *from, int depth, PyValue *out)
{
    bool ok = true;
    for (size_t i = 0; ok && i < from->count; i++) {
        PyValue item;
        ok = copy_value(copy, from->items[i], depth, &item);
        if (ok) {
            py_append(copy->arena, *out, item);
        }
    }
    return ok;
}

/* Equal keys have equal places, so these are kept. */
static bool copy_entries(const Copy *copy, int depth, PyDict *dict)
{
    bool ok = true;
    for (size_t i = 0; ok && i < dict->count; i++) {
        PyEntry *entry = &dict->entries[i];
        ok = copy_value(copy, entry->key, depth, &entry->key) &&
             copy_value(copy, entry->value, depth, &entry->value);
    }
    return ok;
}

static bool copy_value(const Copy *copy, PyValue value, int depth, PyValue *out)
{
    *out = value;
    if (depth > DEEPEST_COPY) {
        return false;
    }
    switch (value.type) {
    case PY_NONE:
    case PY_BOOL:
    case PY_INT:
    case PY_FLOAT:
        return true;
    case PY_STRING:
    case PY_UNDEFINED:
        out->text = copy->texts ? arena_strdup(copy->arena, value.text) : value.text;
        return true;
    case PY_LIST:
    case PY_TUPLE:
        *out = value.type == PY_LIST ? py_list(copy->arena) : py_tuple(copy->arena);
        return copy_items(copy, value.list, depth + 1, out);
    case PY_DICT:
        *out = py_dict_copy(copy->arena, value.dict);
        return copy_entries(copy, depth + 1, out->dict);
    default:
        return false;
    }
}

bool py_copy(Arena *arena, PyValue value, PyValue *out)
{
    return copy_value(&(Copy){.arena = arena, .texts = true}, value, 0, out);
}

bool py_copy_around_texts(Arena *arena, PyValue value, PyValue *out)
{
    return copy_value(&(Copy){.arena = arena}, value, 0, out);
}

PyValue py_dict_copy(Arena *arena, const PyDict *dict)
{
    PyValue copy = py_dict(arena);
    if (dict && dict->count) {
        *copy.dict = *dict;
        copy.dict->entries = arena_array(arena, dict->cap, sizeof *dict->entries);
        memcpy(copy.dict->entries, dict->entries, dict->count * sizeof *dict->entries);
    }
    if (dict && dict->count && dict->slot_count) {
        copy.dict->slots = arena_array(arena, dict->slot_count, sizeof *dict->slots);
        memcpy(copy.dict->slots, dict->slots, dict->slot_count * sizeof *dict->slots);
    }
    return copy;
}
