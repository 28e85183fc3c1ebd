/* Plain SQL projects: what a file declares, what its names become, and what is refused. */
#include "check.h"

#include "cutover/dbt.h"
#include "cutover/str.h"

#include <string.h>

typedef struct Try {
    Arena *arena;
    FileSet files;
    NameMap names;
    DbtOptions options;
    Diags diags;
} Try;

static void with_file(Try *t, const char *path, const char *text)
{
    files_add(t->arena, &t->files, (File){path, text, strlen(text)});
}

#define TOML                                                                                       \
    "mz_version = \"cloud\"\ndependencies = [\"materialize.raw.orders\", "                         \
    "\"mz_catalog.mz_tables\"]\n"

static Try *try_new(Arena *arena)
{
    Try *t = arena_make(arena, Try);
    t->arena = arena;
    t->diags = diags_new(arena);
    t->options =
        (DbtOptions){.files = &t->files, .target = "production", .env = arena_make(arena, Map)};
    with_file(t, "project.toml", TOML);
    return t;
}

static const char *said(const Try *t)
{
    Buf out = buf_new(t->arena, 1u << 20);
    buf_text(&out, "");
    diags_write_text(&out, &t->diags, false);
    return out.data;
}

static const Desired *good(Try *t)
{
    DbtProject *project = dbt_read(t->arena, &t->options, &t->diags);
    if (!project) {
        fail_msg("%s", said(t));
    }
    return project->desired;
}

static const DesiredNode *node_of(const Desired *desired, const char *id)
{
    const DesiredNode *node = map_get(&desired->node_by_id, id);
    assert_non_null(node);
    return node;
}

/* What SQL becomes in a view of a project that also has shop.items, shop.daily and other.items. */
static const char *view_of(Arena *arena, const char *sql)
{
    Try *t = try_new(arena);
    with_file(t, "models/materialize/shop/items.sql", "CREATE VIEW items AS SELECT 1 AS id");
    with_file(t, "models/materialize/shop/daily.sql", "CREATE VIEW daily AS SELECT 1 AS id");
    with_file(t, "models/materialize/other/items.sql", "CREATE VIEW items AS SELECT 1 AS id");
    with_file(t, "models/materialize/shop/v.sql", arena_printf(arena, "CREATE VIEW v AS %s;", sql));
    return node_of(good(t), "model.materialize.shop.v")->sql;
}

#define ITEMS "\"materialize\".\"shop\".\"items\""
#define DAILY "\"materialize\".\"shop\".\"daily\""
#define OTHER "\"materialize\".\"other\".\"items\""
#define ORDERS "\"materialize\".\"raw\".\"orders\""

static void names_where_a_relation_stands_are_written_out(void **state)
{
    static const char *const cases[][2] = {
        {"SELECT id FROM items", "SELECT id FROM " ITEMS},
        {"SELECT items FROM items AS daily, daily", "SELECT items FROM " ITEMS " AS daily, " DAILY},
        {"select * from \"items\" i join other.items o using (id)",
         "select * from " ITEMS " i join " OTHER " o using (id)"},
        {"select * from materialize.shop.items", "select * from " ITEMS},
        {"select other.items.id from other.items", "select " OTHER ".id from " OTHER},
        {"select items.id, daily.items from items, daily",
         "select items.id, daily.items from " ITEMS ", " DAILY},
        {"select * from (items join daily using (id)) x, lateral (select 1 from items) y",
         "select * from (" ITEMS " join " DAILY " using (id)) x, lateral (select 1 from " ITEMS
         ") y"},
        {"select extract(year from items), x is distinct from daily from items group by items, "
         "daily",
         "select extract(year from items), x is distinct from daily from " ITEMS
         " group by items, daily"},
        {"with items as (select * from items) select * from items",
         "with items as (select * from " ITEMS ") select * from items"},
        {"with a (items, x) as (select 1, 2), daily as (select * from a, items) select * from "
         "daily",
         "with a (items, x) as (select 1, 2), daily as (select * from a, " ITEMS
         ") select * from daily"},
        {"with mutually recursive (recursion limit 9) items (id int) as (select * from daily union "
         "select * from x), x (id int) as (select * from items) select * from items, daily",
         "with mutually recursive (recursion limit 9) items (id int) as (select * from " DAILY
         " union select * from x), x (id int) as (select * from items) select * from "
         "items, " DAILY},
        {"select (with items as (select 2) select * from items) from items",
         "select (with items as (select 2) select * from items) from " ITEMS},
        {"select now()::timestamp with time zone from items where id in (select id from daily)",
         "select now()::timestamp with time zone from " ITEMS " where id in (select id from " DAILY
         ")"},
        {"select * from generate_series(1, 3) with ordinality as items (daily), items",
         "select * from generate_series(1, 3) with ordinality as items (daily), " ITEMS},
        {"select * from items join daily on items.id = any(list[daily, 2]) and list[items, daily] "
         "= x",
         "select * from " ITEMS " join " DAILY
         " on items.id = any(list[daily, 2]) and list[items, daily] = x"},
        {"select * from mz_tables, mz_internal.mz_frontiers, raw.orders -- from items",
         "select * from mz_tables, mz_internal.mz_frontiers, " ORDERS},
        {"select 'from items', $$ from items $$ from items",
         "select 'from items', $$ from items $$ "
         "from " ITEMS},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CHECK_STR(view_of(*state, cases[i][0]), cases[i][1]);
    }
}

