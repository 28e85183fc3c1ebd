/* Requests: a person asks in the record, whoever runs the loop answers. */
#include "commands.h"
#include "session.h"
#include "targets.h"

#include "cutover/stop.h"
#include "cutover/str.h"

#include <string.h>

enum { ANSWER_MAX = 1 << 20, FOLLOW_MS = 1000 };

/* g42, a full id, a commit (7 digits or more) or latest. */
static bool is_named(const RecordDeployment *d, const char *operand)
{
    int64_t generation = 0;
    if (operand[0] == 'g' && str_to_int(operand + 1, 0, INT64_MAX, &generation)) {
        return d->generation == generation;
    }
    return str_eq(d->id, operand) || (strlen(operand) >= 7 && str_starts(d->commit, operand));
}

static const RecordDeployment *find_deployment(const Cli *cli, const PassResult *result, Err *err)
{
    if (!cli->operand || str_eq(cli->operand, "latest")) {
        if (!result->live) {
            err_set(cli->arena, err, ERR_NOT_FOUND, "CO5050",
                    "nothing that Cutover deployed is live: there is nothing to roll back");
        }
        return result->live;
    }
    const RecordDeployment *found = NULL;
    if (result->record) {
        vec_each (RecordDeployment, d, &result->record->deployments) {
            found = is_named(d, cli->operand) ? d : found;
        }
    }
    if (!found) {
        err_set(cli->arena, err, ERR_NOT_FOUND, "CO5050", "the record knows no deployment \"%s\"",
                cli->operand);
        err->hint = "name it as g42, by its id, by its commit, or as latest";
    }
    return found;
}

static const RecordRequest *find_request(const Record *record, const char *id)
{
    vec_each (RecordRequest, request, &record->requests) {
        if (str_eq(request->id, id)) {
            return request;
        }
    }
    return NULL;
}

typedef struct Follow {
    Session *session;
    const Wanted *wanted;
    const char *deployment, *request;
    Phase last;
} Follow;

/* One look; true when it has ended, with its exit CODE. */
static bool has_ended(const Cli *cli, Follow *follow, Arena *arena, int *code)
{
    PassResult result;
    Err err = {0};
    if (!session_pass(follow->session, arena, follow->wanted, PASS_LOOK, &result, &err)) {
        cli_fail(cli, &err);
        return false;
    }
    const RecordDeployment *d = record_deployment(result.record, follow->deployment);
    const RecordRequest *request = find_request(result.record, follow->request);
    if (d && d->phase != follow->last) {
        follow->last = d->phase;
        cli_say(cli, "%s  %s", d->id, phase_name(d->phase));
    }
    if (d && d->phase == PHASE_ROLLED_BACK) {
        Buf out = buf_new(arena, ANSWER_MAX);
        buf_printf(
            &out, "rolled back %s: generation %lld. %s is denied until a newer commit comes.\n",
            follow->wanted->environment->name, (long long)d->rollback_generation, d->short_commit);
        cli_answer(&out);
        *code = EXIT_DONE;
        return true;
    }
    if (request && request->done && !str_eq(request->outcome, "done")) {
        cli_say(cli, "%s: %s", request->outcome,
                request->why ? request->why : "it could not be done");
        *code = EXIT_BLOCKED;
        return true;
    }
    return false;
}

static int follow_request(const Cli *cli, Follow *follow)
{
    int code = EXIT_PENDING;
    for (bool ended = false; !ended;) {
        Arena *arena = arena_new();
        ended = has_ended(cli, follow, arena, &code);
        arena_free(arena);
        if (!ended && !stop_sleep(FOLLOW_MS)) {
            return EXIT_PENDING;
        }
    }
    return code;
}

static int answer_request(const Cli *cli, const Wanted *wanted, const RecordDeployment *d,
                          const char *request)
{
    Buf out = buf_new(cli->arena, ANSWER_MAX);
    if (cli->json) {
        JsonOut json = json_out(&out);
        json_open_object(&json);
        json_put_str(&json, "request", request);
        json_put_str(&json, "kind", "rollback");
        json_put_str(&json, "environment", wanted->environment->name);
        json_put_str(&json, "deployment", d->id);
        json_close_object(&json);
        buf_char(&out, '\n');
    } else {
        buf_printf(&out, "recorded: rollback of %s g%lld, request %.4s\n",
                   wanted->environment->name, (long long)d->generation, request);
    }
    return cli_answer(&out) ? EXIT_DONE : EXIT_FAILED;
}

static int request_rollback(const Cli *cli, Session *session, Diags *diags, Err *err)
{
    Target target;
    Wanted wanted;
    PassResult result;
    const char *request = NULL;
    if (!targets_one(cli, session->context, &target, diags, err) ||
        !wanted_read(target.repository, cli->arena, target.environment, NULL, &wanted, diags,
                     err) ||
        !session_pass(session, cli->arena, &wanted, PASS_LOOK, &result, err)) {
        return targets_stopped(cli, diags, err);
    }
    const RecordDeployment *d = find_deployment(cli, &result, err);
    PassInput input = wanted_pass(session->context, &wanted, PASS_ACT, &session->writer_seq);
    if (!d || !pass_request(cli->arena, session->pg, &input, "rollback", d->id,
                            pg_user(session->pg), cli->reason, &request, err)) {
        return targets_stopped(cli, diags, err);
    }
    int code = answer_request(cli, &wanted, d, request);
    if (!cli->wait || code != EXIT_DONE) {
        return code;
    }
    Follow follow = {session, &wanted, d->id, request, d->phase};
    return follow_request(cli, &follow);
}

int cmd_rollback(const Cli *cli)
{
    Context context;
    Diags diags;
    Err err;
    if (!targets_begin(cli, &context, &diags, &err)) {
        return targets_stopped(cli, &diags, &err);
    }
    Session session = {.context = &context};
    int code = request_rollback(cli, &session, &diags, &err);
    session_end(&session);
    return code;
}
