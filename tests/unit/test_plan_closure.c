/*
 * The closure against its definition: thousands of random projects with strangers around them. What the
 * planner says must equal what naive iteration over all rules says; and once the plan is carried out, nothing
 * is left to do, nothing that is live refers to anything old, and strangers are as they were.
 */
#include "chance.h"
#include "plan_world.h"

enum { PROJECTS = 2000, MOST_NODES = 50, MOST_PLACES = 4, MOST_STRANGERS = 4 };

/* ---- a random project ---- */

typedef struct Game {
    World *w;
    Chance chance;
    uint32_t schemas, clusters;
    int named;      /* for names that were never used */
    Map touched;    /* dotted names of nodes that changed or are new */
    Map removed;    /* dotted names of what was removed */
    Map were_live;  /* clusters that were in use before the change */
    Map strangers;  /* dotted name to id */
    StrVec created; /* dotted names of the strangers */
} Game;

static const char *random_cluster(Game *g)
{
    return arena_printf(g->w->arena, "c%u", draw(&g->chance, g->clusters));
}

static const char *name_of(const DesiredNode *node)
{
    return node->id + strlen("model.shop.");
}

static void add_random_index(Game *g, const char *node)
{
    const char *schema = world_node(g->w, node)->rel.schema;
    const char *name = arena_printf(g->w->arena, "%s_i%d", schema, g->named++);
    world_index(g->w, node, name, random_cluster(g), "id");
}

/* A node that reads up to two of those before it. */
static const char *add_random_node(Game *g)
{
    static const NodeKind kinds[] = {NODE_VIEW, NODE_VIEW, NODE_VIEW, NODE_MATERIALIZED_VIEW,
                                     NODE_SEED};
    World *w = g->w;
    NodeKind kind = kinds[draw(&g->chance, 5)];
    const char *name = arena_printf(w->arena, "s%u.n%d", draw(&g->chance, g->schemas), g->named++);
    Buf reads = buf_new(w->arena, 4096);
    uint32_t count = (uint32_t)w->desired->nodes.count;
    uint32_t inputs = kind == NODE_SEED || !count ? 0 : draw(&g->chance, 3);
    Map taken = {0};
    for (uint32_t i = 0; i < inputs; i++) {
        const char *input = name_of(&w->desired->nodes.items[draw(&g->chance, count)]);
        if (!map_put(w->arena, &taken, input, input)) {
            buf_printf(&reads, "%s%s", reads.length ? " " : "", input);
        }
    }
    if (kind != NODE_SEED && one_in(&g->chance, 3)) {
        buf_printf(&reads, "%s[public.orders]", reads.length ? " " : "");
    }
    const char *cluster = kind == NODE_MATERIALIZED_VIEW ? random_cluster(g) : NULL;
    world_declare(w, kind, name, cluster, reads.data);
    while (kind != NODE_SEED && one_in(&g->chance, 8)) {
        add_random_index(g, name);
    }
    return name;
}

/* Only what is used is listed, so that a cluster can fall out of use. */
static void list_clusters(Game *g)
{
    g->w->environment.clusters.count = 0;
    vec_each (DesiredNode, it, &g->w->desired->nodes) {
        if (it->cluster) {
            world_size(g->w, it->cluster, "100cc", 1);
        }
        vec_each (DesiredIndex, index, &it->indexes) {
            world_size(g->w, index->cluster, "100cc", 1);
        }
    }
    vec_each (DesiredExternal, it, &g->w->desired->externals) {
        world_size(g->w, it->indexes.items[0].cluster, "100cc", 1);
    }
}

