/*
 * That a person must act is told once, and again when it is over. A hold and a plan that is refused from the beginning
 * have messages of their own; without a record there is nothing that a message could be kept in.
 */
#include "pass_internal.h"

#include "cutover/str.h"

static bool has_its_own_message(const Rule *rule)
{
    return rule->when.held == YES || (rule->when.refused == YES && rule->from == PHASE_PENDING);
}

/* What was told last, "" when it was that it is over. */
static const char *told(const Record *record)
{
    const char *reason = "";
    vec_each (RecordEvent, it, &record->events) {
        if (str_eq(it->name, "environment.blocked")) {
            reason = json_get_str(json_get(it->event, "data"), "reason");
        } else if (str_eq(it->name, "environment.unblocked")) {
            reason = "";
        }
    }
    return reason ? reason : "";
}

bool pass_tell_blocked(Pass *pass, Err *err)
{
    static const RecordDeployment nothing = {0};
    const PassResult *out = pass->out;
    const RecordDeployment *d = out->deployment ? out->deployment : out->live;
    bool blocked = out->blocked && !has_its_own_message(out->rule);
    const char *now = blocked ? out->waits_for : out->owed ? out->owed : "";
    if (!out->record->exists || str_eq(now, told(out->record))) {
        return true;
    }
    d = d ? d : &nothing;
    RecordEntries entries = {0};
    vec_push(pass->arena, &entries,
             tell_event(pass, d, *now ? "environment.blocked" : "environment.unblocked", d->phase,
                        *now ? now : "goes on"));
    return pass_append(pass, &entries, err);
}
