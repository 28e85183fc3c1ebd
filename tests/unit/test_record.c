/* The record: what is written comes back, whatever the order, the doubles and the versions. */
#include "check.h"

#include "cutover/build.h"

#include "cutover/record_write.h"
#include "cutover/str.h"

#define COMMIT_A "4f2a9c1b00112233445566778899aabbccddeeff"
#define DEPLOYMENT "production-g42-4f2a9c1b0011"

typedef struct Log {
    Arena *arena;
    LogEntries rows;
    int64_t seq;
} Log;

static void append_as(Log *log, const char *writer, RecordEntry entry)
{
    LogEntry row;
    log->seq++;
    CHECK(entry_row(log->arena, &entry, "production", writer, log->seq, log->seq * MOMENT_SECOND,
                    &row));
    vec_push(log->arena, &log->rows, row);
}

static void append(Log *log, RecordEntry entry)
{
    append_as(log, "a", entry);
}

static Record *fold(Log *log)
{
    return record_fold(log->arena, "production", &log->rows);
}

static RecordDeployment a_deployment(Arena *arena)
{
    RecordDeployment d = {.id = DEPLOYMENT,
                          .generation = 42,
                          .commit = COMMIT_A,
                          .short_commit = "4f2a9c1",
                          .subject = "Count \"refunds\"",
                          .author = "Ada",
                          .ref = "refs/heads/main",
                          .manifest_digest = "m1",
                          .plan_digest = "p1",
                          .attempt = 1,
                          .audit_event = 700,
                          .from_generation = 41,
                          .from_deployment = "production-g41-000000000000"};
    vec_push(arena, &d.green, (RecordGreen){"schema", "db", NULL, "shop", "shop_green", NULL});
    vec_push(arena, &d.green,
             (RecordGreen){"cluster", NULL, NULL, "compute", "compute_green", NULL});
    vec_push(arena, &d.green,
             (RecordGreen){"materialized-view", "db", "shop", "daily", "daily_green_g2", "u7"});
    return d;
}

static void move(Log *log, const RecordDeployment *d, Phase from, Phase to)
{
    append(log, entry_phase(log->arena, &(EntryPhase){.deployment = d, .from = from, .to = to}));
}

static void a_missing_log_is_an_empty_record(void **state)
{
    Record *record = record_fold(*state, "production", NULL);
    CHECK(!record->exists);
    CHECK_INT(record->next_event, 1);
    CHECK(!record_building(record));
}

static void an_intent_comes_back_whole(void **state)
{
    Log log = {.arena = *state};
    RecordDeployment d = a_deployment(log.arena);
    append(&log, entry_intent(log.arena, &d));
    RecordDeployment *seen = record_deployment(fold(&log), DEPLOYMENT);
    CHECK(seen && seen->has_intent && !seen->cut_over && !seen->in_place_only);
    CHECK_INT(seen->generation, 42);
    CHECK_STR(seen->commit, COMMIT_A);
    CHECK_STR(seen->subject, "Count \"refunds\"");
    CHECK_STR(seen->manifest_digest, "m1");
    CHECK_STR(seen->plan_digest, "p1");
    CHECK_INT(seen->audit_event, 700);
    CHECK_STR(seen->from_deployment, "production-g41-000000000000");
    CHECK_INT(seen->green.count, 3);
    CHECK_STR(seen->green.items[2].replaces, "u7");
    CHECK(!seen->green.items[0].replaces);
    CHECK_STR(seen->green.items[0].green, "shop_green");
    CHECK_STR(seen->green.items[1].kind, "cluster");
    CHECK(!seen->green.items[1].database);
}

/* The plan has changed while it was built: what it announced before may be there, and has to go. */
static void a_newer_intent_forgets_no_green(void **state)
{
    Log log = {.arena = *state};
    RecordDeployment d = a_deployment(log.arena);
    append(&log, entry_intent(log.arena, &d));
    d.green.items[0].green = "other_green";
    append(&log, entry_intent(log.arena, &d));
    const RecordDeployment *seen = record_deployment(fold(&log), DEPLOYMENT);
    CHECK_INT(seen->green_newest, 3);
    CHECK_INT(seen->green.count, 4);
    CHECK_STR(seen->green.items[0].green, "other_green");
    CHECK_STR(seen->green.items[3].green, "shop_green");
}

