/* What Git tells of the way from one commit to another. */
#include "git_repo.h"

#include <git2/commit.h>
#include <git2/errors.h>
#include <git2/graph.h>
#include <git2/oid.h>
#include <git2/repository.h>
#include <git2/revwalk.h>

enum { COMMITS_MAX = 10000 };

static bool read_ids(Arena *arena, const char *old_hex, const char *new_hex, git_oid *old,
                     git_oid *new, Err *err)
{
    if (git_oid_fromstr(old, old_hex) != 0 || git_oid_fromstr(new, new_hex) != 0) {
        return err_set(arena, err, ERR_INPUT, "CO6010", "a commit has 40 hexadecimal digits");
    }
    return true;
}

static bool unreadable(Arena *arena, Err *err)
{
    return git_fail(arena, err, ERR_UNAVAILABLE, "CO6008", "the history cannot be read", NULL);
}

/* What lies behind the end of a shallow clone, which CI makes, is neither an ancestor nor none. */
static bool cut_off(Arena *arena, Err *err)
{
    return git_fail(arena, err, ERR_UNAVAILABLE, "CO6008",
                    "the clone is shallow, so that its history does not tell what came before",
                    "fetch all of it: git fetch --unshallow (in CI: fetch-depth 0)");
}

bool git_is_ancestor(GitRepo *repo, Arena *arena, const char *ancestor, const char *descendant,
                     bool *yes, Err *err)
{
    git_oid old, new;
    if (!read_ids(arena, ancestor, descendant, &old, &new, err)) {
        return false;
    }
    pthread_mutex_lock(&repo->lock);
    git_commit *known = NULL;
    int answer = git_oid_equal(&old, &new) ? 1
                 : git_commit_lookup(&known, repo->handle, &old) != 0
                     ? 0 /* gone: nobody's */
                     : git_graph_descendant_of(repo->handle, &new, &old);
    git_commit_free(known);
    bool shallow = answer != 1 && git_repository_is_shallow(repo->handle) == 1;
    pthread_mutex_unlock(&repo->lock);
    *yes = answer == 1;
    return shallow ? cut_off(arena, err) : answer >= 0 || unreadable(arena, err);
}

static bool walk(GitRepo *repo, Arena *arena, git_revwalk *way, size_t limit, GitCommits *commits)
{
    git_oid oid;
    int answer = 0;
    while (commits->count < limit && (answer = git_revwalk_next(&oid, way)) == 0) {
        git_commit *commit = NULL;
        if (git_commit_lookup(&commit, repo->handle, &oid) != 0) {
            return false;
        }
        vec_push(arena, commits, git_commit_described(arena, commit, NULL));
        git_commit_free(commit);
    }
    return answer == 0 || answer == GIT_ITEROVER;
}

bool git_between(GitRepo *repo, Arena *arena, const char *after, const char *until,
                 GitCommits *commits, Err *err)
{
    git_oid old, new;
    git_revwalk *way = NULL;
    *commits = (GitCommits){0};
    if (!read_ids(arena, after, until, &old, &new, err)) {
        return false;
    }
    pthread_mutex_lock(&repo->lock);
    bool done = git_revwalk_new(&way, repo->handle) == 0 && git_revwalk_push(way, &new) == 0;
    if (done) {
        bool known = git_revwalk_hide(way, &old) == 0;
        done = walk(repo, arena, way, known ? COMMITS_MAX : 1, commits);
    }
    git_revwalk_free(way);
    pthread_mutex_unlock(&repo->lock);
    return done || unreadable(arena, err);
}

bool git_parent(GitRepo *repo, Arena *arena, const GitCommit *commit, GitCommit *parent, Err *err)
{
    git_oid oid;
    git_commit *own = NULL, *before = NULL;
    if (!read_ids(arena, commit->sha, commit->sha, &oid, &oid, err)) {
        return false;
    }
    pthread_mutex_lock(&repo->lock);
    bool found =
        git_commit_lookup(&own, repo->handle, &oid) == 0 && git_commit_parent(&before, own, 0) == 0;
    if (found) {
        *parent = git_commit_described(arena, before, commit->ref);
    }
    git_commit_free(before);
    git_commit_free(own);
    pthread_mutex_unlock(&repo->lock);
    return found || err_set(arena, err, ERR_NOT_FOUND, "CO6010", "nothing is before commit %s",
                            commit->short_sha);
}
