/* Which live objects equal what is declared, by what Materialize stores of both. */
#include "plan_world.h"

#include "cutover/adopt.h"

/* ---- two definitions ---- */

#define LIVE(query) "CREATE VIEW \"m\".\"shop\".\"v\" AS " query
#define COPY(query) "CREATE VIEW \"m\".\"cutover_p_scratch\".\"n3\" AS " query

static void names_do_not_count_but_ids_do(void **state)
{
    CHECK(!adopt_compare(*state, LIVE("SELECT \"a\" FROM [u1 AS \"m\".\"old\".\"t\"]"),
                         COPY("SELECT \"a\" FROM [u1 AS \"m\".\"new\".\"t2\"]")));
    CHECK_STR(adopt_compare(*state, LIVE("SELECT \"a\" FROM [u1 AS \"m\".\"shop\".\"t\"]"),
                            COPY("SELECT \"a\" FROM [u2 AS \"m\".\"shop\".\"t\"]")),
              "SQL");
}

static void brackets_around_the_query_say_nothing(void **state)
{
    CHECK(!adopt_compare(*state, LIVE("(SELECT 1)"), COPY("SELECT 1")));
    CHECK(!adopt_compare(*state, LIVE("((SELECT 1))"), COPY("(SELECT 1)")));
    CHECK_STR(adopt_compare(*state, LIVE("(SELECT 1) UNION (SELECT 2)"),
                            COPY("SELECT 1) UNION (SELECT 2")),
              "SQL");
    CHECK_STR(adopt_compare(*state, LIVE("(SELECT (1 + 2) * 3)"), COPY("SELECT 1 + (2 * 3)")),
              "SQL");
}

static void a_quoted_name_is_not_a_text(void **state)
{
    CHECK_STR(adopt_compare(*state, LIVE("SELECT \"a\""), COPY("SELECT 'a'")), "SQL");
}

static void a_columns_list_is_an_option(void **state)
{
    CHECK_STR(adopt_compare(*state, "CREATE VIEW \"m\".\"s\".\"v\" (\"x\") AS SELECT 1",
                            COPY("SELECT 1")),
              "options");
}

#define MV(name, cluster, options, query, at)                                                      \
    "CREATE MATERIALIZED VIEW \"m\".\"s\".\"" name "\" IN CLUSTER [" cluster "] WITH (" options    \
    ") AS " query " AS OF " at

static void cluster_and_time_are_left_out_and_options_are_not(void **state)
{
    CHECK(!adopt_compare(*state, MV("a", "u1", "REFRESH = ON COMMIT", "SELECT 1", "17"),
                         MV("n1", "u9", "REFRESH = ON COMMIT", "SELECT 1", "99")));
    CHECK_STR(adopt_compare(*state, MV("a", "u1", "REFRESH = ON COMMIT", "SELECT 1", "17"),
                            MV("n1", "u9", "REFRESH = AT CREATION", "SELECT 1", "17")),
              "options");
    CHECK_STR(adopt_compare(*state, MV("a", "u1", "REFRESH = ON COMMIT", "SELECT 1", "17"),
                            MV("n1", "u1", "REFRESH = ON COMMIT", "SELECT 2", "17")),
              "SQL");
}

static void of_an_index_the_keys_count(void **state)
{
    const char *live = "CREATE INDEX \"i\" IN CLUSTER [u1] ON [u3 AS \"m\".\"s\".\"v\"] (\"a\")";
    CHECK(!adopt_compare(
        *state, live, "CREATE INDEX \"n4\" IN CLUSTER [u7] ON [u9 AS \"m\".\"t\".\"n3\"] (\"a\")"));
    CHECK_STR(
        adopt_compare(*state, live,
                      "CREATE INDEX \"n4\" IN CLUSTER [u7] ON [u9 AS \"m\".\"t\".\"n3\"] (\"b\")"),
        "keys");
}

static void what_cannot_be_read_is_not_equal(void **state)
{
    CHECK_STR(adopt_compare(*state, "CREATE VIEW \"a", "CREATE VIEW \"a"), "SQL");
}

/* ---- which objects ---- */

