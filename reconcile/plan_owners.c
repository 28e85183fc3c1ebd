/* Refusals because of roles: what the cutover renames and what follows it must be ours, else it would stop half way. */
#include "plan_internal.h"

#include "cutover/owners.h"
#include "cutover/str.h"

enum { NAMED_PLACES = 3 };

/* What one other role owns of all that the plan touches. */
typedef struct Owned {
    VEC(CatalogPlace) places;
} Owned;

typedef struct Owners {
    Closure *c;
    Map seen;   /* "<kind>:<id>" */
    Map others; /* role to Owned * */
} Owners;

static void need(Owners *o, CatalogPlace place)
{
    Closure *c = o->c;
    bool ours = !place.kind || catalog_owns(c->in->catalog, place.owner) ||
                map_put(c->arena, &o->seen, id_key(c->arena, place.kind, place.id), c);
    if (ours) {
        return;
    }
    Owned *owned = map_get(&o->others, place.owner);
    if (!owned) {
        owned = arena_make(c->arena, Owned);
        map_put(c->arena, &o->others, place.owner, owned);
    }
    vec_push(c->arena, &owned->places, place);
}

static void need_id(Owners *o, const char *kind, const char *id)
{
    if (id) {
        need(o, catalog_place(o->c->in->catalog, kind, id));
    }
}

/* Production's, and what is there of green already; whoever else made that is told elsewhere. */
static void need_containers(Owners *o, const PlanContainers *containers)
{
    vec_each (PlanContainer, it, containers) {
        const char *kind = container_kind(it->is_cluster);
        const char *green = catalog_id_at(o->c->in->catalog, kind, it->database, NULL, it->green);
        need_id(o, kind, it->live_id);
        if (it->wanted && green && record_object(o->c->in->record, kind, green)) {
            need_id(o, kind, green);
        }
    }
}

/* An index belongs to whoever owns its relation. */
static void need_object(Owners *o, const CatalogObject *object)
{
    const CatalogObject *on =
        object ? catalog_object_by_id(o->c->in->catalog, object->on_id) : NULL;
    need(o, catalog_object_place(on ? on : object));
}

static void need_objects(Owners *o)
{
    vec_each (PlanObject, it, &o->c->plan->objects) {
        need_object(o, it->live);
        if (it->resize) {
            need(o, catalog_cluster_place(it->resize->live));
        }
        if (it->option) {
            need_object(o, it->option->live);
        }
        if (it->owner) {
            need_id(o, it->owner->kind, it->owner->id);
        }
    }
    vec_each (PlanBeside, it, &o->c->plan->besides) {
        need_object(o, catalog_object_by_id(o->c->in->catalog, it->live_id));
        need_object(o, catalog_object(o->c->in->catalog, it->on));
    }
}

/* "schema shop, cluster compute, view reports.daily and 4 more" */
static const char *places_text(Closure *c, const Owned *owned)
{
    Buf buf = buf_new(c->arena, 4096);
    for (size_t i = 0; i < owned->places.count && i < NAMED_PLACES; i++) {
        const CatalogPlace *it = &owned->places.items[i];
        const char *name = it->rel.schema
                               ? relname_text(c->arena, it->rel, c->in->desired->default_database)
                               : it->rel.name;
        buf_printf(&buf, "%s%s %s", i ? ", " : "", it->kind, name);
    }
    if (owned->places.count > NAMED_PLACES) {
        buf_printf(&buf, " and %zu more", owned->places.count - NAMED_PLACES);
    }
    return buf.data;
}

static void refuse(Closure *c, const char *owner, const Owned *owned)
{
    const char *role = c->in->catalog->role;
    const char *one = owner_statement(c->arena, &owned->places.items[0], role);
    plan_refuse(c, "CO4124", owner,
                arena_printf(c->arena,
                             "role %s owns %s, which role %s would have to rename, alter or drop",
                             owner, places_text(c, owned), role),
                owned->places.count == 1
                    ? arena_printf(c->arena, "ways out:  %s,\n           or: %s",
                                   owner_grant(c->arena, owner, role), one)
                    : arena_printf(c->arena, "ways out:  %s,\n           or of each: %s",
                                   owner_grant(c->arena, owner, role), one));
}

void plan_check_owners(Closure *c)
{
    Owners owners = {.c = c};
    const Plan *plan = c->plan;
    if (!plan->objects.count && !plan->schemas.count && !plan->clusters.count) {
        return;
    }
    need(&owners, owner_marker(c->arena, c->in->catalog, c->in->environment->name));
    need_containers(&owners, &plan->schemas);
    need_containers(&owners, &plan->clusters);
    need_objects(&owners);
    map_each (it, &owners.others) {
        refuse(c, it->key, it->value);
    }
}
