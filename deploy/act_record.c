/* Actions that only write the record: beginnings, intents, transitions. */
#include "pass_internal.h"

#include "cutover/str.h"

#include <string.h>

#define MICROS INT64_C(1000000)
#define NO_COMMIT "0000000000000000000000000000000000000000"

/* The record is read in the order of time: what follows must not sort before what it followed, when the server's clock has gone back. */
static Moment moment_to_note(const Pass *pass)
{
    const LogEntries *entries = &pass->snapshot.entries; /* in order */
    Moment now = pass->snapshot.catalog->now;
    return entries->count && vec_last(entries).at >= now ? vec_last(entries).at + 1 : now;
}

bool pass_append(Pass *pass, const RecordEntries *entries, Err *err)
{
    bool done = journal_append(pass->pg, pass->arena, &pass->journal, pass->in->environment->name,
                               moment_to_note(pass), entries, pass_limit(pass), err);
    if (pass->in->writer_seq) {
        *pass->in->writer_seq = pass->journal.seq;
    }
    return done;
}

bool pass_append_result(Pass *pass, const RecordDeployment *d, const RecordResult *result, Err *err)
{
    RecordEntries entries = {0};
    vec_push(pass->arena, &entries, entry_result(pass->arena, d->id, result));
    return pass_append(pass, &entries, err);
}

bool act_make_record(Pass *pass, Err *err)
{
    const CatalogSchema *schema =
        catalog_schema(pass->out->catalog, pass->journal.database, pass->journal.schema);
    bool commented = schema && !str_empty(schema->comment);
    return journal_create(pass->pg, pass->arena, &pass->journal, commented, pass_limit(pass), err);
}

bool act_make_marker(Pass *pass, Err *err)
{
    const char *name = marker_name(pass->arena, pass->in->environment->name, 0, NO_COMMIT);
    return pass_exec(
        pass, statement_create_schema(pass->arena, pass->snapshot.catalog->database, name), err);
}

/* Server time at which PHASE ends by itself; 0: never. */
static Moment deadline_of(const Pass *pass, const RecordDeployment *d, Phase phase)
{
    const EnvironmentConfig *e = pass->in->environment;
    bool waited = d->phase == PHASE_AWAITING_APPROVAL || d->phase == PHASE_AWAITING_WINDOW;
    Moment ready = d->ready_since ? d->ready_since : pass->snapshot.catalog->now;
    int64_t seconds = 0;
    switch (phase) {
    case PHASE_CANARY:
        seconds = e->canary;
        break;
    case PHASE_AWAITING_APPROVAL:
    case PHASE_AWAITING_WINDOW:
        return ready + e->promote_within * MICROS;
    case PHASE_BUILDING:
    case PHASE_HYDRATING:
        seconds = e->hydration_deadline;
        break;
    case PHASE_CHECKING:
        if (waited) { /* the wait for people goes on where it was */
            return ready + e->promote_within * MICROS;
        }
        seconds = e->promote_within;
        break;
    case PHASE_CUTTING_OVER:
    case PHASE_REPOINTING:
        seconds = e->promote_within;
        break;
    case PHASE_SOAKING:
        seconds = e->soak;
        break;
    case PHASE_CLEANING:
        seconds = e->drain;
        break;
    case PHASE_FAILED:
    case PHASE_ROLLED_BACK:
        seconds = e->keep_failed;
        break;
    default:
        return 0;
    }
    return pass->snapshot.catalog->now + seconds * MICROS;
}

/* What people read about a transition: the row's words, or what was found. */
static const char *reason_of(const Pass *pass, const RecordDeployment *d, const Rule *rule)
{
    if (rule->to == PHASE_ROLLED_BACK) {
        return d->reason; /* why somebody asked for it */
    }
    if (rule->when.abort_asked == YES && pass->request) {
        return pass->request->reason ? pass->request->reason : rule->why;
    }
    return pass->problem && rule->to == PHASE_FAILED ? pass->problem
                                                     : pass_reason_at_deadline(pass, d, rule);
}

