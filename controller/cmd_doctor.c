/* doctor: what is missing before Cutover can work, a line each. */
#include "claims.h"
#include "commands.h"
#include "session.h"
#include "targets.h"

#include "cutover/clock.h"
#include "cutover/doctor.h"
#include "cutover/log.h"
#include "cutover/str.h"

enum { ANSWER_MAX = 4 << 20 };

static void add_error(Doctor *doctor, const char *area, const Err *err)
{
    doctor_add(doctor, DOCTOR_FAIL, area, err->hint, "%s %s%s%s", err->code, err->message,
               err->detail ? ": " : "", err->detail ? err->detail : "");
}

static void add_findings(Doctor *doctor, const char *area, const Diags *diags)
{
    vec_each (Diag, it, &diags->list) {
        if (it->severity == DIAG_ERROR) {
            doctor_add(doctor, DOCTOR_FAIL, area, "see: cutover validate", "%s %s%s%s", it->code,
                       it->message, it->file ? " in " : "", it->file ? it->file : "");
        }
    }
}

/* ---- configuration and Git ---- */

static bool look_at_configuration(const Cli *cli, Doctor *doctor, Context *context)
{
    Diags diags = diags_new(cli->arena);
    Err err = {0};
    if (!context_load(cli, cli->arena, context, &diags, &err)) {
        add_findings(doctor, "configuration", &diags);
        if (err.kind != ERR_NONE) {
            add_error(doctor, "configuration", &err);
        }
        return false;
    }
    context_log(cli, context);
    doctor_add(doctor, DOCTOR_OK, "configuration", NULL, "%s, %zu %s",
               context->settings_path ? context->settings_path : "from flags and environment",
               context->repositories.count,
               context->repositories.count == 1 ? "repository" : "repositories");
    return true;
}

/* Whether it could be read. TARGETS: what is asked for; EVERYWHERE: all that it has. */
static bool look_at_repository(const Cli *cli, Doctor *doctor, Repository *repository,
                               Targets *targets, Targets *everywhere)
{
    Diags diags = diags_new(cli->arena);
    Err err = {0};
    repository->git = git_open(cli->arena, &repository->source, &err);
    bool fetched = repository->git && git_fetch(repository->git, cli->arena, &err);
    RepoConfig *config = fetched ? wanted_home(repository, cli->arena, &diags, &err) : NULL;
    if (!config) {
        add_findings(doctor, "git", &diags);
        if (err.kind != ERR_NONE) {
            add_error(doctor, "git", &err);
        }
        return false;
    }
    size_t before = targets->count;
    targets_of(repository, cli->arena, config, cli->environment, targets);
    targets_of(repository, cli->arena, config, NULL, everywhere);
    doctor_add(doctor, targets->count > before ? DOCTOR_OK : DOCTOR_WARN, "git", NULL,
               "repository %s, branch %s, %zu %s", repository->name,
               git_home_branch(repository->git, cli->arena, &err), targets->count - before,
               targets->count - before == 1 ? "environment" : "environments");
    return true;
}

/* ---- Materialize ---- */

static void look_at_target(Session *session, Doctor *doctor, const Target *target)
{
    Arena *arena = doctor->arena;
    Diags diags = diags_new(arena);
    Err err = {0};
    Wanted wanted;
    if (!wanted_read(target->repository, arena, target->environment, NULL, &wanted, &diags, &err)) {
        add_findings(doctor, "project", &diags);
        if (err.kind != ERR_NONE) {
            add_error(doctor, "project", &err);
        }
        return;
    }
    PassInput input = wanted_pass(session->context, &wanted, PASS_LOOK, &session->writer_seq);
    doctor_environment(doctor, session->pg, &input);
}

/* It is not forgotten: what soaks or is being built there waits for whoever names it again. Another controller may have it. */
static void look_at_forgotten(Doctor *doctor, const Targets *everywhere, const StrVec *known)
{
    vec_each (const char *, it, known) {
        if (!targets_have(everywhere, *it)) {
            doctor_add(doctor, DOCTOR_WARN, "environments",
                       "unless another controller has it, give it its name back in cutover.yaml",
                       "the record has environment %s, which no cutover.yaml here names: nothing "
                       "goes on there, and there is no way back",
                       *it);
        }
    }
}

/* EVERYWHERE: all that this configuration has, or NULL where that is not known. */
static void look_at_materialize(const Context *context, Doctor *doctor, const Targets *targets,
                                const Targets *everywhere)
{
    StrVec known = {0};
    Session session = {.context = context};
    Err err = {0};
    if (!session_connect(&session, doctor->arena, &err)) {
        add_error(doctor, "materialize", &err);
        return;
    }
    doctor_server(doctor, session.pg, context->settings.record_schema,
                  context->settings.record_cluster, clock_now(), &known);
    vec_each (Target, it, targets) {
        if (session_connect(&session, doctor->arena, &err)) {
            look_at_target(&session, doctor, it);
        }
    }
    session_end(&session);
    if (everywhere) {
        look_at_forgotten(doctor, everywhere, &known);
    }
}

static void look_at_claims(const Context *context, Doctor *doctor, const Targets *targets)
{
    Claims *claims = claims_new();
    claims_look_everywhere(claims, context);
    Diags shared = claims_shared(claims, doctor->arena);
    vec_each (Diag, it, &shared.list) {
        doctor_add(doctor, DOCTOR_FAIL, "environments", it->hint, "%s %s", it->code, it->message);
    }
    if (!shared.list.count && targets->count > 1) {
        doctor_add(doctor, DOCTOR_OK, "environments", NULL,
                   "no two of them share a schema or a cluster");
    }
    claims_free(claims);
}

static void look_at_notifiers(const Context *context, Doctor *doctor)
{
    StrVec names = {0};
    vec_each (Notifier, it, &context->notifiers) {
        vec_push(doctor->arena, &names, it->name);
    }
    if (names.count) {
        doctor_add(doctor, DOCTOR_OK, "notifiers", "cutover notify --test", "%s; nothing was sent",
                   str_join(doctor->arena, &names, ", "));
    } else {
        doctor_add(doctor, DOCTOR_WARN, "notifiers",
                   "export CUTOVER_SLACK_URL=https://hooks.example.com/...",
                   "none set, nobody will be told");
    }
}

/* ---- the answer ---- */

static int answer(const Cli *cli, const Doctor *doctor)
{
    Buf out = buf_new(cli->arena, ANSWER_MAX);
    if (cli->json) {
        JsonOut json = json_out(&out);
        doctor_write_json(&json, doctor);
        buf_char(&out, '\n');
    } else {
        doctor_write_text(&out, doctor, cli->color);
    }
    const char *clean = log_redact(cli->arena, out.data);
    Buf redacted = buf_new(cli->arena, ANSWER_MAX);
    buf_text(&redacted, clean);
    return cli_answer(&redacted) && !doctor_fails(doctor) ? EXIT_DONE : EXIT_FAILED;
}

int cmd_doctor(const Cli *cli)
{
    Doctor doctor = {.arena = cli->arena};
    Context context;
    Targets targets = {0}, everywhere = {0};
    if (!look_at_configuration(cli, &doctor, &context)) {
        return answer(cli, &doctor);
    }
    bool all = true;
    vec_each (Repository *, it, &context.repositories) {
        all &= look_at_repository(cli, &doctor, *it, &targets, &everywhere);
    }
    look_at_claims(&context, &doctor, &targets);
    look_at_materialize(&context, &doctor, &targets, all ? &everywhere : NULL);
    look_at_notifiers(&context, &doctor);
    return answer(cli, &doctor);
}
