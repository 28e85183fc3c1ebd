/* Refusals because of names, sizes, numbers: what must never be replaced, what is taken, what is too much. */
#include "build_internal.h"
#include "plan_internal.h"

#include "cutover/others.h"
#include "cutover/sqltok.h"
#include "cutover/str.h"

#include <string.h>

enum { LONGEST_NAME = 255, NAMED_FILES = 5 };

/* ---- containers that are never renamed or dropped ---- */

static const char *protected_cluster(const PlanInput *in, const char *name)
{
    return str_eq(name, "quickstart")         ? "it is the default cluster"
           : str_eq(name, in->record_cluster) ? "the record is read on it"
                                              : NULL;
}

static const char *protected_schema(const PlanInput *in, const char *database, const char *name)
{
    if (str_eq(name, "public") && str_eq(database, "materialize")) {
        return "it is the default schema";
    }
    bool record = str_eq(name, in->record_schema) && str_eq(database, in->catalog->database);
    return record ? "the record lies in it" : NULL;
}

const char *plan_container_protected(const PlanInput *in, bool is_cluster, const char *database,
                                     const char *name, const char *owner)
{
    if (owner && str_starts(owner, "mz_")) {
        return "it belongs to a system role";
    }
    return is_cluster ? protected_cluster(in, name) : protected_schema(in, database, name);
}

static const char *owner_of(const Place *place)
{
    return place->schema ? place->schema->owner : place->cluster ? place->cluster->owner : NULL;
}

const char *plan_protected(const Closure *c, const Place *place)
{
    return plan_container_protected(c->in, place->is_cluster, place->database, place->name,
                                    owner_of(place));
}

static void check_protected(Closure *c, const Place *place)
{
    const char *why = plan_protected(c, place);
    if (!why) {
        return;
    }
    const char *name =
        arena_printf(c->arena, "%s %s", container_kind(place->is_cluster), place->name);
    plan_refuse(
        c, "CO4106", name, arena_printf(c->arena, "%s must not be replaced: %s", name, why),
        place->is_cluster
            ? "way out:  give the models another cluster: `+cluster: NAME` in dbt_project.yml, or "
              "the target's `cluster` in profiles.yml"
            : "way out:  give the models another schema: `+schema: NAME` in dbt_project.yml, or "
              "the target's `schema` in profiles.yml");
}

/* ---- containers that somebody else made ---- */

static bool is_ours(const Closure *c, const char *kind, const char *id)
{
    return record_object(c->in->record, kind, id) || plan_ignores(c, kind, id);
}

const char *plan_strange_place(const Closure *c, const Place *place)
{
    const char *id = place->schema ? place->schema->id : place->cluster ? place->cluster->id : NULL;
    if (!id || is_ours(c, container_kind(place->is_cluster), id) || plan_protected(c, place) ||
        plan_other_environment(c, place)) {
        return NULL;
    }
    return arena_printf(c->arena, "%s %s (role %s) was not made by Cutover",
                        container_kind(place->is_cluster), place->name, owner_of(place));
}

static void check_made(Closure *c, const Place *place)
{
    const char *strange = plan_strange_place(c, place);
    if (strange) {
        plan_refuse(c, "CO4125", place->name,
                    arena_printf(c->arena,
                                 "%s: it would be swapped with its green side, and dropped after "
                                 "the soak",
                                 strange),
                    "way out:  hand it over to Cutover:   cutover adopt");
    }
}

/* ---- names that the cutover needs ---- */

void plan_check_name(Closure *c, const char *kind, const char *name)
{
    if (strlen(name) > LONGEST_NAME) {
        plan_refuse(c, "CO4120", name,
                    arena_printf(c->arena, "the name of %s %s is longer than %d bytes", kind, name,
                                 LONGEST_NAME),
                    "way out:  a shorter name, or shorter patterns in `names`");
    }
}

