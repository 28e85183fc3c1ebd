/* The public side of a rendering: starting one, its errors, and what hosts ask of it. */
#include "jinja_run.h"

#include "cutover/str.h"

#include <string.h>

#define MAX_CHAIN 10

JinjaLimits jinja_limits(void)
{
    return (JinjaLimits){
        .steps = 10000000, .output = 32u << 20, .memory = (size_t)1 << 30, .depth = 120};
}

/* --- errors --------------------------------------------------------------------------------- */

static const char *frame_name(const JinjaRun *run, const JinjaFrame *frame)
{
    const JinjaMacro *macro = frame->closure->macro;
    return macro ? arena_printf(run->diags->arena, "in macro %s", macro->name) : "in a call block";
}

static const char *call_place(const JinjaRun *run, const JinjaFrame *frame)
{
    int line, column, characters;
    const JinjaNode *call = frame->call;
    jinja_locate(frame->called_from, call->at, call->length, &line, &column, &characters);
    return arena_printf(run->diags->arena, "called from %s:%d:%d%s%s", frame->called_from->name,
                        line, column, frame->outer ? ", " : "",
                        frame->outer ? frame_name(run, frame->outer) : "");
}

static void add_chain(const JinjaRun *run, Diag *diag)
{
    Arena *arena = run->diags->arena;
    int count = 0;
    if (run->frame) {
        vec_push(arena, &diag->chain, frame_name(run, run->frame));
    }
    for (const JinjaFrame *frame = run->frame; frame; frame = frame->outer) {
        count++;
        if (count == MAX_CHAIN + 1) {
            vec_push(arena, &diag->chain, "and so on, through more calls");
        }
        if ((count <= MAX_CHAIN || !frame->outer) && frame->called_from && frame->call) {
            vec_push(arena, &diag->chain, call_place(run, frame));
        }
    }
}

static void place_here(const JinjaRun *run, Diag *diag)
{
    const JinjaTemplate *template = run->template;
    if (template && run->here) {
        int line, column, characters;
        jinja_locate(template, run->here->at, run->here->length, &line, &column, &characters);
        diag_place(run->diags, diag, template->name, template->text, template->length,
                   line - template->first_line + 1, column, characters);
        diag->line = line;
    } else if (template) {
        diag->file = template->name;
    }
    add_chain(run, diag);
}

bool jinja_vfail(JinjaRun *run, const char *code, const char *format, va_list args)
{
    if (run->stop == STOP_FAILED) {
        return false;
    }
    run->stop = STOP_FAILED;
    Diag *diag = diag_add(run->diags, DIAG_ERROR, code, "%s",
                          arena_vprintf(run->diags->arena, format, args));
    run->error = run->diags->list.count;
    place_here(run, diag);
    return false;
}

bool jinja_fail(JinjaRun *run, const char *code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    jinja_vfail(run, code, format, args);
    va_end(args);
    return false;
}

bool jinja_fail_at(JinjaRun *run, const JinjaNode *node, const char *code, const char *format, ...)
{
    run->here = node;
    va_list args;
    va_start(args, format);
    jinja_vfail(run, code, format, args);
    va_end(args);
    return false;
}

void jinja_warn(JinjaRun *run, const char *code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const char *message = arena_vprintf(run->diags->arena, format, args);
    va_end(args);
    place_here(run, diag_add(run->diags, DIAG_WARNING, code, "%s", message));
}

Diag *jinja_error(JinjaRun *run)
{
    return run->error ? &run->diags->list.items[run->error - 1] : NULL;
}

void jinja_suggest(JinjaRun *run, const char *name, const StrVec *candidates)
{
    const char *near = str_nearest(name, candidates);
    Diag *diag = jinja_error(run);
    if (near && diag) {
        diag->label = arena_printf(run->diags->arena, "did you mean \"%s\"?", near);
    }
}

bool jinja_charge(JinjaRun *run, size_t count)
{
    if (run->steps < count) {
        run->steps = 0;
        return jinja_fail(run, "CO2041", "the template needs more than %zu steps",
                          run->env->limits.steps);
    }
    run->steps -= count;
    if (arena_used(run->arena) > run->memory) {
        return jinja_fail(run, "CO2042", "the template needs more than %zu MiB of memory",
                          run->env->limits.memory >> 20);
    }
    return true;
}

/* --- what hosts ask ------------------------------------------------------------------------- */

const JinjaTemplate *jinja_here(const JinjaRun *run)
{
    return run->template;
}

const JinjaTemplate *jinja_root(const JinjaRun *run)
{
    return run->root;
}

const JinjaMacro *jinja_current_macro(const JinjaRun *run)
{
    for (const JinjaFrame *frame = run->frame; frame; frame = frame->outer) {
        if (frame->closure->macro) {
            return frame->closure->macro;
        }
    }
    return NULL;
}

void jinja_place(const JinjaRun *run, int *line, int *column, int *length)
{
    *line = *column = *length = 0;
    if (run->template && run->here) {
        jinja_locate(run->template, run->here->at, run->here->length, line, column, length);
    }
}

void jinja_point_at(JinjaCall *call, size_t index)
{
    const JinjaNode *node = call->node;
    if (node && index < node->items.count) {
        const JinjaNode *item = node->items.items[index];
        call->run->here = item->type < NODE_OPERAND ? item : call->run->here;
    }
}

const JinjaEnv *jinja_env(const JinjaRun *run)
{
    return run->env;
}

void *jinja_context(const JinjaRun *run)
{
    return run->env->context;
}

Arena *jinja_arena(const JinjaRun *run)
{
    return run->arena;
}

