#include "cutover/files_wanted.h"

#include "cutover/str.h"
#include "cutover/yaml.h"

#include <string.h>

bool files_is_output_tag(const char *text)
{
    return str_starts(text, FILES_OUTPUT_SIGNATURE);
}

/* "./out/" as "out"; NULL for what is no folder below the project. */
static const char *folder_of(Arena *arena, const char *path)
{
    while (str_starts(path, "./")) {
        path += 2;
    }
    size_t length = strlen(path);
    while (length && path[length - 1] == '/') {
        length--;
    }
    bool below = length && path[0] != '/' && path[0] != '.' && !strstr(path, "{{");
    return below ? arena_strndup(arena, path, length) : NULL;
}

/* The folders that KEY names, one or a list. */
static void add_folders(Arena *arena, const Yaml *root, const char *key, StrVec *folders)
{
    const Yaml *yaml = yaml_get(root, key);
    for (size_t i = 0; yaml && i < (yaml->type == YAML_IS_LIST ? yaml->items.count : 1); i++) {
        const char *text = yaml_text(yaml->type == YAML_IS_LIST ? yaml->items.items[i] : yaml);
        const char *folder = text ? folder_of(arena, text) : NULL;
        if (folder) {
            vec_push(arena, folders, folder);
        }
    }
}

static bool is_below(const char *path, const char *folder)
{
    size_t length = strlen(folder);
    return strncmp(path, folder, length) == 0 && (path[length] == '\0' || path[length] == '/');
}

static StrVec inputs_of(Arena *arena, const Yaml *root)
{
    static const char *const keys[] = {"model-paths", "source-paths",   "macro-paths",
                                       "seed-paths",  "data-paths",     "test-paths",
                                       "docs-paths",  "analysis-paths", "snapshot-paths"};
    static const char *const usual[] = {"models", "macros", "seeds",
                                        "data",   "tests",  "dbt_packages"};
    StrVec inputs = {0};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        add_folders(arena, root, keys[i], &inputs);
    }
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) {
        vec_push(arena, &inputs, usual[i]);
    }
    return inputs;
}

StrVec files_outputs(Arena *arena, const File *project)
{
    static const char *const keys[] = {"target-path", "log-path", "clean-targets"};
    StrVec written = {0}, outputs = {0};
    Diags ignored = diags_new(arena); /* whoever reads the project says what is wrong with it */
    const Yaml *root = project ? yaml_parse(arena, project->path, project->text, project->length,
                                            (YamlLimits){.last_wins = true}, "CO3001", &ignored)
                               : NULL;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        add_folders(arena, root, keys[i], &written);
    }
    StrVec inputs = inputs_of(arena, root);
    vec_each (const char *, folder, &written) {
        bool read = false;
        vec_each (const char *, input, &inputs) {
            read |= is_below(*input, *folder) || is_below(*folder, *input);
        }
        if (!read) {
            vec_push(arena, &outputs, *folder);
        }
    }
    return outputs;
}

bool files_wanted(const char *path, const StrVec *outputs)
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
    return !str_in(outputs, path);
}
