/*
 * The table of phases against a model of the world: two controllers whose passes and statements interleave at
 * random, that crash between statements and lose replies, people who ask for things, a clock that jumps. What
 * decides, what is recorded and what is dropped is the real code; catalog, Git and time are the model's.
 * CUTOVER_MODEL_STEPS sets how many steps are taken (200,000), CUTOVER_MODEL_SEED where chance begins.
 */
#include "check.h"
#include "model_world.h"

#include "cutover/requests.h"
#include "cutover/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STEPS 200000
#define CHAOS 260    /* steps of a run in which things go wrong */
#define CALM 1500    /* after those everything must come to its end within so many */
#define HYDRATION 60 /* seconds */
#define CANARY 30

static uint64_t chance(World *w, uint64_t n)
{
    w->random ^= w->random << 13;
    w->random ^= w->random >> 7;
    w->random ^= w->random << 17;
    return w->random % n;
}

/* ---- statements: what the server does with them ---- */

bool __wrap_journal_append(Pg *pg, Arena *arena, Journal *journal, const char *environment,
                           Moment at, const RecordEntries *entries, int64_t timeout_ms, Err *err);

static World *world; /* whose controller acts: the journal's door has no room for it */

bool __wrap_journal_append(Pg *pg, Arena *arena, Journal *journal, const char *environment,
                           Moment at, const RecordEntries *entries, int64_t timeout_ms, Err *err)
{
    (void)pg, (void)arena, (void)journal, (void)environment, (void)timeout_ms, (void)err;
    vec_each (RecordEntry, it, entries) {
        Op op = {.kind = OP_APPEND, .entry = *it, .at = at};
        vec_push(world->arena, &world->acting->ops, op);
    }
    return true;
}

static void append_row(World *w, const char *writer, int64_t seq, Moment at,
                       const RecordEntry *entry)
{
    LogEntry row;
    CHECK(entry_row(w->arena, entry, "production", writer, seq, at, &row));
    vec_push(w->arena, &w->log, row);
}

/* The statement as the server carries it out. False: it failed, and the rest is not sent. */
static bool execute(World *w, Controller *c, const Op *op)
{
    switch (op->kind) {
    case OP_APPEND:
        append_row(w, c->instance, ++c->seq, op->at, &op->entry);
        return true;
    case OP_MARKER:
        w->marker = w->marker ? w->marker : op->name;
        return true;
    case OP_SCHEMA:
        create_schema(w, op->name);
        return true;
    case OP_VIEW:
        create_view(w, op);
        return true;
    case OP_CUTOVER:
        return chance(w, 5) && cut_over(w, op); /* 40001 one time in five */
    case OP_DROP:
        drop_schema(w, op);
        return true;
    case OP_SINK:
        if (!chance(w, 4)) {
            return false; /* Kafka is away */
        }
        repoint_sink(w);
        return true;
    case OP_REPLACEMENT:
        make_replacement(w, op);
        return true;
    case OP_APPLY:
        if (!chance(w, 4)) {
            return false; /* refused, for this once */
        }
        apply_replacement(w, op);
        return true;
    case OP_UNMAKE:
        unmake(w, op->name);
        return true;
    case OP_LET_IN:
    case OP_SHUT_OUT:
        if (schema_named(w, op->name)) {
            schema_named(w, op->name)->guest = op->kind == OP_LET_IN;
            return true;
        }
        return false;
    }
    return false;
}

/* ---- observing ---- */

static void find_marker(Pass *pass)
{
    pass->marker = (Marker){.generation = -1};
    if (world->marker) {
        pass->marker.count = 1;
        pass->marker.name = world->marker;
        CHECK(marker_parse(pass->arena, "production", world->marker, &pass->marker.generation,
                           &pass->marker.commit8));
    }
    pass->out->live_generation = pass->marker.generation;
}

/* After a way back the commit before is wanted, until Git moves. */
static const char *wanted(const Record *record, const char *head)
{
    const char *before = map_get(&record->restored, head);
    return before ? before : head;
}

