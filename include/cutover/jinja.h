/*
 * Jinja as dbt uses it, with Python's values (pyvalue.h). Three steps:
 *
 *     const JinjaTemplate *t = jinja_parse(arena, &source, diags);   // NULL: findings were added
 *     JinjaEnv env = {.globals = globals, .limits = jinja_limits()};
 *     if (t && jinja_render(arena, &env, t, &out, diags)) { ... out.data ... }
 *
 * What a project can call (`ref`, `var`, `target`, `adapter.dispatch` ...) is given by the host: as
 * plain values in `globals`, as functions (jinja_function), or as objects with attributes (JinjaClass).
 * The engine does no I/O and knows no clock. It never runs for ever: steps, output and depth are limited.
 *
 * Every failure is one finding in Diags with template, line, column, length and the chain of macro
 * calls. Codes:
 *   CO2001 syntax            CO2002 unknown tag         CO2003 tag of Jinja that is not supported
 *   CO2004 nested too deep   CO2010 undefined           CO2011 wrong type
 *   CO2012 wrong arguments   CO2013 wrong value (not found, out of range, bad format)
 *   CO2014 division by zero  CO2015 integer overflow    CO2016 native value of the wrong type
 *   CO2031 filter not supported   CO2032 test not supported   CO2033 method not supported
 *   CO2041 too many steps    CO2042 too much output or memory   CO2043 macro calls too deep
 * Hosts use CO2050 and up (CO2050: the project's own exceptions.raise_compiler_error).
 */
#ifndef CUTOVER_JINJA_H
#define CUTOVER_JINJA_H

#include "cutover/diag.h"
#include "cutover/pyvalue.h"

typedef struct JinjaNode JinjaNode; /* the syntax tree, see jinja_ast.h */
typedef struct JinjaRun JinjaRun;   /* one rendering under way */
typedef struct JinjaMacro JinjaMacro;

/* --- parsing -------------------------------------------------------------------------------- */

typedef struct JinjaSource {
    const char *name; /* for messages: the file, relative to the project */
    const char *text; /* borrowed: must live as long as the template */
    size_t length;
    int first_line;    /* line of the file on which the text begins; 0 means 1 (a YAML value) */
    const void *owner; /* the host's: what the text belongs to (a package, a model) */
} JinjaSource;

typedef VEC(const JinjaMacro *) JinjaMacroVec;

typedef struct JinjaTemplate {
    const char *name;
    const char *text; /* with newlines normalised; places refer to it */
    size_t length;
    int first_line;
    const void *owner;
    JinjaMacroVec macros; /* those at any level, in the text's order */
    const JinjaNode *body;
} JinjaTemplate;

typedef enum JinjaMacroKind {
    JINJA_MACRO,
    JINJA_TEST,            /* {% test %} and {% data_test %} */
    JINJA_MATERIALIZATION, /* recorded, so that the host can say that it is not run */
} JinjaMacroKind;

struct JinjaMacro {
    JinjaMacroKind kind;
    const char *name;    /* as written; dbt calls a test test_<name> */
    const char *adapter; /* of a materialization: "default", "materialize" ... */
    StrVec params;
    const JinjaTemplate *template;
    int line, column;
    const JinjaNode *node;
};

/* The template of SOURCE in ARENA, or NULL after adding at least one error to DIAGS. */
const JinjaTemplate *jinja_parse(Arena *arena, const JinjaSource *source, Diags *diags);

/* Whether the body of MACRO, or a default of its parameters, mentions the name NAME. */
bool jinja_macro_mentions(const JinjaMacro *macro, const char *name);

/* --- running -------------------------------------------------------------------------------- */

typedef enum JinjaUndefined {
    JINJA_PLAIN,   /* prints "", iterates empty, anything else fails (dbt's compile pass) */
    JINJA_SWALLOW, /* moreover attributes, items and calls give undefined again (dbt's parse pass) */
} JinjaUndefined;

typedef struct JinjaLimits {
    size_t steps;  /* nodes evaluated, and items handled by filters */
    size_t output; /* bytes of one text, captured or printed */
    size_t memory; /* bytes of the arena that one rendering may take */
    int depth;     /* macros in macros, each with what they nest */
} JinjaLimits;

/* 10 million steps, 32 MiB of output, 1 GiB of memory, 120 deep. */
JinjaLimits jinja_limits(void);

/* Finds what NAME means in code of the package that TEMPLATE belongs to (macros: own package, root
 * project, dbt's own ...). False when there is none. Asked after local variables and globals. */
typedef bool (*JinjaLookup)(void *context, const JinjaTemplate *from, const char *name,
                            PyValue *out);

/* Adds what JinjaLookup could find, for the nearest name to one that is not there. */
typedef void (*JinjaNames)(void *context, Arena *arena, StrVec *names);

typedef struct JinjaEnv {
    const PyDict *globals; /* may be NULL; wins over the built-in range, dict, namespace ... */
    JinjaLookup lookup;    /* may be NULL */
    JinjaNames names;      /* may be NULL */
    void *context;         /* the host's, for lookup and for jinja_context() */
    JinjaUndefined undefined;
    JinjaLimits limits;
} JinjaEnv;

/* Adds the text of TEMPLATE to OUT. False after adding an error to DIAGS. */
bool jinja_render(Arena *arena, const JinjaEnv *env, const JinjaTemplate *template, Buf *out,
                  Diags *diags);

/* The value of TEMPLATE as dbt gives it for YAML: the object itself for a single {{ }} that is not
 * constant, else the text; as_number, as_bool and as_native convert. */
bool jinja_eval_native(Arena *arena, const JinjaEnv *env, const JinjaTemplate *template,
                       PyValue *out, Diags *diags);

