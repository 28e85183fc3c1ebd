/* What the files about Git share of a repository; callers outside see only cutover/git.h. */
#ifndef CONTROLLER_GIT_REPO_H
#define CONTROLLER_GIT_REPO_H

#include "cutover/git.h"

#include <git2/types.h>
#include <pthread.h>

struct GitRepo {
    Arena *arena;
    pthread_mutex_t lock;       /* of HANDLE */
    pthread_mutex_t fetch_lock; /* a slow server must not hold up those who only read */
    GitSource source;
    bool remote;      /* has a mirror */
    const char *path; /* of the object database */
    git_repository *handle;
};

/* libgit2's last words on this thread become ERR's detail. Always false. */
bool git_fail(Arena *arena, Err *err, ErrKind kind, const char *code, const char *message,
              const char *hint);

/* COMMIT as callers see it; REF NULL: its own short name. */
GitCommit git_commit_described(Arena *arena, git_commit *commit, const char *ref);

#endif
