/* What the parts of one pass share: the observation, and the helpers that every action uses. */
#ifndef DEPLOY_PASS_INTERNAL_H
#define DEPLOY_PASS_INTERNAL_H

#include "cutover/build.h"
#include "cutover/dbt.h"
#include "cutover/introspect.h"
#include "cutover/journal.h"
#include "cutover/noted.h"
#include "cutover/owed.h"
#include "cutover/pass.h"
#include "cutover/record_prune.h"
#include "cutover/replace.h"
#include "cutover/requests.h"
#include "cutover/sinks.h"
#include "cutover/snapshot.h"
#include "cutover/statement.h"
#include "cutover/statement_seed.h"

typedef struct Marker {
    size_t count;       /* schemas with a marker's name; more than one is damage */
    const char *name;   /* of the highest */
    int64_t generation; /* -1: none */
    const char *commit8;
} Marker;

/* A dbt test or a check of cutover.yaml that gates this deployment. */
typedef struct Gate {
    const char *key; /* "test:<id>", "check:<name>" or "readable:<number>", as in the record */
    const char *name;
    const char *sql;     /* the whole statement */
    const char *cluster; /* to run it on */
    const DesiredTest *test;
    const CheckConfig *check;
    const char *file;
    int line;
} Gate;

typedef struct Pass {
    Arena *arena;
    Pg *pg;
    const PassInput *in;
    const EnvironmentConfig *own; /* as the commit has it; `in` has the stricter one */
    PassResult *out;
    Journal journal;
    Snapshot snapshot;
    Marker marker;
    DbtOptions options;
    Introspect introspect; /* what templates ask */
    Database database;
    const PermitHistory
        *history; /* from the live commit to the wanted one; NULL: none is live, or it is that */
    const Desired *green;               /* the green rendering, once it is needed */
    const EnvironmentConfig *judged_by; /* that of the commit by which drift was judged */
    const char *held_back; /* why what is wanted cannot be told: nothing new begins; or NULL */
    RecordDeployment *building, *after;
    Phase
        after_recorded; /* the phase that the log tells of `after`, when the marker knows better */
    Build *build;
    OwedSteps owed;          /* by deployments that have cut over */
    Alterations alterations; /* to production, of a deployment that has cut over */
    Replacing replacing;     /* a view where it is, by that deployment */
    Leftover *blue, *unused; /* the old side of what is looked at; a green that nothing wants */
    VEC(Gate) gates;
    RecordPrune prune; /* what may go from the record */
    Moment prune_before;
    Moment local, opens;       /* the wall clock of the windows' zone; when they open, 0: never */
    bool own_open, floor_open; /* those of cutover.yaml, and of the controller's file */
    const Windows *opens_in;   /* whose zone that is */
    const RecordRequest *request; /* of a person, about the deployment that is looked at */
    RequestAnswer answer;         /* that the environment itself owes */
    const char *no_way_back;      /* why names and ids keep it from what it asks for; or NULL */
    const char *problem;          /* something permanent: what people read */
    const char *problem_file;
    const char *problem_statement; /* that was refused, or NULL */
    const char *zone_problem;      /* the windows' zone is not known */
    int problem_line;
} Pass;

/* ---- observe.c ---- */
/* Snapshot, record and marker. */
bool pass_observe(Pass *pass, Err *err);
/* The catalog as it is now: after a refusal, before it is judged. It holds creations for a cutover alone: those since it was decided on. */
bool pass_look_again(Pass *pass, const Catalog **catalog, Err *err);
/* What time it is where the windows are. False and ERR when the server does not say; a zone that it does not
 * know is a problem. */
bool pass_observe_windows(Pass *pass, Err *err);
/* The way from the live commit to the wanted one, when there is one. */
bool pass_find_history(Pass *pass, Err *err);
/* The wanted commit made the live generation, and not only a part of it. */
bool pass_wanted_is_live(const Pass *pass);
/* What is under way deploys what was live when it began, or would: what nobody declares is brought back as well. */
bool pass_heals(const Pass *pass);
/* What a plan is made of, but for history and the deployment that is under way. */
PlanInput pass_plan_input(const Pass *pass);
/* Desired state and plan; findings go to the result. False and ERR when what templates asked was not answered, and may
 * be in the next pass. */
