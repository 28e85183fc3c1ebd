/* What is live against what was deployed: by id, by name, and by value where ids do not tell. */
#include "cutover/drift.h"

#include "build_internal.h"

#include "cutover/digest.h"
#include "cutover/noted.h"
#include "cutover/options.h"
#include "cutover/sinks.h"
#include "cutover/sqltok.h"
#include "cutover/str.h"

#include <string.h>

#define DIGEST_TEXT_MAX ((size_t)64 << 20)

/* A name that a cutover, or the way back, gave to an old side. */
typedef struct Retired {
    const char *to;
    bool kept; /* its side is, yet */
} Retired;

typedef struct Search {
    Arena *arena;
    const DriftInput *in;
    DriftItems found;
    Map recorded; /* kind class and production name to the RecordObject that bears it, the newest */
    Map schemas;  /* schema_key() of those that were judged */
    Map swapped;  /* likewise: another of ours bears the name */
    Map retired;  /* "<kind>:<id>" to the Retired * that was given last */
    Map elsewhere; /* "<kind>:<id>" of sides that are not production */
} Search;

static void add(Search *s, DriftItem item)
{
    vec_push(s->arena, &s->found, item);
}

static const char *text_of(const Search *s, RelName rel)
{
    return relname_text(s->arena, rel, s->in->desired->default_database);
}

/* ---- what was recorded under a name ---- */

/* Relations and indexes share a schema's names; schemas and clusters have names of their own. */
static const char *name_key(Arena *arena, const char *kind, RelName rel)
{
    bool container = is_container(kind);
    RelName whole = {rel.database ? rel.database : "", rel.schema ? rel.schema : "", rel.name};
    return arena_printf(arena, "%s:%s", container ? kind : "object", relname_key(arena, whole));
}

static void index_retired(Search *s)
{
    vec_each (RecordDeployment, d, &s->in->record->deployments) {
        for (int back = 0; back < 2; back++) {
            const RecordNames *names = back ? &d->names : &d->cutover_names;
            for (size_t i = 0; i < names->count; i++) {
                const RecordName *it = &names->items[i];
                if (it->retired) {
                    Retired *retired = arena_make(s->arena, Retired);
                    *retired = (Retired){it->to, d->phase != PHASE_LIVE};
                    map_put(s->arena, &s->retired, id_key(s->arena, it->kind, it->id), retired);
                }
            }
        }
    }
}

/* What the newest transaction that named it took out of service, by its id: whoever names it otherwise by hand. */
static void find_retired(Search *s, const RecordDeployment *d)
{
    const RecordNames *names = d->phase == PHASE_ROLLED_BACK ? &d->names : &d->cutover_names;
    vec_each (RecordName, it, names) {
        map_put(s->arena, &s->elsewhere, id_key(s->arena, it->kind, it->id),
                it->retired ? s : NULL);
    }
}

static void find_green(Search *s, const RecordDeployment *d)
{
    for (size_t i = 0; i < d->green.count; i++) {
        const RecordGreen *it = &d->green.items[i];
        const char *id =
            catalog_id_at(s->in->catalog, it->kind, it->database, it->schema, it->green);
        RelName name = {it->database, it->schema, it->green};
        if (id && !build_is_production(s->in->catalog, s->in->record, it->kind, id, name)) {
            map_put(s->arena, &s->elsewhere, id_key(s->arena, it->kind, id), s);
        }
    }
}

static void find_elsewhere(Search *s)
{
    vec_each (RecordDeployment, d, &s->in->record->deployments) {
        find_green(s, d);
        if (d->cut_over) {
            find_retired(s, d);
        }
    }
}

static bool is_elsewhere(const Search *s, const char *kind, const char *id)
{
    return map_get(&s->elsewhere, id_key(s->arena, kind, id));
}

