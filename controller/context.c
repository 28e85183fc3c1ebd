#include "context.h"

#include "loose.h"

#include "cutover/clock.h"
#include "cutover/digest.h"
#include "cutover/files_disk.h"
#include "cutover/log.h"
#include "cutover/stop.h"
#include "cutover/str.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define USUAL_FILE "/etc/cutover/config.yaml"

enum { POLL_MAX_MS = 3600000 };

static const char *variable(const char *name)
{
    const char *value = getenv(name);
    return str_empty(value) ? NULL : value;
}

static bool read_file(const Cli *cli, Context *context, Diags *diags, Err *err)
{
    const char *path = cli->config;
    if (!path && access(USUAL_FILE, F_OK) == 0) {
        path = USUAL_FILE;
    }
    if (!path) {
        return true;
    }
    const File *file = files_disk_one(context->arena, path, 0, err);
    if (!file) {
        err->code = "CO1098";
        return false;
    }
    context->settings_path = file->path;
    return settings_read(context->arena, path, file->text, file->length, &context->settings, diags);
}

/* The flags fill a key each; --repo may be left out where the file has one, or in a clone. */
static bool take_flags(const Cli *cli, Context *context, Err *err)
{
    Settings *settings = &context->settings;
    const char *repo = cli->repo ? cli->repo : settings->repositories.count == 0 ? "." : NULL;
    if (repo && !settings_set_repo(context->arena, settings, repo, err)) {
        return false;
    }
    if (cli->materialize &&
        !settings_set_materialize(context->arena, settings, cli->materialize, err)) {
        return false;
    }
    settings_set_variables(context->arena, settings, variable);
    log_secret(variable("PGPASSWORD")); /* libpq reads it by itself */
    return true;
}

static bool add_repository(Context *context, const RepositorySettings *from, Err *err)
{
    Arena *arena = context->arena;
    Repository *repository = arena_make(arena, Repository);
    GitSource *source = &repository->source;
    *source = (GitSource){.name = from->name,
                          .url = from->url,
                          .branch = from->branch,
                          .username = from->username,
                          .max_size = from->max_size};
    const char *key = arena_printf(arena, "repositories.%s", from->name);
    if (!secret_read(arena, &from->token, arena_printf(arena, "%s.token", key), &source->token,
                     err) ||
        !secret_read(arena, &from->ca, arena_printf(arena, "%s.ca", key), &source->ca, err)) {
        return false;
    }
    repository->name = from->name;
    repository->config_path = from->path;
    repository->interval_ms = from->interval * 1000;
    repository->environments = from->environments;
    repository->env = loose_env(arena, &from->env);
    repository->limits =
        (GitLimits){.file = context->settings.limit_file, .files = context->settings.limit_files};
    vec_push(arena, &context->repositories, repository);
    return true;
}

static bool add_notifier(Context *context, const NotifierSettings *from, Err *err)
{
    Arena *arena = context->arena;
    const char *key = arena_printf(arena, "notifiers.%s", from->name);
    Notifier notifier = {.name = from->name,
                         .type = notifier_type(from->type),
                         .events = from->events,
                         .environments = from->environments,
                         .quiet = from->quiet};
    if (!secret_read(arena, &from->url, arena_printf(arena, "%s.url", key), &notifier.url, err) ||
        !secret_read(arena, &from->secret, arena_printf(arena, "%s.secret", key), &notifier.secret,
                     err)) {
        return false;
    }
    vec_push(arena, &context->notifiers, notifier);
    return true;
}

static bool resolve(Context *context, Err *err)
{
    const Settings *settings = &context->settings;
    vec_each (const RepositorySettings, repository, &settings->repositories) {
        if (!add_repository(context, repository, err)) {
            return false;
        }
    }
    vec_each (const NotifierSettings, notifier, &settings->notifiers) {
        if (!add_notifier(context, notifier, err)) {
            return false;
        }
    }
    context->target.url = settings->materialize_url;
    return secret_read(context->arena, &settings->materialize_password, "materialize.password",
                       &context->target.password, err);
}

bool context_load(const Cli *cli, Arena *arena, Context *context, Diags *diags, Err *err)
{
    *context = (Context){.arena = arena,
                         .settings = settings_default(),
                         .target = {.version = CUTOVER_VERSION, .stop_fd = -1}};
    if (!str_eq(cli->command, "run") && !str_eq(cli->command, "apply")) {
        context->target.stop_fd = stop_fd(); /* who only reads may stop at once */
    }
    context->instance =
        arena_printf(arena, "cutover-%08llx", (unsigned long long)clock_random(UINT32_MAX));
    const char *poll = variable("CUTOVER_POLL_MS");
    if (poll && !str_to_int(poll, 1, POLL_MAX_MS, &context->poll_ms)) {
        return err_set(arena, err, ERR_INPUT, "CO1094",
                       "CUTOVER_POLL_MS is not a number of milliseconds");
    }
    return read_file(cli, context, diags, err) && take_flags(cli, context, err) &&
           resolve(context, err);
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

const char *context_fingerprint(const Context *context, Arena *arena)
{
    Err ignored = {0};
    const File *file =
        context->settings_path ? files_disk_one(arena, context->settings_path, 0, &ignored) : NULL;
    return arena_printf(arena, "%s %s", file ? digest_sha256(arena, file->text, file->length) : "",
                        settings_fingerprint(arena, &context->settings));
}

void context_log(const Cli *cli, const Context *context)
{
    LogLevel level = LEVEL_INFO;
    const char *format = context->settings.log_format;
    log_level_parse(cli->log_level ? cli->log_level : context->settings.log_level, &level);
    log_setup(level, format ? str_eq(format, "json") : !isatty(STDERR_FILENO));
}
