#include "cutover/files_disk.h"

#include "apart.h"

#include "cutover/files_wanted.h"
#include "cutover/str.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DEPTH_MAX = 32, FILE_BYTES = 16 << 20, FILES_MAX = 50000, TOTAL_BYTES = 512 << 20 };

typedef struct Walk {
    Arena *arena;
    const char *root; /* without symbolic links */
    GitLimits limits;
    StrVec outputs; /* what dbt_project.yml names as written, not read */
    FileSet *files; /* found; their texts are read when all are known */
    Diags *diags;
    Err *err;
} Walk;

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

/* All of the file that FD has open; *FILE owns its text. */
static bool read_open(Arena *arena, int fd, const char *path, int64_t max, File *file, Err *err)
{
    struct stat info;
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
        return err_set(arena, err, ERR_INPUT, "CO3080", "%s is not a file", path);
    }
    if (info.st_size > max) {
        return err_set(arena, err, ERR_LIMIT, "CO6006", "%s is larger than the limit of a file",
                       path);
    }
    char *bytes = arena_alloc(arena, (size_t)info.st_size + 1);
    *file = (File){path, bytes, (size_t)info.st_size};
    return read_all(arena, fd, bytes, file->length, path, err);
}

/* The file NAME in FOLDER (AT_FDCWD: the working directory); PATH is what it is called in errors. */
static bool read_at(Arena *arena, int folder, const char *name, const char *path, int64_t max,
                    File *file, Err *err)
{
    int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        return err_set(arena, err, errno == ENOENT ? ERR_NOT_FOUND : ERR_INPUT, "CO3080",
                       "%s cannot be read: %s", path, strerror(errno));
    }
    bool ok = read_open(arena, fd, path, max, file, err);
    close(fd);
    return ok;
}

const File *files_disk_one(Arena *arena, const char *path, int64_t max, Err *err)
{
    File *file = arena_make(arena, File);
    return read_at(arena, AT_FDCWD, path, arena_strdup(arena, path), max > 0 ? max : FILE_BYTES,
                   file, err)
               ? file
               : NULL;
}

static void leave_out(Walk *walk, const char *path, const char *why)
{
    Diag *diag = diag_add(walk->diags, DIAG_WARNING, "CO6013", "%s is left out: %s", path, why);
    diag->file = path;
}

/* A link may point anywhere in the folder, as in a work tree; out of it would show what Git does not hold. */
static bool stays_inside(Walk *walk, const char *path)
{
    char real[PATH_MAX];
    size_t length = strlen(walk->root);
    return realpath(arena_printf(walk->arena, "%s/%s", walk->root, path), real) &&
           strncmp(real, walk->root, length) == 0 && (real[length] == '/' || real[length] == '\0');
}

static bool too_much(const Walk *walk)
{
    return err_set(walk->arena, walk->err, ERR_LIMIT, "CO6006",
                   "the folder %s holds more files or bytes than a project may have", walk->root);
}

static bool add_file(Walk *walk, const char *path)
{
    vec_push(walk->arena, &walk->files->list, (File){.path = path});
    return walk->files->list.count <= (size_t)walk->limits.files || too_much(walk);
}

static bool read_folder(Walk *walk, int parent, const char *name, const char *below, int depth);

/* An entry of a folder. TYPE is what the folder itself says of it: of a plain file that is all there is to know. */
typedef struct Entry {
    const char *name;
    unsigned char type;
} Entry;

typedef VEC(Entry) Entries;

static bool visit(Walk *walk, int folder, Entry entry, const char *path, int depth)
{
    const char *name = entry.name;
    struct stat info;
    if (entry.type == DT_REG) {
        return add_file(walk, path);
    }
    bool there = fstatat(folder, name, &info, AT_SYMLINK_NOFOLLOW) == 0;
    bool is_link = there && S_ISLNK(info.st_mode);
    if (!there || (is_link && fstatat(folder, name, &info, 0) != 0)) {
        leave_out(walk, path, "it leads nowhere");
        return true;
    }
    if (is_link && (!stays_inside(walk, path) || S_ISDIR(info.st_mode))) {
        leave_out(walk, path, "it is a symbolic link to a folder or out of the project");
        return true;
    }
    if (S_ISDIR(info.st_mode)) {
        return read_folder(walk, folder, name, path, depth + 1);
    }
    return !S_ISREG(info.st_mode) || add_file(walk, path);
}

static Entries entries_in(Arena *arena, DIR *dir)
{
    Entries entries = {0};
    for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
        if (!str_eq(entry->d_name, ".") && !str_eq(entry->d_name, "..")) {
            vec_push(arena, &entries, (Entry){arena_strdup(arena, entry->d_name), entry->d_type});
        }
    }
    return entries;
}

static bool is_output(Walk *walk, DIR *dir, const Entries *entries)
{
    File tag;
    Err ignored = {0};
    bool tagged = false;
    vec_each (const Entry, it, entries) {
        tagged |= str_eq(it->name, FILES_OUTPUT_TAG);
    }
    return tagged &&
           read_at(walk->arena, dirfd(dir), FILES_OUTPUT_TAG, FILES_OUTPUT_TAG, walk->limits.file,
                   &tag, &ignored) &&
           files_is_output_tag(tag.text);
}

