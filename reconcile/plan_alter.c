/*
 * What is changed where it is, since nothing rehydrates for it: grants, comments, and the options of clusters. What
 * goes green anyway gets them there; who may read it from then on, and may not now, is told.
 */
#include "plan_internal.h"

#include "cutover/noted.h"
#include "cutover/options.h"
#include "cutover/sqltok.h"
#include "cutover/str.h"

/* Either Git says something else by now, or, where the commit is live already, somebody changed it by hand. */
static PlanReason reason_of(const Closure *c, const char *in_git)
{
    return c->in->is_live || c->in->heals
               ? (PlanReason){.cause = CAUSE_DRIFT, .text = "drift: not as deployed"}
               : (PlanReason){.cause = CAUSE_CHANGED, .text = in_git};
}

void plan_add_in_place(Closure *c, PlanObject object, PlanReason reason)
{
    object.where = PLAN_IN_PLACE;
    vec_push(c->arena, &object.reasons, reason);
    vec_push(c->arena, &c->plan->objects, object);
    c->plan->in_place++;
}

const char *plan_deployed_options(const Closure *c, const char *kind, const char *id)
{
    return c->in->heals ? noted_options(c->arena, c->in->record, c->in->catalog, kind, id) : NULL;
}

/* ---- owners ---- */

/*
 * Only when what was live is deployed again: another commit takes owners as they are. Who is gone owns nothing; that it is not
 * as deployed is still told.
 */
static void add_owner(Closure *c, const char *kind, const char *id, RelName rel, const char *on)
{
    const char *to = c->in->heals ? noted_owner(c->in->record, c->in->catalog, kind, id) : NULL;
    if (!to || !str_in(&c->in->catalog->roles, to)) {
        return;
    }
    PlanOwner *owner = arena_make(c->arena, PlanOwner);
    *owner = (PlanOwner){kind, id, catalog_owner(c->in->catalog, kind, id), to};
    plan_add_in_place(c,
                      (PlanObject){.id = arena_printf(c->arena, "%s/owner", on),
                                   .kind = "owner",
                                   .rel = rel,
                                   .action = PLAN_CHANGE,
                                   .owner = owner,
                                   .on = on},
                      reason_of(c, ""));
}

static void add_owners_of_places(Closure *c)
{
    map_each (it, &c->schema_by_key) {
        const Place *place = it->value;
        if (place->schema && !place->green) {
            add_owner(c, "schema", place->schema->id,
                      (RelName){.database = place->database, .name = place->name},
                      arena_printf(c->arena, "schema %s", place->name));
        }
    }
    map_each (it, &c->cluster_by_name) {
        const Place *place = it->value;
        if (place->cluster && !place->green) {
            add_owner(c, "cluster", place->cluster->id, (RelName){.name = place->name},
                      arena_printf(c->arena, "cluster %s", place->name));
        }
    }
}

/* ---- options of relations and indexes ---- */

static void add_option(Closure *c, const CatalogObject *live)
{
    const char *to = live ? plan_deployed_options(c, live->kind, live->id) : NULL;
    if (!to) {
        return;
    }
    PlanOption *option = arena_make(c->arena, PlanOption);
    *option = (PlanOption){live, to};
    const char *on = plan_object_name(c, live);
    plan_add_in_place(c,
                      (PlanObject){.id = arena_printf(c->arena, "%s/option", on),
                                   .kind = "option",
                                   .rel = live->rel,
                                   .action = PLAN_CHANGE,
                                   .option = option,
                                   .on = on},
                      reason_of(c, ""));
}

static void add_options(Closure *c, RelName on, const DesiredIndexes *indexes)
{
    vec_each (DesiredIndex, it, indexes) {
        add_option(c, catalog_index(c->in->catalog, (RelName){on.database, on.schema, it->name}));
    }
}

/* ---- grants and comments ---- */

static PlanObject trait_of(Closure *c, const Item *item, const char *kind, const char *what)
{
    return (PlanObject){.id = arena_printf(c->arena, "%s/%s/%s", item->node->id, kind, what),
                        .kind = kind,
                        .rel = item->node->rel,
                        .action = PLAN_CHANGE,
                        .node = item->node,
                        .live = item->live,
                        .on = plan_item_name(c, item),
                        .file = item->node->file,
                        .line = item->node->line};
}

/* What is built is made with them: on green, or beside what stays. */
static void add_trait(Closure *c, const Item *item, PlanObject object, PlanReason reason)
{
    if (!item->green) {
        object.action = item->live ? PLAN_CHANGE : PLAN_CREATE;
        plan_add_in_place(c, object, reason);
        return;
    }
    object.where = PLAN_GREEN;
    vec_push(c->arena, &object.reasons, reason);
    vec_push(c->arena, &c->plan->objects, object);
}

static bool is_allowed(const Closure *c, const Item *item, const DesiredGrant *grant)
{
    return item->live ? catalog_allows(item->live, grant->grantee, grant->privilege)
                      : str_eq(grant->grantee, c->in->catalog->role);
}

static void add_grants(Closure *c, const Item *item)
{
    vec_each (DesiredGrant, it, &item->node->grants) {
        if (!is_allowed(c, item, it)) {
            const char *what = arena_printf(c->arena, "%s/%s", it->privilege, it->grantee);
            PlanObject object = trait_of(c, item, "grant", what);
            object.grant = it;
            add_trait(c, item, object, reason_of(c, "added in Git"));
        }
    }
}

