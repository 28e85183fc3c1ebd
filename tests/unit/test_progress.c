/* What a command that waits shows meanwhile: for people as text, for programs as an event. */
#include "check.h"

#include "../../controller/progress.h"

#include <string.h>

#define NOW (INT64_C(1795449731) * MOMENT_SECOND) /* 2026-11-23 16:02:11 */

typedef struct World {
    Record record;
    RecordDeployment next;
    Proof proof;
    PassResult pass;
    Status status;
} World;

/* g42 hydrates since 4m10s; those before took 12, 14 and 16 minutes. */
static World *hydrating(Arena *arena)
{
    static const int64_t before[] = {960, 720, 840};
    World *w = arena_make(arena, World);
    for (size_t i = 0; i < 3; i++) {
        vec_push(arena, &w->record.deployments, (RecordDeployment){.hydrated_in = before[i]});
    }
    w->record.next_event = 818;
    w->next = (RecordDeployment){.id = "production-g42-4f2a9c1b03de",
                                 .generation = 42,
                                 .phase = PHASE_HYDRATING,
                                 .phase_since = NOW - 250 * MOMENT_SECOND};
    ProofCluster cluster = {.name = "compute_green",
                            .replicas_wanted = 2,
                            .replicas_online = 1,
                            .total = 13,
                            .hydrated = 6};
    vec_push(arena, &cluster.waiting, "shop.daily");
    vec_push(arena, &cluster.waiting, "reports.top_items");
    vec_push(arena, &cluster.waiting, "reports.refunds");
    vec_push(arena, &w->proof.clusters, cluster);
    w->pass = (PassResult){.record = &w->record, .proof = &w->proof};
    w->status = (Status){.environment = "production",
                         .repository = "shop",
                         .at = NOW,
                         .pass = &w->pass,
                         .deployment = &w->next};
    return w;
}

static const char *text_of(Arena *arena, const World *w)
{
    Buf out = buf_new(arena, 65536);
    progress_write_text(&out, &w->status, false);
    return out.data;
}

static void people_see_how_far_each_cluster_is(void **state)
{
    World *w = hydrating(*state);
    CHECK_STR(
        text_of(*state, w),
        "g42 hydrating  4m10s, about 9m50s left\n"
        "  compute_green  1 of 2 replicas online   [#########...........]  6/13   lag not known yet"
        "   waits for shop.daily, reports.top_items, 1 more\n");
}

static void nobody_is_promised_an_end_that_was_never_measured(void **state)
{
    World *w = hydrating(*state);
    w->record.deployments.count = 0;
    CHECK(strstr(text_of(*state, w), "g42 hydrating  4m10s\n"));
}

static void a_phase_without_a_proof_says_what_it_waits_for(void **state)
{
    World *w = hydrating(*state);
    w->pass.proof = NULL;
    w->next.phase = PHASE_BUILDING;
    w->pass.waits_for = "green is not complete";
    CHECK_STR(text_of(*state, w), "g42 building  4m10s  green is not complete\n");
}

static void programs_get_an_event_a_line(void **state)
{
    World *w = hydrating(*state);
    Buf out = buf_new(*state, 65536);
    Err err;
    progress_write_event(&out, &w->status, 25);
    CHECK(strchr(out.data, '\n') == out.data + out.length - 1);
    const Json *event = json_parse(*state, out.data, out.length, &err);
    CHECK_STR(json_get_str(event, "id"), "production/817.25");
    CHECK_STR(json_get_str(event, "type"), "io.cutover.deployment.progress");
    const Json *data = json_get(event, "data");
    CHECK_STR(json_get_str(data, "phase"), "hydrating");
    CHECK_INT(json_get_int(data, "elapsed_s", 0), 250);
    CHECK_INT(json_get_int(data, "remaining_s", 0), 590);
    const Json *cluster = json_get(data, "clusters")->items[0];
    CHECK_INT(json_get_int(cluster, "replicas_online", 0), 1);
    CHECK_INT(json_get(cluster, "lag_s")->type, JSON_IS_NULL);
    CHECK_INT(json_get(cluster, "waiting")->count, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(people_see_how_far_each_cluster_is),
        TEST(nobody_is_promised_an_end_that_was_never_measured),
        TEST(a_phase_without_a_proof_says_what_it_waits_for),
        TEST(programs_get_an_event_a_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
