/* What is changed where it is, without anything that rehydrates: grants, comments, and clusters' options. */
#include "plan_world.h"

#include "cutover/build.h"
#include "cutover/json.h"

static const PlanObject *altered(const Plan *plan, const char *kind)
{
    vec_each (PlanObject, it, &plan->objects) {
        if (it->action == PLAN_CHANGE && it->where == PLAN_IN_PLACE && str_eq(it->kind, kind)) {
            return it;
        }
    }
    return NULL;
}

/* The only step, which the plan leaves to be done. */
static const Step *only_step(World *w, const Plan *plan)
{
    Alterations *alterations = arena_make(w->arena, Alterations);
    *alterations = build_alterations(w->arena, plan);
    CHECK_INT(alterations->steps.count, 1);
    return &alterations->steps.items[0];
}

static const char *text_of(World *w, const Plan *plan)
{
    Buf out = buf_new(w->arena, 1 << 20);
    PlanHead head = {.environment = &w->environment};
    plan_write_text(&out, plan, &head, false);
    return out.data;
}

static void check_alone(const Plan *plan)
{
    CHECK_INT(plan->outcome, PLAN_CHANGES);
    CHECK_INT(plan->in_place, 1);
    CHECK_INT(plan->objects.count, 1);
    CHECK_INT(plan->green, 0);
    CHECK_INT(plan->schemas.count, 0);
    CHECK_INT(plan->clusters.count, 0);
}

/* ---- grants ---- */

static void a_grant_is_given_where_the_object_is(void **state)
{
    World *w = deployed_shop(*state);
    vec_push(w->arena, &world_node(w, "shop.daily")->grants, (DesiredGrant){"SELECT", "analyst"});
    Plan *plan = world_plan(w);
    check_alone(plan);
    CHECK(strstr(text_of(w, plan), "In place: nothing rehydrates\n"
                                   "  ~ grant  shop.daily: select to analyst    added in Git\n"));
    const Step *step = only_step(w, plan);
    CHECK_INT(step->kind, STEP_GRANT);
    CHECK_STR(step->id, world_live(w, "shop.daily")->id);
    CHECK_STR(step->grantee, "analyst");
    world_apply(w, plan);
    CHECK_INT(world_plan(w)->outcome, PLAN_NOTHING);
}

static void an_owner_needs_no_grant(void **state)
{
    World *w = deployed_shop(*state);
    vec_push(w->arena, &world_node(w, "shop.daily")->grants, (DesiredGrant){"SELECT", "cutover"});
    CHECK_INT(world_plan(w)->outcome, PLAN_NOTHING);
}

static void what_people_granted_stays(void **state)
{
    World *w = deployed_shop(*state);
    vec_push(w->arena, &world_live(w, "shop.daily")->grants,
             ((CatalogGrant){.grantee = "looker", .privilege = "SELECT"}));
    CHECK_INT(world_plan(w)->outcome, PLAN_NOTHING);
}

/* A shop in which Git has let an analyst read, described daily, and does neither any more. */
static World *shop_with_less_in_git(Arena *arena)
{
    World *w = deployed_shop(arena);
    DesiredNode *daily = world_node(w, "shop.daily");
    vec_push(w->arena, &daily->grants, (DesiredGrant){"SELECT", "analyst"});
    vec_push(w->arena, &daily->comments, (DesiredComment){NULL, "by day"});
    vec_push(w->arena, &daily->comments, (DesiredComment){"day", "in UTC"});
    world_apply(w, world_plan(w));
    world_note(w);
    daily->grants.count = daily->comments.count = 0;
    return w;
}

static void what_git_gave_is_taken_back_when_it_leaves_git(void **state)
{
    World *w = shop_with_less_in_git(*state);
    CatalogObject *live = world_live(w, "shop.daily");
    vec_push(w->arena, &live->grants, ((CatalogGrant){"u8", "looker", "SELECT"}));
    Plan *plan = world_plan(w);
    CHECK_INT(plan->in_place, 3);
    CHECK_INT(plan->green, 0);
    CHECK(strstr(text_of(w, plan),
                 "  ~ revoke shop.daily: select from analyst    no longer in Git\n"
                 "  ~ comment shop.daily                        no longer in Git\n"
                 "  ~ comment shop.daily.day                    no longer in Git\n"));
    Alterations steps = build_alterations(w->arena, plan);
    CHECK_INT(steps.steps.items[0].kind, STEP_REVOKE);
    CHECK_STR(steps.steps.items[0].grantee, "analyst");
    CHECK(!steps.steps.items[1].text);
    world_apply(w, plan);
    CHECK(catalog_allows(live, "looker", "SELECT"));
    CHECK(!catalog_allows(live, "analyst", "SELECT"));
    CHECK_INT(world_plan(w)->outcome, PLAN_NOTHING);
}

