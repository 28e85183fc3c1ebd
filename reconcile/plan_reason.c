/* Reasons as chains, in people's words, that end in a change in Git. */
#include "plan_internal.h"

#include "cutover/str.h"

enum { TOLD_LINKS = 4, LISTED_REASONS = 8 };

const char *plan_item_name(const Closure *c, const Item *item)
{
    return relname_text(c->arena, item->node->rel, c->in->desired->default_database);
}

const char *plan_object_name(const Closure *c, const CatalogObject *object)
{
    return relname_text(c->arena, object->rel, c->in->desired->default_database);
}

/* What made ITEM go green, told of it by somebody who follows from it: "whose SQL changed". */
static const char *tail(const Closure *c, const Item *item)
{
    const Why *why = &item->why;
    const char *from = why->from ? plan_item_name(c, why->from) : NULL;
    switch (why->cause) {
    case CAUSE_CHANGED:
    case CAUSE_DRIFT:
        return arena_printf(c->arena, "whose %s", why->text);
    case CAUSE_NEW:
        return "which is new";
    case CAUSE_READS:
        return arena_printf(c->arena, "which reads %s", from);
    case CAUSE_SHARES_SCHEMA:
        return from ? arena_printf(c->arena, "which shares schema %s with %s", why->place->name,
                                   from)
                    : arena_printf(c->arena, "which lies in schema %s, which is replaced",
                                   why->place->name);
    case CAUSE_SHARES_CLUSTER:
        return from ? arena_printf(c->arena, "which shares cluster %s with %s", why->place->name,
                                   from)
                    : arena_printf(c->arena, "which is on cluster %s, which is replaced",
                                   why->place->name);
    case CAUSE_REMOVED:
        break;
    }
    return "which was removed";
}

/* The chain in one sentence; of a long one the nearest links, and where it ends. */
static const char *sentence(const Closure *c, const Item *item, const char *head)
{
    const char *text = head;
    const Item *from = item->why.from;
    for (int i = 0; from && i < TOLD_LINKS; i++) {
        text = arena_printf(c->arena, "%s, %s", text, tail(c, from));
        from = from->why.from;
    }
    return from ? arena_printf(c->arena, "%s, and so on up to %s, %s", text,
                               plan_item_name(c, item->root), tail(c, item->root))
                : text;
}

static const char *new_text(const Closure *c, const Item *item)
{
    const RelName rel = item->node->rel;
    bool swapped = catalog_schema(c->in->catalog, rel.database, rel.schema);
    return arena_printf(c->arena, "%s, in schema %s, which is %s", plan_created_text(c, rel),
                        rel.schema, swapped ? "swapped" : "new");
}

/* A place that is replaced for a reason of its own. */
static const char *place_text(const Closure *c, const Place *place)
{
    const char *kind = place->is_cluster ? "on cluster" : "in schema";
    return place->why.cause == CAUSE_REMOVED
               ? arena_printf(c->arena, "%s %s, from which %s was removed", kind, place->name,
                              place->why.text)
               : arena_printf(c->arena, "%s %s, whose %s", kind, place->name, place->why.text);
}

static const char *reason_of(const Closure *c, const Item *item)
{
    const Why *why = &item->why;
    const char *from = why->from ? plan_item_name(c, why->from) : NULL;
    switch (why->cause) {
    case CAUSE_CHANGED:
        return item->node->file ? arena_printf(c->arena, "%s (%s)", why->text, item->node->file)
                                : why->text;
    case CAUSE_DRIFT:
        return why->text;
    case CAUSE_NEW:
        return new_text(c, item);
    case CAUSE_READS:
        return sentence(c, item, arena_printf(c->arena, "reads %s", from));
    case CAUSE_SHARES_SCHEMA:
        return from ? arena_printf(c->arena, "shares schema %s with %s", why->place->name, from)
                    : place_text(c, why->place);
    case CAUSE_SHARES_CLUSTER:
        return from ? arena_printf(c->arena, "shares cluster %s with %s", why->place->name, from)
                    : place_text(c, why->place);
    case CAUSE_REMOVED:
        break;
    }
    return "removed in Git: not built on green, dropped with blue";
}

const char *plan_gone(const Closure *c, RelName rel)
{
    bool unselected = map_get(&c->in->desired->unselected, relname_key(c->arena, rel));
    return unselected ? "not selected any more" : "removed in Git";
}

const char *plan_gone_object(const Closure *c, const CatalogObject *live)
{
    const RecordObject *known = record_object(c->in->record, live->kind, live->id);
    bool renamed = known && !relname_eq(known->rel, live->rel);
    return renamed
               ? arena_printf(c->arena, "was %s, and was renamed by somebody",
                              relname_text(c->arena, known->rel, c->in->desired->default_database))
               : plan_gone(c, live->rel);
}

const char *plan_item_reason(Closure *c, const Item *item)
{
    const char *text = map_get(&c->reasons, item->node->id);
    if (!text) {
        text = reason_of(c, item);
        map_put(c->arena, &c->reasons, item->node->id, text);
    }
    return text;
}

static void add_reason(Closure *c, PlanObject *object, const Item *item)
{
    PlanReason reason = {.cause = item->why.cause,
                         .object = item->why.from ? plan_item_name(c, item->why.from) : NULL,
                         .text = plan_item_reason(c, item)};
    vec_push(c->arena, &object->reasons, reason);
}

void plan_add_reasons(Closure *c, PlanObject *object, const Item *item)
{
    const Item *it = item;
    for (int i = 1; it && i < LISTED_REASONS; i++) {
        add_reason(c, object, it);
        it = it->why.from;
    }
    if (it) {
        add_reason(c, object, item->root);
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
    const Item *from = place->why.from;
    return from ? arena_printf(c->arena, "%s: %s", plan_item_name(c, from),
                               plan_item_reason(c, from))
                : "is replaced";
}
