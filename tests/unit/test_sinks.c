/* Sinks: they stay where they are while what they read is replaced, and follow once the names have moved. */
#include "plan_world.h"

#include "cutover/drift.h"
#include "cutover/sinks.h"

static World *shop_with_sink(Arena *arena)
{
    World *w = deployed_shop(arena);
    world_size(w, "sinks", "25cc", 1);
    world_declare(w, NODE_SINK, "kafka.daily_out", "sinks", "shop.daily");
    return w;
}

static World *deployed_sink(Arena *arena)
{
    World *w = shop_with_sink(arena);
    world_apply(w, world_plan(w));
    CHECK_INT(world_plan(w)->outcome, PLAN_NOTHING);
    return w;
}

/* ---- drift ---- */

static void a_sink_that_somebody_sent_elsewhere_has_drifted(void **state)
{
    World *w = deployed_sink(*state);
    DriftInput input = {w->desired, w->catalog, w->record, &w->environment};
    CHECK_INT(drift_find(w->arena, &input).count, 0);
    world_live(w, "kafka.daily_out")->reads.items[0] = world_live(w, "reports.top_items")->id;
    DriftItems items = drift_find(w->arena, &input);
    CHECK_INT(items.count, 1);
    CHECK_STR(items.items[0].kind, "definitions");
    CHECK_STR(items.items[0].what, "sink reads reports.top_items, deployed to read shop.daily");
    CHECK_INT(world_planned(world_plan(w), "kafka.daily_out")->action, PLAN_REPOINT);
}

/* ---- the plan ---- */

static void a_new_sink_is_created_after_the_cutover(void **state)
{
    World *w = shop_with_sink(*state);
    Plan *plan = world_plan(w);
    const PlanObject *sink = world_planned(plan, "kafka.daily_out");
    CHECK_INT(sink->action, PLAN_CREATE);
    CHECK_INT(sink->where, PLAN_AFTER_CUTOVER);
    CHECK_STR(sink->on, "shop.daily");
    CHECK_INT(plan->green, 0);
    world_apply(w, plan);
    CHECK_INT(world_plan(w)->outcome, PLAN_NOTHING);
}

static void a_sink_follows_what_it_reads(void **state)
{
    World *w = deployed_sink(*state);
    const char *id = world_live(w, "kafka.daily_out")->id;
    world_change(w, "shop.daily");
    Plan *plan = world_plan(w);
    const PlanObject *sink = world_planned(plan, "kafka.daily_out");
    CHECK_INT(sink->action, PLAN_REPOINT);
    CHECK_STR(sink->reasons.items[0].text, "repointed after the cutover");
    world_apply(w, plan);
    CHECK_STR(world_live(w, "kafka.daily_out")->id, id);
    CHECK_STR(world_live(w, "kafka.daily_out")->reads.items[0], world_live(w, "shop.daily")->id);
    CHECK_INT(world_plan(w)->outcome, PLAN_NOTHING);
}

/* Somebody gave another name to what it reads, or took the sink over from a record that was lost: it stayed with that. */
static void a_sink_follows_what_is_made_in_the_place_of_what_it_reads(void **state)
{
    World *w = deployed_shop(*state);
    world_size(w, "sinks", "25cc", 1);
    world_declare(w, NODE_VIEW, "api.orders", NULL, "shop.daily");
    world_declare(w, NODE_SINK, "kafka.orders_out", "sinks", "api.orders");
    world_apply(w, world_plan(w));
    world_live(w, "api.orders")->rel.name = "moved";
    world_seal(w);
    Plan *plan = world_plan(w);
    CHECK_INT(world_planned(plan, "api.orders")->action, PLAN_CREATE);
    const PlanObject *sink = world_planned(plan, "kafka.orders_out");
    CHECK(sink);
    CHECK_INT(sink->action, PLAN_REPOINT);
}

static void a_sink_that_reads_something_else_is_left_alone(void **state)
{
    World *w = deployed_sink(*state);
    world_declare(w, NODE_VIEW, "api.orders", NULL, "[public.orders]");
    world_apply(w, world_plan(w));
    world_change(w, "api.orders");
    CHECK(!world_planned(world_plan(w), "kafka.daily_out"));
}

static void a_changed_sink_needs_a_permit(void **state)
{
    World *w = deployed_sink(*state);
    world_change(w, "kafka.daily_out");
    Plan *plan = world_plan(w);
    CHECK_INT(plan->outcome, PLAN_REFUSED);
    CHECK_STR(world_finding(plan, "CO4112")->object, "materialize.kafka.daily_out");
    CHECK_STR(plan->permits.items[0].permit, "stateful:materialize.kafka.daily_out");
}