/* What Git declared and does not any more is taken back; what a person gave stays. */
static void add_revokes(Closure *c, const Item *item)
{
    vec_each (CatalogGrant, it, &item->live->grants) {
        if (noted_grant_left(c->in->record, c->in->catalog, item->live, item->node, it)) {
            const char *what = arena_printf(c->arena, "%s/%s", it->privilege, it->grantee);
            DesiredGrant *grant = arena_make(c->arena, DesiredGrant);
            *grant = (DesiredGrant){it->privilege, it->grantee};
            PlanObject object = trait_of(c, item, "revoke", what);
            object.kind = "grant";
            object.grant = grant;
            object.revoked = true;
            add_trait(c, item, object, reason_of(c, "no longer in Git"));
        }
    }
}

static void remove_comment(Closure *c, const Item *item, const char *column)
{
    if (str_empty(catalog_comment(item->live, column)) ||
        !noted_comment_left(c->in->record, item->live, item->node, column)) {
        return;
    }
    DesiredComment *none = arena_make(c->arena, DesiredComment);
    *none = (DesiredComment){.column = column};
    PlanObject object = trait_of(c, item, "comment", column ? column : "");
    object.comment = none;
    plan_add_in_place(c, object, reason_of(c, "no longer in Git"));
}

static void remove_comments(Closure *c, const Item *item)
{
    remove_comment(c, item, NULL);
    vec_each (CatalogColumnComment, it, &item->live->column_comments) {
        remove_comment(c, item, it->column);
    }
}

static void add_comments(Closure *c, const Item *item)
{
    vec_each (DesiredComment, it, &item->node->comments) {
        const char *have = catalog_comment(item->live, it->column);
        bool none = str_empty(it->text) && str_empty(have);
        if (!none && !str_eq(it->text, have)) {
            PlanObject object = trait_of(c, item, "comment", it->column ? it->column : "");
            object.comment = it;
            plan_add_in_place(c, object, reason_of(c, "changed in Git"));
        }
    }
}

/* ---- clusters ---- */

static PlanResize resize_of(const ClusterConfig *config, const CatalogCluster *live)
{
    bool sized = config->size && !str_eq(config->size, live->size);
    bool factored = !live->scheduled && config->replication_factor >= 0 &&
                    config->replication_factor != live->replication_factor;
    return (PlanResize){.live = live,
                        .size = sized ? config->size : NULL,
                        .replication_factor = factored ? config->replication_factor : -1};
}

static void refuse_resize(Closure *c, const PlanResize *resize)
{
    const CatalogCluster *live = resize->live;
    int64_t factor =
        resize->replication_factor < 0 ? live->replication_factor : resize->replication_factor;
    plan_refuse(c, "CO4115", live->name,
                arena_printf(c->arena,
                             "cluster %s is not as cutover.yaml says, and Cutover did not make it",
                             live->name),
                arena_printf(c->arena,
                             "way out:  change it where it is:   ALTER CLUSTER %s SET (SIZE = %s, "
                             "REPLICATION FACTOR = %lld)",
                             sql_ident(c->arena, live->name),
                             sql_literal(c->arena, resize->size ? resize->size : live->size),
                             (long long)factor));
}

/* The server refuses a replication factor of a cluster that it switches on and off itself; one that it may not any more is left
 * as it was at that moment, so that both go in one statement. */
static int64_t factor_unscheduled(const PlanResize *resize, const ClusterConfig *config)
{
    int64_t live = resize->live->replication_factor;
    bool unscheduled = resize->live->scheduled && options_unschedule(resize->options);
    return !unscheduled                                ? resize->replication_factor
           : config && config->replication_factor >= 0 ? config->replication_factor
           : live > 0                                  ? live
                                                       : 1;
}

/* Options are declared by nobody: they are given back when what was live is deployed again, else taken as they are. */
static void add_resize(Closure *c, const Place *place, const ClusterConfig *config)
{
    PlanResize *resize = arena_make(c->arena, PlanResize);
    *resize = config ? resize_of(config, place->cluster)
                     : (PlanResize){.live = place->cluster, .replication_factor = -1};
    resize->options = plan_deployed_options(c, "cluster", place->cluster->id);
    resize->replication_factor = factor_unscheduled(resize, config);
    bool shaped = resize->size || resize->replication_factor >= 0;
    if (!shaped && !resize->options) {
        return;
    }
    if (!record_object(c->in->record, "cluster", place->cluster->id)) {
        refuse_resize(c, resize);
        return;
    }
    plan_add_in_place(c,
                      (PlanObject){.id = arena_printf(c->arena, "cluster.%s", place->name),
                                   .kind = "cluster",
                                   .rel = {.name = place->name},
                                   .action = PLAN_CHANGE,
                                   .resize = resize},
                      reason_of(c, "changed in cutover.yaml"));
}

/* ---- all of it ---- */

void plan_add_built_grants(Closure *c)
{
    vec_each (Item, it, &c->items) {
        if (it->green || !it->live) {
            add_grants(c, it);
        }
        if (it->green && it->live) {
            add_revokes(c, it);
        }
    }
}

void plan_add_alterations(Closure *c)
{
    add_owners_of_places(c); /* first: without being owner nothing else can be changed */
    vec_each (Item, it, &c->items) {
        if (it->live && !it->green && plan_is_ours(c, it->live)) {
            add_owner(c, it->live->kind, it->live->id, it->node->rel, plan_item_name(c, it));
            add_option(c, it->live);
            add_options(c, it->node->rel, &it->node->indexes);
            add_grants(c, it);
            add_revokes(c, it);
            add_comments(c, it);
            remove_comments(c, it);
        }
    }
    vec_each (DesiredExternal, it, &c->in->desired->externals) {
        add_options(c, it->rel, &it->indexes);
    }
    map_each (it, &c->cluster_by_name) {
        const Place *place = it->value;
        const ClusterConfig *config = config_cluster(c->in->environment, place->name);
        if (place->cluster && place->cluster->managed && !place->green) {
            add_resize(c, place, config);
        }
    }
}
