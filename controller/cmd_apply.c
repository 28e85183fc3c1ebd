/* apply: passes until the commit is live, in the foreground, taking the place of a controller. */
#include "cmd_plan.h"
#include "commands.h"
#include "progress.h"
#include "targets.h"

#include "cutover/clock.h"
#include "cutover/log.h"
#include "cutover/status.h"
#include "cutover/stop.h"
#include "cutover/str.h"

#include <string.h>

enum { ANSWER_MAX = 64 << 20, ERRORS_MAX = 20, DIGEST_MIN = 6 };

typedef struct Apply {
    const Cli *cli;
    Session *session;
    const Wanted *wanted;
    Phase until; /* PHASE_NONE: live */
    Progress progress;
    int64_t event; /* seq of the next event to print, -o json */
    int errors;    /* in a row */
    bool drifted;  /* from the beginning there was nothing else to do */
    bool arrived;  /* at UNTIL: what is left is to look at it */
} Apply;

static void print_events(Apply *apply, Arena *arena, const PassResult *result)
{
    if (!result->record) {
        return;
    }
    vec_each (RecordEvent, event, &result->record->events) {
        if (event->seq >= apply->event && event->event) {
            apply->event = event->seq + 1;
            if (apply->cli->json) {
                Buf out = buf_new(arena, ANSWER_MAX);
                buf_text(&out, notify_json(arena, event->event));
                buf_char(&out, '\n');
                cli_answer(&out);
            }
        }
    }
}

static bool is_reached(const Apply *apply, Phase phase)
{
    return apply->until != PHASE_NONE && phase >= apply->until && phase <= PHASE_LIVE;
}

static bool reached(const Apply *apply, const Status *status)
{
    return status->deployment && is_reached(apply, status->deployment->phase);
}

/* This pass has brought the wanted commit there, or found it there: the next one might cut over already. */
static bool arrives(const Apply *apply, const PassResult *result, const Wanted *wanted)
{
    const RecordDeployment *d = result->deployment;
    bool moved = result->acted && result->rule->to != PHASE_NONE;
    Phase phase = moved ? result->rule->to : d ? d->phase : PHASE_NONE;
    return is_reached(apply, phase) && !phase_is_final(phase) &&
           (!d || str_eq(d->commit, wanted->commit.sha));
}

/* The plan would undo what somebody has changed by hand, which happens only where cutover.yaml wants that. */
static bool only_drifted(const PassResult *result)
{
    return result->rule && result->rule->when.wanted_is_live == YES &&
           result->action == ACTION_WAIT && result->drift.count > 0;
}

static int answer_end(Apply *apply, const Status *status)
{
    Buf out = buf_new(apply->cli->arena, ANSWER_MAX);
    const PassResult *result = status->pass;
    bool drifted = apply->drifted && only_drifted(result);
    if (drifted) {
        buf_printf(&out,
                   "%s is at %s (generation %lld), and stays so: what differs is drift, "
                   "which cutover.yaml does not say to heal.\n"
                   "  see: cutover drift.   undo it by hand, or commit drift: heal\n",
                   status->environment, status->wanted->short_sha,
                   (long long)result->live_generation);
    } else if (status->state == STATUS_LIVE) {
        buf_printf(&out, "%s is at %s (generation %lld).\n", status->environment,
                   status->wanted->short_sha, (long long)result->live_generation);
    } else {
        status_write_text(&out, status, apply->cli->color);
    }
    if (!apply->cli->json && !cli_answer(&out)) {
        return EXIT_FAILED;
    }
    const RecordDeployment *d = status->deployment;
    if (status->state == STATUS_BLOCKED && d && phase_is_final(d->phase)) {
        return EXIT_FAILED;
    }
    return drifted ? EXIT_BLOCKED : reached(apply, status) ? EXIT_DONE : status_exit(status->state);
}

/* What stands in the way of every attempt is not tried for ever; what is only away may come back. */
static bool give_up(Apply *apply, const Err *err)
{
    bool may_pass =
        err->kind == ERR_UNAVAILABLE || err->kind == ERR_TIMEOUT || err->kind == ERR_CONFLICT;
    apply->errors++;
    return !may_pass && apply->errors >= ERRORS_MAX / 4 ? true : apply->errors >= ERRORS_MAX;
}

/* One pass; true when apply has ended, with its exit CODE. */
static bool step(Apply *apply, Arena *arena, int64_t *pause_ms, int *code)
{
    PassResult result;
    Err err = {0};
    Wanted wanted = *apply->wanted;
    PassMode mode = apply->arrived ? PASS_LOOK : PASS_ACT;
    bool done = session_pass(apply->session, arena, &wanted, mode, &result, &err);
    *pause_ms = result.acted ? 0 : result.retry_ms;
    if (!done) {
        cli_fail(apply->cli, &err);
        *code = EXIT_FAILED;
        *pause_ms = *pause_ms > 0 ? *pause_ms : notify_pause(apply->errors + 1);
        return give_up(apply, &err);
    }
    apply->errors = 0;
    print_events(apply, arena, &result);
    session_tell(apply->session, arena, &wanted, &result);
    PassInput input =
        wanted_pass(apply->session->context, &wanted, PASS_ACT, &apply->session->writer_seq);
    Status status = status_of_pass(arena, &input, &result, &err);
    progress_show(&apply->progress, arena, &status);
    bool under_way = status.state == STATUS_UNDER_WAY && !reached(apply, &status);
    bool ends = apply->arrived;
    apply->arrived = apply->arrived || arrives(apply, &result, &wanted);
    if (!ends && (apply->arrived || result.acted || under_way)) {
        return false;
    }
    *code = answer_end(apply, &status);
    return true;
}

