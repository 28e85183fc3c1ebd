/* Where an environment stands, as people, scripts and monitoring see it. */
#include "check.h"

#include "cutover/board.h"
#include "cutover/http_client.h"
#include "cutover/status_json.h"
#include "cutover/str.h"

#include <string.h>

#define NOW (INT64_C(1795449731) * MOMENT_SECOND) /* 2026-11-23 16:02:11 */
#define MINUTE (60 * MOMENT_SECOND)

/* A production environment with generation 41 live; the test changes what differs. */
typedef struct World {
    EnvironmentConfig environment;
    PassInput input;
    PassResult result;
    Catalog catalog;
    RecordDeployment live, next;
    Proof proof;
    Err err;
} World;

static World *make_world(Arena *arena)
{
    World *w = arena_make(arena, World);
    w->environment.name = "production";
    w->input = (PassInput){.environment = &w->environment, .repository = "shop"};
    w->input.commit = (PassCommit){.sha = "9be1d03aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                                   .short_sha = "9be1d03",
                                   .subject = "Add customers",
                                   .ref = "main"};
    w->catalog.now = NOW;
    w->live = (RecordDeployment){.id = "production-g41-9be1d03aaaaa",
                                 .generation = 41,
                                 .commit = w->input.commit.sha,
                                 .short_commit = "9be1d03",
                                 .subject = "Add customers",
                                 .author = "Ada",
                                 .phase = PHASE_LIVE,
                                 .phase_since = NOW - 3 * 24 * 60 * MINUTE};
    w->next = (RecordDeployment){.id = "production-g42-4f2a9c1b03de",
                                 .generation = 42,
                                 .commit = "4f2a9c1b03deaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                                 .short_commit = "4f2a9c1",
                                 .subject = "Count refunds",
                                 .phase_since = NOW - 250 * MOMENT_SECOND};
    w->result = (PassResult){.diags = diags_new(arena),
                             .catalog = &w->catalog,
                             .live = &w->live,
                             .live_generation = 41,
                             .action = ACTION_WAIT};
    return w;
}

/* 4f2a9c1 is wanted, and its deployment is in PHASE. */
static void deploy(World *w, Phase phase)
{
    w->next.phase = phase;
    w->result.deployment = &w->next;
    w->input.commit.sha = w->next.commit;
    w->input.commit.short_sha = w->next.short_commit;
    w->input.commit.subject = w->next.subject;
}

static const char *text_of(Arena *arena, const Status *status)
{
    Buf out = buf_new(arena, 65536);
    status_write_text(&out, status, false);
    return out.data;
}

static Status status_of(Arena *arena, World *w)
{
    return status_of_pass(arena, &w->input, &w->result, &w->err);
}

static void what_is_live_is_said_with_its_age(void **state)
{
    Arena *arena = *state;
    Status status = status_of(arena, make_world(arena));
    CHECK_INT(status_exit(status.state), 0);
    CHECK_STR(
        text_of(arena, &status),
        "production   live   generation 41   9be1d03 \"Add customers\", Ada   since 2026-11-20 "
        "16:02 (3d)\n  main is at 9be1d03: nothing to do.\n");
}

static void hydration_names_what_it_waits_for(void **state)
{
    Arena *arena = *state;
    World *w = make_world(arena);
    deploy(w, PHASE_HYDRATING);
    w->next.deadline = NOW + 390 * MINUTE;
    w->result.tests = 14;
    w->result.checks = 1;
    w->environment.soak = 900;
    ProofCluster cluster = {.name = "compute_green", .hydrated = 6, .total = 13};
    cluster.waiting = str_split(arena, "shop.daily,reports.top_items,a,b,c,d,e", ',');
    vec_push(arena, &w->proof.clusters, cluster);
    w->result.proof = &w->proof;
    Status status = status_of(arena, w);
    CHECK_INT(status_exit(status.state), 2);
    CHECK_STR(text_of(arena, &status),
              "production   hydrating   g42 4f2a9c1 \"Count refunds\"   4m10s, deadline 22:32\n"
              "  live: generation 41, 9be1d03.\n"
              "  compute_green  6 of 13 objects hydrated, lag not known yet: waits for shop.daily, "
              "reports.top_items and 5 more\n"
              "  next: 14 tests, 1 check, cutover, soak 15m.        stop it: cutover abort\n");
}

