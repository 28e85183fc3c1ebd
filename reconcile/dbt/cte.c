/*
 * Ephemeral models in front of a query, with the very white space that dbt leaves: a WITH of their own,
 * or the first entries of the one that is there. WITH MUTUALLY RECURSIVE cannot be joined: the names
 * in it see each other, and its entries need column lists.
 */
#include "reader.h"

#include "cutover/sqltok.h"
#include "cutover/str.h"

#include <string.h>

/* The byte behind a leading WITH [RECURSIVE], or 0. */
static size_t behind_with(Arena *arena, const char *sql)
{
    SqlToks toks;
    Err err = {0};
    if (!sql_tokens(arena, sql, strlen(sql), &toks, &err) || !sql_is_word(toks.items, "with")) {
        return 0;
    }
    return sql_is_word(&toks.items[1], "recursive") ? toks.items[1].end : toks.items[0].end;
}

static size_t skip_space(const char *sql, size_t at)
{
    return at + strspn(sql + at, " \t\r\n");
}

const char *inject_ctes(Arena *arena, const char *sql, const StrVec *ctes)
{
    if (!ctes->count) {
        return sql;
    }
    const char *list = str_join(arena, ctes, ", ");
    size_t with = behind_with(arena, sql);
    if (with) {
        size_t rest = skip_space(sql, with);
        return arena_printf(arena, "%.*s%s, %s", (int)rest, sql, list, sql + rest);
    }
    size_t first = skip_space(sql, 0);
    return arena_printf(arena, "%.*swith%s %s", (int)first, sql, list, sql + first);
}
