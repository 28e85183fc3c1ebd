/* From Git to what a pass is given: which environments exist, which commit each should be at, its files. */
#include "apart.h"
#include "context.h"

#include "cutover/clock.h"
#include "cutover/dbt.h"
#include "cutover/str.h"

#include <string.h>

#define PASSED_BY_MOST 20

static RepoConfig *read_config(const Repository *repository, Arena *arena, const GitCommit *commit,
                               Diags *diags, Err *err)
{
    const File *file =
        git_read_file(repository->git, arena, commit->sha, repository->config_path, NULL, err);
    if (!file) {
        if (err->kind == ERR_NOT_FOUND) {
            err->hint = "commit a cutover.yaml (docs/interface.md section 1.1 shows a minimal one)";
        }
        return NULL;
    }
    return config_read(arena, repository->config_path, file->text, file->length, diags);
}

/* The nearest before COMMIT, which it then is. NULL: none of the last ones can be read. */
static RepoConfig *read_before(const Repository *repository, Arena *arena, GitCommit *commit)
{
    RepoConfig *config = NULL;
    Err err = {0};
    for (int i = 0; !config && i < PASSED_BY_MOST && err.kind == ERR_NONE; i++) {
        Diags diags = diags_new(arena);
        GitCommit before;
        if (git_parent(repository->git, arena, commit, &before, &err)) {
            *commit = before;
            config = read_config(repository, arena, commit, &diags, &err);
            err.kind = err.kind == ERR_NOT_FOUND ? ERR_NONE : err.kind;
        }
    }
    return config;
}

/* FIRST: what is wrong with it; NULL: it is not there, and ERR says so. */
static const char *passed_by(Arena *arena, const GitCommit *commit, const Diag *first,
                             const Err *err)
{
    const char *what = first ? arena_printf(arena, "%s: %s (%s:%d:%d)", first->code, first->message,
                                            first->file, first->line, first->column)
                             : arena_printf(arena, "%s: %s", err->code, err->message);
    return arena_printf(arena,
                        "cutover.yaml of %s cannot be read: nothing new begins until a fix is "
                        "pushed. %s",
                        commit->short_sha, what);
}

/* In force: what cannot be understood changes nothing; *WHY tells of it, and COMMIT is the one before. */
static RepoConfig *read_in_force(const Repository *repository, Arena *arena, GitCommit *commit,
                                 const char **why, Diags *diags, Err *err)
{
    Diags own = diags_new(arena);
    RepoConfig *config = read_config(repository, arena, commit, &own, err);
    GitCommit before = *commit;
    const Diag *first = diags_first(&own, DIAG_ERROR);
    bool unclear = !config && (err->kind == ERR_NOT_FOUND || (err->kind == ERR_NONE && first));
    if (unclear && (config = read_before(repository, arena, &before))) {
        *why = passed_by(arena, commit, first, err);
        *commit = before;
        *err = (Err){0};
        return config;
    }
    diags_take(diags, &own);
    return config;
}

static bool find_home(const Repository *repository, Arena *arena, GitCommit *commit, Err *err)
{
    const char *branch = git_home_branch(repository->git, arena, err);
    return branch &&
           git_resolve(repository->git, arena, &(GitWanted){.branch = branch}, commit, err);
}

RepoConfig *wanted_home(const Repository *repository, Arena *arena, Diags *diags, Err *err)
{
    GitCommit commit;
    return find_home(repository, arena, &commit, err)
               ? read_config(repository, arena, &commit, diags, err)
               : NULL;
}

RepoConfig *wanted_home_in_force(const Repository *repository, Arena *arena, const char **why,
                                 Diags *diags, Err *err)
{
    GitCommit commit;
    *why = NULL;
    return find_home(repository, arena, &commit, err)
               ? read_in_force(repository, arena, &commit, why, diags, err)
               : NULL;
}

