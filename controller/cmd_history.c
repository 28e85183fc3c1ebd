/* history and show: what the record tells of deployments. */
#include "commands.h"
#include "cutover/build.h"
#include "session.h"
#include "show_sql.h"
#include "targets.h"

#include "cutover/str.h"

#define NO_COMMIT "no commit" /* rows that were never a deployment's */

enum { ANSWER_MAX = 16 << 20, STATEMENT_SHOWN = 2048, LIMIT_DEFAULT = 20, LIMIT_MAX = 10000 };

typedef struct Past {
    Context *context;
    EnvironmentConfig environment; /* its name alone */
    PassResult result;
    const SqlChanges *sql; /* NULL: nobody asked */
} Past;

/* --environment, else the only one that Materialize knows. */
static bool choose_environment(const Cli *cli, Session *session, Past *past, Err *err)
{
    StrVec names = {0};
    past->environment.name = cli->environment;
    if (cli->environment) {
        return true;
    }
    if (!pass_environments(cli->arena, session->pg, &names, err)) {
        return false;
    }
    if (names.count == 1) {
        past->environment.name = names.items[0];
        return true;
    }
    err_set(cli->arena, err, ERR_INPUT, "CO1092",
            names.count ? "there is more than one environment" : "nothing was ever deployed here");
    if (names.count) {
        err->hint = arena_printf(cli->arena, "name one of %s by --environment",
                                 str_join(cli->arena, &names, ", "));
    }
    return false;
}

/* The record alone is asked, so that it can be when Git cannot. */
static bool read_past(const Cli *cli, Session *session, Past *past, Err *err)
{
    const Settings *settings = &session->context->settings;
    if (!session_connect(session, cli->arena, err) ||
        !choose_environment(cli, session, past, err)) {
        return false;
    }
    PassInput input = {.environment = &past->environment,
                       .record_schema = settings->record_schema,
                       .record_cluster = settings->record_cluster,
                       .instance = session->context->instance};
    return pass_look_back(cli->arena, session->pg, &input, &past->result, err);
}

static Moment ended_at(const Past *past, const RecordDeployment *d)
{
    return phase_is_final(d->phase) ? d->phase_since : past->result.catalog->now;
}

/* ---- history ---- */

static bool read_limits(const Cli *cli, int64_t *limit, Moment *since, Err *err)
{
    *limit = LIMIT_DEFAULT;
    *since = 0;
    if (cli->limit && !str_to_int(cli->limit, 1, LIMIT_MAX, limit)) {
        return err_set(cli->arena, err, ERR_INPUT, "CO1090", "--limit is a number from 1 to %d",
                       LIMIT_MAX);
    }
    const char *midnight = cli->since ? arena_printf(cli->arena, "%sT00:00:00Z", cli->since) : NULL;
    if (cli->since && !moment_parse(cli->since, since) && !moment_parse(midnight, since)) {
        return err_set(cli->arena, err, ERR_INPUT, "CO1090",
                       "--since is a date such as 2026-11-23, or a time such as "
                       "2026-11-23T16:02:11Z");
    }
    return true;
}

static void put_deployment(JsonOut *json, const Past *past, const RecordDeployment *d)
{
    Arena *arena = json->buf->arena;
    json_put_str(json, "id", d->id);
    json_put_int(json, "generation", d->generation);
    json_key(json, "commit");
    json_open_object(json);
    json_put_str(json, "sha", d->commit);
    json_put_str(json, "short", d->short_commit);
    json_put_str(json, "subject", d->subject);
    json_put_str(json, "author", d->author);
    json_close_object(json);
    json_put_str(json, "phase", phase_name(d->phase));
    json_put_str(json, "started_at", moment_iso(arena, d->started_at));
    json_put_str(json, "phase_since", moment_iso(arena, d->phase_since));
    json_put_int(json, "duration_s", (ended_at(past, d) - d->started_at) / MOMENT_SECOND);
    double credits = record_credits(d, past->result.catalog->now);
    if (credits >= 0) {
        json_put_number(json, "credits", credits);
    }
    json_put_int(json, "attempt", d->attempt);
    json_put_str(json, "plan_digest", d->plan_digest);
    json_put_str(json, "reason", str_empty(d->reason) ? NULL : d->reason);
}

static void write_line(Buf *out, const Past *past, const RecordDeployment *d)
{
    int64_t seconds = (ended_at(past, d) - d->started_at) / MOMENT_SECOND;
    double credits = record_credits(d, past->result.catalog->now);
    const char *cost = credits < 0 ? "-" : arena_printf(out->arena, "%.1f credits", credits);
    buf_printf(out, "g%-5lld %-12s %s  %.16s  %-8s %-12s \"%s\", %s", (long long)d->generation,
               phase_name(d->phase), d->short_commit ? d->short_commit : NO_COMMIT,
               moment_text(out->arena, d->started_at), duration_text(out->arena, seconds), cost,
               d->subject ? d->subject : "", d->author ? d->author : "");
    bool tells = d->phase != PHASE_LIVE && !str_empty(d->reason);
    buf_printf(out, "%s%s\n", tells ? ": " : "", tells ? d->reason : "");
}

