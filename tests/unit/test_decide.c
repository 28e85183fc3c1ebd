/*
 * The table of phases: well formed, and without a way into the irreversible step but one.
 * docs/phases.md is drawn from it: CUTOVER_WRITE=1 build/test_decide writes it anew.
 */
#include "check.h"

#include "cutover/buf.h"
#include "cutover/decide.h"

#include <stdio.h>
#include <stdlib.h>

#define FACTS (sizeof(Facts) / sizeof(Tri))
#define DOCUMENT TEST_DATA "/../docs/phases.md"

static const Phase used[] = {PHASE_NONE,      PHASE_PENDING,           PHASE_BUILDING,
                             PHASE_HYDRATING, PHASE_CHECKING,          PHASE_CUTTING_OVER,
                             PHASE_SOAKING,   PHASE_CLEANING,          PHASE_ROLLING_BACK,
                             PHASE_CANARY,    PHASE_AWAITING_APPROVAL, PHASE_AWAITING_WINDOW};

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

/* The facts that rows of PHASE ask for. */
static size_t facts_of(Phase phase, size_t *which)
{
    size_t count, n = 0;
    const Rule *rules = decide_rules(&count);
    for (size_t fact = 0; fact < FACTS; fact++) {
        bool asked = false;
        for (size_t i = 0; i < count; i++) {
            asked |= rules[i].from == phase && ((const Tri *)&rules[i].when)[fact] != ANY;
        }
        if (asked) {
            which[n++] = fact;
        }
    }
    return n;
}

/* A row that others hide would be an overlap that nobody noticed: each must be taken for something that can be seen. */
static void no_row_is_hidden_by_those_before_it(void **state)
{
    (void)state;
    size_t count, which[FACTS];
    const Rule *rules = decide_rules(&count);
    bool *taken = calloc(count, sizeof *taken);
    for (Phase phase = PHASE_NONE; phase < PHASE_COUNT; phase++) {
        size_t n = facts_of(phase, which);
        CHECK(n < 22);
        for (size_t bits = 0; bits < (size_t)1 << n; bits++) {
            Facts facts = {0};
            for (size_t k = 0; k < n; k++) {
                ((Tri *)&facts)[which[k]] = bits >> k & 1 ? YES : NO;
            }
            const Rule *rule = decide(phase, &facts);
            if (rule >= rules && rule < rules + count) { /* not in a phase that has no rows yet */
                taken[rule - rules] = true;
            }
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (!taken[i]) {
            print_error("row %d is never taken\n", rules[i].pos);
        }
        CHECK(taken[i]);
    }
    free(taken);
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
    static const Phase waiting[] = {PHASE_BUILDING,          PHASE_HYDRATING,
                                    PHASE_CHECKING,          PHASE_CUTTING_OVER,
                                    PHASE_AWAITING_APPROVAL, PHASE_AWAITING_WINDOW};
    size_t count;
    const Rule *rules = decide_rules(&count);
    for (size_t p = 0; p < sizeof waiting / sizeof *waiting; p++) {
        bool ends = false;
        for (size_t i = 0; i < count; i++) {
            ends |= rules[i].from == waiting[p] && rules[i].when.expired == YES &&
                    (rules[i].to == PHASE_FAILED || rules[i].to == PHASE_ABORTED);
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
                   .overtaken = NO,
                   .abort_asked = NO,
                   .canary_over = YES,
                   .approved = YES,
                   .window_open = YES,
                   .window_missed = NO,
                   .held = NO};
}

static void nothing_cuts_over_while_a_gate_is_closed(void **state)
{
    (void)state;
    Facts facts = ready_to_cut_over();
    CHECK_INT(decide(PHASE_CHECKING, &facts)->to, PHASE_CUTTING_OVER);
    Tri *closed[] = {&facts.superseded,  &facts.problem,       &facts.refused, &facts.missing,
                     &facts.checks_left, &facts.checks_failed, &facts.soaking, &facts.overtaken,
                     &facts.abort_asked, &facts.held};
    for (size_t i = 0; i < sizeof closed / sizeof *closed; i++) {
        *closed[i] = YES;
        CHECK(decide(PHASE_CHECKING, &facts)->to != PHASE_CUTTING_OVER);
        *closed[i] = NO;
    }
    static const Phase waits[] = {PHASE_CANARY, PHASE_AWAITING_APPROVAL, PHASE_AWAITING_WINDOW};
    Tri *open[] = {&facts.canary_over, &facts.approved, &facts.window_open};
    for (size_t i = 0; i < sizeof open / sizeof *open; i++) {
        *open[i] = NO;
        CHECK_INT(decide(PHASE_CHECKING, &facts)->to, waits[i]);
        *open[i] = YES;
    }
    facts.proved = NO;
    CHECK_INT(decide(PHASE_CHECKING, &facts)->to, PHASE_HYDRATING);
}

/* The controller was away, and finds green hydrated when the deadline has passed: the proof may settle. */
static void a_deadline_that_passed_while_nobody_looked_fails_only_what_is_not_ready(void **state)
{
    (void)state;
    Facts facts = ready_to_cut_over();
    facts.expired = YES;
    facts.proof_noted = facts.settled = NO;
    CHECK_INT(decide(PHASE_HYDRATING, &facts)->action, ACTION_NOTE_PROOF);
    facts.proof_noted = YES;
    CHECK_INT(decide(PHASE_HYDRATING, &facts)->action, ACTION_WAIT);
    facts.settled = YES;
    CHECK_INT(decide(PHASE_HYDRATING, &facts)->to, PHASE_CHECKING);
    facts.proved = NO;
    CHECK_INT(decide(PHASE_HYDRATING, &facts)->to, PHASE_FAILED);
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

static void guests_that_came_late_are_shut_out_before_anything_else_follows(void **state)
{
    (void)state;
    Facts facts = {.names_hold = YES, .admits = YES, .happened = NO};
    CHECK_INT(decide(PHASE_CUTTING_OVER, &facts)->action, ACTION_ADMIT);
    facts.happened = YES;
    facts.follow_up = facts.blue = YES;
    CHECK_INT(decide(PHASE_CUTTING_OVER, &facts)->action, ACTION_ADMIT);
    facts.admits = NO;
    CHECK_INT(decide(PHASE_CUTTING_OVER, &facts)->to, PHASE_REPOINTING);
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
            CHECK(rules[i].when.soak_over == YES || rules[i].when.promote_asked == YES);
        }
    }
}

/* ---- the picture of it ---- */

static void draw_edges(Buf *out, const Rule *rules, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const Rule *rule = &rules[i];
        if (rule->to == PHASE_NONE) {
            continue;
        }
        const char *from = rule->from == PHASE_NONE ? "[*]" : phase_name(rule->from);
        buf_printf(out, "    %s --> %s: %d %s\n", from, phase_name(rule->to), rule->pos, rule->why);
    }
    for (Phase phase = PHASE_NONE; phase < PHASE_COUNT; phase++) {
        if (phase_is_final(phase)) {
            buf_printf(out, "    %s --> [*]\n", phase_name(phase));
        }
    }
}

