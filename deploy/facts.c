/* From an observation to the facts that the table of decide.c asks for. */
#include "pass_internal.h"

#include "cutover/names_check.h"
#include "cutover/str.h"
#include "cutover/way_back.h"

#define AUTHOR_MAX 200 /* bytes of a container's comment */
#define MICROS INT64_C(1000000)
#define AGED_LEAST 500

static Tri tri(bool yes)
{
    return yes ? YES : NO;
}

/* What was approved, rehearsed and announced is still what would happen. */
static bool intent_fits(const Pass *pass, const RecordDeployment *d)
{
    return d->has_intent && str_eq(d->manifest_digest, pass->out->desired->manifest_digest) &&
           str_eq(d->plan_digest, pass->out->plan->digest);
}

/* ---- the proof ---- */

/* What production has under the name that OBJECT will bear. */
static const char *counterpart(Pass *pass, const CatalogObject *object)
{
    const DesiredNode *green =
        map_get(&pass->green->node_by_rel, relname_key(pass->arena, object->rel));
    const DesiredNode *node = green ? map_get(&pass->out->desired->node_by_id, green->id) : NULL;
    if (map_get(&pass->out->desired->node_by_rel, relname_key(pass->arena, object->rel))) {
        return object->id; /* what a replacement waits for: it need not be better than it is */
    }
    const CatalogObject *live = node ? catalog_object(pass->snapshot.catalog, node->rel) : NULL;
    return live ? live->id : NULL;
}

static ProofInput proof_input(Pass *pass, Moment since)
{
    return (ProofInput){.catalog = pass->snapshot.catalog,
                        .max_lag = pass->in->environment->lag * MICROS,
                        .since = since};
}

static void prove_green(Pass *pass, Moment since)
{
    ProofInput input = proof_input(pass, since);
    vec_each (const CatalogObject *, it, &pass->build->wanted) {
        vec_push(pass->arena, &input.objects, ((ProofObject){(*it)->id, counterpart(pass, *it)}));
    }
    vec_each (PlanContainer, it, &pass->out->plan->clusters) {
        const CatalogCluster *green = catalog_cluster(pass->snapshot.catalog, it->green);
        if (it->wanted && green) {
            vec_push(pass->arena, &input.clusters, green->id);
        }
    }
    pass->out->proof = proof_make(pass->arena, &input);
    if (pass->out->proof->failed && !pass->problem) {
        pass->problem = str_join(pass->arena, &pass->out->proof->failures, "; ");
    }
}

/* Blue must be proved anew before it serves again: somebody may have taken its replicas away. */
static bool blue_can_serve(Pass *pass)
{
    ProofInput input = proof_input(pass, 0);
    vec_each (const CatalogObject *, it, &pass->blue->objects) {
        if (str_eq((*it)->kind, "materialized-view") || str_eq((*it)->kind, "index")) {
            vec_push(pass->arena, &input.objects, (ProofObject){.id = (*it)->id});
        }
    }
    vec_each (const CatalogCluster *, it, &pass->blue->clusters) {
        vec_push(pass->arena, &input.clusters, (*it)->id);
    }
    pass->out->proof = proof_make(pass->arena, &input);
    return pass->out->proof->ready;
}

/* Green, as the decision to cut over names it: the plan of a later pass is not made for that. */
static bool green_can_serve(Pass *pass, const RecordDeployment *d)
{
    ProofInput input = proof_input(pass, d->phase_since);
    input.objects = names_going_live(pass->arena, pass->snapshot.catalog, &d->names);
    pass->out->proof = proof_make(pass->arena, &input);
    return pass->out->proof->ready;
}

/* ---- facts before the cutover ---- */

/* Whoever writes a commit chooses this name: it must not say whose a container is, nor make its comment longer than one may be. */
static const char *author_for_comment(Arena *arena, const char *author)
{
    char *name =
        arena_strdup(arena, str_cut(arena, author ? author : "unknown", AUTHOR_MAX, "..."));
    for (char *p = name; *p; p++) {
        *p = *p == '|' ? '/' : *p;
    }
    return name;
}

