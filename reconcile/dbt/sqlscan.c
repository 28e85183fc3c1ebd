/*
 * Relations of the project that SQL names by hand. They are edges like any other; but where the
 * relation moves to a green name, such SQL would go on reading the old one, so it is an error.
 */
#include "reader.h"

#include "cutover/sqltok.h"
#include "cutover/str.h"

#include <string.h>

#define LARGEST_SQL ((size_t)64 << 20)

/* The dotted name that begins at token I, as up to three parts; its number of tokens. */
static size_t dotted(const SqlToks *toks, size_t i, const char *parts[3], size_t *count)
{
    size_t at = i;
    *count = 0;
    while (sql_is_name(&toks->items[at])) {
        if (*count < 3) {
            parts[*count] = toks->items[at].value;
        }
        ++*count;
        if (!sql_is_symbol(&toks->items[at + 1], ".") || !sql_is_name(&toks->items[at + 2])) {
            return at + 1 - i;
        }
        at += 2;
    }
    return 1;
}

/* A name of two parts, of three, or of a column behind either; SCHEMA: which part is the schema. */
static Node *node_in(const Reader *r, const Map *names, Arena *scratch, const char *parts[3],
                     size_t count, size_t *schema)
{
    Node *node = NULL;
    *schema = 1;
    if (count >= 3 && map_get(&r->schemas, parts[1])) {
        node = map_get(names, relname_key(scratch, (RelName){parts[0], parts[1], parts[2]}));
    }
    if (!node && (count == 2 || count == 3) && map_get(&r->schemas, parts[0])) {
        *schema = 0;
        node =
            map_get(names, relname_key(scratch, (RelName){r->target.database, parts[0], parts[1]}));
    }
    return node;
}

static Node *node_called(const Reader *r, Arena *scratch, const char *parts[3], size_t count,
                         size_t *schema)
{
    return node_in(r, &r->by_production, scratch, parts, count, schema);
}

static bool is_once(const char *found, const char *wanted)
{
    return found && *wanted && !strstr(found + 1, wanted);
}

/* Of LENGTH bytes, which FILE has at FOUND. */
static Place place_at(const File *file, const char *found, size_t length)
{
    Place place = {file->path, 1, 1, (int)length};
    for (const char *p = file->text; p < found; p++) {
        place.line += *p == '\n';
        place.column = *p == '\n' ? 1 : place.column + ((*p & 0xc0) != 0x80);
    }
    return place;
}

Place place_in_file(Arena *scratch, const Node *node, const char *sql, size_t start, size_t end)
{
    const char *text = node->file ? node->file->text : NULL;
    if (!text) {
        return node->place;
    }
    size_t from = start, to = start + strcspn(sql + start, "\n");
    while (from && sql[from - 1] != '\n') {
        from--;
    }
    const char *line = arena_strndup(scratch, sql + from, to - from);
    const char *part = arena_strndup(scratch, sql + start, end - start);
    const char *whole = strstr(text, line), *found = strstr(text, part);
    if (is_once(whole, line)) {
        found = whole + (start - from);
    }
    return found && *part ? place_at(node->file, found, end - start) : node->place;
}

static void add_edge(Reader *r, Node *node, Node *other)
{
    for (size_t i = 0; i < node->depends.count; i++) {
        if (node->depends.items[i] == other) {
            return;
        }
    }
    vec_push(r->arena, &node->depends, other);
    node->by_hand++;
}

static void met(Reader *r, Node *node, Node *other, Place place)
{
    RelName green = namemap_rel(r->arena, r->options->names, other->production);
    if (!relname_eq(green, other->production)) {
        find_at(r, DIAG_ERROR, P_BY_HAND, place, "%s is written by hand",
                relname_text(r->arena, other->production, r->target.database))
            ->hint =
            arena_printf(r->arena, "it is made by %s and is about to be replaced: use ref('%s')",
                         other->place.file, other->name);
        return;
    }
    add_edge(r, node, other);
}

