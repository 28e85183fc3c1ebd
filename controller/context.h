/*
 * All that a command or the controller needs to know about its surroundings: repositories, Materialize,
 * notifiers, listeners; from the flags, the controller's file and the environment. Built whole, then
 * never changed: a new file makes a new one.
 */
#ifndef CUTOVER_CONTEXT_H
#define CUTOVER_CONTEXT_H

#include "cutover/cli.h"
#include "cutover/config.h"
#include "cutover/git.h"
#include "cutover/notify.h"
#include "cutover/pass.h"
#include "cutover/pg.h"
#include "cutover/settings.h"

typedef struct Repository {
    const char *name;
    GitSource source;
    GitRepo *git;
    const char *config_path; /* cutover.yaml */
    int64_t interval_ms;     /* between fetches */
    StrVec environments;     /* globs of those it may define; empty: all */
    const Map *env;          /* what env_var() sees */
    GitLimits limits;
} Repository;

typedef struct Context {
    Arena *arena;
    Settings settings; /* secrets as references; below they are read */
    VEC(Repository *) repositories;
    PgTarget target;
    Notifiers notifiers;
    const char *instance;      /* writer in the log: of this process alone */
    const char *settings_path; /* of the controller's file, or NULL */
    int64_t poll_ms;           /* upper bound of every pause, for tests; 0: none */
} Context;

/* Reads everything for CLI. The context lives in ARENA. False: ERR or DIAGS say why. */
bool context_load(const Cli *cli, Arena *arena, Context *context, Diags *diags, Err *err);

/* Opens the repositories; commands that never look at Git leave it out. */
bool context_open(Context *context, Err *err);

/* Changes when the controller's file or one of its secrets does. */
const char *context_fingerprint(const Context *context, Arena *arena);

/* Sets up the log as --log-level and the file say; JSON unless stderr is a terminal. */
void context_log(const Cli *cli, const Context *context);

/* One environment of one repository, and the commit that it should be at. All of it lives in one arena. */
typedef struct Wanted {
    Arena *arena;
    const Repository *repository;
    RepoConfig *home;   /* cutover.yaml of the home branch: who exists, which ref */
    RepoConfig *config; /* of the commit */
    const EnvironmentConfig *environment; /* in CONFIG */
    const PlanClaims *others;             /* what other environments own; NULL: not known */
    GitCommit commit;                     /* sha NULL: loose files */
    FileSet files;                        /* of the project */
    const Map *env;
    bool follows;  /* what the environment's ref says; after a way back another is wanted instead */
    bool columns;  /* people will read the plan: what becomes of columns is asked */
    bool proposed; /* only looked at: it need not descend from what is live */
    bool in_force; /* read for what is under way: see wanted_in_force() */
    const char *passed_by; /* why COMMIT is an earlier one than the ref says; else NULL */
    GitCommit denied;      /* what the ref says, when COMMIT is wanted instead; else sha NULL */
} Wanted;

/* cutover.yaml of the home branch. NULL: ERR, or findings in DIAGS. */
RepoConfig *wanted_home(const Repository *repository, Arena *arena, Diags *diags, Err *err);

/* The same; but where its findings are those of a commit that cannot be understood, the nearest one before holds, and *WHY says
 * so (else NULL). */
RepoConfig *wanted_home_in_force(const Repository *repository, Arena *arena, const char **why,
                                 Diags *diags, Err *err);

/* Resolves the ref of the environment NAME (or REVISION, when it is set) and reads the project there. */
bool wanted_read(const Repository *repository, Arena *arena, const char *name, const char *revision,
                 Wanted *wanted, Diags *diags, Err *err);

/* The same for what is under way, which no commit may stop whose cutover.yaml cannot be understood: that is passed by. */
bool wanted_in_force(const Repository *repository, Arena *arena, const char *name, Wanted *wanted,
                     Diags *diags, Err *err);

/* The project at that commit. NULL: findings in DIAGS. */
const Desired *wanted_project(Arena *arena, const Wanted *wanted, Diags *diags);

/* The input of a pass over WANTED. */
PassInput wanted_pass(const Context *context, const Wanted *wanted, PassMode mode,
                      int64_t *writer_seq);

#endif
