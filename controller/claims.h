/*
 * What each environment owns at the commit that it is to be at: no schema and no cluster may belong to two. Read again
 * when the commit moves, by the one thread that watches Git; any thread may ask.
 */
#ifndef CUTOVER_CLAIMS_H
#define CUTOVER_CLAIMS_H

#include "targets.h"

typedef struct Claims Claims;

Claims *claims_new(void);
void claims_free(Claims *claims);

/* Looks at those TARGETS that are of REPOSITORY, whose home branch says HOME; its other environments are forgotten. One
 * that cannot be read owns nothing: it cannot be deployed either. */
void claims_look(Claims *claims, const Repository *repository, const RepoConfig *home,
                 const Targets *targets);

/* Looks at every environment that the home branches of CONTEXT's repositories define. */
void claims_look_everywhere(Claims *claims, const Context *context);

/* What two environments own, in ARENA: see plan_find_shared(). */
Diags claims_shared(Claims *claims, Arena *arena);

/* What all environments but BUT (NULL: no one) own. Owned by ARENA. */
PlanClaims *claims_of_others(Claims *claims, Arena *arena, const char *but);

#endif