/* With whatever tells it from others of that name: a relation's schema, and a database that is not the usual one. */
static const char *full_name(const Closure *c, RelName named)
{
    const char *usual = c->in->desired->default_database;
    return named.schema ? relname_text(c->arena, named, usual)
           : named.database && !str_eq(named.database, usual)
               ? arena_printf(c->arena, "%s.%s", named.database, named.name)
               : named.name;
}

static void refuse_taken(Closure *c, const char *kind, RelName named, const char *why,
                         const char *or_drop)
{
    const char *what =
        arena_printf(c->arena, "%s %s", kind_text(c->arena, kind), full_name(c, named));
    plan_refuse(
        c, "CO4121", what, arena_printf(c->arena, "%s %s", what, why),
        arena_printf(
            c->arena,
            "%s:  rename it, or choose other names in cutover.yaml: environments.%s.names%s",
            *or_drop ? "ways out" : "way out", c->in->environment->name, or_drop));
}

static bool may_be_needed(const Closure *c, const CatalogPlace *place)
{
    const Others others = others_find(c->arena, c->in->catalog, c->in->record);
    return c->in->live_lost || map_get(&others.found, id_key(c->arena, place->kind, place->id));
}

/* Green, or an old side, of which a record that was brought back from a backup knows nothing is nobody's any more. */
static const char *or_drop(Closure *c, const CatalogPlace *place)
{
    return may_be_needed(c, place)
               ? ""
               : arena_printf(c->arena,
                              "\n           or drop it, when nobody needs it   DROP %s %s",
                              kind_sql(c->arena, place->kind), catalog_place_sql(c->arena, place));
}

/* TAKEN, which is nothing where it is free, bears a name that green needs; MINE when it may be ours. */
static void check_taken(Closure *c, const char *kind, RelName named, CatalogPlace taken, bool mine)
{
    plan_check_name(c, kind, named.name);
    if (taken.id && !mine) {
        refuse_taken(c, taken.kind, named, "exists already, and Cutover's record does not know it",
                     or_drop(c, &taken));
    }
}

/* What the project declares under the name that green needs would be taken for green, or green for it. */
static void check_declared(Closure *c, const char *kind, RelName named, bool declared)
{
    if (declared) {
        refuse_taken(c, kind, named, "is declared, and is the name that green needs meanwhile", "");
    }
}

/* What the cutover removes is production until then: it would be taken for green, and emptied before. */
static void check_production(Closure *c, const char *kind, RelName named, const char *id,
                             bool production)
{
    const RecordObject *known = production ? record_object(c->in->record, kind, id) : NULL;
    if (known && !str_eq(known->rel.name, named.name)) {
        refuse_taken(c, kind, named,
                     arena_printf(c->arena,
                                  "was %s in production, until somebody gave it the name that "
                                  "green needs meanwhile",
                                  known->rel.name),
                     "");
    } else if (known) {
        refuse_taken(c, kind, named,
                     "is in production, and has the name that green needs meanwhile", "");
    }
}

/* It would be taken for green, and the way back would lead to what is built there. */
static void check_retired(Closure *c, const char *kind, RelName named, const char *id)
{
    if (id && build_is_retired(c->in->record, kind, id)) {
        refuse_taken(c, kind, named, "was live before, and has the name that green needs", "");
    }
}

static bool place_is_declared(const Closure *c, const Place *place, const char *name)
{
    const Place *other =
        place->is_cluster ? map_get(&c->cluster_by_name, name)
                          : map_get(&c->schema_by_key, schema_key(c->arena, place->database, name));
    return other && other->wanted;
}

static CatalogPlace place_named(const Closure *c, const Place *place, const char *name)
{
    return place->is_cluster
               ? catalog_cluster_place(catalog_cluster(c->in->catalog, name))
               : catalog_schema_place(catalog_schema(c->in->catalog, place->database, name));
}