static Pass *observe(World *w, Arena *arena, PassInput *input)
{
    static RecordObject sink = {.id = "k1", .kind = "sink", .action = "created"};
    Record *record = record_fold(arena, "production", &w->log);
    map_put(arena, &record->object_by_id, id_key(arena, "sink", "k1"), &sink);
    const char *sha = wanted(record, w->commits[w->head]);
    *input = (PassInput){.mode = PASS_ACT,
                         .config = &w->config,
                         .environment = &w->environment,
                         .repository = "shop",
                         .commit = {.sha = sha, .short_sha = arena_strndup(arena, sha, 7)},
                         .instance = w->acting->instance};
    Pass *pass = arena_make(arena, Pass);
    PassResult *out = arena_make(arena, PassResult);
    *out = (PassResult){.diags = diags_new(arena)};
    *pass = (Pass){.arena = arena,
                   .in = input,
                   .own = input->environment,
                   .out = out,
                   .own_open = true,
                   .floor_open = true};
    pass->snapshot.catalog = catalog_of(w, arena);
    out->catalog = pass->snapshot.catalog;
    out->record = record;
    pass->local = pass->opens = w->now;
    find_marker(pass);
    pass_choose(pass);
    return pass;
}

/* ---- facts ---- */

static bool is_of_kind(const char *commit, char how)
{
    return commit[39] == how;
}

static Tri tri(bool yes)
{
    return yes ? YES : NO;
}

/* Facts of what D makes: a view in a green schema, or a replacement of production's. */
static void made_facts(World *w, const Pass *pass, const RecordDeployment *d, Facts *facts)
{
    const ModelSchema *green = schema_named(w, "shop_green"), *shop = schema_named(w, "shop");
    const ModelSchema *replaced = replaced_by(w, d->commit);
    const char *name = replacement_name(w->arena, pass->marker.generation + 1);
    const char *target = d->green.count ? d->green.items[0].replaces : NULL;
    bool fits =
        replaced && str_eq(replaced->made_name, name) && str_eq(replaced->made_commit, d->commit);
    bool built = replaced ? fits : green && green->commit;
    const char *id = !built ? NULL : replaced ? replaced->made : green->view;
    Moment since = replaced ? replaced->made_at : green ? green->built : 0;
    facts->intended = tri(d->has_intent && (replaced ? str_eq(target, replaced->view) : !target));
    facts->missing = tri(!built);
    facts->stale = tri((shop && shop->made && !fits) ||
                       (green && green->commit && (replaced || !str_eq(green->commit, d->commit))));
    facts->unrecorded = tri(built && !record_object(pass->out->record, "view", id));
    facts->proved = tri(built && w->now - since >= HYDRATION * SECOND);
}

/* Some commits ask for a canary, in which a guest reads green. */
static void canary_facts(World *w, const Pass *pass, const RecordDeployment *d, Facts *facts)
{
    const ModelSchema *green = schema_named(w, "shop_green");
    bool known = pass->out->record->canary_roles.count, open = d->phase == PHASE_CANARY;
    bool over = d->canary_since && w->now - d->canary_since >= CANARY * SECOND;
    facts->canary_over = tri(over || !is_of_kind(d->commit, 'g'));
    facts->admits = tri(green && (open ? !green->guest : known && green->guest));
}

static void green_facts(World *w, Pass *pass, const RecordDeployment *d, Facts *facts)
{
    const ModelSchema *green = schema_named(w, "shop_green");
    const RecordResult *noted = record_result(d, "hydration"), *check = record_result(d, "check:x");
    const RecordResult *rehearsal = record_result(d, "rehearsal");
    bool holds = noted && str_eq(noted->verdict, "passed") && noted->at >= d->phase_since;
    facts->overtaken = tri(pass->marker.generation != d->from_generation);
    made_facts(w, pass, d, facts);
    facts->problem = tri((d->phase == PHASE_BUILDING && is_of_kind(d->commit, 'b')) ||
                         (green && green->stranger));
    facts->rehearsed = tri(rehearsal && rehearsal->at >= d->phase_since);
    facts->proof_noted = tri(holds);
    facts->settled = tri(holds && w->now - noted->at >= 10 * SECOND);
    facts->checks_left = tri(!check);
    facts->checks_failed = tri(check && str_eq(check->verdict, "failed"));
    facts->approved = facts->window_open = facts->intact = YES;
    canary_facts(w, pass, d, facts);
    facts->window_missed = NO;
}

