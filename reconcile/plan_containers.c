/* Schemas and clusters that take part in the cutover: their names, sizes and prices. */
#include "build_internal.h"
#include "plan_internal.h"

#include "cutover/options.h"

int64_t plan_generation(const Closure *c)
{
    return c->in->live_generation < 0 ? 0 : c->in->live_generation;
}

const char *plan_wanted_options(const Closure *c, const CatalogCluster *live)
{
    const RecordObject *known =
        live && c->in->heals ? record_object(c->in->record, "cluster", live->id) : NULL;
    return known && known->options ? known->options : live ? live->options : NULL;
}

/* From cutover.yaml, else as production's. */
static void set_size(const Closure *c, const Place *place, PlanContainer *container)
{
    const ClusterConfig *config = config_cluster(c->in->environment, place->name);
    const CatalogCluster *live = place->cluster;
    bool sized = config && config->size;
    bool factored = config && config->replication_factor >= 0;
    container->size = sized ? config->size : live ? live->size : NULL;
    container->replication_factor = factored ? config->replication_factor
                                    : live   ? live->replication_factor
                                             : 1;
    container->options = options_to_make(c->arena, plan_wanted_options(c, live));
    container->credits_per_hour =
        catalog_credits(c->in->catalog, container->size) * (double)container->replication_factor;
}

static PlanContainer container_of(Closure *c, const Place *place)
{
    const EnvironmentConfig *e = c->in->environment;
    int64_t n = plan_generation(c);
    PlanContainer container = {.is_cluster = place->is_cluster,
                               .database = place->database,
                               .name = place->name,
                               .green = config_pattern(c->arena, e->green_pattern, place->name, n),
                               .blue = config_pattern(c->arena, e->blue_pattern, place->name, n),
                               .live_id = place->schema    ? place->schema->id
                                          : place->cluster ? place->cluster->id
                                                           : NULL,
                               .wanted = place->wanted,
                               .reason = plan_place_reason(c, place)};
    if (place->is_cluster && place->wanted) {
        set_size(c, place, &container);
    }
    return container;
}

void plan_add_containers(Closure *c)
{
    Plan *plan = c->plan;
    map_each (it, &c->schema_by_key) {
        const Place *place = it->value;
        if (place->green) {
            PlanContainer container = container_of(c, place);
            vec_push(c->arena, &plan->schemas, container);
            if (place->wanted) {
                map_put(c->arena, &plan->names.schemas, it->key, container.green);
            }
        }
    }
    map_each (it, &c->cluster_by_name) {
        const Place *place = it->value;
        if (place->green) {
            PlanContainer container = container_of(c, place);
            vec_push(c->arena, &plan->clusters, container);
            plan->green_credits_per_hour += container.credits_per_hour;
            if (place->wanted) {
                map_put(c->arena, &plan->names.clusters, it->key, container.green);
            }
        }
    }
}

/* An old side's that somebody gave another name is told as drift, which may be healed. */
static void leave(Closure *c, PlanContainers *places)
{
    PlanContainers stay = {0};
    vec_each (PlanContainer, it, places) {
        if (build_is_retired(c->in->record, container_kind(it->is_cluster), it->live_id)) {
            vec_push(c->arena, &stay, *it);
            continue;
        }
        Diag *diag = diag_add(&c->plan->diags, DIAG_WARNING, "CO4203",
                              "%s %s is no longer in Git, but stays: something was in it when this "
                              "commit was cut over, so that it goes with the next one",
                              container_kind(it->is_cluster), it->name);
        diag->object = it->name;
    }
    *places = stay;
}

static bool any_wanted(const PlanContainers *places)
{
    vec_each (PlanContainer, it, places) {
        if (it->wanted) {
            return true;
        }
    }
    return false;
}

void plan_leave_emptied(Closure *c)
{
    Plan *plan = c->plan;
    if (c->in->is_live && plan->objects.count == 0 && !any_wanted(&plan->schemas) &&
        !any_wanted(&plan->clusters)) {
        leave(c, &plan->schemas);
        leave(c, &plan->clusters);
    }
}
