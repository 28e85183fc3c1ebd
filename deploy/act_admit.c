/*
 * Who may read: guests of a canary are let in and shut out again, and what people gave and took late is done again.
 * What the server refuses once the cutover has happened is owed: nothing waits for it any more.
 */
#include "pass_internal.h"

#include "cutover/str.h"

/* Who is let in is recorded first: whatever happens then, it is known whom to shut out. */
static bool record_guests(Pass *pass, const RecordDeployment *d, bool *added, Err *err)
{
    RecordEntries entries = {0};
    StrVec roles = {0};
    vec_each (Step, it, &pass->build->canary) {
        bool known =
            str_in(&pass->out->record->canary_roles, it->grantee) || str_in(&roles, it->grantee);
        if (it->kind == STEP_GRANT && !known) {
            RecordResult result = {.check = arena_printf(pass->arena, "canary:%s", it->grantee),
                                   .verdict = "passed",
                                   .attempt = d->attempt};
            vec_push(pass->arena, &roles, it->grantee);
            vec_push(pass->arena, &entries, entry_result(pass->arena, d->id, &result));
        }
    }
    *added = roles.count > 0;
    return !*added || pass_append(pass, &entries, err);
}

/* What bears a name of production may be another thing by now: then the next pass looks anew. */
static bool still_there(Pass *pass, bool *there, Err *err)
{
    const Catalog *now = NULL;
    *there = true;
    vec_each (const Step, it, &pass->build->canary) {
        if (it->id && !now && !pass_look_again(pass, &now, err)) {
            return false;
        }
        *there &= !it->id || str_eq(it->id, catalog_id_at(now, it->object_kind, it->rel.database,
                                                          it->rel.schema, it->rel.name));
    }
    return true;
}

static void note(Pass *pass, RecordEntries *entries, const RecordDeployment *d, const char *check,
                 const char *verdict, const char *text)
{
    RecordResult result = {.check = check, .verdict = verdict, .text = text, .attempt = d->attempt};
    vec_push(pass->arena, entries, entry_result(pass->arena, d->id, &result));
}

/* Each by itself: that one is refused keeps nobody from the others. */
static bool admit_live(Pass *pass, const RecordDeployment *d, Err *err)
{
    RecordEntries entries = {0};
    vec_each (Step, it, &pass->build->canary) {
        if (pass_exec(pass, step_sql(pass->arena, it), err)) {
            continue;
        }
        if (!err_is_refusal(err)) {
            return false;
        }
        note(pass, &entries, d, owed_check(pass->arena, it), "refused",
             pass_refusal(pass, step_text(pass, it), err));
        *err = (Err){0};
    }
    return !entries.count || pass_append(pass, &entries, err);
}

bool act_admit(Pass *pass, const RecordDeployment *d, Err *err)
{
    bool added, there, live = !phase_is_before_cutover(d->phase) && pass_happened(pass, d);
    if (live) {
        return still_there(pass, &there, err) && (!there || admit_live(pass, d, err));
    }
    if (!record_guests(pass, d, &added, err) || added) {
        return err->kind == ERR_NONE;
    }
    if (!still_there(pass, &there, err) || !there) {
        return err->kind == ERR_NONE;
    }
    vec_each (Step, it, &pass->build->canary) {
        if (!pass_exec(pass, step_sql(pass->arena, it), err)) {
            return pass_try_later(pass, d, step_text(pass, it), err);
        }
    }
    return true;
}

/* ---- what is owed ---- */

/* It is settled when it is done, whoever did it. A refusal was told before: it stays as it is. */
static bool settle(Pass *pass, const Catalog *now, const Owed *owed, bool *settled, Err *err)
{
    const Step *step = &owed->step;
    const char *id =
        catalog_id_at(now, step->object_kind, step->rel.database, step->rel.schema, step->rel.name);
    *settled = owed->settled;
    if (*settled || !str_eq(id, step->id)) {
        return true;
    }
    *settled = pass_exec(pass, step_sql(pass->arena, step), err);
    if (!*settled && !err_is_refusal(err)) {
        return false;
    }
    *err = (Err){0};
    return true;
}

bool pass_settle(Pass *pass, Err *err)
{
    RecordEntries entries = {0};
    const Catalog *now = NULL;
    vec_each (Owed, it, &pass->owed) {
        bool settled = false;
        if ((!now && !pass_look_again(pass, &now, err)) || !settle(pass, now, it, &settled, err)) {
            return false;
        }
        if (settled) {
            note(pass, &entries, it->deployment, it->check, "passed", it->why);
        }
    }
    pass->out->acted = entries.count > 0;
    return !entries.count || pass_append(pass, &entries, err);
}
