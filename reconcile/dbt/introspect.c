#include "introspect.h"

#include "agate.h"
#include "column.h"

#include "cutover/answers.h"
#include "cutover/str.h"

#include <ctype.h>
#include <string.h>

/* ---- what may be asked ---- */

static bool refused(JinjaCall *call, const Database *database)
{
    const char *why = database ? database->why : "this command has no connection";
    const char *hint =
        database && database->hint
            ? database->hint
            : "cutover plan asks it, where the controller's file allows introspection";
    jinja_fail(call->run, P_LIVE, "%s() needs the live database, and %s", call->name, why);
    jinja_error(call->run)->hint =
        arena_printf(jinja_diags(call->run)->arena,
                     "%s; or let a variable hold the answer, or hand over dbt's manifest.json "
                     "(project.manifest in cutover.yaml): dbt has asked by then",
                     hint);
    return false;
}

/* What begins a statement that only reads; the server's read-only transaction is the second lock. */
static bool begins_reading(const SqlTok *tok)
{
    static const char *const words[] = {"select", "with", "values", "table", "show", "explain"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (sql_is_word(tok, words[i])) {
            return true;
        }
    }
    return false;
}

/* Functions that do something although they are called by a SELECT. */
static bool acts(const SqlTok *tok)
{
    static const char *const names[] = {"pg_cancel_backend", "pg_terminate_backend", "set_config"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (sql_is_name(tok) && str_eq(tok->value, names[i])) {
            return true;
        }
    }
    return false;
}

static const char *upper(Arena *arena, const char *word)
{
    char *text = arena_strdup(arena, word);
    for (char *p = text; *p; p++) {
        *p = (char)toupper((unsigned char)*p);
    }
    return text;
}

/* One statement that reads. */
static bool only_reads(JinjaCall *call, const SqlToks *toks)
{
    const SqlTok *first = toks->items;
    while (sql_is_symbol(first, "(")) {
        first++;
    }
    if (!begins_reading(first)) {
        return jinja_fail(call->run, P_WRITES, "%s() may only read: %s is not sent", call->name,
                          first->kind == SQL_END ? "an empty statement"
                                                 : upper(call->arena, first->value));
    }
    vec_each (const SqlTok, it, toks) {
        if (acts(it)) {
            return jinja_fail(call->run, P_WRITES, "%s() may only read: %s is not sent", call->name,
                              it->value);
        }
        if (sql_is_symbol(it, ";") && it[1].kind != SQL_END) {
            return jinja_fail(call->run, P_WRITES, "%s() takes one statement", call->name);
        }
    }
    return true;
}

/* ---- production names ---- */

static void learn_name(Reader *r, const char *name, const char *production)
{
    if (name && !str_eq(name, production)) {
        map_put(r->arena, &r->production_names, name, production);
    }
}

static const char *production_name(Reader *r, const char *name)
{
    bool known = !r->options->names || r->production_names.count;
    for (size_t i = 0; !known && i < r->nodes.count; i++) {
        const Node *node = r->nodes.items[i];
        learn_name(r, node->rel.schema, node->production.schema);
        learn_name(r, node->rel.name, node->production.name);
    }
    const char *production = map_get(&r->production_names, name);
    return production ? production : name;
}

/* A green name, whether it stands as a name or as a text that is compared with the catalog. */
static const char *production_sql(JinjaCall *call, Reader *r, const char *sql, const SqlToks *toks)
{
    Buf out = buf_new(call->arena, jinja_env(call->run)->limits.output);
    size_t copied = 0;
    vec_each (const SqlTok, it, toks) {
        bool quoted = it->kind == SQL_STRING;
        const char *name = quoted || sql_is_name(it) ? production_name(r, it->value) : it->value;
        if (name != it->value) {
            buf_add(&out, sql + copied, it->start - copied);
            buf_text(&out, quoted ? sql_literal(call->arena, name) : sql_ident(call->arena, name));
            copied = it->end;
        }
    }
    buf_text(&out, sql + copied);
    return out.data;
}

/* ---- asking ---- */

static const Answer *ask(JinjaCall *call, const Question *question)
{
    const Scope *scope = jinja_context(call->run);
    const Database *database = scope->reader->options->database;
    const Answer *answer = NULL;
    Err err = {0};
    if (!database || !database->ask) {
        refused(call, database);
        return NULL;
    }
    if (scope->node) {
        scope->node->asked = true;
    }
    if (database->ask(database->ctx, question, &answer, &err)) {
        return answer;
    }
    Arena *arena = jinja_diags(call->run)->arena;
    jinja_fail(call->run, P_ASKED, "%s() was not answered: %s", call->name, err.message);
    jinja_error(call->run)->hint =
        err.hint     ? arena_strdup(arena, err.hint)
        : err.detail ? arena_strdup(arena, err.detail)
                     : "it is asked of what is live, under production names, when the plan is made";
    return NULL;
}

