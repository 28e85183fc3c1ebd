#include "cutover/slack.h"

#include "cutover/moment.h"
#include "cutover/str.h"

#include <string.h>

enum { TEXT_MAX = 3000, BODY_MAX = 65536, DRIFT_SHOWN = 5 };

const char *event_name(const Json *event)
{
    const char *type = json_get_str(event, "type");
    const char *dot = type ? strrchr(type, '.') : NULL;
    return dot ? dot + 1 : type ? type : "";
}

char *slack_escape(Arena *arena, const char *text)
{
    Buf out = buf_new(arena, strlen(text) * 5 + 1);
    for (const char *p = text; *p; p++) {
        if (*p == '&') {
            buf_text(&out, "&amp;");
        } else if (*p == '<') {
            buf_text(&out, "&lt;");
        } else if (*p == '>') {
            buf_text(&out, "&gt;");
        } else {
            buf_char(&out, *p);
        }
    }
    return out.data;
}

static double number(const Json *value)
{
    return value ? value->type == JSON_IS_INT    ? (double)value->integer
                   : value->type == JSON_IS_REAL ? value->real
                                                 : 0
                 : 0;
}

/* A member's text, escaped; NULL when it is absent. */
static const char *text_of(Arena *arena, const Json *data, const char *key)
{
    const char *text = json_get_str(data, key);
    return str_empty(text) ? NULL : slack_escape(arena, text);
}

/* 4f2a9c1 "Count refunds", Ada: linked where there is an address. */
static void put_commit(Buf *out, const Json *data)
{
    const Json *commit = json_get(data, "commit");
    const char *sha = text_of(out->arena, commit, "short");
    const char *subject = text_of(out->arena, commit, "subject");
    const char *author = text_of(out->arena, commit, "author");
    const char *url = text_of(out->arena, commit, "url");
    if (!sha) {
        return;
    }
    if (url && (str_starts(url, "https://") || str_starts(url, "http://")) && !strchr(url, '|')) {
        buf_printf(out, " <%s|%s>", url, sha);
    } else {
        buf_printf(out, " %s", sha);
    }
    if (subject) {
        buf_printf(out, " \"%s\"", subject);
    }
    if (author) {
        buf_printf(out, " by %s", author);
    }
}

static void put_reason(Buf *out, const Json *data, const char *key)
{
    const char *reason = text_of(out->arena, data, key);
    if (reason) {
        buf_printf(out, ": %s", reason);
    }
}

static void put_credits(Buf *out, const Json *holder, const char *form)
{
    const Json *credits = json_get(holder, "credits");
    if (credits && number(credits) > 0) {
        buf_printf(out, form, number(credits));
    }
}

static void put_duration(Buf *out, const char *before, const Json *seconds)
{
    if (seconds) {
        buf_printf(out, "%s%s", before, duration_text(out->arena, (int64_t)number(seconds)));
    }
}

static void put_generation(Buf *out, const char *form, const Json *generation)
{
    if (generation) {
        buf_printf(out, form, (long long)number(generation));
    }
}

/* "17:02 UTC" of an ISO time; another text as it is; NULL when absent. */
/* "17:02 UTC"; of another day than the message's with its date. */
static const char *clock_text(Arena *arena, const Json *data, const char *key)
{
    Moment at;
    const char *text = text_of(arena, data, key), *sent = text_of(arena, data, "at");
    if (!text || !moment_parse(text, &at)) {
        return text;
    }
    bool same_day = !sent || strncmp(sent, text, 10) == 0;
    return same_day ? arena_printf(arena, "%.5s UTC", moment_text(arena, at) + 11)
                    : arena_printf(arena, "%.16s UTC", moment_text(arena, at));
}

static void write_pending(Buf *out, const Json *data)
{
    const Json *plan = json_get(data, "plan");
    buf_text(out, ": plan for");
    put_commit(out, data);
    if (plan) {
        buf_printf(out, ": %lld on green, %lld in place, %lld removed",
                   (long long)json_get_int(plan, "green", 0),
                   (long long)json_get_int(plan, "in_place", 0),
                   (long long)json_get_int(plan, "removed", 0));
    }
    put_credits(out, plan, ", ~%.1f credits");
}

