/* What people give and take while the cutover goes out: noted with the decision, found on the old side, carried over. */
#include "plan_world.h"

#include "cutover/build.h"

#define VIEWS 4000 /* with their rights, more than one entry of the record holds */
#define ENTRY_BYTES (256 << 10)

typedef struct Case {
    World *w;
    RecordDeployment deployment;
} Case;

static CatalogObject *view_of(const Case *c, const char *schema, size_t number)
{
    return world_live(c->w, arena_printf(c->w->arena, "%s.v%zu", schema, number));
}

static void let_in(const Case *c, const char *schema, size_t number, const char *role)
{
    CatalogGrant grant = {.privilege = "SELECT", .grantee = role, .grantee_id = role};
    vec_push(c->w->arena, &view_of(c, schema, number)->grants, grant);
}

/* Both sides, and a role that may read each view of either. */
static Case begin(Arena *arena)
{
    Case c = {.w = world_new(arena)};
    static const char *const sides[] = {"shop", "shop_green"};
    for (size_t side = 0; side < 2; side++) {
        for (size_t i = 0; i < VIEWS; i++) {
            world_stranger(c.w, "view", arena_printf(arena, "%s.v%zu", sides[side], i), NULL, NULL);
            CatalogGrant grant = {"r", "reader", "SELECT"};
            vec_push(arena, &vec_last(&c.w->catalog->objects).grants, grant);
        }
    }
    world_seal(c.w);
    const char *old = world_live_schema(c.w, "materialize", "shop")->id;
    const char *new = world_live_schema(c.w, "materialize", "shop_green")->id;
    RecordNames *names = &c.deployment.cutover_names;
    vec_push(arena, names,
             ((RecordName){"schema", old, "materialize", NULL, "shop", "shop_blue_g1", true, 0}));
    vec_push(arena, names,
             ((RecordName){"schema", new, "materialize", NULL, "shop_green", "shop", false, 0}));
    return c;
}

static size_t decide_to_cut_over(Case *c)
{
    Arena *arena = c->w->arena;
    StrVec rights = build_rights(arena, c->w->catalog, &c->deployment.cutover_names);
    vec_each (const char *, it, &rights) {
        CHECK(strlen(*it) < ENTRY_BYTES);
        char *check = build_rights_check(arena, (size_t)(it - rights.items));
        vec_push(arena, &c->deployment.results, ((RecordResult){.check = check, .text = *it}));
    }
    return rights.count;
}

static Build *cut_over(Case *c)
{
    Build *late = arena_make(c->w->arena, Build);
    world_rename_schema(c->w, "materialize", "shop", "shop_blue_g1");
    world_rename_schema(c->w, "materialize", "shop_green", "shop");
    world_seal(c->w);
    build_carry_over(c->w->arena, c->w->catalog, c->w->record, &c->deployment, late);
    return late;
}

static void nothing_late_is_nothing_to_do(void **state)
{
    Case c = begin(*state);
    decide_to_cut_over(&c);
    CHECK_INT(cut_over(&c)->canary.count, 0);
}

static void rights_of_thousands_of_views_fit_the_record_and_late_ones_are_carried_over(void **state)
{
    Case c = begin(*state);
    CHECK(decide_to_cut_over(&c) > 1);
    let_in(&c, "shop", 0, "newcomer");
    view_of(&c, "shop", VIEWS - 1)->grants.count = 0;
    const char *first = view_of(&c, "shop_green", 0)->id;
    const char *last = view_of(&c, "shop_green", VIEWS - 1)->id;
    Build *late = cut_over(&c);
    CHECK_INT(late->canary.count, 2);
    const Step *given = &late->canary.items[0], *taken = &late->canary.items[1];
    CHECK_INT(given->kind, STEP_GRANT);
    CHECK_STR(given->id, first);
    CHECK_STR(given->grantee, "newcomer");
    CHECK_INT(taken->kind, STEP_REVOKE);
    CHECK_STR(taken->id, last);
    CHECK_STR(taken->grantee, "reader");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nothing_late_is_nothing_to_do),
        TEST(rights_of_thousands_of_views_fit_the_record_and_late_ones_are_carried_over),
    };
    return cmocka_run_group_tests_name("late rights", tests, NULL, NULL);
}
