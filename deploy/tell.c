/* Events: one CloudEvent for each transition that people hear of (docs/interface.md 4.6). */
#include "pass_internal.h"

#include "cutover/str.h"

#define LARGEST_EVENT ((size_t)240 * 1024)
#define OBJECTS_TOLD 50

static void put_commit(JsonOut *out, const Pass *pass, const RecordDeployment *d)
{
    const PassCommit *wanted = &pass->in->commit;
    bool same = str_eq(wanted->sha, d->commit);
    if (!d->commit) {
        return; /* of an environment where nothing is live yet */
    }
    json_key(out, "commit");
    json_open_object(out);
    json_put_str(out, "sha", d->commit);
    json_put_str(out, "short", d->short_commit);
    json_put_str(out, "subject", d->subject);
    json_put_str(out, "author", d->author);
    if (same) {
        json_put_str(out, "email", wanted->email);
        json_put_str(out, "committed_at", moment_iso(pass->arena, wanted->committed_at));
    }
    json_close_object(out);
}

static const char *name_of(const Pass *pass, const PlanObject *object)
{
    const RelName *rel = &object->rel;
    bool container = is_container(object->kind);
    return container ? rel->name : pass_name(pass, *rel);
}

static void put_change(JsonOut *out, const Pass *pass, const PlanObject *object)
{
    json_open_object(out);
    json_put_str(out, "name", name_of(pass, object));
    json_put_str(out, "kind", object->kind);
    json_put_str(out, "action", plan_action_name(object->action));
    json_put_str(out, "where", plan_where_name(object->where));
    json_put_str(out, "reason", object->reasons.count ? object->reasons.items[0].text : NULL);
    json_close_object(out);
}

static void put_plan(JsonOut *out, Pass *pass)
{
    const Plan *plan = pass->out->plan;
    json_key(out, "plan");
    json_open_object(out);
    json_put_str(out, "digest", plan->digest);
    json_put_int(out, "green", (int64_t)plan->green);
    json_put_int(out, "changed", (int64_t)plan->changed);
    json_put_int(out, "rebuilt", (int64_t)plan->rebuilt);
    json_put_int(out, "new", (int64_t)plan->added);
    json_put_int(out, "in_place", (int64_t)plan->in_place);
    json_put_int(out, "removed", (int64_t)plan->removed);
    json_put_number(out, "green_credits_per_hour", plan->green_credits_per_hour);
    json_key(out, "objects");
    json_open_array(out);
    for (size_t i = 0; i < plan->objects.count && i < OBJECTS_TOLD; i++) {
        json_str(out, name_of(pass, &plan->objects.items[i]));
    }
    json_close_array(out);
    json_key(out, "changes");
    json_open_array(out);
    for (size_t i = 0; i < plan->objects.count && i < OBJECTS_TOLD; i++) {
        put_change(out, pass, &plan->objects.items[i]);
    }
    json_close_array(out);
    json_close_object(out);
}

static void put_findings(JsonOut *out, const Diags *diags)
{
    if (diags->list.count) {
        json_key(out, "diagnostics");
        diags_write_json(out, diags);
    }
}

static void put_green(JsonOut *out, Pass *pass)
{
    if (pass->out->plan) {
        const Plan *plan = pass->out->plan;
        json_key(out, "containers");
        json_open_array(out);
        vec_each (PlanContainer, it, &plan->schemas) {
            json_str(out, it->green);
        }
        vec_each (PlanContainer, it, &plan->clusters) {
            json_str(out, it->green);
        }
        json_close_array(out);
    }
    if (pass->build) {
        json_put_int(out, "objects_total", (int64_t)pass->build->total);
        int64_t expected = record_hydration(pass->out->record).typical;
        if (expected) {
            json_put_int(out, "expected_s", expected);
        }
    }
}

static void put_checks(JsonOut *out, const Pass *pass)
{
    json_put_int(out, "tests", (int64_t)pass->out->tests);
    json_put_int(out, "checks", (int64_t)pass->out->checks);
}

