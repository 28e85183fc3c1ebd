/* Telling people: who wants what, what an answer means, and that nothing is lost or told out of order. */
#include "check.h"
#include "child.h"

#include "cutover/files_disk.h"
#include "cutover/notify.h"
#include "cutover/stop.h"
#include "cutover/str.h"

static StrVec words(Arena *arena, const char *text)
{
    return str_split(arena, text, ' ');
}

static void a_notifier_gets_what_it_wants(void **state)
{
    Arena *arena = *state;
    Notifier all = {.name = "team"}, some = {.name = "team"}, chatty = {.name = "team"};
    some.events = words(arena, "failed rolled_*");
    some.environments = words(arena, "prod*");
    chatty.events = words(arena, "* cutting_over");
    StrVec other = words(arena, "other"), none = {0};
    CHECK(notify_wants(&all, NULL, "staging", "hydrating"));
    CHECK(!notify_wants(&all, NULL, "staging", "cutting_over")); /* a small step */
    CHECK(notify_wants(&chatty, NULL, "staging", "cutting_over"));
    CHECK(!notify_wants(&chatty, NULL, "staging", "progress"));
    CHECK(notify_wants(&some, NULL, "production", "rolled_back"));
    CHECK(!notify_wants(&some, NULL, "production", "live"));
    CHECK(!notify_wants(&some, NULL, "staging", "failed"));
    CHECK(!notify_wants(&all, &other, "staging", "failed"));
    CHECK(!notify_wants(&all, &none, "staging", "failed")); /* `notify: []` */
}

static void quiet_hours_spare_people_the_steps_and_not_the_news(void **state)
{
    Notifier team = {.name = "team"};
    Moment night = 0, noon = 0;
    CHECK(moment_parse("2026-11-24 03:10:42+00", &night));
    CHECK(moment_parse("2026-11-24 12:00:00+00", &noon));
    CHECK(!notify_is_quiet(&team, "progress", night));
    vec_push(*state, &team.quiet.allow_texts, "Mon-Fri 20:00-08:00");
    CHECK(!windows_parse(*state, &team.quiet));
    CHECK(notify_is_quiet(&team, "progress", night) && notify_is_quiet(&team, "checked", night));
    CHECK(!notify_is_quiet(&team, "failed", night));
    CHECK(!notify_is_quiet(&team, "checked", noon));
}

static void an_answer_is_final_or_worth_another_try(void **state)
{
    static const struct {
        int status;
        NotifyOutcome outcome;
    } cases[] = {{200, NOTIFY_SENT},  {202, NOTIFY_SENT},  {429, NOTIFY_AGAIN}, {408, NOTIFY_AGAIN},
                 {500, NOTIFY_AGAIN}, {503, NOTIFY_AGAIN}, {400, NOTIFY_DEAD},  {404, NOTIFY_DEAD},
                 {410, NOTIFY_DEAD},  {302, NOTIFY_DEAD}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CHECK_INT(notify_judge(cases[i].status), cases[i].outcome);
    }
    CHECK_INT(notify_pause(1), 1000);
    CHECK_INT(notify_pause(3), 4000);
    CHECK_INT(notify_pause(100), 300000);
}

static const Json *event(Arena *arena, int number)
{
    const char *text =
        arena_printf(arena,
                     "{\"id\":\"production/%d\",\"type\":\"io.cutover.deployment.live\","
                     "\"data\":{\"environment\":\"production\",\"generation\":%d}}",
                     number, number);
    Err err = {0};
    return json_parse(arena, text, strlen(text), &err);
}

/* The receiver's lines, once there are COUNT of them. */
static StrVec received(Arena *arena, const char *log, size_t count)
{
    for (int i = 0; i < 1000; i++) {
        Err err = {0};
        const File *file = files_disk_one(arena, log, 0, &err);
        StrVec lines = file ? str_split(arena, str_trim(arena, file->text), '\n') : (StrVec){0};
        if (lines.count >= count && !str_empty(lines.items[0])) {
            return lines;
        }
        stop_sleep(20);
    }
    fail_msg("fewer than %zu messages came", count);
    return (StrVec){0};
}

