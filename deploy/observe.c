/* Observing: the record and the catalog in one read, the marker, the project, the plan. */
#include "pass_internal.h"

#include "cutover/str.h"
#include "deploy_sql.h"

#include <string.h>
#include <time.h>

int64_t pass_limit(const Pass *pass)
{
    return pass->in->deadline_ms ? pass->in->deadline_ms : PASS_STATEMENT_MS;
}

int64_t pass_clock_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

bool pass_exec(Pass *pass, const char *sql, Err *err)
{
    return pg_query(pass->pg, pass->arena, sql, NULL, pass_limit(pass), NULL, err);
}

const char *pass_name(const Pass *pass, RelName rel)
{
    return relname_text(pass->arena, rel, pass->snapshot.catalog->database);
}

static int64_t since_intent(void *ctx, LogEntries *entries)
{
    Pass *pass = ctx;
    return build_ours_since(record_fold(pass->arena, pass->in->environment->name, entries));
}

static void find_marker(Pass *pass)
{
    const Catalog *catalog = pass->snapshot.catalog;
    pass->marker = (Marker){.generation = -1};
    vec_each (CatalogSchema, it, &catalog->schemas) {
        int64_t generation;
        const char *commit8;
        if (!str_eq(it->database, catalog->database) ||
            !marker_parse(pass->arena, pass->in->environment->name, it->name, &generation,
                          &commit8)) {
            continue;
        }
        pass->marker.count++;
        if (generation > pass->marker.generation) {
            pass->marker.name = it->name;
            pass->marker.generation = generation;
            pass->marker.commit8 = commit8;
        }
    }
    pass->out->live_generation = pass->marker.count > 1 ? -1 : pass->marker.generation;
    pass->out->live_commit8 = pass->marker.commit8;
}

bool pass_look_again(Pass *pass, const Catalog **catalog, Err *err)
{
    const RecordDeployment *d = pass->out->deployment;
    bool prepared = d && d->phase == PHASE_CUTTING_OVER;
    Snapshot fresh = {0};
    SnapshotRequest request = {.journal = &pass->journal,
                               .environment = pass->in->environment->name,
                               .since_event = prepared ? d->names_event : -1};
    bool done = snapshot_read(pass->pg, pass->arena, &request, pass_limit(pass), &fresh, err);
    *catalog = fresh.catalog;
    return done;
}

bool pass_observe(Pass *pass, Err *err)
{
    pass->journal = (Journal){.database = pg_database(pass->pg),
                              .schema = pass->in->record_schema,
                              .cluster = pass->in->record_cluster,
                              .writer = pass->in->instance,
                              .seq = pass->in->writer_seq ? *pass->in->writer_seq : 0};
    SnapshotRequest request = {.journal = &pass->journal,
                               .environment = pass->in->environment->name,
                               .since = since_intent,
                               .since_ctx = pass};
    if (!snapshot_read(pass->pg, pass->arena, &request, pass_limit(pass), &pass->snapshot, err)) {
        return false;
    }
    if (pass->snapshot.record == SNAPSHOT_RECORD_UNREADABLE) {
        *err = pass->snapshot.record_err;
        return false;
    }
    Record *record = record_fold(pass->arena, pass->in->environment->name, &pass->snapshot.entries);
    record->exists = pass->snapshot.record == SNAPSHOT_RECORD_READ;
    pass->owed = owed_find(pass->arena, pass->snapshot.catalog, record);
    owed_count_as_done(pass->arena, pass->snapshot.catalog, &pass->owed);
    const char *owed = owed_reason(&pass->owed);
    pass->held_back = pass->in->unanswered ? pass->in->unanswered : pass->in->passed_by;
    pass->out->owed = owed ? owed : pass->held_back;
    pass->out->record = record;
    pass->out->catalog = pass->snapshot.catalog;
    find_marker(pass);
    return true;
}

/* ---- the windows ---- */

static bool asks_for_window(const RecordDeployment *d)
{
    return d && (d->phase == PHASE_CHECKING || d->phase == PHASE_AWAITING_WINDOW ||
                 d->phase == PHASE_CUTTING_OVER);
}

static bool waits_for_window(const Pass *pass)
{
    const EnvironmentConfig *e = pass->in->environment;
    return (windows_any(&e->windows) || e->windows_floor.count) &&
           (asks_for_window(pass->building) || asks_for_window(pass->after));
}