static bool no_environment(Arena *arena, const RepoConfig *config, const char *name,
                           const char *where, Err *err)
{
    StrVec known = {0};
    vec_each (EnvironmentConfig, it, &config->environments) {
        vec_push(arena, &known, it->name);
    }
    err_set(arena, err, ERR_NOT_FOUND, "CO1092", "cutover.yaml %s has no environment \"%s\"", where,
            name);
    err->hint = arena_printf(arena, "it has: %s", str_join(arena, &known, ", "));
    return false;
}

/* Who exists and which ref it follows says the home branch; everything else says the commit itself. */
static bool resolve(const Repository *repository, Arena *arena, const char *name,
                    const char *revision, Wanted *wanted, Err *err)
{
    const EnvironmentConfig *home = config_environment(wanted->home, name);
    if (!home) {
        return no_environment(arena, wanted->home, name, "on the home branch", err);
    }
    GitWanted ref = {.text = revision};
    if (!revision) {
        ref = (GitWanted){.branch = home->branch, .tag = home->tag, .commit = home->commit};
    }
    return git_resolve(repository->git, arena, &ref, &wanted->commit, err);
}

/* dbt writes it to target/, which holds nothing else that a project is read from. */
static bool add_manifest(Arena *arena, Wanted *wanted, Err *err)
{
    const Repository *repository = wanted->repository;
    const RepoConfig *config = wanted->config;
    if (!config->manifest || files_get(&wanted->files, config->manifest)) {
        return true;
    }
    const char *path = str_eq(config->project_path, ".")
                           ? config->manifest
                           : arena_printf(arena, "%s/%s", config->project_path, config->manifest);
    const File *file =
        git_read_file(repository->git, arena, wanted->commit.sha, path, &repository->limits, err);
    if (file) {
        files_add(arena, &wanted->files, (File){config->manifest, file->text, file->length});
    }
    if (!file && err->kind == ERR_NOT_FOUND) {
        *err = (Err){0}; /* whoever reads the project says it better */
        return true;
    }
    return file;
}

/* Everything else, once the commit and its cutover.yaml are known. */
static bool read_rest(const Repository *repository, Arena *arena, const char *name, Wanted *wanted,
                      Diags *diags, Err *err)
{
    if (!wanted->config) {
        return false;
    }
    wanted->environment = config_environment(wanted->config, name);
    if (!wanted->environment) {
        return no_environment(arena, wanted->config, name,
                              arena_printf(arena, "at %s", wanted->commit.short_sha), err);
    }
    return git_read_tree(repository->git, arena, wanted->commit.sha, wanted->config->project_path,
                         &repository->limits, &wanted->files, diags, err) &&
           add_manifest(arena, wanted, err);
}

/* Whoever names a commit asks nothing of the newest one. */
bool wanted_read(const Repository *repository, Arena *arena, const char *name, const char *revision,
                 Wanted *wanted, Diags *diags, Err *err)
{
    const char *why;
    *wanted = (Wanted){
        .arena = arena, .repository = repository, .env = repository->env, .follows = !revision};
    wanted->home = revision ? wanted_home_in_force(repository, arena, &why, diags, err)
                            : wanted_home(repository, arena, diags, err);
    if (!wanted->home || !resolve(repository, arena, name, revision, wanted, err)) {
        return false;
    }
    wanted->config = read_config(repository, arena, &wanted->commit, diags, err);
    return read_rest(repository, arena, name, wanted, diags, err);
}

/* A ref that is gone wants nothing either; what stands on the home branch says how to go on. */
static bool resolve_in_force(const Repository *repository, Arena *arena, const char *name,
                             Wanted *wanted, Err *err)
{
    if (resolve(repository, arena, name, NULL, wanted, err)) {
        return true;
    }
    if (err->kind != ERR_NOT_FOUND || !config_environment(wanted->home, name)) {
        return false;
    }
    wanted->passed_by = arena_printf(arena, "%s: nothing new begins until it has. %s: %s",
                                     err->message, err->code, err->hint ? err->hint : "");
    return find_home(repository, arena, &wanted->commit, err);
}

