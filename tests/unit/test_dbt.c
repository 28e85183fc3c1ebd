/*
 * dbt projects in tests/dbt/<case>/, read natively. Each case has
 *   project/     the project's files
 *   options.txt  how it is read, a line each: `target T`, `analyses yes`, `env K=V`, `schema S=GREEN`, `cluster C=GREEN`
 *   compiled/    what `dbt compile` writes for it (where dbt can read it), byte by byte
 *   desired.txt  the desired state, or the findings
 * With UPDATE=1 in the environment desired.txt is written instead of compared: read what changes.
 */
#include "check.h"

#include "cutover/dbt.h"
#include "cutover/files_disk.h"
#include "cutover/str.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct Case {
    Arena *arena;
    const char *folder;
    Map env;
    NameMap names;
    DbtOptions options;
    Diags diags;
} Case;

static const char *read_text(Arena *arena, const char *path)
{
    Err err = {0};
    const File *file = files_disk_one(arena, path, 0, &err);
    return file ? file->text : NULL;
}

static FileSet read_folder(Arena *arena, const char *folder)
{
    FileSet files = {0};
    Diags diags = diags_new(arena);
    Err err = {0};
    GitLimits limits = {0};
    if (!files_disk_read(arena, folder, &limits, &files, &diags, &err)) {
        files = (FileSet){0};
    }
    return files;
}

static void apply_option(Case *c, const char *line)
{
    const char *space = strchr(line, ' ');
    if (!space) {
        return;
    }
    const char *key = arena_strndup(c->arena, line, (size_t)(space - line));
    const char *rest = space + 1, *equals = strchr(rest, '=');
    const char *name = equals ? arena_strndup(c->arena, rest, (size_t)(equals - rest)) : rest;
    if (str_eq(key, "target")) {
        c->options.target = rest;
    } else if (str_eq(key, "analyses")) {
        c->options.analyses = str_eq(rest, "yes");
    } else if (str_eq(key, "env")) {
        map_put(c->arena, &c->env, name, equals + 1);
    } else if (str_eq(key, "schema")) {
        map_put(c->arena, &c->names.schemas, schema_key(c->arena, "materialize", name), equals + 1);
        c->options.names = &c->names;
    } else if (str_eq(key, "cluster")) {
        map_put(c->arena, &c->names.clusters, name, equals + 1);
        c->options.names = &c->names;
    } else {
        fail_msg("%s: unknown option %s", c->folder, key);
    }
}

/* Halves that two threads might end in any order: whatever depended on it would show here. */
static void later_half_first(size_t count, HalfWork *work, void *first, void *second)
{
    work(second, count / 2, count);
    work(first, 0, count / 2);
}

static Case *open_case(Arena *arena, const char *folder)
{
    Case *c = arena_make(arena, Case);
    FileSet *files = arena_make(arena, FileSet);
    *files = read_folder(arena, arena_printf(arena, "%s/project", folder));
    c->arena = arena;
    c->folder = folder;
    c->diags = diags_new(arena);
    c->options = (DbtOptions){.files = files, .env = &c->env, .halves = later_half_first};
    const char *options = read_text(arena, arena_printf(arena, "%s/options.txt", folder));
    StrVec lines = str_split(arena, options ? options : "", '\n');
    vec_each (const char *, it, &lines) {
        apply_option(c, *it);
    }
    return c;
}

/* ---- the desired state as text ---- */

static void put_list(Buf *out, const char *label, const StrVec *texts)
{
    vec_each (const char *, it, texts) {
        buf_printf(out, "  %s %s\n", label, *it);
    }
}

static void put_declared(Buf *out, const DesiredIndexes *indexes, const DesiredGrants *grants,
                         const DesiredComments *comments)
{
    vec_each (const DesiredIndex, it, indexes) {
        buf_printf(out, "  index %s in %s on (%s)\n", it->name, it->cluster,
                   it->keys ? it->keys : "default");
    }
    vec_each (const DesiredGrant, it, grants) {
        buf_printf(out, "  grant %s to %s\n", it->privilege, it->grantee);
    }
    vec_each (const DesiredComment, it, comments) {
        buf_printf(out, "  comment %s: %s\n", it->column ? it->column : "", it->text);
    }
}