static void write_history(const Cli *cli, Buf *out, const Past *past, int64_t limit, Moment since)
{
    const Record *record = past->result.record;
    JsonOut json = json_out(out);
    if (cli->json) {
        json_open_object(&json);
        json_put_str(&json, "schema", "cutover.history/1");
        json_put_str(&json, "environment", past->environment.name);
        json_key(&json, "deployments");
        json_open_array(&json);
    }
    for (size_t i = record->deployments.count; i-- > 0 && limit > 0;) {
        const RecordDeployment *d = &record->deployments.items[i];
        if (d->started_at < since) {
            continue;
        }
        limit--;
        if (cli->json) {
            json_open_object(&json);
            put_deployment(&json, past, d);
            json_close_object(&json);
        } else {
            write_line(out, past, d);
        }
    }
    if (cli->json) {
        json_close_array(&json);
        json_close_object(&json);
        buf_char(out, '\n');
    } else if (!out->length) {
        buf_printf(out, "%s: no deployments.\n", past->environment.name);
    }
}

/* ---- show ---- */

static const RecordDeployment *find(const Cli *cli, const Past *past, Err *err)
{
    const RecordDeployment *found = NULL;
    vec_each (RecordDeployment, d, &past->result.record->deployments) {
        bool named =
            !cli->operand || str_eq(cli->operand, "latest") || session_names(d, cli->operand);
        found = named ? d : found;
    }
    if (!found) {
        err_set(cli->arena, err, ERR_NOT_FOUND, "CO5050", "the record knows no deployment \"%s\"",
                cli->operand ? cli->operand : "latest");
        err->hint = "see: cutover history";
    }
    return found;
}

/* An event of D: what was told about it, and when. */
static bool is_about(const RecordEvent *event, const RecordDeployment *d)
{
    return str_eq(json_get_str(event->event, "subject"), d->id);
}

/* What its plan did, object by object; of plans that were told by an older version NULL. */
static const Json *planned(const Record *record, const RecordDeployment *d)
{
    const Json *changes = NULL;
    vec_each (RecordEvent, it, &record->events) {
        const Json *plan = json_get(json_get(it->event, "data"), "plan");
        if (is_about(it, d) && json_get(plan, "changes")) {
            changes = json_get(plan, "changes");
        }
    }
    return changes;
}

static void put_planned(JsonOut *json, const Json *changes)
{
    static const char *const keys[] = {"name", "kind", "action", "where", "reason"};
    json_key(json, "objects");
    json_open_array(json);
    for (size_t i = 0; changes && i < changes->count; i++) {
        json_open_object(json);
        for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
            json_put_str(json, keys[k], json_get_str(changes->items[i], keys[k]));
        }
        json_close_object(json);
    }
    json_close_array(json);
}

static const char *word(const Json *object, const char *key)
{
    const char *text = json_get_str(object, key);
    return text ? text : "";
}

static void write_planned(Buf *out, const Json *changes)
{
    for (size_t i = 0; changes && i < changes->count; i++) {
        const Json *it = changes->items[i];
        buf_printf(out, "  %-8s %s %s: %s\n", word(it, "action"), word(it, "kind"),
                   word(it, "name"), word(it, "reason"));
    }
}

static void show_json(Buf *out, const Past *past, const RecordDeployment *d)
{
    const Record *record = past->result.record;
    JsonOut json = json_out(out);
    json_open_object(&json);
    json_put_str(&json, "schema", "cutover.deployment/1");
    json_put_str(&json, "environment", past->environment.name);
    put_deployment(&json, past, d);
    json_put_str(&json, "statement", d->statement);
    put_planned(&json, planned(record, d));
    json_key(&json, "events");
    json_open_array(&json);
    vec_each (RecordEvent, it, &record->events) {
        if (is_about(it, d)) {
            json_open_object(&json);
            json_put_str(&json, "name", it->name);
            json_put_str(&json, "at", moment_iso(out->arena, it->at));
            json_put_str(&json, "reason", json_get_str(json_get(it->event, "data"), "reason"));
            json_close_object(&json);
        }
    }
    json_close_array(&json);
    json_key(&json, "results");
    json_open_array(&json);
    vec_each (RecordResult, it, &d->results) {
        if (build_is_note(it->check)) {
            continue;
        }
        json_open_object(&json);
        json_put_str(&json, "check", it->check);
        json_put_str(&json, "verdict", it->verdict);
        json_put_str(&json, "text", it->text);
        json_put_str(&json, "at", moment_iso(out->arena, it->at));
        json_close_object(&json);
    }
    json_close_array(&json);
    json_key(&json, "requests");
    json_open_array(&json);
    vec_each (RecordRequest, it, &record->requests) {
        if (str_eq(it->deployment, d->id)) {
            json_open_object(&json);
            json_put_str(&json, "id", it->id);
            json_put_str(&json, "kind", it->kind);
            json_put_str(&json, "by", it->by);
            json_put_str(&json, "reason", it->reason);
            json_put_str(&json, "outcome", it->done ? it->outcome : NULL);
            json_put_str(&json, "why", it->done ? it->why : NULL);
            json_close_object(&json);
        }
    }
    json_close_array(&json);
    if (past->sql) {
        show_sql_json(&json, past->sql);
    }
    json_close_object(&json);
    buf_char(out, '\n');
}