static void a_second_controllers_intent_keeps_the_first_audit_event(void **state)
{
    Log log = {.arena = *state};
    RecordDeployment d = a_deployment(log.arena);
    append(&log, entry_intent(log.arena, &d));
    d.audit_event = 705;
    append_as(&log, "b", entry_intent(log.arena, &d));
    const RecordDeployment *seen = record_deployment(fold(&log), DEPLOYMENT);
    CHECK_INT(seen->audit_event, 700);
    CHECK_INT(seen->intents.count, 2);
    CHECK_INT(seen->intents.items[1].event, 705);
    CHECK(seen->intents.items[1].at > seen->intents.items[0].at);
}

static void phases_follow_one_another_and_carry_their_names(void **state)
{
    Log log = {.arena = *state};
    RecordDeployment d = a_deployment(log.arena);
    RecordNames names = {0};
    vec_push(log.arena, &names,
             (RecordName){"schema", "u9", "db", NULL, "shop_green", "shop", false, 0});
    vec_push(log.arena, &names,
             (RecordName){"schema", "u3", "db", NULL, "shop", "shop_blue_g41", true, 5});
    move(&log, &d, PHASE_NONE, PHASE_PENDING);
    append(&log, entry_intent(log.arena, &d));
    move(&log, &d, PHASE_PENDING, PHASE_BUILDING);
    append(&log, entry_phase(log.arena, &(EntryPhase){.deployment = &d,
                                                      .from = PHASE_BUILDING,
                                                      .to = PHASE_CUTTING_OVER,
                                                      .reason = "green is proved",
                                                      .deadline = 90 * MOMENT_SECOND,
                                                      .names = &names}));
    RecordDeployment *seen = record_building(fold(&log));
    CHECK_INT(seen->phase, PHASE_CUTTING_OVER);
    CHECK_INT(seen->phase_since, 4 * MOMENT_SECOND);
    CHECK_INT(seen->started_at, MOMENT_SECOND);
    CHECK_INT(seen->deadline, 90 * MOMENT_SECOND);
    CHECK_STR(seen->reason, "green is proved");
    CHECK(!seen->cut_over);
    CHECK_STR(seen->names.items[0].from, "shop_green");
    CHECK_STR(seen->cutover_names.items[0].id, "u9");
    CHECK(!seen->names.items[0].retired && seen->names.items[1].retired);
    CHECK_INT(seen->names.items[1].holds, 5);
    move(&log, &d, PHASE_CUTTING_OVER, PHASE_SOAKING);
    Record *record = fold(&log);
    CHECK(record_soaking(record)->cut_over);
    CHECK(record_generation(record, 42) == record_soaking(record));
    CHECK_INT(record_soaking(record)->cutover_names.count, 2);
}

static void rows_count_in_the_order_of_time_whatever_order_they_are_read_in(void **state)
{
    Log log = {.arena = *state};
    RecordDeployment d = a_deployment(log.arena);
    move(&log, &d, PHASE_NONE, PHASE_PENDING);
    move(&log, &d, PHASE_PENDING, PHASE_BUILDING);
    LogEntry first = log.rows.items[0];
    log.rows.items[0] = log.rows.items[1];
    log.rows.items[1] = first;
    CHECK_INT(record_deployment(fold(&log), DEPLOYMENT)->phase, PHASE_BUILDING);
}

static void a_row_read_twice_counts_once(void **state)
{
    Log log = {.arena = *state};
    RecordDeployment d = a_deployment(log.arena);
    move(&log, &d, PHASE_NONE, PHASE_PENDING);
    vec_push(log.arena, &log.rows, log.rows.items[0]);
    CHECK_INT(fold(&log)->entries, 1);
}

static void of_two_controllers_the_first_transition_wins(void **state)
{
    Log log = {.arena = *state};
    RecordDeployment d = a_deployment(log.arena);
    move(&log, &d, PHASE_NONE, PHASE_CHECKING);
    move(&log, &d, PHASE_CHECKING, PHASE_ABORTED);
    append_as(&log, "b",
              entry_phase(log.arena, &(EntryPhase){.deployment = &d,
                                                   .from = PHASE_CHECKING,
                                                   .to = PHASE_AWAITING_APPROVAL}));
    CHECK_INT(record_deployment(fold(&log), DEPLOYMENT)->phase, PHASE_ABORTED);
    CHECK(!record_building(fold(&log)));
}