static void a_statement_that_is_not_understood_is_shown(void **state)
{
    Try *t = try_new(*state);
    with_file(t, "models/materialize/shop/daily.sql",
              "-- revenue\n"
              "CREATE MATERIALIZED VIEW daily IN CLUSTER compute WITH (REFRESH EVERY '1 day') AS\n"
              "  SELECT day, count(*) AS n FROM orders_clean GROUP BY day;\n"
              "CREATE INDEX daily_day ON daily (day);\n");
    with_file(t, "models/materialize/shop/orders_clean.sql",
              "CREATE VIEW shop.orders_clean AS SELECT * FROM raw.orders;\n"
              "CREATE INDEX IN CLUSTER compute ON orders_clean (id, upper(state));\n"
              "CREATE DEFAULT INDEX IN CLUSTER serving ON materialize.shop.orders_clean;\n"
              "GRANT SELECT ON TABLE orders_clean TO reader, PUBLIC;\n"
              "COMMENT ON VIEW orders_clean IS 'of today';\n"
              "COMMENT ON COLUMN orders_clean.id IS 'key';\n"
              "EXECUTE UNIT TEST x FOR y;\n");
    CHECK(!dbt_read(t->arena, &t->options, &t->diags));
    CHECK_STR(said(t),
              "error CO3064: this statement is not understood, or not about "
              "materialize.shop.daily\n"
              "  --> models/materialize/shop/daily.sql:4:1\n"
              "   4 | CREATE INDEX daily_day ON daily (day);\n"
              "     | ^^^^^^\n"
              "  beside the object's CREATE there may be CREATE INDEX ... IN CLUSTER, GRANT and "
              "COMMENT on it\n"
              "warning CO3040: unit tests are not run\n"
              "  --> models/materialize/shop/orders_clean.sql:7:1\n"
              "   7 | EXECUTE UNIT TEST x FOR y;\n"
              "     | ^\n");
}

static Try *shop(Arena *arena)
{
    Try *t = try_new(arena);
    with_file(t, "models/materialize/shop/daily.sql",
              "CREATE MATERIALIZED VIEW daily IN CLUSTER compute WITH (REFRESH EVERY '1 day') AS\n"
              "  SELECT day, count(*) AS n FROM orders_clean GROUP BY day;\n"
              "CREATE INDEX daily_day IN CLUSTER serving ON daily (day);\n");
    with_file(t, "models/materialize/shop/orders_clean.sql",
              "CREATE VIEW shop.orders_clean AS SELECT * FROM raw.orders;\n"
              "CREATE INDEX IN CLUSTER compute ON orders_clean (id, upper(state));\n"
              "GRANT SELECT ON TABLE orders_clean TO reader, PUBLIC;\n"
              "COMMENT ON VIEW orders_clean IS 'of today';\n"
              "COMMENT ON COLUMN orders_clean.id IS 'key';\n");
    return t;
}

