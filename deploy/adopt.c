/*
 * Taking over what others made: what equals the declared is recorded as ours, and the marker moves on, as with a
 * cutover that changes no names.
 */
#include "rights.h"
#include "scratch.h"

#include "cutover/str.h"

static Pass *begin(Arena *arena, Pg *pg, const PassInput *input, PassResult *result)
{
    Pass *pass = arena_make(arena, Pass);
    *result = (PassResult){.diags = diags_new(arena)};
    *pass = (Pass){.arena = arena, .pg = pg, .in = input, .own = input->environment, .out = result};
    return pass;
}

static bool refuse(Pass *pass, Err *err, const char *why, const char *hint)
{
    err_set(pass->arena, err, ERR_CONFLICT, "CO5061", "nothing can be taken over now: %s", why);
    err->hint = hint;
    return false;
}

/* An adoption that was recorded and has not moved the marker yet: somebody said yes to it, and was interrupted. */
static const char *unfinished(const Pass *pass)
{
    const RecordDeployment *d = pass->after;
    map_each (it, &pass->out->record->object_by_id) {
        const RecordObject *object = it->value;
        if (d && d->phase == PHASE_CUTTING_OVER && str_eq(object->action, "adopted") &&
            str_eq(object->deployment, d->id)) {
            return d->id;
        }
    }
    return NULL;
}

/* What has not begun to build gives way: it may be refused because of what is taken over here. */
static bool is_under_way(const Pass *pass)
{
    return pass->after || (pass->building && pass->building->phase != PHASE_PENDING);
}

/* What one adoption must not meet: names on the move, damage, containers of two environments. */
static bool may_adopt(Pass *pass, Err *err)
{
    bool known = pass->marker.generation <= 0 || pass->out->live;
    if (is_under_way(pass)) {
        return refuse(pass, err, "a deployment is under way",
                      "wait for its end, or: cutover abort");
    }
    if (pass->marker.count > 1 || !known || (pass->marker.count && !pass->out->record->exists)) {
        return refuse(pass, err, "generation marker and record do not agree",
                      "see: cutover repair");
    }
    for (size_t i = 0; pass->out->plan && i < pass->out->plan->diags.list.count; i++) {
        const Diag *diag = &pass->out->plan->diags.list.items[i];
        if (diag->severity == DIAG_REFUSED && str_eq(diag->code, "CO4104")) {
            return refuse(pass, err, diag->message, diag->hint);
        }
    }
    return true;
}

/* What the records of other environments hold. */
static bool read_others(Pass *pass, Map *others, Err *err)
{
    LogEntries entries = {0};
    Map seen = {0};
    if (!pass->out->record->exists) {
        return true;
    }
    if (!journal_read(pass->pg, pass->arena, &pass->journal, NULL, pass_limit(pass), &entries,
                      err)) {
        return false;
    }
    map_put(pass->arena, &seen, pass->in->environment->name, pass);
    for (size_t i = 0; i < entries.count; i++) {
        const char *environment = entries.items[i].environment;
        if (map_put(pass->arena, &seen, environment, pass)) {
            continue;
        }
        LogEntries copy = {0};
        vec_each (LogEntry, it, &entries) {
            vec_push(pass->arena, &copy, *it);
        }
        const Record *record = record_fold(pass->arena, environment, &copy);
        map_each (it, &record->object_by_id) {
            map_put(pass->arena, others, it->key, environment);
        }
    }
    return true;
}

/* ---- looking ---- */

static bool observe(Pass *pass, Err *err)
{
    if (!pass_observe(pass, err)) {
        return false;
    }
    pass_choose(pass);
    pass_be_strict(pass);
    return true;
}

/* Ids of what is selected of the environment's own selection; only the graph is looked at. */
static const Map *selected_ids(Pass *pass, const SelectWanted *select)
{
    DbtOptions options = pass->options;
    options.select = select;
    options.only_list = true;
    DbtProject *project = dbt_read(pass->arena, &options, &pass->out->diags);
    Map *ids = project ? arena_make(pass->arena, Map) : NULL;
    for (size_t i = 0; project && i < project->selected.count; i++) {
        map_put(pass->arena, ids, project->selected.items[i].id, &project->selected.items[i]);
    }
    return ids;
}

bool pass_adopt_look(Arena *arena, Pg *pg, const PassInput *input, const SelectWanted *select,
                     PassResult *result, Adoption **adoption, const char **interrupted, Err *err)
{
    Pass *pass = begin(arena, pg, input, result);
    Rights rights;
    Map others = {0};
    if (!observe(pass, err)) {
        return false;
    }
    *adoption = NULL;
    *interrupted = unfinished(pass);
    if (*interrupted) {
        return true;
    }
    if (!pass_compile(pass, err) || !result->desired) {
        return false;
    }
    const Map *selected = select ? selected_ids(pass, select) : NULL;
    if ((select && !selected) || !may_adopt(pass, err) ||
        !rights_read(pg, arena, pass->snapshot.catalog, pass_limit(pass), &rights, err) ||
        !read_others(pass, &others, err)) {
        return false;
    }
    PlanInput plan = pass_plan_input(pass);
    AdoptInput in = {.plan = &plan,
                     .selected = selected,
                     .roles = rights.all ? NULL : &rights.roles,
                     .others = &others};
    *adoption = adopt_find(arena, &in);
    return scratch_prove(pass, *adoption, err);
}

