/* Green beside its plan: what is missing, what does not fit any more, whose is what. */
#include "build_case.h"

static void an_empty_catalog_misses_everything_in_order(void **state)
{
    Case c = begin(*state);
    Build *build = compare(&c);
    static const StepKind kinds[] = {STEP_CREATE_CLUSTER, STEP_CREATE_SCHEMA, STEP_CREATE_NODE,
                                     STEP_CREATE_NODE, STEP_CREATE_INDEX};
    CHECK_INT(build->missing.count, 5);
    for (size_t i = 0; i < 5; i++) {
        CHECK_INT(build->missing.items[i].kind, kinds[i]);
    }
    CHECK_STR(build->missing.items[0].rel.name, "compute_green");
    CHECK_STR(build->missing.items[1].rel.name, "shop_green");
    CHECK_STR(build->missing.items[2].rel.name, "clean");
    CHECK_STR(build->missing.items[2].rel.schema, "shop_green");
}

static void what_a_killed_process_made_is_claimed_and_not_made_again(void **state)
{
    Case c = begin(*state);
    make_green(&c, "cutover");
    Build *build = compare(&c);
    CHECK_INT(build->missing.count, 0);
    CHECK_INT(build->claims.count, 5);
    CHECK_INT(build->foreign.list.count, 0);
    CHECK_INT(build->wanted.count, 2);
    record_claims(&c, build);
    CHECK_INT(compare(&c)->claims.count, 0);
}

static void what_the_commit_before_made_unrecorded_is_made_anew(void **state)
{
    Case c = begin(*state);
    make_green(&c, "cutover");
    c.w->record->deployments.items[0].manifest_digest = "of the commit before";
    c.deployment.id = "production-g1-77e0a1b2c3d4";
    intend(c.w->arena, &c.deployment, 12);
    vec_push(c.w->arena, &c.w->record->deployments, c.deployment);
    Build *build = compare(&c);
    CHECK_INT(build->stale.count, 3); /* two relations and an index; what is empty may stay */
    CHECK_INT(build->claims.count, 2);
    CHECK_INT(build->foreign.list.count, 0);
}

/* The commit before was killed with a CREATE under way; that is carried out when the next intent is written already. */
static Case overtake(Arena *arena)
{
    Case c = begin(arena);
    make_green(&c, "cutover");
    c.deployment.id = "production-g1-77e0a1b2c3d4";
    intend(arena, &c.deployment, 10);
    vec_push(c.w->arena, &c.w->record->deployments, c.deployment);
    c.w->record->deployments.items[0].manifest_digest = "of the commit before";
    return c;
}

static void what_may_be_a_late_statement_of_the_commit_before_is_made_anew(void **state)
{
    Case c = overtake(*state);
    Build *build = compare(&c);
    CHECK(build->doubtful);
    CHECK_INT(build->stale.count, 3);
    CHECK_INT(build->claims.count,
              2); /* schema and cluster: whoever made them, they are the same */
    CHECK_INT(build->foreign.list.count, 0);
}

static void what_a_process_noted_that_it_made_itself_is_kept_after_an_overtaken_commit(void **state)
{
    Case c = overtake(*state);
    RecordDeployment *own = &vec_last(&c.w->record->deployments);
    vec_each (CatalogObject, it, &c.w->catalog->objects) {
        const char *check = build_made_check(c.w->arena, it->kind, it->id);
        vec_push(c.w->arena, &own->results, ((RecordResult){.check = check, .verdict = "passed"}));
    }
    Build *build = compare(&c);
    CHECK_INT(build->stale.count, 0);
    CHECK_INT(build->claims.count, 5);
}

static void what_an_earlier_attempt_made_unrecorded_is_made_anew(void **state)
{
    Case c = begin(*state);
    make_green(&c, "cutover");
    c.w->record->deployments.items[0].attempt = 2;
    CHECK_INT(compare(&c)->stale.count, 3);
}

