/* adopt: what dbt or a person made becomes Cutover's, when it equals what is declared. */
#include "commands.h"
#include "session.h"
#include "targets.h"

#include "cutover/log.h"
#include "cutover/stop.h"
#include "cutover/str.h"

enum { ANSWER_MAX = 64 << 20, TRIES = 20 };

typedef struct Adopting {
    const Cli *cli;
    Session *session;
    Wanted wanted;
    Adoption *adoption;
    const char *commit;
    int64_t generation;      /* that adopting makes */
    const char *interrupted; /* an adoption before this one, to be ended first */
} Adopting;

/* ---- looking ---- */

static bool look(Adopting *a, Diags *diags, Err *err)
{
    const Cli *cli = a->cli;
    Target target;
    PassResult result = {0};
    SelectWanted select = {0};
    if (!targets_one(cli, a->session->context, &target, diags, err) ||
        !wanted_read(target.repository, cli->arena, target.environment, NULL, &a->wanted, diags,
                     err) ||
        !session_connect(a->session, cli->arena, err)) {
        return false;
    }
    select_flag(cli->arena, &select.include, cli->select, "--select");
    select_flag(cli->arena, &select.exclude, cli->exclude, "--exclude");
    bool chosen = cli->select || cli->exclude;
    PassInput input =
        wanted_pass(a->session->context, &a->wanted, PASS_LOOK, &a->session->writer_seq);
    if (!pass_adopt_look(cli->arena, a->session->pg, &input, chosen ? &select : NULL, &result,
                         &a->adoption, &a->interrupted, err)) {
        vec_each (Diag, it, &result.diags.list) {
            vec_push(cli->arena, &diags->list, *it);
        }
        return false;
    }
    if (chosen) {
        cli_findings(cli, &result.diags); /* a selector that matches nothing */
    }
    a->generation = (result.live_generation < 0 ? 0 : result.live_generation) + 1;
    a->commit = result.live ? result.live->commit : a->wanted.commit.sha;
    return true;
}

static bool answer(const Adopting *a)
{
    Buf out = buf_new(a->cli->arena, ANSWER_MAX);
    if (a->cli->json) {
        JsonOut json = json_out(&out);
        adopt_write_json(&json, a->adoption, a->commit, a->generation);
        buf_char(&out, '\n');
    } else {
        adopt_write_text(&out, a->adoption, a->generation);
    }
    return cli_answer(&out);
}

/* ---- doing ---- */

/* What may pass by itself is tried again: every step looks afresh. */
static bool try_again(const Adopting *a, int *tries, const Err *err)
{
    bool may_pass =
        err->kind == ERR_UNAVAILABLE || err->kind == ERR_TIMEOUT || str_eq(err->sqlstate, "40001");
    cli_fail(a->cli, err);
    return may_pass && ++*tries < TRIES && stop_sleep(1000);
}

/* Record, marker, and what is taken over: *ID is set once all of it is recorded. */
static bool record_step(Adopting *a, Arena *arena, const char **id, Err *err)
{
    PassInput input =
        wanted_pass(a->session->context, &a->wanted, PASS_ACT, &a->session->writer_seq);
    PassResult result;
    const char *made = NULL;
    bool done = session_connect(a->session, arena, err) &&
                pass_adopt(arena, a->session->pg, &input, a->adoption, &result, &made, err);
    *id = made ? arena_strdup(a->cli->arena, made) : NULL;
    return done;
}

/* The passes of any controller send what is left. */
static bool finish_step(Adopting *a, Arena *arena, const char *id, bool *live, Err *err)
{
    PassResult result;
    if (!session_pass(a->session, arena, &a->wanted, PASS_LOOK, &result, err)) {
        return false;
    }
    session_tell(a->session, arena, &a->wanted, &result);
    const RecordDeployment *d = record_deployment(result.record, id);
    *live = d && phase_is_final(d->phase);
    return *live || (session_pass(a->session, arena, &a->wanted, PASS_ACT, &result, err) &&
                     (result.acted || stop_sleep(result.retry_ms)));
}

/* Goes on until ID, or what is recorded first, is live. */
static bool take_over(Adopting *a, const char *id)
{
    bool live = false;
    for (int tries = 0; !live;) {
        Arena *arena = arena_new();
        Err err = {0};
        bool done = id ? finish_step(a, arena, id, &live, &err) : record_step(a, arena, &id, &err);
        bool go_on = done || (err.kind != ERR_NONE && try_again(a, &tries, &err));
        arena_free(arena);
        if (!go_on) {
            return false;
        }
    }
    return true;
}

static const char *question(const Adopting *a)
{
    size_t equal = adopt_count(a->adoption, ADOPT_EQUAL);
    size_t differ = adopt_count(a->adoption, ADOPT_DIFFERS);
    if (!equal && !differ) {
        return arena_printf(a->cli->arena, "Take over %s?",
                            adopt_containers(a->cli->arena, a->adoption));
    }
    if (!differ) {
        return arena_printf(a->cli->arena, "Take over %zu?", equal);
    }
    return arena_printf(a->cli->arena, "Take over %zu, and let the next deployment replace %zu?",
                        equal, differ);
}

static int adopt(Adopting *a, Diags *diags, Err *err)
{
    bool blocked = false;
    if (!look(a, diags, err)) {
        return targets_stopped(a->cli, diags, err);
    }
    if (a->interrupted) {
        cli_say(a->cli, "%s was interrupted, and is brought to its end first", a->interrupted);
        if (!take_over(a, a->interrupted)) {
            return EXIT_FAILED;
        }
        if (!look(a, diags, err)) {
            return targets_stopped(a->cli, diags, err);
        }
    }
    if (!answer(a)) {
        return EXIT_FAILED;
    }
    size_t equal = adopt_count(a->adoption, ADOPT_EQUAL);
    size_t differ = adopt_count(a->adoption, ADOPT_DIFFERS);
    bool all = !differ && !adopt_count(a->adoption, ADOPT_BLOCKED);
    if (equal + differ || adopt_containers(a->cli->arena, a->adoption)) {
        if (!cli_ask(a->cli, question(a), &blocked)) {
            return blocked ? EXIT_BLOCKED : EXIT_PENDING;
        }
        if (!take_over(a, NULL)) {
            return EXIT_FAILED;
        }
    }
    return all ? EXIT_DONE : EXIT_PENDING;
}

static int adopt_in(const Cli *cli, Session *session, Diags *diags, Err *err)
{
    Adopting adopting = {.cli = cli, .session = session};
    return adopt(&adopting, diags, err);
}

int cmd_adopt(const Cli *cli)
{
    return session_with(cli, adopt_in);
}