static const Answer *ask_sql(JinjaCall *call, const char *sql)
{
    const Scope *scope = jinja_context(call->run);
    SqlToks toks = {0};
    Err err = {0};
    if (!sql_tokens(call->arena, sql, strlen(sql), &toks, &err)) {
        jinja_fail(call->run, P_ASKED, "the SQL of %s() cannot be read: %s", call->name,
                   err.message);
        return NULL;
    }
    if (!only_reads(call, &toks)) {
        return NULL;
    }
    Question question = {.kind = QUESTION_QUERY, .sql = sql};
    if (scope->reader->options->names) {
        question.sql = production_sql(call, scope->reader, sql, &toks);
    }
    return ask(call, &question);
}

static const Answer *ask_about(JinjaCall *call, QuestionKind kind, RelName rel)
{
    const Scope *scope = jinja_context(call->run);
    Reader *r = scope->reader;
    Question question = {.kind = kind,
                         .rel = {rel.database ? rel.database : r->target.database,
                                 production_name(r, rel.schema), production_name(r, rel.name)}};
    return ask(call, &question);
}

/* ---- queries ---- */

static bool run_query(JinjaCall *call, const PyValue *arg, PyValue *out)
{
    const Answer *answer = ask_sql(call, py_str(call->arena, arg[0]));
    return answer && agate_table(call->run, answer, out);
}

/* "SELECT 3": printed as it is; its words, and the number of rows, as attributes. */
static bool response_get(JinjaRun *run, void *self, const char *name, PyValue *out)
{
    const Answer *answer = self;
    const char *tag = answer->tag ? answer->tag : "";
    Arena *arena = jinja_arena(run);
    bool rows = str_eq(name, "rows_affected"), code = str_eq(name, "code");
    if (rows) {
        *out = py_int((int64_t)answer->rows.count);
    } else if (code) {
        *out = py_text(str_trim(arena, arena_strndup(arena, tag, strcspn(tag, "0123456789"))));
    }
    return rows || code;
}

static const char *response_text(Arena *arena, void *self)
{
    const Answer *answer = self;
    return arena_strdup(arena, answer->tag ? answer->tag : "");
}

static const JinjaClass response_class = {
    .name = "AdapterResponse", .get = response_get, .text = response_text};

static bool ask_statement(JinjaCall *call, const char *sql, bool fetch, PyValue *response,
                          PyValue *table)
{
    static const Answer nothing;
    const Answer *answer = ask_sql(call, sql);
    if (!answer) {
        return false;
    }
    *response = jinja_object(call->arena, &response_class, (void *)(uintptr_t)answer);
    return agate_table(call->run, fetch ? answer : &nothing, table);
}

static bool keep_result(JinjaCall *call, PyValue name, const char *sql, bool fetch)
{
    Scope *scope = jinja_context(call->run);
    PyValue response, table, result = py_dict(scope->arena);
    if (!ask_statement(call, sql, fetch, &response, &table)) {
        return false;
    }
    scope->results = scope->results ? scope->results : py_dict(scope->arena).dict;
    py_dict_put(scope->arena, result.dict, "response", response);
    py_dict_put(scope->arena, result.dict, "data", agate_matrix(scope->arena, table));
    py_dict_put(scope->arena, result.dict, "table", table);
    return py_dict_set(scope->arena, scope->results, name, result) ||
           jinja_fail(call->run, "CO2011", "the name of a statement() is a text, not %s",
                      py_type_name(name));
}

static bool statement(JinjaCall *call, const PyValue *arg, PyValue *out)
{
    PyValue body, name = py_is_undefined(arg[0]) ? py_none() : arg[0];
    *out = py_text("");
    if (py_is_undefined(arg[4])) {
        return jinja_fail(call->run, "CO2012",
                          "statement() is written {%% call statement(...) %%}");
    }
    if (arg[3].type == PY_STRING && !str_eq(arg[3].text, "sql")) {
        return jinja_fail(call->run, P_UNSUPPORTED, "statement() in %s is not supported",
                          arg[3].text);
    }
    return jinja_call(call->run, arg[4], NULL, NULL, &body) &&
           keep_result(call, name, py_str(call->arena, body), py_truth(arg[1]));
}

/* Once: dbt refuses to give a result a second time, that of "main" excepted. */
static bool load_result(JinjaCall *call, const PyValue *arg, PyValue *out)
{
    const Scope *scope = jinja_context(call->run);
    PyValue *result = scope->results ? py_dict_get(scope->results, arg[0]) : NULL;
    *out = result ? *result : py_none();
    if (result && py_is_none(*result)) {
        return jinja_fail(call->run, "CO2013", "the result of \"%s\" was loaded before",
                          py_str(call->arena, arg[0]));
    }
    if (result && !py_equal(arg[0], py_text("main"))) {
        *result = py_none();
    }
    return true;
}