static bool read_entries(Walk *walk, DIR *dir, const char *below, int depth)
{
    Entries entries = entries_in(walk->arena, dir);
    if (depth > 0 && is_output(walk, dir, &entries)) {
        return true;
    }
    vec_each (const Entry, it, &entries) {
        const char *path =
            below[0] ? str_concat(walk->arena, below, "/", it->name, NULL) : it->name;
        if (files_wanted(path, &walk->outputs) && !visit(walk, dirfd(dir), *it, path, depth)) {
            return false;
        }
    }
    return true;
}

/* The folder NAME in PARENT; BELOW is its path in the project. */
static bool read_folder(Walk *walk, int parent, const char *name, const char *below, int depth)
{
    int fd = depth > DEPTH_MAX ? -1 : openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (!dir) {
        err_set(walk->arena, walk->err, ERR_INPUT, "CO3080", "folder %s/%s cannot be read: %s",
                walk->root, below, depth > DEPTH_MAX ? "it is nested too deeply" : strerror(errno));
        if (fd >= 0) {
            close(fd);
        }
        return false;
    }
    bool ok = read_entries(walk, dir, below, depth);
    closedir(dir);
    return ok;
}

/* Half of the files that were found. */
typedef struct Reading {
    const Walk *walk;
    Arena *arena;
    int root;
    int64_t total;
    Err err;
} Reading;

static void read_texts(void *ctx, size_t from, size_t to)
{
    Reading *half = ctx;
    const GitLimits *limits = &half->walk->limits;
    for (size_t i = from; i < to && half->total <= limits->total; i++) {
        File *file = &half->walk->files->list.items[i];
        if (!read_at(half->arena, half->root, file->path, file->path, limits->file, file,
                     &half->err)) {
            return;
        }
        half->total += (int64_t)file->length;
    }
}

static bool read_found(Walk *walk)
{
    int root = open(walk->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    Reading first = {.walk = walk, .arena = walk->arena, .root = root};
    Reading second = {.walk = walk, .arena = arena_new(), .root = root};
    halves_apart(walk->files->list.count, read_texts, &first, &second);
    arena_adopt(walk->arena, second.arena);
    if (root >= 0) {
        close(root);
    }
    *walk->err = first.err.kind != ERR_NONE ? first.err : second.err;
    return walk->err->kind == ERR_NONE &&
           (first.total + second.total <= walk->limits.total || too_much(walk));
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
    Err ignored = {0};
    const char *project = arena_printf(arena, "%s/dbt_project.yml", real);
    Walk walk = {.arena = arena,
                 .root = arena_strdup(arena, real),
                 .limits = all,
                 .outputs = files_outputs(arena, files_disk_one(arena, project, 0, &ignored)),
                 .files = files,
                 .diags = diags,
                 .err = err};
    if (!read_folder(&walk, AT_FDCWD, walk.root, "", 0) || !read_found(&walk)) {
        return false;
    }
    files_seal(arena, files);
    return true;
}

/* ---- writing ---- */

static bool make_folders(Arena *arena, const char *path, Err *err)
{
    char *part = arena_strdup(arena, path);
    for (char *p = strchr(part + 1, '/'); p; p = strchr(p + 1, '/')) {
        *p = '\0';
        if (mkdir(part, 0777) != 0 && errno != EEXIST) {
            return err_set(arena, err, ERR_INPUT, "CO3080", "folder %s cannot be made: %s", part,
                           strerror(errno));
        }
        *p = '/';
    }
    return true;
}

/* In most cases one open, one read and one close. */
static bool has_text(int folder, const char *path, const char *text, size_t length)
{
    char part[16384];
    size_t done = 0;
    ssize_t got = sizeof part;
    int fd = openat(folder, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    bool same = fd >= 0;
    while (same && got == sizeof part) {
        got = read(fd, part, sizeof part);
        same =
            got >= 0 && (size_t)got <= length - done && memcmp(part, text + done, (size_t)got) == 0;
        done += same ? (size_t)got : 0;
    }
    if (fd >= 0) {
        close(fd);
    }
    return same && done == length;
}

static bool write_text(Arena *arena, const char *path, const char *text, size_t length, Err *err)
{
    if (!make_folders(arena, path, err)) {
        return false;
    }
    FILE *file = fopen(path, "we");
    bool done = file && fwrite(text, 1, length, file) == length;
    if (file && fclose(file) != 0) {
        done = false;
    }
    return done || err_set(arena, err, ERR_INPUT, "CO3080", "%s cannot be written: %s", path,
                           strerror(errno));
}

bool files_disk_write(Arena *arena, const char *path, const char *text, Err *err)
{
    size_t length = strlen(text);
    return has_text(AT_FDCWD, path, text, length) || write_text(arena, path, text, length, err);
}

typedef struct Comparing {
    int folder;
    const File *files;
    bool *same;
} Comparing;

static void compare_texts(void *ctx, size_t from, size_t to)
{
    const Comparing *it = ctx;
    for (size_t i = from; i < to; i++) {
        const File *file = &it->files[i];
        it->same[i] = has_text(it->folder, file->path, file->text, file->length);
    }
}

bool files_disk_write_all(Arena *arena, const char *folder, const File *files, size_t count,
                          Err *err)
{
    int opened = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    Comparing it = {opened, files, arena_array(arena, count, sizeof(bool))};
    if (opened >= 0) {
        halves_apart(count, compare_texts, &it, &it);
        close(opened);
    }
    for (size_t i = 0; i < count; i++) {
        if (!it.same[i] && !write_text(arena, arena_printf(arena, "%s/%s", folder, files[i].path),
                                       files[i].text, files[i].length, err)) {
            return false;
        }
    }
    return true;
}
