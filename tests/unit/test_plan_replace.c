/* What is changed where it is, a materialized view or a seed's rows: when, why not, and what becomes of it. */
#include "plan_world.h"

#include "cutover/build.h"
#include "cutover/replace.h"

static World *lenient_shop(Arena *arena)
{
    World *w = deployed_shop(arena);
    w->environment.replace = "cheaper";
    w->environment.tests = true;
    return w;
}

static World *changed_shop(Arena *arena)
{
    World *w = lenient_shop(arena);
    world_change(w, "shop.daily");
    return w;
}

static const char *text_of(World *w, const Plan *plan)
{
    Buf out = buf_new(w->arena, 1 << 20);
    PlanHead head = {.environment = &w->environment};
    plan_write_text(&out, plan, &head, false);
    return out.data;
}

static void check_green(World *w, const char *why)
{
    Plan *plan = world_plan(w);
    CHECK(!plan->replacement.node);
    CHECK(plan->green > 0);
    if (why) {
        CHECK_STR(plan->replacement.why,
                  arena_printf(w->arena, "shop.daily is built on green: %s", why));
    } else {
        CHECK(!plan->replacement.why);
    }
}

/* ---- which way ---- */

static void what_changes_alone_takes_nothing_along(void **state)
{
    World *w = changed_shop(*state);
    Plan *plan = world_plan(w);
    CHECK_INT(plan->outcome, PLAN_CHANGES);
    CHECK_INT(plan->green, 0);
    CHECK_INT(plan->in_place, 1);
    CHECK_INT(plan->schemas.count + plan->clusters.count, 0);
    CHECK_STR(plan->replacement.node->id, "model.shop.shop.daily");
    CHECK_INT(plan->besides.count, 1);
    CHECK(plan->besides.items[0].replaces);
    CHECK_STR(plan->besides.items[0].green, "daily_green_g2");
    CHECK_STR(plan->besides.items[0].live_id, world_live(w, "shop.daily")->id);
    CHECK(strstr(text_of(w, plan),
                 "In place: the replacement alone hydrates, on its own cluster\n"
                 "  ~ materialized view shop.daily    SQL changed (models/shop.daily.sql)\n"));
    CHECK(strstr(text_of(w, plan),
                 "Way        shop.daily is replaced in place as long as its columns stay the same: "
                 "green would build 5 objects on 1 cluster\n"
                 "           the way back is a new deployment: a replaced view leaves no old side\n"
                 "Gates      hydration (lag 10s) | no tests | no soak\n"));
}

static void without_leave_nothing_is_said_of_it(void **state)
{
    World *w = changed_shop(*state);
    w->environment.replace = NULL;
    check_green(w, NULL);
    w->environment.replace = "never";
    check_green(w, NULL);
}

static void a_way_that_cannot_be_chosen_is_not_told(void **state)
{
    World *w = lenient_shop(*state);
    CHECK_INT(world_plan(w)->outcome, PLAN_NOTHING);
    world_change(w, "shop.orders_clean");
    check_green(w, NULL);
}

static void a_strangers_reader_stands_in_the_way_of_green_alone(void **state)
{
    World *w = changed_shop(*state);
    world_stranger(w, "view", "public.theirs", NULL, "shop.daily");
    Plan *plan = world_plan(w);
    CHECK(plan->replacement.node);
    CHECK(strstr(plan->replacement.why, "green cannot be built: public.theirs stands in the way"));
    w->environment.replace = "never";
    CHECK_INT(world_plan(w)->outcome, PLAN_REFUSED);
}

static void grants_and_descriptions_may_follow(void **state)
{
    World *w = changed_shop(*state);
    DesiredNode *daily = world_node(w, "shop.daily");
    vec_push(w->arena, &daily->grants, (DesiredGrant){"SELECT", "analyst"});
    vec_push(w->arena, &daily->comments, (DesiredComment){NULL, "by day"});
    Plan *plan = world_plan(w);
    CHECK(plan->replacement.node);
    CHECK_INT(plan->in_place, 3);
}

/* ---- what stands against it ---- */

static void only_one_view_changes_at_a_time(void **state)
{
    World *w = changed_shop(*state);
    world_change(w, "shop.customers");
    check_green(w, "customers changes with it");
}

static void an_index_that_changes_with_it_sends_it_to_green(void **state)
{
    World *w = changed_shop(*state);
    world_index(w, "shop.daily", "daily_day_idx", "compute", "day");
    check_green(w, "daily_day_idx changes with it");
}