/* The real derivation, and what it would read from project and plan. */
static Facts facts_of(Pass *pass, RecordDeployment *d)
{
    pass->out->plan = NULL;
    Facts facts = pass_facts(pass, d);
    const RecordDeployment *live = pass->out->live;
    facts.record = facts.compiles = YES;
    facts.refused = NO;
    facts.changes = tri(!live || !str_eq(live->commit, pass->in->commit.sha));
    if (d && phase_is_before_cutover(d->phase) && d->phase != PHASE_PENDING &&
        facts.superseded == NO) {
        green_facts(world, pass, d, &facts);
    }
    return facts;
}

/* ---- acting: the statements that follow from a choice ---- */

static void send(World *w, Op op)
{
    vec_push(w->arena, &w->acting->ops, op);
}

static void note(Pass *pass, const RecordDeployment *d, const char *check, const char *verdict)
{
    Err err = {0};
    RecordEntries entries = {0};
    RecordResult result = {.check = check, .verdict = verdict, .attempt = d->attempt};
    vec_push(pass->arena, &entries, entry_result(world->arena, d->id, &result));
    pass_append(pass, &entries, &err);
}

static void claim(World *w, Pass *pass, const RecordDeployment *d)
{
    Err err = {0};
    const ModelSchema *green = schema_named(w, "shop_green"), *shop = replaced_by(w, d->commit);
    RecordObjects objects = {0};
    if (!shop) {
        vec_push(w->arena, &objects,
                 ((RecordObject){.id = green->id, .kind = "schema", .action = "created"}));
    }
    vec_push(w->arena, &objects,
             ((RecordObject){
                 .id = shop ? shop->made : green->view, .kind = "view", .action = "created"}));
    RecordEntries entries = {0};
    vec_push(pass->arena, &entries, entry_objects(w->arena, d->id, objects.items, objects.count));
    pass_append(pass, &entries, &err);
}

static void build(World *w, const Pass *pass, const RecordDeployment *d)
{
    const char *commit = arena_strdup(w->arena, d->commit);
    if (replaced_by(w, d->commit)) {
        send(w, (Op){.kind = OP_REPLACEMENT,
                     .name = replacement_name(w->arena, pass->marker.generation + 1),
                     .commit = commit});
        return;
    }
    send(w, (Op){.kind = OP_SCHEMA, .name = "shop_green"});
    send(w, (Op){.kind = OP_VIEW, .name = "shop_green", .commit = commit});
}

static void clear_stale(World *w)
{
    const ModelSchema *shop = schema_named(w, "shop");
    if (shop && shop->made) {
        send(w, (Op){.kind = OP_UNMAKE, .name = shop->made_name});
    } else {
        send(w, (Op){.kind = OP_DROP, .name = "shop_green"});
    }
}

static void drop(World *w, Pass *pass, const Leftover *leftover)
{
    if (leftover->foreign.list.count) {
        return;
    }
    vec_each (const CatalogObject *, it, &leftover->objects) {
        if (!str_eq((*it)->rel.name, "daily")) {
            send(w, (Op){.kind = OP_UNMAKE, .name = (*it)->rel.name});
        }
    }
    vec_each (const CatalogSchema *, it, &leftover->schemas) {
        send(w, (Op){.kind = OP_DROP,
                     .name = (*it)->name,
                     .deployment = pass->out->next_is_ready ? "ready" : NULL});
    }
}

static void send_cutover(World *w, Pass *pass, const RecordDeployment *d)
{
    bool back = d->phase == PHASE_ROLLING_BACK;
    send(w, (Op){.kind = OP_CUTOVER,
                 .marker_from = pass->marker.name,
                 .marker_to = marker_name(w->arena, "production",
                                          back ? d->rollback_generation : d->generation,
                                          back ? pass_restored_commit(pass, d) : d->commit),
                 .deployment = arena_strdup(w->arena, d->id),
                 .commit = d->commit,
                 .back = back,
                 .names = d->names});
}

/* Who is let in is recorded first. */
static void admit(World *w, Pass *pass, const RecordDeployment *d)
{
    bool known = pass->out->record->canary_roles.count;
    if (!phase_is_before_cutover(d->phase)) {
        vec_each (const Step, it, &pass->build->canary) {
            CHECK_INT(it->kind, STEP_REVOKE);
            send(w, (Op){.kind = OP_SHUT_OUT, .name = it->rel.name});
        }
    } else if (d->phase == PHASE_CANARY && !known) {
        note(pass, d, "canary:guest", "passed");
    } else {
        send(w, (Op){.kind = d->phase == PHASE_CANARY ? OP_LET_IN : OP_SHUT_OUT,
                     .name = "shop_green"});
    }
}