static void put_seed(Buf *out, const SeedData *seed)
{
    vec_each (const SeedColumn, it, &seed->columns) {
        buf_printf(out, "  column %s %s\n", it->name, it->type);
    }
    vec_each (const char **, row, &seed->rows) {
        buf_text(out, "  row");
        for (size_t i = 0; i < seed->columns.count; i++) {
            buf_printf(out, " [%s]", (*row)[i] ? (*row)[i] : "null");
        }
        buf_char(out, '\n');
    }
}

static void put_node(Arena *arena, Buf *out, const DesiredNode *node)
{
    buf_printf(out, "%s: %s %s%s%s\n", node->id, node_kind_text(node->kind),
               relname_sql(arena, node->rel), node->cluster ? " in " : "",
               node->cluster ? node->cluster : "");
    put_list(out, "reads node", &node->depends);
    vec_each (const RelName, it, &node->reads) {
        buf_printf(out, "  reads %s\n", relname_sql(arena, *it));
    }
    if (node->options) {
        buf_printf(out, "  with %s\n", node->options);
    }
    put_declared(out, &node->indexes, &node->grants, &node->comments);
    put_list(out, "hook", &node->hooks);
    put_list(out, "tag", &node->tags);
    if (node->seed) {
        put_seed(out, node->seed);
    }
    if (node->kind == NODE_SOURCE || node->kind == NODE_SINK) {
        buf_printf(out, "  sql %s\n", node->sql);
    }
}

static void put_test(Buf *out, const DesiredTest *test)
{
    buf_printf(out, "%s: %s when %s %s, warns when %s\n", test->id, test->severity, test->fail_calc,
               test->error_if, test->warn_if);
    put_list(out, "reads node", &test->depends);
    buf_printf(out, "  at %s:%d\n", test->file, test->line);
}

static const char *describe(Case *c, const DbtProject *project)
{
    Buf out = buf_new(c->arena, 16u << 20);
    buf_text(&out, "");
    diags_write_text(&out, &c->diags, false);
    if (!project) {
        return out.data;
    }
    vec_each (const DesiredNode, it, &project->desired->nodes) {
        put_node(c->arena, &out, it);
    }
    vec_each (const DesiredExternal, it, &project->desired->externals) {
        buf_printf(&out, "outside: %s\n", relname_sql(c->arena, it->rel));
        put_declared(&out, &it->indexes, &it->grants, &it->comments);
    }
    vec_each (const DesiredTest, it, &project->desired->tests) {
        put_test(&out, it);
    }
    return out.data;
}

/* ---- comparing ---- */

static int compare(const char *what, const char *got, const char *wanted)
{
    if (str_eq(got, wanted)) {
        return 0;
    }
    print_error("--- %s\n--- got\n%s\n--- wanted\n%s\n", what, got ? got : "(nothing)",
                wanted ? wanted : "(nothing)");
    return 1;
}

static int check_compiled(Case *c, const DbtProject *project)
{
    const char *folder = arena_printf(c->arena, "%s/compiled", c->folder);
    FileSet wanted = read_folder(c->arena, folder);
    int wrong = 0;
    if (!wanted.list.count || !project) {
        return 0;
    }
    vec_each (const DbtCompiled, it, &project->compiled) {
        const File *file = files_get(&wanted, it->path);
        wrong += compare(arena_printf(c->arena, "%s/%s", folder, it->path), it->text,
                         file ? file->text : NULL);
    }
    if (project->compiled.count != wanted.list.count) {
        print_error("%s: %zu files, dbt writes %zu\n", folder, project->compiled.count,
                    wanted.list.count);
        wrong++;
    }
    return wrong;
}

static void update(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    CHECK(file);
    fputs(text, file);
    fclose(file);
}

static int check_case(Arena *arena, const char *folder)
{
    Case *c = open_case(arena, folder);
    DbtProject *project = dbt_read(arena, &c->options, &c->diags);
    const char *got = describe(c, project);
    const char *path = arena_printf(arena, "%s/desired.txt", folder);
    if (getenv("UPDATE")) {
        update(path, got);
        return 0;
    }
    return compare(path, got, read_text(arena, path)) + check_compiled(c, project);
}

