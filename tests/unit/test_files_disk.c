/* A project as it lies on disk. */
#include "check.h"
#include "child.h"

#include "cutover/files_disk.h"
#include "cutover/str.h"

#include <sys/stat.h>

static void a_folder_is_read_without_what_no_project_needs(void **state)
{
    Arena *arena = *state;
    const char *folder = child_folder(arena);
    child_shell(
        arena, folder,
        "mkdir -p p/models/deep p/target p/.git p/dbt_packages/u/macros "
        "p/dbt_packages/u/integration_tests p/models/target && cd p && echo a >models/deep/a.sql "
        "&& "
        "echo t >target/x && echo g >.git/x && echo m >dbt_packages/u/macros/m.sql && "
        "echo i >dbt_packages/u/integration_tests/i.sql && echo k >models/target/k.sql && "
        "ln -s deep/a.sql models/inside.sql && ln -s /etc/passwd models/outside.sql && "
        "ln -s nowhere models/broken.sql && ln -s deep models/folder && mkfifo models/pipe");
    FileSet files;
    Diags diags = diags_new(arena);
    Err err = {0};
    const char *project = arena_printf(arena, "%s/p", folder);
    CHECK(files_disk_read(arena, project, NULL, &files, &diags, &err));
    StrVec paths = {0};
    vec_each (File, file, &files.list) {
        vec_push(arena, &paths, file->path);
    }
    CHECK_STR(str_join(arena, &paths, " "), "dbt_packages/u/macros/m.sql models/deep/a.sql "
                                            "models/inside.sql models/target/k.sql");
    CHECK_STR(files_get(&files, "models/inside.sql")->text, "a\n");
    CHECK_INT(diags_count(&diags, DIAG_WARNING), 3); /* outside, broken, folder */
}

static void what_is_written_is_not_read_back(void **state)
{
    Arena *arena = *state;
    const char *folder = child_folder(arena);
    child_shell(arena, folder,
                "mkdir -p p/models/ours/compiled p/models/theirs p/out p/logging "
                "p/dbt_packages/u && cd p && "
                "echo s >models/a.sql && echo o >out/a.sql && echo l >logging/dbt.log && "
                "echo m >dbt_packages/u/m.sql && echo o >models/ours/compiled/a.sql && "
                "echo 'Signature: 8a477f597d28d172789f06886806bc55' >models/ours/CACHEDIR.TAG && "
                "echo 'my own' >models/theirs/CACHEDIR.TAG && echo t >models/theirs/t.sql && "
                "printf 'target-path: ./out/\nlog-path: logging\n"
                "clean-targets: [out, dbt_packages, models, .]\n' >dbt_project.yml");
    FileSet files;
    Diags diags = diags_new(arena);
    Err err = {0};
    CHECK(files_disk_read(arena, arena_printf(arena, "%s/p", folder), NULL, &files, &diags, &err));
    StrVec paths = {0};
    vec_each (File, file, &files.list) {
        vec_push(arena, &paths, file->path);
    }
    CHECK_STR(str_join(arena, &paths, " "),
              "dbt_packages/u/m.sql dbt_project.yml models/a.sql models/theirs/CACHEDIR.TAG "
              "models/theirs/t.sql");
}

static void limits_and_missing_folders_are_said(void **state)
{
    Arena *arena = *state;
    const char *folder = child_folder(arena);
    child_shell(arena, folder, "echo 12345 >a && echo 12345 >b");
    static const GitLimits limits[] = {{.file = 3}, {.files = 1}, {.total = 8}};
    FileSet files;
    Diags diags = diags_new(arena);
    Err err = {0};
    for (size_t i = 0; i < 3; i++) {
        CHECK(!files_disk_read(arena, folder, &limits[i], &files, &diags, &err));
        CHECK_INT(err.kind, ERR_LIMIT);
    }
    CHECK(!files_disk_read(arena, "/nonexistent", NULL, &files, &diags, &err));
    CHECK_INT(err.kind, ERR_NOT_FOUND);
    CHECK(!files_disk_one(arena, folder, 0, &err)); /* a folder is no file */
}

static time_t age_of(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 ? info.st_mtim.tv_sec : -1;
}

static void what_is_written_already_stays_untouched(void **state)
{
    Arena *arena = *state;
    const char *folder = child_folder(arena), *path = arena_printf(arena, "%s/a/b/c.sql", folder);
    Err err = {0};
    CHECK(files_disk_write(arena, path, "select 1", &err));
    CHECK_STR(files_disk_one(arena, path, 0, &err)->text, "select 1");
    child_shell(arena, folder, "touch -d @1000 a/b/c.sql");
    CHECK(files_disk_write(arena, path, "select 1", &err));
    CHECK_INT(age_of(path), 1000);
    CHECK(files_disk_write(arena, path, "select 2", &err)); /* as long as before */
    CHECK_STR(files_disk_one(arena, path, 0, &err)->text, "select 2");
    CHECK(files_disk_write(arena, path, "", &err));
    CHECK_STR(files_disk_one(arena, path, 0, &err)->text, "");
    CHECK(!files_disk_write(arena, arena_printf(arena, "%s/d", path), "x", &err));
    CHECK_STR(err.code, "CO3080");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_folder_is_read_without_what_no_project_needs),
        TEST(what_is_written_is_not_read_back),
        TEST(limits_and_missing_folders_are_said),
        TEST(what_is_written_already_stays_untouched),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
