#include "cutover/options.h"

#include "cutover/catalog.h"
#include "cutover/str.h"

#include <string.h>

typedef struct Known {
    const char *name;
    bool green;   /* the green side is made with it, as production is */
    bool altered; /* ALTER CLUSTER gives it back */
} Known;

/* Availability zones belong to the shape and need a right of their own, a workload class is the system's. */
static const Known known[] = {{"INTROSPECTION INTERVAL", true, true},
                              {"INTROSPECTION DEBUGGING", true, true},
                              {"SCHEDULE", false, true},
                              {"AUTO SCALING STRATEGY", false, true},
                              {"AVAILABILITY ZONES", false, false},
                              {"WORKLOAD CLASS", false, false},
                              {"COMMIT INTERVAL", false, true}};

static bool is_named(const char *option, const char *name)
{
    return str_starts(option, name) && str_starts(option + strlen(name), " = ");
}

static const Known *known_of(const char *option)
{
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (is_named(option, known[i].name)) {
            return &known[i];
        }
    }
    return NULL;
}

StrVec options_each(Arena *arena, const char *options)
{
    StrVec each = {0};
    const char *from = options;
    int depth = 0;
    bool quoted = false;
    for (const char *p = options; *p; p++) {
        quoted = quoted != (*p == '\'');
        depth += !quoted && *p == '(';
        depth -= !quoted && *p == ')';
        if (*p == ',' && !quoted && depth == 0) {
            vec_push(arena, &each, str_trim(arena, arena_strndup(arena, from, (size_t)(p - from))));
            from = p + 1;
        }
    }
    if (*from) {
        vec_push(arena, &each, str_trim(arena, from));
    }
    return each;
}

const char *options_same(const StrVec *options, const char *option)
{
    const char *equals = strstr(option, " = ");
    size_t name = equals ? (size_t)(equals - option) + 3 : strlen(option);
    for (size_t i = 0; i < options->count; i++) {
        if (strncmp(options->items[i], option, name) == 0) {
            return options->items[i];
        }
    }
    return NULL;
}

bool options_can_alter(const char *option)
{
    const Known *it = known_of(option);
    return it && it->altered;
}

const char *options_to_make(Arena *arena, const char *options)
{
    StrVec each = options_each(arena, options ? options : ""), made = {0};
    vec_each (const char *, it, &each) {
        const Known *option = known_of(*it);
        if (option && option->green) {
            vec_push(arena, &made, *it);
        }
    }
    const char *text = str_join(arena, &made, ", ");
    return made.count && !str_eq(text, CLUSTER_OPTIONS_USUAL) ? text : NULL;
}

static bool is_usual(const char *option)
{
    return str_ends(option, " = ()") || str_ends(option, " = NULL") ||
           str_ends(option, " = MANUAL");
}

StrVec options_not_made(Arena *arena, const char *options)
{
    StrVec each = options_each(arena, options ? options : ""), left = {0};
    vec_each (const char *, it, &each) {
        const Known *option = known_of(*it);
        if (option && !option->green && !is_usual(*it)) {
            vec_push(arena, &left, *it);
        }
    }
    return left;
}

bool options_unschedule(const char *options)
{
    return options && strstr(options, "SCHEDULE = MANUAL");
}
