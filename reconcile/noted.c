#include "cutover/noted.h"

#include "cutover/options.h"
#include "cutover/str.h"

const char *noted_owner(const Record *record, const Catalog *catalog, const char *kind,
                        const char *id)
{
    const RecordObject *known = record_object(record, kind, id);
    const char *now = catalog_owner(catalog, kind, id);
    bool same = !known || !known->owner || !now || str_eq(known->owner, now);
    return same ? NULL : known->owner;
}

/* Clusters and sinks; a relation or index has one, and "" where nobody gave it any. */
static bool has_several(const char *kind)
{
    return str_eq(kind, "cluster") || str_eq(kind, "sink");
}

/* What no ALTER changes in a sink is another in the words of another version alone. */
static bool is_judged(const char *kind, const char *option)
{
    return !str_eq(kind, "sink") || options_can_alter(option);
}

/* One that an older version did not note, or that is not known now, is not judged. */
static NotedChanges one_by_one(Arena *arena, const char *kind, const char *now, const char *then)
{
    NotedChanges found = {0};
    StrVec are = options_each(arena, now), were = options_each(arena, then);
    vec_each (const char *, was, &were) {
        const char *is = options_same(&are, *was);
        if (is && !str_eq(is, *was) && is_judged(kind, *was)) {
            vec_push(arena, &found, ((NotedChange){is, *was}));
        }
    }
    return found;
}

NotedChanges noted_changes(Arena *arena, const Record *record, const Catalog *catalog,
                           const char *kind, const char *id)
{
    NotedChanges found = {0};
    const RecordObject *known = record_object(record, kind, id);
    const char *now = catalog_options(catalog, kind, id);
    if (!known || !known->options || !now || str_eq(known->options, now)) {
        return found;
    }
    if (has_several(kind)) {
        return one_by_one(arena, kind, now, known->options);
    }
    vec_push(arena, &found, ((NotedChange){now, known->options}));
    return found;
}

const char *noted_options(Arena *arena, const Record *record, const Catalog *catalog,
                          const char *kind, const char *id)
{
    NotedChanges changes = noted_changes(arena, record, catalog, kind, id);
    StrVec back = {0};
    vec_each (NotedChange, it, &changes) {
        if (!has_several(kind) || options_can_alter(it->then)) {
            vec_push(arena, &back, it->then);
        }
    }
    return back.count ? str_join(arena, &back, ", ") : NULL;
}

/* Those of OPTIONS that OTHERS do not have like that. */
static const char *only_in(Arena *arena, const StrVec *options, const StrVec *others)
{
    StrVec found = {0};
    for (size_t i = 0; i < options->count; i++) {
        if (!str_in(others, options->items[i])) {
            vec_push(arena, &found, options->items[i]);
        }
    }
    return found.count ? str_join(arena, &found, ", ") : "nothing else";
}

const char *noted_difference(Arena *arena, const char *now, const char *then)
{
    if (!now || !then || str_eq(now, then)) {
        return "";
    }
    StrVec are = options_each(arena, now), were = options_each(arena, then);
    return arena_printf(arena, " with %s, deployed with %s", only_in(arena, &are, &were),
                        only_in(arena, &were, &are));
}

const char *noted_shown(const char *options)
{
    return str_empty(options) ? "the usual RETAIN HISTORY" : options;
}

/* ---- what Git declares ---- */

static char *declared_grant(Arena *arena, const char *privilege, const char *grantee)
{
    return arena_printf(arena, "%s %s", privilege, grantee);
}

static char *declared_comment(Arena *arena, const char *column)
{
    return column ? arena_printf(arena, "COMMENT %s", column) : arena_strdup(arena, "COMMENT");
}

static void add_text(Arena *arena, StrVec *texts, const char *text)
{
    if (!str_in(texts, text)) {
        vec_push(arena, texts, text);
    }
}

/* Of NODE, after what is in TEXTS. */
static void add_declared(Arena *arena, StrVec *texts, const DesiredNode *node)
{
    vec_each (DesiredGrant, it, &((DesiredNode *)node)->grants) {
        add_text(arena, texts, declared_grant(arena, it->privilege, it->grantee));
    }
    vec_each (DesiredComment, it, &((DesiredNode *)node)->comments) {
        add_text(arena, texts, declared_comment(arena, it->column));
    }
}

static bool was_declared(const Record *record, const char *kind, const char *id, const char *text)
{
    const RecordObject *known = record_object(record, kind, id);
    return known && str_in(&known->declared, text);
}

bool noted_declares(const Record *record, const char *kind, const char *id, const char *privilege,
                    const char *grantee)
{
    Arena *arena = arena_new();
    bool declares = was_declared(record, kind, id, declared_grant(arena, privilege, grantee));
    arena_free(arena);
    return declares;
}

