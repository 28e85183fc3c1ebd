/*
 * A replacement takes the place of its view, when the marker has moved. Whatever comes of the statement is read from the
 * catalog: applied, the replacement has lost its name, and the view bears its id. Its name belongs to one generation, so
 * that a statement that comes late finds nothing.
 */
#include "pass_internal.h"

static bool note(Pass *pass, const RecordDeployment *d, const char *sql, Err *err)
{
    RecordResult result = {.check = arena_printf(pass->arena, "in_place:materialized-view:%s",
                                                 pass->replacing.live->id),
                           .verdict = "passed",
                           .text = sql,
                           .attempt = d->attempt};
    RecordEntries entries = {0};
    vec_push(pass->arena, &entries, entry_result(pass->arena, d->id, &result));
    return pass_append(pass, &entries, err);
}

bool act_apply(Pass *pass, RecordDeployment *d, Err *err)
{
    const Replacing *it = &pass->replacing;
    const Catalog *now;
    if (!pass_look_again(pass, &now, err)) {
        return false;
    }
    if (replace_state(now, pass->out->record, d).state != REPLACE_READY) {
        return true; /* another process was faster: the next pass sees what is there */
    }
    const char *sql = statement_apply_replacement(pass->arena, it->target, it->made);
    if (pass_exec(pass, sql, err)) {
        return note(pass, d, sql, err);
    }
    const char *what =
        arena_printf(pass->arena, "applying the replacement of %s", pass_name(pass, it->target));
    return pass_try_later(pass, d, what, err);
}