static void what_is_declared_arrives(void **state)
{
    const Desired *desired = good(shop(*state));
    CHECK_STR(desired->default_database, "materialize");
    CHECK_INT(desired->nodes.count, 2);
    CHECK_STR(desired->nodes.items[0].id, "model.materialize.shop.orders_clean");
    const DesiredNode *daily = node_of(desired, "model.materialize.shop.daily");
    CHECK_INT(daily->kind, NODE_MATERIALIZED_VIEW);
    CHECK_STR(daily->cluster, "compute");
    CHECK_STR(daily->options, "REFRESH EVERY '1 day'");
    CHECK_STR(daily->depends.items[0], "model.materialize.shop.orders_clean");
    CHECK_STR(daily->indexes.items[0].cluster, "serving");
    CHECK_STR(daily->indexes.items[0].name, "daily_day");
    CHECK_INT(daily->indexes.items[0].line, 3);
    const DesiredNode *clean = node_of(desired, "model.materialize.shop.orders_clean");
    CHECK(!clean->cluster);
    CHECK_STR(relname_sql(*state, clean->reads.items[0]), ORDERS);
    CHECK_STR(clean->indexes.items[0].name, "orders_clean_id_expr_idx");
    CHECK_STR(clean->indexes.items[0].keys, "id, upper(state)");
    CHECK_INT(clean->grants.count, 2);
    CHECK_STR(clean->grants.items[1].grantee, "PUBLIC");
    CHECK_STR(clean->comments.items[1].column, "id");
    CHECK_INT(desired->sources.count, 1);
}

static void every_object_is_a_row_of_the_node_table(void **state)
{
    Try *t = shop(*state);
    t->options.table = true;
    DbtProject *project = dbt_read(t->arena, &t->options, &t->diags);
    CHECK_INT(project->table.count, 2);
    const DbtNode *row = &project->table.items[1];
    CHECK_STR(row->id, "model.materialize.shop.daily");
    CHECK_STR(row->relation, DAILY);
    CHECK_STR(str_join(*state, &row->fqn, "."), "project.materialize.shop.daily");
    CHECK_STR(str_join(*state, &row->depends, " "), "model.materialize.shop.orders_clean");
    CHECK_STR(py_repr(*state, (PyValue){.type = PY_DICT, .dict = (PyDict *)row->config}),
              "{'materialized': 'materialized view', 'cluster': 'compute'}");
}

static void green_names_go_into_sql_and_clusters(void **state)
{
    Try *t = shop(*state);
    const char *digest = node_of(good(t), "model.materialize.shop.daily")->digest;
    map_put(*state, &t->names.schemas, schema_key(*state, "materialize", "shop"), "shop_green");
    map_put(*state, &t->names.clusters, "compute", "compute_green");
    t->options.names = &t->names;
    const DesiredNode *daily = node_of(good(t), "model.materialize.shop.daily");
    CHECK_STR(daily->rel.schema, "shop_green");
    CHECK_STR(daily->cluster, "compute_green");
    CHECK_STR(daily->indexes.items[0].cluster, "serving");
    CHECK_STR(daily->sql, "SELECT day, count(*) AS n FROM "
                          "\"materialize\".\"shop_green\".\"orders_clean\" GROUP BY day");
    CHECK(!str_eq(daily->digest, digest));
}

static void the_way_a_name_is_written_changes_nothing(void **state)
{
    const char *digests[2];
    static const char *const texts[] = {"CREATE VIEW v AS SELECT * FROM raw.orders",
                                        "-- the same\nCREATE VIEW materialize.shop.\"v\" "
                                        "AS\nselect * from \"materialize\".raw.orders\n;\n"};
    for (size_t i = 0; i < 2; i++) {
        Try *t = try_new(*state);
        with_file(t, "models/materialize/shop/v.sql", texts[i]);
        digests[i] = node_of(good(t), "model.materialize.shop.v")->digest;
    }
    CHECK_STR(digests[1], digests[0]);
}

