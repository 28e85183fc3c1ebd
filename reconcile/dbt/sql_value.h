/*
 * What a column of an answer holds, as dbt gives it to templates: psycopg2's reading of the wire, and then
 * agate's choice of a type for the column. Texts stay texts; whole numbers are int; numeric and floats are
 * Decimal; dates are objects that print as Python prints them.
 */
#ifndef DBT_SQL_VALUE_H
#define DBT_SQL_VALUE_H

#include "cutover/answers.h"
#include "cutover/jinja.h"

/* The values of column number COLUMN, one a row, into OUT. NULL, or what it holds that cannot be given
 * exactly ("an array"). */
const char *sql_column_values(JinjaRun *run, const Answer *answer, size_t column, PyValue *out);

#endif