static void names_of_a_cutover_that_came_second_are_kept(void **state)
{
    Log log = {.arena = *state};
    RecordDeployment d = a_deployment(log.arena);
    RecordNames names = {0};
    vec_push(log.arena, &names,
             (RecordName){"cluster", "u5", NULL, NULL, "c_green", "c", false, 0});
    move(&log, &d, PHASE_NONE, PHASE_ABORTED);
    append_as(&log, "b",
              entry_phase(log.arena, &(EntryPhase){.deployment = &d,
                                                   .from = PHASE_CHECKING,
                                                   .to = PHASE_CUTTING_OVER,
                                                   .names = &names}));
    RecordDeployment *seen = record_deployment(fold(&log), DEPLOYMENT);
    CHECK_INT(seen->phase, PHASE_ABORTED);
    CHECK_INT(seen->cutover_names.count, 1);
}

static void another_attempt_begins_with_no_results(void **state)
{
    Log log = {.arena = *state};
    RecordDeployment d = a_deployment(log.arena);
    RecordResult failed = {"test:t1", "failed", "3 rows", 3, 1, 0};
    append(&log, entry_intent(log.arena, &d));
    append(&log, entry_result(log.arena, d.id, &failed));
    move(&log, &d, PHASE_NONE, PHASE_FAILED);
    CHECK_INT(record_deployment(fold(&log), DEPLOYMENT)->results.items[0].rows, 3);
    d.attempt = 2;
    move(&log, &d, PHASE_FAILED, PHASE_PENDING);
    append(&log, entry_result(log.arena, d.id, &failed));
    RecordDeployment *seen = record_building(fold(&log));
    CHECK_INT(seen->attempt, 2);
    CHECK_INT(seen->results.count, 0);
    RecordResult passed = {"test:t1", "passed", NULL, 0, 2, 0};
    append(&log, entry_result(log.arena, d.id, &passed));
    append(&log, entry_result(log.arena, d.id, &passed));
    CHECK_INT(record_building(fold(&log))->results.count, 1);
}

static void what_is_made_in_place_and_dropped_later_stands_in_the_intent(void **state)
{
    Log log = {.arena = *state};
    RecordDeployment d = a_deployment(log.arena);
    d.gates = (RecordGates){.known = true, .max_cost = 2.5};
    vec_push(log.arena, &d.drops,
             (RecordPlace){"source", "u7", {"materialize", "raw", "events"}, NULL});
    vec_push(log.arena, &d.makes, (RecordPlace){"cluster", NULL, {.name = "extra"}, NULL});
    vec_push(log.arena, &d.makes,
             (RecordPlace){"table", NULL, {"materialize", "raw", "bids"}, "d1"});
    append(&log, entry_intent(log.arena, &d));
    const RecordDeployment *seen = record_deployment(fold(&log), DEPLOYMENT);
    CHECK_INT(seen->drops.count, 1);
    CHECK_STR(seen->drops.items[0].kind, "source");
    CHECK_STR(seen->drops.items[0].rel.name, "events");
    CHECK_INT(seen->makes.count, 2);
    CHECK_STR(seen->makes.items[0].rel.name, "extra");
    CHECK(!seen->makes.items[0].digest);
    CHECK_STR(seen->makes.items[1].digest, "d1");
    CHECK(seen->gates.max_cost > 2.4 && seen->gates.max_cost < 2.6);
    d.drops.count = 0;
    append(&log, entry_intent(log.arena, &d));
    CHECK_INT(record_deployment(fold(&log), DEPLOYMENT)->drops.count, 0);
}

static void kinds_of_a_later_version_are_skipped(void **state)
{
    Log log = {.arena = *state};
    append(&log, (RecordEntry){DEPLOYMENT, "weather", "{\"sun\": true}"});
    append(&log, (RecordEntry){DEPLOYMENT, "phase", "{\"from\": \"none\", \"to\": \"dreaming\"}"});
    append(&log, (RecordEntry){DEPLOYMENT, "objects", "{\"objects\": [{}, 7]}"});
    append(&log, (RecordEntry){DEPLOYMENT, "request", "[1]"});
    Record *record = fold(&log);
    CHECK_INT(record->entries, 4);
    CHECK(!record_building(record));
    CHECK_INT(record->object_by_id.count, 0);
    CHECK_INT(record->requests.count, 0);
}