static void what_is_removed_with_it_sends_it_to_green(void **state)
{
    World *w = changed_shop(*state);
    world_remove(w, "reports.top_items");
    check_green(w, "top_items changes with it");
}

static void a_test_of_it_or_of_its_readers_wants_green(void **state)
{
    World *w = changed_shop(*state);
    DesiredTest test = {.id = "test.shop.x", .name = "x"};
    vec_push(w->arena, &test.depends, world_node_id(w, "reports.top_items"));
    vec_push(w->arena, &w->desired->tests, test);
    check_green(w, "1 test reads it before the cutover, which a replacement does not allow");
    w->environment.tests = false;
    CHECK(world_plan(w)->replacement.node);
}

static void a_test_of_something_else_does_not(void **state)
{
    World *w = changed_shop(*state);
    DesiredTest test = {.id = "test.shop.x", .name = "x"};
    vec_push(w->arena, &test.depends, world_node_id(w, "shop.customers"));
    vec_push(w->arena, &w->desired->tests, test);
    CHECK(world_plan(w)->replacement.node);
}

static void checks_and_a_canary_want_green(void **state)
{
    World *w = changed_shop(*state);
    vec_push(w->arena, &w->config.checks, (CheckConfig){.name = "a"});
    vec_push(w->arena, &w->config.checks, (CheckConfig){.name = "b"});
    check_green(w, "2 checks read it before the cutover, which a replacement does not allow");
    w->environment.checks_given = true;
    w->environment.canary = 60;
    check_green(w, "the canary reads it before the cutover, which a replacement does not allow");
}

static void a_floor_for_the_soak_wants_green(void **state)
{
    World *w = changed_shop(*state);
    Floors floors = floors_none();
    w->floors = &floors;
    CHECK(world_plan(w)->replacement.node);
    floors.soak = 60;
    check_green(w, "the controller's file asks for a soak");
}

static void a_comment_that_would_be_lost_wants_green(void **state)
{
    World *w = changed_shop(*state);
    world_live(w, "shop.daily")->comment = "ask Ada";
    check_green(w, "it has comments that are not in Git, which would be lost");
    vec_push(w->arena, &world_node(w, "shop.daily")->comments, (DesiredComment){NULL, "by day"});
    CHECK(world_plan(w)->replacement.node);
}

static void an_input_that_its_owner_might_not_read_wants_green(void **state)
{
    World *w = changed_shop(*state);
    world_stranger(w, "table", "public.prices", NULL, NULL);
    w->catalog->rbac = true;
    CHECK(world_plan(w)->replacement.node);
    vec_push(w->arena, &world_node(w, "shop.daily")->reads,
             ((RelName){"materialize", "public", "prices"}));
    check_green(w, "it reads public.prices, which it did not, and whether its owner may is only "
                   "seen on green");
    w->catalog->superuser = true;
    CHECK(world_plan(w)->replacement.node);
}

static void a_sink_that_reads_it_wants_green(void **state)
{
    World *w = changed_shop(*state);
    world_size(w, "sinks", "25cc", 1);
    world_add_cluster(w, "sinks", "25cc", 1);
    world_stranger(w, "sink", "kafka.out", "sinks", "shop.daily");
    world_seal(w);
    Plan *plan = world_plan(w);
    CHECK(!plan->replacement.node);
    CHECK(strstr(plan->replacement.why, "sink kafka.out reads it"));
}

static void a_constant_view_is_never_replaced(void **state)
{
    World *w = changed_shop(*state);
    world_live(w, "shop.orders_clean")->reads.count = 0;
    world_node(w, "shop.orders_clean")->reads.count = 0;
    check_green(w, "it is constant");
}

static void what_the_server_refused_goes_green(void **state)
{
    World *w = changed_shop(*state);
    RecordDeployment d = {.id = "production-g2-4f2a9c1b03de"};
    vec_push(w->arena, &d.results,
             (RecordResult){.check = "replacement", .verdict = "refused", .text = "extra column"});
    w->deployment = &d;
    check_green(w, "the server does not take it: extra column");
}

static void a_view_with_nothing_around_it_goes_green(void **state)
{
    World *w = world_new(*state);
    w->environment.replace = "cheaper";
    world_size(w, "compute", "200cc", 2);
    world_declare(w, NODE_MATERIALIZED_VIEW, "shop.daily", "compute", "[public.orders]");
    world_apply(w, world_plan(w));
    world_change(w, "shop.daily");
    check_green(w, "nothing else would be built with it");
}

