#include "targets.h"

#include "cutover/str.h"

bool targets_begin(const Cli *cli, Context *context, Diags *diags, Err *err)
{
    *diags = diags_new(cli->arena);
    *err = (Err){0};
    if (!context_load(cli, cli->arena, context, diags, err)) {
        return false;
    }
    context_log(cli, context);
    return context_open(context, err);
}

int targets_stopped(const Cli *cli, const Diags *diags, const Err *err)
{
    if (err->kind == ERR_CANCELLED) {
        cli_say(cli, "stopped");
        return EXIT_PENDING;
    }
    cli_findings(cli, diags);
    return err->kind == ERR_NONE ? EXIT_FAILED : cli_fail(cli, err);
}

static bool may_define(const Repository *repository, const char *environment)
{
    vec_each (const char *, glob, &repository->environments) {
        if (str_glob(*glob, environment)) {
            return true;
        }
    }
    return repository->environments.count == 0;
}

void targets_of(const Repository *repository, Arena *arena, const RepoConfig *config,
                const char *only, Targets *targets)
{
    vec_each (EnvironmentConfig, environment, &config->environments) {
        bool asked = !only || str_eq(only, environment->name);
        if (asked && may_define(repository, environment->name)) {
            vec_push(arena, targets, (Target){repository, environment->name});
        }
    }
}

static bool unknown(const Cli *cli, const Targets *all, Err *err)
{
    StrVec names = {0};
    vec_each (Target, target, all) {
        vec_push(cli->arena, &names, target->environment);
    }
    const char *list = str_join(cli->arena, &names, ", ");
    if (cli->environment) {
        err_set(cli->arena, err, ERR_INPUT, "CO1092", "there is no environment \"%s\"",
                cli->environment);
        err->hint = arena_printf(cli->arena, "there are: %s", list);
    } else {
        err_set(cli->arena, err, ERR_INPUT, "CO1092", "there is more than one environment");
        err->hint = arena_printf(cli->arena, "name one of %s by --environment", list);
    }
    return false;
}

/* To see, and to ask for the way back, what was fetched before will do. */
static bool needs_no_news(const Cli *cli)
{
    static const char *const urgent[] = {"status", "rollback", "abort", "hold", "resume"};
    bool is = false;
    for (size_t i = 0; i < sizeof urgent / sizeof *urgent; i++) {
        is |= str_eq(cli->command, urgent[i]);
    }
    return is;
}

static bool fetch(const Cli *cli, const Repository *repository, Err *err)
{
    Err none = {0};
    if (git_fetch(repository->git, cli->arena, err)) {
        return true;
    }
    if (!needs_no_news(cli) || !git_home_branch(repository->git, cli->arena, &none)) {
        return false;
    }
    cli_say(cli, "%s\ngoes on with what was fetched before", err_text(cli->arena, err));
    *err = (Err){0};
    return true;
}

bool targets_find(const Cli *cli, const Context *context, Targets *targets, Diags *diags, Err *err)
{
    Targets all = {0};
    *targets = (Targets){0};
    vec_each (Repository *, repository, &context->repositories) {
        if (!fetch(cli, *repository, err)) {
            return false;
        }
        const char *passed_by;
        RepoConfig *config = wanted_home_in_force(*repository, cli->arena, &passed_by, diags, err);
        if (!config) {
            return false;
        }
        targets_of(*repository, cli->arena, config, NULL, &all);
    }
    vec_each (Target, target, &all) {
        if (!cli->environment || str_eq(cli->environment, target->environment)) {
            vec_push(cli->arena, targets, *target);
        }
    }
    return targets->count > 0 || unknown(cli, &all, err);
}

bool targets_one(const Cli *cli, const Context *context, Target *target, Diags *diags, Err *err)
{
    Targets targets;
    if (!targets_find(cli, context, &targets, diags, err)) {
        return false;
    }
    if (targets.count > 1) {
        return unknown(cli, &targets, err);
    }
    *target = targets.items[0];
    return true;
}

bool targets_have(const Targets *targets, const char *environment)
{
    vec_each (Target, it, targets) {
        if (str_eq(it->environment, environment)) {
            return true;
        }
    }
    return false;
}
