/* Expressions, with Jinja's own precedence: `~` binds between `+` and `*`, `**` and unary minus are left. */
#include "jinja_ast.h"

#include "cutover/str.h"

#include <string.h>

static JinjaNode *parse_unary(JinjaParser *parser, bool with_filter);
static JinjaNode *parse_or(JinjaParser *parser);

static JinjaNode *two(JinjaParser *parser, NodeType type, const char *name, JinjaNode *left,
                      JinjaNode *right)
{
    if (!left || !right) {
        return NULL;
    }
    JinjaNode *node = jinja_node(parser, type, jinja_token(parser));
    node->name = name;
    node->left = left;
    node->right = right;
    node->at = left->at;
    node->length = right->at > left->at ? right->at + right->length - left->at : left->length;
    return jinja_finish(parser, node);
}

/* --- operators, tightest first -------------------------------------------------------------- */

static JinjaNode *parse_signed(JinjaParser *parser)
{
    JinjaNode *node = jinja_node(parser, NODE_UNARY, jinja_token(parser));
    node->name = jinja_token(parser)->text;
    jinja_advance(parser);
    node->left = parse_unary(parser, false);
    return node->left ? jinja_finish(parser, node) : NULL;
}

static JinjaNode *parse_unary(JinjaParser *parser, bool with_filter)
{
    if (!jinja_enter(parser)) {
        return NULL;
    }
    bool sign = jinja_is_operator(parser, "-") || jinja_is_operator(parser, "+");
    JinjaNode *node = sign ? parse_signed(parser) : jinja_parse_primary(parser);
    node = jinja_parse_postfix(parser, node);
    if (with_filter) {
        node = jinja_parse_filters_and_tests(parser, node);
    }
    jinja_leave(parser);
    return node;
}

/* Binary operators, all of them left-associative; those of a higher level bind tighter. */
enum { LEVEL_SUM, LEVEL_CONCAT, LEVEL_PRODUCT, LEVEL_POWER, LEVEL_UNARY };

typedef struct Operator {
    const char *text;
    int level;
} Operator;

static const Operator binaries[] = {
    {"+", LEVEL_SUM},     {"-", LEVEL_SUM},      {"~", LEVEL_CONCAT},  {"*", LEVEL_PRODUCT},
    {"/", LEVEL_PRODUCT}, {"//", LEVEL_PRODUCT}, {"%", LEVEL_PRODUCT}, {"**", LEVEL_POWER}};

/* The binary operator here, of LEVEL or a tighter one; or NULL. */
static const Operator *operator_here(const JinjaParser *parser, int level)
{
    const Token *token = jinja_token(parser);
    for (size_t i = 0; token->type == TOKEN_OPERATOR && i < sizeof binaries / sizeof *binaries;
         i++) {
        if (str_eq(token->text, binaries[i].text)) {
            return binaries[i].level >= level ? &binaries[i] : NULL;
        }
    }
    return NULL;
}

static JinjaNode *parse_level(JinjaParser *parser, int level);

static JinjaNode *parse_concat(JinjaParser *parser, JinjaNode *first)
{
    JinjaNode *node = jinja_node(parser, NODE_CONCAT, jinja_token(parser));
    node->at = first->at;
    node->length = first->length;
    vec_push(parser->arena, &node->items, first);
    while (jinja_skip_operator(parser, "~")) {
        JinjaNode *item = parse_level(parser, LEVEL_CONCAT + 1);
        if (!item) {
            return NULL;
        }
        vec_push(parser->arena, &node->items, item);
    }
    return jinja_finish(parser, node);
}

/* What operators of LEVEL and of tighter ones join. */
static JinjaNode *parse_level(JinjaParser *parser, int level)
{
    JinjaNode *left = parse_unary(parser, true);
    const Operator *op;
    while (left && level < LEVEL_UNARY && (op = operator_here(parser, level)) != NULL) {
        if (op->level == LEVEL_CONCAT) {
            left = parse_concat(parser, left);
            continue;
        }
        jinja_advance(parser);
        left = two(parser, NODE_BINARY, op->text, left, parse_level(parser, op->level + 1));
    }
    return left;
}

static const char *const comparisons[] = {"==", "!=", "<", "<=", ">", ">="};

/* The comparison here, passed over; or NULL. */
static const char *skip_comparison(JinjaParser *parser)
{
    const char *op = NULL;
    bool symbol = jinja_token(parser)->type == TOKEN_OPERATOR;
    for (size_t i = 0; symbol && !op && i < sizeof comparisons / sizeof *comparisons; i++) {
        op = jinja_is_operator(parser, comparisons[i]) ? comparisons[i] : NULL;
    }
    if (jinja_is_name(parser, "in")) {
        op = "in";
    } else if (jinja_is_name(parser, "not") && jinja_token_after(parser)->type == TOKEN_NAME &&
               str_eq(jinja_token_after(parser)->text, "in")) {
        op = "not in";
        jinja_advance(parser);
    }
    if (op) {
        jinja_advance(parser);
    }
    return op;
}