static Game *new_game(Arena *arena, uint64_t seed)
{
    Game *g = arena_make(arena, Game);
    g->w = world_new(arena);
    g->w->environment.max_drops = 1000;
    g->chance.state = seed * 977 + 13;
    g->schemas = 1 + draw(&g->chance, MOST_PLACES);
    g->clusters = 1 + draw(&g->chance, MOST_PLACES);
    uint32_t nodes = 5 + draw(&g->chance, MOST_NODES - 4);
    for (uint32_t i = 0; i < nodes; i++) {
        add_random_node(g);
    }
    if (one_in(&g->chance, 3)) {
        world_external_index(g->w, "public.orders", "orders_idx", random_cluster(g), "id");
    }
    list_clusters(g);
    return g;
}

/* ---- strangers ---- */

static const char *random_live(Game *g)
{
    const Catalog *catalog = g->w->catalog;
    for (;;) {
        const CatalogObject *object =
            &catalog->objects.items[draw(&g->chance, (uint32_t)catalog->objects.count)];
        if (!object->on_id) {
            return arena_printf(g->w->arena, "%s.%s", object->rel.schema, object->rel.name);
        }
    }
}

static void add_stranger(Game *g)
{
    World *w = g->w;
    uint32_t where = draw(&g->chance, g->schemas * 3);
    const char *schema = where < g->schemas ? arena_printf(w->arena, "s%u", where) : "strange";
    const char *name = arena_printf(w->arena, "%s.x%d", schema, g->named++);
    const char *reads = random_live(g);
    const char *cluster = one_in(&g->chance, 3) ? random_cluster(g) : "quickstart";
    bool runs = one_in(&g->chance, 2) && world_live_cluster(w, cluster);
    const CatalogObject *it =
        world_stranger(w, runs ? "materialized-view" : "view", name, runs ? cluster : NULL, reads);
    map_put(w->arena, &g->strangers, name, it->id);
    vec_push(w->arena, &g->created, name);
}

/* ---- a commit ---- */

static bool is_read(const Desired *desired, const char *id)
{
    vec_each (DesiredNode, it, &desired->nodes) {
        if (str_in(&it->depends, id)) {
            return true;
        }
    }
    return false;
}

static void touch(Game *g, const char *name)
{
    map_put(g->w->arena, &g->touched, name, name);
}

static void change_something(Game *g)
{
    World *w = g->w;
    DesiredNode *node =
        &w->desired->nodes.items[draw(&g->chance, (uint32_t)w->desired->nodes.count)];
    const char *name = name_of(node);
    switch (draw(&g->chance, 6)) {
    case 0:
        touch(g, add_random_node(g));
        return;
    case 1:
        if (!is_read(w->desired, node->id) && w->desired->nodes.count > 1) {
            bool fresh = map_get(&g->touched, name) && !world_live(w, name);
            world_remove(w, name);
            if (!fresh) {
                map_put(w->arena, &g->removed, name, name);
            }
        }
        return;
    case 2:
        add_random_index(g, name);
        break;
    case 3:
        if (!node->indexes.count) {
            return;
        }
        node->indexes.count--;
        break;
    case 4:
        if (!node->cluster) {
            return;
        }
        const char *before = node->cluster;
        node->cluster = random_cluster(g);
        if (str_eq(before, node->cluster)) {
            return;
        }
        break;
    default:
        world_change(w, name);
        break;
    }
    touch(g, name);
}

/* Indexes come and go without a change of their node. */
static bool differs(Game *g, const DesiredNode *node, const Desired *before)
{
    vec_each (DesiredNode, it, &before->nodes) {
        if (str_eq(it->id, node->id)) {
            return !str_eq(it->sql, node->sql) || !str_eq(it->cluster, node->cluster);
        }
    }
    return map_get(&g->touched, name_of(node)) != NULL;
}

static Desired *copy_of(World *w)
{
    Desired *copy = world_desired(w);
    vec_each (DesiredNode, it, &w->desired->nodes) {
        DesiredNode node = *it;
        memset(&node.indexes, 0, sizeof node.indexes);
        vec_each (DesiredIndex, index, &it->indexes) {
            vec_push(w->arena, &node.indexes, *index);
        }
        vec_push(w->arena, &copy->nodes, node);
    }
    return copy;
}