static void a_failed_commit_needs_a_person(void **state)
{
    Arena *arena = *state;
    World *w = make_world(arena);
    deploy(w, PHASE_FAILED);
    w->next.reason = "test unique_daily_day failed on green: 3 rows";
    static const char told[] = "{\"subject\":\"production-g42-4f2a9c1b03de\",\"data\":{\"file\":"
                               "\"models/shop/schema.yml\",\"line\":31,"
                               "\"kept_until\":\"2026-11-23T17:05:00Z\"}}";
    Record record = {.exists = true};
    Err err;
    const Json *event = json_parse(arena, told, strlen(told), &err);
    vec_push(arena, &record.events, (RecordEvent){.name = "failed", .event = event});
    w->result.record = &record;
    Status status = status_of(arena, w);
    CHECK_INT(status_exit(status.state), 3);
    CHECK_STR(
        text_of(arena, &status),
        "production   failed   g42 4f2a9c1: test unique_daily_day failed on green: 3 rows "
        "(models/shop/schema.yml:31)\n"
        "  live and untouched: generation 41, 9be1d03. This commit is not tried again.\n"
        "  push a fix, or: cutover resume.        details: cutover show g42.   green is kept until "
        "17:05\n");
    w->next.reason = "shop.daily: the server says 42601 no (models/shop/schema.yml:31)";
    status = status_of(arena, w);
    CHECK(strstr(text_of(arena, &status), "42601 no (models/shop/schema.yml:31)\n"));
}

static void a_denied_commit_is_remembered_from_the_record(void **state)
{
    Arena *arena = *state;
    World *w = make_world(arena);
    Record record = {.exists = true};
    deploy(w, PHASE_ROLLED_BACK);
    w->next.reason = "numbers look wrong";
    w->result.deployment = NULL; /* nothing is under way */
    vec_push(arena, &record.deployments, w->live);
    vec_push(arena, &record.deployments, w->next);
    w->result.record = &record;
    Status status = status_of(arena, w);
    CHECK_INT(status_exit(status.state), 3);
    CHECK(str_starts(text_of(arena, &status),
                     "production   rolled_back   g42 4f2a9c1: numbers look wrong\n"));
}

static void a_hold_is_told_beside_what_was_rolled_back(void **state)
{
    Arena *arena = *state;
    World *w = make_world(arena);
    Rule held = {.when = {.held = YES}};
    deploy(w, PHASE_ROLLED_BACK);
    w->next.reason = "numbers look wrong";
    w->result.blocked = true;
    w->result.rule = &held;
    w->result.waits_for = "held by ada: incident 812. Lift it: cutover resume";
    Status status = status_of(arena, w);
    CHECK_INT(status.state, STATUS_HELD);
    CHECK(str_starts(text_of(arena, &status),
                     "production   rolled_back   g42 4f2a9c1: numbers look wrong\n"
                     "  held by ada: incident 812. Lift it: cutover resume\n"));
}

static void what_is_stuck_behind_its_cutover_tells_the_ways_out(void **state)
{
    Arena *arena = *state;
    World *w = make_world(arena);
    Rule repoint = {.action = ACTION_REPOINT};
    deploy(w, PHASE_REPOINTING);
    w->result.blocked = true;
    w->result.rule = &repoint;
    w->result.action = ACTION_REPOINT;
    w->result.waits_for = "creating sink kafka.out: the server says no";
    Status status = status_of(arena, w);
    CHECK(strstr(text_of(arena, &status), "Else push a fix, or: cutover rollback\n"));
    repoint.action = w->result.action = ACTION_BLOCK; /* the marker is of another deployment */
    status = status_of(arena, w);
    CHECK(!strstr(text_of(arena, &status), "push a fix"));
}

