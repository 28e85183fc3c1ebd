/* What a commit would change, and why: stories of a small shop. */
#include "plan_world.h"

#include "cutover/build.h"

static void the_first_deployment_builds_everything(void **state)
{
    World *w = world_new(*state);
    declare_shop(w);
    Plan *plan = world_plan(w);
    CHECK_INT(plan->outcome, PLAN_CHANGES);
    CHECK_INT(plan->green, 4);
    CHECK_INT(plan->added, 4);
    CHECK_INT(plan->green_indexes, 1);
    CHECK_INT(plan->schemas.count, 2);
    CHECK(!plan->schemas.items[0].live_id);
    CHECK_STR(plan->schemas.items[0].green, "shop_green");
    CHECK_STR(plan->clusters.items[0].size, "200cc");
    CHECK(plan->green_credits_per_hour == 4.0);
    CHECK_STR(world_reason(plan, "shop.daily"), "new, in schema shop, which is new");
}

static void what_was_just_applied_needs_nothing(void **state)
{
    World *w = deployed_shop(*state);
    CHECK_INT(world_plan(w)->outcome, PLAN_NOTHING);
    world_clean(w);
    CHECK_INT(world_plan(w)->outcome, PLAN_NOTHING);
}

static void every_rebuilt_object_says_why_by_its_most_telling_cause(void **state)
{
    World *w = deployed_shop(*state);
    world_change(w, "shop.orders_clean");
    world_declare(w, NODE_VIEW, "reports.refunds", NULL, "shop.daily");
    Plan *plan = world_plan(w);
    CHECK_STR(world_reason(plan, "shop.orders_clean"),
              "SQL changed (models/shop.orders_clean.sql)");
    CHECK_STR(world_reason(plan, "shop.daily"), "reads shop.orders_clean, whose SQL changed");
    CHECK_STR(world_reason(plan, "shop.customers"), "shares schema shop with shop.orders_clean");
    CHECK_STR(world_reason(plan, "reports.top_items"),
              "reads shop.daily, which reads shop.orders_clean, whose SQL changed");
    CHECK_STR(world_reason(plan, "reports.refunds"), "new, in schema reports, which is swapped");
    CHECK_INT(plan->changed, 1);
    CHECK_INT(plan->rebuilt, 3);
    CHECK_INT(plan->added, 1);
    const PlanObject *top = world_planned(plan, "reports.top_items");
    CHECK_INT(top->reasons.count, 3);
    CHECK_INT(top->reasons.items[0].cause, CAUSE_READS);
    CHECK_STR(top->reasons.items[2].text, "SQL changed (models/shop.orders_clean.sql)");
}

static void a_changed_leaf_takes_its_schema_and_cluster_along(void **state)
{
    World *w = deployed_shop(*state);
    world_declare(w, NODE_MATERIALIZED_VIEW, "alone.thing", "other", "[public.orders]");
    world_size(w, "other", "100cc", 1);
    world_apply(w, world_plan(w));
    world_change(w, "reports.top_items");
    Plan *plan = world_plan(w);
    CHECK_STR(world_reason(plan, "shop.customers"),
              "shares cluster compute with reports.top_items");
    CHECK(!world_planned(plan, "alone.thing"));
    CHECK_INT(plan->clusters.count, 1);
    CHECK_STR(plan->clusters.items[0].blue, "compute_blue_g2");
}

static void only_views_change_no_cluster(void **state)
{
    World *w = deployed_shop(*state);
    world_declare(w, NODE_VIEW, "api.orders", NULL, "shop.daily");
    world_declare(w, NODE_VIEW, "api.big_orders", NULL, "api.orders");
    world_apply(w, world_plan(w));
    world_change(w, "api.orders");
    Plan *plan = world_plan(w);
    CHECK_INT(plan->green, 2);
    CHECK_INT(plan->clusters.count, 0);
    world_apply(w, plan);
    CHECK_INT(world_plan(w)->outcome, PLAN_NOTHING);
}

