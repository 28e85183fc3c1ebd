/*
 * What the server refuses where nothing can fail any more, or until somebody raises a limit, and what it does not answer
 * in time: it is noted for whoever looks, tried again, less often the longer it lasts, and told when it is no matter of a
 * moment.
 */
#include "pass_internal.h"

#include "cutover/str.h"

#define STATEMENT "statement" /* check of the result that notes it */
#define RETRY_LEAST_MS 5000
#define RETRY_MOST_MS 60000
#define TOLD_AFTER (60 * MOMENT_SECOND)

/* Who keeps what is to go must let it go. */
static bool drops(const Rule *rule)
{
    return rule->action == ACTION_DROP_GREEN || rule->action == ACTION_DROP_BLUE ||
           rule->action == ACTION_CLEAR_STALE;
}

/* Rows whose statements are tried again. */
static bool is_tried_again(const Rule *rule)
{
    return rule->action == ACTION_ROLL_BACK || rule->action == ACTION_ALTER ||
           rule->action == ACTION_APPLY || rule->action == ACTION_REPOINT ||
           rule->action == ACTION_ADMIT || rule->action == ACTION_BUILD ||
           rule->action == ACTION_INTEND || rule->action == ACTION_CLAIM ||
           rule->action == ACTION_REHEARSE || rule->action == ACTION_CHECK ||
           rule->action == ACTION_CUT_OVER || drops(rule);
}

/* What D's phase has noted last, so that nothing has succeeded since. */
static const RecordResult *newest_refusal(const RecordDeployment *d)
{
    const RecordResult *refusal = d ? record_result(d, STATEMENT) : NULL;
    for (size_t i = 0; refusal && i < d->results.count; i++) {
        if (d->results.items[i].at > refusal->at) {
            return NULL;
        }
    }
    return refusal && refusal->at >= d->phase_since ? refusal : NULL;
}

bool pass_was_refused(const RecordDeployment *d)
{
    return newest_refusal(d) != NULL;
}

const char *pass_reason_at_deadline(const Pass *pass, const RecordDeployment *d, const Rule *rule)
{
    const RecordResult *refusal = rule->when.expired == YES ? newest_refusal(d) : NULL;
    return refusal ? arena_printf(pass->arena, "%s: %s", rule->why, refusal->text) : rule->why;
}

/* Only a person can help: it is past its time, or keeps nobody waiting. */
static bool needs_a_person(const Pass *pass, const RecordDeployment *d)
{
    const Rule *rule = pass->out->rule;
    return (rule && (drops(rule) || rule->action == ACTION_ROLL_BACK)) ||
           (d->deadline && pass->snapshot.catalog->now > d->deadline);
}

void pass_show_refusal(Pass *pass, const RecordDeployment *d, const Rule *rule)
{
    const RecordResult *refusal = is_tried_again(rule) ? newest_refusal(d) : NULL;
    if (refusal) {
        PassResult *out = pass->out;
        bool lasts = pass->snapshot.catalog->now - refusal->at >= TOLD_AFTER;
        out->waits_for = refusal->text;
        out->owed = lasts ? refusal->text : out->owed;
        out->blocked = needs_a_person(pass, d);
    }
}

/* A quarter of the time that it has been refused already. */
static int64_t pause_of(const Pass *pass, const RecordResult *refusal)
{
    int64_t lasted = refusal ? pass->snapshot.catalog->now - refusal->at : 0;
    int64_t pause = lasted / (MOMENT_SECOND / 1000) / 4;
    return pause < RETRY_LEAST_MS ? RETRY_LEAST_MS : pause > RETRY_MOST_MS ? RETRY_MOST_MS : pause;
}

char *pass_refusal(const Pass *pass, const char *what, const Err *err)
{
    return arena_printf(pass->arena, "%s: the server says %s %s", what, err->sqlstate,
                        err->message);
}

bool pass_look_later(Pass *pass, const RecordDeployment *d, const char *why, Err *err)
{
    const RecordResult *before = newest_refusal(d);
    bool same = before && str_eq(before->text, why);
    RecordResult refusal = {
        .check = STATEMENT, .verdict = "refused", .text = why, .attempt = d->attempt};
    pass->out->waits_for = why;
    pass->out->blocked = needs_a_person(pass, d);
    pass->out->retry_ms = pause_of(pass, same ? before : NULL);
    return same || pass_append_result(pass, d, &refusal, err);
}

bool pass_is_limit(const Err *err)
{
    return str_starts(err->sqlstate, "53");
}

bool pass_unanswered(const Pass *pass, const char *what, Err *err)
{
    if (err->kind == ERR_TIMEOUT) {
        err->message = arena_printf(pass->arena, "%s: %s", what, err->message);
    }
    return false;
}

bool pass_try_later(Pass *pass, const RecordDeployment *d, const char *what, Err *err)
{
    if (!err_is_refusal(err) && !pass_is_limit(err)) {
        return pass_unanswered(pass, what, err);
    }
    const char *why = pass_refusal(pass, what, err);
    *err = (Err){0};
    return pass_look_later(pass, d, why, err);
}

/* What RESULT's deployment is by now, if that is still what its rule was chosen for. */
static const RecordDeployment *still_at_it(Pass *pass, const char *id, Err *err)
{
    const Rule *rule = pass->out->rule;
    if (!id || !is_tried_again(rule) || !pass_observe(pass, err)) {
        return NULL;
    }
    const RecordDeployment *d = record_deployment(pass->out->record, id);
    return d && d->phase == rule->from ? d : NULL;
}

bool pass_tell_unanswered(Arena *arena, Pg *pg, const PassInput *input, PassResult *result,
                          const Err *why, Err *err)
{
    Pass *pass = arena_make(arena, Pass);
    *pass = (Pass){.arena = arena, .pg = pg, .in = input, .own = input->environment, .out = result};
    const RecordDeployment *d =
        still_at_it(pass, result->deployment ? result->deployment->id : NULL, err);
    if (!d) {
        return err->kind == ERR_NONE;
    }
    result->deployment = d;
    bool again = newest_refusal(d) != NULL; /* once is a matter of a moment */
    if (!pass_look_later(pass, d, why->message, err)) {
        return false;
    }
    pass_show_refusal(pass, d, result->rule);
    return !again || pass_tell_blocked(pass, err);
}
