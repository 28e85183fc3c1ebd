/* The list of names that a cutover changes, and that of the way back. */
#include "pass_internal.h"

#include "cutover/str.h"

static void add(Pass *pass, RecordNames *names, RecordName name)
{
    if (name.id) {
        vec_push(pass->arena, names, name);
    }
}

static void add_container(Pass *pass, RecordNames *names, const PlanContainer *container)
{
    const char *kind = container->is_cluster ? "cluster" : "schema";
    if (container->wanted) {
        add(pass, names,
            (RecordName){.kind = kind,
                         .id = catalog_id_at(pass->snapshot.catalog, kind, container->database,
                                             NULL, container->green),
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

static void add_beside(Pass *pass, RecordNames *names, const PlanBeside *it)
{
    bool built = it->node || it->index;
    RelName at = {it->rel.database, it->rel.schema, it->green};
    const char *green =
        catalog_id_at(pass->snapshot.catalog, it->kind, at.database, at.schema, at.name);
    add(pass, names,
        (RecordName){.kind = it->kind,
                     .id = built ? green : NULL,
                     .database = at.database,
                     .schema = at.schema,
                     .from = it->green,
                     .to = it->rel.name});
    add(pass, names,
        (RecordName){.kind = it->kind,
                     .id = it->live_id,
                     .database = at.database,
                     .schema = at.schema,
                     .from = it->rel.name,
                     .to = it->blue,
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
    vec_each (PlanBeside, it, &pass->out->plan->besides) {
        if (!it->replaces) {
            add_beside(pass, &names, it);
        }
    }
    return names;
}

bool pass_names_hold(const Pass *pass, const RecordNames *names)
{
    vec_each (RecordName, it, names) {
        const char *id =
            catalog_id_at(pass->snapshot.catalog, it->kind, it->database, it->schema, it->from);
        if (!str_eq(id, it->id)) {
            return false;
        }
    }
    return true;
}
