/*
 * A watched Git repository: a bare mirror in a cache folder for remote ones, the object database itself for
 * a folder. Every call takes the repository's own lock, so threads may share a GitRepo. No local state
 * matters: a lost or broken mirror is fetched again.
 *
 * Errors: CO6001 not reachable, CO6002 not found, CO6003 credentials, CO6004 certificate, CO6005 time,
 * CO6006 size, CO6007 address, CO6008 mirror, CO6010 revision unknown, CO6011 file or folder missing.
 */
#ifndef CUTOVER_GIT_H
#define CUTOVER_GIT_H

#include "cutover/diag.h"
#include "cutover/err.h"
#include "cutover/files.h"
#include "cutover/moment.h"
#include "cutover/vec.h"

typedef struct GitSource {
    const char *name;   /* of the repository, for messages */
    const char *url;    /* https://..., file:///..., or a folder; without credentials */
    const char *branch; /* home branch; NULL: the remote's HEAD */
    const char *username, *token, *ca; /* basic authentication; ca: PEM text; each may be NULL */
    const char *cache;                 /* folder of the mirrors; NULL: git_cache_folder() */
    int64_t timeout_ms;                /* of one fetch; 0: 5 minutes */
    int64_t max_size;                  /* bytes that one fetch may bring; 0: 512 MiB */
} GitSource;

typedef struct GitRepo GitRepo;

typedef struct GitCommit {
    const char *sha;       /* 40 hex */
    const char *short_sha; /* 7 hex */
    const char *subject, *message, *author, *email;
    Moment at;       /* when it was committed */
    const char *ref; /* what it was asked by: "main", "v1.2", "pull/17", or the short sha */
} GitCommit;

typedef VEC(GitCommit) GitCommits;

/* Exactly one is set. TEXT is what a person types: branch, tag, commit (7+ digits) or pull/17. */
typedef struct GitWanted {
    const char *branch, *tag, *commit, *text;
} GitWanted;

typedef struct GitLimits {
    int64_t file;  /* bytes of one file; 0: 16 MiB */
    int64_t files; /* number; 0: 50,000 */
    int64_t total; /* bytes; 0: 512 MiB */
} GitLimits;

/* Where mirrors lie: XDG_CACHE_HOME/cutover, /var/cache/cutover, or a private folder in TMPDIR; made when
 * absent. NULL and ERR when there is no place to write. */
const char *git_cache_folder(Arena *arena, Err *err);

/* Opens a folder's repository or the mirror of a remote one, which may still be empty. Lives in ARENA and is
 * closed with it. NULL and ERR on failure. */
GitRepo *git_open(Arena *arena, const GitSource *source, Err *err);

/* Brings branches and tags up to date; a folder needs nothing. */
bool git_fetch(GitRepo *repo, Arena *arena, Err *err);

/* The commit that WANTED names. A tag pattern gives the highest semantic version, else the newest tag. A
 * pull request's head is fetched on demand. */
bool git_resolve(GitRepo *repo, Arena *arena, const GitWanted *wanted, GitCommit *commit, Err *err);

/* Name of the home branch. */
const char *git_home_branch(GitRepo *repo, Arena *arena, Err *err);

/* One file of a commit, within LIMITS (NULL: the usual ones); NULL and ERR (ERR_NOT_FOUND) when it is not there. */
const File *git_read_file(GitRepo *repo, Arena *arena, const char *sha, const char *path,
                          const GitLimits *limits, Err *err);

/* All files below FOLDER ("." = all) with FOLDER taken off their paths, sealed. Symbolic links and
 * submodules are left out with a warning in DIAGS. ERR when a limit is passed. */
bool git_read_tree(GitRepo *repo, Arena *arena, const char *sha, const char *folder,
                   const GitLimits *limits, FileSet *files, Diags *diags, Err *err);

/* Whether ANCESTOR is DESCENDANT or lies in its history. */
bool git_is_ancestor(GitRepo *repo, Arena *arena, const char *ancestor, const char *descendant,
                     bool *yes, Err *err);

/* The first parent of COMMIT, of the same ref. False: ERR_NOT_FOUND when it has none here. */
bool git_parent(GitRepo *repo, Arena *arena, const GitCommit *commit, GitCommit *parent, Err *err);

/* The commits that UNTIL has and AFTER has not, newest first: at most 10,000. UNTIL alone when AFTER is not
 * in the repository (any more). */
bool git_between(GitRepo *repo, Arena *arena, const char *after, const char *until,
                 GitCommits *commits, Err *err);

#endif
