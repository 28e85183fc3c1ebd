/* Expressions. */
#include "jinja_run.h"

#include "cutover/str.h"

/* --- names ---------------------------------------------------------------------------------- */

static void collect_names(JinjaRun *run, const PyDict *dict, StrVec *names)
{
    for (size_t i = 0; dict && i < dict->count; i++) {
        if (dict->entries[i].key.type == PY_STRING) {
            vec_push(run->arena, names, dict->entries[i].key.text);
        }
    }
}

static void suggest_name(JinjaRun *run, const char *name)
{
    StrVec names = {0};
    for (const JinjaScope *scope = run->scope; scope; scope = scope->outer) {
        collect_names(run, &scope->vars, &names);
    }
    collect_names(run, run->env->globals, &names);
    for (const Builtin *it = jinja_globals; it->name; it++) {
        vec_push(run->arena, &names, it->name);
    }
    if (run->env->names) {
        run->env->names(run->env->context, run->arena, &names);
    }
    jinja_suggest(run, name, &names);
}

bool jinja_fail_undefined(JinjaRun *run, PyValue value)
{
    bool first = run->stop != STOP_FAILED;
    jinja_fail(run, "CO2010", "%s", value.text);
    if (first && run->here && run->here->type == NODE_NAME) {
        suggest_name(run, run->here->name);
    }
    return false;
}

bool jinja_want_whole(JinjaRun *run, PyValue value)
{
    return value.type != PY_OBJECT || !value.object->class->hidden ||
           jinja_fail(run, "CO2010",
                      "not all of this is known to Cutover: name what you need of it");
}

PyValue jinja_builtin_value(JinjaRun *run, const Builtin *builtin, PyValue self)
{
    PyMethod *method = arena_make(run->arena, PyMethod);
    *method = (PyMethod){.name = builtin->name, .self = self, .entry = builtin};
    return (PyValue){.type = PY_METHOD, .method = method};
}

bool jinja_lookup(JinjaRun *run, const char *name, PyValue *out)
{
    for (const JinjaScope *scope = run->scope; scope; scope = scope->outer) {
        const PyValue *found = py_dict_find(&scope->vars, name);
        if (found) {
            *out = *found;
            return true;
        }
    }
    const PyValue *global = py_dict_find(run->env->globals, name);
    if (global) {
        *out = *global;
        return true;
    }
    if (run->env->lookup && run->env->lookup(run->env->context, run->template, name, out)) {
        return true;
    }
    const Builtin *builtin = jinja_find_builtin(jinja_globals, name);
    if (!builtin) {
        return false;
    }
    *out = jinja_builtin_value(run, builtin, py_undefined(NULL));
    return true;
}

static bool eval_name(JinjaRun *run, const JinjaNode *node, PyValue *out)
{
    if (!jinja_lookup(run, node->name, out)) {
        *out = py_undefined(arena_printf(run->arena, "'%s' is undefined", node->name));
    }
    if (out->type == PY_UNDEFINED && out->refused) {
        return jinja_fail_at(run, node, "CO2010", "%s", out->text);
    }
    return true;
}

static bool eval_const(JinjaRun *run, const JinjaNode *node, PyValue *out)
{
    (void)run;
    *out = node->value;
    return true;
}

static bool eval_whole(JinjaRun *run, const JinjaNode *node, PyValue *out)
{
    if (!jinja_eval(run, node, out)) {
        return false;
    }
    run->here = node;
    return jinja_want_whole(run, *out);
}

/* --- literals ------------------------------------------------------------------------------- */

static bool eval_items(JinjaRun *run, const JinjaNode *node, PyValue *out)
{
    PyValue list = node->type == NODE_LIST ? py_list(run->arena) : py_tuple(run->arena);
    vec_each (JinjaNode *, it, &node->items) {
        PyValue item;
        if (!eval_whole(run, *it, &item)) {
            return false;
        }
        py_append(run->arena, list, item);
    }
    *out = list;
    return true;
}

