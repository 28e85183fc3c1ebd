/* Reading a watched repository: a folder, a file:// mirror, and smart HTTP with a token. */
#include "check.h"
#include "child.h"

#include "cutover/files_disk.h"
#include "cutover/git.h"
#include "cutover/str.h"

typedef struct Fixture {
    const char *folder; /* holds work/, the repository, and cache/ */
    GitRepo *repo;
    Err err;
} Fixture;

static Fixture make_repository(Arena *arena)
{
    Fixture it = {.folder = child_folder(arena)};
    child_shell(
        arena, it.folder,
        "mkdir cache && git init -q -b main work && cd work && mkdir -p shop/models target && "
        "echo 'select 1' > shop/models/a.sql && echo 'version: 1' > cutover.yaml && "
        "echo x > target/x && ln -s /etc/passwd link && git add -A && "
        "git commit -qm 'Add the shop' && git tag v1.2.0 && git tag v1.10.0-rc.1 && git tag v1.9.0 "
        "&& "
        "git tag nightly && git checkout -q -b next && echo 'select 2' > shop/models/b.sql && "
        "git add -A && git commit -qm 'Add b' && git update-ref refs/pull/7/head next && "
        "git tag v1.10.0 && git checkout -q main && git branch -q -D next");
    return it;
}

static GitRepo *open_repository(Arena *arena, Fixture *it, const char *url, const char *token)
{
    GitSource source = {.name = "shop", .url = url, .token = token, .timeout_ms = 20000};
    source.cache = arena_printf(arena, "%s/cache", it->folder);
    GitRepo *repo = git_open(arena, &source, &it->err);
    if (!repo) {
        fail_msg("%s", err_text(arena, &it->err));
    }
    return repo;
}

static GitCommit resolve(Arena *arena, Fixture *it, GitWanted wanted)
{
    GitCommit commit = {0};
    if (!git_resolve(it->repo, arena, &wanted, &commit, &it->err)) {
        fail_msg("%s", err_text(arena, &it->err));
    }
    return commit;
}

static void fetch(Arena *arena, Fixture *it)
{
    if (!git_fetch(it->repo, arena, &it->err)) {
        fail_msg("%s", err_text(arena, &it->err));
    }
}

static void check_contents(Arena *arena, Fixture *it)
{
    GitCommit main_commit = resolve(arena, it, (GitWanted){.branch = "main"});
    CHECK_STR(main_commit.subject, "Add the shop");
    CHECK_STR(main_commit.author, "Ada");
    CHECK_INT(strlen(main_commit.sha), 40);
    CHECK_STR(git_home_branch(it->repo, arena, &it->err), "main");
    CHECK_STR(resolve(arena, it, (GitWanted){.tag = "v*"}).ref, "v1.10.0");
    CHECK_STR(resolve(arena, it, (GitWanted){.tag = "v1.10.0-*"}).ref, "v1.10.0-rc.1");
    CHECK_STR(resolve(arena, it, (GitWanted){.text = "HEAD"}).sha, main_commit.sha);
    GitCommit pull = resolve(arena, it, (GitWanted){.text = "pull/7"});
    CHECK_STR(pull.subject, "Add b");
    CHECK_STR(resolve(arena, it, (GitWanted){.text = main_commit.short_sha}).sha, main_commit.sha);

    FileSet files;
    Diags diags = diags_new(arena);
    CHECK(git_read_tree(it->repo, arena, pull.sha, ".", NULL, &files, &diags, &it->err));
    CHECK_INT(files.list.count, 3);
    CHECK_STR(files_get(&files, "shop/models/b.sql")->text, "select 2\n");
    CHECK_INT(diags_count(&diags, DIAG_WARNING), 1); /* the link */
    CHECK(git_read_tree(it->repo, arena, pull.sha, "./shop/", NULL, &files, &diags, &it->err));
    CHECK(files_get(&files, "models/a.sql"));
    CHECK_STR(git_read_file(it->repo, arena, pull.sha, "cutover.yaml", NULL, &it->err)->text,
              "version: 1\n");

    bool yes = false;
    CHECK(git_is_ancestor(it->repo, arena, main_commit.sha, pull.sha, &yes, &it->err) && yes);
    CHECK(git_is_ancestor(it->repo, arena, pull.sha, main_commit.sha, &yes, &it->err) && !yes);

    GitCommits between;
    CHECK(git_between(it->repo, arena, main_commit.sha, pull.sha, &between, &it->err));
    CHECK_INT(between.count, 1);
    CHECK_STR(between.items[0].message, "Add b\n");
    CHECK(git_between(it->repo, arena, pull.sha, main_commit.sha, &between, &it->err));
    CHECK_INT(between.count, 0);
    const char *gone = "4f2a9c1b03deaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    CHECK(git_between(it->repo, arena, gone, pull.sha, &between, &it->err));
    CHECK_INT(between.count, 1);
    CHECK(git_is_ancestor(it->repo, arena, gone, pull.sha, &yes, &it->err) && !yes);
}

