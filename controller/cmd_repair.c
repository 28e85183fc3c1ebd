/* repair: what people damaged in record and marker, and what of it can be put right. */
#include "commands.h"
#include "session.h"
#include "targets.h"

#include "cutover/str.h"

enum { ANSWER_MAX = 4 << 20, ROUNDS = 8 };

typedef struct Repairing {
    const Cli *cli;
    Session *session;
    Wanted wanted;
    Repair *repair;
    const char *marker_commit; /* as in PassInput */
} Repairing;

static PassInput pass_input(const Repairing *r, PassMode mode)
{
    PassInput input = wanted_pass(r->session->context, &r->wanted, mode, &r->session->writer_seq);
    input.marker_commit = r->marker_commit;
    return input;
}

/* Looks for the commit of a marker that seems to have been renamed: false when Git knows none. */
static bool ask_git(Repairing *r)
{
    const RepairFinding *finding = repair_first(r->repair);
    GitCommit found;
    Err unknown = {0};
    if (r->marker_commit || !finding || finding->kind != REPAIR_RENAME_MARKER ||
        !git_resolve(r->wanted.repository->git, r->cli->arena,
                     &(GitWanted){.text = finding->commit8}, &found, &unknown)) {
        return false;
    }
    r->marker_commit = found.sha;
    return true;
}

static bool look_once(Repairing *r, Err *err)
{
    PassInput input = pass_input(r, PASS_LOOK);
    return session_connect(r->session, r->cli->arena, err) &&
           pass_repair_look(r->cli->arena, r->session->pg, &input, &r->repair, err);
}

static bool look(Repairing *r, Err *err)
{
    return look_once(r, err) && (!ask_git(r) || look_once(r, err));
}

static bool answer(const Repairing *r)
{
    Buf out = buf_new(r->cli->arena, ANSWER_MAX);
    if (r->cli->json) {
        JsonOut json = json_out(&out);
        repair_write_json(&json, r->repair);
        buf_char(&out, '\n');
    } else {
        repair_write_text(&out, r->repair);
    }
    return cli_answer(&out);
}

/* Git knows the whole commit, who made it and what it is called; a container's comment tells the id alone. */
static bool find_commit(const Repairing *r, const RepairFinding *finding, PassCommit *commit,
                        Err *err)
{
    const char *wanted = finding->commit ? finding->commit : finding->commit8;
    GitCommit found;
    if (git_resolve(r->wanted.repository->git, r->cli->arena, &(GitWanted){.text = wanted}, &found,
                    err)) {
        *commit = (PassCommit){found.sha,   found.short_sha, found.subject, found.author,
                               found.email, found.ref,       found.at};
        return true;
    }
    if (err->kind != ERR_NOT_FOUND) {
        return false;
    }
    if (!finding->commit) {
        err->hint = arena_printf(
            r->cli->arena,
            "no container tells it either: somebody renamed the marker. Give it its name back, "
            "cutover_%s_g<generation>_<8 digits of the commit>; cutover history tells both",
            r->wanted.environment->name);
        return false;
    }
    *err = (Err){0};
    *commit = (PassCommit){.sha = finding->commit,
                           .short_sha = arena_strndup(r->cli->arena, finding->commit, 7)};
    return true;
}

static bool repair_one(Repairing *r, const RepairFinding *finding, Err *err)
{
    PassCommit commit = {0};
    PassInput input = pass_input(r, PASS_ACT);
    return (finding->kind != REPAIR_MAKE_LIVE || find_commit(r, finding, &commit, err)) &&
           session_connect(r->session, r->cli->arena, err) &&
           pass_repair(r->cli->arena, r->session->pg, &input, finding, &commit, err);
}

/* One after the other: each is found anew when the one before it is done. */
static bool repair_all(Repairing *r, Err *err)
{
    const RepairFinding *finding = repair_first(r->repair);
    for (int round = 0; finding && round < ROUNDS; round++) {
        if (!repair_one(r, finding, err)) {
            return false;
        }
        cli_say(r->cli, "done: %s", finding->advice);
        if (!look(r, err)) {
            return false;
        }
        finding = repair_first(r->repair);
    }
    return true;
}

static int repair(Repairing *r, Err *err)
{
    bool blocked = false;
    if (!look(r, err)) {
        return cli_fail(r->cli, err);
    }
    if (!answer(r)) {
        return EXIT_FAILED;
    }
    if (repair_first(r->repair)) {
        if (!cli_ask(r->cli, "Repair what can be repaired?", &blocked)) {
            return blocked ? EXIT_BLOCKED : EXIT_PENDING;
        }
        if (!repair_all(r, err)) {
            return cli_fail(r->cli, err);
        }
    }
    return repair_needs_person(r->repair) ? EXIT_BLOCKED : EXIT_DONE;
}

static int repair_in(const Cli *cli, Session *session, Diags *diags, Err *err)
{
    Target target;
    Repairing repairing = {.cli = cli, .session = session};
    if (!targets_one(cli, session->context, &target, diags, err) ||
        !wanted_read(target.repository, cli->arena, target.environment, NULL, &repairing.wanted,
                     diags, err)) {
        return targets_stopped(cli, diags, err);
    }
    return repair(&repairing, err);
}

int cmd_repair(const Cli *cli)
{
    return session_with(cli, repair_in);
}
