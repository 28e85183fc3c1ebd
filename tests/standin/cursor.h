/*
 * Cursors, and SUBSCRIBE: the result of a query and then its changes, found by asking PostgreSQL again
 * and comparing. What is read was fixed at the beginning, by id.
 */
#ifndef STANDIN_CURSOR_H
#define STANDIN_CURSOR_H

#include "session.h"

bool cursor_declare(Run *run);
bool cursor_describe_fetch(Run *run);
bool cursor_fetch(Run *run);
bool cursor_close(Run *run);

/* The columns of the cursor NAME, which is a portal to clients; false: there is none. */
bool cursor_describe(Run *run, const char *name);
bool cursor_describe_subscribe(Run *run);
bool cursor_subscribe(Run *run);

/* At the end of the transaction. */
void cursor_close_all(Session *session);

#endif
