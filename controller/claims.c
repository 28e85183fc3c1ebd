#include "claims.h"

#include "cutover/dbt.h"
#include "cutover/str.h"

#include <pthread.h>
#include <stdlib.h>

/* Of one environment. */
typedef struct Entry {
    Arena *arena; /* of all it holds */
    const Repository *repository;
    const char *commit;
    PlanClaim claim;
} Entry;

struct Claims {
    pthread_mutex_t lock;
    Arena *arena; /* of the list */
    VEC(Entry) entries;
};

Claims *claims_new(void)
{
    Arena *arena = arena_new();
    Claims *claims = arena_make(arena, Claims);
    claims->arena = arena;
    pthread_mutex_init(&claims->lock, NULL);
    return claims;
}

void claims_free(Claims *claims)
{
    vec_each (Entry, it, &claims->entries) {
        arena_free(it->arena);
    }
    pthread_mutex_destroy(&claims->lock);
    arena_free(claims->arena);
}

static void copy_owned(Arena *arena, PlanClaim *to, const PlanOwnedList *owned)
{
    vec_each (PlanOwned, it, owned) {
        const char *database = it->database ? arena_strdup(arena, it->database) : NULL;
        vec_push(arena, &to->owned, ((PlanOwned){database, arena_strdup(arena, it->name)}));
    }
}

/* ---- looking ---- */

static Entry *entry_of(Claims *claims, const char *environment)
{
    vec_each (Entry, it, &claims->entries) {
        if (str_eq(it->claim.environment, environment)) {
            return it;
        }
    }
    return NULL;
}

static Entry read_entry(const Target *target, const char *commit)
{
    Arena *scratch = arena_new();
    Diags diags = diags_new(scratch);
    Err err = {0};
    Wanted wanted;
    Entry entry = {.arena = arena_new(), .repository = target->repository};
    entry.commit = arena_strdup(entry.arena, commit);
    entry.claim.environment = arena_strdup(entry.arena, target->environment);
    bool read = wanted_read(target->repository, scratch, target->environment, commit, &wanted,
                            &diags, &err);
    const Desired *desired = read ? wanted_project(scratch, &wanted, &diags) : NULL;
    if (desired) {
        PlanOwnedList owned = plan_owned(scratch, desired, wanted.environment);
        copy_owned(entry.arena, &entry.claim, &owned);
    }
    arena_free(scratch);
    return entry;
}

static void put(Claims *claims, Entry entry)
{
    pthread_mutex_lock(&claims->lock);
    Entry *known = entry_of(claims, entry.claim.environment);
    if (known) {
        arena_free(known->arena);
        *known = entry;
    } else {
        vec_push(claims->arena, &claims->entries, entry);
    }
    pthread_mutex_unlock(&claims->lock);
}

static void look_at(Claims *claims, const RepoConfig *home, const Target *target)
{
    const EnvironmentConfig *e = config_environment(home, target->environment);
    const Entry *known = entry_of(claims, target->environment);
    Arena *scratch = arena_new();
    GitWanted ref = {.branch = e->branch, .tag = e->tag, .commit = e->commit};
    GitCommit commit;
    Err err = {0};
    if (git_resolve(target->repository->git, scratch, &ref, &commit, &err) &&
        !(known && str_eq(known->commit, commit.sha))) {
        put(claims, read_entry(target, commit.sha));
    }
    arena_free(scratch);
}

static void forget_others(Claims *claims, const Repository *repository, const Targets *targets)
{
    pthread_mutex_lock(&claims->lock);
    for (size_t i = claims->entries.count; i-- > 0;) {
        Entry *it = &claims->entries.items[i];
        if (it->repository == repository && !targets_have(targets, it->claim.environment)) {
            arena_free(it->arena);
            *it = vec_last(&claims->entries);
            claims->entries.count--;
        }
    }
    pthread_mutex_unlock(&claims->lock);
}

void claims_look(Claims *claims, const Repository *repository, const RepoConfig *home,
                 const Targets *targets)
{
    forget_others(claims, repository, targets);
    vec_each (Target, it, targets) {
        if (it->repository == repository) {
            look_at(claims, home, it);
        }
    }
}

void claims_look_everywhere(Claims *claims, const Context *context)
{
    Arena *scratch = arena_new();
    vec_each (Repository *, it, &context->repositories) {
        Diags diags = diags_new(scratch);
        Err err = {0};
        Targets targets = {0};
        const RepoConfig *home = (*it)->git ? wanted_home(*it, scratch, &diags, &err) : NULL;
        if (home) {
            targets_of(*it, scratch, home, NULL, &targets);
            claims_look(claims, *it, home, &targets);
        }
    }
    arena_free(scratch);
}

/* ---- asking ---- */

PlanClaims *claims_of_others(Claims *claims, Arena *arena, const char *but)
{
    PlanClaims *all = arena_make(arena, PlanClaims);
    pthread_mutex_lock(&claims->lock);
    vec_each (Entry, it, &claims->entries) {
        if (!str_eq(it->claim.environment, but)) {
            PlanClaim claim = {.environment = arena_strdup(arena, it->claim.environment)};
            copy_owned(arena, &claim, &it->claim.owned);
            vec_push(arena, all, claim);
        }
    }
    pthread_mutex_unlock(&claims->lock);
    return all;
}

Diags claims_shared(Claims *claims, Arena *arena)
{
    Diags diags = diags_new(arena);
    plan_find_shared(arena, claims_of_others(claims, arena, NULL), &diags);
    return diags;
}