static void act(World *w, Pass *pass, Choice *choice)
{
    Err err = {0};
    RecordDeployment *d = choice->d;
    give_plan(w, pass);
    switch (choice->rule->action) {
    case ACTION_MAKE_MARKER:
        send(w, (Op){.kind = OP_MARKER, .name = "cutover_production_g0_00000000"});
        break;
    case ACTION_BEGIN:
        act_begin(pass, choice->rule, &err);
        break;
    case ACTION_INTEND:
        act_intend(pass, d, choice->rule, &err);
        break;
    case ACTION_CLAIM:
        claim(w, pass, d);
        break;
    case ACTION_CLEAR_STALE:
        clear_stale(w);
        break;
    case ACTION_BUILD:
        build(w, pass, d);
        break;
    case ACTION_APPLY:
        send(w, (Op){.kind = OP_APPLY, .name = pass->replacing.made.name, .commit = d->commit});
        break;
    case ACTION_REHEARSE:
        note(pass, d, "rehearsal", "passed");
        break;
    case ACTION_CHECK:
        note(pass, d, "check:x", is_of_kind(d->commit, 'c') ? "failed" : "passed");
        break;
    case ACTION_NOTE_PROOF:
        note(pass, d, "hydration", choice->facts.proved == YES ? "passed" : "lost");
        break;
    case ACTION_MOVE:
        act_move(pass, d, choice->rule, &err);
        break;
    case ACTION_PREPARE:
    case ACTION_PREPARE_BACK:
        act_prepare(pass, d, choice->rule, &err);
        break;
    case ACTION_CUT_OVER:
    case ACTION_ROLL_BACK:
        send_cutover(w, pass, d);
        break;
    case ACTION_REPOINT:
        send(w, (Op){.kind = OP_SINK});
        break;
    case ACTION_DROP_BLUE:
        drop(w, pass, pass->blue);
        break;
    case ACTION_DROP_GREEN:
        drop(w, pass, pass->unused);
        break;
    case ACTION_ADMIT:
        admit(w, pass, d);
        break;
    case ACTION_REFUSE_REQUEST:
        act_refuse_request(pass, d, choice->rule, &err);
        break;
    case ACTION_ANSWER:
        act_answer(pass, &err);
        break;
    case ACTION_RESTORE:
        act_restore(pass, choice->rule, &err);
        w->counts->restores++;
        break;
    default:
        fail();
    }
}

/* One pass up to its statements, which are sent one by one later. */
static void look(World *w, Controller *c)
{
    PassInput *input = arena_make(w->arena, PassInput);
    w->acting = c;
    Pass *pass = observe(w, w->arena, input);
    Choice choice = pass_decide(pass, facts_of);
    c->ops.count = c->next = 0;
    c->waits = !choice_acts(&choice);
    if (!c->waits) {
        act(w, pass, &choice);
    }
}

/* ---- people, faults, time ---- */

static void ask(World *w, const char *kind, const char *deployment, Phase phase)
{
    RecordRequest request = {.id = arena_printf(w->arena, "r%lld", (long long)++w->person),
                             .kind = kind,
                             .deployment = deployment,
                             .by = "ada",
                             .phase = phase_name(phase)};
    RecordEntry entry = entry_request(w->arena, &request);
    append_row(w, "ada", w->person, w->now, &entry);
}

static void push_commit(World *w)
{
    if (w->head + 1 < REFUSED_LIMIT) {
        static const char kinds[] =
            "00rrrbcgg"; /* some change the view alone, do not build, fail their check, or have a canary */
        w->commits[++w->head] =
            arena_printf(w->arena, "%08llx%031d%c", (unsigned long long)chance(w, UINT32_MAX), 0,
                         kinds[chance(w, 9)]);
    }
}

