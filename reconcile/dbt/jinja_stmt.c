/* Statements: one function a tag, found through a table. */
#include "jinja_ast.h"

#include "cutover/str.h"

static bool expect_tag_end(JinjaParser *parser)
{
    return jinja_expect(parser, TOKEN_TAG_END, "\"%}\"");
}

/* "%}" BODY up to one of ENDS, and over the "{%". OPENED is the tag that began the block. */
static JinjaNode *parse_block(JinjaParser *parser, const char *const *ends, const Token *opened)
{
    return expect_tag_end(parser) ? jinja_parse_body(parser, ends, opened) : NULL;
}

static const char *const end_if[] = {"elif", "else", "endif", NULL};

static JinjaNode *parse_if(JinjaParser *parser, const Token *opened)
{
    JinjaNode *node = jinja_node(parser, NODE_IF, opened);
    for (;;) {
        JinjaNode *condition = jinja_parse_tuple(parser, false, NULL);
        JinjaNode *body = condition ? parse_block(parser, end_if, opened) : NULL;
        if (!body) {
            return NULL;
        }
        vec_push(parser->arena, &node->items, condition);
        vec_push(parser->arena, &node->items, body);
        if (!jinja_skip_name(parser, "elif")) {
            break;
        }
    }
    if (jinja_skip_name(parser, "else")) {
        JinjaNode *body = parse_block(parser, (const char *const[]){"endif", NULL}, opened);
        if (!body) {
            return NULL;
        }
        vec_push(parser->arena, &node->items, body);
    }
    jinja_advance(parser);
    return jinja_finish(parser, node);
}

static bool parse_for_head(JinjaParser *parser, JinjaNode *node)
{
    node->left = jinja_parse_target(parser, false, "in");
    if (!node->left) {
        return false;
    }
    if (!jinja_skip_name(parser, "in")) {
        return jinja_unexpected(parser, "\"in\"");
    }
    node->right = jinja_parse_tuple(parser, false, "recursive");
    if (!node->right) {
        return false;
    }
    if (jinja_skip_name(parser, "if")) {
        node->third = jinja_parse_expression(parser);
        if (!node->third) {
            return false;
        }
    }
    Token *token = jinja_token(parser);
    return !jinja_is_name(parser, "recursive") ||
           jinja_syntax_error(parser, "CO2003", token->at, token->length,
                              "recursive loops are not supported");
}

static JinjaNode *parse_for(JinjaParser *parser, const Token *opened)
{
    JinjaNode *node = jinja_node(parser, NODE_FOR, opened);
    if (!parse_for_head(parser, node)) {
        return NULL;
    }
    parser->loops++;
    JinjaNode *body = parse_block(parser, (const char *const[]){"endfor", "else", NULL}, opened);
    parser->loops--;
    if (!body) {
        return NULL;
    }
    vec_push(parser->arena, &node->items, body);
    if (jinja_skip_name(parser, "else")) {
        JinjaNode *other = parse_block(parser, (const char *const[]){"endfor", NULL}, opened);
        if (!other) {
            return NULL;
        }
        vec_push(parser->arena, &node->items, other);
    }
    jinja_advance(parser);
    return jinja_finish(parser, node);
}

static JinjaNode *parse_capture(JinjaParser *parser, const Token *opened, JinjaNode *target)
{
    JinjaNode *node = jinja_node(parser, NODE_CAPTURE, opened);
    node->left = target;
    if (jinja_is_operator(parser, "|")) {
        node->third = jinja_parse_filters(parser, NULL, false);
        if (!node->third) {
            return NULL;
        }
    }
    node->right = parse_block(parser, (const char *const[]){"endset", NULL}, opened);
    jinja_advance(parser);
    return node->right ? jinja_finish(parser, node) : NULL;
}

static JinjaNode *parse_set(JinjaParser *parser, const Token *opened)
{
    JinjaNode *target = jinja_parse_target(parser, true, NULL);
    if (!target) {
        return NULL;
    }
    if (!jinja_skip_operator(parser, "=")) {
        return parse_capture(parser, opened, target);
    }
    JinjaNode *node = jinja_node(parser, NODE_SET, opened);
    node->left = target;
    node->right = jinja_parse_tuple(parser, true, NULL);
    return node->right ? jinja_finish(parser, node) : NULL;
}