static void build_facts(Pass *pass, RecordDeployment *d, Facts *facts)
{
    const PassCommit *commit = &pass->in->commit;
    const char *comment = arena_printf(
        pass->arena, "Deployment by %s on %s | Commit SHA: %s | Cutover %s g%lld",
        author_for_comment(pass->arena, commit->author), moment_text(pass->arena, d->started_at),
        d->commit, pass->in->environment->name, (long long)d->generation);
    BuildInput input = {.plan = pass->out->plan,
                        .production = pass->out->desired,
                        .green = pass->green,
                        .catalog = pass->snapshot.catalog,
                        .record = pass->out->record,
                        .deployment = d,
                        .environment = pass->in->environment,
                        .container_comment = comment,
                        .canary = d->phase == PHASE_CANARY};
    pass->build = build_compare(pass->arena, &input);
    const Build *build = pass->build;
    facts->unrecorded = tri(build->claims.count || pass->out->record->unwritten.count);
    facts->stale =
        tri(build->stale.count || build->stale_schemas.count || build->stale_clusters.count);
    facts->fresh = tri(build->fresh);
    facts->missing = tri(build->missing.count > 0);
    facts->admits = tri(build->canary.count > 0);
    if (build->foreign.list.count) {
        pass->problem = build->foreign.list.items[0].message;
    }
}

static void gate_facts(Pass *pass, const RecordDeployment *d, Facts *facts)
{
    pass_find_gates(pass);
    bool left = false, failed = false;
    vec_each (Gate, it, &pass->gates) {
        const RecordResult *result = record_result(d, it->key);
        left |= !result;
        if (result && str_eq(result->verdict, "failed") && !failed) {
            failed = true;
            pass->problem_file = it->file;
            pass->problem_line = it->line;
        }
    }
    facts->checks_left = tri(left);
    facts->checks_failed = tri(failed);
}

static void proof_facts(Pass *pass, const RecordDeployment *d, Facts *facts)
{
    const RecordResult *noted = record_result(d, "hydration");
    bool holds = noted && str_eq(noted->verdict, "passed") && noted->at >= d->phase_since;
    /* A replica that was away before the proof began is no matter, one that was away since is. */
    prove_green(pass, holds ? noted->at : 0);
    facts->proved = tri(pass->out->proof->ready);
    facts->proof_noted = tri(holds);
    int64_t settle = pass->in->environment->settle * MICROS;
    facts->settled = tri(holds && pass->snapshot.catalog->now - noted->at >= settle);
}

/* ---- what people and the calendar have to say ---- */

/* Nobody ends a soak before the floor of the controller's file is over; the request waits until then. */
static bool is_floored(const Pass *pass, const RecordDeployment *d)
{
    int64_t floor = pass->in->environment->soak_floor * MICROS;
    return d->phase == PHASE_SOAKING && pass->snapshot.catalog->now < d->phase_since + floor;
}

static void people_facts(Pass *pass, const RecordDeployment *d, Facts *facts)
{
    const Record *record = pass->out->record;
    const RecordRequest *abort = request_open(record, d, "abort");
    const RecordRequest *promote = is_floored(pass, d) ? NULL : request_open(record, d, "promote");
    facts->abort_asked = tri(abort != NULL);
    facts->promote_asked = tri(promote != NULL);
    pass->request = abort ? abort : promote;
}

static bool is_window_open(const Pass *pass, const RecordDeployment *d)
{
    bool promoted = request_promoted(pass->out->record, d, PHASE_AWAITING_WINDOW);
    return (pass->own_open || promoted) && pass->floor_open;
}

static void wait_facts(Pass *pass, const RecordDeployment *d, Facts *facts)
{
    const EnvironmentConfig *e = pass->in->environment;
    const Record *record = pass->out->record;
    Moment now = pass->snapshot.catalog->now;
    bool canary = e->canary && !d->in_place_only && !request_promoted(record, d, PHASE_CANARY) &&
                  !(d->canary_since && now - d->canary_since >= e->canary * MICROS);
    bool open = is_window_open(pass, d);
    facts->canary_over = tri(!canary);
    facts->approved = tri(request_approvals(record, d) >= config_approvals(e));
    facts->window_open = tri(open);
    facts->window_missed = tri(!open && str_eq(e->windows.missed, "abort"));
    if (pass->zone_problem && !pass->problem) {
        pass->problem = pass->zone_problem;
    }
}

