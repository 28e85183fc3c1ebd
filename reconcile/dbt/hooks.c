/*
 * Hooks. What renders to one CREATE INDEX, GRANT or COMMENT is declared like an index in config(), so
 * that it is compared and kept; any other post-hook is sent after its model. Empty ones are nothing.
 */
#include "reader.h"

#include "cutover/sqltok.h"
#include "cutover/str.h"

#include <string.h>

/* ---- reading one statement ---- */

typedef struct Cursor {
    Reader *r;
    const char *sql;
    const SqlTok *tok;
    const Standing *standing; /* NULL: a hook */
} Cursor;

static bool take_word(Cursor *c, const char *word)
{
    bool is = sql_is_word(c->tok, word);
    c->tok += is;
    return is;
}

static bool take_symbol(Cursor *c, const char *symbol)
{
    bool is = sql_is_symbol(c->tok, symbol);
    c->tok += is;
    return is;
}

static const char *take_name(Cursor *c)
{
    return sql_is_name(c->tok) ? arena_strdup(c->r->arena, (c->tok++)->value) : NULL;
}

/* Up to four dotted parts; their number. */
static size_t take_dotted(Cursor *c, const char *parts[4])
{
    size_t count = 0;
    do {
        if (count == 4 || !(parts[count] = take_name(c))) {
            return 0;
        }
        count++;
    } while (take_symbol(c, "."));
    return count;
}

/* The relation that PARTS name; in a file of an object, only that object. */
static bool make_rel(const Cursor *c, const char *const *parts, size_t count, RelName *rel)
{
    const Standing *standing = c->standing;
    if (count == 3) {
        *rel = (RelName){parts[0], parts[1], parts[2]};
    } else if (count == 2) {
        *rel = (RelName){standing ? standing->written.database : c->r->target.database, parts[0],
                         parts[1]};
    } else if (count == 1 && standing) {
        *rel = (RelName){standing->written.database, standing->written.schema, parts[0]};
    } else {
        return false;
    }
    if (standing && !relname_eq(*rel, standing->written)) {
        return false;
    }
    *rel = standing ? standing->own->production : *rel;
    return true;
}

static bool take_rel(Cursor *c, RelName *rel)
{
    const char *parts[4];
    size_t count = take_dotted(c, parts);
    return make_rel(c, parts, count, rel);
}

static bool at_end(const Cursor *c)
{
    return c->tok->kind == SQL_END || sql_is_symbol(c->tok, ";");
}

/* ---- on what ---- */

typedef struct Owner {
    DesiredIndexes *indexes;
    DesiredGrants *grants;
    DesiredComments *comments;
} Owner;

static Owner owner_of(Reader *r, RelName rel)
{
    const char *key = relname_key(r->arena, rel);
    Node *node = map_get(&r->by_rel, key);
    node = node ? node : map_get(&r->by_production, key);
    if (node) {
        return (Owner){&node->indexes, &node->grants, &node->comments};
    }
    DesiredExternal *external = map_get(&r->external_by_rel, key);
    if (!external) {
        external = arena_make(r->arena, DesiredExternal);
        external->rel = rel;
        vec_push(r->arena, &r->externals, external);
        map_put(r->arena, &r->external_by_rel, key, external);
    }
    return (Owner){&external->indexes, &external->grants, &external->comments};
}

/* ---- the three forms ---- */

static bool take_keys(Cursor *c, const char **keys)
{
    *keys = NULL;
    if (take_word(c, "using") && !take_word(c, "arrangement")) {
        return false;
    }
    if (!take_symbol(c, "(")) {
        return at_end(c);
    }
    size_t start = c->tok->start;
    for (int depth = 1; depth && !at_end(c); c->tok++) {
        depth += sql_is_symbol(c->tok, "(") - sql_is_symbol(c->tok, ")");
    }
    if (!sql_is_symbol(c->tok - 1, ")")) {
        return false;
    }
    const char *inside = arena_strndup(c->r->arena, c->sql + start, c->tok[-1].start - start);
    *keys = str_trim(c->r->arena, inside);
    return at_end(c);
}

static const char *named_cluster(const Cursor *c, const char *name)
{
    const char *suffix = c->standing ? c->standing->suffix : "";
    return namemap_cluster(c->r->options->names, arena_printf(c->r->arena, "%s%s", name, suffix));
}