static JinjaNode *parse_do(JinjaParser *parser, const Token *opened)
{
    JinjaNode *node = jinja_node(parser, NODE_DO, opened);
    node->left = jinja_parse_tuple(parser, true, NULL);
    return node->left ? jinja_finish(parser, node) : NULL;
}

static JinjaNode *parse_jump(JinjaParser *parser, const Token *opened)
{
    bool leave = str_eq(opened->text, "break");
    if (!parser->loops) {
        jinja_syntax_error(parser, "CO2001", opened->at, opened->length, "\"%s\" outside of a loop",
                           opened->text);
        return NULL;
    }
    return jinja_finish(parser, jinja_node(parser, leave ? NODE_BREAK : NODE_CONTINUE, opened));
}

static JinjaNode *parse_with(JinjaParser *parser, const Token *opened)
{
    JinjaNode *node = jinja_node(parser, NODE_WITH, opened);
    while (jinja_token(parser)->type != TOKEN_TAG_END) {
        if (node->items.count && !jinja_expect_operator(parser, ",")) {
            return NULL;
        }
        JinjaNode *target = jinja_parse_target(parser, false, NULL);
        if (!target || !jinja_expect_operator(parser, "=")) {
            return NULL;
        }
        JinjaNode *value = jinja_parse_expression(parser);
        if (!value) {
            return NULL;
        }
        vec_push(parser->arena, &node->items, target);
        vec_push(parser->arena, &node->items, value);
    }
    JinjaNode *body = parse_block(parser, (const char *const[]){"endwith", NULL}, opened);
    if (!body) {
        return NULL;
    }
    vec_push(parser->arena, &node->items, body);
    jinja_advance(parser);
    return jinja_finish(parser, node);
}

static JinjaNode *parse_filter_block(JinjaParser *parser, const Token *opened)
{
    JinjaNode *node = jinja_node(parser, NODE_FILTER_BLOCK, opened);
    node->left = jinja_parse_filters(parser, NULL, true);
    if (!node->left) {
        return NULL;
    }
    node->right = parse_block(parser, (const char *const[]){"endfilter", NULL}, opened);
    jinja_advance(parser);
    return node->right ? jinja_finish(parser, node) : NULL;
}

/* --- macros --------------------------------------------------------------------------------- */

bool jinja_parse_signature(JinjaParser *parser, JinjaNode *macro)
{
    bool defaults = false;
    if (!jinja_expect_operator(parser, "(")) {
        return false;
    }
    while (!jinja_is_operator(parser, ")")) {
        if (macro->items.count && !jinja_expect_operator(parser, ",")) {
            return false;
        }
        Token *token = jinja_token(parser);
        if (token->type != TOKEN_NAME) {
            return jinja_unexpected(parser, "the name of a parameter");
        }
        JinjaNode *param = jinja_node(parser, NODE_PARAM, token);
        param->name = token->text;
        jinja_advance(parser);
        if (jinja_skip_operator(parser, "=")) {
            defaults = true;
            param->left = jinja_parse_expression(parser);
            if (!param->left || !jinja_finish(parser, param)) {
                return false;
            }
        } else if (defaults) {
            return jinja_syntax_error(parser, "CO2001", token->at, token->length,
                                      "a parameter without default follows one with a default");
        }
        vec_push(parser->arena, &macro->items, param);
    }
    return jinja_expect_operator(parser, ")");
}

/* The body of MACRO; what is mentioned in it is noted in the macro, and in those around it. */
static JinjaNode *parse_macro_body(JinjaParser *parser, JinjaNode *macro, const char *end,
                                   const Token *opened)
{
    JinjaNode *outer = parser->macro;
    int loops = parser->loops;
    parser->macro = macro;
    parser->loops = 0;
    macro->right = parse_block(parser, (const char *const[]){end, NULL}, opened);
    parser->macro = outer;
    parser->loops = loops;
    jinja_advance(parser);
    return macro->right ? jinja_finish(parser, macro) : NULL;
}

static JinjaMacro *add_macro(JinjaParser *parser, JinjaNode *node, JinjaMacroKind kind)
{
    JinjaMacro *macro = arena_make(parser->arena, JinjaMacro);
    int characters;
    macro->kind = kind;
    macro->name = node->name;
    macro->template = parser->template;
    macro->node = node;
    jinja_locate(parser->template, node->at, node->length, &macro->line, &macro->column,
                 &characters);
    node->macro = macro;
    vec_push(parser->arena, &parser->template->macros, macro);
    return macro;
}

