/* The live catalog as the planner needs it: what lies where, who reads what, and what is not production. */
#include "build_internal.h"
#include "plan_internal.h"

#include "cutover/str.h"

/* ---- sides of our own that are not production ---- */

static void ignore(Closure *c, const char *kind, const char *id)
{
    map_put(c->arena, &c->ignored, id_key(c->arena, kind, id), c);
}

static void ignore_retired(Closure *c, const RecordNames *names)
{
    vec_each (RecordName, it, names) {
        const char *id = catalog_id_at(c->in->catalog, it->kind, it->database, it->schema, it->to);
        if (it->retired && str_eq(id, it->id)) {
            ignore(c, it->kind, it->id);
        }
    }
}

char *plan_scratch_name(Arena *arena, const char *environment)
{
    return arena_printf(arena, "cutover_%s_scratch", environment);
}

/* What `adopt` makes in there reads production, and is gone in a moment. */
static void ignore_scratch(Closure *c)
{
    const Catalog *catalog = c->in->catalog;
    const char *name = plan_scratch_name(c->arena, c->in->environment->name);
    const CatalogSchema *schema = catalog_schema(catalog, catalog->database, name);
    const CatalogCluster *cluster = catalog_cluster(catalog, name);
    if (schema) {
        ignore(c, "schema", schema->id);
    }
    if (cluster) {
        ignore(c, "cluster", cluster->id);
    }
}

/* What lies there may be production by now, declared under a name that green once had; and a stranger may bear such a name. */
static void ignore_green(Closure *c, const Map *created, const RecordDeployment *d,
                         const RecordGreen *green)
{
    const Record *record = c->in->record;
    const char *id =
        catalog_id_at(c->in->catalog, green->kind, green->database, green->schema, green->green);
    RelName name = {green->database, green->schema, green->green};
    if (!id) {
        return;
    }
    bool unused = (!d->cut_over || green->replaces) && record_object(record, green->kind, id);
    bool ours = unused || map_get(created, id_key(c->arena, green->kind, id));
    if (ours && !build_is_production(c->in->catalog, record, green->kind, id, name)) {
        ignore(c, green->kind, id);
    }
}

/*
 * Green sides that a deployment announced and did not make live, and sides that one retired: by its cutover,
 * or by the way back, which is recorded before it is sent. What a late statement made of them; and what goes when its
 * soak is over, or is yet to replace.
 */
static void find_ignored(Closure *c)
{
    ignore_scratch(c);
    Map created = build_created_by_us(c->arena, c->in->catalog, c->in->record);
    vec_each (RecordDeployment, d, &c->in->record->deployments) {
        for (size_t i = 0; i < d->green.count; i++) {
            ignore_green(c, &created, d, &d->green.items[i]);
        }
        if (d->phase != PHASE_LIVE) { /* else its old side is gone, but for what somebody renamed */
            ignore_retired(c, &d->cutover_names);
            ignore_retired(c, &d->names);
        }
        bool drops = d->cut_over && (d->phase == PHASE_SOAKING || d->phase == PHASE_CLEANING);
        for (size_t i = 0; drops && i < d->drops.count; i++) {
            const RecordPlace *it = &d->drops.items[i];
            if (!build_is_kept_after_all(c->in->desired, it)) {
                ignore(c, it->kind, it->id);
            }
        }
    }
}

bool plan_ignores(const Closure *c, const char *kind, const char *id)
{
    return id && map_get(&c->ignored, id_key(c->arena, kind, id));
}

bool plan_is_ignored(const Closure *c, const CatalogObject *object)
{
    if (!c->ignored.count) {
        return false;
    }
    const CatalogSchema *schema =
        catalog_schema(c->in->catalog, object->rel.database, object->rel.schema);
    const CatalogObject *on = catalog_object_by_id(c->in->catalog, object->on_id);
    return (on && plan_ignores(c, on->kind, on->id)) ||
           (schema && plan_ignores(c, "schema", schema->id)) ||
           plan_ignores(c, "cluster", object->cluster_id) ||
           plan_ignores(c, object->kind, object->id);
}

bool plan_is_ours(const Closure *c, const CatalogObject *object)
{
    return record_object(c->in->record, object->kind, object->id) != NULL;
}

/* ---- what lies where ---- */

static void add_to(Arena *arena, Map *lists, const char *key, const CatalogObject *object)
{
    Objects *list = map_get(lists, key);
    if (!list) {
        list = arena_make(arena, Objects);
        map_put(arena, lists, key, list);
    }
    vec_push(arena, list, object);
}

void plan_find_live(Closure *c)
{
    find_ignored(c);
    vec_each (CatalogObject, it, &c->in->catalog->objects) {
        add_to(c->arena, &c->in_schema, schema_key(c->arena, it->rel.database, it->rel.schema), it);
        if (it->cluster_id) {
            add_to(c->arena, &c->on_cluster, it->cluster_id, it);
        }
        if (it->on_id) {
            add_to(c->arena, &c->indexes_on, it->on_id, it);
            continue;
        }
        vec_each (const char *, input, &it->reads) {
            add_to(c->arena, &c->readers, *input, it);
        }
    }
}

const Objects *plan_objects_in(const Closure *c, const Place *place)
{
    if (place->is_cluster) {
        return place->cluster ? map_get(&c->on_cluster, place->cluster->id) : NULL;
    }
    return map_get(&c->in_schema, schema_key(c->arena, place->database, place->name));
}

/* ---- places ---- */

Place *plan_schema(Closure *c, const char *database, const char *name)
{
    const char *key = schema_key(c->arena, database, name);
    Place *place = map_get(&c->schema_by_key, key);
    if (!place) {
        place = arena_make(c->arena, Place);
        *place = (Place){.database = database,
                         .name = name,
                         .wanted = true,
                         .declared = true,
                         .schema = catalog_schema(c->in->catalog, database, name)};
        map_put(c->arena, &c->schema_by_key, key, place);
    }
    return place;
}

Place *plan_cluster(Closure *c, const char *name)
{
    Place *place = map_get(&c->cluster_by_name, name);
    if (!place) {
        place = arena_make(c->arena, Place);
        *place = (Place){.is_cluster = true,
                         .name = name,
                         .wanted = true,
                         .declared = true,
                         .cluster = catalog_cluster(c->in->catalog, name)};
        map_put(c->arena, &c->cluster_by_name, name, place);
    }
    return place;
}

/* ---- what is not there any more ---- */

/* What a cutover brought to production, and nobody of us has dropped since: somebody else did. */
void plan_find_lost(Closure *c)
{
    const Record *record = c->in->record;
    map_each (it, &record->object_by_id) {
        const RecordObject *known = it->value;
        const RecordDeployment *d = record_deployment(record, known->deployment);
        bool there = catalog_object_by_id(c->in->catalog, known->id);
        if (d && d->cut_over && !there && !str_empty(known->rel.schema)) {
            map_put(c->arena, &c->lost, relname_key(c->arena, known->rel), known);
        }
    }
}

const char *plan_created_text(const Closure *c, RelName rel)
{
    return map_get(&c->lost, relname_key(c->arena, rel))
               ? "was in production and is gone: it is made again"
               : "new";
}