static bool execute(JinjaCall *call, const PyValue *arg, PyValue *out)
{
    PyValue response, table;
    if (!ask_statement(call, py_str(call->arena, arg[0]), py_truth(arg[2]), &response, &table)) {
        return false;
    }
    *out = py_tuple(call->arena);
    py_append(call->arena, *out, response);
    py_append(call->arena, *out, table);
    return true;
}

static bool refuse_change(JinjaCall *call, const PyValue *arg, PyValue *out)
{
    (void)arg;
    (void)out;
    return jinja_fail(call->run, P_WRITES,
                      "%s() would change the database, which a plan only reads", call->name);
}

static bool refuse_store(JinjaCall *call, const PyValue *arg, PyValue *out)
{
    (void)arg;
    (void)out;
    return jinja_fail(call->run, P_UNSUPPORTED, "%s() is not supported", call->name);
}

/* ---- columns ---- */

static bool want_relation(JinjaCall *call, PyValue value, RelName *rel)
{
    return relation_of(value, rel) ||
           jinja_fail(call->run, "CO2011", "%s() needs a Relation, not %s", call->name,
                      py_type_name(value));
}

/* A relation of an ephemeral model has none. */
static bool columns_of(JinjaCall *call, PyValue relation, PyValue *out)
{
    RelName rel;
    *out = py_list(call->arena);
    if (!want_relation(call, relation, &rel)) {
        return false;
    }
    if (!rel.schema || !rel.name) {
        return true;
    }
    const Answer *answer = ask_about(call, QUESTION_COLUMNS, rel);
    for (size_t i = 0; answer && i < answer->rows.count; i++) {
        const char **row = answer->rows.items[i];
        py_append(call->arena, *out, column_value(call->arena, row[0], row[1]));
    }
    return answer;
}

static bool get_columns(JinjaCall *call, const PyValue *arg, PyValue *out)
{
    return columns_of(call, arg[0], out);
}

static bool get_columns_in_query(JinjaCall *call, const PyValue *arg, PyValue *out)
{
    const char *sql =
        arena_printf(call->arena, "select * from (\n%s\n) as __dbt_sbq\nwhere false\nlimit 0",
                     py_str(call->arena, arg[0]));
    const Answer *answer = ask_sql(call, sql);
    *out = py_list(call->arena);
    for (size_t i = 0; answer && i < answer->columns.count; i++) {
        py_append(call->arena, *out, py_text(answer->columns.items[i]));
    }
    return answer;
}

static bool get_missing_columns(JinjaCall *call, const PyValue *arg, PyValue *out)
{
    PyValue from, to;
    *out = py_list(call->arena);
    if (!columns_of(call, arg[0], &from) || !columns_of(call, arg[1], &to)) {
        return false;
    }
    for (size_t i = 0; i < from.list->count; i++) {
        bool has = false;
        for (size_t j = 0; j < to.list->count; j++) {
            has |= str_eq(column_name(from.list->items[i]), column_name(to.list->items[j]));
        }
        if (!has) {
            py_append(call->arena, *out, from.list->items[i]);
        }
    }
    return true;
}

/* ---- relations ---- */

static const char *text_or_null(JinjaCall *call, PyValue value)
{
    return py_is_undefined(value) || py_is_none(value) ? NULL : py_str(call->arena, value);
}

/* All relations of a schema go to OUT, or the one that is called like REL. */
static bool relations_of(JinjaCall *call, RelName rel, bool all, PyValue *out)
{
    const Scope *scope = jinja_context(call->run);
    *out = all ? py_list(call->arena) : py_none();
    if (!rel.schema || (!all && !rel.name)) {
        return true;
    }
    const Answer *answer = ask_about(call, QUESTION_RELATIONS, rel);
    const char *name = production_name(scope->reader, rel.name);
    RelName found = {rel.database ? rel.database : scope->reader->target.database,
                     production_name(scope->reader, rel.schema), NULL};
    for (size_t i = 0; answer && i < answer->rows.count; i++) {
        const char **row = answer->rows.items[i];
        found.name = row[0];
        if (all) {
            py_append(call->arena, *out,
                      live_relation_value(scope, found, (Quoting){0}, py_text(row[1])));
        } else if (str_eq(row[0], name)) {
            *out = live_relation_value(scope, found, (Quoting){0}, py_text(row[1]));
        }
    }
    return answer;
}