static bool read_tokens(Reader *r, Arena *scratch, const Node *node, const char *sql, SqlToks *toks)
{
    Err err = {0};
    if (!sql_tokens(scratch, sql, strlen(sql), toks, &err)) {
        size_t at = (size_t)strtoull(err.detail + strcspn(err.detail, "0123456789"), NULL, 10);
        find_at(r, DIAG_ERROR, P_SQL, place_in_file(scratch, node, sql, at, at + 1),
                "the SQL of %s cannot be read: %s", node->id, arena_strdup(r->arena, err.message));
        return false;
    }
    return true;
}

const char *rewrite_sql(Reader *r, Node *node, const char *sql)
{
    Arena *scratch = arena_new();
    SqlToks toks = {0};
    Buf out = buf_new(r->arena, LARGEST_SQL);
    size_t copied = 0;
    bool ok = read_tokens(r, scratch, node, sql, &toks);
    for (size_t i = 0, step; ok && toks.items[i].kind != SQL_END; i += step) {
        const char *parts[3];
        size_t count, schema;
        step = dotted(&toks, i, parts, &count);
        Node *other = count > 1 ? node_called(r, scratch, parts, count, &schema) : NULL;
        if (!other) {
            continue;
        }
        if (other != node) {
            add_edge(r, node, other);
        }
        if (!str_eq(other->rel.schema, other->production.schema)) {
            const SqlTok *tok = &toks.items[i + 2 * schema];
            buf_add(&out, sql + copied, tok->start - copied);
            buf_text(&out, sql_ident(scratch, other->rel.schema));
            copied = tok->end;
        }
    }
    buf_text(&out, sql + copied);
    arena_free(scratch);
    if (ok && out.overflow) {
        find_at(r, DIAG_ERROR, P_SQL, node->place, "the SQL of %s is too large", node->id);
    }
    return ok && !out.overflow ? out.data : NULL;
}

SqlShape sql_shape(const SqlToks *toks, size_t length)
{
    SqlShape shape = {.known = true, .words = toks->count - 1, .end = length};
    while (shape.words && sql_is_symbol(&toks->items[shape.words - 1], ";")) {
        shape.end = toks->items[--shape.words].start;
    }
    for (size_t i = 0; i < shape.words; i++) {
        shape.several |= sql_is_symbol(&toks->items[i], ";");
    }
    return shape;
}

static void find_names(Reader *r, Arena *scratch, Node *node, const char *sql, const SqlToks *toks)
{
    for (size_t i = 0, step; toks->items[i].kind != SQL_END; i += step) {
        const char *parts[3];
        size_t count, schema;
        step = dotted(toks, i, parts, &count);
        Node *other = count > 1 ? node_called(r, scratch, parts, count, &schema) : NULL;
        Node *green = count > 1 ? node_in(r, &r->by_rel, scratch, parts, count, &schema) : NULL;
        if (green &&
            green != node) { /* made from this.schema or target.schema: sent there already */
            add_edge(r, node, green);
        }
        if (other && other != node) {
            met(r, node, other,
                place_in_file(scratch, node, sql, toks->items[i].start,
                              toks->items[i + step - 1].end));
        }
    }
}

void scan_sql(Reader *r, Node *node, const char *sql)
{
    Arena *scratch = arena_new();
    SqlToks toks = {0};
    if (read_tokens(r, scratch, node, sql, &toks)) {
        find_names(r, scratch, node, sql, &toks);
    }
    arena_free(scratch);
}

/* A half works with a reader of its own, whose arena and findings nobody else touches. */
static void scan_half(void *half, size_t from, size_t to)
{
    Reader *r = half;
    Arena *scratch = arena_new();
    for (size_t i = from; i < to; i++) {
        Node *node = r->order.items[i];
        SqlToks toks = {0};
        if (node->compiled && read_tokens(r, scratch, node, node->compiled, &toks)) {
            node->shape = sql_shape(&toks, strlen(node->compiled));
            find_names(r, scratch, node, node->compiled, &toks);
        }
        arena_clear(scratch);
    }
    arena_free(scratch);
}

void scan_nodes(Reader *r)
{
    Reader second = *r;
    second.arena = arena_new();
    Diags found = diags_new(second.arena);
    second.diags = &found;
    r->halves(r->order.count, scan_half, r, &second);
    arena_adopt(r->arena, second.arena);
    diags_take(r->diags, &found);
}
