/* The selection language: what a person writes, and what it then holds. tests/optional/test_dbt_ls.py asks dbt. */
#include "check.h"

#include "cutover/dbt.h"
#include "cutover/str.h"

#include <string.h>

static const char *const project[][2] = {
    {"dbt_project.yml",
     "name: shop\nversion: '1.0'\nconfig-version: 2\nprofile: shop\n"
     "models: {shop: {marts: {+tags: [nightly], +materialized: materialized_view}}}\n"},
    {"profiles.yml",
     "shop: {target: prod, outputs: {prod: {type: materialize, host: h, port: 1, user: u, "
     "dbname: materialize, schema: public, cluster: c}}}\n"},
    {"models/schema.yml",
     "version: 2\nsources: [{name: raw, schema: public, tags: [landed], config: {meta: {owner: "
     "ada}},\n"
     "  tables: [{name: orders, config: {tags: [pii]}}, {name: items, config: {enabled: true}}]}]\n"
     "models: [{name: daily, columns: [{name: day, tags: [keys], tests: [unique]}]},\n"
     "  {name: clean, columns: [{name: id, tests: [{relationships: {to: ref('daily'), field: "
     "id}}]}]}]\n"},
    {"models/staging/clean.sql", "select id from {{ source('raw', 'orders') }}"},
    {"models/staging/lines.sql", "select id from {{ source('raw', 'items') }}"},
    {"models/marts/daily.sql", "select id from {{ ref('clean') }}"},
    {"models/marts/top.sql",
     "select id from {{ ref('daily') }} join {{ ref('lines') }} using (id)"},
    {"selectors.yml",
     "selectors:\n- {name: marts, default: true, definition: {tag: nightly}}\n"
     "- name: all_but_top\n  definition:\n    union:\n    - 'path:models'\n    - exclude: [top]\n"
     "- {name: loop, definition: 'selector:loop'}\n"},
};

typedef struct Shop {
    Arena *arena;
    FileSet files;
    SelectWanted wanted;
    Diags diags;
} Shop;

static Shop *shop(Arena *arena)
{
    Shop *s = arena_make(arena, Shop);
    s->arena = arena;
    for (size_t i = 0; i < sizeof project / sizeof *project; i++) {
        files_add(arena, &s->files, (File){project[i][0], project[i][1], strlen(project[i][1])});
    }
    files_seal(arena, &s->files);
    return s;
}

static void say(Shop *s, SelectTexts *texts, const char *text)
{
    vec_push(s->arena, texts, ((SelectText){text, "--select", 1, 1, text, strlen(text)}));
}

static DbtProject *read(Shop *s, bool only_list)
{
    static const Map nothing = {0};
    s->diags = diags_new(s->arena);
    DbtOptions options = {
        .files = &s->files, .env = &nothing, .select = &s->wanted, .only_list = only_list};
    return dbt_read(s->arena, &options, &s->diags);
}

/* The models, seeds and sources that are left, and how many tests. */
static const char *list(Shop *s)
{
    DbtProject *read_project = read(s, true);
    if (!read_project) {
        return s->diags.list.items[0].message;
    }
    Buf out = buf_new(s->arena, 65536);
    size_t tests = 0;
    vec_each (DbtListed, it, &read_project->selected) {
        bool test = str_eq(it->type, "test");
        tests += test;
        if (!test) {
            buf_printf(&out, "%s ", strrchr(it->text, '.') + 1);
        }
    }
    buf_printf(&out, "+ %zu tests", tests);
    return out.data;
}

static const char *ls(Arena *arena, const char *select, const char *exclude)
{
    Shop *s = shop(arena);
    if (select) {
        say(s, &s->wanted.include, select);
    }
    if (exclude) {
        say(s, &s->wanted.exclude, exclude);
    }
    return list(s);
}