static void tables_and_sources_stay(void **state)
{
    Try *t = try_new(*state);
    with_file(t, "models/materialize/pg/conn.sql", "CREATE CONNECTION conn TO POSTGRES (HOST 'x')");
    with_file(
        t, "models/materialize/pg/feed.sql",
        "CREATE SOURCE feed IN CLUSTER ingest FROM POSTGRES CONNECTION conn (PUBLICATION 'p')");
    with_file(t, "models/materialize/pg/items.sql",
              "CREATE TABLE items FROM SOURCE feed (REFERENCE public.items)");
    with_file(t, "models/materialize/pg/notes.sql", "CREATE TABLE notes (id int, note text)");
    with_file(
        t, "models/materialize/pg/out.sql",
        "CREATE SINK out IN CLUSTER ingest FROM items INTO KAFKA CONNECTION conn (TOPIC 'x')");
    const Desired *desired = good(t);
    CHECK_INT(desired->nodes.count, 4);
    const DesiredNode *feed = node_of(desired, "model.materialize.pg.feed");
    CHECK_INT(feed->kind, NODE_SOURCE);
    CHECK_STR(feed->sql,
              "FROM POSTGRES CONNECTION \"materialize\".\"pg\".\"conn\" (PUBLICATION 'p')");
    const DesiredNode *items = node_of(desired, "model.materialize.pg.items");
    CHECK_INT(items->kind, NODE_SOURCE_TABLE);
    CHECK_STR(items->sql, "FROM SOURCE \"materialize\".\"pg\".\"feed\" (REFERENCE public.items)");
    CHECK_STR(items->depends.items[0], feed->id);
    const DesiredNode *notes = node_of(desired, "table.materialize.pg.notes");
    CHECK_INT(notes->kind, NODE_TABLE);
    CHECK_STR(notes->sql, "(id int, note text)");
    CHECK_STR(node_of(desired, "model.materialize.pg.out")->sql,
              "FROM \"materialize\".\"pg\".\"items\" INTO KAFKA CONNECTION "
              "\"materialize\".\"pg\".\"conn\" (TOPIC 'x')");
    CHECK_STR(t->diags.list.items[0].message,
              "materialize.pg.conn is not made by Cutover: it must exist");
    CHECK_INT(t->diags.list.count, 1);
}

static void a_profile_brings_suffix_variables_and_variants(void **state)
{
    Try *t = try_new(*state);
    t->files.list.count = 0;
    with_file(t, "project.toml",
              "[staging]\nprofile_suffix = \"_st\"\nvariables = { size = \"9\", who = \"o'x\" }\n");
    with_file(t, "models/db/shop/a.sql",
              "CREATE MATERIALIZED VIEW a IN CLUSTER c AS SELECT :size AS n, :'who' AS w, "
              "':size' AS q, 1::int AS :\"size\" /* :size */ FROM b, db.shop.b x;");
    with_file(t, "models/db/shop/b.sql", "CREATE TABLE b (x int)");
    with_file(t, "models/db/shop/b#staging.sql", "CREATE TABLE b (y int)");
    with_file(t, "models/db/shop/b#dev.sql", "CREATE TABLE b (z int)");
    t->options.target = "staging";
    const Desired *desired = good(t);
    const DesiredNode *a = node_of(desired, "model.db.shop.a");
    CHECK_STR(desired->default_database, "db_st");
    CHECK_STR(a->rel.database, "db_st");
    CHECK_STR(a->cluster, "c_st");
    CHECK_STR(a->sql, "SELECT 9 AS n, 'o''x' AS w, ':size' AS q, 1::int AS \"9\" /* :size */ FROM "
                      "\"db_st\".\"shop\".\"b\", \"db_st\".\"shop\".\"b\" x");
    CHECK_STR(node_of(desired, "table.db.shop.b")->sql, "(y int)");
}

