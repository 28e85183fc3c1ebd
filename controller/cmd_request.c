/* Requests: a person asks in the record, whoever runs the loop answers. */
#include "cmd_plan.h"
#include "commands.h"
#include "targets.h"

#include "cutover/requests.h"
#include "cutover/stop.h"
#include "cutover/str.h"

#include <string.h>

enum { ANSWER_MAX = 64 << 20, FOLLOW_MS = 1000 };

typedef enum About { ABOUT_ENVIRONMENT, ABOUT_UNDER_WAY, ABOUT_LIVE } About;

typedef struct Kind {
    const char *name, *noun;
    About about;
    const char *nothing; /* said when there is no such deployment */
    Phase granted;       /* `--wait` ends well there; PHASE_NONE: when it is answered */
} Kind;

static const Kind kinds[] = {
    {"approve", "approval", ABOUT_UNDER_WAY, "nothing is under way that could be approved",
     PHASE_LIVE},
    {"abort", "abort", ABOUT_UNDER_WAY, "nothing is under way that could be aborted",
     PHASE_ABORTED},
    {"promote", "promote", ABOUT_UNDER_WAY, "nothing is under way that could be promoted",
     PHASE_LIVE},
    {"rollback", "rollback", ABOUT_LIVE,
     "nothing that Cutover deployed is live: there is nothing to roll back", PHASE_ROLLED_BACK},
    {"hold", "hold", ABOUT_ENVIRONMENT, NULL, PHASE_NONE},
    {"resume", "resume", ABOUT_ENVIRONMENT, NULL, PHASE_NONE},
};

static const Kind *kind_of(const Cli *cli)
{
    const Kind *kind = kinds;
    while (!str_eq(kind->name, cli->command)) {
        kind++;
    }
    return kind;
}

/* ---- which deployment ---- */

/* What is live for good can only be left for a commit that was live before: that none was does not change by waiting. */
static bool has_way_back(const Cli *cli, const Kind *kind, const PassResult *result,
                         const RecordDeployment *d, Err *err)
{
    if (kind->about != ABOUT_LIVE || d->phase != PHASE_LIVE || !result->live ||
        !str_eq(d->id, result->live->id) || record_commit_before(result->record, d)) {
        return true;
    }
    err_set(cli->arena, err, ERR_NOT_FOUND, "CO5053",
            "no other commit was live before g%lld: there is nothing to roll back to",
            (long long)d->generation);
    err->hint = "push what is wanted instead (git revert): it is deployed as the next generation";
    return false;
}

static const RecordDeployment *find_deployment(const Cli *cli, const Kind *kind,
                                               const PassResult *result, Err *err)
{
    const RecordDeployment *found = NULL;
    if (!cli->operand || str_eq(cli->operand, "latest")) {
        found = kind->about == ABOUT_LIVE ? result->live : record_building(result->record);
        if (!found) {
            err_set(cli->arena, err, ERR_NOT_FOUND, "CO5050", "%s", kind->nothing);
        }
        return found;
    }
    vec_each (RecordDeployment, d, &result->record->deployments) {
        found = session_names(d, cli->operand) ? d : found;
    }
    if (!found) {
        err_set(cli->arena, err, ERR_NOT_FOUND, "CO5050", "the record knows no deployment \"%s\"",
                cli->operand);
        err->hint = "name it as g42, by its id, by its commit, or as latest";
    }
    return found;
}

/* That, if what is asked can ever be done to it. */
static const RecordDeployment *deployment_for(const Cli *cli, const Kind *kind,
                                              const PassResult *result, Err *err)
{
    const RecordDeployment *found = find_deployment(cli, kind, result, err);
    return found && has_way_back(cli, kind, result, found, err) ? found : NULL;
}

/* ---- --wait ---- */

typedef struct Follow {
    const Cli *cli;
    const Kind *kind;
    Session *session;
    const Wanted *wanted;
    const char *deployment, *request;
    Phase last;
    const char *waits_for; /* said last of what a person must see to */
    Phase granted;         /* as of KIND, or where the deployment of an earlier commit ends */
    const char
        *denied; /* short name of the commit that such a deployment takes the place of, or NULL */
} Follow;