static void a_webhook_gets_the_signed_event(void **state)
{
    Arena *arena = *state;
    const char *log = arena_printf(arena, "%s/log", child_folder(arena));
    Child *server = child_server(arena, "receiver.py", arena_printf(arena, "--log %s", log));
    Notifier hook = {.name = "hook", .type = NOTIFIER_WEBHOOK, .secret = "key"};
    hook.url = arena_printf(arena, "http://127.0.0.1:%d/x", server->port);
    NotifyAnswer answer = notify_send(arena, &hook, event(arena, 7));
    CHECK_INT(answer.outcome, NOTIFY_SENT);
    CHECK_STR(answer.text, "200 ok");
    StrVec lines = received(arena, log, 1);
    CHECK(strstr(lines.items[0], "\"X-Cutover-Signature\": \"sha256="));
    CHECK(strstr(lines.items[0], "\"generation\": 7"));
}

/* Waits until the queue has COUNT final deliveries. */
static NotifyDones collected(Arena *arena, NotifyQueue *queue, size_t count)
{
    for (int i = 0; i < 1000; i++) {
        NotifyDones dones = notify_collect(queue, arena, "production");
        if (dones.count >= count) {
            return dones;
        }
        stop_sleep(20);
    }
    fail_msg("fewer than %zu deliveries became final", count);
    return (NotifyDones){0};
}

static void messages_go_in_order_and_survive_refusals(void **state)
{
    Arena *arena = *state;
    const char *log = arena_printf(arena, "%s/log", child_folder(arena));
    Child *server =
        child_server(arena, "receiver.py",
                     arena_printf(arena, "--log %s --fail 1 --status 429 --retry-after 1", log));
    Notifier slack = {.name = "slack", .type = NOTIFIER_SLACK};
    slack.url = arena_printf(arena, "http://127.0.0.1:%d/services/x", server->port);
    NotifyQueue *queue = notify_start();
    for (int i = 1; i <= 3; i++) {
        NotifyJob job = {&slack, "production", arena_printf(arena, "production/%d", i),
                         event(arena, i), INT64_MAX};
        notify_offer(queue, &job);
        notify_offer(queue, &job); /* the next pass offers it again */
    }
    NotifyDones dones = collected(arena, queue, 3);
    CHECK_INT(dones.count, 3);
    StrVec lines = received(arena, log, 4);
    CHECK_INT(lines.count, 4); /* the first one twice */
    for (size_t i = 0; i < 4; i++) {
        CHECK(strstr(lines.items[i], arena_printf(arena, "generation %zu", i == 0 ? 1 : i)));
    }
    CHECK(dones.items[0].sent);
    CHECK_STR(dones.items[0].event_id, "production/1");
    notify_forget(queue, "production/1", "slack");
    CHECK_INT(notify_collect(queue, arena, "production").count, 2);
    CHECK_INT(notify_collect(queue, arena, "staging").count, 0);
    CHECK_INT(notify_waiting(queue, "slack"), 0);
    notify_stop(queue);
}

static void a_webhook_that_is_gone_is_dead(void **state)
{
    Arena *arena = *state;
    Child *server = child_server(arena, "receiver.py", "--log /dev/null --fail 9 --status 404");
    Notifier slack = {.name = "slack", .type = NOTIFIER_SLACK};
    slack.url = arena_printf(arena, "http://127.0.0.1:%d/services/x", server->port);
    NotifyQueue *queue = notify_start();
    NotifyJob job = {&slack, "production", "production/1", event(arena, 1), INT64_MAX};
    notify_offer(queue, &job);
    NotifyDones dones = collected(arena, queue, 1);
    CHECK(!dones.items[0].sent);
    CHECK_STR(dones.items[0].answer, "404 no_service");
    notify_stop(queue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_notifier_gets_what_it_wants),
        TEST(quiet_hours_spare_people_the_steps_and_not_the_news),
        TEST(an_answer_is_final_or_worth_another_try),
        TEST(a_webhook_gets_the_signed_event),
        TEST(messages_go_in_order_and_survive_refusals),
        TEST(a_webhook_that_is_gone_is_dead),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
