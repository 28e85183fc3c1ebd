/* Building green: the missing statements, what finishes an object, and the record of its id. */
#include "pass_internal.h"

#include "cutover/noted.h"
#include "cutover/place.h"
#include "cutover/str.h"
#include "deploy_sql.h"

#include <string.h>

/* A pass that builds ends in time for people's requests and newer commits to be seen; each end costs a look. */
#define BUILD_PASS_MS 20000
#define SEED_INSERT_BYTES ((size_t)256 * 1024)

/* ---- statements ---- */

static char *default_privilege_sql(Arena *arena, const Step *step)
{
    CatalogDefault privilege = {.database = step->rel.database,
                                .owner = step->owner,
                                .object_type = step->object_type,
                                .grantee = step->grantee,
                                .privilege = step->privilege};
    return statement_default_grant(arena, &privilege, step->rel.database, step->rel.name);
}

char *step_sql(Arena *arena, const Step *step)
{
    StatementOn on = {step->object_kind, step->rel};
    switch (step->kind) {
    case STEP_CREATE_CLUSTER:
        return statement_create_cluster(arena, step->rel.name, step->size, step->replication_factor,
                                        step->options);
    case STEP_CREATE_SCHEMA:
        return statement_create_schema(arena, step->rel.database, step->rel.name);
    case STEP_DEFAULT_PRIVILEGE:
        return default_privilege_sql(arena, step);
    case STEP_CREATE_NODE:
        return step->replaces ? statement_create_replacement(arena, step->node, *step->replaces)
                              : statement_create_node(arena, step->node);
    case STEP_CREATE_INDEX:
        return statement_create_index(arena, step->rel, step->index, step->index_name,
                                      step->index->cluster);
    case STEP_GRANT:
        return statement_grant(arena, on, step->privilege, step->grantee);
    case STEP_REVOKE:
        return statement_revoke(arena, on, step->privilege, step->grantee);
    case STEP_COMMENT:
        return statement_comment(arena, on, step->column, step->text);
    case STEP_OWNER:
        return statement_owner(arena, on, step->owner);
    case STEP_OPTION:
        return statement_options(arena, on, step->options);
    case STEP_ALTER_CLUSTER:
        return statement_alter_cluster(arena, step->rel.name, step->size, step->replication_factor,
                                       step->options);
    }
    return NULL;
}

static const char *step_target(const Pass *pass, const Step *step)
{
    if (step->kind == STEP_CREATE_INDEX) {
        return arena_printf(pass->arena, "index %s on %s", step->index_name,
                            pass_name(pass, step->rel));
    }
    if (is_container(step->object_kind)) {
        return arena_printf(pass->arena, "%s %s", step->object_kind, step->rel.name);
    }
    return arena_printf(pass->arena, "%s %s", step->object_kind, pass_name(pass, step->rel));
}

static const char *step_verb(StepKind kind)
{
    static const char *const verbs[] = {
        [STEP_CREATE_CLUSTER] = "creating",
        [STEP_CREATE_SCHEMA] = "creating",
        [STEP_DEFAULT_PRIVILEGE] = "setting default privileges of",
        [STEP_CREATE_NODE] = "creating",
        [STEP_CREATE_INDEX] = "creating",
        [STEP_GRANT] = "granting",
        [STEP_REVOKE] = "revoking",
        [STEP_COMMENT] = "commenting on",
        [STEP_OWNER] = "changing the owner of",
        [STEP_ALTER_CLUSTER] = "altering",
        [STEP_OPTION] = "altering",
    };
    return verbs[kind];
}

const char *step_text(const Pass *pass, const Step *step)
{
    bool gives = step->kind == STEP_GRANT;
    if (gives || step->kind == STEP_REVOKE) {
        return arena_printf(pass->arena, "%s %s on %s %s %s", step_verb(step->kind),
                            step->privilege, step_target(pass, step), gives ? "to" : "from",
                            step->grantee);
    }
    return arena_printf(pass->arena, "%s %s", step_verb(step->kind), step_target(pass, step));
}

/* Whether what STEP makes is there; OTHER: the answer for a step that makes nothing. */
static bool is_there(const Catalog *c, const Step *step, bool other)
{
    RelName rel = step->rel;
    switch (step->kind) {
    case STEP_CREATE_CLUSTER:
        return catalog_cluster(c, rel.name);
    case STEP_CREATE_SCHEMA:
        return catalog_schema(c, rel.database, rel.name);
    case STEP_CREATE_INDEX:
        rel.name = step->index_name;
        return catalog_object(c, rel);
    case STEP_CREATE_NODE:
        return catalog_object(c, rel);
    default:
        return other;
    }
}

