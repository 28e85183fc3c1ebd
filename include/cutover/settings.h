/*
 * The controller's own file (docs/interface.md section 2): which repositories, how Materialize is reached, who is
 * told, where it listens. It is never in the watched repository. Without a file the same struct is filled
 * from flags and environment. Secrets are references; they are read when they are used.
 */
#ifndef CUTOVER_SETTINGS_H
#define CUTOVER_SETTINGS_H

#include "cutover/decode.h"
#include "cutover/err.h"
#include "cutover/floors.h"
#include "cutover/permits.h"
#include "cutover/vec.h"

typedef struct RepositorySettings {
    const char *name;
    const char *url;     /* without credentials */
    const char *path;    /* "cutover.yaml" */
    const char *branch;  /* home branch; NULL: the remote's HEAD */
    StrVec environments; /* globs; empty: all */
    int64_t interval;    /* seconds */
    const char *username;
    SecretRef token, ca; /* ca: PEM text */
    StrVec env;          /* globs of names that env_var() may see; empty: the default */
    int64_t max_size;    /* bytes of the mirror */
} RepositorySettings;

/* Floors of the environments whose names match a glob; NULL: not given. */
typedef struct PolicySettings {
    const char *environments;
    const char *permits;                   /* "commit" | "approval" */
    const char *history;                   /* "descend" | "any" */
    const char *introspection;             /* "deny" | "allow" */
    const char *promotion, *tests, *hooks; /* words */
    Windows windows;
    StrVec schemas, clusters;
    Floors floors; /* what all of it comes to */
} PolicySettings;

typedef struct NotifierSettings {
    const char *name;
    const char *type; /* "slack" | "webhook" | "teams" | "discord" */
    SecretRef url, secret;
    StrVec events, environments; /* globs; empty: the default */
    Windows quiet;
} NotifierSettings;

typedef struct Settings {
    int64_t version;
    VEC(RepositorySettings) repositories;
    const char *materialize_url; /* NULL: PG* environment */
    SecretRef materialize_password;
    const char *record_cluster, *record_schema;
    int64_t retention;            /* seconds; of rows of the record */
    const char *listen, *metrics; /* "host:port"; NULL: none */
    VEC(NotifierSettings) notifiers;
    VEC(PolicySettings) policies;
    const char *log_level;
    const char *log_format;          /* "json" | "text"; NULL: as stderr is */
    int64_t limit_file, limit_files; /* of a project: bytes, number */
    int64_t limit_steps;             /* of its Jinja; 0: the reader's own */
} Settings;

/* The settings of an empty file. */
Settings settings_default(void);

/* Decodes the file's TEXT; FILE is its name in findings, which show no line of it: a secret could stand there.
 * False: DIAGS hold errors. */
bool settings_read(Arena *arena, const char *file, const char *text, size_t length,
                   Settings *settings, Diags *diags);

/* What all policies that match ENVIRONMENT demand of permits. */
PermitPolicy settings_permits(const Settings *settings, const char *environment);

/* The floors of all policies that match ENVIRONMENT. */
const Floors *settings_floors(Arena *arena, const Settings *settings, const char *environment);

/* Some policy that matches ENVIRONMENT lets templates ask the live database, and none forbids it. */
bool settings_introspection(const Settings *settings, const char *environment);

/* --repo: the one repository that is meant, of the file when its name or address is given, else a new one. CO1093:
 * the address holds a password. */
bool settings_set_repo(Arena *arena, Settings *settings, const char *url, Err *err);

/* --materialize. CO1093 as above. */
bool settings_set_materialize(Arena *arena, Settings *settings, const char *url, Err *err);

/* CUTOVER_SLACK_URL and CUTOVER_GIT_TOKEN, by GET (getenv()): a notifier when there is none, and the token of
 * the only repository when it has none. */
void settings_set_variables(Arena *arena, Settings *settings, const char *(*get)(const char *name));

/* False when the address holds a password or a token, which `ps` and errors would show. */
bool settings_address_is_clean(Arena *arena, const char *url);

static inline bool secret_given(const SecretRef *ref)
{
    return ref->env || ref->file;
}

/* The secret as it is now, without one newline at its end; from then on logs mask it. WHAT names its key in
 * errors. *TEXT is NULL when REF is not given. CO1017: the variable or file is missing, empty or too large. */
bool secret_read(Arena *arena, const SecretRef *ref, const char *what, const char **text, Err *err);

/* Changes whenever a file that SETTINGS names as a secret does. */
char *settings_fingerprint(Arena *arena, const Settings *settings);

#endif