static void commit(Game *g)
{
    const Desired *before = copy_of(g->w);
    vec_each (ClusterConfig, it, &g->w->environment.clusters) {
        map_put(g->w->arena, &g->were_live, it->name, it->name);
    }
    uint32_t changes = 1 + draw(&g->chance, 4);
    for (uint32_t i = 0; i < changes; i++) {
        change_something(g);
    }
    list_clusters(g);
    Map really = {0};
    vec_each (DesiredNode, it, &g->w->desired->nodes) {
        if (differs(g, it, before)) {
            map_put(g->w->arena, &really, name_of(it), it);
        }
    }
    g->touched = really;
}

/* ---- the definition, by iteration over all rules on names ---- */

typedef struct Definition {
    Map nodes, schemas, clusters; /* names that are green */
    Map refused;                  /* names of strangers in the way */
    bool grew;
} Definition;

static void put(Game *g, Definition *d, Map *set, const char *name)
{
    if (name && !map_put(g->w->arena, set, name, name)) {
        d->grew = true;
    }
}

static const char *dotted(Game *g, const CatalogObject *object)
{
    return arena_printf(g->w->arena, "%s.%s", object->rel.schema, object->rel.name);
}

/* A view or a seed that changed, that nobody reads and that has no index. */
static bool is_light(Game *g, const DesiredNode *node)
{
    const CatalogObject *live = world_live(g->w, name_of(node));
    bool light = node->kind == NODE_VIEW || node->kind == NODE_SEED;
    if (!light || !map_get(&g->touched, name_of(node)) || node->indexes.count) {
        return false;
    }
    vec_each (CatalogObject, it, &g->w->catalog->objects) {
        bool goes = map_get(&g->removed, dotted(g, it)) != NULL;
        if (str_eq(it->on_id, live->id) || (!goes && str_in(&it->reads, live->id))) {
            return false;
        }
    }
    return true;
}

/* What is new is built beside when its schema stays, and on the clusters that are there. */
static bool is_green(Game *g, const Definition *d, const DesiredNode *node)
{
    if (!world_live(g->w, name_of(node)) || is_light(g, node)) {
        return map_get(&d->schemas, node->rel.schema) ||
               !world_live_schema(g->w, DB, node->rel.schema);
    }
    bool green = map_get(&g->touched, name_of(node)) || map_get(&d->schemas, node->rel.schema) ||
                 (node->cluster && map_get(&d->clusters, node->cluster));
    vec_each (const char *, id, &node->depends) {
        green |= map_get(&d->nodes, *id + strlen("model.shop.")) != NULL;
    }
    return green;
}

static void rule_of_cluster(Game *g, Definition *d, const DesiredNode *node, const char *cluster)
{
    bool fresh = !world_live(g->w, name_of(node));
    if (cluster && !(fresh && world_live_cluster(g->w, cluster))) {
        put(g, d, &d->clusters, cluster);
    }
}

static void rule_of_node(Game *g, Definition *d, const DesiredNode *node)
{
    if (!is_green(g, d, node)) {
        return;
    }
    put(g, d, &d->nodes, name_of(node));
    put(g, d, &d->schemas, node->rel.schema);
    rule_of_cluster(g, d, node, node->cluster);
    vec_each (DesiredIndex, it, &node->indexes) {
        rule_of_cluster(g, d, node, it->cluster);
    }
}

static bool is_declared_schema(const Game *g, const char *schema)
{
    vec_each (DesiredNode, it, &g->w->desired->nodes) {
        if (str_eq(it->rel.schema, schema)) {
            return true;
        }
    }
    return false;
}

static const CatalogObject *live_by_id(Game *g, const char *id)
{
    vec_each (CatalogObject, it, &g->w->catalog->objects) {
        if (str_eq(it->id, id)) {
            return it;
        }
    }
    return NULL;
}