/* ---- what becomes of it ---- */

typedef struct Case {
    World *w;
    Plan *plan;
    RecordDeployment *d;
} Case;

static Desired *green_of(const Case *c)
{
    Desired *green = world_desired(c->w);
    vec_each (DesiredNode, it, &c->w->desired->nodes) {
        DesiredNode node = *it;
        node.rel = namemap_rel(c->w->arena, &c->plan->names, it->rel);
        vec_push(c->w->arena, &green->nodes, node);
    }
    desired_seal(c->w->arena, green, halves_here);
    return green;
}

static Case intended(Arena *arena)
{
    Case c = {.w = changed_shop(arena)};
    c.plan = world_plan(c.w);
    RecordDeployment d = {.id = "production-g2-4f2a9c1b03de",
                          .generation = 2,
                          .phase = PHASE_BUILDING,
                          .has_intent = true};
    vec_push(arena, &d.green,
             (RecordGreen){"materialized-view", DB, "shop", "daily", "daily_green_g2",
                           world_live(c.w, "shop.daily")->id});
    vec_push(arena, &c.w->record->deployments, d);
    c.d = &vec_last(&c.w->record->deployments);
    return c;
}

static Build *compare(const Case *c)
{
    world_seal(c->w);
    BuildInput input = {.plan = c->plan,
                        .production = c->w->desired,
                        .green = green_of(c),
                        .catalog = c->w->catalog,
                        .record = c->w->record,
                        .deployment = c->d,
                        .environment = &c->w->environment};
    return build_compare(c->w->arena, &input);
}

/* The replacement as the server makes it; on some servers it names its target among what it reads. */
static const char *make(Case *c, bool names_target)
{
    world_make_node(c->w, c->plan, world_node(c->w, "shop.daily"));
    CatalogObject *made = world_live(c->w, "shop.daily_green_g2");
    if (names_target) {
        vec_push(c->w->arena, &made->reads, c->d->green.items[0].replaces);
    }
    return made->id;
}

static void only_the_replacement_is_made(void **state)
{
    Case c = intended(*state);
    Build *build = compare(&c);
    CHECK_INT(build->missing.count, 1);
    CHECK_INT(build->missing.items[0].kind, STEP_CREATE_NODE);
    CHECK_STR(build->missing.items[0].rel.name, "daily_green_g2");
    CHECK_STR(build->missing.items[0].replaces->name, "daily");
}

static void it_and_its_target_must_be_hydrated(void **state)
{
    for (int names_target = 0; names_target < 2; names_target++) {
        Case c = intended(*state);
        const char *id = make(&c, names_target);
        Build *build = compare(&c);
        CHECK_INT(build->missing.count, 0);
        CHECK_INT(build->stale.count, 0);
        CHECK_INT(build->wanted.count, 2);
        CHECK_STR(build->wanted.items[0]->id, id);
        CHECK_STR(build->wanted.items[1]->rel.name, "daily");
        CHECK_STR(replace_target(c.w->catalog, c.d, "materialized-view", id),
                  c.d->green.items[0].replaces);
    }
}

static void it_is_nobodys_reader_and_no_stranger(void **state)
{
    Case c = intended(*state);
    make(&c, true);
    Plan *plan = world_plan(c.w);
    CHECK(plan->replacement.node);
    CHECK_STR(plan->digest, c.plan->digest);
    c.d->cut_over = true;
    c.d->phase = PHASE_REPOINTING;
    CHECK_INT(world_plan(c.w)->removed, 0);
}

static void one_of_another_commit_makes_room(void **state)
{
    Case c = intended(*state);
    make(&c, false);
    c.d->phase = PHASE_SUPERSEDED;
    world_change(c.w, "shop.orders_clean");
    c.plan = world_plan(c.w);
    CHECK(!c.plan->replacement.node);
    Build *build = compare(&c);
    CHECK_INT(build->stale.count, 1);
    CHECK_STR(build->stale.items[0]->rel.name, "daily_green_g2");
}

static ReplaceState state_of(const Case *c)
{
    world_seal(c->w);
    return replace_state(c->w->catalog, c->w->record, c->d).state;
}

