/* The part of TOML that project.toml needs, and a clear word about the rest. */
#include "check.h"

#include "cutover/str.h"
#include "cutover/toml.h"

#include <string.h>

static Yaml *parse(Arena *arena, const char *text, Diags *diags)
{
    *diags = diags_new(arena);
    return toml_parse(arena, "project.toml", text, strlen(text), "CO3063", diags);
}

static Yaml *good(Arena *arena, const char *text)
{
    Diags diags;
    Yaml *root = parse(arena, text, &diags);
    CHECK_INT(diags.list.count, 0);
    assert_non_null(root);
    return root;
}

static void bad(Arena *arena, const char *text, const char *message, int line, int column)
{
    Diags diags;
    CHECK(!parse(arena, text, &diags));
    CHECK_INT(diags.list.count, 1);
    CHECK_STR(diags.list.items[0].message, message);
    CHECK_INT(diags.list.items[0].line, line);
    CHECK_INT(diags.list.items[0].column, column);
}

static void tables_keys_and_values_arrive(void **state)
{
    Yaml *root = good(*state, "\xef\xbb\xbf# of the project\r\n"
                              "mz_version = \"cloud\" # newest\n"
                              "dependencies = [\n  \"a.b.c\", # one\n  'd.e.f',\n]\n"
                              "empty = []\n"
                              "\n[staging]\nprofile_suffix = \"_staging\"\n"
                              "variables = { cluster = \"c\", \"odd key\" = 'C:\\x', n.m = 1 }\n"
                              "[production.security]\naws_profile = \"\\u00e9\\t\\\"\"\n"
                              "[production]\nemulator = true\nsince = 2026-11-27T16:00:00+01:00\n");
    CHECK_STR(yaml_text(yaml_get(root, "mz_version")), "cloud");
    Yaml *list = yaml_get(root, "dependencies");
    CHECK_INT(list->items.count, 2);
    CHECK_STR(yaml_text(list->items.items[1]), "d.e.f");
    CHECK_INT(list->items.items[1]->line, 5);
    CHECK_INT(yaml_get(root, "empty")->items.count, 0);
    Yaml *variables = yaml_get(yaml_get(root, "staging"), "variables");
    CHECK_STR(yaml_text(yaml_get(variables, "odd key")), "C:\\x");
    CHECK_STR(yaml_text(yaml_get(yaml_get(variables, "n"), "m")), "1");
    Yaml *production = yaml_get(root, "production");
    CHECK_STR(yaml_text(yaml_get(yaml_get(production, "security"), "aws_profile")), "é\t\"");
    CHECK_STR(yaml_text(yaml_get(production, "emulator")), "true");
    CHECK_STR(yaml_text(yaml_get(production, "since")), "2026-11-27T16:00:00+01:00");
}

static void an_empty_file_is_an_empty_table(void **state)
{
    CHECK_INT(good(*state, "")->members.count, 0);
    CHECK_INT(good(*state, "# nothing")->members.count, 0);
}

static void what_cannot_be_read_is_found_where_it_stands(void **state)
{
    static const struct {
        const char *text, *message;
        int line, column;
    } cases[] = {
        {"a = 1\na = 2\n", "not valid TOML: \"a\" is given twice", 2, 6},
        {"[a]\nx = 1\n[a]\n", "not valid TOML: \"[a]\" is given twice", 3, 4},
        {"a = 1\n[a]\n", "not valid TOML: \"[a]\" is given twice", 2, 4},
        {"a = 1\na.b = 2\n", "not valid TOML: \"a\" is no table", 2, 3},
        {"[[a]]\n", "not valid TOML: arrays of tables are not supported", 1, 2},
        {"a = \"\"\"x\"\"\"\n", "not valid TOML: strings over several lines are not supported", 1,
         6},
        {"a = \"x\n", "not valid TOML: the string is not closed on its line", 1, 7},
        {"a = 'x", "not valid TOML: the string is not closed on its line", 1, 7},
        {"a = \"\\q\"", "not valid TOML: unknown escape in a string", 1, 8},
        {"a = \"\\ud800\"", "not valid TOML: unknown escape in a string", 1, 12},
        {"a = \n", "not valid TOML: a value is missing", 1, 5},
        {"a\n", "not valid TOML: = is missing", 1, 2},
        {"= 1\n", "not valid TOML: a key is missing", 1, 1},
        {"a = 1 b = 2\n", "not valid TOML: something follows on the same line", 1, 7},
        {"a = [1 2]", "not valid TOML: an array needs , or ] here", 1, 8},
        {"a = [1", "not valid TOML: an array needs , or ] here", 1, 7},
        {"a = {b = 1", "not valid TOML: an inline table needs , or } here", 1, 11},
        {"[a", "not valid TOML: ] is missing", 1, 3},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bad(*state, cases[i].text, cases[i].message, cases[i].line, cases[i].column);
    }
}

static void deep_nesting_ends_in_a_finding(void **state)
{
    Buf text = buf_new(*state, 1 << 20);
    buf_text(&text, "a = ");
    for (int i = 0; i < 100000; i++) {
        buf_char(&text, '[');
    }
    bad(*state, text.data, "not valid TOML: it nests too deeply", 1, 37);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(tables_keys_and_values_arrive),
        TEST(an_empty_file_is_an_empty_table),
        TEST(what_cannot_be_read_is_found_where_it_stands),
        TEST(deep_nesting_ends_in_a_finding),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
