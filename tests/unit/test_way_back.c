/* Whether the way back can be taken: what people have done to either side since the cutover. */
#include "check.h"

#include "cutover/str.h"
#include "cutover/way_back.h"

#define DB "materialize"

/* Generation 2 is live in the schema s2; s1 soaks, in which there were two objects. */
typedef struct World {
    Arena *arena;
    Catalog catalog;
    Record record;
    RecordDeployment d;
} World;

static void add_object(World *w, const char *id, const char *schema, bool ours)
{
    RecordObject *known = arena_make(w->arena, RecordObject);
    *known = (RecordObject){.id = id, .kind = "view", .rel = {DB, "shop", id}};
    vec_push(w->arena, &w->catalog.objects,
             ((CatalogObject){.id = id, .kind = "view", .rel = {DB, schema, id}}));
    if (ours) {
        map_put(w->arena, &w->record.object_by_id, arena_printf(w->arena, "view:%s", id), known);
    }
}

static World *world(Arena *arena)
{
    World *w = arena_make(arena, World);
    w->arena = arena;
    w->catalog.database = DB;
    vec_push(arena, &w->catalog.schemas,
             ((CatalogSchema){.id = "s1", .database = DB, .name = "shop_blue_g1"}));
    vec_push(arena, &w->catalog.schemas,
             ((CatalogSchema){.id = "s2", .database = DB, .name = "shop"}));
    add_object(w, "u1", "shop_blue_g1", true);
    add_object(w, "u2", "shop_blue_g1", true);
    RecordName green = {"schema", "s2", DB, NULL, "shop_green", "shop", false, 0};
    RecordName old = {"schema", "s1", DB, NULL, "shop", "shop_blue_g1", true, 2};
    vec_push(arena, &w->d.cutover_names, green);
    vec_push(arena, &w->d.cutover_names, old);
    return w;
}

static RecordNames back_of(World *w)
{
    catalog_seal(w->arena, &w->catalog);
    RecordNames back = record_inverse(w->arena, &w->d.cutover_names, "{name}_blue_g{n}", 2);
    return way_back_names(w->arena, &w->catalog, &back);
}

static const char *problem(World *w)
{
    RecordNames back = back_of(w);
    return way_back_problem(w->arena, &w->catalog, &w->record, &w->d, &back);
}

static void an_old_side_as_it_was_can_be_gone_back_to(void **state)
{
    World *w = world(*state);
    CHECK(!problem(w));
    add_object(w, "u9", "shop_blue_g1", false);
    CHECK(!problem(w));
}

static void something_of_it_is_gone(void **state)
{
    World *w = world(*state);
    w->catalog.objects.count--;
    add_object(w, "u9", "shop_blue_g1", false);
    CHECK_STR(problem(w), "schema shop_blue_g1 is not complete: 1 of its 2 objects are gone");
    vec_last(&w->d.cutover_names).holds = 0; /* of an older version */
    CHECK(!problem(w));
}

static void something_in_it_was_renamed(void **state)
{
    World *w = world(*state);
    w->catalog.objects.items[1].rel.name = "mine";
    CHECK_STR(problem(w),
              "view u2 in schema shop_blue_g1 was renamed to mine: rename it back first");
    vec_last(&w->d.cutover_names).holds = 1; /* it was before the cutover */
    CHECK(!problem(w));
}

static void what_the_cutover_itself_renamed_is_in_its_place(void **state)
{
    World *w = world(*state);
    RecordName beside = {"view", "u2", DB, "shop_blue_g1", "u2", "u2_blue_g1", true, 0};
    vec_push(w->arena, &w->d.cutover_names, beside);
    w->catalog.objects.items[1].rel.name = "u2_blue_g1";
    CHECK(!problem(w));
}

static void it_was_dropped_or_renamed(void **state)
{
    World *w = world(*state);
    w->catalog.schemas.items[0].name = "before";
    CHECK_STR(problem(w), "schema shop_blue_g1 was renamed to before: rename it back first");
    w->catalog.schemas.items[0].id = "s9";
    w->catalog.schemas.items[0].name = "shop_blue_g1";
    CHECK_STR(problem(w), "schema shop_blue_g1 was dropped");
}

static void production_that_was_dropped_is_not_waited_for(void **state)
{
    World *w = world(*state);
    w->catalog.schemas.count = 1;
    RecordNames back = back_of(w);
    CHECK_INT(back.count, 1);
    CHECK_STR(back.items[0].to, "shop");
    CHECK(!problem(w));
}

static void somebodys_schema_has_its_name(void **state)
{
    World *w = world(*state);
    w->catalog.schemas.items[1].id = "s9";
    CHECK_STR(problem(w), "schema shop is not the one that went live");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_old_side_as_it_was_can_be_gone_back_to),
        TEST(something_of_it_is_gone),
        TEST(something_in_it_was_renamed),
        TEST(what_the_cutover_itself_renamed_is_in_its_place),
        TEST(it_was_dropped_or_renamed),
        TEST(production_that_was_dropped_is_not_waited_for),
        TEST(somebodys_schema_has_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
