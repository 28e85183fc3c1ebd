/* Refusals because of what is not ours or cannot be rebuilt: what stands in the way, why, and the ways out. */
#include "plan_internal.h"

#include "cutover/sqltok.h"
#include "cutover/str.h"

enum { LONGEST_HINT = 64 * 1024 };

void plan_refuse(Closure *c, const char *code, const char *key, const char *text, const char *hint)
{
    const char *once = arena_printf(c->arena, "%s %s", code, key);
    if (map_put(c->arena, &c->refused, once, c)) {
        return;
    }
    Diag *diag = diag_add(&c->plan->diags, DIAG_REFUSED, code, "%s", text);
    diag->object = key;
    diag->hint = hint;
}

/* "schema shop must be swapped (shop.orders_clean: SQL changed)" */
static const char *why_replaced(Closure *c, const Place *place)
{
    const Item *from = place->why.from;
    const char *why = from ? arena_printf(c->arena, "%s: %s", plan_item_name(c, from),
                                          from->state == ITEM_NEW       ? "new"
                                          : from->state == ITEM_CHANGED ? from->why.text
                                                                        : plan_item_reason(c, from))
                           : plan_place_reason(c, place);
    return arena_printf(c->arena, "%s %s must be swapped (%s)", container_kind(place->is_cluster),
                        place->name, why);
}

static const char *who(Closure *c, const CatalogObject *object)
{
    return arena_printf(c->arena, "%s (%s, role %s)", plan_object_name(c, object),
                        kind_text(c->arena, object->kind),
                        object->owner ? object->owner : "unknown");
}

/* What selects OBJECT: an index comes with its relation. DECLARED: whether the project has that already. */
static const char *selector_of(const Closure *c, const CatalogObject *object, bool *declared)
{
    const CatalogObject *on =
        object->on_id ? catalog_object_by_id(c->in->catalog, object->on_id) : NULL;
    const CatalogObject *relation = on ? on : object;
    const DesiredNode *node =
        map_get(&c->in->desired->node_by_rel, relname_key(c->arena, relation->rel));
    *declared = node != NULL;
    return node && node->names.count ? node->names.items[0] : relation->rel.name;
}

/* It lies in a schema that says that Cutover deployed it, though our record does not know it: it is somebody's production. */
static bool is_deployed(const Closure *c, const CatalogObject *object)
{
    const CatalogSchema *schema =
        catalog_schema(c->in->catalog, object->rel.database, object->rel.schema);
    return schema && comment_environment(c->arena, schema->comment) &&
           !record_object(c->in->record, "schema", schema->id);
}

/* What it declares may be production, of which the record has lost all it knew: adopt tells. */
static bool is_partial(const Closure *c)
{
    const RecordDeployment *live = record_generation(c->in->record, c->in->live_generation);
    return live && live->partial;
}

static const char *ways_out(Closure *c, const CatalogObject *object, bool named)
{
    bool declared;
    const char *selector = selector_of(c, object, &declared);
    const char *way = named || (declared && !object->on_id) ? "take it over as it is"
                      : declared                            ? "add it to its model and run"
                                                            : "add it to the project and run";
    if (c->in->live_lost || is_deployed(c, object) || (named && is_partial(c))) {
        return arena_printf(c->arena, "way out:   %-29s   cutover adopt --select %s", way,
                            selector);
    }
    return arena_printf(c->arena,
                        "ways out:  %-29s   cutover adopt --select %s\n"
                        "           %-29s   DROP %s %s",
                        way, selector, "or drop it", kind_sql(c->arena, object->kind),
                        relname_sql(c->arena, object->rel));
}

static void refuse(Closure *c, const CatalogObject *object, const char *explanation, bool named)
{
    const char *name = plan_object_name(c, object);
    plan_refuse(c, "CO4103", name, arena_printf(c->arena, "%s stands in the way", name),
                arena_printf(c->arena, "%s\n%s", explanation, ways_out(c, object, named)));
}

static void refuse_stranger(Closure *c, const CatalogObject *object, const char *explanation)
{
    refuse(c, object, explanation, false);
}

void plan_refuse_name(Closure *c, const CatalogObject *object)
{
    const Place *place =
        map_get(&c->schema_by_key, schema_key(c->arena, object->rel.database, object->rel.schema));
    if (place && plan_other_environment(c, place)) {
        return; /* all of it is refused, and nothing of it can be adopted */
    }
    refuse(c, object,
           arena_printf(c->arena,
                        "The project declares this name, and %s bears it already;\n"
                        "Cutover has no record of it and will not touch it.",
                        who(c, object)),
           true);
}