static void check_green_place(Closure *c, const Place *place)
{
    const char *name = config_pattern(c->arena, c->in->environment->green_pattern, place->name,
                                      plan_generation(c));
    const CatalogPlace taken = place_named(c, place, name);
    const char *kind = container_kind(place->is_cluster), *id = taken.id;
    RelName named = {.database = place->database, .name = name};
    check_taken(c, kind, named, taken, id && is_ours(c, kind, id));
    check_declared(c, kind, named, place_is_declared(c, place, name));
    check_production(c, kind, named, id,
                     id && build_is_production(c->in->catalog, c->in->record, kind, id, named));
    check_retired(c, kind, named, id);
}

static void check_blue_place(Closure *c, const Place *place)
{
    const char *name =
        config_pattern(c->arena, c->in->environment->blue_pattern, place->name, plan_generation(c));
    RelName named = {.database = place->database, .name = name};
    check_taken(c, container_kind(place->is_cluster), named, place_named(c, place, name), false);
}

static void check_size(Closure *c, const Place *place)
{
    const ClusterConfig *config = config_cluster(c->in->environment, place->name);
    if ((config && config->size) || (place->cluster && place->cluster->size)) {
        return;
    }
    plan_refuse(c, "CO4107", place->name,
                place->cluster
                    ? arena_printf(c->arena,
                                   "cluster %s is unmanaged, and nothing says which size "
                                   "green must have",
                                   place->name)
                    : arena_printf(c->arena, "cluster %s does not exist, and nothing says its size",
                                   place->name),
                arena_printf(c->arena,
                             "way out:  environments.%s.clusters: {%s: {size: 25cc}} in "
                             "cutover.yaml",
                             c->in->environment->name, place->name));
}

static void check_schedule(Closure *c, const Place *place)
{
    if (place->cluster && place->cluster->scheduled) {
        plan_refuse(c, "CO4118", place->name,
                    arena_printf(c->arena,
                                 "cluster %s runs for refreshes alone (SCHEDULE = ON REFRESH), "
                                 "which its green side would not",
                                 place->name),
                    arena_printf(c->arena,
                                 "ways out:  ALTER CLUSTER %s SET (SCHEDULE = MANUAL),\n"
                                 "           or keep what changes on a cluster of its own",
                                 sql_ident(c->arena, place->name)));
    }
}

static void check_place(Closure *c, const Place *place)
{
    if (place->is_cluster && place->wanted && (place->green || !place->cluster)) {
        check_size(c, place);
    }
    if (!place->green) {
        return;
    }
    check_protected(c, place);
    check_made(c, place);
    check_schedule(c, place);
    if (place->wanted) {
        check_green_place(c, place);
    }
    if (place->schema || place->cluster) {
        check_blue_place(c, place);
    }
}

static void add_index_names(const Closure *c, Map *names, RelName on, const DesiredIndexes *indexes)
{
    vec_each (DesiredIndex, it, indexes) {
        RelName name = {on.database, on.schema, it->name};
        map_put(c->arena, names, relname_key(c->arena, name), it);
    }
}

/* Indexes share a schema's names with relations. */
static Map declared_names(const Closure *c)
{
    Map names = {0};
    vec_each (DesiredNode, it, &c->in->desired->nodes) {
        map_put(c->arena, &names, relname_key(c->arena, it->rel), it);
        add_index_names(c, &names, it->rel, &it->indexes);
    }
    vec_each (DesiredExternal, it, &c->in->desired->externals) {
        add_index_names(c, &names, it->rel, &it->indexes);
    }
    return names;
}

static void check_green_name(Closure *c, const PlanBeside *it, const Map *declared)
{
    const RelName named = {it->rel.database, it->rel.schema, it->green};
    const CatalogObject *green = catalog_object(c->in->catalog, named);
    check_taken(c, it->kind, named, catalog_object_place(green),
                green && is_ours(c, green->kind, green->id));
    check_declared(c, it->kind, named, map_get(declared, relname_key(c->arena, named)));
    check_production(c, it->kind, named, green ? green->id : NULL,
                     green && build_object_is_production(c->in->catalog, c->in->record, green));
    check_retired(c, it->kind, named, green ? green->id : NULL);
}

