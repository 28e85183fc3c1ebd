#include "cutover/status_json.h"

#include "asked.h"

static void put_moment(JsonOut *json, const char *key, Moment at)
{
    if (at > 0) {
        json_put_str(json, key, moment_iso(json->buf->arena, at));
    }
}

static void put_commit(JsonOut *json, const char *key, const char *sha, const char *short_sha,
                       const char *subject, const char *author)
{
    json_key(json, key);
    json_open_object(json);
    json_put_str(json, "sha", sha);
    json_put_str(json, "short", short_sha);
    json_put_str(json, "subject", subject);
    json_put_str(json, "author", author);
    json_close_object(json);
}

static void put_live(JsonOut *json, const PassResult *pass)
{
    json_key(json, "live");
    json_open_object(json);
    json_put_int(json, "generation", pass->live_generation);
    if (pass->live) {
        put_commit(json, "commit", pass->live->commit, pass->live->short_commit,
                   pass->live->subject, pass->live->author);
        put_moment(json, "since", pass->live->phase_since);
        json_put_str(json, "deployment", pass->live->id);
    }
    json_close_object(json);
}

void status_put_cluster(JsonOut *json, const ProofCluster *cluster)
{
    json_open_object(json);
    json_put_str(json, "name", cluster->name);
    json_put_int(json, "replicas_online", cluster->replicas_online);
    json_put_int(json, "replicas", cluster->replicas_wanted);
    json_put_int(json, "hydrated", (int64_t)cluster->hydrated);
    json_put_int(json, "total", (int64_t)cluster->total);
    json_key(json, "lag_s");
    if (cluster->lag_known) {
        json_number(json, (double)cluster->lag / (double)MOMENT_SECOND);
    } else {
        json_nothing(json);
    }
    json_put_texts(json, "waiting", &cluster->waiting);
    json_close_object(json);
}

static void put_deployment(JsonOut *json, const PassResult *pass, const RecordDeployment *d)
{
    json_key(json, "deployment");
    json_open_object(json);
    json_put_str(json, "id", d->id);
    json_put_int(json, "generation", d->generation);
    put_commit(json, "commit", d->commit, d->short_commit, d->subject, d->author);
    json_put_str(json, "phase", phase_name(d->phase));
    put_moment(json, "since", d->phase_since);
    put_moment(json, "deadline", d->deadline);
    json_put_int(json, "attempt", d->attempt);
    json_put_str(json, "plan_digest", d->plan_digest);
    json_put_str(json, "reason", d->reason);
    json_key(json, "clusters");
    json_open_array(json);
    if (pass->proof) {
        vec_each (ProofCluster, cluster, &pass->proof->clusters) {
            status_put_cluster(json, cluster);
        }
    }
    json_close_array(json);
    json_close_object(json);
}

static const char *waits_for(Phase phase)
{
    switch (phase) {
    case PHASE_CHECKING:
        return "checks";
    case PHASE_AWAITING_APPROVAL:
        return "person";
    case PHASE_CANARY:
        return "canary";
    case PHASE_AWAITING_WINDOW:
        return "window";
    case PHASE_CUTTING_OVER:
    case PHASE_REPOINTING:
    case PHASE_ROLLING_BACK:
        return "retry";
    case PHASE_SOAKING:
        return "soak";
    case PHASE_CLEANING:
        return "drain";
    case PHASE_FAILED:
    case PHASE_ABORTED:
    case PHASE_ROLLED_BACK:
        return "person";
    default:
        return "hydration";
    }
}

static void put_waiting(JsonOut *json, const Status *status)
{
    const char *text = status->error  ? status->error
                       : status->pass ? status->pass->waits_for
                                      : NULL;
    if (status->state == STATUS_LIVE || !text) {
        return;
    }
    json_key(json, "waiting");
    json_open_object(json);
    json_put_str(json, "for",
                 status->state == STATUS_BLOCKED || status->state == STATUS_HELD ? "person"
                 : status->state == STATUS_UNKNOWN                               ? "retry"
                                                   : waits_for(status_phase(status)));
    json_put_str(json, "text", text);
    json_close_object(json);
}

void status_write_json(JsonOut *json, const Status *status)
{
    json_open_object(json);
    json_put_str(json, "name", status->environment);
    json_put_str(json, "repository", status->repository);
    json_put_str(json, "strategy", "swap");
    json_put_str(json, "state", status_state_name(status->state));
    put_moment(json, "at", status->at);
    if (status->pass && status->pass->live_generation > 0) {
        put_live(json, status->pass);
    }
    if (status->wanted && status->wanted->sha) {
        put_commit(json, "wanted", status->wanted->sha, status->wanted->short_sha,
                   status->wanted->subject, status->wanted->author);
    }
    if (status->deployment) {
        put_deployment(json, status->pass, status->deployment);
    }
    put_waiting(json, status);
    json_put_str(json, "owed", status->pass ? status->pass->owed : NULL);
    if (status->pass && status->pass->record) {
        asked_put_json(json, status->pass->record);
    }
    if (status->pass && status->pass->drift_judged) {
        json_key(json, "drift");
        drift_write_json(json, &status->pass->drift);
    }
    if (status->diags.list.count > 0) {
        json_key(json, "diagnostics");
        diags_write_json(json, &status->diags);
    }
    json_close_object(json);
}
