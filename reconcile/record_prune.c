#include "cutover/record_prune.h"

#include "cutover/str.h"

#define GENERATIONS_KEPT 20

static bool is_kept(const RecordDeployment *d, int64_t live)
{
    int64_t newest =
        d->rollback_generation > d->generation ? d->rollback_generation : d->generation;
    return newest > live - GENERATIONS_KEPT || !phase_is_final(d->phase);
}

static bool may_go(const RecordPrune *prune, const LogEntry *entry, Moment before)
{
    static const char *const lasting[] = {"request", "outcome", "denied"};
    for (size_t i = 0; i < sizeof lasting / sizeof *lasting; i++) {
        if (str_eq(entry->kind, lasting[i])) {
            return false;
        }
    }
    return entry->at < before && !str_in(&prune->keep, entry->deployment);
}

/* They stay with the deployments that made them. */
static void renew_objects(Arena *arena, RecordPrune *prune, const Record *record, Moment before)
{
    RecordObjects objects = {0};
    map_each (it, &record->object_by_id) {
        const RecordObject *object = it->value;
        if (object->at < before && !str_in(&prune->keep, object->deployment)) {
            vec_push(arena, &objects, *object);
        }
    }
    entries_add_objects(arena, &prune->renewed, &objects);
}

RecordPrune record_prune(Arena *arena, const Record *record, const LogEntries *entries,
                         Moment before, int64_t live)
{
    RecordPrune prune = {0};
    vec_each (RecordDeployment, it, &record->deployments) {
        if (is_kept(it, live)) {
            vec_push(arena, &prune.keep, it->id);
        }
    }
    vec_each (LogEntry, it, entries) {
        prune.rows += may_go(&prune, it, before);
    }
    if (prune.rows) {
        renew_objects(arena, &prune, record, before);
    }
    return prune;
}
