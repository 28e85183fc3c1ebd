/* Whose is what: ownership by record, by container and by the audit log; and what does not fit any more. */
#include "build_internal.h"

#include "cutover/others.h"
#include "cutover/str.h"

#define NOTED_WITHIN                                                                               \
    (60 * MOMENT_SECOND) /* a pass that builds lasts a third of it, and a statement */

bool build_is_over(const RecordDeployment *d)
{
    return d->cut_over && phase_is_final(d->phase);
}

static int64_t oldest_open(const Record *record)
{
    int64_t since = INT64_MAX;
    vec_each (RecordDeployment, it, &record->deployments) {
        if (it->has_intent && !build_is_over(it) && it->audit_event < since) {
            since = it->audit_event;
        }
    }
    return since;
}

static int64_t newest_over(const Record *record)
{
    int64_t since = INT64_MAX;
    vec_each (RecordDeployment, it, &record->deployments) {
        since = it->has_intent && build_is_over(it) ? it->audit_event : since;
    }
    return since;
}

int64_t build_ours_since(const Record *record)
{
    int64_t open = oldest_open(record), over = newest_over(record);
    return over < open ? over : open;
}

/* What bears a green name of a deployment that is over: a process that stood still may send its CREATE by then. */
typedef struct Standing {
    const RecordGreen *green;
    const char *id;
} Standing;

typedef VEC(Standing) Standings;

static Standings find_standing(Arena *arena, const Catalog *catalog, const Record *record)
{
    Standings found = {0};
    Map seen = {0};
    vec_each (RecordDeployment, d, &record->deployments) {
        for (size_t i = 0; build_is_over(d) && i < d->green.count; i++) {
            const RecordGreen *it = &d->green.items[i];
            const char *id = catalog_id_at(catalog, it->kind, it->database, it->schema, it->green);
            if (id && !map_put(arena, &seen, id_key(arena, it->kind, id), it)) {
                vec_push(arena, &found, ((Standing){it, id}));
            }
        }
    }
    return found;
}

static bool lies_in(const CatalogObject *object, const Standing *it)
{
    if (str_eq(it->green->kind, "cluster")) {
        return str_eq(object->cluster_id, it->id);
    }
    return str_eq(it->green->kind, "schema") && str_eq(object->rel.schema, it->green->green) &&
           str_eq(object->rel.database, it->green->database);
}

static bool stands_there(const Catalog *catalog, const Standings *standing,
                         const CatalogCreation *created)
{
    const CatalogObject *object =
        standing->count ? catalog_object_by_id(catalog, created->id) : NULL;
    vec_each (Standing, it, standing) {
        bool same = str_eq(it->green->kind, created->kind) && str_eq(it->id, created->id);
        if (same || (object && lies_in(object, it))) {
            return true;
        }
    }
    return false;
}

Map build_created_by_us(Arena *arena, const Catalog *catalog, const Record *record)
{
    Map created = {0};
    int64_t open = oldest_open(record), over = newest_over(record);
    if (!catalog->creations.count) {
        return created;
    }
    Standings standing = find_standing(arena, catalog, record);
    Others others = others_find(arena, catalog, record);
    vec_each (CatalogCreation, it, &catalog->creations) {
        bool late = it->event > over && stands_there(catalog, &standing, it);
        if ((it->event > open || late) && str_eq(it->user, catalog->role) &&
            !others_made(arena, catalog, &others, it)) {
            map_put(arena, &created, id_key(arena, it->kind, it->id), it);
        }
    }
    return created;
}

/* ---- which commit made it ---- */

static bool is_older(const RecordIntent *a, const RecordIntent *b)
{
    return a->event != b->event ? a->event < b->event : a->at < b->at;
}

const RecordDeployment *build_maker(Arena *arena, const Map *created, const Record *record,
                                    const char *kind, const char *id)
{
    const CatalogCreation *made = map_get(created, id_key(arena, kind, id));
    const RecordDeployment *maker = NULL;
    RecordIntent newest = {0};
    vec_each (RecordDeployment, d, &record->deployments) {
        vec_each (RecordIntent, it, &d->intents) {
            if (made && it->event < made->event && (!maker || !is_older(it, &newest))) {
                maker = d;
                newest = *it;
            }
        }
    }
    return maker;
}

