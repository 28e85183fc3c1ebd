/* The list of names that a cutover changes, and that of the way back. */
#include "pass_internal.h"

#include "cutover/str.h"

static void add(Pass *pass, RecordNames *names, RecordName name)
{
    if (name.id) {
        vec_push(pass->arena, names, name);
    }
}

static const char *green_id(const Pass *pass, const PlanContainer *container)
{
    const Catalog *catalog = pass->snapshot.catalog;
    if (container->is_cluster) {
        const CatalogCluster *cluster = catalog_cluster(catalog, container->green);
        return cluster ? cluster->id : NULL;
    }
    const CatalogSchema *schema = catalog_schema(catalog, container->database, container->green);
    return schema ? schema->id : NULL;
}

static void add_container(Pass *pass, RecordNames *names, const PlanContainer *container)
{
    const char *kind = container->is_cluster ? "cluster" : "schema";
    if (container->wanted) {
        add(pass, names,
            (RecordName){.kind = kind,
                         .id = green_id(pass, container),
                         .database = container->database,
                         .from = container->green,
                         .to = container->name});
    }
    add(pass, names,
        (RecordName){.kind = kind,
                     .id = container->live_id,
                     .database = container->database,
                     .from = container->name,
                     .to = container->blue,
                     .retired = true});
}

static void add_index(Pass *pass, RecordNames *names, const PlanIndexSwap *swap)
{
    const Catalog *catalog = pass->snapshot.catalog;
    RelName at = {swap->on.database, swap->on.schema, swap->green};
    const CatalogObject *green = swap->index ? catalog_object(catalog, at) : NULL;
    const CatalogObject *live = catalog_object_by_id(catalog, swap->live_id);
    add(pass, names,
        (RecordName){.kind = "index",
                     .id = green ? green->id : NULL,
                     .database = at.database,
                     .schema = at.schema,
                     .from = swap->green,
                     .to = swap->index ? swap->index->name : NULL});
    add(pass, names,
        (RecordName){.kind = "index",
                     .id = live ? live->id : NULL,
                     .database = at.database,
                     .schema = at.schema,
                     .from = live ? live->rel.name : NULL,
                     .to = swap->blue,
                     .retired = true});
}

RecordNames pass_cutover_names(Pass *pass)
{
    RecordNames names = {0};
    vec_each (PlanContainer, it, &pass->out->plan->schemas) {
        add_container(pass, &names, it);
    }
    vec_each (PlanContainer, it, &pass->out->plan->clusters) {
        add_container(pass, &names, it);
    }
    vec_each (PlanIndexSwap, it, &pass->out->plan->index_swaps) {
        add_index(pass, &names, it);
    }
    return names;
}

static const char *id_at(const Pass *pass, const RecordName *name)
{
    const Catalog *catalog = pass->snapshot.catalog;
    if (str_eq(name->kind, "schema")) {
        const CatalogSchema *schema = catalog_schema(catalog, name->database, name->from);
        return schema ? schema->id : NULL;
    }
    if (str_eq(name->kind, "cluster")) {
        const CatalogCluster *cluster = catalog_cluster(catalog, name->from);
        return cluster ? cluster->id : NULL;
    }
    const CatalogObject *index =
        catalog_object(catalog, (RelName){name->database, name->schema, name->from});
    return index ? index->id : NULL;
}

bool pass_names_hold(const Pass *pass, const RecordNames *names)
{
    vec_each (RecordName, it, names) {
        if (!str_eq(id_at(pass, it), it->id)) {
            return false;
        }
    }
    return true;
}
