/* The plan as people and programs read it: the texts beside, in tests/plan/. */
#include "plan_world.h"

#include "cutover/files_disk.h"

#include <stdio.h>
#include <stdlib.h>

#define MINUTE (60 * MOMENT_SECOND)
#define NOW (INT64_C(1795449731) * MOMENT_SECOND) /* 2026-11-23 16:02:11 */

/* The shop with something to remove, and an index on what stays. */
static World *deployed_larger_shop(Arena *arena)
{
    World *w = world_new(arena);
    declare_shop(w);
    world_declare(w, NODE_VIEW, "reports.old_totals", NULL, "shop.daily");
    world_external_index(w, "public.orders", "orders_id_idx", "compute", "id");
    world_apply(w, world_plan(w));
    world_clean(w);
    return w;
}

static PlanHead head_of(World *w)
{
    return (PlanHead){.commit = COMMIT,
                      .short_commit = "4f2a9c1",
                      .subject = "Count refunds in daily revenue",
                      .author = "Ada",
                      .ref = "main",
                      .committed_at = NOW - 8 * MINUTE,
                      .now = NOW,
                      .live_commit = "9be1d03",
                      .live_since = NOW - 3 * 24 * 60 * MINUTE,
                      .tests = 14,
                      .checks = 3,
                      .hydration = record_hydration(w->record),
                      .environment = &w->environment,
                      .repository = "shop"};
}

static const char *text_of(World *w, const Plan *plan, bool color)
{
    PlanHead head = head_of(w);
    Buf out = buf_new(w->arena, 1 << 20);
    plan_write_text(&out, plan, &head, color);
    return out.data;
}

static const Json *json_of(World *w, const Plan *plan)
{
    PlanHead head = head_of(w);
    Buf out = buf_new(w->arena, 1 << 20);
    JsonOut json = json_out(&out);
    plan_write_json(&json, plan, &head);
    Err err;
    const Json *tree = json_parse(w->arena, out.data, out.length, &err);
    assert_non_null(tree);
    return tree;
}

static const char *masked(World *w, const Plan *plan)
{
    char *got = arena_strdup(w->arena, text_of(w, plan, false));
    char *digest = strstr(got, arena_printf(w->arena, "%.12s", plan->digest));
    if (digest) {
        memcpy(digest, "DIGESTDIGEST", 12);
    }
    return got;
}

/* The text is tests/plan/NAME; the digest, which any change of the project changes, is masked. */
static void check_text(World *w, const char *name, const Plan *plan)
{
    const char *path = arena_printf(w->arena, "%s/plan/%s", TEST_DATA, name);
    const char *got = masked(w, plan);
    if (getenv("CUTOVER_UPDATE")) {
        FILE *out = fopen(path, "w");
        assert_non_null(out);
        fputs(got, out);
        fclose(out);
    }
    Err err;
    const File *wanted = files_disk_one(w->arena, path, 0, &err);
    assert_non_null(wanted);
    if (!str_eq(got, wanted->text)) {
        print_error("%s\n--- got\n%s--- expected\n%s", path, got, wanted->text);
        fail();
    }
}

static void the_first_deployment(void **state)
{
    World *w = world_new(*state);
    world_size(w, "compute", "200cc", 2);
    world_size(w, "ingest", "100cc", 1);
    world_declare(w, NODE_SOURCE, "raw.events", "ingest", "");
    world_declare(w, NODE_MATERIALIZED_VIEW, "shop.daily", "compute", "raw.events");
    w->generation = -1;
    check_text(w, "first.txt", world_plan(w));
}

static Plan *plan_of_changes(World *w)
{
    world_change(w, "shop.orders_clean");
    world_remove(w, "reports.old_totals");
    world_declare(w, NODE_VIEW, "reports.refunds", NULL, "shop.daily");
    world_external_index(w, "public.orders", "orders_customer_idx", "serving", "customer");
    world_size(w, "serving", "100cc", 1);
    return world_plan(w);
}