static void write_refused(Buf *out, const Json *data)
{
    const Json *all = json_get(data, "diagnostics");
    const Json *first = all && all->count > 0 ? all->items[0] : NULL;
    buf_text(out, " refused");
    put_commit(out, data);
    put_reason(out, first ? first : data, first ? "message" : "reason");
    const char *hint = text_of(out->arena, first, "hint");
    if (hint) {
        buf_printf(out, ". Way out: %s", hint);
    }
    if (all && all->count > 1) {
        buf_printf(out, " (and %zu more findings)", all->count - 1);
    }
}

static void write_building(Buf *out, const Json *data)
{
    const Json *green = json_get(data, "containers");
    buf_text(out, ": building");
    put_commit(out, data);
    for (size_t i = 0; green && i < green->count && green->items[i]->string; i++) {
        buf_printf(out, "%s%s", i == 0 ? " on " : ", ",
                   slack_escape(out->arena, green->items[i]->string));
    }
}

static void write_hydrating(Buf *out, const Json *data)
{
    const Json *total = json_get(data, "objects_total");
    buf_text(out, ": hydrating");
    put_generation(out, " %lld objects", total);
    put_duration(out, ", about ", json_get(data, "expected_s"));
}

static void write_checking(Buf *out, const Json *data)
{
    long long tests = json_get_int(data, "tests", 0), checks = json_get_int(data, "checks", 0);
    buf_printf(out, ": checking green: %lld test%s, %lld check%s", tests, tests == 1 ? "" : "s",
               checks, checks == 1 ? "" : "s");
}

static void write_checked(Buf *out, const Json *data)
{
    const char *result = text_of(out->arena, data, "result");
    buf_printf(out, ": %s", result ? result : "tests and checks passed on green");
    if (!result) {
        put_reason(out, data, "reason");
    }
}

static void write_soaking(Buf *out, const Json *data)
{
    const Json *swap = json_get(data, "swap_ms");
    buf_text(out, " live:");
    put_generation(out, " generation %lld,", json_get(data, "generation"));
    put_commit(out, data);
    if (swap) {
        double ms = number(swap);
        buf_printf(out, ms < 100 ? ", swapped in %.3f s" : ", swapped in %.1f s", ms / 1000);
    }
    const char *until = clock_text(out->arena, data, "until");
    buf_printf(out, ". Way back%s%s: cutover rollback", until ? " until " : "", until ? until : "");
}

static void write_live(Buf *out, const Json *data)
{
    buf_text(out, ": done:");
    put_generation(out, " generation %lld,", json_get(data, "generation"));
    put_commit(out, data);
    put_duration(out, ", in ", json_get(data, "duration_s"));
    put_credits(out, data, ", %.1f credits");
}

/* The first finding says more than the reason when there is one. */
static void put_finding(Buf *out, const Json *data)
{
    const Json *all = json_get(data, "diagnostics");
    const Json *first = all && all->count > 0 ? all->items[0] : NULL;
    const Json *said = first ? first : data;
    const char *key = first ? "message" : "reason";
    const char *file = text_of(out->arena, said, "file");
    put_reason(out, said, key);
    if (file) {
        const char *place =
            arena_printf(out->arena, " (%s:%lld)", file, (long long)json_get_int(said, "line", 0));
        const char *text = text_of(out->arena, said, key);
        buf_text(out,
                 text && str_ends(text, place) ? "" : place); /* a server's refusal ends in it */
    }
}

static void write_failed(Buf *out, const Json *data)
{
    const char *until = clock_text(out->arena, data, "kept_until");
    buf_text(out, " failed");
    put_commit(out, data);
    put_finding(out, data);
    buf_text(out, ". Production is untouched");
    if (json_get_int(data, "live_generation", 0) > 0) {
        put_generation(out, " (generation %lld)", json_get(data, "live_generation"));
    }
    buf_char(out, '.');
    if (until) {
        buf_printf(out, " Green is kept until %s.", until);
    }
}

