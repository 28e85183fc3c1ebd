#include "cutover/sinks.h"

#include "cutover/build.h"
#include "cutover/str.h"

RelName sink_from(const Desired *desired, const DesiredNode *node)
{
    if (node->depends.count) {
        const DesiredNode *input = map_get(&desired->node_by_id, node->depends.items[0]);
        return input ? input->rel : (RelName){0};
    }
    return node->reads.count ? node->reads.items[0] : (RelName){0};
}

bool sink_is_ours(const Record *record, const Catalog *catalog, const CatalogObject *sink)
{
    int64_t since = build_ours_since(record);
    if (record_object(record, "sink", sink->id)) {
        return true;
    }
    vec_each (CatalogCreation, it, &catalog->creations) {
        if (str_eq(it->kind, "sink") && str_eq(it->id, sink->id) && it->event > since &&
            str_eq(it->user, catalog->role)) {
            return true;
        }
    }
    return false;
}

static const CatalogObject *live_sink(const SinkInput *in, const RecordSink *sink)
{
    const CatalogObject *live = catalog_object(in->catalog, sink->rel);
    return live && str_eq(live->kind, "sink") && sink_is_ours(in->record, in->catalog, live) ? live
                                                                                             : NULL;
}

static SinkStep repoint(const SinkInput *in, const RecordSink *sink, const CatalogObject *live)
{
    const CatalogObject *input = live ? catalog_object(in->catalog, sink->from) : NULL;
    if (!input || str_in(&live->reads, input->id)) {
        return (SinkStep){0};
    }
    return (SinkStep){SINK_REPOINT, sink, live, NULL};
}

/* The commit that declares it has been overtaken: the next plan sees to it, and must know as ours what was made already. */
static SinkStep left_to_the_next(const SinkInput *in, const RecordSink *sink,
                                 const CatalogObject *live)
{
    bool made = live && sink->digest && !record_object(in->record, "sink", live->id);
    return made ? (SinkStep){SINK_CLAIM, sink, live, NULL} : (SinkStep){0};
}

/* After the cutover. */
static SinkStep forward(const SinkInput *in, const RecordSink *sink)
{
    const CatalogObject *live = live_sink(in, sink);
    const DesiredNode *node = in->desired ? map_get(&in->desired->node_by_id, sink->node) : NULL;
    if (str_eq(sink->action, SINK_TO_REPOINT)) {
        return repoint(in, sink, live);
    }
    if (!node) {
        return left_to_the_next(in, sink, live);
    }
    if (live && str_eq(sink->id, live->id)) {
        return (SinkStep){SINK_DROP, sink, live, node};
    }
    if (!live) {
        bool taken = catalog_object(in->catalog, sink->rel);
        return taken ? (SinkStep){0} : (SinkStep){SINK_CREATE, sink, NULL, node};
    }
    return record_object(in->record, "sink", live->id) ? repoint(in, sink, live)
                                                       : (SinkStep){SINK_CLAIM, sink, live, node};
}

/* After the way back. What was dropped for a new definition is not brought back: the sink that is there goes on. */
static SinkStep back(const SinkInput *in, const RecordSink *sink)
{
    const CatalogObject *live = live_sink(in, sink);
    if (live && str_eq(sink->action, SINK_TO_CREATE)) {
        return (SinkStep){SINK_DROP, sink, live, NULL};
    }
    return repoint(in, sink, live);
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
