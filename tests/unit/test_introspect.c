/* What a project asks the live database, with a database that is made up: what templates get, and under which names it is
 * asked. tests/optional/test_dbt_materialize.py compares with dbt; tests/e2e/test_introspection.py has a server. */
#include "check.h"

#include "cutover/dbt.h"
#include "cutover/str.h"

#include <string.h>

/* A question as it must be asked, and its answer: columns with types, then rows; \N is NULL. */
typedef struct Told {
    const char *question, *columns, *rows;
} Told;

static const Told told[] = {
    {"query select * from \"materialize\".\"shop\".\"orders\"",
     "id:23 amount:1700 ratio:701 ok:16 day:1082 at:1114 tz:1184 note:25 doc:3802",
     "1|10.50|0.5|t|2026-11-01|2026-11-01 10:00:00.5|2026-11-01 10:00:00+00|it's|{\"b\": [1, "
     "\"x\"]}\n"
     "2|-0.0000001|1e+20|f|2026-11-02|2026-11-02 00:00:00|2026-11-02 00:00:00+00|\\N|[]"},
    {"query select 1 as a, 2 as a", "a:23 a:23", "1|2"},
    {"query select 1 where false", "one:23", ""},
    {"query select '{1}'", "list:1007", "{1}"},
    {"columns materialize\x1fshop\x1forders", "name:25 type:25",
     "id|integer\namount|numeric\nnote|text"},
    {"columns materialize\x1fshop\x1fnothing", "name:25 type:25", ""},
    {"relations materialize\x1fshop", "name:25 type:25", "daily|materialized_view\norders|table"},
    {"schema materialize\x1fshop", "name:25", "shop"},
    {"schema materialize\x1fother", "name:25", ""},
};

typedef struct World {
    Arena *arena;
    FileSet files;
    Map env;
    NameMap names;
    Database database;
    Diags diags;
    StrVec asked;
    Err refusal; /* of every question */
} World;

static Answer *answer_of(Arena *arena, const Told *it)
{
    Answer *answer = arena_make(arena, Answer);
    StrVec columns = str_split(arena, it->columns, ' '), rows = str_split(arena, it->rows, '\n');
    vec_each (const char *, column, &columns) {
        const char *colon = strchr(*column, ':');
        vec_push(arena, &answer->columns, arena_strndup(arena, *column, (size_t)(colon - *column)));
        vec_push(arena, &answer->types, (uint32_t)atoi(colon + 1));
    }
    for (size_t i = 0; *it->rows && i < rows.count; i++) {
        StrVec cells = str_split(arena, rows.items[i], '|');
        CHECK_INT(cells.count, columns.count);
        vec_each (const char *, cell, &cells) {
            *cell = str_eq(*cell, "\\N") ? NULL : *cell;
        }
        vec_push(arena, &answer->rows, cells.items);
    }
    answer->tag = arena_printf(arena, "SELECT %zu", answer->rows.count);
    return answer;
}

static bool ask(void *ctx, const Question *question, const Answer **answer, Err *err)
{
    World *world = ctx;
    const char *key = question_key(world->arena, question);
    vec_push(world->arena, &world->asked, key);
    if (world->refusal.kind != ERR_NONE) {
        *err = world->refusal;
        return false;
    }
    for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
        if (str_eq(told[i].question, key)) {
            *answer = answer_of(world->arena, &told[i]);
            return true;
        }
    }
    return err_set(world->arena, err, ERR_INPUT, "CO5009", "nobody knows: %s", key);
}