/* Green, whatever name somebody has given it: its deployment has never cut over. */
static bool is_to_go_live(const Search *s, const RecordObject *object)
{
    const RecordDeployment *d = record_deployment(s->in->record, object->deployment);
    bool green = false;
    for (size_t i = 0; d && !d->cut_over && i < d->green.count; i++) {
        const RecordGreen *it = &d->green.items[i];
        green |= !it->replaces && str_eq(it->kind, object->kind) &&
                 str_eq(object->action, "created") &&
                 relname_eq(object->rel, (RelName){it->database, it->schema, it->name});
    }
    return green && !build_went_live(s->in->record, object->kind, object->id);
}

/* OBJECT exists, but not in production: the denied side of a rollback, the green of a failed commit. */
static bool lies_elsewhere(const Search *s, const RecordObject *object)
{
    const Catalog *catalog = s->in->catalog;
    CatalogPlace place = catalog_place(catalog, object->kind, object->id);
    if (!place.kind || is_elsewhere(s, object->kind, object->id) || is_to_go_live(s, object)) {
        return place.kind;
    }
    const CatalogSchema *schema =
        place.rel.schema ? catalog_schema(catalog, place.rel.database, place.rel.schema) : NULL;
    const CatalogObject *live = schema ? catalog_object_by_id(catalog, object->id) : NULL;
    const CatalogObject *on = live ? catalog_object_by_id(catalog, live->on_id) : NULL;
    return (schema && is_elsewhere(s, "schema", schema->id)) ||
           (on && is_elsewhere(s, on->kind, on->id));
}

static void index_record(Search *s)
{
    map_each (entry, &s->in->record->object_by_id) {
        const RecordObject *object = entry->value;
        if (lies_elsewhere(s, object)) {
            continue;
        }
        const char *key = name_key(s->arena, object->kind, object->rel);
        const RecordObject *other = map_get(&s->recorded, key);
        if (!other || other->at <= object->at) {
            map_put(s->arena, &s->recorded, key, object);
        }
    }
}

static const RecordObject *recorded(const Search *s, const char *kind, RelName rel)
{
    return map_get(&s->recorded, name_key(s->arena, kind, rel));
}

/* As text_of(): the default database is left out. */
static const char *text_of_schema(const Search *s, const char *database, const char *schema)
{
    bool usual = str_eq(database, s->in->desired->default_database);
    return usual ? schema : arena_printf(s->arena, "%s.%s", database, schema);
}

static void judge_owner(Search *s, const char *class, const char *object, const char *kind,
                        const char *id)
{
    const char *deployed = noted_owner(s->in->record, s->in->catalog, kind, id);
    if (deployed) {
        add(s,
            (DriftItem){.kind = class,
                        .object = object,
                        .id = id,
                        .audit_type = kind,
                        .audit_event = "owner",
                        .what = arena_printf(s->arena, "owned by %s, deployed as %s's",
                                             catalog_owner(s->in->catalog, kind, id), deployed)});
    }
}

static void judge_retention(Search *s, const char *class, const CatalogObject *live)
{
    NotedChanges changes =
        noted_changes(s->arena, s->in->record, s->in->catalog, live->kind, live->id);
    vec_each (NotedChange, it, &changes) {
        add(s, (DriftItem){.kind = class,
                           .object = text_of(s, live->rel),
                           .id = live->id,
                           .audit_type = live->kind,
                           .audit_event = "alter",
                           .what = arena_printf(s->arena, "%s has %s, deployed with %s",
                                                kind_text(s->arena, live->kind),
                                                noted_shown(it->now), noted_shown(it->then))});
    }
}

/* Another one of ours bears the name by now, and what was deployed under it is there, but elsewhere. */
static bool is_swapped(const Search *s, const RecordObject *known, const char *id_now)
{
    const RecordDeployment *d = record_deployment(s->in->record, known->deployment);
    return id_now && !str_eq(known->id, id_now) && d && d->cut_over &&
           catalog_place(s->in->catalog, known->kind, known->id).kind;
}

/* ---- clusters and schemas ---- */

