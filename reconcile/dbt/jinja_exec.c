/* Statements. */
#include "jinja_run.h"

#include "cutover/str.h"

/* What nests in one rendering, macros included: it bounds the C stack. */
#define MAX_NESTING 1500

Buf jinja_buf(JinjaRun *run)
{
    return buf_new(run->arena, run->env->limits.output);
}

static bool too_long(JinjaRun *run)
{
    return jinja_fail(run, "CO2042", "a text grows beyond %zu bytes", run->env->limits.output);
}

bool jinja_buf_done(JinjaRun *run, const Buf *buf, PyValue *out)
{
    if (buf->overflow) {
        return too_long(run);
    }
    *out = py_text(buf->data);
    return jinja_charge(run, buf->length / 64);
}

bool jinja_text(JinjaRun *run, PyValue value, const char **out)
{
    if (value.type == PY_STRING) {
        *out = value.text;
        return true;
    }
    Buf buf = jinja_buf(run);
    py_write(&buf, value);
    PyValue text;
    if (!jinja_buf_done(run, &buf, &text)) {
        return false;
    }
    *out = text.text;
    return true;
}

static void enter_scope(JinjaRun *run)
{
    JinjaScope *scope = arena_make(run->arena, JinjaScope);
    scope->outer = run->scope;
    run->scope = scope;
}

bool jinja_capture(JinjaRun *run, const JinjaNode *body, const char **out)
{
    Buf text = jinja_buf(run), *outer = run->out;
    PyList *values = run->values;
    JinjaScope *scope = run->scope;
    run->out = &text;
    run->values = NULL;
    enter_scope(run);
    bool done = jinja_exec(run, body);
    run->out = outer;
    run->values = values;
    run->scope = scope;
    *out = text.data;
    return done;
}

/* --- printing ------------------------------------------------------------------------------- */

static bool print(JinjaRun *run, PyValue value)
{
    if (run->values) {
        vec_push(run->arena, run->values, value);
        return true;
    }
    size_t before = run->out->length;
    py_write(run->out, value);
    return run->out->overflow ? too_long(run) : jinja_charge(run, (run->out->length - before) / 64);
}

static bool exec_data(JinjaRun *run, const JinjaNode *node)
{
    return print(run, node->value);
}

static bool exec_output(JinjaRun *run, const JinjaNode *node)
{
    PyValue value;
    if (!jinja_eval(run, node->left, &value)) {
        return false;
    }
    run->here = node->left;
    if (!jinja_want_whole(run, value)) {
        return false;
    }
    if (run->values && value.type != PY_UNDEFINED && value.type != PY_ITERATOR &&
        jinja_is_constant(node->left)) {
        const char *text;
        return jinja_text(run, value, &text) && print(run, py_text(text));
    }
    return print(run, value);
}

static bool exec_do(JinjaRun *run, const JinjaNode *node)
{
    PyValue ignored;
    return jinja_eval(run, node->left, &ignored);
}

/* --- assigning ------------------------------------------------------------------------------ */

static bool assign_member(JinjaRun *run, const JinjaNode *target, PyValue value)
{
    PyValue namespace;
    if (!jinja_eval(run, target->left, &namespace)) {
        return false;
    }
    if (namespace.type != PY_NAMESPACE) {
        return jinja_fail_at(run, target, "CO2011",
                             "cannot set an attribute of %s: only of a namespace()",
                             py_type_name(namespace));
    }
    py_dict_put(run->arena, namespace.dict, target->name, value);
    return true;
}

static bool unpack(JinjaRun *run, const JinjaNode *target, PyValue value)
{
    PyList items;
    run->here = target;
    if (!jinja_items(run, value, &items)) {
        return false;
    }
    if (items.count != target->items.count) {
        return jinja_fail_at(run, target, "CO2013", "cannot unpack %zu values into %zu names",
                             items.count, target->items.count);
    }
    for (size_t i = 0; i < items.count; i++) {
        if (!jinja_assign(run, target->items.items[i], items.items[i])) {
            return false;
        }
    }
    return true;
}

bool jinja_assign(JinjaRun *run, const JinjaNode *target, PyValue value)
{
    switch (target->type) {
    case NODE_NAME:
        py_dict_put(run->arena, &run->scope->vars, target->name, value);
        return true;
    case NODE_NAMESPACE_TARGET:
        return assign_member(run, target, value);
    default:
        return unpack(run, target, value);
    }
}

static bool exec_set(JinjaRun *run, const JinjaNode *node)
{
    PyValue value;
    return jinja_eval(run, node->right, &value) && jinja_assign(run, node->left, value);
}

static bool exec_capture(JinjaRun *run, const JinjaNode *node)
{
    const char *text;
    if (!jinja_capture(run, node->right, &text)) {
        return false;
    }
    PyValue value = py_text(text);
    return jinja_apply_filters(run, node->third, value, &value) &&
           jinja_assign(run, node->left, value);
}

