/* Exceptions that somebody must permit: what each is needed for, who has given it, and how it would be given. */
#include "plan_internal.h"

#include "cutover/build.h"

#include "cutover/str.h"

void plan_find_permits(Closure *c)
{
    const PlanInput *in = c->in;
    for (size_t i = 0; in->history && i < in->history->trailers.count; i++) {
        const PermitGiven *it = &in->history->trailers.items[i];
        if (!permit_is_known(it->permit)) {
            Diag *diag = diag_add(&c->plan->diags, DIAG_WARNING, "CO4230",
                                  "%s permits \"%s\", which is no permit", it->by, it->permit);
            diag->hint = "there are: " PERMITS_KNOWN;
        } else if (!in->permits.approval_only) {
            vec_push(c->arena, &c->given, *it);
        }
    }
    permits_by_approval(c->arena, in->record, c->plan->digest, in->deployment, &c->given);
}

bool plan_permits_in_commits(const Closure *c, const char *permit)
{
    return c->in->history && !c->in->permits.approval_only &&
           permit_find(&c->in->history->trailers, permit);
}

bool plan_permitted(Closure *c, const char *permit, const char *needed_for)
{
    const PermitGiven *given = permit_find(&c->given, permit);
    vec_push(c->arena, &c->plan->permits,
             (PlanPermit){
                 .permit = permit, .needed_for = needed_for, .given_by = given ? given->by : NULL});
    return given;
}

const char *plan_permit_ways(Closure *c, const char *otherwise, const char *permit)
{
    const char *approve = arena_printf(c->arena, "cutover approve --permit %s", permit);
    if (c->in->permits.approval_only) {
        return arena_printf(c->arena,
                            "ways out:  %s,\n"
                            "           or permit it:   %s",
                            otherwise, approve);
    }
    return arena_printf(c->arena,
                        "ways out:  %s,\n"
                        "           or permit it:               %s\n"
                        "           or in the commit message:   Cutover-Permit: %s",
                        otherwise, approve, permit);
}

/* ---- data ---- */

bool plan_is_stateful(const Closure *c, const CatalogObject *object)
{
    return build_holds_data(c->in->record, object);
}

/* How OBJECT would be wanted again: what Git declares still was renamed by somebody. */
static const char *restore_way(const Closure *c, const CatalogObject *object)
{
    const RecordObject *known = record_object(c->in->record, object->kind, object->id);
    bool declared =
        known && map_get(&c->in->desired->node_by_rel, relname_key(c->arena, known->rel));
    if (declared) {
        return arena_printf(c->arena, "give it the name %s again",
                            relname_text(c->arena, known->rel, c->in->desired->default_database));
    }
    return arena_printf(c->arena, "restore %s",
                        known && known->file ? known->file : plan_object_name(c, object));
}

static void check_stateful(Closure *c, const CatalogObject *object)
{
    const char *name = plan_object_name(c, object);
    const char *whole = relname_text(c->arena, object->rel, NULL);
    const char *permit = arena_printf(c->arena, "stateful:%s", whole);
    bool sink = str_eq(object->kind, "sink");
    const char *text = arena_printf(c->arena, "%s %s would be dropped%s", object->kind, name,
                                    sink ? "" : ", with the data that it holds");
    if (plan_permitted(c, permit, arena_printf(c->arena, "%s %s is dropped", object->kind, name))) {
        return;
    }
    plan_refuse(c, "CO4130", whole, text, plan_permit_ways(c, restore_way(c, object), permit));
}

/* A sink that is made anew writes all that it reads once more. */
static void check_changed_sink(Closure *c, const PlanObject *object)
{
    const char *name = relname_text(c->arena, object->rel, c->plan->default_database);
    const char *whole = relname_text(c->arena, object->rel, NULL);
    const char *permit = arena_printf(c->arena, "stateful:%s", whole);
    if (!plan_permitted(c, permit,
                        arena_printf(c->arena, "sink %s is dropped and created anew", name))) {
        plan_refuse(
            c, "CO4112", whole,
            arena_printf(c->arena,
                         "sink %s has changed: it would be dropped and created anew, and write "
                         "all that it reads once more",
                         name),
            plan_permit_ways(c, "give the new definition another name", permit));
    }
}

/* ---- history ---- */

static void check_history(Closure *c)
{
    const PermitHistory *history = c->in->history;
    if (!history || history->descends || c->in->permits.any_history) {
        return;
    }
    const char *text = arena_printf(c->arena, "%.7s does not descend from %s, which is live",
                                    c->in->commit, history->live);
    if (history->proposed) {
        Diag *diag = diag_add(&c->plan->diags, DIAG_WARNING, "CO4231", "%s", text);
        diag->hint = arena_printf(
            c->arena,
            "what only the live commit has shows here as if it were taken away: bring %s "
            "into the branch first",
            history->live);
        return;
    }
    if (!plan_permitted(c, "rewind", text)) {
        plan_refuse(
            c, "CO4131", c->in->commit, text,
            plan_permit_ways(c,
                             arena_printf(c->arena,
                                          "bring %s into it (merge, or revert what is not wanted)",
                                          history->live),
                             "rewind"));
    }
}

/* ---- cost ---- */

/* What is known of it: a hydration that was never measured counts as none. */
static void check_cost(Closure *c)
{
    const EnvironmentConfig *e = c->in->environment;
    double credits = plan_credits(c->plan, record_hydration(c->in->record).typical, e->soak);
    if (!(e->max_cost > 0) || credits <= e->max_cost) {
        return;
    }
    const char *text =
        arena_printf(c->arena, "the deployment costs about %.1f credits, max_cost is %.1f", credits,
                     e->max_cost);
    if (!plan_permitted(c, "cost", text)) {
        plan_refuse(c, "CO4132", e->name, text,
                    plan_permit_ways(c, "a smaller cluster, or a shorter soak", "cost"));
    }
}

void plan_check_permits(Closure *c)
{
    vec_each (const CatalogObject *, it, &c->removed) {
        if (plan_is_stateful(c, *it)) {
            check_stateful(c, *it);
        }
    }
    vec_each (PlanObject, it, &c->plan->objects) {
        if (it->action == PLAN_CHANGE && str_eq(it->kind, "sink")) {
            check_changed_sink(c, it);
        }
    }
    check_history(c);
    check_cost(c);
}
