#include "cutover/record.h"

#include "cutover/others.h"
#include "cutover/str.h"

#include <string.h>

typedef struct Fold {
    Arena *arena;
    Record *record;
    Map objects; /* "<kind>:<id>" to RecordObject *, dropped ones too */
    Map events;  /* ids that were seen: there are too many to look through for each */
} Fold;

static const char *text_or_empty(const char *text)
{
    return text ? text : "";
}

static void keep_text(const char **field, const Json *body, const char *key)
{
    const char *text = json_get_str(body, key);
    if (text) {
        *field = text;
    }
}

static bool get_bool(const Json *body, const char *key)
{
    const Json *value = json_get(body, key);
    return value && value->type == JSON_IS_BOOL && value->boolean;
}

static double get_number(const Json *body, const char *key)
{
    const Json *value = json_get(body, key);
    return value ? value->real : 0;
}

static Moment get_moment(const Json *body, const char *key)
{
    Moment at = 0;
    const char *text = json_get_str(body, key);
    return text && moment_parse(text, &at) ? at : 0;
}

static const Json *get_array(const Json *body, const char *key)
{
    static const Json none = {.type = JSON_IS_ARRAY};
    const Json *value = json_get(body, key);
    return value && value->type == JSON_IS_ARRAY ? value : &none;
}

/* --- deployments --- */

RecordDeployment *record_deployment(const Record *record, const char *id)
{
    for (size_t i = record->deployments.count; i-- > 0;) {
        if (str_eq(record->deployments.items[i].id, id)) {
            return &record->deployments.items[i];
        }
    }
    return NULL;
}

static RecordDeployment *deployment_of(Fold *fold, const LogEntry *entry)
{
    RecordDeployment *known = record_deployment(fold->record, entry->deployment);
    if (known || str_empty(entry->deployment)) {
        return known;
    }
    RecordDeployment new = {.id = entry->deployment,
                            .started_at = entry->at,
                            .phase_since = entry->at,
                            .from_deployment = "",
                            .from_generation = -1,
                            .attempt = 1};
    vec_push(fold->arena, &fold->record->deployments, new);
    return &vec_last(&fold->record->deployments);
}

/* What was found of green belongs to its attempt; what stays where it is, to the commit. */
static void forget_results(RecordDeployment *d)
{
    size_t kept = 0;
    vec_each (RecordResult, it, &d->results) {
        if (str_eq(it->check, "replacement") || str_starts(it->check, RECORD_ROWS_BEGUN)) {
            d->results.items[kept++] = *it;
        }
    }
    d->results.count = kept;
}

static void fold_about(RecordDeployment *d, const LogEntry *entry)
{
    const Json *body = entry->body;
    d->generation = json_get_int(body, "generation", d->generation);
    d->from_generation = json_get_int(body, "from_generation", d->from_generation);
    keep_text(&d->commit, body, "commit");
    keep_text(&d->short_commit, body, "short");
    keep_text(&d->subject, body, "subject");
    keep_text(&d->author, body, "author");
    keep_text(&d->ref, body, "ref");
    keep_text(&d->plan_digest, body, "plan");
    keep_text(&d->from_deployment, body, "from_deployment");
    d->in_place_only = json_get(body, "in_place") ? get_bool(body, "in_place") : d->in_place_only;
    d->partial |= get_bool(body, "partial");
    int64_t attempt = json_get_int(body, "attempt", d->attempt);
    if (attempt > d->attempt) {
        d->attempt = attempt;
        d->attempt_since = entry->at;
        forget_results(d);
    }
}

static RecordGates read_gates(Arena *arena, const Json *body)
{
    const Json *gates = json_get(body, "gates");
    if (!gates) {
        return (RecordGates){0};
    }
    return (RecordGates){.known = true,
                         .approvals = json_get_int(gates, "approvals", 0),
                         .soak = json_get_int(gates, "soak", 0),
                         .max_drops = json_get_int(gates, "max_drops", 1000),
                         .max_cost = get_number(gates, "max_cost"),
                         .replace = json_get_str(gates, "replace"),
                         .timezone = json_get_str(gates, "timezone"),
                         .missed = json_get_str(gates, "missed"),
                         .allow = json_get_texts(arena, gates, "allow"),
                         .freeze = json_get_texts(arena, gates, "freeze")};
}

