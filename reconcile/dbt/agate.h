/* The tables that run_query() and load_result() give: agate's, as far as templates use them. */
#ifndef DBT_AGATE_H
#define DBT_AGATE_H

#include "cutover/answers.h"
#include "cutover/jinja.h"

/* ANSWER as a table. False after a finding: it holds something that cannot be given exactly. */
bool agate_table(JinjaRun *run, const Answer *answer, PyValue *out);

/* Its rows, each a tuple: what dbt calls `data`. */
PyValue agate_matrix(Arena *arena, PyValue table);

#endif
