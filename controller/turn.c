/* One turn of a loop: read Git, do one pass, tell people, pin up what was seen. */
#include "worker.h"

#include "cutover/clock.h"
#include "cutover/log.h"
#include "cutover/status.h"
#include "cutover/str.h"

#include <stdlib.h>
#include <string.h>

/* The same problem every few seconds would hide everything else in the log. */
static bool is_new(Turn *turn, const char *problem)
{
    if (str_eq(turn->last_problem, problem)) {
        return false;
    }
    free(turn->last_problem);
    turn->last_problem = problem ? strdup(problem) : NULL;
    return problem != NULL;
}

void turn_end(Turn *turn)
{
    free(turn->last_problem);
    turn->last_problem = NULL;
}

static void log_findings(Arena *arena, const LogFields *about, const Diags *diags)
{
    vec_each (Diag, diag, &diags->list) {
        LogFields fields = *about;
        fields.code = diag->code;
        fields.object = diag->object;
        if (diag->file) {
            fields.error = arena_printf(arena, "%s:%d:%d", diag->file, diag->line, diag->column);
        }
        log_write(diag->severity == DIAG_WARNING ? LEVEL_WARN : LEVEL_ERROR, &fields, "%s",
                  diag->message);
    }
}

static void publish(const Turn *turn, const Status *status, int64_t begin_ms, const Err *err)
{
    if (turn->board) {
        board_publish(turn->board, status, clock_ms() - begin_ms,
                      err->kind == ERR_NONE ? NULL : err_kind_name(err->kind));
    }
}

/* Git or cutover.yaml failed: there is nothing to run a pass over. */
static void report_unread(Turn *turn, Arena *arena, const Diags *diags, const Err *err,
                          int64_t begin_ms)
{
    LogFields about = {.environment = turn->environment, .repository = turn->repository->name};
    const char *first = diags->list.count > 0 ? diags->list.items[0].message : "";
    const char *problem =
        arena_printf(arena, "%s %s", err->kind ? err_text(arena, err) : "", first);
    if (is_new(turn, problem)) {
        if (err->kind != ERR_NONE) {
            log_error(LEVEL_ERROR, &about, "what is wanted cannot be read", err);
        }
        log_findings(arena, &about, diags);
    }
    Status status = status_of_error(arena, turn->environment, turn->repository->name, diags, err);
    publish(turn, &status, begin_ms, err);
}

static void report_pass(Turn *turn, Arena *arena, const PassResult *result, const Err *err)
{
    const RecordDeployment *d = result->deployment;
    LogFields about = {.environment = turn->environment,
                       .repository = turn->repository->name,
                       .deployment = d ? d->id : NULL,
                       .phase = d ? phase_name(d->phase) : NULL,
                       .commit = d ? d->short_commit : NULL};
    if (err->kind != ERR_NONE) {
        if (is_new(turn, err_text(arena, err))) {
            log_error(LEVEL_WARN, &about, "the pass failed; it is tried again", err);
        }
        return;
    }
    if (result->acted) {
        is_new(turn, NULL);
        log_write(LEVEL_INFO, &about, "%s: %s", action_name(result->action),
                  result->rule && result->rule->why ? result->rule->why : "");
        return;
    }
    const char *waits = result->waits_for ? result->waits_for : "nothing";
    const char *problem = arena_printf(arena, "%s %s", d ? d->id : "", waits);
    if (is_new(turn, problem)) {
        log_write(result->blocked ? LEVEL_WARN : LEVEL_INFO, &about, "waits for: %s", waits);
        log_findings(arena, &about, &result->diags);
    }
}

static bool offer_one(const NotifyJob *job, void *ctx)
{
    notify_offer(ctx, job);
    return true;
}

/* What became final since the last pass goes into the record; until it is there it is collected again. */
static void record_deliveries(Turn *turn, Arena *arena, const Wanted *wanted)
{
    Session *session = turn->session;
    NotifyDones dones = notify_collect(turn->queue, arena, turn->environment);
    vec_each (NotifyDone, done, &dones) {
        Err err = {0};
        PassInput input = wanted_pass(session->context, wanted, PASS_ACT, &session->writer_seq);
        if (!session_connect(session, arena, &err) ||
            !pass_delivered(arena, session->pg, &input, done->event_id, done->notifier, done->sent,
                            done->answer, &err)) {
            return;
        }
        notify_forget(turn->queue, done->event_id, done->notifier);
        board_told(turn->board, done->notifier, done->sent);
    }
}

static void tell_people(Turn *turn, Arena *arena, const Wanted *wanted, const PassResult *result)
{
    if (!turn->queue) {
        session_tell(turn->session, arena, wanted, result);
        return;
    }
    session_undelivered(turn->session, wanted, result, offer_one, turn->queue);
    record_deliveries(turn, arena, wanted);
    vec_each (Notifier, notifier, &turn->session->context->notifiers) {
        board_queued(turn->board, notifier->name, notify_waiting(turn->queue, notifier->name));
    }
}

bool turn_run(Turn *turn, PassResult *result, Arena *arena)
{
    Err err = {0};
    int64_t begin_ms = clock_ms();
    Diags diags = diags_new(arena);
    Wanted *wanted = arena_make(arena, Wanted);
    *result = (PassResult){.diags = diags_new(arena), .live_generation = -1};
    if (!wanted_in_force(turn->repository, arena, turn->environment, wanted, &diags, &err)) {
        report_unread(turn, arena, &diags, &err, begin_ms);
        return false;
    }
    wanted->others = turn->claims ? claims_of_others(turn->claims, arena, turn->environment) : NULL;
    bool done = session_pass(turn->session, arena, wanted, PASS_ACT, result, &err);
    PassInput input =
        wanted_pass(turn->session->context, wanted, PASS_ACT, &turn->session->writer_seq);
    Status status = status_of_pass(arena, &input, result, &err);
    report_pass(turn, arena, result, &err);
    publish(turn, &status, begin_ms, &err);
    tell_people(turn, arena, wanted, result);
    return done;
}
