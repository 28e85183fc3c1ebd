/* Dates and moments of an answer, or of a YAML file: Python's date and datetime, as far as templates ask them. The text is what is kept. */
#ifndef DBT_SQL_DATE_H
#define DBT_SQL_DATE_H

#include "cutover/jinja.h"

/* "2026-11-23" */
PyValue sql_date_value(Arena *arena, const char *text);

/* "2026-11-23 16:02:11.5+00", as a server prints it. */
PyValue sql_moment_value(Arena *arena, const char *text);

/* isoformat() of one of the two. */
const char *sql_date_iso(Arena *arena, PyValue date);

#endif