static bool eval_dict(JinjaRun *run, const JinjaNode *node, PyValue *out)
{
    PyValue dict = py_dict(run->arena);
    for (size_t i = 0; i + 1 < node->items.count; i += 2) {
        PyValue key, value;
        if (!jinja_eval(run, node->items.items[i], &key) ||
            !eval_whole(run, node->items.items[i + 1], &value)) {
            return false;
        }
        if (!py_dict_set(run->arena, dict.dict, key, value)) {
            return jinja_fail_at(run, node->items.items[i], "CO2011",
                                 "%s cannot be a key of a dict", py_type_name(key));
        }
    }
    *out = dict;
    return true;
}

/* --- access --------------------------------------------------------------------------------- */

/* Whose fault an undefined value is: the expression it came from. */
static bool access_failed(JinjaRun *run, const JinjaNode *node, PyValue object)
{
    run->here = node->left;
    return jinja_fail_undefined(run, object);
}

static bool swallowed(const JinjaRun *run, PyValue value)
{
    return value.type == PY_UNDEFINED && run->env->undefined == JINJA_SWALLOW;
}

static bool eval_attr(JinjaRun *run, const JinjaNode *node, PyValue *out)
{
    PyValue object;
    if (!jinja_eval(run, node->left, &object)) {
        return false;
    }
    if (object.type == PY_UNDEFINED && !swallowed(run, object)) {
        return access_failed(run, node, object);
    }
    run->here = node;
    return jinja_get_attribute(run, object, node->name, out);
}

static bool eval_bound(JinjaRun *run, const JinjaNode *node, PyValue *out)
{
    *out = py_none();
    return !node || jinja_eval(run, node, out);
}

static bool eval_slice(JinjaRun *run, const JinjaNode *node, PyValue *out)
{
    const JinjaNode *parts[] = {node->left, node->right, node->third};
    PyValue slice = py_list(run->arena);
    slice.type = PY_SLICE;
    for (int i = 0; i < 3; i++) {
        PyValue bound;
        if (!eval_bound(run, parts[i], &bound)) {
            return false;
        }
        py_append(run->arena, slice, bound);
    }
    *out = slice;
    return true;
}

static bool eval_item(JinjaRun *run, const JinjaNode *node, PyValue *out)
{
    PyValue object, key;
    if (!jinja_eval(run, node->left, &object) || !jinja_eval(run, node->right, &key)) {
        return false;
    }
    if (object.type == PY_UNDEFINED && !swallowed(run, object)) {
        return access_failed(run, node, object);
    }
    run->here = node;
    return jinja_get_item(run, object, key, out);
}

/* --- calls ---------------------------------------------------------------------------------- */

static bool add_keyword(JinjaRun *run, const JinjaNode *item, PyDict *named, const char *name,
                        PyValue value)
{
    if (py_dict_find(named, name)) {
        return jinja_fail_at(run, item, "CO2012", "keyword argument \"%s\" is given twice", name);
    }
    py_dict_put(run->arena, named, name, value);
    return true;
}

static bool add_keywords(JinjaRun *run, const JinjaNode *item, PyDict *named, PyValue value)
{
    if (value.type != PY_DICT) {
        return jinja_fail_at(run, item, "CO2011", "** needs a dict, not %s", py_type_name(value));
    }
    for (size_t i = 0; i < value.dict->count; i++) {
        const PyEntry *entry = &value.dict->entries[i];
        if (entry->key.type != PY_STRING) {
            return jinja_fail_at(run, item, "CO2011", "keywords must be texts");
        }
        if (!add_keyword(run, item, named, entry->key.text, entry->value)) {
            return false;
        }
    }
    return true;
}

static bool add_star(JinjaRun *run, const JinjaNode *item, PyList *args, PyValue value)
{
    PyList items;
    run->here = item;
    if (!jinja_items(run, value, &items)) {
        return false;
    }
    for (size_t i = 0; i < items.count; i++) {
        vec_push(run->arena, args, items.items[i]);
    }
    return true;
}

