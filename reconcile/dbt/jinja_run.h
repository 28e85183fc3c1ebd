/*
 * One rendering under way: what evaluator, operators, filters, tests and methods share.
 *
 * Everything that can stop evaluation returns bool; false means: look at run->stop. Errors are added to
 * the findings once, where they happen, with the place of run->here.
 */
#ifndef RECONCILE_JINJA_RUN_H
#define RECONCILE_JINJA_RUN_H

#include "jinja_ast.h"

typedef struct JinjaScope {
    struct JinjaScope *outer;
    PyDict vars;
} JinjaScope;

/* A macro, or the body of a {% call %} (then `macro` is NULL), with the variables around it. */
typedef struct JinjaClosure {
    const JinjaNode *node;
    const JinjaMacro *macro;
    const JinjaTemplate *template;
    JinjaScope *scope;
} JinjaClosure;

/* One macro call that has not ended. */
typedef struct JinjaFrame {
    struct JinjaFrame *outer;
    const JinjaClosure *closure;
    const JinjaTemplate *called_from; /* NULL: the host called */
    const JinjaNode *call;
} JinjaFrame;

typedef enum JinjaStop {
    STOP_NOT,
    STOP_FAILED,
    STOP_RETURN, /* return(): up to the macro */
    STOP_BREAK,  /* up to the loop */
    STOP_CONTINUE,
} JinjaStop;

struct JinjaRun {
    Arena *arena;
    const JinjaEnv *env;
    Diags *diags;
    const JinjaTemplate *root, *template;
    const JinjaNode *here; /* what an error is about; NULL: the host */
    JinjaScope *scope;
    Buf *out;
    PyList *values; /* of native rendering: what was printed, instead of `out` */
    bool native;    /* as_number and its like mark their value */
    JinjaFrame *frame;
    int frames, depth;
    size_t steps;  /* left */
    size_t memory; /* the arena may hold up to this */
    JinjaStop stop;
    PyValue returned;
    size_t error; /* number of the first error + 1 */
};

/* --- running -------------------------------------------------------------------------------- */

/* Pays for COUNT steps; false when there are none left. */
bool jinja_charge(JinjaRun *run, size_t count);

bool jinja_exec(JinjaRun *run, const JinjaNode *node);
bool jinja_eval(JinjaRun *run, const JinjaNode *node, PyValue *out);

/* Goes one level down: pays a step and checks the depth. The caller lowers run->depth again. */
bool jinja_nest(JinjaRun *run, const JinjaNode *node);

/* A NODE_CALL; CALLER is the body of a {% call %}, or undefined. */
bool jinja_eval_call(JinjaRun *run, const JinjaNode *node, PyValue caller, PyValue *out);

bool jinja_eval_arguments(JinjaRun *run, const JinjaNode *node, PyList *args, PyDict *named);

/* Calls CALLEE; NODE is the call in the text, or NULL. */
bool jinja_call_value(JinjaRun *run, const JinjaNode *node, PyValue callee, const PyList *args,
                      const PyDict *named, PyValue *out);

/* The text that the statements of BODY print, in a scope of their own. */
bool jinja_capture(JinjaRun *run, const JinjaNode *body, const char **out);

/* Puts VALUE through the filters of a block: a chain of NODE_FILTER that ends in NULL. */
bool jinja_apply_filters(JinjaRun *run, const JinjaNode *filters, PyValue value, PyValue *out);

/* Sets the variable(s) of TARGET: a name, ns.x, or a tuple of such. */
bool jinja_assign(JinjaRun *run, const JinjaNode *target, PyValue value);

