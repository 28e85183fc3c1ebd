/* What is called drift, and what is not: stories of the small shop after its deployment. */
#include "plan_world.h"

#include "cutover/drift.h"
#include "cutover/noted.h"

static DriftItems drift_of(World *w)
{
    world_seal(w);
    DriftInput input = {w->desired, w->catalog, w->record, &w->environment};
    return drift_find(w->arena, &input);
}

static void check_one(World *w, const char *kind, const char *object, const char *what)
{
    DriftItems items = drift_of(w);
    CHECK_INT(items.count, 1);
    CHECK_STR(items.items[0].kind, kind);
    CHECK_STR(items.items[0].object, object);
    CHECK_STR(items.items[0].what, what);
}

/* Takes NAME out of the catalog, as somebody's DROP does. */
static void drop(World *w, const char *name)
{
    CatalogObject *gone = world_live(w, name);
    *gone = vec_last(&w->catalog->objects);
    w->catalog->objects.count--;
}

static void what_was_deployed_has_not_drifted(void **state)
{
    World *w = deployed_shop(*state);
    CHECK_INT(drift_of(w).count, 0);
    CHECK_STR(drift_digest(w->arena, &(DriftItems){0}), "");
    world_change(w, "shop.daily");
    world_apply(w, world_plan(w));
    CHECK_INT(drift_of(w).count, 0);
    world_clean(w);
    CHECK_INT(drift_of(w).count, 0);
    world_stranger(w, "view", "bi.totals", NULL, "shop.daily");
    CHECK_INT(drift_of(w).count, 0);
}

static void what_is_gone_is_named_once(void **state)
{
    World *w = deployed_shop(*state);
    drop(w, "shop.daily_primary_idx");
    check_one(w, "indexes", "shop.daily_primary_idx", "index dropped");
    drop(w, "shop.daily");
    check_one(w, "definitions", "shop.daily", "materialized view dropped");
}

static void what_was_renamed_or_replaced_says_so(void **state)
{
    World *w = deployed_shop(*state);
    world_live(w, "reports.top_items")->rel.name = "elsewhere";
    check_one(w, "definitions", "reports.top_items",
              "materialized view renamed to reports.elsewhere");
    world_stranger(w, "view", "reports.top_items", NULL, NULL);
    check_one(w, "definitions", "reports.top_items", "materialized view replaced by another view");
    CHECK_STR(drift_of(w).items[0].audit_event, "create");
    CHECK_STR(drift_of(w).items[0].id, world_live(w, "reports.top_items")->id);
}

static void a_schema_that_is_gone_stands_for_what_it_held(void **state)
{
    World *w = deployed_shop(*state);
    world_live_schema(w, DB, "reports")->name = "archive";
    world_live(w, "reports.top_items")->rel.schema = "archive";
    check_one(w, "other", "reports", "schema renamed to archive");
}

static void clusters_are_compared_by_id_and_by_value(void **state)
{
    World *w = deployed_shop(*state);
    world_live_cluster(w, "compute")->size = "100cc";
    check_one(w, "clusters", "compute", "cluster has size 100cc, deployed as 200cc");
    world_live_cluster(w, "compute")->reconfiguring = true;
    CHECK_INT(drift_of(w).count, 0);
    world_live_cluster(w, "compute")->reconfiguring = false;
    world_live_cluster(w, "compute")->size = "200cc";
    world_live_cluster(w, "compute")->replication_factor = 0;
    check_one(w, "clusters", "compute", "cluster has replication factor 0, deployed as 2");
    world_live_cluster(w, "compute")->name = "computing";
    check_one(w, "clusters", "compute", "cluster renamed to computing");
}

static void declared_grants_and_comments_must_be_there(void **state)
{
    World *w = deployed_shop(*state);
    DesiredNode *node = world_node(w, "shop.daily");
    vec_push(w->arena, &node->grants, (DesiredGrant){"SELECT", "ada"});
    check_one(w, "grants", "shop.daily", "SELECT revoked from ada");
    CatalogGrant grant = {.grantee = "ada", .privilege = "SELECT"};
    vec_push(w->arena, &world_live(w, "shop.daily")->grants, grant);
    CHECK_INT(drift_of(w).count, 0);
    vec_push(w->arena, &node->comments, (DesiredComment){NULL, "a day"});
    check_one(w, "comments", "shop.daily", "comment removed");
    world_live(w, "shop.daily")->comment = "two days";
    check_one(w, "comments", "shop.daily", "comment changed");
}

