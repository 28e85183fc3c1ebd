/* Column: what adapter.get_columns_in_relation() gives, and api.Column makes. */
#ifndef DBT_COLUMN_H
#define DBT_COLUMN_H

#include "cutover/jinja.h"

/* A column of the type DTYPE; both texts are borrowed. */
PyValue column_value(Arena *arena, const char *name, const char *dtype);

/* The name of a column, or NULL when VALUE is none. */
const char *column_name(PyValue value);

/* api.Column: called it makes one, and so does its create(). */
PyValue column_class_value(Arena *arena);

#endif
