/* What a deployment left behind: the green of one that failed, the blue of one that is live. */
#include "build_internal.h"

#include "cutover/replace.h"
#include "cutover/str.h"

typedef struct Search {
    Arena *arena;
    const Catalog *catalog;
    const Record *record;
    Map created;
    bool late; /* only what nobody has recorded, of deployments that are over */
    bool
        recorded; /* only what is recorded is ours: nothing is made on an old side, but by people who bear our role */
    const RecordName *retired; /* the schema of the old side that is looked through, or NULL */
    Leftover *found;
} Search;

static Search search_new(Arena *arena, const Catalog *catalog, const Record *record)
{
    Search s = {.arena = arena, .catalog = catalog, .record = record};
    s.created = build_created_by_us(arena, catalog, record);
    s.found = arena_make(arena, Leftover);
    s.found->foreign = diags_new(arena);
    return s;
}

static bool ours(const Search *s, const char *kind, const char *id)
{
    return record_object(s->record, kind, id) ||
           (!s->recorded && map_get(&s->created, id_key(s->arena, kind, id)));
}

static bool is_named_beside(const Search *s, const CatalogObject *object)
{
    vec_each (RecordDeployment, d, &s->record->deployments) {
        vec_each (RecordGreen, it, &d->green) {
            if (str_eq(it->kind, object->kind) && str_eq(it->schema, s->retired->from) &&
                str_eq(it->database, s->retired->database) && str_eq(it->green, object->rel.name)) {
                return true;
            }
        }
    }
    return false;
}

/* A build that was stopped may not have noted it, and its schema took it along when that was retired. */
static bool is_made_beside(const Search *s, const CatalogObject *object)
{
    const CatalogObject *on = catalog_object_by_id(s->catalog, object->on_id);
    return s->retired && map_get(&s->created, id_key(s->arena, object->kind, object->id)) &&
           (is_named_beside(s, object) || (on && is_named_beside(s, on)));
}

static bool may_go(const Search *s, const char *kind, const char *id, RelName name)
{
    return ours(s, kind, id) && !build_is_production(s->catalog, s->record, kind, id, name) &&
           !(s->late && record_object(s->record, kind, id));
}

static void refuse(Search *s, const CatalogObject *object, const char *why)
{
    const char *name = relname_text(s->arena, object->rel, s->catalog->database);
    Diag *diag =
        diag_add(&s->found->foreign, DIAG_REFUSED, "CO4123",
                 "%s %s is on a side that is to be dropped, and %s", object->kind, name, why);
    diag->object = name;
    diag->hint = "move or drop it; nothing of that side is dropped before";
}

static bool is_found(const Search *s, const CatalogObject *object)
{
    for (size_t i = 0; i < s->found->objects.count; i++) {
        if (s->found->objects.items[i] == object) {
            return true;
        }
    }
    return false;
}

static void add_object(Search *s, const CatalogObject *object)
{
    if (is_found(s, object)) {
        return;
    }
    if (ours(s, object->kind, object->id) || is_made_beside(s, object)) {
        vec_push(s->arena, &s->found->objects, object);
    } else {
        refuse(s, object, "is not ours");
    }
}

/* A commit that went live has removed it, and somebody has permitted that. */
static bool is_to_go(const Search *s, const CatalogObject *object)
{
    vec_each (RecordDeployment, d, &s->record->deployments) {
        vec_each (RecordPlace, it, &d->drops) {
            if (d->cut_over && str_eq(it->kind, object->kind) && str_eq(it->id, object->id)) {
                return true;
            }
        }
    }
    return false;
}

/* Whatever has put it there: production is not dropped with the place, nor is what nobody can make again. */
static const char *keeps(const Search *s, const CatalogObject *object)
{
    if (is_to_go(s, object)) {
        return NULL;
    }
    return build_object_is_production(s->catalog, s->record, object) ? "is production"
           : s->recorded && build_holds_data(s->record, object)
               ? "holds data that nobody has permitted to drop"
               : NULL;
}

static void add_inside(Search *s, const CatalogObject *object)
{
    const char *why = is_found(s, object) ? NULL : keeps(s, object);
    if (why) {
        refuse(s, object, why);
    } else {
        add_object(s, object);
    }
}

static void add_with_indexes(Search *s, const CatalogObject *object)
{
    add_object(s, object);
    vec_each (CatalogObject, it, &s->catalog->objects) {
        if (str_eq(it->on_id, object->id)) {
            add_object(s, it);
        }
    }
}

static void add_schema(Search *s, const CatalogSchema *schema)
{
    vec_push(s->arena, &s->found->schemas, schema);
    vec_each (CatalogObject, it, &s->catalog->objects) {
        if (str_eq(it->rel.schema, schema->name) && str_eq(it->rel.database, schema->database)) {
            add_inside(s, it);
        }
    }
}

