/* What is damaged, and which two witnesses prove what is right. */
#include "check.h"

#include "cutover/repair.h"
#include "cutover/str.h"

#include <string.h>

#define DB "materialize"
#define COMMIT_1 "1111111111111111111111111111111111111111"
#define COMMIT_2 "2222222222222222222222222222222222222222"

/* Generation 2 is live, made from the green that has id s2; the old side is gone. */
typedef struct World {
    Arena *arena;
    Catalog catalog;
    Record record;
    const char *known;
} World;

static void add_schema(World *w, const char *id, const char *name, const char *comment)
{
    vec_push(w->arena, &w->catalog.schemas,
             (CatalogSchema){.id = id, .database = DB, .name = name, .comment = comment});
}

static RecordDeployment *add_deployment(World *w, int64_t generation, const char *commit,
                                        const char *schema_id)
{
    RecordDeployment d = {.generation = generation,
                          .commit = commit,
                          .id = deployment_id(w->arena, "production", generation, commit),
                          .phase = PHASE_LIVE,
                          .cut_over = true,
                          .from_generation = generation - 1,
                          .from_deployment = ""};
    vec_push(
        w->arena, &d.names,
        (RecordName){
            .kind = "schema", .id = schema_id, .database = DB, .from = "shop_green", .to = "shop"});
    d.cutover_names = d.names;
    vec_push(w->arena, &w->record.deployments, d);
    return &vec_last(&w->record.deployments);
}

static World *world(Arena *arena)
{
    World *w = arena_make(arena, World);
    w->arena = arena;
    w->catalog.database = DB;
    w->record.exists = true;
    add_deployment(w, 1, COMMIT_1, "s1");
    add_deployment(w, 2, COMMIT_2, "s2");
    add_schema(w, "s2", "shop",
               "Deployment by Ada on 2026 | Commit SHA: " COMMIT_2 " | Cutover production g2");
    RecordObject *shop = arena_make(arena, RecordObject);
    *shop = (RecordObject){.id = "s2", .kind = "schema", .rel = {.database = DB, .name = "shop"}};
    map_put(arena, &w->record.object_by_id, "schema:s2", shop);
    return w;
}

static Repair *find(World *w)
{
    catalog_seal(w->arena, &w->catalog);
    return repair_find(w->arena, &w->catalog, &w->record, "production", "cutover", w->known);
}

static const RepairFinding *only(const Repair *repair)
{
    CHECK_INT(repair->findings.count, 1);
    return &repair->findings.items[0];
}

static void the_right_marker_is_no_finding(void **state)
{
    World *w = world(*state);
    add_schema(w, "m", "cutover_production_g2_22222222", NULL);
    add_schema(w, "n", "cutover_staging_g7_22222222", NULL); /* of another environment */
    CHECK_INT(find(w)->findings.count, 0);
}

static void a_record_that_knows_no_object_is_adopted_anew(void **state)
{
    World *w = world(*state);
    add_schema(w, "m", "cutover_production_g2_22222222", NULL);
    w->record.object_by_id = (Map){0};
    const RepairFinding *finding = only(find(w));
    CHECK_INT(finding->kind, REPAIR_PERSON);
    CHECK_STR(finding->code, "CO5039");
    CHECK_STR(finding->text,
              "the record knows nothing that Cutover made, though schema shop bears its comment");
    vec_last(&w->record.deployments).phase = PHASE_BUILDING; /* it may have none yet */
    CHECK_INT(find(w)->findings.count, 0);
}

static void where_nothing_ever_was_there_is_nothing_to_repair(void **state)
{
    World *w = arena_make(*state, World);
    w->arena = *state;
    w->catalog.database = DB;
    CHECK_INT(find(w)->findings.count, 0);
}

static void a_missing_marker_is_proved_by_the_ids(void **state)
{
    const RepairFinding *finding = only(find(world(*state)));
    CHECK_INT(finding->kind, REPAIR_MAKE_MARKER);
    CHECK_STR(finding->to, "cutover_production_g2_22222222");
}

static void other_ids_are_no_proof(void **state)
{
    World *w = world(*state);
    w->catalog.schemas.items[0].id = "s9";
    const Repair *repair = find(w);
    CHECK_INT(only(repair)->kind, REPAIR_PERSON);
    CHECK(!repair_first(repair) && repair_needs_person(repair));
}

static void after_a_way_back_its_generation_counts(void **state)
{
    World *w = world(*state);
    RecordDeployment *d = &w->record.deployments.items[1];
    d->phase = PHASE_ROLLED_BACK;
    d->rollback_generation = 3;
    d->from_deployment = w->record.deployments.items[0].id;
    memset(&d->names, 0, sizeof d->names);
    vec_push(w->arena, &d->names,
             (RecordName){.kind = "schema", .id = "s1", .database = DB, .to = "shop"});
    w->catalog.schemas.items[0].id = "s1";
    CHECK_STR(only(find(w))->to, "cutover_production_g3_11111111");
}