/* ---- recording ---- */

/* An id that is still there under its name is still the same definition. */
static bool holds(const Catalog *catalog, const AdoptItem *item)
{
    if (item->live) {
        const CatalogObject *now = catalog_object(catalog, item->rel);
        return now && str_eq(now->id, item->id) && str_eq(now->kind, item->kind);
    }
    if (str_eq(item->kind, "schema")) {
        const CatalogSchema *now = catalog_schema(catalog, item->rel.database, item->rel.name);
        return now && str_eq(now->id, item->id);
    }
    const CatalogCluster *now = catalog_cluster(catalog, item->rel.name);
    return now && str_eq(now->id, item->id);
}

static bool all_hold(Pass *pass, const Adoption *adoption, Err *err)
{
    vec_each (AdoptItem, it, &adoption->items) {
        if (!holds(pass->snapshot.catalog, it)) {
            return refuse(pass, err,
                          arena_printf(pass->arena, "%s has changed meanwhile", it->name),
                          "run it again");
        }
    }
    return true;
}

/* The commit that is live stays it: adopting only adds to what is known of production. */
static RecordDeployment adopting_deployment(const Pass *pass)
{
    const RecordDeployment *live = pass->out->live;
    const PassCommit *wanted = &pass->in->commit;
    RecordDeployment d = {.generation = pass->marker.generation + 1,
                          .commit = live ? live->commit : wanted->sha,
                          .short_commit = live ? live->short_commit : wanted->short_sha,
                          .subject = live ? live->subject : wanted->subject,
                          .author = live ? live->author : wanted->author,
                          .ref = live ? live->ref : wanted->ref,
                          .in_place_only = true,
                          .audit_event = pass->snapshot.catalog->newest_event,
                          .from_generation = pass->marker.generation,
                          .from_deployment = live ? live->id : "",
                          .gates = strict_gates(pass->in->environment)};
    d.id = deployment_id(pass->arena, pass->in->environment->name, d.generation, d.commit);
    const RecordDeployment *before = record_deployment(pass->out->record, d.id);
    d.attempt = before ? before->attempt + 1 : 1;
    return d;
}

static void add_superseded(Pass *pass, RecordEntries *entries)
{
    EntryPhase phase = {.deployment = pass->building,
                        .from = PHASE_PENDING,
                        .to = PHASE_SUPERSEDED,
                        .reason = "objects that others made are taken over first"};
    if (pass->building) {
        vec_push(pass->arena, entries, entry_phase(pass->arena, &phase));
    }
}

/* What the plan will be with these objects in the record. */
static bool plan_after(Pass *pass, const RecordObjects *objects, Err *err)
{
    vec_each (RecordObject, it, objects) {
        map_put(pass->arena, &pass->out->record->object_by_id,
                id_key(pass->arena, it->kind, it->id), it);
    }
    return pass_compile(pass, err);
}

/* The objects first: without what follows they are only known. The phase is that of a cutover which renames the
 * marker alone; whoever makes the next pass sends it. */
static bool record_all(Pass *pass, const Adoption *adoption, const char **deployment, Err *err)
{
    RecordObjects objects = adopt_objects(pass->arena, adoption, pass->snapshot.catalog);
    if (!plan_after(pass, &objects, err)) {
        return false;
    }
    const Plan *plan = pass->out->plan;
    RecordDeployment d = adopting_deployment(pass);
    d.partial = !plan || plan->outcome != PLAN_NOTHING;
    d.manifest_digest = pass->out->desired ? pass->out->desired->manifest_digest : NULL;
    d.plan_digest = plan ? plan->digest : NULL;
    RecordNames names = {0};
    EntryPhase phase = {.deployment = &d,
                        .from = PHASE_NONE,
                        .to = PHASE_CUTTING_OVER,
                        .reason = "objects that others made are taken over",
                        .deadline = pass->snapshot.catalog->now +
                                    pass->in->environment->promote_within * MOMENT_SECOND,
                        .names = &names,
                        .names_event = pass->snapshot.catalog->newest_event};
    RecordEntries entries = {0};
    pass_add_objects(pass, &entries, d.id, &objects);
    add_superseded(pass, &entries);
    introspect_record(&pass->introspect, d.id, &entries);
    vec_push(pass->arena, &entries, entry_intent(pass->arena, &d));
    vec_push(pass->arena, &entries, entry_phase(pass->arena, &phase));
    *deployment = d.id;
    return pass_append(pass, &entries, err);
}

bool pass_adopt(Arena *arena, Pg *pg, const PassInput *input, const Adoption *adoption,
                PassResult *result, const char **deployment, Err *err)
{
    Pass *pass = begin(arena, pg, input, result);
    *deployment = NULL;
    if (!observe(pass, err) || !may_adopt(pass, err) || !all_hold(pass, adoption, err)) {
        return false;
    }
    if (!result->record->exists) {
        return act_make_record(pass, err);
    }
    if (!pass->marker.count) {
        return act_make_marker(pass, err);
    }
    return record_all(pass, adoption, deployment, err);
}