static void names_paths_and_tags_select(void **state)
{
    CHECK_STR(ls(*state, NULL, NULL), "clean daily lines top items orders + 2 tests");
    CHECK_STR(ls(*state, "daily", NULL), "daily + 2 tests");
    CHECK_STR(ls(*state, "shop.marts", NULL), "daily top + 2 tests");
    CHECK_STR(ls(*state, "staging.l*", NULL), "lines + 0 tests");
    CHECK_STR(ls(*state, "models/staging", NULL), "clean lines + 1 tests");
    CHECK_STR(ls(*state, "lines.sql", NULL), "lines + 0 tests");
    CHECK_STR(ls(*state, "tag:nightly", NULL), "daily top + 2 tests");
    CHECK_STR(ls(*state, "tag:keys", NULL), "+ 1 tests"); /* a test has the tags of its column */
    CHECK_STR(ls(*state, "config.materialized:view", NULL), "clean lines + 1 tests");
    CHECK_STR(ls(*state, "config.docs.show:true", NULL), "clean daily lines top + 2 tests");
    CHECK_STR(ls(*state, "source:raw.orders", NULL), "orders + 0 tests");
    CHECK_STR(ls(*state, "tag:landed", NULL), "items orders + 0 tests");
    CHECK_STR(ls(*state, "tag:pii+1", NULL), "clean orders + 1 tests");
    CHECK_STR(ls(*state, "config.meta.owner:ada", "config.tags:pii"), "items + 0 tests");
}

static void a_plus_brings_relatives_and_an_at_sign_what_those_read(void **state)
{
    CHECK_STR(ls(*state, "+daily", NULL), "clean daily orders + 2 tests");
    CHECK_STR(ls(*state, "daily+", NULL), "daily top + 2 tests");
    CHECK_STR(ls(*state, "1+top", NULL), "daily lines top + 2 tests");
    CHECK_STR(ls(*state, "clean+1", NULL), "clean daily + 2 tests");
    CHECK_STR(ls(*state, "@clean", NULL), "clean daily lines top items orders + 2 tests");
}

static void blanks_unite_commas_intersect_and_exclude_takes_away(void **state)
{
    CHECK_STR(ls(*state, "clean lines", NULL), "clean lines + 1 tests");
    CHECK_STR(ls(*state, "+top,tag:nightly", NULL), "daily top + 2 tests");
    CHECK_STR(ls(*state, NULL, "tag:nightly source:*"), "clean lines + 0 tests");
    CHECK_STR(ls(*state, "+top", "daily"), "clean lines top items orders + 0 tests");
}

/* Excluded by name, or not among `tests`: a floor brings back whatever reads something that is chosen. */
static void no_test_can_be_left_out_where_all_are_demanded(void **state)
{
    Shop *s = shop(*state);
    say(s, &s->wanted.include, "clean top");
    say(s, &s->wanted.exclude, "test_name:relationships");
    CHECK_STR(list(s), "clean top + 0 tests");
    s->wanted.all_tests = true;
    CHECK_STR(list(s), "clean top + 1 tests");
}

static void tests_come_with_what_they_read(void **state)
{
    static const struct {
        SelectIndirect indirect;
        const char *select, *wanted;
    } cases[] = {
        {SELECT_EAGER, "clean", "clean + 1 tests"},
        {SELECT_CAUTIOUS, "clean", "clean + 0 tests"},
        {SELECT_CAUTIOUS, "clean daily", "clean daily + 2 tests"},
        {SELECT_BUILDABLE, "daily", "daily + 2 tests"},
        {SELECT_EMPTY, "clean daily", "clean daily + 0 tests"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Shop *s = shop(*state);
        s->wanted.indirect = cases[i].indirect;
        say(s, &s->wanted.include, cases[i].select);
        CHECK_STR(list(s), cases[i].wanted);
    }
}

static void selectors_yml_gives_names_to_selections(void **state)
{
    Shop *s = shop(*state);
    s->wanted.selector = "all_but_top";
    CHECK_STR(list(s), "clean daily lines items orders + 2 tests");
    s = shop(*state);
    s->wanted.standard = true;
    CHECK_STR(list(s), "daily top + 2 tests");
    CHECK_STR(ls(*state, "selector:marts", NULL), "daily top + 2 tests");
    CHECK_STR(ls(*state, "selector:loop", NULL), "selector \"loop\" is made of itself");
    CHECK_STR(ls(*state, "selector:mart", NULL), "selectors.yml defines no selector \"mart\"");
}

static void exposures_are_selected_and_listed(void **state)
{
    static const char *const cases[][2] = {
        {"exposure:weekly", "exposure:shop.weekly"},
        {"1+exposure:weekly", "exposure:shop.weekly shop.marts.daily source:shop.raw.items"},
        {"exposure:shop.*,tag:board", "exposure:shop.weekly"},
        {"resource_type:exposure", "exposure:shop.weekly"},
        {"source:raw.items+1", "exposure:shop.weekly shop.staging.lines source:shop.raw.items"},
        {"config.enabled:true,weekly", ""},
    };
    static const char yaml[] =
        "exposures:\n"
        "- {name: weekly, type: dashboard, owner: {name: me}, tags: [board],\n"
        "   depends_on: [ref('daily'), \"source('raw', 'items')\"]}\n"
        "- {name: gone, type: ml, owner: {email: me}, config: {enabled: false}}\n";
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Shop *s = shop(*state);
        files_add(s->arena, &s->files, (File){"models/exposed.yml", yaml, strlen(yaml)});
        files_seal(s->arena, &s->files);
        s->wanted.indirect = SELECT_EMPTY;
        say(s, &s->wanted.include, cases[i][0]);
        DbtProject *found = read(s, true);
        CHECK(found);
        StrVec names = {0};
        vec_each (DbtListed, it, &found->selected) {
            vec_push(s->arena, &names, it->text);
        }
        CHECK_STR(str_join(s->arena, &names, " "), cases[i][1]);
    }
}