bool build_intended_by(Arena *arena, const Map *created, const Record *record, const char *kind,
                       const char *id, const Desired *desired)
{
    const RecordDeployment *maker = build_maker(arena, created, record, kind, id);
    return maker && str_eq(maker->manifest_digest, desired->manifest_digest);
}

/* What we drop ourselves is recorded as dropped. */
static bool has_lost(const Catalog *catalog, const Record *record, const RecordDeployment *d)
{
    map_each (it, &record->object_by_id) {
        const RecordObject *known = it->value;
        if (str_eq(known->deployment, d->id) && str_eq(known->action, "created") &&
            !catalog_place(catalog, known->kind, known->id).kind) {
            return true;
        }
    }
    return false;
}

bool build_is_doubtful(const Catalog *catalog, const Record *record, const RecordDeployment *d)
{
    bool doubtful = d->attempt > 1 || has_lost(catalog, record, d);
    vec_each (RecordDeployment, it, &record->deployments) {
        doubtful |= it->has_intent && !it->cut_over && it->audit_event <= d->audit_event &&
                    it->from_generation == d->from_generation &&
                    !str_eq(it->manifest_digest, d->manifest_digest);
    }
    return doubtful;
}

char *build_made_check(Arena *arena, const char *kind, const char *id)
{
    return arena_printf(arena, BUILD_MADE "%s:%s", kind, id);
}

bool build_made_from(Arena *arena, const Map *created, const Catalog *catalog, const Record *record,
                     const char *kind, const char *id, const Desired *desired)
{
    const RecordDeployment *maker = build_maker(arena, created, record, kind, id);
    return maker && str_eq(maker->manifest_digest, desired->manifest_digest) &&
           (!build_is_doubtful(catalog, record, maker) ||
            record_result(maker, build_made_check(arena, kind, id)));
}

void build_find_ours(Comparison *c)
{
    c->created = build_created_by_us(c->arena, c->in->catalog, c->in->record);
}

const PlanBeside *build_beside(Comparison *c, RelName rel)
{
    if (!c->beside.count) {
        vec_each (PlanBeside, it, &c->in->plan->besides) {
            RelName green = {it->rel.database, it->rel.schema, it->green};
            if (it->node) {
                map_put(c->arena, &c->beside, relname_key(c->arena, green), it);
            }
        }
    }
    return c->beside.count ? map_get(&c->beside, relname_key(c->arena, rel)) : NULL;
}

bool build_is_ours(const Comparison *c, const char *kind, const char *id)
{
    return record_object(c->in->record, kind, id) ||
           map_get(&c->created, id_key(c->arena, kind, id));
}

static const RecordName *name_of(const RecordNames *names, const char *kind, const char *id)
{
    for (size_t i = 0; i < names->count; i++) {
        if (str_eq(names->items[i].kind, kind) && str_eq(names->items[i].id, id)) {
            return &names->items[i];
        }
    }
    return NULL;
}

/* What the newest transaction that named it did to it, or NULL. */
static const RecordName *newest_name(const Record *record, const char *kind, const char *id)
{
    const RecordName *found = NULL;
    int64_t newest = -1;
    vec_each (RecordDeployment, d, &((Record *)record)->deployments) {
        bool back = d->phase == PHASE_ROLLED_BACK;
        int64_t generation = back ? d->rollback_generation : d->generation;
        const RecordName *name = d->cut_over && generation > newest
                                     ? name_of(back ? &d->names : &d->cutover_names, kind, id)
                                     : NULL;
        if (name) {
            found = name;
            newest = generation;
        }
    }
    return found;
}

static bool is_adopted(const RecordObject *known)
{
    return known && str_eq(known->action, "adopted");
}

bool build_went_live(const Record *record, const char *kind, const char *id)
{
    const RecordName *name = newest_name(record, kind, id);
    return name ? !name->retired : is_adopted(record_object(record, kind, id));
}

bool build_is_retired(const Record *record, const char *kind, const char *id)
{
    const RecordName *name = newest_name(record, kind, id);
    return name && name->retired;
}

/* What no transaction named by itself is where its schema is, when it was taken over there, or made in it before that went live. */
static bool went_live_in(const CatalogSchema *schema, const Record *record,
                         const RecordObject *known)
{
    const RecordDeployment *d = record_deployment(record, known->deployment);
    return schema && build_went_live(record, "schema", schema->id) &&
           (is_adopted(known) ||
            (d && d->cut_over && name_of(&d->cutover_names, "schema", schema->id)));
}

