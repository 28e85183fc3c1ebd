/* What the server refused once a cutover had happened: found in the record, done for all that compares rights, settled. */
#include "plan_world.h"

#include "cutover/owed.h"

typedef struct Case {
    World *w;
    CatalogObject *daily;
} Case;

static bool may_read(const Case *c, const char *role)
{
    return catalog_allows(c->daily, role, "SELECT");
}

/* A view that `guest` may read, and a deployment that owes STEP of it. */
static Case owing(Arena *arena, StepKind kind, const char *role)
{
    Case c = {.w = world_new(arena)};
    world_stranger(c.w, "view", "shop.daily", NULL, NULL);
    world_seal(c.w);
    c.daily = world_live(c.w, "shop.daily");
    vec_push(arena, &c.daily->grants, ((CatalogGrant){"u8", "guest", "SELECT"}));
    Step step = {.kind = kind,
                 .object_kind = "view",
                 .id = c.daily->id,
                 .privilege = "SELECT",
                 .grantee = role};
    RecordDeployment d = {.id = "production-g1-4f2a9c1b03de"};
    vec_push(arena, &d.results,
             ((RecordResult){owed_check(arena, &step), "refused", "must be owner", 0, 1, 0}));
    vec_push(arena, &c.w->record->deployments, d);
    return c;
}

static OwedSteps find(const Case *c)
{
    return owed_find(c->w->arena, c->w->catalog, c->w->record);
}

static void what_is_owed_counts_as_done(void **state)
{
    Case c = owing(*state, STEP_REVOKE, "guest");
    OwedSteps owed = find(&c);
    CHECK_INT(owed.count, 1);
    CHECK_STR(owed_reason(&owed), "must be owner");
    CHECK_STR(owed.items[0].step.rel.name, "daily");
    owed_count_as_done(*state, c.w->catalog, &owed);
    CHECK(!may_read(&c, "guest"));
    c = owing(*state, STEP_GRANT, "a role: of its own");
    owed = find(&c);
    CHECK_STR(owed.items[0].step.grantee, "a role: of its own");
    owed_count_as_done(*state, c.w->catalog, &owed);
    CHECK(may_read(&c, "a role: of its own") && may_read(&c, "guest"));
}

/* Or Git says by now that it is right as it is. */
static void what_a_person_has_done_is_settled(void **state)
{
    Case c = owing(*state, STEP_REVOKE, "guest");
    RecordObject known = {.id = c.daily->id, .kind = "view"};
    vec_push(*state, &known.declared, "SELECT guest");
    map_put(*state, &c.w->record->object_by_id, arena_printf(*state, "view:%s", c.daily->id),
            &known);
    OwedSteps owed = find(&c);
    CHECK(owed.items[0].settled && !owed_reason(&owed));
    owed_count_as_done(*state, c.w->catalog, &owed);
    CHECK(may_read(&c, "guest"));
    known.declared.count = 0;
    CHECK(!find(&c).items[0].settled);
    c.daily->grants.count = 0;
    CHECK(find(&c).items[0].settled);
    c = owing(*state, STEP_GRANT, "guest");
    CHECK(find(&c).items[0].settled);
}

static void what_is_noted_as_done_or_is_gone_is_not_owed(void **state)
{
    Case c = owing(*state, STEP_REVOKE, "guest");
    c.daily->kind = "table";
    CHECK_INT(find(&c).count, 0);
    c = owing(*state, STEP_REVOKE, "guest");
    c.w->record->deployments.items[0].results.items[0].verdict = "passed";
    CHECK_INT(find(&c).count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_owed_counts_as_done),
        TEST(what_a_person_has_done_is_settled),
        TEST(what_is_noted_as_done_or_is_gone_is_not_owed),
    };
    return cmocka_run_group_tests_name("owed", tests, NULL, NULL);
}
