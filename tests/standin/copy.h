/* COPY (query) TO STDOUT, COPY table TO STDOUT, COPY table FROM STDIN: PostgreSQL's, passed through. */
#ifndef STANDIN_COPY_H
#define STANDIN_COPY_H

#include "session.h"

bool copy_execute(Run *run);

#endif