static void the_soak_tells_the_way_back(void **state)
{
    Arena *arena = *state;
    World *w = make_world(arena);
    deploy(w, PHASE_SOAKING);
    w->next.phase_since = NOW;
    w->next.deadline = NOW + 15 * MINUTE;
    Status status = status_of(arena, w);
    CHECK_INT(status_exit(status.state), 2);
    CHECK_STR(
        text_of(arena, &status),
        "production   soaking   g42 4f2a9c1 \"Count refunds\" is live since 16:02.   Way back "
        "until 16:17: cutover rollback\n");
    w->next.deadline = NOW + 7 * 24 * 60 * MINUTE;
    status = status_of(arena, w);
    CHECK(strstr(text_of(arena, &status), "Way back until 2026-11-30 16:02: cutover rollback"));
    w->next.deadline = NOW - MINUTE;
    status = status_of(arena, w);
    CHECK(strstr(text_of(arena, &status),
                 "since 16:02.   The soak is over: the old side goes next\n"));
}

static void what_was_asked_and_not_answered_is_told(void **state)
{
    Arena *arena = *state;
    World *w = make_world(arena);
    Record record = {.exists = true};
    deploy(w, PHASE_HYDRATING);
    vec_push(arena, &record.deployments, w->next);
    RecordRequest asked = {.id = "5f3c0000", .kind = "abort", .by = "ada", .at = NOW};
    asked.deployment = w->next.id;
    vec_push(arena, &record.requests, asked);
    w->result.record = &record;
    Status status = status_of(arena, w);
    CHECK(strstr(
        text_of(arena, &status),
        "  asked: abort of g42 by ada at 2026-11-23 16:02, request 5f3c, not answered yet\n"));
    Buf out = buf_new(arena, 65536);
    JsonOut json = json_out(&out);
    status_write_json(&json, &status);
    CHECK(strstr(out.data, "\"requests\":[{\"id\":\"5f3c0000\",\"kind\":\"abort\","));
    record.requests.items[0].at = NOW - 6 * MINUTE;
    CHECK(strstr(text_of(arena, &status), "not answered yet: is a controller running?\n"));
    record.requests.items[0].done = true;
    CHECK(!strstr(text_of(arena, &status), "asked:"));
}

static void rows_that_are_no_deployments_are_named_as_such(void **state)
{
    Arena *arena = *state;
    World *w = make_world(arena);
    deploy(w, PHASE_BUILDING);
    w->result.waits_for = "green is not complete";
    w->next = (RecordDeployment){.id = "nonsense", .phase = PHASE_BUILDING, .phase_since = NOW};
    Status status = status_of(arena, w);
    const char *text = text_of(arena, &status);
    CHECK(strstr(text, "deployment \"nonsense\", whose rows in the record tell no commit"));
    CHECK(!strstr(text, "(null)"));
}

static void a_cluster_on_which_nothing_runs_is_told_while_all_is_live(void **state)
{
    Arena *arena = *state;
    World *w = make_world(arena);
    Plan plan = {.outcome = PLAN_NOTHING, .diags = diags_new(arena)};
    diag_add(&plan.diags, DIAG_WARNING, "CO4206", "another warning");
    diag_add(&plan.diags, DIAG_WARNING, "CO4207", "cluster compute has no replica");
    w->result.plan = &plan;
    Status status = status_of(arena, w);
    CHECK_INT(status_exit(status.state), 0);
    CHECK(strstr(text_of(arena, &status), "warning CO4207: cluster compute has no replica\n"));
    CHECK(!strstr(text_of(arena, &status), "another warning"));
    CHECK_INT(status.diags.list.count, 1);
}

static void without_a_connection_nothing_is_claimed(void **state)
{
    Arena *arena = *state;
    World *w = make_world(arena);
    w->result.catalog = NULL;
    err_set(arena, &w->err, ERR_UNAVAILABLE, "CO5001", "mz.example.com:6875 cannot be reached");
    Status status = status_of(arena, w);
    CHECK_INT(status_exit(status.state), 1);
    CHECK_STR(text_of(arena, &status),
              "production   unknown   CO5001: mz.example.com:6875 cannot be reached\n");
}

static void findings_of_git_block(void **state)
{
    Arena *arena = *state;
    Diags diags = diags_new(arena);
    Err err = {0};
    diag_add(&diags, DIAG_ERROR, "CO1004", "unknown key \"soaks\"");
    Status status = status_of_error(arena, "production", "shop", &diags, &err);
    CHECK_INT(status_exit(status.state), 3);
    CHECK(strstr(text_of(arena, &status), "error CO1004: unknown key \"soaks\""));
}

