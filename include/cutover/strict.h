/*
 * A commit that weakens a gate is itself deployed under the stricter value of the one that is live; its own holds
 * from the next commit on. So nobody can open a gate and walk through it in one merge.
 */
#ifndef CUTOVER_STRICT_H
#define CUTOVER_STRICT_H

#include "cutover/config.h"
#include "cutover/record.h"

typedef struct GateChange {
    const char *key;                       /* as in cutover.yaml */
    const char *live, *wanted, *effective; /* texts */
} GateChange;

typedef VEC(GateChange) GateChanges;

/* What ENVIRONMENT itself asks for, as it is recorded. */
RecordGates strict_gates(const EnvironmentConfig *environment);

/* ENVIRONMENT with each gate at the stricter of its own value and LIVE's; CHANGES lists those that are weaker. */
EnvironmentConfig strict_environment(Arena *arena, const EnvironmentConfig *environment,
                                     const RecordGates *live, GateChanges *changes);

#endif