static void another_approval_is_needed_to_take_than_to_give(void **state)
{
    World *w = deployed_shop(*state);
    DesiredNode *daily = world_node(w, "shop.daily");
    vec_push(w->arena, &daily->grants, (DesiredGrant){"SELECT", "analyst"});
    Plan *giving = world_plan(w);
    world_apply(w, giving);
    world_note(w);
    daily->grants.count = 0;
    Plan *taking = world_plan(w);
    CHECK_STR(giving->objects.items[0].live->id, taking->objects.items[0].live->id);
    CHECK(!str_eq(giving->objects.items[0].id, taking->objects.items[0].id));
}

static void what_a_role_would_have_anyway_stays(void **state)
{
    World *w = shop_with_less_in_git(*state);
    world_apply(w, world_plan(w));
    CatalogObject *live = world_live(w, "shop.daily");
    vec_push(w->arena, &live->grants, ((CatalogGrant){"u7", "analyst", "SELECT"}));
    vec_push(w->arena, &w->catalog->defaults,
             ((CatalogDefault){.grantee = "analyst", .privilege = "SELECT"}));
    CHECK_INT(world_plan(w)->outcome, PLAN_NOTHING); /* as everybody made here */
    w->catalog->defaults.count = 0;
    live->owner = "analyst";
    CHECK_INT(world_plan(w)->outcome, PLAN_NOTHING);
}

static void once_it_has_gone_a_person_may_give_it(void **state)
{
    World *w = shop_with_less_in_git(*state);
    world_apply(w, world_plan(w));
    RecordObjects noted =
        noted_declared(w->arena, w->record, w->catalog, w->desired, &w->environment);
    CHECK_INT(noted.count, 1);
    CHECK_INT(noted.items[0].declared.count, 0);
    CatalogObject *live = world_live(w, "shop.daily");
    RecordObject *known =
        map_get(&w->record->object_by_id, arena_printf(w->arena, "%s:%s", live->kind, live->id));
    *known = noted.items[0];
    vec_push(w->arena, &live->grants, ((CatalogGrant){"u7", "analyst", "SELECT"}));
    CHECK_INT(world_plan(w)->outcome, PLAN_NOTHING);
}

static void a_source_of_the_project_is_granted_where_it_is(void **state)
{
    World *w = deployed_shop(*state);
    world_declare(w, NODE_SOURCE, "raw.events", "ingest", "");
    world_size(w, "ingest", "100cc", 1);
    world_apply(w, world_plan(w));
    vec_push(w->arena, &world_node(w, "raw.events")->grants, (DesiredGrant){"SELECT", "analyst"});
    Plan *plan = world_plan(w);
    check_alone(plan);
    CHECK(!world_finding(plan, "CO4204"));
    world_apply(w, plan);
    CHECK_INT(world_plan(w)->outcome, PLAN_NOTHING);
}

/* ---- owners ---- */

static World *shop_of_cutover(Arena *arena)
{
    World *w = deployed_shop(arena);
    world_note(w);
    vec_push(w->arena, &w->catalog->roles, "cutover");
    return w;
}

static void an_owner_is_given_back_by_a_healing_alone(void **state)
{
    World *w = shop_of_cutover(*state);
    world_live(w, "shop.daily")->owner = "ada";
    CHECK_INT(world_plan(w)->outcome, PLAN_NOTHING); /* another commit takes owners as they are */
    w->is_live = true;
    Plan *plan = world_plan(w);
    check_alone(plan);
    CHECK(strstr(text_of(w, plan),
                 "  ~ owner  shop.daily: ada to cutover    drift: not as deployed\n"));
    const Step *step = only_step(w, plan);
    CHECK_INT(step->kind, STEP_OWNER);
    CHECK_STR(step->object_kind, "materialized-view");
    CHECK_STR(step->id, world_live(w, "shop.daily")->id);
    CHECK_STR(step->owner, "cutover");
    world_apply(w, plan);
    CHECK_INT(world_plan(w)->outcome, PLAN_NOTHING);
}

