/* Drift as a pass sees it: found by reconcile/drift.c, with who and when from the audit log, and told once. */
#include "pass_internal.h"

#include "deploy_sql.h"

#include "cutover/str.h"

/* Comments and grants name their object in other ways in the audit log; the newest event of each kind counts. */
static void sign(DriftItems *items, const PgResult *events)
{
    for (size_t i = 0; i < events->rows.count; i++) {
        const char *event = pg_value(events, i, "event_type");
        const char *type = pg_value(events, i, "object_type");
        const char *id = pg_value(events, i, "object_id");
        vec_each (DriftItem, it, items) {
            if (str_eq(it->id, id) && str_eq(it->audit_event, event) &&
                str_eq(it->audit_type, type)) {
                it->by = pg_value(events, i, "user");
                moment_parse(pg_value(events, i, "occurred_at"), &it->at);
            }
        }
    }
}

/* Between a cutover and the soak, and from there on the way back or to the end, names and ids are on the move; the soak may
 * take days. */
static bool is_settled(const Pass *pass)
{
    return !pass->after || (pass->after->phase == PHASE_SOAKING && pass->after == pass->out->live);
}

/* The live commit's project tells; or that of a newer commit of which nothing is left to do: what somebody has dropped
 * and nobody declares any more is as it should be. Where nothing is left to do, nothing is left to take over either. */
static const Desired *judge(Pass *pass)
{
    const PassResult *out = pass->out;
    const RecordDeployment *live = out->live;
    if (!is_settled(pass) || !live || !live->commit) {
        return NULL;
    }
    if (out->plan && out->plan->outcome == PLAN_NOTHING) {
        pass->judged_by = pass->in->environment;
        return out->desired;
    }
    return live->partial ? NULL : pass_compile_live(pass, &pass->judged_by);
}

bool pass_find_drift(Pass *pass, Err *err)
{
    PassResult *out = pass->out;
    const Desired *desired = judge(pass);
    if (!desired) {
        return true;
    }
    DriftInput input = {.desired = desired,
                        .catalog = out->catalog,
                        .record = out->record,
                        .environment = pass->judged_by};
    out->drift = drift_find(pass->arena, &input);
    out->drift_judged = true;
    if (!out->drift.count) {
        return true;
    }
    StrVec ids = {0}, params = {0};
    PgResult events = {0};
    vec_each (DriftItem, it, &out->drift) {
        vec_push(pass->arena, &ids, it->id);
    }
    vec_push(pass->arena, &params, pg_array(pass->arena, &ids));
    if (!pg_query(pass->pg, pass->arena, sql_audit, &params, pass_limit(pass), &events, err)) {
        return false;
    }
    sign(&out->drift, &events);
    return true;
}

/* ---- telling ---- */

static bool is_drift_event(const RecordEvent *event)
{
    return str_eq(event->name, "environment.drift") ||
           str_eq(event->name, "environment.drift_gone");
}

bool pass_has_drift_news(const Pass *pass)
{
    const char *told = "";
    if (!pass->out->drift_judged) {
        return false;
    }
    vec_each (RecordEvent, it, &pass->out->record->events) {
        if (is_drift_event(it)) {
            told = json_get_str(json_get(it->event, "data"), "digest");
        }
    }
    const DriftItems *all = &pass->out->drift;
    DriftItems alerted = drift_alerted(pass->arena, all, pass->judged_by);
    bool silent = all->count && !alerted.count; /* it is not gone, only not told of */
    return !silent && !str_eq(told ? told : "", drift_digest(pass->arena, &alerted));
}

bool act_tell_drift(Pass *pass, Err *err)
{
    const RecordDeployment *live = pass->out->live;
    bool any = pass->out->drift.count > 0;
    RecordEntries entries = {0};
    vec_push(pass->arena, &entries,
             tell_event(pass, live, any ? "environment.drift" : "environment.drift_gone",
                        live->phase,
                        any ? "live differs from what was deployed" : "live is as deployed"));
    return pass_append(pass, &entries, err);
}

bool pass_tell_drift_meanwhile(Pass *pass, Err *err)
{
    bool waits = pass->building || pass->after;
    return !waits || (pass_find_drift(pass, err) &&
                      (!pass_has_drift_news(pass) || act_tell_drift(pass, err)));
}
