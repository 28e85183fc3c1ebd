/* What a plan refuses, and what it names as the way out. */
#include "plan_world.h"

static void a_stranger_that_reads_what_must_be_swapped_stands_in_the_way(void **state)
{
    World *w = deployed_shop(*state);
    world_stranger(w, "view", "public.enriched", NULL, "shop.orders_clean");
    CHECK_INT(world_plan(w)->outcome, PLAN_NOTHING);
    world_change(w, "shop.orders_clean");
    Plan *plan = world_plan(w);
    CHECK_INT(plan->outcome, PLAN_REFUSED);
    const Diag *diag = world_finding(plan, "CO4103");
    CHECK_STR(diag->message, "public.enriched stands in the way");
    CHECK_STR(diag->hint,
              "schema shop must be swapped (shop.orders_clean: SQL changed), and public.enriched "
              "(view, role looker) reads shop.orders_clean.\n"
              "After the swap it would still read the old generation; Cutover has no record of it "
              "and will not touch it.\n"
              "ways out:  add it to the project and run   cutover adopt --select enriched\n"
              "           or drop it                      DROP VIEW "
              "\"materialize\".\"public\".\"enriched\"");
}

static void what_reads_a_stranger_is_named_too_so_that_it_can_be_dropped(void **state)
{
    World *w = deployed_shop(*state);
    world_stranger(w, "view", "public.enriched", NULL, "shop.daily");
    world_stranger(w, "materialized-view", "bi.totals", "quickstart", "public.enriched");
    world_change(w, "shop.orders_clean");
    Plan *plan = world_plan(w);
    CHECK_INT(diags_count(&plan->diags, DIAG_REFUSED), 2);
    CHECK_STR(plan->diags.list.items[1].object, "bi.totals");
    CHECK(strstr(plan->diags.list.items[1].hint, "DROP MATERIALIZED VIEW"));
}

static void strangers_beside_do_no_harm(void **state)
{
    World *w = deployed_shop(*state);
    world_stranger(w, "view", "public.enriched", NULL, "public.orders");
    world_stranger(w, "index", "public.orders_idx", "quickstart", "public.orders")->on_id =
        world_live(w, "public.orders")->id;
    world_change(w, "shop.orders_clean");
    CHECK_INT(world_plan(w)->outcome, PLAN_CHANGES);
}

static void a_stranger_in_a_swapped_schema_or_cluster_stands_in_the_way(void **state)
{
    World *w = deployed_shop(*state);
    world_stranger(w, "view", "shop.mine", NULL, "public.orders");
    world_stranger(w, "materialized-view", "bi.totals", "compute", "public.orders");
    world_change(w, "shop.orders_clean");
    Plan *plan = world_plan(w);
    CHECK_INT(diags_count(&plan->diags, DIAG_REFUSED), 2);
    CHECK_STR(plan->diags.list.items[0].object, "shop.mine");
    CHECK_STR(plan->diags.list.items[1].object, "bi.totals");
    CHECK(strstr(plan->diags.list.items[1].hint, "cluster compute must be swapped (shop.daily:"));
}

static void a_taken_name_is_not_ours(void **state)
{
    World *w = world_new(*state);
    world_stranger(w, "view", "shop.daily", NULL, "public.orders");
    declare_shop(w);
    Plan *plan = world_plan(w);
    CHECK_INT(plan->outcome, PLAN_REFUSED);
    CHECK(strstr(world_finding(plan, "CO4103")->hint, "The project declares this name"));
}

static void what_holds_data_cannot_be_rebuilt_and_says_how_to_move(void **state)
{
    World *w = deployed_shop(*state);
    world_stranger(w, "table", "shop.manual", NULL, NULL);
    world_change(w, "shop.orders_clean");
    Plan *plan = world_plan(w);
    const Diag *diag = world_finding(plan, "CO4105");
    CHECK_STR(diag->message, "table shop.manual cannot be rebuilt, and is in schema shop");
    CHECK(strstr(diag->hint, "+schema: NAME in dbt_project.yml"));
}

