/*
 * Session variables: SET, SHOW of one, RESET, and those that the protocol reports.
 */
#ifndef STANDIN_VARS_H
#define STANDIN_VARS_H

#include "session.h"

void vars_init(Session *session);

/* The value of NAME (lower case), or NULL when there is none. */
const char *vars_get(const Session *session, const char *name);
bool vars_on(const Session *session, const char *name);

/* Of the start-up packet: sets the value that RESET returns to. False with ERR for a bad one. */
bool vars_startup(Session *session, Arena *arena, const char *name, const char *value, Err *err);

/* ParameterStatus for every variable that is reported. */
void vars_report(Session *session);

bool vars_set(Run *run);
bool vars_reset(Run *run);
bool vars_describe_show(Run *run);
bool vars_show(Run *run);
bool vars_discard(Run *run);

#endif
