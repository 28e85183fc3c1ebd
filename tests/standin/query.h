/* Statements that PostgreSQL runs: queries, writes, lists of SHOW. */
#ifndef STANDIN_QUERY_H
#define STANDIN_QUERY_H

#include "session.h"

bool query_describe(Run *run);
bool query_execute(Run *run);
bool query_describe_show(Run *run); /* SHOW of a list, or of a variable */
bool query_explain(Run *run);       /* refused */
bool query_execute_show(Run *run);

/* The parameters that the statement takes, once it is described. */
const PGresult *query_parameters(Run *run);

/* The session's cluster must have a replica when the run reads user relations. */
bool query_check_cluster(Run *run);

#endif