/* That was refused, or of the test or check that failed. */
static void write_statement(Buf *out, const char *statement)
{
    const char *shown = str_cut(out->arena, statement, STATEMENT_SHOWN,
                                "\n... (cut here, the JSON has more of it)");
    StrVec lines = shown ? str_split(out->arena, shown, '\n') : (StrVec){0};
    buf_text(out, shown ? "  the statement that failed:\n" : "");
    vec_each (const char *, it, &lines) {
        buf_printf(out, "    %s\n", *it);
    }
}

static void show_text(Buf *out, const Past *past, const RecordDeployment *d)
{
    const Record *record = past->result.record;
    buf_printf(out, "%s   %s   %s \"%s\", %s   attempt %lld\n", d->id, phase_name(d->phase),
               d->short_commit ? d->short_commit : NO_COMMIT, d->subject ? d->subject : "",
               d->author ? d->author : "", (long long)d->attempt);
    write_statement(out, d->statement);
    write_planned(out, planned(record, d));
    vec_each (RecordEvent, it, &record->events) {
        if (is_about(it, d)) {
            const char *reason = json_get_str(json_get(it->event, "data"), "reason");
            buf_printf(out, "%s  %-13s %s\n", moment_iso(out->arena, it->at), it->name,
                       reason ? reason : "");
        }
    }
    vec_each (RecordResult, it, &d->results) {
        if (build_is_note(it->check)) {
            continue;
        }
        buf_printf(out, "%s  %-13s %s%s%s\n", moment_iso(out->arena, it->at), it->verdict,
                   it->check, str_empty(it->text) ? "" : ": ", it->text ? it->text : "");
    }
    vec_each (RecordRequest, it, &record->requests) {
        if (str_eq(it->deployment, d->id)) {
            buf_printf(out, "%s  request       %s by %s: %s (%s)\n", moment_iso(out->arena, it->at),
                       it->kind, it->by, it->reason ? it->reason : "",
                       it->done ? it->outcome : "not answered yet");
        }
    }
    if (past->sql) {
        show_sql_text(out, past->sql);
    }
}

/* ---- the commands ---- */

static int answer_history(const Cli *cli, Past *past, Diags *diags, Err *err)
{
    int64_t limit;
    Moment since;
    if (!read_limits(cli, &limit, &since, err)) {
        return targets_stopped(cli, diags, err);
    }
    Buf out = buf_new(cli->arena, ANSWER_MAX);
    write_history(cli, &out, past, limit, since);
    return cli_answer(&out) ? EXIT_DONE : EXIT_FAILED;
}

/* Git is asked for this alone. */
static bool find_sql(const Cli *cli, Past *past, const RecordDeployment *d, Diags *diags, Err *err)
{
    const RecordDeployment *before = record_deployment(past->result.record, d->from_deployment);
    SqlChanges *changes = arena_make(cli->arena, SqlChanges);
    past->sql = changes;
    return context_open(past->context, err) &&
           show_sql_changes(cli, past->context, past->environment.name,
                            before ? before->commit : NULL, d->commit, changes, diags, err);
}

static int answer_show(const Cli *cli, Past *past, Diags *diags, Err *err)
{
    const RecordDeployment *d = find(cli, past, err);
    if (!d || (cli->sql && !find_sql(cli, past, d, diags, err))) {
        return targets_stopped(cli, diags, err);
    }
    Buf out = buf_new(cli->arena, ANSWER_MAX);
    if (cli->json) {
        show_json(&out, past, d);
    } else {
        show_text(&out, past, d);
    }
    return cli_answer(&out) ? EXIT_DONE : EXIT_FAILED;
}

static int with_past(const Cli *cli, int (*answer)(const Cli *, Past *, Diags *, Err *))
{
    Context context;
    Diags diags;
    Err err;
    diags = diags_new(cli->arena);
    err = (Err){0};
    if (!context_load(cli, cli->arena, &context, &diags, &err)) {
        return targets_stopped(cli, &diags, &err);
    }
    context_log(cli, &context);
    Session session = {.context = &context};
    Past *past = arena_make(cli->arena, Past);
    past->context = &context;
    int code = read_past(cli, &session, past, &err) ? answer(cli, past, &diags, &err)
                                                    : targets_stopped(cli, &diags, &err);
    session_end(&session);
    return code;
}

int cmd_history(const Cli *cli)
{
    return with_past(cli, answer_history);
}

int cmd_show(const Cli *cli)
{
    return with_past(cli, answer_show);
}