/* Who made them may live, and note them yet: two that build at once would else undo each other's work for ever. */
static void what_was_made_just_now_in_doubt_is_let_be(void **state)
{
    Case c = overtake(*state);
    c.w->catalog->now = 3600 * MOMENT_SECOND;
    CHECK(compare(&c)->stale.count && !compare(&c)->fresh);
    vec_last(&c.w->catalog->creations).at = c.w->catalog->now; /* an empty container fits */
    CHECK(!compare(&c)->fresh);
    vec_each (CatalogCreation, it, &c.w->catalog->creations) {
        it->at = c.w->catalog->now - 50 * MOMENT_SECOND;
    }
    CHECK(compare(&c)->fresh);
    c.w->catalog->now += 20 * MOMENT_SECOND;
    CHECK(!compare(&c)->fresh);
}

/* He bears our role: the audit log would tell it for ours. */
static void what_somebody_dropped_of_it_he_may_have_made_anew(void **state)
{
    Case c = begin(*state);
    make_green(&c, "cutover");
    world_record(c.w, "view", "u99", (RelName){"materialize", "shop", "clean"}, NULL, NULL, NULL);
    CHECK(!compare(&c)->doubtful);
    RecordObject *lost = map_get(&c.w->record->object_by_id, "view:u99");
    lost->deployment = c.deployment.id;
    CHECK(compare(&c)->doubtful);
    CHECK_INT(compare(&c)->stale.count, 3);
}

static void a_commit_that_went_live_leaves_no_doubt(void **state)
{
    Case c = overtake(*state);
    c.w->record->deployments.items[0].cut_over = true;
    CHECK_INT(compare(&c)->stale.count, 0);
    c.w->record->deployments.items[0].cut_over = false;
    vec_last(&c.w->record->deployments).from_generation =
        3; /* it never did, and another one has since */
    CHECK_INT(compare(&c)->stale.count, 0);
}

static void a_green_name_that_somebody_else_took_is_not_touched(void **state)
{
    Case c = begin(*state);
    make_green(&c, "looker");
    Build *build = compare(&c);
    CHECK(build->foreign.list.count > 0);
    CHECK_INT(build->stale.count, 0);
    CHECK_INT(build->claims.count, 0);
}

static void a_newer_commit_keeps_what_fits_and_drops_readers_first(void **state)
{
    Case c = begin(*state);
    make_green(&c, "cutover");
    record_claims(&c, compare(&c));
    world_change(c.w, "shop.daily");
    Build *build = compare(&c);
    CHECK_INT(build->stale.count, 2);
    CHECK_STR(build->stale.items[0]->rel.name, "daily_idx");
    CHECK_STR(build->stale.items[1]->rel.name, "daily");
    world_change(c.w, "shop.clean");
    build = compare(&c);
    CHECK_INT(build->stale.count, 3);
    CHECK_STR(build->stale.items[2]->rel.name, "clean");
}

static void green_without_a_plan_is_stale(void **state)
{
    Case c = begin(*state);
    make_green(&c, "cutover");
    record_claims(&c, compare(&c));
    world_remove(c.w, "shop.daily");
    Build *build = compare(&c);
    CHECK_INT(build->stale.count, 2);
    CHECK_STR(build->stale.items[1]->rel.name, "daily");
}

/* Production is live; a commit failed that built shop.more beside it, and another one does not want it any more. */
static void what_a_failed_commit_built_beside_goes_with_the_next(void **state)
{
    Case c = begin(*state);
    world_apply(c.w, c.plan);
    world_declare(c.w, NODE_MATERIALIZED_VIEW, "shop.more", "compute", "shop.clean");
    world_index(c.w, "shop.more", "more_idx", "compute", "day");
    world_make_objects(c.w, world_plan(c.w));
    vec_push(*state, &c.w->record->deployments.items[0].green,
             ((RecordGreen){"materialized-view", DB, "shop", "more", "more_green", NULL}));
    c.plan = world_plan(c.w);
    CHECK_INT(compare(&c)->stale.count, 0);
    world_remove(c.w, "shop.more");
    c.plan = world_plan(c.w);
    Build *build = compare(&c);
    CHECK_INT(build->stale.count, 2);
    CHECK_STR(build->stale.items[0]->rel.name, "more_idx");
    CHECK_STR(build->stale.items[1]->rel.name, "more_green");
}