static void a_stranger_that_reads_what_is_removed_stands_in_the_way(void **state)
{
    World *w = deployed_shop(*state);
    world_stranger(w, "view", "public.vips", NULL, "shop.customers");
    world_remove(w, "shop.customers");
    Plan *plan = world_plan(w);
    CHECK_INT(plan->outcome, PLAN_REFUSED);
    CHECK(strstr(world_finding(plan, "CO4103")->hint, "shop.customers was removed in Git"));
}

static void too_many_removals_need_a_permit(void **state)
{
    World *w = deployed_shop(*state);
    w->environment.max_drops = 1;
    world_remove(w, "shop.customers");
    world_remove(w, "reports.top_items");
    const Diag *diag = world_finding(world_plan(w), "CO4110");
    CHECK_STR(diag->message, "2 objects would be removed, max_drops is 1");
    CHECK(strstr(diag->hint, "restore reports.top_items, shop.customers") ||
          strstr(diag->hint, "restore shop.customers, reports.top_items"));
    w->desired = world_desired(w);
    CHECK(world_finding(world_plan(w), "CO4111"));
}

static void a_source_among_models_is_refused(void **state)
{
    World *w = world_new(*state);
    declare_shop(w);
    world_declare(w, NODE_SOURCE, "shop.events", "compute", "");
    Plan *plan = world_plan(w);
    CHECK_STR(world_finding(plan, "CO4105")->message,
              "source shop.events cannot be rebuilt, and is in schema shop");
}

static void a_cluster_that_others_made_is_resized_by_them(void **state)
{
    World *w = deployed_shop(*state);
    world_add_cluster(w, "serving", "100cc", 1)->owner = "ada";
    world_size(w, "serving", "200cc", 1);
    CHECK(strstr(world_finding(world_plan(w), "CO4115")->hint,
                 "ALTER CLUSTER \"serving\" SET (SIZE = '200cc', REPLICATION FACTOR = 1)"));
    world_live_cluster(w, "serving")->size = "200cc";
    CHECK_INT(world_plan(w)->outcome, PLAN_NOTHING);
}

static void what_others_made_is_replaced_once_it_is_handed_over(void **state)
{
    World *w = world_new(*state);
    declare_shop(w);
    const char *cluster = world_add_cluster(w, "compute", "200cc", 2)->id;
    Plan *first = world_plan(w);
    CHECK_STR(world_finding(first, "CO4208")->message,
              "cluster compute (role cutover) was not made by Cutover: what has to go green there "
              "will be refused until it is handed over");
    CHECK_INT(first->outcome, PLAN_CHANGES);
    world_apply(w, first);
    world_change(w, "shop.orders_clean");
    CHECK_STR(world_finding(world_plan(w), "CO4125")->message,
              "cluster compute (role cutover) was not made by Cutover: it would be swapped with "
              "its green side, and dropped after the soak");
    world_record(w, "cluster", cluster, (RelName){.name = "compute"}, NULL, NULL, NULL);
    Plan *plan = world_plan(w);
    CHECK_INT(plan->outcome, PLAN_CHANGES);
    CHECK(!world_finding(plan, "CO4208"));
}

static void a_cluster_without_a_size_must_be_listed(void **state)
{
    World *w = world_new(*state);
    world_declare(w, NODE_MATERIALIZED_VIEW, "shop.daily", "compute", "[public.orders]");
    CHECK_STR(world_finding(world_plan(w), "CO4107")->hint,
              "way out:  environments.production.clusters: {compute: {size: 25cc}} in "
              "cutover.yaml");
}