static const RecordRequest *find_request(const Record *record, const char *id)
{
    vec_each (RecordRequest, request, &record->requests) {
        if (str_eq(request->id, id)) {
            return request;
        }
    }
    return NULL;
}

static int say_end(const Follow *follow, Arena *arena, const RecordDeployment *d)
{
    Buf out = buf_new(arena, ANSWER_MAX);
    const char *environment = follow->wanted->environment->name;
    if (d->phase == PHASE_ROLLED_BACK) {
        buf_printf(&out,
                   "rolled back %s: generation %lld. %s is denied until a newer commit comes.\n",
                   environment, (long long)d->rollback_generation, d->short_commit);
    } else if (follow->denied) {
        buf_printf(&out,
                   "rolled back %s: generation %lld is %s again. %s is denied until a newer commit "
                   "comes.\n",
                   environment, (long long)d->generation, d->short_commit, follow->denied);
    } else {
        buf_printf(&out, "%s g%lld is %s\n", environment, (long long)d->generation,
                   phase_name(d->phase));
    }
    return cli_answer(&out) ? EXIT_DONE : EXIT_FAILED;
}

/* What the deployment's phase says; -1: it goes on. */
static int phase_code(const Follow *follow, Arena *arena, const PassResult *result,
                      const RecordDeployment *d)
{
    if (d->phase == follow->granted) {
        return say_end(follow, arena, d);
    }
    if (phase_is_final(d->phase)) {
        cli_say(follow->cli, "%s is %s%s%s", d->id, phase_name(d->phase), d->reason ? ": " : "",
                d->reason ? d->reason : "");
        return d->phase == PHASE_SUPERSEDED ? EXIT_PENDING : EXIT_FAILED;
    }
    bool lacks =
        d->phase == PHASE_AWAITING_APPROVAL &&
        request_approvals(result->record, d) < config_approvals(follow->wanted->environment);
    if (lacks && str_eq(follow->kind->name, "approve")) {
        cli_say(follow->cli, "waits for: %s", result->waits_for);
        return EXIT_BLOCKED;
    }
    return -1;
}

/* When the way back has ended, the deployment that takes the place of D is the one to follow. */
static bool follow_restored(Follow *follow, const PassResult *result, const RecordDeployment *d)
{
    bool ended =
        d && d->phase == PHASE_LIVE && !follow->denied && str_eq(follow->kind->name, "rollback");
    const char *before = ended ? record_commit_before(result->record, d) : NULL;
    if (before) {
        Arena *arena = follow->cli->arena;
        follow->denied = arena_strdup(arena, d->short_commit);
        follow->deployment = deployment_id(arena, follow->wanted->environment->name,
                                           result->live_generation + 1, before);
        follow->granted = PHASE_LIVE;
        follow->last = PHASE_NONE;
    }
    return ended;
}

/* One look: its exit code, or -1 when it goes on. */
static int look(Follow *follow, Arena *arena)
{
    PassResult result;
    Err err = {0};
    Wanted wanted = *follow->wanted;
    if (!session_pass(follow->session, arena, &wanted, PASS_LOOK, &result, &err)) {
        cli_fail(follow->cli, &err);
        return -1;
    }
    const RecordDeployment *d = record_deployment(result.record, follow->deployment);
    const RecordRequest *request = find_request(result.record, follow->request);
    if (d && d->phase != follow->last) {
        follow->last = d->phase;
        cli_say(follow->cli, "%s  %s", d->id, phase_name(d->phase));
    }
    if (result.blocked && !str_eq(follow->waits_for, result.waits_for)) {
        follow->waits_for = arena_strdup(follow->cli->arena, result.waits_for);
        cli_say(follow->cli, "waits for: %s", follow->waits_for);
    }
    if (request && request->done && !str_eq(request->outcome, "done")) {
        cli_say(follow->cli, "%s: %s", request->outcome,
                request->why ? request->why : "it could not be done");
        return EXIT_BLOCKED;
    }
    bool answered = request && request->done;
    if (follow_restored(follow, &result, d)) {
        return -1;
    }
    if (follow->denied && (!d || !answered)) {
        return -1; /* the other deployment has not begun yet */
    }
    if (d) {
        return phase_code(follow, arena, &result, d);
    }
    return answered ? EXIT_DONE : -1;
}