/* CREATE [DEFAULT] INDEX [IF NOT EXISTS] [name] [IN CLUSTER c] ON rel [USING ARRANGEMENT] [(keys)] */
static bool declare_index(Cursor *c, Node *node, Place place)
{
    DesiredIndex index = {.file = place.file, .line = place.line};
    RelName rel;
    bool is_default = take_word(c, "default");
    if (!take_word(c, "index")) {
        return false;
    }
    if (take_word(c, "if") && !(take_word(c, "not") && take_word(c, "exists"))) {
        return false;
    }
    if (!sql_is_word(c->tok, "in") && !sql_is_word(c->tok, "on")) {
        index.name = take_name(c);
    }
    if (take_word(c, "in")) {
        if (!take_word(c, "cluster") || !(index.cluster = take_name(c))) {
            return false;
        }
        index.cluster = named_cluster(c, index.cluster);
    } else if (c->standing) {
        return false;
    }
    if (!take_word(c, "on") || !take_rel(c, &rel) || !take_keys(c, &index.keys) ||
        (is_default && index.keys)) {
        return false;
    }
    index.cluster = index.cluster ? index.cluster : cluster_of(c->r, node, true);
    vec_push(c->r->arena, owner_of(c->r, rel).indexes, index);
    return true;
}

static bool take_privileges(Cursor *c, StrVec *privileges)
{
    static const char *const known[] = {"select", "insert", "update", "delete", NULL};
    do {
        const char *name = take_name(c);
        if (!str_one_of(known, name)) {
            return false;
        }
        char *upper = arena_strdup(c->r->arena, name);
        for (char *p = upper; *p; p++) {
            *p = (char)(*p - 'a' + 'A');
        }
        vec_push(c->r->arena, privileges, upper);
    } while (take_symbol(c, ","));
    return true;
}

/* GRANT p, q ON [TABLE] rel TO [GROUP] r, s */
static bool declare_grant(Cursor *c)
{
    StrVec privileges = {0}, roles = {0};
    RelName rel;
    if (!take_privileges(c, &privileges) || !take_word(c, "on")) {
        return false;
    }
    take_word(c, "table");
    if (!take_rel(c, &rel) || !take_word(c, "to")) {
        return false;
    }
    take_word(c, "group");
    do {
        bool is_public = sql_is_word(c->tok, "public");
        const char *role = take_name(c);
        if (!role) {
            return false;
        }
        vec_push(c->r->arena, &roles, is_public ? "PUBLIC" : role);
    } while (take_symbol(c, ","));
    if (!at_end(c)) {
        return false;
    }
    vec_each (const char *, privilege, &privileges) {
        vec_each (const char *, role, &roles) {
            vec_push(c->r->arena, owner_of(c->r, rel).grants, (DesiredGrant){*privilege, *role});
        }
    }
    return true;
}

/* COMMENT ON <kind> rel IS '...', COMMENT ON COLUMN rel.column IS '...' */
static bool declare_comment(Cursor *c)
{
    static const char *const kinds[] = {"view", "source", "table", "sink", NULL};
    DesiredComment comment = {0};
    const char *parts[4];
    RelName rel;
    if (!take_word(c, "on")) {
        return false;
    }
    bool column = take_word(c, "column"), known = column;
    known |= !column && take_word(c, "materialized") && take_word(c, "view");
    for (const char *const *it = kinds; !known && *it; it++) {
        known = take_word(c, *it);
    }
    size_t count = known ? take_dotted(c, parts) : 0;
    if (column && count > (c->standing ? 1 : 2)) {
        comment.column = parts[--count];
    } else if (column) {
        return false;
    }
    if (!make_rel(c, parts, count, &rel) || !take_word(c, "is") || c->tok->kind != SQL_STRING) {
        return false;
    }
    comment.text = arena_strdup(c->r->arena, (c->tok++)->value);
    if (!at_end(c)) {
        return false;
    }
    vec_push(c->r->arena, owner_of(c->r, rel).comments, comment);
    return true;
}

static bool declare(Cursor *c, Node *node, Place place)
{
    return take_word(c, "create")    ? declare_index(c, node, place)
           : take_word(c, "grant")   ? declare_grant(c)
           : take_word(c, "comment") ? declare_comment(c)
                                     : false;
}

bool declare_statement(Reader *r, const Standing *standing, const char *sql, const SqlTok *first,
                       Place place)
{
    Cursor c = {r, sql, first, standing};
    return declare(&c, standing->own, place);
}

