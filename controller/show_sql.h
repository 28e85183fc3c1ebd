/* What a deployment changed in SQL: both commits are read from Git and compiled, since the record keeps digests alone. */
#ifndef CUTOVER_SHOW_SQL_H
#define CUTOVER_SHOW_SQL_H

#include "targets.h"

typedef struct SqlChange {
    const char *name;           /* "shop.daily" */
    const char *before, *after; /* NULL: new, removed */
} SqlChange;

typedef VEC(SqlChange) SqlChanges;

/* The models whose SQL differs between the commits FROM (NULL: nothing was live) and TO of ENVIRONMENT, in the order of
 * the project. False: ERR, or findings in DIAGS. */
bool show_sql_changes(const Cli *cli, const Context *context, const char *environment,
                      const char *from, const char *to, SqlChanges *changes, Diags *diags,
                      Err *err);

void show_sql_text(Buf *out, const SqlChanges *changes);

/* The member "sql": [{name, sql_before?, sql_after?}]. */
void show_sql_json(JsonOut *json, const SqlChanges *changes);

#endif