static RelName get_rel(const Json *it)
{
    return (RelName){json_get_str(it, "database"), json_get_str(it, "schema"),
                     json_get_str(it, "name")};
}

static void fold_places(Fold *fold, RecordPlaces *places, const Json *list)
{
    places->count = 0;
    for (size_t i = 0; i < list->count; i++) {
        const Json *it = list->items[i];
        vec_push(fold->arena, places,
                 (RecordPlace){.kind = json_get_str(it, "kind"),
                               .id = json_get_str(it, "id"),
                               .rel = get_rel(it),
                               .digest = json_get_str(it, "digest")});
    }
}

static void fold_sinks(Fold *fold, RecordDeployment *d, const Json *body)
{
    const Json *sinks = get_array(body, "sinks");
    d->sinks.count = 0;
    for (size_t i = 0; i < sinks->count; i++) {
        const Json *it = sinks->items[i];
        vec_push(fold->arena, &d->sinks,
                 (RecordSink){.action = json_get_str(it, "action"),
                              .id = json_get_str(it, "id"),
                              .node = json_get_str(it, "node"),
                              .digest = json_get_str(it, "digest"),
                              .rel = get_rel(it),
                              .from = get_rel(json_get(it, "from")),
                              .was = get_rel(json_get(it, "was")),
                              .was_digest = json_get_str(it, "was_digest")});
    }
}

RecordGreen record_read_green(const Json *green)
{
    return (RecordGreen){json_get_str(green, "kind"),   json_get_str(green, "database"),
                         json_get_str(green, "schema"), json_get_str(green, "name"),
                         json_get_str(green, "green"),  json_get_str(green, "replaces")};
}

/* What an earlier intent announced may be there: it is not used any more, and must not be forgotten. */
static void fold_green(Fold *fold, RecordDeployment *d, const Json *green)
{
    RecordDeployment all = {0};
    for (size_t i = 0; i < green->count; i++) {
        vec_push(fold->arena, &all.green, record_read_green(green->items[i]));
    }
    all.green_newest = all.green.count;
    vec_each (RecordGreen, it, &d->green) {
        if (!record_announces(&all, it)) {
            it->replaces = NULL; /* and replaces nothing any more */
            vec_push(fold->arena, &all.green, *it);
        }
    }
    d->green = all.green;
    d->green_newest = all.green_newest;
}

static void fold_intent(Fold *fold, const LogEntry *entry)
{
    RecordDeployment *d = deployment_of(fold, entry);
    if (!d || json_get_int(entry->body, "attempt", d->attempt) < d->attempt) {
        return;
    }
    fold_about(d, entry);
    keep_text(&d->manifest_digest, entry->body, "manifest");
    /* The first one stays: what was made after it is ours, whichever controller made it. */
    int64_t event = json_get_int(entry->body, "audit_event", 0);
    vec_push(fold->arena, &d->intents, ((RecordIntent){event, entry->at}));
    if (!d->has_intent) {
        d->audit_event = event;
        d->doubled_since = json_get(entry->body, "credits_per_hour") ? entry->at : 0;
    }
    d->has_intent = true;
    d->credits_per_hour = get_number(entry->body, "credits_per_hour");
    d->gates = read_gates(fold->arena, entry->body);
    fold_green(fold, d, get_array(entry->body, "green"));
    fold_places(fold, &d->drops, get_array(entry->body, "drops"));
    fold_places(fold, &d->makes, get_array(entry->body, "makes"));
    fold_sinks(fold, d, entry->body);
}

