/* The statement builder: what is sent to Materialize, character by character. */
#include "check.h"

#include "cutover/catalog.h"
#include "cutover/options.h"
#include "cutover/statement.h"
#include "cutover/statement_options.h"
#include "cutover/statement_seed.h"
#include "cutover/str.h"

#include <stdio.h>
#include <string.h>

static const RelName daily = {"db", "shop_green", "daily"};
static const RelName odd = {"d\"b", "s.h", "n'm"};

static void containers_are_made_and_dropped_without_cascade(void **state)
{
    Arena *arena = *state;
    CHECK_STR(statement_create_schema(arena, "db", "shop_green"),
              "CREATE SCHEMA \"db\".\"shop_green\"");
    CHECK_STR(statement_drop_schema(arena, "db", "shop_blue_g1"),
              "DROP SCHEMA \"db\".\"shop_blue_g1\" RESTRICT");
    CHECK_STR(statement_rename_schema(arena, "db", "a", "b"),
              "ALTER SCHEMA \"db\".\"a\" RENAME TO \"b\"");
    CHECK_STR(statement_create_cluster(arena, "c_green", "100cc", 2, NULL),
              "CREATE CLUSTER \"c_green\" (SIZE = '100cc', REPLICATION FACTOR = 2)");
    CHECK_STR(statement_alter_cluster(arena, "c", NULL, 0, NULL),
              "ALTER CLUSTER \"c\" SET (REPLICATION FACTOR = 0)");
    CHECK_STR(statement_alter_cluster(arena, "c", "25cc", -1, NULL),
              "ALTER CLUSTER \"c\" SET (SIZE = '25cc')");
    CHECK_STR(statement_drop_cluster(arena, "c_blue_g1"), "DROP CLUSTER \"c_blue_g1\" RESTRICT");
    CHECK_STR(statement_alter_cluster(arena, "c", NULL, 1, "SCHEDULE = MANUAL"),
              "ALTER CLUSTER \"c\" SET (REPLICATION FACTOR = 1, SCHEDULE = MANUAL)");
    CHECK(!statement_alter_cluster(arena, "c", NULL, -1, NULL));
    CHECK(!statement_create_cluster(arena, "c", NULL, 1, NULL));
}

static void a_clusters_options_are_written_as_alter_takes_them(void **state)
{
    Arena *arena = *state;
    ClusterShown shown = {.interval = "00:00:05",
                          .debugging = true,
                          .schedule = "manual",
                          .replication_factor = 2,
                          .size = "25cc"};
    CHECK_STR(statement_cluster_options(arena, &shown),
              "INTROSPECTION INTERVAL = '00:00:05', INTROSPECTION DEBUGGING = true, SCHEDULE = "
              "MANUAL, AUTO SCALING STRATEGY = (), AVAILABILITY ZONES = (), WORKLOAD CLASS = NULL, "
              "REPLICATION FACTOR = 2, SIZE = '25cc'");
    shown = (ClusterShown){.schedule = "on-refresh", .estimate = "00:10:00", .workload = "prod"};
    vec_push(arena, &shown.zones, "use1-az1");
    vec_push(arena, &shown.zones, "use1-az2");
    CHECK_STR(statement_cluster_options(arena, &shown),
              "INTROSPECTION INTERVAL = 0, INTROSPECTION DEBUGGING = false, SCHEDULE = ON REFRESH "
              "(HYDRATION TIME ESTIMATE = '00:10:00'), AUTO SCALING STRATEGY = (), AVAILABILITY "
              "ZONES = ('use1-az1', 'use1-az2'), WORKLOAD CLASS = 'prod', REPLICATION FACTOR = 0");
}

static const char *strategy(Arena *arena, const char *json)
{
    ClusterShown shown = {.schedule = "manual", .strategy = json};
    StrVec all = options_each(arena, statement_cluster_options(arena, &shown));
    return options_same(&all, "AUTO SCALING STRATEGY = ()");
}

