/* From Git to a pass: who exists says the home branch, everything else says the commit. */
#include "check.h"
#include "child.h"

#include "../../controller/context.h"

#include "cutover/str.h"

typedef struct Fixture {
    Repository repository;
    Wanted wanted;
    Diags diags;
    Err err;
} Fixture;

/* A repository whose history SHELL makes, beginning on branch main. */
static Fixture *make_repository(Arena *arena, const char *shell)
{
    Fixture *it = arena_make(arena, Fixture);
    const char *folder = child_folder(arena);
    child_shell(arena, folder, "git init -q -b main .");
    child_shell(arena, folder, shell);
    it->diags = diags_new(arena);
    it->repository = (Repository){.name = "shop", .config_path = "cutover.yaml"};
    it->repository.source = (GitSource){.name = "shop", .url = folder};
    it->repository.git = git_open(arena, &it->repository.source, &it->err);
    assert_non_null(it->repository.git);
    return it;
}

static bool look(Arena *arena, Fixture *it, const char *environment, const char *revision)
{
    it->err = (Err){0};
    return wanted_read(&it->repository, arena, environment, revision, &it->wanted, &it->diags,
                       &it->err);
}

#define COMMIT(yaml) "printf '" yaml "' >cutover.yaml && git add -A && git commit -qm c && "

static void a_commit_brings_its_own_settings(void **state)
{
    Arena *arena = *state;
    Fixture *it = make_repository(
        arena, "mkdir shop && echo 'name: shop' >shop/dbt_project.yml && echo 'select 1' "
               ">other.sql && " COMMIT(
                   "version: 1\\nproject: {path: shop}\\nenvironments:\\n"
                   "  staging: {branch: develop, soak: 1h}\\n") "git checkout -q -b develop "
                                                                "&& " COMMIT("version: "
                                                                             "1\\nproject: {path: "
                                                                             "shop}\\nenvironments:"
                                                                             "\\n"
                                                                             "  staging: {branch: "
                                                                             "elsewhere, soak: "
                                                                             "2h}\\n") "git "
                                                                                       "checkout "
                                                                                       "-q main");
    if (!look(arena, it, "staging", NULL)) {
        fail_msg("%s", err_text(arena, &it->err));
    }
    CHECK_STR(it->wanted.commit.ref, "develop"); /* main says which branch */
    CHECK_INT(it->wanted.environment->soak, 7200);
    CHECK_INT(it->wanted.files.list.count, 1);
    CHECK_STR(it->wanted.files.list.items[0].path, "dbt_project.yml");
    CHECK(look(arena, it, "staging", "main"));
    CHECK_INT(it->wanted.environment->soak, 3600);
}

static void an_environment_must_exist_on_both_sides(void **state)
{
    Arena *arena = *state;
    Fixture *it = make_repository(
        arena, COMMIT("version: 1\\nenvironments:\\n  old: {branch: "
                      "main}\\n") "git branch before && " COMMIT("version: 1\\nenvironments:\\n  "
                                                                 "new: {branch: "
                                                                 "before}\\n") "true");
    CHECK(!look(arena, it, "old", NULL));
    CHECK_STR(it->err.code, "CO1092");
    CHECK_STR(it->err.hint, "it has: new");
    CHECK(!look(arena, it, "new", NULL));
    CHECK_STR(it->err.code, "CO1092");
}

static void a_repository_without_cutover_yaml_is_told_what_to_do(void **state)
{
    Arena *arena = *state;
    Fixture *it = make_repository(arena, "echo x >x && git add -A && git commit -qm c");
    CHECK(!look(arena, it, "production", NULL));
    CHECK_STR(it->err.code, "CO6011");
    CHECK(str_starts(it->err.hint, "commit a cutover.yaml"));
}

static void a_wrong_cutover_yaml_is_a_finding(void **state)
{
    Arena *arena = *state;
    Fixture *it = make_repository(
        arena, COMMIT("version: 1\\nenvironments:\\n  p: {branch: main, soaks: 1h}\\n") "true");
    CHECK(!look(arena, it, "p", NULL));
    CHECK_INT(it->err.kind, ERR_NONE);
    CHECK_INT(diags_count(&it->diags, DIAG_ERROR), 1);
}

/* What else dbt leaves in target/ is not read. */
static void a_manifest_in_the_target_folder_is_read(void **state)
{
    Arena *arena = *state;
    Fixture *it = make_repository(
        arena,
        "mkdir -p dbt/target && echo '{}' >dbt/target/manifest.json && echo x >dbt/target/x.sql "
        "&& " COMMIT("version: 1\\nproject: {path: dbt, manifest: ./target/manifest.json}\\n"
                     "environments:\\n  p: {branch: main}\\n") "true");
    CHECK(look(arena, it, "p", NULL));
    CHECK_INT(it->wanted.files.list.count, 1);
    CHECK_STR(files_get(&it->wanted.files, "target/manifest.json")->text, "{}\n");
    it = make_repository(arena, COMMIT("version: 1\\nproject: {manifest: m.json}\\n"
                                       "environments:\\n  p: {branch: main}\\n") "true");
    CHECK(look(arena, it, "p", NULL)); /* whoever reads the project says what is missing */
    CHECK(!files_get(&it->wanted.files, "m.json"));
    it = make_repository(arena, COMMIT("version: 1\\nproject: {manifest: ../m.json}\\n"
                                       "environments:\\n  p: {branch: main}\\n") "true");
    CHECK(!look(arena, it, "p", NULL));
    CHECK_STR(it->diags.list.items[0].code, "CO1014");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_commit_brings_its_own_settings),
        TEST(an_environment_must_exist_on_both_sides),
        TEST(a_repository_without_cutover_yaml_is_told_what_to_do),
        TEST(a_wrong_cutover_yaml_is_a_finding),
        TEST(a_manifest_in_the_target_folder_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
