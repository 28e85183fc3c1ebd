/* Manifests that cannot be used: one clear finding each, with what to do. */
#include "check.h"

#include "cutover/dbt.h"
#include "cutover/str.h"

#include <string.h>

#define META                                                                                       \
    "\"metadata\":{\"dbt_schema_version\":\"https://schemas.getdbt.com/dbt/manifest/v12.json\","   \
    "\"adapter_type\":\"materialize\",\"project_name\":\"shop\"}"
#define REST ",\"sources\":{},\"macros\":{}}"
#define MODEL(more)                                                                                \
    "{\"resource_type\":\"model\",\"package_name\":\"shop\",\"name\":\"daily\",\"alias\":"         \
    "\"daily\",\"database\":\"materialize\",\"schema\":\"shop\",\"original_file_path\":"           \
    "\"models/daily.sql\",\"config\":{\"materialized\":\"view\"}" more "}"
#define DAILY(more) "{" META ",\"nodes\":{\"model.shop.daily\":" MODEL(more) "}" REST

#define PROJECT "name: shop\nprofile: shop\n"
#define PROFILES                                                                                   \
    "shop:\n  outputs:\n    prod: {type: materialize, schema: public, dbname: materialize}\n"

typedef struct Try {
    Arena *arena;
    FileSet files;
    DbtOptions options;
    Diags diags;
} Try;

static Try *try_new(Arena *arena, const char *manifest)
{
    Try *t = arena_make(arena, Try);
    t->arena = arena;
    t->diags = diags_new(arena);
    t->options = (DbtOptions){.files = &t->files,
                              .target = "prod",
                              .manifest = "manifest.json",
                              .env = arena_make(arena, Map)};
    files_add(arena, &t->files, (File){"manifest.json", manifest, strlen(manifest)});
    return t;
}

static void with_file(Try *t, const char *path, const char *text)
{
    files_add(t->arena, &t->files, (File){path, text, strlen(text)});
}

/* The only finding of reading T. */
static const Diag *refused(Try *t)
{
    CHECK(!dbt_read(t->arena, &t->options, &t->diags));
    CHECK_INT(t->diags.list.count, 1);
    return t->diags.list.items;
}

static void expect(Arena *arena, const char *manifest, const char *code, const char *message)
{
    const Diag *diag = refused(try_new(arena, manifest));
    CHECK_STR(diag->code, code);
    CHECK_STR(diag->message, message);
    CHECK_STR(diag->file, "manifest.json");
}

static void a_manifest_of_dbt_parse_says_to_compile(void **state)
{
    const Diag *diag = refused(try_new(*state, DAILY("")));
    CHECK_STR(diag->code, "CO3061");
    CHECK_STR(diag->message,
              "manifest.json holds no compiled SQL for 1 of 1 models and tests (model.shop.daily)");
    CHECK(strstr(diag->hint, "run `dbt compile`"));
}

static void what_is_no_manifest_is_refused(void **state)
{
    expect(*state, "[]", "CO3060", "manifest.json has no \"metadata\": it is no manifest of dbt");
    expect(*state, "{\"metadata\":{},\"nodes\":{},\"sources\":{},\"macros\":{}}", "CO3060",
           "manifest.json is of schema (none), not v12");
    expect(*state,
           "{\"metadata\":{\"dbt_schema_version\":\"https://x/manifest/v11.json\"},\"nodes\":{},"
           "\"sources\":{},\"macros\":{}}",
           "CO3060", "manifest.json is of schema https://x/manifest/v11.json, not v12");
    expect(*state,
           "{\"metadata\":{\"dbt_schema_version\":\"https://x/manifest/v12.json\",\"adapter_type\":"
           "\"postgres\"},\"nodes\":{},\"sources\":{},\"macros\":{}}",
           "CO3005", "manifest.json was made for postgres, not materialize");
}

