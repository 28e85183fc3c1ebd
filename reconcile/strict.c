#include "cutover/strict.h"

#include "cutover/str.h"

RecordGates strict_gates(const EnvironmentConfig *environment)
{
    const Windows *windows = &environment->windows;
    return (RecordGates){.known = true,
                         .approvals = config_approvals(environment),
                         .soak = environment->soak,
                         .max_drops = environment->max_drops,
                         .max_cost = environment->max_cost,
                         .replace = config_replace(environment),
                         .timezone = windows->timezone,
                         .missed = windows->missed,
                         .allow = windows->allow_texts,
                         .freeze = windows->freeze_texts};
}

static void note(Arena *arena, GateChanges *changes, const char *key, const char *live,
                 const char *wanted)
{
    vec_push(arena, changes, ((GateChange){key, live, wanted, live}));
}

static const char *number(Arena *arena, int64_t n)
{
    return arena_printf(arena, "%lld", (long long)n);
}

static const char *credits(Arena *arena, double n)
{
    return n > 0 ? arena_printf(arena, "%g", n) : "none";
}

static bool same_texts(Arena *arena, const StrVec *a, const StrVec *b)
{
    return str_eq(str_join(arena, a, "\n"), str_join(arena, b, "\n"));
}

static const char *windows_text(Arena *arena, const StrVec *allow, const StrVec *freeze)
{
    const char *text = allow->count ? str_join(arena, allow, ", ") : "always";
    return freeze->count ? arena_printf(arena, "%s, not %s", text, str_join(arena, freeze, ", "))
                         : text;
}

/* Windows have no order: where they differ, both must be open. Of two zones the live one's rules. */
static void keep_windows(Arena *arena, EnvironmentConfig *e, const RecordGates *live,
                         GateChanges *changes)
{
    Windows *own = &e->windows, *old = arena_make(arena, Windows);
    const char *zone = own->timezone ? own->timezone : "UTC";
    const char *old_zone = live->timezone ? live->timezone : "UTC";
    *old = (Windows){.timezone = live->timezone,
                     .missed = live->missed,
                     .allow_texts = live->allow,
                     .freeze_texts = live->freeze};
    bool same = same_texts(arena, &own->allow_texts, &old->allow_texts) &&
                same_texts(arena, &own->freeze_texts, &old->freeze_texts) && str_eq(zone, old_zone);
    if (same || windows_parse(arena, old) || !windows_any(old)) {
        return;
    }
    note(arena, changes, "windows", windows_text(arena, &live->allow, &live->freeze),
         windows_text(arena, &own->allow_texts, &own->freeze_texts));
    if (!windows_any(own) || !str_eq(zone, old_zone)) {
        *own = *old;
    } else {
        old->also = own->also;
        own->also = old;
    }
}

EnvironmentConfig strict_environment(Arena *arena, const EnvironmentConfig *environment,
                                     const RecordGates *live, GateChanges *changes)
{
    EnvironmentConfig e = *environment;
    if (!live->known) {
        return e;
    }
    if (config_approvals(&e) < live->approvals) {
        note(arena, changes, "approvals", number(arena, live->approvals),
             number(arena, config_approvals(&e)));
        e.promotion = "manual";
        e.approvals = live->approvals;
    }
    if (e.soak < live->soak) {
        note(arena, changes, "soak", duration_text(arena, live->soak),
             duration_text(arena, e.soak));
        e.soak = live->soak;
    }
    if (e.max_drops > live->max_drops) {
        note(arena, changes, "max_drops", number(arena, live->max_drops),
             number(arena, e.max_drops));
        e.max_drops = live->max_drops;
    }
    if (live->max_cost > 0 && (!(e.max_cost > 0) || e.max_cost > live->max_cost)) {
        note(arena, changes, "max_cost", credits(arena, live->max_cost),
             credits(arena, e.max_cost));
        e.max_cost = live->max_cost;
    }
    bool never = !str_eq(live->replace, "cheaper");
    if (never && str_eq(config_replace(&e), "cheaper")) {
        note(arena, changes, "replace", "never", "cheaper");
        e.replace = "never";
    }
    keep_windows(arena, &e, live, changes);
    return e;
}
