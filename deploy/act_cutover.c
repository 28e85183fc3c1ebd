/* The cutover and the way back: one transaction of names alone, rehearsed before, told by the marker after. */
#include "pass_internal.h"

#define RETRY_LEAST_MS 200
#define RETRY_SPREAD_MS 800

static const char *message_of(Pass *pass, const RecordDeployment *d, const RecordNames *names,
                              bool rehearsal)
{
    bool back = d->phase == PHASE_ROLLING_BACK;
    int64_t generation = back ? d->rollback_generation : d->generation;
    const char *commit = back ? pass_restored_commit(pass, d) : d->commit;
    StatementCutover cutover = {
        .database = pass->snapshot.catalog->database,
        .marker_from = pass->marker.name,
        .marker_to = marker_name(pass->arena, pass->in->environment->name, generation, commit),
        .names = names->items,
        .count = names->count,
        .rehearsal = rehearsal};
    return statement_cutover(pass->arena, &cutover);
}

/* Chance from the caller's seed, so that two controllers do not meet again and again. */
static int64_t jitter(const Pass *pass)
{
    uint64_t x = pass->in->seed + (uint64_t)pass->snapshot.catalog->now;
    x ^= x >> 33;
    x *= 0xff51afd7ed558ccdULL;
    x ^= x >> 33;
    return RETRY_LEAST_MS + (int64_t)(x % RETRY_SPREAD_MS);
}

static void refused(Pass *pass, const char *what, const Err *err)
{
    pass->problem =
        arena_printf(pass->arena, "%s was refused: %s %s", what, err->sqlstate, err->message);
}

bool act_rehearse(Pass *pass, RecordDeployment *d, Err *err)
{
    RecordNames names = pass_cutover_names(pass);
    const char *message = message_of(pass, d, &names, true);
    switch (pg_script(pass->pg, pass->arena, message, pass_limit(pass), NULL, err)) {
    case PG_DONE:
        break;
    case PG_UNKNOWN:
        return pass_unanswered(pass, "the rehearsal of the cutover", err);
    case PG_FAILED:
        if (err->kind == ERR_CONFLICT || err->kind == ERR_UNAVAILABLE) {
            pass->out->retry_ms = jitter(pass);
            return false;
        }
        refused(pass, "the rehearsal of the cutover", err);
        pass->problem_statement = message;
        *err = (Err){0};
        return true;
    }
    if (!pass_sinks_fit(pass, err) || pass->problem) {
        return err->kind == ERR_NONE;
    }
    RecordResult result = {.check = "rehearsal",
                           .verdict = "passed",
                           .rows = (int64_t)names.count,
                           .attempt = d->attempt};
    return pass_append_result(pass, d, &result, err);
}

/* How long it took is told to people when it is known; nothing depends on it. */
static void note_duration(Pass *pass, const RecordDeployment *d, int64_t milliseconds)
{
    RecordResult result = {
        .check = "cutover", .verdict = "passed", .rows = milliseconds, .attempt = d->attempt};
    Err ignored = {0};
    pass_append_result(pass, d, &result, &ignored);
}

/* Whether the marker that the message wanted to rename is still there. */
static bool marker_unmoved(Pass *pass, bool *unmoved, Err *err)
{
    const Catalog *now;
    if (!pass_look_again(pass, &now, err)) {
        return false;
    }
    *unmoved = catalog_schema(now, now->database, pass->marker.name) != NULL;
    return true;
}

/*
 * Whatever comes back, or does not: what happened is read from the marker in the next pass. Only a refusal
 * that is neither a race nor a lost connection is final, and only while the marker has not moved.
 */
bool act_cut_over(Pass *pass, RecordDeployment *d, Err *err)
{
    const Catalog *now;
    if (!pass_look_again(pass, &now, err)) {
        return false;
    }
    if (!pass_names_fit(pass, d, now)) {
        return true; /* the names alone are sent: the next pass sees whose they are */
    }
    const char *message = message_of(pass, d, &d->names, false);
    int64_t began = pass_clock_ms();
    PgOutcome outcome = pg_script(pass->pg, pass->arena, message, pass_limit(pass), NULL, err);
    if (outcome == PG_DONE) {
        note_duration(pass, d, pass_clock_ms() - began);
        return true;
    }
    const char *what = d->phase == PHASE_ROLLING_BACK ? "the way back" : "the cutover";
    pass->out->retry_ms = jitter(pass);
    if (outcome == PG_FAILED && err_is_refusal(err)) {
        Err why = *err;
        bool unmoved = false;
        if (!marker_unmoved(pass, &unmoved, err)) {
            return false;
        }
        if (!unmoved) {
            *err = (Err){0};
            return true; /* somebody was faster, perhaps we ourselves: the next pass reads the marker */
        }
        *err = why;
        if (d->phase == PHASE_ROLLING_BACK) {
            return pass_try_later(pass, d, what, err);
        }
        refused(pass, what, err);
        *err = (Err){0};
        return true;
    }
    return pass_unanswered(pass, what, err);
}
