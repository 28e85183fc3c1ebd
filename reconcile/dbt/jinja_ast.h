/*
 * Tokens and the syntax tree: what lexer, parser and evaluator of Jinja share. A tree is never changed
 * once parsed; places are byte offsets into the template's normalised text.
 */
#ifndef RECONCILE_JINJA_AST_H
#define RECONCILE_JINJA_AST_H

#include "cutover/jinja.h"
#include "cutover/str.h"

typedef enum TokenType {
    TOKEN_DATA, /* text between tags, already stripped as the tags around it ask */
    TOKEN_OUTPUT_BEGIN,
    TOKEN_OUTPUT_END,
    TOKEN_TAG_BEGIN,
    TOKEN_TAG_END,
    TOKEN_NAME,
    TOKEN_STRING,
    TOKEN_INT,
    TOKEN_FLOAT,
    TOKEN_OPERATOR,
    TOKEN_END,
} TokenType;

typedef struct Token {
    TokenType type;
    uint32_t at, length; /* in the template's text */
    const char *text;    /* data, name, decoded string or operator */
    int64_t integer;
    double real;
} Token;

typedef VEC(Token) TokenVec;

/* A template under construction. */
typedef struct JinjaParser {
    Arena *arena;
    Diags *diags;
    JinjaTemplate *template;
    Arena *scratch; /* for what only the parser needs: the tokens */
    TokenVec tokens;
    size_t next;             /* the current token */
    int depth;               /* of recursion */
    int loops;               /* around the current statement, inside the current macro */
    struct JinjaNode *macro; /* around the current statement, or NULL */
} JinjaParser;

/* Cuts the template's text into tokens, TOKEN_END last. */
bool jinja_lex(JinjaParser *parser);