/* Whether something is gone that was seen at the beginning of the pass, or that the pass made before FAILED. */
static bool something_went(const Pass *pass, const Step *failed, const Catalog *now)
{
    vec_each (Step, it, &pass->build->missing) {
        if (it == failed) {
            break;
        }
        if (!is_there(now, it, true)) {
            return true;
        }
    }
    vec_each (CatalogObject, it, &pass->snapshot.catalog->objects) {
        if (!catalog_object_by_id(now, it->id)) {
            return true;
        }
    }
    return false;
}

/*
 * Nearly every refusal is XX000, so it is judged by the world: when the object is there after all, another
 * process made it, and when something else is gone, another process dropped it, maybe what this is made of;
 * the next pass goes on. Otherwise the statement itself is at fault.
 */
static bool at_fault(Pass *pass, const Step *step, bool *fault, Err *err)
{
    const Catalog *now;
    if (!pass_look_again(pass, &now, err)) {
        return false;
    }
    *fault = !is_there(now, step, false) && !something_went(pass, step, now);
    return true;
}

/* Where the server tells that: the line of FILE that is the one of SQL where it stopped, else LINE. */
static int line_of(const Pass *pass, const Err *err, const char *sql, const char *file, int line)
{
    const File *text = sql && file && pass->in->files ? files_get(pass->in->files, file) : NULL;
    int found = text ? place_line(pass->arena, sql, err->position, text->text) : 0;
    return found ? found : line;
}

/* What was refused, and where it was written (FILE may be NULL); SQL: that statement, NULL: it tells nobody anything. */
static void set_problem(Pass *pass, const char *what, const Err *err, const char *sql,
                        const char *file, int line)
{
    Buf text = buf_new(pass->arena, 8192);
    line = line_of(pass, err, sql, file, line);
    buf_text(&text, pass_refusal(pass, what, err));
    if (err->detail) {
        buf_printf(&text, " (%s)", err->detail);
    }
    if (file) {
        buf_printf(&text, " (%s:%d)", file, line ? line : 1);
    }
    pass->problem = text.data;
    pass->problem_file = file;
    pass->problem_line = line;
    pass->problem_statement = sql;
}

/* Its columns are others (0A000), or the server does not know the statement: then the plan sends the view to green. */
static bool is_no_replacement(const Step *step, const Err *why)
{
    return step->replaces && (str_eq(why->sqlstate, "0A000") || str_eq(why->sqlstate, "42601"));
}

static bool note_refused_replacement(Pass *pass, const char *why, Err *err)
{
    const RecordDeployment *d = pass->building;
    RecordResult result = {
        .check = "replacement", .verdict = "refused", .text = why, .attempt = d->attempt};
    return pass_append_result(pass, d, &result, err);
}

static const char *words_of(const Pass *pass, const Err *why)
{
    return why->detail ? arena_printf(pass->arena, "%s (%s)", why->message, why->detail)
                       : why->message;
}

static bool judge(Pass *pass, const Step *step, Err *err)
{
    bool fault = true;
    if (pass_is_limit(err)) {
        return pass_try_later(pass, pass->building, step_text(pass, step), err);
    }
    if (!err_is_refusal(err)) {
        return pass_unanswered(pass, step_text(pass, step), err);
    }
    Err why = *err;
    if (err->kind == ERR_INPUT && !at_fault(pass, step, &fault, err)) {
        return false;
    }
    *err = (Err){0};
    if (fault && is_no_replacement(step, &why)) {
        return note_refused_replacement(pass, words_of(pass, &why), err);
    }
    if (fault) {
        set_problem(pass, step_text(pass, step), &why, step_sql(pass->arena, step), step->file,
                    step->line);
    }
    return true;
}

static const CatalogObject *made_by(const Catalog *catalog, const Step *step)
{
    RelName rel = step->rel;
    if (step->kind == STEP_CREATE_INDEX) {
        rel.name = step->index_name;
    }
    bool makes = step->kind == STEP_CREATE_INDEX || step->kind == STEP_CREATE_NODE;
    return makes ? catalog_object(catalog, rel) : NULL;
}