static void what_green_would_not_have_of_a_cluster_is_said(void **state)
{
    World *w = deployed_shop(*state);
    CatalogCluster *compute = world_live_cluster(w, "compute");
    compute->scaled = compute->scheduled = true;
    CHECK_INT(world_plan(w)->outcome, PLAN_NOTHING);
    world_change(w, "shop.daily");
    Plan *plan = world_plan(w);
    CHECK_INT(plan->outcome, PLAN_REFUSED);
    CHECK_STR(world_finding(plan, "CO4118")->object, "compute");
    compute->scheduled = false;
    plan = world_plan(w);
    CHECK_INT(plan->outcome, PLAN_CHANGES);
    CHECK_STR(world_finding(plan, "CO4205")->message,
              "the green side of cluster compute is made without an AUTO SCALING STRATEGY");
    compute->options = "SCHEDULE = MANUAL, AUTO SCALING STRATEGY = (ON HYDRATION (HYDRATION SIZE = "
                       "'200cc')), AVAILABILITY ZONES = ('a'), WORKLOAD CLASS = NULL";
    const Diag *warning = world_finding(world_plan(w), "CO4205");
    CHECK_STR(warning[0].hint,
              "give it again when the new side is live:   ALTER CLUSTER \"compute\" "
              "SET (AUTO SCALING STRATEGY = (ON HYDRATION (HYDRATION SIZE = '200cc')))");
    CHECK_STR(warning[1].message,
              "the green side of cluster compute is made without AVAILABILITY ZONES = ('a')");
    compute->scaled = false;
    compute->options = "SCHEDULE = MANUAL, AUTO SCALING STRATEGY = ()";
    CHECK(!world_finding(world_plan(w), "CO4205"));
    compute->options = "SCHEDULE = MANUAL, AUTO SCALING STRATEGY = (X)";
    world_note(w);
    compute->options = "SCHEDULE = MANUAL, AUTO SCALING STRATEGY = ()"; /* taken away by hand */
    CHECK(!world_finding(world_plan(w), "CO4205"));
    w->is_live = true; /* a healing would give it back where the cluster is */
    CHECK(world_finding(world_plan(w), "CO4205"));
}

static void system_containers_are_never_replaced(void **state)
{
    World *w = world_new(*state);
    world_declare(w, NODE_MATERIALIZED_VIEW, "public.daily", "quickstart", "[public.orders]");
    Plan *plan = world_plan(w);
    CHECK_INT(plan->outcome, PLAN_REFUSED);
    CHECK_STR(world_finding(plan, "CO4106")->message,
              "schema public must not be replaced: it belongs to a system role");
    CHECK_STR(world_finding(plan, "CO4106")[1].message,
              "cluster quickstart must not be replaced: it belongs to a system role");
}

static void names_that_green_needs_must_be_free(void **state)
{
    World *w = deployed_shop(*state);
    world_add_schema(w, DB, "shop_green", "looker");
    world_add_cluster(w, "compute_blue_g1", "100cc", 1);
    world_change(w, "shop.daily");
    Plan *plan = world_plan(w);
    CHECK_INT(diags_count(&plan->diags, DIAG_REFUSED), 2);
    CHECK_STR(world_finding(plan, "CO4121")->message,
              "schema shop_green exists already, and Cutover's record does not know it");
    CHECK_STR(world_finding(plan, "CO4121")->hint,
              "ways out:  rename it, or choose other names in cutover.yaml: "
              "environments.production.names\n"
              "           or drop it, when nobody needs it   DROP SCHEMA "
              "\"materialize\".\"shop_green\"");
}

/* Another environment builds there: nobody is told to drop that. */
static void green_of_another_environment_is_not_to_be_dropped(void **state)
{
    World *w = deployed_shop(*state);
    world_add_schema(w, DB, "shop_green", "cutover")->comment = "g7 abc | Cutover staging g7";
    world_change(w, "shop.daily");
    const char *hint = world_finding(world_plan(w), "CO4121")->hint;
    CHECK(str_starts(hint, "way out:") && !strstr(hint, "DROP"));
}

