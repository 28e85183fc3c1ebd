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

int cmd_notify(const Cli *cli)
{
    Context context;
    Diags diags = diags_new(cli->arena);
    Err err = {0};
    if (!context_load(cli, cli->arena, &context, &diags, &err)) {
        return targets_stopped(cli, &diags, &err);
    }
    const Json *event = json_parse(cli->arena, test_event, strlen(test_event), &err);
    Buf out = buf_new(cli->arena, ANSWER_MAX);
    size_t sent = 0, tried = 0;
    vec_each (Notifier, notifier, &context.notifiers) {
        if (cli->operand && !str_eq(cli->operand, notifier->name)) {
            continue;
        }
        NotifyAnswer answer = notify_send(cli->arena, notifier, event);
        tried++;
        sent += answer.outcome == NOTIFY_SENT ? 1 : 0;
        buf_printf(&out, "%-5s %s: %s\n", answer.outcome == NOTIFY_SENT ? "ok" : "fail",
                   notifier->name, log_redact(cli->arena, answer.text));
    }
    if (tried == 0) {
        err_set(cli->arena, &err, ERR_NOT_FOUND, "CO8011",
                cli->operand ? "there is no such notifier" : "no notifier is set, nobody is told");
        err.hint = "set CUTOVER_SLACK_URL, or notifiers in the controller's file";
        return cli_fail(cli, &err);
    }
    return cli_answer(&out) && sent == tried ? EXIT_DONE : EXIT_FAILED;
}
