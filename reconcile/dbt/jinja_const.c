/* Constants: what Jinja's compiler folds, and Python literals. */
#include "jinja_run.h"

#include "cutover/str.h"

#include <ctype.h>
#include <string.h>

static bool all_constant(const NodeVec *items)
{
    vec_each (JinjaNode *, it, items) {
        if (!jinja_is_constant(*it)) {
            return false;
        }
    }
    return true;
}

static bool part_constant(const JinjaNode *node)
{
    return !node || jinja_is_constant(node);
}

/* Filters that Jinja never folds: they need the context, or mark their value for native rendering. */
static const char *const unfolded_filters[] = {"map",        "select",     "reject",
                                               "selectattr", "rejectattr", "as_text",
                                               "as_bool",    "as_native",  "as_number"};

static bool folded_filter(const char *name)
{
    for (size_t i = 0; i < sizeof unfolded_filters / sizeof *unfolded_filters; i++) {
        if (str_eq(unfolded_filters[i], name)) {
            return false;
        }
    }
    return true;
}

bool jinja_is_constant(const JinjaNode *node)
{
    switch (node->type) {
    case NODE_CONST:
        return true;
    case NODE_NAME:
    case NODE_CALL:
    case NODE_STAR:
    case NODE_STAR_STAR:
        return false;
    case NODE_FILTER:
        if (!folded_filter(node->name)) {
            return false;
        }
        break;
    default:
        break;
    }
    return part_constant(node->left) && part_constant(node->right) && part_constant(node->third) &&
           all_constant(&node->items);
}

/* --- literals ------------------------------------------------------------------------------- */

static bool literal(Arena *arena, const JinjaNode *node, PyValue *out);

static bool literal_items(Arena *arena, const JinjaNode *node, PyValue *out)
{
    *out = node->type == NODE_LIST ? py_list(arena) : py_tuple(arena);
    vec_each (JinjaNode *, it, &node->items) {
        PyValue item;
        if (!literal(arena, *it, &item)) {
            return false;
        }
        py_append(arena, *out, item);
    }
    return true;
}

static bool literal_dict(Arena *arena, const JinjaNode *node, PyValue *out)
{
    *out = py_dict(arena);
    for (size_t i = 0; i + 1 < node->items.count; i += 2) {
        PyValue key, value;
        if (!literal(arena, node->items.items[i], &key) ||
            !literal(arena, node->items.items[i + 1], &value) ||
            !py_dict_set(arena, out->dict, key, value)) {
            return false;
        }
    }
    return true;
}

static bool literal_number(const JinjaNode *node, PyValue *out)
{
    const JinjaNode *number = node->left;
    bool minus = node->name[0] == '-';
    if (number->type != NODE_CONST) {
        return false;
    }
    *out = number->value;
    if (out->type == PY_FLOAT) {
        out->real = minus ? -out->real : out->real;
        return true;
    }
    if (out->type == PY_INT) {
        out->integer = minus ? -out->integer : out->integer;
        return true;
    }
    return false;
}

static bool literal(Arena *arena, const JinjaNode *node, PyValue *out)
{
    switch (node->type) {
    case NODE_CONST:
        *out = node->value;
        /* Jinja's `true` and `none` are names to Python. */
        return !node->name || isupper((unsigned char)node->name[0]);
    case NODE_LIST:
    case NODE_TUPLE:
        return literal_items(arena, node, out);
    case NODE_DICT:
        return literal_dict(arena, node, out);
    case NODE_UNARY:
        return literal_number(node, out);
    default:
        return false;
    }
}

bool jinja_literal(Arena *arena, const char *text, PyValue *out)
{
    Diags ignored = diags_new(arena);
    const char *braced = arena_printf(arena, "{{ %s\n}}", text);
    JinjaSource source = {.name = "", .text = braced, .length = strlen(braced)};
    const JinjaTemplate *template = jinja_parse(arena, &source, &ignored);
    return template && template->body->items.count == 1 &&
           template->body->items.items[0]->type == NODE_OUTPUT &&
           literal(arena, template->body->items.items[0]->left, out);
}