static RecordNames read_names(Arena *arena, const Json *body)
{
    RecordNames names = {0};
    const Json *array = get_array(body, "names");
    for (size_t i = 0; i < array->count; i++) {
        const Json *it = array->items[i];
        vec_push(arena, &names,
                 (RecordName){json_get_str(it, "kind"), json_get_str(it, "id"),
                              json_get_str(it, "database"), json_get_str(it, "schema"),
                              json_get_str(it, "from"), json_get_str(it, "to"),
                              get_bool(it, "retired"), json_get_int(it, "holds", 0)});
    }
    return names;
}

static bool proves_cutover(Phase phase)
{
    return phase == PHASE_REPOINTING || phase == PHASE_SOAKING || phase == PHASE_CLEANING ||
           phase == PHASE_LIVE || phase == PHASE_ROLLING_BACK || phase == PHASE_ROLLED_BACK;
}

/* Names are kept even from a transition that came second: its message may have been sent all the
 * same. */
static void fold_names(Fold *fold, RecordDeployment *d, Phase to, const Json *body)
{
    if (!json_get(body, "names")) {
        return;
    }
    d->names = read_names(fold->arena, body);
    d->names_event = json_get_int(body, "audit_event", -1);
    if (to == PHASE_CUTTING_OVER) {
        d->cutover_names = d->names;
        d->prepared = true;
    }
    d->rollback_generation = json_get_int(body, "rollback_generation", d->rollback_generation);
}

/* From when on green waits for people and time. A proof that was lost begins all that anew. */
static void fold_readiness(RecordDeployment *d, Phase to, Moment at)
{
    if (d->phase == PHASE_HYDRATING && to == PHASE_CHECKING) {
        d->ready_since = at;
        d->canary_since = 0;
    } else if (d->phase == PHASE_CANARY && to == PHASE_CHECKING) {
        d->ready_since = at;
    } else if (to == PHASE_CANARY) {
        d->canary_since = at;
    }
}

static void fold_phase(Fold *fold, const LogEntry *entry)
{
    RecordDeployment *d = deployment_of(fold, entry);
    Phase from = phase_parse(text_or_empty(json_get_str(entry->body, "from")));
    Phase to = phase_parse(text_or_empty(json_get_str(entry->body, "to")));
    if (!d || to == PHASE_NONE) {
        return;
    }
    int64_t attempt = json_get_int(entry->body, "attempt", d->attempt);
    bool again = attempt > d->attempt;
    fold_names(fold, d, to, entry->body);
    if (attempt < d->attempt || (from != d->phase && !again)) {
        return;
    }
    fold_about(d, entry);
    fold_readiness(d, to, entry->at);
    if (d->phase == PHASE_HYDRATING && to == PHASE_CHECKING) {
        d->hydrated_in += (entry->at - d->phase_since) / MOMENT_SECOND;
    }
    if (to != d->phase || again) {
        d->phase_since = entry->at;
    }
    d->phase = to;
    d->reason = json_get_str(entry->body, "reason");
    d->statement = json_get_str(entry->body, "statement");
    d->deadline = get_moment(entry->body, "deadline");
    d->rollback_generation =
        json_get_int(entry->body, "rollback_generation", d->rollback_generation);
    d->cut_over = d->cut_over || proves_cutover(to);
}

/* Whatever became of the deployment: green may be another one's by now, with what it grants. */
static void fold_canary(Fold *fold, const char *check)
{
    const char *role = check && str_starts(check, "canary:") ? check + strlen("canary:") : NULL;
    if (role && !str_in(&fold->record->canary_roles, role)) {
        vec_push(fold->arena, &fold->record->canary_roles, role);
    }
}

const RecordResult *record_result(const RecordDeployment *d, const char *check)
{
    size_t i = 0;
    while (i < d->results.count && !str_eq(d->results.items[i].check, check)) {
        i++;
    }
    return i < d->results.count ? &d->results.items[i] : NULL;
}

