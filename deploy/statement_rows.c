/* Statements with rows. */
#include "statement_internal.h"

#include <string.h>
#include <strings.h>

static void put_row(Sql *sql, const char *const *row, size_t columns)
{
    sql_put(sql, "(");
    for (size_t i = 0; i < columns; i++) {
        buf_text(&sql->buf, i ? ", " : "");
        sql_put_value(sql, row[i]);
    }
    sql_put(sql, ")");
}

StrVec statement_insert(Arena *arena, RelName rel, const char **const *rows, size_t count,
                        size_t columns, size_t max_bytes)
{
    StrVec statements = {0};
    Sql sql = {0};
    size_t in_batch = 0;
    for (size_t i = 0; i < count; i++) {
        if (!in_batch) {
            sql = sql_new(arena, "INSERT INTO ");
            sql_put_rel(&sql, rel);
            sql_put(&sql, " VALUES ");
        }
        buf_text(&sql.buf, in_batch ? ", " : "");
        put_row(&sql, rows[i], columns);
        in_batch++;
        if (i + 1 == count || sql.buf.length >= max_bytes) {
            vec_push(arena, &statements, sql_done(&sql));
            in_batch = 0;
        }
    }
    return statements;
}

/* Of these an explicit cast cuts what is too long, and an assignment refuses it. */
static bool is_text_type(const char *type)
{
    static const char *const names[] = {"text", "varchar", "char", "bpchar", NULL};
    static const char schema[] = "pg_catalog.";
    type += strncasecmp(type, schema, strlen(schema)) == 0 ? strlen(schema) : 0;
    type += *type == '"';
    for (size_t i = 0; names[i]; i++) {
        if (strncasecmp(type, names[i], strlen(names[i])) == 0) {
            return true;
        }
    }
    return false;
}

static void put_given_columns(Sql *sql, const SeedData *seed)
{
    vec_each (SeedColumn, it, &seed->columns) {
        size_t n = (size_t)(it - seed->columns.items) + 1;
        buf_text(&sql->buf, n > 1 ? ", " : "");
        buf_printf(&sql->buf, is_text_type(it->type) ? "c%zu" : "CAST(c%zu AS %s)", n, it->type);
    }
}

char *statement_seed_rows(Arena *arena, const DesiredNode *node, size_t *from, size_t max_bytes)
{
    const SeedData *seed = node->seed;
    size_t first = *from;
    Sql sql = sql_new(arena, "INSERT INTO ");
    sql_put_rel(&sql, node->rel);
    sql_put(&sql, " SELECT ");
    put_given_columns(&sql, seed);
    sql_put(&sql, " FROM (VALUES ");
    do {
        buf_text(&sql.buf, *from == first ? "" : ", ");
        put_row(&sql, seed->rows.items[*from], seed->columns.count);
    } while (++*from < seed->rows.count && sql.buf.length < max_bytes);
    sql_put(&sql, ") AS given (");
    for (size_t i = 1; i <= seed->columns.count; i++) {
        buf_printf(&sql.buf, "%sc%zu", i > 1 ? ", " : "", i);
    }
    sql_put(&sql, ") WHERE (SELECT count(*) FROM ");
    sql_put_rel(&sql, node->rel);
    buf_printf(&sql.buf, ") = %zu", first);
    return sql_done(&sql);
}
