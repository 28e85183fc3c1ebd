/* The process's clocks. Nothing that decides about a deployment uses them: there the server's time rules. */
#ifndef CUTOVER_CLOCK_H
#define CUTOVER_CLOCK_H

#include "cutover/moment.h"

/* Wall clock, for log lines and messages. */
Moment clock_now(void);

/* Milliseconds that never go back, for deadlines and durations. */
int64_t clock_ms(void);

/* A number in [0, BELOW), for jitter; not for secrets. BELOW > 0. */
int64_t clock_random(int64_t below);

#endif
