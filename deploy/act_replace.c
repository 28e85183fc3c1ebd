/*
 * A replacement takes the place of its view, when the marker has moved. Whatever comes of the statement is read from the
 * catalog: applied, the replacement has lost its name, and the view bears its id. Its name belongs to one generation, so
 * that a statement that comes late finds nothing. Rows of a seed leave no trace in the catalog: that they are
 * sent is recorded before, so that nobody takes the seed for what it was.
 */
#include "pass_internal.h"

#include "cutover/str.h"

static RecordResult result_of(const RecordDeployment *d, const char *check, const char *sql)
{
    return (RecordResult){.check = check, .verdict = "passed", .text = sql, .attempt = d->attempt};
}

static bool apply_view(Pass *pass, const RecordDeployment *d, Err *err)
{
    const Replacing *it = &pass->replacing;
    const char *sql = statement_apply_replacement(pass->arena, it->target, it->made);
    if (pass_exec(pass, sql, err)) {
        const char *check =
            arena_printf(pass->arena, "in_place:materialized-view:%s", it->live->id);
        RecordResult result = result_of(d, check, sql);
        return pass_append_result(pass, d, &result, err);
    }
    const char *what =
        arena_printf(pass->arena, "applying the replacement of %s", pass_name(pass, it->target));
    return pass_try_later(pass, d, what, err);
}

/* ---- rows of a seed ---- */

static bool begin_rows(Pass *pass, const RecordDeployment *d, Err *err)
{
    const char *key = replace_begun_key(pass->arena, pass->replacing.green);
    RecordResult result = result_of(d, key, NULL);
    return pass->replacing.state == REPLACE_BEGUN || pass_append_result(pass, d, &result, err);
}

/* The seed holds what waited beside it. */
static RecordEntry new_digest(Pass *pass, const RecordDeployment *d)
{
    const Replacing *it = &pass->replacing;
    RecordObject seed = *record_object(pass->out->record, it->green->kind, it->green->replaces);
    seed.digest = record_object(pass->out->record, it->green->kind, it->live->id)->digest;
    return entry_objects(pass->arena, d->id, &seed, 1);
}

static bool rows_are_in(Pass *pass, RecordDeployment *d, const char *sql, Err *err)
{
    const Replacing *it = &pass->replacing;
    RecordEntries entries = {0};
    vec_push(pass->arena, &entries, new_digest(pass, d));
    RecordResult result = result_of(d, replace_rows_key(pass->arena, it->green), sql);
    vec_push(pass->arena, &entries, entry_result(pass->arena, d->id, &result));
    Leftover waited = {.foreign = diags_new(pass->arena)};
    vec_push(pass->arena, &waited.objects, it->live);
    return pass_append(pass, &entries, err) && act_drop(pass, d, &waited, err);
}

static bool send_rows(Pass *pass, RecordDeployment *d, const SeedChange *change, Err *err)
{
    const char *sql = statement_change_seed(pass->arena, change, false);
    return begin_rows(pass, d, err) && pass_exec(pass, sql, err) && rows_are_in(pass, d, sql, err);
}

/* They were judged when green was built; whoever changed the seed since then must say what is to become of that. */
static bool apply_rows(Pass *pass, RecordDeployment *d, Err *err)
{
    const Replacing *it = &pass->replacing;
    const char *seed = pass_name(pass, it->target);
    SeedFit fit = {0};
    if (!pass_exec(pass, statement_set_cluster(pass->arena, pass->in->record_cluster), err)) {
        return false;
    }
    bool fits = pass_fit_seed(pass, it->target, it->made, &fit, err);
    if (fits && fit.why) {
        return pass_look_later(pass, d,
                               arena_printf(pass->arena,
                                            "the rows of %s were changed meanwhile: %s; put them "
                                            "back, or merge a newer commit",
                                            seed, fit.why),
                               err);
    }
    return (fits && send_rows(pass, d, &fit.change, err)) ||
           pass_try_later(pass, d, arena_printf(pass->arena, "changing the rows of %s", seed), err);
}

bool act_apply(Pass *pass, RecordDeployment *d, Err *err)
{
    const Catalog *now;
    if (!pass_look_again(pass, &now, err)) {
        return false;
    }
    if (!replace_state(now, pass->out->record, d).live) {
        return true; /* another process was faster: the next pass sees what is there */
    }
    return str_eq(pass->replacing.green->kind, "table") ? apply_rows(pass, d, err)
                                                        : apply_view(pass, d, err);
}
