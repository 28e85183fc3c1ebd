#include "cutover/files.h"

#include "cutover/str.h"

#include <string.h>

static int by_path(const void *a, const void *b)
{
    return strcmp(((const File *)a)->path, ((const File *)b)->path);
}

void files_seal(Arena *arena, FileSet *files)
{
    vec_sort(&files->list, by_path);
    files->by_path = (Map){0};
    vec_each (File, it, &files->list) {
        map_put(arena, &files->by_path, it->path, it);
    }
}

void files_add(Arena *arena, FileSet *files, File file)
{
    vec_push(arena, &files->list, file);
    files_seal(arena, files);
}

const File *files_get(const FileSet *files, const char *path)
{
    return map_get(&files->by_path, path);
}

FileSet files_below(Arena *arena, const FileSet *files, const char *folder)
{
    FileSet below = {0};
    bool all = str_empty(folder) || str_eq(folder, ".");
    const char *prefix = all ? "" : arena_printf(arena, "%s/", folder);
    vec_each (File, it, &files->list) {
        if (str_starts(it->path, prefix)) {
            File file = *it;
            file.path += strlen(prefix);
            vec_push(arena, &below.list, file);
        }
    }
    files_seal(arena, &below);
    return below;
}
