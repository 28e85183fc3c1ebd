/* What a transaction of names would meet right before it is sent. */
#include "check.h"

#include "cutover/names_check.h"

#define DB "materialize"

typedef struct World {
    Arena *arena;
    Catalog catalog;
    Record record;
    RecordNames names;
} World;

static void add_name(World *w, const char *kind, const char *id, const char *from, bool retired)
{
    vec_push(
        w->arena, &w->names,
        ((RecordName){
            .kind = kind, .id = id, .database = DB, .from = from, .to = "to", .retired = retired}));
}

static void add_object(World *w, const char *id, const char *schema, const char *cluster, bool ours)
{
    vec_push(w->arena, &w->catalog.objects,
             ((CatalogObject){
                 .id = id, .kind = "view", .rel = {DB, schema, id}, .cluster_id = cluster}));
    RecordObject *known = arena_make(w->arena, RecordObject);
    *known = (RecordObject){.id = id, .kind = "view", .rel = {DB, "shop", id}};
    if (ours) {
        map_put(w->arena, &w->record.object_by_id, arena_printf(w->arena, "view:%s", id), known);
    }
}

/* Green is to take the place of shop. */
static World *world(Arena *arena)
{
    World *w = arena_make(arena, World);
    w->arena = arena;
    vec_push(arena, &w->catalog.schemas,
             ((CatalogSchema){.id = "u1", .database = DB, .name = "shop"}));
    vec_push(arena, &w->catalog.schemas,
             ((CatalogSchema){.id = "u2", .database = DB, .name = "shop_green"}));
    vec_push(arena, &w->catalog.clusters, ((CatalogCluster){.id = "u1", .name = "compute_green"}));
    add_name(w, "schema", "u2", "shop_green", false);
    add_name(w, "schema", "u1", "shop", true);
    add_name(w, "cluster", "u1", "compute_green", false);
    add_object(w, "u7", "shop_green", "u1", true);
    return w;
}

static bool hold(World *w)
{
    catalog_seal(w->arena, &w->catalog);
    return names_hold(&w->catalog, &w->record, &w->names);
}

static bool bring_strangers(World *w)
{
    catalog_seal(w->arena, &w->catalog);
    return names_bring_strangers(&w->catalog, &w->record, &w->names);
}

static void names_hold_while_their_ids_bear_them(void **state)
{
    CHECK(hold(world(*state)));
    World *w = world(*state);
    w->catalog.schemas.items[1].id = "u9";
    CHECK(!hold(w));
    w = world(*state);
    w->catalog.clusters.items[0].name = "other";
    CHECK(!hold(w));
}

static void what_goes_live_is_as_whole_as_it_was(void **state)
{
    World *w = world(*state);
    w->names.items[0].holds = 1;
    CHECK(hold(w));
    w->catalog.objects.items[0].rel.name = "mine";
    CHECK(!hold(w));
    w = world(*state);
    w->names.items[2].holds = 1;
    w->catalog.objects.count = 0;
    CHECK(!hold(w));
    w = world(*state);
    w->names.items[1].holds = 7;
    CHECK(hold(w)); /* the way back asks what the old side was */
}

static void what_waits_under_another_name_is_in_its_place(void **state)
{
    World *w = world(*state);
    RecordName beside = {"view", "u7", DB, "shop_green", "u7_green", "u7", false, 0};
    vec_push(w->arena, &w->names, beside);
    w->names.items[0].holds = 1;
    w->catalog.objects.items[0].rel.name = "u7_green";
    CHECK(hold(w));
}

static void what_nobody_recorded_would_go_live_with_green(void **state)
{
    World *w = world(*state);
    CHECK(!bring_strangers(w));
    add_object(w, "u8", "shop", NULL, false);
    CHECK(!bring_strangers(w));
    add_object(w, "u9", "elsewhere", "u1", false);
    CHECK(bring_strangers(w));
    w->catalog.objects.items[2] =
        (CatalogObject){.id = "u9", .kind = "view", .rel = {DB, "shop_green", "mine"}};
    CHECK(bring_strangers(w));
}

static bool meet_newcomers(World *w, int64_t event)
{
    catalog_seal(w->arena, &w->catalog);
    return names_meet_newcomers(&w->catalog, &w->record, &w->names, event);
}

/* shop, with a view of ours in it, becomes the old side; somebody's view is made by event 7. */
static World *world_with_newcomer(Arena *arena, const char *schema, const char *reads)
{
    World *w = world(arena);
    add_object(w, "u8", "shop", NULL, true);
    add_object(w, "u9", schema, NULL, false);
    if (reads) {
        vec_push(arena, &w->catalog.objects.items[2].reads, reads);
    }
    vec_push(arena, &w->catalog.creations,
             ((CatalogCreation){.event = 7, .kind = "view", .id = "u9"}));
    return w;
}

static void what_came_to_the_old_side_since_it_was_decided_on_is_in_the_way(void **state)
{
    CHECK(meet_newcomers(world_with_newcomer(*state, "shop", NULL), 6));
    CHECK(meet_newcomers(world_with_newcomer(*state, "elsewhere", "u8"), 6));
    CHECK(!meet_newcomers(world_with_newcomer(*state, "elsewhere", "u7"), 6));
    CHECK(!meet_newcomers(world_with_newcomer(*state, "elsewhere", NULL), 6));
}

static void what_the_plan_has_seen_it_has_judged(void **state)
{
    CHECK(!meet_newcomers(world_with_newcomer(*state, "shop", NULL), 7));
    CHECK(!meet_newcomers(world_with_newcomer(*state, "shop", NULL), -1));
}

static void an_id_of_another_kind_is_not_that_of_a_newcomer(void **state)
{
    World *w = world_with_newcomer(*state, "shop", NULL);
    w->catalog.creations.items[0].kind = "schema";
    CHECK(!meet_newcomers(w, 6));
}

static void an_index_on_a_relation_that_is_retired_is_in_the_way(void **state)
{
    World *w = world(*state);
    add_object(w, "u8", "public", NULL, true);
    vec_push(
        w->arena, &w->names,
        ((RecordName){.kind = "view", .id = "u8", .database = DB, .from = "u8", .retired = true}));
    CatalogObject index = {
        .id = "u9", .kind = "index", .rel = {DB, "public", "mine"}, .on_id = "u8"};
    vec_push(w->arena, &w->catalog.objects, index);
    vec_push(w->arena, &w->catalog.creations,
             ((CatalogCreation){.event = 7, .kind = "index", .id = "u9"}));
    CHECK(meet_newcomers(w, 6));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(names_hold_while_their_ids_bear_them),
        TEST(what_goes_live_is_as_whole_as_it_was),
        TEST(what_waits_under_another_name_is_in_its_place),
        TEST(what_nobody_recorded_would_go_live_with_green),
        TEST(what_came_to_the_old_side_since_it_was_decided_on_is_in_the_way),
        TEST(what_the_plan_has_seen_it_has_judged),
        TEST(an_id_of_another_kind_is_not_that_of_a_newcomer),
        TEST(an_index_on_a_relation_that_is_retired_is_in_the_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
