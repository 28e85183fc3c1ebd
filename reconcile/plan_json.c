/* The plan for programs: docs/interface.md 4.5. */
#include "cutover/plan.h"

#include "cutover/str.h"

const char *plan_action_name(PlanAction action)
{
    static const char *const names[] = {[PLAN_CREATE] = "create",
                                        [PLAN_CHANGE] = "change",
                                        [PLAN_REBUILD] = "rebuild",
                                        [PLAN_REMOVE] = "remove",
                                        [PLAN_REPOINT] = "repoint"};
    return names[action];
}

const char *plan_where_name(PlanWhere where)
{
    static const char *const names[] = {[PLAN_GREEN] = "green",
                                        [PLAN_IN_PLACE] = "in_place",
                                        [PLAN_AFTER_CUTOVER] = "after_cutover",
                                        [PLAN_WITH_BLUE] = "with_blue"};
    return names[where];
}

static const char *cause_name(PlanCause cause)
{
    static const char *const names[] = {[CAUSE_CHANGED] = "changed",
                                        [CAUSE_READS] = "reads",
                                        [CAUSE_SHARES_SCHEMA] = "shares_schema",
                                        [CAUSE_SHARES_CLUSTER] = "shares_cluster",
                                        [CAUSE_NEW] = "new",
                                        [CAUSE_REMOVED] = "removed",
                                        [CAUSE_DRIFT] = "drift"};
    return names[cause];
}

static const char *outcome_name(PlanOutcome outcome)
{
    static const char *const names[] = {
        [PLAN_NOTHING] = "nothing", [PLAN_CHANGES] = "changes", [PLAN_REFUSED] = "refused"};
    return names[outcome];
}

static void put_commit(JsonOut *out, const PlanHead *head)
{
    if (!head->commit) {
        return;
    }
    json_key(out, "commit");
    json_open_object(out);
    json_put_str(out, "sha", head->commit);
    json_put_str(out, "short", head->short_commit);
    json_put_str(out, "subject", head->subject ? head->subject : "");
    json_put_str(out, "author", head->author);
    if (head->committed_at) {
        json_put_str(out, "committed_at", moment_iso(out->buf->arena, head->committed_at));
    }
    json_close_object(out);
}

static void put_live(JsonOut *out, const Plan *plan, const PlanHead *head)
{
    if (plan->live_generation <= 0) { /* the marker of generation 0 is made before anything is */
        return;
    }
    json_key(out, "live");
    json_open_object(out);
    json_put_int(out, "generation", plan->live_generation);
    json_put_str(out, "commit", head->live_commit);
    json_close_object(out);
}

static void put_counts(JsonOut *out, const Plan *plan)
{
    json_key(out, "counts");
    json_open_object(out);
    json_put_int(out, "green", (int64_t)plan->green);
    json_put_int(out, "changed", (int64_t)plan->changed);
    json_put_int(out, "rebuilt", (int64_t)plan->rebuilt);
    json_put_int(out, "new", (int64_t)plan->added);
    json_put_int(out, "in_place", (int64_t)plan->in_place);
    json_put_int(out, "removed", (int64_t)plan->removed);
    json_put_int(out, "indexes", (int64_t)plan->green_indexes);
    json_close_object(out);
}

static void put_schemas(JsonOut *out, const Plan *plan)
{
    json_key(out, "schemas");
    json_open_array(out);
    vec_each (PlanContainer, it, &plan->schemas) {
        json_open_object(out);
        json_put_str(out, "database", it->database);
        json_put_str(out, "name", it->name);
        json_put_str(out, "green", it->wanted ? it->green : NULL);
        json_put_str(out, "blue", it->live_id ? it->blue : NULL);
        json_put_str(out, "reason", it->reason);
        json_close_object(out);
    }
    json_close_array(out);
}