static void a_folder_is_read_without_a_mirror(void **state)
{
    Arena *arena = *state;
    Fixture it = make_repository(arena);
    it.repo = open_repository(arena, &it, arena_printf(arena, "%s/work/shop", it.folder), NULL);
    fetch(arena, &it);
    check_contents(arena, &it);
}

static void a_file_address_is_mirrored_and_follows_pushes(void **state)
{
    Arena *arena = *state;
    Fixture it = make_repository(arena);
    it.repo = open_repository(arena, &it, arena_printf(arena, "file://%s/work", it.folder), NULL);
    fetch(arena, &it);
    check_contents(arena, &it);
    child_shell(arena, it.folder,
                "cd work && git commit -q --allow-empty -m Third && git branch side");
    fetch(arena, &it);
    CHECK_STR(resolve(arena, &it, (GitWanted){.branch = "main"}).subject, "Third");
    CHECK_STR(resolve(arena, &it, (GitWanted){.branch = "side"}).subject, "Third");
    child_shell(arena, it.folder, "cd work && git branch -D side");
    fetch(arena, &it);
    GitCommit commit;
    CHECK(!git_resolve(it.repo, arena, &(GitWanted){.branch = "side"}, &commit, &it.err));
    CHECK_STR(it.err.code, "CO6010");
}

static void a_broken_mirror_is_fetched_again(void **state)
{
    Arena *arena = *state;
    Fixture it = make_repository(arena);
    const char *url = arena_printf(arena, "file://%s/work", it.folder);
    it.repo = open_repository(arena, &it, url, NULL);
    fetch(arena, &it);
    child_shell(arena, it.folder,
                "for d in cache/*.git; do rm $d/HEAD; echo junk >$d/config; done");
    it.repo = open_repository(arena, &it, url, NULL);
    fetch(arena, &it);
    check_contents(arena, &it);
}

static void http_needs_the_token_and_then_fetches(void **state)
{
    Arena *arena = *state;
    Fixture it = make_repository(arena);
    Child *server = child_server(arena, "git_server.py",
                                 arena_printf(arena, "--root %s --token geheim", it.folder));
    const char *url = arena_printf(arena, "http://127.0.0.1:%d/work/.git", server->port);
    it.repo = open_repository(arena, &it, url, "geheim");
    fetch(arena, &it);
    check_contents(arena, &it);

    it.repo = open_repository(arena, &it, url, "falsch");
    CHECK(!git_fetch(it.repo, arena, &it.err));
    CHECK_STR(it.err.code, "CO6003");
    CHECK_INT(it.err.kind, ERR_DENIED);
    const char *absent = arena_printf(arena, "http://127.0.0.1:%d/absent", server->port);
    it.repo = open_repository(arena, &it, absent, "geheim");
    CHECK(!git_fetch(it.repo, arena, &it.err));
    CHECK_STR(it.err.code, "CO6002");
}

static void a_private_authority_must_be_named(void **state)
{
    Arena *arena = *state;
    Fixture it = make_repository(arena);
    child_shell(
        arena, it.folder,
        "openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out ca.pem -days 1 "
        "-subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 && cat key.pem ca.pem >both.pem");
    Child *server = child_server(
        arena, "git_server.py",
        arena_printf(arena, "--root %s --cert %s/both.pem 2>/dev/null", it.folder, it.folder));
    GitSource source = {.name = "shop", .timeout_ms = 20000};
    source.url = arena_printf(arena, "https://127.0.0.1:%d/work/.git", server->port);
    source.cache = arena_printf(arena, "%s/cache", it.folder);
    it.repo = git_open(arena, &source, &it.err);
    CHECK(!git_fetch(it.repo, arena, &it.err));
    CHECK_STR(it.err.code, "CO6004");
    CHECK_STR(it.err.hint, "renew the server's certificate, or set ca to its authority");
    source.ca =
        files_disk_one(arena, arena_printf(arena, "%s/ca.pem", it.folder), 0, &it.err)->text;
    it.repo = git_open(arena, &source, &it.err);
    fetch(arena, &it);
    check_contents(arena, &it);
}

static void a_silent_server_is_given_up(void **state)
{
    Arena *arena = *state;
    Fixture it = make_repository(arena);
    Child *server =
        child_server(arena, "git_server.py", arena_printf(arena, "--root %s --silent", it.folder));
    GitSource source = {.name = "shop", .timeout_ms = 300};
    source.url = arena_printf(arena, "http://127.0.0.1:%d/work/.git", server->port);
    source.cache = arena_printf(arena, "%s/cache", it.folder);
    it.repo = git_open(arena, &source, &it.err);
    CHECK(!git_fetch(it.repo, arena, &it.err));
    CHECK_INT(it.err.kind, ERR_TIMEOUT);
    CHECK_STR(it.err.code, "CO6005");
}