static JinjaNode *parse_macro_name(JinjaParser *parser)
{
    Token *token = jinja_token(parser);
    if (token->type != TOKEN_NAME) {
        jinja_unexpected(parser, "a name");
        return NULL;
    }
    JinjaNode *node = jinja_node(parser, NODE_MACRO, token);
    node->name = token->text;
    jinja_advance(parser);
    return node;
}

static JinjaNode *parse_macro(JinjaParser *parser, const Token *opened)
{
    JinjaNode *node = parse_macro_name(parser);
    if (!node || !jinja_parse_signature(parser, node)) {
        return NULL;
    }
    JinjaMacro *macro =
        add_macro(parser, node, str_eq(opened->text, "macro") ? JINJA_MACRO : JINJA_TEST);
    vec_each (JinjaNode *, param, &node->items) {
        vec_push(parser->arena, &macro->params, (*param)->name);
    }
    return parse_macro_body(parser, node, arena_printf(parser->arena, "end%s", opened->text),
                            opened);
}

/* {% materialization name, adapter='x', supported_languages=[...] %} or , default */
static bool parse_materialization_option(JinjaParser *parser, JinjaMacro *macro)
{
    if (jinja_skip_name(parser, "default")) {
        return true;
    }
    bool adapter = jinja_is_name(parser, "adapter");
    if (jinja_token(parser)->type != TOKEN_NAME) {
        return jinja_unexpected(parser, "\"default\" or \"adapter\"");
    }
    jinja_advance(parser);
    JinjaNode *value = jinja_expect_operator(parser, "=") ? jinja_parse_expression(parser) : NULL;
    if (value && adapter && value->type == NODE_CONST && value->value.type == PY_STRING) {
        macro->adapter = value->value.text;
    }
    return value;
}

static JinjaNode *parse_materialization(JinjaParser *parser, const Token *opened)
{
    JinjaNode *node = parse_macro_name(parser);
    if (!node) {
        return NULL;
    }
    JinjaMacro *macro = add_macro(parser, node, JINJA_MATERIALIZATION);
    macro->adapter = "default";
    while (jinja_skip_operator(parser, ",")) {
        if (!parse_materialization_option(parser, macro)) {
            return NULL;
        }
    }
    return parse_macro_body(parser, node, "endmaterialization", opened);
}

static JinjaNode *parse_call_block(JinjaParser *parser, const Token *opened)
{
    JinjaNode *node = jinja_node(parser, NODE_CALL_BLOCK, opened);
    JinjaNode *caller = jinja_node(parser, NODE_MACRO, opened);
    caller->name = "caller";
    if (jinja_is_operator(parser, "(") && !jinja_parse_signature(parser, caller)) {
        return NULL;
    }
    Token *token = jinja_token(parser);
    node->left = jinja_parse_expression(parser);
    if (!node->left) {
        return NULL;
    }
    if (node->left->type != NODE_CALL) {
        jinja_syntax_error(parser, "CO2001", token->at, token->length,
                           "a call block needs a call: {%% call name(...) %%}");
        return NULL;
    }
    /* What the block mentions belongs to the macro around it, too. */
    JinjaNode *outer = parser->macro;
    node->right = parse_macro_body(parser, caller, "endcall", opened);
    if (outer) {
        outer->uses_caller |= caller->uses_caller;
        outer->uses_varargs |= caller->uses_varargs;
        outer->uses_kwargs |= caller->uses_kwargs;
    }
    return node->right ? jinja_finish(parser, node) : NULL;
}

/* --- dispatch ------------------------------------------------------------------------------- */

typedef struct Tag {
    const char *name;
    JinjaNode *(*parse)(JinjaParser *parser, const Token *opened);
} Tag;

static const Tag tags[] = {
    {"if", parse_if},
    {"for", parse_for},
    {"set", parse_set},
    {"do", parse_do},
    {"macro", parse_macro},
    {"test", parse_macro},
    {"data_test", parse_macro},
    {"materialization", parse_materialization},
    {"call", parse_call_block},
    {"break", parse_jump},
    {"continue", parse_jump},
    {"with", parse_with},
    {"filter", parse_filter_block},
};

/* Known to Jinja or dbt, deliberately absent here. */
static const char *const refused_tags[] = {"include", "import",     "from",     "extends",  "block",
                                           "print",   "autoescape", "trans",    "snapshot", "docs",
                                           "debug",   "pluralize",  "unit_test"};

