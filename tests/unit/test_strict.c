/* Of two gates the stricter one holds for the commit that weakens it. */
#include "check.h"

#include "cutover/str.h"
#include "cutover/strict.h"

static EnvironmentConfig environment_of(Arena *arena, const char *promotion, int64_t soak,
                                        const char *allow)
{
    EnvironmentConfig e = {.promotion = promotion, .approvals = 2, .soak = soak, .max_drops = 5};
    if (allow) {
        vec_push(arena, &e.windows.allow_texts, allow);
        CHECK(windows_parse(arena, &e.windows) == NULL);
    }
    return e;
}

static Moment at(const char *text)
{
    Moment moment = 0;
    CHECK(moment_parse(text, &moment));
    return moment;
}

static void a_weaker_gate_stays_as_it_was(void **state)
{
    EnvironmentConfig live = environment_of(*state, "manual", 3600, NULL);
    EnvironmentConfig wanted = environment_of(*state, "auto", 600, NULL);
    wanted.max_drops = 100;
    wanted.replace = "cheaper";
    live.max_cost = 2.5;
    RecordGates gates = strict_gates(&live);
    GateChanges changes = {0};
    EnvironmentConfig e = strict_environment(*state, &wanted, &gates, &changes);
    CHECK_INT(config_approvals(&e), 2);
    CHECK_INT(e.soak, 3600);
    CHECK_INT(e.max_drops, 5);
    CHECK_STR(config_replace(&e), "never");
    CHECK_INT(changes.count, 5);
    CHECK_STR(changes.items[4].key, "replace");
    CHECK_STR(changes.items[3].key, "max_cost");
    CHECK_STR(changes.items[3].live, "2.5");
    CHECK_STR(changes.items[3].wanted, "none");
    CHECK_STR(changes.items[1].key, "soak");
    CHECK_STR(changes.items[1].live, "1h");
    CHECK_STR(changes.items[1].wanted, "10m");
}

static void a_stricter_gate_holds_at_once(void **state)
{
    EnvironmentConfig live = environment_of(*state, "auto", 600, NULL);
    EnvironmentConfig wanted = environment_of(*state, "manual", 3600, "Mon 09:00-10:00");
    RecordGates gates = strict_gates(&live);
    GateChanges changes = {0};
    EnvironmentConfig e = strict_environment(*state, &wanted, &gates, &changes);
    CHECK_INT(config_approvals(&e), 2);
    CHECK_INT(e.soak, 3600);
    CHECK_INT(changes.count, 0);
    CHECK(windows_next(&e.windows, at("2026-11-23 12:00:00+00")) == at("2026-11-30 09:00:00+00"));
}

static void of_two_windows_both_must_be_open(void **state)
{
    EnvironmentConfig live = environment_of(*state, "auto", 0, "Mon-Wed 09:00-12:00");
    EnvironmentConfig wanted = environment_of(*state, "auto", 0, "Tue-Fri 11:00-18:00");
    RecordGates gates = strict_gates(&live);
    GateChanges changes = {0};
    EnvironmentConfig e = strict_environment(*state, &wanted, &gates, &changes);
    CHECK_INT(changes.count, 1);
    Moment opens = windows_next(&e.windows, at("2026-11-23 09:00:00+00")); /* a Monday */
    CHECK(opens == at("2026-11-24 11:00:00+00"));
    EnvironmentConfig none = environment_of(*state, "auto", 0, NULL);
    e = strict_environment(*state, &none, &gates, &changes);
    CHECK(windows_next(&e.windows, at("2026-11-26 09:00:00+00")) == at("2026-11-30 09:00:00+00"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_weaker_gate_stays_as_it_was),
        TEST(a_stricter_gate_holds_at_once),
        TEST(of_two_windows_both_must_be_open),
    };
    return cmocka_run_group_tests_name("strict", tests, NULL, NULL);
}
