/* Python's sets, as far as dbt's set() and set_strict() make them. */
#ifndef DBT_JINJA_SET_H
#define DBT_JINJA_SET_H

#include "jinja_run.h"

/* set_strict(): the set of the items of FROM; an error when FROM is no sequence or holds what cannot be in a set. */
bool jinja_make_set(JinjaCall *call, PyValue from, PyValue *out);

/* set(): the same, but OTHER (none, when that is undefined) instead of an error. */
bool jinja_make_set_or(JinjaCall *call, PyValue from, PyValue other, PyValue *out);

#endif
