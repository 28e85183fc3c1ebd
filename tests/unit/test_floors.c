/* Floors of the controller's file: the stricter holds, and what no gate can meet is refused. */
#include "plan_world.h"

#include "cutover/floors.h"

static Floors with_globs(Arena *arena, const char *schema, const char *cluster)
{
    Floors floors = floors_none();
    StrVec schemas = {0}, clusters = {0};
    if (schema) {
        vec_push(arena, &schemas, schema);
        vec_push(arena, &floors.schemas, schemas);
    }
    if (cluster) {
        vec_push(arena, &clusters, cluster);
        vec_push(arena, &floors.clusters, clusters);
    }
    return floors;
}

static Windows *windows_of(Arena *arena, const char *allow, const char *zone)
{
    Windows *windows = arena_make(arena, Windows);
    windows->timezone = zone;
    vec_push(arena, &windows->allow_texts, allow);
    CHECK(windows_parse(arena, windows) == NULL);
    return windows;
}

/* ---- several floors ---- */

static void of_several_floors_the_strictest_counts(void **state)
{
    Floors all = floors_none();
    Floors one = with_globs(*state, "materialize.shop*", NULL);
    Floors two = with_globs(*state, "*.shop_eu", "eu_*");
    one.soak = 600, two.soak = 60, two.approvals = 2;
    one.max_drops = 3, one.max_cost = 10, two.max_cost = 4;
    two.no_hooks = true;
    floors_add(*state, &all, &one);
    floors_add(*state, &all, &two);
    CHECK_INT(all.soak, 600);
    CHECK_INT(all.approvals, 2);
    CHECK_INT(all.max_drops, 3);
    CHECK(all.max_cost > 3.9 && all.max_cost < 4.1);
    CHECK(all.no_hooks && !all.all_tests);
    CHECK(floors_allow(&all.schemas, "materialize.shop_eu"));
    CHECK(!floors_allow(&all.schemas, "materialize.shop"));
    CHECK(!floors_allow(&all.schemas, "other.shop_eu"));
    CHECK(floors_allow(&all.clusters, "eu_1") && !floors_allow(&all.clusters, "compute"));
}

/* ---- gates ---- */

static EnvironmentConfig loose(Arena *arena)
{
    EnvironmentConfig e = {.name = "production",
                           .promotion = "auto",
                           .approvals = 1,
                           .soak = 300,
                           .max_drops = 5,
                           .tests = false,
                           .checks_given = true};
    vec_push(arena, &e.checks, "fresh");
    return e;
}

static void a_floor_raises_what_is_lower(void **state)
{
    EnvironmentConfig own = loose(*state);
    Floors floors = floors_none();
    GateChanges changes = {0};
    floors.approvals = 2, floors.soak = 900, floors.max_drops = 0, floors.max_cost = 40;
    floors.all_tests = true;
    vec_push(*state, &floors.checks, "customers");
    EnvironmentConfig e = floors_environment(*state, &own, &floors, &changes);
    CHECK_INT(config_approvals(&e), 2);
    CHECK_INT(e.soak, 900);
    CHECK_INT(e.soak_floor, 900);
    CHECK_INT(e.max_drops, 0);
    CHECK(e.tests);
    CHECK_STR(str_join(*state, &e.checks, " "), "fresh customers");
    CHECK_STR(gate_change(&changes, "soak")->wanted, "5m");
    CHECK_STR(gate_change(&changes, "soak")->effective, "15m");
    CHECK_STR(gate_change(&changes, "tests")->wanted, "none");
    CHECK_STR(gate_change(&changes, "checks")->wanted, "fresh");
    CHECK_STR(gate_change(&changes, "max_cost")->wanted, "none");
    CHECK_INT(own.soak, 300);
    CHECK_INT(own.checks.count, 1);
}

static void a_floor_lowers_nothing(void **state)
{
    EnvironmentConfig own = loose(*state);
    Floors floors = floors_none();
    GateChanges changes = {0};
    own.tests = true;
    floors.soak = 60, floors.max_drops = 100, floors.all_tests = true;
    vec_push(*state, &floors.checks, "fresh");
    EnvironmentConfig e = floors_environment(*state, &own, &floors, &changes);
    CHECK_INT(e.soak, 300);
    CHECK_INT(e.max_drops, 5);
    CHECK_INT(config_approvals(&e), 0);
    CHECK_INT(changes.count, 0);
    e = floors_environment(*state, &own, NULL, &changes);
    CHECK_INT(e.soak, 300);
}

static void windows_of_both_files_are_kept_apart(void **state)
{
    EnvironmentConfig own = loose(*state);
    Floors floors = floors_none();
    GateChanges changes = {0};
    own.windows = *windows_of(*state, "Mon-Thu 09:00-16:00", "Europe/Berlin");
    vec_push(*state, &floors.windows, windows_of(*state, "Mon-Fri 08:00-18:00", NULL));
    EnvironmentConfig e = floors_environment(*state, &own, &floors, &changes);
    CHECK_INT(e.windows_floor.count, 1);
    CHECK_STR(e.windows.allow_texts.items[0], "Mon-Thu 09:00-16:00");
    CHECK_STR(gate_change(&changes, "windows")->effective,
              "Mon-Thu 09:00-16:00, Europe/Berlin; and Mon-Fri 08:00-18:00, UTC");
}

