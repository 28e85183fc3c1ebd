/* Warnings: what the plan does not do though Git says so, and whom the cutover will touch. */
#include "plan_internal.h"

#include "cutover/options.h"
#include "cutover/sqltok.h"
#include "cutover/str.h"

static const char *name_of(const Closure *c, RelName rel)
{
    return relname_text(c->arena, rel, c->in->desired->default_database);
}

static void warn(Closure *c, const char *code, const char *object, const char *text,
                 const char *hint)
{
    Diag *diag = diag_add(&c->plan->diags, DIAG_WARNING, code, "%s", text);
    diag->object = object;
    diag->hint = hint;
}

static void warn_of_difference(Closure *c, const Item *item)
{
    const RecordObject *known =
        item->live ? record_object(c->in->record, item->live->kind, item->live->id) : NULL;
    if (known && !str_eq(known->digest, item->node->digest)) {
        const char *name = plan_item_name(c, item);
        warn(c, "CO4202", name,
             arena_printf(c->arena,
                          "%s %s differs from what was created: it is never rebuilt by "
                          "itself",
                          node_kind_text(item->node->kind), name),
             "to have the new text, give it a new name, and let the models read that");
    }
}

/* ---- what cannot be set on what stays ---- */

static void warn_of_grants(Closure *c, RelName rel, const DesiredGrants *grants)
{
    const CatalogObject *live = catalog_object(c->in->catalog, rel);
    vec_each (DesiredGrant, it, grants) {
        bool there = live && str_eq(live->owner, it->grantee);
        for (size_t i = 0; live && i < live->grants.count; i++) {
            there |= str_eq(live->grants.items[i].grantee, it->grantee) &&
                     str_eq(live->grants.items[i].privilege, it->privilege);
        }
        if (!there) {
            bool everyone = str_eq(it->grantee, "PUBLIC");
            warn(c, "CO4204", name_of(c, rel),
                 arena_printf(c->arena,
                              "%s is not rebuilt, so its declared grant of %s to %s is not given "
                              "yet",
                              name_of(c, rel), it->privilege, it->grantee),
                 arena_printf(c->arena, "give it by hand:   GRANT %s ON %s TO %s", it->privilege,
                              relname_sql(c->arena, rel),
                              everyone ? "PUBLIC" : sql_ident(c->arena, it->grantee)));
        }
    }
}

static void warn_of_traits(Closure *c)
{
    vec_each (Item, it, &c->items) {
        if (!it->rebuildable && it->node->kind != NODE_SINK) {
            warn_of_difference(c, it);
        }
        if (it->live && !it->rebuildable && !plan_is_ours(c, it->live)) {
            warn_of_grants(c, it->node->rel, &it->node->grants);
        }
    }
    vec_each (DesiredExternal, it, &c->in->desired->externals) {
        warn_of_grants(c, it->rel, &it->grants);
    }
}

/* ---- who reads what is replaced ---- */

static void count_readers(Closure *c, Map *counts)
{
    vec_each (CatalogReader, reader, &c->in->catalog->readers) {
        vec_each (const char *, id, &reader->object_ids) {
            size_t *count = map_get(counts, *id);
            if (!count) {
                count = arena_make(c->arena, size_t);
                map_put(c->arena, counts, *id, count);
            }
            ++*count;
        }
    }
}

static void warn_of_reader(Closure *c, const CatalogObject *live, const Map *counts)
{
    const size_t *count = live ? map_get(counts, live->id) : NULL;
    if (count) {
        warn(c, "CO4201", plan_object_name(c, live),
             arena_printf(c->arena,
                          "%zu SUBSCRIBE%s %s; %s reading blue and end%s when it is dropped "
                          "(drain %s)",
                          *count, *count == 1 ? " reads" : "s read", plan_object_name(c, live),
                          *count == 1 ? "it goes on" : "they go on", *count == 1 ? "s" : "",
                          duration_text(c->arena, c->in->environment->drain)),
             NULL);
    }
}

