/*
 * Ephemeral models in front of a query, with the very white space that dbt leaves: a WITH of their own,
 * or the first entries of the one that is there. WITH MUTUALLY RECURSIVE cannot be joined: the names
 * in it see each other, and its entries need column lists.
 */
#include "reader.h"

#include "cutover/sqltok.h"
#include "cutover/str.h"

#include <string.h>

typedef struct Query {
    const char *sql; /* without what follows a semicolon */
    size_t with;     /* the byte behind a leading WITH [RECURSIVE], or 0 */
} Query;

static Query look_at(Arena *arena, const char *sql)
{
    Query query = {.sql = sql};
    SqlToks toks;
    Err err = {0};
    if (!sql_tokens(arena, query.sql, strlen(query.sql), &toks, &err)) {
        return query;
    }
    vec_each (SqlTok, it, &toks) {
        if (sql_is_symbol(it, ";")) {
            query.sql = arena_strndup(arena, query.sql, it->end);
            break;
        }
    }
    bool recursive = sql_is_word(toks.items, "with") && sql_is_word(&toks.items[1], "recursive");
    query.with = sql_is_word(toks.items, "with") ? toks.items[recursive].end : 0;
    return query;
}

const char *inject_ctes(Arena *arena, const char *sql, const StrVec *ctes)
{
    if (!ctes->count) {
        return sql;
    }
    const char *list = str_join(arena, ctes, ", ");
    Query query = look_at(arena, sql);
    size_t rest = query.with + strspn(query.sql + query.with, " \t\r\n");
    return query.with
               ? arena_printf(arena, "%.*s%s, %s", (int)rest, query.sql, list, query.sql + rest)
               : arena_printf(arena, "%.*swith%s %s", (int)rest, query.sql, list, query.sql + rest);
}