static World *world_with(Arena *arena, const char *model)
{
    static const char *const project[][2] = {
        {"dbt_project.yml", "name: shop\nversion: '1.0'\nconfig-version: 2\nprofile: shop\n"},
        {"profiles.yml",
         "shop: {target: prod, outputs: {prod: {type: materialize, host: h, port: 1, "
         "user: u, dbname: materialize, schema: shop, cluster: c}}}\n"},
        {"models/orders.sql", "select 1 as id"},
    };
    World *world = arena_make(arena, World);
    world->arena = arena;
    for (size_t i = 0; i < sizeof project / sizeof *project; i++) {
        files_add(arena, &world->files,
                  (File){project[i][0], project[i][1], strlen(project[i][1])});
    }
    files_add(arena, &world->files, (File){"models/asks.sql", model, strlen(model)});
    files_seal(arena, &world->files);
    world->database = (Database){.ask = ask, .ctx = world};
    return world;
}

static const DbtProject *read(World *world)
{
    DbtOptions options = {.files = &world->files, .env = &world->env, .database = &world->database};
    options.names = world->names.schemas.count ? &world->names : NULL;
    world->diags = diags_new(world->arena);
    return dbt_read(world->arena, &options, &world->diags);
}

/* The SQL that MODEL becomes, or the first finding. */
static const char *rendered_in(World *world)
{
    const DbtProject *project = read(world);
    const DesiredNode *node =
        project ? map_get(&project->desired->node_by_id, "model.shop.asks") : NULL;
    const Diag *first = world->diags.list.count ? world->diags.list.items : NULL;
    return node ? node->sql : arena_printf(world->arena, "%s %s", first->code, first->message);
}

static const char *rendered(Arena *arena, const char *model)
{
    return rendered_in(world_with(arena, model));
}

/* MODEL's lines begin with this one. */
#define ORDERS "{% set t = run_query('select * from ' ~ ref('orders')) %}{% if execute %}"

static void values_are_what_dbt_gives(void **state)
{
    CHECK_STR(rendered(*state, ORDERS "select {{ t.rows[0].values() }} {% endif %}"),
              "select (1, Decimal('10.50'), Decimal('0.5'), True, datetime.date(2026, 11, 1), "
              "datetime.datetime(2026, 11, 1, 10, 0, 0, 500000), datetime.datetime(2026, 11, 1, "
              "10, 0, tzinfo=datetime.timezone.utc), \"it's\", '{\"b\": [1, \"x\"]}')");
    CHECK_STR(
        rendered(*state, ORDERS "select {% for v in t.rows[1] %}{{ v }} {% endfor %}{% endif %}"),
        "select 2 -1E-7 1E+20 False 2026-11-02 2026-11-02 00:00:00 2026-11-02 00:00:00+00:00 "
        "None []");
    CHECK_STR(rendered(*state, ORDERS
                       "select {% for r in t %}{{ r.amount > 10 }} {{ r.amount == 10.5 "
                       "}} {{ r.amount | int }} {{ r.ratio | float }} {% endfor %}{% endif %}"),
              "select True True 10 0.5 False False 0 1e+20");
}

static void dates_say_their_parts_and_are_formatted(void **state)
{
    CHECK_STR(rendered(*state, ORDERS
                       "{% set d, t, z = t.rows[0][4], t.rows[0][5], t.rows[0][6] %}select {{ "
                       "d.strftime('%d/%m/%y %A %j') }} {{ t.strftime('%Y%m%dT%H%M%S.%f%%[%z]') }} "
                       "{{ z.strftime('%z %Z') }} {{ t.isoformat() }} {{ d.isoweekday() }} {{ "
                       "t.microsecond }} {{ t.date() == d }} {{ d.hour is defined }}{% endif %}"),
              "select 01/11/26 Sunday 305 20261101T100000.500000%[] +0000 UTC "
              "2026-11-01T10:00:00.500000 7 500000 True False");
}