static void check_besides(Closure *c)
{
    Map declared = c->plan->besides.count ? declared_names(c) : (Map){0};
    vec_each (PlanBeside, it, &c->plan->besides) {
        if (it->node || it->index) {
            check_green_name(c, it, &declared);
        }
        if (it->live_id && it->blue) {
            const RelName blue = {it->rel.database, it->rel.schema, it->blue};
            const CatalogObject *taken = catalog_object(c->in->catalog, blue);
            check_taken(c, it->kind, blue, catalog_object_place(taken), false);
        }
    }
}

void plan_check_places(Closure *c)
{
    map_each (it, &c->schema_by_key) {
        check_place(c, it->value);
    }
    map_each (it, &c->cluster_by_name) {
        check_place(c, it->value);
    }
    check_besides(c);
}

/* ---- removals ---- */

/* "restore models/a.sql, models/b.sql and 3 more" */
static const char *restore_text(Closure *c)
{
    Buf buf = buf_new(c->arena, 64 * 1024);
    size_t named = 0, all = 0;
    vec_each (const CatalogObject *, it, &c->removed) {
        const RecordObject *known = record_object(c->in->record, (*it)->kind, (*it)->id);
        if ((*it)->on_id) {
            continue;
        }
        all++;
        if (named < NAMED_FILES) {
            const char *name = known && known->file ? known->file : plan_object_name(c, *it);
            buf_printf(&buf, "%s%s", named++ ? ", " : "restore ", name);
        }
    }
    if (all > named) {
        buf_printf(&buf, " and %zu more", all - named);
    }
    return buf.data;
}

static void check_number(Closure *c)
{
    int64_t limit = c->in->environment->max_drops, removed = (int64_t)c->plan->removed;
    const char *name = c->in->environment->name;
    bool empty = !c->in->desired->nodes.count;
    if (!removed || (!empty && removed <= limit)) {
        return;
    }
    const char *text =
        empty ? "the project is empty: everything would be removed"
              : arena_printf(c->arena, "%lld object%s would be removed, max_drops is %lld",
                             (long long)removed, removed == 1 ? "" : "s", (long long)limit);
    if (!plan_permitted(c, "drops", text)) {
        plan_refuse(c, empty ? "CO4111" : "CO4110", name, text,
                    plan_permit_ways(c, restore_text(c), "drops"));
    }
}

void plan_check_drops(Closure *c)
{
    check_number(c);
}

/* ---- what the server must know ---- */

static const char *did_you_mean(Closure *c, const char *name, const StrVec *known,
                                const char *otherwise)
{
    const char *nearest = str_nearest(name, known);
    return nearest
               ? arena_printf(c->arena, "ways out:  did you mean %s?  or  %s", nearest, otherwise)
               : arena_printf(c->arena, "way out:  %s", otherwise);
}

static void check_database(Closure *c, const Item *item)
{
    const StrVec *databases = &c->in->catalog->databases;
    const char *name = item->node->rel.database;
    if (!databases->count || str_in(databases, name)) {
        return;
    }
    plan_refuse(
        c, "CO4119", name,
        arena_printf(c->arena, "%s is of database %s, which does not exist (%s:%d)",
                     plan_item_name(c, item), name, item->node->file ? item->node->file : "?",
                     item->node->line),
        did_you_mean(c, name, databases,
                     arena_printf(c->arena, "CREATE DATABASE %s", sql_ident(c->arena, name))));
}

static void check_role(Closure *c, const Item *item, const char *role)
{
    const StrVec *roles = &c->in->catalog->roles;
    if (!roles->count || str_eq(role, "PUBLIC") || str_in(roles, role)) {
        return;
    }
    plan_refuse(c, "CO4116", role,
                arena_printf(c->arena, "%s is granted to role %s, which does not exist (%s:%d)",
                             plan_item_name(c, item), role,
                             item->node->file ? item->node->file : "?", item->node->line),
                did_you_mean(c, role, roles,
                             arena_printf(c->arena, "CREATE ROLE %s", sql_ident(c->arena, role))));
}