bool jinja_lookup(JinjaRun *run, const char *name, PyValue *out);
bool jinja_fail_at(JinjaRun *run, const JinjaNode *node, const char *code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
bool jinja_vfail(JinjaRun *run, const char *code, const char *format, va_list args)
    __attribute__((format(printf, 3, 0)));

/* Sets the label of the error just added to the candidate nearest to NAME, if there is one. */
void jinja_suggest(JinjaRun *run, const char *name, const StrVec *candidates);

/* False after failing at what is not known as a whole (JinjaClass.hidden). */
bool jinja_want_whole(JinjaRun *run, PyValue value);

/* Fails with the sentence of an undefined value. */
bool jinja_fail_undefined(JinjaRun *run, PyValue value);

/* str(value) under the limits. */
bool jinja_text(JinjaRun *run, PyValue value, const char **out);

/* A Buf that holds what one text may hold, and the check behind its use. */
Buf jinja_buf(JinjaRun *run);
bool jinja_buf_done(JinjaRun *run, const Buf *buf, PyValue *out);

/* --- operators ------------------------------------------------------------------------------ */

bool jinja_binary(JinjaRun *run, const char *op, PyValue a, PyValue b, PyValue *out);
bool jinja_unary(JinjaRun *run, const char *op, PyValue a, PyValue *out);
bool jinja_compare(JinjaRun *run, const char *op, PyValue a, PyValue b, bool *out);
bool jinja_equal(JinjaRun *run, PyValue a, PyValue b, bool *out);
bool jinja_order(JinjaRun *run, PyValue a, PyValue b, int *order); /* TypeError when unordered */
bool jinja_slice(JinjaRun *run, PyValue value, const PyList *bounds, PyValue *out);

/* "%s" % value and "{}".format(...). */
bool jinja_percent(JinjaRun *run, PyValue format, PyValue value, PyValue *out);
bool jinja_format(JinjaCall *call, const char *format, PyValue *out);

/* The items of a host's sequence; NULL: VALUE is none. */
const PyList *jinja_sequence_of(PyValue value);

/* Items at the given index, negative from the end; false when out of range. */
bool jinja_index(const PyList *list, int64_t index, PyValue *out);

/* --- built-in functions --------------------------------------------------------------------- */

#define JINJA_MAX_PARAMS 6

/* SELF is the value before the bar, the dot or `is`; ARG are the bound parameters. */
typedef bool (*BuiltinFn)(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out);

typedef struct Builtin {
    const char *name;
    const char *signature; /* as jinja_bind() reads it */
    BuiltinFn fn;
} Builtin;

/* Each table ends with a NULL name. */
extern const Builtin jinja_text_filters[], jinja_sequence_filters[], jinja_tests[], jinja_globals[],
    jinja_str_methods[], jinja_list_methods[], jinja_dict_methods[], jinja_tuple_methods[],
    jinja_float_methods[];

/* BUILTIN as a value: a method of SELF, or with an undefined SELF a plain function. */
PyValue jinja_builtin_value(JinjaRun *run, const Builtin *builtin, PyValue self);

const Builtin *jinja_find_builtin(const Builtin *table, const char *name);
const Builtin *jinja_find_filter(const char *name);

/* The methods of VALUE's type, or NULL. */
const Builtin *jinja_methods_of(PyValue value);

/* Calls BUILTIN for SELF with the arguments of CALL. */
bool jinja_call_builtin(JinjaCall *call, const Builtin *builtin, PyValue self, PyValue *out);

/* Adds what dict(), namespace() and update() take: a dict or pairs (when positional arguments were given),
 * and keyword arguments. */
bool jinja_update_dict(JinjaCall *call, PyDict *dict, PyValue pairs, PyValue named);

/* TO becomes FROM sorted stably; the two may be the same. KEYS are compared, in jinja_sort_by(). */
bool jinja_sort(JinjaRun *run, PyValue *to, const PyValue *from, size_t count, bool backwards);
bool jinja_sort_by(JinjaRun *run, PyValue *to, const PyValue *from, const PyValue *keys,
                   size_t count, bool backwards);

/* str.replace(); MOST < 0: all. */
bool jinja_replace(JinjaRun *run, const char *text, const char *old, const char *new, int64_t most,
                   PyValue *out);

/* A filter or test by name; an unknown name is an error. */
bool jinja_filter(JinjaCall *call, PyValue self, PyValue *out);
bool jinja_test(JinjaCall *call, PyValue self, bool *out);

/* --- jinja_case.c: letters as Python's str.upper() and its like map them */

/* Where one character becomes one; else C itself. */
uint32_t jinja_upper(uint32_t c);
uint32_t jinja_lower(uint32_t c);
void jinja_put_upper(Buf *out, uint32_t c);
void jinja_put_title(Buf *out, uint32_t c);

/* REST follows C; WORD, false in front of a text, says whether a letter stands before it. jinja_pass() is for
 * characters of the same text that are written otherwise. */
void jinja_put_lower(Buf *out, uint32_t c, const char *rest, bool *word);
void jinja_pass(uint32_t c, bool *word);
bool jinja_is_cased(uint32_t c);
bool jinja_is_upper(uint32_t c);
bool jinja_is_lower(uint32_t c);
const char *jinja_upper_text(Arena *arena, const char *text);
const char *jinja_lower_text(Arena *arena, const char *text);
bool jinja_is_letter(uint32_t c);

/* Markup: a text that is escaped stays so through its own methods and operators, and what is put into it is escaped. */
bool jinja_is_escaped(PyValue value);
bool jinja_escape(JinjaRun *run, PyValue value, PyValue *out);
/* VALUES may be a tuple or a dict of what is put in, or one value. */
bool jinja_escape_values(JinjaRun *run, PyValue values, PyValue *out);
bool jinja_call_escaped(JinjaCall *call, const Builtin *method, PyValue self, PyValue *out);
bool jinja_filter_escape(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out);
bool jinja_filter_forceescape(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out);
bool jinja_filter_safe(JinjaCall *call, PyValue self, const PyValue *arg, PyValue *out);

/* The lines of TEXT without their ends, as str.splitlines() gives them. */
PyValue jinja_lines(Arena *arena, const char *text);

/* Adds JSON as Python's json.dumps prints it; false after an error. */
typedef struct JinjaJson {
    bool sort_keys;
    bool html_safe; /* Jinja's own filter escapes < > & ' */
    int64_t indent; /* 0: on one line */
} JinjaJson;
bool jinja_write_json(JinjaRun *run, Buf *out, PyValue value, const JinjaJson *style);

/* Reads a Python literal; false when TEXT is none. */
bool jinja_literal(Arena *arena, const char *text, PyValue *out);

/* --- parameters ----------------------------------------------------------------------------- */

/* Each fails with the parameter's NAME unless VALUE fits; an undefined VALUE gives OTHER. */
bool jinja_int_param(JinjaCall *call, PyValue value, const char *name, int64_t other, int64_t *out);
bool jinja_text_param(JinjaCall *call, PyValue value, const char *name, const char *other,
                      const char **out);
bool jinja_bool_param(PyValue value, bool other);

#endif
