#include "ls_state.h"

#include "cmd_plan.h"
#include "targets.h"

#include "cutover/str.h"

/* What a plan of the project on disk would create and change. */
static const SelectState *state_of(Arena *arena, const Plan *plan)
{
    SelectState *state = arena_make(arena, SelectState);
    vec_each (PlanObject, it, &plan->objects) {
        bool relation = it->node && str_eq(it->id, it->node->id);
        if (relation && it->action == PLAN_CREATE) {
            map_put(arena, &state->created, it->id, it);
        } else if (relation && it->action == PLAN_CHANGE) {
            map_put(arena, &state->modified, it->id, it);
        }
    }
    return state;
}

bool ls_state(const Cli *cli, const SelectState **state, Diags *diags, Err *err)
{
    Cli loose = *cli;
    loose.project = cli->project ? cli->project : ".";
    Context context;
    Wanted wanted_now;
    PassResult result;
    if (!targets_begin(&loose, &context, diags, err)) {
        return false;
    }
    Session session = {.context = &context};
    bool looked = plan_look(&loose, &session, &wanted_now, &result, diags, err);
    session_end(&session);
    *state = looked ? state_of(cli->arena, result.plan) : NULL;
    return looked;
}