static const char by_hand[] = "from \"shop\" /* ours */ . Daily INTO KAFKA CONNECTION broker";

/* A sink as people write it, which reads what api.by_day is made of, too. */
static World *written_sink(Arena *arena, const char *sql)
{
    World *w = shop_with_sink(arena);
    world_node(w, "kafka.daily_out")->sql = sql;
    world_declare(w, NODE_VIEW, "api.by_day", NULL, "[public.orders]");
    world_apply(w, world_plan(w));
    CHECK_INT(world_plan(w)->outcome, PLAN_NOTHING);
    return w;
}

static void declare_from(World *w, const char *name, const char *sql)
{
    DesiredNode *sink = world_node(w, "kafka.daily_out");
    sink->sql = sql;
    sink->depends.items[0] = world_node_id(w, name);
}

static void a_sink_whose_from_alone_has_changed_is_repointed(void **state)
{
    World *w = written_sink(*state, by_hand);
    const char *id = world_live(w, "kafka.daily_out")->id;
    declare_from(w, "api.by_day", "FROM api.by_day INTO KAFKA CONNECTION broker");
    Plan *plan = world_plan(w);
    const PlanObject *sink = world_planned(plan, "kafka.daily_out");
    CHECK_INT(sink->action, PLAN_REPOINT);
    CHECK_STR(sink->reasons.items[0].text,
              "reads api.by_day instead of shop.daily: repointed after the cutover");
    CHECK(!world_finding(plan, "CO4202"));
    world_apply(w, plan);
    CHECK_STR(world_live(w, "kafka.daily_out")->id, id);
    CHECK_INT(world_plan(w)->outcome, PLAN_NOTHING);
}

static void a_sink_that_changes_otherwise_too_needs_a_permit(void **state)
{
    static const char *const changed[] = {"FROM api.by_day INTO KAFKA CONNECTION other",
                                          "FROM api.by_day AS x INTO KAFKA CONNECTION broker",
                                          "FROM a.b.c.by_day INTO KAFKA CONNECTION broker",
                                          "FROM",
                                          "INTO KAFKA CONNECTION broker",
                                          "FROM 'open"};
    for (size_t i = 0; i < sizeof changed / sizeof *changed; i++) {
        World *w = written_sink(*state, by_hand);
        declare_from(w, "api.by_day", changed[i]);
        CHECK(world_finding(world_plan(w), "CO4112"));
        CHECK(!world_finding(world_plan(w), "CO4202"));
    }
}

static void a_sink_that_has_not_followed_yet_can_be_declared_to_read_another(void **state)
{
    World *w = written_sink(*state, by_hand);
    const char *old = world_live(w, "kafka.daily_out")->reads.items[0];
    world_change(w, "shop.daily");
    world_apply(w, world_plan(w));
    world_live(w, "kafka.daily_out")->reads.items[0] = old;
    declare_from(w, "api.by_day", "FROM api.by_day INTO KAFKA CONNECTION broker");
    CHECK_STR(world_planned(world_plan(w), "kafka.daily_out")->leaves.name, "daily");
}

static void a_sink_among_what_is_rebuilt_is_refused(void **state)
{
    World *w = deployed_shop(*state);
    world_declare(w, NODE_SINK, "shop.daily_out", "compute", "shop.daily");
    world_apply(w, world_plan(w));
    world_change(w, "shop.daily");
    CHECK_STR(world_finding(world_plan(w), "CO4105")->message,
              "sink shop.daily_out cannot be rebuilt, and is in schema shop");
}

static void somebody_elses_sink_stands_in_the_way(void **state)
{
    World *w = deployed_shop(*state);
    world_stranger(w, "sink", "kafka.theirs", NULL, "shop.daily");
    world_change(w, "shop.daily");
    CHECK_STR(world_finding(world_plan(w), "CO4103")->object, "kafka.theirs");
}

static void a_sink_that_was_made_but_not_recorded_is_no_stranger(void **state)
{
    World *w = shop_with_sink(*state);
    CatalogObject *made = world_stranger(w, "sink", "kafka.daily_out", NULL, "shop.daily");
    RecordDeployment d = {
        .phase = PHASE_REPOINTING, .has_intent = true, .cut_over = true, .audit_event = 10};
    vec_push(w->arena, &w->record->deployments, d);
    CHECK(world_finding(world_plan(w), "CO4103"));
    CatalogCreation creation = {11, "sink", made->id, "daily_out", "cutover", 0};
    vec_push(w->arena, &w->catalog->creations, creation);
    CHECK(!world_finding(world_plan(w), "CO4103"));
}