static void put_swap(JsonOut *out, const Pass *pass, const RecordDeployment *d)
{
    const RecordResult *cutover = record_result(d, "cutover");
    if (cutover) {
        json_put_int(out, "swap_ms", cutover->rows);
    }
    Moment until = pass->snapshot.catalog->now + pass->in->environment->soak * MOMENT_SECOND;
    json_put_str(out, "until", moment_iso(pass->arena, until));
}

static void put_live(JsonOut *out, const Pass *pass, const RecordDeployment *d)
{
    json_put_int(out, "duration_s", (pass->snapshot.catalog->now - d->started_at) / MOMENT_SECOND);
    double credits = record_credits(d, pass->snapshot.catalog->now);
    if (credits >= 0) {
        json_put_number(out, "credits", credits);
    }
}

/* All that goes, in the order in which it is dropped, and who reads it yet. */
static void put_cleaning(JsonOut *out, const Pass *pass)
{
    const Leftover *blue = pass->blue;
    json_key(out, "objects_to_drop");
    json_open_array(out);
    for (size_t i = 0; i < blue->objects.count && i < OBJECTS_TOLD; i++) {
        const CatalogObject *it = blue->objects.items[i];
        json_str(out, arena_printf(pass->arena, "%s %s", it->kind, pass_name(pass, it->rel)));
    }
    vec_each (const CatalogSchema *, it, &((Leftover *)blue)->schemas) {
        json_str(out, arena_printf(pass->arena, "schema %s", (*it)->name));
    }
    vec_each (const CatalogCluster *, it, &((Leftover *)blue)->clusters) {
        json_str(out, arena_printf(pass->arena, "cluster %s", (*it)->name));
    }
    json_close_array(out);
    json_put_int(out, "readers_left", (int64_t)pass_readers_of_blue(pass));
}

static void put_back(JsonOut *out, const Pass *pass, const RecordDeployment *d)
{
    json_put_int(out, "from", d->generation);
    json_put_int(out, "to", d->generation + 1);
    json_put_str(out, "restored_commit", pass_restored_commit(pass, d));
    if (pass->request) {
        json_put_str(out, "by", pass->request->by);
        json_put_str(out, "cause", pass->request->reason);
    }
}

static void put_drift(JsonOut *out, const Pass *pass)
{
    DriftItems alerted = drift_alerted(pass->arena, &pass->out->drift, pass->judged_by);
    json_put_str(out, "digest", drift_digest(pass->arena, &alerted));
    json_key(out, "objects");
    drift_write_json(out, &alerted);
}

static void put_failure(JsonOut *out, Pass *pass, const RecordDeployment *d)
{
    json_put_str(out, "file", pass->problem_file);
    if (pass->problem_line) {
        json_put_int(out, "line", pass->problem_line);
    }
    json_put_int(out, "live_generation", pass->marker.generation);
    if (d->green.count) {
        Moment until =
            pass->snapshot.catalog->now + pass->in->environment->keep_failed * MOMENT_SECOND;
        json_put_str(out, "kept_until", moment_iso(pass->arena, until));
    }
    put_findings(out, &pass->out->diags);
}

static void put_canary(JsonOut *out, Pass *pass)
{
    put_green(out, pass);
    Moment until = pass->snapshot.catalog->now + pass->in->environment->canary * MOMENT_SECOND;
    json_put_str(out, "until", moment_iso(pass->arena, until));
}