static void an_index_that_a_failed_commit_built_beside_goes_with_the_next(void **state)
{
    Case c = begin(*state);
    world_apply(c.w, c.plan);
    world_node(c.w, "shop.daily")->indexes.items[0].keys = "day, at";
    Plan *plan = world_plan(c.w);
    world_make_objects(c.w, plan);
    CHECK_INT(plan->besides.count, 1);
    vec_push(*state, &c.w->record->deployments.items[0].green,
             ((RecordGreen){"index", DB, "shop", "daily_idx", plan->besides.items[0].green, NULL}));
    c.plan = world_plan(c.w);
    CHECK_INT(compare(&c)->stale.count, 0);
    world_node(c.w, "shop.daily")->indexes.items[0].keys = "day";
    c.plan = world_plan(c.w);
    Build *build = compare(&c);
    CHECK_INT(build->stale.count, 1);
    CHECK_STR(build->stale.items[0]->rel.name, "daily_idx_green");
}

/* What is live may bear a name that an earlier commit used for its green. */
static void production_is_never_taken_for_the_green_of_a_failed_commit(void **state)
{
    Case c = begin(*state);
    world_apply(c.w, c.plan);
    RecordDeployment *failed = &c.w->record->deployments.items[0];
    failed->phase = PHASE_FAILED;
    vec_push(*state, &failed->green, ((RecordGreen){"schema", DB, NULL, "once", "shop", NULL}));
    vec_push(*state, &failed->green,
             ((RecordGreen){"cluster", NULL, NULL, "once", "compute", NULL}));
    vec_push(*state, &failed->green, ((RecordGreen){"view", DB, "shop", "once", "clean", NULL}));
    c.plan = world_plan(c.w);
    Build *build = compare(&c);
    CHECK_INT(build->stale.count, 0);
    CHECK_INT(build->stale_schemas.count, 0);
    CHECK_INT(build->stale_clusters.count, 0);
    const Leftover *left = leftover_green(*state, c.w->catalog, c.w->record);
    CHECK_INT(left->objects.count + left->schemas.count + left->clusters.count, 0);
}

/* Descriptions that nobody declares stay with what they describe; a declared one counts more. */
static void comments_of_production_are_missing_until_green_has_them(void **state)
{
    Case c = begin(*state);
    world_apply(c.w, c.plan);
    world_live(c.w, "shop.clean")->comment = "by hand";
    world_live(c.w, "shop.daily")->comment = "by hand";
    world_live(c.w, "shop.daily_idx")->comment = "for dashboards";
    vec_push(*state, &world_node(c.w, "shop.daily")->comments, ((DesiredComment){NULL, "by day"}));
    world_change(c.w, "shop.clean");
    c.plan = world_plan(c.w);
    world_make_containers(c.w, c.plan);
    world_make_objects(c.w, c.plan);
    Build *build = compare(&c);
    CHECK_INT(build->missing.count, 2);
    CHECK_STR(build->missing.items[0].rel.name, "clean");
    CHECK_STR(build->missing.items[0].text, "by hand");
    CHECK_STR(build->missing.items[1].rel.name, "daily_idx");
    CHECK_STR(build->missing.items[1].text, "for dashboards");
    world_live(c.w, "shop_green.clean")->comment = "by hand";
    world_live(c.w, "shop_green.daily_idx")->comment = "for dashboards";
    CHECK_INT(compare(&c)->missing.count, 0);
    CHECK_INT(compare(&c)->stale.count, 0);
}

static void grants_of_production_are_missing_until_green_has_them(void **state)
{
    Case c = begin(*state);
    make_green(&c, "cutover");
    record_claims(&c, compare(&c));
    CatalogSchema *live = world_add_schema(c.w, DB, "shop", "cutover");
    vec_push(c.w->arena, &live->grants, ((CatalogGrant){"p", "PUBLIC", "USAGE"}));
    vec_push(c.w->arena, &live->grants, ((CatalogGrant){"u9", "cutover", "CREATE"}));
    Build *build = compare(&c);
    CHECK_INT(build->missing.count, 1);
    CHECK_INT(build->missing.items[0].kind, STEP_GRANT);
    CHECK_STR(build->missing.items[0].grantee, "PUBLIC");
    CHECK_STR(build->missing.items[0].rel.name, "shop_green");
    vec_push(c.w->arena, &world_live_schema(c.w, DB, "shop_green")->grants,
             ((CatalogGrant){"p", "PUBLIC", "USAGE"}));
    CHECK_INT(compare(&c)->missing.count, 0);
}

