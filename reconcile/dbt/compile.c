/* dbt's two passes over every model and test: the first to see edges and configs, the second for the SQL. */
#include "reader.h"

#include "cutover/sqltok.h"
#include "cutover/str.h"

#include <ctype.h>
#include <string.h>

#define LARGEST_SQL (32u << 20)

static const char *render_file(const Scope *scope)
{
    JinjaEnv env = scope_env(scope);
    const JinjaTemplate *template = scope->node->template;
    Buf out = buf_new(scope->arena, LARGEST_SQL);
    bool ok = template && jinja_render(scope->arena, &env, template, &out, scope->reader->diags);
    return ok ? out.data : NULL;
}

/* ---- generic tests ---- */

/* In schema.yml `to: ref('x')` is written without braces. */
static bool looks_like_call(const char *text)
{
    static const char *const names[] = {"env_var", "ref", "var", "source", "doc"};
    text += strspn(text, " \t\n");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (str_starts(text, names[i])) {
            const char *rest = text + strlen(names[i]);
            rest += strspn(rest, " \t\n");
            const char *end = rest + strlen(rest);
            while (end > rest && isspace((unsigned char)end[-1])) {
                end--;
            }
            return *rest == '(' && end - rest > 2 && end[-1] == ')';
        }
    }
    return false;
}

static bool render_argument(const Scope *scope, PyValue value, PyValue *out);

static bool render_items(const Scope *scope, PyValue value, PyValue *out)
{
    Arena *arena = scope->arena;
    bool ok = true;
    *out = value.type == PY_LIST ? py_list(arena) : py_dict(arena);
    for (size_t i = 0; value.type == PY_LIST && i < value.list->count; i++) {
        PyValue item = py_none();
        ok &= render_argument(scope, value.list->items[i], &item);
        py_append(arena, *out, item);
    }
    for (size_t i = 0; value.type == PY_DICT && i < value.dict->count; i++) {
        PyValue item = py_none();
        ok &= render_argument(scope, value.dict->entries[i].value, &item);
        py_dict_set(arena, out->dict, value.dict->entries[i].key, item);
    }
    return ok;
}

static bool render_argument(const Scope *scope, PyValue value, PyValue *out)
{
    Reader *r = scope->reader;
    *out = value;
    if (value.type == PY_LIST || value.type == PY_DICT) {
        return render_items(scope, value, out);
    }
    if (value.type != PY_STRING) {
        return true;
    }
    const char *text = looks_like_call(value.text)
                           ? arena_printf(scope->arena, "{{ %s }}", value.text)
                           : value.text;
    if (!changes_rendered(text)) {
        return true;
    }
    JinjaSource source = {.name = scope->node->place.file,
                          .text = text,
                          .length = strlen(text),
                          .first_line = scope->node->place.line,
                          .owner = scope->package};
    const JinjaTemplate *template = jinja_parse(scope->arena, &source, r->diags);
    JinjaEnv env = scope_env(scope);
    return template && jinja_eval_native(scope->arena, &env, template, out, r->diags);
}

/* A finding in an argument belongs to the line of the test. */
static void place_findings(Reader *r, size_t from, const Node *node)
{
    for (size_t i = from; i < r->diags->list.count; i++) {
        Diag *diag = &r->diags->list.items[i];
        const File *file = files_get(r->files, node->place.file);
        if (file &&
            (!diag->file || str_eq(diag->file, node->place.file) || str_eq(diag->file, "dbt"))) {
            diag_place(r->diags, diag, node->place.file, file->text, file->length, node->place.line,
                       node->place.column, node->place.length);
        }
        if (diag->file && !str_eq(diag->file, node->place.file)) {
            vec_push(r->diags->arena, &diag->chain,
                     arena_printf(r->diags->arena, "called from %s:%d:%d", node->place.file,
                                  node->place.line, node->place.column));
        }
    }
}

static const Macro *test_macro(Reader *r, const Node *node)
{
    const GenericTest *test = node->generic;
    const Package *named = test->namespace ? map_get(&r->package_by_name, test->namespace) : NULL;
    return named ? map_get(&named->macros, test->macro) : find_macro(r, node->package, test->macro);
}

