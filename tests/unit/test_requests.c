/* What follows from requests: who counts, which deployment, plan and phase they bind to, what is too late. */
#include "check.h"

#include "cutover/requests.h"
#include "cutover/str.h"

static Record *record_with(Arena *arena, Phase phase)
{
    Record *record = arena_make(arena, Record);
    *record = (Record){.exists = true};
    RecordDeployment d = {
        .id = "production-g2-4f2a9c1b03de", .plan_digest = "7d31f0", .phase = phase};
    vec_push(arena, &record->deployments, d);
    return record;
}

static RecordRequest *add(Arena *arena, Record *record, const char *kind, const char *by)
{
    RecordRequest request = {.id = "5f3c",
                             .kind = kind,
                             .by = by,
                             .deployment = "production-g2-4f2a9c1b03de",
                             .plan_digest = "7d31f0",
                             .phase = phase_name(record->deployments.items[0].phase)};
    vec_push(arena, &record->requests, request);
    return &vec_last(&record->requests);
}

static int64_t approvals(const Record *record)
{
    return request_approvals(record, record->deployments.items);
}

static void a_person_approves_once_and_one_plan(void **state)
{
    Record *record = record_with(*state, PHASE_AWAITING_APPROVAL);
    add(*state, record, "approve", "ada");
    add(*state, record, "approve", "ada");
    CHECK_INT(approvals(record), 1);
    add(*state, record, "approve", "grace")->plan_digest = "000000";
    CHECK_INT(approvals(record), 1);
    RecordRequest *refused = add(*state, record, "approve", "joan");
    CHECK_INT(approvals(record), 2);
    refused->done = true;
    refused->outcome = "refused";
    CHECK_INT(approvals(record), 1);
    add(*state, record, "approve", "edsger")->deployment = "production-g1-9be1d03aaaaa";
    CHECK_INT(approvals(record), 1);
}

static const char *outcome_in(Arena *arena, const char *kind, Phase asked, Phase now)
{
    Record *record = record_with(arena, asked);
    add(arena, record, kind, "ada");
    record->deployments.items[0].phase = now;
    RequestAnswer answer;
    RequestWorld world = {.plan_digest = "7d31f0"};
    return request_unanswered(arena, record, &world, &answer) ? answer.outcome : "open";
}

static void a_request_is_answered_by_the_phase_that_it_meets(void **state)
{
    static const struct {
        const char *kind;
        Phase asked, now;
        const char *outcome;
    } cases[] = {
        {"abort", PHASE_BUILDING, PHASE_HYDRATING, "open"},
        {"abort", PHASE_BUILDING, PHASE_CUTTING_OVER, "too_late"},
        {"abort", PHASE_BUILDING, PHASE_FAILED, "too_late"},
        {"approve", PHASE_AWAITING_APPROVAL, PHASE_AWAITING_APPROVAL, "open"},
        {"approve", PHASE_AWAITING_APPROVAL, PHASE_SOAKING, "too_late"},
        {"promote", PHASE_AWAITING_WINDOW, PHASE_AWAITING_WINDOW, "open"},
        {"promote", PHASE_AWAITING_WINDOW, PHASE_SOAKING, "too_late"},
        {"promote", PHASE_BUILDING, PHASE_BUILDING, "refused"},
        {"rollback", PHASE_SOAKING, PHASE_ROLLING_BACK, "open"},
        {"rollback", PHASE_BUILDING, PHASE_BUILDING, "refused"},
        {"hold", PHASE_BUILDING, PHASE_BUILDING, "done"},
        {"resume", PHASE_BUILDING, PHASE_BUILDING, "done"},
        {"dance", PHASE_BUILDING, PHASE_BUILDING, "refused"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CHECK_STR(outcome_in(*state, cases[i].kind, cases[i].asked, cases[i].now),
                  cases[i].outcome);
    }
}

/* Two generations of two commits, the second live and its old side gone. */
static Record *record_of_two(Arena *arena)
{
    Record *record = record_with(arena, PHASE_LIVE);
    record->deployments.items[0].commit = "4f2a9c1";
    record->deployments.items[0].from_deployment = "";
    RecordDeployment second = {.id = "production-g3-9be1d03aaaaa",
                               .commit = "9be1d03",
                               .phase = PHASE_LIVE,
                               .from_deployment = record->deployments.items[0].id};
    vec_push(arena, &record->deployments, second);
    return record;
}

static RequestAnswer answer_of(Arena *arena, const Record *record)
{
    RequestWorld world = {.live = &record->deployments.items[1]};
    RequestAnswer answer = {.outcome = "open"};
    return request_unanswered(arena, record, &world, &answer) ? answer
                                                              : (RequestAnswer){.outcome = "open"};
}

static void the_way_back_from_what_is_live_is_a_new_deployment(void **state)
{
    Record *record = record_of_two(*state);
    RecordRequest *back = add(*state, record, "rollback", "ada");
    CHECK_STR(answer_of(*state, record).outcome, "too_late");
    back->deployment = "production-g3-9be1d03aaaaa";
    CHECK_STR(answer_of(*state, record).outcome, "open");
    CHECK(request_restore(record, &record->deployments.items[1]) == back);
    CHECK(!request_restore(record, &record->deployments.items[0]));
    CHECK_STR(record_commit_before(record, &record->deployments.items[1]), "4f2a9c1");
}

static void the_way_back_needs_something_before_and_nothing_under_way(void **state)
{
    Record *record = record_of_two(*state);
    add(*state, record, "rollback", "ada")->deployment = "production-g3-9be1d03aaaaa";
    record->deployments.items[0].commit = "9be1d03";
    CHECK_STR(answer_of(*state, record).why, "there is no generation before it");
    record->deployments.items[0].commit = "4f2a9c1";
    vec_push(*state, &record->deployments,
             (RecordDeployment){.id = "g4", .generation = 4, .phase = PHASE_HYDRATING});
    CHECK_STR(answer_of(*state, record).why, "g4 is under way: end it first by cutover abort");
}

static void a_granted_promote_is_of_one_phase_and_one_attempt(void **state)
{
    Record *record = record_with(*state, PHASE_AWAITING_WINDOW);
    RecordRequest *promote = add(*state, record, "promote", "ada");
    CHECK(request_open(record, record->deployments.items, "promote") == promote);
    CHECK(!request_promoted(record, record->deployments.items, PHASE_AWAITING_WINDOW));
    promote->done = true;
    promote->outcome = "done";
    CHECK(request_promoted(record, record->deployments.items, PHASE_AWAITING_WINDOW));
    CHECK(!request_promoted(record, record->deployments.items, PHASE_CANARY));
    CHECK(!request_open(record, record->deployments.items, "promote"));
    record->deployments.items[0].attempt_since = promote->at + 1;
    CHECK(!request_promoted(record, record->deployments.items, PHASE_AWAITING_WINDOW));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_person_approves_once_and_one_plan),
        TEST(a_request_is_answered_by_the_phase_that_it_meets),
        TEST(the_way_back_from_what_is_live_is_a_new_deployment),
        TEST(the_way_back_needs_something_before_and_nothing_under_way),
        TEST(a_granted_promote_is_of_one_phase_and_one_attempt),
    };
    return cmocka_run_group_tests_name("requests", tests, NULL, NULL);
}