static bool object_went_live(const Catalog *catalog, const Record *record,
                             const RecordObject *known)
{
    const RelName rel = catalog_place(catalog, known->kind, known->id).rel;
    const CatalogSchema *schema =
        rel.schema ? catalog_schema(catalog, rel.database, rel.schema) : NULL;
    const RecordName *around = schema ? newest_name(record, "schema", schema->id) : NULL;
    const RecordName *own = newest_name(record, known->kind, known->id);
    return !(around && around->retired) &&
           (own ? !own->retired : went_live_in(schema, record, known));
}

bool build_is_production(const Catalog *catalog, const Record *record, const char *kind,
                         const char *id, RelName name)
{
    const RecordObject *known = record_object(record, kind, id);
    bool container = is_container(kind);
    return known &&
           (relname_eq(known->rel, name) || (container ? build_went_live(record, kind, id)
                                                       : object_went_live(catalog, record, known)));
}

bool build_object_is_production(const Catalog *catalog, const Record *record,
                                const CatalogObject *object)
{
    const CatalogObject *on = catalog_object_by_id(catalog, object->on_id);
    bool beside = on && record_object(record, on->kind, on->id) &&
                  !build_is_production(catalog, record, on->kind, on->id, on->rel);
    return !beside && build_is_production(catalog, record, object->kind, object->id, object->rel);
}

bool build_holds_data(const Record *record, const CatalogObject *object)
{
    if (!str_eq(object->kind, "table")) {
        return str_eq(object->kind, "source") || str_eq(object->kind, "sink");
    }
    const RecordObject *known = record_object(record, object->kind, object->id);
    return object->reads.count || (known && known->node && str_starts(known->node, "table."));
}

/* A sink reads the old side, which goes: it is made anew. */
bool build_is_kept_after_all(const Desired *wanted, const RecordPlace *drop)
{
    vec_each (DesiredNode, it, &wanted->nodes) {
        if (it->kind != NODE_SINK && relname_eq(it->rel, drop->rel) &&
            str_eq(node_kind_catalog(it->kind), drop->kind)) {
            return true;
        }
    }
    return false;
}

bool build_seen(Comparison *c, const char *kind, const char *id)
{
    return map_put(c->arena, &c->seen, id_key(c->arena, kind, id), c) != NULL;
}

void build_claim(Comparison *c, RecordObject object)
{
    bool known = record_object(c->in->record, object.kind, object.id);
    if (known || !build_is_ours(c, object.kind, object.id)) {
        return;
    }
    object.action = "created";
    object.deployment = c->in->deployment ? c->in->deployment->id : NULL;
    vec_push(c->arena, &c->build->claims, object);
}

/* ---- what in green does not fit ---- */

static bool in_stale_container(const Comparison *c, const CatalogObject *object)
{
    vec_each (const CatalogSchema *, it, &c->build->stale_schemas) {
        if (str_eq((*it)->name, object->rel.schema) &&
            str_eq((*it)->database, object->rel.database)) {
            return true;
        }
    }
    vec_each (const CatalogCluster *, it, &c->build->stale_clusters) {
        if (str_eq((*it)->id, object->cluster_id)) {
            return true;
        }
    }
    return false;
}

static bool in_green_schema(const Comparison *c, const CatalogObject *object)
{
    vec_each (PlanContainer, it, &c->in->plan->schemas) {
        if (it->wanted && str_eq(it->green, object->rel.schema) &&
            str_eq(it->database, object->rel.database)) {
            return true;
        }
    }
    return false;
}

/* The declared object that lies under OBJECT's name in the green rendering. */
static const DesiredNode *node_at(const Comparison *c, RelName rel)
{
    return map_get(&c->in->green->node_by_rel, relname_key(c->arena, rel));
}

bool build_same_declaration(const Comparison *c, const CatalogObject *object, const char *digest)
{
    const RecordObject *known = record_object(c->in->record, object->kind, object->id);
    return known ? str_eq(known->digest, digest)
                 : build_made_from(c->arena, &c->created, c->in->catalog, c->in->record,
                                   object->kind, object->id, c->in->production);
}

bool build_on_right_cluster(const Comparison *c, const CatalogObject *object, const char *cluster)
{
    if (!cluster || !object->cluster_id) {
        return true;
    }
    const CatalogCluster *wanted = catalog_cluster(c->in->catalog, cluster);
    return wanted && str_eq(wanted->id, object->cluster_id);
}