static void lost_container(Search *s, const char *kind, const char *class, const char *object,
                           RelName rel, const char *name_now, const char *id_at_name)
{
    const RecordObject *known = recorded(s, kind, rel);
    bool ours = record_object(s->in->record, kind, id_at_name);
    if (!known || (ours && !is_swapped(s, known, id_at_name))) {
        return;
    }
    DriftItem item = {.kind = class,
                      .object = object,
                      .id = known->id,
                      .audit_type = kind,
                      .audit_event = "drop",
                      .what = arena_printf(s->arena, "%s dropped", kind)};
    if (id_at_name && !ours) {
        item.id = id_at_name;
        item.audit_event = name_now ? "alter" : "create";
        item.what = arena_printf(s->arena, "%s replaced by another", kind);
    } else if (name_now) {
        item.audit_event = "alter";
        item.what = arena_printf(s->arena, "%s renamed to %s", kind, name_now);
    }
    add(s, item);
}

static void judge_size(Search *s, const CatalogCluster *live)
{
    const ClusterConfig *config = config_cluster(s->in->environment, live->name);
    if (!config || !live->managed || live->reconfiguring) {
        return;
    }
    DriftItem item = {.kind = "clusters",
                      .object = live->name,
                      .id = live->id,
                      .audit_type = "cluster",
                      .audit_event = "alter"};
    if (config->size && !str_eq(config->size, live->size)) {
        item.what =
            arena_printf(s->arena, "cluster has size %s, deployed as %s", live->size, config->size);
        add(s, item);
    }
    bool declared = config->replication_factor >= 0 && !live->scheduled;
    if (declared && config->replication_factor != live->replication_factor) {
        item.what = arena_printf(s->arena, "cluster has replication factor %lld, deployed as %lld",
                                 (long long)live->replication_factor,
                                 (long long)config->replication_factor);
        add(s, item);
    }
}

static DriftItem altered_cluster(const CatalogCluster *live, const char *what, const char *fix)
{
    return (DriftItem){.kind = "clusters",
                       .object = live->name,
                       .id = live->id,
                       .audit_type = "cluster",
                       .audit_event = "alter",
                       .what = what,
                       .fix = fix};
}

/* Only what a healing does not give back needs somebody. */
static const char *fix_of_option(const Search *s, const CatalogCluster *live, const char *was)
{
    if (options_can_alter(was)) {
        return NULL;
    }
    bool none = str_ends(was, " = ()") || str_ends(was, " = NULL");
    const char *name = arena_strndup(s->arena, was, (size_t)(strstr(was, " = ") - was));
    return arena_printf(s->arena, "not healed: ALTER CLUSTER %s %s (%s)",
                        sql_ident(s->arena, live->name), none ? "RESET" : "SET", none ? name : was);
}

/* What is declared is compared with that; the factor of a cluster that runs for refreshes alone is the server's business. */
static bool is_other_shape(const Search *s, const CatalogCluster *live, const char *option)
{
    const ClusterConfig *config = config_cluster(s->in->environment, live->name);
    if (str_starts(option, "SIZE = ")) {
        return (config && config->size) || live->reconfiguring;
    }
    bool declared = config && config->replication_factor >= 0;
    return str_starts(option, "REPLICATION FACTOR = ") &&
           (declared || live->scheduled || live->reconfiguring);
}

static void judge_options(Search *s, const CatalogCluster *live)
{
    NotedChanges changes =
        noted_changes(s->arena, s->in->record, s->in->catalog, "cluster", live->id);
    vec_each (NotedChange, it, &changes) {
        if (is_other_shape(s, live, it->then)) {
            continue;
        }
        add(s,
            altered_cluster(
                live, arena_printf(s->arena, "cluster has %s, deployed with %s", it->now, it->then),
                fix_of_option(s, live, it->then)));
    }
}

