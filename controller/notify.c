#include "cutover/notify.h"

#include "cutover/chat.h"
#include "cutover/clock.h"
#include "cutover/digest.h"
#include "cutover/http_client.h"
#include "cutover/json.h"
#include "cutover/log.h"
#include "cutover/slack.h"
#include "cutover/str.h"

#include <string.h>

enum { TIMEOUT_MS = 15000, ANSWER_MAX = 4096, BODY_MAX = 1 << 20, ANSWER_SHOWN = 120 };
enum { FIRST_PAUSE_MS = 1000, LAST_PAUSE_MS = 300000 };

NotifyOutcome notify_judge(int status)
{
    if (status >= 200 && status < 300) {
        return NOTIFY_SENT;
    }
    return status == 408 || status == 429 || status >= 500 ? NOTIFY_AGAIN : NOTIFY_DEAD;
}

int64_t notify_pause(int attempts)
{
    int64_t pause = FIRST_PAUSE_MS;
    for (int i = 1; i < attempts && pause < LAST_PAUSE_MS; i++) {
        pause *= 2;
    }
    return pause < LAST_PAUSE_MS ? pause : LAST_PAUSE_MS;
}

NotifierType notifier_type(const char *name)
{
    static const char *const names[] = {[NOTIFIER_SLACK] = "slack",
                                        [NOTIFIER_WEBHOOK] = "webhook",
                                        [NOTIFIER_TEAMS] = "teams",
                                        [NOTIFIER_DISCORD] = "discord"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (str_eq(name, names[i])) {
            return (NotifierType)i;
        }
    }
    return NOTIFIER_SLACK;
}

/* Steps that nobody needs to read unless they are asked for by name. */
static bool is_small(const char *event)
{
    static const char *const names[] = {"progress", "cutting_over", "repointing", "cleaning"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (str_eq(event, names[i])) {
            return true;
        }
    }
    return false;
}

static bool matches(const StrVec *globs, const char *text)
{
    vec_each (const char *, glob, globs) {
        if (str_glob(*glob, text)) {
            return true;
        }
    }
    return globs->count == 0;
}

bool notify_wants(const Notifier *notifier, const StrVec *allowed, const char *environment,
                  const char *event)
{
    if ((allowed && !str_in(allowed, notifier->name)) ||
        !matches(&notifier->environments, environment)) {
        return false;
    }
    return is_small(event) ? str_in(&notifier->events, event) : matches(&notifier->events, event);
}

bool notify_is_quiet(const Notifier *notifier, const char *event, Moment at)
{
    bool step = str_eq(event, "progress") || str_eq(event, "checked");
    return step && notifier->quiet.allow.count && windows_next(&notifier->quiet, at) == at;
}

static void put_json(JsonOut *out, const Json *value)
{
    switch (value->type) {
    case JSON_IS_OBJECT:
        json_open_object(out);
        map_each (member, &value->members) {
            json_key(out, member->key);
            put_json(out, member->value);
        }
        json_close_object(out);
        return;
    case JSON_IS_ARRAY:
        json_open_array(out);
        for (size_t i = 0; i < value->count; i++) {
            put_json(out, value->items[i]);
        }
        json_close_array(out);
        return;
    case JSON_IS_STRING:
        json_str(out, value->string);
        return;
    case JSON_IS_INT:
        json_int(out, value->integer);
        return;
    case JSON_IS_REAL:
        json_number(out, value->real);
        return;
    case JSON_IS_BOOL:
        json_bool(out, value->boolean);
        return;
    case JSON_IS_NULL:
        json_nothing(out);
        return;
    }
}

char *notify_json(Arena *arena, const Json *event)
{
    Buf out = buf_new(arena, BODY_MAX);
    JsonOut json = json_out(&out);
    put_json(&json, event);
    return out.data;
}

/* Whatever an error text brought along: no secret leaves the process. */
static const char *body_of(Arena *arena, const Notifier *notifier, const Json *event)
{
    if (notifier->type == NOTIFIER_WEBHOOK) {
        return log_redact(arena, notify_json(arena, event));
    }
    const char *text = log_redact(arena, slack_text(arena, event));
    switch (notifier->type) {
    case NOTIFIER_TEAMS:
        return chat_teams_body(arena, chat_markdown(arena, text));
    case NOTIFIER_DISCORD:
        return chat_discord_body(arena, chat_markdown(arena, text));
    default:
        return slack_body(arena, text);
    }
}

static void add_headers(Arena *arena, const Notifier *notifier, HttpRequest *request)
{
    bool hook = notifier->type == NOTIFIER_WEBHOOK;
    vec_push(arena, &request->headers,
             hook ? "Content-Type: application/cloudevents+json"
                  : "Content-Type: application/json");
    if (notifier->secret) {
        const char *digest =
            digest_hmac_sha256(arena, notifier->secret, request->body, request->body_length);
        vec_push(arena, &request->headers,
                 arena_printf(arena, "X-Cutover-Signature: sha256=%s", digest));
    }
}

NotifyAnswer notify_send(Arena *arena, const Notifier *notifier, const Json *event)
{
    const char *body = body_of(arena, notifier, event);
    HttpRequest request = {.url = notifier->url,
                           .body = body,
                           .body_length = strlen(body),
                           .timeout_ms = TIMEOUT_MS,
                           .max_bytes = ANSWER_MAX};
    HttpResponse response;
    Err err = {0};
    add_headers(arena, notifier, &request);
    if (!http_request(arena, &request, &response, &err)) {
        bool wrong = err.kind == ERR_INPUT;
        return (NotifyAnswer){wrong ? NOTIFY_DEAD : NOTIFY_AGAIN, err_text(arena, &err), -1};
    }
    const char *text = str_trim(
        arena, arena_strndup(arena, response.body,
                             response.length < ANSWER_SHOWN ? response.length : ANSWER_SHOWN));
    return (NotifyAnswer){notify_judge(response.status),
                          arena_printf(arena, "%d %s", response.status, text),
                          response.retry_after};
}
