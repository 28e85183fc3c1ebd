/* Which line of a model the server means. */
#include "check.h"
#include "cutover/place.h"
#include <string.h>

static const char file[] = "{{ config(materialized='view') }}\nselect day,\n  count(*) as n\n"
                           "from {{ ref('gr\xc3\xb6\xc3\x9f"
                           "en') }}\n\nwhere a ==> 1\nunion all\nselect 1\nunion all\n";
static const char sql[] =
    "CREATE VIEW \"a\" AS select day,\ncount(*) as n\nfrom \"gr\xc3\xb6\xc3\x9f"
    "en\"\n\n"
    "    where a ==> 1\nunion all\nselect 1";

static int at(Arena *arena, const char *text)
{
    int position = 1;
    for (const char *p = sql; p < strstr(sql, text); p++) {
        position += ((unsigned char)*p & 0xC0) != 0x80;
    }
    return place_line(arena, sql, position, file);
}

static void a_line_that_stands_once_in_the_file_is_found(void **state)
{
    CHECK_INT(at(*state, "count"), 3);
    CHECK_INT(at(*state, "as n"), 3);
    CHECK_INT(at(*state, "==>"), 6); /* characters count, not bytes */
    CHECK_INT(at(*state, "select 1"), 8);
}

static void what_does_not_tell_where_is_no_place(void **state)
{
    CHECK_INT(at(*state, "CREATE"), 0); /* Cutover's own words */
    CHECK_INT(at(*state, "from"), 0);   /* rendered */
    CHECK_INT(at(*state, "union"), 0);  /* there twice */
    CHECK_INT(at(*state, "\n    where"), 0);
    CHECK_INT(place_line(*state, sql, 0, file), 0);
    CHECK_INT(place_line(*state, sql, 100000, file), 0);
    CHECK_INT(place_line(*state, sql, 20, ""), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_line_that_stands_once_in_the_file_is_found),
        TEST(what_does_not_tell_where_is_no_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