static void put_clusters(JsonOut *out, const Plan *plan)
{
    json_key(out, "clusters");
    json_open_array(out);
    vec_each (PlanContainer, it, &plan->clusters) {
        json_open_object(out);
        json_put_str(out, "name", it->name);
        json_put_str(out, "green", it->wanted ? it->green : NULL);
        json_put_str(out, "blue", it->live_id ? it->blue : NULL);
        json_put_str(out, "size", it->size);
        if (it->wanted) {
            json_put_int(out, "replication_factor", it->replication_factor);
            json_put_number(out, "credits_per_hour", it->credits_per_hour);
        }
        json_put_str(out, "reason", it->reason);
        json_close_object(out);
    }
    json_close_array(out);
}

static void put_reasons(JsonOut *out, const PlanObject *object)
{
    json_key(out, "reasons");
    json_open_array(out);
    vec_each (PlanReason, it, &object->reasons) {
        json_open_object(out);
        json_put_str(out, "cause", cause_name(it->cause));
        json_put_str(out, "object", it->object);
        json_put_str(out, "text", it->text);
        json_close_object(out);
    }
    json_close_array(out);
}

/* What is changed where it is. */
static void put_alteration(JsonOut *out, const PlanObject *object)
{
    if (object->grant) {
        json_put_str(out, "privilege", object->grant->privilege);
        json_put_str(out, "grantee", object->grant->grantee);
        json_put_bool(out, "revoked", object->revoked);
    }
    if (object->comment) {
        json_put_str(out, "column", object->comment->column);
        json_put_str(out, "comment", object->comment->text);
    }
    if (object->owner) {
        json_put_str(out, "owner", object->owner->to);
    }
    if (object->option) {
        json_put_str(out, "options", object->option->to);
    }
    if (object->resize && object->resize->size) {
        json_put_str(out, "size", object->resize->size);
    }
    if (object->resize) {
        json_put_str(out, "options", object->resize->options);
    }
    if (object->resize && object->resize->replication_factor >= 0) {
        json_put_int(out, "replication_factor", object->resize->replication_factor);
    }
}

static void put_object(JsonOut *out, const PlanObject *object)
{
    json_open_object(out);
    json_put_str(out, "id", object->id);
    json_put_str(out, "database", object->rel.database);
    json_put_str(out, "schema", object->rel.schema);
    json_put_str(out, "name", object->rel.name);
    json_put_str(out, "kind", object->kind);
    json_put_str(out, "on", object->on);
    json_put_str(out, "cluster", object->cluster);
    put_alteration(out, object);
    json_put_str(out, "action", plan_action_name(object->action));
    json_put_str(out, "where", plan_where_name(object->where));
    json_put_str(out, "file", object->file);
    if (object->line) {
        json_put_int(out, "line", object->line);
    }
    put_reasons(out, object);
    json_close_object(out);
}

/* The names of the gates that this version has; a plan is made before any of them is passed. */
static void put_gate(JsonOut *out, const char *name, const char *source, const char *text)
{
    json_open_object(out);
    json_put_str(out, "name", name);
    json_put_str(out, "state", "ahead");
    json_put_str(out, "required", text);
    json_put_str(out, "text", text);
    json_put_str(out, "source", source);
    json_close_object(out);
}

static void put_settings(JsonOut *out, const PlanHead *head)
{
    json_key(out, "settings");
    json_open_array(out);
    for (size_t i = 0; head->settings && i < head->settings->count; i++) {
        const GateChange *it = &head->settings->items[i];
        json_open_object(out);
        json_put_str(out, "key", it->key);
        json_put_str(out, "live", it->live);
        json_put_str(out, "wanted", it->wanted);
        json_put_str(out, "effective", it->effective);
        json_close_object(out);
    }
    json_close_array(out);
}

/* Who asks for it: this commit's cutover.yaml, that of the live one, which is stricter, or the controller's file. */
static const char *source_of(const PlanHead *head, const char *key)
{
    return gate_change(head->floors, key)     ? "floor"
           : gate_change(head->settings, key) ? "previous"
                                              : "environment";
}

/* `replaced`: its node id; `why` of either way. */
static void put_replacement(JsonOut *out, const Plan *plan, const PlanHead *head)
{
    if (plan->replacement.why) {
        json_key(out, "replacement");
        json_open_object(out);
        json_put_str(out, "replaced", plan->replacement.node ? plan->replacement.node->id : NULL);
        json_put_str(out, "why", plan_way_why(out->buf->arena, plan, head->columns));
        json_close_object(out);
    }
}

