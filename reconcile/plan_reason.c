/* Reasons as chains, in people's words, that end in a change in Git. */
#include "plan_internal.h"

#include "cutover/str.h"

#define LONGEST_CHAIN 20

const char *plan_item_name(const Closure *c, const Item *item)
{
    return relname_text(c->arena, item->node->rel, c->in->desired->default_database);
}

static const char *shared_cluster(const Item *item)
{
    return item->node->cluster         ? item->node->cluster
           : item->node->indexes.count ? item->node->indexes.items[0].cluster
                                       : "?";
}

/* What made ITEM change, told by somebody who follows from it: "whose SQL changed". */
static const char *tail(const Closure *c, const Item *item)
{
    switch (item->why.cause) {
    case CAUSE_CHANGED:
    case CAUSE_DRIFT:
        return arena_printf(c->arena, "whose %s", item->why.text);
    case CAUSE_NEW:
        return "which is new";
    case CAUSE_REMOVED:
        return "which was removed";
    default:
        break;
    }
    const char *from = item->why.from ? plan_item_name(c, item->why.from) : "?";
    switch (item->why.cause) {
    case CAUSE_READS:
        return arena_printf(c->arena, "which reads %s", from);
    case CAUSE_SHARES_SCHEMA:
        return arena_printf(c->arena, "which shares schema %s with %s", item->node->rel.schema,
                            from);
    default:
        return arena_printf(c->arena, "which shares cluster %s with %s", shared_cluster(item),
                            from);
    }
}

/* The whole chain in one sentence. */
static const char *sentence(const Closure *c, const Item *item, const char *head)
{
    Buf buf = buf_new(c->arena, 4096);
    buf_text(&buf, head);
    const Item *from = item->why.from;
    for (int i = 0; from && i < LONGEST_CHAIN; i++) {
        buf_printf(&buf, ", %s", tail(c, from));
        from = from->why.from;
    }
    return buf.data;
}

static const char *place_of_change(const Closure *c, const Item *item)
{
    return item->node->file ? arena_printf(c->arena, " (%s)", item->node->file) : "";
}

static const char *own_text(Closure *c, const Item *item)
{
    const Why *why = &item->why;
    const char *from = why->from ? plan_item_name(c, why->from) : NULL;
    switch (why->cause) {
    case CAUSE_CHANGED:
        return arena_printf(c->arena, "%s%s", why->text, place_of_change(c, item));
    case CAUSE_DRIFT:
        return why->text;
    case CAUSE_NEW:
        return arena_printf(c->arena, "new, in schema %s, which is %s", item->node->rel.schema,
                            plan_schema(c, item->node->rel.database, item->node->rel.schema)->schema
                                ? "swapped"
                                : "new");
    case CAUSE_READS:
        return sentence(c, item, arena_printf(c->arena, "reads %s", from));
    case CAUSE_SHARES_SCHEMA:
        return from ? arena_printf(c->arena, "shares schema %s with %s", item->node->rel.schema,
                                   from)
                    : arena_printf(c->arena, "shares schema %s, from which something was removed",
                                   item->node->rel.schema);
    case CAUSE_SHARES_CLUSTER:
        return from
                   ? arena_printf(c->arena, "shares cluster %s with %s", shared_cluster(item), from)
                   : arena_printf(c->arena, "is on cluster %s, which is replaced",
                                  shared_cluster(item));
    case CAUSE_REMOVED:
        break;
    }
    return "removed in Git: not built on green, dropped with blue";
}

void plan_add_reasons(Closure *c, PlanObject *object, const Item *item)
{
    for (int i = 0; item && i < LONGEST_CHAIN; i++) {
        PlanReason reason = {.cause = item->why.cause,
                             .object = item->why.from ? plan_item_name(c, item->why.from) : NULL,
                             .text = own_text(c, item)};
        vec_push(c->arena, &object->reasons, reason);
        item = item->why.from;
    }
}

const char *plan_place_reason(Closure *c, const Place *place)
{
    if (!place->wanted) {
        return "nothing in Git is in it any more";
    }
    if (place->why.cause == CAUSE_REMOVED) {
        return arena_printf(c->arena, "%s was removed", place->why.text);
    }
    if (place->why.cause == CAUSE_CHANGED) {
        return place->why.text;
    }
    return place->why.from ? arena_printf(c->arena, "%s: %s", plan_item_name(c, place->why.from),
                                          own_text(c, place->why.from))
                           : "is replaced";
}
