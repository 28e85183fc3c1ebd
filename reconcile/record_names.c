/* Names: of markers, deployments and green, and those of the way back from a cutover. What needs the configured
 * patterns stands apart from the fold. */
#include "cutover/config.h"
#include "cutover/record.h"
#include "cutover/str.h"

#include <ctype.h>
#include <string.h>

RecordNames record_inverse(Arena *arena, const RecordNames *names, const char *blue_pattern,
                           int64_t generation)
{
    RecordNames back = {0};
    vec_each (RecordName, it, names) {
        RecordName name = *it;
        name.from = it->to;
        name.to = it->retired ? it->from : config_pattern(arena, blue_pattern, it->to, generation);
        name.retired = !it->retired;
        name.holds = 0;
        vec_push(arena, &back, name);
    }
    return back;
}

bool record_announces(const RecordDeployment *d, const RecordGreen *green)
{
    for (size_t i = 0; i < d->green_newest; i++) {
        const RecordGreen *it = &d->green.items[i];
        if (str_eq(it->kind, green->kind) && str_eq(it->database, green->database) &&
            str_eq(it->schema, green->schema) && str_eq(it->green, green->green)) {
            return true;
        }
    }
    return false;
}

char *marker_name(Arena *arena, const char *environment, int64_t generation, const char *commit)
{
    return arena_printf(arena, "cutover_%s_g%lld_%.8s", environment, (long long)generation,
                        str_empty(commit) ? "00000000" : commit);
}

bool record_prepares(const Record *record, int64_t generation, const char *commit8)
{
    vec_each (RecordDeployment, d, &record->deployments) {
        bool back = d->phase == PHASE_ROLLING_BACK && d->rollback_generation == generation;
        bool forth = d->prepared && d->generation == generation;
        const RecordDeployment *to = back ? record_deployment(record, d->from_deployment) : d;
        const char *commit = to && to->commit ? to->commit : "00000000";
        if ((back || forth) && str_starts(commit, commit8)) {
            return true;
        }
    }
    return false;
}

static bool is_commit8(const char *text)
{
    return strlen(text) == 8 && strspn(text, "0123456789abcdef") == 8;
}

bool marker_parse(Arena *arena, const char *environment, const char *name, int64_t *generation,
                  const char **commit8)
{
    const char *prefix = arena_printf(arena, "cutover_%s_g", environment);
    if (!str_starts(name, prefix)) {
        return false;
    }
    const char *digits = name + strlen(prefix);
    size_t length = strspn(digits, "0123456789");
    if (digits[length] != '_' || !is_commit8(digits + length + 1)) {
        return false;
    }
    *commit8 = arena_strdup(arena, digits + length + 1);
    return str_to_int(arena_strndup(arena, digits, length), 0, INT64_MAX - 1, generation);
}

/* From the end, since an environment's name may hold anything but _g and digits there: _g<n>_<8 hex>. */
const char *marker_environment(Arena *arena, const char *name)
{
    static const char prefix[] = "cutover_";
    const char *last = strrchr(name, '_');
    size_t from = strlen(prefix), end = last ? (size_t)(last - name) : 0;
    while (end && isdigit((unsigned char)name[end - 1])) {
        end--;
    }
    if (!str_starts(name, prefix) || end < from + 3 || strncmp(name + end - 2, "_g", 2) != 0) {
        return NULL;
    }
    const char *environment = arena_strndup(arena, name + from, end - 2 - from), *commit8;
    int64_t generation;
    return marker_parse(arena, environment, name, &generation, &commit8) ? environment : NULL;
}

char *deployment_id(Arena *arena, const char *environment, int64_t generation, const char *commit)
{
    return arena_printf(arena, "%s-g%lld-%.12s", environment, (long long)generation,
                        commit ? commit : "");
}

const char *comment_environment(Arena *arena, const char *comment)
{
    static const char mark[] = "| Cutover ";
    const char *at = comment ? strstr(comment, mark) : NULL;
    const char *name = at ? at + strlen(mark) : NULL;
    const char *end = name ? strchr(name, ' ') : NULL;
    return end && strncmp(end, " g", 2) == 0 ? arena_strndup(arena, name, (size_t)(end - name))
                                             : NULL;
}