static void what_is_wrong_is_said_where_it_stands(void **state)
{
    static const struct {
        const char *path, *text, *code, *message;
        int line, column;
    } cases[] = {
        {"models/materialize/shop/v.sql", "CREATE VIEW v AS\nSELECT * FROM ordres_clean", "CO3012",
         "materialize.shop.ordres_clean is neither in the project nor among its dependencies", 2,
         15},
        {"models/materialize/shop/v.sql", "CREATE VIEW w AS SELECT 1", "CO3064",
         "the file is that of materialize.shop.v, and creates something else", 1, 13},
        {"models/materialize/shop/v.sql", "CREATE VIEW v AS SELECT 1; CREATE VIEW v AS SELECT 2",
         "CO3064", "a file holds one object: this is a second CREATE", 1, 40},
        {"models/materialize/shop/v.sql", "CREATE VIEW v (a) AS SELECT 1", "CO2053",
         "a list of columns before AS is not yet supported", 1, 15},
        {"models/materialize/shop/v.sql", "CREATE MATERIALIZED VIEW v AS SELECT 1", "CO3029",
         "materialize.shop.v needs IN CLUSTER", 1, 26},
        {"models/materialize/shop/v.sql", "CREATE VIEW v AS", "CO3028",
         "materialize.shop.v has no body", 1, 15},
        {"models/materialize/shop/v.sql", "CREATE VIEW v AS SELECT 1; DROP TABLE x", "CO3064",
         "this statement is not understood, or not about materialize.shop.v", 1, 28},
        {"models/materialize/shop/v.sql",
         "CREATE VIEW v AS SELECT 1; GRANT SELECT ON orders_clean TO x", "CO3064",
         "this statement is not understood, or not about materialize.shop.v", 1, 28},
        {"models/materialize/shop/v.sql", "CREATE VIEW v AS SELECT :nope", "CO3010",
         "variable \"nope\" is not set", 1, 25},
        {"models/materialize/shop/v.sql", "CREATE VIEW v AS SELECT 'x", "CO3027",
         "the SQL cannot be read: unterminated string in SQL", 1, 1},
        {"models/materialize/shop/v.sql", "-- nothing", "CO3028",
         "models/materialize/shop/v.sql creates nothing", 1, 1},
        {"models/materialize/shop/v#production.sql", "CREATE VIEW v AS SELECT 1", "CO3065",
         "a view cannot differ by profile", 1, 13},
        {"models/materialize/shop/Big.sql", "CREATE VIEW big AS SELECT 1", "CO3065",
         "\"Big\" is no name: lower case letters, digits, _ and $", 0, 0},
        {"models/materialize/shop/x/y.sql", "CREATE VIEW y AS SELECT 1", "CO3065",
         "the folder is too deep", 0, 0},
        {"models/materialize/shop.sql", "GRANT USAGE ON SCHEMA shop TO x", "CO2053",
         "statements about a whole schema or database are not yet supported", 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Try *t = shop(*state);
        with_file(t, cases[i].path, cases[i].text);
        CHECK(!dbt_read(t->arena, &t->options, &t->diags));
        CHECK_INT(t->diags.list.count, 1);
        const Diag *diag = t->diags.list.items;
        CHECK_STR(diag->message, cases[i].message);
        CHECK_STR(diag->code, cases[i].code);
        CHECK_INT(diag->line, cases[i].line);
        CHECK_INT(diag->column, cases[i].column);
    }
}

static void objects_that_read_each_other_are_a_cycle(void **state)
{
    Try *t = try_new(*state);
    with_file(t, "models/m/s/a.sql", "CREATE VIEW a AS SELECT * FROM b");
    with_file(t, "models/m/s/b.sql", "CREATE VIEW b AS SELECT * FROM a");
    CHECK(!dbt_read(t->arena, &t->options, &t->diags));
    CHECK_STR(t->diags.list.items[0].message, "models depend on each other: a -> b -> a");
}

static void what_else_lies_in_the_folder_is_said(void **state)
{
    Try *t = shop(*state);
    with_file(t, "clusters/compute.sql", "CREATE CLUSTER compute (SIZE '25cc')");
    with_file(t, "clusters/serving.sql", "CREATE CLUSTER serving (SIZE '25cc')");
    good(t);
    CHECK_INT(t->diags.list.count, 1);
    CHECK_STR(t->diags.list.items[0].message, "clusters/ is not read");
}

static void a_check_reads_by_name_and_by_schema(void **state)
{
    Try *t = shop(*state);
    with_file(t, "models/materialize/other/daily.sql", "CREATE VIEW daily AS SELECT 1 AS x");
    const Desired *desired = good(t);
    StrVec depends = {0};
    const char *sql = "select * from {{ ref('shop', 'daily') }}, {{ ref('orders_clean') }}, "
                      "{{ source('raw', 'orders') }}";
    CHECK_STR(
        dbt_render_check(*state, &t->options, desired, sql, "cutover.yaml", 7, &depends, &t->diags),
        "select * from " DAILY ", \"materialize\".\"shop\".\"orders_clean\", " ORDERS);
    CHECK_INT(depends.count, 2);
    CHECK(!dbt_render_check(*state, &t->options, desired, "select * from {{ ref('daily') }}",
                            "cutover.yaml", 7, &depends, &t->diags));
    CHECK_STR(t->diags.list.items[0].code, "CO3016");
}

/* ---- selection ---- */

static Try *with_three(Arena *arena)
{
    Try *t = try_new(arena);
    with_file(t, "models/materialize/shop/clean.sql",
              "create view clean as select * from materialize.raw.orders");
    with_file(t, "models/materialize/shop/daily.sql",
              "create materialized view daily in cluster compute as select * from clean");
    with_file(t, "models/materialize/reports/top.sql",
              "create view top as select * from shop.daily");
    return t;
}

static const char *listed(Arena *arena, const char *select, const char *exclude)
{
    Try *t = with_three(arena);
    SelectWanted wanted = {0};
    if (select) {
        vec_push(arena, &wanted.include, ((SelectText){.text = select, .file = "--select"}));
    }
    if (exclude) {
        vec_push(arena, &wanted.exclude, ((SelectText){.text = exclude, .file = "--exclude"}));
    }
    t->options.select = &wanted;
    t->options.only_list = true;
    DbtProject *project = dbt_read(arena, &t->options, &t->diags);
    if (!project) {
        return said(t);
    }
    StrVec names = {0};
    vec_each (DbtListed, it, &project->selected) {
        vec_push(arena, &names, it->text);
    }
    return str_join(arena, &names, " ");
}

static void a_part_is_selected_as_of_a_dbt_project(void **state)
{
    CHECK_STR(listed(*state, "daily", NULL), "project.materialize.shop.daily");
    CHECK_STR(listed(*state, "materialize.shop", NULL),
              "project.materialize.shop.clean project.materialize.shop.daily");
    CHECK_STR(listed(*state, "+daily", "source:*"),
              "project.materialize.shop.clean project.materialize.shop.daily");
    CHECK_STR(listed(*state, "1+top", NULL),
              "project.materialize.reports.top project.materialize.shop.daily");
    CHECK_STR(listed(*state, "source:raw+1", NULL),
              "project.materialize.shop.clean source:project.raw.orders");
    CHECK_STR(listed(*state, "path:models/materialize/reports", NULL),
              "project.materialize.reports.top");
    CHECK_STR(listed(*state, "config.materialized:view", "top"), "project.materialize.shop.clean");
    CHECK_STR(listed(*state, "config.cluster:compute", NULL), "project.materialize.shop.daily");
    CHECK_STR(listed(*state, "resource_type:model", "file:top"),
              "project.materialize.shop.clean project.materialize.shop.daily");
}

/* On green, too, it is read in production: nobody builds it there. */
static void what_is_not_selected_is_read_where_it_is_live(void **state)
{
    Try *t = with_three(*state);
    SelectWanted wanted = {0};
    vec_push(*state, &wanted.exclude, ((SelectText){.text = "clean", .file = "cutover.yaml"}));
    map_put(*state, &t->names.schemas, schema_key(*state, "materialize", "shop"), "shop_green");
    t->options.select = &wanted;
    t->options.names = &t->names;
    const Desired *desired = good(t);
    CHECK_INT(desired->nodes.count, 2);
    const DesiredNode *daily = node_of(desired, "model.materialize.shop.daily");
    CHECK_STR(daily->sql, "select * from \"materialize\".\"shop\".\"clean\"");
    CHECK_STR(daily->rel.schema, "shop_green");
    CHECK_INT(daily->depends.count, 0);
    CHECK_INT(daily->reads.count, 1);
    CHECK_STR(daily->reads.items[0].name, "clean");
    CHECK_STR(node_of(desired, "model.materialize.reports.top")->sql,
              "select * from \"materialize\".\"shop_green\".\"daily\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(names_where_a_relation_stands_are_written_out),
        TEST(a_statement_that_is_not_understood_is_shown),
        TEST(what_is_declared_arrives),
        TEST(every_object_is_a_row_of_the_node_table),
        TEST(green_names_go_into_sql_and_clusters),
        TEST(the_way_a_name_is_written_changes_nothing),
        TEST(tables_and_sources_stay),
        TEST(a_profile_brings_suffix_variables_and_variants),
        TEST(what_is_wrong_is_said_where_it_stands),
        TEST(objects_that_read_each_other_are_a_cycle),
        TEST(what_else_lies_in_the_folder_is_said),
        TEST(a_check_reads_by_name_and_by_schema),
        TEST(a_part_is_selected_as_of_a_dbt_project),
        TEST(what_is_not_selected_is_read_where_it_is_live),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