/* The first COUNT of what was missing have been made by this process: it alone knows. */
static bool note_made(Pass *pass, size_t count, Err *err)
{
    const RecordDeployment *d = pass->building;
    RecordEntries entries = {0};
    const Catalog *now;
    if (!pass->build->doubtful || !count) {
        return true;
    }
    if (!pass_look_again(pass, &now, err)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        const CatalogObject *made = made_by(now, &pass->build->missing.items[i]);
        if (made) {
            RecordResult result = {.check = build_made_check(pass->arena, made->kind, made->id),
                                   .verdict = "passed",
                                   .attempt = d->attempt};
            vec_push(pass->arena, &entries, entry_result(pass->arena, d->id, &result));
        }
    }
    return !entries.count || pass_append(pass, &entries, err);
}

bool act_build(Pass *pass, Err *err)
{
    int64_t until = pass_clock_ms() + BUILD_PASS_MS;
    size_t made = 0;
    vec_each (Step, it, &pass->build->missing) {
        if (!pass_exec(pass, step_sql(pass->arena, it), err)) {
            return judge(pass, it, err) && note_made(pass, made, err);
        }
        made++;
        if (pass_clock_ms() >= until) {
            break;
        }
    }
    return note_made(pass, made, err);
}

/* ---- finishing and recording ---- */

/* Another process may be at it too: each statement adds its rows only after those before them, and once. */
bool pass_fill_seed(Pass *pass, const DesiredNode *seed, Err *err)
{
    bool sent = pass_exec(pass, statement_set_cluster(pass->arena, pass->in->record_cluster), err);
    for (size_t from = 0; sent && from < seed->seed->rows.count;) {
        sent =
            pass_exec(pass, statement_seed_rows(pass->arena, seed, &from, SEED_INSERT_BYTES), err);
    }
    return sent;
}

/* What people said of production's columns stays with them; a refusal means that a column has gone. */
static bool take_comments_along(Pass *pass, const DesiredNode *node, const RecordObject *claim,
                                Err *err)
{
    const CatalogObject *live = catalog_object(pass->snapshot.catalog, claim->rel);
    StatementOn on = {claim->kind, node->rel};
    for (size_t i = 0; live && i < live->column_comments.count; i++) {
        const CatalogColumnComment *it = &live->column_comments.items[i];
        if (desired_describes(node, it->column) ||
            noted_comment_left(pass->out->record, live, node, it->column) ||
            pass_exec(pass, statement_comment(pass->arena, on, it->column, it->text), err)) {
            continue;
        }
        if (err->kind != ERR_INPUT) {
            return false;
        }
        *err = (Err){0};
    }
    return true;
}

/* Hooks run at least once; comments on columns are set again without harm. *SQL is the statement that was sent last. */
static bool run_extras(Pass *pass, const DesiredNode *node, const char *kind, const char **sql,
                       Err *err)
{
    vec_each (const char *, it, &node->hooks) {
        *sql = *it;
        if (!pass_exec(pass, *sql, err)) {
            return false;
        }
    }
    vec_each (DesiredComment, it, &node->comments) {
        StatementOn on = {kind, node->rel};
        *sql = statement_comment(pass->arena, on, it->column, it->text);
        if (it->column && !pass_exec(pass, *sql, err)) {
            return false;
        }
    }
    return true;
}

/* The server said no to something with CLAIM, and not since that was dropped meanwhile: THERE, and WHY. */
static bool was_refused(Pass *pass, const RecordObject *claim, bool *there, Err *why, Err *err)
{
    const Catalog *now;
    if (!err_is_refusal(err)) {
        return false;
    }
    *why = *err;
    if (!pass_look_again(pass, &now, err)) {
        return false;
    }
    *err = (Err){0};
    *there = catalog_object_by_id(now, claim->id) != NULL;
    return true;
}

/* A value that its column does not take is the commit's fault. */
static bool judge_rows(Pass *pass, const RecordObject *claim, const DesiredNode *seed, Err *err)
{
    bool there;
    Err why;
    const char *what = arena_printf(pass->arena, "the rows of %s", claim->node);
    if (!was_refused(pass, claim, &there, &why, err)) {
        return pass_unanswered(pass, what, err);
    }
    if (there) {
        set_problem(pass, what, &why, NULL, seed->file, seed->line);
    }
    return true;
}

bool pass_count(Pass *pass, const char *sql, const StrVec *params, int64_t *count, Err *err)
{
    PgResult answer = {0};
    bool answered = pg_query(pass->pg, pass->arena, sql, params, pass_limit(pass), &answer, err);
    if (answered) {
        str_to_int(answer.rows.items[0][0], 0, INT64_MAX, count);
    }
    return answered;
}

