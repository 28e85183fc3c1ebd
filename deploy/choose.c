/* Which deployment a pass is about, and which row of the table: production first, then what is being built. */
#include "pass_internal.h"

#define TRIES_AMONG 4 /* passes, one of which tries again what was refused */

bool choice_acts(const Choice *choice)
{
    return choice->rule && choice->rule->action != ACTION_WAIT &&
           choice->rule->action != ACTION_BLOCK;
}

static Choice look_at(Pass *pass, RecordDeployment *d, PassFacts *facts)
{
    Choice choice = {.d = d, .facts = facts(pass, d)};
    choice.rule = decide(d ? d->phase : PHASE_NONE, &choice.facts);
    choice.problem = pass->problem;
    return choice;
}

/*
 * A green that nothing uses, and the denied sides that are kept. Greens share their names, so that only the newest
 * deployment's can be left; each way back left a side of its own, and made the one before it the newest again.
 */
static Choice look_at_ends(Pass *pass, PassFacts *facts)
{
    bool green_seen = false, overtaken = false;
    for (size_t i = pass->out->record->deployments.count; i-- > 0;) {
        RecordDeployment *d = &pass->out->record->deployments.items[i];
        bool back = d->phase == PHASE_ROLLED_BACK;
        if (!phase_is_final(d->phase) || (d->phase == PHASE_LIVE && overtaken) ||
            (green_seen && !back)) {
            overtaken |= !back;
            continue;
        }
        Choice choice = look_at(pass, d, facts);
        if (choice_acts(&choice)) {
            return choice;
        }
        green_seen |= !back && d->phase != PHASE_LIVE;
        overtaken |= !back;
    }
    return (Choice){0};
}

RequestWorld pass_request_world(const Pass *pass)
{
    const Plan *plan = pass->out->plan;
    return (RequestWorld){.plan_digest = plan ? plan->digest : NULL, .live = pass->out->live};
}

/* A request that needs nothing done, or that nothing can be done about. */
static Choice look_at_requests(Pass *pass, PassFacts *facts)
{
    RequestAnswer owed;
    RequestWorld world = pass_request_world(pass);
    bool owes = pass->in->mode == PASS_ACT &&
                request_unanswered(pass->arena, pass->out->record, &world, &owed);
    return owes ? look_at(pass, NULL, facts) : (Choice){0};
}

/* What is refused again and again would keep the next commit from being built; mostly that goes first, then. */
static bool rests(const Pass *pass, const Choice *after)
{
    bool waits = after->rule->action == ACTION_REPOINT || after->rule->action == ACTION_DROP_BLUE;
    bool forward = after->d->phase == PHASE_REPOINTING || after->d->phase == PHASE_CLEANING;
    return pass->in->mode == PASS_ACT && waits && forward && pass_was_refused(after->d) &&
           pass->in->seed % TRIES_AMONG != 0;
}

/* What can be done for the commit after it. */
static Choice look_at_next(Pass *pass, PassFacts *facts, const Choice *building)
{
    return pass->building ? *building : look_at(pass, NULL, facts);
}

/* It may wait for a person for days: what it would take over of a commit before it does not run for that long. */
static bool is_refused(const Choice *building)
{
    return building->d->phase == PHASE_PENDING && building->rule->when.refused == YES;
}

static Choice choose(Pass *pass, PassFacts *facts)
{
    Choice building = {0}, after = {0}, own = look_at_requests(pass, facts);
    if (choice_acts(&own)) {
        return own;
    }
    if (pass->building) {
        building = look_at(pass, pass->building, facts);
        pass->out->next_is_ready = building.rule->pos == 575;
    }
    const Proof *building_proof = pass->out->proof;
    if (pass->after) {
        after = look_at(pass, pass->after, facts);
        /* What is ready waits for its end, and so for the person that it waits for. */
        bool keeps = pass->out->next_is_ready && after.rule->action == ACTION_BLOCK;
        Choice next = rests(pass, &after) ? look_at_next(pass, facts, &building) : (Choice){0};
        if (choice_acts(&next)) {
            return next.d ? look_at(pass, next.d, facts) : next;
        }
        if (choice_acts(&after) || keeps) {
            return after;
        }
    }
    if (pass->building) {
        if (pass->after) {
            building = look_at(pass, pass->building, facts);
        }
        pass->out->proof = building_proof;
        bool waits = pass->in->mode == PASS_ACT && is_refused(&building);
        Choice end = waits ? look_at_ends(pass, facts) : (Choice){0};
        return choice_acts(&end) ? end : building;
    }
    Choice begin = look_at(pass, NULL, facts);
    if (choice_acts(&begin) || (pass->after && begin.rule->action == ACTION_BLOCK)) {
        return begin;
    }
    Choice end = look_at_ends(pass, facts);
    if (choice_acts(&end)) {
        return end;
    }
    return pass->after ? after : begin;
}

/* Nothing waits for the end of a side that was taken back; but while somebody keeps it, it costs, and no process can help. */
static void find_kept(Pass *pass)
{
    vec_each (RecordDeployment, d, &pass->out->record->deployments) {
        if (d->phase == PHASE_ROLLED_BACK && pass->snapshot.catalog->now >= d->deadline) {
            const Diags *foreign = &pass_find_blue(pass, d)->foreign;
            pass->out->owed =
                foreign->list.count ? foreign->list.items[0].message : pass->out->owed;
        }
    }
}

Choice pass_decide(Pass *pass, PassFacts *facts)
{
    Choice choice = choose(pass, facts);
    find_kept(pass);
    pass->problem = choice.problem;
    return choice;
}
