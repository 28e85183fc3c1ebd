/* The phases of a deployment: the same words in text, JSON, metrics, events and the record. */
#ifndef CUTOVER_PHASE_H
#define CUTOVER_PHASE_H

#include <stdbool.h>

typedef enum Phase {
    PHASE_NONE,
    PHASE_PENDING,
    PHASE_BUILDING,
    PHASE_HYDRATING,
    PHASE_CHECKING,
    PHASE_CANARY,
    PHASE_AWAITING_APPROVAL,
    PHASE_AWAITING_WINDOW,
    PHASE_CUTTING_OVER,
    PHASE_REPOINTING,
    PHASE_SOAKING,
    PHASE_CLEANING,
    PHASE_LIVE,
    PHASE_SUPERSEDED,
    PHASE_FAILED,
    PHASE_ABORTED,
    PHASE_ROLLING_BACK,
    PHASE_ROLLED_BACK,
    PHASE_COUNT,
} Phase;

/* "cutting_over"; "none" */
const char *phase_name(Phase phase);

/* The phase of that name; PHASE_NONE for any other text. */
Phase phase_parse(const char *name);

/* Nothing follows by itself: live, superseded, failed, aborted, rolled_back. */
bool phase_is_final(Phase phase);

/* The cutover transaction has not been sent in it or any phase before it. */
bool phase_is_before_cutover(Phase phase);

#endif