/* Its size went with that: the catalog shows none, and cutover.yaml need not. */
static void judge_management(Search *s, const CatalogCluster *live)
{
    const RecordObject *known = record_object(s->in->record, "cluster", live->id);
    const ClusterConfig *config = config_cluster(s->in->environment, live->name);
    if (!live->managed && known && known->options) {
        StrVec were = options_each(s->arena, known->options);
        const char *was = options_same(&were, "SIZE = ");
        const char *declared =
            config && config->size
                ? arena_printf(s->arena, "SIZE = %s", sql_literal(s->arena, config->size))
                : NULL;
        add(s, altered_cluster(live, "cluster is not managed any more",
                               arena_printf(s->arena,
                                            "not healed: ALTER CLUSTER %s SET (MANAGED = true, %s)",
                                            sql_ident(s->arena, live->name),
                                            declared ? declared
                                            : was    ? was
                                                     : "SIZE = '...'")));
    }
}

/* Only those that Cutover made: one that was there before is compared by nobody. */
static void judge_clusters(Search *s)
{
    map_each (entry, &s->recorded) {
        const RecordObject *known = entry->value;
        if (!str_eq(known->kind, "cluster")) {
            continue;
        }
        const CatalogCluster *live = catalog_cluster(s->in->catalog, known->rel.name);
        const CatalogCluster *moved = catalog_cluster_by_id(s->in->catalog, known->id);
        bool ours = live && record_object(s->in->record, "cluster", live->id);
        bool declared = config_cluster(s->in->environment, known->rel.name) != NULL;
        if (declared) {
            lost_container(s, "cluster", "clusters", known->rel.name, known->rel,
                           moved ? moved->name : NULL, live ? live->id : NULL);
        }
        if (ours) {
            judge_size(s, live);
            judge_management(s, live);
            judge_options(s, live);
            judge_owner(s, "clusters", live->name, "cluster", live->id);
        }
    }
}

/* Whether the schema of REL is there, and no other one in its place; the first time its own drift is noted. */
static bool schema_stands(Search *s, RelName rel)
{
    const CatalogSchema *live = catalog_schema(s->in->catalog, rel.database, rel.schema);
    const char *key = schema_key(s->arena, rel.database, rel.schema);
    if (!map_get(&s->schemas, key)) {
        map_put(s->arena, &s->schemas, key, s);
        RelName name = {.database = rel.database, .name = rel.schema};
        const RecordObject *known = recorded(s, "schema", name);
        const CatalogSchema *moved = known ? catalog_schema_by_id(s->in->catalog, known->id) : NULL;
        const char *text = text_of_schema(s, rel.database, rel.schema);
        lost_container(s, "schema", "other", text, name, moved ? moved->name : NULL,
                       live ? live->id : NULL);
        if (live) {
            judge_owner(s, "other", text, "schema", live->id);
        }
        if (known && live && is_swapped(s, known, live->id)) {
            map_put(s->arena, &s->swapped, key, s);
        }
    }
    return live && !map_get(&s->swapped, key);
}

/* ---- relations and indexes ---- */

/* What REL names now is ours, or nothing was ever recorded there; else the drift is noted. */
static bool stands(Search *s, RelName rel, const CatalogObject *live, const char *class)
{
    const RecordObject *known = recorded(s, "object", rel);
    if (!known) {
        return live != NULL;
    }
    bool ours = live && record_object(s->in->record, live->kind, live->id);
    if (ours && !is_swapped(s, known, live->id)) {
        return true;
    }
    const CatalogObject *moved = catalog_object_by_id(s->in->catalog, known->id);
    bool same = moved && str_eq(moved->kind, known->kind);
    const char *words = kind_text(s->arena, known->kind);
    DriftItem item = {.kind = class,
                      .object = text_of(s, rel),
                      .id = known->id,
                      .audit_type = known->kind,
                      .audit_event = "drop",
                      .what = arena_printf(s->arena, "%s dropped", words)};
    if (live && !ours) {
        item.id = live->id;
        item.audit_type = live->kind;
        item.audit_event = "create";
        bool sinks = str_eq(known->kind, "sink") && str_eq(live->kind, "sink");
        item.what = arena_printf(
            s->arena, "%s replaced by another %s%s", words, kind_text(s->arena, live->kind),
            sinks ? noted_difference(s->arena, live->options, known->options) : "");
        item.fix = "not healed while that stands there: drop it, or give it another name";
    } else if (same) {
        item.audit_event = "alter";
        item.what = arena_printf(s->arena, "%s renamed to %s", words, text_of(s, moved->rel));
    }
    add(s, item);
    return false;
}