/* Green was given it while production gave it yet. Where production has nothing of the name, somebody means it so. */
static void what_production_gives_no_more_is_taken_from_green(void **state)
{
    Case c = begin(*state);
    make_green(&c, "cutover");
    record_claims(&c, compare(&c));
    CatalogSchema *green = world_live_schema(c.w, DB, "shop_green");
    CatalogCluster *cluster = world_live_cluster(c.w, "compute_green");
    vec_push(c.w->arena, &green->grants, ((CatalogGrant){"p", "PUBLIC", "USAGE"}));
    vec_push(c.w->arena, &green->grants, ((CatalogGrant){"u8", "reader", "USAGE"}));
    vec_push(c.w->arena, &green->grants, ((CatalogGrant){"s2", "mz_support", "USAGE"}));
    vec_push(c.w->arena, &cluster->grants, ((CatalogGrant){"u8", "reader", "USAGE"}));
    CHECK_INT(compare(&c)->canary.count, 0);
    CatalogSchema *live = world_add_schema(c.w, DB, "shop", "cutover");
    vec_push(c.w->arena, &live->grants, ((CatalogGrant){"p", "PUBLIC", "USAGE"}));
    Build *build = compare(&c);
    CHECK_INT(build->canary.count, 1);
    CHECK_INT(build->canary.items[0].kind, STEP_REVOKE);
    CHECK_STR(build->canary.items[0].grantee, "reader");
    CHECK_STR(build->canary.items[0].rel.name, "shop_green");
}

static void the_owner_comes_last(void **state)
{
    Case c = begin(*state);
    make_green(&c, "cutover");
    record_claims(&c, compare(&c));
    CatalogSchema *live = world_add_schema(c.w, DB, "shop", "team");
    vec_push(c.w->arena, &live->grants, ((CatalogGrant){"u8", "reader", "USAGE"}));
    Build *build = compare(&c);
    CHECK_INT(build->missing.count, 2);
    CHECK_INT(build->missing.items[0].kind, STEP_GRANT);
    CHECK_INT(build->missing.items[1].kind, STEP_OWNER);
    CHECK_STR(build->missing.items[1].owner, "team");
}

static void only_our_own_is_left_over(void **state)
{
    Case c = begin(*state);
    RecordDeployment *d = &c.w->record->deployments.items[0];
    vec_push(c.w->arena, &d->green,
             ((RecordGreen){"schema", DB, NULL, "shop", "shop_green", NULL}));
    vec_push(c.w->arena, &d->green,
             ((RecordGreen){"cluster", NULL, NULL, "compute", "compute_green", NULL}));
    make_green(&c, "cutover");
    world_seal(c.w);
    Leftover *left = leftover_green(c.w->arena, c.w->catalog, c.w->record);
    CHECK_INT(left->objects.count, 3);
    CHECK_INT(left->schemas.count, 1);
    CHECK_INT(left->clusters.count, 1);
    CHECK_INT(left->foreign.list.count, 0);
    CHECK_STR(left->objects.items[0]->kind, "index");
    CHECK_STR(left->objects.items[2]->rel.name, "clean");
    world_stranger(c.w, "view", "shop_green.theirs", NULL, NULL);
    world_seal(c.w);
    left = leftover_green(c.w->arena, c.w->catalog, c.w->record);
    CHECK_INT(left->foreign.list.count, 1);
}

static void what_bears_the_name_that_it_was_made_for_is_no_leftover(void **state)
{
    Case c = begin(*state);
    vec_push(c.w->arena, &c.w->record->deployments.items[0].green,
             ((RecordGreen){"schema", DB, NULL, "shop", "shop_green", NULL}));
    make_green(&c, "cutover");
    const CatalogSchema *schema = world_live_schema(c.w, DB, "shop_green");
    world_record(c.w, "schema", schema->id, (RelName){.database = DB, .name = "shop_green"}, NULL,
                 NULL, NULL);
    world_seal(c.w);
    Leftover *left = leftover_green(c.w->arena, c.w->catalog, c.w->record);
    CHECK_INT(left->schemas.count + left->objects.count, 0);
}