/* The relation itself is what dbt's own macro gives without a `where`: nearly every test is spared running it. */
static PyValue written_argument(const Node *node, const PyEntry *arg)
{
    const PyValue *where = config_get(node, "where");
    bool usual = str_eq(arg->key.text, "model") && node->package->filters_as_dbt &&
                 (!where || !py_truth(*where));
    return usual ? py_text(node->generic->relation) : arg->value;
}

static const char *render_test(const Scope *scope)
{
    Reader *r = scope->reader;
    Node *node = scope->node;
    JinjaEnv env = scope_env(scope);
    PyDict *named = py_dict(scope->arena).dict;
    size_t before = r->diags->list.count;
    bool ok = true;
    for (size_t i = 0; i < node->generic->args->count; i++) {
        const PyEntry *arg = &node->generic->args->entries[i];
        PyValue value = written_argument(node, arg);
        bool plain = str_eq(arg->key.text, "column_name");
        ok = ok && (plain || render_argument(scope, value, &value));
        py_dict_set(scope->arena, named, arg->key, value);
    }
    PyValue out = py_none();
    ok = ok &&
         jinja_invoke(scope->arena, &env, test_macro(r, node)->value, NULL, named, &out, r->diags);
    place_findings(r, before, node);
    return ok ? py_str(scope->arena, out) : NULL;
}

/* NULL after a finding. */
static const char *render_node(Reader *r, Node *node, bool execute)
{
    if (node->resource == RES_SEED) {
        return "";
    }
    Scope scope = open_node_scope(r, node, execute);
    const char *text = node->generic ? render_test(&scope) : render_file(&scope);
    text = execute ? arena_strdup(r->arena, text) : text ? "" : NULL;
    close_node_scope(&scope);
    return text;
}

/* ---- first pass ---- */

static bool adds_tags(const Node *node)
{
    for (size_t i = 0; i < node->called.count; i++) {
        if (str_eq(node->called.items[i].key, "tags")) {
            return true;
        }
    }
    return false;
}

/*
 * dbt calls config() with what schema.yml says before it runs the macro of a test, and once more behind: what the
 * macro gave to config() is weaker, and tags come twice. Two macros of its own dbt does not run.
 */
static void call_again(Reader *r, Node *node)
{
    const char *name = node->generic->macro;
    bool not_run = test_macro(r, node)->package == r->builtin &&
                   (str_eq(name, "test_not_null") || str_eq(name, "test_unique"));
    if (not_run || (node->called.count == node->written && !adds_tags(node))) {
        return;
    }
    for (size_t i = 0; i < node->written; i++) {
        CalledConfig again = node->called.items[i];
        vec_push(r->arena, &node->called, again);
    }
    bool enabled = node->enabled;
    resolve_config(r, node);
    node->enabled &= enabled;
}

/* ---- foreign keys ---- */

static void render_foreign_key(Reader *r, Node *node, const Constraint *it)
{
    Scope scope = open_node_scope(r, node, false);
    PyValue out = py_none();
    size_t before = node->refs.count + node->source_calls.count;
    if (!looks_like_call(it->to) || !render_argument(&scope, py_text(it->to), &out) ||
        node->refs.count + node->source_calls.count == before) {
        find_at(r, DIAG_ERROR, P_CONTRACT, it->place,
                "the foreign key of %s leads to neither a ref() nor a source(): %s", node->id,
                it->to);
    }
    close_node_scope(&scope);
}

static void render_foreign_keys_of(Reader *r, Node *node, const Constraints *constraints)
{
    vec_each (const Constraint, it, constraints) {
        if (str_eq(it->type, "foreign_key") && !str_empty(it->to)) {
            render_foreign_key(r, node, it);
        }
    }
}

/* Materialize enforces none, but dbt takes one for an edge, whether the contract is enforced or not. */
static void render_foreign_keys(Reader *r, Node *node)
{
    const Contract *contract = yml_contract(r, node);
    if (!contract) {
        return;
    }
    render_foreign_keys_of(r, node, &contract->constraints);
    vec_each (const ContractColumn, it, &contract->columns) {
        render_foreign_keys_of(r, node, &it->constraints);
    }
}

static bool has_new_errors(const Reader *r, size_t before)
{
    return diags_count(r->diags, DIAG_ERROR) > before;
}

static void parse_node(Reader *r, Node *node)
{
    size_t before = diags_count(r->diags, DIAG_ERROR);
    node->failed = (node->enabled && !render_node(r, node, false)) || has_new_errors(r, before);
}