static void judge_indexes(Search *s, RelName on, const DesiredIndexes *indexes)
{
    vec_each (DesiredIndex, it, indexes) {
        RelName rel = {on.database, on.schema, it->name};
        const CatalogObject *live = catalog_index(s->in->catalog, rel);
        if (stands(s, rel, live, "indexes")) {
            judge_retention(s, "indexes", live);
        }
    }
}

static void judge_traits(Search *s, const DesiredNode *node, const CatalogObject *live)
{
    DriftItem item = {.object = text_of(s, node->rel), .id = live->id, .audit_type = live->kind};
    judge_owner(s, "other", item.object, live->kind, live->id);
    judge_retention(s, "other", live);
    vec_each (DesiredGrant, it, &node->grants) {
        if (!catalog_allows(live, it->grantee, it->privilege)) {
            item.kind = "grants";
            item.audit_event = "revoke";
            item.what = arena_printf(s->arena, "%s revoked from %s", it->privilege, it->grantee);
            add(s, item);
        }
    }
    vec_each (DesiredComment, it, &node->comments) {
        const char *have = catalog_comment(live, it->column);
        bool none = str_empty(it->text) && str_empty(have);
        if (!none && !str_eq(it->text, have)) {
            const char *verb = have ? "changed" : "removed";
            item.kind = "comments";
            item.audit_event = "comment";
            item.what = it->column
                            ? arena_printf(s->arena, "comment on column %s %s", it->column, verb)
                            : arena_printf(s->arena, "comment %s", verb);
            add(s, item);
        }
    }
}

/* ---- sinks ---- */

/* ALTER SINK ... SET FROM by hand. A sink whose input is gone cannot be: the server keeps what a sink reads. */
static void judge_sink(Search *s, const DesiredNode *node, const CatalogObject *live)
{
    RelName from = sink_from(s->in->desired, node);
    const CatalogObject *wanted = catalog_object(s->in->catalog, from);
    const CatalogObject *input = sink_input(s->in->catalog, live);
    if (!wanted || !input || str_in(&live->reads, wanted->id) ||
        !record_object(s->in->record, "sink", live->id)) {
        return;
    }
    add(s, (DriftItem){.kind = "definitions",
                       .object = text_of(s, node->rel),
                       .id = live->id,
                       .audit_type = "sink",
                       .audit_event = "alter",
                       .what = arena_printf(s->arena, "sink reads %s, deployed to read %s",
                                            text_of(s, input->rel), text_of(s, from))});
}

static void judge_nodes(Search *s)
{
    vec_each (DesiredNode, it, &s->in->desired->nodes) {
        if (!schema_stands(s, it->rel)) {
            continue;
        }
        const CatalogObject *live = catalog_object(s->in->catalog, it->rel);
        if (stands(s, it->rel, live, "definitions")) {
            judge_traits(s, it, live);
            if (it->kind == NODE_SINK) {
                judge_sink(s, it, live);
            }
            judge_indexes(s, it->rel, &it->indexes); /* they went with a relation that went */
        }
    }
    vec_each (DesiredExternal, it, &s->in->desired->externals) {
        if (catalog_object(s->in->catalog, it->rel)) {
            judge_indexes(s, it->rel, &it->indexes);
        }
    }
}

/* ---- what was production ---- */

static bool is_told(const Search *s, const CatalogPlace *place)
{
    vec_each (const DriftItem, it, &s->found) {
        if (str_eq(it->audit_type, place->kind) && str_eq(it->id, place->id)) {
            return true;
        }
    }
    return false;
}

/* An old side's schema, cluster or relation that somebody gave a name of his own: it was not dropped with that side, nor is it
 * a way back. */