static void a_commit_with_all_kinds_of_changes(void **state)
{
    World *w = deployed_larger_shop(*state);
    check_text(w, "changes.txt", plan_of_changes(w));
}

/* There is nothing to say between the list and the summary: no gate, no cost. */
static void changes_in_place_alone_are_followed_by_one_empty_line(void **state)
{
    World *w = deployed_larger_shop(*state);
    world_size(w, "serving", "100cc", 1);
    const char *text = text_of(w, world_plan(w), false);
    assert_non_null(strstr(text, "In place: nothing rehydrates"));
    assert_non_null(strstr(text, "\n\nPlan "));
    assert_null(strstr(text, "\n\n\n"));
}

static void a_cluster_without_replica_is_warned_of_before_and_after(void **state)
{
    World *w = deployed_larger_shop(*state);
    world_size(w, "serving", "100cc", 1);
    assert_null(strstr(text_of(w, world_plan(w), false), "CO4207"));
    world_size(w, "serving", "100cc", 0);
    const char *warning =
        "warning CO4207: cluster serving has replication_factor 0 in cutover.yaml";
    assert_non_null(strstr(text_of(w, world_plan(w), false), warning));
    world_apply(w, world_plan(w));
    Plan *after = world_plan(w);
    CHECK_INT(after->outcome, PLAN_NOTHING);
    assert_non_null(strstr(text_of(w, after, false), warning));
}

static void floors_are_told_beside_the_gates_that_they_raise(void **state)
{
    World *w = deployed_larger_shop(*state);
    Floors floors = floors_none();
    GateChanges changes = {0};
    EnvironmentConfig own = w->environment;
    floors.soak = 3600, floors.approvals = 1, floors.max_drops = 2, floors.all_tests = true;
    own.tests = false, own.soak = 900, own.promotion = "auto";
    w->environment = floors_environment(w->arena, &own, &floors, &changes);
    Plan *plan = plan_of_changes(w);
    PlanHead head = head_of(w);
    head.floors = &changes;
    Buf out = buf_new(w->arena, 1 << 20);
    plan_write_text(&out, plan, &head, false);
    CHECK(strstr(out.data,
                 " | 14 tests (floor; cutover.yaml says none) | 3 checks | approval 0 of 1 (floor; "
                 "cutover.yaml says 0) | soak 1h (floor; cutover.yaml says 15m) | max_drops 2 "
                 "(floor; cutover.yaml says 5)\n"));
    Buf json = buf_new(w->arena, 1 << 20);
    JsonOut document = json_out(&json);
    plan_write_json(&document, plan, &head);
    CHECK(strstr(json.data, "\"source\":\"floor\""));
}

static void a_refused_plan(void **state)
{
    World *w = deployed_larger_shop(*state);
    world_stranger(w, "view", "public.enriched", NULL, "shop.orders_clean");
    world_change(w, "shop.orders_clean");
    world_remove(w, "reports.old_totals");
    w->environment.max_drops = 0;
    check_text(w, "refused.txt", world_plan(w));
}

static void nothing_to_do(void **state)
{
    World *w = deployed_larger_shop(*state);
    CHECK_STR(text_of(w, world_plan(w), false),
              "production is at 4f2a9c1 (generation 1): nothing to do.\n");
}

static void colors_are_only_for_terminals(void **state)
{
    World *w = deployed_larger_shop(*state);
    Plan *plan = plan_of_changes(w);
    CHECK(!strchr(text_of(w, plan, false), '\033'));
    CHECK(strstr(text_of(w, plan, true), "  \033[33m~\033[0m shop.orders_clean"));
}