static void draw_stays(Buf *out, const Rule *rules, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (rules[i].to == PHASE_NONE) {
            buf_printf(out, "| %d | %s | %s | %s |\n", rules[i].pos, phase_name(rules[i].from),
                       action_name(rules[i].action), rules[i].why);
        }
    }
}

static Buf draw(Arena *arena)
{
    size_t count;
    const Rule *rules = decide_rules(&count);
    Buf out = buf_new(arena, 1 << 20);
    buf_text(&out,
             "# Phases of a deployment\n\n"
             "Drawn from the table in `reconcile/decide.c` (`CUTOVER_WRITE=1 build/test_decide`); "
             "a number is "
             "the row's.\nRows are tried from the top; the first whose facts hold is taken.\n\n"
             "```mermaid\nstateDiagram-v2\n");
    draw_edges(&out, rules, count);
    buf_text(&out, "```\n\nWhat is done, or waited for, without leaving the phase:\n\n"
                   "| row | phase | action | why |\n|---|---|---|---|\n");
    draw_stays(&out, rules, count);
    return out;
}

static void the_picture_in_docs_is_fresh(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    Buf wanted = draw(arena);
    if (getenv("CUTOVER_WRITE")) {
        FILE *file = fopen(DOCUMENT, "w");
        CHECK(file && fputs(wanted.data, file) >= 0 && fclose(file) == 0);
    }
    char *found = calloc(1, wanted.length + 2);
    FILE *file = fopen(DOCUMENT, "r");
    CHECK(file != NULL);
    fread(found, 1, wanted.length + 1, file);
    fclose(file);
    CHECK_STR(found, wanted.data);
    free(found);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(positions_only_grow),
        TEST(every_phase_has_a_row_for_whatever_is_seen),
        TEST(no_row_is_hidden_by_those_before_it),
        TEST(every_phase_before_an_end_has_a_way_out),
        TEST(waiting_phases_have_a_deadline),
        TEST(the_cutover_has_exactly_one_way_in),
        TEST(nothing_cuts_over_while_a_gate_is_closed),
        TEST(a_deadline_that_passed_while_nobody_looked_fails_only_what_is_not_ready),
        TEST(a_cutover_that_happened_is_never_sent_again),
        TEST(guests_that_came_late_are_shut_out_before_anything_else_follows),
        TEST(production_is_dropped_only_when_the_soak_is_over),
        TEST(the_picture_in_docs_is_fresh),
    };
    return cmocka_run_group_tests_name("decide", tests, NULL, NULL);
}
