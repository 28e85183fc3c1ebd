/* The messages that people get. */
#include "check.h"

#include "cutover/buf.h"
#include "cutover/chat.h"
#include "cutover/slack.h"
#include "cutover/str.h"

#include <string.h>

#define COMMIT                                                                                     \
    "\"environment\":\"production\",\"commit\":{\"short\":\"4f2a9c1\",\"subject\":\"Count "        \
    "refunds\","                                                                                   \
    "\"author\":\"Ada\"}"
#define COMMIT_TEXT "4f2a9c1 \"Count refunds\" by Ada"

static const struct {
    const char *name, *data, *text;
} cases[] = {
    {"pending", COMMIT ",\"plan\":{\"green\":5,\"in_place\":4,\"removed\":1,\"credits\":9.94}",
     "*production*: plan for " COMMIT_TEXT ": 5 on green, 4 in place, 1 removed, ~9.9 credits"},
    {"refused",
     COMMIT ",\"diagnostics\":[{\"message\":\"public.enriched stands in the "
            "way\",\"hint\":\"cutover adopt\"},{}]",
     ":no_entry: *production* refused " COMMIT_TEXT
     ": public.enriched stands in the way. Way out: cutover adopt (and 1 more findings)"},
    {"building", COMMIT ",\"containers\":[\"shop_green\",\"compute_green\"]",
     "*production*: building " COMMIT_TEXT " on shop_green, compute_green"},
    {"hydrating", COMMIT ",\"objects_total\":13,\"expected_s\":840",
     "*production*: hydrating 13 objects, about 14m"},
    {"checked", COMMIT ",\"result\":\"14 tests passed\"", "*production*: 14 tests passed"},
    {"soaking", COMMIT ",\"generation\":42,\"swap_ms\":412,\"until\":\"2026-11-23T17:02:11.5Z\"",
     ":large_green_circle: *production* live: generation 42, " COMMIT_TEXT
     ", swapped in 0.4 s. Way back until 17:02 UTC: cutover rollback"},
    {"soaking",
     COMMIT ",\"generation\":42,\"at\":\"2026-11-23T17:02:11Z\",\"until\":\"2026-11-30T17:02:11Z\"",
     ":large_green_circle: *production* live: generation 42, " COMMIT_TEXT
     ". Way back until 2026-11-30 17:02 UTC: cutover rollback"},
    {"live", COMMIT ",\"generation\":42,\"duration_s\":4860,\"credits\":9.4",
     ":white_check_mark: *production*: done: generation 42, " COMMIT_TEXT
     ", in 1h21m, 9.4 credits"},
    {"failed",
     COMMIT ",\"reason\":\"test unique_daily_day, 3 rows on green\",\"live_generation\":41",
     ":red_circle: *production* failed " COMMIT_TEXT
     ": test unique_daily_day, 3 rows on green. Production is untouched (generation 41)."},
    {"rolled_back",
     COMMIT ",\"restored_commit\":\"9be1d03aaaa\",\"to\":43,\"by\":\"bo\",\"cause\":\"numbers\"",
     ":leftwards_arrow_with_hook: *production* rolled back to 9be1d03 (generation 43), asked by "
     "bo: "
     "numbers. 4f2a9c1 is denied."},
    {"checking", COMMIT ",\"tests\":14,\"checks\":3",
     "*production*: checking green: 14 tests, 3 checks"},
    {"failed",
     COMMIT
     ",\"diagnostics\":[{\"message\":\"model not found\",\"file\":\"models/a.sql\",\"line\":3}]",
     ":red_circle: *production* failed " COMMIT_TEXT
     ": model not found (models/a.sql:3). Production is untouched."},
    {"aborted", COMMIT ",\"by\":\"bo\",\"reason\":\"wrong branch\"",
     ":no_entry_sign: *production*: aborted " COMMIT_TEXT ", asked by bo: wrong branch"},
    {"superseded", COMMIT ",\"by_commit\":\"77aa012\",\"reused\":9,\"reused_of\":13",
     "*production*: " COMMIT_TEXT " is superseded by 77aa012, 9 of 13 green objects reused"},
    {"drift",
     "\"environment\":\"production\",\"objects\":[{\"object\":\"shop.daily\",\"what\":\"view "
     "dropped\","
     "\"by\":\"ada\",\"seen_at\":\"2026-11-23T14:22:11Z\"}]",
     ":warning: *production*: drift: shop.daily view dropped by role ada, 14:22 UTC"},
    {"drift_gone", "\"environment\":\"production\"",
     "*production*: drift is gone: live is as deployed"},
    {"blocked",
     "\"environment\":\"production\",\"reason\":\"generation marker and record do not agree: see "
     "cutover repair\"",
     ":warning: *production* is blocked, a person must act: generation marker and record do not "
     "agree: see cutover repair"},
    {"unblocked", "\"environment\":\"production\",\"reason\":\"goes on\"",
     "*production*: goes on, nothing blocks it any more"},
    {"held", COMMIT ",\"by\":\"bo\",\"reason\":\"incident 812\"",
     ":double_vertical_bar: *production*: held by bo: incident 812"},
    {"resumed", "\"environment\":\"production\",\"by\":\"bo\"", "*production*: resumed by bo"},
    {"new_word", COMMIT ",\"reason\":\"because\",\"next\":\"cutover status\"",
     "*production*: new_word " COMMIT_TEXT ": because\ncutover status"},
    {"failed", "\"environment\":\"x\"", ":red_circle: *x* failed. Production is untouched."},
};

