/* Refusals: what stands in the way, why, and the ways out. */
#include "plan_internal.h"

#include "cutover/sqltok.h"
#include "cutover/str.h"

#include <ctype.h>
#include <string.h>

#define LONGEST_NAME 255

void plan_refuse(Closure *c, const char *code, const char *key, const char *text, const char *hint)
{
    const char *once = arena_printf(c->arena, "%s %s", code, key);
    if (map_put(c->arena, &c->refused, once, c)) {
        return;
    }
    Diag *diag = diag_add(&c->plan->diags, DIAG_REFUSED, code, "%s", text);
    diag->object = key;
    diag->hint = hint;
}

static const char *upper_kind(Closure *c, const char *kind)
{
    char *text = arena_strdup(c->arena, kind);
    for (char *p = text; *p; p++) {
        *p = *p == '-' ? ' ' : (char)toupper((unsigned char)*p);
    }
    return text;
}

static const char *plain_kind(Closure *c, const char *kind)
{
    return str_lower(c->arena, upper_kind(c, kind));
}

static const char *drop_statement(Closure *c, const CatalogObject *object)
{
    return arena_printf(c->arena, "DROP %s %s", upper_kind(c, object->kind),
                        relname_sql(c->arena, object->rel));
}

static const char *cause_text(Closure *c, const Item *because)
{
    if (!because) {
        return "";
    }
    const char *name = plan_item_name(c, because);
    if (because->state == ITEM_SAME) {
        return arena_printf(c->arena, " (because of %s)", name);
    }
    return arena_printf(c->arena, " (%s: %s)", name,
                        because->state == ITEM_NEW ? "new" : because->why.text);
}

void plan_refuse_stranger(Closure *c, const CatalogObject *object, const Item *because,
                          const char *relation)
{
    const char *name = relname_text(c->arena, object->rel, c->in->desired->default_database);
    const char *kind = plain_kind(c, object->kind);
    Buf hint = buf_new(c->arena, 8192);
    if (relation) {
        buf_printf(
            &hint,
            "schema %s must be swapped%s, and %s (%s, role %s) reads %s.\n"
            "After the swap it would still read the old generation; Cutover has no record of "
            "it and will not touch it.\n",
            because->node->rel.schema, cause_text(c, because), name, kind, object->owner, relation);
    } else {
        buf_printf(
            &hint,
            "%s (%s, role %s) is where green must go%s; Cutover has no record of it and will "
            "not touch it.\n",
            name, kind, object->owner, cause_text(c, because));
    }
    buf_printf(&hint,
               "ways out:  add it to the project and run   cutover adopt --select %s\n"
               "           or drop it                      %s",
               object->rel.name, drop_statement(c, object));
    plan_refuse(c, "CO4103", name, arena_printf(c->arena, "%s stands in the way", name), hint.data);
}

/* ---- containers that are never renamed or dropped ---- */

static const char *protected_reason(const Closure *c, const Place *place)
{
    const PlanInput *in = c->in;
    const char *owner = place->schema    ? place->schema->owner
                        : place->cluster ? place->cluster->owner
                                         : NULL;
    if (owner && str_starts(owner, "mz_")) {
        return "it belongs to a system role";
    }
    if (place->is_cluster) {
        return str_eq(place->name, "quickstart")         ? "it is the default cluster"
               : str_eq(place->name, in->record_cluster) ? "the record is read on it"
                                                         : NULL;
    }
    if (str_eq(place->name, "public") && str_eq(place->database, "materialize")) {
        return "it is the default schema";
    }
    bool record =
        str_eq(place->name, in->record_schema) && str_eq(place->database, in->catalog->database);
    return record ? "the record lies in it" : NULL;
}

static void check_protected(Closure *c, const Place *place)
{
    const char *why = protected_reason(c, place);
    if (!why) {
        return;
    }
    const char *kind = place->is_cluster ? "cluster" : "schema";
    plan_refuse(
        c, "CO4106", place->name,
        arena_printf(c->arena, "%s %s must not be replaced: %s", kind, place->name, why),
        place->is_cluster
            ? "way out:  give the models another cluster: config(cluster=...), or the target's "
              "`cluster` in profiles.yml"
            : "way out:  give the models another schema: `+schema: NAME` in dbt_project.yml, or "
              "the target's `schema` in profiles.yml");
}