static void an_index_comes_changes_and_goes_while_its_relation_stays(void **state)
{
    World *w = deployed_shop(*state);
    const char *id = world_live(w, "shop.customers")->id;
    world_index(w, "shop.customers", "customers_id_idx", "compute", "id");
    Plan *plan = world_plan(w);
    CHECK_INT(plan->green, 0);
    CHECK_INT(world_planned(plan, "customers_id_idx")->action, PLAN_CREATE);
    CHECK_INT(world_planned(plan, "customers_id_idx")->where, PLAN_IN_PLACE);
    world_apply(w, plan);
    CHECK_INT(world_plan(w)->outcome, PLAN_NOTHING);
    world_node(w, "shop.customers")->indexes.items[0].keys = "id, at";
    plan = world_plan(w);
    CHECK_INT(plan->green, 0);
    CHECK_INT(world_planned(plan, "customers_id_idx")->action, PLAN_CHANGE);
    CHECK_STR(plan->besides.items[0].green, "customers_id_idx_green");
    CHECK_STR(plan->besides.items[0].blue, "customers_id_idx_blue_g2");
    world_apply(w, plan);
    world_clean(w);
    CHECK_INT(world_plan(w)->outcome, PLAN_NOTHING);
    world_node(w, "shop.customers")->indexes.count = 0;
    plan = world_plan(w);
    CHECK_INT(plan->green, 0);
    CHECK_INT(plan->removed, 0);
    CHECK_INT(world_planned(plan, "customers_id_idx")->action, PLAN_REMOVE);
    world_apply(w, plan);
    world_clean(w);
    CHECK_INT(world_plan(w)->outcome, PLAN_NOTHING);
    CHECK_STR(world_live(w, "shop.customers")->id, id);
}

static void an_index_that_goes_while_its_relation_is_built_anew_is_told(void **state)
{
    World *w = deployed_shop(*state);
    world_change(w, "shop.orders_clean");
    CHECK(world_planned(world_plan(w), "daily_primary_idx")->action == PLAN_REBUILD);
    world_node(w, "shop.daily")->indexes.count = 0;
    Plan *plan = world_plan(w);
    const PlanObject *index = world_planned(plan, "daily_primary_idx");
    CHECK(index);
    CHECK_INT(index->action, PLAN_REMOVE);
    CHECK_INT(index->where, PLAN_WITH_BLUE);
    CHECK_STR(index->live->rel.name, "daily_primary_idx");
    CHECK_INT(plan->besides.count, 0); /* it goes with its schema */
    world_apply(w, plan);
    world_clean(w);
    CHECK_INT(world_plan(w)->outcome, PLAN_NOTHING);
}

static void a_new_model_is_built_beside_and_nothing_else_is(void **state)
{
    World *w = deployed_shop(*state);
    world_declare(w, NODE_MATERIALIZED_VIEW, "shop.refunds", "compute", "shop.orders_clean");
    world_declare(w, NODE_VIEW, "shop.refunds_by_day", NULL, "shop.refunds");
    world_index(w, "shop.refunds_by_day", "refunds_by_day_primary_idx", "compute", NULL);
    Plan *plan = world_plan(w);
    CHECK_INT(plan->outcome, PLAN_CHANGES);
    CHECK_INT(plan->green, 0);
    CHECK_INT(plan->schemas.count + plan->clusters.count, 0);
    CHECK_INT(plan->in_place, 3);
    CHECK_INT(plan->besides.count, 2);
    CHECK_STR(plan->besides.items[0].green, "refunds_green");
    CHECK(!plan->besides.items[0].live_id);
    CHECK_INT(world_planned(plan, "shop.refunds")->where, PLAN_IN_PLACE);
    world_apply(w, plan);
    CHECK(world_live(w, "shop.refunds") && world_live(w, "shop.refunds_by_day"));
    CHECK_INT(world_plan(w)->outcome, PLAN_NOTHING);
}

static void a_changed_view_that_nobody_reads_is_built_beside(void **state)
{
    World *w = deployed_shop(*state);
    world_declare(w, NODE_VIEW, "shop.top", NULL, "shop.daily");
    world_apply(w, world_plan(w));
    const char *old = world_live(w, "shop.top")->id;
    world_change(w, "shop.top");
    Plan *plan = world_plan(w);
    CHECK_INT(plan->green, 0);
    CHECK_INT(plan->in_place, 1);
    CHECK_INT(world_planned(plan, "shop.top")->action, PLAN_CHANGE);
    CHECK_INT(world_planned(plan, "shop.top")->where, PLAN_IN_PLACE);
    CHECK_STR(world_reason(plan, "shop.top"), "SQL changed (models/shop.top.sql)");
    CHECK_STR(plan->besides.items[0].live_id, old);
    CHECK_INT(build_alterations(w->arena, plan).steps.count, 0);
    world_apply(w, plan);
    CHECK(!str_eq(world_live(w, "shop.top")->id, old));
    CHECK_STR(world_live(w, "shop.top_blue_g2")->id, old);
    CHECK_INT(world_plan(w)->outcome, PLAN_NOTHING);
    world_clean(w);
    CHECK_INT(world_plan(w)->outcome, PLAN_NOTHING);
}