static void a_strategy_that_is_not_known_is_not_written(void **state)
{
    Arena *arena = *state;
    CHECK_STR(strategy(arena, "{\"on_hydration\": {\"hydration_size\": \"100cc\", "
                              "\"linger_duration\": {\"secs\": 60, \"nanos\": 0}}}"),
              "AUTO SCALING STRATEGY = (ON HYDRATION (HYDRATION SIZE = '100cc', LINGER DURATION = "
              "'60 seconds'))");
    CHECK_STR(strategy(arena, "{\"on_hydration\": {\"hydration_size\": \"a'b\", "
                              "\"linger_duration\": {\"secs\": 0, \"nanos\": 5000000}}}"),
              "AUTO SCALING STRATEGY = (ON HYDRATION (HYDRATION SIZE = 'a''b', LINGER DURATION = "
              "'0.005000000 seconds'))");
    CHECK_STR(strategy(arena, "{\"on_hydration\": {\"hydration_size\": \"100cc\", "
                              "\"linger_duration\": null}, \"on_lag\": null}"),
              "AUTO SCALING STRATEGY = (ON HYDRATION (HYDRATION SIZE = '100cc'))");
    CHECK_STR(strategy(arena, "{}"), "AUTO SCALING STRATEGY = ()");
    CHECK(!strategy(arena, "{\"on_lag\": {}}"));
    CHECK(!strategy(arena, "{\"on_hydration\": {\"hydration_size\": \"100cc\", \"n\": 2}}"));
    CHECK(!strategy(arena, "[1]"));
    CHECK(!strategy(arena, "{"));
}

static const char *sink_options(Arena *arena, const char *type, const char *sql)
{
    SinkShown shown = {.type = type, .envelope = "upsert", .value_format = "json", .sql = sql};
    return statement_sink_options(arena, &shown);
}

static const char *commits(Arena *arena, const char *interval)
{
    StrVec all = options_each(
        arena, sink_options(
                   arena, "iceberg",
                   arena_printf(arena, "... MODE UPSERT WITH (COMMIT INTERVAL = '%s')", interval)));
    return options_same(&all, "COMMIT INTERVAL = ''");
}

static void a_sinks_options_are_the_same_in_whatever_words(void **state)
{
    Arena *arena = *state;
    CHECK_STR(
        sink_options(arena, "kafka",
                     "CREATE SINK \"d\".\"s\".\"n\" IN CLUSTER [u1] FROM [u5 AS "
                     "\"d\".\"s\".\"v\"] INTO KAFKA CONNECTION [u2 AS \"d\".\"s\".\"k\"] (TOPIC = "
                     "'a, b') KEY (\"x\", \"y\") NOT ENFORCED KEY FORMAT TEXT VALUE FORMAT JSON"),
        "TOPIC = 'a, b', KEY = (\"x\", \"y\"), FORMAT = json, ENVELOPE = upsert");
    CHECK_STR(commits(arena, "90s"), "COMMIT INTERVAL = '90 seconds'");
    CHECK_STR(commits(arena, "1 minute 30 seconds"), "COMMIT INTERVAL = '90 seconds'");
    CHECK_STR(commits(arena, "00:01:30"), "COMMIT INTERVAL = '90 seconds'");
    CHECK_STR(commits(arena, "250ms"), "COMMIT INTERVAL = '0.25 seconds'");
    CHECK(!commits(arena, "2 fortnights"));
    CHECK(!commits(arena, "-1s"));
    CHECK(!commits(arena, "1e300h"));
    CHECK(!strstr(sink_options(arena, "kafka", "WITH (COMMIT INTERVAL = '1s')"), "COMMIT"));
    CHECK(!sink_options(arena, "kafka", "TOPIC 'open"));
    CHECK_STR(sink_options(arena, "kafka", "KEY ("), "KEY = (), FORMAT = json, ENVELOPE = upsert");
}

static void options_are_parted_where_nothing_encloses_the_comma(void **state)
{
    Arena *arena = *state;
    StrVec each = options_each(arena, "A = ('x, y', (1, 2)), B = 'it''s, so', C = 0");
    CHECK_INT(each.count, 3);
    CHECK_STR(each.items[0], "A = ('x, y', (1, 2))");
    CHECK_STR(options_same(&each, "B = NULL"), "B = 'it''s, so'");
    CHECK(!options_same(&each, "D = 1"));
    CHECK_INT(options_each(arena, "").count, 0);
    CHECK_STR(options_to_make(arena, "INTROSPECTION INTERVAL = 0, INTROSPECTION DEBUGGING = false, "
                                     "SCHEDULE = ON REFRESH"),
              "INTROSPECTION INTERVAL = 0, INTROSPECTION DEBUGGING = false");
    CHECK(!options_to_make(arena, CLUSTER_OPTIONS_USUAL ", WORKLOAD CLASS = NULL"));
    CHECK(!options_to_make(arena, NULL));
}