/* ---- the steps ---- */

typedef struct Scene {
    World *w;
    RecordDeployment d;
    SinkInput input;
} Scene;

/* The deployment has cut over; what it wrote down of its sinks is ACTION. */
static Scene *scene(Arena *arena, World *w, const char *action, Phase phase)
{
    Scene *s = arena_make(arena, Scene);
    const CatalogObject *live = world_live(w, "kafka.daily_out");
    s->w = w;
    s->d = (RecordDeployment){.phase = phase, .has_intent = true, .audit_event = 10};
    vec_push(arena, &w->record->deployments, s->d);
    vec_push(arena, &s->d.sinks,
             (RecordSink){.action = action,
                          .id = live && !str_eq(action, SINK_TO_CREATE) ? live->id : NULL,
                          .node = "model.shop.kafka.daily_out",
                          .rel = world_rel(w, "kafka.daily_out"),
                          .from = world_rel(w, "shop.daily")});
    world_seal(w);
    s->input = (SinkInput){
        .catalog = w->catalog, .record = w->record, .deployment = &s->d, .desired = w->desired};
    return s;
}

static SinkAction next(const Scene *s)
{
    return sink_next(&s->input).action;
}

static void a_sink_is_repointed_until_it_reads_what_is_live(void **state)
{
    World *w = deployed_sink(*state);
    Scene *s = scene(*state, w, SINK_TO_REPOINT, PHASE_REPOINTING);
    CHECK_INT(next(s), SINK_NONE);
    world_live(w, "kafka.daily_out")->reads.items[0] = "u9999";
    CHECK_INT(next(s), SINK_REPOINT);
    s->input.desired =
        NULL; /* another commit is wanted by now: this sink must follow all the same */
    CHECK_INT(next(s), SINK_REPOINT);
    s->d.phase = PHASE_ROLLING_BACK;
    CHECK_INT(next(s), SINK_REPOINT);
}

/* What bears the name by now was never compared with what the sink reads. */
static void a_sink_follows_what_went_live_whatever_its_name(void **state)
{
    World *w = deployed_sink(*state);
    Scene *s = scene(*state, w, SINK_TO_REPOINT, PHASE_REPOINTING);
    CatalogObject *made = world_live(w, "shop.daily");
    RelName shop = made->rel;
    RecordName name = {.kind = "schema",
                       .id = catalog_id_at(w->catalog, "schema", shop.database, NULL, shop.schema),
                       .database = shop.database,
                       .from = "shop_green",
                       .to = shop.schema};
    vec_push(w->arena, &s->d.names, name);
    world_live(w, "kafka.daily_out")->reads.items[0] = "u9999";
    made->rel.name = "moved";
    world_stranger(w, "view", "shop.daily", NULL, "shop.orders_clean");
    world_seal(w);
    SinkStep step = sink_next(&s->input);
    CHECK_INT(step.action, SINK_REPOINT);
    CHECK_STR(step.from.name, "moved");
    s->d.names.items[0].retired = true; /* and never what the names took away */
    CHECK_STR(sink_next(&s->input).from.name, "daily");
}

/* ALTER SINK is not noted with what it does, and the way back undoes both. */
static void a_sink_of_another_definition_is_recorded_when_it_reads_what_is_declared(void **state)
{
    World *w = deployed_sink(*state);
    Scene *s = scene(*state, w, SINK_TO_REPOINT, PHASE_REPOINTING);
    CatalogObject *live = world_live(w, "kafka.daily_out");
    const char *first = record_object(w->record, "sink", live->id)->digest;
    RecordSink *sink = &s->d.sinks.items[0];
    sink->digest = "v1:new";
    sink->was = world_rel(w, "shop.daily");
    sink->was_digest = first;
    sink->from = world_rel(w, "reports.top_items");
    vec_last(&w->record->deployments) = s->d;
    s->input.desired = NULL; /* another commit is wanted by now */
    SinkStep step = sink_next(&s->input);
    CHECK_INT(step.action, SINK_REPOINT);
    CHECK_STR(step.from.name, "top_items");
    CHECK_STR(sink_digest(w->record, w->catalog, live), first);
    live->reads.items[0] = world_live(w, "reports.top_items")->id;
    CHECK_STR(sink_digest(w->record, w->catalog, live), "v1:new");
    step = sink_next(&s->input);
    CHECK_INT(step.action, SINK_RENEW);
    CHECK_STR(step.digest, "v1:new");
    world_record(w, "sink", live->id, live->rel, "sinks", step.digest, NULL);
    CHECK_INT(next(s), SINK_NONE);
    s->d.phase = PHASE_ROLLING_BACK;
    step = sink_next(&s->input);
    CHECK_INT(step.action, SINK_REPOINT);
    CHECK_STR(step.from.name, "daily");
    live->reads.items[0] = world_live(w, "shop.daily")->id;
    step = sink_next(&s->input);
    CHECK_INT(step.action, SINK_RENEW);
    CHECK_STR(step.digest, first);
}

