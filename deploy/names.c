/* The list of names that a cutover changes, and that of the way back. */
#include "pass_internal.h"

#include "cutover/names_check.h"
#include "cutover/str.h"
#include "cutover/way_back.h"

static void add(Pass *pass, RecordNames *names, RecordName name)
{
    if (name.id) {
        vec_push(pass->arena, names, name);
    }
}

static void add_container(Pass *pass, RecordNames *names, const PlanContainer *container)
{
    const char *kind = container_kind(container->is_cluster);
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

static bool is_named(const RecordNames *names, const CatalogObject *index)
{
    vec_each (RecordName, it, names) {
        if (str_eq(it->kind, index->kind) && str_eq(it->id, index->id)) {
            return true;
        }
    }
    return false;
}

static void retire_indexes(Pass *pass, RecordNames *names, const char *relation, int64_t generation)
{
    vec_each (CatalogObject, it, &pass->snapshot.catalog->objects) {
        bool ours = record_object(pass->out->record, it->kind, it->id);
        if (ours && str_eq(it->on_id, relation) && !is_named(names, it)) {
            const char *blue = config_pattern(pass->arena, pass->in->environment->blue_pattern,
                                              it->rel.name, generation);
            add(pass, names,
                (RecordName){.kind = it->kind,
                             .id = it->id,
                             .database = it->rel.database,
                             .schema = it->rel.schema,
                             .from = it->rel.name,
                             .to = blue,
                             .retired = true});
        }
    }
}

/* What is retired in a schema that stays gives the names of its indexes away, too: what comes next may have one of that name. */
static void retire_all_indexes(Pass *pass, RecordNames *names, int64_t generation)
{
    for (size_t i = 0, count = names->count; i < count; i++) {
        RecordName it = names->items[i];
        if (it.retired && !is_container(it.kind)) {
            retire_indexes(pass, names, it.id, generation);
        }
    }
}

/* What it is by then must be there yet when the transaction is sent, and for the way back. */
static void note_what_they_hold(const Pass *pass, RecordNames *names)
{
    vec_each (RecordName, it, names) {
        it->holds =
            names_held(pass->snapshot.catalog, pass->out->record, names, false, it->kind, it->id)
                .count;
    }
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
    retire_all_indexes(pass, &names, pass->out->plan->live_generation);
    note_what_they_hold(pass, &names);
    return names;
}

RecordNames pass_back_names(Pass *pass, const RecordDeployment *d)
{
    RecordNames back = record_inverse(pass->arena, &d->cutover_names,
                                      pass->in->environment->blue_pattern, d->generation);
    RecordNames names = way_back_names(pass->arena, pass->snapshot.catalog, &back);
    retire_all_indexes(pass, &names, d->generation);
    note_what_they_hold(pass, &names);
    return names;
}

static bool strangers_meet(const Pass *pass, const RecordDeployment *d, const Catalog *now)
{
    const Record *record = pass->out->record;
    return names_bring_strangers(now, record, &d->names) ||
           names_meet_newcomers(now, record, &d->names, d->names_event);
}

/* Either side may have become somebody's, too: that keeps nobody from the way back. */
bool pass_names_fit(const Pass *pass, const RecordDeployment *d, const Catalog *now)
{
    return names_hold(now, pass->out->record, &d->names) &&
           !(d->phase == PHASE_CUTTING_OVER && strangers_meet(pass, d, now));
}
