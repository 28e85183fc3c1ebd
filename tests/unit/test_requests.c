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
    return request_unanswered(arena, record, "7d31f0", &answer) ? answer.outcome : "open";
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

static void a_granted_promote_is_of_one_phase(void **state)
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
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_person_approves_once_and_one_plan),
        TEST(a_request_is_answered_by_the_phase_that_it_meets),
        TEST(a_granted_promote_is_of_one_phase),
    };
    return cmocka_run_group_tests_name("requests", tests, NULL, NULL);
}