static const Gate *failed_gate(const Pass *pass, const RecordDeployment *d)
{
    vec_each (Gate, it, &pass->gates) {
        const RecordResult *result = record_result(d, it->key);
        if (result && str_eq(result->verdict, "failed")) {
            return it;
        }
    }
    return NULL;
}

static const char *failed_gate_text(Pass *pass, const RecordDeployment *d)
{
    const Gate *gate = failed_gate(pass, d);
    return gate ? arena_printf(pass->arena, "%s %s failed on green: %s",
                               gate->test ? "test" : "check", gate->name,
                               record_result(d, gate->key)->text)
                : NULL;
}

/* What was sent to the server when it came to REASON. */
static const char *statement_of(const Pass *pass, const RecordDeployment *d, Phase to,
                                const char *reason)
{
    const Gate *gate = to == PHASE_FAILED ? failed_gate(pass, d) : NULL;
    return reason == pass->problem ? pass->problem_statement : gate ? gate->sql : NULL;
}

static void add_transition(Pass *pass, RecordEntries *entries, const RecordDeployment *d, Phase to,
                           const char *reason, const RecordNames *names,
                           int64_t rollback_generation)
{
    bool corrected = d == pass->after && pass->after_recorded != PHASE_NONE;
    EntryPhase phase = {.deployment = d,
                        .from = corrected ? pass->after_recorded : d->phase,
                        .to = to,
                        .reason = reason,
                        .statement = statement_of(pass, d, to, reason),
                        .deadline = deadline_of(pass, d, to),
                        .names = names,
                        .names_event = pass->snapshot.catalog->newest_event,
                        .rollback_generation = rollback_generation};
    vec_push(pass->arena, entries, entry_phase(pass->arena, &phase));
}

static void add_event(Pass *pass, RecordEntries *entries, const RecordDeployment *d,
                      const Rule *rule, Phase phase, const char *reason)
{
    if (rule->event) {
        vec_push(pass->arena, entries, tell_event(pass, d, rule->event, phase, reason));
    }
}

static RecordDeployment new_deployment(Pass *pass)
{
    const PassCommit *commit = &pass->in->commit;
    int64_t generation = pass->marker.generation + 1;
    RecordDeployment d = {
        .id = deployment_id(pass->arena, pass->in->environment->name, generation, commit->sha),
        .generation = generation,
        .commit = commit->sha,
        .short_commit = commit->short_sha,
        .subject = commit->subject,
        .author = commit->author,
        .ref = commit->ref,
        .attempt = 1,
        .plan_digest = pass->out->plan ? pass->out->plan->digest : NULL,
        .from_generation = pass->marker.generation,
        .from_deployment = pass->out->live ? pass->out->live->id : "",
        .started_at = pass->snapshot.catalog->now};
    const RecordDeployment *before = record_deployment(pass->out->record, d.id);
    if (before) {
        d.attempt = before->attempt + 1;
    }
    return d;
}

static const char *first_finding(const Pass *pass)
{
    const Diag *it = diags_first(&pass->out->diags, DIAG_ERROR);
    const char *text = it ? arena_printf(pass->arena, "%s: %s", it->code, it->message) : NULL;
    return it && it->file
               ? arena_printf(pass->arena, "%s (%s:%d:%d)", text, it->file, it->line, it->column)
               : text;
}

bool act_begin(Pass *pass, const Rule *rule, Err *err)
{
    RecordDeployment *d = arena_make(pass->arena, RecordDeployment);
    *d = new_deployment(pass);
    pass->out->deployment = d;
    RecordEntries entries = {0};
    const char *reason = rule->to == PHASE_FAILED ? first_finding(pass) : rule->why;
    add_transition(pass, &entries, d, rule->to, reason, NULL, 0);
    add_event(pass, &entries, d, rule, rule->to, reason);
    if (rule->to == PHASE_FAILED) {
        vec_push(pass->arena, &entries, entry_denied(pass->arena, d->id, d->commit, reason, NULL));
    }
    return pass_append(pass, &entries, err);
}

/* ---- intent ---- */

