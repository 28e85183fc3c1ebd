/*
 * Columns that a plan changes: readers of production have to hear of them before the cutover. Only Materialize knows
 * which columns a query has, so deploy/ asks it; here is what the answers mean, and how people read them. Pure.
 */
#ifndef CUTOVER_PLAN_COLUMNS_H
#define CUTOVER_PLAN_COLUMNS_H

#include "cutover/json.h"
#include "cutover/vec.h"

typedef struct ColumnType {
    const char *name, *type; /* type as people write it: "bigint" */
} ColumnType;

typedef VEC(ColumnType) ColumnTypes;

typedef struct ColumnChange {
    const char *name;
    const char *from, *to; /* types; FROM NULL: it is new, TO NULL: it goes */
} ColumnChange;

/* A relation whose columns change, or are not known before it is built (WHY says why). */
typedef struct RelationColumns {
    const char *object; /* dotted name */
    const char *why;    /* NULL: they are known */
    bool refused;       /* WHY is the server's word about its query */
    VEC(ColumnChange) changes;
    bool reordered; /* the same columns in another order */
} RelationColumns;

typedef VEC(RelationColumns) PlanColumns;

/* True when the columns that LIVE and WANTED list differ; then CHANGES and REORDERED of FOUND say how. */
bool plan_columns_compare(Arena *arena, const ColumnTypes *live, const ColumnTypes *wanted,
                          RelationColumns *found);

/* Lines "Columns    shop.daily: + refunds bigint, - total, day date to text"; and the array that is `columns` of the
 * plan. Nothing when COLUMNS is NULL: nobody asked. */
void plan_columns_write_text(Buf *out, const PlanColumns *columns);
void plan_columns_write_json(JsonOut *out, const PlanColumns *columns);

#endif
