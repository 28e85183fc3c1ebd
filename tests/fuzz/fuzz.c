/*
 * One fuzzer for everything that reads other people's input; FUZZ_WHAT chooses. Without libFuzzer the same
 * code runs over a corpus: see tests/unit/test_corpus.c.
 */
#include "fuzz.h"

#include "cutover/config.h"
#include "cutover/jinja.h"
#include "cutover/json.h"
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

const FuzzTarget fuzz_targets[] = {
    {"yaml", read_yaml}, {"config", read_config}, {"json", read_json},
    {"sql", read_sql},   {"jinja", read_jinja},   {NULL, NULL},
};
