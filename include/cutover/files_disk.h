/* A project's files from a folder on disk, committed or not; and files that are made of them. */
#ifndef CUTOVER_FILES_DISK_H
#define CUTOVER_FILES_DISK_H

#include "cutover/diag.h"
#include "cutover/err.h"
#include "cutover/files.h"
#include "cutover/git.h"

/* Reads FOLDER with the same limits and rules as git_read_tree(). Symbolic links that lead out of FOLDER
 * are left out with a warning. ERR: CO3080 folder, CO6006 a limit. */
bool files_disk_read(Arena *arena, const char *folder, const GitLimits *limits, FileSet *files,
                     Diags *diags, Err *err);

/* One file, at most MAX bytes (0: 16 MiB). NULL and ERR (ERR_NOT_FOUND when absent). */
const File *files_disk_one(Arena *arena, const char *path, int64_t max, Err *err);

/* Writes TEXT to PATH, and makes the folders that lead there. A file that says just that stays untouched: most of a
 * project is as it was the last time, and whoever watches the folder sees what changed. ERR: CO3080. */
bool files_disk_write(Arena *arena, const char *path, const char *text, Err *err);

/* The same for COUNT files, whose paths are relative to FOLDER. */
bool files_disk_write_all(Arena *arena, const char *folder, const File *files, size_t count,
                          Err *err);

#endif
