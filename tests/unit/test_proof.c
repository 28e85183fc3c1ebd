/* The proof that green may go live: what is accepted, what is waited for, what fails at once. */
#include "check.h"

#include "cutover/proof.h"
#include "cutover/str.h"

#include <string.h>

#define SECOND MOMENT_SECOND
#define NOW (1000 * SECOND)

/* Cluster c_green with two replicas, a materialized view and an index on it, both ready; a view;
 * the same things live as blue. */
typedef struct World {
    Arena *arena;
    Catalog catalog;
    ProofInput input;
} World;

static void add_hydration(World *world, const char *object, const char *replica, bool hydrated)
{
    vec_push(world->arena, &world->catalog.hydration,
             (CatalogHydration){object, replica, hydrated});
}

static void add_object(World *world, const char *id, const char *kind, const char *name,
                       const char *cluster)
{
    vec_push(world->arena, &world->catalog.objects,
             (CatalogObject){
                 .id = id, .kind = kind, .rel = {"db", "shop_green", name}, .cluster_id = cluster});
}

static void add_cluster(World *world)
{
    CatalogCluster cluster = {
        .id = "u1", .name = "c_green", .managed = true, .size = "100cc", .replication_factor = 2};
    vec_push(
        world->arena, &cluster.replicas,
        (CatalogReplica){.id = "u1", .name = "r1", .size = "100cc", .processes = 1, .online = 1});
    vec_push(
        world->arena, &cluster.replicas,
        (CatalogReplica){.id = "u2", .name = "r2", .size = "100cc", .processes = 1, .online = 1});
    vec_push(world->arena, &world->catalog.clusters, cluster);
}

static World *a_ready_world(Arena *arena)
{
    World *world = arena_make(arena, World);
    world->arena = arena;
    world->catalog.now = NOW;
    world->catalog.database = "db";
    add_cluster(world);
    add_object(world, "u10", "materialized-view", "daily", "u1");
    add_object(world, "u11", "index", "daily_idx", "u1");
    add_object(world, "u12", "view", "names", NULL);
    for (size_t i = 0; i < 2; i++) {
        const char *id = i ? "u11" : "u10";
        add_hydration(world, id, "u1", true);
        add_hydration(world, id, "u2", true);
        vec_push(arena, &world->catalog.lags, (CatalogLag){id, true, 2 * SECOND});
    }
    world->input =
        (ProofInput){.catalog = &world->catalog, .max_lag = 10 * SECOND, .since = 500 * SECOND};
    vec_push(arena, &world->input.objects, ((ProofObject){"u10", "u20"}));
    vec_push(arena, &world->input.objects, ((ProofObject){"u11", NULL}));
    vec_push(arena, &world->input.objects, ((ProofObject){"u12", NULL}));
    vec_push(arena, &world->input.clusters, "u1");
    return world;
}

static Proof *prove(World *world)
{
    catalog_seal(world->arena, &world->catalog);
    return proof_make(world->arena, &world->input);
}

static CatalogReplica *replica(World *world, size_t i)
{
    return &world->catalog.clusters.items[0].replicas.items[i];
}

static bool says(const StrVec *texts, const char *part)
{
    vec_each (const char *const, it, texts) {
        if (strstr(*it, part)) {
            return true;
        }
    }
    return false;
}

/* Not ready, not failed, and PART is among the reasons. */
static void check_waits(World *world, const char *part)
{
    Proof *proof = prove(world);
    CHECK(!proof->ready && !proof->failed);
    CHECK(says(&proof->waits, part));
}

static void check_fails(World *world, const char *part)
{
    Proof *proof = prove(world);
    CHECK(!proof->ready && proof->failed);
    CHECK(says(&proof->failures, part));
}

static void all_hydrated_and_fresh_is_ready(void **state)
{
    Proof *proof = prove(a_ready_world(*state));
    CHECK(proof->ready && !proof->failed && !proof->settling);
    CHECK_INT(proof->waits.count, 0);
    CHECK_INT(proof->total, 2);
    CHECK_INT(proof->hydrated, 2);
    const ProofCluster *cluster = &proof->clusters.items[0];
    CHECK_STR(cluster->name, "c_green");
    CHECK(cluster->ready && cluster->lag_known);
    CHECK_INT(cluster->replicas_online, 2);
    CHECK_INT(cluster->lag, 2 * SECOND);
    CHECK_INT(cluster->waiting.count, 0);
}