static void add_green(Pass *pass, RecordDeployment *d)
{
    const Plan *plan = pass->out->plan;
    d->green.count = 0;
    for (int clusters = 0; clusters < 2; clusters++) {
        size_t count = clusters ? plan->clusters.count : plan->schemas.count;
        const PlanContainer *items = clusters ? plan->clusters.items : plan->schemas.items;
        for (size_t i = 0; i < count; i++) {
            if (items[i].wanted) {
                vec_push(pass->arena, &d->green,
                         (RecordGreen){.kind = container_kind(clusters),
                                       .database = items[i].database,
                                       .name = items[i].name,
                                       .green = items[i].green});
            }
        }
    }
    vec_each (PlanBeside, it, &plan->besides) {
        vec_push(pass->arena, &d->green,
                 (RecordGreen){.kind = it->kind,
                               .database = it->rel.database,
                               .schema = it->rel.schema,
                               .name = it->rel.name,
                               .green = it->green,
                               .replaces = it->replaces ? it->live_id : NULL});
    }
}

/* What lies on the old side goes with that, but for data: it must be known that they may. */
bool pass_is_drop(const Pass *pass, const PlanObject *object)
{
    bool with_blue = object->where == PLAN_WITH_BLUE && object->live &&
                     build_holds_data(pass->out->record, object->live);
    return object->action == PLAN_REMOVE && (object->where == PLAN_AFTER_CUTOVER || with_blue);
}

static void add_drops(Pass *pass, RecordDeployment *d)
{
    vec_each (PlanObject, it, &pass->out->plan->objects) {
        if (pass_is_drop(pass, it)) {
            vec_push(pass->arena, &d->drops,
                     (RecordPlace){.kind = it->live->kind, .id = it->live->id, .rel = it->rel});
        }
    }
}

static void add_place(Pass *pass, RecordPlaces *places, RecordPlace place)
{
    vec_each (RecordPlace, it, places) {
        if (str_eq(it->kind, place.kind) && relname_eq(it->rel, place.rel)) {
            *it = place;
            return;
        }
    }
    vec_push(pass->arena, places, place);
}

/* What nobody could tell for ours when it is made, the process ends, and the next commit does not declare it, or declares it
 * again. What an attempt before this one made stays in the list. */
static void add_makes(Pass *pass, RecordDeployment *d)
{
    vec_each (PlanObject, it, &pass->out->plan->objects) {
        bool container = is_container(it->kind);
        bool stays =
            it->node && !it->index && !it->grant && !it->comment && node_kind_stays(it->node->kind);
        if (it->action != PLAN_CREATE || it->where != PLAN_IN_PLACE) {
            continue;
        }
        if (container) {
            add_place(pass, &d->makes, (RecordPlace){.kind = it->kind, .rel = it->rel});
        } else if (stays) {
            add_place(pass, &d->makes,
                      (RecordPlace){.kind = node_kind_catalog(it->node->kind),
                                    .rel = it->rel,
                                    .digest = it->node->digest});
        }
    }
}

static const char *sink_action(PlanAction action)
{
    return action == PLAN_CREATE   ? SINK_TO_CREATE
           : action == PLAN_CHANGE ? SINK_TO_RECREATE
                                   : SINK_TO_REPOINT;
}

static void add_sinks(Pass *pass, RecordDeployment *d)
{
    vec_each (PlanObject, it, &pass->out->plan->objects) {
        if (str_eq(it->kind, "sink") && it->action != PLAN_REMOVE) {
            vec_push(pass->arena, &d->sinks,
                     (RecordSink){.action = sink_action(it->action),
                                  .id = it->live ? it->live->id : NULL,
                                  .node = it->id,
                                  .digest = it->node->digest,
                                  .rel = it->rel,
                                  .from = sink_from(pass->out->desired, it->node),
                                  .was = it->leaves,
                                  .was_digest = it->leaves.name
                                                    ? sink_digest(pass->out->record,
                                                                  pass->snapshot.catalog, it->live)
                                                    : NULL});
        }
    }
}

