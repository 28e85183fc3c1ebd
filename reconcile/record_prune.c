#include "cutover/record_prune.h"

#include "cutover/str.h"

#define GENERATIONS_KEPT 20
#define OBJECTS_PER_ENTRY 200

typedef VEC(RecordObject) Objects;

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

static void renew(Arena *arena, RecordPrune *prune, const char *deployment, const Objects *objects)
{
    for (size_t i = 0; i < objects->count; i += OBJECTS_PER_ENTRY) {
        size_t left = objects->count - i;
        size_t count = left < OBJECTS_PER_ENTRY ? left : OBJECTS_PER_ENTRY;
        vec_push(arena, &prune->renewed,
                 entry_objects(arena, deployment, objects->items + i, count));
    }
}

/* They stay with the deployments that made them. */
static void renew_objects(Arena *arena, RecordPrune *prune, const Record *record, Moment before)
{
    Map by_deployment = {0};
    map_each (it, &record->object_by_id) {
        const RecordObject *object = it->value;
        if (object->at >= before || str_in(&prune->keep, object->deployment)) {
            continue;
        }
        Objects *objects = map_get(&by_deployment, object->deployment);
        if (!objects) {
            objects = arena_make(arena, Objects);
            map_put(arena, &by_deployment, object->deployment, objects);
        }
        vec_push(arena, objects, *object);
    }
    map_each (it, &by_deployment) {
        renew(arena, prune, it->key, it->value);
    }
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