bool pass_compile(Pass *pass, Err *err);
/* What the live commit declares, and by which cutover.yaml, whatever is wanted; NULL when that cannot be told. */
const Desired *pass_compile_live(Pass *pass, const EnvironmentConfig **environment);
/* The second rendering, with green names; findings become the problem. */
bool pass_compile_green(Pass *pass);
/* Which deployment is being built, and which has cut over and is not at its end. */
void pass_choose(Pass *pass);
/* Keeps the gates of what is live where the commit weakens them. */
void pass_be_strict(Pass *pass);
/* The marker says that D has cut over, or taken its way back. */
bool pass_happened(const Pass *pass, const RecordDeployment *d);
/* The commit that a rollback of D makes live again; zeros when there was none. */
const char *pass_restored_commit(const Pass *pass, const RecordDeployment *d);

/* ---- facts.c ---- */
/* One marker at most, of no older generation than the record tells; and the record knows who made it. */
bool pass_markers_agree(const Pass *pass);
Facts pass_facts(Pass *pass, RecordDeployment *d);
/* The side that D took out of service. */
Leftover *pass_find_blue(const Pass *pass, const RecordDeployment *d);

/* ---- columns.c ---- */
/* Which columns the plan changes, when somebody wants to know. */
bool pass_find_columns(Pass *pass, Err *err);

/* ---- drift.c ---- */
/* What is no longer as deployed, when that can be told; false when the audit log cannot be read. */
bool pass_find_drift(Pass *pass, Err *err);
bool pass_has_drift_news(const Pass *pass);
bool act_tell_drift(Pass *pass, Err *err);
/* Looks for drift and tells of it while a deployment waits, before its cutover or in its soak: that may take days. */
bool pass_tell_drift_meanwhile(Pass *pass, Err *err);

/* ---- blocked.c ---- */
/* Tells people that one of them must act, or need not any more; once. */
bool pass_tell_blocked(Pass *pass, Err *err);

/* ---- choose.c ---- */
typedef struct Choice {
    RecordDeployment *d; /* NULL: the environment itself */
    Facts facts;
    const Rule *rule;
    const char
        *problem; /* as Pass.problem: what is wrong with D, not with what was looked at after it */
} Choice;

typedef Facts PassFacts(Pass *pass, RecordDeployment *d);

/* SUBSCRIBEs of pass->blue's objects, or on its clusters. */
size_t pass_readers_of_blue(const Pass *pass);

/* What to do in this pass; FACTS is pass_facts(), or a model's. */
Choice pass_decide(Pass *pass, PassFacts *facts);
bool choice_acts(const Choice *choice);
/* What people's requests meet in this pass. */
RequestWorld pass_request_world(const Pass *pass);

/* ---- names.c ---- */
RecordNames pass_cutover_names(Pass *pass);
/* What the way back from D's cutover renames. */
RecordNames pass_back_names(Pass *pass, const RecordDeployment *d);
/* What D's transaction needs is as it was recorded, and nobody's but ours: in NOW, the catalog. */
bool pass_names_fit(const Pass *pass, const RecordDeployment *d, const Catalog *now);

/* ---- gates.c ---- */
/* How many tests and checks a plan will have to pass; checks are counted before they are rendered. */
void pass_count_gates(Pass *pass);
void pass_find_gates(Pass *pass);
bool act_check(Pass *pass, RecordDeployment *d, Err *err);

/* ---- act_build.c, act_cutover.c, act_drop.c ---- */
bool act_build(Pass *pass, Err *err);
/* The rows of SEED, into its empty table; what is there already is not added again. */
bool pass_fill_seed(Pass *pass, const DesiredNode *seed, Err *err);
/* The number that SQL with PARAMS, or NULL, answers in one row. */
bool pass_count(Pass *pass, const char *sql, const StrVec *params, int64_t *count, Err *err);
bool act_claim(Pass *pass, RecordDeployment *d, Err *err);
/* The first of the alterations. */
bool act_alter(Pass *pass, RecordDeployment *d, Err *err);
/* The statement of STEP, and what it does in words. */
char *step_sql(Arena *arena, const Step *step);
const char *step_text(const Pass *pass, const Step *step);
/* What DEPLOYMENT made or took over, with whoever owns it, as entries of the record. */
void pass_add_objects(Pass *pass, RecordEntries *entries, const char *deployment,
                      const RecordObjects *objects);
bool act_clear_stale(Pass *pass, RecordDeployment *d, Err *err);
bool act_rehearse(Pass *pass, RecordDeployment *d, Err *err);
bool act_cut_over(Pass *pass, RecordDeployment *d, Err *err);
bool act_drop(Pass *pass, RecordDeployment *d, const Leftover *leftover, Err *err);