static bool exec_filter_block(JinjaRun *run, const JinjaNode *node)
{
    const char *text;
    PyValue value;
    return jinja_capture(run, node->right, &text) &&
           jinja_apply_filters(run, node->left, py_text(text), &value) && print(run, value);
}

/* All values are computed before the first name is set. */
static bool exec_with(JinjaRun *run, const JinjaNode *node)
{
    JinjaScope *outer = run->scope;
    size_t count = node->items.count / 2;
    PyValue *values = arena_array(run->arena, count + 1, sizeof *values);
    bool ok = true;
    for (size_t i = 0; ok && i < count; i++) {
        ok = jinja_eval(run, node->items.items[i * 2 + 1], &values[i]);
    }
    enter_scope(run);
    for (size_t i = 0; ok && i < count; i++) {
        ok = jinja_assign(run, node->items.items[i * 2], values[i]);
    }
    ok = ok && jinja_exec(run, vec_last(&node->items));
    run->scope = outer;
    return ok;
}

/* --- branches ------------------------------------------------------------------------------- */

static bool exec_if(JinjaRun *run, const JinjaNode *node)
{
    size_t i = 0;
    for (; i + 1 < node->items.count; i += 2) {
        PyValue condition;
        if (!jinja_eval(run, node->items.items[i], &condition)) {
            return false;
        }
        if (py_truth(condition)) {
            return jinja_exec(run, node->items.items[i + 1]);
        }
    }
    return i == node->items.count || jinja_exec(run, node->items.items[i]);
}

static bool exec_jump(JinjaRun *run, const JinjaNode *node)
{
    run->stop = node->type == NODE_BREAK ? STOP_BREAK : STOP_CONTINUE;
    return false;
}

/* --- loops ---------------------------------------------------------------------------------- */

typedef struct Loop {
    PyList items;
    size_t index;
    PyValue last_changed;
    bool seen;
} Loop;

static bool loop_cycle(JinjaCall *call, void *self, PyValue *out)
{
    Loop *loop = self;
    if (!call->count) {
        return jinja_fail(call->run, "CO2012", "no items for cycling given");
    }
    *out = call->args[loop->index % call->count];
    return true;
}

static bool loop_changed(JinjaCall *call, void *self, PyValue *out)
{
    Loop *loop = self;
    PyValue now = py_tuple(call->arena);
    for (size_t i = 0; i < call->count; i++) {
        py_append(call->arena, now, call->args[i]);
    }
    bool same = false;
    if (loop->seen && !jinja_equal(call->run, now, loop->last_changed, &same)) {
        return false;
    }
    loop->seen = true;
    loop->last_changed = now;
    *out = py_bool(!same);
    return true;
}

typedef enum LoopPart {
    LOOP_INDEX,
    LOOP_INDEX0,
    LOOP_REVINDEX,
    LOOP_REVINDEX0,
    LOOP_FIRST,
    LOOP_LAST,
    LOOP_LENGTH,
    LOOP_PREVIOUS,
    LOOP_NEXT,
    LOOP_DEPTH,
    LOOP_DEPTH0,
    LOOP_CYCLE,
    LOOP_CHANGED,
    LOOP_PARTS
} LoopPart;

static const char *const loop_parts[LOOP_PARTS] = {
    [LOOP_INDEX] = "index",         [LOOP_INDEX0] = "index0",     [LOOP_REVINDEX] = "revindex",
    [LOOP_REVINDEX0] = "revindex0", [LOOP_FIRST] = "first",       [LOOP_LAST] = "last",
    [LOOP_LENGTH] = "length",       [LOOP_PREVIOUS] = "previtem", [LOOP_NEXT] = "nextitem",
    [LOOP_DEPTH] = "depth",         [LOOP_DEPTH0] = "depth0",     [LOOP_CYCLE] = "cycle",
    [LOOP_CHANGED] = "changed"};

static PyValue loop_value(JinjaRun *run, Loop *loop, LoopPart part)
{
    int64_t index = (int64_t)loop->index, count = (int64_t)loop->items.count;
    switch (part) {
    case LOOP_INDEX:
        return py_int(index + 1);
    case LOOP_INDEX0:
        return py_int(index);
    case LOOP_REVINDEX:
        return py_int(count - index);
    case LOOP_REVINDEX0:
        return py_int(count - index - 1);
    case LOOP_FIRST:
        return py_bool(index == 0);
    case LOOP_LAST:
        return py_bool(index + 1 == count);
    case LOOP_LENGTH:
        return py_int(count);
    case LOOP_PREVIOUS:
        return index ? loop->items.items[index - 1] : py_undefined("there is no previous item");
    case LOOP_NEXT:
        return index + 1 < count ? loop->items.items[index + 1]
                                 : py_undefined("there is no next item");
    case LOOP_DEPTH:
        return py_int(1);
    case LOOP_DEPTH0:
        return py_int(0);
    case LOOP_CYCLE:
        return jinja_function(run->arena, "cycle", loop_cycle, loop);
    default:
        return jinja_function(run->arena, "changed", loop_changed, loop);
    }
}