static void names_of_256_bytes_are_refused_and_odd_ones_quoted(void **state)
{
    Arena *arena = *state;
    char *name = arena_alloc(arena, 257);
    memset(name, 'x', 255);
    CHECK(statement_create_schema(arena, "db", name));
    name[255] = 'x';
    CHECK(!statement_create_schema(arena, "db", name));
    CHECK(!statement_create_schema(arena, NULL, "a"));
    CHECK(!statement_drop_cluster(arena, ""));
    CHECK_STR(statement_probe(arena, odd), "SELECT * FROM \"d\"\"b\".\"s.h\".\"n'm\" LIMIT 0");
    CHECK_STR(
        statement_probe_all(arena, (RelName[]){odd, odd}, 2),
        "SELECT count(*) FROM (SELECT 1 FROM \"d\"\"b\".\"s.h\".\"n'm\" WHERE false UNION ALL "
        "SELECT 1 FROM \"d\"\"b\".\"s.h\".\"n'm\" WHERE false) AS probed");
    StatementOn view = {"materialized-view", {"d", "s", "m"}};
    CHECK_STR(
        statement_options(arena, view, statement_retention(arena, 3600000)),
        "ALTER MATERIALIZED VIEW \"d\".\"s\".\"m\" SET (RETAIN HISTORY = FOR '3600 seconds')");
    CHECK_STR(statement_options(arena, view, ""),
              "ALTER MATERIALIZED VIEW \"d\".\"s\".\"m\" RESET (RETAIN HISTORY)");
    CHECK_STR(statement_retention(arena, 1500), "RETAIN HISTORY = FOR '1500 milliseconds'");
    CHECK_STR(statement_create_cluster(arena, "c", "25cc', MANAGED = '", 1, NULL),
              "CREATE CLUSTER \"c\" (SIZE = '25cc'', MANAGED = ''', REPLICATION FACTOR = 1)");
}

