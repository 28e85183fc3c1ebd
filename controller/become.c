#include "become.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

bool become_online(Arena *arena, char **argv, Err *err)
{
    char self[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    self[length > 0 ? length : 0] = '\0';
    const char *slash = strrchr(self, '/');
    const char *path =
        arena_printf(arena, "%.*s/cutover-online", slash ? (int)(slash - self) : 0, self);
    execv(path, argv);
    err_set(arena, err, ERR_INPUT, "CO1099", "%s cannot be started: %s", path, strerror(errno));
    err->hint =
        "this command needs the program cutover-online beside cutover: install both in one folder";
    return false;
}