static bool loop_get(JinjaRun *run, void *self, const char *name, PyValue *out)
{
    for (int part = 0; part < LOOP_PARTS; part++) {
        if (str_eq(loop_parts[part], name)) {
            *out = loop_value(run, self, part);
            return true;
        }
    }
    return false;
}

static const JinjaClass loop_class = {.name = "LoopContext", .get = loop_get};

/* Keeps the items for which the loop's own `if` holds. */
static bool filter_items(JinjaRun *run, const JinjaNode *node, PyList *items)
{
    PyList kept = {0};
    JinjaScope *outer = run->scope;
    bool ok = true;
    for (size_t i = 0; ok && i < items->count; i++) {
        PyValue condition;
        enter_scope(run);
        ok = jinja_assign(run, node->left, items->items[i]) &&
             jinja_eval(run, node->third, &condition);
        run->scope = outer;
        if (ok && py_truth(condition)) {
            vec_push(run->arena, &kept, items->items[i]);
        }
    }
    *items = kept;
    return ok;
}

/* One pass; false: leave the loop, run->stop says why (STOP_NOT after a break). */
static bool loop_pass(JinjaRun *run, const JinjaNode *node, PyValue handle, PyValue item)
{
    JinjaScope *outer = run->scope;
    enter_scope(run);
    py_dict_put(run->arena, &run->scope->vars, "loop", handle);
    bool ok = jinja_assign(run, node->left, item) && jinja_exec(run, node->items.items[0]);
    run->scope = outer;
    if (!ok && run->stop == STOP_CONTINUE) {
        run->stop = STOP_NOT;
        return true;
    }
    if (!ok && run->stop == STOP_BREAK) {
        run->stop = STOP_NOT;
    }
    return ok;
}

static bool exec_for(JinjaRun *run, const JinjaNode *node)
{
    PyValue iterable;
    Loop *loop = arena_make(run->arena, Loop);
    if (!jinja_eval(run, node->right, &iterable)) {
        return false;
    }
    run->here = node->right;
    if (!jinja_items(run, iterable, &loop->items) ||
        (node->third && !filter_items(run, node, &loop->items))) {
        return false;
    }
    if (loop->items.count == 0 && node->items.count > 1) {
        return jinja_exec(run, node->items.items[1]);
    }
    PyValue handle = jinja_object(run->arena, &loop_class, loop);
    for (; loop->index < loop->items.count; loop->index++) {
        if (!loop_pass(run, node, handle, loop->items.items[loop->index])) {
            return run->stop == STOP_NOT;
        }
    }
    return true;
}

/* --- macros --------------------------------------------------------------------------------- */

static PyValue close_over(JinjaRun *run, const JinjaNode *node)
{
    JinjaClosure *closure = arena_make(run->arena, JinjaClosure);
    *closure = (JinjaClosure){
        .node = node, .macro = node->macro, .template = run->template, .scope = run->scope};
    return (PyValue){.type = PY_MACRO, .macro = closure};
}

static bool exec_macro(JinjaRun *run, const JinjaNode *node)
{
    if (node->macro->kind == JINJA_MACRO) {
        py_dict_put(run->arena, &run->scope->vars, node->name, close_over(run, node));
    }
    return true;
}

static bool exec_body(JinjaRun *run, const JinjaNode *node)
{
    vec_each (JinjaNode *, part, &node->items) {
        if (!jinja_exec(run, *part)) {
            return false;
        }
    }
    return true;
}

static bool exec_call_block(JinjaRun *run, const JinjaNode *node)
{
    PyValue value;
    return jinja_eval_call(run, node->left, close_over(run, node->right), &value) &&
           print(run, value);
}

typedef bool (*Exec)(JinjaRun *run, const JinjaNode *node);

static const Exec statements[] = {
    [NODE_BODY] = exec_body,
    [NODE_DATA] = exec_data,
    [NODE_OUTPUT] = exec_output,
    [NODE_IF] = exec_if,
    [NODE_FOR] = exec_for,
    [NODE_SET] = exec_set,
    [NODE_CAPTURE] = exec_capture,
    [NODE_WITH] = exec_with,
    [NODE_FILTER_BLOCK] = exec_filter_block,
    [NODE_CALL_BLOCK] = exec_call_block,
    [NODE_MACRO] = exec_macro,
    [NODE_DO] = exec_do,
    [NODE_BREAK] = exec_jump,
    [NODE_CONTINUE] = exec_jump,
};

bool jinja_nest(JinjaRun *run, const JinjaNode *node)
{
    if (run->depth >= MAX_NESTING) {
        return jinja_fail_at(run, node, "CO2043", "evaluation nests more than %d levels deep",
                             MAX_NESTING);
    }
    if (!jinja_charge(run, 1)) {
        return false;
    }
    run->depth++;
    return true;
}

bool jinja_exec(JinjaRun *run, const JinjaNode *node)
{
    if (!jinja_nest(run, node)) {
        return false;
    }
    bool ok = statements[node->type](run, node);
    run->depth--;
    return ok;
}