/* A choice that leaves tests out keeps what it says of models. */
static void all_tests_come_back_where_some_were_chosen(void **state)
{
    EnvironmentConfig own = loose(*state);
    SelectWanted wanted = {0};
    Floors floors = floors_none();
    GateChanges changes = {0};
    vec_push(*state, &wanted.include, ((SelectText){.text = "marts"}));
    vec_push(*state, &wanted.tests, ((SelectText){.text = "test_name:unique"}));
    own.tests = true, own.selection = &wanted, floors.all_tests = true;
    EnvironmentConfig e = floors_environment(*state, &own, &floors, &changes);
    CHECK(e.selection->all_tests && !e.selection->tests.count);
    CHECK_INT(e.selection->include.count, 1);
    CHECK_INT(wanted.tests.count, 1);
    CHECK_STR(gate_change(&changes, "tests")->wanted, "some");
}

/* ---- refusals ---- */

static World *changed_shop(Arena *arena)
{
    World *w = deployed_shop(arena);
    world_change(w, "shop.orders_clean");
    return w;
}

static void nothing_else_may_be_touched(void **state)
{
    World *w = changed_shop(*state);
    Floors floors = with_globs(*state, "materialize.shop", "comp*");
    w->floors = &floors;
    Plan *plan = world_plan(w);
    CHECK_INT(plan->outcome, PLAN_REFUSED);
    const Diag *diag = world_finding(plan, "CO4140");
    CHECK(str_starts(diag->message, "schema materialize.reports must not be touched ("));
    CHECK(strstr(diag->hint, "allows: materialize.shop\n"));
    CHECK_INT(diags_count(&plan->diags, DIAG_REFUSED), 1);
    Floors wide = with_globs(*state, "*", "serving");
    w->floors = &wide;
    diag = world_finding(world_plan(w), "CO4140");
    CHECK(str_starts(diag->message, "cluster compute must not be touched ("));
    Floors all = with_globs(*state, "materialize.*", "*");
    w->floors = &all;
    CHECK_INT(world_plan(w)->outcome, PLAN_CHANGES);
}

/* Only what the plan would do counts: what lies still disturbs nobody. */
static void what_lies_still_is_not_touched(void **state)
{
    World *w = deployed_shop(*state);
    Floors floors = with_globs(*state, "elsewhere.*", "none");
    w->floors = &floors;
    CHECK_INT(world_plan(w)->outcome, PLAN_NOTHING);
}

static void a_removed_object_is_touched_too(void **state)
{
    World *w = deployed_shop(*state);
    world_remove(w, "reports.top_items");
    Floors floors = with_globs(*state, "materialize.shop", NULL);
    w->floors = &floors;
    CHECK(world_finding(world_plan(w), "CO4140"));
}

static void a_cluster_has_a_highest_price(void **state)
{
    World *w = changed_shop(*state);
    Floors floors = floors_none();
    vec_push(w->arena, &w->catalog->sizes, ((CatalogSize){"900cc", 4.0}));
    world_size(w, "compute", "900cc", 2);
    floors.max_size = 8;
    w->floors = &floors;
    CHECK_INT(world_plan(w)->outcome, PLAN_CHANGES);
    floors.max_size = 7.5;
    CHECK_STR(
        world_finding(world_plan(w), "CO4141")->message,
        "cluster compute (900cc x 2) costs 8.0 credits an hour, the policy's max_size is 7.5");
}

static void a_demanded_check_must_be_there(void **state)
{
    World *w = changed_shop(*state);
    Floors floors = floors_none();
    vec_push(w->arena, &floors.checks, "fresh");
    w->floors = &floors;
    CHECK_STR(world_finding(world_plan(w), "CO4142")->message,
              "the policy demands check fresh, which is not in cutover.yaml");
    vec_push(w->arena, &w->config.checks, ((CheckConfig){.name = "fresh"}));
    CHECK_INT(world_plan(w)->outcome, PLAN_CHANGES);
}

static void hooks_can_be_denied(void **state)
{
    World *w = changed_shop(*state);
    Floors floors = floors_none();
    vec_push(w->arena, &world_node(w, "shop.daily")->hooks, "insert into t values (1)");
    w->floors = &floors;
    CHECK_INT(world_plan(w)->outcome, PLAN_CHANGES);
    floors.no_hooks = true;
    CHECK_STR(world_finding(world_plan(w), "CO4143")->message,
              "models/shop.daily.sql has a hook, and the policy denies hooks");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(of_several_floors_the_strictest_counts),
        TEST(a_floor_raises_what_is_lower),
        TEST(a_floor_lowers_nothing),
        TEST(windows_of_both_files_are_kept_apart),
        TEST(all_tests_come_back_where_some_were_chosen),
        TEST(nothing_else_may_be_touched),
        TEST(what_lies_still_is_not_touched),
        TEST(a_removed_object_is_touched_too),
        TEST(a_cluster_has_a_highest_price),
        TEST(a_demanded_check_must_be_there),
        TEST(hooks_can_be_denied),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
