#include "pass_internal.h"

#include "cutover/digest.h"
#include "cutover/str.h"

#include <string.h>

#define IDLE_MS 30000
#define WAITING_MS 3000
#define AFTER_ERROR_MS 5000

/* ---- what people read ---- */

/* The first reason, and how many more there are. */
static const char *refusal(Pass *pass)
{
    const Diags *diags = &pass->out->plan->diags;
    size_t more = diags_count(diags, DIAG_REFUSED) - 1;
    const Diag *first = diags_first(diags, DIAG_REFUSED);
    return arena_printf(pass->arena,
                        more ? "refused %s: %s, and for %zu more reasons" : "refused %s: %s",
                        first->code, first->message, more);
}

/* Rows that are taken because the proof does not hold (yet, or any more); what is missing says the proof. */
static bool waits_for_proof(const Rule *rule)
{
    return rule->when.proved == NO ||
           (rule->from == PHASE_HYDRATING && rule->action == ACTION_WAIT);
}

/* What a person reads while the rule waits for people or time; else the rule's own words. */
static const char *wait_text(Pass *pass, const RecordDeployment *d, const Rule *rule)
{
    const RecordRequest *hold = pass->out->record->hold;
    const EnvironmentConfig *e = pass->in->environment;
    if (rule->when.held == YES && hold) {
        return arena_printf(pass->arena, "held by %s%s%s. Lift it: cutover resume", hold->by,
                            hold->reason ? ": " : "", hold->reason ? hold->reason : "");
    }
    if (rule->when.markers_agree == NO) {
        return rule->why;
    }
    switch (rule->from) {
    case PHASE_CANARY:
        return arena_printf(pass->arena, "canary until %s", moment_text(pass->arena, d->deadline));
    case PHASE_AWAITING_APPROVAL:
        return arena_printf(pass->arena, "approval %lld of %lld.    cutover approve g%lld",
                            (long long)request_approvals(pass->out->record, d),
                            (long long)config_approvals(e), (long long)d->generation);
    case PHASE_AWAITING_WINDOW:
        return arena_printf(
            pass->arena, pass->opens ? "opens %s" : "%s",
            windows_opening_text(pass->arena, pass->opens_in, pass->opens, pass->local));
    default:
        return rule->why;
    }
}

/* While something is under way it goes on; then a person must see to what is owed yet. */
static void show_owed(Pass *pass)
{
    PassResult *out = pass->out;
    if (out->owed && !pass->building && !pass->after && out->action == ACTION_WAIT) {
        out->blocked = true;
        out->waits_for = out->owed;
    }
}

static void show(Pass *pass, const Choice *choice)
{
    PassResult *out = pass->out;
    out->rule = choice->rule;
    out->action = choice->rule->action;
    out->deployment = choice->d;
    out->blocked = choice->rule->action == ACTION_BLOCK;
    out->waits_for = wait_text(pass, choice->d, choice->rule);
    if (choice->facts.proved == NO && waits_for_proof(choice->rule) && out->proof->waits.count) {
        const char *waits = str_join(pass->arena, &out->proof->waits, "; ");
        bool lost = choice->rule->action != ACTION_WAIT;
        out->waits_for =
            lost ? arena_printf(pass->arena, "%s: %s", choice->rule->why, waits) : waits;
    }
    if (out->blocked && pass->problem) {
        out->waits_for = pass->problem;
    } else if (choice->rule->when.refused == YES) {
        const char *why = refusal(pass);
        bool heals = choice->rule->when.heal == YES;
        out->waits_for = heals ? arena_printf(pass->arena, "%s: %s", choice->rule->why, why) : why;
    }
    pass_show_refusal(pass, choice->d, choice->rule);
    show_owed(pass);
}

/* ---- acting ---- */

static bool carry_out(Pass *pass, const Choice *choice, Err *err)
{
    RecordDeployment *d = choice->d;
    const Rule *rule = choice->rule;
    switch (rule->action) {
    case ACTION_MAKE_RECORD:
        return act_make_record(pass, err);
    case ACTION_MAKE_MARKER:
        return act_make_marker(pass, err);
    case ACTION_BEGIN:
        return act_begin(pass, rule, err);
    case ACTION_INTEND:
        return act_intend(pass, d, rule, err);
    case ACTION_CLAIM:
        return act_claim(pass, d, err);
    case ACTION_CLEAR_STALE:
        return act_clear_stale(pass, d, err);
    case ACTION_BUILD:
        return act_build(pass, err);
    case ACTION_REHEARSE:
        return act_rehearse(pass, d, err);
    case ACTION_CHECK:
        return act_check(pass, d, err);
    case ACTION_MOVE:
        return act_move(pass, d, rule, err);
    case ACTION_REPOINT:
        return act_repoint(pass, d, err);
    case ACTION_ALTER:
        return act_alter(pass, d, err);
    case ACTION_APPLY:
        return act_apply(pass, d, err);
    case ACTION_PREPARE:
    case ACTION_PREPARE_BACK:
        return act_prepare(pass, d, rule, err);
    case ACTION_CUT_OVER:
    case ACTION_ROLL_BACK:
        return act_cut_over(pass, d, err);
    case ACTION_NOTE_PROOF:
        return act_note_proof(pass, d, err);
    case ACTION_DROP_BLUE:
        return act_drop(pass, d, pass->blue, err);
    case ACTION_DROP_GREEN:
        return act_drop(pass, d, pass->unused, err);
    case ACTION_ANSWER:
        return act_answer(pass, err);
    case ACTION_REFUSE_REQUEST:
        return act_refuse_request(pass, d, rule, err);
    case ACTION_NOTE_WHOLE:
        return act_note_whole(pass, err);
    case ACTION_TELL_DRIFT:
        return act_tell_drift(pass, err);
    case ACTION_RESTORE:
        return act_restore(pass, rule, err);
    case ACTION_ADMIT:
        return act_admit(pass, d, err);
    case ACTION_PRUNE:
        return act_prune(pass, err);
    case ACTION_WAIT:
    case ACTION_BLOCK:
    case ACTION_COUNT:
        break;
    }
    return true;
}