/* Permits take effect with the intent: from then on the deployment has them. */
static void add_permits_used(Pass *pass, RecordEntries *entries, const RecordDeployment *d)
{
    vec_each (RecordRequest, it, &pass->out->record->requests) {
        if (!it->done && it->permits.count && permit_counts(it, d->plan_digest, d)) {
            vec_push(pass->arena, entries, entry_outcome(pass->arena, d->id, it->id, "done", NULL));
        }
    }
}

bool act_intend(Pass *pass, RecordDeployment *d, const Rule *rule, Err *err)
{
    RecordDeployment intent = *d;
    intent.manifest_digest = pass->out->desired->manifest_digest;
    intent.plan_digest = pass->out->plan->digest;
    intent.audit_event = pass->snapshot.catalog->newest_event;
    intent.credits_per_hour = pass->out->plan->green_credits_per_hour;
    intent.attempt = d->has_intent ? d->attempt + 1 : d->attempt;
    intent.gates = strict_gates(pass->own);
    memset(&intent.green, 0, sizeof intent.green);
    memset(&intent.drops, 0, sizeof intent.drops);
    memset(&intent.sinks, 0, sizeof intent.sinks);
    add_green(pass, &intent);
    add_drops(pass, &intent);
    add_makes(pass, &intent);
    add_sinks(pass, &intent);
    intent.in_place_only = intent.green.count == 0;
    RecordEntries entries = {0};
    introspect_record(&pass->introspect, d->id, &entries);
    vec_push(pass->arena, &entries, entry_intent(pass->arena, &intent));
    add_permits_used(pass, &entries, &intent);
    if (rule->to != PHASE_NONE) {
        add_transition(pass, &entries, &intent, rule->to, rule->why, NULL, 0);
        add_event(pass, &entries, &intent, rule, rule->to, rule->why);
    }
    return pass_append(pass, &entries, err);
}

/* ---- transitions ---- */

/* What people gave is used: also when it was given before it was waited for, or green was built again meanwhile. */
static void add_approvals(Pass *pass, RecordEntries *entries, const RecordDeployment *d)
{
    vec_each (RecordRequest, it, &pass->out->record->requests) {
        if (!it->done && str_eq(it->kind, "approve") && str_eq(it->deployment, d->id)) {
            vec_push(pass->arena, entries, entry_outcome(pass->arena, d->id, it->id, "done", NULL));
        }
    }
}

/* The requests that this transition grants. */
static void add_outcomes(Pass *pass, RecordEntries *entries, const RecordDeployment *d,
                         const Rule *rule)
{
    bool granted = rule->to == PHASE_ROLLED_BACK || rule->when.abort_asked == YES ||
                   rule->when.promote_asked == YES;
    if (granted && pass->request) {
        vec_push(pass->arena, entries,
                 entry_outcome(pass->arena, d->id, pass->request->id, "done", NULL));
    }
    if (rule->when.approved == YES) {
        add_approvals(pass, entries, d);
    }
}

/* All has followed what D declares; another commit that is wanted by now takes it from there. */
static void add_declared(Pass *pass, RecordEntries *entries, const RecordDeployment *d)
{
    if (pass->out->desired && !d->partial && str_eq(pass->in->commit.sha, d->commit)) {
        RecordObjects noted = noted_declared(pass->arena, pass->out->record, pass->snapshot.catalog,
                                             pass->out->desired, pass->in->environment);
        entries_add_objects(pass->arena, entries, &noted);
    }
}

/* Whoever asks for the way back to COMMIT wants it, whatever was said of it before. */
static void allow_again(Pass *pass, RecordEntries *entries, const RecordDeployment *d,
                        const char *commit, const char *reason)
{
    if (commit && map_get(&pass->out->record->denied, commit)) {
        vec_push(pass->arena, entries, entry_allowed(pass->arena, d->id, commit, reason));
    }
}

