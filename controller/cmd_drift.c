/* drift: what in Materialize is no longer as the live commit was deployed. */
#include "commands.h"
#include "session.h"
#include "targets.h"

#include "cutover/str.h"

enum { ANSWER_MAX = 16 << 20 };

/* What is live is judged by its own commit, whatever the environment follows by now. */
static bool look_at_live(const Cli *cli, Session *session, Wanted *wanted, PassResult *result,
                         Diags *diags, Err *err)
{
    Target target;
    if (!targets_one(cli, session->context, &target, diags, err) ||
        !wanted_read(target.repository, cli->arena, target.environment, NULL, wanted, diags, err) ||
        !session_pass(session, cli->arena, wanted, PASS_LOOK, result, err)) {
        return false;
    }
    if (result->drift_judged || !result->live) {
        return true;
    }
    return wanted_read(target.repository, cli->arena, target.environment, result->live->commit,
                       wanted, diags, err) &&
           session_pass(session, cli->arena, wanted, PASS_LOOK, result, err);
}

static int answer(const Cli *cli, const Wanted *wanted, const PassResult *result)
{
    Buf out = buf_new(cli->arena, ANSWER_MAX);
    if (cli->json) {
        JsonOut json = json_out(&out);
        json_open_object(&json);
        json_put_str(&json, "schema", "cutover.drift/1");
        json_put_str(&json, "environment", wanted->environment->name);
        json_key(&json, "drift");
        drift_write_json(&json, &result->drift);
        json_close_object(&json);
        buf_char(&out, '\n');
    } else if (result->drift.count) {
        drift_write_text(&out, &result->drift);
    } else {
        buf_printf(&out, "%s: no drift, generation %lld is as deployed.\n",
                   wanted->environment->name, (long long)result->live_generation);
    }
    bool written = cli_answer(&out);
    return !written ? EXIT_FAILED : result->drift.count ? EXIT_PENDING : EXIT_DONE;
}

static int judge(const Cli *cli, Session *session, Diags *diags, Err *err)
{
    Wanted wanted;
    PassResult result;
    if (!look_at_live(cli, session, &wanted, &result, diags, err)) {
        return targets_stopped(cli, diags, err);
    }
    if (!result.drift_judged) {
        *diags = result.diags;
        err_set(cli->arena, err, ERR_CONFLICT, "CO5051", "drift cannot be told now: %s",
                !result.live           ? "nothing that Cutover deployed is live"
                : !result.desired      ? "the live commit does not compile"
                : result.live->partial ? "not all that is declared was taken over"
                                       : "a deployment is under way");
        return targets_stopped(cli, diags, err);
    }
    return answer(cli, &wanted, &result);
}

int cmd_drift(const Cli *cli)
{
    return session_with(cli, judge);
}
