/* What is a dict to dbt, and of which Cutover knows a part. */
#ifndef DBT_PARTIAL_H
#define DBT_PARTIAL_H

#include "cutover/jinja.h"

typedef struct Partial {
    const char *name; /* as templates say it: "target" */
    PyDict *known;    /* may be changed by nobody */
    bool (*missing)(const void *self,
                    const char *name); /* dbt would have it, so asking is an error */
    const void *self;
    const char *hint; /* to that error, or NULL */
} Partial;

/* PARTIAL, copied into ARENA, as a value: a member that is missing and any use of the whole end the
 * rendering, and a member that dbt does not have either is undefined. */
PyValue partial_value(Arena *arena, const Partial *partial);

#endif