static void a_cutover_that_was_sent_is_told_by_its_names(void **state)
{
    World *w = world(*state);
    RecordDeployment *d = &w->record.deployments.items[1];
    d->phase = PHASE_CUTTING_OVER;
    d->cut_over = false;
    CHECK_STR(only(find(w))->to, "cutover_production_g2_22222222");
    w->catalog.schemas.items[0].id = "s1"; /* it was not carried out */
    memset(&w->catalog.schema_by_name, 0, sizeof w->catalog.schema_by_name);
    CHECK_STR(only(find(w))->to, "cutover_production_g1_11111111");
}

static void a_renamed_marker_gets_its_name_back(void **state)
{
    static const char *const wrong[] = {"cutover_production_g9_deadbeef",
                                        "cutover_production_g1_11111111"};
    for (size_t i = 0; i < 2; i++) {
        World *w = world(*state);
        add_schema(w, "m", wrong[i], NULL);
        const RepairFinding *finding = only(find(w));
        CHECK_INT(finding->kind, REPAIR_RENAME_MARKER);
        CHECK_STR(finding->from, wrong[i]);
        CHECK_STR(finding->to, "cutover_production_g2_22222222");
    }
}

/* The marker and the comment of a container agree: rows were deleted. */
static void a_generation_that_a_comment_proves_is_recorded(void **state)
{
    World *w = world(*state);
    w->record.deployments.count = 1;
    add_schema(w, "m", "cutover_production_g2_22222222", NULL);
    const RepairFinding *finding = only(find(w));
    CHECK_INT(finding->kind, REPAIR_MAKE_LIVE);
    CHECK_INT(finding->generation, 2);
    CHECK_STR(finding->commit, COMMIT_2);
}

/* It changed no container, so that no comment tells of it. */
static void a_generation_that_had_begun_is_recorded(void **state)
{
    for (int begun = 0; begun < 2; begun++) {
        World *w = world(*state);
        w->record.deployments.items[1].phase = PHASE_BUILDING;
        w->record.deployments.items[1].cut_over = w->record.deployments.items[1].prepared = false;
        w->record.deployments.count = 1 + (size_t)begun;
        w->known = begun ? NULL : COMMIT_2;
        w->catalog.schemas.items[0].id = "s1";
        w->catalog.schemas.items[0].comment = NULL;
        add_schema(w, "m", "cutover_production_g2_22222222", NULL);
        const RepairFinding *finding = only(find(w));
        CHECK_INT(finding->kind, REPAIR_MAKE_LIVE);
        CHECK_STR(finding->commit, COMMIT_2);
    }
}

static void of_several_markers_none_is_dropped(void **state)
{
    World *w = world(*state);
    add_schema(w, "m", "cutover_production_g2_22222222", NULL);
    add_schema(w, "n", "cutover_production_g7_0123abcd", NULL);
    const RepairFinding *finding = only(find(w));
    CHECK_INT(finding->kind, REPAIR_PERSON);
    CHECK_STR(finding->code, "CO5030");
    CHECK(
        strstr(finding->advice, "DROP SCHEMA \"materialize\".\"cutover_production_g7_0123abcd\""));
    CHECK(!strstr(finding->advice, "DROP SCHEMA \"materialize\".\"cutover_production_g2"));
}

static void a_record_that_is_gone_is_made_and_told_what_is_live(void **state)
{
    World *w = world(*state);
    w->record = (Record){0};
    add_schema(w, "m", "cutover_production_g2_22222222", NULL);
    const Repair *repair = find(w);
    CHECK_INT(repair->findings.count, 2);
    CHECK_INT(repair->findings.items[0].kind, REPAIR_MAKE_RECORD);
    CHECK_INT(repair->findings.items[1].kind, REPAIR_MAKE_LIVE);
}

static void a_way_back_without_its_old_side_is_ended(void **state)
{
    World *w = world(*state);
    RecordDeployment *d = &w->record.deployments.items[1];
    d->phase = PHASE_ROLLING_BACK;
    d->rollback_generation = 3;
    memset(&d->names, 0, sizeof d->names);
    vec_push(
        w->arena, &d->names,
        (RecordName){
            .kind = "schema", .id = "s1", .database = DB, .from = "shop_blue_g1", .to = "shop"});
    add_schema(w, "m", "cutover_production_g2_22222222", NULL);
    const RepairFinding *finding = only(find(w));
    CHECK_INT(finding->kind, REPAIR_END_WAY_BACK);
    CHECK_STR(finding->deployment, d->id);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_right_marker_is_no_finding),
        TEST(a_record_that_knows_no_object_is_adopted_anew),
        TEST(where_nothing_ever_was_there_is_nothing_to_repair),
        TEST(a_missing_marker_is_proved_by_the_ids),
        TEST(other_ids_are_no_proof),
        TEST(after_a_way_back_its_generation_counts),
        TEST(a_cutover_that_was_sent_is_told_by_its_names),
        TEST(a_renamed_marker_gets_its_name_back),
        TEST(a_generation_that_a_comment_proves_is_recorded),
        TEST(a_generation_that_had_begun_is_recorded),
        TEST(of_several_markers_none_is_dropped),
        TEST(a_record_that_is_gone_is_made_and_told_what_is_live),
        TEST(a_way_back_without_its_old_side_is_ended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