/* Something outside of all that Cutover made: the SQL names it by hand, and the server knows what it means. */
static bool is_outside(const Comparison *c, const char *id)
{
    const CatalogObject *input = catalog_object_by_id(c->in->catalog, id);
    return input && !build_is_ours(c, input->kind, input->id);
}

/* Each object that it reads is the one that its declaration means now; a replacement may also name its target. */
static bool reads_right_inputs(Comparison *c, const CatalogObject *object, const DesiredNode *green)
{
    Map expected = {0};
    const PlanBeside *beside = build_beside(c, green->rel);
    if (beside && beside->replaces) {
        map_put(c->arena, &expected, beside->live_id, beside);
    }
    vec_each (const char *, id, &green->depends) {
        const DesiredNode *input = map_get(&c->in->green->node_by_id, *id);
        const CatalogObject *live = input ? catalog_object(c->in->catalog, input->rel) : NULL;
        if (live) {
            map_put(c->arena, &expected, live->id, live);
        }
    }
    vec_each (RelName, rel, &green->reads) {
        const CatalogObject *live = catalog_object(c->in->catalog, *rel);
        if (live) {
            map_put(c->arena, &expected, live->id, live);
        }
    }
    vec_each (const char *, id, &object->reads) {
        if ((!map_get(&expected, *id) && !is_outside(c, *id)) || map_get(&c->stale_ids, *id)) {
            return false;
        }
    }
    return true;
}

static bool index_fits(const Comparison *c, const CatalogObject *object)
{
    const CatalogObject *on = catalog_object_by_id(c->in->catalog, object->on_id);
    const DesiredNode *node = on ? node_at(c, on->rel) : NULL;
    if (!node || map_get(&c->stale_ids, on->id)) {
        return false;
    }
    vec_each (DesiredIndex, it, &node->indexes) {
        if (str_eq(it->name, object->rel.name)) {
            return build_on_right_cluster(c, object, it->cluster) &&
                   build_same_declaration(c, object, build_index_digest(c, node->id, it->name));
        }
    }
    return false;
}

/* Whoever takes over green of another commit takes over what that one granted and described. */
static bool made_by_another(const Comparison *c, const CatalogObject *object)
{
    const RecordObject *known = record_object(c->in->record, object->kind, object->id);
    return known && c->in->deployment && !str_eq(known->deployment, c->in->deployment->id);
}

static bool object_fits(Comparison *c, const CatalogObject *object)
{
    if (in_stale_container(c, object)) {
        return false;
    }
    if (str_eq(object->kind, "index")) {
        return index_fits(c, object);
    }
    const DesiredNode *node = node_at(c, object->rel);
    const DesiredNode *declared = node ? map_get(&c->in->production->node_by_id, node->id) : NULL;
    return declared && str_eq(object->kind, node_kind_catalog(node->kind)) &&
           build_same_declaration(c, object, declared->digest) &&
           build_on_right_cluster(c, object, node->cluster) &&
           reads_right_inputs(c, object, node) &&
           !(made_by_another(c, object) && build_brings_more(c, object, node));
}

/* Nothing of this name is declared: by OBJECT's kind a relation, or an index on one. */
static bool is_undeclared(const Comparison *c, const CatalogObject *object)
{
    const CatalogObject *on = catalog_object_by_id(c->in->catalog, object->on_id);
    const DesiredNode *node = node_at(c, on ? on->rel : object->rel);
    for (size_t i = 0; on && node && i < node->indexes.count; i++) {
        if (str_eq(node->indexes.items[i].name, object->rel.name)) {
            return false;
        }
    }
    return !node || on;
}

/* It was made while this very commit was built, of which no statement makes it: a person did who bears our role. */
static bool is_a_persons(const Comparison *c, const CatalogObject *object)
{
    return !record_object(c->in->record, object->kind, object->id) &&
           !in_stale_container(c, object) && is_undeclared(c, object) &&
           build_made_from(c->arena, &c->created, c->in->catalog, c->in->record, object->kind,
                           object->id, c->in->production);
}

static void add_foreign(Comparison *c, const CatalogObject *object)
{
    if (!build_seen(c, object->kind, object->id)) {
        const char *name = relname_text(c->arena, object->rel, c->in->catalog->database);
        Diag *diag =
            diag_add(&c->build->foreign, DIAG_REFUSED, "CO4122",
                     "%s %s lies in a green container, and is not ours", object->kind, name);
        diag->object = name;
        diag->hint = "drop it, or move it elsewhere; Cutover never touches what it did not make";
    }
}

