/* What PostgreSQL complains about, in Materialize's codes and words. */
#ifndef STANDIN_ERRORS_H
#define STANDIN_ERRORS_H

#include "session.h"

/* Fills ERR from a failed result. OWN: it came from standin.ddl(), whose codes and words are right. */
void errors_from_result(Run *run, const PGresult *result, bool own);

#endif
