/*
 * Dropping what is ours and not needed any more: objects by name, what reads others first, then schemas and
 * clusters with RESTRICT. CASCADE is never sent: when something else has come to depend on them the server
 * refuses, and a person is told.
 */
#include "pass_internal.h"

#include "cutover/str.h"

#define NAMES_PER_STATEMENT 50

static void note(Pass *pass, RecordEntries *entries, const RecordDeployment *d, const char *kind,
                 const char *id, RelName rel)
{
    RecordObject object = {.id = id, .kind = kind, .rel = rel, .action = "dropped"};
    vec_push(pass->arena, entries, entry_objects(pass->arena, d->id, &object, 1));
}

/* As many objects of one kind as follow each other, in one statement. */
static size_t run_of_kind(const Leftover *leftover, size_t from)
{
    size_t end = from;
    while (end < leftover->objects.count && end - from < NAMES_PER_STATEMENT &&
           str_eq(leftover->objects.items[end]->kind, leftover->objects.items[from]->kind)) {
        end++;
    }
    return end - from;
}

static bool drop_objects(Pass *pass, const RecordDeployment *d, const Leftover *leftover,
                         RecordEntries *entries, Err *err)
{
    for (size_t i = 0; i < leftover->objects.count;) {
        size_t n = run_of_kind(leftover, i);
        RelName names[NAMES_PER_STATEMENT];
        for (size_t k = 0; k < n; k++) {
            names[k] = leftover->objects.items[i + k]->rel;
        }
        const char *kind = leftover->objects.items[i]->kind;
        if (!pass_exec(pass, statement_drop(pass->arena, kind, names, n), err)) {
            return false;
        }
        for (size_t k = 0; k < n; k++) {
            note(pass, entries, d, kind, leftover->objects.items[i + k]->id, names[k]);
        }
        i += n;
    }
    return true;
}

static bool drop_containers(Pass *pass, const RecordDeployment *d, const Leftover *leftover,
                            RecordEntries *entries, Err *err)
{
    vec_each (const CatalogSchema *, it, &leftover->schemas) {
        if (!pass_exec(pass, statement_drop_schema(pass->arena, (*it)->database, (*it)->name),
                       err)) {
            return false;
        }
        note(pass, entries, d, "schema", (*it)->id,
             (RelName){.database = (*it)->database, .name = (*it)->name});
    }
    vec_each (const CatalogCluster *, it, &leftover->clusters) {
        if (!pass_exec(pass, statement_drop_cluster(pass->arena, (*it)->name), err)) {
            return false;
        }
        note(pass, entries, d, "cluster", (*it)->id, (RelName){.name = (*it)->name});
    }
    return true;
}

/* Every name still belongs to the id that it was looked up by: somebody may have given it to something else meanwhile. */
static bool all_there(const Catalog *now, const Leftover *leftover)
{
    bool there = true;
    vec_each (const CatalogObject *const, it, &leftover->objects) {
        there &= str_eq((*it)->id, catalog_id_at(now, (*it)->kind, (*it)->rel.database,
                                                 (*it)->rel.schema, (*it)->rel.name));
    }
    vec_each (const CatalogSchema *const, it, &leftover->schemas) {
        there &=
            str_eq((*it)->id, catalog_id_at(now, "schema", (*it)->database, NULL, (*it)->name));
    }
    vec_each (const CatalogCluster *const, it, &leftover->clusters) {
        there &= str_eq((*it)->id, catalog_id_at(now, "cluster", NULL, NULL, (*it)->name));
    }
    return there;
}

/* An index that is not to be dropped: the server drops it with what it is on, and says nothing. */
static const CatalogObject *taken_along(Arena *arena, const Catalog *now, const Leftover *leftover)
{
    Map going = {0};
    vec_each (const CatalogObject *const, it, &leftover->objects) {
        map_put(arena, &going, (*it)->id, *it);
    }
    vec_each (const CatalogObject, it, &now->objects) {
        if (it->on_id && map_get(&going, it->on_id) && !map_get(&going, it->id)) {
            return it;
        }
    }
    return NULL;
}

bool act_drop(Pass *pass, RecordDeployment *d, const Leftover *leftover, Err *err)
{
    RecordEntries entries = {0};
    const Catalog *now;
    if (!pass_look_again(pass, &now, err) || !all_there(now, leftover)) {
        return err->kind == ERR_NONE; /* the next pass looks anew */
    }
    const char *what = arena_printf(pass->arena, "cannot drop what is left of %s", d->id);
    const CatalogObject *index = taken_along(pass->arena, now, leftover);
    if (index) {
        const char *name = relname_text(pass->arena, index->rel, now->database);
        return pass_look_later(
            pass, d,
            arena_printf(pass->arena, "%s: index %s is not ours, and would go with it", what, name),
            err);
    }
    bool done = drop_objects(pass, d, leftover, &entries, err) &&
                drop_containers(pass, d, leftover, &entries, err);
    Err ignored = {0};
    if (entries.count && pg_usable(pass->pg)) {
        pass_append(pass, &entries, done ? err : &ignored);
    }
    return done ? err->kind == ERR_NONE : pass_try_later(pass, d, what, err);
}