static void limits_stop_what_is_too_large(void **state)
{
    Arena *arena = *state;
    Fixture it = make_repository(arena);
    it.repo = open_repository(arena, &it, arena_printf(arena, "%s/work", it.folder), NULL);
    GitCommit commit = resolve(arena, &it, (GitWanted){.branch = "main"});
    static const GitLimits limits[] = {{.file = 3}, {.files = 1}, {.total = 10}};
    for (size_t i = 0; i < 3; i++) {
        FileSet files;
        Diags diags = diags_new(arena);
        CHECK(!git_read_tree(it.repo, arena, commit.sha, "", &limits[i], &files, &diags, &it.err));
        CHECK_INT(it.err.kind, ERR_LIMIT);
    }
}

static void what_is_not_there_is_said(void **state)
{
    Arena *arena = *state;
    Fixture it = make_repository(arena);
    it.repo = open_repository(arena, &it, arena_printf(arena, "%s/work", it.folder), NULL);
    GitCommit commit;
    CHECK(!git_resolve(it.repo, arena, &(GitWanted){.text = "..bad ref"}, &commit, &it.err));
    CHECK_STR(it.err.code, "CO6010");
    CHECK(!git_resolve(it.repo, arena, &(GitWanted){.text = "pull/99"}, &commit, &it.err));
    commit = resolve(arena, &it, (GitWanted){.branch = "main"});
    CHECK(!git_read_file(it.repo, arena, commit.sha, "none.yaml", NULL, &it.err));
    CHECK_STR(it.err.code, "CO6011");
    GitSource nowhere = {.name = "x", .url = "/nonexistent"};
    CHECK(!git_open(arena, &nowhere, &it.err));
    CHECK_STR(it.err.code, "CO6002");
}

/* Otherwise a controller would run out of file descriptors after some hundred pushes. */
static void packs_are_merged_and_nothing_is_lost(void **state)
{
    Arena *arena = *state;
    Fixture it = make_repository(arena);
    it.repo = open_repository(arena, &it, arena_printf(arena, "file://%s/work", it.folder), NULL);
    fetch(arena, &it);
    GitCommit first = resolve(arena, &it, (GitWanted){.branch = "main"});
    for (int i = 0; i < 80; i++) {
        child_shell(arena, it.folder,
                    arena_printf(arena, "cd work && git commit -q --allow-empty -m 'Push %d'", i));
        fetch(arena, &it);
        char *subject = arena_printf(arena, "Push %d", i);
        CHECK_STR(resolve(arena, &it, (GitWanted){.branch = "main"}).subject, subject);
    }
    child_shell(arena, it.folder, "test $(ls cache/*/objects/pack/*.pack | wc -l) -lt 40");
    CHECK_STR(resolve(arena, &it, (GitWanted){.text = first.sha}).subject, "Add the shop");
    Fixture again = {.folder = it.folder};
    again.repo =
        open_repository(arena, &again, arena_printf(arena, "file://%s/work", it.folder), NULL);
    CHECK_STR(resolve(arena, &again, (GitWanted){.branch = "main"}).subject, "Push 79");
    child_shell(arena, it.folder, "cd cache/*.git && git fsck --full --strict");
}

/* What CI clones: "does not descend" would be a guess, and "cannot be read" no help. */
static void a_shallow_clone_is_told_apart(void **state)
{
    Arena *arena = *state;
    Fixture it = {.folder = child_folder(arena)};
    child_shell(arena, it.folder,
                "git init -q -b main all && cd all && git commit -q --allow-empty -m one && "
                "git commit -q --allow-empty -m two && git commit -q --allow-empty -m three && "
                "cd .. && git clone -q --depth 2 file://$PWD/all some");
    it.repo = open_repository(arena, &it, arena_printf(arena, "%s/some", it.folder), NULL);
    GitCommit newest = resolve(arena, &it, (GitWanted){.branch = "main"});
    const char *gone = "4f2a9c1b03deaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    bool yes = false;
    CHECK(git_is_ancestor(it.repo, arena, newest.sha, newest.sha, &yes, &it.err) && yes);
    CHECK(!git_is_ancestor(it.repo, arena, gone, newest.sha, &yes, &it.err));
    CHECK_STR(it.err.code, "CO6008");
    CHECK(strstr(it.err.hint, "--unshallow"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_folder_is_read_without_a_mirror),
        TEST(a_file_address_is_mirrored_and_follows_pushes),
        TEST(a_broken_mirror_is_fetched_again),
        TEST(packs_are_merged_and_nothing_is_lost),
        TEST(http_needs_the_token_and_then_fetches),
        TEST(a_private_authority_must_be_named),
        TEST(a_silent_server_is_given_up),
        TEST(limits_stop_what_is_too_large),
        TEST(a_shallow_clone_is_told_apart),
        TEST(what_is_not_there_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
