/*
 * Whether the rows of a seed become those that wait beside it in one statement, and in which. The server compares them:
 * it knows when two values are equal, and what a text that it printed becomes when it reads it again.
 */
#include "pass_internal.h"

#include "cutover/str.h"

#include <string.h>

/* More rows than this would make too long a statement, and too many comparisons. */
#define NAMED_ROWS 1000
#define NAMED_BYTES (900 << 10)

typedef VEC(const char **) SeedRows;

/* The rows that are as they were in all columns but a few are likely to be the same thing. */
static size_t in_common(const char **a, const char **b, size_t columns)
{
    size_t same = 0;
    for (size_t i = 0; i < columns; i++) {
        same += str_eq(a[i], b[i]);
    }
    return same;
}

/* Takes it out of COME. */
static const char **most_like(const char **gone, SeedRows *come, size_t columns)
{
    size_t best = 0, most = 0;
    for (size_t i = 0; i < come->count; i++) {
        size_t same = in_common(gone, come->items[i], columns);
        best = same > most ? i : best;
        most = same > most ? same : most;
    }
    const char **found = come->items[best];
    come->items[best] = come->items[--come->count];
    return found;
}

static bool find_pairs(Pass *pass, SeedChange *change, Err *err)
{
    PgResult gone = {0}, come = {0};
    const char *goes = statement_missing(pass->arena, change->seed, change->made);
    const char *comes = statement_missing(pass->arena, change->made, change->seed);
    if (!pg_query(pass->pg, pass->arena, goes, NULL, pass_limit(pass), &gone, err) ||
        !pg_query(pass->pg, pass->arena, comes, NULL, pass_limit(pass), &come, err)) {
        return false;
    }
    SeedRows left = {0};
    vec_each (const char **, it, &come.rows) {
        vec_push(pass->arena, &left, *it);
    }
    change->columns = gone.columns;
    for (size_t i = 0; i < gone.rows.count && left.count; i++) {
        const char **row = gone.rows.items[i];
        SeedPair pair = {row, most_like(row, &left, gone.columns.count)};
        vec_push(pass->arena, &change->pairs, pair);
    }
    return true;
}

static bool find_columns(Pass *pass, SeedChange *change, Err *err)
{
    PgResult none = {0};
    const char *sql = statement_probe(pass->arena, change->seed);
    bool answered = pg_query(pass->pg, pass->arena, sql, NULL, pass_limit(pass), &none, err);
    change->columns = none.columns;
    return answered;
}

static bool is_too_long(const char *sql)
{
    return !sql || strlen(sql) > NAMED_BYTES;
}

/* Whether the seed would then hold what waits: what it holds may change at any time, and texts are read as they were printed. */
static bool prove(Pass *pass, SeedFit *fit, Err *err)
{
    const char *after = statement_seed_differs(pass->arena, &fit->change);
    int64_t differ = 0;
    if (is_too_long(after) ||
        is_too_long(statement_change_seed(pass->arena, &fit->change, false))) {
        fit->why = "what changes is too long for one statement";
        return true;
    }
    bool answered = pass_count(pass, after, NULL, &differ, err);
    fit->why =
        differ ? "no one statement tells its rows apart that are there more than once" : NULL;
    return answered;
}

/* What speaks against naming GOES rows. */
static bool judge(Pass *pass, SeedFit *fit, int64_t goes, Err *err)
{
    SeedChange *change = &fit->change;
    bool pairs = change->way == ROWS_CHANGE;
    if (goes > NAMED_ROWS) {
        fit->why = arena_printf(pass->arena, "%lld of its rows go or change", (long long)goes);
        return true;
    }
    if (!(pairs ? find_pairs(pass, change, err) : find_columns(pass, change, err))) {
        return false;
    }
    if (pairs && !change->pairs.count) {
        change->way = ROWS_COME; /* another process was faster: nothing goes any more */
        return true;
    }
    return prove(pass, fit, err);
}

bool pass_fit_seed(Pass *pass, RelName seed, RelName made, SeedFit *fit, Err *err)
{
    int64_t goes = 0, comes = 0;
    *fit = (SeedFit){.change = {.seed = seed, .made = made}};
    if (!pass_count(pass, statement_count_missing(pass->arena, seed, made), NULL, &goes, err) ||
        !pass_count(pass, statement_count_missing(pass->arena, made, seed), NULL, &comes, err)) {
        return false;
    }
    if (goes && comes && goes != comes) {
        fit->why = arena_printf(pass->arena,
                                "%lld of its rows go and %lld come, which no one statement does",
                                (long long)goes, (long long)comes);
        return true;
    }
    fit->change.way = goes && comes ? ROWS_CHANGE : goes ? ROWS_GO : ROWS_COME;
    return !goes || judge(pass, fit, goes, err);
}