static void an_owner_is_what_it_was_when_deployed(void **state)
{
    World *w = deployed_shop(*state);
    world_live(w, "shop.daily")->owner = "ada";
    CHECK_INT(drift_of(w).count, 0); /* a record of before owners were noted tells nothing */
    world_live(w, "shop.daily")->owner = "cutover";
    world_note(w);
    CHECK_INT(drift_of(w).count, 0);
    world_live(w, "shop.daily")->owner = "ada";
    world_live(w, "shop.daily_primary_idx")->owner = "ada"; /* goes with its relation */
    check_one(w, "other", "shop.daily", "owned by ada, deployed as cutover's");
    world_note(w);
    CHECK_INT(drift_of(w).count, 0);
    world_live_schema(w, DB, "reports")->owner = "ada";
    check_one(w, "other", "reports", "owned by ada, deployed as cutover's");
    world_live_schema(w, DB, "reports")->owner = "cutover";
    world_live_cluster(w, "compute")->owner = "ada";
    check_one(w, "clusters", "compute", "owned by ada, deployed as cutover's");
}

static void an_option_is_what_it_was_when_deployed(void **state)
{
    World *w = deployed_shop(*state);
    CatalogCluster *compute = world_live_cluster(w, "compute");
    compute->managed = true;
    compute->options = CLUSTER_OPTIONS_USUAL;
    CHECK_INT(drift_of(w).count, 0); /* nobody noted what they were */
    world_note(w);
    compute->options = "INTROSPECTION INTERVAL = 0, INTROSPECTION DEBUGGING = false";
    check_one(w, "clusters", "compute",
              "cluster has INTROSPECTION INTERVAL = 0, deployed with INTROSPECTION INTERVAL = "
              "'00:00:01'");
    compute->managed = false;
    compute->options = NULL;
    check_one(w, "clusters", "compute", "cluster is not managed any more");
}

static void an_option_that_an_older_version_did_not_note_is_not_judged(void **state)
{
    World *w = deployed_shop(*state);
    CatalogCluster *compute = world_live_cluster(w, "compute");
    compute->options = CLUSTER_OPTIONS_USUAL;
    world_note(w);
    compute->options = CLUSTER_OPTIONS_USUAL ", SCHEDULE = ON REFRESH, WORKLOAD CLASS = 'prod'";
    CHECK_INT(drift_of(w).count, 0);
    world_note(w);
    CHECK_INT(drift_of(w).count, 0);
    compute->options =
        CLUSTER_OPTIONS_USUAL ", WORKLOAD CLASS = 'prod'"; /* of a kind not known here */
    CHECK_INT(drift_of(w).count, 0);
    compute->options = CLUSTER_OPTIONS_USUAL ", SCHEDULE = MANUAL, WORKLOAD CLASS = 'prod'";
    check_one(w, "clusters", "compute",
              "cluster has SCHEDULE = MANUAL, deployed with SCHEDULE = ON REFRESH");
}

static void a_size_that_nobody_declares_is_what_it_was_when_deployed(void **state)
{
    World *w = deployed_shop(*state);
    CatalogCluster *compute = world_live_cluster(w, "compute");
    compute->options = CLUSTER_OPTIONS_USUAL;
    world_note(w);
    compute->options = CLUSTER_OPTIONS_USUAL ", SIZE = '400cc'"; /* an older version noted none */
    CHECK_INT(drift_of(w).count, 0);
    compute->options = CLUSTER_OPTIONS_USUAL ", SIZE = '200cc'";
    world_note(w);
    compute->options = CLUSTER_OPTIONS_USUAL ", SIZE = '400cc'";
    CHECK_INT(drift_of(w).count, 0); /* a declared one is compared with what is declared */
    vec_each (ClusterConfig, it, &w->environment.clusters) {
        it->size = NULL;
    }
    check_one(w, "clusters", "compute", "cluster has SIZE = '400cc', deployed with SIZE = '200cc'");
    CHECK_STR(drift_of(w).items[0].fix,
              "not healed: ALTER CLUSTER \"compute\" SET (SIZE = '200cc')");
    compute->reconfiguring = true;
    CHECK_INT(drift_of(w).count, 0);
}

