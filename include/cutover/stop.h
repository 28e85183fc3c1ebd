/*
 * The wish to end, of the whole process. SIGTERM and SIGINT set it; whoever waits wakes up, whoever works
 * ends after the statement that runs. Nothing is lost: the next process goes on from what it sees.
 */
#ifndef CUTOVER_STOP_H
#define CUTOVER_STOP_H

#include <stdbool.h>
#include <stdint.h>

/* Catches SIGTERM and SIGINT and ignores SIGPIPE; call once, before threads are made. A second signal ends the
 * process at once. */
void stop_install(void);

void stop_request(void);
bool stop_requested(void);

/* A descriptor that is readable from the moment on that somebody wants the process to end; for poll().
 * -1 before stop_install(). */
int stop_fd(void);

/* Sleeps; true when the time is over, false when the process is to end. */
bool stop_sleep(int64_t milliseconds);

#endif