static void containers_have_owners_too(void **state)
{
    World *w = shop_of_cutover(*state);
    w->is_live = true;
    world_live_schema(w, DB, "shop")->owner = "ada";
    world_live_cluster(w, "compute")->owner = "ada";
    Plan *plan = world_plan(w);
    CHECK_INT(plan->in_place, 2);
    CHECK(strstr(text_of(w, plan), "  ~ owner  schema shop: ada to cutover "));
    CHECK(strstr(text_of(w, plan), "  ~ owner  cluster compute: ada to cutover "));
}

static void who_is_gone_gets_nothing_back(void **state)
{
    World *w = shop_of_cutover(*state);
    w->is_live = true;
    w->catalog->roles.count--;
    world_live(w, "shop.daily")->owner = "ada";
    CHECK_INT(world_plan(w)->outcome, PLAN_NOTHING);
}

/* ---- options that nobody declares ---- */

static void an_option_is_given_back_by_a_healing_alone(void **state)
{
    World *w = deployed_shop(*state);
    CatalogCluster *compute = world_live_cluster(w, "compute");
    compute->options = CLUSTER_OPTIONS_USUAL;
    world_note(w);
    compute->options = "INTROSPECTION INTERVAL = 0, INTROSPECTION DEBUGGING = false";
    CHECK_INT(world_plan(w)->outcome, PLAN_NOTHING);
    w->is_live = true;
    Plan *plan = world_plan(w);
    check_alone(plan);
    CHECK(strstr(text_of(w, plan),
                 "  ~ cluster compute: INTROSPECTION INTERVAL = '00:00:01'    drift: "));
    CHECK_STR(only_step(w, plan)->options, "INTROSPECTION INTERVAL = '00:00:01'");
    compute->replication_factor = 1; /* first the shape, then the rest */
    CHECK(!only_step(w, world_plan(w))->options);
    compute->replication_factor = 2;
    world_apply(w, plan);
    CHECK_INT(world_plan(w)->outcome, PLAN_NOTHING);
}

/* The server switches it on and off: what it happens to have is no factor that anybody declared. */
static void a_cluster_that_is_scheduled_keeps_its_factor_until_it_is_not(void **state)
{
    World *w = deployed_shop(*state);
    CatalogCluster *compute = world_live_cluster(w, "compute");
    compute->options = "SCHEDULE = MANUAL, WORKLOAD CLASS = NULL";
    world_note(w);
    compute->options = "SCHEDULE = ON REFRESH, WORKLOAD CLASS = 'prod'";
    compute->scheduled = true;
    compute->replication_factor = 0;
    CHECK_INT(world_plan(w)->outcome, PLAN_NOTHING);
    w->is_live = true;
    const Step *step = only_step(w, world_plan(w));
    CHECK_INT(step->replication_factor, 2);
    CHECK_STR(step->options, "SCHEDULE = MANUAL");
    world_size(w, "compute", compute->size, -1);
    CHECK_INT(only_step(w, world_plan(w))->replication_factor, 1);
    world_size(w, "compute", "100cc", -1); /* first the shape */
    CHECK(!only_step(w, world_plan(w))->options);
}

static void green_gets_the_options_that_production_has(void **state)
{
    World *w = deployed_shop(*state);
    CatalogCluster *compute = world_live_cluster(w, "compute");
    world_change(w, "shop.customers");
    compute->options = CLUSTER_OPTIONS_USUAL;
    CHECK(!world_plan(w)->clusters.items[0].options);
    compute->options = "INTROSPECTION INTERVAL = '00:00:05', INTROSPECTION DEBUGGING = true";
    CHECK_STR(world_plan(w)->clusters.items[0].options, compute->options);
    compute->options = CLUSTER_OPTIONS_USUAL ", AUTO SCALING STRATEGY = (ON HYDRATION (...))";
    CHECK(!world_plan(w)->clusters.items[0].options); /* a warning says so */
}