/* The findings and names of SELECTORS with its default. */
static const char *list_by(Arena *arena, const char *selectors)
{
    Shop *s = shop(arena);
    File *file = map_get(&s->files.by_path, "selectors.yml");
    *file = (File){file->path, selectors, strlen(selectors)};
    s->wanted.standard = true;
    return list(s);
}

static void what_dbt_refuses_in_selectors_yml_is_found(void **state)
{
    static const struct {
        const char *text, *wanted;
    } cases[] = {
        {"selectors:\n- {name: a, definition: daily, defaults: true}\n",
         "unknown key \"defaults\" in a selector"},
        {"versions: 2\nselectors: []\n", "unknown key \"versions\" in selectors.yml"},
        {"selectors:\n- {name: a, definition: {method: selector, value: b}}\n"
         "- {name: b, definition: daily}\n",
         "no selector \"b\" is defined above"},
        {"selectors:\n- {name: b, definition: daily}\n- {name: a, definition: {selector: b}}\n",
         "another selector is named by {method: selector, value: NAME}"},
        {"selectors:\n- {name: b, definition: daily, default: true}\n"
         "- {name: a, definition: daily, default: true}\n",
         "two selectors are the default"},
        {"selectors:\n- {name: b, definition: daily, default: 'true'}\n",
         "default must be true or false"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CHECK_STR(list_by(*state, cases[i].text), cases[i].wanted);
    }
}

static void what_stands_beside_a_named_selector_or_an_exclude_does_nothing_as_in_dbt(void **state)
{
    CHECK_STR(list_by(*state, "selectors:\n- {name: b, definition: clean}\n"
                              "- {name: a, default: true, definition: {method: selector, value: b, "
                              "children: true, exclude: [clean]}}\n"),
              "clean + 1 tests");
    CHECK_STR(list_by(*state, "selectors:\n- {name: a, default: true, definition: {union: [daily, "
                              "lines, {method: fqn, value: clean, exclude: [lines]}]}}\n"),
              "daily + 2 tests");
}

static void selectors_yml_may_hold_jinja(void **state)
{
    CHECK_STR(list_by(*state, "selectors:\n- {name: \"{{ 'a' ~ 'b' }}\", default: true, "
                              "definition: \"{{ env_var('NOPE', 'lines') }}\"}\n"),
              "lines + 0 tests");
}

/* As dbt reads them: what Python holds for true, and int(). */
static void a_criterion_of_selectors_yml_brings_its_relatives(void **state)
{
    static const char *const cases[][2] = {
        {"children: true", "daily top + 2 tests"},
        {"children: 'true'", "daily top + 2 tests"},
        {"children: 'false'", "daily top + 2 tests"},
        {"children: 0", "daily + 2 tests"},
        {"children_depth: 1", "daily + 2 tests"},
        {"parents: true", "clean daily orders + 2 tests"},
        {"parents: true, parents_depth: 1", "clean daily + 2 tests"},
        {"parents: true, parents_depth: '1'", "clean daily + 2 tests"},
        {"parents: true, parents_depth: 1.5", "clean daily + 2 tests"},
        {"parents: true, parents_depth: 0", "clean daily orders + 2 tests"},
        {"parents: true, parents_depth: ''", "clean daily orders + 2 tests"},
        {"parents: true, parents_depth: '0'", "daily + 2 tests"},
        {"parents: true, parents_depth: -1", "daily + 2 tests"},
        {"parents: true, parents_depth: -1.0e+300", "daily + 2 tests"},
        {"childrens_parents: true", "clean daily lines top items orders + 2 tests"},
        {"parents_depth: all", "parents_depth must be a number"},
        {"childrens_parents: true, children: true",
         "childrens_parents and children exclude each other"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Shop *s = shop(*state);
        File *file = map_get(&s->files.by_path, "selectors.yml");
        const char *text = arena_printf(
            s->arena, "selectors:\n- {name: a, definition: {method: fqn, value: daily, %s}}\n",
            cases[i][0]);
        *file = (File){file->path, text, strlen(text)};
        s->wanted.selector = "a";
        CHECK_STR(list(s), cases[i][1]);
    }
}

static void what_cannot_be_read_is_said_with_its_place(void **state)
{
    CHECK_STR(ls(*state, "tga:x", NULL), "there is no selector method \"tga\"");
    CHECK_STR(ls(*state, "metric:x", NULL),
              "selector method \"metric\" is not yet supported: metrics are not read");
    CHECK_STR(ls(*state, "a,,b", NULL), "a comma intersects two criteria: one of them is missing");
    CHECK_STR(ls(*state, "@daily+", NULL), "\"@\" in front and \"+\" behind exclude each other");
    CHECK_STR(ls(*state, "state:modified", NULL),
              "state: compares with what is live, which is not known here");
    Shop *s = shop(*state);
    say(s, &s->wanted.include, "clean tga:x");
    list(s);
    CHECK_INT(s->diags.list.items[0].column, 7);
    CHECK_STR(s->diags.list.items[0].label, "did you mean \"tag\"?");
}

static void what_matches_nothing_is_warned_of_with_the_nearest_name(void **state)
{
    Shop *s = shop(*state);
    say(s, &s->wanted.include, "dayly");
    CHECK_STR(list(s), "+ 0 tests");
    CHECK_STR(s->diags.list.items[0].code, "CO3073");
    CHECK_STR(s->diags.list.items[0].label, "did you mean \"daily\"?");
}

static void what_is_not_selected_is_read_where_it_is_live(void **state)
{
    Shop *s = shop(*state);
    say(s, &s->wanted.include, "tag:nightly");
    DbtProject *all = read(s, false);
    CHECK_INT(all->desired->nodes.count, 2);
    const DesiredNode *daily = map_get(&all->desired->node_by_id, "model.shop.daily");
    CHECK_INT(daily->depends.count, 0);
    CHECK_INT(daily->reads.count, 1);
    CHECK_STR(daily->reads.items[0].name, "clean");
    CHECK(strstr(daily->sql, "\"materialize\".\"public\".\"clean\""));
}

static void some_tests_can_be_left_out(void **state)
{
    Shop *s = shop(*state);
    say(s, &s->wanted.tests, "test_name:unique");
    CHECK_INT(read(s, false)->desired->tests.count, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(names_paths_and_tags_select),
        TEST(a_plus_brings_relatives_and_an_at_sign_what_those_read),
        TEST(blanks_unite_commas_intersect_and_exclude_takes_away),
        TEST(no_test_can_be_left_out_where_all_are_demanded),
        TEST(tests_come_with_what_they_read),
        TEST(exposures_are_selected_and_listed),
        TEST(what_dbt_refuses_in_selectors_yml_is_found),
        TEST(what_stands_beside_a_named_selector_or_an_exclude_does_nothing_as_in_dbt),
        TEST(selectors_yml_may_hold_jinja),
        TEST(a_criterion_of_selectors_yml_brings_its_relatives),
        TEST(selectors_yml_gives_names_to_selections),
        TEST(what_cannot_be_read_is_said_with_its_place),
        TEST(what_matches_nothing_is_warned_of_with_the_nearest_name),
        TEST(what_is_not_selected_is_read_where_it_is_live),
        TEST(some_tests_can_be_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