static int follow_request(Follow *follow)
{
    int64_t poll = follow->session->context->poll_ms;
    for (;;) {
        Arena *arena = arena_new();
        int code = look(follow, arena);
        arena_free(arena);
        if (code >= 0) {
            return code;
        }
        if (!stop_sleep(poll > 0 ? poll : FOLLOW_MS)) {
            return EXIT_PENDING;
        }
    }
}

/* ---- asking ---- */

static int answer_request(const Cli *cli, const Kind *kind, const Wanted *wanted,
                          const RecordDeployment *d, const RecordRequest *request)
{
    Buf out = buf_new(cli->arena, ANSWER_MAX);
    const char *environment = wanted->environment->name;
    if (cli->json) {
        JsonOut json = json_out(&out);
        json_open_object(&json);
        json_put_str(&json, "request", request->id);
        json_put_str(&json, "kind", request->kind);
        json_put_str(&json, "environment", environment);
        json_put_str(&json, "deployment", d ? d->id : NULL);
        json_put_str(&json, "plan_digest", request->plan_digest);
        json_close_object(&json);
        buf_char(&out, '\n');
    } else if (str_eq(kind->name, "approve")) {
        buf_printf(&out, "recorded: approval of plan %.12s, request %.4s\n", request->plan_digest,
                   request->id);
    } else if (d) {
        buf_printf(&out, "recorded: %s of %s g%lld, request %.4s\n", kind->noun, environment,
                   (long long)d->generation, request->id);
    } else {
        buf_printf(&out, "recorded: %s of %s, request %.4s\n", kind->noun, environment,
                   request->id);
    }
    return cli_answer(&out) ? EXIT_DONE : EXIT_FAILED;
}

/* What is refused is not under way yet where no controller has begun it: its permit waits for it. */
static RecordDeployment *deployment_to_come(const Cli *cli, const Wanted *wanted,
                                            const PassResult *result)
{
    const GitCommit *commit = &wanted->commit;
    int64_t live = result->live_generation < 0 ? 0 : result->live_generation;
    RecordDeployment *d = arena_make(cli->arena, RecordDeployment);
    d->id = deployment_id(cli->arena, wanted->environment->name, live + 1, commit->sha);
    d->generation = live + 1;
    d->commit = commit->sha;
    d->short_commit = commit->short_sha;
    d->phase = PHASE_PENDING;
    return d;
}

/* Only permits that exist, and that this plan needs. */
static bool check_permits(const Cli *cli, const StrVec *permits, const PassResult *result, Err *err)
{
    StrVec needed = {0};
    for (size_t i = 0; result->plan && i < result->plan->permits.count; i++) {
        vec_push(cli->arena, &needed, result->plan->permits.items[i].permit);
    }
    vec_each (const char *, it, permits) {
        if (!permit_is_known(*it)) {
            err_set(cli->arena, err, ERR_INPUT, "CO1090", "--permit: there is no permit \"%s\"",
                    *it);
            err->hint = "there are: " PERMITS_KNOWN;
            return false;
        }
        if (!str_in(&needed, *it)) {
            err_set(cli->arena, err, ERR_INPUT, "CO5052", "the plan does not need the permit %s",
                    *it);
            err->hint = needed.count ? arena_printf(cli->arena, "it needs: %s",
                                                    str_join(cli->arena, &needed, ", "))
                                     : NULL;
            return false;
        }
    }
    return true;
}

