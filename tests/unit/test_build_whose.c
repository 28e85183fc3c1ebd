/*
 * Whatever would stop a cutover stops the build before it: thousands of greens, half made and half recorded, with objects of
 * other people and of our own role in and around them. Each pass does what the comparison says; where nothing is
 * left to do and nothing is told, what takes production's names brings nothing along that nobody recorded.
 */
#include "build_case.h"
#include "chance.h"

#include "cutover/names_check.h"

enum { DRAWS = 4000, MOST_STRANGERS = 3, MOST_PASSES = 8 };
enum { BEFORE_THE_INTENT = 15, INTENT = 20, AFTER_THE_INTENT = 25 };

typedef struct Game {
    Case c;
    Chance chance;
    int named;
} Game;

typedef enum End { END_TOLD, END_COMPLETE } End;

/* ---- what stands there ---- */

static void created(Game *g, const char *kind, const char *id, const char *user, int64_t event)
{
    vec_push(g->c.w->arena, &g->c.w->catalog->creations,
             (CatalogCreation){.event = event, .kind = kind, .id = id, .user = user});
}

/* The second commit of a project that is live: one view changes, and what reads it goes green with it. */
static Game new_game(Arena *arena, uint64_t seed)
{
    Game g = {.c = begin(arena), .chance = {seed * 977 + 13}};
    World *w = g.c.w;
    memset(&w->record->deployments, 0, sizeof w->record->deployments);
    world_apply(w, g.c.plan);
    world_clean(w);
    world_change(w, "shop.clean");
    g.c.plan = world_plan(w);
    g.c.deployment = (RecordDeployment){.id = "production-g2-77e0a1b2c3d4",
                                        .from_generation = 1,
                                        .manifest_digest = w->desired->manifest_digest};
    intend(arena, &g.c.deployment, INTENT);
    vec_push(arena, &w->record->deployments, g.c.deployment);
    return g;
}

/* A process that was killed may not have recorded what it made. */
static void forget(Game *g, const char *kind, const char *id)
{
    const char *key = id_key(g->c.w->arena, kind, id);
    Map *known = &g->c.w->record->object_by_id, left = {0};
    map_each (it, known) {
        if (!str_eq(it->key, key)) {
            map_put(g->c.w->arena, &left, it->key, it->value);
        }
    }
    *known = left;
}

static void made(Game *g, const char *kind, const char *id)
{
    created(g, kind, id, "cutover", AFTER_THE_INTENT);
    if (one_in(&g->chance, 3)) {
        forget(g, kind, id);
    }
}

static void make_some(Game *g)
{
    World *w = g->c.w;
    size_t objects = w->catalog->objects.count, schemas = w->catalog->schemas.count,
           clusters = w->catalog->clusters.count;
    if (one_in(&g->chance, 6)) {
        return;
    }
    world_make_containers(w, g->c.plan);
    if (!one_in(&g->chance, 6)) {
        world_make_objects(w, g->c.plan);
    }
    for (size_t i = schemas; i < w->catalog->schemas.count; i++) {
        made(g, "schema", w->catalog->schemas.items[i].id);
    }
    for (size_t i = clusters; i < w->catalog->clusters.count; i++) {
        made(g, "cluster", w->catalog->clusters.items[i].id);
    }
    for (size_t i = objects; i < w->catalog->objects.count; i++) {
        made(g, w->catalog->objects.items[i].kind, w->catalog->objects.items[i].id);
    }
}

static const char *any_schema(Game *g)
{
    const char *schemas[] = {"shop_green", "shop_green", "public", "looker"};
    const char *name = schemas[draw(&g->chance, 4)];
    return world_live_schema(g->c.w, DB, name) ? name : "looker";
}

static const char *any_cluster(Game *g)
{
    const char *clusters[] = {"compute_green", "compute_green", "compute", "quickstart"};
    const char *name = clusters[draw(&g->chance, 4)];
    return world_live_cluster(g->c.w, name) ? name : "quickstart";
}

/* An index on any relation, which it lies beside. */
static CatalogObject *add_index(Game *g, const char *name)
{
    const CatalogObject *on = NULL;
    while (!on || str_eq(on->kind, "index") || str_eq(on->kind, "sink")) {
        Catalog *catalog = g->c.w->catalog;
        on = &catalog->objects.items[draw(&g->chance, (uint32_t)catalog->objects.count)];
    }
    const char *on_id = on->id, *schema = on->rel.schema;
    CatalogObject *index = world_stranger(
        g->c.w, "index", arena_printf(g->c.w->arena, "%s.%s", schema, name), any_cluster(g), NULL);
    index->on_id = on_id;
    vec_push(g->c.w->arena, &index->reads, on_id);
    return index;
}

static CatalogObject *add_object(Game *g)
{
    static const char *const kinds[] = {"view", "table", "materialized-view", "source", "sink"};
    uint32_t kind = draw(&g->chance, 6);
    const char *name = arena_printf(g->c.w->arena, "x%d", ++g->named);
    if (kind == 5) {
        return add_index(g, one_in(&g->chance, 2) ? "daily_idx" : name);
    }
    const char *schema = any_schema(g);
    const char *declared = one_in(&g->chance, 2) ? "clean" : "daily";
    const char *taken = arena_printf(g->c.w->arena, "%s.%s", schema, declared);
    name = arena_printf(g->c.w->arena, "%s.%s", schema, name);
    return world_stranger(g->c.w, kinds[kind], world_live(g->c.w, taken) ? name : taken,
                          kind < 2 ? NULL : any_cluster(g), NULL);
}