/* What the table of interface 4.6 adds for each name. */
static void put_details(JsonOut *out, Pass *pass, const RecordDeployment *d, const char *name)
{
    if (str_eq(name, "pending") && pass->out->plan) {
        put_plan(out, pass);
    } else if (str_eq(name, "refused") && pass->out->plan) {
        put_findings(out, &pass->out->plan->diags);
    } else if (str_eq(name, "building") || str_eq(name, "hydrating")) {
        put_green(out, pass);
    } else if (str_eq(name, "checking")) {
        put_checks(out, pass);
    } else if (str_eq(name, "soaking")) {
        put_swap(out, pass, d);
    } else if (str_eq(name, "cleaning") && pass->blue) {
        put_cleaning(out, pass);
    } else if (str_eq(name, "live")) {
        put_live(out, pass, d);
    } else if (str_eq(name, "failed")) {
        put_failure(out, pass, d);
    } else if (str_eq(name, "rolling_back") || str_eq(name, "rolled_back")) {
        put_back(out, pass, d);
    } else if (str_eq(name, "awaiting_approval")) {
        json_put_str(out, "plan_digest", d->plan_digest);
        json_put_int(out, "given", request_approvals(pass->out->record, d));
        json_put_int(out, "needed", config_approvals(pass->in->environment));
    } else if (str_eq(name, "awaiting_window")) {
        json_put_str(out, "opens_at",
                     windows_opening_text(pass->arena, pass->opens_in, pass->opens, pass->local));
    } else if (str_eq(name, "canary")) {
        put_canary(out, pass);
    } else if (pass->request && (str_eq(name, "aborted") || str_eq(name, "environment.held") ||
                                 str_eq(name, "environment.resumed"))) {
        json_put_str(out, "by", pass->request->by);
    } else if (str_starts(name, "environment.drift")) {
        put_drift(out, pass);
    } else if (str_eq(name, "superseded")) {
        json_put_str(out, "by_commit", pass->in->commit.short_sha);
    }
}

static void put_data(JsonOut *out, Pass *pass, const RecordDeployment *d, const char *name,
                     Phase phase, const char *reason)
{
    json_key(out, "data");
    json_open_object(out);
    json_put_str(out, "environment", pass->in->environment->name);
    json_put_str(out, "repository", pass->in->repository);
    json_put_str(out, "deployment", d->id);
    json_put_int(out, "generation",
                 phase == PHASE_ROLLED_BACK ? d->rollback_generation : d->generation);
    put_commit(out, pass, d);
    json_put_str(out, "phase", phase_name(phase));
    json_put_str(out, "at", moment_iso(pass->arena, pass->snapshot.catalog->now));
    json_put_str(out, "reason", reason);
    put_details(out, pass, d, name);
    json_close_object(out);
}

static char *cloud_event(Pass *pass, const RecordDeployment *d, const char *name, const char *id,
                         Phase phase, const char *reason)
{
    const char *environment = pass->in->environment->name;
    Buf buf = buf_new(pass->arena, LARGEST_EVENT * 4);
    JsonOut out = json_out(&buf);
    json_open_object(&out);
    json_put_str(&out, "specversion", "1.0");
    json_put_str(&out, "id", id);
    json_put_str(&out, "type",
                 arena_printf(pass->arena, "io.cutover.%s%s",
                              str_starts(name, "environment.") ? "" : "deployment.", name));
    json_put_str(&out, "source", arena_printf(pass->arena, "/cutover/%s", environment));
    json_put_str(&out, "subject", d->id);
    json_put_str(&out, "time", moment_iso(pass->arena, pass->snapshot.catalog->now));
    json_put_str(&out, "datacontenttype", "application/json");
    put_data(&out, pass, d, name, phase, reason);
    json_close_object(&out);
    return buf.length <= LARGEST_EVENT ? buf.data : NULL;
}

RecordEntry tell_event(Pass *pass, const RecordDeployment *d, const char *name, Phase phase,
                       const char *reason)
{
    int64_t seq = pass->out->record->next_event;
    const char *id =
        arena_printf(pass->arena, "%s/%lld", pass->in->environment->name, (long long)seq);
    char *event = cloud_event(pass, d, name, id, phase, reason);
    if (!event) {
        /* Too many findings for one message: the reason alone must do. */
        pass->out->diags.list.count = 0;
        event = cloud_event(pass, d, name, id, phase, reason);
    }
    return entry_event(pass->arena, d->id, id, seq, name, event ? event : "{}");
}
