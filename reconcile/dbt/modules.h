/* `modules`: what dbt gives of Python's modules. `re` is there; the others depend on the clock, or are refused. */
#ifndef DBT_MODULES_H
#define DBT_MODULES_H

#include "cutover/jinja.h"

/* EXECUTE: false in the parse pass, where what is not there swallows what is done with it. */
PyValue modules_object(Arena *arena, bool execute);

#endif