static void rows_of_other_environments_are_not_ours(void **state)
{
    Log log = {.arena = *state};
    RecordDeployment d = a_deployment(log.arena);
    move(&log, &d, PHASE_NONE, PHASE_PENDING);
    CHECK_INT(record_fold(log.arena, "staging", &log.rows)->entries, 0);
}

static void a_dropped_object_is_forgotten(void **state)
{
    Log log = {.arena = *state};
    RecordObject made[2] = {
        {.id = "u9",
         .kind = "view",
         .rel = {"db", "shop", "daily"},
         .action = "created",
         .digest = "v1:aa",
         .owner = "team",
         .node = "model.shop.daily"},
        {.id = "u9", .kind = "cluster", .rel = {.name = "compute"}, .action = "created"},
    };
    vec_push(log.arena, &made[0].inputs, "u4");
    append(&log, entry_objects(log.arena, DEPLOYMENT, made, 2));
    const RecordObject *seen = record_object(fold(&log), "view", "u9");
    CHECK_STR(seen->digest, "v1:aa");
    CHECK_STR(seen->node, "model.shop.daily");
    CHECK_STR(seen->rel.schema, "shop");
    CHECK_STR(seen->inputs.items[0], "u4");
    CHECK_STR(seen->owner, "team");
    CHECK_STR(seen->deployment, DEPLOYMENT);
    made[0].action = "dropped";
    append(&log, entry_objects(log.arena, DEPLOYMENT, made, 1));
    Record *record = fold(&log);
    CHECK(!record_object(record, "view", "u9"));
    CHECK_STR(record_object(record, "cluster", "u9")->rel.name, "compute");
}

static void what_was_doubled_costs_until_the_end(void **state)
{
    RecordDeployment d = {.phase = PHASE_SOAKING, .credits_per_hour = 2};
    (void)state;
    CHECK(record_credits(&d, 7200 * MOMENT_SECOND) < 0); /* an older version told no price */
    d.doubled_since = 1800 * MOMENT_SECOND;
    CHECK_INT(10 * record_credits(&d, 7200 * MOMENT_SECOND), 30);
    d.phase = PHASE_LIVE;
    d.phase_since = 3600 * MOMENT_SECOND;
    CHECK_INT(10 * record_credits(&d, 7200 * MOMENT_SECOND), 10);
}

static void a_request_is_done_with_its_first_outcome(void **state)
{
    Log log = {.arena = *state};
    RecordRequest request = {.id = "5f3c",
                             .kind = "approve",
                             .deployment = DEPLOYMENT,
                             .plan_digest = "p1",
                             .phase = "awaiting_approval",
                             .by = "ada"};
    vec_push(log.arena, &request.permits, "drops");
    append_as(&log, "5f3c", entry_request(log.arena, &request));
    const RecordRequest *seen = &fold(&log)->requests.items[0];
    CHECK(!seen->done);
    CHECK_STR(seen->plan_digest, "p1");
    CHECK_STR(seen->phase, "awaiting_approval");
    CHECK_STR(seen->permits.items[0], "drops");
    append(&log, entry_outcome(log.arena, DEPLOYMENT, "5f3c", "done", NULL));
    append_as(&log, "b", entry_outcome(log.arena, DEPLOYMENT, "5f3c", "too_late", "cut over"));
    seen = &fold(&log)->requests.items[0];
    CHECK(seen->done);
    CHECK_STR(seen->outcome, "done");
}

static void a_hold_lasts_until_resume(void **state)
{
    Log log = {.arena = *state};
    append(&log,
           entry_request(
               log.arena,
               &(RecordRequest){.id = "1", .kind = "hold", .by = "ada", .reason = "incident 812"}));
    CHECK_STR(fold(&log)->hold->reason, "incident 812");
    append(&log,
           entry_request(log.arena, &(RecordRequest){.id = "2", .kind = "resume", .by = "ada"}));
    CHECK(!fold(&log)->hold);
}

static void events_are_numbered_and_remember_who_got_them(void **state)
{
    Log log = {.arena = *state};
    append(&log, entry_event(log.arena, DEPLOYMENT, "production/7", 7, "hydrating",
                             "{\"specversion\":\"1.0\"}"));
    append_as(&log, "b", entry_event(log.arena, DEPLOYMENT, "production/7", 7, "hydrating", "{}"));
    append(&log, entry_delivery(log.arena, "production/7", "slack", "sent", "ok"));
    append(&log, entry_delivery(log.arena, "production/7", "slack", "sent", "ok"));
    Record *record = fold(&log);
    CHECK_INT(record->next_event, 8);
    CHECK_INT(record->events.count, 1);
    CHECK_STR(json_get_str(record->events.items[0].event, "specversion"), "1.0");
    CHECK_INT(record->events.items[0].delivered.count, 1);
}