static void one_of_two_replicas_hydrated_is_not_enough(void **state)
{
    World *world = a_ready_world(*state);
    world->catalog.hydration.items[1].hydrated = false;
    check_waits(world, "1 of 2 objects on c_green hydrated, not yet shop_green.daily");
    CHECK_STR(prove(world)->clusters.items[0].waiting.items[0], "shop_green.daily");
}

static void an_object_that_is_not_reported_yet_is_not_hydrated(void **state)
{
    World *world = a_ready_world(*state);
    world->catalog.hydration.items[0] = (CatalogHydration){"u10", NULL, false};
    world->catalog.hydration.items[1] = (CatalogHydration){"u10", NULL, false};
    check_waits(world, "not yet shop_green.daily");
}

static void hydrated_rows_of_a_replica_that_is_down_count_for_nothing(void **state)
{
    World *world = a_ready_world(*state);
    replica(world, 1)->online = 0;
    check_waits(world, "1 of 2 replicas of c_green are online");
}

static void a_replica_of_two_processes_needs_both(void **state)
{
    World *world = a_ready_world(*state);
    replica(world, 0)->processes = 2;
    check_waits(world, "1 of 2 replicas of c_green are online");
}

static void a_replica_that_is_yet_to_come_is_waited_for(void **state)
{
    World *world = a_ready_world(*state);
    world->catalog.clusters.items[0].replicas.count = 1;
    check_waits(world, "1 of 2 replicas of c_green are online");
}

static void a_burst_replica_does_not_count(void **state)
{
    World *world = a_ready_world(*state);
    replica(world, 1)->pending = true;
    check_waits(world, "1 of 2 replicas of c_green are online");
}

static void a_short_restart_since_the_proof_began_is_noticed(void **state)
{
    World *world = a_ready_world(*state);
    replica(world, 0)->last_offline_at = 600 * SECOND;
    check_waits(world, "replica r1 of c_green was offline at");
    CHECK(prove(world)->settling);
    world->input.since = 700 * SECOND;
    CHECK(prove(world)->ready);
}

static void a_restart_of_the_server_begins_the_proof_anew(void **state)
{
    World *world = a_ready_world(*state);
    world->catalog.started_at = 900 * SECOND;
    check_waits(world, "Materialize was restarted at");
    CHECK(prove(world)->settling);
}

static void a_lag_that_is_unknown_is_not_fresh(void **state)
{
    World *world = a_ready_world(*state);
    world->catalog.lags.items[0].known = false;
    check_waits(world, "no lag is known yet of shop_green.daily");
    world->catalog.lags.count = 0;
    check_waits(world, "no lag is known yet of shop_green.daily, shop_green.daily_idx");
    CHECK(!prove(world)->clusters.items[0].lag_known);
}

static void a_lag_above_the_limit_is_fresh_only_if_blue_is_no_better(void **state)
{
    World *world = a_ready_world(*state);
    world->catalog.lags.items[0].lag = 90 * SECOND;
    check_waits(world, "more than 10s behind, the worst by 1m30s: shop_green.daily");
    vec_push(world->arena, &world->catalog.lags, (CatalogLag){"u20", true, 60 * SECOND});
    check_waits(world, "more than 10s behind");
    world->catalog.lags.items[2].lag = 90 * SECOND;
    Proof *proof = prove(world);
    CHECK(proof->ready);
    CHECK(says(&proof->notes, "shop_green.daily is 1m30s behind, and so is what is live"));
}

static void data_errors_fail_unless_blue_has_them_too(void **state)
{
    World *world = a_ready_world(*state);
    vec_push(world->arena, &world->catalog.errors, (CatalogErrors){"u10", 3});
    check_fails(world, "shop_green.daily has 3 data errors");
    vec_push(world->arena, &world->catalog.errors, (CatalogErrors){"u20", 1});
    Proof *proof = prove(world);
    CHECK(proof->ready);
    CHECK(says(&proof->notes, "shop_green.daily cannot be read because of data errors (3)"));
}

