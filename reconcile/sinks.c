#include "cutover/sinks.h"

#include "build_internal.h"

#include "cutover/names_check.h"
#include "cutover/str.h"

const CatalogObject *sink_input(const Catalog *catalog, const CatalogObject *live)
{
    vec_each (const char *, id, &live->reads) {
        const CatalogObject *input = catalog_object_by_id(catalog, *id);
        if (input && !str_eq(input->kind, "connection")) {
            return input;
        }
    }
    return NULL;
}

RelName sink_from(const Desired *desired, const DesiredNode *node)
{
    if (node->depends.count) {
        const DesiredNode *input = map_get(&desired->node_by_id, node->depends.items[0]);
        return input ? input->rel : (RelName){0};
    }
    return node->reads.count ? node->reads.items[0] : (RelName){0};
}

/* What came when the deployment before it was over was made by a person who bears our role. */
bool sink_is_ours(const Record *record, const Catalog *catalog, const CatalogObject *sink)
{
    if (record_object(record, "sink", sink->id)) {
        return true;
    }
    Arena *arena = arena_new();
    Map created = build_created_by_us(arena, catalog, record);
    bool ours = map_get(&created, arena_printf(arena, "sink:%s", sink->id));
    const RecordDeployment *maker = build_maker(arena, &created, record, "sink", sink->id);
    arena_free(arena);
    return ours && !(maker && build_is_over(maker));
}

/* While the sink has not followed a swap, what it reads has a name of the old side: the record knows the other. */
static RelName production_name(const Record *record, const CatalogObject *object)
{
    const RecordObject *known = record_object(record, object->kind, object->id);
    return known ? known->rel : object->rel;
}

static bool reads(const Catalog *catalog, const CatalogObject *live, RelName rel)
{
    const CatalogObject *input = catalog_object(catalog, rel);
    return input && str_in(&live->reads, input->id);
}

/* Under one id nothing but its FROM ever changes. */
const char *sink_digest(const Record *record, const Catalog *catalog, const CatalogObject *live)
{
    const RecordObject *known = record_object(record, "sink", live->id);
    const char *digest = known ? known->digest : NULL;
    vec_each (RecordDeployment, d, &record->deployments) {
        vec_each (RecordSink, it, &d->sinks) {
            bool sent = known && it->was.name && str_eq(it->id, live->id);
            if (sent && reads(catalog, live, it->from)) {
                digest = it->digest;
            } else if (sent && reads(catalog, live, it->was)) {
                digest = it->was_digest;
            }
        }
    }
    return digest;
}

RelName sink_leaves(const Record *record, const Catalog *catalog, const DesiredNode *node,
                    const CatalogObject *live)
{
    const char *made = sink_digest(record, catalog, live);
    RelName found = {0};
    if (!made || str_eq(made, node->digest)) {
        return found;
    }
    Arena *arena = arena_new();
    vec_each (const char *, id, &live->reads) {
        const CatalogObject *input = catalog_object_by_id(catalog, *id);
        RelName rel = input ? production_name(record, input) : found;
        const char *digest = rel.name ? desired_digest_from(arena, node, rel) : NULL;
        found = digest && str_eq(digest, made) ? rel : found;
    }
    arena_free(arena);
    return found;
}

/* The one that is to be repointed first by its id, whatever somebody calls it; others are made under their name. */
static const CatalogObject *live_sink(const SinkInput *in, const RecordSink *sink)
{
    bool stays = str_eq(sink->action, SINK_TO_REPOINT);
    const CatalogObject *same = stays ? catalog_object_by_id(in->catalog, sink->id) : NULL;
    const CatalogObject *live = same ? same : catalog_object(in->catalog, sink->rel);
    return live && str_eq(live->kind, "sink") && sink_is_ours(in->record, in->catalog, live) ? live
                                                                                             : NULL;
}

/* Somebody may rename what has just gone live, and put something else in its place: the sink follows what was compared with what
 * it reads. */
static const CatalogObject *new_input(const SinkInput *in, RelName from)
{
    const CatalogObject *made =
        names_made_live(in->catalog, in->record, &in->deployment->names, from);
    return made ? made : catalog_object(in->catalog, from);
}

/* DIGEST is of the definition that reads FROM; NULL in records of older versions. */
static SinkStep repoint(const SinkInput *in, const RecordSink *sink, const CatalogObject *live,
                        RelName from, const char *digest)
{
    const CatalogObject *input = live ? new_input(in, from) : NULL;
    if (!input) {
        return (SinkStep){0};
    }
    if (!str_in(&live->reads, input->id)) {
        return (SinkStep){.action = SINK_REPOINT, .sink = sink, .live = live, .from = input->rel};
    }
    const RecordObject *known = record_object(in->record, "sink", live->id);
    bool noted = !digest || !known || str_eq(known->digest, digest);
    return noted ? (SinkStep){0}
                 : (SinkStep){.action = SINK_RENEW, .sink = sink, .live = live, .digest = digest};
}

/* The commit that declares it has been overtaken: the next plan sees to it, and must know as ours what was made already. */
static SinkStep left_to_the_next(const SinkInput *in, const RecordSink *sink,
                                 const CatalogObject *live)
{
    bool made = live && sink->digest && !record_object(in->record, "sink", live->id);
    return made ? (SinkStep){.action = SINK_CLAIM, .sink = sink, .live = live} : (SinkStep){0};
}

/* After the cutover. */
static SinkStep forward(const SinkInput *in, const RecordSink *sink)
{
    const CatalogObject *live = live_sink(in, sink);
    const DesiredNode *node = in->desired ? map_get(&in->desired->node_by_id, sink->node) : NULL;
    if (str_eq(sink->action, SINK_TO_REPOINT)) {
        return repoint(in, sink, live, sink->from, sink->was.name ? sink->digest : NULL);
    }
    if (!node) {
        return left_to_the_next(in, sink, live);
    }
    if (live && str_eq(sink->id, live->id)) {
        return (SinkStep){.action = SINK_DROP, .sink = sink, .live = live, .node = node};
    }
    if (!live) {
        bool taken = catalog_object(in->catalog, sink->rel);
        return taken ? (SinkStep){0}
                     : (SinkStep){.action = SINK_CREATE, .sink = sink, .node = node};
    }
    if (!record_object(in->record, "sink", live->id)) {
        return (SinkStep){.action = SINK_CLAIM, .sink = sink, .live = live, .node = node};
    }
    return repoint(in, sink, live, sink->from, NULL);
}

/* After the way back. What was dropped for a new definition is not brought back: the sink that is there goes on. */
static SinkStep back(const SinkInput *in, const RecordSink *sink)
{
    const CatalogObject *live = live_sink(in, sink);
    if (live && str_eq(sink->action, SINK_TO_CREATE)) {
        return (SinkStep){.action = SINK_DROP, .sink = sink, .live = live};
    }
    return sink->was.name ? repoint(in, sink, live, sink->was, sink->was_digest)
                          : repoint(in, sink, live, sink->from, NULL);
}

SinkStep sink_next(const SinkInput *in)
{
    bool forth = in->deployment->phase != PHASE_ROLLING_BACK;
    vec_each (RecordSink, it, &in->deployment->sinks) {
        SinkStep step = forth ? forward(in, it) : back(in, it);
        if (step.action != SINK_NONE) {
            return step;
        }
    }
    return (SinkStep){0};
}