/* Time zones change by law: the server knows them, nothing here does. */
static bool ask_local(Pass *pass, const char *zone, Moment *local, Err *err)
{
    PgResult answer = {0};
    StrVec params = {0};
    vec_push(pass->arena, &params, zone);
    vec_push(pass->arena, &params, moment_text(pass->arena, pass->snapshot.catalog->now));
    if (pg_query(pass->pg, pass->arena, sql_local_time, &params, pass_limit(pass), &answer, err)) {
        const char *text = answer.rows.items[0][0];
        return moment_parse(arena_printf(pass->arena, "%s+00", text), local) ||
               err_set(pass->arena, err, ERR_INTERNAL, "CO5032",
                       "the server's time cannot be read: %s", text);
    }
    if (err->kind != ERR_INPUT) {
        return false;
    }
    pass->zone_problem = arena_printf(pass->arena, "windows.timezone \"%s\": the server says %s",
                                      zone, err->message);
    *err = (Err){0};
    return true;
}

/* Each zone's windows by its own clock: what opens last is waited for, and all are looked at again then. */
static bool observe_windows(Pass *pass, const Windows *windows, bool *open, Err *err)
{
    Moment local = pass->snapshot.catalog->now;
    if (windows->timezone && !ask_local(pass, windows->timezone, &local, err)) {
        return false;
    }
    Moment opens = windows_next(windows, local);
    bool later = pass->opens && (!opens || opens - local >= pass->opens - pass->local);
    *open = opens == local;
    if (later) {
        pass->opens_in = windows;
        pass->local = local;
        pass->opens = opens;
    }
    return true;
}

bool pass_observe_windows(Pass *pass, Err *err)
{
    const EnvironmentConfig *e = pass->in->environment;
    bool open;
    pass->local = pass->opens = pass->snapshot.catalog->now;
    pass->opens_in = &e->windows;
    pass->own_open = pass->floor_open = true;
    if (!waits_for_window(pass)) {
        return true;
    }
    if (windows_any(&e->windows) && !observe_windows(pass, &e->windows, &pass->own_open, err)) {
        return false;
    }
    vec_each (const Windows *const, it, &e->windows_floor) {
        if (!observe_windows(pass, *it, &open, err)) {
            return false;
        }
        pass->floor_open &= open;
    }
    return true;
}

/* ---- the project ---- */

bool pass_wanted_is_live(const Pass *pass)
{
    const RecordDeployment *live = pass->out->live;
    return live && !live->partial && str_eq(live->commit, pass->in->commit.sha);
}

bool pass_heals(const Pass *pass)
{
    const RecordDeployment *d = pass->building ? pass->building : pass->after;
    const RecordDeployment *before =
        d ? record_deployment(pass->out->record, d->from_deployment) : pass->out->live;
    const char *wanted = pass->in->commit.sha;
    return before && !before->partial && str_eq(before->commit, wanted) &&
           (!d || str_eq(d->commit, wanted));
}

PlanInput pass_plan_input(const Pass *pass)
{
    return (PlanInput){.desired = pass->out->desired,
                       .catalog = pass->snapshot.catalog,
                       .record = pass->out->record,
                       .environment = pass->in->environment,
                       .config = pass->in->config,
                       .others = pass->in->others,
                       .commit = pass->in->commit.sha,
                       .live_generation = pass->out->live_generation,
                       .live_lost = !pass_markers_agree(pass),
                       .record_cluster = pass->in->record_cluster,
                       .record_schema = pass->in->record_schema,
                       .permits = pass->in->permits,
                       .floors = pass->in->floors};
}

static void make_plan(Pass *pass)
{
    PlanInput input = pass_plan_input(pass);
    input.history = pass->history;
    input.deployment = pass->building;
    input.is_live = pass_wanted_is_live(pass);
    input.heals = pass_heals(pass);
    pass->out->plan = plan_make(pass->arena, &input);
    pass_count_gates(pass);
}

bool pass_find_history(Pass *pass, Err *err)
{
    const RecordDeployment *live = pass->out->live;
    const PassInput *in = pass->in;
    bool asked_back = in->denied.sha; /* whoever asked for the way back has permitted it */
    if (!in->history || asked_back || !live || !live->commit ||
        str_eq(live->commit, in->commit.sha)) {
        return true;
    }
    PermitHistory *history = arena_make(pass->arena, PermitHistory);
    history->live = live->short_commit;
    pass->history = history;
    return in->history(in->git_ctx, pass->arena, live->commit, history, err);
}