static void a_cluster_without_replicas_is_never_ready(void **state)
{
    World *world = a_ready_world(*state);
    world->catalog.clusters.items[0].replication_factor = 0;
    world->catalog.clusters.items[0].replicas.count = 0;
    check_fails(world, "cluster c_green has no replicas");
    CHECK_INT(prove(world)->waits.count, 0);
}

static void running_out_of_memory_again_and_again_fails(void **state)
{
    World *world = a_ready_world(*state);
    *replica(world, 0) = (CatalogReplica){
        .id = "u1", .name = "r1", .size = "100cc", .processes = 1, .oom = true, .recent_ooms = 1};
    check_waits(world, "replica r1 of c_green ran out of memory");
    replica(world, 0)->recent_ooms = 3;
    check_fails(world, "replica r1 of c_green ran out of memory 3 times within an hour");
}

static void a_cluster_that_is_being_changed_is_waited_for(void **state)
{
    World *world = a_ready_world(*state);
    world->catalog.clusters.items[0].reconfiguring = true;
    check_waits(world, "cluster c_green is being changed");
}

static void what_is_gone_fails(void **state)
{
    World *world = a_ready_world(*state);
    world->input.objects.items[0].id = "u99";
    check_fails(world, "the object with id u99 is gone");
    vec_push(world->arena, &world->input.clusters, "u7");
    check_fails(world, "the cluster with id u7 is gone");
}

static void views_alone_are_ready_and_say_so(void **state)
{
    World *world = a_ready_world(*state);
    world->input.objects.count = 0;
    vec_push(world->arena, &world->input.objects, ((ProofObject){"u12", NULL}));
    world->catalog.clusters.items[0].replicas.count = 0;
    Proof *proof = prove(world);
    CHECK(proof->ready);
    CHECK_INT(proof->total, 0);
    CHECK(says(&proof->notes, "nothing has to hydrate"));
    world->input.clusters.count = 0;
    CHECK(prove(world)->ready);
}

static void a_sink_runs_on_one_replica_only(void **state)
{
    World *world = a_ready_world(*state);
    add_object(world, "u13", "sink", "out", "u1");
    vec_push(world->arena, &world->input.objects, ((ProofObject){"u13", NULL}));
    vec_push(world->arena, &world->catalog.lags, (CatalogLag){"u13", true, 0});
    add_hydration(world, "u13", "u2", true);
    add_hydration(world, "u13", "u1", false);
    CHECK(prove(world)->ready);
    vec_last(&world->catalog.hydration) = (CatalogHydration){"u13", "u1", true};
    world->catalog.hydration.items[4].hydrated = false;
    CHECK(prove(world)->ready);
    vec_last(&world->catalog.hydration).hydrated = false;
    check_waits(world, "not yet shop_green.out");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(all_hydrated_and_fresh_is_ready),
        TEST(one_of_two_replicas_hydrated_is_not_enough),
        TEST(an_object_that_is_not_reported_yet_is_not_hydrated),
        TEST(hydrated_rows_of_a_replica_that_is_down_count_for_nothing),
        TEST(a_replica_of_two_processes_needs_both),
        TEST(a_replica_that_is_yet_to_come_is_waited_for),
        TEST(a_burst_replica_does_not_count),
        TEST(a_short_restart_since_the_proof_began_is_noticed),
        TEST(a_restart_of_the_server_begins_the_proof_anew),
        TEST(a_lag_that_is_unknown_is_not_fresh),
        TEST(a_lag_above_the_limit_is_fresh_only_if_blue_is_no_better),
        TEST(data_errors_fail_unless_blue_has_them_too),
        TEST(a_cluster_without_replicas_is_never_ready),
        TEST(running_out_of_memory_again_and_again_fails),
        TEST(a_cluster_that_is_being_changed_is_waited_for),
        TEST(what_is_gone_fails),
        TEST(views_alone_are_ready_and_say_so),
        TEST(a_sink_runs_on_one_replica_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