static void a_changed_view_that_somebody_reads_goes_green(void **state)
{
    World *w = deployed_shop(*state);
    world_declare(w, NODE_VIEW, "shop.top", NULL, "shop.daily");
    world_declare(w, NODE_VIEW, "api.top", NULL, "shop.top");
    world_apply(w, world_plan(w));
    world_change(w, "shop.top");
    Plan *plan = world_plan(w);
    CHECK_INT(world_planned(plan, "shop.top")->where, PLAN_GREEN);
    CHECK_INT(world_planned(plan, "api.top")->where, PLAN_GREEN);
}

static void a_new_model_reads_what_goes_green_without_taking_its_own_schema_along(void **state)
{
    World *w = deployed_shop(*state);
    world_declare(w, NODE_VIEW, "api.orders", NULL, "[public.orders]");
    world_apply(w, world_plan(w));
    world_change(w, "shop.daily");
    world_declare(w, NODE_VIEW, "api.days", NULL, "shop.daily");
    Plan *plan = world_plan(w);
    CHECK(!world_planned(plan, "api.orders"));
    CHECK_INT(world_planned(plan, "api.days")->where, PLAN_IN_PLACE);
    world_apply(w, plan);
    CHECK_INT(world_plan(w)->outcome, PLAN_NOTHING);
    CHECK_STR(world_live(w, "api.days")->reads.items[0], world_live(w, "shop.daily")->id);
}

static void a_new_model_goes_green_with_its_schema(void **state)
{
    World *w = deployed_shop(*state);
    world_declare(w, NODE_MATERIALIZED_VIEW, "shop.refunds", "compute", "shop.orders_clean");
    world_change(w, "shop.daily");
    Plan *plan = world_plan(w);
    CHECK_INT(world_planned(plan, "shop.refunds")->where, PLAN_GREEN);
    CHECK_INT(plan->besides.count, 0);
    world_apply(w, plan);
    CHECK_INT(world_plan(w)->outcome, PLAN_NOTHING);
}

static void a_new_schema_does_not_replace_the_cluster_that_it_is_built_on(void **state)
{
    World *w = deployed_shop(*state);
    world_declare(w, NODE_MATERIALIZED_VIEW, "api.days", "compute", "shop.daily");
    Plan *plan = world_plan(w);
    CHECK_INT(plan->green, 1);
    CHECK_INT(plan->schemas.count, 1);
    CHECK_INT(plan->clusters.count, 0);
    world_apply(w, plan);
    CHECK_INT(world_plan(w)->outcome, PLAN_NOTHING);
}

static void a_cluster_of_indexes_alone_takes_no_relation_along(void **state)
{
    World *w = deployed_shop(*state);
    world_size(w, "serving", "100cc", 1);
    world_declare(w, NODE_VIEW, "api.orders", NULL, "[public.orders]");
    world_index(w, "api.orders", "orders_primary_idx", "serving", NULL);
    world_index(w, "shop.customers", "customers_id_idx", "serving", "id");
    world_apply(w, world_plan(w));
    world_change(w, "api.orders");
    Plan *plan = world_plan(w);
    CHECK_INT(plan->green, 1);
    CHECK(!world_planned(plan, "shop.customers"));
    CHECK_INT(world_planned(plan, "customers_id_idx")->action, PLAN_REBUILD);
    CHECK_STR(world_reason(plan, "customers_id_idx"), "is on cluster serving, which is swapped");
    world_apply(w, plan);
    world_clean(w);
    CHECK_INT(world_plan(w)->outcome, PLAN_NOTHING);
}