/* A table that bears the name that a view's green side needs, say. */
static void whatever_bears_a_name_that_green_needs_is_told_as_what_it_is(void **state)
{
    World *w = deployed_shop(*state);
    world_stranger(w, "table", "shop.more_green", NULL, NULL);
    world_declare(w, NODE_VIEW, "shop.more", NULL, "shop.daily");
    const Diag *diag = world_finding(world_plan(w), "CO4121");
    CHECK(str_starts(diag->message, "table shop.more_green exists already"));
    CHECK(strstr(diag->hint, "DROP TABLE \"materialize\".\"shop\".\"more_green\""));
}

static void green_of_this_deployment_is_no_obstacle(void **state)
{
    World *w = deployed_shop(*state);
    world_change(w, "shop.daily");
    Plan *before = world_plan(w);
    RecordDeployment d = {.id = "production-g2-x", .generation = 2, .phase = PHASE_BUILDING};
    vec_each (PlanContainer, it, &before->schemas) {
        vec_push(w->arena, &d.green,
                 (RecordGreen){"schema", it->database, NULL, it->name, it->green, NULL});
    }
    vec_each (PlanContainer, it, &before->clusters) {
        vec_push(w->arena, &d.green,
                 (RecordGreen){"cluster", NULL, NULL, it->name, it->green, NULL});
    }
    vec_push(w->arena, &w->record->deployments, d);
    world_make_containers(w, before);
    world_make_objects(w, before);
    Plan *after = world_plan(w);
    CHECK_INT(after->outcome, PLAN_CHANGES);
    CHECK_STR(after->digest, before->digest);
}

static void long_names_are_refused_by_bytes(void **state)
{
    World *w = world_new(*state);
    char *name = arena_alloc(w->arena, 260);
    memset(name, 's', 250);
    world_declare(w, NODE_VIEW, arena_printf(w->arena, "%s.daily", name), NULL, "[public.orders]");
    CHECK(world_finding(world_plan(w), "CO4120"));
}

static void a_missing_source_is_refused_with_the_nearest_name(void **state)
{
    World *w = world_new(*state);
    world_declare(w, NODE_VIEW, "shop.daily", NULL, "[public.order]");
    const Diag *diag = world_finding(world_plan(w), "CO4113");
    CHECK_STR(diag->message, "models/shop.daily.sql reads public.order, which does not exist");
    CHECK_STR(diag->hint, "way out:  did you mean public.orders?");
}

static void a_model_read_by_source_would_stay_on_the_old_side(void **state)
{
    World *w = world_new(*state);
    declare_shop(w);
    world_declare(w, NODE_VIEW, "api.daily", NULL, "[shop.daily]");
    CHECK(world_finding(world_plan(w), "CO4114"));
}

static void what_another_environment_made_is_told_by_its_comment(void **state)
{
    World *w = world_new(*state);
    declare_shop(w);
    CatalogSchema *shop = world_add_schema(w, DB, "shop", "cutover");
    shop->comment =
        "Deployment by Ada on 2026-11-23 16:02:11 UTC | Commit SHA: 4f2a | Cutover staging g4";
    CHECK_STR(world_finding(world_plan(w), "CO4104")->message,
              "schema shop belongs to environment staging");
    shop->comment = "Deployment by Ada | Commit SHA: 4f2a | Cutover production g4";
    CHECK(!world_finding(world_plan(w), "CO4104"));
    shop->comment = "made by hand | Cutover of 2020";
    CHECK(!world_finding(world_plan(w), "CO4104"));
}

static void two_environments_must_not_own_the_same(void **state)
{
    World *w = deployed_shop(*state);
    EnvironmentConfig staging = {.name = "staging"};
    vec_push(w->arena, &staging.clusters, (ClusterConfig){"compute", "100cc", 1});
    vec_push(w->arena, &w->config.environments, w->environment);
    vec_push(w->arena, &w->config.environments, staging);
    CHECK_STR(world_finding(world_plan(w), "CO4104")->message,
              "cluster compute is owned by environments production and staging");
    w->config.environments.items[1].clusters.count = 0;
    w->config.environments.items[1].target = "production";
    CHECK(world_finding(world_plan(w), "CO4104"));
    SelectWanted part = {0}; /* what it owns then, is not known by its target */
    vec_push(w->arena, &part.include, ((SelectText){.text = "marts"}));
    w->config.environments.items[1].selection = &part;
    CHECK(!world_finding(world_plan(w), "CO4104"));
}