static void write_back(Buf *out, const Json *data, const char *verb)
{
    const char *sha = text_of(out->arena, data, "restored_commit");
    const char *by = text_of(out->arena, data, "by");
    const char *denied = text_of(out->arena, json_get(data, "commit"), "short");
    buf_printf(out, " %s", verb);
    if (sha) {
        buf_printf(out, " to %.7s", sha);
    }
    put_generation(out, " (generation %lld)", json_get(data, "to"));
    if (by) {
        buf_printf(out, ", asked by %s", by);
    }
    put_reason(out, data, json_get_str(data, "cause") ? "cause" : "reason");
    if (denied) {
        buf_printf(out, ". %s is denied", denied);
    }
    buf_char(out, '.');
}

static void write_rolling_back(Buf *out, const Json *data)
{
    write_back(out, data, "rolls back");
}

static void write_rolled_back(Buf *out, const Json *data)
{
    write_back(out, data, "rolled back");
}

static void write_aborted(Buf *out, const Json *data)
{
    const char *by = text_of(out->arena, data, "by");
    buf_text(out, ": aborted");
    put_commit(out, data);
    if (by) {
        buf_printf(out, ", asked by %s", by);
    }
    put_reason(out, data, "reason");
}

static void write_canary(Buf *out, const Json *data)
{
    const char *until = text_of(out->arena, data, "until");
    const Json *containers = json_get(data, "containers");
    buf_text(out, ": canary open");
    for (size_t i = 0; containers && i < containers->count; i++) {
        buf_printf(out, "%s%s", i ? ", " : ": ",
                   slack_escape(out->arena, containers->items[i]->string));
    }
    if (until) {
        buf_printf(out, ", until %s", until);
    }
}

static void write_awaiting_approval(Buf *out, const Json *data)
{
    const char *digest = text_of(out->arena, data, "plan_digest");
    buf_text(out, ":");
    put_commit(out, data);
    buf_printf(out, " waits for approval of plan %.12s (%lld of %lld): `cutover approve g%lld`",
               digest ? digest : "", (long long)json_get_int(data, "given", 0),
               (long long)json_get_int(data, "needed", 1),
               (long long)json_get_int(data, "generation", 0));
}

static void write_awaiting_window(Buf *out, const Json *data)
{
    const char *opens = text_of(out->arena, data, "opens_at");
    buf_text(out, ":");
    put_commit(out, data);
    buf_printf(out, " is ready; cutover on %s", opens ? opens : "the next window");
}

static void write_superseded(Buf *out, const Json *data)
{
    const char *newer = text_of(out->arena, data, "by_commit");
    buf_text(out, ":");
    put_commit(out, data);
    buf_printf(out, " is superseded%s%s", newer ? " by " : "", newer ? newer : "");
    if (json_get(data, "reused")) {
        buf_printf(out, ", %lld of %lld green objects reused",
                   (long long)json_get_int(data, "reused", 0),
                   (long long)json_get_int(data, "reused_of", 0));
    }
    if (!newer) {
        put_reason(out, data, "reason");
    }
}

static void write_drift(Buf *out, const Json *data)
{
    const Json *objects = json_get(data, "objects");
    size_t count = objects ? objects->count : 0;
    buf_text(out, ": drift:");
    for (size_t i = 0; i < count && i < DRIFT_SHOWN; i++) {
        const char *by = text_of(out->arena, objects->items[i], "by");
        const char *at = clock_text(out->arena, objects->items[i], "seen_at");
        buf_printf(out, "%s %s %s", i ? ";" : "", text_of(out->arena, objects->items[i], "object"),
                   text_of(out->arena, objects->items[i], "what"));
        buf_printf(out, "%s%s%s%s", by ? " by role " : "", by ? by : "", at ? ", " : "",
                   at ? at : "");
    }
    if (count > DRIFT_SHOWN) {
        buf_printf(out, " and %zu more: cutover drift", count - DRIFT_SHOWN);
    }
}

