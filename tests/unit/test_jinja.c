/* Jinja: dbt's own answers for a few hundred templates, then what a host sees: calls, errors, limits. */
#include "check.h"

#include "cutover/jinja.h"
#include "cutover/json.h"
#include "cutover/str.h"

#include <stdio.h>
#include <string.h>

/* --- what a test needs ---------------------------------------------------------------------- */

typedef struct Bench {
    Arena *arena;
    Diags diags;
    PyDict globals;
    JinjaEnv env;
} Bench;

static Bench *bench_new(Arena *arena)
{
    Bench *bench = arena_make(arena, Bench);
    bench->arena = arena;
    bench->diags = diags_new(arena);
    bench->env = (JinjaEnv){.globals = &bench->globals, .limits = jinja_limits()};
    return bench;
}

static const JinjaTemplate *parse(Bench *bench, const char *name, const char *text)
{
    JinjaSource source = {.name = name, .text = text, .length = strlen(text)};
    return jinja_parse(bench->arena, &source, &bench->diags);
}

/* The rendered text, or NULL with findings in bench->diags. */
static const char *render(Bench *bench, const char *text)
{
    const JinjaTemplate *template = parse(bench, "models/a.sql", text);
    Buf out = buf_new(bench->arena, 64u << 20);
    bool ok = template && jinja_render(bench->arena, &bench->env, template, &out, &bench->diags);
    assert_true(ok == (diags_count(&bench->diags, DIAG_ERROR) == 0));
    return ok ? out.data : NULL;
}

static const char *code_of(const Bench *bench)
{
    return bench->diags.list.count ? bench->diags.list.items[0].code : "";
}

static const char *message_of(const Bench *bench)
{
    return bench->diags.list.count ? bench->diags.list.items[0].message : "";
}

static const char *findings(Bench *bench)
{
    Buf out = buf_new(bench->arena, 1u << 20);
    diags_write_text(&out, &bench->diags, false);
    return out.data;
}

__attribute__((unused)) static void must_render(Bench *bench, const char *text, const char *wanted)
{
    const char *got = render(bench, text);
    if (!got) {
        fail_msg("%s\n%s", text, findings(bench));
    }
    if (!str_eq(got, wanted)) {
        fail_msg("%s\n  gave   %s\n  wanted %s", text, got, wanted);
    }
}

__attribute__((unused)) static void must_fail(Arena *arena, const char *text, const char *code,
                                              const char *message)
{
    Bench *bench = bench_new(arena);
    const char *got = render(bench, text);
    if (got) {
        fail_msg("%s\n  gave %s instead of an error", text, got);
    }
    if (!str_eq(code_of(bench), code) || !strstr(message_of(bench), message)) {
        fail_msg("%s\n  %s\n  wanted %s: ... %s ...", text, findings(bench), code, message);
    }
}

/* --- dbt's own answers ---------------------------------------------------------------------- */

/* The variables that the recorded native cases read. */
static bool case_var(JinjaCall *call, void *self, PyValue *out)
{
    (void)self;
    static const struct {
        const char *name, *json;
    } vars[] = {{"i", "6875"}, {"s", "\"6875\""}, {"t", "\"true\""},   {"T", "\"True\""},
                {"b", "true"}, {"l", "[1, 2]"},   {"d", "{\"a\": 1}"}, {"n", "null"}};
    for (size_t i = 0; i < sizeof vars / sizeof *vars; i++) {
        if (py_equal(call->args[0], py_text(vars[i].name))) {
            const char *text = arena_printf(call->arena, "[%s]", vars[i].json);
            Err err = {0};
            Json *json = json_parse(call->arena, text, strlen(text), &err);
            *out = py_from_json(call->arena, json->items[0]);
            return true;
        }
    }
    return jinja_fail(call->run, "CO2050", "no such var");
}

static const char *native_answer(Bench *bench, const char *text, const char **type)
{
    const JinjaTemplate *template = parse(bench, "profiles.yml", text);
    PyValue value;
    if (!template ||
        !jinja_eval_native(bench->arena, &bench->env, template, &value, &bench->diags)) {
        return NULL;
    }
    *type = py_type_name(value);
    return py_repr(bench->arena, value);
}

/* What went wrong with the case, or NULL. */
static const char *try_case(Arena *arena, const Json *one)
{
    Bench *bench = bench_new(arena);
    py_dict_put(arena, &bench->globals, "v", jinja_function(arena, "v", case_var, NULL));
    const char *native = json_get_str(one, "native"), *type = "";
    const char *text = native ? native : json_get_str(one, "t");
    const char *got = native ? native_answer(bench, text, &type) : render(bench, text);
    const char *shown = got ? got : findings(bench);
    if (json_get(one, "err")) {
        return got ? arena_printf(arena, "%s\n  gave %s instead of an error", text, got) : NULL;
    }
    const Json *out = json_get(one, "out");
    PyValue wanted = py_from_json(arena, out);
    const char *expected = native ? py_repr(arena, wanted) : py_str(arena, wanted);
    bool same = str_eq(got, expected) && (!native || str_eq(type, json_get_str(one, "type")));
    return same ? NULL : arena_printf(arena, "%s\n  gave   %s\n  wanted %s", text, shown, expected);
}

static void templates_render_as_dbt_renders_them(void **state)
{
    Arena *arena = *state;
    FILE *file = fopen(TEST_DATA "/jinja/cases.jsonl", "r");
    CHECK(file);
    char *line = NULL;
    size_t cap = 0;
    int cases = 0, wrong = 0;
    while (getline(&line, &cap, file) > 0) {
        Err err = {0};
        Json *one = json_parse(arena, line, strlen(line), &err);
        CHECK(one);
        const char *problem = try_case(arena, one);
        cases++;
        if (problem) {
            wrong++;
            print_error("%s\n", problem);
        }
    }
    free(line);
    fclose(file);
    CHECK(cases > 190);
    CHECK_INT(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(templates_render_as_dbt_renders_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