Diags *jinja_diags(const JinjaRun *run)
{
    return run->diags;
}

PyValue jinja_object(Arena *arena, const JinjaClass *class, void *self)
{
    struct JinjaObject *object = arena_make(arena, struct JinjaObject);
    *object = (struct JinjaObject){.class = class, .self = self};
    return (PyValue){.type = PY_OBJECT, .object = object};
}

PyValue jinja_function(Arena *arena, const char *name, JinjaFunction function, void *self)
{
    JinjaClass *class = arena_make(arena, JinjaClass);
    *class = (JinjaClass){.name = name, .call = function};
    return jinja_object(arena, class, self);
}

bool jinja_method(JinjaRun *run, const JinjaMethod *methods, void *self, const char *name,
                  PyValue *out)
{
    while (methods->name && !str_eq(methods->name, name)) {
        methods++;
    }
    if (methods->name) {
        *out = jinja_function(jinja_arena(run), methods->name, methods->function, self);
    }
    return methods->name;
}

void *jinja_object_of(PyValue value, const JinjaClass *class)
{
    return value.type == PY_OBJECT && value.object->class == class ? value.object->self : NULL;
}

PyValue jinja_macro(Arena *arena, const JinjaMacro *macro)
{
    JinjaClosure *closure = arena_make(arena, JinjaClosure);
    *closure = (JinjaClosure){.node = macro->node, .macro = macro, .template = macro->template};
    return (PyValue){.type = PY_MACRO, .macro = closure};
}

const JinjaMacro *jinja_macro_of(PyValue value)
{
    return value.type == PY_MACRO ? value.macro->macro : NULL;
}

/* --- starting ------------------------------------------------------------------------------- */

static JinjaRun start(Arena *arena, const JinjaEnv *env, const JinjaTemplate *template, Buf *out,
                      Diags *diags)
{
    return (JinjaRun){.arena = arena,
                      .env = env,
                      .diags = diags,
                      .root = template,
                      .template = template,
                      .scope = arena_make(arena, JinjaScope),
                      .out = out,
                      .steps = env->limits.steps,
                      .memory = arena_used(arena) + env->limits.memory};
}

/* A return() outside of any macro ends nothing: dbt has no answer to it either. */
static bool finish(JinjaRun *run, bool done)
{
    if (!done && run->stop == STOP_RETURN) {
        run->stop = STOP_NOT;
        return jinja_fail(run, "CO2012", "return() outside of a macro");
    }
    return done;
}

bool jinja_render(Arena *arena, const JinjaEnv *env, const JinjaTemplate *template, Buf *out,
                  Diags *diags)
{
    Buf text = buf_new(arena, env->limits.output);
    JinjaRun run = start(arena, env, template, &text, diags);
    if (!finish(&run, jinja_exec(&run, template->body))) {
        return false;
    }
    buf_add(out, text.data, text.length);
    return !out->overflow || jinja_fail(&run, "CO2042", "the template prints more than is allowed");
}

bool jinja_render_inside(JinjaRun *run, const JinjaTemplate *template, const char **out)
{
    JinjaRun saved = *run;
    run->template = template;
    run->scope = arena_make(run->arena, JinjaScope);
    bool done = jinja_capture(run, template->body, out);
    run->template = saved.template;
    run->scope = saved.scope;
    run->here = saved.here;
    return done;
}

bool jinja_invoke(Arena *arena, const JinjaEnv *env, PyValue callee, const PyList *args,
                  const PyDict *named, PyValue *out, Diags *diags)
{
    Buf text = buf_new(arena, env->limits.output);
    JinjaRun run = start(arena, env, NULL, &text, diags);
    return finish(&run, jinja_call(&run, callee, args, named, out));
}

/* --- native rendering ----------------------------------------------------------------------- */

static bool convert_marked(JinjaRun *run, PyValue raw, PyValue *out)
{
    if (raw.marker == PY_MARK_TEXT || !jinja_literal(run->arena, raw.text, out)) {
        *out = py_text(raw.text);
    }
    bool number = out->type == PY_INT || out->type == PY_FLOAT;
    bool fits = raw.marker == PY_MARK_BOOL     ? out->type == PY_BOOL
                : raw.marker == PY_MARK_NUMBER ? number
                                               : true;
    if (fits) {
        return true;
    }
    bool wants_bool = raw.marker == PY_MARK_BOOL;
    jinja_fail(run, "CO2016", "could not convert %s into type '%s'",
               py_repr(run->arena, py_text(raw.text)), wants_bool ? "bool" : "number");
    jinja_error(run)->hint = wants_bool ? "as_bool takes only True and False" : NULL;
    return false;
}

static bool join_values(JinjaRun *run, const PyList *values, PyValue *out)
{
    Buf text = jinja_buf(run);
    for (size_t i = 0; i < values->count; i++) {
        py_write(&text, values->items[i]);
    }
    return jinja_buf_done(run, &text, out);
}

bool jinja_eval_native(Arena *arena, const JinjaEnv *env, const JinjaTemplate *template,
                       PyValue *out, Diags *diags)
{
    PyList values = {0};
    JinjaRun run = start(arena, env, template, NULL, diags);
    run.values = &values;
    run.native = true;
    if (!finish(&run, jinja_exec(&run, template->body))) {
        return false;
    }
    if (values.count != 1) {
        return join_values(&run, &values, out);
    }
    *out = values.items[0];
    if (out->type == PY_UNDEFINED) {
        return jinja_fail_undefined(&run, *out);
    }
    return out->type != PY_STRING || out->marker == PY_UNMARKED || convert_marked(&run, *out, out);
}