static const Json *event(Arena *arena, const char *name, const char *data)
{
    Err err = {0};
    const char *text =
        arena_printf(arena, "{\"type\":\"io.cutover.deployment.%s\",\"data\":{%s}}", name, data);
    Json *json = json_parse(arena, text, strlen(text), &err);
    assert_non_null(json);
    return json;
}

static void every_event_has_its_text(void **state)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CHECK_STR(slack_text(*state, event(*state, cases[i].name, cases[i].data)), cases[i].text);
    }
}

static void nothing_in_a_commit_becomes_markup(void **state)
{
    Arena *arena = *state;
    const char *text = slack_text(arena, event(arena, "failed",
                                               "\"environment\":\"p\",\"commit\":{\"short\":"
                                               "\"1234567\",\"subject\":\"<!channel> a&b\","
                                               "\"url\":\"https://git.example.com/c/1\"}"));
    CHECK(strstr(text, "&lt;!channel&gt; a&amp;b"));
    CHECK(strstr(text, "<https://git.example.com/c/1|1234567>"));
    CHECK(!strstr(text, "<!channel>"));
}

static void a_long_text_is_cut_between_characters(void **state)
{
    Arena *arena = *state;
    Buf data = buf_new(arena, 20000);
    buf_text(&data, "\"environment\":\"p\",\"reason\":\"");
    for (int i = 0; i < 4000; i++) {
        buf_text(&data, "\xc3\xa9");
    }
    buf_char(&data, '"');
    char *text = slack_text(arena, event(arena, "failed", data.data));
    CHECK(strlen(text) <= 3000 && str_ends(text, " ..."));
    CHECK(((unsigned char)text[strlen(text) - 5] & 0xc0) == 0x80);
    Err err = {0};
    char *body = slack_body(arena, text);
    CHECK_STR(json_get_str(json_parse(arena, body, strlen(body), &err), "text"), text);
}

/* ---- Teams and Discord ---- */

static void others_get_markdown_instead_of_mrkdwn(void **state)
{
    CHECK_STR(chat_markdown(*state, ":red_circle: shop: failed: a &lt; b &amp;&amp; `x`"),
              "\U0001f534 shop: failed: a < b && `x`");
    CHECK_STR(chat_markdown(*state, "at <https://x/c/1|4f2a9c1> [no](link)"),
              "at [4f2a9c1](https://x/c/1) \\[no\\](link)");
    CHECK_STR(chat_markdown(*state, ":unknown: 12:30"), ":unknown: 12:30");
}

static void teams_gets_a_card_and_discord_a_text_that_mentions_nobody(void **state)
{
    CHECK_STR(chat_teams_body(*state, "live"),
              "{\"type\":\"message\",\"attachments\":[{\"contentType\":"
              "\"application/vnd.microsoft.card.adaptive\",\"content\":{\"type\":"
              "\"AdaptiveCard\",\"version\":\"1.4\",\"body\":[{\"type\":\"TextBlock\","
              "\"text\":\"live\",\"wrap\":true}]}}]}");
    CHECK_STR(chat_discord_body(*state, "@everyone"),
              "{\"content\":\"@everyone\",\"allowed_mentions\":{\"parse\":[]}}");
    Buf longer = buf_new(*state, 1 << 16);
    for (int i = 0; i < 2500; i++) {
        buf_text(&longer, "\u00e9");
    }
    const char *body = chat_discord_body(*state, longer.data);
    CHECK_INT(strlen(body),
              strlen("{\"content\":\"\",\"allowed_mentions\":{\"parse\":[]}}") + 4000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_event_has_its_text),
        TEST(nothing_in_a_commit_becomes_markup),
        TEST(a_long_text_is_cut_between_characters),
        TEST(others_get_markdown_instead_of_mrkdwn),
        TEST(teams_gets_a_card_and_discord_a_text_that_mentions_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
