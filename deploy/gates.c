/* Tests and checks on green: which ones gate a deployment, how they are run, what their answer means. */
#include "pass_internal.h"

#include "cutover/str.h"

#include <stdlib.h>
#include <string.h>

#define CHECKS_PER_PASS 25
#define READ_AT_ONCE 50

/* ---- which ---- */

static bool is_rebuilt(const Pass *pass, const char *id)
{
    const DesiredNode *green = map_get(&pass->green->node_by_id, id);
    const DesiredNode *node = map_get(&pass->out->desired->node_by_id, id);
    return green && node && !relname_eq(green->rel, node->rel);
}

static bool touches_green(const Pass *pass, const StrVec *ids)
{
    vec_each (const char *, id, ids) {
        if (is_rebuilt(pass, *id)) {
            return true;
        }
    }
    return false;
}

/* The green cluster nearest to what is read: that is where clients will read it. */
static const char *cluster_for(const Pass *pass, const StrVec *ids)
{
    vec_each (const char *, id, ids) {
        const DesiredNode *node = map_get(&pass->green->node_by_id, *id);
        if (node && node->indexes.count) {
            return node->indexes.items[0].cluster;
        }
        if (node && node->cluster) {
            return node->cluster;
        }
    }
    vec_each (PlanContainer, it, &pass->out->plan->clusters) {
        if (it->wanted) {
            return it->green;
        }
    }
    return pass->in->record_cluster;
}

static void add_tests(Pass *pass)
{
    if (!pass->in->environment->tests) {
        return;
    }
    vec_each (DesiredTest, it, &pass->green->tests) {
        if (!touches_green(pass, &it->depends)) {
            continue;
        }
        const char *calc = it->fail_calc ? it->fail_calc : "count(*)";
        vec_push(pass->arena, &pass->gates,
                 (Gate){.key = arena_printf(pass->arena, "test:%s", it->id),
                        .name = it->name,
                        .sql = arena_printf(pass->arena,
                                            "SELECT %s AS failures FROM (\n%s\n) dbt_internal_test",
                                            calc, it->sql),
                        .cluster = cluster_for(pass, &it->depends),
                        .test = it,
                        .file = it->file,
                        .line = it->line});
        pass->out->tests++;
    }
}

static bool is_chosen(const Pass *pass, const CheckConfig *check, const StrVec *depends)
{
    const EnvironmentConfig *environment = pass->in->environment;
    if (environment->checks_given) {
        return str_in(&environment->checks, check->name);
    }
    return !depends->count || touches_green(pass, depends) ||
           str_in(&environment->checks_forced, check->name);
}

static void add_checks(Pass *pass)
{
    DbtOptions options = pass->options;
    options.names = &pass->out->plan->names;
    vec_each (CheckConfig, it, &pass->in->config->checks) {
        const EnvironmentConfig *environment = pass->in->environment;
        if (environment->checks_given && !str_in(&environment->checks, it->name)) {
            continue;
        }
        StrVec depends = {0};
        Diags diags = diags_new(pass->arena);
        const char *sql = dbt_render_check(pass->arena, &options, pass->green, it->sql,
                                           "cutover.yaml", it->line, &depends, &diags);
        if (!sql) {
            pass->problem =
                arena_printf(pass->arena, "check %s: %s", it->name, diags.list.items[0].message);
            continue;
        }
        if (is_chosen(pass, it, &depends)) {
            vec_push(pass->arena, &pass->gates,
                     (Gate){.key = arena_printf(pass->arena, "check:%s", it->name),
                            .name = it->name,
                            .sql = sql,
                            .cluster = cluster_for(pass, &depends),
                            .check = it,
                            .file = "cutover.yaml",
                            .line = it->line});
            pass->out->checks++;
        }
    }
}

/*
 * Whoever reads a view needs no rights on what it reads, but its owner does, and CREATE does not ask for them: green would be
 * built and proved, and production could not be read. Where rights are checked each relation of green is read, for no row.
 */
static void add_readable(Pass *pass)
{
    const Catalog *catalog = pass->snapshot.catalog;
    VEC(RelName) rels = {0};
    if (!catalog->rbac || catalog->superuser) {
        return;
    }
    vec_each (DesiredNode, it, &pass->green->nodes) {
        if (is_rebuilt(pass, it->id) && it->kind != NODE_SINK) {
            vec_push(pass->arena, &rels, it->rel);
        }
    }
    for (size_t i = 0; i < rels.count; i += READ_AT_ONCE) {
        size_t count = rels.count - i < READ_AT_ONCE ? rels.count - i : READ_AT_ONCE;
        vec_push(pass->arena, &pass->gates,
                 (Gate){.key = arena_printf(pass->arena, "readable:%zu", i / READ_AT_ONCE + 1),
                        .name = "readable",
                        .sql = statement_probe_all(pass->arena, &rels.items[i], count),
                        .cluster = pass->in->record_cluster});
    }
}

void pass_count_gates(Pass *pass)
{
    const EnvironmentConfig *environment = pass->in->environment;
    Map green = {0};
    vec_each (PlanObject, it, &pass->out->plan->objects) {
        if (plan_is_built(it) && it->node) {
            map_put(pass->arena, &green, it->node->id, it);
        }
    }
    vec_each (DesiredTest, it, &pass->out->desired->tests) {
        bool touched = false;
        vec_each (const char *, id, &it->depends) {
            touched |= map_get(&green, *id) != NULL;
        }
        pass->out->tests += environment->tests && touched;
    }
    pass->out->checks =
        environment->checks_given ? environment->checks.count : pass->in->config->checks.count;
}