static void add_cluster(Search *s, const CatalogCluster *cluster)
{
    vec_push(s->arena, &s->found->clusters, cluster);
    vec_each (CatalogObject, it, &s->catalog->objects) {
        if (str_eq(it->cluster_id, cluster->id)) {
            add_inside(s, it);
        }
    }
}

static Leftover *finish(Search *s)
{
    build_order_drops(s->arena, s->found->objects.items, s->found->objects.count);
    return s->found;
}

static void add_green(Search *s, const RecordGreen *green)
{
    const Catalog *catalog = s->catalog;
    if (str_eq(green->kind, "schema")) {
        const CatalogSchema *schema = catalog_schema(catalog, green->database, green->green);
        if (schema && may_go(s, "schema", schema->id,
                             (RelName){.database = green->database, .name = green->green})) {
            add_schema(s, schema);
        }
    } else if (str_eq(green->kind, "cluster")) {
        const CatalogCluster *cluster = catalog_cluster(catalog, green->green);
        if (cluster && may_go(s, "cluster", cluster->id, (RelName){.name = green->green})) {
            add_cluster(s, cluster);
        }
    } else {
        const CatalogObject *object =
            catalog_object(catalog, (RelName){green->database, green->schema, green->green});
        if (object && str_eq(object->kind, green->kind) &&
            may_go(s, object->kind, object->id, object->rel)) {
            add_with_indexes(s, object);
        }
    }
}

/* It waits for its APPLY REPLACEMENT, and is the deployment's own to drop. */
static bool is_to_be_applied(const RecordDeployment *d, const RecordGreen *green)
{
    return green->replaces && !phase_is_final(d->phase) && !phase_is_before_cutover(d->phase);
}

static void add_greens(Search *s)
{
    Map names = {0};
    vec_each (RecordDeployment, d, &s->record->deployments) {
        for (size_t i = 0; (build_is_over(d) || !s->late) && i < d->green.count; i++) {
            const RecordGreen *green = &d->green.items[i];
            const char *key = arena_printf(s->arena, "%s\x1f%s\x1f%s\x1f%s", green->kind,
                                           green->database ? green->database : "",
                                           green->schema ? green->schema : "", green->green);
            if (!is_to_be_applied(d, green) && !map_put(s->arena, &names, key, green)) {
                add_green(s, green);
            }
        }
    }
}

Leftover *leftover_green(Arena *arena, const Catalog *catalog, const Record *record)
{
    Search s = search_new(arena, catalog, record);
    add_greens(&s);
    return finish(&s);
}

Leftover *leftover_late(Arena *arena, const Catalog *catalog, const Record *record)
{
    Search s = search_new(arena, catalog, record);
    s.late = true;
    add_greens(&s);
    return finish(&s);
}

Leftover *leftover_replacement(Arena *arena, const Catalog *catalog, const Record *record,
                               const RecordDeployment *deployment)
{
    Search s = search_new(arena, catalog, record);
    Replacing replacing = replace_state(catalog, record, deployment);
    if (replacing.state == REPLACE_READY) {
        add_object(&s, replacing.live);
    }
    return finish(&s);
}

/* NAME's container, relation or index, when it still bears the name that the cutover gave to the old side. */
static void add_retired(Search *s, const RecordName *name)
{
    if (str_eq(name->kind, "schema")) {
        const CatalogSchema *schema = catalog_schema(s->catalog, name->database, name->to);
        if (schema && str_eq(schema->id, name->id)) {
            s->retired = name;
            add_schema(s, schema);
            s->retired = NULL;
        }
    } else if (str_eq(name->kind, "cluster")) {
        const CatalogCluster *cluster = catalog_cluster(s->catalog, name->to);
        if (cluster && str_eq(cluster->id, name->id)) {
            add_cluster(s, cluster);
        }
    } else {
        const CatalogObject *object =
            catalog_object(s->catalog, (RelName){name->database, name->schema, name->to});
        if (object && str_eq(object->kind, name->kind) && str_eq(object->id, name->id)) {
            add_with_indexes(s, object);
        }
    }
}

/* What of the old side somebody has renamed, but for what he has given production's names: it goes with the next commit. */
static void add_renamed(Search *s, const RecordDeployment *deployment)
{
    s->recorded = true;
    vec_each (const RecordName, it, &deployment->cutover_names) {
        const CatalogObject *object = catalog_object_by_id(s->catalog, it->id);
        const CatalogSchema *schema = catalog_schema_by_id(s->catalog, it->id);
        if (it->retired && str_eq(it->kind, "schema") && schema) {
            add_schema(s, schema);
        } else if (it->retired && object && str_eq(object->kind, it->kind) && !keeps(s, object)) {
            add_with_indexes(s, object);
        }
    }
    s->recorded = false;
}