static void fold_result(Fold *fold, const LogEntry *entry)
{
    RecordDeployment *d = deployment_of(fold, entry);
    const char *check = json_get_str(entry->body, "check");
    int64_t attempt = json_get_int(entry->body, "attempt", 1);
    fold_canary(fold, check);
    if (!d || !check || attempt != d->attempt) {
        return;
    }
    RecordResult result = {check,
                           text_or_empty(json_get_str(entry->body, "verdict")),
                           json_get_str(entry->body, "text"),
                           json_get_int(entry->body, "rows", 0),
                           attempt,
                           entry->at};
    RecordResult *known = (RecordResult *)record_result(d, check);
    if (known) {
        *known = result;
    } else {
        vec_push(fold->arena, &d->results, result);
    }
}

/* --- objects --- */

static void fold_objects(Fold *fold, const LogEntry *entry)
{
    const Json *array = get_array(entry->body, "objects");
    for (size_t i = 0; i < array->count; i++) {
        const Json *it = array->items[i];
        RecordObject *object = arena_make(fold->arena, RecordObject);
        *object = (RecordObject){
            .id = json_get_str(it, "id"),
            .kind = json_get_str(it, "kind"),
            .rel = {json_get_str(it, "database"), json_get_str(it, "schema"),
                    json_get_str(it, "name")},
            .cluster = json_get_str(it, "cluster"),
            .file = json_get_str(it, "file"),
            .at = entry->at,
            .digest = json_get_str(it, "digest"),
            .node = json_get_str(it, "node"),
            .action = text_or_empty(json_get_str(it, "action")),
            .deployment = entry->deployment,
            .owner = json_get_str(it, "owner"),
            .options = json_get_str(it, "options"),
            .declared = json_get_texts(fold->arena, it, "declared"),
            .inputs = json_get_texts(fold->arena, it, "inputs"),
        };
        if (object->id && object->kind) {
            map_put(fold->arena, &fold->objects, id_key(fold->arena, object->kind, object->id),
                    object);
        }
    }
}

const RecordObject *record_object(const Record *record, const char *kind, const char *id)
{
    Arena *arena = arena_new();
    const RecordObject *found = map_get(&record->object_by_id, id_key(arena, kind, id));
    arena_free(arena);
    return found;
}

/* --- requests, events, denials --- */

static RecordRequest *request_of(Record *record, const char *id)
{
    for (size_t i = record->requests.count; i-- > 0;) {
        if (str_eq(record->requests.items[i].id, id)) {
            return &record->requests.items[i];
        }
    }
    return NULL;
}

static void fold_request(Fold *fold, const LogEntry *entry)
{
    const char *id = json_get_str(entry->body, "id");
    const char *kind = json_get_str(entry->body, "kind");
    if (!id || !kind || request_of(fold->record, id)) {
        return;
    }
    vec_push(fold->arena, &fold->record->requests,
             (RecordRequest){.id = id,
                             .kind = kind,
                             .deployment = entry->deployment,
                             .plan_digest = json_get_str(entry->body, "plan"),
                             .by = text_or_empty(json_get_str(entry->body, "by")),
                             .reason = json_get_str(entry->body, "reason"),
                             .phase = json_get_str(entry->body, "phase"),
                             .signature = json_get_str(entry->body, "signature"),
                             .permits = json_get_texts(fold->arena, entry->body, "permits"),
                             .at = entry->at});
    if (str_eq(kind, "resume")) {
        map_each (it, &fold->record->denied) {
            map_put(fold->arena, &fold->record->denied, it->key, "");
            map_put(fold->arena, &fold->record->restored, it->key, "");
        }
    }
}

/* The first outcome counts: two controllers may both have judged. */
static void fold_outcome(Fold *fold, const LogEntry *entry)
{
    RecordRequest *request = request_of(fold->record, json_get_str(entry->body, "request"));
    if (request && !request->done) {
        request->done = true;
        request->outcome = text_or_empty(json_get_str(entry->body, "outcome"));
        request->why = json_get_str(entry->body, "why");
    }
}