/* The deployment of the wanted commit that has asked already: its answers are given again. */
static const RecordDeployment *answered(const Pass *pass)
{
    const RecordDeployment *all[] = {pass->building, pass->after, pass->out->live};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (all[i] && pass->in->commit.sha && str_eq(all[i]->commit, pass->in->commit.sha)) {
            return all[i];
        }
    }
    return NULL;
}

static void open_database(Pass *pass)
{
    const RecordDeployment *d = answered(pass);
    pass->introspect = (Introspect){.pg = pass->pg, .arena = pass->arena};
    if (d) {
        introspect_know(&pass->introspect, &d->answers);
    }
    pass->database = introspect_database(&pass->introspect, pass->in->introspection,
                                         pass->in->environment->name);
}

/* A server that is away says nothing about the project. */
static bool fail_lost(Pass *pass, Err *err)
{
    *err = pass->introspect.lost;
    pass->out->unanswered = err->kind == ERR_TIMEOUT;
    vec_each (const Diag, it, &pass->out->diags.list) {
        if (str_eq(it->code, "CO2055") && !err->hint) {
            err->hint = arena_printf(pass->arena, "asked by %s:%d", it->file, it->line);
        }
    }
    pass->out->diags = diags_new(pass->arena);
    return false;
}

static DbtOptions options_of(const Pass *pass, const PassProject *project, Database *database)
{
    const EnvironmentConfig *environment = project->environment;
    return (DbtOptions){
        .files = project->files,
        .target = environment->target ? environment->target : environment->name,
        .vars = environment->vars,
        .env = pass->in->env,
        .manifest = project->config->manifest,
        .select = environment->selection,
        .steps = pass->in->steps,
        .database = database,
    };
}

const Desired *pass_compile_live(Pass *pass, const EnvironmentConfig **environment)
{
    const PassInput *in = pass->in;
    const RecordDeployment *live = pass->out->live;
    *environment = in->environment;
    if (str_eq(live->commit, in->commit.sha)) {
        return pass->out->desired;
    }
    PassProject project;
    Err unread = {0};
    if (!in->read_project ||
        !in->read_project(in->git_ctx, pass->arena, live->commit, &project, &unread)) {
        return NULL;
    }
    *environment = project.environment;
    Introspect introspect = {.pg = pass->pg, .arena = pass->arena};
    introspect_know(&introspect, &live->answers);
    Database database = introspect_database(&introspect, in->introspection, in->environment->name);
    DbtOptions options = options_of(pass, &project, &database);
    Diags diags = diags_new(pass->arena);
    DbtProject *compiled = dbt_read(pass->arena, &options, &diags);
    introspect_close(&introspect);
    return compiled ? compiled->desired : NULL;
}

bool pass_compile(Pass *pass, Err *err)
{
    const EnvironmentConfig *environment = pass->in->environment;
    PassProject own = {pass->in->config, environment, pass->in->files};
    pass->options = options_of(pass, &own, &pass->database);
    if (pass->in->unanswered) {
        return true;
    }
    open_database(pass);
    DbtProject *project = dbt_read(pass->arena, &pass->options, &pass->out->diags);
    introspect_close(&pass->introspect);
    if (pass->introspect.lost.kind != ERR_NONE) {
        return fail_lost(pass, err);
    }
    if (!project) {
        return true;
    }
    pass->out->desired = project->desired;
    build_claim_in_place(pass->arena, project->desired, environment, pass->snapshot.catalog,
                         pass->out->record, pass->building);
    make_plan(pass);
    return true;
}

bool pass_compile_green(Pass *pass)
{
    if (pass->green) {
        return true;
    }
    DbtOptions options = pass->options;
    options.names = &pass->out->plan->names;
    Diags diags = diags_new(pass->arena);
    DbtProject *project = dbt_read(pass->arena, &options, &diags);
    if (project) {
        pass->green = project->desired;
        return true;
    }
    const Diag *first = diags.list.items;
    pass->problem = arena_printf(pass->arena, "%s: %s", first->code, first->message);
    pass->problem_file = first->file;
    pass->problem_line = first->line;
    vec_each (Diag, it, &diags.list) {
        vec_push(pass->arena, &pass->out->diags.list, *it);
    }
    return false;
}

/* ---- which deployments ---- */

static bool is_after_cutover(Phase phase)
{
    return phase == PHASE_CUTTING_OVER || phase == PHASE_REPOINTING || phase == PHASE_SOAKING ||
           phase == PHASE_CLEANING || phase == PHASE_ROLLING_BACK;
}

