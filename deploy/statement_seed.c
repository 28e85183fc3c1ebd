/*
 * A seed becomes what waits beside it, in one statement. What comes late finds no table of that name, since it belongs
 * to one generation; what is sent twice finds nothing left to do. Only what a transcript or the documentation shows is
 * used: an UPDATE takes its values from constants.
 */
#include "statement_internal.h"

#include "cutover/sqltok.h"
#include "cutover/statement_seed.h"
#include "cutover/str.h"

/* SELECT * FROM one of the two tables OPERATOR SELECT * FROM the other. */
static void put_compared(Sql *sql, RelName from, const char *operator, RelName with)
{
    sql_put(sql, "SELECT * FROM ");
    sql_put_rel(sql, from);
    buf_printf(&sql->buf, " %s SELECT * FROM ", operator);
    sql_put_rel(sql, with);
}

char *statement_missing(Arena *arena, RelName rel, RelName other)
{
    Sql sql = sql_new(arena, "");
    put_compared(&sql, rel, "EXCEPT ALL", other);
    return sql_done(&sql);
}

char *statement_count_missing(Arena *arena, RelName rel, RelName other)
{
    Sql sql = sql_new(arena, "SELECT count(*) FROM (");
    put_compared(&sql, rel, "EXCEPT ALL", other);
    sql_put(&sql, ") AS missing");
    return sql_done(&sql);
}

/* The rows of the seed, as `s`, of which nothing is left in what waits. */
static void put_gone(Sql *sql, const SeedChange *change)
{
    sql_put(sql, "(");
    put_compared(sql, change->seed, "EXCEPT", change->made);
    sql_put(sql, ") AS gone WHERE ");
    vec_each (const char *, it, &change->columns) {
        const char *name = sql_ident(sql->arena, *it);
        buf_printf(&sql->buf, "%s(s.%s = gone.%s OR (s.%s IS NULL AND gone.%s IS NULL))",
                   it == change->columns.items ? "" : " AND ", name, name, name, name);
    }
}

/* Literals take the type of the column beside them. */
static void put_is_row(Sql *sql, const SeedChange *change, const char *const *row)
{
    vec_each (const char *, it, &change->columns) {
        const char *value = row[it - change->columns.items];
        buf_text(&sql->buf, it == change->columns.items ? "" : " AND ");
        sql_put(sql, sql_ident(sql->arena, *it));
        sql_put(sql, value ? " = " : " IS NULL");
        if (value) {
            sql_put_literal(sql, value);
        }
    }
}

static bool changes_column(const SeedChange *change, size_t column)
{
    bool changes = false;
    vec_each (SeedPair, it, &change->pairs) {
        changes |= !str_eq(it->gone[column], it->come[column]);
    }
    return changes;
}

/* Of a column that changes. */
static void put_new_value(Sql *sql, const SeedChange *change, size_t column)
{
    sql_put(sql, "CASE");
    vec_each (SeedPair, it, &change->pairs) {
        if (str_eq(it->gone[column], it->come[column])) {
            continue;
        }
        sql_put(sql, " WHEN ");
        put_is_row(sql, change, it->gone);
        sql_put(sql, " THEN ");
        sql_put_value(sql, it->come[column]);
    }
    sql_put(sql, " ELSE ");
    sql_put(sql, sql_ident(sql->arena, change->columns.items[column]));
    sql_put(sql, " END");
}

static void put_update(Sql *sql, const SeedChange *change)
{
    const char *separator = " SET ";
    sql_put(sql, "UPDATE ");
    sql_put_rel(sql, change->seed);
    for (size_t i = 0; i < change->columns.count; i++) {
        if (changes_column(change, i)) {
            sql_put(sql, separator);
            sql_put(sql, sql_ident(sql->arena, change->columns.items[i]));
            sql_put(sql, " = ");
            put_new_value(sql, change, i);
            separator = ", ";
        }
    }
    separator = " WHERE (";
    vec_each (SeedPair, it, &change->pairs) {
        sql_put(sql, separator);
        put_is_row(sql, change, it->gone);
        separator = " OR ";
    }
    sql_put(sql, ") AND EXISTS (SELECT 1 FROM ");
    sql_put_rel(sql, change->made);
    sql_put(sql, ")");
}

static void put_delete(Sql *sql, const SeedChange *change)
{
    sql_put(sql, "DELETE FROM ");
    sql_put_rel(sql, change->seed);
    sql_put(sql, " AS s USING ");
    put_gone(sql, change);
}

static void put_insert(Sql *sql, const SeedChange *change)
{
    sql_put(sql, "INSERT INTO ");
    sql_put_rel(sql, change->seed);
    sql_put(sql, " SELECT * FROM (");
    put_compared(sql, change->made, "EXCEPT ALL", change->seed);
    sql_put(sql, ") AS come");
}

char *statement_change_seed(Arena *arena, const SeedChange *change, bool tried)
{
    static const struct {
        void (*put)(Sql *, const SeedChange *);
        const char *never;
    } ways[] = {[ROWS_COME] = {put_insert, " WHERE false"},
                [ROWS_GO] = {put_delete, " AND false"},
                [ROWS_CHANGE] = {put_update, " AND false"}};
    Sql sql = sql_new(arena, "");
    ways[change->way].put(&sql, change);
    buf_text(&sql.buf, tried ? ways[change->way].never : "");
    return sql_done(&sql);
}

/* What the seed holds after that statement. */
static void put_after(Sql *sql, const SeedChange *change)
{
    const char *separator = "SELECT ";
    if (change->way == ROWS_GO) {
        sql_put(sql, "SELECT * FROM ");
        sql_put_rel(sql, change->seed);
        sql_put(sql, " EXCEPT ALL SELECT s.* FROM ");
        sql_put_rel(sql, change->seed);
        sql_put(sql, " AS s, ");
        put_gone(sql, change);
        return;
    }
    for (size_t i = 0; i < change->columns.count; i++) {
        sql_put(sql, separator);
        if (changes_column(change, i)) {
            put_new_value(sql, change, i);
        } else {
            sql_put(sql, sql_ident(sql->arena, change->columns.items[i]));
        }
        separator = ", ";
    }
    sql_put(sql, " FROM ");
    sql_put_rel(sql, change->seed);
}

char *statement_seed_differs(Arena *arena, const SeedChange *change)
{
    Sql sql = sql_new(arena, "SELECT count(*) FROM (((");
    put_after(&sql, change);
    sql_put(&sql, ") EXCEPT ALL SELECT * FROM ");
    sql_put_rel(&sql, change->made);
    sql_put(&sql, ") UNION ALL (SELECT * FROM ");
    sql_put_rel(&sql, change->made);
    sql_put(&sql, " EXCEPT ALL (");
    put_after(&sql, change);
    sql_put(&sql, "))) AS differing");
    return sql_done(&sql);
}