static RecordEvent *event_of(Record *record, const char *id)
{
    for (size_t i = record->events.count; i-- > 0;) {
        if (str_eq(record->events.items[i].id, id)) {
            return &record->events.items[i];
        }
    }
    return NULL;
}

static void fold_event(Fold *fold, const LogEntry *entry)
{
    Record *record = fold->record;
    const char *id = json_get_str(entry->body, "id");
    int64_t seq = json_get_int(entry->body, "seq", 0);
    if (!id || map_put(fold->arena, &fold->events, id, entry->body)) {
        return;
    }
    vec_push(fold->arena, &record->events,
             (RecordEvent){.id = id,
                           .seq = seq,
                           .name = text_or_empty(json_get_str(entry->body, "name")),
                           .event = json_get(entry->body, "event"),
                           .at = entry->at});
    if (seq >= record->next_event) {
        record->next_event = seq + 1;
    }
}

static void fold_delivery(Fold *fold, const LogEntry *entry)
{
    RecordEvent *event = event_of(fold->record, json_get_str(entry->body, "event"));
    const char *notifier = json_get_str(entry->body, "notifier");
    if (event && notifier && !str_in(&event->delivered, notifier)) {
        vec_push(fold->arena, &event->delivered, notifier);
    }
}

/* A lifted denial stands in the map while folding, as "", and is left out at the end. */
static void fold_denied(Fold *fold, const LogEntry *entry)
{
    const char *commit = json_get_str(entry->body, "commit");
    const char *reason = text_or_empty(json_get_str(entry->body, "reason"));
    if (commit) {
        map_put(fold->arena, &fold->record->denied, commit,
                get_bool(entry->body, "allowed") ? ""
                : *reason                        ? reason
                                                 : "denied");
        map_put(fold->arena, &fold->record->restored, commit,
                text_or_empty(json_get_str(entry->body, "restore")));
    }
}

static void fold_whole(Fold *fold, const LogEntry *entry)
{
    RecordDeployment *d = deployment_of(fold, entry);
    if (d) {
        d->partial = false;
    }
}

/* The first one stays, whichever of several controllers asked. */
static void fold_answer(Fold *fold, const LogEntry *entry)
{
    RecordDeployment *d = deployment_of(fold, entry);
    const char *question;
    Answer *answer = answer_read(fold->arena, json_get(entry->body, "answer"), &question);
    if (d && answer && !map_get(&d->answers, question)) {
        map_put(fold->arena, &d->answers, question, answer);
    }
}

/* --- the fold --- */

static const struct {
    const char *kind;
    void (*fold)(Fold *fold, const LogEntry *entry);
} kinds[] = {
    {"intent", fold_intent}, {"phase", fold_phase},       {"objects", fold_objects},
    {"result", fold_result}, {"request", fold_request},   {"outcome", fold_outcome},
    {"event", fold_event},   {"delivery", fold_delivery}, {"denied", fold_denied},
    {"answer", fold_answer}, {"whole", fold_whole},
};

static void fold_entry(Fold *fold, const LogEntry *entry)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (str_eq(entry->kind, kinds[i].kind)) {
            kinds[i].fold(fold, entry);
        }
    }
}

static int entry_compare(const void *a, const void *b)
{
    const LogEntry *x = a, *y = b;
    if (x->at != y->at) {
        return x->at < y->at ? -1 : 1;
    }
    int writers = strcmp(x->writer, y->writer);
    return writers ? writers : x->seq < y->seq ? -1 : x->seq > y->seq;
}

static const char *entry_key(Arena *arena, const LogEntry *entry)
{
    return arena_printf(arena, "%s\x1f%s\x1f%lld", entry->deployment, entry->writer,
                        (long long)entry->seq);
}

/* Somebody has given the rows of one environment to another one, which did none of it. */
static bool is_copied(const LogEntry *entry)
{
    size_t length = strlen(entry->environment);
    return !str_empty(entry->deployment) &&
           (!str_starts(entry->deployment, entry->environment) || entry->deployment[length] != '-');
}

