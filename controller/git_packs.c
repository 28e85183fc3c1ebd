#include "git_packs.h"

#include "git_cache.h"

#include "cutover/clock.h"
#include "cutover/str.h"

#include <dirent.h>
#include <git2/errors.h>
#include <git2/odb.h>
#include <git2/odb_backend.h>
#include <git2/pack.h>
#include <git2/repository.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MANY = 32 };

#define SMALL_BYTES ((int64_t)16 << 20) /* what a large one holds is not written again and again */

static const char *with_suffix(Arena *arena, const char *pack, const char *suffix)
{
    return arena_printf(arena, "%s.%s", pack, suffix);
}

/* Paths without their suffix. */
static StrVec small_packs(Arena *arena, const char *folder)
{
    StrVec packs = {0};
    DIR *dir = opendir(folder);
    struct dirent *entry;
    while (dir && (entry = readdir(dir))) {
        struct stat info;
        if (!str_ends(entry->d_name, ".idx")) {
            continue;
        }
        size_t length = strlen(entry->d_name) - strlen(".idx");
        const char *pack = arena_printf(arena, "%s/%.*s", folder, (int)length, entry->d_name);
        if (stat(with_suffix(arena, pack, "pack"), &info) == 0 && info.st_size < SMALL_BYTES) {
            vec_push(arena, &packs, pack);
        }
    }
    if (dir) {
        closedir(dir);
    }
    return packs;
}

static bool open_packs(Arena *arena, git_odb *odb, const StrVec *packs)
{
    vec_each (const char *, pack, packs) {
        git_odb_backend *backend = NULL;
        if (git_odb_backend_one_pack(&backend, with_suffix(arena, *pack, "idx")) != 0 ||
            git_odb_add_backend(odb, backend, 1) != 0) {
            return false;
        }
    }
    return true;
}

static int add_object(const git_oid *id, void *builder)
{
    return git_packbuilder_insert(builder, id, NULL);
}

/* The new pack is whole, and has its name, before the old ones go. */
static void remove_packs(Arena *arena, const StrVec *packs, const char *but)
{
    vec_each (const char *, pack, packs) {
        if (!str_ends(*pack, but)) {
            unlink(with_suffix(arena, *pack, "idx"));
            unlink(with_suffix(arena, *pack, "pack"));
        }
    }
}

static bool merge(Arena *arena, git_repository *repo, const StrVec *packs)
{
    git_odb *odb = NULL;
    git_packbuilder *builder = NULL;
    bool done = git_odb_new(&odb) == 0 && open_packs(arena, odb, packs) &&
                git_packbuilder_new(&builder, repo) == 0 &&
                git_odb_foreach(odb, add_object, builder) == 0 &&
                git_packbuilder_write(builder, NULL, 0, NULL, NULL) == 0;
    if (done) {
        remove_packs(arena, packs, git_packbuilder_name(builder));
    }
    git_packbuilder_free(builder);
    git_odb_free(odb);
    return done;
}

bool git_packs_merge(Arena *arena, const char *path)
{
    Err err = {0};
    git_repository *repo = NULL;
    int lock = git_cache_lock(arena, path, clock_ms(), &err);
    if (lock < 0) {
        return false; /* another process fetches right now: the next time will do */
    }
    StrVec packs = small_packs(arena, arena_printf(arena, "%s/objects/pack", path));
    bool done = packs.count >= MANY && git_repository_open_bare(&repo, path) == 0 &&
                merge(arena, repo, &packs);
    git_repository_free(repo);
    git_error_clear();
    git_cache_unlock(lock);
    return done;
}