/* Somebody who bears our role makes a view on the old side, where Cutover makes nothing. */
static void what_nobody_recorded_on_the_old_side_is_a_strangers(void **state)
{
    Case c = begin(*state);
    world_apply(c.w, c.plan);
    world_change(c.w, "shop.clean");
    world_apply(c.w, world_plan(c.w));
    const RecordDeployment *d = &vec_last(&c.w->record->deployments);
    world_seal(c.w);
    const Leftover *blue = leftover_blue(*state, c.w->catalog, c.w->record, d, c.w->desired);
    CHECK_INT(blue->objects.count, 3);
    CHECK_INT(blue->foreign.list.count, 0);
    world_stranger(c.w, "view", "shop_blue_g1.mine", NULL, NULL);
    const CatalogObject *mine = world_live(c.w, "shop_blue_g1.mine");
    vec_push(*state, &c.w->catalog->creations,
             ((CatalogCreation){.event = 99, .kind = "view", .id = mine->id, .user = "cutover"}));
    world_seal(c.w);
    blue = leftover_blue(*state, c.w->catalog, c.w->record, d, c.w->desired);
    CHECK_INT(blue->objects.count, 3);
    CHECK_INT(blue->foreign.list.count, 1);
}

/* However it came there: on the cluster of an old side there is something that bears its production name. */
/* It stands under the name that a commit meant to build beside, and the process had no time to note it before its schema was retired. */
static void what_was_made_beside_and_not_noted_goes_with_its_schema(void **state)
{
    Case c = begin(*state);
    world_apply(c.w, c.plan);
    world_change(c.w, "shop.clean");
    world_apply(c.w, world_plan(c.w));
    RecordDeployment stopped = {.id = "production-g2-77e0a1b2c3d4", .phase = PHASE_SUPERSEDED};
    intend(*state, &stopped, 10);
    vec_push(*state, &stopped.green,
             ((RecordGreen){.kind = "table",
                            .database = DB,
                            .schema = "shop",
                            .name = "rates",
                            .green = "rates_green"}));
    RecordDeployment live = vec_last(&c.w->record->deployments);
    vec_push(*state, &c.w->record->deployments, stopped);
    const char *names[] = {"shop_blue_g1.rates_green", "shop_blue_g1.notes_green"};
    for (size_t i = 0; i < 2; i++) {
        const char *id = world_stranger(c.w, "table", names[i], NULL, NULL)->id;
        vec_push(*state, &c.w->catalog->creations,
                 ((CatalogCreation){.event = 99, .kind = "table", .id = id, .user = "cutover"}));
    }
    world_seal(c.w);
    const Leftover *blue = leftover_blue(*state, c.w->catalog, c.w->record, &live, c.w->desired);
    CHECK_INT(blue->objects.count, 4);
    CHECK_INT(blue->foreign.list.count, 1);
    CHECK_STR(blue->foreign.list.items[0].object, "shop_blue_g1.notes_green");
}

static void production_is_not_dropped_with_the_cluster_of_an_old_side(void **state)
{
    Case c = begin(*state);
    world_apply(c.w, c.plan);
    world_change(c.w, "shop.clean");
    world_apply(c.w, world_plan(c.w));
    const RecordDeployment *d = &vec_last(&c.w->record->deployments);
    world_stranger(c.w, "materialized-view", "reports.big", "compute_blue_g1", NULL);
    world_record(c.w, "materialized-view", world_live(c.w, "reports.big")->id,
                 (RelName){DB, "reports", "big"}, NULL, NULL, NULL);
    world_seal(c.w);
    const Leftover *blue = leftover_blue(*state, c.w->catalog, c.w->record, d, c.w->desired);
    CHECK_INT(blue->objects.count, 3);
    CHECK_INT(blue->foreign.list.count, 1);
    CHECK(strstr(blue->foreign.list.items[0].message, "and is production"));
}