static bool get_relation(JinjaCall *call, const PyValue *arg, PyValue *out)
{
    RelName rel = {text_or_null(call, arg[0]), text_or_null(call, arg[1]),
                   text_or_null(call, arg[2])};
    return relations_of(call, rel, false, out);
}

static bool load_relation(JinjaCall *call, const PyValue *arg, PyValue *out)
{
    RelName rel;
    return want_relation(call, arg[0], &rel) && relations_of(call, rel, false, out);
}

static bool list_relations(JinjaCall *call, const PyValue *arg, PyValue *out)
{
    RelName rel = {text_or_null(call, arg[0]), text_or_null(call, arg[1]), NULL};
    return relations_of(call, rel, true, out);
}

static bool list_relations_of(JinjaCall *call, const PyValue *arg, PyValue *out)
{
    RelName rel;
    return want_relation(call, arg[0], &rel) && relations_of(call, rel, true, out);
}

static bool check_schema_exists(JinjaCall *call, const PyValue *arg, PyValue *out)
{
    RelName rel = {text_or_null(call, arg[0]), py_str(call->arena, arg[1]), NULL};
    const Answer *answer = ask_about(call, QUESTION_SCHEMA, rel);
    *out = py_bool(answer && answer->rows.count);
    return answer;
}

/* ---- the table of functions ---- */

/* What a function gives while dbt parses a project: nothing is asked then. */
typedef enum Parsed { PARSED_NONE, PARSED_TEXT, PARSED_LIST, PARSED_FALSE } Parsed;

static const struct {
    const char *name, *signature;
    Parsed parsed;
    bool (*ask)(JinjaCall *call, const PyValue *arg, PyValue *out);
} functions[] = {
    {"run_query", "sql", PARSED_NONE, run_query},
    {"statement", "name? fetch_result? auto_begin? language? caller?", PARSED_TEXT, statement},
    {"load_result", "name", PARSED_NONE, load_result},
    {"store_result", "rest* named**", PARSED_TEXT, refuse_store},
    {"load_relation", "relation", PARSED_NONE, load_relation},
    {"load_cached_relation", "relation", PARSED_NONE, load_relation},
    {"get_columns_in_relation", "relation", PARSED_LIST, get_columns},
    {"get_columns_in_query", "select_sql", PARSED_LIST, get_columns_in_query},
    {"adapter.get_columns_in_relation", "relation", PARSED_LIST, get_columns},
    {"adapter.get_missing_columns", "from_relation to_relation", PARSED_LIST, get_missing_columns},
    {"adapter.get_relation", "database schema identifier", PARSED_NONE, get_relation},
    {"adapter.list_relations", "database schema", PARSED_LIST, list_relations},
    {"adapter.list_relations_without_caching", "schema_relation", PARSED_LIST, list_relations_of},
    {"adapter.check_schema_exists", "database schema", PARSED_FALSE, check_schema_exists},
    {"adapter.execute", "sql auto_begin? fetch? limit?", PARSED_NONE, execute},
    {"adapter.drop_relation", "rest* named**", PARSED_NONE, refuse_change},
    {"adapter.rename_relation", "rest* named**", PARSED_NONE, refuse_change},
    {"adapter.create_schema", "rest* named**", PARSED_NONE, refuse_change},
    {"adapter.drop_schema", "rest* named**", PARSED_NONE, refuse_change},
    {"adapter.commit", "rest* named**", PARSED_NONE, refuse_change},
};

enum { FUNCTIONS = sizeof functions / sizeof *functions, MOST_PARAMS = 5 };

static bool call_live(JinjaCall *call, void *self, PyValue *out)
{
    const Scope *scope = self;
    PyValue arg[MOST_PARAMS];
    size_t i = 0;
    while (!str_eq(functions[i].name, call->name)) {
        i++;
    }
    if (scope->execute) {
        return jinja_bind(call, functions[i].signature, arg) && functions[i].ask(call, arg, out);
    }
    *out = functions[i].parsed == PARSED_LIST    ? py_list(call->arena)
           : functions[i].parsed == PARSED_TEXT  ? py_text("")
           : functions[i].parsed == PARSED_FALSE ? py_bool(false)
                                                 : py_none();
    return true;
}

bool live_function(Scope *scope, const char *name, PyValue *out)
{
    for (size_t i = 0; i < FUNCTIONS; i++) {
        if (str_eq(functions[i].name, name)) {
            *out = jinja_function(scope->arena, functions[i].name, call_live, scope);
            return true;
        }
    }
    return false;
}

void live_names(Arena *arena, StrVec *out)
{
    for (size_t i = 0; i < FUNCTIONS; i++) {
        if (!strchr(functions[i].name, '.')) {
            vec_push(arena, out, functions[i].name);
        }
    }
}