static void check_guest(Closure *c, const char *role)
{
    const StrVec *roles = &c->in->catalog->roles;
    if (!roles->count || str_eq(role, "PUBLIC") || str_in(roles, role)) {
        return;
    }
    plan_refuse(c, "CO4116", role,
                arena_printf(c->arena, "canary.grant names role %s, which does not exist", role),
                did_you_mean(c, role, roles,
                             arena_printf(c->arena, "CREATE ROLE %s", sql_ident(c->arena, role))));
}

static void check_known_size(Closure *c, const ClusterConfig *config)
{
    StrVec sizes = {0};
    vec_each (CatalogSize, it, &c->in->catalog->sizes) {
        vec_push(c->arena, &sizes, it->size);
    }
    if (!sizes.count || !config->size || str_in(&sizes, config->size)) {
        return;
    }
    plan_refuse(
        c, "CO4117", config->name,
        arena_printf(c->arena, "cluster %s: there is no size %s", config->name, config->size),
        did_you_mean(c, config->size, &sizes,
                     "SELECT size FROM mz_catalog.mz_cluster_replica_sizes"));
}

void plan_check_known(Closure *c)
{
    vec_each (Item, it, &c->items) {
        check_database(c, it);
        vec_each (DesiredGrant, grant, &it->node->grants) {
            check_role(c, it, grant->grantee);
        }
    }
    vec_each (const char *, role, &c->in->environment->canary_grant) {
        check_guest(c, *role);
    }
    vec_each (ClusterConfig, it, &c->in->environment->clusters) {
        check_known_size(c, it);
    }
}

/* ---- what source() reads ---- */

static bool is_system_schema(const char *name)
{
    return str_starts(name, "mz_") || str_starts(name, "pg_") || str_eq(name, "information_schema");
}

static const char *nearest_hint(Closure *c, RelName rel)
{
    const Objects *inside = map_get(&c->in_schema, schema_key(c->arena, rel.database, rel.schema));
    StrVec names = {0};
    for (size_t i = 0; inside && i < inside->count; i++) {
        vec_push(c->arena, &names, inside->items[i]->rel.name);
    }
    const char *nearest = str_nearest(rel.name, &names);
    return nearest ? arena_printf(c->arena, "way out:  did you mean %s.%s?", rel.schema, nearest)
                   : "way out:  create it first, or correct the source in the project";
}

static void check_input(Closure *c, const Item *item, RelName rel)
{
    const char *name = relname_text(c->arena, rel, c->in->desired->default_database);
    const Place *schema =
        map_get(&c->schema_by_key, schema_key(c->arena, rel.database, rel.schema));
    const char *file = item->node->file ? item->node->file : plan_item_name(c, item);
    if (map_get(&c->in->desired->node_by_rel, relname_key(c->arena, rel))) {
        if (schema && schema->green) {
            plan_refuse(c, "CO4114", name,
                        arena_printf(c->arena,
                                     "%s reads %s by source(), but this project makes it: green "
                                     "would read the old side",
                                     file, name),
                        "way out:  read it by ref()");
        }
    } else if (!catalog_object(c->in->catalog, rel) && !is_system_schema(rel.schema)) {
        plan_refuse(c, "CO4113", name,
                    arena_printf(c->arena, "%s reads %s, which does not exist", file, name),
                    nearest_hint(c, rel));
    }
}

void plan_check_inputs(Closure *c)
{
    vec_each (Item, it, &c->items) {
        bool made = it->green || it->state == ITEM_NEW;
        for (size_t i = 0; made && i < it->node->reads.count; i++) {
            check_input(c, it, it->node->reads.items[i]);
        }
    }
}