static const char *cluster_name(Game *g, const char *id)
{
    vec_each (CatalogCluster, it, &g->w->catalog->clusters) {
        if (str_eq(it->id, id)) {
            return it->name;
        }
    }
    return NULL;
}

static void rule_of_stranger(Game *g, Definition *d, const CatalogObject *stranger)
{
    const char *cluster = stranger->cluster_id ? cluster_name(g, stranger->cluster_id) : NULL;
    bool refused =
        map_get(&d->schemas, stranger->rel.schema) || (cluster && map_get(&d->clusters, cluster));
    bool reads_old = false;
    vec_each (const char *, id, &stranger->reads) {
        const char *input = dotted(g, live_by_id(g, *id));
        reads_old |= map_get(&d->nodes, input) || map_get(&g->removed, input);
    }
    if (refused || reads_old) {
        put(g, d, &d->refused, dotted(g, stranger));
    }
}

/* What reads a stranger that reads something green is named as well. */
static bool hangs_on_green(Game *g, const Definition *d, const CatalogObject *stranger)
{
    vec_each (const char *, id, &stranger->reads) {
        const CatalogObject *input = live_by_id(g, *id);
        const char *name = dotted(g, input);
        if (map_get(&d->nodes, name) ||
            (map_get(&g->strangers, name) && hangs_on_green(g, d, input))) {
            return true;
        }
    }
    return false;
}

static bool has_stranger(Game *g, const char *cluster)
{
    vec_each (CatalogObject, it, &g->w->catalog->objects) {
        if (it->cluster_id && map_get(&g->strangers, dotted(g, it)) &&
            str_eq(cluster_name(g, it->cluster_id), cluster)) {
            return true;
        }
    }
    return false;
}

static Definition define(Game *g)
{
    Definition d = {0};
    map_each (it, &g->removed) {
        const char *at = strchr(it->key, '.');
        const char *schema = arena_strndup(g->w->arena, it->key, (size_t)(at - it->key));
        if (!is_declared_schema(g, schema)) {
            put(g, &d, &d.schemas, schema);
        }
    }
    map_each (it, &g->were_live) {
        if (!config_cluster(&g->w->environment, it->key) && !has_stranger(g, it->key)) {
            put(g, &d, &d.clusters, it->key);
        }
    }
    do {
        d.grew = false;
        vec_each (DesiredNode, it, &g->w->desired->nodes) {
            rule_of_node(g, &d, it);
        }
        vec_each (CatalogObject, it, &g->w->catalog->objects) {
            if (map_get(&g->strangers, dotted(g, it))) {
                rule_of_stranger(g, &d, it);
            }
        }
    } while (d.grew);
    vec_each (CatalogObject, it, &g->w->catalog->objects) {
        if (map_get(&g->strangers, dotted(g, it)) && hangs_on_green(g, &d, it)) {
            put(g, &d, &d.refused, dotted(g, it));
        }
    }
    return d;
}

/* ---- the plan against it ---- */

static void check_same(Game *g, const Plan *plan, const Definition *d)
{
    size_t nodes = 0;
    vec_each (PlanObject, it, &plan->objects) {
        if (it->where == PLAN_GREEN && it->node && !it->index) {
            CHECK(map_get(&d->nodes, name_of(it->node)));
            CHECK(it->reasons.count > 0);
            nodes++;
        }
    }
    CHECK_INT(nodes, d->nodes.count);
    CHECK_INT(plan->schemas.count, d->schemas.count);
    CHECK_INT(plan->clusters.count, d->clusters.count);
    vec_each (PlanContainer, it, &plan->schemas) {
        CHECK(map_get(&d->schemas, it->name));
    }
    vec_each (PlanContainer, it, &plan->clusters) {
        CHECK(map_get(&d->clusters, it->name));
        CHECK_INT(it->wanted, config_cluster(&g->w->environment, it->name) != NULL);
    }
    CHECK_INT(diags_count(&plan->diags, DIAG_REFUSED), d->refused.count);
    vec_each (Diag, it, &plan->diags.list) {
        CHECK(it->severity != DIAG_REFUSED || map_get(&d->refused, it->object));
    }
}