/* shop.daily reads shop.clean; both are live, and somebody else's. */
static World *shop(Arena *arena)
{
    World *w = world_new(arena);
    world_add_cluster(w, "compute", "100cc", 1)->owner = "looker";
    world_declare(w, NODE_VIEW, "shop.clean", NULL, "[public.orders]");
    world_declare(w, NODE_MATERIALIZED_VIEW, "shop.daily", "compute", "shop.clean");
    world_stranger(w, "view", "shop.clean", NULL, "public.orders");
    return w;
}

static Adoption *find(World *w, const StrVec *roles)
{
    static const Map nobody;
    world_seal(w);
    PlanInput plan = {.desired = w->desired,
                      .catalog = w->catalog,
                      .record = w->record,
                      .environment = &w->environment,
                      .record_cluster = "quickstart",
                      .record_schema = "cutover"};
    AdoptInput input = {.plan = &plan, .roles = roles, .others = &nobody};
    return adopt_find(w->arena, &input);
}

static const AdoptItem *item(const Adoption *adoption, const char *name)
{
    vec_each (AdoptItem, it, &adoption->items) {
        if (str_eq(it->name, name)) {
            return it;
        }
    }
    return NULL;
}

static void what_holds_data_takes_nobodys_place(void **state)
{
    World *w = shop(*state);
    world_stranger(w, "table", "shop.daily", NULL, NULL);
    Adoption *adoption = find(w, NULL);
    CHECK_INT(item(adoption, "shop.clean")->verdict, ADOPT_EQUAL);
    CHECK_INT(item(adoption, "shop.daily")->verdict, ADOPT_BLOCKED);
    CHECK_INT(adopt_objects(*state, adoption, w->catalog).count, 3); /* schema, cluster, view */
}

static void a_view_may_become_a_materialized_one(void **state)
{
    World *w = shop(*state);
    world_stranger(w, "view", "shop.daily", NULL, "shop.clean");
    Adoption *adoption = find(w, NULL);
    CHECK_INT(item(adoption, "shop.daily")->verdict, ADOPT_DIFFERS);
    CHECK_STR(item(adoption, "shop.daily")->what, "kind");
    RecordObjects objects = adopt_objects(*state, adoption, w->catalog);
    const RecordObject *daily = &vec_last(&objects);
    CHECK_STR(daily->action, "adopted");
    CHECK(!str_eq(daily->digest, world_node(w, "shop.daily")->digest));
}

static void another_roles_object_needs_its_owner_changed(void **state)
{
    World *w = shop(*state);
    StrVec roles = {0};
    vec_push(w->arena, &roles, "cutover");
    Adoption *adoption = find(w, &roles);
    const AdoptItem *clean = item(adoption, "shop.clean");
    CHECK_INT(clean->verdict, ADOPT_BLOCKED);
    CHECK_STR(clean->what, "belongs to role looker");
    CHECK_STR(clean->hint, "ALTER VIEW \"materialize\".\"shop\".\"clean\" OWNER TO \"cutover\"");
    CHECK_INT(adopt_objects(*state, adoption, w->catalog).count, 0);
}

static void a_seeds_rows_decide(void **state)
{
    (void)state;
    AdoptItem equal = {0}, fewer = {0}, more = {0}, columns = {0};
    adopt_judge_seed(&equal, true, 0, 0);
    adopt_judge_seed(&fewer, true, 0, 3);
    adopt_judge_seed(&more, true, 1, 3);
    adopt_judge_seed(&columns, false, 0, 0);
    CHECK_INT(equal.verdict, ADOPT_EQUAL);
    CHECK_INT(fewer.verdict, ADOPT_DIFFERS);
    CHECK_INT(more.verdict, ADOPT_BLOCKED);
    CHECK_INT(columns.verdict, ADOPT_BLOCKED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(names_do_not_count_but_ids_do),
        TEST(brackets_around_the_query_say_nothing),
        TEST(a_quoted_name_is_not_a_text),
        TEST(a_columns_list_is_an_option),
        TEST(cluster_and_time_are_left_out_and_options_are_not),
        TEST(of_an_index_the_keys_count),
        TEST(what_cannot_be_read_is_not_equal),
        TEST(what_holds_data_takes_nobodys_place),
        TEST(a_view_may_become_a_materialized_one),
        TEST(another_roles_object_needs_its_owner_changed),
        TEST(a_seeds_rows_decide),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