void pass_find_gates(Pass *pass)
{
    pass->gates.count = 0;
    pass->out->tests = pass->out->checks = 0;
    add_readable(pass);
    add_tests(pass);
    add_checks(pass);
}

/* ---- what an answer means ---- */

typedef struct Comparison {
    const char *op;
    bool (*holds)(int order);
} Comparison;

static bool is_less(int order)
{
    return order < 0;
}

static bool is_at_most(int order)
{
    return order <= 0;
}

static bool is_equal(int order)
{
    return order == 0;
}

static bool is_other(int order)
{
    return order != 0;
}

static bool is_at_least(int order)
{
    return order >= 0;
}

static bool is_more(int order)
{
    return order > 0;
}

static const Comparison comparisons[] = {{"<=", is_at_most}, {">=", is_at_least}, {"!=", is_other},
                                         {"<>", is_other},   {"==", is_equal},    {"=", is_equal},
                                         {"<", is_less},     {">", is_more}};

/* Numbers compare as numbers, everything else as text; booleans are written t and f by servers. */
static int compare_values(const char *got, const char *wanted)
{
    char *got_end, *wanted_end;
    double a = strtod(got, &got_end), b = strtod(wanted, &wanted_end);
    if (*got && *wanted && !*got_end && !*wanted_end) {
        return (a > b) - (a < b);
    }
    if (str_eq(wanted, "true") || str_eq(wanted, "false")) {
        return strncmp(got, wanted, 1);
    }
    return strcmp(got, wanted);
}

/* "<op> value", as in ">= 1000" or dbt's "!= 0". */
static bool meets(Arena *arena, const char *got, const char *expectation)
{
    const char *text = str_trim(arena, expectation);
    for (size_t i = 0; i < sizeof comparisons / sizeof *comparisons; i++) {
        if (str_starts(text, comparisons[i].op)) {
            const char *wanted = str_trim(arena, text + strlen(comparisons[i].op));
            return got && comparisons[i].holds(compare_values(got, wanted));
        }
    }
    return false;
}

static const char *first_value(const PgResult *result)
{
    return result->rows.count && result->columns.count ? result->rows.items[0][0] : NULL;
}

static void judge_test(Pass *pass, const Gate *gate, const PgResult *answer, RecordResult *result)
{
    const char *failures = first_value(answer);
    const char *error_if = gate->test->error_if ? gate->test->error_if : "!= 0";
    const char *warn_if = gate->test->warn_if ? gate->test->warn_if : "!= 0";
    bool only_warns = str_eq(gate->test->severity, "warn");
    int64_t rows = 0;
    if (str_to_int(failures, 0, INT64_MAX, &rows)) {
        result->rows = rows;
    }
    if (!only_warns && meets(pass->arena, failures, error_if)) {
        result->verdict = "failed";
    } else if (meets(pass->arena, failures, warn_if)) {
        result->verdict = "warned";
    }
    result->text = arena_printf(pass->arena, "%lld row%s", (long long)rows, rows == 1 ? "" : "s");
}

static void judge_check(Pass *pass, const Gate *gate, const PgResult *answer, RecordResult *result)
{
    bool empty = str_eq(gate->check->expect, "empty");
    const char *value = first_value(answer);
    result->rows = (int64_t)answer->rows.count;
    bool holds = empty ? answer->rows.count == 0 : meets(pass->arena, value, gate->check->expect);
    if (!holds) {
        result->verdict = gate->check->warn ? "warned" : "failed";
    }
    result->text = empty ? arena_printf(pass->arena, "%zu rows, expected none", answer->rows.count)
                         : arena_printf(pass->arena, "%s, expected %s", value ? value : "no row",
                                        gate->check->expect);
}

/* ---- running them ---- */

/* A statement that the server refuses is an answer too: the test failed. */
static bool run_gate(Pass *pass, const RecordDeployment *d, const Gate *gate, Err *err)
{
    RecordResult result = {.check = gate->key, .verdict = "passed", .attempt = d->attempt};
    PgResult answer = {0};
    int64_t limit = gate->check ? gate->check->timeout * 1000 : pass_limit(pass);
    if (!pass_exec(pass, statement_set_cluster(pass->arena, gate->cluster), err)) {
        return false;
    }
    if (pg_query(pass->pg, pass->arena, gate->sql, NULL, limit, &answer, err)) {
        if (gate->test) {
            judge_test(pass, gate, &answer, &result);
        } else if (gate->check) {
            judge_check(pass, gate, &answer, &result);
        }
    } else if (err_is_refusal(err)) {
        result.verdict = "failed";
        result.text = arena_printf(pass->arena, "the server refuses it: %s", err->message);
        *err = (Err){0};
    } else {
        const char *what = gate->test ? "test" : "check";
        return pass_unanswered(pass, arena_printf(pass->arena, "%s %s", what, gate->name), err);
    }
    return pass_append_result(pass, d, &result, err);
}

bool act_check(Pass *pass, RecordDeployment *d, Err *err)
{
    size_t run = 0;
    vec_each (Gate, it, &pass->gates) {
        if (record_result(d, it->key)) {
            continue;
        }
        if (!run_gate(pass, d, it, err)) {
            return false;
        }
        if (++run == CHECKS_PER_PASS) {
            break;
        }
    }
    return true;
}
