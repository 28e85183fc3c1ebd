/* Which files of a folder belong to a project: one rule for a commit and for a folder on disk. */
#ifndef CUTOVER_FILES_WANTED_H
#define CUTOVER_FILES_WANTED_H

#include "cutover/files.h"
#include "cutover/vec.h"

/* A folder that holds a file of this name with the signature of the Cache Directory Tagging standard is
 * some program's output. `cutover compile --out` writes one into the folder that it makes. */
#define FILES_OUTPUT_TAG "CACHEDIR.TAG"
#define FILES_OUTPUT_SIGNATURE "Signature: 8a477f597d28d172789f06886806bc55"

bool files_is_output_tag(const char *text);

/* The folders that dbt_project.yml (NULL: none) names as written: target-path, log-path, clean-targets. What
 * it names as read as well, and packages, are none of them. */
StrVec files_outputs(Arena *arena, const File *project);

/* False for what no project needs: .git, dbt's target and logs, tests and docs of packages, OUTPUTS ... */
bool files_wanted(const char *path, const StrVec *outputs);

#endif