static void a_new_sink_is_created_once_and_claimed(void **state)
{
    World *w = shop_with_sink(*state);
    Scene *s = scene(*state, w, SINK_TO_CREATE, PHASE_REPOINTING);
    CHECK_INT(next(s), SINK_CREATE);
    CatalogObject *made = world_stranger(w, "sink", "kafka.daily_out", NULL, "shop.daily");
    world_seal(w);
    CHECK_INT(next(s), SINK_NONE); /* somebody else made it: not ours to touch */
    CatalogCreation creation = {11, "sink", made->id, "daily_out", "cutover", 0};
    vec_push(w->arena, &w->catalog->creations, creation);
    CHECK_INT(next(s), SINK_CLAIM);
    world_record(w, "sink", made->id, made->rel, NULL, "v1:x", "model.shop.kafka.daily_out");
    CHECK_INT(next(s), SINK_NONE);
}

static void a_new_sink_of_a_commit_that_was_overtaken_is_left_to_the_next(void **state)
{
    World *w = shop_with_sink(*state);
    Scene *s = scene(*state, w, SINK_TO_CREATE, PHASE_REPOINTING);
    s->input.desired = NULL;
    CHECK_INT(next(s), SINK_NONE);
    CatalogObject *made = world_stranger(w, "sink", "kafka.daily_out", NULL, "shop.daily");
    CatalogCreation creation = {11, "sink", made->id, "daily_out", "cutover", 0};
    vec_push(w->arena, &w->catalog->creations, creation);
    world_seal(w);
    s->d.sinks.items[0].digest = "v1:x"; /* made, and not yet recorded: the next must know it */
    CHECK_INT(next(s), SINK_CLAIM);
    world_record(w, "sink", made->id, made->rel, NULL, "v1:x", "model.shop.kafka.daily_out");
    CHECK_INT(next(s), SINK_NONE);
}

static void the_way_back_drops_the_sink_that_the_denied_commit_made(void **state)
{
    World *w = deployed_sink(*state);
    Scene *s = scene(*state, w, SINK_TO_CREATE, PHASE_ROLLING_BACK);
    CHECK_INT(next(s), SINK_DROP);
}

static void a_changed_sink_makes_way_first(void **state)
{
    World *w = deployed_sink(*state);
    Scene *s = scene(*state, w, SINK_TO_RECREATE, PHASE_REPOINTING);
    CHECK_INT(next(s), SINK_DROP);
    *world_live(w, "kafka.daily_out") = vec_last(&w->catalog->objects);
    w->catalog->objects.count--;
    world_seal(w);
    CHECK_INT(next(s), SINK_CREATE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_sink_that_somebody_sent_elsewhere_has_drifted),
        TEST(a_new_sink_is_created_after_the_cutover),
        TEST(a_sink_follows_what_it_reads),
        TEST(a_sink_follows_what_is_made_in_the_place_of_what_it_reads),
        TEST(a_sink_that_reads_something_else_is_left_alone),
        TEST(a_changed_sink_needs_a_permit),
        TEST(a_sink_whose_from_alone_has_changed_is_repointed),
        TEST(a_sink_that_changes_otherwise_too_needs_a_permit),
        TEST(a_sink_that_has_not_followed_yet_can_be_declared_to_read_another),
        TEST(a_sink_among_what_is_rebuilt_is_refused),
        TEST(somebody_elses_sink_stands_in_the_way),
        TEST(a_sink_that_was_made_but_not_recorded_is_no_stranger),
        TEST(a_sink_is_repointed_until_it_reads_what_is_live),
        TEST(a_sink_follows_what_went_live_whatever_its_name),
        TEST(a_sink_of_another_definition_is_recorded_when_it_reads_what_is_declared),
        TEST(a_new_sink_is_created_once_and_claimed),
        TEST(a_new_sink_of_a_commit_that_was_overtaken_is_left_to_the_next),
        TEST(the_way_back_drops_the_sink_that_the_denied_commit_made),
        TEST(a_changed_sink_makes_way_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