static void judge_old(Search *s, const RecordObject *known)
{
    const Retired *retired = map_get(&s->retired, id_key(s->arena, known->kind, known->id));
    CatalogPlace now = catalog_place(s->in->catalog, known->kind, known->id);
    if (!retired || !now.kind || str_eq(known->kind, "index") ||
        str_eq(now.rel.name, known->rel.name) ||
        (retired->kept && str_eq(now.rel.name, retired->to)) || is_told(s, &now)) {
        return;
    }
    bool cluster = str_eq(now.kind, "cluster"), schema = str_eq(now.kind, "schema");
    bool renamed = !str_eq(now.rel.name, retired->to);
    add(s, (DriftItem){.kind = cluster ? "clusters" : "other",
                       .object = cluster  ? now.rel.name
                                 : schema ? text_of_schema(s, now.rel.database, now.rel.name)
                                          : text_of(s, now.rel),
                       .id = now.id,
                       .audit_type = now.kind,
                       .audit_event = "alter",
                       .what = arena_printf(s->arena, "%s of an old side%s%s, left over",
                                            kind_text(s->arena, now.kind), renamed ? ", " : "",
                                            renamed ? retired->to : ""),
                       .fix = "a healing or the next commit drops it: see cutover plan"});
}

static void judge_olds(Search *s)
{
    map_each (entry, &s->in->record->object_by_id) {
        judge_old(s, entry->value);
    }
}

DriftItems drift_find(Arena *arena, const DriftInput *input)
{
    Search search = {.arena = arena, .in = input};
    index_retired(&search);
    find_elsewhere(&search);
    index_record(&search);
    judge_clusters(&search);
    judge_nodes(&search);
    judge_olds(&search);
    return search.found;
}

DriftItems drift_alerted(Arena *arena, const DriftItems *items,
                         const EnvironmentConfig *environment)
{
    DriftItems alerted = {0};
    vec_each (DriftItem, it, items) {
        if (!str_eq(config_drift(environment, it->kind), "report")) {
            vec_push(arena, &alerted, *it);
        }
    }
    return alerted;
}

bool drift_heals(const DriftItems *items, const EnvironmentConfig *environment)
{
    vec_each (DriftItem, it, items) {
        if (!str_eq(config_drift(environment, it->kind), "heal")) {
            return false;
        }
    }
    return items->count > 0;
}

const char *drift_digest(Arena *arena, const DriftItems *items)
{
    Buf text = buf_new(arena, DIGEST_TEXT_MAX);
    vec_each (DriftItem, it, items) {
        buf_printf(&text, "%s\n%s\n%s\n", it->object, it->what, it->id);
    }
    return items->count ? digest_sha256(arena, text.data, text.length) : "";
}

/* ---- how it is shown ---- */

void drift_write_text(Buf *out, const DriftItems *items)
{
    size_t width = 0;
    vec_each (DriftItem, it, items) {
        width = strlen(it->object) > width ? strlen(it->object) : width;
    }
    vec_each (DriftItem, it, items) {
        buf_printf(out, "%-*s   %s", (int)width, it->object, it->what);
        if (it->at) {
            buf_printf(out, ", %.16s UTC", moment_text(out->arena, it->at));
        }
        if (it->by) {
            buf_printf(out, ", role %s", it->by);
        }
        if (it->fix) {
            buf_printf(out, ":  %s", it->fix);
        }
        buf_char(out, '\n');
    }
}

void drift_write_json(JsonOut *out, const DriftItems *items)
{
    json_open_array(out);
    vec_each (DriftItem, it, items) {
        json_open_object(out);
        json_put_str(out, "object", it->object);
        json_put_str(out, "kind", it->kind);
        json_put_str(out, "what", it->what);
        json_put_str(out, "seen_at", it->at ? moment_iso(out->buf->arena, it->at) : NULL);
        json_put_str(out, "by", it->by);
        json_put_str(out, "fix", it->fix);
        json_close_object(out);
    }
    json_close_array(out);
}