bool wanted_in_force(const Repository *repository, Arena *arena, const char *name, Wanted *wanted,
                     Diags *diags, Err *err)
{
    *wanted = (Wanted){.arena = arena,
                       .repository = repository,
                       .env = repository->env,
                       .follows = true,
                       .in_force = true};
    wanted->home = wanted_home_in_force(repository, arena, &wanted->passed_by, diags, err);
    if (!wanted->home || !resolve_in_force(repository, arena, name, wanted, err)) {
        return false;
    }
    wanted->config =
        read_in_force(repository, arena, &wanted->commit, &wanted->passed_by, diags, err);
    return read_rest(repository, arena, name, wanted, diags, err);
}

const Desired *wanted_project(Arena *arena, const Wanted *wanted, Diags *diags)
{
    const EnvironmentConfig *e = wanted->environment;
    DbtOptions options = {.files = &wanted->files,
                          .target = e->target ? e->target : e->name,
                          .vars = e->vars,
                          .env = wanted->env,
                          .manifest = wanted->config->manifest,
                          .select = e->selection,
                          .halves = halves_apart};
    DbtProject *project = dbt_read(arena, &options, diags);
    return project ? project->desired : NULL;
}

static bool read_history(void *ctx, Arena *arena, const char *live, PermitHistory *history,
                         Err *err)
{
    const Wanted *wanted = ctx;
    GitRepo *git = wanted->repository->git;
    GitCommits commits;
    history->proposed = wanted->proposed;
    if (!git_is_ancestor(git, arena, live, wanted->commit.sha, &history->descends, err) ||
        !git_between(git, arena, live, wanted->commit.sha, &commits, err)) {
        return false;
    }
    vec_each (GitCommit, it, &commits) {
        permits_in_message(arena, it->message, it->short_sha, &history->trailers);
    }
    return true;
}

static bool read_project(void *ctx, Arena *arena, const char *commit, PassProject *project,
                         Err *err)
{
    const Wanted *wanted = ctx;
    Wanted *other = arena_make(arena, Wanted);
    Diags diags = diags_new(arena);
    *project = (PassProject){0};
    if (!wanted_read(wanted->repository, arena, wanted->environment->name, commit, other, &diags,
                     err)) {
        return false;
    }
    *project = (PassProject){other->config, other->environment, &other->files};
    return true;
}

static PassCommit pass_commit(const GitCommit *commit)
{
    return (PassCommit){commit->sha,   commit->short_sha, commit->subject, commit->author,
                        commit->email, commit->ref,       commit->at};
}

PassInput wanted_pass(const Context *context, const Wanted *wanted, PassMode mode,
                      int64_t *writer_seq)
{
    return (PassInput){
        .mode = mode,
        .config = wanted->config,
        .environment = wanted->environment,
        .others = wanted->others,
        .repository = wanted->repository ? wanted->repository->name : "",
        .commit = pass_commit(&wanted->commit),
        .follows = wanted->follows,
        .denied = pass_commit(&wanted->denied),
        .passed_by = wanted->passed_by,
        .history = wanted->repository ? read_history : NULL,
        .read_project = wanted->repository ? read_project : NULL,
        .git_ctx = (void *)(uintptr_t)wanted,
        .permits = settings_permits(&context->settings, wanted->environment->name),
        .floors = settings_floors(wanted->arena, &context->settings, wanted->environment->name),
        .introspection = settings_introspection(&context->settings, wanted->environment->name),
        .columns = wanted->columns,
        .files = &wanted->files,
        .env = wanted->env,
        .record_schema = context->settings.record_schema,
        .record_cluster = context->settings.record_cluster,
        .retention = context->settings.retention,
        .steps = context->settings.limit_steps,
        .instance = context->instance,
        .writer_seq = writer_seq,
        .version = CUTOVER_VERSION,
        .seed = (uint64_t)clock_random(INT64_MAX),
    };
}