static void tables_are_walked_by_number_and_name(void **state)
{
    CHECK_STR(
        rendered(*state, ORDERS
                 "select {{ t | length }} {{ t.column_names[1] }} {{ t.columns[0].values() }} "
                 "{{ t.columns['note'].values_without_nulls() }} {{ t.columns.keys() | "
                 "first }} {{ t[1]['id'] }} {{ t.rows[-1].id }} {{ 2 in t.columns[0] }} {{ "
                 "t.rows[1:] | length }} {{ "
                 "t.columns[3].name }}{% endif %}"),
        "select 2 amount (1, 2) (\"it's\",) id 2 2 True 1 ok");
    CHECK_STR(rendered(*state,
                       "{% set t = run_query('select 1 as a, 2 as a') %}{% if execute %}select {{ "
                       "t.column_names }} {{ t[0].a_2 }} {{ t[0].dict() }} {{ dict(t[0].dict()) }} "
                       "{{ [t[0].dict().copy()] }} {{ t.columns[0] }} {{ "
                       "t.rows }}{% endif %}"),
              "select ('a', 'a_2') 2 OrderedDict([('a', 1), ('a_2', 2)]) {'a': 1, 'a_2': 2} "
              "[OrderedDict([('a', 1), ('a_2', 2)])] <agate.Column: (1)> <agate.MappedSequence: "
              "(<agate.Row: (1, 2)>)>");
    CHECK_STR(rendered(*state,
                       "{% set t = run_query('select 1 where false') %}{% if execute %}select {{ "
                       "'full' if t else 'empty' }} {{ t.columns[0].values() }}{% endif %}"),
              "select empty ()");
}

static void a_statement_keeps_its_result_until_it_is_loaded(void **state)
{
    const char *call =
        "{% call statement('s', fetch_result=True) %} select 1 as a, 2 as a {% endcall %}";
    CHECK_STR(
        rendered(*state,
                 arena_printf(
                     *state,
                     "%s{%% set l = load_result('s') %%}select {{ l.data }} {{ l.response }} {{ "
                     "l['response'].code }} {{ l.table.rows[0][1] }} {{ load_result('other') }}",
                     call)),
        "select [(1, 2)] SELECT 1 SELECT 2 None");
    CHECK_STR(
        rendered(*state,
                 arena_printf(*state,
                              "%s{%% set l = load_result('s') %%}select {{ load_result('s') }}",
                              call)),
        "CO2013 the result of \"s\" was loaded before");
}

static void columns_and_relations_are_those_of_production(void **state)
{
    CHECK_STR(rendered(*state,
                       "select {% for c in adapter.get_columns_in_relation(ref('orders')) %}{{ "
                       "c.name }} {{ c.quoted }} {{ "
                       "c.data_type }} {{ c.is_string() }} {{ c.is_number() }} {% endfor %}"),
              "select id \"id\" integer False True amount \"amount\" numeric False True note "
              "\"note\" text "
              "True False");
    CHECK_STR(rendered(*state, "{% set r = load_relation(ref('orders')) %}select {{ r }} {{ r.type "
                               "}} {{ r.is_table }} {{ r.is_view }} {{ "
                               "r == ref('orders') }} {{ adapter.get_relation('materialize', "
                               "'shop', 'nothing') is none }} {{ "
                               "adapter.check_schema_exists('materialize', 'shop') }} {{ "
                               "adapter.check_schema_exists('materialize', 'other') }}"),
              "select \"materialize\".\"shop\".\"orders\" table True False False True True False");
    CHECK_STR(rendered(*state, "{% set gone = api.Relation.create(database='materialize', "
                               "schema='shop', identifier='nothing') %}"
                               "select {{ adapter.get_missing_columns(ref('orders'), gone) | "
                               "map(attribute='name') | join(' ') }} {{ "
                               "{ref('orders'): 7}[ref('orders')] }}"),
              "select id amount note 7");
}