/* All that a pass can lose while it waits for people; lag and replicas are seen again in `checking`. */
static bool is_intact(const Facts *facts)
{
    return facts->problem == NO && facts->refused != YES && facts->intended == YES &&
           facts->missing == NO && facts->stale == NO && facts->checks_left == NO &&
           facts->checks_failed == NO && facts->overtaken == NO;
}

static bool is_rehearsed(const RecordDeployment *d)
{
    const RecordResult *rehearsal = record_result(d, "rehearsal");
    return rehearsal && rehearsal->at >= d->phase_since;
}

static bool is_superseded(const Pass *pass, const RecordDeployment *d)
{
    return pass->in->commit.sha && !str_eq(d->commit, pass->in->commit.sha);
}

static void facts_before_cutover(Pass *pass, RecordDeployment *d, Facts *facts)
{
    facts->superseded = tri(is_superseded(pass, d));
    facts->intact = NO;
    people_facts(pass, d, facts);
    if (facts->superseded == YES || !pass->out->plan || d->phase == PHASE_PENDING) {
        return;
    }
    facts->overtaken = tri(pass->marker.generation != d->from_generation);
    facts->intended = tri(intent_fits(pass, d));
    if (facts->intended == NO || facts->refused == YES || !pass_compile_green(pass)) {
        facts->problem = tri(pass->problem != NULL);
        return;
    }
    build_facts(pass, d, facts);
    facts->rehearsed = tri(is_rehearsed(d));
    if (d->phase != PHASE_BUILDING) {
        proof_facts(pass, d, facts);
        gate_facts(pass, d, facts);
        wait_facts(pass, d, facts);
    }
    facts->problem = tri(pass->problem != NULL);
    facts->intact = tri(is_intact(facts));
}

/* ---- facts after it ---- */

static bool reads_blue(const Pass *pass, const CatalogReader *reader)
{
    for (size_t i = 0; i < pass->blue->clusters.count; i++) {
        if (str_eq(pass->blue->clusters.items[i]->id, reader->cluster_id)) {
            return true;
        }
    }
    for (size_t i = 0; i < pass->blue->objects.count; i++) {
        if (str_in(&reader->object_ids, pass->blue->objects.items[i]->id)) {
            return true;
        }
    }
    return false;
}

size_t pass_readers_of_blue(const Pass *pass)
{
    size_t count = 0;
    vec_each (CatalogReader, it, &pass->snapshot.catalog->readers) {
        count += reads_blue(pass, it);
    }
    return count;
}

/* The next deployment has passed its gates: its cutover ends this soak. */
static bool next_is_ready(const Pass *pass)
{
    const RecordDeployment *next = pass->building;
    return next && next->phase == PHASE_CHECKING && pass->out->next_is_ready;
}

/* Another commit that is wanted by now changes in place what it declares, when it is live; an adoption changes nothing. */
static void follow_up_facts(Pass *pass, const RecordDeployment *d, Facts *facts)
{
    bool wanted = pass->out->plan && !d->partial && str_eq(pass->in->commit.sha, d->commit);
    pass->alterations = wanted ? build_alterations(pass->arena, pass->out->plan) : (Alterations){0};
    pass->replacing = replace_state(pass->snapshot.catalog, pass->out->record, d);
    facts->replacement = tri(pass->replacing.live != NULL);
    facts->lost = tri(pass->replacing.state == REPLACE_LOST);
    facts->sinks = tri(pass_sink_step(pass, d).action != SINK_NONE);
    facts->alterations = tri(pass->alterations.steps.count > 0);
    facts->altering = tri(pass->alterations.altering);
    facts->follow_up = tri(facts->replacement == YES || facts->lost == YES || facts->sinks == YES ||
                           facts->alterations == YES || facts->altering == YES);
}

/*
 * A GRANT that another process decided on in the canary may be carried out until the names that it knows are gone with the
 * cutover. So guests are looked for before each attempt, and once more when it has happened: from then on none can come.
 * Then, too, what people did to production since the decision is done again.
 */
static void rights_facts(Pass *pass, const RecordDeployment *d, Facts *facts)
{
    if (d->phase == PHASE_CUTTING_OVER) {
        Build *late = build_shut_out_late(pass->arena, pass->snapshot.catalog, pass->out->record, d,
                                          facts->happened == YES);
        if (facts->happened == YES) {
            build_carry_over(pass->arena, pass->snapshot.catalog, pass->out->record, d, late);
        }
        facts->admits = tri(late->canary.count > 0);
        pass->build = facts->admits == YES ? late : pass->build;
    }
}

