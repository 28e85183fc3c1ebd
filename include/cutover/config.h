/*
 * cutover.yaml of the watched repository: what is deployed, and how (docs/interface.md section 1).
 * All keys are known from the start; one whose feature does not exist yet is refused, never ignored.
 */
#ifndef CUTOVER_CONFIG_H
#define CUTOVER_CONFIG_H

#include "cutover/decode.h"
#include "cutover/diag.h"
#include "cutover/select.h"
#include "cutover/windows.h"
#include "cutover/yaml.h"

typedef struct ClusterConfig {
    const char *name;
    const char *size;           /* "200cc", or NULL: as it is */
    int64_t replication_factor; /* -1: as it is, or 1 for a new one */
} ClusterConfig;

typedef enum DriftKind {
    DRIFT_DEFINITIONS,
    DRIFT_INDEXES,
    DRIFT_GRANTS,
    DRIFT_CLUSTERS,
    DRIFT_COMMENTS,
    DRIFT_OTHER,
    DRIFT_KINDS
} DriftKind;

typedef struct EnvironmentConfig {
    const char *name;
    int line;                          /* in cutover.yaml */
    const char *branch, *tag, *commit; /* exactly one is set */
    const char *target;                /* dbt target; the environment's name when not given */
    const Yaml *vars;                  /* map or NULL */
    VEC(ClusterConfig) clusters;
    const char *green_pattern; /* "{name}_green" */
    const char *blue_pattern;  /* "{name}_blue_g{n}" */
    const char *replace;       /* "never" | "cheaper"; NULL: never */
    int64_t max_drops;
    double max_cost;                             /* credits; 0: no cap */
    int64_t hydration_deadline, lag, settle;     /* seconds */
    const Yaml *select, *exclude, *chosen_tests; /* as written */
    const SelectWanted *selection; /* NULL: everything is deployed, and all tests count */
    bool tests;                    /* false: `tests: none` */
    bool checks_given;             /* false: all that touch this environment */
    StrVec checks;                 /* names */
    int64_t canary;                /* seconds; 0: none */
    StrVec canary_grant;           /* roles that may read green meanwhile */
    const char *promotion;         /* "auto" | "manual" */
    int64_t approvals;             /* that a manual promotion needs */
    Windows windows;
    VEC(const Windows *) windows_floor; /* of the controller's file; must be open too */
    int64_t soak_floor;                 /* seconds; nobody ends the soak before */
    StrVec checks_forced;               /* run even when nothing that they read is rebuilt */
    int64_t soak, drain, promote_within, keep_failed; /* seconds */
    const Yaml *drift_given;
    const char *drift[DRIFT_KINDS]; /* "report" | "alert" | "heal", of each kind; NULL: alert */
    bool notify_given;
    StrVec notify; /* names of notifiers */
} EnvironmentConfig;

typedef struct CheckConfig {
    const char *name;
    int line;
    const char *sql;    /* template */
    const char *expect; /* "empty" or "<op> value" */
    int64_t timeout;    /* seconds */
    int64_t retries;
    const char *severity; /* "error" | "warn" */
    bool warn;
} CheckConfig;

typedef struct RepoConfig {
    int64_t version;
    const char *project_path; /* "." */
    const char *manifest;     /* below project_path; NULL: the sources are read */
    VEC(EnvironmentConfig) environments;
    VEC(CheckConfig) checks;
} RepoConfig;

/* Decodes the text of cutover.yaml; FILE is its name in findings. NULL when there are errors. */
RepoConfig *config_read(Arena *arena, const char *file, const char *text, size_t length,
                        Diags *diags);

/* Reads the texts of WINDOWS, which stand at VALUE under the key PATH.windows; findings when they cannot be read. */
void config_check_windows(Decode *decode, const Yaml *value, const char *path, Windows *windows);

const EnvironmentConfig *config_environment(const RepoConfig *config, const char *name);
const CheckConfig *config_check(const RepoConfig *config, const char *name);
/* "never" or "cheaper": whether a materialized view may be replaced where it is. */
const char *config_replace(const EnvironmentConfig *environment);
/* How many people must approve before a cutover. */
int64_t config_approvals(const EnvironmentConfig *environment);

const ClusterConfig *config_cluster(const EnvironmentConfig *environment, const char *name);

/* "report", "alert" or "heal": what happens to drift of KIND ("grants"). */
const char *config_drift(const EnvironmentConfig *environment, const char *kind);

/* A pattern such as "{name}_blue_g{n}" filled in. */
char *config_pattern(Arena *arena, const char *pattern, const char *name, int64_t n);

#endif