/* ---- comments ---- */

static void a_description_is_changed_where_the_object_is(void **state)
{
    World *w = deployed_shop(*state);
    DesiredNode *daily = world_node(w, "shop.daily");
    vec_push(w->arena, &daily->comments, (DesiredComment){NULL, "by day"});
    Plan *plan = world_plan(w);
    check_alone(plan);
    CHECK(strstr(text_of(w, plan), "  ~ comment shop.daily    changed in Git\n"));
    world_apply(w, plan);
    CHECK_INT(world_plan(w)->outcome, PLAN_NOTHING);
    const char *digest = plan->digest;
    daily->comments.items[0].text = "by calendar day";
    plan = world_plan(w);
    CHECK_STR(only_step(w, plan)->text, "by calendar day");
    CHECK(!str_eq(plan->digest, digest));
}

static void a_column_has_a_description_of_its_own(void **state)
{
    World *w = deployed_shop(*state);
    DesiredNode *daily = world_node(w, "shop.daily");
    vec_push(w->arena, &daily->comments, (DesiredComment){NULL, "by day"});
    vec_push(w->arena, &daily->comments, (DesiredComment){"day", "in UTC"});
    world_apply(w, world_plan(w));
    CHECK_INT(world_plan(w)->outcome, PLAN_NOTHING);
    daily->comments.items[1].text = "in Berlin";
    Plan *plan = world_plan(w);
    check_alone(plan);
    CHECK_STR(only_step(w, plan)->column, "day");
    CHECK(strstr(text_of(w, plan), "  ~ comment shop.daily.day    changed in Git\n"));
}

static void an_empty_description_is_none(void **state)
{
    World *w = deployed_shop(*state);
    vec_push(w->arena, &world_node(w, "shop.daily")->comments, (DesiredComment){NULL, ""});
    CHECK_INT(world_plan(w)->outcome, PLAN_NOTHING);
}

/* ---- clusters ---- */

static void a_cluster_is_resized_where_it_is(void **state)
{
    World *w = deployed_shop(*state);
    world_size(w, "compute", "100cc", 2);
    Plan *plan = world_plan(w);
    check_alone(plan);
    CHECK(strstr(text_of(w, plan),
                 "  ~ cluster compute: size 200cc to 100cc    changed in cutover.yaml\n"));
    world_apply(w, plan);
    CHECK_INT(world_plan(w)->outcome, PLAN_NOTHING);
}

static void the_size_comes_before_the_replication_factor(void **state)
{
    World *w = deployed_shop(*state);
    world_size(w, "compute", "100cc", 1);
    Plan *plan = world_plan(w);
    CHECK(strstr(text_of(w, plan),
                 "cluster compute: size 200cc to 100cc, replication factor 2 to 1"));
    const Step *step = only_step(w, plan);
    CHECK_STR(step->size, "100cc");
    CHECK_INT(step->replication_factor, -1);
    world_live_cluster(w, "compute")->size = "100cc";
    step = only_step(w, world_plan(w));
    CHECK(!step->size);
    CHECK_INT(step->replication_factor, 1);
}

static void a_cluster_that_takes_its_new_size_is_waited_for(void **state)
{
    World *w = deployed_shop(*state);
    world_size(w, "compute", "100cc", 2);
    world_live_cluster(w, "compute")->reconfiguring = true;
    Alterations alterations = build_alterations(w->arena, world_plan(w));
    CHECK_INT(alterations.steps.count, 0);
    CHECK(alterations.altering);
    world_live_cluster(w, "compute")->reconfiguring = false;
    world_live_cluster(w, "compute")->size = "100cc";
    alterations = build_alterations(w->arena, world_plan(w));
    CHECK_INT(alterations.steps.count, 0);
    CHECK(!alterations.altering);
}

static void a_cluster_of_sources_is_resized_where_it_is(void **state)
{
    World *w = deployed_shop(*state);
    world_declare(w, NODE_SOURCE, "raw.events", "ingest", "");
    world_size(w, "ingest", "100cc", 1);
    world_apply(w, world_plan(w));
    world_size(w, "ingest", "200cc", 1);
    Plan *plan = world_plan(w);
    check_alone(plan);
    world_apply(w, plan);
    CHECK_INT(world_plan(w)->outcome, PLAN_NOTHING);
}