static void write_by(Buf *out, const Json *data, const char *verb)
{
    const char *by = text_of(out->arena, data, "by");
    buf_printf(out, ": %s%s%s", verb, by ? " by " : "", by ? by : "");
    put_reason(out, data, "reason");
}

static void write_held(Buf *out, const Json *data)
{
    write_by(out, data, "held");
}

static void write_resumed(Buf *out, const Json *data)
{
    write_by(out, data, "resumed");
}

static void write_drift_gone(Buf *out, const Json *data)
{
    (void)data;
    buf_text(out, ": drift is gone: live is as deployed");
}

static void write_blocked(Buf *out, const Json *data)
{
    buf_text(out, " is blocked, a person must act");
    put_reason(out, data, "reason");
}

static void write_unblocked(Buf *out, const Json *data)
{
    (void)data;
    buf_text(out, ": goes on, nothing blocks it any more");
}

static const struct {
    const char *name, *sign;
    void (*write)(Buf *out, const Json *data);
} texts[] = {
    {"pending", "", write_pending},
    {"refused", ":no_entry: ", write_refused},
    {"building", "", write_building},
    {"hydrating", "", write_hydrating},
    {"checking", "", write_checking},
    {"checked", "", write_checked},
    {"canary", "", write_canary},
    {"awaiting_approval", "", write_awaiting_approval},
    {"awaiting_window", "", write_awaiting_window},
    {"soaking", ":large_green_circle: ", write_soaking},
    {"live", ":white_check_mark: ", write_live},
    {"failed", ":red_circle: ", write_failed},
    {"rolling_back", ":leftwards_arrow_with_hook: ", write_rolling_back},
    {"rolled_back", ":leftwards_arrow_with_hook: ", write_rolled_back},
    {"aborted", ":no_entry_sign: ", write_aborted},
    {"superseded", "", write_superseded},
    {"drift", ":warning: ", write_drift},
    {"drift_gone", "", write_drift_gone},
    {"blocked", ":warning: ", write_blocked},
    {"unblocked", "", write_unblocked},
    {"held", ":double_vertical_bar: ", write_held},
    {"resumed", "", write_resumed},
};

/* Ends a text that is too long between two characters. */
static char *cut(Arena *arena, char *text)
{
    size_t end = TEXT_MAX - 4;
    if (strlen(text) <= TEXT_MAX) {
        return text;
    }
    while (end > 0 && ((unsigned char)text[end] & 0xc0) == 0x80) {
        end--;
    }
    return arena_printf(arena, "%.*s ...", (int)end, text);
}

char *slack_text(Arena *arena, const Json *event)
{
    const Json *data = json_get(event, "data");
    const char *name = event_name(event), *environment = text_of(arena, data, "environment");
    const char *next = text_of(arena, data, "next");
    Buf out = buf_new(arena, BODY_MAX);
    size_t i = 0, count = sizeof texts / sizeof *texts;
    while (i < count && !str_eq(texts[i].name, name)) {
        i++;
    }
    buf_printf(&out, "%s*%s*", i < count ? texts[i].sign : "",
               environment ? environment : "cutover");
    if (i < count) {
        texts[i].write(&out, data);
    } else {
        buf_printf(&out, ": %s", slack_escape(arena, name));
        put_commit(&out, data);
        put_reason(&out, data, "reason");
    }
    if (next) {
        buf_printf(&out, "\n%s", next);
    }
    return cut(arena, out.data);
}

char *slack_body(Arena *arena, const char *text)
{
    Buf out = buf_new(arena, BODY_MAX);
    JsonOut json = json_out(&out);
    json_open_object(&json);
    json_put_str(&json, "text", text);
    json_put_bool(&json, "unfurl_links", false);
    json_close_object(&json);
    return out.data;
}
