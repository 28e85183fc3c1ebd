/* The table of phases: well formed, and without a way into the irreversible step but one. */
#include "check.h"

#include "cutover/decide.h"

static const Phase used[] = {PHASE_NONE,      PHASE_PENDING,  PHASE_BUILDING,
                             PHASE_HYDRATING, PHASE_CHECKING, PHASE_CUTTING_OVER,
                             PHASE_SOAKING,   PHASE_CLEANING, PHASE_ROLLING_BACK};

static void positions_only_grow(void **state)
{
    (void)state;
    size_t count;
    const Rule *rules = decide_rules(&count);
    for (size_t i = 1; i < count; i++) {
        CHECK(rules[i].pos > rules[i - 1].pos);
        CHECK(rules[i].from >= PHASE_NONE);
        CHECK(rules[i].why && *rules[i].why);
    }
}

static void every_phase_has_a_row_for_whatever_is_seen(void **state)
{
    (void)state;
    size_t count;
    const Rule *rules = decide_rules(&count);
    for (size_t p = 0; p < sizeof used / sizeof *used; p++) {
        Facts nothing_known = {0};
        const Rule *rule = decide(used[p], &nothing_known);
        CHECK(rule >= rules && rule < rules + count);
    }
}

static void every_phase_before_an_end_has_a_way_out(void **state)
{
    (void)state;
    size_t count;
    const Rule *rules = decide_rules(&count);
    for (size_t p = 1; p < sizeof used / sizeof *used; p++) {
        bool leaves = false;
        for (size_t i = 0; i < count; i++) {
            leaves |=
                rules[i].from == used[p] && rules[i].to != PHASE_NONE && rules[i].to != used[p];
        }
        CHECK(leaves);
    }
}

static void waiting_phases_have_a_deadline(void **state)
{
    (void)state;
    static const Phase waiting[] = {PHASE_BUILDING, PHASE_HYDRATING, PHASE_CHECKING,
                                    PHASE_CUTTING_OVER};
    size_t count;
    const Rule *rules = decide_rules(&count);
    for (size_t p = 0; p < sizeof waiting / sizeof *waiting; p++) {
        bool ends = false;
        for (size_t i = 0; i < count; i++) {
            ends |= rules[i].from == waiting[p] && rules[i].when.expired == YES &&
                    rules[i].to == PHASE_FAILED;
        }
        CHECK(ends);
    }
}

static void the_cutover_has_exactly_one_way_in(void **state)
{
    (void)state;
    size_t count, sends = 0, enters = 0;
    const Rule *rules = decide_rules(&count);
    for (size_t i = 0; i < count; i++) {
        sends += rules[i].action == ACTION_CUT_OVER;
        enters += rules[i].to == PHASE_CUTTING_OVER;
        if (rules[i].to == PHASE_CUTTING_OVER) {
            CHECK_INT(rules[i].from, PHASE_CHECKING);
            CHECK_INT(rules[i].action, ACTION_PREPARE);
        }
    }
    CHECK_INT(sends, 1);
    CHECK_INT(enters, 1);
}

static Facts ready_to_cut_over(void)
{
    return (Facts){.compiles = YES,
                   .refused = NO,
                   .superseded = NO,
                   .problem = NO,
                   .expired = NO,
                   .intended = YES,
                   .missing = NO,
                   .checks_left = NO,
                   .checks_failed = NO,
                   .proved = YES,
                   .soaking = NO,
                   .overtaken = NO};
}

static void nothing_cuts_over_while_a_gate_is_closed(void **state)
{
    (void)state;
    Facts facts = ready_to_cut_over();
    CHECK_INT(decide(PHASE_CHECKING, &facts)->to, PHASE_CUTTING_OVER);
    Tri *closed[] = {&facts.superseded,  &facts.problem,       &facts.refused, &facts.missing,
                     &facts.checks_left, &facts.checks_failed, &facts.soaking, &facts.overtaken};
    for (size_t i = 0; i < sizeof closed / sizeof *closed; i++) {
        *closed[i] = YES;
        CHECK(decide(PHASE_CHECKING, &facts)->to != PHASE_CUTTING_OVER);
        *closed[i] = NO;
    }
    facts.proved = NO;
    CHECK_INT(decide(PHASE_CHECKING, &facts)->to, PHASE_HYDRATING);
}

static void a_cutover_that_happened_is_never_sent_again(void **state)
{
    (void)state;
    Facts facts = {.happened = YES, .blue = YES, .names_hold = YES, .expired = NO};
    CHECK_INT(decide(PHASE_CUTTING_OVER, &facts)->to, PHASE_SOAKING);
    facts.happened = NO;
    facts.overtaken = YES;
    CHECK_INT(decide(PHASE_CUTTING_OVER, &facts)->to, PHASE_SUPERSEDED);
}

static void production_is_dropped_only_when_the_soak_is_over(void **state)
{
    (void)state;
    size_t count;
    const Rule *rules = decide_rules(&count);
    for (size_t i = 0; i < count; i++) {
        if (rules[i].action == ACTION_DROP_BLUE) {
            CHECK(rules[i].from == PHASE_CLEANING || rules[i].from == PHASE_ROLLED_BACK);
        }
        if (rules[i].to == PHASE_CLEANING) {
            CHECK(rules[i].when.soak_over == YES);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(positions_only_grow),
        TEST(every_phase_has_a_row_for_whatever_is_seen),
        TEST(every_phase_before_an_end_has_a_way_out),
        TEST(waiting_phases_have_a_deadline),
        TEST(the_cutover_has_exactly_one_way_in),
        TEST(nothing_cuts_over_while_a_gate_is_closed),
        TEST(a_cutover_that_happened_is_never_sent_again),
        TEST(production_is_dropped_only_when_the_soak_is_over),
    };
    return cmocka_run_group_tests_name("decide", tests, NULL, NULL);
}