bool act_move(Pass *pass, RecordDeployment *d, const Rule *rule, Err *err)
{
    RecordEntries entries = {0};
    const char *gate = rule->to == PHASE_FAILED ? failed_gate_text(pass, d) : NULL;
    const char *finding =
        rule->to == PHASE_FAILED && !pass->out->desired ? first_finding(pass) : NULL;
    const char *reason = gate ? gate : finding ? finding : reason_of(pass, d, rule);
    add_transition(pass, &entries, d, rule->to, reason, NULL, 0);
    add_event(pass, &entries, d, rule, rule->to, reason);
    if (rule->to == PHASE_FAILED || rule->to == PHASE_ROLLED_BACK || rule->to == PHASE_ABORTED) {
        bool back = rule->to == PHASE_ROLLED_BACK;
        const char *restore = back ? pass_restored_commit(pass, d) : NULL;
        if (str_eq(restore, d->commit) || str_eq(restore, NO_COMMIT)) {
            restore = NULL; /* the way back from a healing, or from the first */
        }
        vec_push(pass->arena, &entries,
                 entry_denied(pass->arena, d->id, d->commit, reason, restore));
        allow_again(pass, &entries, d, restore, reason);
    }
    if (d == pass->after && pass->after_recorded == PHASE_FAILED) {
        vec_push(pass->arena, &entries, entry_allowed(pass->arena, d->id, d->commit, reason));
    }
    if (rule->to == PHASE_SOAKING || rule->to == PHASE_LIVE) {
        add_declared(pass, &entries, d);
    }
    add_outcomes(pass, &entries, d, rule);
    return pass_append(pass, &entries, err);
}

/*
 * Owners and options of what goes live, and of what stays, are from then on what was deployed: others are drift. A healing keeps to
 * what was deployed before, but for what it has built anew. What is declared is noted before it can be there: nothing
 * that Git gave is taken for a person's, whatever happens now.
 */
static void add_notes(Pass *pass, RecordEntries *entries, const RecordDeployment *d)
{
    bool heals = pass_heals(pass);
    RecordObjects objects =
        noted_anew(pass->arena, pass->out->record, pass->snapshot.catalog, pass->green);
    RecordObjects noted = {0};
    vec_each (RecordObject, it, &objects) {
        bool replaces = replace_target(pass->snapshot.catalog, d, it->kind, it->id);
        if (!replaces && (!heals || str_eq(it->deployment, d->id))) {
            vec_push(pass->arena, &noted, *it);
        }
    }
    entries_add_objects(pass->arena, entries, &noted);
}

static void add_note(Pass *pass, RecordEntries *entries, const RecordDeployment *d,
                     const char *check, const char *text)
{
    RecordResult result = {
        .check = check, .verdict = "passed", .text = text, .attempt = d->attempt};
    vec_push(pass->arena, entries, entry_result(pass->arena, d->id, &result));
}

/* Nobody is left in whom only a canary let in: what guests may read now they keep, and all else that they get came late. Green
 * is as production is: what that gives and takes from now on comes late, too. */
static void add_rights(Pass *pass, RecordEntries *entries, const RecordDeployment *d,
                       const RecordNames *names)
{
    const Record *record = pass->out->record;
    const Build *guests = build_find_guests(pass->arena, pass->snapshot.catalog, record, names);
    vec_each (const char *const, role, &record->canary_roles) {
        add_note(pass, entries, d, build_guest_check(pass->arena, *role), NULL);
    }
    vec_each (const Step, it, &guests->canary) {
        add_note(pass, entries, d,
                 build_keeps_check(pass->arena, it->object_kind, it->id, it->grantee), NULL);
    }
    StrVec rights = build_rights(pass->arena, pass->snapshot.catalog, names);
    vec_each (const char *, it, &rights) {
        add_note(pass, entries, d, build_rights_check(pass->arena, (size_t)(it - rights.items)),
                 *it);
    }
}

bool act_prepare(Pass *pass, RecordDeployment *d, const Rule *rule, Err *err)
{
    bool back = rule->to == PHASE_ROLLING_BACK;
    RecordNames names = back ? pass_back_names(pass, d) : pass_cutover_names(pass);
    const char *reason =
        back && pass->request && pass->request->reason ? pass->request->reason : rule->why;
    RecordEntries entries = {0};
    if (!back) {
        add_notes(pass, &entries, d);
        add_rights(pass, &entries, d, &names);
        add_approvals(pass, &entries, d);
    }
    add_transition(pass, &entries, d, rule->to, reason, &names, back ? d->generation + 1 : 0);
    add_event(pass, &entries, d, rule, rule->to, reason);
    return pass_append(pass, &entries, err);
}