static void after_a_way_back_another_commit_is_wanted_until_somebody_says_so(void **state)
{
    Log log = {.arena = *state};
    append(&log, entry_denied(log.arena, DEPLOYMENT, COMMIT_A, "wrong", "9be1d03"));
    CHECK_STR(map_get(&fold(&log)->restored, COMMIT_A), "9be1d03");
    append(&log, entry_denied(log.arena, DEPLOYMENT, COMMIT_A, "failed again", NULL));
    CHECK(!map_get(&fold(&log)->restored, COMMIT_A));
    append(&log, entry_denied(log.arena, DEPLOYMENT, COMMIT_A, "wrong", "9be1d03"));
    RecordRequest resume = {.id = "r1", .kind = "resume", .deployment = "", .by = "ada"};
    append(&log, entry_request(log.arena, &resume));
    CHECK(!map_get(&fold(&log)->restored, COMMIT_A));
}

static void a_denied_commit_can_be_allowed_again(void **state)
{
    Log log = {.arena = *state};
    append(&log, entry_denied(log.arena, DEPLOYMENT, COMMIT_A, "rolled back", NULL));
    CHECK_STR(map_get(&fold(&log)->denied, COMMIT_A), "rolled back");
    append(&log, entry_allowed(log.arena, DEPLOYMENT, COMMIT_A, "resume"));
    CHECK(!map_get(&fold(&log)->denied, COMMIT_A));
}

static void a_rollback_brings_the_former_deployment_back_under_a_new_generation(void **state)
{
    Log log = {.arena = *state};
    RecordDeployment old = a_deployment(log.arena), new = a_deployment(log.arena);
    old.id = "production-g41-000000000000";
    old.generation = 41;
    old.from_generation = 40;
    move(&log, &old, PHASE_NONE, PHASE_LIVE);
    move(&log, &new, PHASE_NONE, PHASE_SOAKING);
    append(&log, entry_phase(log.arena, &(EntryPhase){.deployment = &new,
                                                      .from = PHASE_SOAKING,
                                                      .to = PHASE_ROLLING_BACK,
                                                      .rollback_generation = 43}));
    Record *record = fold(&log);
    CHECK_STR(record_generation(record, 43)->id, old.id);
    CHECK_STR(record_generation(record, 42)->id, new.id);
    CHECK(!record_generation(record, 44));
    CHECK_INT(record_soaking(record)->phase, PHASE_ROLLING_BACK);
    new.phase = PHASE_ROLLING_BACK;
    move(&log, &new, PHASE_ROLLING_BACK, PHASE_SOAKING);
    CHECK(!record_generation(
        fold(&log), 43)); /* the next deployment makes it: this way back was ended by a repair */
}

static void the_way_back_undoes_every_name_and_retires_what_was_live(void **state)
{
    Arena *arena = *state;
    RecordNames names = {0};
    vec_push(arena, &names,
             (RecordName){"schema", "u2", "db", NULL, "shop_green", "shop", false, 0});
    vec_push(arena, &names,
             (RecordName){"schema", "u1", "db", NULL, "shop", "shop_blue_g41", true, 0});
    RecordNames back = record_inverse(arena, &names, "{name}_blue_g{n}", 42);
    CHECK_STR(back.items[0].from, "shop");
    CHECK_STR(back.items[0].to, "shop_blue_g42");
    CHECK(back.items[0].retired);
    CHECK_STR(back.items[1].from, "shop_blue_g41");
    CHECK_STR(back.items[1].to, "shop");
    CHECK(!back.items[1].retired);
    CHECK_STR(back.items[1].id, "u1");
}

