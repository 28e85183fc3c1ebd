/* The extended protocol: Parse, Bind, Describe, Execute, Close. */
#ifndef STANDIN_EXTENDED_H
#define STANDIN_EXTENDED_H

#include "session.h"

/* Handles one message; false after an error: the session skips until Sync. */
bool extended_message(Session *session, WireMessage *message);

/* Frees all of a session's statements and portals. */
void extended_close_all(Session *session);

#endif
