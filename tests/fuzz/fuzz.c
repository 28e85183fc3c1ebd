/*
 * One fuzzer for everything that reads other people's input; FUZZ_WHAT chooses. Without libFuzzer the same
 * code runs over a corpus: see tests/unit/test_corpus.c.
 */
#include "fuzz.h"

#include "cutover/config.h"
#include "cutover/dbt.h"
#include "cutover/jinja.h"
#include "cutover/json.h"
#include "cutover/select.h"
#include "cutover/sqltok.h"
#include "cutover/yaml.h"

#include <string.h>

static void read_yaml(Arena *arena, const char *text, size_t length)
{
    Diags diags = diags_new(arena);
    yaml_parse(arena, "fuzz.yml", text, length, (YamlLimits){.nodes = 10000}, "CO1001", &diags);
}

static void read_config(Arena *arena, const char *text, size_t length)
{
    Diags diags = diags_new(arena);
    config_read(arena, "cutover.yaml", text, length, &diags);
    Buf out = buf_new(arena, 1 << 20);
    diags_write_text(&out, &diags, false);
}

static void read_select(Arena *arena, const char *text, size_t length)
{
    Diags diags = diags_new(arena);
    SelectTexts texts = {0};
    vec_push(arena, &texts, ((SelectText){text, "--select", 1, 1, text, length}));
    select_parse(arena, &texts, SELECT_EAGER, &diags);
    Buf out = buf_new(arena, 1 << 20);
    diags_write_text(&out, &diags, false);
}

static void read_json(Arena *arena, const char *text, size_t length)
{
    Err err = {0};
    json_parse(arena, text, length, &err);
}

static void read_sql(Arena *arena, const char *text, size_t length)
{
    Err err = {0};
    SqlToks toks;
    sql_tokens(arena, text, length, &toks, &err);
}

static void read_jinja(Arena *arena, const char *text, size_t length)
{
    Diags diags = diags_new(arena);
    JinjaSource source = {.name = "fuzz.sql", .text = text, .length = length};
    const JinjaTemplate *template = jinja_parse(arena, &source, &diags);
    JinjaEnv env = {.limits = jinja_limits()};
    env.limits.steps = 20000;
    Buf out = buf_new(arena, 1 << 20);
    if (template) {
        jinja_render(arena, &env, template, &out, &diags);
    }
}

/* ---- whole projects, of which one file is somebody's ---- */

static const File project_files[] = {
    {"dbt_project.yml", "name: shop\nprofile: shop\nvars: {start: 1}\nmodels: {+tags: [a]}\n", 0},
    {"profiles.yml",
     "shop: {target: dev, outputs: {dev: {type: materialize, host: h, port: 1, user: u, pass: p, "
     "dbname: d, schema: s, cluster: c}}}\n",
     0},
    {"models/schema.yml",
     "models: [{name: m, columns: [{name: a, tests: [unique]}]}]\n"
     "sources: [{name: raw, tables: [{name: t}]}]\n",
     0},
    {"models/m.sql", "select * from {{ ref('n') }}\n", 0},
    {"models/n.sql", "{{ config(materialized='ephemeral') }} select 1 as a\n", 0},
    {"macros/cents.sql", "{% macro cents(a, b=2) %}{{ a }} * {{ b }}{% endmacro %}\n", 0},
    {"seeds/codes.csv", "id,word\n1,one\n", 0},
};

static const File sql_files[] = {
    {"project.toml", "dependencies = [\"m.raw.t\"]\n[dev]\nvariables = {x = \"1\"}\n", 0},
    {"models/m/s/t.sql", "create materialized view t in cluster c as select 1 as id", 0},
    {"models/m/s/v.sql", "create view v as select :x, :'x' from t", 0},
};

/* FILES, but TEXT in the place of PATH. */
static FileSet with_file(Arena *arena, const File *files, size_t count, File given)
{
    FileSet set = {0};
    for (size_t i = 0; i < count; i++) {
        File file = files[i];
        file.length = strlen(file.text);
        if (strcmp(file.path, given.path) != 0) {
            vec_push(arena, &set.list, file);
        }
    }
    vec_push(arena, &set.list, given);
    files_seal(arena, &set);
    return set;
}

/* In production's names, and in green ones. */
static void read_project(Arena *arena, bool dbt, const char *path, const char *text, size_t length)
{
    File given = {path, arena_strndup(arena, text, length), length};
    FileSet files =
        dbt ? with_file(arena, project_files, sizeof project_files / sizeof *project_files, given)
            : with_file(arena, sql_files, sizeof sql_files / sizeof *sql_files, given);
    Map env = {0};
    NameMap names = {0};
    map_put(arena, &names.schemas, schema_key(arena, dbt ? "d" : "m", "s"), "s_green");
    map_put(arena, &names.clusters, "c", "c_green");
    for (int green = 0; green < 2; green++) {
        DbtOptions options = {.files = &files,
                              .target = "dev",
                              .env = &env,
                              .names = green ? &names : NULL,
                              .table = true,
                              .steps = 20000};
        options.manifest = strcmp(path, "manifest.json") == 0 ? path : NULL;
        Diags diags = diags_new(arena);
        dbt_read(arena, &options, &diags);
        Buf out = buf_new(arena, 1 << 20);
        diags_write_text(&out, &diags, false);
    }
}

#define PROJECT_FILE(name, dbt, path)                                                              \
    static void read_##name(Arena *arena, const char *text, size_t length)                         \
    {                                                                                              \
        read_project(arena, dbt, path, text, length);                                              \
    }

PROJECT_FILE(settings, true, "dbt_project.yml")
PROJECT_FILE(profiles, true, "profiles.yml")
PROJECT_FILE(schema, true, "models/schema.yml")
PROJECT_FILE(model, true, "models/m.sql")
PROJECT_FILE(macro, true, "macros/cents.sql")
PROJECT_FILE(seed, true, "seeds/codes.csv")
PROJECT_FILE(manifest, true, "manifest.json")
PROJECT_FILE(toml, false, "project.toml")
PROJECT_FILE(plain_sql, false, "models/m/s/v.sql")

const FuzzTarget fuzz_targets[] = {
    {"yaml", read_yaml},         {"config", read_config},
    {"json", read_json},         {"sql", read_sql},
    {"jinja", read_jinja},       {"settings", read_settings},
    {"profiles", read_profiles}, {"schema", read_schema},
    {"model", read_model},       {"macro", read_macro},
    {"seed", read_seed},         {"manifest", read_manifest},
    {"toml", read_toml},         {"plain_sql", read_plain_sql},
    {"select", read_select},     {NULL, NULL},
};
