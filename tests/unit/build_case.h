/* A plan of two relations and an index, and what stands in green of it. */
#ifndef TESTS_BUILD_CASE_H
#define TESTS_BUILD_CASE_H

#include "plan_world.h"

#include "cutover/build.h"

/* The project in its green rendering. */
static inline Desired *green_of(World *w, const Plan *plan)
{
    Desired *green = world_desired(w);
    vec_each (DesiredNode, it, &w->desired->nodes) {
        DesiredNode node = *it;
        node.rel = namemap_rel(w->arena, &plan->names, it->rel);
        node.cluster = namemap_cluster(&plan->names, it->cluster);
        node.indexes = (DesiredIndexes){0};
        vec_each (DesiredIndex, index, &it->indexes) {
            DesiredIndex mapped = *index;
            mapped.cluster = namemap_cluster(&plan->names, index->cluster);
            vec_push(w->arena, &node.indexes, mapped);
        }
        vec_push(w->arena, &green->nodes, node);
    }
    desired_seal(w->arena, green, halves_here);
    return green;
}

typedef struct Case {
    World *w;
    Plan *plan;
    RecordDeployment deployment;
    bool canary;
} Case;

static inline void intend(Arena *arena, RecordDeployment *d, int64_t event)
{
    d->has_intent = true;
    d->audit_event = event;
    memset(&d->intents, 0, sizeof d->intents);
    vec_push(arena, &d->intents, (RecordIntent){.event = event});
}

static inline Case begin(Arena *arena)
{
    Case c = {.w = world_new(arena)};
    world_size(c.w, "compute", "100cc", 1);
    world_declare(c.w, NODE_VIEW, "shop.clean", NULL, "[public.orders]");
    world_declare(c.w, NODE_MATERIALIZED_VIEW, "shop.daily", "compute", "shop.clean");
    world_index(c.w, "shop.daily", "daily_idx", "compute", "day");
    c.plan = world_plan(c.w);
    c.deployment = (RecordDeployment){.id = "production-g1-4f2a9c1b03de",
                                      .manifest_digest = c.w->desired->manifest_digest};
    intend(arena, &c.deployment, 10);
    vec_push(arena, &c.w->record->deployments, c.deployment);
    return c;
}

static inline Build *compare(Case *c)
{
    world_seal(c->w);
    BuildInput input = {.plan = c->plan,
                        .production = c->w->desired,
                        .green = green_of(c->w, c->plan),
                        .catalog = c->w->catalog,
                        .record = c->w->record,
                        .deployment = &c->deployment,
                        .environment = &c->w->environment,
                        .canary = c->canary};
    return build_compare(c->w->arena, &input);
}

/* What a build that nobody recorded leaves behind, with its creations in the audit log. */
static inline void make_green(Case *c, const char *user)
{
    Map recorded = c->w->record->object_by_id;
    world_make_containers(c->w, c->plan);
    world_make_objects(c->w, c->plan);
    c->w->record->object_by_id = recorded;
    memset(&c->w->record->object_by_id, 0, sizeof recorded);
    vec_each (CatalogObject, it, &c->w->catalog->objects) {
        vec_push(c->w->arena, &c->w->catalog->creations,
                 (CatalogCreation){.event = 11, .kind = it->kind, .id = it->id, .user = user});
    }
    vec_each (CatalogSchema, it, &c->w->catalog->schemas) {
        vec_push(c->w->arena, &c->w->catalog->creations,
                 (CatalogCreation){.event = 11, .kind = "schema", .id = it->id, .user = user});
    }
    vec_each (CatalogCluster, it, &c->w->catalog->clusters) {
        vec_push(c->w->arena, &c->w->catalog->creations,
                 (CatalogCreation){.event = 11, .kind = "cluster", .id = it->id, .user = user});
    }
}

static inline void record_claims(Case *c, const Build *build)
{
    vec_each (RecordObject, it, &build->claims) {
        world_record(c->w, it->kind, it->id, it->rel, it->cluster, it->digest, it->node);
    }
}

#endif
