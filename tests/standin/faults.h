/*
 * Faults that a test has asked for, in standin_control.faults: refused statements, delays, connections
 * that break before a statement or after it, with its effect in place and its reply lost.
 */
#ifndef STANDIN_FAULTS_H
#define STANDIN_FAULTS_H

#include "session.h"

/* Before the statement or message TEXT: waits, refuses (false, with the run's error) or hangs up. */
bool faults_before(Run *run, const char *text);

/* After it, before its reply goes out. */
bool faults_after(Run *run);

#endif