static void markers_are_read_back_and_only_ours(void **state)
{
    Arena *arena = *state;
    int64_t generation = -1;
    const char *commit8 = NULL;
    CHECK_STR(marker_name(arena, "production", 0, NULL), "cutover_production_g0_00000000");
    const char *name = marker_name(arena, "production", 42, COMMIT_A);
    CHECK_STR(name, "cutover_production_g42_4f2a9c1b");
    CHECK(marker_parse(arena, "production", name, &generation, &commit8));
    CHECK_INT(generation, 42);
    CHECK_STR(commit8, "4f2a9c1b");
    static const char *const others[] = {
        "cutover_production_g42_4f2a9c1",
        "cutover_production_g_4f2a9c1b",
        "cutover_production_g42_4f2a9c1bx",
        "cutover_production_g1_g42_4f2a9c1b",
        "cutover_prod_g42_4f2a9c1b",
        "cutover_production_scratch",
        "cutover_production_g42_4F2A9C1B",
        "production",
        "cutover_production_g99999999999999999999_4f2a9c1b",
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        CHECK(!marker_parse(arena, "production", others[i], &generation, &commit8));
    }
    CHECK_STR(marker_environment(arena, name), "production");
    CHECK_STR(marker_environment(arena, "cutover_a_g_b_g12_4f2a9c1b"), "a_g_b");
    CHECK(!marker_environment(arena, "cutover_production_scratch"));
    CHECK(!marker_environment(arena, "cutover__g12_4f2a9c1b"));
    CHECK(!marker_environment(arena, "cutover"));
    CHECK_STR(deployment_id(arena, "production", 42, COMMIT_A), DEPLOYMENT);
}

/* Two controllers: one ends the soak, the other writes a way back that it never takes. */
static void a_way_back_that_was_not_taken_hides_no_old_side(void **state)
{
    Arena *arena = *state;
    Catalog catalog = {.database = "materialize", .role = "cutover"};
    vec_push(arena, &catalog.schemas,
             ((CatalogSchema){.id = "u1", .database = "materialize", .name = "shop_blue_g1"}));
    vec_push(arena, &catalog.schemas,
             ((CatalogSchema){.id = "u3", .database = "materialize", .name = "shop"}));
    catalog_seal(arena, &catalog);
    RecordDeployment d = {.id = "production-g2-63f034520000"};
    RecordName names[] = {{"schema", "u3", "materialize", NULL, "shop_green", "shop", false, 0},
                          {"schema", "u1", "materialize", NULL, "shop", "shop_blue_g1", true, 0}};
    vec_push(arena, &d.cutover_names, names[0]);
    vec_push(arena, &d.cutover_names, names[1]);
    d.names = record_inverse(arena, &d.cutover_names, "{name}_blue_g{n}", 2);
    Leftover *blue = leftover_blue(arena, &catalog, &(Record){.exists = true}, &d, &(Desired){0});
    CHECK_INT(blue->schemas.count, 1);
    CHECK_STR(blue->schemas.items[0]->id, "u1");
    d.names = d.cutover_names;
    blue = leftover_blue(arena, &catalog, &(Record){.exists = true}, &d, &(Desired){0});
    CHECK_INT(blue->schemas.count, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_missing_log_is_an_empty_record),
        TEST(an_intent_comes_back_whole),
        TEST(a_newer_intent_forgets_no_green),
        TEST(a_second_controllers_intent_keeps_the_first_audit_event),
        TEST(phases_follow_one_another_and_carry_their_names),
        TEST(rows_count_in_the_order_of_time_whatever_order_they_are_read_in),
        TEST(a_row_read_twice_counts_once),
        TEST(of_two_controllers_the_first_transition_wins),
        TEST(names_of_a_cutover_that_came_second_are_kept),
        TEST(another_attempt_begins_with_no_results),
        TEST(what_is_made_in_place_and_dropped_later_stands_in_the_intent),
        TEST(kinds_of_a_later_version_are_skipped),
        TEST(rows_of_other_environments_are_not_ours),
        TEST(a_dropped_object_is_forgotten),
        TEST(what_was_doubled_costs_until_the_end),
        TEST(a_request_is_done_with_its_first_outcome),
        TEST(a_hold_lasts_until_resume),
        TEST(events_are_numbered_and_remember_who_got_them),
        TEST(after_a_way_back_another_commit_is_wanted_until_somebody_says_so),
        TEST(a_denied_commit_can_be_allowed_again),
        TEST(a_rollback_brings_the_former_deployment_back_under_a_new_generation),
        TEST(the_way_back_undoes_every_name_and_retires_what_was_live),
        TEST(markers_are_read_back_and_only_ours),
        TEST(a_way_back_that_was_not_taken_hides_no_old_side),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