/*
 * Two processes that carry on one build in doubt would else undo each other's work for ever. Whoever lives notes within this time
 * what it has made, which then stays: so each of its passes brings the build on, and it ends.
 */
static bool may_be_noted_yet(const Comparison *c, const CatalogObject *object)
{
    const CatalogCreation *made = map_get(&c->created, id_key(c->arena, object->kind, object->id));
    return c->build->doubtful && made && !record_object(c->in->record, object->kind, object->id) &&
           c->in->catalog->now - made->at < NOTED_WITHIN;
}

/* Never what is production, whatever name of green it may bear. */
void build_add_stale(Comparison *c, const CatalogObject *object)
{
    if (build_object_is_production(c->in->catalog, c->in->record, object)) {
        return;
    }
    c->build->fresh |= may_be_noted_yet(c, object);
    vec_push(c->arena, &c->build->stale, object);
}

/* One round over what lies in green; true when something more turned out stale. */
static bool find_more_stale(Comparison *c)
{
    bool more = false;
    vec_each (CatalogObject, it, &c->in->catalog->objects) {
        const CatalogObject *on = catalog_object_by_id(c->in->catalog, it->on_id);
        bool concerned = in_green_schema(c, it) || in_stale_container(c, it) ||
                         build_beside(c, on ? on->rel : it->rel) ||
                         (on && map_get(&c->stale_ids, on->id));
        if (!concerned || map_get(&c->stale_ids, it->id) || object_fits(c, it)) {
            continue;
        }
        if (!build_is_ours(c, it->kind, it->id) || is_a_persons(c, it)) {
            add_foreign(c, it);
            continue;
        }
        map_put(c->arena, &c->stale_ids, it->id, it);
        build_add_stale(c, it);
        more = true;
    }
    return more;
}

void build_find_stale(Comparison *c)
{
    while (find_more_stale(c)) {
    }
}

static bool on_green_cluster(const Comparison *c, const CatalogObject *object)
{
    vec_each (PlanContainer, it, &c->in->plan->clusters) {
        const CatalogCluster *green =
            it->wanted ? catalog_cluster(c->in->catalog, it->green) : NULL;
        if (green && str_eq(green->id, object->cluster_id)) {
            return true;
        }
    }
    return false;
}

/* Known to be ours, now or before; or it is dropped next. */
static bool is_accounted_for(const Comparison *c, const CatalogObject *object)
{
    vec_each (RecordObject, it, &c->build->claims) {
        if (str_eq(it->kind, object->kind) && str_eq(it->id, object->id)) {
            return true;
        }
    }
    vec_each (const CatalogObject *, it, &c->build->stale) {
        if (*it == object) {
            return true;
        }
    }
    return record_object(c->in->record, object->kind, object->id);
}

void build_find_brought_along(Comparison *c)
{
    vec_each (CatalogObject, it, &c->in->catalog->objects) {
        if (on_green_cluster(c, it) && !is_accounted_for(c, it)) {
            add_foreign(c, it);
        }
    }
}

/* ---- the order of dropping ---- */

typedef struct DropOrder {
    Arena *arena;
    Map wanted;  /* id to the object, for those that are to be dropped */
    Map visited; /* id */
    VEC(const CatalogObject *) inputs_first;
} DropOrder;

static void visit(DropOrder *order, const CatalogObject *object)
{
    if (map_put(order->arena, &order->visited, object->id, object)) {
        return;
    }
    vec_each (const char *, id, &object->reads) {
        const CatalogObject *input = map_get(&order->wanted, *id);
        if (input) {
            visit(order, input);
        }
    }
    const CatalogObject *on = object->on_id ? map_get(&order->wanted, object->on_id) : NULL;
    if (on) {
        visit(order, on);
    }
    vec_push(order->arena, &order->inputs_first, object);
}

void build_order_drops(Arena *arena, const CatalogObject **objects, size_t count)
{
    DropOrder order = {.arena = arena};
    for (size_t i = 0; i < count; i++) {
        map_put(arena, &order.wanted, objects[i]->id, objects[i]);
    }
    for (size_t i = 0; i < count; i++) {
        visit(&order, objects[i]);
    }
    for (size_t i = 0; i < count; i++) {
        objects[i] = order.inputs_first.items[count - 1 - i];
    }
}
