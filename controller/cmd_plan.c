/* plan: what a commit, or a folder on disk, would change. */
#include "cmd_plan.h"
#include "commands.h"
#include "loose.h"
#include "session.h"
#include "targets.h"

#include "cutover/drift.h"
#include "cutover/str.h"

enum { ANSWER_MAX = 64 << 20 };

PlanHead plan_head(const Wanted *wanted, const PassResult *result)
{
    const GitCommit *commit = &wanted->commit;
    PlanHead head = {
        .commit = commit->sha,
        .short_commit = commit->short_sha,
        .subject = commit->subject,
        .author = commit->author,
        .ref = commit->ref,
        .committed_at = commit->at,
        .now = result->catalog->now,
        .tests = result->tests,
        .checks = result->checks,
        .environment = result->environment ? result->environment : wanted->environment,
        .settings = &result->settings,
        .floors = &result->floors,
        .columns = result->columns,
        .repository = wanted->repository ? wanted->repository->name : NULL,
    };
    if (result->record) {
        head.hydration = record_hydration(result->record);
    }
    if (result->live) {
        head.live_commit = result->live->short_commit;
        head.live_since = result->live->phase_since;
    }
    return head;
}

int plan_exit(const Plan *plan)
{
    static const int codes[] = {
        [PLAN_NOTHING] = EXIT_DONE, [PLAN_CHANGES] = EXIT_PENDING, [PLAN_REFUSED] = EXIT_BLOCKED};
    return codes[plan->outcome];
}

void plan_write(const Cli *cli, Buf *out, const Wanted *wanted, const PassResult *result)
{
    PlanHead head = plan_head(wanted, result);
    if (cli->json) {
        JsonOut json = json_out(out);
        plan_write_json(&json, result->plan, &head);
        buf_char(out, '\n');
    } else {
        plan_write_text(out, result->plan, &head, cli->color);
    }
}

/* Loose files: the environment is looked up in the cutover.yaml that lies beside them. */
static bool read_loose(const Cli *cli, Wanted *wanted, Diags *diags, Err *err)
{
    Loose *loose = arena_make(cli->arena, Loose);
    if (!loose_read(cli, loose, diags, err)) {
        return false;
    }
    if (!loose->config) {
        return err_set(cli->arena, err, ERR_INPUT, "CO1092",
                       "there is no cutover.yaml in %s or above", loose->folder);
    }
    const RepoConfig *config = loose->config;
    const EnvironmentConfig *environment =
        cli->environment                  ? config_environment(config, cli->environment)
        : config->environments.count == 1 ? &config->environments.items[0]
                                          : NULL;
    if (!environment) {
        return err_set(cli->arena, err, ERR_INPUT, "CO1092",
                       "name one environment of cutover.yaml by --environment");
    }
    *wanted = (Wanted){.arena = cli->arena,
                       .home = loose->config,
                       .config = loose->config,
                       .environment = environment,
                       .files = loose->files,
                       .env = loose->env};
    return true;
}

static bool read_commit(const Cli *cli, const Context *context, Wanted *wanted, Diags *diags,
                        Err *err)
{
    Target target;
    bool read = targets_one(cli, context, &target, diags, err) &&
                wanted_read(target.repository, cli->arena, target.environment, cli->revision,
                            wanted, diags, err);
    wanted->follows = wanted->follows && !str_eq(cli->command, "plan");
    wanted->proposed = cli->revision && str_eq(cli->command, "plan");
    return read;
}

/* Why nobody carries out the plan of what the environment follows, until somebody says so; NULL: it begins by itself. */
static const char *why_not_begun(const PassResult *result)
{
    const char *commit = result->plan->commit;
    bool live = commit && result->live && str_eq(result->live->commit, commit);
    if (result->record->hold) {
        return "the environment is held until somebody says: cutover resume";
    }
    if (live && result->drift.count && !drift_heals(&result->drift, result->environment)) {
        return "what differs is drift, which cutover.yaml does not say to heal: see cutover drift";
    }
    return !live && commit && map_get(&result->record->denied, commit)
               ? "this commit is not tried again: push a fix, or say: cutover resume"
               : NULL;
}

static void warn_of_standing_still(const Cli *cli, PassResult *result)
{
    bool followed = !cli->project && !cli->revision && result->plan->outcome == PLAN_CHANGES;
    const char *why = followed ? why_not_begun(result) : NULL;
    if (why) {
        Plan *told = arena_make(cli->arena, Plan);
        *told = *result->plan;
        diag_add(&told->diags, DIAG_WARNING, "CO4209", "nothing of this is done yet: %s", why);
        result->plan = told;
    }
}

bool plan_look(const Cli *cli, Session *session, Wanted *wanted, PassResult *result, Diags *diags,
               Err *err)
{
    bool read = cli->project ? read_loose(cli, wanted, diags, err)
                             : read_commit(cli, session->context, wanted, diags, err);
    wanted->columns = !str_eq(cli->command, "ls");
    if (!read || !session_pass(session, cli->arena, wanted, PASS_LOOK, result, err)) {
        return false;
    }
    if (result->plan) {
        warn_of_standing_still(cli, result);
        return true;
    }
    *diags = result->diags;
    if (diags_count(diags, DIAG_ERROR) == 0) {
        err_set(cli->arena, err, ERR_CONFLICT, "CO5033", "no plan can be made: %s",
                result->waits_for ? result->waits_for : "the environment is blocked");
    }
    return false;
}

int cmd_plan(const Cli *cli)
{
    Context context;
    Diags diags;
    Err err;
    Wanted wanted;
    PassResult result;
    if (!targets_begin(cli, &context, &diags, &err)) {
        return targets_stopped(cli, &diags, &err);
    }
    Session session = {.context = &context};
    bool looked = plan_look(cli, &session, &wanted, &result, &diags, &err);
    session_end(&session);
    if (!looked) {
        return targets_stopped(cli, &diags, &err);
    }
    Buf out = buf_new(cli->arena, ANSWER_MAX);
    plan_write(cli, &out, &wanted, &result);
    return cli_answer(&out) ? plan_exit(result.plan) : EXIT_FAILED;
}
