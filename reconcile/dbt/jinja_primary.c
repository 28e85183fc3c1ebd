/* What operators work on: literals, names, calls, subscripts, and the filters and tests behind them. */
#include "jinja_ast.h"

#include "cutover/str.h"

/* --- primaries ------------------------------------------------------------------------------ */

typedef struct Word {
    const char *word;
    PyType type;
    bool truth;
} Word;

static const Word constant_words[] = {{"true", PY_BOOL, true},   {"True", PY_BOOL, true},
                                      {"false", PY_BOOL, false}, {"False", PY_BOOL, false},
                                      {"none", PY_NONE, false},  {"None", PY_NONE, false}};

static const Word *constant_word(const char *name)
{
    for (size_t i = 0; i < sizeof constant_words / sizeof *constant_words; i++) {
        if (str_eq(constant_words[i].word, name)) {
            return &constant_words[i];
        }
    }
    return NULL;
}

bool jinja_is_constant_word(const char *name)
{
    return constant_word(name);
}

static void note_special(JinjaParser *parser, const char *name)
{
    JinjaNode *macro = parser->macro;
    if (macro) {
        macro->uses_caller |= str_eq(name, "caller");
        macro->uses_varargs |= str_eq(name, "varargs");
        macro->uses_kwargs |= str_eq(name, "kwargs");
    }
}

static JinjaNode *parse_name(JinjaParser *parser)
{
    Token *token = jinja_token(parser);
    const Word *word = constant_word(token->text);
    JinjaNode *node = jinja_node(parser, word ? NODE_CONST : NODE_NAME, token);
    node->name = token->text;
    if (word) {
        node->value = word->type == PY_BOOL ? py_bool(word->truth) : py_none();
    } else {
        note_special(parser, token->text);
    }
    jinja_advance(parser);
    return node;
}

/* 'a' "b" are one text, as in C. */
static JinjaNode *parse_strings(JinjaParser *parser)
{
    JinjaNode *node = jinja_node(parser, NODE_CONST, jinja_token(parser));
    if (jinja_token_after(parser)->type != TOKEN_STRING) {
        node->value = py_text(arena_strdup(parser->arena, jinja_token(parser)->text));
        jinja_advance(parser);
        return node;
    }
    Buf joined = buf_new(parser->scratch, parser->template->length + 1);
    while (jinja_token(parser)->type == TOKEN_STRING) {
        Token *token = jinja_token(parser);
        buf_text(&joined, token->text);
        node->length = token->at + token->length - node->at;
        jinja_advance(parser);
    }
    node->value = py_text(arena_strndup(parser->arena, joined.data, joined.length));
    return node;
}

static JinjaNode *parse_number(JinjaParser *parser)
{
    Token *token = jinja_token(parser);
    JinjaNode *node = jinja_node(parser, NODE_CONST, token);
    node->value = token->type == TOKEN_INT ? py_int(token->integer) : py_float(token->real);
    jinja_advance(parser);
    return node;
}

/* Items up to the bracket CLOSE; a trailing comma is allowed. PAIRS: each is key : value. */
static bool parse_items(JinjaParser *parser, JinjaNode *node, const char *close, bool pairs)
{
    while (!jinja_is_operator(parser, close)) {
        if (node->items.count && !jinja_expect_operator(parser, ",")) {
            return false;
        }
        if (jinja_is_operator(parser, close)) {
            break;
        }
        JinjaNode *item = jinja_parse_expression(parser);
        if (!item) {
            return false;
        }
        vec_push(parser->arena, &node->items, item);
        if (!pairs) {
            continue;
        }
        JinjaNode *value =
            jinja_expect_operator(parser, ":") ? jinja_parse_expression(parser) : NULL;
        if (!value) {
            return false;
        }
        vec_push(parser->arena, &node->items, value);
    }
    Token *token = jinja_token(parser);
    node->length = token->at + token->length - node->at;
    return jinja_expect_operator(parser, close);
}

static JinjaNode *parse_brackets(JinjaParser *parser, bool dict)
{
    JinjaNode *node = jinja_node(parser, dict ? NODE_DICT : NODE_LIST, jinja_token(parser));
    jinja_advance(parser);
    return parse_items(parser, node, dict ? "}" : "]", dict) ? jinja_finish(parser, node) : NULL;
}

static JinjaNode *parse_parentheses(JinjaParser *parser)
{
    Token *open = jinja_token(parser);
    jinja_advance(parser);
    JinjaNode *node;
    if (jinja_is_operator(parser, ")")) {
        node = jinja_node(parser, NODE_TUPLE, open);
    } else {
        node = jinja_parse_tuple(parser, true, NULL);
    }
    return node && jinja_expect_operator(parser, ")") ? node : NULL;
}