static void a_program_reads_the_same(void **state)
{
    World *w = deployed_larger_shop(*state);
    Plan *plan = plan_of_changes(w);
    const Json *json = json_of(w, plan);
    CHECK_STR(json_get_str(json, "schema"), "cutover.plan/1");
    CHECK_STR(json_get_str(json, "outcome"), "changes");
    CHECK_STR(json_get_str(json, "digest"), plan->digest);
    CHECK_STR(json_get_str(json_get(json, "commit"), "sha"), COMMIT);
    CHECK_INT(json_get_int(json_get(json, "live"), "generation", 0), 1);
    const Json *counts = json_get(json, "counts");
    CHECK_INT(json_get_int(counts, "green", 0), 5);
    CHECK_INT(json_get_int(counts, "changed", 0), 1);
    CHECK_INT(json_get_int(counts, "rebuilt", 0), 3);
    CHECK_INT(json_get_int(counts, "new", 0), 1);
    CHECK_INT(json_get_int(counts, "in_place", 0), 2);
    CHECK_INT(json_get_int(counts, "removed", 0), 1);
    const Json *objects = json_get(json, "objects");
    CHECK_INT(objects->count, plan->objects.count);
    CHECK_STR(json_get_str(objects->items[0], "id"), "model.shop.shop.orders_clean");
    CHECK_STR(json_get_str(objects->items[0], "action"), "change");
    CHECK_STR(json_get_str(objects->items[0], "where"), "green");
    const Json *reasons = json_get(objects->items[1], "reasons");
    CHECK_STR(json_get_str(reasons->items[0], "cause"), "reads");
    CHECK_STR(json_get_str(reasons->items[0], "object"), "shop.orders_clean");
    CHECK_INT(json_get(json, "diagnostics")->count, 0);
    const Json *cost = json_get(json, "cost");
    CHECK_INT(json_get(cost, "credits")->type, JSON_IS_NULL);
    CHECK_INT(json_get(cost, "hydration_s")->type, JSON_IS_NULL);
    CHECK(json_get(cost, "green_credits_per_hour")->real == 4.0);
}

static void the_hydrations_before_tell_what_green_costs(void **state)
{
    static const int64_t seconds[] = {960, 720, 840};
    World *w = deployed_larger_shop(*state);
    for (size_t i = 0; i < 3; i++) {
        vec_push(w->arena, &w->record->deployments, (RecordDeployment){.hydrated_in = seconds[i]});
    }
    Plan *plan = plan_of_changes(w);
    CHECK(strstr(text_of(w, plan, false),
                 "hydration about 14m (last 12m to 16m) and soak 15m, about 1.9 credits\n"));
    const Json *cost = json_get(json_of(w, plan), "cost");
    CHECK_INT(json_get_int(cost, "hydration_s", 0), 840);
    CHECK_INT(json_get_int(cost, "hydration_low_s", 0), 720);
    CHECK_INT(json_get_int(cost, "hydration_high_s", 0), 960);
}

static void a_program_reads_refusals_as_diagnostics(void **state)
{
    World *w = deployed_larger_shop(*state);
    world_stranger(w, "view", "public.enriched", NULL, "shop.orders_clean");
    world_change(w, "shop.orders_clean");
    const Json *json = json_of(w, world_plan(w));
    CHECK_STR(json_get_str(json, "outcome"), "refused");
    const Json *diag = json_get(json, "diagnostics")->items[0];
    CHECK_STR(json_get_str(diag, "severity"), "refused");
    CHECK_STR(json_get_str(diag, "object"), "public.enriched");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_first_deployment),
        TEST(a_commit_with_all_kinds_of_changes),
        TEST(changes_in_place_alone_are_followed_by_one_empty_line),
        TEST(a_cluster_without_replica_is_warned_of_before_and_after),
        TEST(floors_are_told_beside_the_gates_that_they_raise),
        TEST(a_refused_plan),
        TEST(nothing_to_do),
        TEST(colors_are_only_for_terminals),
        TEST(a_program_reads_the_same),
        TEST(the_hydrations_before_tell_what_green_costs),
        TEST(a_program_reads_refusals_as_diagnostics),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
