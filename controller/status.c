#include "cutover/status.h"

#include "asked.h"

#include "cutover/cli.h"
#include "cutover/str.h"

#include <string.h>

/* The plan's warning that holds as long as cutover.yaml says so, whatever changes: nothing runs on a cluster. */
#define NO_REPLICA "CO4207"

static const struct {
    const char *name;
    int exit;
    const char *color;
} states[] = {
    [STATUS_LIVE] = {"live", EXIT_DONE, "32"},
    [STATUS_UNDER_WAY] = {"under_way", EXIT_PENDING, "33"},
    [STATUS_BLOCKED] = {"blocked", EXIT_BLOCKED, "31"},
    [STATUS_HELD] = {"held", EXIT_BLOCKED, "31"},
    [STATUS_UNKNOWN] = {"unknown", EXIT_FAILED, "31"},
};

const char *status_state_name(StatusState state)
{
    return states[state].name;
}

int status_exit(StatusState state)
{
    return states[state].exit;
}

static bool waits_for_person(Phase phase)
{
    return phase == PHASE_AWAITING_APPROVAL;
}

/* Ended without going live: production is as it was, and somebody must push a fix. */
static bool ended_badly(const RecordDeployment *d, const PassCommit *wanted)
{
    return d && phase_is_final(d->phase) && d->phase != PHASE_LIVE &&
           d->phase != PHASE_SUPERSEDED && str_eq(d->commit, wanted->sha);
}

/* What is live is neither what blocks an environment nor what is still to be taken up (after an adoption). */
static bool is_done(const PassResult *pass, const RecordDeployment *d)
{
    return d->phase == PHASE_LIVE && (pass->blocked || pass->action == ACTION_BEGIN);
}

/* What has taken the place of D, which has ended and is only cleared: what is under way, or another attempt at its commit. */
static const RecordDeployment *successor_of(const PassResult *pass, const RecordDeployment *d)
{
    for (size_t i = pass->record ? pass->record->deployments.count : 0; i-- > 0;) {
        const RecordDeployment *it = &pass->record->deployments.items[i];
        if (it == d || !phase_is_final(d->phase)) {
            return d;
        }
        if (!phase_is_final(it->phase) || str_eq(it->commit, d->commit)) {
            return it;
        }
    }
    return d;
}

/* What a person means by "the deployment": the one that works, else the last attempt at what is wanted. */
static const RecordDeployment *deployment_of(const PassResult *pass, const PassCommit *wanted)
{
    const RecordDeployment *found = pass->deployment ? successor_of(pass, pass->deployment) : NULL;
    for (size_t i = pass->record ? pass->record->deployments.count : 0; !found && i-- > 0;) {
        const RecordDeployment *d = &pass->record->deployments.items[i];
        bool of_wanted = wanted->sha && str_eq(d->commit, wanted->sha);
        found = of_wanted && !is_done(pass, d) ? d : NULL;
    }
    return found;
}

static StatusState state_of(const Status *status)
{
    const RecordDeployment *d = status->deployment;
    if (status->pass->blocked && status->pass->rule->when.held == YES) {
        return STATUS_HELD;
    }
    if (status->denied) {
        return STATUS_BLOCKED;
    }
    if (status->pass->blocked || ended_badly(d, status->wanted) ||
        (d && waits_for_person(d->phase))) {
        return STATUS_BLOCKED;
    }
    if (status->pass->action != ACTION_WAIT || (d && !phase_is_final(d->phase))) {
        return STATUS_UNDER_WAY;
    }
    return STATUS_LIVE;
}

/* What a plan that is made from a damaged record stumbles over is production itself. */
static bool is_damaged(const Rule *rule)
{
    return rule && rule->action == ACTION_BLOCK &&
           (rule->when.record == NO || rule->when.markers_agree == NO);
}

/* What the plan warns of whatever changes; of a refused one all findings are there. */
static void add_standing(Arena *arena, Status *status)
{
    const Plan *plan = status->pass->plan;
    bool all = !plan || plan->outcome == PLAN_REFUSED;
    for (size_t i = 0; !all && i < plan->diags.list.count; i++) {
        if (str_eq(plan->diags.list.items[i].code, NO_REPLICA)) {
            vec_push(arena, &status->diags.list, plan->diags.list.items[i]);
        }
    }
}