static StrVec cases(Arena *arena)
{
    StrVec names = {0};
    DIR *dir = opendir(TEST_DATA "/dbt");
    CHECK(dir);
    for (struct dirent *entry; (entry = readdir(dir));) {
        if (*entry->d_name != '.') {
            vec_push(arena, &names, arena_strdup(arena, entry->d_name));
        }
    }
    closedir(dir);
    vec_sort(&names, str_compare);
    return names;
}

static void projects_are_read_as_dbt_reads_them(void **state)
{
    StrVec names = cases(*state);
    int wrong = 0;
    CHECK(names.count > 0);
    vec_each (const char *, it, &names) {
        wrong += check_case(*state, arena_printf(*state, "%s/dbt/%s", TEST_DATA, *it));
    }
    CHECK_INT(wrong, 0);
}

static void the_same_project_has_the_same_digests_in_every_reading(void **state)
{
    Case *first = open_case(*state, TEST_DATA "/dbt/shop");
    Case *second = open_case(*state, TEST_DATA "/dbt/shop");
    DbtProject *a = dbt_read(*state, &first->options, &first->diags);
    DbtProject *b = dbt_read(*state, &second->options, &second->diags);
    CHECK(a && b);
    first->options.halves = NULL;
    CHECK_STR(dbt_read(*state, &first->options, &first->diags)->desired->manifest_digest,
              a->desired->manifest_digest);
    CHECK_STR(a->desired->manifest_digest, b->desired->manifest_digest);
    map_put(*state, &second->env, "T", "prod");
    DbtProject *other = dbt_read(*state, &second->options, &second->diags);
    CHECK(other && !str_eq(other->desired->manifest_digest, a->desired->manifest_digest));
}

static void what_a_test_finds_is_stored_under_its_alias(void **state)
{
    Case *c = open_case(*state, TEST_DATA "/dbt/testconfig");
    c->options.table = true;
    DbtProject *project = dbt_read(*state, &c->options, &c->diags);
    CHECK(project);
    CHECK_STR(project->table.items[1].resource, "test");
    CHECK_STR(project->table.items[1].relation,
              "\"materialize\".\"public_dbt_test__audit\".\"odd_ones\"");
}

static const char *relation_of_test(Arena *arena, const char *folder, const char *id)
{
    Case *c = open_case(arena, folder);
    c->options.table = true;
    DbtProject *project = dbt_read(arena, &c->options, &c->diags);
    CHECK(project);
    vec_each (DbtNode, it, &project->table) {
        if (str_starts(it->id, id)) {
            return it->relation ? it->relation : "none";
        }
    }
    return NULL;
}

static void what_a_test_finds_is_stored_where_its_configs_and_the_naming_macros_say(void **state)
{
    static const char *const expected[][3] = {
        {"stored", "test.p.not_null_a_id", "\"materialize\".\"public_findings\".\"not_null_a_id\""},
        {"stored", "test.p.unique_a_id", "\"other\".\"public_dbt_test__audit\".\"unique_a_id\""},
        {"stored", "test.p.see_a_id", "\"materialize\".\"public_x\".\"al\""},
        {"stored", "test.p.one", "\"materialize\".\"public_mine\".\"one_alias\""},
        {"stored", "test.p.two", "none"},
        {"stored_named", "test.p.not_null_a_id", "\"dbx\".\"findings_test\".\"x_not_null_a_id\""},
    };
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        const char *folder = arena_printf(*state, "%s/dbt/%s", TEST_DATA, expected[i][0]);
        CHECK_STR(relation_of_test(*state, folder, expected[i][1]), expected[i][2]);
    }
}

