/*
 * PREPARE, EXECUTE and DEALLOCATE of SQL. EXECUTE puts its arguments into the text and runs that, so a
 * prepared statement means whatever its names mean now.
 */
#ifndef STANDIN_SQLPREPARE_H
#define STANDIN_SQLPREPARE_H

#include "session.h"

bool sqlprepare_prepare(Run *run);
bool sqlprepare_describe(Run *run);
bool sqlprepare_execute(Run *run);
bool sqlprepare_deallocate(Run *run);

#endif
