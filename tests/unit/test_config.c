/*
 * Both configuration files. tests/config holds them with the findings that are expected beside each
 * (NAME.yaml, NAME.expected): repo-* is cutover.yaml, settings-* the controller's file.
 * CUTOVER_UPDATE=1 writes the expected findings anew, to be read in a diff.
 */
#include "check.h"
#include "child.h"

#include "cutover/config.h"
#include "cutover/files_disk.h"
#include "cutover/log.h"
#include "cutover/settings.h"
#include "cutover/str.h"

#include <glob.h>

static const File *data(Arena *arena, const char *path)
{
    Err err = {0};
    const File *file = files_disk_one(arena, path, 0, &err);
    if (!file) {
        print_error("%s\n", err.message);
    }
    assert_non_null(file);
    return file;
}

static const char *path_of(Arena *arena, const char *name)
{
    return arena_printf(arena, "%s/config/%s.yaml", TEST_DATA, name);
}

static const char *findings(Arena *arena, const char *path, bool settings)
{
    const File *file = data(arena, path);
    Diags diags = diags_new(arena);
    Settings ignored;
    bool good =
        settings ? settings_read(arena, "config.yaml", file->text, file->length, &ignored, &diags)
                 : config_read(arena, "cutover.yaml", file->text, file->length, &diags) != NULL;
    Buf out = buf_new(arena, 65536);
    diags_write_text(&out, &diags, false);
    CHECK(good == (diags_count(&diags, DIAG_ERROR) == 0));
    return out.data;
}

static void each_file_has_the_findings_beside_it(void **state)
{
    Arena *arena = *state;
    glob_t found;
    CHECK_INT(glob(path_of(arena, "*"), 0, NULL, &found), 0);
    CHECK(found.gl_pathc >= 12);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        const char *path = found.gl_pathv[i];
        const char *stem = arena_strndup(arena, path, strlen(path) - strlen(".yaml"));
        const char *beside = arena_printf(arena, "%s.expected", stem);
        const char *got = findings(arena, path, strstr(stem, "/settings-") != NULL);
        if (getenv("CUTOVER_UPDATE")) {
            FILE *out = fopen(beside, "w");
            assert_non_null(out);
            fputs(got, out);
            fclose(out);
        }
        if (!str_eq(got, data(arena, beside)->text)) {
            print_error("%s\n--- got\n%s--- expected\n%s", path, got, data(arena, beside)->text);
            fail();
        }
    }
    globfree(&found);
}

static RepoConfig *repo(Arena *arena, const char *name)
{
    const File *file = data(arena, path_of(arena, name));
    Diags diags = diags_new(arena);
    RepoConfig *config = config_read(arena, "cutover.yaml", file->text, file->length, &diags);
    assert_non_null(config);
    return config;
}

static void four_lines_are_enough_for_production(void **state)
{
    RepoConfig *config = repo(*state, "repo-minimal");
    const EnvironmentConfig *e = config_environment(config, "production");
    CHECK_STR(config->project_path, ".");
    CHECK_STR(e->branch, "main");
    CHECK_STR(e->target, "prod");
    CHECK_INT(e->soak, 900);
    CHECK_INT(e->drain, 900);
    CHECK_INT(e->max_drops, 5);
    CHECK_INT(e->hydration_deadline, 21600);
    CHECK_INT(e->lag, 10);
    CHECK_INT(e->settle, 10);
    CHECK_INT(e->promote_within, 86400);
    CHECK_INT(e->keep_failed, 3600);
    CHECK(e->tests && !e->checks_given && !e->notify_given);
    CHECK_STR(config_cluster(e, "compute")->size, "200cc");
    CHECK_INT(config_cluster(e, "compute")->replication_factor, -1);
    CHECK(!config_cluster(e, "serving"));
    CHECK_STR(config_pattern(*state, e->green_pattern, "shop", 0), "shop_green");
    CHECK_STR(config_pattern(*state, e->blue_pattern, "shop", 41), "shop_blue_g41");
}