/*
 * What is dropped beside the old side, unless the way back was taken, or a newer commit declares it again: then it stays, with
 * its data. Whether one does is not known while what is wanted does not compile.
 */
static void add_drops(Search *s, const RecordDeployment *deployment, const Desired *wanted)
{
    bool back = deployment->phase == PHASE_ROLLING_BACK || deployment->phase == PHASE_ROLLED_BACK;
    for (size_t i = 0; !back && i < deployment->drops.count; i++) {
        const RecordPlace *drop = &deployment->drops.items[i];
        const CatalogObject *object = catalog_object(s->catalog, drop->rel);
        if (!object || !str_eq(object->id, drop->id) || !str_eq(object->kind, drop->kind)) {
            continue;
        }
        s->found->undecided |= !wanted;
        if (wanted && !build_is_kept_after_all(wanted, drop)) {
            add_with_indexes(s, object);
        }
    }
}

/*
 * The names of its last transaction and those of its cutover: when another controller wrote down a way back that
 * was never taken, the old side is still where the cutover left it. Ids tell which of them is so.
 */
static void add_old_side(Search *s, const RecordDeployment *deployment)
{
    const RecordNames *lists[] = {&deployment->names, &deployment->cutover_names};
    s->recorded = true;
    size_t count = lists[0]->items == lists[1]->items ? 1 : 2;
    for (size_t i = 0; i < count; i++) {
        vec_each (RecordName, it, lists[i]) {
            if (it->retired) {
                add_retired(s, it);
            }
        }
    }
    s->recorded = false;
}

/* What is kept for people to look at: greens of commits that failed, sides that were rolled back; and what of DEPLOYMENT's old side
 * bears another name. */
static Leftover *find_kept(const Search *s, const RecordDeployment *deployment)
{
    Search kept = *s;
    kept.found = arena_make(s->arena, Leftover);
    kept.found->foreign = diags_new(s->arena);
    vec_each (RecordDeployment, d, &s->record->deployments) {
        bool over = phase_is_final(d->phase) && !d->cut_over;
        for (size_t i = 0; over && i < d->green.count; i++) {
            add_green(&kept, &d->green.items[i]);
        }
        if (d->phase == PHASE_ROLLED_BACK) {
            add_old_side(&kept, d);
        }
    }
    if (deployment->phase == PHASE_CLEANING) {
        add_renamed(&kept, deployment);
    }
    return kept.found;
}

/* What is kept and reads what goes now goes along: the server refuses to drop anything that is read. */
static void add_kept_readers(Search *s, const RecordDeployment *deployment)
{
    const Leftover *kept = find_kept(s, deployment);
    for (size_t i = 0; i < s->found->objects.count; i++) { /* it grows */
        for (size_t k = 0; k < kept->objects.count; k++) {
            if (str_in(&kept->objects.items[k]->reads, s->found->objects.items[i]->id)) {
                add_with_indexes(s, kept->objects.items[k]);
            }
        }
    }
}

/* The server would refuse the drop for it, as often as it is sent. */
static void check_foreign_readers(Search *s)
{
    Map going = {0};
    vec_each (const CatalogObject *, it, &s->found->objects) {
        map_put(s->arena, &going, (*it)->id, *it);
    }
    vec_each (CatalogObject, it, &s->catalog->objects) {
        vec_each (const char *, id, &it->reads) {
            const CatalogObject *input = map_get(&going, *id);
            if (input && !map_get(&going, it->id) && !record_object(s->record, it->kind, it->id)) {
                const char *name = relname_text(s->arena, it->rel, s->catalog->database);
                Diag *diag =
                    diag_add(&s->found->foreign, DIAG_REFUSED, "CO4123",
                             "%s %s reads %s, which is to be dropped, and is not ours", it->kind,
                             name, relname_text(s->arena, input->rel, s->catalog->database));
                diag->object = name;
                diag->hint = "drop it; nothing of that side is dropped before";
            }
        }
    }
}

Leftover *leftover_blue(Arena *arena, const Catalog *catalog, const Record *record,
                        const RecordDeployment *deployment, const Desired *wanted)
{
    Search s = search_new(arena, catalog, record);
    add_drops(&s, deployment, wanted); /* under their production names */
    add_old_side(&s, deployment);
    if (deployment->phase == PHASE_CLEANING || deployment->phase == PHASE_ROLLED_BACK) {
        add_kept_readers(&s, deployment);
        check_foreign_readers(&s);
    }
    return finish(&s);
}
