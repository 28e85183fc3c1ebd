/* The template as a whole, and what the parts of the parser share: places, errors, tokens, nodes. */
#include "jinja_ast.h"

#include "cutover/str.h"

#include <string.h>

#define MAX_TEMPLATE (64u << 20)

/* --- places and errors ---------------------------------------------------------------------- */

/* Characters in LENGTH bytes at TEXT, ending before the first newline. */
static int characters_in(const char *text, size_t length)
{
    int n = 0;
    for (size_t i = 0; i < length && text[i] && text[i] != '\n'; i++) {
        n += ((unsigned char)text[i] & 0xc0) != 0x80;
    }
    return n;
}

void jinja_locate(const JinjaTemplate *template, uint32_t at, uint32_t length, int *line,
                  int *column, int *characters)
{
    const char *text = template->text, *start = text;
    at = at > template->length ? (uint32_t)template->length : at;
    *line = template->first_line;
    for (const char *p = text; (p = memchr(p, '\n', (size_t)(text + at - p))) != NULL;
         start = ++p) {
        ++*line;
    }
    *column = characters_in(start, (size_t)(text + at - start)) + 1;
    *characters = characters_in(text + at, length);
}

bool jinja_syntax_error(JinjaParser *parser, const char *code, uint32_t at, uint32_t length,
                        const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *message = arena_vprintf(parser->arena, format, args);
    va_end(args);
    const JinjaTemplate *template = parser->template;
    int line, column, characters;
    jinja_locate(template, at, length, &line, &column, &characters);
    Diag *diag = diag_add(parser->diags, DIAG_ERROR, code, "%s", message);
    diag_place(parser->diags, diag, template->name, template->text, template->length,
               line - template->first_line + 1, column, characters);
    diag->line = line;
    return false;
}

static const char *describe(JinjaParser *parser, const Token *token)
{
    switch (token->type) {
    case TOKEN_END:
        return "the end of the template";
    case TOKEN_DATA:
        return "text";
    case TOKEN_OUTPUT_END:
    case TOKEN_TAG_END:
        return "the end of the tag";
    default:
        return arena_printf(parser->arena, "\"%.*s\"", (int)token->length,
                            parser->template->text + token->at);
    }
}

bool jinja_unexpected(JinjaParser *parser, const char *wanted)
{
    Token *token = jinja_token(parser);
    return jinja_syntax_error(parser, "CO2001", token->at, token->length, "expected %s, found %s",
                              wanted, describe(parser, token));
}

/* --- tokens --------------------------------------------------------------------------------- */

Token *jinja_token_after(const JinjaParser *parser)
{
    size_t after = parser->next + 1;
    return &parser->tokens.items[after < parser->tokens.count ? after : parser->next];
}

void jinja_advance(JinjaParser *parser)
{
    if (parser->next + 1 < parser->tokens.count) {
        parser->next++;
    }
}

bool jinja_skip_name(JinjaParser *parser, const char *name)
{
    bool found = jinja_is_name(parser, name);
    if (found) {
        jinja_advance(parser);
    }
    return found;
}

bool jinja_skip_operator(JinjaParser *parser, const char *op)
{
    bool found = jinja_is_operator(parser, op);
    if (found) {
        jinja_advance(parser);
    }
    return found;
}

bool jinja_expect_operator(JinjaParser *parser, const char *op)
{
    return jinja_skip_operator(parser, op) ||
           jinja_unexpected(parser, arena_printf(parser->arena, "\"%s\"", op));
}

bool jinja_expect(JinjaParser *parser, TokenType type, const char *wanted)
{
    if (jinja_token(parser)->type != type) {
        return jinja_unexpected(parser, wanted);
    }
    jinja_advance(parser);
    return true;
}

/* --- nodes ---------------------------------------------------------------------------------- */

JinjaNode *jinja_node(JinjaParser *parser, NodeType type, const Token *token)
{
    JinjaNode *node = arena_make(parser->arena, JinjaNode);
    node->type = type;
    node->at = token->at;
    node->length = token->length;
    return node;
}

static uint16_t higher(uint16_t height, const JinjaNode *part)
{
    return part && part->height > height ? part->height : height;
}