/* The server does not do it in place: green is built instead. */
static bool refuse_rows(Pass *pass, const RecordObject *claim, Err *err)
{
    bool there;
    Err why;
    return was_refused(pass, claim, &there, &why, err) &&
           (!there || note_refused_replacement(pass, words_of(pass, &why), err));
}

/* Whether SEED becomes what waits in MADE in one statement; the server is asked whether it would take that one. */
static bool judge_waiting_rows(Pass *pass, const RecordObject *claim, const DesiredNode *seed,
                               RelName made, Err *err)
{
    const CatalogObject *live = catalog_object(pass->snapshot.catalog, seed->rel);
    StrVec both = {0};
    vec_push(pass->arena, &both, live ? live->id : "");
    vec_push(pass->arena, &both, claim->id);
    int64_t columns = 0;
    SeedFit fit;
    if (!pass_count(pass, sql_columns_differ, &both, &columns, err)) {
        return false;
    }
    if (columns) {
        return note_refused_replacement(pass, "its columns change", err);
    }
    if (!pass_fit_seed(pass, seed->rel, made, &fit, err)) {
        return refuse_rows(pass, claim, err);
    }
    if (fit.why) {
        return note_refused_replacement(pass, fit.why, err);
    }
    return pass_exec(pass, statement_change_seed(pass->arena, &fit.change, true), err) ||
           refuse_rows(pass, claim, err);
}

static bool finish(Pass *pass, const RecordObject *claim, Err *err)
{
    const DesiredNode *node = pass->green && claim->node && !str_eq(claim->kind, "index")
                                  ? map_get(&pass->green->node_by_id, claim->node)
                                  : NULL;
    const DesiredNode *replaced = pass->out->plan->replacement.node;
    bool waits = node && replaced && str_eq(replaced->id, node->id);
    if (!node || (waits && node->kind != NODE_SEED)) {
        return true; /* a replacement's comments would go when it is applied */
    }
    if (node->kind == NODE_SEED && !pass_fill_seed(pass, node, err)) {
        return judge_rows(pass, claim, node, err);
    }
    if (waits) {
        return judge_waiting_rows(pass, claim, replaced, node->rel, err);
    }
    const char *sql = NULL;
    if (run_extras(pass, node, claim->kind, &sql, err)) {
        return take_comments_along(pass, node, claim, err);
    }
    if (err_is_refusal(err)) {
        set_problem(pass, arena_printf(pass->arena, "a hook of %s", claim->node), err, sql,
                    node->file, node->line);
        *err = (Err){0};
        return true;
    }
    return pass_unanswered(pass, arena_printf(pass->arena, "a hook of %s", claim->node), err);
}

void pass_add_objects(Pass *pass, RecordEntries *entries, const char *deployment,
                      const RecordObjects *objects)
{
    const Catalog *catalog = pass->snapshot.catalog;
    const RecordDeployment *d = record_deployment(pass->out->record, deployment);
    RecordObjects owned = {0};
    vec_each (RecordObject, it, objects) {
        RecordObject object = *it;
        const char *target = replace_target(catalog, d, it->kind, it->id);
        object.deployment = deployment;
        object.owner = catalog_owner(catalog, it->kind, target ? target : it->id);
        object.options = catalog_options(catalog, it->kind, it->id);
        vec_push(pass->arena, &owned, object);
    }
    entries_add_objects(pass->arena, entries, &owned);
}

bool act_claim(Pass *pass, RecordDeployment *d, Err *err)
{
    RecordEntries entries = {0};
    vec_each (RecordObject, it, &pass->build->claims) {
        if (!finish(pass, it, err)) {
            return false;
        }
        if (pass->problem) {
            return true;
        }
    }
    pass_add_objects(pass, &entries, d->id, &pass->build->claims);
    pass_add_objects(pass, &entries, d->id, &pass->out->record->unwritten);
    return pass_append(pass, &entries, err);
}

bool act_clear_stale(Pass *pass, RecordDeployment *d, Err *err)
{
    Leftover stale = {.foreign = diags_new(pass->arena)};
    vec_each (const CatalogObject *, it, &pass->build->stale) {
        vec_push(pass->arena, &stale.objects, *it);
    }
    vec_each (const CatalogSchema *, it, &pass->build->stale_schemas) {
        vec_push(pass->arena, &stale.schemas, *it);
    }
    vec_each (const CatalogCluster *, it, &pass->build->stale_clusters) {
        vec_push(pass->arena, &stale.clusters, *it);
    }
    return act_drop(pass, d, &stale, err);
}