static void seeds_are_rebuilt_from_git(void **state)
{
    World *w = deployed_shop(*state);
    SeedData *seed = arena_make(w->arena, SeedData);
    vec_push(w->arena, &seed->columns, (SeedColumn){"code", "text"});
    DesiredNode *codes = world_declare(w, NODE_SEED, "shop.codes", NULL, "");
    codes->sql = NULL;
    codes->seed = seed;
    world_apply(w, world_plan(w));
    CHECK_INT(world_plan(w)->outcome, PLAN_NOTHING);
    const char **row = arena_array(w->arena, 1, sizeof *row);
    row[0] = "a";
    vec_push(w->arena, &seed->rows, row);
    CHECK_STR(world_reason(world_plan(w), "shop.codes"),
              "rows or columns changed (models/shop.codes.sql)");
}

static void a_removed_model_goes_with_blue(void **state)
{
    World *w = deployed_shop(*state);
    world_remove(w, "shop.customers");
    Plan *plan = world_plan(w);
    CHECK_INT(plan->removed, 1);
    CHECK_STR(world_reason(plan, "shop.customers"),
              "removed in Git: renamed in the cutover, dropped with blue");
    CHECK_INT(world_planned(plan, "shop.customers")->where, PLAN_WITH_BLUE);
    CHECK_INT(plan->green, 0);
    CHECK_STR(plan->besides.items[0].blue, "customers_blue_g1");
    world_apply(w, plan);
    CHECK_INT(world_plan(w)->outcome, PLAN_NOTHING);
    world_clean(w);
    CHECK_INT(world_plan(w)->outcome, PLAN_NOTHING);
}

static void the_last_model_of_a_schema_takes_the_schema_along(void **state)
{
    World *w = deployed_shop(*state);
    world_remove(w, "reports.top_items");
    Plan *plan = world_plan(w);
    CHECK_INT(plan->schemas.count, 1);
    CHECK(!plan->schemas.items[0].wanted);
    CHECK_INT(plan->green, 0);
    CHECK_INT(plan->clusters.count, 0);
    world_apply(w, plan);
    CHECK(!world_live_schema(w, DB, "reports"));
    CHECK_INT(world_plan(w)->outcome, PLAN_NOTHING);
}

static void models_that_move_leave_no_schema_or_cluster_behind(void **state)
{
    World *w = deployed_shop(*state);
    world_declare(w, NODE_MATERIALIZED_VIEW, "shop.extra", "side", "[public.orders]");
    world_size(w, "side", "100cc", 1);
    world_apply(w, world_plan(w));
    world_node(w, "shop.extra")->cluster = "compute";
    w->environment.clusters.count = 1;
    Plan *plan = world_plan(w);
    CHECK_STR(world_reason(plan, "shop.extra"), "cluster changed (models/shop.extra.sql)");
    CHECK_INT(plan->clusters.count, 2);
    CHECK_STR(plan->clusters.items[1].name, "side");
    CHECK(!plan->clusters.items[1].wanted);
    world_apply(w, plan);
    world_clean(w);
    CHECK(!world_live_cluster(w, "side"));
    CHECK_INT(world_plan(w)->outcome, PLAN_NOTHING);
}

static void an_index_on_a_source_of_others_is_made_in_place(void **state)
{
    World *w = deployed_shop(*state);
    world_external_index(w, "public.orders", "orders_id_idx", "serving", "id");
    world_size(w, "serving", "100cc", 1);
    Plan *plan = world_plan(w);
    CHECK_INT(plan->green, 0);
    CHECK_INT(plan->in_place, 2);
    CHECK_INT(world_planned(plan, "orders_id_idx")->where, PLAN_IN_PLACE);
    CHECK_STR(world_planned(plan, "serving")->kind, "cluster");
    world_apply(w, plan);
    CHECK_INT(world_plan(w)->outcome, PLAN_NOTHING);
}

