/*
 * ./dev bench: how long planning takes, against a catalog in memory in which all of the project is live and every tenth
 * node has changed since. usage: bench_plan FOLDER; prints objects in the plan and seconds.
 */
#include "plan_catalog.h"

#include "cutover/dbt.h"
#include "cutover/files_disk.h"

#include <stdio.h>
#include <time.h>

enum { ONE_IN = 10 };

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static Desired *read_project(Arena *arena, const char *folder)
{
    FileSet files = {0};
    Map env = {0};
    Diags diags = diags_new(arena);
    Err err = {0};
    GitLimits limits = {0};
    if (!files_disk_read(arena, folder, &limits, &files, &diags, &err)) {
        fail_msg("%s", err.message);
    }
    DbtOptions options = {.files = &files, .env = &env, .target = "prod"};
    DbtProject *project = dbt_read(arena, &options, &diags);
    if (!project) {
        fail_msg("%s has errors", folder);
    }
    return project->desired;
}

/* NODE as an object of the catalog, and what the record knows of it; CHANGED: its digest was another then. */
static void make_live(World *w, const DesiredNode *node, bool changed, Map *ids)
{
    if (!world_live_schema(w, node->rel.database, node->rel.schema)) {
        world_add_schema(w, node->rel.database, node->rel.schema, "cutover");
    }
    CatalogObject object = {.id = world_id(w),
                            .kind = node_kind_catalog(node->kind),
                            .rel = node->rel,
                            .owner = "cutover"};
    vec_each (const char *, it, &((DesiredNode *)node)->depends) {
        vec_push(w->arena, &object.reads, map_get(ids, *it));
    }
    map_put(w->arena, ids, node->id, object.id);
    vec_push(w->arena, &w->catalog->objects, object);
    RecordObject *record = arena_make(w->arena, RecordObject);
    *record = (RecordObject){.id = object.id,
                             .kind = object.kind,
                             .rel = node->rel,
                             .cluster = node->cluster,
                             .digest = changed ? "v1:before" : node->digest,
                             .node = node->id,
                             .action = "created"};
    map_put(w->arena, &w->record->object_by_id,
            arena_printf(w->arena, "%s:%s", object.kind, object.id), record);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
        return 64;
    }
    Arena *arena = arena_new();
    World *w = world_new(arena);
    Map ids = {0};
    w->desired = read_project(arena, argv[1]);
    world_stranger(w, "table", "public.raw_orders", NULL, NULL);
    for (size_t i = 0; i < w->desired->nodes.count; i++) {
        make_live(w, &w->desired->nodes.items[i], i % ONE_IN == 0, &ids);
    }
    world_seal(w);
    double began = now();
    const Plan *plan = world_plan_sealed(w);
    double took = now() - began;
    vec_each (Diag, it, &((Plan *)plan)->diags.list) {
        fprintf(stderr, "%s\n", it->message);
    }
    printf("%zu %.6f\n", plan->objects.count, took);
    bool planned = plan->outcome == PLAN_CHANGES;
    arena_free(arena);
    return planned ? 0 : 1;
}
