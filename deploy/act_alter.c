/*
 * Changes to production where it is, when the cutover has happened: one statement a pass, of what is still to be done.
 * Its name must belong right before to the id that the plan has seen; afterwards the record tells of it.
 */
#include "pass_internal.h"

#include "cutover/str.h"

static bool note(Pass *pass, const RecordDeployment *d, const Step *step, Err *err)
{
    RecordResult result = {
        .check = arena_printf(pass->arena, "in_place:%s:%s", step->object_kind, step->id),
        .verdict = "passed",
        .text = step_sql(pass->arena, step),
        .attempt = d->attempt};
    return pass_append_result(pass, d, &result, err);
}

bool act_alter(Pass *pass, RecordDeployment *d, Err *err)
{
    const Step *step = &pass->alterations.steps.items[0];
    const Catalog *now;
    if (!pass_look_again(pass, &now, err)) {
        return false;
    }
    const char *id =
        catalog_id_at(now, step->object_kind, step->rel.database, step->rel.schema, step->rel.name);
    if (!str_eq(id, step->id)) {
        return true; /* somebody else has changed it: the next pass plans anew */
    }
    if (pass_exec(pass, step_sql(pass->arena, step), err)) {
        return note(pass, d, step, err);
    }
    return pass_try_later(pass, d, step_text(pass, step), err);
}