static void an_index_that_stays_on_a_swapped_cluster_is_built_beside(void **state)
{
    World *w = deployed_shop(*state);
    world_external_index(w, "public.orders", "orders_id_idx", "compute", "id");
    world_apply(w, world_plan(w));
    CHECK_INT(world_plan(w)->outcome, PLAN_NOTHING);
    world_change(w, "shop.daily");
    Plan *plan = world_plan(w);
    CHECK_INT(plan->outcome, PLAN_CHANGES);
    CHECK_INT(plan->besides.count, 1);
    CHECK_STR(plan->besides.items[0].green, "orders_id_idx_green");
    CHECK_STR(plan->besides.items[0].blue, "orders_id_idx_blue_g2");
    CHECK(plan->besides.items[0].live_id);
    world_apply(w, plan);
    CHECK_INT(world_plan(w)->outcome, PLAN_NOTHING);
    world_clean(w);
    CHECK(world_live(w, "public.orders_id_idx"));
    w->desired->externals.count = 0;
    plan = world_plan(w);
    CHECK_INT(plan->outcome, PLAN_CHANGES);
    CHECK(!plan->besides.items[0].index);
    world_apply(w, plan);
    world_clean(w);
    CHECK_INT(world_plan(w)->outcome, PLAN_NOTHING);
}

static void sources_are_created_once_and_never_rebuilt(void **state)
{
    World *w = deployed_shop(*state);
    world_declare(w, NODE_SOURCE, "raw.events", "ingest", "");
    world_index(w, "raw.events", "events_idx", "compute", "id");
    world_size(w, "ingest", "100cc", 1);
    Plan *plan = world_plan(w);
    CHECK_INT(plan->outcome, PLAN_CHANGES);
    CHECK_INT(plan->green, 0);
    CHECK_INT(plan->in_place, 4); /* schema, cluster, source, index */
    world_apply(w, plan);
    CHECK_INT(world_plan(w)->outcome, PLAN_NOTHING);
    world_change(w, "raw.events");
    plan = world_plan(w);
    CHECK_INT(plan->outcome, PLAN_NOTHING);
    CHECK(world_finding(plan, "CO4202"));
    world_change(w, "shop.daily");
    plan = world_plan(w);
    CHECK_INT(plan->besides.count, 1);
    world_apply(w, plan);
    world_clean(w);
    CHECK_INT(world_plan(w)->outcome, PLAN_NOTHING);
}

static void an_input_replaced_by_hand_is_drift(void **state)
{
    World *w = deployed_shop(*state);
    world_live(w, "public.orders")->rel.name = "orders_old";
    world_stranger(w, "source", "public.orders", NULL, NULL);
    Plan *plan = world_plan(w);
    CHECK_STR(world_reason(plan, "shop.orders_clean"),
              "inputs were replaced by others of the same name");
    CHECK_STR(world_reason(plan, "shop.daily"),
              "reads shop.orders_clean, whose inputs were replaced by others of the same name");
}

static void an_input_renamed_by_hand_is_made_again_with_what_reads_it(void **state)
{
    World *w = deployed_shop(*state);
    world_live(w, "shop.orders_clean")->rel.name = "orders_mine";
    world_seal(w);
    Plan *plan = world_plan(w);
    CHECK_INT(plan->outcome, PLAN_CHANGES);
    CHECK_STR(world_reason(plan, "shop.daily"), "an input is gone, or has another name");
    CHECK_INT(world_planned(plan, "shop.orders_mine")->action, PLAN_REMOVE);
}

/* `-- depends_on: ref('auction')`, and the query reads a table that the source made. */
static void a_table_of_a_source_stands_for_it(void **state)
{
    World *w = deployed_shop(*state);
    world_declare(w, NODE_SOURCE, "raw.auction", "compute", "");
    world_declare(w, NODE_VIEW, "shop.bids", NULL, "raw.auction");
    world_apply(w, world_plan(w));
    world_clean(w);
    CatalogObject *table = world_stranger(w, "source", "raw.bids", NULL, "raw.auction");
    CatalogObject *bids = world_live(w, "shop.bids");
    bids->reads.items[0] = table->id;
    CHECK_INT(world_plan(w)->outcome, PLAN_NOTHING);
    world_live(w, "raw.bids")->reads.count = 0; /* a table of another source */
    CHECK_STR(world_reason(world_plan(w), "shop.bids"),
              "inputs were replaced by others of the same name");
}

static void an_object_dropped_by_hand_is_made_again(void **state)
{
    World *w = deployed_shop(*state);
    *world_live(w, "reports.top_items") = vec_last(&w->catalog->objects);
    w->catalog->objects.count--;
    Plan *plan = world_plan(w);
    CHECK_INT(world_planned(plan, "reports.top_items")->action, PLAN_CREATE);
    world_apply(w, plan);
    CHECK_INT(world_plan(w)->outcome, PLAN_NOTHING);
}