/* An action that found something permanent: the same table says what follows from it. */
static bool follow_problem(Pass *pass, Choice *choice, Err *err)
{
    const char *problem = pass->problem;
    choice->facts.problem = YES;
    choice->rule = decide(choice->d->phase, &choice->facts);
    pass->problem = problem;
    show(pass, choice);
    return carry_out(pass, choice, err);
}

static bool act(Pass *pass, Choice *choice, Err *err)
{
    PassResult *out = pass->out;
    pass->problem = choice->facts.problem == YES ? pass->problem : NULL;
    bool had_problem = pass->problem != NULL;
    bool done = carry_out(pass, choice, err);
    if (done && pass->problem && !had_problem && choice->d) {
        done = follow_problem(pass, choice, err);
    }
    out->acted = done && !out->retry_ms; /* what is to be tried again later has not been done */
    if (!done) {
        out->retry_ms = out->retry_ms ? out->retry_ms : AFTER_ERROR_MS;
    }
    return done;
}

/* What people hear while nothing can be done. */
static bool tell_meanwhile(Pass *pass, Err *err)
{
    return pass_tell_blocked(pass, err) && pass_tell_drift_meanwhile(pass, err);
}

bool pass_run(Arena *arena, Pg *pg, const PassInput *input, PassResult *result, Err *err)
{
    Pass *pass = arena_make(arena, Pass);
    *result = (PassResult){.diags = diags_new(arena)};
    *pass = (Pass){.arena = arena, .pg = pg, .in = input, .own = input->environment, .out = result};
    if (!pass_observe(pass, err)) {
        result->retry_ms = AFTER_ERROR_MS;
        return false;
    }
    pass_choose(pass);
    if (input->follows && input->commit.sha) {
        result->instead = map_get(&result->record->restored, input->commit.sha);
    }
    if (result->instead) {
        return true;
    }
    pass_be_strict(pass);
    if (!pass_observe_windows(pass, err) || !pass_find_history(pass, err)) {
        result->retry_ms = AFTER_ERROR_MS;
        return false;
    }
    bool waits = pass->building || pass->after;
    bool later = waits && input->mode == PASS_ACT; /* only when there is time for it */
    if (!pass_compile(pass, err) || (!later && !pass_find_drift(pass, err))) {
        result->retry_ms = AFTER_ERROR_MS;
        return false;
    }
    Choice choice = pass_decide(pass, pass_facts);
    show(pass, &choice);
    result->retry_ms = waits ? WAITING_MS : IDLE_MS;
    if (input->mode == PASS_LOOK) {
        return pass_find_columns(pass, err);
    }
    if (choice_acts(&choice)) {
        result->retry_ms = 0;
        return act(pass, &choice, err) && (result->acted || tell_meanwhile(pass, err));
    }
    return pass_settle(pass, err) && (result->acted || tell_meanwhile(pass, err));
}

/* ---- what people and notifiers add ---- */

static bool append_one(Arena *arena, Pg *pg, const PassInput *input, RecordEntry entry, Err *err)
{
    Journal journal = {.database = pg_database(pg),
                       .schema = input->record_schema,
                       .cluster = input->record_cluster,
                       .writer = input->instance,
                       .seq = input->writer_seq ? *input->writer_seq : 0};
    RecordEntries entries = {0};
    vec_push(arena, &entries, entry);
    int64_t limit = input->deadline_ms ? input->deadline_ms : 60000;
    PgResult now = {0};
    Moment at = 0;
    if (!pg_query(pg, arena, "SELECT now()", NULL, limit, &now, err)) {
        return false;
    }
    if (!moment_parse(now.rows.items[0][0], &at)) {
        return err_set(arena, err, ERR_INTERNAL, "CO5032", "the server's time cannot be read: %s",
                       now.rows.items[0][0]);
    }
    bool done =
        journal_append(pg, arena, &journal, input->environment->name, at, &entries, limit, err);
    if (input->writer_seq) {
        *input->writer_seq = journal.seq;
    }
    return done;
}

bool pass_request(Arena *arena, Pg *pg, const PassInput *input, RecordRequest *request, Err *err)
{
    const char *seed =
        arena_printf(arena, "%s %s %s %lld", input->instance, request->kind, request->deployment,
                     input->writer_seq ? (long long)*input->writer_seq : 0);
    char *id = digest_sha256(arena, seed, strlen(seed));
    id[8] = '\0';
    request->id = id;
    return append_one(arena, pg, input, entry_request(arena, request), err);
}

bool pass_delivered(Arena *arena, Pg *pg, const PassInput *input, const char *event_id,
                    const char *notifier, bool sent, const char *answer, Err *err)
{
    return append_one(arena, pg, input,
                      entry_delivery(arena, event_id, notifier, sent ? "sent" : "dead", answer),
                      err);
}
