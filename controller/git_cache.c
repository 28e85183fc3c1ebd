#include "git_cache.h"

#include "cutover/clock.h"
#include "cutover/git.h"
#include "cutover/stop.h"
#include "cutover/str.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LOCK_POLL_MS = 50, OPEN_FOLDERS = 16 };

/* Ours alone: in a shared /tmp somebody else could have laid a folder of that name. */
static bool usable(const char *folder)
{
    struct stat info;
    if (mkdir(folder, 0700) != 0 && errno != EEXIST) {
        return false;
    }
    return lstat(folder, &info) == 0 && S_ISDIR(info.st_mode) && info.st_uid == geteuid() &&
           access(folder, W_OK | X_OK) == 0;
}

const char *git_cache_folder(Arena *arena, Err *err)
{
    const char *xdg = getenv("XDG_CACHE_HOME"), *tmp = getenv("TMPDIR");
    const char *places[] = {
        str_empty(xdg) ? NULL : arena_printf(arena, "%s/cutover", xdg),
        "/var/cache/cutover",
        arena_printf(arena, "%s/cutover-%u", str_empty(tmp) ? "/tmp" : tmp, (unsigned)geteuid()),
    };
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        if (places[i] && usable(places[i])) {
            return places[i];
        }
    }
    err_set(arena, err, ERR_INPUT, "CO6008", "there is no folder to keep mirrors of Git in");
    err->hint = "set XDG_CACHE_HOME to a folder that may be written";
    return NULL;
}

int git_cache_lock(Arena *arena, const char *path, int64_t deadline_ms, Err *err)
{
    const char *name = arena_printf(arena, "%s.lock", path);
    int lock = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (lock < 0) {
        err_set(arena, err, ERR_UNAVAILABLE, "CO6008", "%s cannot be opened: %s", name,
                strerror(errno));
        return -1;
    }
    while (flock(lock, LOCK_EX | LOCK_NB) != 0) {
        if (clock_ms() > deadline_ms || !stop_sleep(LOCK_POLL_MS)) {
            close(lock);
            err_set(arena, err, ERR_TIMEOUT, "CO6005", "another process keeps the mirror %s locked",
                    path);
            return -1;
        }
    }
    return lock;
}

void git_cache_unlock(int lock)
{
    close(lock);
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *place)
{
    (void)info, (void)type, (void)place;
    return remove(path);
}

void git_cache_remove(const char *path)
{
    nftw(path, remove_one, OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS);
}
