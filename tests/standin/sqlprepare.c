#include "sqlprepare.h"

#include "statement.h"
#include "txn.h"

#include "cutover/str.h"

#include <stdlib.h>
#include <string.h>

/* SQL's and the protocol's prepared statements share one name space here only by accident; the prefix
 * keeps them apart. */
static const char *key(Run *run, const char *name)
{
    return arena_printf(run->session->arena, "sql:%s", name);
}

bool sqlprepare_prepare(Run *run)
{
    const SqlTok *tok = run->statement->toks + 1;
    const char *name = tok->value;
    while (tok->kind != SQL_END && !sql_is_word(tok, "as")) {
        tok++;
    }
    if (tok->kind == SQL_END) {
        return run_fail(run, "42601", "Expected AS, found EOF");
    }
    const char *text = run->statement->source + tok->end;
    const SqlTok *end = tok;
    while (end->kind != SQL_END) {
        end++;
    }
    map_put(run->session->arena, &run->session->prepared, key(run, name),
            arena_strndup(run->session->arena, text, end->start - tok->end));
    run->reply.tag = "PREPARE";
    return true;
}

/* The texts between the parentheses of EXECUTE name (a, b). */
static StrVec arguments(Run *run)
{
    StrVec texts = {0};
    const SqlTok *tok = run->statement->toks + 2;
    if (!sql_is_symbol(tok, "(")) {
        return texts;
    }
    size_t from = tok->end;
    int depth = 0;
    for (; tok->kind != SQL_END; tok++) {
        depth += sql_is_symbol(tok, "(");
        depth -= sql_is_symbol(tok, ")");
        if ((depth == 1 && sql_is_symbol(tok, ",")) || depth == 0) {
            vec_push(run->arena, &texts,
                     arena_strndup(run->arena, run->statement->source + from, tok->start - from));
            from = tok->end;
        }
    }
    return texts;
}

static const char *with_arguments(Run *run, const char *text, const StrVec *args)
{
    SqlToks toks;
    Err err;
    Buf buf = buf_new(run->arena, 4000000);
    size_t copied = 0;
    if (!sql_tokens(run->arena, text, strlen(text), &toks, &err)) {
        return text;
    }
    vec_each (SqlTok, tok, &toks) {
        int n = tok->kind == SQL_PARAM ? atoi(tok->value + 1) : 0;
        if (n > 0 && (size_t)n <= args->count) {
            buf_add(&buf, text + copied, tok->start - copied);
            buf_printf(&buf, "(%s)", args->items[n - 1]);
            copied = tok->end;
        }
    }
    buf_text(&buf, text + copied);
    return buf.data;
}

bool sqlprepare_describe(Run *run)
{
    const char *name = run->statement->toks[1].value;
    const char *text = map_get(&run->session->prepared, key(run, name));
    if (!text || !*text) {
        return run_fail(run, "XX000", "unknown prepared statement %s", name);
    }
    StrVec args = arguments(run);
    Statements statements = {0};
    if (!statement_split(run->arena, with_arguments(run, text, &args), &statements, &run->err)) {
        return false;
    }
    if (statements.count != 1) {
        return run_fail(run, "42601", "Expected one statement in PREPARE");
    }
    run->statement = &statements.items[0];
    return statement_describe(run);
}

/* Describing has put the prepared statement in the run's place, so this is reached only without it. */
bool sqlprepare_execute(Run *run)
{
    return sqlprepare_describe(run) && txn_admit(run, run->statement->class) &&
           run->statement->kind->execute(run);
}

bool sqlprepare_deallocate(Run *run)
{
    const SqlTok *tok = run->statement->toks + 1;
    tok += sql_is_word(tok, "prepare");
    if (sql_is_word(tok, "all")) {
        run->session->prepared = (Map){0};
        run->reply.tag = "DEALLOCATE ALL";
        return true;
    }
    if (!map_put(run->session->arena, &run->session->prepared, key(run, tok->value), "")) {
        return run_fail(run, "XX000", "unknown prepared statement %s", tok->value);
    }
    run->reply.tag = "DEALLOCATE";
    return true;
}