static void warn_of_readers(Closure *c)
{
    Map counts = {0};
    count_readers(c, &counts);
    for (size_t i = 0; counts.count && i < c->items.count; i++) {
        const Item *item = &c->items.items[i];
        if (item->green) {
            warn_of_reader(c, item->live, &counts);
        }
    }
    vec_each (const CatalogObject *, it, &c->removed) {
        warn_of_reader(c, *it, &counts);
    }
}

/* ---- what green would not have ---- */

static void warn_of_option(Closure *c, const char *cluster, const char *what, const char *option)
{
    warn(c, "CO4205", cluster,
         arena_printf(c->arena, "the green side of cluster %s is made without %s", cluster, what),
         arena_printf(c->arena,
                      "give it again when the new side is live:   ALTER CLUSTER %s SET (%s)",
                      sql_ident(c->arena, cluster), option));
}

/* A strategy in words that are not known here is no option that could be shown. */
static void warn_of_options(Closure *c, const CatalogCluster *live)
{
    StrVec left = options_not_made(c->arena, plan_wanted_options(c, live));
    StrVec all = options_each(c->arena, live->options ? live->options : "");
    vec_each (const char *, it, &left) {
        warn_of_option(c, live->name, *it, *it);
    }
    if (live->scaled && !options_same(&all, "AUTO SCALING STRATEGY = ()")) {
        warn_of_option(c, live->name, "an AUTO SCALING STRATEGY", "AUTO SCALING STRATEGY = (...)");
    }
}

static void warn_of_what_green_lacks(Closure *c)
{
    vec_each (PlanContainer, it, &c->plan->clusters) {
        const CatalogCluster *live = catalog_cluster(c->in->catalog, it->name);
        if (it->wanted && live) {
            warn_of_options(c, live);
        }
    }
}

/* ---- where nothing runs ---- */

/* With a schedule the server sees to the replicas. */
static void warn_of_no_replica(Closure *c)
{
    vec_each (ClusterConfig, it, &c->in->environment->clusters) {
        const CatalogCluster *live = catalog_cluster(c->in->catalog, it->name);
        if (it->replication_factor == 0 && !(live && live->scheduled)) {
            warn(c, "CO4207", it->name,
                 arena_printf(c->arena,
                              "cluster %s has replication_factor 0 in cutover.yaml: nothing runs "
                              "there, and nothing that is built there becomes ready",
                              it->name),
                 "give it 1 or more, unless it is meant to stand still");
        }
    }
}

/* ---- what is not handed over ---- */

/* Said while nothing depends on it yet, so that no merge has to find it out at night. */
static void warn_of_strange_place(Closure *c, const Place *place)
{
    const char *strange = place->green ? NULL : plan_strange_place(c, place);
    vec_each (Item *, it, &place->tenants) {
        if (strange && (*it)->rebuildable) {
            warn(c, "CO4208", place->name,
                 arena_printf(c->arena,
                              "%s: what has to go green there will be refused until it is handed "
                              "over",
                              strange),
                 "hand it over:   cutover adopt");
            return;
        }
    }
}

static void warn_of_strange_places(Closure *c)
{
    map_each (it, &c->schema_by_key) {
        warn_of_strange_place(c, it->value);
    }
    map_each (it, &c->cluster_by_name) {
        warn_of_strange_place(c, it->value);
    }
}

/* ---- what ends ---- */

static void warn_of_soak(Closure *c)
{
    const Plan *plan = c->plan;
    bool any = plan->objects.count || plan->schemas.count || plan->clusters.count;
    vec_each (RecordDeployment, it, &c->in->record->deployments) {
        if (any && it->phase == PHASE_SOAKING && !str_eq(it->commit, c->in->commit)) {
            warn(c, "CO4206", c->in->environment->name,
                 arena_printf(c->arena,
                              "generation %lld soaks: the cutover of this commit ends that, and "
                              "its way back",
                              (long long)it->generation),
                 NULL);
        }
    }
}

void plan_warn(Closure *c)
{
    warn_of_soak(c);
    warn_of_strange_places(c);
    warn_of_no_replica(c);
    warn_of_what_green_lacks(c);
    warn_of_traits(c);
    warn_of_readers(c);
}