static bool is_ours(const Closure *c, const char *kind, const char *id)
{
    return record_object(c->in->record, kind, id) ||
           map_get(&c->ignored, arena_printf(c->arena, "%s:%s", kind, id));
}

static void check_taken(Closure *c, const Place *place, const char *name, bool blue)
{
    const Catalog *catalog = c->in->catalog;
    const CatalogSchema *schema =
        place->is_cluster ? NULL : catalog_schema(catalog, place->database, name);
    const CatalogCluster *cluster = place->is_cluster ? catalog_cluster(catalog, name) : NULL;
    const char *id = schema ? schema->id : cluster ? cluster->id : NULL;
    const char *kind = place->is_cluster ? "cluster" : "schema";
    if (id && (blue || !is_ours(c, kind, id))) {
        plan_refuse(
            c, "CO4121", name,
            arena_printf(c->arena, "%s %s exists already, and is not Cutover's", kind, name),
            arena_printf(c->arena,
                         "way out:  rename it, or choose other names: environments.%s.names",
                         c->in->environment->name));
    }
    if (strlen(name) > LONGEST_NAME) {
        plan_refuse(
            c, "CO4120", name,
            arena_printf(c->arena, "the name %s is longer than %d bytes", name, LONGEST_NAME),
            "way out:  a shorter name, or shorter patterns in `names`");
    }
}

static void check_size(Closure *c, const Place *place)
{
    const ClusterConfig *config = config_cluster(c->in->environment, place->name);
    bool sized = (config && config->size) || (place->cluster && place->cluster->size);
    if (!sized) {
        plan_refuse(
            c, "CO4107", place->name,
            arena_printf(c->arena, "cluster %s does not exist, and nothing says its size",
                         place->name),
            arena_printf(c->arena,
                         "way out:  environments.%s.clusters: {%s: {size: 25cc}} in cutover.yaml",
                         c->in->environment->name, place->name));
    }
}

void plan_check_places(Closure *c)
{
    int64_t n = c->in->live_generation < 0 ? 0 : c->in->live_generation;
    const EnvironmentConfig *e = c->in->environment;
    const Map *maps[] = {&c->schema_by_key, &c->cluster_by_name};
    for (int i = 0; i < 2; i++) {
        map_each (it, maps[i]) {
            const Place *place = it->value;
            bool absent_cluster = place->is_cluster && place->declared && !place->cluster;
            if (absent_cluster || (place->is_cluster && place->green)) {
                check_size(c, place);
            }
            if (!place->green) {
                continue;
            }
            check_protected(c, place);
            if (place->wanted) {
                check_taken(c, place, config_pattern(c->arena, e->green_pattern, place->name, n),
                            false);
            }
            if (place->schema || place->cluster) {
                check_taken(c, place, config_pattern(c->arena, e->blue_pattern, place->name, n),
                            true);
            }
        }
    }
}

/* ---- removals ---- */

void plan_check_drops(Closure *c)
{
    int64_t limit = c->in->environment->max_drops, removed = (int64_t)c->plan->removed;
    if (removed && !c->in->desired->nodes.count) {
        plan_refuse(
            c, "CO4111", c->in->environment->name,
            "the project is empty: everything would be removed",
            "way out:  restore the models; removing all of them needs a permit, which is not "
            "yet supported");
    } else if (removed > limit) {
        plan_refuse(
            c, "CO4110", c->in->environment->name,
            arena_printf(c->arena, "%lld objects would be removed, max_drops is %lld",
                         (long long)removed, (long long)limit),
            "ways out:  restore the models, or raise max_drops in cutover.yaml (at most 1000)");
    }
    vec_each (Item, it, &c->items) {
        if (it->node->kind == NODE_SINK) {
            plan_refuse(
                c, "CO4112", plan_item_name(c, it),
                arena_printf(c->arena, "sink %s: sinks are not yet supported",
                             plan_item_name(c, it)),
                "way out:  disable the model, config(enabled=false), and keep the sink by hand");
        }
    }
}
