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

/* REPLACED is the node that is replaced where it is; NULL: all goes green. */
static Plan *plan_way(Arena *arena, const PlanInput *input, const char *replaced)
{
    Plan *plan = arena_make(arena, Plan);
    plan->environment = input->environment->name;
    plan->default_database = input->desired->default_database;
    plan->commit = input->commit;
    plan->live_generation = input->live_generation;
    plan->live_lost = input->live_lost;
    plan->heals = input->heals;
    plan->diags = diags_new(arena);
    Closure c = {.arena = arena, .in = input, .plan = plan, .replaced = replaced};
    plan_find_live(&c);
    plan_find_lost(&c);
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
    plan_check_owners(&c);
    plan_check_drops(&c);
    plan_check_inputs(&c);
    plan_check_known(&c);
    plan_check_permits(&c);
    plan_check_floors(&c);
    plan->outcome = outcome_of(plan);
    plan->replacement.node = plan_replaceable(&c);
    return plan;
}

Plan *plan_make(Arena *arena, const PlanInput *input)
{
    Plan *green = plan_way(arena, input, NULL);
    if (!green->replacement.node) {
        return green;
    }
    Plan *there = plan_way(arena, input, green->replacement.node->id);
    return plan_prefers_replacement(arena, there, green) ? there : green;
}

bool plan_is_trait(const PlanObject *object)
{
    return object->grant || object->comment || object->owner || object->option || object->resize;
}

bool plan_is_built(const PlanObject *object)
{
    bool made = object->action == PLAN_CREATE || object->action == PLAN_CHANGE;
    return !plan_is_trait(object) &&
           (object->where == PLAN_GREEN || (object->where == PLAN_IN_PLACE && made));
}

double plan_credits(const Plan *plan, int64_t hydration, int64_t soak)
{
    return plan->green_credits_per_hour * (double)(hydration + soak) / 3600;
}
