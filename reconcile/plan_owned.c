/* What an environment owns: docs/interface.md 1.4. */
#include "cutover/plan.h"

typedef struct Owning {
    Arena *arena;
    Map schemas, clusters;
    PlanOwnedList list;
} Owning;

static void own_schema(Owning *o, RelName rel)
{
    if (!map_put(o->arena, &o->schemas, schema_key(o->arena, rel.database, rel.schema), o)) {
        vec_push(o->arena, &o->list, (PlanOwned){.database = rel.database, .name = rel.schema});
    }
}

static void own_cluster(Owning *o, const char *name)
{
    if (name && !map_put(o->arena, &o->clusters, name, o)) {
        vec_push(o->arena, &o->list, (PlanOwned){.name = name});
    }
}

static void own_indexes(Owning *o, const DesiredIndexes *indexes)
{
    vec_each (DesiredIndex, it, indexes) {
        own_cluster(o, it->cluster);
    }
}

PlanOwnedList plan_owned(Arena *arena, const Desired *desired, const EnvironmentConfig *environment)
{
    Owning o = {.arena = arena};
    vec_each (DesiredNode, it, &desired->nodes) {
        own_schema(&o, it->rel);
        own_cluster(&o, it->cluster);
        own_indexes(&o, &it->indexes);
    }
    vec_each (DesiredExternal, it, &desired->externals) {
        own_indexes(&o, &it->indexes);
    }
    vec_each (ClusterConfig, it, &environment->clusters) {
        own_cluster(&o, it->name);
    }
    return o.list;
}