static PlanClaims claims_of_two(World *w, const char *schema, const char *cluster)
{
    PlanClaims claims = {0};
    PlanClaim production = {.environment = "production"}, staging = {.environment = "staging"};
    world_seal(w);
    production.owned = plan_owned(w->arena, w->desired, &w->environment);
    vec_push(w->arena, &staging.owned, ((PlanOwned){DB, schema}));
    vec_push(w->arena, &staging.owned, ((PlanOwned){NULL, cluster}));
    vec_push(w->arena, &claims, production);
    vec_push(w->arena, &claims, staging);
    return claims;
}

static void who_shares_what_is_told_at_load(void **state)
{
    World *w = deployed_shop(*state);
    Diags diags = diags_new(w->arena);
    PlanClaims claims = claims_of_two(w, "staging", "shop"); /* a cluster is no schema */
    plan_find_shared(w->arena, &claims, &diags);
    CHECK_INT(diags.list.count, 0);
    claims = claims_of_two(w, "reports", "compute");
    plan_find_shared(w->arena, &claims, &diags);
    CHECK_INT(diags_count(&diags, DIAG_ERROR), 2);
    CHECK_STR(diags.list.items[0].message,
              "schema reports is owned by environments production and staging");
    CHECK_STR(diags.list.items[1].message,
              "cluster compute is owned by environments production and staging");
}

static void what_another_environment_claims_is_refused_to_who_has_it_not(void **state)
{
    World *w = world_new(*state);
    declare_shop(w);
    PlanClaims claims = claims_of_two(w, "reports", "elsewhere");
    *claims.items = claims.items[1];
    claims.count = 1;
    w->others = &claims;
    CHECK_STR(world_finding(world_plan(w), "CO4104")->message,
              "schema reports is owned by environments production and staging");
    w->others = NULL;
    world_apply(w, world_plan(w));
    w->others = &claims;
    CHECK(!world_finding(world_plan(w), "CO4104")); /* a push elsewhere must not stop who has it */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_stranger_that_reads_what_must_be_swapped_stands_in_the_way),
        TEST(what_reads_a_stranger_is_named_too_so_that_it_can_be_dropped),
        TEST(strangers_beside_do_no_harm),
        TEST(a_stranger_in_a_swapped_schema_or_cluster_stands_in_the_way),
        TEST(a_taken_name_is_not_ours),
        TEST(what_holds_data_cannot_be_rebuilt_and_says_how_to_move),
        TEST(a_stranger_that_reads_what_is_removed_stands_in_the_way),
        TEST(too_many_removals_need_a_permit),
        TEST(a_source_among_models_is_refused),
        TEST(a_cluster_that_others_made_is_resized_by_them),
        TEST(what_others_made_is_replaced_once_it_is_handed_over),
        TEST(a_cluster_without_a_size_must_be_listed),
        TEST(system_containers_are_never_replaced),
        TEST(names_that_green_needs_must_be_free),
        TEST(green_of_another_environment_is_not_to_be_dropped),
        TEST(whatever_bears_a_name_that_green_needs_is_told_as_what_it_is),
        TEST(green_of_this_deployment_is_no_obstacle),
        TEST(long_names_are_refused_by_bytes),
        TEST(a_missing_source_is_refused_with_the_nearest_name),
        TEST(a_model_read_by_source_would_stay_on_the_old_side),
        TEST(what_green_would_not_have_of_a_cluster_is_said),
        TEST(what_another_environment_made_is_told_by_its_comment),
        TEST(two_environments_must_not_own_the_same),
        TEST(who_shares_what_is_told_at_load),
        TEST(what_another_environment_claims_is_refused_to_who_has_it_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
