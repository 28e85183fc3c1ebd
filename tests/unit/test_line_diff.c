/* Two texts, line by line, as `cutover show --sql` prints them. */
#include "check.h"

#include "cutover/line_diff.h"

#include <string.h>

static const char *diff(Arena *arena, const char *before, const char *after)
{
    Buf out = buf_new(arena, 1 << 20);
    line_diff(&out, before, after, "");
    return out.length ? out.data : "";
}

static void equal_texts_differ_nowhere(void **state)
{
    CHECK_STR(diff(*state, "select 1\nfrom t", "select 1\nfrom t"), "");
    CHECK_STR(diff(*state, "", ""), "");
}

static void what_goes_and_what_comes_is_marked(void **state)
{
    CHECK_STR(diff(*state, "select a,\n  b\nfrom t", "select a,\n  c,\n  d\nfrom t"),
              "  select a,\n-   b\n+   c,\n+   d\n  from t\n");
    CHECK_STR(diff(*state, "", "select 1"), "+ select 1\n");
    CHECK_STR(diff(*state, "select 1\n", ""), "- select 1\n");
}

static void equal_lines_far_from_a_change_are_left_out(void **state)
{
    CHECK_STR(diff(*state, "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\n5\nsix\n7\n8\n9\n"),
              "  ...\n  3\n  4\n  5\n- 6\n+ six\n  7\n  8\n  9\n");
}

static void texts_too_long_to_compare_are_shown_whole(void **state)
{
    Buf before = buf_new(*state, 1 << 20), after = buf_new(*state, 1 << 20);
    for (int i = 0; i < 3000; i++) {
        buf_printf(&before, "a %d\n", i);
        buf_printf(&after, "b %d\n", i);
    }
    const char *shown = diff(*state, before.data, after.data);
    CHECK(strncmp(shown, "- a 0\n", 6) == 0);
    CHECK(strstr(shown, "- a 2999\n+ b 0\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(equal_texts_differ_nowhere),
        TEST(what_goes_and_what_comes_is_marked),
        TEST(equal_lines_far_from_a_change_are_left_out),
        TEST(texts_too_long_to_compare_are_shown_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