static bool add_argument(JinjaRun *run, const JinjaNode *item, PyList *args, PyDict *named)
{
    bool plain = item->type < NODE_OPERAND;
    PyValue value;
    if (!jinja_eval(run, plain ? item : item->left, &value)) {
        return false;
    }
    switch (item->type) {
    case NODE_KEYWORD:
        return add_keyword(run, item, named, item->name, value);
    case NODE_STAR:
        return add_star(run, item, args, value);
    case NODE_STAR_STAR:
        return add_keywords(run, item, named, value);
    default:
        vec_push(run->arena, args, value);
        return true;
    }
}

bool jinja_eval_arguments(JinjaRun *run, const JinjaNode *node, PyList *args, PyDict *named)
{
    vec_each (JinjaNode *, it, &node->items) {
        if (!add_argument(run, *it, args, named)) {
            return false;
        }
    }
    return true;
}

static bool want_all_whole(JinjaRun *run, const PyList *values)
{
    for (size_t i = 0; i < values->count; i++) {
        if (!jinja_want_whole(run, values->items[i])) {
            return false;
        }
    }
    return true;
}

bool jinja_eval_call(JinjaRun *run, const JinjaNode *node, PyValue caller, PyValue *out)
{
    PyValue callee;
    PyList args = {0};
    PyDict named = {0};
    if (!jinja_eval(run, node->left, &callee) || !jinja_eval_arguments(run, node, &args, &named)) {
        return false;
    }
    if (caller.type == PY_MACRO && !add_keyword(run, node, &named, "caller", caller)) {
        return false;
    }
    run->here = node->left;
    if (callee.type == PY_UNDEFINED && !swallowed(run, callee)) {
        return jinja_fail_undefined(run, callee);
    }
    return (callee.type != PY_METHOD || want_all_whole(run, &args)) &&
           jinja_call_value(run, node, callee, &args, &named, out);
}

static bool eval_call(JinjaRun *run, const JinjaNode *node, PyValue *out)
{
    return jinja_eval_call(run, node, py_undefined(NULL), out);
}

/* --- filters and tests ---------------------------------------------------------------------- */

/* The call of filter or test NODE; its place is the name, so that the name is underlined. */
static bool prepare(JinjaRun *run, const JinjaNode *node, PyList *args, PyDict *named,
                    JinjaCall *call)
{
    if (!jinja_eval_arguments(run, node, args, named)) {
        return false;
    }
    run->here = node;
    if (!want_all_whole(run, args)) {
        return false;
    }
    *call = (JinjaCall){.run = run,
                        .arena = run->arena,
                        .name = node->name,
                        .args = args->items,
                        .count = args->count,
                        .named = named,
                        .node = node};
    return true;
}

static bool filter_value(JinjaRun *run, const JinjaNode *node, PyValue value, PyValue *out)
{
    PyList args = {0};
    PyDict named = {0};
    JinjaCall call;
    return prepare(run, node, &args, &named, &call) && jinja_filter(&call, value, out);
}

bool jinja_apply_filters(JinjaRun *run, const JinjaNode *filters, PyValue value, PyValue *out)
{
    if (!filters) {
        *out = value;
        return true;
    }
    return jinja_apply_filters(run, filters->left, value, &value) &&
           filter_value(run, filters, value, out);
}

static bool eval_filter(JinjaRun *run, const JinjaNode *node, PyValue *out)
{
    PyValue value;
    return eval_whole(run, node->left, &value) && filter_value(run, node, value, out);
}

static bool eval_test(JinjaRun *run, const JinjaNode *node, PyValue *out)
{
    PyValue value;
    PyList args = {0};
    PyDict named = {0};
    JinjaCall call;
    bool answer;
    if (!jinja_eval(run, node->left, &value) || !prepare(run, node, &args, &named, &call) ||
        !jinja_test(&call, value, &answer)) {
        return false;
    }
    *out = py_bool(answer);
    return true;
}

/* --- logic ---------------------------------------------------------------------------------- */