/* Somebody went back from what the ref says. What was to be deployed in its place may have failed: then nothing is back. */
static void look_back(Status *status, const PassInput *input)
{
    const PassResult *pass = status->pass;
    const RecordDeployment *instead = deployment_of(pass, &input->commit);
    bool is_back = pass->live && str_eq(pass->live->commit, input->commit.sha);
    if (!is_back && ended_badly(instead, &input->commit)) {
        status->back_failed = true;
        status->deployment = instead;
        status->wanted = &input->commit;
    } else {
        status->denied = map_get(&pass->record->denied, input->denied.sha);
    }
}

Status status_of_pass(Arena *arena, const PassInput *input, const PassResult *result,
                      const Err *err)
{
    Status status = {.environment = input->environment->name,
                     .repository = input->repository,
                     .wanted = input->denied.sha ? &input->denied : &input->commit,
                     .passed_by = input->passed_by,
                     .soak = input->environment->soak,
                     .pass = result,
                     .diags = result->diags,
                     .at = result->catalog ? result->catalog->now : 0};
    if (result->plan && result->plan->outcome == PLAN_REFUSED && !is_damaged(result->rule) &&
        !input->passed_by) {
        status.diags = result->plan->diags;
    }
    if (err->kind != ERR_NONE && !result->rule) {
        status.state = STATUS_UNKNOWN;
        status.error = err_text(arena, err);
        return status;
    }
    add_standing(arena, &status);
    status.deployment = deployment_of(result, status.wanted);
    bool under_way = status.deployment && !phase_is_final(status.deployment->phase);
    if (input->denied.sha && !under_way) {
        look_back(&status, input);
    }
    status.state = state_of(&status);
    return status;
}

Status status_of_error(Arena *arena, const char *environment, const char *repository,
                       const Diags *diags, const Err *err)
{
    bool findings = diags_count(diags, DIAG_ERROR) > 0;
    return (Status){.environment = environment,
                    .repository = repository,
                    .state = findings ? STATUS_BLOCKED : STATUS_UNKNOWN,
                    .error = err->kind != ERR_NONE ? err_text(arena, err) : NULL,
                    .diags = *diags};
}

Phase status_phase(const Status *status)
{
    const PassResult *pass = status->pass;
    if (!pass || (status->state == STATUS_LIVE && pass->live_generation > 0)) {
        return pass ? PHASE_LIVE : PHASE_NONE;
    }
    if (status->denied) {
        return PHASE_ROLLED_BACK;
    }
    return status->deployment ? status->deployment->phase : PHASE_NONE;
}

/* ---- text ---- */

/* "2026-11-20 14:03" */
static const char *minute(Arena *arena, Moment at)
{
    return arena_printf(arena, "%.16s", moment_text(arena, at));
}

/* "14:03"; of another day than NOW's with its date. */
static const char *hour(Arena *arena, Moment now, Moment at)
{
    const char *text = minute(arena, at);
    return strncmp(text, minute(arena, now), 10) == 0 ? text + 11 : text;
}

/* Two units are enough for people: "3d", "4m10s". */
static const char *age(Arena *arena, Moment from, Moment to)
{
    int64_t seconds = from > 0 && to > from ? (to - from) / MOMENT_SECOND : 0;
    if (seconds >= 86400) {
        seconds -= seconds % 86400;
    } else if (seconds >= 3600) {
        seconds -= seconds % 60;
    }
    return duration_text(arena, seconds);
}

/* "g42 4f2a9c1"; of rows that were never a deployment's, since somebody wrote them, what there is. */
static const char *named(Arena *arena, const RecordDeployment *d)
{
    return d->short_commit
               ? arena_printf(arena, "g%lld %s", (long long)d->generation, d->short_commit)
               : arena_printf(arena, "deployment \"%s\", whose rows in the record tell no commit",
                              d->id);
}

static const char *live_short(Arena *arena, const PassResult *pass)
{
    if (pass->live) {
        return pass->live->short_commit;
    }
    return pass->live_commit8 ? arena_printf(arena, "%.7s", pass->live_commit8) : "nothing yet";
}

static void write_title(Buf *out, const Status *status, const char *word, bool color)
{
    const char *paint = states[status->state].color;
    if (color) {
        buf_printf(out, "%s   \033[%sm%s\033[0m   ", status->environment, paint, word);
    } else {
        buf_printf(out, "%s   %s   ", status->environment, word);
    }
}

