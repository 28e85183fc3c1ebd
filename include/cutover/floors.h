/*
 * Floors: how strict an environment is at least (docs/interface.md 2.2, `policy`). They stand in the controller's
 * file, so that a pull request cannot lower them. The stricter of floor and cutover.yaml holds; what cannot be made
 * stricter (a schema outside what may be touched) makes the plan refuse. Pure.
 */
#ifndef CUTOVER_FLOORS_H
#define CUTOVER_FLOORS_H

#include "cutover/config.h"
#include "cutover/strict.h"

typedef VEC(StrVec) FloorGlobs; /* of several floors: a name must match one glob of each */

typedef struct Floors {
    int64_t approvals, soak;
    VEC(const Windows *) windows; /* all must be open */
    int64_t max_drops;            /* -1: no floor */
    double max_cost, max_size;    /* credits, credits an hour; 0: no floor */
    bool all_tests;               /* no test may be deselected */
    bool no_hooks;                /* none that is sent as it stands */
    StrVec checks;                /* that must run */
    FloorGlobs schemas, clusters; /* "database.schema"; nothing else may be touched */
} Floors;

/* No floor at all. */
Floors floors_none(void);

/* Adds ONE to INTO: of both the stricter. */
void floors_add(Arena *arena, Floors *into, const Floors *one);

/* ENVIRONMENT with each gate at the stricter of its own value and the floor's; CHANGES lists those that the floor
 * raised (`live` is NULL there). FLOORS may be NULL. */
EnvironmentConfig floors_environment(Arena *arena, const EnvironmentConfig *environment,
                                     const Floors *floors, GateChanges *changes);

/* NAME matches one glob of each list. */
bool floors_allow(const FloorGlobs *globs, const char *name);

/* The one about KEY, or NULL. */
const GateChange *gate_change(const GateChanges *changes, const char *key);

#endif