static void a_check_reads_the_green_names(void **state)
{
    Case *c = open_case(*state, TEST_DATA "/dbt/shop_green");
    DbtProject *project = dbt_read(*state, &c->options, &c->diags);
    CHECK(project);
    StrVec depends = {0};
    const char *sql = dbt_render_check(
        *state, &c->options, project->desired,
        "select {{ cents('x') }} from {{ ref('daily') }}, {{ source('pg', 'orders') }}",
        "cutover.yaml", 7, &depends, &c->diags);
    CHECK_STR(sql,
              "select (x / 100)::numeric from \"materialize\".\"public_shop_green\".\"daily\", "
              "\"materialize\".\"public_pg\".\"orders\"");
    CHECK_INT(depends.count, 1);
    CHECK_STR(depends.items[0], "model.shop.daily");
}

static void a_check_reads_the_version_that_it_names(void **state)
{
    Case *c = open_case(*state, TEST_DATA "/dbt/versions");
    DbtProject *project = dbt_read(*state, &c->options, &c->diags);
    CHECK(project);
    StrVec depends = {0};
    const char *sql = dbt_render_check(*state, &c->options, project->desired,
                                       "{{ ref('daily') }} {{ ref('daily', v=1) }}", "cutover.yaml",
                                       7, &depends, &c->diags);
    CHECK_STR(sql, "\"materialize\".\"public\".\"daily_v2\" "
                   "\"materialize\".\"public_old\".\"daily_v1\"");
    CHECK_INT(depends.count, 2);
    CHECK_STR(depends.items[0], "model.app.daily.v2");
    CHECK_STR(depends.items[1], "model.app.daily.v1");
}

static void a_wrong_check_is_found_where_it_was_written(void **state)
{
    Case *c = open_case(*state, TEST_DATA "/dbt/shop");
    DbtProject *project = dbt_read(*state, &c->options, &c->diags);
    CHECK(project);
    StrVec depends = {0};
    CHECK(!dbt_render_check(*state, &c->options, project->desired,
                            "select * from {{ ref('dayly') }}", "cutover.yaml", 7, &depends,
                            &c->diags));
    const Diag *diag = &vec_last(&c->diags.list);
    CHECK_STR(diag->code, "CO3012");
    CHECK_STR(diag->file, "cutover.yaml");
    CHECK_INT(diag->line, 7);
    CHECK_STR(diag->label, "did you mean \"daily\"?");
}

/* ---- dbt's manifest instead of the sources ---- */

/* The places of tests: a manifest knows the file of a test, but not the line. */
static const char *without_places(Arena *arena, const char *text)
{
    StrVec lines = str_split(arena, text, '\n'), kept = {0};
    vec_each (const char *, it, &lines) {
        if (!str_starts(*it, "  at ")) {
            vec_push(arena, &kept, *it);
        }
    }
    return str_join(arena, &kept, "\n");
}

/* The same case, read from the manifest that dbt made of it; NULL: it has none. */
static Case *open_manifest(Arena *arena, const char *folder)
{
    const char *text = read_text(arena, arena_printf(arena, "%s/manifest.json", folder));
    Case *c = open_case(arena, folder);
    if (!text) {
        return NULL;
    }
    files_add(arena, (FileSet *)c->options.files,
              (File){"target/manifest.json", text, strlen(text)});
    c->options.manifest = "target/manifest.json";
    return c;
}

static DbtProject *read_quietly(Case *c)
{
    DbtProject *project = dbt_read(c->arena, &c->options, &c->diags);
    if (!project) {
        Buf out = buf_new(c->arena, 1u << 20);
        diags_write_text(&out, &c->diags, false);
        fail_msg("%s: %s", c->folder, out.data);
    }
    c->diags = diags_new(c->arena);
    return project;
}

static int compare_compiled(const Case *c, const DbtProject *a, const DbtProject *b)
{
    int wrong = a->compiled.count != b->compiled.count;
    for (size_t i = 0; !wrong && i < a->compiled.count; i++) {
        wrong += compare(arena_printf(c->arena, "%s: %s", c->folder, a->compiled.items[i].path),
                         b->compiled.items[i].text, a->compiled.items[i].text);
    }
    return wrong;
}