/* Somebody makes something: before our intent or after it, under his own role or ours; or it is of an earlier commit of ours. */
static void add_somebodys(Game *g)
{
    CatalogObject *it = add_object(g);
    bool early = one_in(&g->chance, 2), ours = one_in(&g->chance, 2);
    it->owner = ours ? "cutover" : "looker";
    created(g, it->kind, it->id, it->owner, early ? BEFORE_THE_INTENT : AFTER_THE_INTENT);
    if (ours && early && one_in(&g->chance, 2)) {
        bool green = str_eq(it->rel.schema, "shop_green");
        RelName rel = {DB, green ? "shop" : it->rel.schema, it->rel.name};
        world_record(g->c.w, it->kind, it->id, rel, NULL, "of another commit", NULL);
    }
}

/* ---- what a pass does ---- */

static void drop_object(Game *g, const char *id)
{
    Catalog *catalog = g->c.w->catalog;
    size_t left = 0;
    vec_each (CatalogObject, it, &catalog->objects) {
        vec_each (const char *, input, &it->reads) {
            assert_string_not_equal(*input, id); /* RESTRICT would refuse it */
        }
        if (!str_eq(it->id, id)) {
            catalog->objects.items[left++] = *it;
        }
    }
    CHECK_INT(left + 1, catalog->objects.count);
    catalog->objects.count = left;
}

static const PlanObject *planned(const Game *g, const Step *step)
{
    vec_each (PlanObject, it, &g->c.plan->objects) {
        bool same = step->index ? it->index && str_eq(it->index->name, step->index->name)
                                : !it->index && it->node && str_eq(it->node->id, step->node->id);
        if (same) {
            return it;
        }
    }
    fail_msg("a step that no plan holds");
    return NULL;
}

static void make(Game *g, const Step *step)
{
    World *w = g->c.w;
    if (step->kind == STEP_CREATE_CLUSTER) {
        const char *id = world_add_cluster(w, step->rel.name, "100cc", 1)->id;
        world_record(w, "cluster", id, (RelName){.name = "compute"}, NULL, NULL, NULL);
    } else if (step->kind == STEP_CREATE_SCHEMA) {
        const char *id = world_add_schema(w, DB, step->rel.name, "cutover")->id;
        world_record(w, "schema", id, (RelName){.database = DB, .name = "shop"}, NULL, NULL, NULL);
    } else {
        CHECK(step->kind == STEP_CREATE_NODE || step->kind == STEP_CREATE_INDEX);
        world_make_object(w, g->c.plan, planned(g, step));
    }
}

/* True while there is something to do, or until it is told what stands in the way. */
static bool pass(Game *g, End *end)
{
    Build *build = compare(&g->c);
    *end = build->foreign.list.count ? END_TOLD : END_COMPLETE;
    if (build->foreign.list.count) {
        return false;
    }
    CHECK_INT(build->stale_schemas.count + build->stale_clusters.count, 0);
    if (build->claims.count) {
        record_claims(&g->c, build);
        return true;
    }
    vec_each (const CatalogObject *, it, &build->stale) {
        const char *id = arena_strdup(g->c.w->arena, (*it)->id);
        drop_object(g, id);
        return true; /* the others have moved in memory */
    }
    vec_each (Step, it, &build->missing) {
        make(g, it);
    }
    return build->missing.count > 0;
}

static End carry_out(Game *g)
{
    End end = END_TOLD;
    int passes = 0;
    while (pass(g, &end)) {
        CHECK(++passes < MOST_PASSES);
    }
    return end;
}

/* What takes production's names. */
static RecordNames names_of(const Game *g)
{
    RecordNames names = {0};
    World *w = g->c.w;
    vec_each (PlanContainer, it, &g->c.plan->schemas) {
        const char *id = world_live_schema(w, it->database, it->green)->id;
        vec_push(w->arena, &names,
                 (RecordName){.kind = "schema", .id = id, .from = it->green, .to = it->name});
    }
    vec_each (PlanContainer, it, &g->c.plan->clusters) {
        const char *id = world_live_cluster(w, it->green)->id;
        vec_push(w->arena, &names,
                 (RecordName){.kind = "cluster", .id = id, .from = it->green, .to = it->name});
    }
    return names;
}

static End play(Arena *arena)
{
    Game g = new_game(arena, playing);
    make_some(&g);
    uint32_t strangers = draw(&g.chance, MOST_STRANGERS + 1);
    for (uint32_t i = 0; i < strangers; i++) {
        add_somebodys(&g);
    }
    End end = carry_out(&g);
    RecordNames names = end == END_COMPLETE ? names_of(&g) : (RecordNames){0};
    CHECK(!names_bring_strangers(g.c.w->catalog, g.c.w->record, &names));
    return end;
}

static void what_stops_the_cutover_stops_the_build(void **state)
{
    (void)state;
    int ends[2] = {0};
    for (playing = 1; playing <= DRAWS; playing++) {
        Arena *arena = arena_new();
        ends[play(arena)]++;
        arena_free(arena);
    }
    playing = 0;
    CHECK(ends[END_TOLD] > DRAWS / 10);
    CHECK(ends[END_COMPLETE] > DRAWS / 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_stops_the_cutover_stops_the_build, NULL, tell_seed)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
