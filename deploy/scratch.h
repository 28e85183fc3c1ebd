/* Proving that live objects equal the declared ones, by copies in a schema of their own. */
#ifndef DEPLOY_SCRATCH_H
#define DEPLOY_SCRATCH_H

#include "pass_internal.h"

/* Makes a copy of every declared object that is to be proved, compares what Materialize stores, gives each item
 * its verdict and drops the copies. False and ERR: it could not be told; copies that are left then are dropped
 * by the next call. */
bool scratch_prove(Pass *pass, Adoption *adoption, Err *err);

#endif
