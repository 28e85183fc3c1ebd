/*
 * Sinks, once the names have moved: one statement a pass, of what the catalog says is still to be done. A refusal is
 * told and tried again, since Kafka may be away; nothing of the old side is dropped before.
 */
#include "pass_internal.h"

#include "cutover/str.h"
#include "deploy_sql.h"

SinkStep pass_sink_step(const Pass *pass, const RecordDeployment *d)
{
    bool wanted = str_eq(pass->in->commit.sha, d->commit);
    SinkInput input = {.catalog = pass->snapshot.catalog,
                       .record = pass->out->record,
                       .deployment = d,
                       .desired = wanted ? pass->out->desired : NULL};
    return sink_next(&input);
}

static const char *verb(SinkAction action)
{
    static const char *const verbs[] = {
        [SINK_CREATE] = "creating", [SINK_DROP] = "dropping", [SINK_REPOINT] = "repointing"};
    return verbs[action];
}

static const char *sql_of(Pass *pass, const SinkStep *step)
{
    switch (step->action) {
    case SINK_CREATE:
        return statement_create_node(pass->arena, step->node);
    case SINK_DROP:
        return statement_drop(pass->arena, "sink", &step->live->rel, 1);
    default:
        return statement_repoint_sink(pass->arena, step->live->rel, step->from);
    }
}

static bool claim(Pass *pass, const RecordDeployment *d, const SinkStep *step, Err *err)
{
    RecordObject object = {.id = step->live->id,
                           .kind = "sink",
                           .rel = step->live->rel,
                           .cluster = step->node ? step->node->cluster : NULL,
                           .file = step->node ? step->node->file : NULL,
                           .digest = step->node ? step->node->digest : step->sink->digest,
                           .node = step->sink->node,
                           .inputs = step->live->reads,
                           .options = step->live->options,
                           .action = "created"};
    RecordEntries entries = {0};
    vec_push(pass->arena, &entries, entry_objects(pass->arena, d->id, &object, 1));
    return pass_append(pass, &entries, err);
}

/* It reads what it was declared to read: from now on it counts as made so. */
static bool renew(Pass *pass, const RecordDeployment *d, const SinkStep *step, Err *err)
{
    RecordObject object = *record_object(pass->out->record, "sink", step->live->id);
    object.digest = step->digest;
    object.inputs = step->live->reads;
    RecordEntries entries = {0};
    vec_push(pass->arena, &entries, entry_objects(pass->arena, d->id, &object, 1));
    return pass_append(pass, &entries, err);
}

static bool note(Pass *pass, const RecordDeployment *d, const SinkStep *step, Err *err)
{
    RecordResult result = {.check = arena_printf(pass->arena, "sink:%s",
                                                 relname_text(pass->arena, step->sink->rel, NULL)),
                           .verdict = "passed",
                           .text = verb(step->action),
                           .attempt = d->attempt};
    RecordEntries entries = {0};
    vec_push(pass->arena, &entries, entry_result(pass->arena, d->id, &result));
    if (step->action == SINK_DROP) {
        RecordObject object = {
            .id = step->live->id, .kind = "sink", .rel = step->live->rel, .action = "dropped"};
        vec_push(pass->arena, &entries, entry_objects(pass->arena, d->id, &object, 1));
    }
    return pass_append(pass, &entries, err);
}

/* Somebody may have put a sink of his own in its place meanwhile. */
static bool still_there(Pass *pass, const SinkStep *step, bool *there, Err *err)
{
    const Catalog *now;
    *there = true;
    if (!step->live) {
        return true;
    }
    if (!pass_look_again(pass, &now, err)) {
        return false;
    }
    RelName rel = step->live->rel;
    *there = str_eq(step->live->id, catalog_id_at(now, "sink", rel.database, rel.schema, rel.name));
    return true;
}

bool act_repoint(Pass *pass, RecordDeployment *d, Err *err)
{
    SinkStep step = pass_sink_step(pass, d);
    if (step.action == SINK_CLAIM) {
        return claim(pass, d, &step, err);
    }
    if (step.action == SINK_RENEW) {
        return renew(pass, d, &step, err);
    }
    bool there;
    if (!still_there(pass, &step, &there, err) || !there) {
        return err->kind == ERR_NONE; /* the next pass looks anew */
    }
    if (pass_exec(pass, sql_of(pass, &step), err)) {
        return note(pass, d, &step, err);
    }
    return pass_try_later(
        pass, d,
        arena_printf(pass->arena, "%s sink %s", verb(step.action), pass_name(pass, step.sink->rel)),
        err);
}

/* ---- before the cutover ---- */

/* "day text, cents numeric" of the relation with this ID. */
static const char *columns_of(Pass *pass, const char *id, Err *err)
{
    StrVec ids = {0}, params = {0}, columns = {0};
    PgResult answer = {0};
    vec_push(pass->arena, &ids, id);
    vec_push(pass->arena, &params, pg_array(pass->arena, &ids));
    if (!pg_query(pass->pg, pass->arena, sql_relation_columns, &params, pass_limit(pass), &answer,
                  err)) {
        return NULL;
    }
    vec_each (const char **, row, &answer.rows) {
        vec_push(pass->arena, &columns, arena_printf(pass->arena, "%s %s", (*row)[1], (*row)[2]));
    }
    return str_join(pass->arena, &columns, ", ");
}

/* What is wrong, and the ways out. */
static const char *misfit(Pass *pass, const PlanObject *sink, const char *before, const char *after)
{
    RelName from = sink_from(pass->out->desired, sink->node);
    const char *way = "", *name = pass_name(pass, from);
    if (sink->leaves.name) {
        name = arena_printf(pass->arena, "%s instead of %s", name, pass_name(pass, sink->leaves));
        way = arena_printf(pass->arena,
                           ", or let this one be made anew by a commit with Cutover-Permit: "
                           "stateful:%s, where trailers may permit",
                           relname_text(pass->arena, sink->rel, NULL));
    } else {
        name = arena_printf(pass->arena, "the new %s", name);
    }
    return arena_printf(pass->arena,
                        "sink %s cannot go on with %s: its columns change from (%s) to (%s). Keep "
                        "them, or give the sink another name, so that a new one is made%s",
                        pass_name(pass, sink->rel), name, before, after, way);
}

static bool check_fit(Pass *pass, const PlanObject *sink, Err *err)
{
    const RelName to = sink_from(pass->green, map_get(&pass->green->node_by_id, sink->id));
    const CatalogObject *old = sink_input(pass->snapshot.catalog, sink->live);
    const CatalogObject *new = catalog_object(pass->snapshot.catalog, to);
    if (!old || !new || old == new) {
        return true;
    }
    const char *before = columns_of(pass, old->id, err);
    const char *after = before ? columns_of(pass, new->id, err) : NULL;
    if (after && !str_eq(before, after)) {
        pass->problem = misfit(pass, sink, before, after);
        pass->problem_file = sink->file;
        pass->problem_line = sink->line;
    }
    return after != NULL;
}

bool pass_sinks_fit(Pass *pass, Err *err)
{
    vec_each (PlanObject, it, &pass->out->plan->objects) {
        if (it->action == PLAN_REPOINT && !pass->problem && !check_fit(pass, it, err)) {
            return false;
        }
    }
    return true;
}