static void green_asks_under_the_names_of_production(void **state)
{
    const char *model = ORDERS
        "select '{{ t[0].id }}' as one from {{ load_relation(ref('orders')) }} "
        "{% for c in adapter.get_columns_in_relation(ref('orders')) %}{{ c.name }} {% endfor %} "
        "{{ adapter.check_schema_exists('materialize', this.schema) }}{% endif %}";
    World *production = world_with(*state, model), *green = world_with(*state, model);
    map_put(*state, &green->names.schemas, schema_key(*state, "materialize", "shop"), "shop_green");
    const char *sql = rendered_in(production);
    CHECK_STR(sql,
              "select '1' as one from \"materialize\".\"shop\".\"orders\" id amount note  True");
    CHECK_STR(
        rendered_in(green),
        "select '1' as one from \"materialize\".\"shop_green\".\"orders\" id amount note  True");
    CHECK_STR(str_join(*state, &green->asked, "; "), str_join(*state, &production->asked, "; "));
}

static void what_cannot_be_given_exactly_is_refused(void **state)
{
    static const char *const cases[][2] = {
        {"{{ run_query(\"select '{1}'\") }}",
         "CO2053 column \"list\" of the answer holds an array"},
        {ORDERS "{{ t.print_table() }}{% endif %}",
         "CO2053 print_table of agate's Table is not supported"},
        {ORDERS "{{ t.rows[0].count }}{% endif %}", "CO2053 count of agate's Row is not supported"},
        {"{{ run_query('update x set a = 1') }}",
         "CO2056 run_query() may only read: UPDATE is not sent"},
        {"{{ run_query('') }}", "CO2056 run_query() may only read: an empty statement is not sent"},
        {"{{ run_query('select 1; select 2') }}", "CO2056 run_query() takes one statement"},
        {"{{ run_query('select pg_cancel_backend(1)') }}",
         "CO2056 run_query() may only read: pg_cancel_backend is not sent"},
        {"{{ run_query(\"select 'x\") }}", "CO2055 the SQL of run_query() cannot be read: "},
        {"{{ adapter.drop_relation(this) }}",
         "CO2056 adapter.drop_relation() would change the database, which a plan only reads"},
        {"{{ run_query('select 7') }}",
         "CO2055 run_query() was not answered: nobody knows: query select 7"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *got = rendered(*state, cases[i][0]);
        CHECK_STR(arena_strndup(*state, got, strlen(cases[i][1])), cases[i][1]);
    }
}

static void without_leave_nothing_is_asked(void **state)
{
    World *world = world_with(*state, "select {{ run_query('select 1 where false') }}");
    world->database =
        (Database){.why = "policy denies introspection for production", .hint = "allow it"};
    CHECK_STR(rendered_in(world), "CO2051 run_query() needs the live database, and policy denies "
                                  "introspection for production");
    CHECK(str_starts(world->diags.list.items[0].hint, "allow it; or let a variable hold"));
    CHECK_INT(world->asked.count, 0);
}

static void answers_can_be_written_down_and_read_again(void **state)
{
    Answer *answer = answer_of(*state, &told[0]);
    Buf buf = buf_new(*state, 65536);
    JsonOut out = json_out(&buf);
    Err err = {0};
    const char *key;
    answer_write(&out, told[4].question, answer);
    Answer *again = answer_read(*state, json_parse(*state, buf.data, buf.length, &err), &key);
    CHECK(again && answers_equal(answer, again));
    CHECK_STR(key, told[4].question);
    CHECK_STR(again->tag, "SELECT 2");
    CHECK(!again->rows.items[1][7] && !answers_equal(answer, answer_of(*state, &told[1])));
    CHECK(!answer_read(*state, json_parse(*state, "{\"question\": \"q\"}", 17, &err), &key));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(values_are_what_dbt_gives),
        TEST(dates_say_their_parts_and_are_formatted),
        TEST(tables_are_walked_by_number_and_name),
        TEST(a_statement_keeps_its_result_until_it_is_loaded),
        TEST(columns_and_relations_are_those_of_production),
        TEST(green_asks_under_the_names_of_production),
        TEST(what_cannot_be_given_exactly_is_refused),
        TEST(without_leave_nothing_is_asked),
        TEST(answers_can_be_written_down_and_read_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
