#include "context.h"

#include "loose.h"

#include "cutover/clock.h"
#include "cutover/log.h"
#include "cutover/stop.h"
#include "cutover/str.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define USUAL_FILE "/etc/cutover/config.yaml"

enum { INTERVAL_MS = 60000, POLL_MAX_MS = 3600000 };

static const char *variable(const char *name)
{
    const char *value = getenv(name);
    return str_empty(value) ? NULL : value;
}

/* A secret from the environment; from now on it is masked wherever it would appear. */
static const char *secret_variable(const char *name)
{
    const char *value = variable(name);
    log_secret(value);
    return value;
}

/* The last part of its address or folder, without .git. */
static const char *repository_name(Arena *arena, const char *url)
{
    char real[PATH_MAX];
    if (!strstr(url, "://") && realpath(url, real)) {
        url = real;
    }
    const char *end = url + strlen(url);
    while (end > url && end[-1] == '/') {
        end--;
    }
    const char *start = end;
    while (start > url && start[-1] != '/' && start[-1] != ':') {
        start--;
    }
    char *name = arena_strndup(arena, start, (size_t)(end - start));
    if (str_ends(name, ".git")) {
        name[strlen(name) - 4] = '\0';
    }
    return str_empty(name) ? "repository" : name;
}

/* https://user:password@host: `ps` and errors would show it. */
static bool refuse_password(Arena *arena, const char *url, const char *flag, const char *instead,
                            Err *err)
{
    const char *clean = log_redact(arena, url);
    if (str_eq(clean, url)) {
        return true;
    }
    err_set(arena, err, ERR_INPUT, "CO1093", "%s must not hold a password", flag);
    err->hint = instead;
    return false;
}

static bool repository_from_flag(const Cli *cli, Context *context, Err *err)
{
    Arena *arena = context->arena;
    const char *url = cli->repo ? cli->repo : ".";
    if (!refuse_password(arena, url, "--repo", "set CUTOVER_GIT_TOKEN", err)) {
        return false;
    }
    Repository *repository = arena_make(arena, Repository);
    repository->name = repository_name(arena, url);
    repository->source = (GitSource){
        .name = repository->name, .url = url, .token = secret_variable("CUTOVER_GIT_TOKEN")};
    repository->config_path = "cutover.yaml";
    repository->interval_ms = INTERVAL_MS;
    repository->env = loose_env(arena, NULL);
    vec_push(arena, &context->repositories, repository);
    return true;
}

static bool materialize_from_flag(const Cli *cli, Context *context, Err *err)
{
    const char *url = cli->materialize;
    secret_variable("PGPASSWORD");
    if (url && !refuse_password(context->arena, url, "--materialize", "set PGPASSWORD", err)) {
        return false;
    }
    context->target.url = url ? url : context->target.url;
    return true;
}

/* A file that is there but not read would be worse than none. */
static bool refuse_file(const Cli *cli, Context *context, Err *err)
{
    const char *path = cli->config                     ? cli->config
                       : access(USUAL_FILE, F_OK) == 0 ? USUAL_FILE
                                                       : NULL;
    if (!path) {
        return true;
    }
    err_set(context->arena, err, ERR_INPUT, "CO1096",
            "the controller's file (%s) is not yet read in this version", path);
    err->hint = "use --repo, --materialize, PGPASSWORD, CUTOVER_GIT_TOKEN and CUTOVER_SLACK_URL";
    return false;
}

static void notifier_from_variable(Context *context)
{
    const char *url = secret_variable("CUTOVER_SLACK_URL");
    if (url && context->notifiers.count == 0) {
        Notifier slack = {.name = "slack", .type = NOTIFIER_SLACK, .url = url};
        vec_push(context->arena, &context->notifiers, slack);
    }
}

bool context_load(const Cli *cli, Arena *arena, Context *context, Diags *diags, Err *err)
{
    (void)diags;
    *context = (Context){.arena = arena,
                         .target = {.version = CUTOVER_VERSION, .stop_fd = -1},
                         .record_schema = "cutover",
                         .record_cluster = "quickstart",
                         .metrics = "0.0.0.0:9090",
                         .listen = "0.0.0.0:8080"};
    context->instance =
        arena_printf(arena, "cutover-%08llx", (unsigned long long)clock_random(UINT32_MAX));
    const char *poll = variable("CUTOVER_POLL_MS");
    if (poll && !str_to_int(poll, 1, POLL_MAX_MS, &context->poll_ms)) {
        return err_set(arena, err, ERR_INPUT, "CO1094",
                       "CUTOVER_POLL_MS is not a number of milliseconds");
    }
    if (!refuse_file(cli, context, err) || !repository_from_flag(cli, context, err) ||
        !materialize_from_flag(cli, context, err)) {
        return false;
    }
    notifier_from_variable(context);
    return true;
}

bool context_open(Context *context, Err *err)
{
    vec_each (Repository *, repository, &context->repositories) {
        (*repository)->git = git_open(context->arena, &(*repository)->source, err);
        if (!(*repository)->git) {
            return false;
        }
    }
    return true;
}

void context_log(const Cli *cli, const Context *context)
{
    (void)context;
    LogLevel level = LEVEL_INFO;
    log_level_parse(cli->log_level, &level);
    log_setup(level, !isatty(STDERR_FILENO));
}