/* ---- act_admit.c ---- */
/* Lets the canary's roles in to read green, or shuts them out; carries over what was given and taken late. */
bool act_admit(Pass *pass, const RecordDeployment *d, Err *err);
/* Tries what is owed, and notes what is settled. */
bool pass_settle(Pass *pass, Err *err);

/* ---- refused.c ---- */
/* WHAT was refused: what people read of it. */
char *pass_refusal(const Pass *pass, const char *what, const Err *err);
/* Where nothing can fail any more: WHY nothing was done is noted, told and looked at again, and is a person's business after
 * the phase's deadline. False and ERR when it cannot be noted. */
bool pass_look_later(Pass *pass, const RecordDeployment *d, const char *why, Err *err);
/* The same when the server refused WHAT. False when ERR is no refusal, too. */
bool pass_try_later(Pass *pass, const RecordDeployment *d, const char *what, Err *err);
/* WHAT got no answer in time: says so in ERR, which tells only how long. Always false. */
bool pass_unanswered(const Pass *pass, const char *what, Err *err);
/* RULE's words, and what was refused last when it ends what took too long. */
const char *pass_reason_at_deadline(const Pass *pass, const RecordDeployment *d, const Rule *rule);
/* What D was at last was refused, or not answered. */
bool pass_was_refused(const RecordDeployment *d);
/* A limit stands in the way: the server answers, and goes on refusing until somebody raises it. */
bool pass_is_limit(const Err *err);
/* What D waits for when RULE's statement was refused before. */
void pass_show_refusal(Pass *pass, const RecordDeployment *d, const Rule *rule);

/* ---- act_sink.c ---- */
/* The first thing that is still to be done for D's sinks. */
SinkStep pass_sink_step(const Pass *pass, const RecordDeployment *d);
bool act_repoint(Pass *pass, RecordDeployment *d, Err *err);
/* Before the cutover: whether each sink can go on with its new input; if not, it becomes the problem. */
bool pass_sinks_fit(Pass *pass, Err *err);

/* ---- seed_change.c ---- */
typedef struct SeedFit {
    SeedChange change; /* makes the seed what waits in its table; when `why` is NULL */
    const char *why;   /* no one statement does */
} SeedFit;

bool pass_fit_seed(Pass *pass, RelName seed, RelName made, SeedFit *fit, Err *err);

/* ---- act_replace.c ---- */
bool act_apply(Pass *pass, RecordDeployment *d, Err *err);

/* ---- tell.c: what is written down ---- */
/* The event NAME about D, ready to be appended beside the phase entry. */
RecordEntry tell_event(Pass *pass, const RecordDeployment *d, const char *name, Phase phase,
                       const char *reason);

/* ---- act_record.c ---- */
/* OBJECT of the plan is one of what the intent tells as to be dropped. */
bool pass_is_drop(const Pass *pass, const PlanObject *object);
bool pass_append(Pass *pass, const RecordEntries *entries, Err *err);
/* The same for RESULT of D alone. */
bool pass_append_result(Pass *pass, const RecordDeployment *d, const RecordResult *result,
                        Err *err);
bool act_make_record(Pass *pass, Err *err);
bool act_make_marker(Pass *pass, Err *err);
bool act_begin(Pass *pass, const Rule *rule, Err *err);
bool act_intend(Pass *pass, RecordDeployment *d, const Rule *rule, Err *err);
bool act_move(Pass *pass, RecordDeployment *d, const Rule *rule, Err *err);
bool act_prepare(Pass *pass, RecordDeployment *d, const Rule *rule, Err *err);
bool act_note_proof(Pass *pass, RecordDeployment *d, Err *err);
bool act_answer(Pass *pass, Err *err);
bool act_note_whole(Pass *pass, Err *err);
bool act_restore(Pass *pass, const Rule *rule, Err *err);
bool act_refuse_request(Pass *pass, RecordDeployment *d, const Rule *rule, Err *err);
bool act_prune(Pass *pass, Err *err);

/* Time limit of one statement, in milliseconds. */
int64_t pass_limit(const Pass *pass);

/* The monotonic clock: how long something took here, never what time it is. */
int64_t pass_clock_ms(void);

/* One statement without a result. */
bool pass_exec(Pass *pass, const char *sql, Err *err);

/* A dotted name as people read it. */
const char *pass_name(const Pass *pass, RelName rel);

#endif