/* Configs of tests decide whether get_where_subquery() filters, so they come before the rendering. */
static void prepare_test(Reader *r, Node *node)
{
    resolve_config(r, node);
    node->enabled &= node->generic->on ? node->generic->on->enabled : true;
    node->written = node->called.count;
}

static void settle_test(Reader *r, Node *node)
{
    size_t before = diags_count(r->diags, DIAG_ERROR);
    call_again(r, node);
    node->failed |= has_new_errors(r, before);
}

static void settle_file(Reader *r, Node *node)
{
    resolve_config(r, node);
    node->failed = (node->failed && node->enabled) || has_new_errors(r, 0);
    if (node->enabled && has_relation(node)) {
        render_hooks(r, node, false);
    }
    if (node->enabled && node->resource == RES_MODEL) {
        render_foreign_keys(r, node);
    }
}

static void name_nodes(Reader *r, bool tests)
{
    NodeVec named = {0};
    vec_each (Node *, it, &r->nodes) {
        if ((*it)->enabled && !(*it)->failed && !has_relation(*it) == tests) {
            vec_push(r->arena, &named, *it);
        }
    }
    nodes_in_halves(r, &named, generate_names);
    nodes_in_turn(r, &named, claim_names);
    take_findings(r, &named);
}

void parse_nodes(Reader *r)
{
    NodeVec files = {0}, tests = {0};
    vec_each (Node *, it, &r->nodes) {
        vec_push(r->arena, (*it)->generic ? &tests : &files, *it);
    }
    find_namers(r);
    nodes_in_halves(r, &files, parse_node);
    nodes_in_turn(r, &files, settle_file);
    nodes_in_turn(r, &tests, prepare_test);
    nodes_in_halves(r, &tests, parse_node);
    nodes_in_turn(r, &tests, settle_test);
    take_findings(r, &r->nodes);
    name_nodes(r, false);
    name_nodes(r, true); /* last: what they store must not be what a node makes */
}

/* ---- second pass ---- */

static void add_ctes(Reader *r, const Node *node, Map *seen, StrVec *ctes)
{
    vec_each (Node *, it, &((Node *)node)->depends) {
        if ((*it)->ephemeral && !map_get(seen, (*it)->id)) {
            map_put(r->arena, seen, (*it)->id, *it);
            add_ctes(r, *it, seen, ctes);
            vec_push(r->arena, ctes,
                     arena_printf(r->arena, " __dbt__cte__%s as (\n%s\n)", (*it)->production.name,
                                  (*it)->body ? (*it)->body : ""));
        }
    }
}

static bool is_mutually_recursive(const char *sql)
{
    Arena *scratch = arena_new();
    SqlToks toks;
    Err err = {0};
    bool is = sql_tokens(scratch, sql, strlen(sql), &toks, &err) &&
              sql_is_word(toks.items, "with") && sql_is_word(&toks.items[1], "mutually");
    arena_free(scratch);
    return is;
}

static void render_body(Reader *r, Node *node)
{
    node->body = render_node(r, node, true);
    node->failed = !node->body;
}

static void compile_node(Reader *r, Node *node)
{
    if (node->failed) {
        return;
    }
    Map seen = {0};
    StrVec ctes = {0};
    add_ctes(r, node, &seen, &ctes);
    if (ctes.count && is_mutually_recursive(node->body)) {
        find_at(r, DIAG_ERROR, P_UNSUPPORTED, node->place,
                "%s reads an ephemeral model and begins with WITH MUTUALLY RECURSIVE", node->id)
            ->hint = "make the ephemeral model a view";
    }
    node->compiled = inject_ctes(r->arena, node->body, &ctes);
    if (has_relation(node) && !node->ephemeral) {
        render_hooks(r, node, true);
    }
}

void compile_nodes(Reader *r)
{
    NodeVec needed = {0};
    vec_each (Node *, it, &r->order) {
        bool used = !(*it)->outside || (*it)->ephemeral; /* that is a part of its readers */
        if (used && !(*it)->failed) {
            vec_push(r->arena, &needed, *it);
        }
    }
    nodes_in_halves(r, &needed, render_body);
    nodes_in_turn(r, &needed, compile_node);
    take_findings(r, &needed);
    scan_nodes(r);
}