static void what_git_declared_of_a_cluster_is_what_was_deployed(void **state)
{
    World *w = deployed_shop(*state);
    CatalogCluster *compute = world_live_cluster(w, "compute");
    compute->options = CLUSTER_OPTIONS_USUAL ", SIZE = '100cc', SCHEDULE = MANUAL";
    world_note(w);
    compute->options = CLUSTER_OPTIONS_USUAL ", SIZE = '200cc', SCHEDULE = ON REFRESH";
    world_seal(w);
    RecordObjects noted =
        noted_declared(w->arena, w->record, w->catalog, w->desired, &w->environment);
    CHECK_INT(noted.count, 1);
    CHECK_STR(noted.items[0].options,
              CLUSTER_OPTIONS_USUAL ", SIZE = '200cc', SCHEDULE = MANUAL"); /* a person's is not */
    compute->size = "400cc";                                                /* by hand, meanwhile */
    noted = noted_declared(w->arena, w->record, w->catalog, w->desired, &w->environment);
    CHECK_INT(noted.count, 0);
}

static void what_is_not_healed_says_what_to_do(void **state)
{
    World *w = deployed_shop(*state);
    CatalogCluster *compute = world_live_cluster(w, "compute");
    compute->options = "AVAILABILITY ZONES = ('a', 'b'), SCHEDULE = MANUAL";
    world_note(w);
    compute->options = "AVAILABILITY ZONES = (), SCHEDULE = MANUAL";
    CHECK_STR(drift_of(w).items[0].fix,
              "not healed: ALTER CLUSTER \"compute\" SET (AVAILABILITY ZONES = ('a', 'b'))");
    world_note(w);
    compute->options = "AVAILABILITY ZONES = ('a', 'b'), SCHEDULE = MANUAL";
    CHECK_STR(drift_of(w).items[0].fix,
              "not healed: ALTER CLUSTER \"compute\" RESET (AVAILABILITY ZONES)");
    world_note(w);
    compute->options = "AVAILABILITY ZONES = ('a', 'b'), SCHEDULE = ON REFRESH";
    CHECK(!drift_of(w).items[0].fix);
}

static void equal_drift_has_an_equal_digest(void **state)
{
    World *w = deployed_shop(*state);
    drop(w, "shop.daily_primary_idx");
    DriftItems before = drift_of(w), again = drift_of(w);
    again.items[0].by = "ada";
    CHECK_STR(drift_digest(w->arena, &before), drift_digest(w->arena, &again));
    world_live_cluster(w, "compute")->size = "100cc";
    DriftItems more = drift_of(w);
    CHECK(!str_eq(drift_digest(w->arena, &before), drift_digest(w->arena, &more)));
}

static void a_column_has_a_comment_of_its_own(void **state)
{
    World *w = deployed_shop(*state);
    vec_push(w->arena, &world_node(w, "shop.daily")->comments,
             ((DesiredComment){.column = "day", .text = "of the order"}));
    check_one(w, "comments", "shop.daily", "comment on column day removed");
}

static void each_kind_is_told_or_healed_by_its_own_word(void **state)
{
    World *w = deployed_shop(*state);
    EnvironmentConfig *e = &w->environment;
    drop(w, "shop.daily_primary_idx");
    DriftItems items = drift_of(w);
    CHECK_INT(drift_alerted(w->arena, &items, e).count, 1);
    CHECK(!drift_heals(&items, e));
    e->drift[DRIFT_INDEXES] = "heal";
    CHECK_INT(drift_alerted(w->arena, &items, e).count, 1);
    CHECK(drift_heals(&items, e));
    drop(w, "reports.top_items");
    items = drift_of(w);
    CHECK(!drift_heals(&items,
                       e)); /* the view is only alerted, and one deployment would bring back both */
    e->drift[DRIFT_INDEXES] = "report";
    CHECK_INT(drift_alerted(w->arena, &items, e).count, 1);
    CHECK(!drift_heals(&(DriftItems){0}, e));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_was_deployed_has_not_drifted),
        TEST(what_is_gone_is_named_once),
        TEST(what_was_renamed_or_replaced_says_so),
        TEST(a_schema_that_is_gone_stands_for_what_it_held),
        TEST(clusters_are_compared_by_id_and_by_value),
        TEST(declared_grants_and_comments_must_be_there),
        TEST(an_owner_is_what_it_was_when_deployed),
        TEST(an_option_is_what_it_was_when_deployed),
        TEST(an_option_that_an_older_version_did_not_note_is_not_judged),
        TEST(a_size_that_nobody_declares_is_what_it_was_when_deployed),
        TEST(what_git_declared_of_a_cluster_is_what_was_deployed),
        TEST(what_is_not_healed_says_what_to_do),
        TEST(equal_drift_has_an_equal_digest),
        TEST(a_column_has_a_comment_of_its_own),
        TEST(each_kind_is_told_or_healed_by_its_own_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
