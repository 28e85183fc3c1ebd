#include "cutover/floors.h"

#include "cutover/str.h"

Floors floors_none(void)
{
    return (Floors){.max_drops = -1};
}

/* ---- several floors ---- */

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* Of two upper bounds the lower; 0 is none. */
static double lower_bound(double a, double b)
{
    return b > 0 && (!(a > 0) || b < a) ? b : a;
}

static void add_globs(Arena *arena, FloorGlobs *into, const FloorGlobs *more)
{
    vec_each (StrVec, it, more) {
        vec_push(arena, into, *it);
    }
}

void floors_add(Arena *arena, Floors *into, const Floors *one)
{
    into->approvals = larger(into->approvals, one->approvals);
    into->soak = larger(into->soak, one->soak);
    vec_each (const Windows *, it, &one->windows) {
        vec_push(arena, &into->windows, *it);
    }
    bool fewer = one->max_drops >= 0 && (into->max_drops < 0 || one->max_drops < into->max_drops);
    into->max_drops = fewer ? one->max_drops : into->max_drops;
    into->max_cost = lower_bound(into->max_cost, one->max_cost);
    into->max_size = lower_bound(into->max_size, one->max_size);
    into->all_tests |= one->all_tests;
    into->no_hooks |= one->no_hooks;
    vec_each (const char *, it, &one->checks) {
        if (!str_in(&into->checks, *it)) {
            vec_push(arena, &into->checks, *it);
        }
    }
    add_globs(arena, &into->schemas, &one->schemas);
    add_globs(arena, &into->clusters, &one->clusters);
}

bool floors_allow(const FloorGlobs *globs, const char *name)
{
    vec_each (StrVec, list, globs) {
        bool matches = false;
        vec_each (const char *, glob, list) {
            matches |= str_glob(*glob, name);
        }
        if (!matches) {
            return false;
        }
    }
    return true;
}

/* ---- what they make of an environment ---- */

const GateChange *gate_change(const GateChanges *changes, const char *key)
{
    for (size_t i = 0; changes && i < changes->count; i++) {
        if (str_eq(changes->items[i].key, key)) {
            return &changes->items[i];
        }
    }
    return NULL;
}

static void note(Arena *arena, GateChanges *changes, const char *key, const char *own,
                 const char *effective)
{
    vec_push(arena, changes, ((GateChange){.key = key, .wanted = own, .effective = effective}));
}

static const char *number(Arena *arena, int64_t n)
{
    return arena_printf(arena, "%lld", (long long)n);
}

static const char *joined(Arena *arena, const StrVec *texts)
{
    return texts->count ? str_join(arena, texts, ", ") : "none";
}

static void raise_windows(Arena *arena, EnvironmentConfig *e, const Floors *floors,
                          GateChanges *changes)
{
    StrVec all = {0};
    const char *own = windows_any(&e->windows) ? windows_words(arena, &e->windows) : "always";
    if (windows_any(&e->windows)) {
        vec_push(arena, &all, own);
    }
    vec_each (const Windows *, it, &floors->windows) {
        vec_push(arena, &e->windows_floor, *it);
        vec_push(arena, &all, windows_words(arena, *it));
    }
    if (floors->windows.count) {
        note(arena, changes, "windows", own, str_join(arena, &all, "; and "));
    }
}

static bool chooses_tests(const EnvironmentConfig *e)
{
    const SelectWanted *s = e->selection;
    return !e->tests || (s && (s->tests.count || s->include.count || s->exclude.count));
}

/* What is selected of the project stays as it is: only the tests of that come back. */
static void raise_tests(Arena *arena, EnvironmentConfig *e, GateChanges *changes)
{
    if (!chooses_tests(e)) {
        return;
    }
    const char *own = !e->tests                                                     ? "none"
                      : e->selection->tests.count                                   ? "some"
                      : e->selection->exclude.count && !e->selection->include.count ? "exclude"
                                                                                    : "select";
    note(arena, changes, "tests", own, "all");
    e->tests = true;
    if (e->selection) {
        SelectWanted *selection = arena_make(arena, SelectWanted);
        *selection = *e->selection;
        selection->tests = (SelectTexts){0};
        selection->all_tests = true;
        e->selection = selection;
    }
}

/* They run even when nothing that they read is rebuilt. */
static void raise_checks(Arena *arena, EnvironmentConfig *e, const Floors *floors,
                         GateChanges *changes)
{
    const char *own = joined(arena, &e->checks);
    StrVec all = {0};
    vec_each (const char *, it, &e->checks) {
        vec_push(arena, &all, *it);
    }
    vec_each (const char *, it, &floors->checks) {
        if (!str_in(&all, *it)) {
            vec_push(arena, &all, *it);
        }
    }
    e->checks_forced = floors->checks;
    if (e->checks_given && all.count > e->checks.count) {
        e->checks = all;
        note(arena, changes, "checks", own, joined(arena, &all));
    }
}

static void raise_numbers(Arena *arena, EnvironmentConfig *e, const Floors *floors,
                          GateChanges *changes)
{
    if (config_approvals(e) < floors->approvals) {
        note(arena, changes, "approvals", number(arena, config_approvals(e)),
             number(arena, floors->approvals));
        e->promotion = "manual";
        e->approvals = floors->approvals;
    }
    e->soak_floor = floors->soak;
    if (e->soak < floors->soak) {
        note(arena, changes, "soak", duration_text(arena, e->soak),
             duration_text(arena, floors->soak));
        e->soak = floors->soak;
    }
    if (floors->max_drops >= 0 && e->max_drops > floors->max_drops) {
        note(arena, changes, "max_drops", number(arena, e->max_drops),
             number(arena, floors->max_drops));
        e->max_drops = floors->max_drops;
    }
    if (floors->max_cost > 0 && (!(e->max_cost > 0) || e->max_cost > floors->max_cost)) {
        note(arena, changes, "max_cost",
             e->max_cost > 0 ? arena_printf(arena, "%g", e->max_cost) : "none",
             arena_printf(arena, "%g", floors->max_cost));
        e->max_cost = floors->max_cost;
    }
}

EnvironmentConfig floors_environment(Arena *arena, const EnvironmentConfig *environment,
                                     const Floors *floors, GateChanges *changes)
{
    EnvironmentConfig e = *environment;
    if (!floors) {
        return e;
    }
    raise_numbers(arena, &e, floors, changes);
    raise_windows(arena, &e, floors, changes);
    if (floors->all_tests) {
        raise_tests(arena, &e, changes);
    }
    raise_checks(arena, &e, floors, changes);
    return e;
}