static bool eval_cond(JinjaRun *run, const JinjaNode *node, PyValue *out)
{
    PyValue condition;
    if (!jinja_eval(run, node->right, &condition)) {
        return false;
    }
    if (py_truth(condition)) {
        return jinja_eval(run, node->left, out);
    }
    if (node->third) {
        return jinja_eval(run, node->third, out);
    }
    *out = py_undefined("the inline if-expression evaluated to false and has no else");
    return true;
}

static bool eval_logic(JinjaRun *run, const JinjaNode *node, PyValue *out)
{
    return jinja_eval(run, node->left, out) &&
           (py_truth(*out) == (node->type == NODE_OR) || jinja_eval(run, node->right, out));
}

static bool eval_not(JinjaRun *run, const JinjaNode *node, PyValue *out)
{
    PyValue value;
    if (!jinja_eval(run, node->left, &value)) {
        return false;
    }
    *out = py_bool(!py_truth(value));
    return true;
}

/* --- operators ------------------------------------------------------------------------------ */

static bool eval_unary(JinjaRun *run, const JinjaNode *node, PyValue *out)
{
    PyValue value;
    if (!jinja_eval(run, node->left, &value)) {
        return false;
    }
    run->here = node->left;
    return jinja_unary(run, node->name, value, out);
}

static bool eval_binary(JinjaRun *run, const JinjaNode *node, PyValue *out)
{
    PyValue left, right;
    if (!eval_whole(run, node->left, &left) || !eval_whole(run, node->right, &right)) {
        return false;
    }
    run->here = right.type == PY_UNDEFINED && left.type != PY_UNDEFINED ? node->right
                : left.type == PY_UNDEFINED                             ? node->left
                                                                        : node;
    return jinja_binary(run, node->name, left, right, out);
}

static bool eval_concat(JinjaRun *run, const JinjaNode *node, PyValue *out)
{
    Buf text = jinja_buf(run);
    vec_each (JinjaNode *, it, &node->items) {
        PyValue value;
        if (!eval_whole(run, *it, &value)) {
            return false;
        }
        py_write(&text, value);
    }
    run->here = node;
    return jinja_buf_done(run, &text, out);
}

static bool eval_compare(JinjaRun *run, const JinjaNode *node, PyValue *out)
{
    PyValue left, right;
    bool holds = true;
    if (!jinja_eval(run, node->left, &left)) {
        return false;
    }
    vec_each (JinjaNode *, it, &node->items) {
        const JinjaNode *operand = *it;
        if (!jinja_eval(run, operand->left, &right)) {
            return false;
        }
        run->here = operand;
        if (!jinja_compare(run, operand->name, left, right, &holds)) {
            return false;
        }
        if (!holds) {
            break;
        }
        left = right;
    }
    *out = py_bool(holds);
    return true;
}

typedef bool (*Eval)(JinjaRun *run, const JinjaNode *node, PyValue *out);

static const Eval expressions[] = {
    [NODE_CONST] = eval_const,     [NODE_NAME] = eval_name,     [NODE_LIST] = eval_items,
    [NODE_TUPLE] = eval_items,     [NODE_DICT] = eval_dict,     [NODE_ATTR] = eval_attr,
    [NODE_ITEM] = eval_item,       [NODE_SLICE] = eval_slice,   [NODE_CALL] = eval_call,
    [NODE_FILTER] = eval_filter,   [NODE_TEST] = eval_test,     [NODE_COND] = eval_cond,
    [NODE_AND] = eval_logic,       [NODE_OR] = eval_logic,      [NODE_NOT] = eval_not,
    [NODE_UNARY] = eval_unary,     [NODE_BINARY] = eval_binary, [NODE_CONCAT] = eval_concat,
    [NODE_COMPARE] = eval_compare,
};

bool jinja_eval(JinjaRun *run, const JinjaNode *node, PyValue *out)
{
    if (!jinja_nest(run, node)) {
        return false;
    }
    bool ok = expressions[node->type](run, node, out);
    run->depth--;
    return ok;
}