/* What PATH answers over HTTP. */
static HttpResponse get(Arena *arena, const HttpServer *server, const char *path)
{
    HttpRequest request = {.timeout_ms = 5000};
    request.url = arena_printf(arena, "http://127.0.0.1:%d%s", http_server_port(server), path);
    HttpResponse response;
    Err err = {0};
    if (!http_request(arena, &request, &response, &err)) {
        fail_msg("%s", err_text(arena, &err));
    }
    return response;
}

static void the_board_answers_page_api_and_metrics(void **state)
{
    Arena *arena = *state;
    World *w = make_world(arena);
    Err err = {0};
    Board *board = board_new("1.2.3");
    HttpServer *server = http_server_start(arena, "127.0.0.1:0", board_answer, board, &err);
    assert_non_null(server);
    w->live.subject = "<script>";
    Status status = status_of(arena, w);
    board_beat(board, "production");
    board_publish(board, &status, 700, "timeout");
    board_fetched(board, "shop");
    board_told(board, "slack", true);
    CHECK(strstr(get(arena, server, "/").body, "&lt;script&gt;"));
    CHECK(!strstr(get(arena, server, "/").body, "<script>"));
    const char *metrics = get(arena, server, "/metrics").body;
    CHECK(strstr(metrics, "cutover_info{version=\"1.2.3\"} 1\n"));
    CHECK(strstr(metrics, "cutover_generation{environment=\"production\"} 41\n"));
    CHECK(strstr(metrics, "cutover_phase{environment=\"production\",phase=\"live\"} 1\n"));
    CHECK(
        strstr(metrics, "cutover_pass_seconds_bucket{environment=\"production\",le=\"0.5\"} 0\n"));
    CHECK(strstr(metrics, "cutover_pass_seconds_bucket{environment=\"production\",le=\"1\"} 1\n"));
    CHECK(strstr(metrics, "cutover_errors_total{class=\"timeout\"} 1\n"));
    CHECK(strstr(metrics, "cutover_notifications_total{notifier=\"slack\",outcome=\"sent\"} 1\n"));
    HttpResponse api = get(arena, server, "/api/v1/status");
    Json *json = json_parse(arena, api.body, api.length, &err);
    const Json *environment = json_get(json, "environments")->items[0];
    CHECK_STR(json_get_str(environment, "state"), "live");
    CHECK_INT(json_get_int(json_get(environment, "live"), "generation", 0), 41);
    http_server_stop(server);
    board_free(board);
}

static void a_bad_file_makes_it_not_ready_and_a_wrong_path_is_not_found(void **state)
{
    Arena *arena = *state;
    Err err = {0};
    Board *board = board_new("1");
    HttpServer *server = http_server_start(arena, "127.0.0.1:0", board_answer, board, &err);
    assert_non_null(server);
    CHECK_INT(get(arena, server, "/healthz").status, 200);
    CHECK_INT(get(arena, server, "/readyz").status, 200);
    board_config(board, false);
    CHECK_INT(get(arena, server, "/readyz").status, 503);
    CHECK_INT(get(arena, server, "/etc/passwd").status, 404);
    const char *taken = arena_printf(arena, "127.0.0.1:%d", http_server_port(server));
    CHECK(!http_server_start(arena, taken, board_answer, board, &err));
    CHECK_STR(err.code, "CO8020");
    http_server_stop(server);
    board_free(board);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_live_is_said_with_its_age),
        TEST(hydration_names_what_it_waits_for),
        TEST(a_failed_commit_needs_a_person),
        TEST(a_denied_commit_is_remembered_from_the_record),
        TEST(a_hold_is_told_beside_what_was_rolled_back),
        TEST(what_is_stuck_behind_its_cutover_tells_the_ways_out),
        TEST(the_soak_tells_the_way_back),
        TEST(what_was_asked_and_not_answered_is_told),
        TEST(rows_that_are_no_deployments_are_named_as_such),
        TEST(a_cluster_on_which_nothing_runs_is_told_while_all_is_live),
        TEST(without_a_connection_nothing_is_claimed),
        TEST(findings_of_git_block),
        TEST(the_board_answers_page_api_and_metrics),
        TEST(a_bad_file_makes_it_not_ready_and_a_wrong_path_is_not_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