static void broken_json_is_found_at_its_line(void **state)
{
    const Diag *diag = refused(try_new(*state, "{\n\"metadata\": {,\n"));
    CHECK_STR(diag->code, "CO3060");
    CHECK_INT(diag->line, 2);
    CHECK(strstr(diag->message, "not valid JSON"));
}

static void a_missing_manifest_says_where_it_is_looked_for(void **state)
{
    Try *t = try_new(*state, "{}");
    t->options.manifest = "target/manifest.json";
    const Diag *diag = refused(t);
    CHECK_STR(diag->message, "there is no target/manifest.json");
    CHECK(strstr(diag->hint, "git add -f"));
}

static void a_node_of_an_unknown_type_is_never_skipped(void **state)
{
    expect(*state, "{" META ",\"nodes\":{\"x.shop.y\":{\"resource_type\":\"x\"}}" REST, "CO2053",
           "manifest.json: nodes.\"x.shop.y\" is of type \"x\", which is not supported");
    expect(*state, "{" META ",\"nodes\":{\"model.shop.y\":{\"resource_type\":\"model\"}}" REST,
           "CO3060", "manifest.json: nodes.\"model.shop.y\" has no \"package_name\"");
    expect(*state, "{" META ",\"nodes\":{\"model.shop.y\":7}" REST, "CO2053",
           "manifest.json: nodes.\"model.shop.y\" is of type \"\", which is not supported");
    expect(*state,
           "{" META ",\"nodes\":{\"operation.shop.o\":{\"resource_type\":\"operation\","
           "\"raw_code\":\"grant\"}}" REST,
           "CO3006", "on-run-start and on-run-end hooks are not supported (operation.shop.o)");
}

static void an_input_that_is_not_there_is_an_error(void **state)
{
    expect(*state,
           DAILY(",\"compiled_code\":\"select 1\",\"depends_on\":{\"nodes\":[\"model.shop.x\"]}"),
           "CO3012",
           "manifest.json: \"model.shop.daily\" depends on \"model.shop.x\", which is not there");
}

#define RAW ",\"compiled_code\":\"select 1\",\"raw_code\":\"select 1\""

static void a_model_that_was_edited_since_stops_the_plan(void **state)
{
    Try *t = try_new(*state, DAILY(RAW));
    with_file(t, "models/daily.sql", "\xef\xbb\xbfselect\r\n2\r\n");
    const Diag *diag = refused(t);
    CHECK_STR(diag->code, "CO3062");
    CHECK_STR(diag->message, "manifest.json was made from another text of models/daily.sql");
    CHECK_STR(diag->file, "models/daily.sql");
}

static void the_same_text_with_other_newlines_is_the_same(void **state)
{
    Try *t = try_new(*state, DAILY(",\"compiled_code\":\"select 1\",\"raw_code\":\"select\\n1\""));
    with_file(t, "models/daily.sql", "\xef\xbb\xbf\r\nselect\r\n1\r\n");
    CHECK(dbt_read(*state, &t->options, &t->diags));
    CHECK_INT(t->diags.list.count, 0);
}

static void a_manifest_of_another_target_stops_the_plan(void **state)
{
    Try *t = try_new(*state, DAILY(RAW));
    with_file(t, "dbt_project.yml", PROJECT);
    with_file(t, "profiles.yml", PROFILES);
    const Diag *diag = refused(t);
    CHECK_STR(diag->code, "CO3062");
    CHECK_STR(diag->message, "manifest.json was compiled for another target than \"prod\": "
                             "model.shop.daily is materialize.shop.daily");
    CHECK_STR(diag->hint, "run `dbt compile --target prod`");
}

static void a_manifest_of_another_project_stops_the_plan(void **state)
{
    Try *t = try_new(*state, DAILY(RAW));
    with_file(t, "dbt_project.yml", "name: till\nprofile: shop\n");
    CHECK_STR(refused(t)->message,
              "manifest.json is of the project \"shop\", and beside it lies \"till\"");
}