/* Calls a macro, function or object from outside of any template. NAMED may be NULL. A macro gives
 * its text, or what it return()ed. */
bool jinja_invoke(Arena *arena, const JinjaEnv *env, PyValue callee, const PyList *args,
                  const PyDict *named, PyValue *out, Diags *diags);

/* A macro of a loaded file as a value that can be called. */
PyValue jinja_macro(Arena *arena, const JinjaMacro *macro);

/* The macro behind a value, or NULL when it is not one. */
const JinjaMacro *jinja_macro_of(PyValue value);

/* --- what the host gives -------------------------------------------------------------------- */

/* One call of a function of the host. */
typedef struct JinjaCall {
    JinjaRun *run;
    Arena *arena;     /* for the result */
    const char *name; /* of the function, for messages */
    const PyValue *args;
    size_t count;
    const PyDict *named;   /* keyword arguments, or NULL; a {% call %} block comes as "caller" */
    const JinjaNode *node; /* the engine's: where the arguments stand; NULL outside of a text */
} JinjaCall;

/* Does the call. False after jinja_fail(). */
typedef bool (*JinjaFunction)(JinjaCall *call, void *self, PyValue *out);

/* An object of the host. Each member may be NULL. */
typedef struct JinjaClass {
    const char *name; /* Python's name of the type, for messages: "Relation" */
    /* The attribute, or the item with a text as key; false: there is none (or jinja_fail()ed). */
    bool (*get)(JinjaRun *run, void *self, const char *name, PyValue *out);
    JinjaFunction call;
    const char *(*text)(Arena *arena, void *self); /* str() */
    const char *(*repr)(Arena *arena, void *self); /* repr() */
    /* The item under NAME alone: it comes before `get` for x['name'], and behind it for x.name. */
    bool (*item)(JinjaRun *run, void *self, const char *name, PyValue *out);
    const PyList *(*items)(void *self); /* of a sequence; borrowed */
    /* Python's < as -1, 0 or 1, and its == as 0. False: the two have no order. */
    bool (*order)(const void *self, PyValue other, int *order);
    bool unordered; /* its `items` have no numbers: a set */
    bool mapping;   /* for the test `is mapping` */
    bool hidden;    /* not all of it is known: showing it, or filtering it, is an error */
    bool hashable;  /* can be a key of a dict, where it is equal to objects of its class alone */
} JinjaClass;

struct JinjaObject {
    const JinjaClass *class;
    void *self;
};

/* SELF is borrowed. */
PyValue jinja_object(Arena *arena, const JinjaClass *class, void *self);

/* A function; NAME is borrowed and appears in messages. */
PyValue jinja_function(Arena *arena, const char *name, JinjaFunction function, void *self);

typedef struct JinjaMethod {
    const char *name;
    JinjaFunction function;
} JinjaMethod;

/* That of METHODS (ends with a NULL name) which is called NAME, of SELF. False: none is. */
bool jinja_method(JinjaRun *run, const JinjaMethod *methods, void *self, const char *name,
                  PyValue *out);

/* Self of an object of exactly CLASS, else NULL. */
void *jinja_object_of(PyValue value, const JinjaClass *class);

/* Fills OUT[i] for each name in SIGNATURE ("name default? more*") from positional and keyword arguments
 * as Python binds them. `?`: may be missing, then OUT[i] is undefined; `*`: the positional rest as
 * a tuple; `**`: the keyword rest as a dict. False after jinja_fail(CO2012). */
bool jinja_bind(JinjaCall *call, const char *signature, PyValue *out);

/* The text in VALUE, or NULL after jinja_fail(CO2011) that names ARGUMENT. */
const char *jinja_want_text(JinjaRun *run, PyValue value, const char *argument);

/* Adds an error at the place that is being evaluated, with the chain of calls; returns false. */
bool jinja_fail(JinjaRun *run, const char *code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Moves the place of errors to the positional argument number INDEX (0-based) as it stands in the text, so
 * that the name in ref('name') is underlined, not `ref`. */
void jinja_point_at(JinjaCall *call, size_t index);

/* The error just added, to set label or hint; NULL when there is none. */
Diag *jinja_error(JinjaRun *run);

/* Adds a warning at that place. */
void jinja_warn(JinjaRun *run, const char *code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The template that holds the call being evaluated (its owner tells the package); the macro around
 * it, or NULL; the place. */
const JinjaTemplate *jinja_here(const JinjaRun *run);
const JinjaMacro *jinja_current_macro(const JinjaRun *run);
void jinja_place(const JinjaRun *run, int *line, int *column, int *length);

/* The template that was given to jinja_render() and its like, or NULL (jinja_invoke). */
const JinjaTemplate *jinja_root(const JinjaRun *run);

const JinjaEnv *jinja_env(const JinjaRun *run);
void *jinja_context(const JinjaRun *run);
Arena *jinja_arena(const JinjaRun *run); /* of the rendering: for the values it gets */
Diags *jinja_diags(const JinjaRun *run);

/* Calls back into the project: a macro, a `caller`. Errors are already in Diags when it fails. */
bool jinja_call(JinjaRun *run, PyValue callee, const PyList *args, const PyDict *named,
                PyValue *out);

/* Renders another text inside this run, under its limits (a var that holds Jinja). */
bool jinja_render_inside(JinjaRun *run, const JinjaTemplate *template, const char **out);

/* Reading values as the templates do. */
bool jinja_get_attribute(JinjaRun *run, PyValue value, const char *name, PyValue *out);
bool jinja_get_item(JinjaRun *run, PyValue value, PyValue key, PyValue *out);

/* The items of an iterable, borrowed from it where it has them. False after jinja_fail() when it is
 * none. A generator is empty afterwards. */
bool jinja_items(JinjaRun *run, PyValue value, PyList *out);

#endif