bool act_note_proof(Pass *pass, RecordDeployment *d, Err *err)
{
    const Proof *proof = pass->out->proof;
    RecordResult result = {.check = "hydration",
                           .verdict = proof->ready ? "passed" : "lost",
                           .text = proof->ready ? NULL : str_join(pass->arena, &proof->waits, "; "),
                           .attempt = d->attempt};
    return pass_append_result(pass, d, &result, err);
}

bool act_answer(Pass *pass, Err *err)
{
    const RequestAnswer *answer = &pass->answer;
    RecordEntries entries = {0};
    vec_push(pass->arena, &entries,
             entry_outcome(pass->arena, answer->request->deployment, answer->request->id,
                           answer->outcome, answer->why));
    const char *event = str_eq(answer->request->kind, "hold")     ? "environment.held"
                        : str_eq(answer->request->kind, "resume") ? "environment.resumed"
                                                                  : NULL;
    if (event) {
        static const RecordDeployment nothing = {0};
        const RecordDeployment *live = pass->out->live ? pass->out->live : &nothing;
        pass->request = answer->request;
        vec_push(pass->arena, &entries,
                 tell_event(pass, live, event, live->phase, answer->request->reason));
    }
    return pass_append(pass, &entries, err);
}

bool act_refuse_request(Pass *pass, RecordDeployment *d, const Rule *rule, Err *err)
{
    bool late = d->phase == PHASE_CLEANING;
    const char *why = rule->why;
    if (!late && pass->no_way_back) {
        why = pass->no_way_back;
    } else if (!late && pass->out->proof && pass->out->proof->waits.count) {
        why = str_join(pass->arena, &pass->out->proof->waits, "; ");
    }
    RecordEntries entries = {0};
    vec_push(
        pass->arena, &entries,
        entry_outcome(pass->arena, d->id, pass->request->id, late ? "too_late" : "refused", why));
    return pass_append(pass, &entries, err);
}

/* The live commit is denied, and what Git says by now with it: else that would be deployed instead of the one before. If that was
 * denied already, another commit is wanted instead of it from now on. */
bool act_restore(Pass *pass, const Rule *rule, Err *err)
{
    const RecordDeployment *live = pass->out->live;
    const RecordRequest *request = pass->request;
    const char *before = record_commit_before(pass->out->record, live);
    const char *reason = str_empty(request->reason) ? rule->why : request->reason;
    const char *commits[] = {live->commit, pass->in->commit.sha, pass->in->denied.sha};
    RecordEntries entries = {0};
    vec_push(pass->arena, &entries, tell_event(pass, live, "rolling_back", live->phase, reason));
    for (size_t i = 0; i < sizeof commits / sizeof *commits; i++) {
        bool once = i == 0 || (!str_eq(commits[i], live->commit) && !str_eq(commits[i], before));
        if (commits[i] && once) {
            vec_push(pass->arena, &entries,
                     entry_denied(pass->arena, live->id, commits[i], reason, before));
        }
    }
    allow_again(pass, &entries, live, before, reason);
    vec_push(pass->arena, &entries,
             entry_outcome(pass->arena, live->id, request->id, "done", NULL));
    return pass_append(pass, &entries, err);
}

bool act_note_whole(Pass *pass, Err *err)
{
    RecordEntries entries = {0};
    vec_push(pass->arena, &entries, entry_whole(pass->arena, pass->out->live->id));
    return pass_append(pass, &entries, err);
}

/* What is still known of objects is written anew before its rows go: a process that ends in between leaves doubles. */
bool act_prune(Pass *pass, Err *err)
{
    return pass_append(pass, &pass->prune.renewed, err) &&
           journal_prune(pass->pg, pass->arena, &pass->journal, pass->in->environment->name,
                         pass->prune_before, &pass->prune.keep, pass_limit(pass), err);
}
