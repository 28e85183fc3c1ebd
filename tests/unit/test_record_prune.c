/* What goes from the record when it is old, and that nothing is forgotten with it that still counts. */
#include "check.h"

#include "cutover/record_prune.h"
#include "cutover/str.h"

enum { GENERATIONS = 30, LIVE = GENERATIONS };

typedef struct Log {
    Arena *arena;
    LogEntries rows;
    int64_t seq;
} Log;

static void append(Log *log, RecordEntry entry)
{
    LogEntry row;
    log->seq++;
    CHECK(
        entry_row(log->arena, &entry, "production", "a", log->seq, log->seq * MOMENT_SECOND, &row));
    vec_push(log->arena, &log->rows, row);
}

static RecordDeployment deployment(Arena *arena, int64_t generation)
{
    return (RecordDeployment){
        .id = arena_printf(arena, "production-g%lld-4f2a9c1b0011", (long long)generation),
        .generation = generation,
        .commit = "4f2a9c1b00112233445566778899aabbccddeeff",
        .attempt = 1,
        .from_generation = generation - 1};
}

static void note(Log *log, const char *deployment, const char *id, const char *action)
{
    RecordObject object = {
        .id = id, .kind = "view", .rel = {"db", "shop", id}, .action = action, .digest = "v1:x"};
    append(log, entry_objects(log->arena, deployment, &object, 1));
}

/* Each generation makes an object and drops the one before; the very first also makes one that stays for ever. */
static void deploy(Log *log, int64_t generation, Phase end)
{
    Arena *arena = log->arena;
    RecordDeployment d = deployment(arena, generation);
    append(log, entry_intent(arena, &d));
    append(log, entry_phase(arena, &(EntryPhase){.deployment = &d, .to = PHASE_BUILDING}));
    note(log, d.id, arena_printf(arena, "u%lld", (long long)generation), "created");
    append(log,
           entry_event(arena, d.id, arena_printf(arena, "production/%lld", (long long)log->seq),
                       log->seq, "live", "{}"));
    append(log,
           entry_phase(arena, &(EntryPhase){.deployment = &d, .from = PHASE_BUILDING, .to = end}));
    if (generation > 1) {
        note(log, d.id, arena_printf(arena, "u%lld", (long long)generation - 1), "dropped");
    } else {
        note(log, d.id, "u1000", "created");
    }
}

static Log a_long_log(Arena *arena)
{
    Log log = {.arena = arena};
    append(&log, entry_request(arena, &(RecordRequest){.id = "hold1",
                                                       .kind = "hold",
                                                       .deployment = "",
                                                       .by = "Ada",
                                                       .reason = "incident"}));
    append(&log, entry_denied(arena, "production-g0-bad", "badc0ffee", "a test failed", NULL));
    for (int64_t generation = 1; generation <= GENERATIONS; generation++) {
        deploy(&log, generation, PHASE_LIVE);
    }
    return log;
}

static Record *fold(Log *log)
{
    return record_fold(log->arena, "production", &log->rows);
}

/* As deploy/sql/log_prune.sql does it. */
static void carry_out(Log *log, const RecordPrune *prune, Moment before)
{
    LogEntries left = {0};
    size_t gone = 0;
    vec_each (LogEntry, it, &log->rows) {
        bool stays = it->at >= before || str_in(&prune->keep, it->deployment) ||
                     str_eq(it->kind, "request") || str_eq(it->kind, "outcome") ||
                     str_eq(it->kind, "denied");
        if (stays) {
            vec_push(log->arena, &left, *it);
        }
        gone += !stays;
    }
    CHECK_INT(gone, prune->rows);
    log->rows = left;
    vec_each (RecordEntry, it, &prune->renewed) {
        append(log, *it);
    }
}

static Moment now(const Log *log)
{
    return (log->seq + 1) * MOMENT_SECOND;
}

static void what_still_counts_stays(void **state)
{
    Log log = a_long_log(*state);
    Record *before = fold(&log);
    Moment limit = now(&log);
    RecordPrune prune = record_prune(log.arena, before, &log.rows, limit, LIVE);
    CHECK(prune.rows > 0);
    carry_out(&log, &prune, limit);
    Record *after = fold(&log);
    CHECK_INT(after->deployments.count, 20);
    CHECK_INT(after->object_by_id.count, 2);
    const RecordObject *oldest = record_object(after, "view", "u1000");
    CHECK(oldest);
    CHECK_STR(oldest->digest, "v1:x");
    CHECK_STR(oldest->deployment, "production-g1-4f2a9c1b0011");
    CHECK(record_object(after, "view", "u30"));
    CHECK(after->hold);
    CHECK_STR(map_get(&after->denied, "badc0ffee"), "a test failed");
    CHECK_INT(after->next_event, before->next_event);
}

static void nothing_is_left_to_prune_afterwards(void **state)
{
    Log log = a_long_log(*state);
    Moment limit = now(&log);
    RecordPrune prune = record_prune(log.arena, fold(&log), &log.rows, limit, LIVE);
    carry_out(&log, &prune, limit);
    RecordPrune again = record_prune(log.arena, fold(&log), &log.rows, limit, LIVE);
    CHECK_INT(again.rows, 0);
    CHECK_INT(again.renewed.count, 0);
}

static void young_rows_stay(void **state)
{
    Log log = a_long_log(*state);
    CHECK_INT(record_prune(log.arena, fold(&log), &log.rows, MOMENT_SECOND, LIVE).rows, 0);
}

static void a_deployment_that_has_not_ended_stays(void **state)
{
    Log log = {.arena = *state};
    deploy(&log, 1, PHASE_HYDRATING);
    for (int64_t generation = 2; generation <= GENERATIONS; generation++) {
        deploy(&log, generation, PHASE_LIVE);
    }
    RecordPrune prune = record_prune(log.arena, fold(&log), &log.rows, now(&log), LIVE);
    CHECK(str_in(&prune.keep, "production-g1-4f2a9c1b0011"));
    CHECK(!str_in(&prune.keep, "production-g2-4f2a9c1b0011"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_still_counts_stays),
        TEST(nothing_is_left_to_prune_afterwards),
        TEST(young_rows_stay),
        TEST(a_deployment_that_has_not_ended_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