static void a_changed_hook_is_a_change(void **state)
{
    World *w = deployed_shop(*state);
    vec_push(w->arena, &world_node(w, "shop.daily")->hooks, "ALTER SOMETHING");
    CHECK_INT(world_planned(world_plan(w), "shop.daily")->action, PLAN_CHANGE);
}

static void after_a_rollback_the_restored_commit_needs_nothing(void **state)
{
    World *w = deployed_shop(*state);
    DesiredNode *daily = world_node(w, "shop.daily");
    const char *before = daily->sql;
    world_change(w, "shop.daily");
    world_apply(w, world_plan(w));
    world_roll_back(w);
    CHECK_INT(world_plan(w)->changed, 1); /* the denied commit, were it wanted again */
    daily->sql = before;
    CHECK_INT(world_plan(w)->outcome, PLAN_NOTHING);
    world_clean(w);
    CHECK_INT(world_plan(w)->outcome, PLAN_NOTHING);
}

static void while_the_way_back_is_only_recorded_nothing_is_taken_for_removed(void **state)
{
    World *w = deployed_shop(*state);
    world_change(w, "shop.daily");
    world_apply(w, world_plan(w));
    RecordDeployment *d = &vec_last(&w->record->deployments);
    d->names = record_inverse(w->arena, &d->cutover_names, w->environment.blue_pattern, 2);
    CHECK_INT(world_plan(w)->outcome, PLAN_NOTHING);
}

static void a_source_that_left_git_is_not_dropped_by_itself(void **state)
{
    World *w = deployed_shop(*state);
    world_declare(w, NODE_SOURCE, "raw.events", "ingest", "");
    world_size(w, "ingest", "100cc", 1);
    world_apply(w, world_plan(w));
    world_remove(w, "raw.events");
    w->environment.clusters.count = 1;
    Plan *plan = world_plan(w);
    CHECK_INT(plan->outcome, PLAN_REFUSED);
    CHECK_STR(world_finding(plan, "CO4130")->object, "materialize.raw.events");
}

static void running_subscriptions_are_announced(void **state)
{
    World *w = deployed_shop(*state);
    w->environment.drain = 900;
    for (int i = 0; i < 2; i++) {
        CatalogReader reader = {.role = "looker"};
        vec_push(w->arena, &reader.object_ids, world_live(w, "shop.daily")->id);
        vec_push(w->arena, &w->catalog->readers, reader);
    }
    CHECK(!world_finding(world_plan(w), "CO4201"));
    world_change(w, "shop.customers");
    CHECK_STR(world_finding(world_plan(w), "CO4201")->message,
              "2 SUBSCRIBEs read shop.daily; they go on reading blue and end when it is dropped "
              "(drain 15m)");
}

static void a_grant_on_what_is_not_rebuilt_is_left_to_people(void **state)
{
    World *w = deployed_shop(*state);
    DesiredExternal external = {.rel = world_rel(w, "public.orders")};
    vec_push(w->arena, &external.grants, (DesiredGrant){"SELECT", "analyst"});
    vec_push(w->arena, &w->desired->externals, external);
    Plan *plan = world_plan(w);
    CHECK_INT(plan->outcome, PLAN_NOTHING);
    CHECK_STR(world_finding(plan, "CO4204")->hint,
              "give it by hand:   GRANT SELECT ON \"materialize\".\"public\".\"orders\" TO "
              "\"analyst\"");
}

static void an_environment_owns_what_its_nodes_resolve_to(void **state)
{
    World *w = world_new(*state);
    declare_shop(w);
    world_external_index(w, "public.orders", "orders_id_idx", "serving", "id");
    world_size(w, "spare", "100cc", 1);
    PlanOwnedList owned = plan_owned(w->arena, w->desired, &w->environment);
    static const char *const names[] = {"shop", "compute", "reports", "serving", "spare"};
    CHECK_INT(owned.count, 5);
    for (size_t i = 0; i < owned.count; i++) {
        CHECK_STR(owned.items[i].name, names[i]);
    }
    CHECK_STR(owned.items[0].database, DB);
    CHECK(!owned.items[1].database);
}

