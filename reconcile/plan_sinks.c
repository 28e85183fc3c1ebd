/* Sinks: created, recreated or repointed after the cutover; they are on no side. */
#include "plan_internal.h"

#include "cutover/sinks.h"
#include "cutover/str.h"

static PlanObject *add(Closure *c, const Item *item, PlanAction action, PlanReason reason)
{
    RelName from = sink_from(c->in->desired, item->node);
    PlanObject object = {.id = item->node->id,
                         .kind = "sink",
                         .rel = item->node->rel,
                         .cluster = item->node->cluster,
                         .action = action,
                         .where = PLAN_AFTER_CUTOVER,
                         .node = item->node,
                         .on = from.name ? relname_text(c->arena, from, c->plan->default_database)
                                         : NULL,
                         .live = item->live,
                         .file = item->node->file,
                         .line = item->node->line};
    vec_push(c->arena, &object.reasons, reason);
    vec_push(c->arena, &c->plan->objects, object);
    c->plan->in_place++;
    return &vec_last(&c->plan->objects);
}

static void add_if_it_reads_another(Closure *c, const Item *item)
{
    const DesiredNode *node = item->node;
    const Item *input =
        node->depends.count ? map_get(&c->item_by_id, node->depends.items[0]) : NULL;
    const CatalogObject *wanted = catalog_object(c->in->catalog, sink_from(c->in->desired, node));
    if (input && input->green) {
        add(c, item, PLAN_REPOINT,
            (PlanReason){CAUSE_READS, plan_item_name(c, input), "repointed after the cutover"});
    } else if (wanted ? !str_in(&item->live->reads, wanted->id) : input != NULL) {
        add(c, item, PLAN_REPOINT,
            (PlanReason){CAUSE_DRIFT, NULL, "reads another relation: repointed"});
    }
}

/* Its columns are compared before the cutover. Who permits that it is made anew wants that: they may not fit. */
static void add_changed(Closure *c, const Item *item)
{
    const CatalogObject *live = item->live;
    RelName leaves = sink_leaves(c->in->record, c->in->catalog, item->node, live);
    const char *permit =
        arena_printf(c->arena, "stateful:%s", relname_text(c->arena, live->rel, NULL));
    if (!leaves.name || plan_permits_in_commits(c, permit)) {
        add(c, item, PLAN_CHANGE,
            (PlanReason){CAUSE_CHANGED, NULL,
                         "changed in Git: dropped and created anew after the cutover"});
        return;
    }
    PlanObject *object = add(c, item, PLAN_REPOINT, (PlanReason){.cause = CAUSE_CHANGED});
    object->leaves = leaves;
    object->reasons.items[0].text =
        arena_printf(c->arena, "reads %s instead of %s: repointed after the cutover", object->on,
                     relname_text(c->arena, leaves, c->plan->default_database));
}

static void add_sink(Closure *c, const Item *item)
{
    const RecordObject *known =
        item->live ? record_object(c->in->record, "sink", item->live->id) : NULL;
    if (!item->live) {
        add(c, item, PLAN_CREATE, (PlanReason){CAUSE_NEW, NULL, "new: created after the cutover"});
    } else if (!sink_is_ours(c->in->record, c->in->catalog, item->live)) {
        plan_refuse_name(c, item->live);
    } else if (!known) {
        return; /* what follows the cutover claims it */
    } else if (!str_eq(sink_digest(c->in->record, c->in->catalog, item->live),
                       item->node->digest)) {
        add_changed(c, item);
    } else {
        add_if_it_reads_another(c, item);
    }
}

void plan_add_sinks(Closure *c)
{
    vec_each (Item, it, &c->items) {
        if (it->node->kind == NODE_SINK) {
            add_sink(c, it);
        }
    }
}
