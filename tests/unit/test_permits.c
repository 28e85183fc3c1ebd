/* Permits: what needs one, who can give it, what it binds to, and what no permit can lift. */
#include "plan_world.h"

#include "cutover/permits.h"

static const char *given(Arena *arena, const char *message)
{
    PermitsGiven found = {0};
    StrVec texts = {0};
    permits_in_message(arena, message, "4f2a9c1", &found);
    vec_each (PermitGiven, it, &found) {
        vec_push(arena, &texts, it->permit);
    }
    return str_join(arena, &texts, " ");
}

static void trailers_are_lines_of_a_message(void **state)
{
    CHECK_STR(given(*state, "Drop old totals\n\nCutover-Permit: drops\n"), "drops");
    CHECK_STR(given(*state, "cutover-permit: drops, rewind stateful:m.public.orders"),
              "drops rewind stateful:m.public.orders");
    CHECK_STR(given(*state, "Squashed\n\n* one\n\nCutover-Permit: drops\r\n\n* two\n\n"
                            "Cutover-Permit: cost"),
              "drops cost");
    CHECK_STR(given(*state, "Say what Cutover-Permit: drops does\n Cutover-Permit: drops\n"), "");
    CHECK_STR(given(*state, "Cutover-Permit:\nCutover-Permit"), "");
}

static void only_those_in_the_documents_exist(void **state)
{
    (void)state;
    CHECK(permit_is_known("drops") && permit_is_known("rewind") && permit_is_known("cost"));
    CHECK(permit_is_known("stateful:m.public.orders"));
    CHECK(!permit_is_known("stateful:") && !permit_is_known("drop") && !permit_is_known(""));
}

/* ---- trailers ---- */

static PermitHistory *history_with(World *w, const char *permit)
{
    PermitHistory *history = arena_make(w->arena, PermitHistory);
    *history = (PermitHistory){.descends = true, .live = "9be1d03"};
    if (permit) {
        vec_push(w->arena, &history->trailers, ((PermitGiven){permit, "commit 4f2a9c1"}));
    }
    w->history = history;
    return history;
}

static World *with_too_many_drops(Arena *arena)
{
    World *w = deployed_shop(arena);
    w->environment.max_drops = 0;
    world_remove(w, "reports.top_items");
    return w;
}

static void a_trailer_permits_what_is_seen_in_review(void **state)
{
    World *w = with_too_many_drops(*state);
    CHECK_INT(world_plan(w)->outcome, PLAN_REFUSED);
    history_with(w, "rewind");
    CHECK_INT(world_plan(w)->outcome, PLAN_REFUSED);
    history_with(w, "drops");
    Plan *plan = world_plan(w);
    CHECK_INT(plan->outcome, PLAN_CHANGES);
    CHECK_INT(plan->permits.count, 1);
    CHECK_STR(plan->permits.items[0].permit, "drops");
    CHECK_STR(plan->permits.items[0].needed_for, "1 object would be removed, max_drops is 0");
    CHECK_STR(plan->permits.items[0].given_by, "commit 4f2a9c1");
}

static void a_floor_can_demand_an_approval(void **state)
{
    World *w = with_too_many_drops(*state);
    history_with(w, "drops");
    w->permits.approval_only = true;
    Plan *plan = world_plan(w);
    CHECK_INT(plan->outcome, PLAN_REFUSED);
    CHECK(!strstr(world_finding(plan, "CO4110")->hint, "Cutover-Permit"));
}

static void a_word_that_is_no_permit_is_warned_of(void **state)
{
    World *w = with_too_many_drops(*state);
    history_with(w, "dorps");
    CHECK_STR(world_finding(world_plan(w), "CO4230")->message,
              "commit 4f2a9c1 permits \"dorps\", which is no permit");
}

/* ---- approvals ---- */

static RecordRequest *approve(World *w, const char *permit, const char *digest)
{
    RecordRequest request = {
        .id = "5f3c", .kind = "approve", .by = "ada", .plan_digest = digest, .deployment = "g2"};
    vec_push(w->arena, &request.permits, permit);
    vec_push(w->arena, &w->record->requests, request);
    return &vec_last(&w->record->requests);
}

static void an_approval_permits_one_plan(void **state)
{
    World *w = with_too_many_drops(*state);
    approve(w, "drops", world_plan(w)->digest);
    Plan *plan = world_plan(w);
    CHECK_INT(plan->outcome, PLAN_CHANGES);
    CHECK_STR(plan->permits.items[0].given_by, "ada");
    world_remove(w, "shop.customers");
    CHECK_INT(world_plan(w)->outcome, PLAN_REFUSED);
}

static void a_refused_approval_permits_nothing(void **state)
{
    World *w = with_too_many_drops(*state);
    RecordRequest *request = approve(w, "drops", world_plan(w)->digest);
    request->done = true;
    request->outcome = "refused";
    CHECK_INT(world_plan(w)->outcome, PLAN_REFUSED);
    request->outcome = "done";
    CHECK_INT(world_plan(w)->outcome, PLAN_CHANGES);
}

static void a_deployment_keeps_what_it_was_begun_with(void **state)
{
    (void)state;
    RecordRequest request = {
        .kind = "approve", .plan_digest = "7d31f0", .deployment = "g2", .by = "ada"};
    RecordDeployment d = {.id = "g2", .plan_digest = "7d31f0", .has_intent = true};
    CHECK(permit_counts(&request, "000000", &d));
    d.has_intent = false;
    CHECK(!permit_counts(&request, "000000", &d));
    d = (RecordDeployment){.id = "g3", .plan_digest = "7d31f0", .has_intent = true};
    CHECK(!permit_counts(&request, "000000", &d));
    CHECK(!permit_counts(&request, NULL, NULL));
}

