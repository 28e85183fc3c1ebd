/* The command line: what people type, and how a typo is answered. */
#include "check.h"

#include "cutover/cli.h"
#include "cutover/str.h"

static const char *variable_repo; /* CUTOVER_REPO */

static const char *get(const char *name)
{
    return str_eq(name, "CUTOVER_REPO") ? variable_repo : NULL;
}

/* Parses LINE, cut at blanks. */
static bool parse(Arena *arena, const char *line, Cli *cli, Err *err)
{
    StrVec words = str_split(arena, line, ' ');
    *err = (Err){0};
    return cli_parse(arena, (int)words.count, (char **)(uintptr_t)words.items, get, cli, err);
}

static void flags_stand_anywhere_and_have_short_forms(void **state)
{
    Arena *arena = *state;
    Cli cli;
    Err err;
    CHECK(parse(arena, "cutover -e production plan --revision=main -ojson", &cli, &err));
    CHECK_STR(cli.command, "plan");
    CHECK_STR(cli.environment, "production");
    CHECK_STR(cli.revision, "main");
    CHECK(cli.json);
    CHECK(parse(arena, "cutover rollback g42 --reason wrong --wait", &cli, &err));
    CHECK_STR(cli.operand, "g42");
    CHECK(cli.wait && !cli.yes);
}

static void what_is_selected_may_be_several_words_as_for_dbt(void **state)
{
    Arena *arena = *state;
    Cli cli;
    Err err;
    CHECK(parse(arena, "cutover ls -s a +b --select c --exclude d e --resource-type model test",
                &cli, &err));
    CHECK_STR(cli.select, "a +b c");
    CHECK_STR(cli.exclude, "d e");
    CHECK_STR(cli.resource_type, "model test");
    CHECK(!parse(arena, "cutover ls --select=a b", &cli, &err));
    CHECK_STR(err.message, "\"b\" is one word too many");
}

static void what_is_not_understood_is_said_with_the_nearest_word(void **state)
{
    static const struct {
        const char *line, *message, *hint;
    } cases[] = {
        {"cutover plann", "unknown command \"plann\"", "did you mean plan? see: cutover help"},
        {"cutover version --revison x", "unknown flag --revison",
         "did you mean --revision? see: cutover help"},
        {"cutover version --until live", "this command has no flag --until",
         "see: cutover help version"},
        {"cutover version main", "\"main\" is one word too many", "see: cutover help version"},
        {"cutover version -o yaml", "\"yaml\" is not known here", "--output is one of text|json"},
        {"cutover version --revision", "--revision needs a value", NULL},
        {"cutover version --once=1", "--once takes no value", NULL},
        {"cutover version --log-level loud", "\"loud\" is not known here",
         "--log-level is one of error|warn|info|debug"},
        {"cutover reingest raw.orders", "`cutover reingest` is not yet supported in this version",
         "see: cutover help"},
    };
    Arena *arena = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Cli cli;
        Err err;
        CHECK(!parse(arena, cases[i].line, &cli, &err));
        CHECK_STR(err.message, cases[i].message);
        CHECK(str_eq(err.hint, cases[i].hint));
        CHECK_STR(err.code, "CO1090");
    }
}

static void a_variable_fills_what_the_line_leaves_out(void **state)
{
    Arena *arena = *state;
    Cli cli;
    Err err;
    variable_repo = "/srv/shop";
    CHECK(parse(arena, "cutover plan", &cli, &err));
    CHECK_STR(cli.repo, "/srv/shop");
    CHECK(parse(arena, "cutover plan --repo .", &cli, &err));
    CHECK_STR(cli.repo, ".");
    variable_repo = NULL;
}

static void without_a_command_help_is_shown(void **state)
{
    Arena *arena = *state;
    Cli cli;
    Err err;
    CHECK(parse(arena, "cutover", &cli, &err));
    CHECK_STR(cli.command, "help");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(flags_stand_anywhere_and_have_short_forms),
        TEST(what_is_selected_may_be_several_words_as_for_dbt),
        TEST(what_is_not_understood_is_said_with_the_nearest_word),
        TEST(a_variable_fills_what_the_line_leaves_out),
        TEST(without_a_command_help_is_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
