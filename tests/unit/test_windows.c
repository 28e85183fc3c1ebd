/* When one may cut over: ranges of weekdays, cron lines, freezes. */
#include "check.h"

#include "cutover/windows.h"

static Moment at(const char *text)
{
    Moment moment = 0;
    CHECK(moment_parse(text, &moment));
    return moment;
}

static Windows windows_of(Arena *arena, const char *allow, const char *freeze)
{
    Windows windows = {.timezone = "Europe/Berlin"};
    if (allow) {
        vec_push(arena, &windows.allow_texts, allow);
    }
    if (freeze) {
        vec_push(arena, &windows.freeze_texts, freeze);
    }
    CHECK(windows_parse(arena, &windows) == NULL);
    return windows;
}

static void the_next_opening_is_found(void **state)
{
    static const struct {
        const char *allow, *freeze, *now, *opens;
    } cases[] = {
        /* 2026-11-23 is a Monday */
        {"Mon-Thu 09:00-16:00", NULL, "2026-11-23 09:00:00+00", "2026-11-23 09:00:00+00"},
        {"Mon-Thu 09:00-16:00", NULL, "2026-11-23 15:59:59+00", "2026-11-23 15:59:59+00"},
        {"Mon-Thu 09:00-16:00", NULL, "2026-11-23 16:00:00+00", "2026-11-24 09:00:00+00"},
        {"Mon-Thu 09:00-16:00", NULL, "2026-11-26 16:00:00+00", "2026-11-30 09:00:00+00"},
        {"Sat-Mon 22:00-04:00", NULL, "2026-11-24 03:59:00+00", "2026-11-24 03:59:00+00"},
        {"Sat-Mon 22:00-04:00", NULL, "2026-11-24 04:00:00+00", "2026-11-28 22:00:00+00"},
        {"Mon,Wed 00:00-24:00", NULL, "2026-11-24 10:00:00+00", "2026-11-25 00:00:00+00"},
        {"cron 0 9 * * 1-4 for 7h", NULL, "2026-11-23 15:59:00+00", "2026-11-23 15:59:00+00"},
        {"cron 0 9 * * 1-4 for 7h", NULL, "2026-11-23 16:00:00+00", "2026-11-24 09:00:00+00"},
        {"cron */20 2 1,15 * * for 5m", NULL, "2026-11-23 00:00:00+00", "2026-12-01 02:00:00+00"},
        {"cron 0 0 13 * 5 for 1h", NULL, "2026-11-23 00:00:00+00", "2026-11-27 00:00:00+00"},
        {"cron 0 0 * * 7 for 1d", NULL, "2026-11-23 00:00:00+00", "2026-11-29 00:00:00+00"},
        {"cron 0 0 31 2 * for 1h", NULL, "2026-11-23 00:00:00+00", NULL},
        {NULL, "2026-12-20 to 2027-01-03", "2026-12-19 23:59:59+00", "2026-12-19 23:59:59+00"},
        {NULL, "2026-12-20 to 2027-01-03", "2026-12-20 00:00:00+00", "2027-01-04 00:00:00+00"},
        {"Tue 09:00-10:00", "2026-11-24 to 2026-11-24", "2026-11-23 12:00:00+00",
         "2026-12-01 09:00:00+00"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Windows windows = windows_of(*state, cases[i].allow, cases[i].freeze);
        Moment opens = windows_next(&windows, at(cases[i].now));
        CHECK_INT(opens, cases[i].opens ? at(cases[i].opens) : 0);
    }
}

static void what_cannot_be_read_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "Mon",
                                      "Mon 09:00",
                                      "mon 09:00-10:00",
                                      "Mon-Fry 09:00-10:00",
                                      "Mon 25:00-26:00",
                                      "Mon 24:30-10:00",
                                      "Mon 09:00-09:00",
                                      "Mon 09:00-10:00 UTC",
                                      "cron 0 9 * * for 7h",
                                      "cron 0 9 * * 1-4",
                                      "cron 60 9 * * 1 for 7h",
                                      "cron 0 9 * * 4-1 for 7h",
                                      "cron 0 9 * * 1 for 8d"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        Window window;
        CHECK(!window_parse(bad[i], &window));
    }
    Freeze freeze;
    CHECK(!freeze_parse("2026-12-20", &freeze));
    CHECK(!freeze_parse("2026-13-20 to 2027-01-03", &freeze));
    CHECK(!freeze_parse("2027-01-03 to 2026-12-20", &freeze));
}

static void an_opening_is_told_by_its_zone(void **state)
{
    Windows windows = windows_of(*state, "Tue 09:00-10:00", NULL);
    Moment now = at("2026-11-23 12:00:00+00");
    Moment opens = windows_next(&windows, now);
    CHECK_STR(windows_opening_text(*state, &windows, opens, now), "Tue 09:00 Europe/Berlin");
    CHECK_STR(windows_opening_text(*state, &windows, opens + 7 * 86400 * MOMENT_SECOND, now),
              "2026-12-01 09:00 Europe/Berlin");
    CHECK_STR(windows_opening_text(*state, &windows, 0, now), "no window opens within a year");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_next_opening_is_found),
        TEST(what_cannot_be_read_is_refused),
        TEST(an_opening_is_told_by_its_zone),
    };
    return cmocka_run_group_tests_name("windows", tests, NULL, NULL);
}
