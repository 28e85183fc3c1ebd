#include "cutover/introspect.h"

#include "cutover/str.h"
#include "deploy_sql.h"

#include <string.h>

#define STATEMENT_TIMEOUT "SET LOCAL statement_timeout = '20s'"
#define PATIENCE_MS 30000 /* for the server to end a statement by itself */
#define ENTRY_BYTES ((size_t)192 * 1024)
#define TOTAL_BYTES ((size_t)1024 * 1024)

static const PgLimit limit = {.rows = 10000, .bytes = ENTRY_BYTES};

/* ---- the transaction ---- */

static bool begin(Introspect *in, Err *err)
{
    if (in->open) {
        return true;
    }
    in->asked = 0;
    in->open = pg_query(in->pg, in->arena, "BEGIN READ ONLY", NULL, PATIENCE_MS, NULL, err) &&
               pg_query(in->pg, in->arena, STATEMENT_TIMEOUT, NULL, PATIENCE_MS, NULL, err);
    return in->open;
}

static void end(Introspect *in)
{
    if (in->open) {
        pg_rollback(in->pg);
    }
    in->open = false;
}

void introspect_close(Introspect *in)
{
    end(in);
    in->closed = true;
}

/* ---- one question ---- */

static bool send(Introspect *in, const Question *question, PgResult *result, Err *err)
{
    const RelName rel = question->rel;
    StrVec params = {0};
    const char *sql = sql_live_schema;
    switch (question->kind) {
    case QUESTION_QUERY:
        return pg_query_within(in->pg, in->arena, question->sql, &limit, PATIENCE_MS, result, err);
    case QUESTION_SCHEMA:
        vec_push(in->arena, &params, rel.schema);
        break;
    case QUESTION_COLUMNS:
    case QUESTION_RELATIONS:
        vec_push(in->arena, &params, rel.database);
        vec_push(in->arena, &params, rel.schema);
        sql = sql_live_relations;
    }
    if (question->kind == QUESTION_COLUMNS) {
        vec_push(in->arena, &params, rel.name);
        sql = sql_live_columns;
    }
    return pg_query(in->pg, in->arena, sql, &params, PATIENCE_MS, result, err);
}

/* A transaction of Materialize reads what lies in the schemas of its first query, on one cluster; what is refused after
 * that is asked again in a transaction of its own before it is believed. */
static bool needs_another(const Introspect *in, const Err *err)
{
    return in->asked > 0 && err->kind == ERR_INPUT;
}

static bool query(Introspect *in, const Question *question, PgResult *result, Err *err)
{
    if (!begin(in, err)) {
        return false;
    }
    bool done = send(in, question, result, err);
    if (!done && needs_another(in, err)) {
        end(in);
        *err = (Err){0};
        done = begin(in, err) && send(in, question, result, err);
    }
    in->asked++;
    if (!done) {
        end(in);
    }
    return done;
}

static const Answer *answer_of(Arena *arena, const PgResult *result)
{
    Answer *answer = arena_make(arena, Answer);
    answer->columns = result->columns;
    answer->tag = result->tag;
    vec_each (const uint32_t, it, &result->types) {
        vec_push(arena, &answer->types, *it);
    }
    vec_each (const char **, it, &result->rows) {
        vec_push(arena, &answer->rows, *it);
    }
    return answer;
}

static bool keep(Introspect *in, const char *key, const Answer *answer, Err *err)
{
    Arena *scratch = arena_new();
    Buf buf = buf_new(scratch, ENTRY_BYTES);
    JsonOut json = json_out(&buf);
    answer_write(&json, key, answer);
    in->size += buf.length;
    bool fits = !buf.overflow;
    arena_free(scratch);
    if (!fits || in->size > TOTAL_BYTES) {
        err_set(in->arena, err, ERR_LIMIT, "CO5013",
                fits ? "all answers together have more than %zu KiB"
                     : "the answer has more than %zu KiB",
                (fits ? TOTAL_BYTES : ENTRY_BYTES) / 1024);
        err->hint = "ask for less: they are kept with the deployment";
        return false;
    }
    map_put(in->arena, &in->answers, key, answer);
    return true;
}

static bool ask(void *ctx, const Question *question, const Answer **answer, Err *err)
{
    Introspect *in = ctx;
    const char *key = question_key(in->arena, question);
    *answer = map_get(&in->answers, key);
    if (*answer) {
        return true;
    }
    if (in->closed) {
        err_set(in->arena, err, ERR_INPUT, "CO2055", "it was not asked under production names");
        err->hint = "what is asked must not depend on the schema that is rendered for, but for "
                    "whole names: ref(), this, this.schema";
        return false;
    }
    if (in->lost.kind != ERR_NONE) {
        *err = in->lost;
        return false;
    }
    PgResult result = {0};
    bool done =
        query(in, question, &result, err) && keep(in, key, answer_of(in->arena, &result), err);
    *answer = map_get(&in->answers, key);
    if (!done && !err_is_refusal(err) && err->kind != ERR_LIMIT) {
        in->lost = *err;
    }
    return done;
}

Database introspect_database(Introspect *in, bool allowed, const char *environment)
{
    bool answered = in->recorded.count > 0;
    const char *kept = answered ? "; what this commit was answered is recorded, and not used" : "";
    const char *other = answered ? ", or deploy a commit that asks nothing" : "";
    return (Database){
        .ask = allowed ? ask : NULL,
        .ctx = in,
        .why = arena_printf(in->arena, "policy denies introspection for %s%s", environment, kept),
        .hint = arena_printf(in->arena,
                             "write into the controller's file (--config): policy: {%s: "
                             "{introspection: allow}}%s",
                             environment, other)};
}

/* ---- the record ---- */

void introspect_know(Introspect *in, const Map *recorded)
{
    map_each (it, recorded) {
        map_put(in->arena, &in->answers, it->key, it->value);
        map_put(in->arena, &in->recorded, it->key, it->value);
    }
}

void introspect_record(const Introspect *in, const char *deployment, RecordEntries *entries)
{
    map_each (it, &in->answers) {
        if (!map_get(&in->recorded, it->key)) {
            vec_push(in->arena, entries, entry_answer(in->arena, deployment, it->key, it->value));
        }
    }
}
