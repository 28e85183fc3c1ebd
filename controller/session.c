#include "session.h"

#include "targets.h"

#include "cutover/clock.h"
#include "cutover/log.h"
#include "cutover/str.h"

#include <string.h>

enum { CONNECT_MS = 15000, PRUNE_AGAIN_MS = 3600000 };

#define TELL_WITHIN (24 * 3600 * MOMENT_SECOND)

bool session_names(const RecordDeployment *d, const char *operand)
{
    int64_t generation = 0;
    if (operand[0] == 'g' && str_to_int(operand + 1, 0, INT64_MAX, &generation)) {
        return d->generation == generation;
    }
    return str_eq(d->id, operand) || (strlen(operand) >= 7 && str_starts(d->commit, operand));
}

void session_end(Session *session)
{
    pg_close(session->pg);
    session->pg = NULL;
    arena_free(session->pg_arena);
    session->pg_arena = NULL;
}

static void trace(void *ctx, const char *kind, int64_t duration_ms, const char *sqlstate)
{
    (void)ctx;
    LogFields fields = {.statement = kind,
                        .duration_ms = duration_ms,
                        .sqlstate = str_empty(sqlstate) ? NULL : sqlstate};
    log_write(LEVEL_DEBUG, &fields, "statement");
}

bool session_connect(Session *session, Arena *arena, Err *err)
{
    if (session->pg && pg_usable(session->pg)) {
        return true;
    }
    session_end(session);
    session->pg_arena = arena_new();
    if (!pg_open(session->pg_arena, &session->context->target, CONNECT_MS, &session->pg, err)) {
        err->message = arena_strdup(arena, err->message);
        err->detail = arena_strdup(arena, err->detail);
        err->hint = arena_strdup(arena, err->hint);
        session_end(session);
        return false;
    }
    pg_set_trace(session->pg, trace, NULL);
    return true;
}

/* WANTED at the commit that it was at before the denied one. */
static bool go_back(Arena *arena, Wanted *wanted, const char *commit, Diags *diags, Err *err)
{
    Wanted before;
    if (!wanted_read(wanted->repository, arena, wanted->environment->name, commit, &before, diags,
                     err)) {
        return false;
    }
    before.denied = wanted->commit;
    before.passed_by = wanted->passed_by;
    before.in_force = wanted->in_force;
    *wanted = before;
    return true;
}

/* Old rows that cannot be removed hold nothing up. */
static bool run_without(Session *session, Arena *arena, PassInput *input, PassResult *result,
                        Err *err)
{
    log_error(LEVEL_WARN, &(LogFields){.environment = input->environment->name},
              "old rows of the record cannot be removed; it is tried again in an hour", err);
    session->prune_at_ms = clock_ms() + PRUNE_AGAIN_MS;
    input->retention = 0;
    *err = (Err){0};
    return pass_run(arena, session->pg, input, result, err);
}

/* What is not answered in time is nobody's fault, and would be tried again for ever without a word; nor does what is under way
 * wait for the answers that the next commit wants. */
static bool run(Session *session, Arena *arena, const Wanted *wanted, PassMode mode,
                PassResult *result, Err *err)
{
    Err untold = {0};
    PassInput input = wanted_pass(session->context, wanted, mode, &session->writer_seq);
    input.retention = clock_ms() < session->prune_at_ms ? 0 : input.retention;
    bool done = pass_run(arena, session->pg, &input, result, err);
    bool lasts = err->kind == ERR_TIMEOUT || err->kind == ERR_LIMIT;
    bool prunes = result->action == ACTION_PRUNE && err->kind != ERR_CANCELLED;
    if (done || (!lasts && !prunes) || !session_connect(session, arena, &untold)) {
        return done;
    }
    if (prunes) {
        return run_without(session, arena, &input, result, err);
    }
    if (result->unanswered && wanted->in_force) {
        input.unanswered = err_text(arena, err);
        *err = (Err){0};
        return pass_run(arena, session->pg, &input, result, err);
    }
    if (mode == PASS_ACT) {
        pass_tell_unanswered(arena, session->pg, &input, result, err, &untold);
    }
    return false;
}