/* The input of READER through which it hangs on the green object BECAUSE. */
static const char *what_it_reads(Closure *c, const CatalogObject *reader, const Item *because)
{
    vec_each (const char *, id, &reader->reads) {
        if (because->live && str_eq(*id, because->live->id)) {
            return plan_item_name(c, because);
        }
    }
    return arena_printf(c->arena, "what reads %s", plan_item_name(c, because));
}

void plan_refuse_reader(Closure *c, const CatalogObject *object, const Item *because)
{
    const Place *schema = plan_schema(c, because->node->rel.database, because->node->rel.schema);
    const Place cause = {.name = schema->name, .why = {.from = because}};
    refuse_stranger(
        c, object,
        arena_printf(c->arena,
                     "%s, and %s reads %s.\n"
                     "After the swap it would still read the old generation; Cutover has no record "
                     "of it and will not touch it.",
                     why_replaced(c, schema->why.from ? schema : &cause), who(c, object),
                     what_it_reads(c, object, because)));
}

void plan_refuse_reader_of_removed(Closure *c, const CatalogObject *reader,
                                   const CatalogObject *removed)
{
    const char *name = plan_object_name(c, reader), *gone = plan_object_name(c, removed);
    bool unselected = map_get(&c->in->desired->unselected, relname_key(c->arena, removed->rel));
    const char *how =
        arena_printf(c->arena, "%s %s", unselected ? "is" : "was", plan_gone(c, removed->rel));
    if (!plan_is_ours(c, reader)) {
        refuse_stranger(c, reader,
                        arena_printf(c->arena,
                                     "%s %s, and %s %s it;\n"
                                     "Cutover has no record of it and will not touch it.",
                                     gone, how, who(c, reader), reader->on_id ? "is on" : "reads"));
        return;
    }
    plan_refuse(c, "CO4109", name, arena_printf(c->arena, "%s reads %s, which %s", name, gone, how),
                unselected
                    ? arena_printf(c->arena,
                                   "Cutover made it for this environment, and would drop it\n"
                                   "ways out:  go on selecting it, or leave out %s as well "
                                   "(environments.%s: select, exclude)",
                                   name, c->in->environment->name)
                    : "way out:  restore the model, or change what reads it");
}

/* ---- what cannot be rebuilt ---- */

static bool is_stateful(const char *kind)
{
    static const char *const stateful[] = {"source",     "table",  "sink",
                                           "connection", "secret", "type"};
    for (size_t i = 0; i < sizeof stateful / sizeof *stateful; i++) {
        if (str_eq(kind, stateful[i])) {
            return true;
        }
    }
    return false;
}

static const char *way_to_move(Closure *c, const Place *place, const char *kind)
{
    const char *config = place->is_cluster ? "+cluster: NAME" : "+schema: NAME";
    return arena_printf(c->arena,
                        "way out:  keep what holds data apart from what is rebuilt: give the "
                        "models another %s (%s in dbt_project.yml),\n"
                        "          or recreate the %s in a %s of its own",
                        container_kind(place->is_cluster), config, kind,
                        container_kind(place->is_cluster));
}

static void refuse_stateful(Closure *c, const Place *place, const char *kind, const char *name)
{
    plan_refuse(c, "CO4105", arena_printf(c->arena, "%s", name),
                arena_printf(c->arena, "%s %s cannot be rebuilt, and is in %s %s", kind, name,
                             container_kind(place->is_cluster), place->name),
                arena_printf(c->arena, "%s, with everything in it.\n%s", why_replaced(c, place),
                             way_to_move(c, place, kind)));
}

void plan_refuse_stays(Closure *c, const Place *place, const Item *item)
{
    refuse_stateful(c, place, node_kind_text(item->node->kind), plan_item_name(c, item));
}

void plan_refuse_tenant(Closure *c, const CatalogObject *object, const Place *place)
{
    if (is_stateful(object->kind)) {
        refuse_stateful(c, place, kind_text(c->arena, object->kind), plan_object_name(c, object));
        return;
    }
    refuse_stranger(c, object,
                    arena_printf(c->arena,
                                 "%s, and %s is in it;\n"
                                 "Cutover has no record of it and will not touch it.",
                                 why_replaced(c, place), who(c, object)));
}