/* Whoever approves has seen the plan: it is shown, and asked for. */
static int show_plan(const Cli *cli, const Wanted *wanted, const PassResult *result,
                     const RecordDeployment *d)
{
    if (!result->plan || !str_eq(d->commit, wanted->commit.sha)) {
        cli_say(cli, "%s is of %s, and %s is wanted: there is nothing to approve", d->id,
                d->short_commit, wanted->commit.short_sha);
        return EXIT_BLOCKED;
    }
    Buf out = buf_new(cli->arena, ANSWER_MAX);
    plan_write(cli, &out, wanted, result);
    bool blocked = false;
    if (!cli->json && !cli_answer(&out)) {
        return EXIT_FAILED;
    }
    return cli_ask(cli, "Approve it?", &blocked) ? EXIT_DONE : blocked ? EXIT_BLOCKED : EXIT_FAILED;
}

/* A plan that is refused has no intent (any more): the permit is for the plan that is seen. */
static const char *digest_seen(const PassResult *result, const RecordDeployment *d, bool permits)
{
    bool begun = d->has_intent && !permits;
    return begun || !result->plan ? d->plan_digest : result->plan->digest;
}

static int ask(const Cli *cli, Session *session, Diags *diags, Err *err)
{
    const Kind *kind = kind_of(cli);
    Target target;
    Wanted wanted;
    PassResult result;
    bool read =
        targets_one(cli, session->context, &target, diags, err) &&
        wanted_in_force(target.repository, cli->arena, target.environment, &wanted, diags, err);
    wanted.columns = read && str_eq(kind->name, "approve");
    if (!read || !session_pass(session, cli->arena, &wanted, PASS_LOOK, &result, err)) {
        return targets_stopped(cli, diags, err);
    }
    if (!result.record->exists) {
        err_set(cli->arena, err, ERR_NOT_FOUND, "CO5050",
                "there is no record yet: nothing was ever deployed here");
        err->hint = "a controller makes it (cutover run), or the first cutover apply";
        return targets_stopped(cli, diags, err);
    }
    StrVec permits = {0};
    if (cli->permit) {
        permits = str_split(cli->arena, cli->permit, ' ');
    }
    const RecordDeployment *d =
        kind->about == ABOUT_ENVIRONMENT ? NULL : deployment_for(cli, kind, &result, err);
    if (permits.count && !cli->operand && (!d || !str_eq(d->commit, wanted.commit.sha))) {
        *err = (Err){0};
        d = deployment_to_come(cli, &wanted, &result);
    }
    if (!check_permits(cli, &permits, &result, err)) {
        return targets_stopped(cli, diags, err);
    }
    if (!d && kind->about != ABOUT_ENVIRONMENT) {
        return targets_stopped(cli, diags, err);
    }
    int code = str_eq(kind->name, "approve") ? show_plan(cli, &wanted, &result, d) : EXIT_DONE;
    if (code != EXIT_DONE) {
        return code;
    }
    RecordRequest request = {.kind = kind->name,
                             .deployment = d ? d->id : "",
                             .plan_digest = d ? digest_seen(&result, d, permits.count > 0) : NULL,
                             .phase = d ? phase_name(d->phase) : NULL,
                             .by = pg_user(session->pg),
                             .reason = cli->reason,
                             .permits = permits};
    PassInput input = wanted_pass(session->context, &wanted, PASS_ACT, &session->writer_seq);
    if (!pass_request(cli->arena, session->pg, &input, &request, err)) {
        return targets_stopped(cli, diags, err);
    }
    code = answer_request(cli, kind, &wanted, d, &request);
    /* When the way back has ended another deployment does it. */
    bool ended = d && d->phase == PHASE_LIVE && str_eq(kind->name, "rollback");
    const char *before = ended ? record_commit_before(result.record, d) : NULL;
    if (before && code == EXIT_DONE) {
        cli_say(cli, "the old side is gone: %.7s is deployed anew", before);
    }
    if (!cli->wait || code != EXIT_DONE) {
        return code;
    }
    Follow follow = {.cli = cli,
                     .kind = kind,
                     .session = session,
                     .wanted = &wanted,
                     .deployment = d ? d->id : "",
                     .request = request.id,
                     .last = d ? d->phase : PHASE_NONE,
                     .granted = kind->granted};
    return follow_request(&follow);
}

int cmd_request(const Cli *cli)
{
    return session_with(cli, ask);
}