static void put_gates(JsonOut *out, const Plan *plan, const PlanHead *head)
{
    Arena *arena = out->buf->arena;
    const EnvironmentConfig *e = head->environment;
    json_key(out, "gates");
    json_open_array(out);
    put_gate(out, "hydration", "environment",
             arena_printf(arena, "lag %s", duration_text(arena, e->lag)));
    put_gate(out, "tests", source_of(head, "tests"), arena_printf(arena, "%zu", head->tests));
    put_gate(out, "checks", source_of(head, "checks"), arena_printf(arena, "%zu", head->checks));
    if (e->canary) {
        put_gate(out, "canary", "environment", duration_text(arena, e->canary));
    }
    if (config_approvals(e)) {
        put_gate(out, "approval", source_of(head, "approvals"),
                 arena_printf(arena, "0 of %lld", (long long)config_approvals(e)));
    }
    const GateChange *windows = gate_change(head->floors, "windows");
    if (windows || windows_any(&e->windows)) {
        put_gate(out, "window", source_of(head, "windows"),
                 windows ? windows->effective : windows_words(arena, &e->windows));
    }
    if (!plan->replacement.node) {
        put_gate(out, "soak", source_of(head, "soak"), duration_text(arena, e->soak));
    }
    json_close_array(out);
}

/* 0: never measured. */
static void put_seconds(JsonOut *out, const char *key, int64_t seconds)
{
    json_key(out, key);
    if (seconds) {
        json_int(out, seconds);
    } else {
        json_nothing(out);
    }
}

static void put_cost(JsonOut *out, const Plan *plan, const PlanHead *head)
{
    json_key(out, "cost");
    json_open_object(out);
    const RecordHydration *h = &head->hydration;
    json_key(out, "credits");
    if (h->typical) {
        json_number(out, plan_credits(plan, h->typical, head->environment->soak));
    } else {
        json_nothing(out);
    }
    json_put_number(out, "green_credits_per_hour", plan->green_credits_per_hour);
    put_seconds(out, "hydration_s", h->typical);
    put_seconds(out, "hydration_low_s", h->low);
    put_seconds(out, "hydration_high_s", h->high);
    if (head->environment->max_cost > 0) {
        json_put_number(out, "cap", head->environment->max_cost);
    }
    json_close_object(out);
}

static void put_permits(JsonOut *out, const Plan *plan)
{
    json_key(out, "permits");
    json_open_array(out);
    vec_each (PlanPermit, it, &plan->permits) {
        json_open_object(out);
        json_put_str(out, "permit", it->permit);
        json_put_str(out, "needed_for", it->needed_for);
        json_put_str(out, "given_by", it->given_by);
        json_close_object(out);
    }
    json_close_array(out);
}

void plan_write_json(JsonOut *out, const Plan *plan, const PlanHead *head)
{
    json_open_object(out);
    json_put_str(out, "schema", "cutover.plan/1");
    json_put_str(out, "environment", plan->environment);
    json_put_str(out, "strategy", "swap");
    json_put_str(out, "repository", head->repository);
    put_commit(out, head);
    put_live(out, plan, head);
    json_put_str(out, "digest", plan->digest);
    json_put_str(out, "outcome", outcome_name(plan->outcome));
    put_counts(out, plan);
    put_schemas(out, plan);
    put_clusters(out, plan);
    json_key(out, "objects");
    json_open_array(out);
    vec_each (PlanObject, it, &plan->objects) {
        put_object(out, it);
    }
    json_close_array(out);
    plan_columns_write_json(out, head->columns);
    put_settings(out, head);
    put_replacement(out, plan, head);
    put_gates(out, plan, head);
    put_cost(out, plan, head);
    put_permits(out, plan);
    json_key(out, "diagnostics");
    diags_write_json(out, &plan->diags);
    json_close_object(out);
}
