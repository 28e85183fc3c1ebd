#include "cutover/plan.h"

#include "plan_internal.h"

static PlanOutcome outcome_of(const Plan *plan)
{
    if (diags_count(&plan->diags, DIAG_REFUSED)) {
        return PLAN_REFUSED;
    }
    bool any = plan->objects.count || plan->schemas.count || plan->clusters.count;
    return any ? PLAN_CHANGES : PLAN_NOTHING;
}

Plan *plan_make(Arena *arena, const PlanInput *input)
{
    Plan *plan = arena_make(arena, Plan);
    plan->environment = input->environment->name;
    plan->default_database = input->desired->default_database;
    plan->commit = input->commit;
    plan->live_generation = input->live_generation;
    plan->is_live = input->is_live;
    plan->diags = diags_new(arena);
    Closure c = {.arena = arena, .in = input, .plan = plan};
    plan_find_live(&c);
    plan_find_items(&c);
    plan_find_removed(&c);
    closure_run(&c);
    plan_find_kept(&c);
    plan_fill(&c);
    plan->digest = plan_digest(arena, plan, input->environment);
    plan_find_permits(&c);
    plan_warn(&c);
    plan_check_places(&c);
    plan_check_shared(&c);
    plan_check_drops(&c);
    plan_check_inputs(&c);
    plan_check_known(&c);
    plan_check_permits(&c);
    plan_check_floors(&c);
    plan->outcome = outcome_of(plan);
    return plan;
}

bool plan_is_built(const PlanObject *object)
{
    bool trait = object->grant || object->comment || object->owner || object->resize;
    bool made = object->action == PLAN_CREATE || object->action == PLAN_CHANGE;
    return object->where == PLAN_GREEN || (object->where == PLAN_IN_PLACE && made && !trait);
}

double plan_credits(const Plan *plan, int64_t hydration, int64_t soak)
{
    return plan->green_credits_per_hour * (double)(hydration + soak) / 3600;
}
