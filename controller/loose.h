/* A project as it lies on disk, committed or not: for compile, validate and plan --project. */
#ifndef CUTOVER_LOOSE_H
#define CUTOVER_LOOSE_H

#include "cutover/cli.h"
#include "cutover/config.h"
#include "cutover/dbt.h"
#include "cutover/files.h"

typedef struct Loose {
    const char *folder; /* of dbt_project.yml */
    FileSet files;
    RepoConfig *config;      /* of cutover.yaml in FOLDER or above; NULL: there is none */
    const FileSet *profiles; /* of DBT_PROFILES_DIR or ~/.dbt, or NULL */
    const Map *env;          /* what env_var() sees */
    const Yaml *vars;        /* of --vars, or NULL */
} Loose;

/* Reads what --project (default: the folder we are in) names. False: ERR is set, or DIAGS holds errors. */
bool loose_read(const Cli *cli, Loose *loose, Diags *diags, Err *err);

/* The options for one rendering. ENVIRONMENT may be NULL; --target and --vars win over it. */
DbtOptions loose_options(const Cli *cli, const Loose *loose, const EnvironmentConfig *environment);

/* --environment, which must be one of cutover.yaml; NULL without it: there is none, and --target rules. */
bool loose_environment(const Cli *cli, const Loose *loose, const EnvironmentConfig **found,
                       Err *err);

/* Tells on stderr what stopped us; the exit code. */
int loose_stopped(const Cli *cli, const Diags *diags, const Err *err);

/* The process's variables whose names match PATTERNS (globs; NULL: DBT_*), never DBT_ENV_SECRET_*. */
const Map *loose_env(Arena *arena, const StrVec *patterns);

/* profiles.yml of DBT_PROFILES_DIR, else of ~/.dbt; NULL when there is none. */
const FileSet *loose_profiles(Arena *arena);

#endif
