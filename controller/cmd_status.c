/* status: what is live, what is under way, what it waits for. */
#include "commands.h"
#include "session.h"
#include "targets.h"

#include "cutover/clock.h"
#include "cutover/status_json.h"
#include "cutover/stop.h"
#include "cutover/str.h"

enum { ANSWER_MAX = 16 << 20, WATCH_MS = 2000 };

typedef struct Seen {
    Buf text;
    int exit;
} Seen;

static Status look(Session *session, Arena *arena, const Target *target)
{
    Wanted *wanted = arena_make(arena, Wanted);
    PassResult *result = arena_make(arena, PassResult);
    PassInput *input = arena_make(arena, PassInput);
    Diags diags = diags_new(arena);
    Err err = {0};
    if (!wanted_in_force(target->repository, arena, target->environment, wanted, &diags, &err)) {
        return status_of_error(arena, target->environment, target->repository->name, &diags, &err);
    }
    session_pass(session, arena, wanted, PASS_LOOK, result, &err);
    *input = wanted_pass(session->context, wanted, PASS_LOOK, &session->writer_seq);
    return status_of_pass(arena, input, result, &err);
}

/* The exit code is that of the worst: blocked above under way above live; not knowing above all. */
static int worse(int a, int b)
{
    static const int rank[] = {
        [EXIT_DONE] = 0, [EXIT_PENDING] = 1, [EXIT_BLOCKED] = 2, [EXIT_FAILED] = 3};
    return rank[a] >= rank[b] ? a : b;
}

static Seen look_at_all(const Cli *cli, Session *session, Arena *arena, const Targets *targets)
{
    Seen seen = {buf_new(arena, ANSWER_MAX), EXIT_DONE};
    JsonOut json = json_out(&seen.text);
    if (cli->json) {
        json_open_object(&json);
        json_put_str(&json, "schema", "cutover.status/1");
        json_key(&json, "environments");
        json_open_array(&json);
    }
    vec_each (Target, target, targets) {
        Status status = look(session, arena, target);
        seen.exit = worse(seen.exit, status_exit(status.state));
        if (cli->json) {
            status_write_json(&json, &status);
        } else {
            buf_text(&seen.text, seen.text.length > 0 ? "\n" : "");
            status_write_text(&seen.text, &status, cli->color);
        }
    }
    if (cli->json) {
        json_close_array(&json);
        json_close_object(&json);
        buf_char(&seen.text, '\n');
    }
    return seen;
}

static bool fetch_all(const Context *context, Arena *arena, Err *err)
{
    vec_each (Repository *, repository, &context->repositories) {
        if (!git_fetch((*repository)->git, arena, err)) {
            return false;
        }
    }
    return true;
}

/* Prints what changed until all is live, or a person must act. */
static int watch(const Cli *cli, const Context *context, Session *session, const Targets *targets)
{
    const char *before = NULL;
    for (int code = EXIT_PENDING;;) {
        Arena *arena = arena_new();
        Err err = {0};
        if (!fetch_all(context, arena, &err)) {
            cli_fail(cli, &err);
        }
        Seen seen = look_at_all(cli, session, arena, targets);
        code = seen.exit;
        if (!str_eq(before, seen.text.data)) {
            before = arena_strdup(cli->arena, seen.text.data);
            cli_answer(&seen.text);
        }
        arena_free(arena);
        if (code == EXIT_DONE || code == EXIT_BLOCKED) {
            return code;
        }
        if (!stop_sleep(context->poll_ms > 0 ? context->poll_ms : WATCH_MS)) {
            return EXIT_PENDING;
        }
    }
}

int cmd_status(const Cli *cli)
{
    Context context;
    Diags diags;
    Err err;
    Targets targets;
    if (!targets_begin(cli, &context, &diags, &err) ||
        !targets_find(cli, &context, &targets, &diags, &err)) {
        return targets_stopped(cli, &diags, &err);
    }
    Session session = {.context = &context};
    int code;
    if (cli->watch) {
        code = watch(cli, &context, &session, &targets);
    } else {
        Seen seen = look_at_all(cli, &session, cli->arena, &targets);
        code = cli_answer(&seen.text) ? seen.exit : EXIT_FAILED;
    }
    session_end(&session);
    return code;
}