static void long_chains_are_told_by_their_ends(void **state)
{
    World *w = world_new(*state);
    world_declare(w, NODE_VIEW, "s.n0", NULL, "[public.orders]");
    for (int i = 1; i <= 12; i++) {
        world_declare(w, NODE_VIEW, arena_printf(w->arena, "s.n%d", i), NULL,
                      arena_printf(w->arena, "s.n%d", i - 1));
    }
    world_apply(w, world_plan(w));
    world_change(w, "s.n0");
    Plan *plan = world_plan(w);
    CHECK_STR(world_reason(plan, "s.n12"),
              "reads s.n11, which reads s.n10, which reads s.n9, which reads s.n8, which reads "
              "s.n7, and so on up to s.n0, whose SQL changed");
    const PlanObject *last = world_planned(plan, "s.n12");
    CHECK_STR(vec_last(&last->reasons).text, "SQL changed (models/s.n0.sql)");
}

static void the_digest_is_of_commit_generation_and_actions(void **state)
{
    World *w = deployed_shop(*state);
    world_change(w, "shop.daily");
    const char *first = world_plan(w)->digest;
    CHECK_STR(world_plan(w)->digest, first);
    CHECK_INT(strlen(first), 64);
    w->generation++;
    CHECK(!str_eq(world_plan(w)->digest, first));
    w->generation--;
    world_change(w, "shop.daily");
    CHECK(!str_eq(world_plan(w)->digest, first));
}

static void the_digest_stays_when_what_is_made_first_is_there(void **state)
{
    World *w = deployed_shop(*state);
    world_change(w, "shop.daily");
    const char *alone = world_plan(w)->digest;
    world_declare(w, NODE_SOURCE, "market.bids", "ingest", "");
    Plan *plan = world_plan(w);
    CHECK_INT(world_planned(plan, "market.bids")->where, PLAN_IN_PLACE);
    CHECK_STR(plan->digest, alone);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_first_deployment_builds_everything),
        TEST(what_was_just_applied_needs_nothing),
        TEST(every_rebuilt_object_says_why_by_its_most_telling_cause),
        TEST(a_changed_leaf_takes_its_schema_and_cluster_along),
        TEST(only_views_change_no_cluster),
        TEST(an_index_comes_changes_and_goes_while_its_relation_stays),
        TEST(an_index_that_goes_while_its_relation_is_built_anew_is_told),
        TEST(a_new_model_is_built_beside_and_nothing_else_is),
        TEST(a_changed_view_that_nobody_reads_is_built_beside),
        TEST(a_changed_view_that_somebody_reads_goes_green),
        TEST(a_new_model_reads_what_goes_green_without_taking_its_own_schema_along),
        TEST(a_new_model_goes_green_with_its_schema),
        TEST(a_new_schema_does_not_replace_the_cluster_that_it_is_built_on),
        TEST(a_cluster_of_indexes_alone_takes_no_relation_along),
        TEST(seeds_are_rebuilt_from_git),
        TEST(a_removed_model_goes_with_blue),
        TEST(the_last_model_of_a_schema_takes_the_schema_along),
        TEST(models_that_move_leave_no_schema_or_cluster_behind),
        TEST(an_index_on_a_source_of_others_is_made_in_place),
        TEST(an_index_that_stays_on_a_swapped_cluster_is_built_beside),
        TEST(sources_are_created_once_and_never_rebuilt),
        TEST(an_input_replaced_by_hand_is_drift),
        TEST(an_input_renamed_by_hand_is_made_again_with_what_reads_it),
        TEST(a_table_of_a_source_stands_for_it),
        TEST(an_object_dropped_by_hand_is_made_again),
        TEST(a_changed_hook_is_a_change),
        TEST(after_a_rollback_the_restored_commit_needs_nothing),
        TEST(while_the_way_back_is_only_recorded_nothing_is_taken_for_removed),
        TEST(a_source_that_left_git_is_not_dropped_by_itself),
        TEST(running_subscriptions_are_announced),
        TEST(a_grant_on_what_is_not_rebuilt_is_left_to_people),
        TEST(an_environment_owns_what_its_nodes_resolve_to),
        TEST(long_chains_are_told_by_their_ends),
        TEST(the_digest_is_of_commit_generation_and_actions),
        TEST(the_digest_stays_when_what_is_made_first_is_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
