#include "cutover/requests.h"

#include "cutover/permits.h"

#include "cutover/str.h"

static bool can_be_approved(Phase phase)
{
    return phase_is_before_cutover(phase);
}

static bool can_be_promoted(Phase phase)
{
    return phase == PHASE_CANARY || phase == PHASE_AWAITING_WINDOW || phase == PHASE_SOAKING;
}

/* Before its soak it waits until the cutover is known to have happened; while blue is dropped, until it is gone: then
 * the commit before is deployed anew. */
static bool can_go_back(Phase phase)
{
    return phase == PHASE_CUTTING_OVER || phase == PHASE_REPOINTING || phase == PHASE_SOAKING ||
           phase == PHASE_CLEANING || phase == PHASE_ROLLING_BACK;
}

static const struct {
    const char *kind;
    bool (*granted_in)(Phase phase);
    bool same_plan, same_phase; /* as when it was asked */
} kinds[] = {
    {"approve", can_be_approved, true, false},
    {"abort", phase_is_before_cutover, false, false},
    {"promote", can_be_promoted, true, true},
    {"rollback", can_go_back, false, false},
};

#define KINDS (sizeof kinds / sizeof *kinds)

static size_t kind_of(const RecordRequest *request)
{
    size_t k = 0;
    while (k < KINDS && !str_eq(kinds[k].kind, request->kind)) {
        k++;
    }
    return k;
}

static bool is_about(const RecordRequest *request, const RecordDeployment *d)
{
    return str_empty(request->deployment) || str_eq(request->deployment, d->id);
}

static bool of_its_plan(const RecordRequest *request, const RecordDeployment *d)
{
    return str_empty(request->plan_digest) || str_eq(request->plan_digest, d->plan_digest);
}

/* NULL, or why D's generation cannot be left by deploying the commit before it. */
static const char *restore_obstacle(Arena *arena, const Record *record, const RecordDeployment *d,
                                    const RecordDeployment *live, bool *late)
{
    const RecordDeployment *building = record_building(record);
    *late = d != live;
    if (*late) {
        return arena_printf(arena, "%s is not live any more", d->id);
    }
    if (building) {
        return arena_printf(arena, "g%lld is under way: end it first by cutover abort",
                            (long long)building->generation);
    }
    return record_commit_before(record, d) ? NULL : "there is no generation before it";
}

/* NULL, or why REQUEST cannot be granted. LIVE NULL: it is not known which deployment is. */
static const char *obstacle(Arena *arena, const Record *record, const RecordRequest *request,
                            const RecordDeployment *d, const RecordDeployment *live, bool *late)
{
    size_t k = kind_of(request);
    if (live && d->phase == PHASE_LIVE && str_eq(request->kind, "rollback")) {
        return restore_obstacle(arena, record, d, live, late);
    }
    *late = !kinds[k].granted_in(d->phase);
    if (*late && phase_is_before_cutover(d->phase)) {
        *late = false;
        return arena_printf(arena, "%s is %s, where there is nothing to %s", d->id,
                            phase_name(d->phase), request->kind);
    }
    if (*late) {
        return arena_printf(arena, "%s is already %s", d->id, phase_name(d->phase));
    }
    if (kinds[k].same_plan && !of_its_plan(request, d)) {
        return arena_printf(arena, "the plan is no longer %.12s, it is %.12s", request->plan_digest,
                            d->plan_digest ? d->plan_digest : "none");
    }
    if (kinds[k].same_phase && request->phase && phase_parse(request->phase) != d->phase) {
        *late = true;
        return arena_printf(arena, "%s was %s when it was asked, and is %s", d->id, request->phase,
                            phase_name(d->phase));
    }
    return NULL;
}

static const RecordRequest *find_open(const Record *record, const RecordDeployment *d,
                                      const char *kind, const RecordDeployment *live)
{
    Arena *arena = arena_new();
    const RecordRequest *found = NULL;
    bool late;
    for (size_t i = 0; i < record->requests.count && !found; i++) {
        const RecordRequest *it = &record->requests.items[i];
        bool asked = !it->done && str_eq(it->kind, kind) && is_about(it, d);
        found = asked && !obstacle(arena, record, it, d, live, &late) ? it : NULL;
    }
    arena_free(arena);
    return found;
}

const RecordRequest *request_open(const Record *record, const RecordDeployment *d, const char *kind)
{
    return find_open(record, d, kind, NULL);
}

const RecordRequest *request_restore(const Record *record, const RecordDeployment *live)
{
    bool ended = live && live->phase == PHASE_LIVE;
    return ended ? find_open(record, live, "rollback", live) : NULL;
}

static bool approves(const RecordRequest *request, const RecordDeployment *d)
{
    return str_eq(request->kind, "approve") && str_eq(request->deployment, d->id) &&
           !str_empty(request->plan_digest) && of_its_plan(request, d) &&
           (!request->done || str_eq(request->outcome, "done"));
}

int64_t request_approvals(const Record *record, const RecordDeployment *d)
{
    Arena *arena = arena_new();
    StrVec people = {0};
    vec_each (RecordRequest, it, &record->requests) {
        if (approves(it, d) && !str_in(&people, it->by)) {
            vec_push(arena, &people, it->by);
        }
    }
    int64_t count = (int64_t)people.count;
    arena_free(arena);
    return count;
}

bool request_promoted(const Record *record, const RecordDeployment *d, Phase phase)
{
    vec_each (RecordRequest, it, &record->requests) {
        if (it->done && str_eq(it->outcome, "done") && str_eq(it->kind, "promote") &&
            str_eq(it->deployment, d->id) && str_eq(it->phase, phase_name(phase)) &&
            it->at >= d->attempt_since && of_its_plan(it, d)) {
            return true;
        }
    }
    return false;
}

/* A permit may be given before anything is under way, or before somebody resumes what has ended without a cutover: it waits
 * for a deployment with that plan. */
static bool waits_for_its_plan(const RecordRequest *request, const RecordDeployment *d,
                               const char *plan_digest)
{
    return request->permits.count && permit_counts(request, plan_digest, d) &&
           (!d || phase_is_before_cutover(d->phase) || (phase_is_final(d->phase) && !d->cut_over));
}

static bool answer(Arena *arena, const Record *record, const RecordRequest *request,
                   const RequestWorld *world, RequestAnswer *answer)
{
    bool late = false;
    *answer = (RequestAnswer){.request = request, .outcome = "done"};
    if (str_eq(request->kind, "hold") || str_eq(request->kind, "resume")) {
        return true; /* it holds from the moment that it stands in the record */
    }
    const RecordDeployment *d = record_deployment(record, request->deployment);
    if (waits_for_its_plan(request, d, world->plan_digest)) {
        return false;
    }
    if (kind_of(request) == KINDS || !d) {
        answer->outcome = "refused";
        answer->why = kind_of(request) == KINDS ? "this version does not know such a request"
                                                : "the record knows no such deployment";
        return !str_empty(request->deployment) || kind_of(request) == KINDS;
    }
    answer->why = obstacle(arena, record, request, d, world->live, &late);
    answer->outcome = late ? "too_late" : "refused";
    return answer->why != NULL;
}

bool request_unanswered(Arena *arena, const Record *record, const RequestWorld *world,
                        RequestAnswer *found)
{
    vec_each (RecordRequest, it, &record->requests) {
        if (!it->done && answer(arena, record, it, world, found)) {
            return true;
        }
    }
    return false;
}
