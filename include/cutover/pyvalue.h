/*
 * Values as Python has them, since dbt's Jinja prints and compares with Python's rules: str(), repr(),
 * truth, equality, order. A PyValue is small and is passed by value; what it points to lives in an
 * arena. Lists, dicts and namespaces are references: two copies of the value share one content.
 *
 * Texts are UTF-8 and NUL-terminated. Integers have 64 bits; whoever would overflow reports an error.
 */
#ifndef CUTOVER_PYVALUE_H
#define CUTOVER_PYVALUE_H

#include "cutover/buf.h"
#include "cutover/json.h"
#include "cutover/vec.h"

#include <stdbool.h>
#include <stdint.h>

typedef enum PyType {
    PY_UNDEFINED, /* a name or attribute that is not there; `text` says which, as an error sentence */
    PY_NONE,
    PY_BOOL,
    PY_INT,
    PY_FLOAT,
    PY_STRING,
    PY_LIST,
    PY_TUPLE,
    PY_ITERATOR, /* what dict.items(), map, select ... give: a sequence without index */
    PY_RANGE,
    PY_SLICE, /* only as an index: the a:b:c of x[a:b:c] */
    PY_DICT,
    PY_NAMESPACE, /* namespace(): a dict whose members are set by {% set ns.x = 1 %} */
    PY_MACRO,
    PY_METHOD, /* a built-in method bound to its value, or a built-in function */
    PY_OBJECT, /* something of the host, see JinjaClass */
} PyType;

/* How dbt's as_text, as_native, as_bool and as_number mark a text for native rendering. */
typedef enum PyMarker {
    PY_UNMARKED,
    PY_MARK_TEXT,
    PY_MARK_NATIVE,
    PY_MARK_BOOL,
    PY_MARK_NUMBER
} PyMarker;

typedef struct PyValue PyValue;
typedef struct PyList PyList;
typedef struct PyDict PyDict;
typedef struct PyRange PyRange;
typedef struct PyMethod PyMethod;
struct JinjaClosure;
struct JinjaObject;

struct PyValue {
    PyType type;
    PyMarker marker : 8; /* of a PY_STRING */
    bool escaped : 1;    /* of a PY_STRING: Jinja's Markup, see jinja_markup.c */
    bool refused : 1;    /* of a PY_UNDEFINED that a name stands for: each use of the name fails */
    union {
        bool boolean;
        int64_t integer;
        double real;
        const char *text; /* PY_STRING, PY_UNDEFINED */
        PyList *list;     /* PY_LIST, PY_TUPLE, PY_ITERATOR; a PY_SLICE has three */
        PyDict *dict;     /* PY_DICT, PY_NAMESPACE */
        PyRange *range;
        PyMethod *method;
        struct JinjaClosure *macro;
        struct JinjaObject *object;
    };
};

struct PyList {
    PyValue *items;
    size_t count, cap;
    const char *label; /* of a PY_ITERATOR: "dict_items", "generator" ... */
    bool once;         /* a generator: empty after it was walked */
    bool group;        /* a PY_TUPLE of groupby: has .grouper and .list */
};

struct PyRange {
    int64_t start, stop, step;
    size_t count;
};

/* A built-in method or function, as the engine's tables describe it. */
struct PyMethod {
    const char *name;
    PyValue self; /* undefined for a plain function */
    const void *entry;
};

typedef struct PyEntry {
    PyValue key, value;
    uint64_t hash;
} PyEntry;

/* Insertion order, as in Python. Keys may be none, bool, int, float, text, or tuples of these. */
struct PyDict {
    PyEntry *entries;
    size_t count, cap;
    uint32_t *slots; /* entry number + 1; 0 = free */
    size_t slot_count;
    bool ordered; /* an OrderedDict, as agate gives them: it prints otherwise */
};

/* --- making values -------------------------------------------------------------------------- */

PyValue py_none(void);
PyValue py_bool(bool value);
PyValue py_int(int64_t value);
PyValue py_float(double value);