static void disturb(World *w)
{
    static const char *const kinds[] = {"rollback", "abort", "rollback"};
    Record *record = record_fold(w->arena, "production", &w->log);
    const RecordDeployment *d = record->deployments.count ? &vec_last(&record->deployments) : NULL;
    ModelSchema *schema = &w->schemas[w->count ? chance(w, w->count) : 0];
    switch (chance(w, 8)) {
    case 0:
        push_commit(w);
        break;
    case 1:
    case 2:
        if (d) {
            const char *kind = d->phase == PHASE_SOAKING ? "rollback" : kinds[chance(w, 3)];
            ask(w, kind, d->id, d->phase);
        }
        break;
    case 3:
        ask(w, record->hold ? "resume" : "hold", "", PHASE_NONE);
        break;
    case 4:
        w->now += (Moment)chance(w, 2 * 3600) * SECOND;
        break;
    case 5:
        if (w->count && schema->exists && !str_eq(schema->name, "shop")) {
            schema->stranger = !schema->stranger;
        }
        break;
    case 6:
        if (w->count && schema->made && !chance(w, 3)) {
            unmake(w, schema->made_name);
        }
        break;
    default:
        break;
    }
}

static void send_next(World *w, Controller *c, bool faults)
{
    Op op = c->ops.items[c->next++];
    if (faults && chance(w, 40) == 0) { /* it dies before the statement is sent */
        c->ops.count = c->next = 0;
        w->counts->crashes++;
        return;
    }
    bool done = execute(w, c, &op);
    if (!done || (faults && chance(w, 40) == 0)) { /* refused, or its reply is lost */
        c->ops.count = c->next = 0;
    }
}

static bool applies(const Controller *c)
{
    return c->next < c->ops.count && c->ops.items[c->next].kind == OP_APPLY;
}

/* A replacement of another commit is there by now: the worst moment for a late statement. */
static bool comes_at_the_worst_moment(World *w, const Controller *c)
{
    const ModelSchema *shop = schema_named(w, "shop");
    return applies(c) && shop && shop->made &&
           !str_eq(shop->made_commit, c->ops.items[c->next].commit);
}

static bool creates(const Controller *c)
{
    return c->next < c->ops.count &&
           (c->ops.items[c->next].kind == OP_SCHEMA || c->ops.items[c->next].kind == OP_VIEW);
}

static bool sends(const Controller *c, OpKind kind)
{
    return c->next < c->ops.count && c->ops.items[c->next].kind == kind;
}

/* The other one has looked, and is about to cut over: the worst moment for a GRANT. */
static bool lets_in_late(World *w, size_t one)
{
    return sends(&w->controllers[one], OP_LET_IN) && sends(&w->controllers[1 - one], OP_CUTOVER);
}

/* Nothing is built or soaks by now: nobody expects a CREATE any more. */
static bool is_quiet(World *w)
{
    return w->live_once && !record_building(record_fold(w->arena, "production", &w->log));
}

/* One of the two; one that is about to create, to apply a replacement or to let a guest in may stick, so that its statement comes
 * late. */
static Controller *next_controller(World *w, bool faults)
{
    size_t chosen = chance(w, 2), one = lets_in_late(w, 1 - chosen) ? 1 - chosen : chosen;
    Controller *c = &w->controllers[one];
    bool late = applies(c) || sends(c, OP_LET_IN);
    if (faults && !c->stuck && ((late && chance(w, 2)) || (creates(c) && !chance(w, 8)))) {
        c->stuck = 1 + chance(w, 400);
    }
    if (!c->stuck || comes_at_the_worst_moment(w, c) || (creates(c) && is_quiet(w)) ||
        lets_in_late(w, one)) {
        c->stuck = 0;
        return c;
    }
    c->stuck--;
    return &w->controllers[1 - one];
}

static void step(World *w, bool faults)
{
    Controller *c = next_controller(w, faults);
    if (c->next < c->ops.count) {
        send_next(w, c, faults);
    } else {
        look(w, c);
    }
    w->now += (Moment)chance(w, 3) * SECOND;
    if (w->controllers[0].waits && w->controllers[1].waits) {
        w->now += (Moment)chance(w, 600) * SECOND;
    }
    if (faults && chance(w, 12) == 0) {
        disturb(w);
    }
    CHECK(!w->live_once || schema_named(w, "shop")); /* a production name always resolves */
}

/* Nobody disturbs any more: strangers leave, holds are lifted. */
static void calm_down(World *w)
{
    Record *record = record_fold(w->arena, "production", &w->log);
    if (record->hold) {
        ask(w, "resume", "", PHASE_NONE);
    }
    for (size_t i = 0; i < w->count; i++) {
        w->schemas[i].stranger = false;
    }
}