Leftover *pass_find_blue(const Pass *pass, const RecordDeployment *d)
{
    const Desired *wanted = pass->held_back ? NULL : pass->out->desired;
    return leftover_blue(pass->arena, pass->snapshot.catalog, pass->out->record, d, wanted);
}

static void blue_facts(Pass *pass, const RecordDeployment *d, Facts *facts)
{
    const Leftover *blue = pass->blue = pass_find_blue(pass, d);
    bool goes = blue->objects.count || blue->schemas.count || blue->clusters.count;
    facts->blue = tri(goes || blue->undecided);
    facts->undecided = tri(!goes && blue->undecided);
}

/*
 * The process that decided on the cutover may have stood still for hours since, and people go by what the clock and they themselves
 * have said; green may have lost its replicas. An adoption waits for nobody, and has no green.
 */
static void decision_facts(Pass *pass, const RecordDeployment *d, Facts *facts)
{
    if (d->phase == PHASE_CUTTING_OVER && facts->happened == NO && d->ready_since) {
        facts->proved = tri(green_can_serve(pass, d));
        facts->holds = tri(facts->held == NO && is_window_open(pass, d));
    }
}

static void facts_after_cutover(Pass *pass, RecordDeployment *d, Facts *facts)
{
    Moment now = pass->snapshot.catalog->now;
    bool sent = d->phase == PHASE_CUTTING_OVER || d->phase == PHASE_ROLLING_BACK;
    int64_t expected = d->phase == PHASE_ROLLING_BACK ? d->rollback_generation : d->generation;
    facts->happened = tri(pass_happened(pass, d));
    facts->overtaken = tri(sent ? facts->happened == NO && pass->marker.generation >= expected
                                : facts->happened == NO);
    blue_facts(pass, d, facts);
    decision_facts(pass, d, facts);
    follow_up_facts(pass, d, facts);
    rights_facts(pass, d, facts);
    bool gone = d->phase == PHASE_CUTTING_OVER && pass->replacing.green && facts->replacement == NO;
    facts->names_hold = tri(!gone && pass_names_fit(pass, d, pass->snapshot.catalog));
    pass->unused = leftover_replacement(pass->arena, pass->snapshot.catalog, pass->out->record, d);
    facts->soak_over = tri(now >= d->deadline || next_is_ready(pass));
    facts->drained = tri(now >= d->deadline);
    facts->readers = tri(pass_readers_of_blue(pass) > 0);
    people_facts(pass, d, facts);
    const RecordRequest *rollback = request_open(pass->out->record, d, "rollback");
    facts->rollback_asked = tri(rollback != NULL);
    if (pass->replacing.state == REPLACE_BEGUN) {
        facts->rollback_asked = facts->expired = NO;
    }
    pass->request = rollback ? rollback : pass->request;
    if (rollback && (d->phase == PHASE_SOAKING || d->phase == PHASE_REPOINTING)) {
        RecordNames back = pass_back_names(pass, d);
        pass->no_way_back =
            way_back_problem(pass->arena, pass->snapshot.catalog, pass->out->record, d, &back);
        facts->can_go_back = tri(facts->blue == YES && !pass->no_way_back && blue_can_serve(pass));
    }
    if (d->phase == PHASE_CLEANING && pass->blue->foreign.list.count) {
        pass->problem = pass->blue->foreign.list.items[0].message;
    }
    facts->problem = tri(pass->problem != NULL);
}

/* What overtook it may use its green. */
static Moment kept_until(const Pass *pass, const RecordDeployment *d)
{
    return d->phase == PHASE_SUPERSEDED && pass->building
               ? d->phase_since + pass->in->environment->keep_failed * MICROS
               : d->deadline;
}

