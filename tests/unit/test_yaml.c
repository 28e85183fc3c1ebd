/* YAML as people and other people's tools write it: places, scalars as PyYAML reads them, merges, and what is refused. */
#include "check.h"

#include "cutover/str.h"
#include "cutover/yaml.h"

#include <math.h>
#include <string.h>

static Yaml *parse_with(Arena *arena, const char *text, size_t length, YamlLimits limits,
                        Diags *diags)
{
    *diags = diags_new(arena);
    return yaml_parse(arena, "a.yml", text, length, limits, "CO1001", diags);
}

static Yaml *parse(Arena *arena, const char *text)
{
    Diags diags;
    Yaml *root = parse_with(arena, text, strlen(text), (YamlLimits){0}, &diags);
    CHECK_INT(diags.list.count, 0);
    assert_non_null(root);
    return root;
}

/* "3:5 message" of the only finding. */
static const char *refusal(Arena *arena, const char *text)
{
    Diags diags;
    CHECK(!parse_with(arena, text, strlen(text), (YamlLimits){0}, &diags));
    CHECK_INT(diags.list.count, 1);
    const Diag *diag = diags.list.items;
    return arena_printf(arena, "%d:%d %s", diag->line, diag->column, diag->message);
}

static void every_value_knows_its_place(void **state)
{
    Yaml *root = parse(*state, "# comment\nmodels:\n  - name: daily\n    tags: [a, \"b\"]\n");
    Yaml *model = yaml_get(root, "models")->items.items[0];
    Yaml *tags = yaml_get(model, "tags");
    CHECK_STR(yaml_text(yaml_get(model, "name")), "daily");
    CHECK_INT(yaml_get(model, "name")->line, 3);
    CHECK_INT(yaml_get(model, "name")->column, 11);
    CHECK_INT(model->members.items[1].key_line, 4);
    CHECK_INT(model->members.items[1].key_column, 5);
    CHECK_INT(tags->items.count, 2);
    CHECK(!tags->items.items[0]->quoted && tags->items.items[1]->quoted);
    CHECK(!yaml_get(root, "absent"));
    CHECK(!yaml_get(NULL, "x") && !yaml_get(tags, "x") && !yaml_text(tags) && !yaml_text(NULL));
}

/* What PyYAML 6.0.3 says of each: n null, b bool, i int, f float, s text. */
static const struct {
    const char *text;
    char type;
    double value;
} scalars[] = {
    {"null", 'n', 0},
    {"~", 'n', 0},
    {"Null", 'n', 0},
    {"nUll", 's', 0},
    {"true", 'b', 1},
    {"Yes", 'b', 1},
    {"on", 'b', 1},
    {"off", 'b', 0},
    {"No", 'b', 0},
    {"n", 's', 0},
    {"y", 's', 0},
    {"tRue", 's', 0},
    {"0", 'i', 0},
    {"-1", 'i', -1},
    {"+5", 'i', 5},
    {"007", 'i', 7},
    {"08", 's', 0},
    {"0o17", 's', 0},
    {"0x1F", 'i', 31},
    {"0b101", 'i', 5},
    {"0b", 's', 0},
    {"0xg", 's', 0},
    {"1_000", 'i', 1000},
    {"_1", 's', 0},
    {"1__", 'i', 1},
    {"-0", 'i', 0},
    {"1:30", 'i', 90},
    {"-1:30", 'i', -90},
    {"01:30", 's', 0},
    {"1:60", 's', 0},

    {"12:30:45", 'i', 45045},
    {"1:2:3.5", 'f', 3723.5},
    {"1.5", 'f', 1.5},
    {"-1.5", 'f', -1.5},
    {"+1.5", 'f', 1.5},
    {".5", 'f', 0.5},
    {"-.5", 's', 0},
    {"1.", 'f', 1},
    {"1.e+3", 'f', 1000},
    {"1e3", 's', 0},
    {"1.0e3", 's', 0},
    {"1.0e+3", 'f', 1000},
    {"1.5E-2", 'f', 0.015},
    {"1.2.3", 's', 0},
    {".", 's', 0},
    {"1_0.2_5", 'f', 10.25},
    {".iNF", 's', 0},
    {"1,000", 's', 0},
    {"1-", 's', 0},
    {"1.x", 's', 0},
    {"12e03", 's', 0},
    {"2026-11-23", 's', 0},
    {"'1'", 's', 0},
    {"\"true\"", 's', 0},
    {"!!str 5", 's', 0},
    {"''", 's', 0},
    {"15m", 's', 0},
    {"9223372036854775807", 'i', 9223372036854775807.0},
};

static void a_plain_scalar_has_the_type_that_pyyaml_gives_it(void **state)
{
    for (size_t i = 0; i < sizeof scalars / sizeof *scalars; i++) {
        Yaml *value =
            yaml_get(parse(*state, arena_printf(*state, "k: %s\n", scalars[i].text)), "k");
        bool boolean = false;
        int64_t whole = 0;
        double number = 0, got = 0;
        char type = yaml_is_null(value)          ? 'n'
                    : yaml_bool(value, &boolean) ? 'b'
                    : yaml_int(value, &whole)    ? 'i'
                    : yaml_float(value, &number) ? 'f'
                                                 : 's';
        got = type == 'b' ? boolean : type == 'i' ? (double)whole : number;
        if (type != scalars[i].type || fabs(got - scalars[i].value) > 1e-9) {
            print_error("%s: got %c %g, wanted %c %g\n", scalars[i].text, type, got,
                        scalars[i].type, scalars[i].value);
            fail();
        }
    }
    double value = 0;
    CHECK(yaml_float(yaml_get(parse(*state, "k: -.inf"), "k"), &value) && value == -INFINITY);
    CHECK(yaml_float(yaml_get(parse(*state, "k: .NaN"), "k"), &value) && isnan(value));
}

