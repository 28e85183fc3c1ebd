#include "cutover/plan.h"

#include "plan_internal.h"

#include "cutover/digest.h"
#include "cutover/str.h"

#define LARGEST_DIGESTED ((size_t)256 * 1024 * 1024)

static void digest_container(Buf *buf, const PlanContainer *it)
{
    buf_printf(buf, "%d %s %s %s %s %d %s %lld\n", it->is_cluster, it->database ? it->database : "",
               it->name, it->green, it->blue, it->wanted, it->size ? it->size : "",
               (long long)it->replication_factor);
}

/* What an approval binds to: the commit, the generation it starts from, and every action. */
static char *plan_digest(Arena *arena, const Plan *plan)
{
    Arena *scratch = arena_new();
    Buf buf = buf_new(scratch, LARGEST_DIGESTED);
    buf_printf(&buf, "%s %lld\n", plan->commit ? plan->commit : "",
               (long long)plan->live_generation);
    vec_each (PlanContainer, it, &plan->schemas) {
        digest_container(&buf, it);
    }
    vec_each (PlanContainer, it, &plan->clusters) {
        digest_container(&buf, it);
    }
    vec_each (PlanObject, it, &plan->objects) {
        const char *digest = it->index  ? desired_index_digest(scratch, it->rel, it->index)
                             : it->node ? it->node->digest
                                        : "";
        buf_printf(&buf, "%s %s %d %d %s\n", it->id, it->kind, (int)it->action, (int)it->where,
                   digest);
    }
    char *digest = digest_sha256(arena, buf.data, buf.length);
    arena_free(scratch);
    return digest;
}

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
    plan->diags = diags_new(arena);
    Closure c = {.arena = arena, .in = input, .plan = plan};
    plan_find_ignored(&c);
    plan_find_items(&c);
    plan_find_removed(&c);
    closure_run(&c);
    plan_fill(&c);
    plan_check_places(&c);
    plan_check_drops(&c);
    plan->outcome = outcome_of(plan);
    plan->digest = plan_digest(arena, plan);
    return plan;
}