bool session_pass(Session *session, Arena *arena, Wanted *wanted, PassMode mode, PassResult *result,
                  Err *err)
{
    *result = (PassResult){.diags = diags_new(arena), .live_generation = -1};
    if (!session_connect(session, arena, err)) {
        return false;
    }
    if (!run(session, arena, wanted, mode, result, err)) {
        return false;
    }
    if (!result->instead) {
        return true;
    }
    Diags diags = diags_new(arena);
    if (!go_back(arena, wanted, result->instead, &diags, err)) {
        result->diags = diags;
        return false;
    }
    return run(session, arena, wanted, mode, result, err);
}

static bool is_due(const RecordEvent *event, const Notifier *notifier, const Wanted *wanted,
                   const PassResult *result)
{
    const EnvironmentConfig *environment = wanted->environment;
    const StrVec *allowed = environment->notify_given ? &environment->notify : NULL;
    return result->catalog->now - event->at <= TELL_WITHIN &&
           !str_in(&event->delivered, notifier->name) &&
           notify_wants(notifier, allowed, environment->name, event->name) &&
           !notify_is_quiet(notifier, event->name, event->at);
}

void session_undelivered(const Session *session, const Wanted *wanted, const PassResult *result,
                         bool (*fn)(const NotifyJob *job, void *ctx), void *ctx)
{
    if (!result->record || !result->catalog) {
        return;
    }
    vec_each (Notifier, notifier, &session->context->notifiers) {
        bool go_on = true;
        for (size_t i = 0; go_on && i < result->record->events.count; i++) {
            const RecordEvent *event = &result->record->events.items[i];
            NotifyJob job = {notifier, wanted->environment->name, event->id, event->event,
                             event->at};
            go_on = !event->event || !is_due(event, notifier, wanted, result) || fn(&job, ctx);
        }
    }
}

typedef struct Telling {
    Session *session;
    Arena *arena;
    const Wanted *wanted;
} Telling;

static bool tell_one(const NotifyJob *job, void *ctx)
{
    Telling *telling = ctx;
    Session *session = telling->session;
    Arena *arena = telling->arena;
    Err err = {0};
    NotifyAnswer answer = notify_send(arena, job->notifier, job->event);
    LogFields fields = {.event = job->event_id, .environment = job->environment};
    if (answer.outcome != NOTIFY_SENT) {
        fields.code = "CO8010";
        fields.error = answer.text;
        log_write(LEVEL_WARN, &fields, "%s could not be told", job->notifier->name);
    }
    if (answer.outcome == NOTIFY_AGAIN) {
        return false;
    }
    PassInput input =
        wanted_pass(session->context, telling->wanted, PASS_ACT, &session->writer_seq);
    if (!session_connect(session, arena, &err) ||
        !pass_delivered(arena, session->pg, &input, job->event_id, job->notifier->name,
                        answer.outcome == NOTIFY_SENT, answer.text, &err)) {
        log_error(LEVEL_WARN, &fields, "a delivery could not be recorded; it may be repeated",
                  &err);
        return false;
    }
    return true;
}

void session_tell(Session *session, Arena *arena, const Wanted *wanted, const PassResult *result)
{
    Telling telling = {session, arena, wanted};
    session_undelivered(session, wanted, result, tell_one, &telling);
}

int session_with(const Cli *cli, SessionWork *work)
{
    Context context;
    Diags diags;
    Err err;
    if (!targets_begin(cli, &context, &diags, &err)) {
        return targets_stopped(cli, &diags, &err);
    }
    Session session = {.context = &context};
    int code = work(cli, &session, &diags, &err);
    session_end(&session);
    return code;
}
