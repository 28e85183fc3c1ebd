/* notify --test: a message to the notifiers, and what each of them answers. */
#include "commands.h"
#include "targets.h"

#include "cutover/log.h"
#include "cutover/str.h"

#include <string.h>

enum { ANSWER_MAX = 1 << 20 };

static const char test_event[] =
    "{\"specversion\":\"1.0\",\"id\":\"cutover/test\",\"type\":\"io.cutover.controller.test\","
    "\"source\":\"/cutover\",\"data\":{\"environment\":\"cutover\",\"reason\":\"a test message; "
    "messages about deployments will come here\"}}";

typedef struct Told {
    const char *name, *verdict, *text; /* ok | fail */
} Told;

typedef VEC(Told) Tolds;

static Tolds tell(const Cli *cli, const Context *context, const Json *event)
{
    Tolds told = {0};
    vec_each (Notifier, notifier, &context->notifiers) {
        if (cli->operand && !str_eq(cli->operand, notifier->name)) {
            continue;
        }
        NotifyAnswer answer = notify_send(cli->arena, notifier, event);
        vec_push(cli->arena, &told,
                 ((Told){notifier->name, answer.outcome == NOTIFY_SENT ? "ok" : "fail",
                         log_redact(cli->arena, answer.text)}));
    }
    return told;
}

static void write_json(Buf *out, const Tolds *told)
{
    JsonOut json = json_out(out);
    json_open_object(&json);
    json_put_str(&json, "schema", "cutover.notify/1");
    json_key(&json, "notifiers");
    json_open_array(&json);
    vec_each (Told, it, told) {
        json_open_object(&json);
        json_put_str(&json, "name", it->name);
        json_put_str(&json, "verdict", it->verdict);
        json_put_str(&json, "text", it->text);
        json_close_object(&json);
    }
    json_close_array(&json);
    json_close_object(&json);
    buf_char(out, '\n');
}

static int answer(const Cli *cli, const Tolds *told)
{
    Buf out = buf_new(cli->arena, ANSWER_MAX);
    bool all = true;
    vec_each (Told, it, told) {
        all = all && str_eq(it->verdict, "ok");
        if (!cli->json) {
            buf_printf(&out, "%-5s %s: %s\n", it->verdict, it->name, it->text);
        }
    }
    if (cli->json) {
        write_json(&out, told);
    }
    return cli_answer(&out) && all ? EXIT_DONE : EXIT_FAILED;
}

int cmd_notify(const Cli *cli)
{
    Context context;
    Diags diags = diags_new(cli->arena);
    Err err = {0};
    if (!context_load(cli, cli->arena, &context, &diags, &err)) {
        return targets_stopped(cli, &diags, &err);
    }
    const Json *event = json_parse(cli->arena, test_event, strlen(test_event), &err);
    Tolds told = tell(cli, &context, event);
    if (!told.count) {
        err_set(cli->arena, &err, ERR_NOT_FOUND, "CO8011",
                cli->operand ? "there is no such notifier" : "no notifier is set, nobody is told");
        err.hint = "set CUTOVER_SLACK_URL, or notifiers in the controller's file";
        return cli_fail(cli, &err);
    }
    return answer(cli, &told);
}