/* A newer commit's source was made in what was production then; the way back took that out of service. */
static void data_is_not_dropped_with_an_old_side_unless_its_removal_went_live(void **state)
{
    Case c = begin(*state);
    world_apply(c.w, c.plan);
    world_change(c.w, "shop.clean");
    world_apply(c.w, world_plan(c.w));
    RecordDeployment *d = &vec_last(&c.w->record->deployments);
    world_stranger(c.w, "source", "shop_blue_g1.events", NULL, NULL);
    const char *id = world_live(c.w, "shop_blue_g1.events")->id;
    RelName events = {DB, "shop", "events"};
    world_record(c.w, "source", id, events, NULL, NULL, NULL);
    world_seal(c.w);
    const Leftover *blue = leftover_blue(*state, c.w->catalog, c.w->record, d, c.w->desired);
    CHECK_INT(blue->objects.count, 3);
    CHECK_INT(blue->foreign.list.count, 1);
    CHECK(strstr(blue->foreign.list.items[0].message, "holds data"));
    vec_push(*state, &d->drops, ((RecordPlace){.kind = "source", .id = id, .rel = events}));
    blue = leftover_blue(*state, c.w->catalog, c.w->record, d, c.w->desired);
    CHECK_INT(blue->objects.count, 4);
    CHECK_INT(blue->foreign.list.count, 0);
}

static void what_is_declared_again_is_not_dropped_where_it_stays(void **state)
{
    Case c = begin(*state);
    world_apply(c.w, c.plan);
    world_change(c.w, "shop.clean");
    world_apply(c.w, world_plan(c.w));
    RecordDeployment *d = &vec_last(&c.w->record->deployments);
    world_seal(c.w);
    const CatalogObject *clean = world_live(c.w, "shop.clean");
    vec_push(*state, &d->drops,
             ((RecordPlace){.kind = "view", .id = clean->id, .rel = clean->rel}));
    Desired other = {0};
    const Desired *wanted[] = {c.w->desired, &other, NULL};
    const size_t objects[] = {3, 4, 3};
    for (size_t i = 0; i < 3; i++) {
        const Leftover *blue = leftover_blue(*state, c.w->catalog, c.w->record, d, wanted[i]);
        CHECK_INT(blue->objects.count, objects[i]);
        CHECK_INT(blue->undecided, !wanted[i]);
    }
}

/* Somebody dropped what was retired or is to be dropped, and gave its names to something else. */
static void what_only_bears_a_name_of_the_old_side_is_not_dropped(void **state)
{
    Case c = begin(*state);
    world_apply(c.w, c.plan);
    world_change(c.w, "shop.clean");
    world_apply(c.w, world_plan(c.w));
    RecordDeployment *d = &vec_last(&c.w->record->deployments);
    RelName clean = {DB, "shop", "clean"};
    vec_push(*state, &d->names,
             ((RecordName){"view", "u998", DB, "shop", "gone", "clean", .retired = true}));
    d->cutover_names = d->names;
    vec_push(*state, &d->drops, ((RecordPlace){.kind = "view", .id = "u999", .rel = clean}));
    world_seal(c.w);
    const Leftover *blue = leftover_blue(*state, c.w->catalog, c.w->record, d, c.w->desired);
    CHECK_INT(blue->objects.count, 3);
    CHECK_INT(blue->schemas.count, 1);
    CHECK_INT(blue->clusters.count, 1);
    world_live_schema(c.w, DB, "shop_blue_g1")->id = "s999";
    world_live_cluster(c.w, "compute_blue_g1")->id = "c999";
    blue = leftover_blue(*state, c.w->catalog, c.w->record, d, c.w->desired);
    CHECK_INT(blue->schemas.count + blue->clusters.count + blue->objects.count, 0);
}

/* ---- the canary ---- */

static Build *compare_in_canary(Case *c, bool open)
{
    c->canary = open;
    return compare(c);
}

