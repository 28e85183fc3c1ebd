#include "cutover/others.h"

#include "cutover/str.h"

/* ---- what the record tells ---- */

static void announce(Arena *arena, Record *record, const LogEntry *entry)
{
    const Json *green = json_get(entry->body, "green");
    for (size_t i = 0; green && green->type == JSON_IS_ARRAY && i < green->count; i++) {
        vec_push(arena, &record->announced,
                 (RecordAnnounced){.environment = entry->environment,
                                   .at = entry->at,
                                   .green = record_read_green(green->items[i])});
    }
}

static void add_objects(Arena *arena, Record *record, const LogEntry *entry)
{
    const Json *objects = json_get(entry->body, "objects");
    for (size_t i = 0; objects && objects->type == JSON_IS_ARRAY && i < objects->count; i++) {
        const char *kind = json_get_str(objects->items[i], "kind");
        const char *id = json_get_str(objects->items[i], "id");
        if (kind && id) {
            map_put(arena, &record->of_others, id_key(arena, kind, id), record);
        }
    }
}

void others_fold(Arena *arena, Record *record, const LogEntry *entry)
{
    if (entry->body && str_eq(entry->kind, "intent")) {
        announce(arena, record, entry);
    } else if (entry->body && str_eq(entry->kind, "objects") &&
               !str_eq(entry->environment, record->environment)) {
        add_objects(arena, record, entry);
    }
}

/* ---- what is theirs ---- */

static char *place_key(Arena *arena, const char *kind, RelName rel)
{
    return id_key(arena, kind, relname_key(arena, rel));
}

static char *green_key(Arena *arena, const RecordGreen *green)
{
    return place_key(arena, green->kind, (RelName){green->database, green->schema, green->green});
}

typedef VEC(const RecordAnnounced *) Announced;

/* place_key() to Announced *: who gave the names that another environment ever gave. */
static Map find_names(Arena *arena, const Record *record)
{
    Map names = {0};
    vec_each (RecordAnnounced, it, &record->announced) {
        if (!str_eq(it->environment, record->environment)) {
            map_put(arena, &names, green_key(arena, &it->green), arena_make(arena, Announced));
        }
    }
    for (size_t i = 0; names.count && i < record->announced.count; i++) {
        const RecordAnnounced *it = &record->announced.items[i];
        Announced *list = map_get(&names, green_key(arena, &it->green));
        if (list) {
            vec_push(arena, list, it);
        }
    }
    return names;
}

/* Of two who gave one name it is of the one who did so last before it was made. */
static bool is_announced_by_another(Arena *arena, const Map *names, const CatalogPlace *place,
                                    const char *environment, Moment made)
{
    const Announced *list =
        place->kind ? map_get(names, place_key(arena, place->kind, place->rel)) : NULL;
    const RecordAnnounced *last = NULL;
    for (size_t i = 0; list && i < list->count; i++) {
        const RecordAnnounced *it = list->items[i];
        last = it->at <= made && (!last || it->at >= last->at) ? it : last;
    }
    return last && !str_eq(last->environment, environment);
}

static bool is_theirs(Arena *arena, const Record *record, const char *comment, const char *key)
{
    const char *environment = comment_environment(arena, comment);
    return (environment && !str_eq(environment, record->environment)) ||
           map_get(&record->of_others, key);
}

static void find_announced(Arena *arena, const Catalog *catalog, const Record *record,
                           Others *others)
{
    const Map names = find_names(arena, record);
    for (size_t i = 0; names.count && i < catalog->creations.count; i++) {
        const CatalogCreation *it = &catalog->creations.items[i];
        const CatalogPlace place = catalog_place(catalog, it->kind, it->id);
        if (is_announced_by_another(arena, &names, &place, record->environment, it->at)) {
            map_put(arena, &others->found, id_key(arena, it->kind, it->id), others);
        }
    }
}

Others others_find(Arena *arena, const Catalog *catalog, const Record *record)
{
    Others others = {0};
    find_announced(arena, catalog, record, &others);
    vec_each (CatalogSchema, it, &catalog->schemas) {
        const char *key = id_key(arena, "schema", it->id);
        if (map_get(&others.found, key) || is_theirs(arena, record, it->comment, key)) {
            map_put(arena, &others.found, key, it);
            map_put(arena, &others.found, schema_key(arena, it->database, it->name), it);
        }
    }
    vec_each (CatalogCluster, it, &catalog->clusters) {
        const char *key = id_key(arena, "cluster", it->id);
        if (is_theirs(arena, record, it->comment, key)) {
            map_put(arena, &others.found, key, it);
        }
    }
    return others;
}

bool others_made(Arena *arena, const Catalog *catalog, const Others *others,
                 const CatalogCreation *created)
{
    if (!others->found.count) {
        return false;
    }
    const CatalogObject *it = catalog_object_by_id(catalog, created->id);
    return map_get(&others->found, id_key(arena, created->kind, created->id)) ||
           (it && str_eq(it->kind, created->kind) &&
            (map_get(&others->found, schema_key(arena, it->rel.database, it->rel.schema)) ||
             (it->cluster_id &&
              map_get(&others->found, id_key(arena, "cluster", it->cluster_id)))));
}