static JinjaNode *parse_compare(JinjaParser *parser)
{
    JinjaNode *left = parse_level(parser, 0);
    JinjaNode *node = NULL;
    for (;;) {
        Token *token = jinja_token(parser);
        const char *op = left ? skip_comparison(parser) : NULL;
        if (!op) {
            return node ? jinja_finish(parser, node) : left;
        }
        if (!node) {
            node = jinja_node(parser, NODE_COMPARE, token);
            node->left = left;
        }
        JinjaNode *operand = jinja_node(parser, NODE_OPERAND, token);
        operand->name = op;
        operand->left = parse_level(parser, 0);
        if (!operand->left || !jinja_finish(parser, operand)) {
            return NULL;
        }
        vec_push(parser->arena, &node->items, operand);
    }
}

static JinjaNode *parse_not(JinjaParser *parser)
{
    if (!jinja_is_name(parser, "not")) {
        return parse_compare(parser);
    }
    if (!jinja_enter(parser)) {
        return NULL;
    }
    JinjaNode *node = jinja_node(parser, NODE_NOT, jinja_token(parser));
    jinja_advance(parser);
    node->left = parse_not(parser);
    jinja_leave(parser);
    return node->left ? jinja_finish(parser, node) : NULL;
}

static JinjaNode *parse_and(JinjaParser *parser)
{
    JinjaNode *left = parse_not(parser);
    while (left && jinja_skip_name(parser, "and")) {
        left = two(parser, NODE_AND, "and", left, parse_not(parser));
    }
    return left;
}

static JinjaNode *parse_or(JinjaParser *parser)
{
    JinjaNode *left = parse_and(parser);
    while (left && jinja_skip_name(parser, "or")) {
        left = two(parser, NODE_OR, "or", left, parse_and(parser));
    }
    return left;
}

JinjaNode *jinja_parse_expression(JinjaParser *parser)
{
    if (!jinja_enter(parser)) {
        return NULL;
    }
    JinjaNode *node = parse_or(parser);
    while (node && jinja_skip_name(parser, "if")) {
        JinjaNode *condition = parse_or(parser);
        node = two(parser, NODE_COND, "if", node, condition);
        if (node && jinja_skip_name(parser, "else")) {
            node->third = jinja_parse_expression(parser);
            node = node->third ? jinja_finish(parser, node) : NULL;
        }
    }
    jinja_leave(parser);
    return node;
}

/* --- tuples and targets --------------------------------------------------------------------- */

static bool tuple_ends(JinjaParser *parser, const char *stop)
{
    TokenType type = jinja_token(parser)->type;
    return type == TOKEN_OUTPUT_END || type == TOKEN_TAG_END || jinja_is_operator(parser, ")") ||
           (stop && jinja_is_name(parser, stop));
}

static JinjaNode *parse_target_item(JinjaParser *parser, bool namespace)
{
    Token *token = jinja_token(parser);
    if (jinja_is_operator(parser, "(")) {
        jinja_advance(parser);
        JinjaNode *inner = jinja_enter(parser) ? jinja_parse_target(parser, false, NULL) : NULL;
        jinja_leave(parser);
        return inner && jinja_expect_operator(parser, ")") ? inner : NULL;
    }
    if (token->type != TOKEN_NAME || jinja_is_constant_word(token->text)) {
        jinja_unexpected(parser, "a name to assign to");
        return NULL;
    }
    JinjaNode *name = jinja_node(parser, NODE_NAME, token);
    name->name = token->text;
    jinja_advance(parser);
    if (!namespace || !jinja_is_operator(parser, ".")) {
        return name;
    }
    jinja_advance(parser);
    if (jinja_token(parser)->type != TOKEN_NAME) {
        jinja_unexpected(parser, "a name behind the dot");
        return NULL;
    }
    JinjaNode *target = jinja_node(parser, NODE_NAMESPACE_TARGET, jinja_token(parser));
    target->name = jinja_token(parser)->text;
    target->left = name;
    jinja_advance(parser);
    return jinja_finish(parser, target);
}

typedef struct TupleRule {
    bool target, namespace, condition;
    const char *stop;
} TupleRule;

static JinjaNode *parse_tuple_item(JinjaParser *parser, const TupleRule *rule)
{
    if (rule->target) {
        return parse_target_item(parser, rule->namespace);
    }
    return rule->condition ? jinja_parse_expression(parser) : parse_or(parser);
}

static JinjaNode *parse_tuple(JinjaParser *parser, const TupleRule *rule)
{
    const Token *first = jinja_token(parser);
    JinjaNode *item = parse_tuple_item(parser, rule);
    if (!item || !jinja_is_operator(parser, ",")) {
        return item;
    }
    JinjaNode *tuple = jinja_node(parser, NODE_TUPLE, first);
    while (item) {
        vec_push(parser->arena, &tuple->items, item);
        tuple->length = item->at + item->length - tuple->at;
        if (!jinja_skip_operator(parser, ",") || tuple_ends(parser, rule->stop)) {
            return jinja_finish(parser, tuple);
        }
        item = parse_tuple_item(parser, rule);
    }
    return NULL;
}

JinjaNode *jinja_parse_tuple(JinjaParser *parser, bool with_condition, const char *stop)
{
    return parse_tuple(parser, &(TupleRule){.condition = with_condition, .stop = stop});
}

JinjaNode *jinja_parse_target(JinjaParser *parser, bool namespace, const char *stop)
{
    return parse_tuple(parser, &(TupleRule){.target = true, .namespace = namespace, .stop = stop});
}