JinjaNode *jinja_parse_primary(JinjaParser *parser)
{
    switch (jinja_token(parser)->type) {
    case TOKEN_NAME:
        return parse_name(parser);
    case TOKEN_STRING:
        return parse_strings(parser);
    case TOKEN_INT:
    case TOKEN_FLOAT:
        return parse_number(parser);
    default:
        break;
    }
    if (jinja_is_operator(parser, "(")) {
        return parse_parentheses(parser);
    }
    if (jinja_is_operator(parser, "[") || jinja_is_operator(parser, "{")) {
        return parse_brackets(parser, jinja_is_operator(parser, "{"));
    }
    jinja_unexpected(parser, "an expression");
    return NULL;
}

/* --- calls ---------------------------------------------------------------------------------- */

static JinjaNode *argument(JinjaParser *parser, NodeType type, bool ordered)
{
    Token *token = jinja_token(parser);
    if (!ordered) {
        jinja_syntax_error(parser, "CO2001", token->at, token->length,
                           "a positional argument cannot follow a keyword argument");
        return NULL;
    }
    if (type == NODE_CONST) {
        return jinja_parse_expression(parser);
    }
    JinjaNode *node = jinja_node(parser, type, token);
    node->name = token->text;
    jinja_advance(parser);
    if (type == NODE_KEYWORD) {
        jinja_advance(parser);
    }
    node->left = jinja_parse_expression(parser);
    return node->left ? jinja_finish(parser, node) : NULL;
}

static NodeType argument_type(JinjaParser *parser)
{
    Token *after = jinja_token_after(parser);
    if (jinja_token(parser)->type == TOKEN_NAME && after->type == TOKEN_OPERATOR &&
        str_eq(after->text, "=")) {
        return NODE_KEYWORD;
    }
    return jinja_is_operator(parser, "*")    ? NODE_STAR
           : jinja_is_operator(parser, "**") ? NODE_STAR_STAR
                                             : NODE_CONST;
}

/* ( a, *b, c=d, **e ) into NODE. */
static bool parse_arguments(JinjaParser *parser, JinjaNode *node)
{
    NodeType latest = NODE_CONST;
    jinja_advance(parser);
    while (!jinja_is_operator(parser, ")")) {
        if (node->items.count && !jinja_expect_operator(parser, ",")) {
            return false;
        }
        if (jinja_is_operator(parser, ")")) {
            break;
        }
        NodeType type = argument_type(parser);
        bool positional = type == NODE_CONST || type == NODE_STAR;
        JinjaNode *item = argument(parser, type, !positional || latest == NODE_CONST);
        if (!item) {
            return false;
        }
        latest = type == NODE_CONST ? latest : type;
        vec_push(parser->arena, &node->items, item);
    }
    return jinja_expect_operator(parser, ")");
}

static JinjaNode *parse_call(JinjaParser *parser, JinjaNode *callee)
{
    JinjaNode *node = jinja_node(parser, NODE_CALL, jinja_token(parser));
    node->at = callee->at;
    node->length = callee->length;
    node->left = callee;
    return parse_arguments(parser, node) ? jinja_finish(parser, node) : NULL;
}

/* --- subscripts ----------------------------------------------------------------------------- */

static JinjaNode *parse_slice_part(JinjaParser *parser, bool *ok)
{
    if (jinja_is_operator(parser, ":") || jinja_is_operator(parser, "]") ||
        jinja_is_operator(parser, ",")) {
        return NULL;
    }
    JinjaNode *part = jinja_parse_expression(parser);
    *ok = *ok && part;
    return part;
}

static JinjaNode *parse_subscribed(JinjaParser *parser)
{
    Token *first = jinja_token(parser);
    bool ok = true;
    JinjaNode *left = parse_slice_part(parser, &ok);
    if (!ok) {
        return NULL;
    }
    if (!jinja_is_operator(parser, ":")) {
        if (!left) {
            jinja_unexpected(parser, "an index");
        }
        return left;
    }
    JinjaNode *slice = jinja_node(parser, NODE_SLICE, first);
    slice->left = left;
    jinja_advance(parser);
    slice->right = parse_slice_part(parser, &ok);
    if (ok && jinja_skip_operator(parser, ":")) {
        slice->third = parse_slice_part(parser, &ok);
    }
    return ok ? jinja_finish(parser, slice) : NULL;
}

static JinjaNode *parse_index(JinjaParser *parser, JinjaNode *object)
{
    JinjaNode *node = jinja_node(parser, NODE_ITEM, jinja_token(parser));
    node->at = object->at;
    node->left = object;
    jinja_advance(parser);
    JinjaNode *index = parse_subscribed(parser);
    if (index && jinja_is_operator(parser, ",")) {
        JinjaNode *tuple = jinja_node(parser, NODE_TUPLE, jinja_token(parser));
        vec_push(parser->arena, &tuple->items, index);
        while (index && jinja_skip_operator(parser, ",") && !jinja_is_operator(parser, "]")) {
            index = parse_subscribed(parser);
            if (index) {
                vec_push(parser->arena, &tuple->items, index);
            }
        }
        index = index ? jinja_finish(parser, tuple) : NULL;
    }
    node->right = index;
    Token *close = jinja_token(parser);
    node->length = close->at + close->length - node->at;
    return index && jinja_expect_operator(parser, "]") ? jinja_finish(parser, node) : NULL;
}