JinjaNode *jinja_finish(JinjaParser *parser, JinjaNode *node)
{
    uint16_t height = higher(higher(higher(0, node->left), node->right), node->third);
    vec_each (JinjaNode *, it, &node->items) {
        height = higher(height, *it);
    }
    node->height = height + 1;
    if (node->height > JINJA_MAX_HEIGHT) {
        jinja_syntax_error(parser, "CO2004", node->at, node->length,
                           "the expression is built of more than %d levels", JINJA_MAX_HEIGHT);
        return NULL;
    }
    return node;
}

bool jinja_enter(JinjaParser *parser)
{
    if (++parser->depth <= JINJA_MAX_DEPTH) {
        return true;
    }
    Token *token = jinja_token(parser);
    return jinja_syntax_error(parser, "CO2004", token->at, token->length,
                              "nested more than %d levels deep", JINJA_MAX_DEPTH);
}

void jinja_leave(JinjaParser *parser)
{
    parser->depth--;
}

/* --- the template --------------------------------------------------------------------------- */

/* \r\n and \r become \n, and one newline at the end goes, as Jinja does. */
static void normalise(Arena *arena, JinjaTemplate *template, const JinjaSource *source)
{
    bool last = source->length && source->text[source->length - 1] == '\n';
    if (!last && !memchr(source->text, '\r', source->length) && !source->text[source->length]) {
        template->text = source->text;
        template->length = source->length;
        return;
    }
    char *out = arena_alloc(arena, source->length + 1), *p = out;
    for (size_t i = 0; i < source->length; i++) {
        char c = source->text[i];
        if (c == '\r') {
            i += i + 1 < source->length && source->text[i + 1] == '\n';
            c = '\n';
        }
        *p++ = c;
    }
    if (p > out && p[-1] == '\n') {
        *--p = '\0';
    }
    template->text = out;
    template->length = (size_t)(p - out);
}

static bool check_text(JinjaParser *parser)
{
    const JinjaTemplate *template = parser->template;
    const char *p = template->text;
    while (*p) {
        if ((unsigned char)*p < 0x80) {
            p++; /* nearly all of them */
        } else if (py_text_next(&p) == PY_BAD_CHAR) {
            return jinja_syntax_error(parser, "CO2001", (uint32_t)(p - template->text) - 1, 1,
                                      "the text is not valid UTF-8");
        }
    }
    if ((size_t)(p - template->text) != template->length) {
        return jinja_syntax_error(parser, "CO2001", (uint32_t)(p - template->text), 1,
                                  "the text holds a NUL byte");
    }
    return true;
}

static bool start(JinjaParser *parser, const JinjaSource *source)
{
    JinjaTemplate *template = parser->template;
    template->name = source->name;
    template->owner = source->owner;
    template->first_line = source->first_line ? source->first_line : 1;
    if (source->length > MAX_TEMPLATE) {
        template->text = "";
        return jinja_syntax_error(parser, "CO2001", 0, 1, "the text is larger than %u MiB",
                                  MAX_TEMPLATE >> 20);
    }
    normalise(parser->arena, template, source);
    return check_text(parser);
}

const JinjaTemplate *jinja_parse(Arena *arena, const JinjaSource *source, Diags *diags)
{
    JinjaTemplate *template = arena_make(arena, JinjaTemplate);
    JinjaParser parser = {
        .arena = arena, .scratch = arena_new(), .diags = diags, .template = template};
    if (start(&parser, source) && jinja_lex(&parser)) {
        template->body = jinja_parse_body(&parser, NULL, NULL);
    }
    arena_free(parser.scratch);
    return template->body ? template : NULL;
}

static bool mentions(const JinjaNode *node, const char *name)
{
    if (!node) {
        return false;
    }
    if ((node->type == NODE_NAME && str_eq(node->name, name)) || mentions(node->left, name) ||
        mentions(node->right, name) || mentions(node->third, name)) {
        return true;
    }
    vec_each (JinjaNode *, it, &node->items) {
        if (mentions(*it, name)) {
            return true;
        }
    }
    return false;
}

bool jinja_macro_mentions(const JinjaMacro *macro, const char *name)
{
    return mentions(macro->node, name);
}