/* Every chain of reasons ends where something changed in Git. */
static void check_reasons(const Plan *plan)
{
    vec_each (PlanObject, it, &plan->objects) {
        if (it->where == PLAN_GREEN && it->node && !it->index) {
            PlanReason last = vec_last(&it->reasons);
            bool by_place = strstr(last.text, "was removed") != NULL;
            CHECK(last.cause == CAUSE_CHANGED || last.cause == CAUSE_NEW || by_place);
        }
    }
}

/* The owners drop what stands in the way, and what reads it. */
static void drop_strangers(Game *g, const Map *names)
{
    Catalog *left = arena_make(g->w->arena, Catalog);
    *left = *g->w->catalog;
    memset(&left->objects, 0, sizeof left->objects);
    Map gone = {0};
    vec_each (CatalogObject, it, &g->w->catalog->objects) {
        bool goes = map_get(names, dotted(g, it)) != NULL;
        vec_each (const char *, id, &it->reads) {
            goes |= map_get(&gone, *id) != NULL;
        }
        if (goes) {
            map_put(g->w->arena, &gone, it->id, it);
        } else {
            vec_push(g->w->arena, &left->objects, *it);
        }
    }
    g->w->catalog = left;
}

static void check_nothing_old_is_read(Game *g)
{
    vec_each (DesiredNode, it, &g->w->desired->nodes) {
        const CatalogObject *live = world_live(g->w, name_of(it));
        assert_non_null(live);
        vec_each (const char *, id, &live->reads) {
            CHECK(!strstr(live_by_id(g, *id)->rel.schema, "_blue_g"));
            CHECK(!strstr(live_by_id(g, *id)->rel.name, "_blue_g"));
        }
        if (live->cluster_id) {
            CHECK_STR(cluster_name(g, live->cluster_id), it->cluster);
        }
    }
}

static void check_strangers(Game *g, const Map *refused)
{
    map_each (it, &g->strangers) {
        const CatalogObject *live = world_live(g->w, it->key);
        bool may_be_gone = refused->count > 0; /* with what it read */
        CHECK(live || may_be_gone);
        CHECK(!live || str_eq(live->id, it->value));
    }
}

static void carry_out(Game *g, const Plan *plan)
{
    if (plan->outcome == PLAN_NOTHING) {
        return;
    }
    world_apply(g->w, plan);
    CHECK_INT(world_plan(g->w)->outcome, PLAN_NOTHING);
    check_nothing_old_is_read(g);
    world_clean(g->w);
    CHECK_INT(world_plan(g->w)->outcome, PLAN_NOTHING);
}

static void play(Arena *arena, uint64_t seed)
{
    Game *g = new_game(arena, seed);
    carry_out(g, world_plan(g->w));
    uint32_t strangers = one_in(&g->chance, 2) ? draw(&g->chance, MOST_STRANGERS + 1) : 0;
    for (uint32_t i = 0; i < strangers; i++) {
        add_stranger(g);
    }
    CHECK_INT(world_plan(g->w)->outcome, PLAN_NOTHING);
    commit(g);
    Plan *plan = world_plan(g->w);
    Definition d = define(g);
    check_same(g, plan, &d);
    check_reasons(plan);
    if (plan->outcome == PLAN_REFUSED) {
        drop_strangers(g, &d.refused);
        plan = world_plan(g->w);
        CHECK_INT(diags_count(&plan->diags, DIAG_REFUSED), 0);
    }
    carry_out(g, plan);
    check_strangers(g, &d.refused);
}

static void random_projects_agree_with_the_definition(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= PROJECTS; seed++) {
        playing = seed;
        Arena *arena = arena_new();
        play(arena, seed);
        arena_free(arena);
    }
    playing = 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(
        random_projects_agree_with_the_definition, NULL, tell_seed)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