/* Each statement of HOOK on its own. */
static void take_hook(Reader *r, Node *node, const char *hook, Place place)
{
    SqlToks toks = {0};
    Err err = {0};
    if (!sql_tokens(r->arena, hook, strlen(hook), &toks, &err)) {
        find_at(r, DIAG_ERROR, P_SQL, place, "a hook of %s cannot be read: %s", node->id,
                err.message);
        return;
    }
    for (size_t i = 0; toks.items[i].kind != SQL_END;) {
        size_t end = i;
        while (toks.items[end].kind != SQL_END && !sql_is_symbol(&toks.items[end], ";")) {
            end++;
        }
        Cursor c = {r, hook, &toks.items[i], NULL};
        if (end > i && !declare(&c, node, place)) {
            size_t start = toks.items[i].start;
            const char *rest =
                arena_strndup(r->arena, hook + start, toks.items[end - 1].end - start);
            vec_push(r->arena, &node->hooks, rest);
            scan_sql(r, node, rest);
        }
        i = toks.items[end].kind == SQL_END ? end : end + 1;
    }
}

/* ---- rendering ---- */

static const char *hook_text(Reader *r, PyValue hook)
{
    const PyValue *sql = hook.type == PY_DICT ? py_dict_find(hook.dict, "sql") : &hook;
    return sql && !py_is_none(*sql) ? py_str(r->arena, *sql) : "";
}

static bool runs_outside(PyValue hook)
{
    const PyValue *set = hook.type == PY_DICT ? py_dict_find(hook.dict, "transaction") : NULL;
    return set && !py_truth(*set);
}

static const char *render_hook(Reader *r, Node *node, const char *text, Place place, bool execute)
{
    Scope scope = open_node_scope(r, node, execute);
    JinjaEnv env = scope_env(&scope);
    JinjaSource source = {.name = place.file,
                          .text = text,
                          .length = strlen(text),
                          .first_line = place.line,
                          .owner = node->package};
    size_t before = r->diags->list.count;
    const JinjaTemplate *template = jinja_parse(scope.arena, &source, r->diags);
    Buf out = buf_new(scope.arena, 1u << 20);
    bool ok = template && jinja_render(scope.arena, &env, template, &out, r->diags);
    const char *sql = ok ? arena_strdup(r->arena, out.data) : NULL;
    close_node_scope(&scope);
    for (size_t i = before; i < r->diags->list.count; i++) {
        Diag *diag = &r->diags->list.items[i];
        const File *file = files_get(r->files, place.file);
        if (file && str_eq(diag->file, place.file)) {
            diag_place(r->diags, diag, place.file, file->text, file->length, place.line,
                       place.column, place.length);
        }
        vec_push(r->arena, &diag->chain, arena_printf(r->arena, "in a hook of %s", node->id));
    }
    return sql;
}

/* Once for each place: a hook of dbt_project.yml is that of many models. */
static void refuse_pre_hook(Reader *r, const Node *node, Place place)
{
    if (first_at(r, place, "pre-hook")) {
        find_at(r, DIAG_ERROR, P_PRE_HOOK, place, "pre-hooks are not supported (%s)", node->id)
            ->hint = "what must be there before a model belongs outside of the project; what "
                     "belongs to the model can be a post-hook";
    }
}

static void render_list(Reader *r, Node *node, const char *key, const PyList *hooks, bool outside,
                        bool execute)
{
    Place place = config_place(node, key);
    for (size_t i = 0; i < hooks->count; i++) {
        PyValue hook = hooks->items[i];
        if (runs_outside(hook) != outside) {
            continue;
        }
        const char *text = render_hook(r, node, hook_text(r, hook), place, execute);
        if (!execute || !text || str_empty(str_trim(r->arena, text))) {
            continue;
        }
        if (str_eq(key, "pre-hook")) {
            refuse_pre_hook(r, node, place);
        } else {
            take_hook(r, node, text, place);
        }
    }
}

void render_hooks(Reader *r, Node *node, bool execute)
{
    static const char *const keys[] = {"pre-hook", "post-hook"};
    for (size_t i = 0; i < 2; i++) {
        const PyValue *hooks = config_get(node, keys[i]);
        if (hooks && hooks->type == PY_LIST && hooks->list->count) {
            render_list(r, node, keys[i], hooks->list, true, execute);
            render_list(r, node, keys[i], hooks->list, false, execute);
        }
    }
}