static void write_drift(Buf *out, const PassResult *pass)
{
    if (pass->drift_judged && pass->drift.count) {
        buf_printf(out, " Drift: %zu object%s, see cutover drift.", pass->drift.count,
                   pass->drift.count == 1 ? "" : "s");
    }
}

/* The marker, which alone tells what is live, is missing, there several times, or not the record's. */
static bool is_doubtful(const PassResult *pass)
{
    bool lost = false;
    for (size_t i = 0; pass->record && i < pass->record->deployments.count; i++) {
        lost |= pass->live_generation < 0 && pass->record->deployments.items[i].cut_over;
    }
    return lost || (pass->rule && pass->rule->when.markers_agree == NO);
}

static void write_live_line(Buf *out, const Status *status)
{
    const PassResult *pass = status->pass;
    if (is_doubtful(pass)) {
        buf_text(out, "  which generation is live cannot be told before that: cutover repair");
    } else if (pass->live_generation > 0) {
        buf_printf(out, "  live%s: generation %lld, %s.",
                   status->state == STATUS_BLOCKED ? " and untouched" : "",
                   (long long)pass->live_generation, live_short(out->arena, pass));
        write_drift(out, pass);
    } else if (pass->record && record_newest_generation(pass->record) > 0) {
        buf_text(out, "  what is live is not known: the generation marker is missing.");
    } else {
        buf_text(out, "  nothing is live yet.");
    }
}

/* What differs from Git although its commit is live, and nobody may change: there is something to do, and not for Cutover. */
static void write_to_do(Buf *out, const Status *status)
{
    const Plan *plan = status->pass->plan;
    const Diag *refusal = plan ? diags_first(&plan->diags, DIAG_REFUSED) : NULL;
    if (refusal) {
        buf_printf(out, " refused %s: %s, see cutover plan.", refusal->code, refusal->message);
    } else {
        buf_text(out, " nothing to do.");
    }
}

static void write_live(Buf *out, const Status *status)
{
    const PassResult *pass = status->pass;
    const RecordDeployment *live = pass->live;
    if (pass->live_generation <= 0) {
        buf_printf(out, "nothing is live yet, and nothing to do\n");
        return;
    }
    buf_printf(out, "generation %lld   %s", (long long)pass->live_generation,
               live_short(out->arena, pass));
    if (live) {
        buf_printf(out, " \"%s\", %s   since %s (%s)", live->subject ? live->subject : "",
                   live->author ? live->author : "", minute(out->arena, live->phase_since),
                   age(out->arena, live->phase_since, status->at));
    }
    buf_printf(out, "\n  %s is at %s:", status->wanted->ref ? status->wanted->ref : "the project",
               status->wanted->short_sha ? status->wanted->short_sha : "no commit");
    write_to_do(out, status);
    write_drift(out, pass);
    if (pass->drift_judged && !pass->drift.count) {
        buf_text(out, " Drift: none.");
    }
    buf_char(out, '\n');
}

static void write_cluster(Buf *out, const ProofCluster *cluster)
{
    buf_printf(out, "  %s  %zu of %zu objects hydrated", cluster->name, cluster->hydrated,
               cluster->total);
    if (cluster->lag_known) {
        buf_printf(out, ", lag %s", duration_text(out->arena, cluster->lag / MOMENT_SECOND));
    } else {
        buf_text(out, ", lag not known yet");
    }
    for (size_t i = 0; i < cluster->waiting.count && i < 2; i++) {
        buf_printf(out, "%s%s", i == 0 ? ": waits for " : ", ", cluster->waiting.items[i]);
    }
    if (cluster->waiting.count > 2) {
        buf_printf(out, " and %zu more", cluster->waiting.count - 2);
    }
    buf_char(out, '\n');
}

static void write_soaking(Buf *out, const Status *status, const RecordDeployment *d)
{
    buf_printf(out, "%s \"%s\" is live since %s.", named(out->arena, d),
               d->subject ? d->subject : "", hour(out->arena, status->at, d->phase_since));
    if (d->deadline > status->at) {
        buf_printf(out, "   Way back until %s: cutover rollback",
                   hour(out->arena, status->at, d->deadline));
    } else {
        buf_text(out, "   The soak is over: the old side goes next");
    }
    write_drift(out, status->pass);
    buf_char(out, '\n');
}