static void the_catalog_tells_what_has_become_of_it(void **state)
{
    Case c = intended(*state);
    CHECK_INT(state_of(&c), REPLACE_LOST);
    const char *id = make(&c, false);
    CHECK_INT(state_of(&c), REPLACE_READY);
    world_live(c.w, "shop.daily")->rel.name = "gone";
    world_live(c.w, "shop.daily_green_g2")->rel.name = "daily";
    CHECK_INT(state_of(&c), REPLACE_APPLIED);
    CHECK_STR(world_live(c.w, "shop.daily")->id, id);
    c.d->green.count = 0;
    CHECK_INT(state_of(&c), REPLACE_NONE);
}

static void it_is_dropped_with_a_green_that_nothing_wants_but_not_before_it_is_applied(void **state)
{
    Case c = intended(*state);
    make(&c, false);
    world_seal(c.w);
    static const Phase phases[] = {PHASE_CUTTING_OVER, PHASE_REPOINTING, PHASE_FAILED};
    for (size_t i = 0; i < 3; i++) {
        c.d->phase = phases[i];
        Leftover *unused = leftover_green(c.w->arena, c.w->catalog, c.w->record);
        CHECK_INT(unused->objects.count, phases[i] == PHASE_FAILED);
        Leftover *own = leftover_replacement(c.w->arena, c.w->catalog, c.w->record, c.d);
        CHECK_INT(own->objects.count, 1);
    }
}

/* ---- rows that come to a seed ---- */

/* shop.codes, which reports.by_code reads, gets a row. */
static World *more_codes(Arena *arena)
{
    World *w = world_new(arena);
    w->environment.replace = "cheaper";
    w->environment.tests = true;
    world_size(w, "compute", "200cc", 2);
    SeedData *seed = arena_make(arena, SeedData);
    vec_push(arena, &seed->columns, (SeedColumn){"code", "text"});
    DesiredNode *codes = world_declare(w, NODE_SEED, "shop.codes", NULL, "");
    codes->sql = NULL;
    codes->seed = seed;
    world_declare(w, NODE_MATERIALIZED_VIEW, "reports.by_code", "compute", "shop.codes");
    world_apply(w, world_plan(w));
    const char **row = arena_array(arena, 1, sizeof *row);
    row[0] = "a";
    vec_push(arena, &seed->rows, row);
    return w;
}

static void rows_that_come_take_nothing_along(void **state)
{
    World *w = more_codes(*state);
    Plan *plan = world_plan(w);
    CHECK_INT(plan->green, 0);
    CHECK_INT(plan->in_place, 1);
    CHECK_STR(plan->besides.items[0].green, "codes_green_g2");
    CHECK_STR(plan->besides.items[0].live_id, world_live(w, "shop.codes")->id);
    CHECK(strstr(text_of(w, plan), "In place: nothing rehydrates\n"));
    CHECK(strstr(
        text_of(w, plan),
        "Way        shop.codes gets its rows in place as long as one statement can do it: green "
        "would "
        "build 2 objects on 1 cluster\n           the way back is a new deployment: rows that "
        "change in place leave no old side\n"));
    w->environment.replace = "never";
    CHECK(world_plan(w)->green > 0);
}

static void its_own_tests_can_read_the_rows_and_those_of_its_readers_cannot(void **state)
{
    World *w = more_codes(*state);
    DesiredTest own = {.id = "test.shop.own", .name = "own"};
    vec_push(w->arena, &own.depends, world_node_id(w, "shop.codes"));
    vec_push(w->arena, &w->desired->tests, own);
    CHECK(world_plan(w)->replacement.node);
    DesiredTest other = {.id = "test.shop.other", .name = "other"};
    vec_push(w->arena, &other.depends, world_node_id(w, "shop.codes"));
    vec_push(w->arena, &other.depends, world_node_id(w, "reports.by_code"));
    vec_push(w->arena, &w->desired->tests, other);
    Plan *plan = world_plan(w);
    CHECK(!plan->replacement.node && plan->green > 0);
    CHECK_STR(plan->replacement.why, "shop.codes is built on green: 1 test wants to see before the "
                                     "cutover what its rows change");
}

static void rows_that_go_are_built_on_green(void **state)
{
    World *w = more_codes(*state);
    RecordDeployment d = {.id = "production-g2-4f2a9c1b03de"};
    vec_push(w->arena, &d.results,
             (RecordResult){.check = "replacement", .text = "1 of its rows go or change"});
    w->deployment = &d;
    Plan *plan = world_plan(w);
    CHECK(!plan->replacement.node && plan->green > 0);
    CHECK_STR(plan->replacement.why, "shop.codes is built on green: 1 of its rows go or change");
}