static JinjaNode *unknown_tag(JinjaParser *parser, const Token *token, const char *const *ends)
{
    for (size_t i = 0; i < sizeof refused_tags / sizeof *refused_tags; i++) {
        if (str_eq(token->text, refused_tags[i])) {
            jinja_syntax_error(parser, "CO2003", token->at, token->length,
                               "tag \"%s\" is not supported", token->text);
            return NULL;
        }
    }
    StrVec known = {0};
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
        vec_push(parser->arena, &known, tags[i].name);
    }
    for (; ends && *ends; ends++) {
        vec_push(parser->arena, &known, *ends);
    }
    jinja_syntax_error(parser, "CO2002", token->at, token->length, "unknown tag \"%s\"",
                       token->text);
    const char *near = str_nearest(token->text, &known);
    if (near) {
        vec_last(&parser->diags->list).label =
            arena_printf(parser->diags->arena, "did you mean \"%s\"?", near);
    }
    return NULL;
}

/* A tag, the current token being its name. */
static JinjaNode *parse_statement(JinjaParser *parser)
{
    Token *token = jinja_token(parser);
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
        if (str_eq(token->text, tags[i].name)) {
            const Token opened = *token;
            jinja_advance(parser);
            JinjaNode *node = tags[i].parse(parser, &opened);
            return node && expect_tag_end(parser) ? node : NULL;
        }
    }
    return NULL;
}

static bool known_tag(const char *name)
{
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
        if (str_eq(name, tags[i].name)) {
            return true;
        }
    }
    return false;
}

static bool at_end_tag(JinjaParser *parser, const char *const *ends)
{
    for (; ends && *ends; ends++) {
        if (jinja_is_name(parser, *ends)) {
            return true;
        }
    }
    return false;
}

static JinjaNode *parse_tag(JinjaParser *parser, const char *const *ends)
{
    Token *token = jinja_token(parser);
    if (token->type != TOKEN_NAME) {
        jinja_unexpected(parser, "the name of a tag");
        return NULL;
    }
    return known_tag(token->text) ? parse_statement(parser) : unknown_tag(parser, token, ends);
}

static JinjaNode *parse_output(JinjaParser *parser)
{
    JinjaNode *node = jinja_node(parser, NODE_OUTPUT, jinja_token(parser));
    jinja_advance(parser);
    node->left = jinja_parse_tuple(parser, true, NULL);
    return node->left && jinja_expect(parser, TOKEN_OUTPUT_END, "\"}}\"")
               ? jinja_finish(parser, node)
               : NULL;
}

static JinjaNode *parse_data(JinjaParser *parser)
{
    Token *token = jinja_token(parser);
    JinjaNode *node = jinja_node(parser, NODE_DATA, token);
    node->value = py_text(token->text);
    jinja_advance(parser);
    return node;
}

static JinjaNode *unfinished(JinjaParser *parser, const char *const *ends, const Token *opened)
{
    size_t count = 0;
    while (ends[count]) {
        count++;
    }
    jinja_syntax_error(parser, "CO2001", opened->at, opened->length,
                       "\"%s\" is never closed: {%% %s %%} is missing",
                       opened->text ? opened->text : "the block", ends[count - 1]);
    return NULL;
}

/* The next node of a body, NULL with *DONE at its end. */
static JinjaNode *parse_part(JinjaParser *parser, const char *const *ends, const Token *opened,
                             bool *done)
{
    switch (jinja_token(parser)->type) {
    case TOKEN_DATA:
        return parse_data(parser);
    case TOKEN_OUTPUT_BEGIN:
        return parse_output(parser);
    case TOKEN_TAG_BEGIN:
        jinja_advance(parser);
        *done = at_end_tag(parser, ends);
        return *done ? NULL : parse_tag(parser, ends);
    default:
        *done = !ends;
        return ends ? unfinished(parser, ends, opened) : NULL;
    }
}

JinjaNode *jinja_parse_body(JinjaParser *parser, const char *const *ends, const Token *opened)
{
    JinjaNode *body = jinja_node(parser, NODE_BODY, jinja_token(parser));
    if (!jinja_enter(parser)) {
        return NULL;
    }
    for (bool done = false; !done;) {
        JinjaNode *part = parse_part(parser, ends, opened, &done);
        if (part) {
            vec_push(parser->arena, &body->items, part);
        } else if (!done) {
            return NULL;
        }
    }
    jinja_leave(parser);
    return jinja_finish(parser, body);
}
