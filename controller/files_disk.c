#include "cutover/files_disk.h"

#include "cutover/str.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DEPTH_MAX = 32, FILE_BYTES = 16 << 20, FILES_MAX = 50000, TOTAL_BYTES = 512 << 20 };

typedef struct Walk {
    Arena *arena;
    const char *root; /* without symbolic links */
    GitLimits limits;
    int64_t count, total;
    FileSet *files;
    Diags *diags;
    Err *err;
} Walk;

bool files_wanted(const char *path)
{
    static const char *const patterns[] = {
        ".git",
        "*/.git",
        "target",
        "logs",
        "node_modules",
        "*/node_modules",
        "venv",
        ".venv",
        "*/__pycache__",
        "dbt_packages/*/integration_tests",
        "dbt_packages/*/docs",
        "dbt_packages/*/.github",
    };
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        if (str_glob(patterns[i], path)) {
            return false;
        }
    }
    return true;
}

static void close_fd(void *arg)
{
    close((int)(intptr_t)arg);
}

static bool read_all(Arena *arena, int fd, char *bytes, size_t size, const char *path, Err *err)
{
    for (size_t done = 0; done < size;) {
        ssize_t got = read(fd, bytes + done, size - done);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return err_set(arena, err, ERR_UNAVAILABLE, "CO3080", "%s cannot be read: %s", path,
                           got < 0 ? strerror(errno) : "it became shorter meanwhile");
        }
        done += (size_t)got;
    }
    return true;
}

const File *files_disk_one(Arena *arena, const char *path, int64_t max, Err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        err_set(arena, err, errno == ENOENT ? ERR_NOT_FOUND : ERR_INPUT, "CO3080",
                "%s cannot be read: %s", path, strerror(errno));
        return NULL;
    }
    arena_defer(arena, close_fd, (void *)(intptr_t)fd);
    struct stat info;
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
        err_set(arena, err, ERR_INPUT, "CO3080", "%s is not a file", path);
        return NULL;
    }
    if (info.st_size > (max > 0 ? max : FILE_BYTES)) {
        err_set(arena, err, ERR_LIMIT, "CO6006", "%s is larger than the limit of a file", path);
        return NULL;
    }
    char *bytes = arena_alloc(arena, (size_t)info.st_size + 1);
    if (!read_all(arena, fd, bytes, (size_t)info.st_size, path, err)) {
        return NULL;
    }
    File *file = arena_make(arena, File);
    *file = (File){arena_strdup(arena, path), bytes, (size_t)info.st_size};
    return file;
}

static void leave_out(Walk *walk, const char *path, const char *why)
{
    Diag *diag = diag_add(walk->diags, DIAG_WARNING, "CO6013", "%s is left out: %s", path, why);
    diag->file = path;
}

/* A link may point anywhere in the folder, as in a work tree; out of it would show what Git does not hold. */
static bool stays_inside(Walk *walk, const char *full)
{
    char real[PATH_MAX];
    size_t length = strlen(walk->root);
    return realpath(full, real) && strncmp(real, walk->root, length) == 0 &&
           (real[length] == '/' || real[length] == '\0');
}

static bool add_file(Walk *walk, const char *full, const char *path)
{
    Arena *scratch = arena_new(); /* closes the file at once: there may be thousands */
    const File *file = files_disk_one(scratch, full, walk->limits.file, walk->err);
    if (file) {
        File copy = {path, arena_strndup(walk->arena, file->text, file->length), file->length};
        vec_push(walk->arena, &walk->files->list, copy);
        walk->total += (int64_t)file->length;
    } else {
        walk->err->message = arena_strdup(walk->arena, walk->err->message);
    }
    arena_free(scratch);
    if (file && (++walk->count > walk->limits.files || walk->total > walk->limits.total)) {
        return err_set(walk->arena, walk->err, ERR_LIMIT, "CO6006",
                       "the folder %s holds more files or bytes than a project may have",
                       walk->root);
    }
    return file != NULL;
}

static bool read_folder(Walk *walk, const char *below, int depth);

static bool visit(Walk *walk, const char *path, int depth)
{
    const char *full = arena_printf(walk->arena, "%s/%s", walk->root, path);
    struct stat link, info;
    if (lstat(full, &link) != 0 || stat(full, &info) != 0) {
        leave_out(walk, path, "it leads nowhere");
        return true;
    }
    bool is_link = S_ISLNK(link.st_mode);
    if (is_link && (!stays_inside(walk, full) || S_ISDIR(info.st_mode))) {
        leave_out(walk, path, "it is a symbolic link to a folder or out of the project");
        return true;
    }
    if (S_ISDIR(info.st_mode)) {
        return read_folder(walk, path, depth + 1);
    }
    return !S_ISREG(info.st_mode) || add_file(walk, full, path);
}

static StrVec names_in(Arena *arena, DIR *dir)
{
    StrVec names = {0};
    for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
        if (!str_eq(entry->d_name, ".") && !str_eq(entry->d_name, "..")) {
            vec_push(arena, &names, arena_strdup(arena, entry->d_name));
        }
    }
    return names;
}

static bool read_folder(Walk *walk, const char *below, int depth)
{
    const char *full = arena_printf(walk->arena, "%s/%s", walk->root, below);
    DIR *dir = depth > DEPTH_MAX ? NULL : opendir(full);
    if (!dir) {
        return err_set(walk->arena, walk->err, ERR_INPUT, "CO3080", "folder %s cannot be read: %s",
                       full, depth > DEPTH_MAX ? "it is nested too deeply" : strerror(errno));
    }
    StrVec names = names_in(walk->arena, dir);
    closedir(dir);
    vec_each (const char *, name, &names) {
        const char *path = below[0] ? arena_printf(walk->arena, "%s/%s", below, *name) : *name;
        if (files_wanted(path) && !visit(walk, path, depth)) {
            return false;
        }
    }
    return true;
}

bool files_disk_read(Arena *arena, const char *folder, const GitLimits *limits, FileSet *files,
                     Diags *diags, Err *err)
{
    char real[PATH_MAX];
    if (!realpath(folder, real)) {
        return err_set(arena, err, ERR_NOT_FOUND, "CO3080", "folder %s cannot be read: %s", folder,
                       strerror(errno));
    }
    GitLimits all = limits ? *limits : (GitLimits){0};
    all.file = all.file > 0 ? all.file : FILE_BYTES;
    all.files = all.files > 0 ? all.files : FILES_MAX;
    all.total = all.total > 0 ? all.total : TOTAL_BYTES;
    *files = (FileSet){0};
    Walk walk = {arena, arena_strdup(arena, real), all, 0, 0, files, diags, err};
    if (!read_folder(&walk, "", 0)) {
        return false;
    }
    files_seal(arena, files);
    return true;
}