static void a_seed_waits_in_an_ordinary_table(void **state)
{
    Case c = {.w = more_codes(*state)};
    c.plan = world_plan(c.w);
    Build *build = compare(&c);
    CHECK_INT(build->missing.count, 1);
    CHECK_STR(build->missing.items[0].rel.name, "codes_green_g2");
    CHECK(!build->missing.items[0].replaces);
    CHECK_INT(build->wanted.count, 0);
}

static void the_record_tells_what_has_become_of_rows(void **state)
{
    Case c = {.w = more_codes(*state)};
    World *w = c.w;
    c.plan = world_plan(w);
    const char *id = world_live(w, "shop.codes")->id;
    SeedData *before = arena_make(w->arena, SeedData);
    before->columns = world_node(w, "shop.codes")->seed->columns;
    RecordDeployment d = {.id = "production-g2-4f2a9c1b03de"};
    vec_push(w->arena, &d.green, (RecordGreen){"table", DB, "shop", "codes", "codes_green_g2", id});
    c.d = &d;
    CHECK_INT(state_of(&c), REPLACE_LOST);
    world_make_node(w, c.plan, world_node(w, "shop.codes"));
    CHECK_INT(state_of(&c), REPLACE_READY);
    vec_push(w->arena, &d.results,
             (RecordResult){.check = replace_begun_key(w->arena, &d.green.items[0]), .at = 2});
    CHECK_INT(state_of(&c), REPLACE_BEGUN);
    vec_push(w->arena, &w->record->deployments, d);
    world_node(w, "shop.codes")->seed = before;
    CHECK_STR(world_reason(world_plan(w), "shop.codes"),
              "rows or columns changed (models/shop.codes.sql)");
    w->record->deployments.count--;
    vec_push(w->arena, &d.results,
             (RecordResult){.check = replace_rows_key(w->arena, &d.green.items[0]), .at = 1});
    CHECK_INT(state_of(&c), REPLACE_BEGUN);
    vec_push(w->arena, &w->record->deployments, d);
    CHECK_INT(world_plan(w)->outcome, PLAN_NOTHING);
    world_live(w, "shop.codes_green_g2")->rel.name = "gone";
    CHECK_INT(state_of(&c), REPLACE_APPLIED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_changes_alone_takes_nothing_along),
        TEST(without_leave_nothing_is_said_of_it),
        TEST(a_way_that_cannot_be_chosen_is_not_told),
        TEST(a_strangers_reader_stands_in_the_way_of_green_alone),
        TEST(grants_and_descriptions_may_follow),
        TEST(only_one_view_changes_at_a_time),
        TEST(an_index_that_changes_with_it_sends_it_to_green),
        TEST(what_is_removed_with_it_sends_it_to_green),
        TEST(a_test_of_it_or_of_its_readers_wants_green),
        TEST(a_test_of_something_else_does_not),
        TEST(checks_and_a_canary_want_green),
        TEST(a_floor_for_the_soak_wants_green),
        TEST(a_comment_that_would_be_lost_wants_green),
        TEST(an_input_that_its_owner_might_not_read_wants_green),
        TEST(a_sink_that_reads_it_wants_green),
        TEST(a_constant_view_is_never_replaced),
        TEST(what_the_server_refused_goes_green),
        TEST(a_view_with_nothing_around_it_goes_green),
        TEST(only_the_replacement_is_made),
        TEST(it_and_its_target_must_be_hydrated),
        TEST(it_is_nobodys_reader_and_no_stranger),
        TEST(one_of_another_commit_makes_room),
        TEST(the_catalog_tells_what_has_become_of_it),
        TEST(it_is_dropped_with_a_green_that_nothing_wants_but_not_before_it_is_applied),
        TEST(rows_that_come_take_nothing_along),
        TEST(its_own_tests_can_read_the_rows_and_those_of_its_readers_cannot),
        TEST(rows_that_go_are_built_on_green),
        TEST(a_seed_waits_in_an_ordinary_table),
        TEST(the_record_tells_what_has_become_of_rows),
    };
    return cmocka_run_group_tests_name("plan_replace", tests, NULL, NULL);
}