static void the_example_has_two_environments_of_their_own(void **state)
{
    const char *path = arena_printf(*state, "%s/../examples/shop/cutover.yaml", TEST_DATA);
    const File *file = data(*state, path);
    Diags diags = diags_new(*state);
    RepoConfig *config = config_read(*state, "cutover.yaml", file->text, file->length, &diags);
    CHECK_STR(findings(*state, path, false), "");
    CHECK_STR(config_environment(config, "production")->branch, "main");
    CHECK_STR(config_environment(config, "staging")->target, "staging");
    CHECK(!config_cluster(config_environment(config, "staging"), "compute"));
}

static void every_key_arrives_and_anchors_are_shared(void **state)
{
    RepoConfig *config = repo(*state, "repo-full");
    const EnvironmentConfig *e = config_environment(config, "staging");
    const CheckConfig *check = config_check(config, "orders_fresh");
    CHECK_STR(config->project_path, "dbt");
    CHECK_STR(e->branch, "develop");
    CHECK_STR(yaml_text(yaml_get(e->vars, "currency")), "EUR");
    CHECK_INT(config_cluster(e, "compute")->replication_factor, 2);
    CHECK_STR(e->green_pattern, "{name}_next");
    CHECK_INT(e->max_drops, 0);
    CHECK(e->max_cost > 12.4 && e->max_cost < 12.6);
    CHECK_STR(config_drift(e, "grants"), "heal");
    CHECK_STR(config_drift(e, "indexes"), "report");
    CHECK_STR(config_drift(e, "clusters"), "alert");
    CHECK_INT(e->hydration_deadline, 3600);
    CHECK_INT(e->settle, 0);
    CHECK(!e->tests && e->checks_given && e->notify_given);
    CHECK_STR(e->notify.items[0], "data-team");
    CHECK_INT(e->soak, 0);
    CHECK_INT(e->keep_failed, 5400);
    CHECK_STR(check->expect, ">= 1000");
    CHECK_INT(check->timeout, 120);
    CHECK_INT(check->retries, 0);
    CHECK(check->warn);
}

static Settings settings(Arena *arena, const char *name)
{
    const File *file = data(arena, path_of(arena, name));
    Diags diags = diags_new(arena);
    Settings all;
    CHECK(settings_read(arena, "config.yaml", file->text, file->length, &all, &diags));
    return all;
}

static void the_controllers_file_is_read_whole(void **state)
{
    Settings all = settings(*state, "settings-full");
    RepositorySettings *shop = all.repositories.items;
    CHECK_INT(all.repositories.count, 2);
    CHECK_STR(shop->name, "shop");
    CHECK_STR(shop->path, "deploy/cutover.yaml");
    CHECK_STR(shop->branch, "main");
    CHECK_STR(shop->environments.items[0], "prod*");
    CHECK_INT(shop->interval, 5);
    CHECK_STR(shop->token.env, "GIT_TOKEN");
    CHECK_STR(shop->username, "bot");
    CHECK_STR(shop->ca.file, "/etc/ca.pem");
    CHECK_STR(shop->env.items[1], "TZ");
    CHECK_INT(shop->max_size, 1 << 30);
    CHECK_STR(all.repositories.items[1].path, "cutover.yaml");
    CHECK_STR(all.materialize_url, "postgres://cutover@mz/materialize");
    CHECK_STR(all.materialize_password.env, "MZ_PASSWORD");
    CHECK_STR(all.record_cluster, "record");
    CHECK_STR(all.record_schema, "cutover_log");
    CHECK(!all.listen);
    CHECK_STR(all.metrics, "127.0.0.1:9091");
    CHECK_STR(all.notifiers.items[0].url.file, "/run/slack");
    CHECK_STR(all.notifiers.items[0].environments.items[0], "production");
    CHECK_INT(all.notifiers.items[0].quiet.allow.count, 1);
    CHECK_STR(all.notifiers.items[1].type, "webhook");
    CHECK_STR(all.notifiers.items[1].secret.env, "HOOK_SECRET");
    CHECK_STR(all.log_level, "debug");
    CHECK_STR(all.log_format, "text");
    CHECK_INT(all.limit_file, 32 << 20);
    CHECK_INT(all.limit_files, 100);
    CHECK_INT(all.limit_steps, 20000000);
}

