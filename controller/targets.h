/* Which environments a command is about. */
#ifndef CUTOVER_TARGETS_H
#define CUTOVER_TARGETS_H

#include "context.h"

typedef struct Target {
    const Repository *repository;
    const char *environment;
} Target;

typedef VEC(Target) Targets;

/* Fetches every repository and lists the environments of their home branches; with --environment that one
 * alone. False: ERR or DIAGS. */
bool targets_find(const Cli *cli, const Context *context, Targets *targets, Diags *diags, Err *err);

/* Exactly one: --environment may be left out when there is only one. */
bool targets_one(const Cli *cli, const Context *context, Target *target, Diags *diags, Err *err);

/* Loads the context, sets up the log and opens the repositories; what nearly every command begins with. */
bool targets_begin(const Cli *cli, Context *context, Diags *diags, Err *err);

/* Adds the environments that REPOSITORY's cutover.yaml CONFIG defines and it may define; ONLY that one unless
 * it is NULL. */
void targets_of(const Repository *repository, Arena *arena, const RepoConfig *config,
                const char *only, Targets *targets);

/* Findings and error on stderr; returns EXIT_FAILED, or EXIT_PENDING when a signal stopped us. */
int targets_stopped(const Cli *cli, const Diags *diags, const Err *err);

/* Whether one of TARGETS is ENVIRONMENT. */
bool targets_have(const Targets *targets, const char *environment);

#endif