/* Adds an error at LENGTH bytes from AT; returns false. */
bool jinja_syntax_error(JinjaParser *parser, const char *code, uint32_t at, uint32_t length,
                        const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Line and column (characters, 1-based) of a byte of the template, and LENGTH bytes from there in
 * characters, at most to the end of the line. */
void jinja_locate(const JinjaTemplate *template, uint32_t at, uint32_t length, int *line,
                  int *column, int *characters);

typedef enum NodeType {
    /* statements */
    NODE_BODY,   /* items */
    NODE_DATA,   /* value */
    NODE_OUTPUT, /* left */
    NODE_IF,     /* items: condition, body, condition, body ..., and maybe a last body for else */
    NODE_FOR, /* left: target, right: iterable, third: filter or NULL; items: body, else or NULL */
    NODE_SET, /* left: target, right: value */
    NODE_CAPTURE,      /* {% set x %}: left: target, right: body, third: filters or NULL */
    NODE_WITH,         /* items: target, value, target, value ..., body */
    NODE_FILTER_BLOCK, /* left: filters, right: body */
    NODE_CALL_BLOCK,   /* left: call, right: the caller as NODE_MACRO */
    NODE_MACRO,        /* items: NODE_PARAM; right: body; macro: what is public */
    NODE_DO,           /* left */
    NODE_BREAK,
    NODE_CONTINUE,
    /* expressions */
    NODE_CONST,  /* value */
    NODE_NAME,   /* name */
    NODE_LIST,   /* items */
    NODE_TUPLE,  /* items */
    NODE_DICT,   /* items: key, value, key, value ... */
    NODE_ATTR,   /* left . name */
    NODE_ITEM,   /* left [ right ] */
    NODE_SLICE,  /* left : right : third, each may be NULL */
    NODE_CALL,   /* left ( items ) */
    NODE_FILTER, /* left | name ( items ); left is NULL for the text of a block */
    NODE_TEST,   /* left is name ( items ) */
    NODE_COND,   /* left if right else third (or NULL) */
    NODE_AND,
    NODE_OR,
    NODE_NOT,     /* left */
    NODE_UNARY,   /* name: "-" or "+", left */
    NODE_BINARY,  /* left name right */
    NODE_CONCAT,  /* items */
    NODE_COMPARE, /* left, items: NODE_OPERAND */
    /* parts */
    NODE_OPERAND,          /* name: "==", "in", "not in" ..., left */
    NODE_PARAM,            /* name, left: default or NULL */
    NODE_KEYWORD,          /* name = left, among arguments */
    NODE_STAR,             /* *left */
    NODE_STAR_STAR,        /* **left */
    NODE_NAMESPACE_TARGET, /* {% set left.name %}, left: NODE_NAME */
} NodeType;

typedef struct NodeVec {
    JinjaNode **items;
    size_t count, cap;
} NodeVec;

struct JinjaNode {
    NodeType type;
    uint16_t height;  /* of the tree below: bounds what walks it */
    bool uses_caller; /* of a NODE_MACRO: its body mentions `caller`, ... */
    bool uses_varargs;
    bool uses_kwargs;
    uint32_t at, length; /* what to underline */
    const char *name;
    PyValue value;
    JinjaNode *left, *right, *third;
    NodeVec items;
    const JinjaMacro *macro;
};

/* --- between the parts of the parser ---------------------------------------------------------- */

#define JINJA_MAX_HEIGHT 300
#define JINJA_MAX_DEPTH 150

/* The current one. */
static inline Token *jinja_token(const JinjaParser *parser)
{
    return &parser->tokens.items[parser->next];
}

static inline bool jinja_is(const JinjaParser *parser, TokenType type, const char *text)
{
    const Token *token = jinja_token(parser);
    return token->type == type && str_eq(token->text, text);
}

static inline bool jinja_is_name(const JinjaParser *parser, const char *name)
{
    return jinja_is(parser, TOKEN_NAME, name);
}

static inline bool jinja_is_operator(const JinjaParser *parser, const char *op)
{
    return jinja_is(parser, TOKEN_OPERATOR, op);
}

Token *jinja_token_after(const JinjaParser *parser); /* the one behind it */
void jinja_advance(JinjaParser *parser);
bool jinja_skip_name(JinjaParser *parser, const char *name);
bool jinja_skip_operator(JinjaParser *parser, const char *op);
bool jinja_expect_operator(JinjaParser *parser, const char *op);
bool jinja_expect(JinjaParser *parser, TokenType type, const char *wanted);
bool jinja_unexpected(JinjaParser *parser, const char *wanted); /* adds an error; false */

JinjaNode *jinja_node(JinjaParser *parser, NodeType type, const Token *token);

/* Sets NODE's height from its parts; NULL after an error when it is too high. */
JinjaNode *jinja_finish(JinjaParser *parser, JinjaNode *node);

/* Enters or leaves one level of recursion; entering may fail. */
bool jinja_enter(JinjaParser *parser);
void jinja_leave(JinjaParser *parser);

/* A literal or name; what follows it directly (.x [x] (x)); the filters and tests behind that. A NULL
 * node passes through. */
JinjaNode *jinja_parse_primary(JinjaParser *parser);
JinjaNode *jinja_parse_postfix(JinjaParser *parser, JinjaNode *node);
JinjaNode *jinja_parse_filters_and_tests(JinjaParser *parser, JinjaNode *node);

/* true, None ...: not to be assigned to. */
bool jinja_is_constant_word(const char *name);

/* An expression with inline `if`; NULL after an error. */
JinjaNode *jinja_parse_expression(JinjaParser *parser);

/* An expression, or several with commas between them: a tuple. STOP is a name that ends it, or NULL. */
JinjaNode *jinja_parse_tuple(JinjaParser *parser, bool with_condition, const char *stop);

/* Something that can be assigned to; with NAMESPACE also ns.x. */
JinjaNode *jinja_parse_target(JinjaParser *parser, bool namespace, const char *stop);

/* | name(args) | name ... on top of NODE; with INLINE the first has no bar in front. */
JinjaNode *jinja_parse_filters(JinjaParser *parser, JinjaNode *node, bool inline_first);

/* ( name, name=default ... ) into MACRO. */
bool jinja_parse_signature(JinjaParser *parser, JinjaNode *macro);

/* Statements up to one of the END tags (NULL: the end of the text), which becomes current. */
JinjaNode *jinja_parse_body(JinjaParser *parser, const char *const *ends, const Token *opened);

/* --- constants ---------------------------------------------------------------------------------- */

/* True when Jinja's compiler would fold the expression, so that native rendering makes it a text. */
bool jinja_is_constant(const JinjaNode *node);

#endif