/* ---- beside green ---- */

static void what_goes_green_gets_it_there(void **state)
{
    World *w = deployed_shop(*state);
    vec_push(w->arena, &world_node(w, "shop.daily")->grants, (DesiredGrant){"SELECT", "analyst"});
    vec_push(w->arena, &world_node(w, "shop.daily")->comments, (DesiredComment){NULL, "by day"});
    world_size(w, "compute", "100cc", 1);
    world_change(w, "shop.customers");
    Plan *plan = world_plan(w);
    CHECK(!altered(plan, "grant"));
    CHECK(!altered(plan, "comment"));
    CHECK(!altered(plan, "cluster"));
    CHECK_STR(plan->clusters.items[0].size, "100cc");
    world_apply(w, plan);
    CHECK_INT(world_plan(w)->outcome, PLAN_NOTHING);
}

static void who_may_read_what_is_built_from_then_on_is_told(void **state)
{
    World *w = shop_with_less_in_git(*state);
    DesiredNode *daily = world_node(w, "shop.daily");
    vec_push(w->arena, &daily->grants, (DesiredGrant){"SELECT", "auditor"});
    world_change(w, "shop.daily");
    Plan *plan = world_plan(w);
    CHECK_INT(plan->in_place, 0);
    const char *text = text_of(w, plan);
    CHECK(strstr(text,
                 "  ~ shop.daily           grant              select to auditor: added in Git\n"
                 "  ~ shop.daily           revoke             select from analyst: no longer in "
                 "Git\n"));
    daily->grants.count = 0;
    vec_push(w->arena, &daily->grants, (DesiredGrant){"SELECT", "looker"});
    CHECK(!str_eq(plan->digest, world_plan(w)->digest));
    world_apply(w, plan);
}

static void who_may_read_what_is_new_is_told(void **state)
{
    World *w = deployed_shop(*state);
    world_declare(w, NODE_VIEW, "shop.refunds", NULL, "shop.orders_clean");
    vec_push(w->arena, &world_node(w, "shop.refunds")->grants, (DesiredGrant){"SELECT", "analyst"});
    vec_push(w->arena, &world_node(w, "shop.refunds")->grants, (DesiredGrant){"SELECT", "cutover"});
    Plan *plan = world_plan(w);
    CHECK_INT(plan->in_place, 2);
    CHECK(strstr(text_of(w, plan), "grant  shop.refunds: select to analyst    added in Git\n"));
    CHECK_INT(build_alterations(w->arena, plan).steps.count, 0); /* it is made with it */
    world_apply(w, plan);
    CHECK_INT(world_plan(w)->outcome, PLAN_NOTHING);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_grant_is_given_where_the_object_is),
        TEST(an_owner_needs_no_grant),
        TEST(what_people_granted_stays),
        TEST(what_git_gave_is_taken_back_when_it_leaves_git),
        TEST(another_approval_is_needed_to_take_than_to_give),
        TEST(what_a_role_would_have_anyway_stays),
        TEST(once_it_has_gone_a_person_may_give_it),
        TEST(a_source_of_the_project_is_granted_where_it_is),
        TEST(an_owner_is_given_back_by_a_healing_alone),
        TEST(containers_have_owners_too),
        TEST(who_is_gone_gets_nothing_back),
        TEST(an_option_is_given_back_by_a_healing_alone),
        TEST(a_cluster_that_is_scheduled_keeps_its_factor_until_it_is_not),
        TEST(green_gets_the_options_that_production_has),
        TEST(a_description_is_changed_where_the_object_is),
        TEST(a_column_has_a_description_of_its_own),
        TEST(an_empty_description_is_none),
        TEST(a_cluster_is_resized_where_it_is),
        TEST(the_size_comes_before_the_replication_factor),
        TEST(a_cluster_that_takes_its_new_size_is_waited_for),
        TEST(a_cluster_of_sources_is_resized_where_it_is),
        TEST(what_goes_green_gets_it_there),
        TEST(who_may_read_what_is_built_from_then_on_is_told),
        TEST(who_may_read_what_is_new_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