static void the_rows_of_a_seed_must_lie_beside_the_manifest(void **state)
{
    expect(*state,
           "{" META ",\"nodes\":{\"seed.shop.regions\":{\"resource_type\":\"seed\","
           "\"package_name\":\"shop\",\"name\":\"regions\",\"alias\":\"regions\",\"database\":"
           "\"materialize\",\"schema\":\"shop\",\"original_file_path\":\"seeds/regions.csv\","
           "\"config\":{\"materialized\":\"seed\"}}}" REST,
           "CO3034", "the rows of seed.shop.regions are not there: seeds/regions.csv");
}

/* A macro that only models call comes compiled; one that a hook calls must be read. */
#define BROKEN_MACRO                                                                               \
    ",\"sources\":{},\"macros\":{\"macro.shop.m\":{\"package_name\":\"shop\",\"name\":\"m\","      \
    "\"original_file_path\":\"macros/m.sql\",\"macro_sql\":\"{% macro m() %}{% odd %}"             \
    "{% endmacro %}\"}}}"
#define WITH_MACRO(config)                                                                         \
    "{" META ",\"nodes\":{\"model.shop.daily\":{\"resource_type\":\"model\",\"package_name\":"     \
    "\"shop\",\"name\":\"daily\",\"alias\":\"daily\",\"database\":\"materialize\",\"schema\":"     \
    "\"shop\",\"original_file_path\":\"models/daily.sql\",\"compiled_code\":\"select 1\","         \
    "\"depends_on\":{\"macros\":[\"macro.shop.m\"],\"nodes\":[]},\"config\":{\"materialized\":"    \
    "\"view\"" config "}}}" BROKEN_MACRO

/* The native reader refuses such a project; who hands over a manifest is told what is not done. */
static void a_macro_that_dbt_would_create_by_is_a_warning(void **state)
{
    Try *t = try_new(*state, "{" META ",\"nodes\":{},\"sources\":{},\"macros\":{\"macro.shop.m\":{"
                             "\"package_name\":\"shop\",\"original_file_path\":\"macros/m.sql\","
                             "\"macro_sql\":\"{% macro materialize__create_view_as(a, b) %}"
                             "{% endmacro %}\"}}}");
    CHECK(dbt_read(*state, &t->options, &t->diags));
    CHECK_INT(t->diags.list.count, 1);
    CHECK_STR(t->diags.list.items[0].code, "CO3042");
    CHECK_STR(t->diags.list.items[0].hint, "Cutover creates objects itself and does not call it");
}

static void only_macros_that_hooks_call_must_be_readable(void **state)
{
    Try *fine = try_new(*state, WITH_MACRO(""));
    CHECK(dbt_read(*state, &fine->options, &fine->diags));
    Try *hook = try_new(*state, WITH_MACRO(",\"post-hook\":[{\"sql\":\"{{ m() }}\"}]"));
    CHECK(!dbt_read(*state, &hook->options, &hook->diags));
    CHECK_STR(hook->diags.list.items[0].file, "macros/m.sql");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_manifest_of_dbt_parse_says_to_compile),
        TEST(what_is_no_manifest_is_refused),
        TEST(broken_json_is_found_at_its_line),
        TEST(a_missing_manifest_says_where_it_is_looked_for),
        TEST(a_node_of_an_unknown_type_is_never_skipped),
        TEST(an_input_that_is_not_there_is_an_error),
        TEST(a_model_that_was_edited_since_stops_the_plan),
        TEST(the_same_text_with_other_newlines_is_the_same),
        TEST(a_manifest_of_another_target_stops_the_plan),
        TEST(a_manifest_of_another_project_stops_the_plan),
        TEST(the_rows_of_a_seed_must_lie_beside_the_manifest),
        TEST(a_macro_that_dbt_would_create_by_is_a_warning),
        TEST(only_macros_that_hooks_call_must_be_readable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