static void keep_live_objects(Fold *fold)
{
    map_each (it, &fold->objects) {
        const RecordObject *object = it->value;
        if (!str_eq(object->action, "dropped")) {
            map_put(fold->arena, &fold->record->object_by_id, it->key, object);
        }
    }
}

static void leave_out_lifted(Fold *fold, Map *map)
{
    Map left = {0};
    map_each (it, map) {
        if (*(const char *)it->value) {
            map_put(fold->arena, &left, it->key, it->value);
        }
    }
    *map = left;
}

static const RecordRequest *find_hold(const Record *record)
{
    const RecordRequest *hold = NULL;
    vec_each (RecordRequest, it, &record->requests) {
        if (str_eq(it->kind, "hold")) {
            hold = it;
        } else if (str_eq(it->kind, "resume")) {
            hold = NULL;
        }
    }
    return hold;
}

Record *record_fold(Arena *arena, const char *environment, LogEntries *entries)
{
    Record *record = arena_make(arena, Record);
    *record = (Record){.exists = entries != NULL, .environment = environment, .next_event = 1};
    if (!entries) {
        return record;
    }
    vec_sort(entries, entry_compare);
    Fold fold = {.arena = arena, .record = record};
    Map seen = {0};
    vec_each (LogEntry, it, entries) {
        if (is_copied(it)) {
            continue;
        }
        bool ours = str_eq(it->environment, environment) && it->body;
        others_fold(arena, record, it);
        if (ours && !map_put(arena, &seen, entry_key(arena, it), it)) {
            record->entries++;
            fold_entry(&fold, it);
        }
    }
    keep_live_objects(&fold);
    leave_out_lifted(&fold, &record->denied);
    leave_out_lifted(&fold, &record->restored);
    record->hold = find_hold(record);
    return record;
}

/* --- questions --- */

static RecordDeployment *newest(const Record *record, bool (*is)(const RecordDeployment *))
{
    for (size_t i = record->deployments.count; i-- > 0;) {
        if (is(&record->deployments.items[i])) {
            return &record->deployments.items[i];
        }
    }
    return NULL;
}

static bool is_open(const RecordDeployment *d)
{
    return d->phase != PHASE_NONE && !phase_is_final(d->phase);
}

static bool is_open_after_cutover(const RecordDeployment *d)
{
    return is_open(d) && proves_cutover(d->phase);
}

RecordDeployment *record_building(const Record *record)
{
    return newest(record, is_open);
}

RecordDeployment *record_soaking(const Record *record)
{
    return newest(record, is_open_after_cutover);
}

const char *record_commit_before(const Record *record, const RecordDeployment *d)
{
    const RecordDeployment *before = d;
    for (size_t i = 0; before && i < record->deployments.count; i++) {
        before = record_deployment(record, before->from_deployment);
        if (before && before->commit && !str_eq(before->commit, d->commit) &&
            !map_get(&record->restored, before->commit)) {
            return before->commit;
        }
    }
    return NULL;
}

RecordDeployment *record_generation(const Record *record, int64_t generation)
{
    for (size_t i = record->deployments.count; i-- > 0;) {
        RecordDeployment *d = &record->deployments.items[i];
        if (d->cut_over && d->generation == generation) {
            return d;
        }
        bool back = d->phase == PHASE_ROLLING_BACK || d->phase == PHASE_ROLLED_BACK;
        if (back && d->rollback_generation == generation && d->from_generation < generation) {
            return record_generation(record, d->from_generation);
        }
    }
    return NULL;
}

int64_t record_newest_generation(const Record *record)
{
    int64_t newest = 0;
    vec_each (RecordDeployment, d, &record->deployments) {
        bool back = d->phase == PHASE_ROLLED_BACK;
        int64_t generation = back ? d->rollback_generation : d->cut_over ? d->generation : 0;
        newest = generation > newest ? generation : newest;
    }
    return newest;
}
