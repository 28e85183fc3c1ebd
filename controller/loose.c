#include "loose.h"

#include "apart.h"

#include "cutover/files_disk.h"
#include "cutover/str.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FOLDERS_UP = 16, MANIFEST_BYTES = 256 << 20 };

const Map *loose_env(Arena *arena, const StrVec *patterns)
{
    static const char *usual[] = {"DBT_*"};
    const StrVec usual_patterns = {usual, 1, 1};
    const StrVec *all = patterns && patterns->count > 0 ? patterns : &usual_patterns;
    Map *map = arena_make(arena, Map);
    for (char **variable = environ; *variable; variable++) {
        size_t length = strcspn(*variable, "=");
        const char *name = arena_strndup(arena, *variable, length);
        bool wanted = false;
        vec_each (const char *, pattern, all) {
            wanted = wanted || str_glob(*pattern, name);
        }
        if (wanted && (*variable)[length] == '=' && !str_starts(name, "DBT_ENV_SECRET_")) {
            map_put(arena, map, name, arena_strdup(arena, *variable + length + 1));
        }
    }
    return map;
}

const FileSet *loose_profiles(Arena *arena)
{
    const char *folder = getenv("DBT_PROFILES_DIR"), *home = getenv("HOME");
    if (str_empty(folder)) {
        folder = str_empty(home) ? NULL : arena_printf(arena, "%s/.dbt", home);
    }
    Err ignored = {0};
    const File *file =
        folder ? files_disk_one(arena, arena_printf(arena, "%s/profiles.yml", folder), 0, &ignored)
               : NULL;
    if (!file) {
        return NULL;
    }
    FileSet *set = arena_make(arena, FileSet);
    File named = {"profiles.yml", file->text, file->length};
    vec_push(arena, &set->list, named);
    files_seal(arena, set);
    return set;
}

/* cutover.yaml lies at the root of the repository, the project perhaps below. */
static const char *find_config(Arena *arena, const char *folder)
{
    for (int i = 0; i < FOLDERS_UP && !str_empty(folder); i++) {
        const char *path = arena_printf(arena, "%s/cutover.yaml", folder);
        if (access(path, R_OK) == 0) {
            return path;
        }
        if (access(arena_printf(arena, "%s/.git", folder), F_OK) == 0) {
            return NULL;
        }
        folder = arena_strndup(arena, folder, (size_t)(strrchr(folder, '/') - folder));
    }
    return NULL;
}

static bool read_config(Arena *arena, const char *path, Loose *loose, Diags *diags, Err *err)
{
    const File *file = files_disk_one(arena, path, 0, err);
    if (!file) {
        return false;
    }
    loose->config = config_read(arena, "cutover.yaml", file->text, file->length, diags);
    return loose->config != NULL;
}

/* dbt writes it to target/, which holds nothing else that a project is read from. */
static bool add_manifest(Arena *arena, Loose *loose, Err *err)
{
    const char *manifest = loose->config ? loose->config->manifest : NULL;
    if (!manifest || files_get(&loose->files, manifest)) {
        return true;
    }
    const char *path = arena_printf(arena, "%s/%s", loose->folder, manifest);
    const File *file = files_disk_one(arena, path, MANIFEST_BYTES, err);
    if (file) {
        files_add(arena, &loose->files, (File){manifest, file->text, file->length});
    } else if (err->kind == ERR_NOT_FOUND) {
        *err = (Err){0}; /* whoever reads the project says it better */
        return true;
    }
    return file;
}

bool loose_read(const Cli *cli, Loose *loose, Diags *diags, Err *err)
{
    Arena *arena = cli->arena;
    char real[PATH_MAX];
    *loose = (Loose){.env = loose_env(arena, NULL), .profiles = loose_profiles(arena)};
    if (!realpath(cli->project ? cli->project : ".", real)) {
        return err_set(arena, err, ERR_NOT_FOUND, "CO3080", "there is no folder %s",
                       cli->project ? cli->project : ".");
    }
    loose->folder = arena_strdup(arena, real);
    const char *path = find_config(arena, loose->folder);
    if (path && !read_config(arena, path, loose, diags, err)) {
        return false;
    }
    if (loose->config && !cli->project) {
        const char *root = arena_strndup(arena, path, strlen(path) - strlen("/cutover.yaml"));
        const char *below = loose->config->project_path;
        loose->folder = str_eq(below, ".") ? root : arena_printf(arena, "%s/%s", root, below);
    }
    if (cli->vars) {
        loose->vars = yaml_parse(arena, "--vars", cli->vars, strlen(cli->vars), (YamlLimits){0},
                                 "CO1091", diags);
    }
    return files_disk_read(arena, loose->folder, NULL, &loose->files, diags, err) &&
           add_manifest(arena, loose, err) && diags_count(diags, DIAG_ERROR) == 0;
}

DbtOptions loose_options(const Cli *cli, const Loose *loose, const EnvironmentConfig *environment)
{
    return (DbtOptions){
        .files = &loose->files,
        .target = cli->target   ? cli->target
                  : environment ? environment->target
                                : NULL,
        .vars = loose->vars   ? loose->vars
                : environment ? environment->vars
                              : NULL,
        .env = loose->env,
        .profiles = loose->profiles,
        .manifest = loose->config ? loose->config->manifest : NULL,
        .select = environment ? environment->selection : NULL,
        .halves = halves_apart,
    };
}

bool loose_environment(const Cli *cli, const Loose *loose, const EnvironmentConfig **found,
                       Err *err)
{
    *found = cli->environment && loose->config ? config_environment(loose->config, cli->environment)
                                               : NULL;
    if (!cli->environment || *found) {
        return true;
    }
    return err_set(cli->arena, err, ERR_INPUT, "CO1092",
                   loose->config
                       ? "cutover.yaml has no environment \"%s\""
                       : "environment \"%s\" cannot be looked up: there is no cutover.yaml",
                   cli->environment);
}

int loose_stopped(const Cli *cli, const Diags *diags, const Err *err)
{
    cli_findings(cli, diags);
    return err->kind == ERR_NONE ? EXIT_FAILED : cli_fail(cli, err);
}