static bool has_ended(World *w)
{
    Record *record = record_fold(w->arena, "production", &w->log);
    bool open = record_building(record) != NULL;
    for (size_t i = 0; i < w->count; i++) {
        open |= w->schemas[i].exists && !str_eq(w->schemas[i].name, "shop");
    }
    const RecordDeployment *live = record_generation(record, w->generation);
    const char *head = w->commits[w->head], *commit = wanted(record, head);
    bool there = live && str_eq(live->commit, commit);
    bool pending = w->controllers[0].next < w->controllers[0].ops.count ||
                   w->controllers[1].next < w->controllers[1].ops.count;
    const ModelSchema *shop = schema_named(w, "shop");
    bool followed = !shop || !shop->commit || str_eq(shop->view, w->sink_reads);
    bool as_told = !live || !shop || (str_eq(shop->commit, live->commit) && !shop->made);
    bool shut = !shop || !shop->guest;
    return !open && !pending && shut && followed && as_told &&
           (there || map_get(&record->denied, commit));
}

static void begin(World *w, uint64_t seed)
{
    *w = (World){
        .arena = arena_new(), .random = seed * 0x9e3779b97f4a7c15ULL | 1, .now = 1000 * SECOND};
    w->environment = (EnvironmentConfig){.name = "production",
                                         .canary = CANARY,
                                         .green_pattern = "{name}_green",
                                         .blue_pattern = "{name}_blue_g{n}",
                                         .hydration_deadline = 6 * 3600,
                                         .promotion = "auto",
                                         .soak = 900,
                                         .promote_within = 86400,
                                         .keep_failed = 3600};
    w->controllers[0].instance = "a";
    w->controllers[1].instance = "b";
    w->commits[0] =
        arena_printf(w->arena, "%08llx%031d0", (unsigned long long)chance(w, UINT32_MAX), 0);
    world = w;
}

static void tell(World *w, uint64_t seed)
{
    Record *record = record_fold(w->arena, "production", &w->log);
    print_error("run %llu does not end: marker %s, head %s\n", (unsigned long long)seed, w->marker,
                w->commits[w->head]);
    vec_each (RecordDeployment, it, &record->deployments) {
        print_error("  %s is %s: %s\n", it->id, phase_name(it->phase),
                    it->reason ? it->reason : "");
    }
    for (size_t i = 0; i < w->count; i++) {
        if (w->schemas[i].exists) {
            print_error("  schema %s %s\n", w->schemas[i].id, w->schemas[i].name);
        }
    }
}

static size_t run(uint64_t seed, Counts *counts)
{
    World w;
    begin(&w, seed);
    w.counts = counts;
    size_t steps = 0;
    for (; steps < CHAOS; steps++) {
        step(&w, true);
    }
    calm_down(&w);
    bool ended = false;
    for (size_t calm = 0; calm < CALM && !ended; calm++, steps++) {
        step(&w, false);
        ended = calm % 20 == 19 && has_ended(&w);
    }
    if (!ended) {
        tell(&w, seed);
    }
    CHECK(ended);
    arena_free(w.arena);
    return steps;
}

static size_t number(const char *name, size_t otherwise)
{
    const char *text = getenv(name);
    return text ? strtoull(text, NULL, 10) : otherwise;
}

static void whatever_happens_production_is_there_and_every_run_ends(void **state)
{
    (void)state;
    size_t wanted = number("CUTOVER_MODEL_STEPS", STEPS), steps = 0;
    Counts counts = {0};
    uint64_t seed = number("CUTOVER_MODEL_SEED", 1);
    for (; steps < wanted; seed++) {
        steps += run(seed, &counts);
    }
    print_message("%zu steps, %zu cutovers, %zu ways back, %zu by a new deployment, %zu crashes, "
                  "%zu replaced, %zu replacements lost, %zu guests let in late\n",
                  steps, counts.cutovers, counts.rollbacks, counts.restores, counts.crashes,
                  counts.replaced, counts.lost, counts.let_in);
    CHECK(counts.cutovers > wanted / 1000 && counts.rollbacks && counts.restores && counts.crashes);
    CHECK(counts.replaced && counts.lost && counts.let_in);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(whatever_happens_production_is_there_and_every_run_ends),
    };
    return cmocka_run_group_tests_name("model", tests, NULL, NULL);
}
