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
    if (ours) {
        map_put(w->arena, &w->record.object_by_id, arena_printf(w->arena, "view:%s", id), w);
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
    return names_hold(&w->catalog, &w->names);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(names_hold_while_their_ids_bear_them),
        TEST(what_nobody_recorded_would_go_live_with_green),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