static void of_all_floors_that_match_the_strictest_holds(void **state)
{
    Settings all = settings(*state, "settings-full");
    PermitPolicy production = settings_permits(&all, "production");
    CHECK(production.approval_only && production.any_history);
    PermitPolicy eu = settings_permits(&all, "production_eu");
    CHECK(eu.approval_only && !eu.any_history);
    PermitPolicy staging = settings_permits(&all, "staging");
    CHECK(!staging.approval_only && !staging.any_history);
    const Floors *floors = settings_floors(*state, &all, "production");
    CHECK_INT(floors->approvals, 1); /* what `manual` comes to */
    CHECK_INT(floors->soak, 1800);
    CHECK_STR(floors->windows.items[0]->timezone, "Europe/Berlin");
    CHECK_INT(floors->windows.items[0]->freeze.count, 1);
    CHECK_INT(floors->max_drops, 3);
    CHECK(floors->all_tests && floors->no_hooks && floors->max_size > 8 && floors->max_cost > 39);
    CHECK(floors_allow(&floors->schemas, "other.reports"));
    CHECK(!floors_allow(&floors->schemas, "other.shop"));
    floors = settings_floors(*state, &all, "production_eu");
    CHECK_INT(floors->approvals, 2);
    CHECK_INT(floors->soak, 1800);
    CHECK(floors->all_tests && floors->no_hooks);
    floors = settings_floors(*state, &all, "staging");
    CHECK(!floors->soak && !floors->all_tests && floors->max_drops == -1);
}

static bool may_ask(Arena *arena, const char *policy, const char *environment)
{
    Settings all = settings_default();
    Diags diags = diags_new(arena);
    const char *text = arena_printf(arena, "version: 1\npolicy: {%s}\n", policy);
    CHECK(settings_read(arena, "config.yaml", text, strlen(text), &all, &diags));
    return settings_introspection(&all, environment);
}

static void asking_the_database_must_be_allowed_and_nowhere_denied(void **state)
{
    CHECK(!may_ask(*state, "", "production"));
    CHECK(!may_ask(*state, "production: {history: any}", "production"));
    CHECK(may_ask(*state, "'prod*': {introspection: allow}", "production"));
    CHECK(!may_ask(*state, "'prod*': {introspection: allow}", "staging"));
    CHECK(!may_ask(*state, "'*': {introspection: allow}, production: {introspection: deny}",
                   "production"));
}

/* CUTOVER_SETTINGS names one more file, such as the one that the chart makes. */
static void a_file_from_elsewhere_is_read_too(void **state)
{
    const char *path = getenv("CUTOVER_SETTINGS");
    CHECK_STR(findings(*state, path ? path : path_of(*state, "settings-minimal"), true), "");
}

static void no_finding_repeats_a_secret_that_was_written_down(void **state)
{
    const char *text = findings(*state, path_of(*state, "settings-secrets"), true);
    CHECK(!strstr(text, "hunter2"));
}

static const char *variables(const char *name)
{
    return str_eq(name, "CUTOVER_SLACK_URL")   ? "https://hooks.example.com/x"
           : str_eq(name, "CUTOVER_GIT_TOKEN") ? "t0ken"
                                               : NULL;
}

static void flags_fill_the_same_keys_without_a_file(void **state)
{
    Settings all = settings_default();
    Err err = {0};
    CHECK(settings_set_repo(*state, &all, "https://git.example.com/acme/shop.git", &err));
    CHECK(settings_set_materialize(*state, &all, "postgres://cutover@mz/materialize", &err));
    settings_set_variables(*state, &all, variables);
    CHECK_INT(all.repositories.count, 1);
    CHECK_STR(all.repositories.items[0].name, "shop");
    CHECK_STR(all.repositories.items[0].token.env, "CUTOVER_GIT_TOKEN");
    CHECK_INT(all.repositories.items[0].interval, 60);
    CHECK_STR(all.notifiers.items[0].name, "slack");
    CHECK_STR(all.notifiers.items[0].url.env, "CUTOVER_SLACK_URL");
    CHECK_STR(all.record_cluster, "quickstart");
    CHECK_STR(all.listen, "0.0.0.0:8080");
}