bool noted_grant_left(const Record *record, const Catalog *catalog, const CatalogObject *live,
                      const DesiredNode *node, const CatalogGrant *grant)
{
    if (desired_grants(node, grant->grantee, grant->privilege) ||
        str_eq(grant->grantee, live->owner) ||
        catalog_gives_by_default(catalog, live->rel, grant->privilege, grant->grantee)) {
        return false;
    }
    return noted_declares(record, live->kind, live->id, grant->privilege, grant->grantee);
}

bool noted_comment_left(const Record *record, const CatalogObject *live, const DesiredNode *node,
                        const char *column)
{
    Arena *arena = arena_new();
    bool left = !desired_describes(node, column) &&
                was_declared(record, live->kind, live->id, declared_comment(arena, column));
    arena_free(arena);
    return left;
}

/* ---- noting ---- */

/* Ids of relations to the nodes that DESIRED makes them of. */
static Map nodes_by_id(Arena *arena, const Catalog *catalog, const Desired *desired)
{
    Map nodes = {0};
    if (!desired) {
        return nodes;
    }
    vec_each (DesiredNode, it, &((Desired *)desired)->nodes) {
        const CatalogObject *live = catalog_object(catalog, it->rel);
        if (live) {
            map_put(arena, &nodes, live->id, it);
        }
    }
    return nodes;
}

static const DesiredNode *node_of(const Map *nodes, const Catalog *catalog,
                                  const RecordObject *object)
{
    const CatalogObject *live = catalog_object_by_id(catalog, object->id);
    return live && str_eq(live->kind, object->kind) ? map_get(nodes, object->id) : NULL;
}

static bool same_texts(const StrVec *a, const StrVec *b)
{
    for (size_t i = 0; i < a->count; i++) {
        if (!str_in(b, a->items[i])) {
            return false;
        }
    }
    return a->count == b->count;
}

static bool differs(const char *now, const char *noted)
{
    return now && !str_eq(now, noted);
}

/* What NODE declares, after what is DECLARED already. */
static StrVec declared_beside(Arena *arena, const StrVec *declared, const DesiredNode *node)
{
    StrVec both = {0};
    vec_each (const char *, it, declared) {
        vec_push(arena, &both, *it);
    }
    if (node) {
        add_declared(arena, &both, node);
    }
    return both;
}

RecordObjects noted_anew(Arena *arena, const Record *record, const Catalog *catalog,
                         const Desired *desired)
{
    RecordObjects found = {0};
    Map nodes = nodes_by_id(arena, catalog, desired);
    map_each (it, &record->object_by_id) {
        RecordObject object = *(const RecordObject *)it->value;
        const char *owner = catalog_owner(catalog, object.kind, object.id);
        const char *options = catalog_options(catalog, object.kind, object.id);
        StrVec declared =
            declared_beside(arena, &object.declared, node_of(&nodes, catalog, &object));
        if (differs(owner, object.owner) || differs(options, object.options) ||
            declared.count != object.declared.count) {
            object.owner = owner ? owner : object.owner;
            object.options = options ? options : object.options;
            object.declared = declared;
            vec_push(arena, &found, object);
        }
    }
    return found;
}

/* OPTION of a cluster is part of the shape that CONFIG declares, and LIVE has that. */
static bool is_declared_shape(const ClusterConfig *config, const CatalogCluster *live,
                              const char *option)
{
    return (str_starts(option, "SIZE = ") && str_eq(config->size, live->size)) ||
           (str_starts(option, "REPLICATION FACTOR = ") &&
            config->replication_factor == live->replication_factor);
}

/* What is noted of OBJECT's options, with the shape that is declared of it and that it has by now. */
static const char *options_as_declared(Arena *arena, const Catalog *catalog,
                                       const EnvironmentConfig *environment,
                                       const RecordObject *object)
{
    bool cluster = str_eq(object->kind, "cluster") && object->options;
    const CatalogCluster *live = cluster ? catalog_cluster_by_id(catalog, object->id) : NULL;
    const ClusterConfig *config = live ? config_cluster(environment, live->name) : NULL;
    if (!config) {
        return object->options;
    }
    StrVec noted = options_each(arena, object->options), are = options_each(arena, live->options);
    vec_each (const char *, it, &noted) {
        const char *now = options_same(&are, *it);
        *it = now && is_declared_shape(config, live, *it) ? now : *it;
    }
    return str_join(arena, &noted, ", ");
}

RecordObjects noted_declared(Arena *arena, const Record *record, const Catalog *catalog,
                             const Desired *desired, const EnvironmentConfig *environment)
{
    static const StrVec nothing = {0};
    RecordObjects found = {0};
    Map nodes = nodes_by_id(arena, catalog, desired);
    map_each (it, &record->object_by_id) {
        const RecordObject *known = it->value;
        RecordObject object = *known;
        const DesiredNode *node = node_of(&nodes, catalog, &object);
        StrVec declared = declared_beside(arena, &nothing, node);
        object.declared = node ? declared : object.declared;
        object.options = options_as_declared(arena, catalog, environment, &object);
        if (!same_texts(&object.declared, &known->declared) ||
            differs(object.options, known->options)) {
            vec_push(arena, &found, object);
        }
    }
    return found;
}