/* What STEPS would do is done in the catalog. */
static void admit(Case *c, const Build *build)
{
    vec_each (const Step, it, &build->canary) {
        CatalogGrants *grants = NULL;
        vec_each (CatalogObject, object, &c->w->catalog->objects) {
            grants = relname_eq(object->rel, it->rel) ? &object->grants : grants;
        }
        if (str_eq(it->object_kind, "schema")) {
            grants = &world_live_schema(c->w, it->rel.database, it->rel.name)->grants;
        } else if (str_eq(it->object_kind, "cluster")) {
            grants = &world_live_cluster(c->w, it->rel.name)->grants;
        }
        assert_non_null(grants);
        if (it->kind == STEP_GRANT) {
            vec_push(c->w->arena, grants, ((CatalogGrant){"u9", it->grantee, it->privilege}));
        } else {
            grants->count--;
        }
    }
}

static Case with_guest(Arena *arena)
{
    Case c = begin(arena);
    make_green(&c, "cutover");
    vec_push(arena, &c.w->environment.canary_grant, "guest");
    return c;
}

static void guests_are_let_in_for_as_long_as_the_canary_lasts(void **state)
{
    Case c = with_guest(*state);
    CHECK_INT(compare_in_canary(&c, false)->canary.count, 0);
    Build *open = compare_in_canary(&c, true);
    CHECK_INT(open->canary.count, 4); /* cluster, schema, clean, daily */
    CHECK_STR(open->canary.items[0].privilege, "USAGE");
    CHECK_STR(open->canary.items[0].rel.name, "compute_green");
    CHECK_STR(open->canary.items[3].privilege, "SELECT");
    CHECK_INT(open->missing.count, compare_in_canary(&c, false)->missing.count);
    admit(&c, open);
    vec_push(*state, &c.w->record->canary_roles, "guest");
    CHECK_INT(compare_in_canary(&c, true)->canary.count, 0);
    Build *closed = compare_in_canary(&c, false);
    CHECK_INT(closed->canary.count, 4);
    CHECK_INT(closed->canary.items[0].kind, STEP_REVOKE);
    admit(&c, closed);
    CHECK_INT(compare_in_canary(&c, false)->canary.count, 0);
}

/* A newer commit names nobody, and takes over the green that was open. */
static void a_guest_of_the_commit_before_is_shut_out_too(void **state)
{
    Case c = with_guest(*state);
    admit(&c, compare_in_canary(&c, true));
    vec_push(*state, &c.w->record->canary_roles, "guest");
    c.w->environment.canary_grant = (StrVec){0};
    CHECK_INT(compare_in_canary(&c, true)->canary.count, 4);
    CHECK_INT(compare_in_canary(&c, true)->canary.items[0].kind, STEP_REVOKE);
}

static void what_a_guest_has_in_production_stays(void **state)
{
    Case c = with_guest(*state);
    record_claims(&c, compare_in_canary(&c, false));
    vec_push(*state, &world_node(c.w, "shop.daily")->grants,
             ((DesiredGrant){.privilege = "SELECT", .grantee = "guest"}));
    admit(&c, compare_in_canary(&c, true));
    vec_push(*state, &c.w->record->canary_roles, "guest");
    Build *closed = compare_in_canary(&c, false);
    CHECK_INT(closed->canary.count, 3);
    CHECK_STR(closed->canary.items[2].rel.name, "clean");
}

/* As the decision to cut over notes it: the guest was looked for, and keeps what it has. */
static void decide_to_cut_over(Case *c)
{
    RecordName schema = {"schema", "u1", "materialize", NULL, "shop_green", "shop", false, 0};
    RecordName cluster = {"cluster", "u2", NULL, NULL, "compute_green", "compute", false, 0};
    RecordDeployment *d = &c->deployment;
    vec_push(c->w->arena, &d->cutover_names, schema);
    vec_push(c->w->arena, &d->cutover_names, cluster);
    Build *guests = build_find_guests(c->w->arena, c->w->catalog, c->w->record, &d->cutover_names);
    vec_each (const Step, it, &guests->canary) {
        char *check = build_keeps_check(c->w->arena, it->object_kind, it->id, it->grantee);
        vec_push(c->w->arena, &d->results, ((RecordResult){.check = check}));
    }
    vec_push(c->w->arena, &d->results,
             ((RecordResult){.check = build_guest_check(c->w->arena, "guest")}));
}