/* The gates that are still ahead. */
static void write_next(Buf *out, const Status *status)
{
    const PassResult *pass = status->pass;
    bool ahead = status->deployment->phase < PHASE_CHECKING;
    if (status->deployment->phase >= PHASE_CUTTING_OVER) {
        return;
    }
    buf_text(out, "  next: ");
    if (ahead && pass->tests) {
        buf_printf(out, "%zu test%s, ", pass->tests, pass->tests == 1 ? "" : "s");
    }
    if (ahead && pass->checks) {
        buf_printf(out, "%zu check%s, ", pass->checks, pass->checks == 1 ? "" : "s");
    }
    buf_printf(out, "cutover, soak %s.        stop it: cutover abort\n",
               duration_text(out->arena, status->soak));
}

static void write_under_way(Buf *out, const Status *status)
{
    const PassResult *pass = status->pass;
    const RecordDeployment *d = status->deployment;
    if (!d) {
        buf_printf(out, "%s \"%s\" is not taken up yet%s\n", status->wanted->short_sha,
                   status->wanted->subject,
                   status->at - status->wanted->committed_at > PATIENCE
                       ? ": is a controller running?"
                       : "");
        write_live_line(out, status);
        buf_char(out, '\n');
        return;
    }
    if (d->phase == PHASE_SOAKING) {
        write_soaking(out, status, d);
        return;
    }
    if (d->phase == PHASE_AWAITING_WINDOW || d->phase == PHASE_CANARY) {
        buf_printf(out, "%s: %s\n", named(out->arena, d), pass->waits_for);
        write_live_line(out, status);
        buf_char(out, '\n');
        return;
    }
    buf_printf(out, d->subject ? "%s \"%s\"   " : "%s   ", named(out->arena, d), d->subject);
    buf_text(out, age(out->arena, d->phase_since, status->at));
    int64_t typical = pass->record ? record_hydration(pass->record).typical : 0;
    if (d->phase == PHASE_HYDRATING && typical) {
        buf_printf(out, " of about %s", duration_text(out->arena, typical));
    }
    if (d->deadline > 0) {
        buf_printf(out, ", deadline %s", hour(out->arena, status->at, d->deadline));
    }
    buf_char(out, '\n');
    write_live_line(out, status);
    buf_char(out, '\n');
    if (pass->proof) {
        vec_each (ProofCluster, cluster, &pass->proof->clusters) {
            write_cluster(out, cluster);
        }
    }
    bool waits = pass->action == ACTION_WAIT || d->phase == PHASE_REPOINTING ||
                 (pass->rule && pass->waits_for != pass->rule->why);
    bool told = d->phase == PHASE_HYDRATING && pass->proof && pass->proof->clusters.count;
    if (waits && !told) {
        buf_printf(out, "  waits for: %s\n", pass->waits_for);
    }
    write_next(out, status);
}

/* What the deployment's newest event of that NAME told people besides its text; NULL when there is none. */
static const Json *told(const Status *status, const char *name)
{
    const Record *record = status->pass->record;
    for (size_t i = record ? record->events.count : 0; i-- > 0;) {
        const RecordEvent *event = &record->events.items[i];
        if (str_eq(event->name, name) &&
            str_eq(json_get_str(event->event, "subject"), status->deployment->id)) {
            return json_get(event->event, "data");
        }
    }
    return NULL;
}

/* Where the mistake is, and how long what was built is still there for its correction. */
static void write_failure(Buf *out, const Status *status, const RecordDeployment *d,
                          const Json *data)
{
    const char *until = json_get_str(data, "kept_until");
    Moment kept;
    buf_printf(out,
               status->back_failed
                   ? " The way back did not succeed.\n  again: cutover rollback. Or push a fix, or "
                     "keep what is live: "
                     "cutover resume.        details: cutover show g%lld."
                   : " This commit is not tried again.\n  push a fix, or: cutover resume.        "
                     "details: cutover show g%lld.",
               (long long)d->generation);
    if (until && moment_parse(until, &kept)) {
        buf_printf(out, "   green is kept until %s", hour(out->arena, status->at, kept));
    }
    buf_char(out, '\n');
}