static void every_kind_of_node_is_created_in_its_own_way(void **state)
{
    Arena *arena = *state;
    static const struct {
        DesiredNode node;
        const char *sql;
    } cases[] = {
        {{.kind = NODE_VIEW, .rel = {"db", "s", "v"}, .sql = "SELECT 1 AS x"},
         "CREATE VIEW \"db\".\"s\".\"v\" AS SELECT 1 AS x"},
        {{.kind = NODE_MATERIALIZED_VIEW,
          .rel = {"db", "s", "m"},
          .cluster = "c",
          .options = "REFRESH = ON COMMIT",
          .sql = "SELECT 1"},
         "CREATE MATERIALIZED VIEW \"db\".\"s\".\"m\" IN CLUSTER \"c\" WITH (REFRESH = ON COMMIT) "
         "AS SELECT 1"},
        {{.kind = NODE_SOURCE,
          .rel = {"db", "s", "o"},
          .cluster = "c",
          .sql = "FROM LOAD GENERATOR COUNTER"},
         "CREATE SOURCE \"db\".\"s\".\"o\" IN CLUSTER \"c\" FROM LOAD GENERATOR COUNTER"},
        {{.kind = NODE_SOURCE_TABLE,
          .rel = {"db", "s", "t"},
          .cluster = "c",
          .sql = "FROM SOURCE o (REFERENCE public.t)"},
         "CREATE TABLE \"db\".\"s\".\"t\" FROM SOURCE o (REFERENCE public.t)"},
        {{.kind = NODE_SINK,
          .rel = {"db", "s", "k"},
          .cluster = "c",
          .options = "SNAPSHOT = false",
          .sql = "FROM v INTO KAFKA CONNECTION k (TOPIC 't')"},
         "CREATE SINK \"db\".\"s\".\"k\" IN CLUSTER \"c\" FROM v INTO KAFKA CONNECTION k (TOPIC "
         "'t') WITH (SNAPSHOT = false)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CHECK_STR(statement_create_node(arena, &cases[i].node), cases[i].sql);
    }
    DesiredNode new = {.kind = NODE_MATERIALIZED_VIEW,
                       .rel = {"db", "s", "m_g2"},
                       .cluster = "c",
                       .sql = "SELECT 2"};
    RelName old = {"db", "s", "m"};
    CHECK_STR(
        statement_create_replacement(arena, &new, old),
        "CREATE REPLACEMENT MATERIALIZED VIEW \"db\".\"s\".\"m_g2\" FOR \"db\".\"s\".\"m\" IN "
        "CLUSTER \"c\" AS SELECT 2");
    CHECK_STR(statement_apply_replacement(arena, old, new.rel),
              "ALTER MATERIALIZED VIEW \"db\".\"s\".\"m\" APPLY REPLACEMENT \"db\".\"s\".\"m_g2\"");
    DesiredNode nowhere = {.kind = NODE_MATERIALIZED_VIEW, .rel = daily, .sql = "SELECT 1"};
    CHECK(!statement_create_node(arena, &nowhere));
}

static void a_seed_is_a_table_and_rows_that_come_once(void **state)
{
    Arena *arena = *state;
    SeedData seed = {0};
    const char *rows[][2] = {{"1", "it's"}, {"2", NULL}, {"3", "\\"}};
    vec_push(arena, &seed.columns, (SeedColumn){"id", "integer"});
    vec_push(arena, &seed.columns, (SeedColumn){"Name", "text"});
    for (size_t i = 0; i < 3; i++) {
        vec_push(arena, &seed.rows, rows[i]);
    }
    DesiredNode node = {.kind = NODE_SEED, .rel = daily, .seed = &seed};
    CHECK_STR(statement_create_node(arena, &node),
              "CREATE TABLE \"db\".\"shop_green\".\"daily\" (\"id\" integer, \"Name\" text)");
    size_t from = 0;
    CHECK_STR(statement_seed_rows(arena, &node, &from, 1000000),
              "INSERT INTO \"db\".\"shop_green\".\"daily\" SELECT CAST(c1 AS integer), c2 FROM "
              "(VALUES ('1', 'it''s'), ('2', NULL), ('3', '\\')) AS given (c1, c2) "
              "WHERE (SELECT count(*) FROM \"db\".\"shop_green\".\"daily\") = 0");
    CHECK_INT(from, 3);
    from = 1;
    CHECK_STR(statement_seed_rows(arena, &node, &from, 1),
              "INSERT INTO \"db\".\"shop_green\".\"daily\" SELECT CAST(c1 AS integer), c2 FROM "
              "(VALUES ('2', NULL)) AS given (c1, c2) "
              "WHERE (SELECT count(*) FROM \"db\".\"shop_green\".\"daily\") = 1");
    CHECK_INT(from, 2);
}

static void a_text_that_is_too_long_is_refused_and_not_cut(void **state)
{
    Arena *arena = *state;
    static const char *const types[] = {"varchar(3)", "CHARACTER VARYING(3)", "pg_catalog.bpchar",
                                        "\"char\"", "text"};
    const char *row[] = {"abcd"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        SeedData seed = {0};
        vec_push(arena, &seed.columns, (SeedColumn){"code", types[i]});
        vec_push(arena, &seed.rows, row);
        DesiredNode node = {.kind = NODE_SEED, .rel = daily, .seed = &seed};
        size_t from = 0;
        char *sql = statement_seed_rows(arena, &node, &from, 1000000);
        CHECK(strstr(sql, " SELECT c1 FROM (VALUES ('abcd'))"));
    }
}

#define SEED "\"db\".\"s\".\"r\""
#define MADE "\"db\".\"s\".\"r_green_g2\""

static SeedChange seed_change(Arena *arena, RowsWay way)
{
    SeedChange change = {.way = way, .seed = {"db", "s", "r"}, .made = {"db", "s", "r_green_g2"}};
    vec_push(arena, &change.columns, "id");
    vec_push(arena, &change.columns, "Name");
    return change;
}

static void rows_that_come_or_go_are_those_that_the_table_beside_tells(void **state)
{
    Arena *arena = *state;
    SeedChange come = seed_change(arena, ROWS_COME), go = seed_change(arena, ROWS_GO);
    CHECK_STR(statement_change_seed(arena, &come, false),
              "INSERT INTO " SEED " SELECT * FROM (SELECT * FROM " MADE
              " EXCEPT ALL SELECT * FROM " SEED ") AS come");
    CHECK_STR(
        statement_change_seed(arena, &go, true),
        "DELETE FROM " SEED " AS s USING (SELECT * FROM " SEED " EXCEPT SELECT * FROM " MADE
        ") AS gone WHERE (s.\"id\" = gone.\"id\" OR (s.\"id\" IS NULL AND gone.\"id\" IS NULL)) "
        "AND (s.\"Name\" = gone.\"Name\" OR (s.\"Name\" IS NULL AND gone.\"Name\" IS NULL)) "
        "AND false");
}

/* A column that no row changes is not set; a table that is not there any more stops a statement that comes late. */
static void rows_that_change_become_constants_in_one_statement(void **state)
{
    Arena *arena = *state;
    SeedChange change = seed_change(arena, ROWS_CHANGE);
    const char *gone[][2] = {{"1", "it's"}, {"2", NULL}}, *come[][2] = {{"1", NULL}, {"2", "\\"}};
    for (size_t i = 0; i < 2; i++) {
        SeedPair pair = {gone[i], come[i]};
        vec_push(arena, &change.pairs, pair);
    }
    const char *value = "CASE WHEN \"id\" = '1' AND \"Name\" = 'it''s' THEN NULL "
                        "WHEN \"id\" = '2' AND \"Name\" IS NULL THEN '\\' ELSE \"Name\" END";
    CHECK_STR(statement_change_seed(arena, &change, false),
              arena_printf(arena,
                           "UPDATE " SEED " SET \"Name\" = %s WHERE (\"id\" = '1' AND \"Name\" = "
                           "'it''s' OR \"id\" = '2' AND \"Name\" IS NULL) AND EXISTS (SELECT 1 "
                           "FROM " MADE ")",
                           value));
    CHECK_STR(statement_seed_differs(arena, &change),
              arena_printf(arena,
                           "SELECT count(*) FROM (((SELECT \"id\", %s FROM " SEED
                           ") EXCEPT ALL SELECT * FROM " MADE ") UNION ALL (SELECT * FROM " MADE
                           " EXCEPT ALL (SELECT \"id\", %s FROM " SEED "))) AS differing",
                           value, value));
}

static void indexes_always_have_a_name_and_a_cluster(void **state)
{
    Arena *arena = *state;
    DesiredIndex index = {.name = "daily_idx", .cluster = "c_green", .keys = "day, id"};
    CHECK_STR(statement_create_index(arena, daily, &index, NULL, NULL),
              "CREATE INDEX \"daily_idx\" IN CLUSTER \"c_green\" ON "
              "\"db\".\"shop_green\".\"daily\" (day, id)");
    index.keys = NULL;
    CHECK_STR(statement_create_index(arena, daily, &index, "daily_idx_green", "other"),
              "CREATE DEFAULT INDEX \"daily_idx_green\" IN CLUSTER \"other\" ON "
              "\"db\".\"shop_green\".\"daily\"");
}

static void several_objects_are_dropped_at_once_by_name(void **state)
{
    Arena *arena = *state;
    RelName rels[] = {{"db", "s", "a"}, {"db", "s", "b"}};
    CHECK_STR(statement_drop(arena, "materialized-view", rels, 2),
              "DROP MATERIALIZED VIEW \"db\".\"s\".\"a\", \"db\".\"s\".\"b\" RESTRICT");
    CHECK(!statement_drop(arena, "secret", rels, 2));
    CHECK(!statement_drop(arena, "schema", rels, 2));
    CHECK(!statement_drop(arena, "view", rels, 0));
}

static void views_are_granted_as_tables_and_public_is_no_name(void **state)
{
    Arena *arena = *state;
    StatementOn view = {"view", daily}, schema = {"schema", {.database = "db", .name = "s"}},
                cluster = {"cluster", {.name = "c"}}, index = {"index", daily};
    CHECK_STR(statement_grant(arena, view, "SELECT", "PUBLIC"),
              "GRANT SELECT ON TABLE \"db\".\"shop_green\".\"daily\" TO PUBLIC");
    CHECK_STR(statement_grant(arena, schema, "USAGE", "reader"),
              "GRANT USAGE ON SCHEMA \"db\".\"s\" TO \"reader\"");
    CHECK_STR(statement_revoke(arena, cluster, "CREATE", "o\"dd"),
              "REVOKE CREATE ON CLUSTER \"c\" FROM \"o\"\"dd\"");
    CHECK_STR(statement_owner(arena, view, "team"),
              "ALTER VIEW \"db\".\"shop_green\".\"daily\" OWNER TO \"team\"");
    CHECK(!statement_grant(arena, index, "SELECT", "reader"));
    CHECK(!statement_grant(arena, view, "SELECT ON x TO y; DROP", "reader"));
}

static void comments_are_literals_of_at_most_1024_bytes(void **state)
{
    Arena *arena = *state;
    StatementOn view = {"materialized-view", daily};
    CHECK_STR(statement_comment(arena, view, NULL, "it's"),
              "COMMENT ON MATERIALIZED VIEW \"db\".\"shop_green\".\"daily\" IS 'it''s'");
    CHECK_STR(statement_comment(arena, view, "day", NULL),
              "COMMENT ON COLUMN \"db\".\"shop_green\".\"daily\".\"day\" IS NULL");
    char *text = arena_alloc(arena, 1026);
    memset(text, 'x', 1024);
    CHECK(statement_comment(arena, view, NULL, text));
    text[1024] = 'x';
    CHECK(!statement_comment(arena, view, NULL, text));
}

static void default_privileges_are_copied_to_another_schema(void **state)
{
    Arena *arena = *state;
    CatalogDefault row = {"db", "shop", "ALL ROLES", "table", "reader", "SELECT"};
    CHECK_STR(statement_default_grant(arena, &row, "db", "shop_green"),
              "ALTER DEFAULT PRIVILEGES FOR ALL ROLES IN SCHEMA \"db\".\"shop_green\" GRANT SELECT "
              "ON TABLES TO \"reader\"");
    row.owner = "team";
    CHECK_STR(statement_default_grant(arena, &row, "db", "shop_green"),
              "ALTER DEFAULT PRIVILEGES FOR ROLE \"team\" IN SCHEMA \"db\".\"shop_green\" GRANT "
              "SELECT ON TABLES TO \"reader\"");
}

static void a_sink_is_sent_to_its_new_input(void **state)
{
    CHECK_STR(statement_repoint_sink(*state, (RelName){"db", "s", "k"}, daily),
              "ALTER SINK \"db\".\"s\".\"k\" SET FROM \"db\".\"shop_green\".\"daily\"");
}

/* --- the cutover, against what a real server was sent --- */

/* The names of transcript 13 as it writes them: unquoted, and without the database. */
static char *as_in_transcript(Arena *arena, const char *sql)
{
    Buf out = buf_new(arena, 10000);
    for (const char *p = sql; *p; p++) {
        if (str_starts(p, "\"conf13\".")) {
            p += strlen("\"conf13\".") - 1;
        } else if (*p != '"') {
            buf_char(&out, *p);
        }
    }
    return out.data;
}

static bool transcript_has(Arena *arena, const char *statement)
{
    char line[4096];
    const char *wanted = arena_printf(arena, "> %s\n", statement);
    FILE *file = fopen(TEST_DATA "/conformance/13-cutover.out", "r");
    assert_non_null(file);
    bool found = false;
    while (!found && fgets(line, sizeof line, file)) {
        found = str_eq(line, wanted);
    }
    fclose(file);
    return found;
}

#define SCHEMA(id, from, to, retired) {"schema", id, "conf13", NULL, from, to, retired, 0}
#define CLUSTER(id, from, to, retired) {"cluster", id, NULL, NULL, from, to, retired, 0}
#define INDEX(id, from, to, retired) {"index", id, "conf13", "src", from, to, retired, 0}

static const RecordName forth[] = {
    SCHEMA("u2", "shop_green", "shop", false),
    SCHEMA("u1", "shop", "shop_blue_g1", true),
    SCHEMA("u3", "added_green", "added", false),
    SCHEMA("u4", "gone", "gone_blue_g1", true),
    CLUSTER("u2", "conf13_c_green", "conf13_c", false),
    CLUSTER("u1", "conf13_c", "conf13_c_blue_g1", true),
    CLUSTER("u3", "conf13_new_green", "conf13_new", false),
    INDEX("u9", "t_x_green", "t_x", false),
    INDEX("u8", "t_x", "t_x_blue_g1", true),
};

static void the_cutover_is_the_message_that_a_real_server_took(void **state)
{
    Arena *arena = *state;
    StatementCutover cutover = {"conf13", "m_g1_aaaa", "m_g2_bbbb", forth, 9, true};
    CHECK(transcript_has(arena, as_in_transcript(arena, statement_cutover(arena, &cutover))));
    cutover.rehearsal = false;
    CHECK(transcript_has(arena, as_in_transcript(arena, statement_cutover(arena, &cutover))));
    CHECK(strstr(statement_cutover(arena, &cutover),
                 "ALTER SCHEMA \"conf13\".\"shop\" SWAP WITH \"shop_green\"; ALTER SCHEMA "
                 "\"conf13\".\"shop_green\" RENAME TO \"shop_blue_g1\";"));
}

static void the_way_back_is_the_same_kind_of_message(void **state)
{
    static const RecordName back[] = {
        SCHEMA("u2", "shop", "shop_blue_g2", true),
        SCHEMA("u1", "shop_blue_g1", "shop", false),
        SCHEMA("u3", "added", "added_blue_g2", true),
        SCHEMA("u4", "gone_blue_g1", "gone", false),
        CLUSTER("u2", "conf13_c", "conf13_c_blue_g2", true),
        CLUSTER("u1", "conf13_c_blue_g1", "conf13_c", false),
        CLUSTER("u3", "conf13_new", "conf13_new_blue_g2", true),
        INDEX("u9", "t_x", "t_x_blue_g2", true),
        INDEX("u8", "t_x_blue_g1", "t_x", false),
    };
    Arena *arena = *state;
    StatementCutover cutover = {"conf13", "m_g2_bbbb", "m_g3_cccc", back, 9, false};
    CHECK(transcript_has(arena, as_in_transcript(arena, statement_cutover(arena, &cutover))));
}

static void only_the_marker_moves_when_everything_was_done_in_place(void **state)
{
    StatementCutover cutover = {"db", "m1", "m2", NULL, 0, false};
    CHECK_STR(statement_cutover(*state, &cutover),
              "BEGIN; ALTER SCHEMA \"db\".\"m1\" RENAME TO \"m2\"; COMMIT");
    cutover.marker_from = NULL;
    CHECK(!statement_cutover(*state, &cutover));
}

static void schemas_of_two_databases_do_not_swap_with_each_other(void **state)
{
    static const RecordName names[] = {
        {"schema", "u1", "a", NULL, "shop_green", "shop", false, 0},
        {"schema", "u2", "b", NULL, "shop", "shop_blue_g1", true, 0},
    };
    StatementCutover cutover = {"a", "m1", "m2", names, 2, false};
    CHECK_STR(statement_cutover(*state, &cutover),
              "BEGIN; ALTER SCHEMA \"a\".\"m1\" RENAME TO \"m2\"; ALTER SCHEMA "
              "\"a\".\"shop_green\" RENAME TO \"shop\"; ALTER SCHEMA \"b\".\"shop\" RENAME TO "
              "\"shop_blue_g1\"; COMMIT");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(containers_are_made_and_dropped_without_cascade),
        TEST(a_clusters_options_are_written_as_alter_takes_them),
        TEST(a_strategy_that_is_not_known_is_not_written),
        TEST(a_sinks_options_are_the_same_in_whatever_words),
        TEST(options_are_parted_where_nothing_encloses_the_comma),
        TEST(names_of_256_bytes_are_refused_and_odd_ones_quoted),
        TEST(every_kind_of_node_is_created_in_its_own_way),
        TEST(a_seed_is_a_table_and_rows_that_come_once),
        TEST(a_text_that_is_too_long_is_refused_and_not_cut),
        TEST(rows_that_come_or_go_are_those_that_the_table_beside_tells),
        TEST(rows_that_change_become_constants_in_one_statement),
        TEST(indexes_always_have_a_name_and_a_cluster),
        TEST(several_objects_are_dropped_at_once_by_name),
        TEST(views_are_granted_as_tables_and_public_is_no_name),
        TEST(comments_are_literals_of_at_most_1024_bytes),
        TEST(default_privileges_are_copied_to_another_schema),
        TEST(a_sink_is_sent_to_its_new_input),
        TEST(the_cutover_is_the_message_that_a_real_server_took),
        TEST(the_way_back_is_the_same_kind_of_message),
        TEST(only_the_marker_moves_when_everything_was_done_in_place),
        TEST(schemas_of_two_databases_do_not_swap_with_each_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