static Build *look_for_late_guests(Case *c, bool live)
{
    return build_shut_out_late(c->w->arena, c->w->catalog, c->w->record, &c->deployment, live);
}

/* What a guest had when the cutover was decided on was no matter of the canary. */
static void what_a_guest_gets_after_the_decision_is_taken_back(void **state)
{
    Case c = with_guest(*state);
    Build *open = compare_in_canary(&c, true);
    vec_push(*state, &c.w->record->canary_roles, "guest");
    Build daily = {0}, others = {0};
    vec_each (const Step, it, &open->canary) {
        vec_push(*state, str_eq(it->rel.name, "daily") ? &daily.canary : &others.canary, *it);
    }
    admit(&c, &daily);
    decide_to_cut_over(&c);
    CHECK_INT(look_for_late_guests(&c, false)->canary.count, 0);
    admit(&c, &others);
    Build *late = look_for_late_guests(&c, false);
    CHECK_INT(late->canary.count, 3); /* cluster, schema, clean */
    vec_each (const Step, it, &late->canary) {
        CHECK_INT(it->kind, STEP_REVOKE);
        CHECK(it->id && !str_eq(it->rel.name, "daily"));
    }
    CHECK_INT(look_for_late_guests(&c, true)->canary.count, 0); /* nothing bears those names yet */
    world_rename_schema(c.w, "materialize", "shop_green", "shop");
    world_rename_cluster(c.w, "compute_green", "compute");
    world_seal(c.w);
    CHECK_INT(look_for_late_guests(&c, true)->canary.count, 3);
    c.deployment.results.count--; /* a version before this one decided, and noted nobody */
    CHECK_INT(look_for_late_guests(&c, true)->canary.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(guests_are_let_in_for_as_long_as_the_canary_lasts),
        TEST(what_a_guest_gets_after_the_decision_is_taken_back),
        TEST(a_guest_of_the_commit_before_is_shut_out_too),
        TEST(what_a_guest_has_in_production_stays),
        TEST(what_the_commit_before_made_unrecorded_is_made_anew),
        TEST(what_may_be_a_late_statement_of_the_commit_before_is_made_anew),
        TEST(what_a_process_noted_that_it_made_itself_is_kept_after_an_overtaken_commit),
        TEST(what_an_earlier_attempt_made_unrecorded_is_made_anew),
        TEST(what_was_made_just_now_in_doubt_is_let_be),
        TEST(what_somebody_dropped_of_it_he_may_have_made_anew),
        TEST(a_commit_that_went_live_leaves_no_doubt),
        TEST(an_empty_catalog_misses_everything_in_order),
        TEST(what_a_killed_process_made_is_claimed_and_not_made_again),
        TEST(a_green_name_that_somebody_else_took_is_not_touched),
        TEST(a_newer_commit_keeps_what_fits_and_drops_readers_first),
        TEST(green_without_a_plan_is_stale),
        TEST(what_a_failed_commit_built_beside_goes_with_the_next),
        TEST(an_index_that_a_failed_commit_built_beside_goes_with_the_next),
        TEST(production_is_never_taken_for_the_green_of_a_failed_commit),
        TEST(comments_of_production_are_missing_until_green_has_them),
        TEST(grants_of_production_are_missing_until_green_has_them),
        TEST(what_production_gives_no_more_is_taken_from_green),
        TEST(the_owner_comes_last),
        TEST(only_our_own_is_left_over),
        TEST(what_bears_the_name_that_it_was_made_for_is_no_leftover),
        TEST(what_nobody_recorded_on_the_old_side_is_a_strangers),
        TEST(what_was_made_beside_and_not_noted_goes_with_its_schema),
        TEST(production_is_not_dropped_with_the_cluster_of_an_old_side),
        TEST(data_is_not_dropped_with_an_old_side_unless_its_removal_went_live),
        TEST(what_is_declared_again_is_not_dropped_where_it_stays),
        TEST(what_only_bears_a_name_of_the_old_side_is_not_dropped),
    };
    return cmocka_run_group_tests_name("build", tests, NULL, NULL);
}