static int compare_fronts(Case *native, Case *manifest)
{
    DbtProject *a = read_quietly(native), *b = read_quietly(manifest);
    Arena *arena = native->arena;
    int wrong = compare(native->folder, without_places(arena, describe(manifest, b)),
                        without_places(arena, describe(native, a)));
    for (size_t i = 0; !wrong && i < a->desired->nodes.count; i++) {
        wrong += compare(a->desired->nodes.items[i].id, b->desired->nodes.items[i].digest,
                         a->desired->nodes.items[i].digest);
    }
    return wrong +
           compare(native->folder, b->desired->manifest_digest, a->desired->manifest_digest);
}

/* Every schema and cluster of the project goes green. */
static void send_all_to_green(Case *c, const Desired *desired)
{
    vec_each (DesiredNode, it, &desired->nodes) {
        map_put(c->arena, &c->names.schemas, schema_key(c->arena, it->rel.database, it->rel.schema),
                arena_printf(c->arena, "%s_green", it->rel.schema));
        if (it->cluster) {
            map_put(c->arena, &c->names.clusters, it->cluster,
                    arena_printf(c->arena, "%s_green", it->cluster));
        }
    }
    c->options.names = &c->names;
}

/* In production's names, and where WITH_GREEN in green ones. */
static int compare_case(Case *native, Case *manifest, bool with_green)
{
    int wrong = compare_fronts(native, manifest);
    const DbtProject *project = read_quietly(native);
    wrong += compare_compiled(native, project, read_quietly(manifest));
    if (with_green) {
        send_all_to_green(native, project->desired);
        send_all_to_green(manifest, project->desired);
        wrong += compare_fronts(native, manifest);
    }
    return wrong;
}

/* "shop" and "packages" print {{ this.schema }} as a text of its own, which in compiled SQL nothing tells from
 * another word: these two are compared in production's names alone. tests/optional/manifest_fixtures.py made
 * the manifests. */
static void a_manifest_gives_what_the_sources_give(void **state)
{
    StrVec names = cases(*state);
    int wrong = 0, compared = 0;
    vec_each (const char *, it, &names) {
        const char *folder = arena_printf(*state, "%s/dbt/%s", TEST_DATA, *it);
        Case *manifest = open_manifest(*state, folder);
        if (manifest) {
            bool prints_schema = str_eq(*it, "shop") || str_eq(*it, "packages");
            wrong += compare_case(open_case(*state, folder), manifest, !prints_schema);
            compared++;
        }
    }
    CHECK_INT(wrong, 0);
    CHECK(compared >= 5);
}

/* The native reader refuses a name written by hand; here nothing tells it from a ref(), and it follows. */
static void names_written_by_hand_follow_in_a_manifest(void **state)
{
    Case *c = open_manifest(*state, TEST_DATA "/dbt/shop");
    map_put(*state, &c->names.schemas, schema_key(*state, "materialize", "public_shop"),
            "public_shop_green");
    c->options.names = &c->names;
    DbtProject *project = read_quietly(c);
    const DesiredNode *node = map_get(&project->desired->node_by_id, "model.shop.byhand");
    CHECK_STR(node->sql, "select * from \"public_shop_green\".daily");
    CHECK_STR(node->depends.items[0], "model.shop.daily");
}

static void a_check_works_beside_a_manifest(void **state)
{
    Case *c = open_manifest(*state, TEST_DATA "/dbt/shop");
    DbtProject *project = read_quietly(c);
    StrVec depends = {0};
    CHECK_STR(dbt_render_check(*state, &c->options, project->desired,
                               "select {{ cents('x') }} from {{ ref('daily') }}", "cutover.yaml", 7,
                               &depends, &c->diags),
              "select (x / 100)::numeric from \"materialize\".\"public_shop\".\"daily\"");
    CHECK_INT(depends.count, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(projects_are_read_as_dbt_reads_them),
        TEST(the_same_project_has_the_same_digests_in_every_reading),
        TEST(what_a_test_finds_is_stored_under_its_alias),
        TEST(what_a_test_finds_is_stored_where_its_configs_and_the_naming_macros_say),
        TEST(a_check_reads_the_green_names),
        TEST(a_check_reads_the_version_that_it_names),
        TEST(a_wrong_check_is_found_where_it_was_written),
        TEST(a_manifest_gives_what_the_sources_give),
        TEST(names_written_by_hand_follow_in_a_manifest),
        TEST(a_check_works_beside_a_manifest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