static JinjaNode *parse_dot(JinjaParser *parser, JinjaNode *object)
{
    jinja_advance(parser);
    Token *token = jinja_token(parser);
    JinjaNode *node;
    if (token->type == TOKEN_NAME) {
        node = jinja_node(parser, NODE_ATTR, token);
        node->name = token->text;
    } else if (token->type == TOKEN_INT) {
        node = jinja_node(parser, NODE_ITEM, token);
        node->right = jinja_node(parser, NODE_CONST, token);
        node->right->value = py_int(token->integer);
    } else {
        jinja_unexpected(parser, "a name behind the dot");
        return NULL;
    }
    node->left = object;
    jinja_advance(parser);
    return jinja_finish(parser, node);
}

JinjaNode *jinja_parse_postfix(JinjaParser *parser, JinjaNode *node)
{
    while (node) {
        if (jinja_is_operator(parser, ".")) {
            node = parse_dot(parser, node);
        } else if (jinja_is_operator(parser, "[")) {
            node = parse_index(parser, node);
        } else if (jinja_is_operator(parser, "(")) {
            node = parse_call(parser, node);
        } else {
            break;
        }
    }
    return node;
}

/* --- filters and tests ---------------------------------------------------------------------- */

/* name.name... of a filter or test. */
static JinjaNode *parse_dotted(JinjaParser *parser, NodeType type, const char *wanted)
{
    if (jinja_token(parser)->type != TOKEN_NAME) {
        jinja_unexpected(parser, wanted);
        return NULL;
    }
    JinjaNode *node = jinja_node(parser, type, jinja_token(parser));
    node->name = jinja_token(parser)->text;
    jinja_advance(parser);
    while (jinja_is_operator(parser, ".") && jinja_token_after(parser)->type == TOKEN_NAME) {
        jinja_advance(parser);
        Token *token = jinja_token(parser);
        node->name = arena_printf(parser->arena, "%s.%s", node->name, token->text);
        node->length = token->at + token->length - node->at;
        jinja_advance(parser);
    }
    return node;
}

JinjaNode *jinja_parse_filters(JinjaParser *parser, JinjaNode *node, bool inline_first)
{
    while (jinja_is_operator(parser, "|") || inline_first) {
        if (!inline_first) {
            jinja_advance(parser);
        }
        inline_first = false;
        JinjaNode *filter = parse_dotted(parser, NODE_FILTER, "the name of a filter");
        if (!filter) {
            return NULL;
        }
        filter->left = node;
        if (jinja_is_operator(parser, "(") && !parse_arguments(parser, filter)) {
            return NULL;
        }
        node = jinja_finish(parser, filter);
        if (!node) {
            return NULL;
        }
    }
    return node;
}

static bool test_has_argument(JinjaParser *parser)
{
    static const char *const enders[] = {"else", "or", "and"};
    Token *token = jinja_token(parser);
    if (token->type == TOKEN_NAME) {
        for (size_t i = 0; i < sizeof enders / sizeof *enders; i++) {
            if (str_eq(token->text, enders[i])) {
                return false;
            }
        }
        return true;
    }
    return token->type == TOKEN_STRING || token->type == TOKEN_INT || token->type == TOKEN_FLOAT ||
           jinja_is_operator(parser, "[") || jinja_is_operator(parser, "{");
}

static bool parse_test_argument(JinjaParser *parser, JinjaNode *test)
{
    if (jinja_is_operator(parser, "(")) {
        return parse_arguments(parser, test);
    }
    if (!test_has_argument(parser)) {
        return true;
    }
    if (jinja_is_name(parser, "is")) {
        Token *token = jinja_token(parser);
        return jinja_syntax_error(parser, "CO2001", token->at, token->length,
                                  "tests cannot be chained with \"is\": use \"and\"");
    }
    JinjaNode *item = jinja_parse_postfix(parser, jinja_parse_primary(parser));
    if (item) {
        vec_push(parser->arena, &test->items, item);
    }
    return item;
}

static JinjaNode *parse_test(JinjaParser *parser, JinjaNode *subject)
{
    jinja_advance(parser);
    Token *negation = jinja_token(parser);
    bool negated = jinja_skip_name(parser, "not");
    JinjaNode *test = parse_dotted(parser, NODE_TEST, "the name of a test");
    if (!test) {
        return NULL;
    }
    test->left = subject;
    if (!parse_test_argument(parser, test)) {
        return NULL;
    }
    test = jinja_finish(parser, test);
    if (!test || !negated) {
        return test;
    }
    JinjaNode *node = jinja_node(parser, NODE_NOT, negation);
    node->left = test;
    return jinja_finish(parser, node);
}

JinjaNode *jinja_parse_filters_and_tests(JinjaParser *parser, JinjaNode *node)
{
    while (node) {
        if (jinja_is_operator(parser, "|")) {
            node = jinja_parse_filters(parser, node, false);
        } else if (jinja_is_name(parser, "is")) {
            node = parse_test(parser, node);
        } else if (jinja_is_operator(parser, "(")) {
            node = parse_call(parser, node);
        } else {
            break;
        }
    }
    return node;
}