static void a_flag_chooses_among_the_files_repositories(void **state)
{
    Settings all = settings(*state, "settings-full");
    Err err = {0};
    CHECK(settings_set_repo(*state, &all, "shop", &err));
    CHECK_INT(all.repositories.count, 1);
    CHECK_INT(all.repositories.items[0].interval, 5);
    settings_set_variables(*state, &all, variables);
    CHECK_STR(all.repositories.items[0].token.env, "GIT_TOKEN"); /* the file's own stays */
    CHECK_INT(all.notifiers.count, 3);
}

static void a_password_in_an_address_is_refused(void **state)
{
    static const char *bad[] = {"https://bot:pw@host/x.git", "https://token@host/x.git",
                                "postgres://u:pw@host/db", "postgres://u@host/db?password=pw"};
    static const char *good[] = {"https://host/x.git", "postgres://u@host:6875/db?sslmode=require",
                                 "/srv/git/x.git",     "ssh://git@host/x.git",
                                 "git@host:x.git",     "."};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        CHECK(!settings_address_is_clean(*state, bad[i]));
    }
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        CHECK(settings_address_is_clean(*state, good[i]));
    }
    Settings all = settings_default();
    Err err = {0};
    CHECK(!settings_set_materialize(*state, &all, bad[2], &err));
    CHECK_STR(err.code, "CO1093");
    CHECK(!strstr(err.message, "pw"));
}

static void write_text(const char *path, const char *text)
{
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    fputs(text, out);
    fclose(out);
}

static void a_secret_is_read_when_it_is_used_and_masked_from_then_on(void **state)
{
    Arena *arena = *state;
    const char *path = arena_printf(arena, "%s/token", child_folder(arena));
    Settings all = settings_default();
    SecretRef ref = {.file = path}, none = {0}, unset = {.env = "CUTOVER_TEST_UNSET"};
    const char *text;
    Err err = {0};
    write_text(path, "first-secret\n");
    all.materialize_password = ref;
    const char *before = settings_fingerprint(arena, &all);
    CHECK(secret_read(arena, &ref, "token", &text, &err));
    CHECK_STR(text, "first-secret");
    CHECK_STR(log_redact(arena, "said first-secret"), "said ***");
    write_text(path, "rotated-secret");
    CHECK(!str_eq(before, settings_fingerprint(arena, &all)));
    CHECK(secret_read(arena, &ref, "token", &text, &err));
    CHECK_STR(text, "rotated-secret");
    CHECK(secret_read(arena, &none, "token", &text, &err));
    CHECK(!text);
    CHECK(!secret_read(arena, &unset, "shop.token", &text, &err));
    CHECK_STR(err.message, "shop.token: the variable CUTOVER_TEST_UNSET is not set");
    write_text(path, "\n");
    CHECK(!secret_read(arena, &ref, "token", &text, &err));
    CHECK_STR(err.code, "CO1017");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_file_has_the_findings_beside_it),
        TEST(four_lines_are_enough_for_production),
        TEST(the_example_has_two_environments_of_their_own),
        TEST(every_key_arrives_and_anchors_are_shared),
        TEST(the_controllers_file_is_read_whole),
        TEST(of_all_floors_that_match_the_strictest_holds),
        TEST(asking_the_database_must_be_allowed_and_nowhere_denied),
        TEST(a_file_from_elsewhere_is_read_too),
        TEST(no_finding_repeats_a_secret_that_was_written_down),
        TEST(flags_fill_the_same_keys_without_a_file),
        TEST(a_flag_chooses_among_the_files_repositories),
        TEST(a_password_in_an_address_is_refused),
        TEST(a_secret_is_read_when_it_is_used_and_masked_from_then_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