static void facts_at_end(Pass *pass, RecordDeployment *d, Facts *facts)
{
    Moment now = pass->snapshot.catalog->now;
    facts->kept_long_enough = tri(now >= kept_until(pass, d));
    if (d->phase == PHASE_ROLLED_BACK) {
        blue_facts(pass, d, facts);
        facts->problem = tri(pass->blue->foreign.list.count > 0);
        return;
    }
    const Catalog *catalog = pass->snapshot.catalog;
    pass->unused = d->phase == PHASE_LIVE ? leftover_late(pass->arena, catalog, pass->out->record)
                                          : leftover_green(pass->arena, catalog, pass->out->record);
    facts->green = tri(pass->unused->objects.count || pass->unused->schemas.count ||
                       pass->unused->clusters.count);
    Build *shut_out = build_shut_out(pass->arena, catalog, pass->out->record, pass->unused);
    facts->admits = tri(shut_out->canary.count > 0);
    pass->build = facts->admits == YES ? shut_out : pass->build;
}

/* ---- the environment's own ---- */

bool pass_markers_agree(const Pass *pass)
{
    int64_t newest = record_newest_generation(pass->out->record);
    if (pass->marker.count > 1 || (newest && pass->marker.generation < newest)) {
        return false;
    }
    if (pass->marker.generation <= 0) {
        return pass->marker.count || !pass->out->record->deployments.count;
    }
    return pass->out->live ||
           record_prepares(pass->out->record, pass->marker.generation, pass->marker.commit8);
}

static void environment_facts(Pass *pass, Facts *facts)
{
    const PassResult *out = pass->out;
    const Plan *plan = out->plan;
    facts->record = tri(out->record->exists);
    facts->marker = tri(pass->marker.count > 0);
    facts->markers_agree = tri(pass_markers_agree(pass));
    facts->compiles = tri(out->desired != NULL);
    bool others = !pass->in->denied.sha || record_building(out->record);
    bool held_back = pass->held_back && others;
    facts->denied = tri(
        held_back || (pass->in->commit.sha && map_get(&out->record->denied, pass->in->commit.sha)));
    facts->held = tri(out->record->hold != NULL);
    RequestWorld world = pass_request_world(pass);
    facts->unanswered = tri(pass->in->mode == PASS_ACT &&
                            request_unanswered(pass->arena, out->record, &world, &pass->answer));
    facts->wanted_is_live = tri(pass_wanted_is_live(pass));
    if (plan) {
        facts->refused = tri(plan->outcome == PLAN_REFUSED);
        facts->changes = tri(plan->outcome == PLAN_CHANGES);
    }
}

/* A few rows are not worth a statement, which would have to be sent again with every row that ages. */
static bool is_aged(Pass *pass)
{
    if (!pass->in->retention) {
        return false;
    }
    pass->prune_before = pass->snapshot.catalog->now - pass->in->retention * MICROS;
    pass->prune = record_prune(pass->arena, pass->out->record, &pass->snapshot.entries,
                               pass->prune_before, pass->marker.generation);
    return pass->prune.rows >= AGED_LEAST;
}

/* Until that is noted, whatever differs is what is still to be deployed: drift would be undone, and never told. */
static bool is_whole(const Pass *pass)
{
    const RecordDeployment *live = pass->out->live;
    return live && live->partial && pass->out->plan && pass->out->plan->outcome == PLAN_NOTHING &&
           str_eq(live->commit, pass->in->commit.sha);
}

Facts pass_facts(Pass *pass, RecordDeployment *d)
{
    Facts facts = {0};
    pass->problem = NULL;
    environment_facts(pass, &facts);
    if (!d) {
        pass->request = request_restore(pass->out->record, pass->out->live);
        facts.restore_asked = tri(pass->request != NULL);
        facts.heal =
            tri(pass->out->drift_judged && drift_heals(&pass->out->drift, pass->judged_by));
        if (pass->in->mode == PASS_ACT) { /* who only looks is told what comes of the commit */
            facts.whole = tri(is_whole(pass));
            facts.aged = tri(is_aged(pass));
            facts.drift_news = tri(pass_has_drift_news(pass));
        }
        return facts;
    }
    Moment now = pass->snapshot.catalog->now;
    facts.expired = tri(d->deadline && now > d->deadline);
    facts.in_place_only = tri(d->in_place_only);
    facts.soaking = tri(pass->after && pass->after != d);
    if (phase_is_before_cutover(d->phase)) {
        facts_before_cutover(pass, d, &facts);
    } else if (phase_is_final(d->phase)) {
        facts_at_end(pass, d, &facts);
    } else {
        facts_after_cutover(pass, d, &facts);
    }
    return facts;
}