static const char *keys(Arena *arena, const Yaml *map)
{
    StrVec all = {0};
    vec_each (YamlMember, it, &map->members) {
        vec_push(arena, &all, arena_printf(arena, "%s=%s", it->key, yaml_text(it->value)));
    }
    return str_join(arena, &all, " ");
}

static void a_merge_fills_in_what_the_map_does_not_say(void **state)
{
    Yaml *root = parse(*state, "a: &a {x: 1, y: 2}\nb: &b {y: 3, z: 4}\n"
                               "one: {y: 9, <<: *a}\nmany: {w: 0, <<: [*a, *b]}\n"
                               "plain: {'<<': text}\n");
    CHECK_STR(keys(*state, yaml_get(root, "one")), "x=1 y=9");
    CHECK_STR(keys(*state, yaml_get(root, "many")), "y=2 z=4 x=1 w=0");
    CHECK_STR(keys(*state, yaml_get(root, "plain")), "<<=text");
    CHECK_STR(keys(*state, yaml_get(root, "a")), "x=1 y=2");
}

static void what_could_mean_two_things_is_refused(void **state)
{
    CHECK_STR(refusal(*state, "a: 1\nb: 2\na: 3\n"), "3:1 duplicate key \"a\"");
    CHECK_STR(refusal(*state, "a: 1\n---\nb: 2\n"), "2:1 only one document is allowed in a file");
    CHECK_STR(refusal(*state, "a: *nobody\n"), "1:4 unknown anchor \"nobody\"");
    CHECK_STR(refusal(*state, "a: {<<: text}\n"), "1:9 only a map can be merged with <<");
    CHECK_STR(refusal(*state, "? [a]\n: 1\n"), "1:3 a key must be a text");
    CHECK_STR(refusal(*state, "a: !!binary aGk=\n"),
              "1:4 the tag tag:yaml.org,2002:binary is not supported");
    CHECK_STR(refusal(*state, "a: \"\\0\"\n"), "1:4 a text must not hold a NUL character");
    CHECK(strstr(refusal(*state, "a: [1\n"), "not valid YAML"));
    CHECK(strstr(refusal(*state, "a: \xff\xfe\n"), "not valid UTF-8"));
}

static void dbt_lets_the_last_of_two_keys_win(void **state)
{
    Diags diags;
    const char *text = "a: 1\nb: 2\na: 3\n";
    Yaml *root = parse_with(*state, text, strlen(text), (YamlLimits){.last_wins = true}, &diags);
    CHECK_STR(keys(*state, root), "a=3 b=2");
    CHECK_INT(diags_count(&diags, DIAG_WARNING), 1);
    CHECK_INT(diags_count(&diags, DIAG_ERROR), 0);
}

static void an_empty_file_is_no_error_here(void **state)
{
    Diags diags;
    CHECK(!parse_with(*state, "# nothing\n", 10, (YamlLimits){0}, &diags));
    CHECK_INT(diags.list.count, 0);
    CHECK(yaml_is_null(parse(*state, "---\n")));
}

static void bombs_are_found_early(void **state)
{
    Buf aliases = buf_new(*state, 65536), deep = buf_new(*state, 65536);
    buf_text(&aliases, "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 20; i++) {
        buf_printf(&aliases, "a%d: &a%d [", i, i);
        for (int j = 0; j < 10; j++) {
            buf_printf(&aliases, "%s*a%d", j ? ", " : "", i - 1);
        }
        buf_text(&aliases, "]\n");
    }
    CHECK(strstr(refusal(*state, aliases.data), "too large"));
    for (int i = 0; i < 70; i++) {
        buf_char(&deep, '[');
    }
    CHECK_STR(refusal(*state, deep.data), "1:65 nested too deeply");
    CHECK_STR(refusal(*state, "a: &a [*a]\n"), "1:8 unknown anchor \"a\"");
}

static void a_map_may_have_very_many_keys(void **state)
{
    Buf many = buf_new(*state, 8 << 20);
    for (int i = 0; i < 200000; i++) {
        buf_printf(&many, "key_%d: %d\n", i, i);
    }
    Yaml *root = parse(*state, many.data);
    CHECK_INT(root->members.count, 200000);
    CHECK_STR(root->members.items[199999].key, "key_199999");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_value_knows_its_place),
        TEST(a_plain_scalar_has_the_type_that_pyyaml_gives_it),
        TEST(a_merge_fills_in_what_the_map_does_not_say),
        TEST(what_could_mean_two_things_is_refused),
        TEST(dbt_lets_the_last_of_two_keys_win),
        TEST(an_empty_file_is_no_error_here),
        TEST(bombs_are_found_early),
        TEST(a_map_may_have_very_many_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
