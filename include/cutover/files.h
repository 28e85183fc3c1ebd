/*
 * A project's files as values: read from a commit's tree or from a folder by the controller, and
 * handed to the pure core, which never touches a disk.
 */
#ifndef CUTOVER_FILES_H
#define CUTOVER_FILES_H

#include "cutover/map.h"
#include "cutover/vec.h"

typedef struct File {
    const char *path; /* relative to the root, with '/' */
    const char *text; /* NUL-terminated, may hold any bytes */
    size_t length;
} File;

typedef struct FileSet {
    VEC(File) list; /* in the order of their paths, bytewise */
    Map by_path;    /* path to File *; filled by files_seal() */
} FileSet;

/* Sorts the list and fills the map; call once when all files are in. */
void files_seal(Arena *arena, FileSet *files);

/* One more file; the set stays sealed. */
void files_add(Arena *arena, FileSet *files, File file);

/* The file at PATH, or NULL. */
const File *files_get(const FileSet *files, const char *path);

/* The files below FOLDER ("" or "." = all), with FOLDER/ taken off their paths, sealed. */
FileSet files_below(Arena *arena, const FileSet *files, const char *folder);

#endif