/* ---- what holds data ---- */

static World *with_a_source(Arena *arena)
{
    World *w = deployed_shop(arena);
    world_declare(w, NODE_SOURCE, "raw.events", "ingest", "");
    world_declare(w, NODE_SOURCE, "raw.clicks", "ingest", "");
    world_size(w, "ingest", "100cc", 1);
    world_apply(w, world_plan(w));
    return w;
}

static void a_source_is_dropped_by_its_own_permit_alone(void **state)
{
    World *w = with_a_source(*state);
    w->environment.max_drops = 5;
    world_remove(w, "raw.events");
    const Diag *diag = world_finding(world_plan(w), "CO4130");
    CHECK_STR(diag->message, "source raw.events would be dropped, with the data that it holds");
    CHECK(strstr(diag->hint, "Cutover-Permit: stateful:materialize.raw.events"));
    history_with(w, "stateful:materialize.raw.clicks");
    CHECK_INT(world_plan(w)->outcome, PLAN_REFUSED);
    history_with(w, "stateful:materialize.raw.events");
    Plan *plan = world_plan(w);
    CHECK_INT(plan->outcome, PLAN_CHANGES);
    const PlanObject *object = world_planned(plan, "raw.events");
    CHECK_INT(object->action, PLAN_REMOVE);
    CHECK_INT(object->where, PLAN_AFTER_CUTOVER);
    CHECK_INT(plan->schemas.count, 0);
    CHECK_INT(plan->removed, 1);
}

static void what_waits_for_the_end_of_the_soak_is_not_planned_again(void **state)
{
    World *w = with_a_source(*state);
    world_remove(w, "raw.events");
    const CatalogObject *events = world_live(w, "raw.events");
    RecordDeployment *d = &vec_last(&w->record->deployments);
    vec_push(w->arena, &d->drops,
             (RecordPlace){.kind = events->kind, .id = events->id, .rel = events->rel});
    d->phase = PHASE_SOAKING;
    CHECK_INT(world_plan(w)->outcome, PLAN_NOTHING);
    d->phase = PHASE_ROLLED_BACK;
    CHECK_INT(world_plan(w)->outcome, PLAN_REFUSED);
}

static void no_permit_drops_what_cutover_did_not_make(void **state)
{
    World *w = with_a_source(*state);
    world_stranger(w, "view", "bi.totals", NULL, "raw.events");
    world_remove(w, "raw.events");
    history_with(w, "stateful:materialize.raw.events");
    CHECK_STR(world_finding(world_plan(w), "CO4103")->object, "bi.totals");
    world_stranger(w, "source", "raw.theirs", NULL, NULL);
    CHECK(!world_planned(world_plan(w), "raw.theirs"));
}

/* ---- history and cost ---- */

static void a_commit_beside_the_live_one_is_a_rewind(void **state)
{
    World *w = deployed_shop(*state);
    world_change(w, "shop.daily");
    history_with(w, NULL)->descends = false;
    const Diag *diag = world_finding(world_plan(w), "CO4131");
    CHECK_STR(diag->message, "4f2a9c1 does not descend from 9be1d03, which is live");
    history_with(w, "rewind")->descends = false;
    CHECK_INT(world_plan(w)->outcome, PLAN_CHANGES);
    history_with(w, NULL)->descends = false;
    w->permits.any_history = true;
    CHECK_INT(world_plan(w)->outcome, PLAN_CHANGES);
}

static void a_pull_request_need_not_descend_yet(void **state)
{
    World *w = deployed_shop(*state);
    world_change(w, "shop.daily");
    PermitHistory *history = history_with(w, NULL);
    history->descends = false;
    history->proposed = true;
    Plan *plan = world_plan(w);
    CHECK_INT(plan->outcome, PLAN_CHANGES);
    CHECK_STR(world_finding(plan, "CO4231")->message,
              "4f2a9c1 does not descend from 9be1d03, which is live");
}

static void what_costs_too_much_needs_a_permit(void **state)
{
    World *w = deployed_shop(*state);
    world_change(w, "shop.daily");
    vec_push(w->arena, &w->catalog->sizes, (CatalogSize){"200cc", 2.0});
    w->environment.soak = 3600;
    w->environment.max_cost = 4.0;
    CHECK_INT(world_plan(w)->outcome, PLAN_CHANGES);
    w->environment.max_cost = 3.9;
    CHECK_STR(world_finding(world_plan(w), "CO4132")->message,
              "the deployment costs about 4.0 credits, max_cost is 3.9");
    history_with(w, "cost");
    CHECK_INT(world_plan(w)->outcome, PLAN_CHANGES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(trailers_are_lines_of_a_message),
        TEST(only_those_in_the_documents_exist),
        TEST(a_trailer_permits_what_is_seen_in_review),
        TEST(a_floor_can_demand_an_approval),
        TEST(a_word_that_is_no_permit_is_warned_of),
        TEST(an_approval_permits_one_plan),
        TEST(a_refused_approval_permits_nothing),
        TEST(a_deployment_keeps_what_it_was_begun_with),
        TEST(a_source_is_dropped_by_its_own_permit_alone),
        TEST(what_waits_for_the_end_of_the_soak_is_not_planned_again),
        TEST(no_permit_drops_what_cutover_did_not_make),
        TEST(a_commit_beside_the_live_one_is_a_rewind),
        TEST(a_pull_request_need_not_descend_yet),
        TEST(what_costs_too_much_needs_a_permit),
    };
    return cmocka_run_group_tests_name("permits", tests, NULL, NULL);
}