static int run_passes(Apply *apply)
{
    int code = EXIT_PENDING;
    int64_t limit = apply->session->context->poll_ms;
    for (bool ended = false; !ended;) {
        Arena *arena = arena_new();
        int64_t pause_ms = 0;
        ended = step(apply, arena, &pause_ms, &code);
        arena_free(arena);
        pause_ms = limit > 0 && pause_ms > limit ? limit : pause_ms;
        if (!ended && !stop_sleep(pause_ms)) {
            cli_say(apply->cli,
                    "stopped on the way: run it again, or start a controller, to go on");
            return EXIT_PENDING;
        }
    }
    return code;
}

static bool same_digest(const Cli *cli, const Plan *plan)
{
    return !cli->plan ||
           (strlen(cli->plan) >= DIGEST_MIN && plan->digest && str_starts(plan->digest, cli->plan));
}

/* What no refused plan keeps from being done: what a person has asked for, the end of a deployment that is past its
 * cutover, where the plan may stand otherwise then, and what one that has ended left behind. */
static bool goes_on_first(const PassResult *result)
{
    const RecordDeployment *d = result->deployment;
    if (!result->rule || result->action == ACTION_WAIT || result->action == ACTION_BLOCK) {
        return false;
    }
    const Facts *when = &result->rule->when;
    bool asked = when->abort_asked == YES || when->restore_asked == YES || when->unanswered == YES;
    bool past = d && !phase_is_before_cutover(d->phase) && !phase_is_final(d->phase);
    return asked || past || result->action == ACTION_DROP_GREEN;
}

/* Shows the plan and asks; *GO is whether to carry it out, else the exit code. */
static int show_and_ask(const Cli *cli, const Wanted *wanted, const PassResult *result, bool *go)
{
    bool blocked = false;
    Buf out = buf_new(cli->arena, ANSWER_MAX);
    *go = false;
    plan_write(cli, &out, wanted, result);
    if (cli->json ? false : !cli_answer(&out)) {
        return EXIT_FAILED;
    }
    if (result->plan->outcome == PLAN_REFUSED) {
        *go = cli->yes && goes_on_first(result);
        if (*go) {
            cli_say(cli, "what is done all the same: %s", result->rule->why);
        }
        return EXIT_BLOCKED;
    }
    if (!same_digest(cli, result->plan)) {
        cli_say(cli, "the plan is no longer %s, it is %.12s: look at it again", cli->plan,
                result->plan->digest);
        return EXIT_BLOCKED;
    }
    *go = result->plan->outcome == PLAN_NOTHING || only_drifted(result) ||
          cli_ask(cli, "Carry it out?", &blocked);
    return blocked ? EXIT_BLOCKED : EXIT_PENDING;
}

static int apply_commit(const Cli *cli, Session *session, Diags *diags, Err *err)
{
    Wanted wanted;
    PassResult result = {0};
    bool go = false;
    if (plan_look(cli, session, &wanted, &result, diags, err)) {
        int code = show_and_ask(cli, &wanted, &result, &go);
        if (!go) {
            return code;
        }
    } else if (!cli->yes || err->kind != ERR_NONE || !result.catalog) {
        return targets_stopped(cli, diags, err);
    } else { /* a commit that does not compile: its failure is recorded and told, as a controller would */
        cli_findings(cli, diags);
    }
    Apply apply = {.cli = cli,
                   .session = session,
                   .wanted = &wanted,
                   .progress = progress_new(cli->color_err)};
    apply.drifted = go && only_drifted(&result);
    apply.until = cli->until ? phase_parse(cli->until) : PHASE_NONE;
    apply.event = result.record ? result.record->next_event : 0;
    return run_passes(&apply);
}

int cmd_apply(const Cli *cli)
{
    Context context;
    Diags diags;
    Err err;
    if (!targets_begin(cli, &context, &diags, &err)) {
        return targets_stopped(cli, &diags, &err);
    }
    if (cli->until && phase_parse(cli->until) == PHASE_NONE) {
        err_set(cli->arena, &err, ERR_INPUT, "CO1090", "--until: there is no phase \"%s\"",
                cli->until);
        return cli_fail(cli, &err);
    }
    Session session = {.context = &context};
    int code = apply_commit(cli, &session, &diags, &err);
    session_end(&session);
    return code;
}