/* WHY, and where it was written: what a server refused says that itself. */
static void write_reason(Buf *out, const char *why, const Json *data)
{
    const char *file = json_get_str(data, "file");
    int64_t line = json_get_int(data, "line", 0);
    const char *place =
        arena_printf(out->arena, line ? " (%s:%lld)" : " (%s)", file ? file : "", (long long)line);
    buf_text(out, why);
    if (file && !str_ends(why, place)) {
        buf_text(out, place);
    }
}

/* What is behind its cutover has not ended, and somebody waits for it. */
static const char *ways_out(const Status *status)
{
    const RecordDeployment *d = status->deployment;
    return status->denied ? " This commit is not tried again.\n  push a fix, or: cutover resume.\n"
           : d && d->phase == PHASE_REPOINTING && status->pass->action != ACTION_BLOCK
               ? "\n  it is tried again. Else push a fix, or: cutover rollback\n"
               : "\n";
}

static void write_blocked(Buf *out, const Status *status)
{
    const PassResult *pass = status->pass;
    const RecordDeployment *d = status->deployment;
    if (d) {
        buf_text(out, named(out->arena, d));
        if (d->phase == PHASE_AWAITING_APPROVAL) {
            buf_printf(out, ", plan %.12s", d->plan_digest ? d->plan_digest : "");
        }
        buf_text(out, ": ");
    }
    const char *why = status->denied                               ? status->denied
                      : d && phase_is_final(d->phase) && d->reason ? d->reason
                      : pass && pass->waits_for                    ? pass->waits_for
                      : status->error                              ? status->error
                                                                   : "see below";
    bool ended = pass && d && phase_is_final(d->phase);
    const Json *data = ended ? told(status, phase_name(d->phase)) : NULL;
    write_reason(out, why, data);
    buf_char(out, '\n');
    if (pass && pass->blocked && pass->waits_for && why != pass->waits_for) {
        buf_printf(out, "  %s\n", pass->waits_for);
    }
    if (pass) {
        write_live_line(out, status);
    }
    if (ended) {
        write_failure(out, status, d, data);
    } else if (pass) {
        buf_text(out, ways_out(status));
    }
    diags_write_text(out, &status->diags, false);
}

static void write_findings(Buf *out, const Status *status)
{
    buf_printf(out, "%s\n", status->error ? status->error : "cannot tell");
    diags_write_text(out, &status->diags, false);
}

/* The word behind the name: a phase where there is one. */
static const char *title(const Status *status)
{
    Phase phase = status_phase(status);
    if (status->state == STATUS_UNKNOWN || phase == PHASE_NONE ||
        (status->state == STATUS_BLOCKED && status->pass->blocked)) {
        return status->state == STATUS_UNDER_WAY ? "pending" : states[status->state].name;
    }
    return phase_name(phase);
}

/* Where findings do not block, only this is worth a line. */
static void write_standing(Buf *out, const Status *status)
{
    Diags some = diags_new(out->arena);
    bool quiet = status->state == STATUS_LIVE || status->state == STATUS_UNDER_WAY;
    for (size_t i = 0; quiet && i < status->diags.list.count; i++) {
        if (str_eq(status->diags.list.items[i].code, NO_REPLICA)) {
            vec_push(out->arena, &some.list, status->diags.list.items[i]);
        }
    }
    diags_write_text(out, &some, false);
}

void status_write_text(Buf *out, const Status *status, bool color)
{
    static void (*const writers[])(Buf *, const Status *) = {
        [STATUS_LIVE] = write_live,        [STATUS_UNDER_WAY] = write_under_way,
        [STATUS_BLOCKED] = write_blocked,  [STATUS_HELD] = write_blocked,
        [STATUS_UNKNOWN] = write_findings,
    };
    write_title(out, status, title(status), color);
    writers[status->state](out, status);
    if (status->pass && status->pass->owed && status->pass->waits_for != status->pass->owed) {
        bool refused = status->pass->owed != status->passed_by;
        buf_printf(out, "  %s%s\n", refused ? "refused, and tried again: " : "",
                   status->pass->owed);
    }
    if (status->pass && status->pass->record) {
        asked_write_text(out, status->pass->record, status->at);
    }
    write_standing(out, status);
}