/* The way back to D's commit gives the marker the name that D's own cutover would: what green's names bear tells them apart. */
static bool is_another_way_back(const Pass *pass, const RecordDeployment *d)
{
    bool back = false;
    vec_each (RecordDeployment, it, &pass->out->record->deployments) {
        bool sent = it->phase == PHASE_ROLLING_BACK || it->phase == PHASE_ROLLED_BACK;
        back |= sent && it->rollback_generation == d->generation;
    }
    vec_each (const RecordName, it, &d->cutover_names) {
        const char *id =
            catalog_id_at(pass->snapshot.catalog, it->kind, it->database, it->schema, it->to);
        if (back && !it->retired && str_eq(id, it->id)) {
            return false;
        }
    }
    return back;
}

/*
 * The marker knows best. A controller that lost its reply, or judged by an older look than another one, may have
 * written that the deployment failed; when the marker bears its name, it has cut over all the same. What goes out is
 * written down before.
 */
static bool happened_unnoticed(const Pass *pass, const RecordDeployment *d)
{
    bool told = d->cut_over || is_after_cutover(d->phase) || d->phase == PHASE_ROLLED_BACK ||
                d->phase == PHASE_LIVE;
    return !told && d->prepared && pass_happened(pass, d) && !is_another_way_back(pass, d);
}

/* What is wanted cannot be told: it neither goes on nor is given up. */
static bool is_held_back(const Pass *pass)
{
    const RecordDeployment *d = pass->building;
    bool unclear = pass->in->unanswered || !str_eq(d ? d->commit : NULL, pass->in->commit.sha);
    return d && pass->held_back && unclear && !request_open(pass->out->record, d, "abort");
}

void pass_choose(Pass *pass)
{
    vec_each (RecordDeployment, it, &pass->out->record->deployments) {
        if (happened_unnoticed(pass, it)) {
            pass->after = it;
            pass->after_recorded = it->phase;
            it->phase = PHASE_CUTTING_OVER;
        } else if (phase_is_before_cutover(it->phase)) {
            pass->building = it;
        } else if (is_after_cutover(it->phase)) {
            pass->after = it;
        }
    }
    pass->building = is_held_back(pass) ? NULL : pass->building;
    const RecordDeployment *noted = record_generation(pass->out->record, pass->marker.generation);
    bool unnoted = !noted && pass->after && pass_happened(pass, pass->after);
    pass->out->live = unnoted ? pass->after : noted;
}

/* The commit that was live when the one under way began; else the one that is. */
static const RecordDeployment *predecessor(const Pass *pass)
{
    const RecordDeployment *d =
        pass->after && pass->after->phase == PHASE_CUTTING_OVER ? pass->after : pass->building;
    return d ? record_deployment(pass->out->record, d->from_deployment) : pass->out->live;
}

void pass_be_strict(Pass *pass)
{
    static const RecordGates none;
    GateChanges own = {0};
    const RecordDeployment *live = predecessor(pass), *d = pass->after;
    bool sent = d && d->phase == PHASE_CUTTING_OVER;
    PassInput *input = arena_make(pass->arena, PassInput);
    EnvironmentConfig *strict = arena_make(pass->arena, EnvironmentConfig);
    *input = *pass->in;
    /* What cuts over keeps to what its own commit says, whatever is wanted by now. */
    *strict = strict_environment(pass->arena, pass->own, sent ? &d->gates : &none, &own);
    *strict =
        strict_environment(pass->arena, strict, live ? &live->gates : &none, &pass->out->settings);
    *strict = floors_environment(pass->arena, strict, pass->in->floors, &pass->out->floors);
    input->environment = strict;
    pass->out->environment = strict;
    pass->in = input;
}

static bool same_commit(const char *commit, const char *commit8)
{
    return commit && commit8 && strncmp(commit, commit8, strlen(commit8)) == 0;
}

const char *pass_restored_commit(const Pass *pass, const RecordDeployment *d)
{
    const RecordDeployment *before = record_deployment(pass->out->record, d->from_deployment);
    return before ? before->commit : "0000000000000000000000000000000000000000";
}

bool pass_happened(const Pass *pass, const RecordDeployment *d)
{
    if (d->phase == PHASE_ROLLING_BACK) {
        return pass->marker.generation == d->rollback_generation &&
               same_commit(pass_restored_commit(pass, d), pass->marker.commit8);
    }
    return pass->marker.generation == d->generation && same_commit(d->commit, pass->marker.commit8);
}
