/* Repairs, one statement or one row each; what is found is looked at anew right before. */
#include "pass_internal.h"

#include "cutover/str.h"

static bool observe(Pass *pass, Arena *arena, Pg *pg, const PassInput *input, Repair **repair,
                    Err *err)
{
    PassResult *result = arena_make(arena, PassResult);
    *pass = (Pass){.arena = arena, .pg = pg, .in = input, .own = input->environment, .out = result};
    if (!pass_observe(pass, err)) {
        return false;
    }
    *repair = repair_find(arena, pass->snapshot.catalog, result->record, input->environment->name,
                          input->record_schema,
                          input->marker_commit ? input->marker_commit : input->commit.sha);
    return true;
}

bool pass_repair_look(Arena *arena, Pg *pg, const PassInput *input, Repair **repair, Err *err)
{
    Pass pass;
    return observe(&pass, arena, pg, input, repair, err);
}

/* Alone, as a cutover that changes no other name: whoever else moves it makes this fail as a whole. */
static bool rename_marker(Pass *pass, const RepairFinding *finding, Err *err)
{
    StatementCutover cutover = {.database = pass->snapshot.catalog->database,
                                .marker_from = finding->from,
                                .marker_to = finding->to};
    return pg_script(pass->pg, pass->arena, statement_cutover(pass->arena, &cutover),
                     pass_limit(pass), NULL, err) == PG_DONE;
}

/* What is known of it: its commit, and that it is live. Which objects are ours, `adopt` proves. */
static bool make_live(Pass *pass, const RepairFinding *finding, const PassCommit *commit, Err *err)
{
    RecordDeployment d = {.generation = finding->generation,
                          .commit = commit->sha,
                          .short_commit = commit->short_sha,
                          .subject = commit->subject,
                          .author = commit->author,
                          .ref = commit->ref,
                          .in_place_only = true,
                          .partial = true,
                          .audit_event = pass->snapshot.catalog->newest_event,
                          .from_generation = finding->generation - 1,
                          .from_deployment = "",
                          .gates = strict_gates(pass->in->environment)};
    d.id = deployment_id(pass->arena, pass->in->environment->name, d.generation, d.commit);
    const RecordDeployment *before = record_deployment(pass->out->record, d.id);
    d.attempt = before ? before->attempt + 1 : 1;
    EntryPhase phase = {.deployment = &d,
                        .from = before ? before->phase : PHASE_NONE,
                        .to = PHASE_LIVE,
                        .reason = "repaired: the marker tells this generation"};
    RecordEntries entries = {0};
    vec_push(pass->arena, &entries, entry_intent(pass->arena, &d));
    vec_push(pass->arena, &entries, entry_phase(pass->arena, &phase));
    return pass_append(pass, &entries, err);
}

/* It soaks again, and whoever asked for the way back is answered. */
static bool end_way_back(Pass *pass, const RepairFinding *finding, Err *err)
{
    const RecordDeployment *d = record_deployment(pass->out->record, finding->deployment);
    const RecordRequest *request = request_open(pass->out->record, d, "rollback");
    EntryPhase phase = {.deployment = d,
                        .from = d->phase,
                        .to = PHASE_SOAKING,
                        .reason = finding->text,
                        .deadline = pass->snapshot.catalog->now +
                                    pass->in->environment->soak * MOMENT_SECOND};
    RecordEntries entries = {0};
    if (request) {
        vec_push(pass->arena, &entries,
                 entry_outcome(pass->arena, d->id, request->id, "refused", finding->text));
    }
    vec_push(pass->arena, &entries, entry_phase(pass->arena, &phase));
    return pass_append(pass, &entries, err);
}

static bool append_phase(Pass *pass, const EntryPhase *phase, Err *err)
{
    RecordEntries entries = {0};
    vec_push(pass->arena, &entries, entry_phase(pass->arena, phase));
    return pass_append(pass, &entries, err);
}

/* As it was written down before it was sent. What follows from it the next passes do. */
static bool note_back(Pass *pass, const RepairFinding *finding, Err *err)
{
    const RecordDeployment *d = record_deployment(pass->out->record, finding->deployment);
    RecordNames names = pass_back_names(pass, d);
    EntryPhase phase = {.deployment = d,
                        .from = d->phase,
                        .to = PHASE_ROLLING_BACK,
                        .reason = "repaired: the marker tells that it was taken back",
                        .names = &names,
                        .names_event = pass->snapshot.catalog->newest_event,
                        .rollback_generation = finding->generation};
    return append_phase(pass, &phase, err);
}

static bool end_passed(Pass *pass, const RepairFinding *finding, Err *err)
{
    const RecordDeployment *d = record_deployment(pass->out->record, finding->deployment);
    bool back = d->phase == PHASE_ROLLING_BACK;
    EntryPhase phase = {.deployment = d,
                        .from = d->phase,
                        .to = back ? PHASE_ROLLED_BACK : PHASE_LIVE,
                        .reason = finding->text,
                        .deadline = pass->snapshot.catalog->now,
                        .rollback_generation = d->rollback_generation};
    return append_phase(pass, &phase, err);
}

static bool carry_out(Pass *pass, const RepairFinding *finding, const PassCommit *commit, Err *err)
{
    switch (finding->kind) {
    case REPAIR_MAKE_MARKER:
        return pass_exec(
            pass,
            statement_create_schema(pass->arena, pass->snapshot.catalog->database, finding->to),
            err);
    case REPAIR_RENAME_MARKER:
        return rename_marker(pass, finding, err);
    case REPAIR_MAKE_RECORD:
        return act_make_record(pass, err);
    case REPAIR_MAKE_LIVE:
        return make_live(pass, finding, commit, err);
    case REPAIR_NOTE_BACK:
        return note_back(pass, finding, err);
    case REPAIR_END_WAY_BACK:
        return end_way_back(pass, finding, err);
    case REPAIR_END_PASSED:
        return end_passed(pass, finding, err);
    case REPAIR_PERSON:
        break;
    }
    return true;
}

bool pass_repair(Arena *arena, Pg *pg, const PassInput *input, const RepairFinding *finding,
                 const PassCommit *commit, Err *err)
{
    Pass pass;
    Repair *repair;
    if (!observe(&pass, arena, pg, input, &repair, err)) {
        return false;
    }
    const RepairFinding *first = repair_first(repair);
    if (!first || !str_eq(first->text, finding->text) || !str_eq(first->advice, finding->advice)) {
        err_set(arena, err, ERR_CONFLICT, "CO5038", "the damage is another one now");
        err->hint = "run it again";
        return false;
    }
    return carry_out(&pass, first, commit, err);
}