/* TEXT is borrowed and must live as long as the value; NULL gives none. */
PyValue py_text(const char *text);

/* A new empty list, dict or tuple. */
PyValue py_list(Arena *arena);
PyValue py_tuple(Arena *arena);
PyValue py_dict(Arena *arena);
PyValue py_namespace(Arena *arena);

/* An iterator over the items of LIST, printed as LABEL; with ONCE it can be walked once only. */
PyValue py_iterator(PyList *list, const char *label, bool once);

/* A value that is not there; using it fails with MESSAGE ("'x' is undefined"). */
PyValue py_undefined(const char *message);

/* Adds to a list or tuple under construction. */
void py_append(Arena *arena, PyValue list, PyValue item);

/* A value from JSON, object members in their order. */
PyValue py_from_json(Arena *arena, const Json *json);

/* --- dicts ---------------------------------------------------------------------------------- */

/* False when KEY cannot be a key (a list, a dict ...). An existing key keeps its place. */
bool py_dict_set(Arena *arena, PyDict *dict, PyValue key, PyValue value);
void py_dict_put(Arena *arena, PyDict *dict, const char *key, PyValue value); /* key borrowed */

/* The value of KEY, valid until the dict changes, or NULL. */
PyValue *py_dict_get(const PyDict *dict, PyValue key);
PyValue *py_dict_find(const PyDict *dict, const char *key);

/* Takes KEY out; false when it is not there. OUT may be NULL. */
bool py_dict_remove(PyDict *dict, PyValue key, PyValue *out);

/* A copy of VALUE with all that it holds. False for what belongs to its rendering (macros, objects of the host) or holds
 * itself. */
bool py_copy(Arena *arena, PyValue value, PyValue *out);

/* The same, but its texts are shared with VALUE: a copy that may be changed, for as long as VALUE lives. */
bool py_copy_around_texts(Arena *arena, PyValue value, PyValue *out);

/* A shallow copy. */
PyValue py_dict_copy(Arena *arena, const PyDict *dict);

/* --- questions ------------------------------------------------------------------------------ */

bool py_is_none(PyValue value);
bool py_is_undefined(PyValue value);
bool py_is_number(PyValue value); /* int, float or bool */
bool py_truth(PyValue value);
bool py_hashable(PyValue value);

/* Python's ==: never fails; 1 == 1.0 == True. Each comparison of two parts lowers *BUDGET by one, so that
 * values that contain themselves end: at 0 the answer is false. */
bool py_equal_within(PyValue a, PyValue b, size_t *budget);

/* The same for values that are known to be small. */
bool py_equal(PyValue a, PyValue b);

/* Python's <, as -1, 0 or 1 in ORDER. False when the types have no order, or *BUDGET ran out. */
bool py_order_within(PyValue a, PyValue b, int *order, size_t *budget);

/* Python's name of the type: "str", "int", "NoneType" ... */
const char *py_type_name(PyValue value);

/* Unicode characters in UTF-8 TEXT, and the byte offset of character number INDEX (0-based). */
size_t py_text_length(const char *text);
size_t py_text_offset(const char *text, size_t index);

/* The character at *TEXT, which moves behind it; 0 at the end. A byte that is not UTF-8 gives
 * PY_BAD_CHAR. */
#define PY_BAD_CHAR 0x110000u
uint32_t py_text_next(const char **text);

/* Adds the character in UTF-8. */
void py_write_char(Buf *out, uint32_t character);

/* --- text ----------------------------------------------------------------------------------- */

/* str(value) and repr(value), exactly as Python prints them; the result may be the value's own text. */
const char *py_str(Arena *arena, PyValue value);
const char *py_repr(Arena *arena, PyValue value);

/* Adds str(value) to OUT without a copy. */
void py_write(Buf *out, PyValue value);
void py_write_repr(Buf *out, PyValue value);

/* repr() of a float: the shortest digits that read back the same. */
void py_write_float(Buf *out, double value);

#endif
