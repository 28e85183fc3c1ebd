/*
 * Copies of declared objects, made to see what Materialize stores of them: in a schema of their own, on a cluster
 * without replicas, where nothing runs and nothing costs. Both bear names that are kept for this, and are dropped
 * at once; what a process that was killed has left is known by the schema's comment, and dropped by the next one.
 */
#include "scratch.h"

#include "deploy_sql.h"

#include "cutover/str.h"

#include <ctype.h>

typedef struct Scratch {
    Pass *pass;
    Adoption *adoption;
    const char *database, *name;
    bool has_schema, has_cluster;
    Map refused;            /* name of the copy to what the server said */
    const Catalog *catalog; /* with the copies */
    Map definitions;        /* id to create_sql */
} Scratch;

static RelName copy_name(const Scratch *s, const char *name)
{
    return (RelName){s->database, s->name, name};
}

/* ---- dropping ---- */

static const char *comment_text(const Pass *pass)
{
    return arena_printf(pass->arena, "Cutover scratch of %s", pass->in->environment->name);
}

static bool is_copy(const char *name)
{
    return name[0] == 'n' && isdigit((unsigned char)name[1]);
}

static bool drop_kind(Scratch *s, const Catalog *catalog, const char *kind, Err *err)
{
    VEC(RelName) names = {0};
    vec_each (CatalogObject, it, &catalog->objects) {
        if (str_eq(it->rel.schema, s->name) && str_eq(it->rel.database, s->database) &&
            str_eq(it->kind, kind) && is_copy(it->rel.name)) {
            vec_push(s->pass->arena, &names, it->rel);
        }
    }
    return !names.count ||
           pass_exec(s->pass, statement_drop(s->pass->arena, kind, names.items, names.count), err);
}

/* An index goes with its relation. What else lies there makes the server refuse the schema's drop. */
static bool drop_copies(Scratch *s, const Catalog *catalog, Err *err)
{
    static const char *const kinds[] = {"materialized-view", "view", "table"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (!drop_kind(s, catalog, kinds[i], err)) {
            return false;
        }
    }
    Arena *arena = s->pass->arena;
    return (!catalog_schema(catalog, s->database, s->name) ||
            pass_exec(s->pass, statement_drop_schema(arena, s->database, s->name), err)) &&
           (!catalog_cluster(catalog, s->name) ||
            pass_exec(s->pass, statement_drop_cluster(arena, s->name), err));
}

static bool is_empty(const Scratch *s, const Catalog *catalog)
{
    vec_each (CatalogObject, it, &catalog->objects) {
        const CatalogCluster *on = it->cluster_id ? catalog_cluster(catalog, s->name) : NULL;
        if ((str_eq(it->rel.schema, s->name) && str_eq(it->rel.database, s->database)) ||
            (on && str_eq(on->id, it->cluster_id))) {
            return false;
        }
    }
    return true;
}

/* What a process that was killed has left behind. */
static bool clear_leftover(Scratch *s, Err *err)
{
    const Catalog *catalog = s->pass->snapshot.catalog;
    const CatalogSchema *schema = catalog_schema(catalog, s->database, s->name);
    bool ours = schema && str_eq(schema->comment, comment_text(s->pass));
    if (!ours && !is_empty(s, catalog)) {
        return err_set(
            s->pass->arena, err, ERR_CONFLICT, "CO5060",
            "%s is needed for a moment, and something that Cutover did not make is in it", s->name);
    }
    return drop_copies(s, catalog, err);
}

static void drop_all(Scratch *s, Err *err)
{
    Err dropping = {0};
    const Catalog *catalog;
    if (!pg_usable(s->pass->pg) || !pass_look_again(s->pass, &catalog, &dropping) ||
        !drop_copies(s, catalog, &dropping)) {
        *err = err->kind == ERR_NONE ? dropping : *err;
    }
}

/* ---- making ---- */

/* Any size that is in use will do: the cluster has no replica. */
static const char *some_size(const Catalog *catalog)
{
    vec_each (CatalogCluster, it, &catalog->clusters) {
        if (it->managed && it->size) {
            return it->size;
        }
    }
    return catalog->sizes.count ? catalog->sizes.items[0].size : NULL;
}

static bool make_containers(Scratch *s, Err *err)
{
    Pass *pass = s->pass;
    StatementOn schema = {"schema", {.database = s->database, .name = s->name}};
    return pass_exec(pass, statement_create_schema(pass->arena, s->database, s->name), err) &&
           pass_exec(pass, statement_comment(pass->arena, schema, NULL, comment_text(pass)), err) &&
           pass_exec(pass,
                     statement_create_cluster(pass->arena, s->name,
                                              some_size(pass->snapshot.catalog), 0, NULL),
                     err);
}

/* The declared one, under another name and where nothing runs. */
static bool make_node(Scratch *s, const AdoptItem *item, Err *err)
{
    DesiredNode copy = *item->node;
    copy.rel = copy_name(s, item->scratch);
    copy.cluster = copy.kind == NODE_MATERIALIZED_VIEW ? s->name : NULL;
    return pass_exec(s->pass, statement_create_node(s->pass->arena, &copy), err) &&
           (copy.kind != NODE_SEED || pass_fill_seed(s->pass, &copy, err));
}

static const AdoptItem *item_of_node(const Scratch *s, const DesiredNode *node)
{
    vec_each (AdoptItem, it, &s->adoption->items) {
        if (node && it->node == node && !it->index) {
            return it;
        }
    }
    return NULL;
}

/* On the copy of its relation; of a relation that has none, on a view of it, whose columns are the same. */
static bool make_index(Scratch *s, const AdoptItem *item, Err *err)
{
    Arena *arena = s->pass->arena;
    const AdoptItem *node = item_of_node(s, item->node);
    const char *on = node && node->prove && !map_get(&s->refused, node->scratch)
                         ? node->scratch
                         : arena_printf(arena, "%s_on", item->scratch);
    RelName rel = copy_name(s, on);
    if (!node || on != node->scratch) {
        DesiredNode view = {
            .kind = NODE_VIEW,
            .rel = rel,
            .sql = arena_printf(arena, "SELECT * FROM %s", relname_sql(arena, item->on))};
        if (!pass_exec(s->pass, statement_create_node(arena, &view), err)) {
            return false;
        }
    }
    return pass_exec(s->pass,
                     statement_create_index(arena, rel, item->index, item->scratch, s->name), err);
}

/* What the server does not accept cannot be what is live. */
static bool make_copies(Scratch *s, bool indexes, Err *err)
{
    vec_each (AdoptItem, it, &s->adoption->items) {
        if (!it->prove || (it->index != NULL) != indexes ||
            (indexes ? make_index(s, it, err) : make_node(s, it, err))) {
            continue;
        }
        if (err->kind != ERR_INPUT) {
            return false;
        }
        map_put(s->pass->arena, &s->refused, it->scratch, err->message);
        *err = (Err){0};
    }
    return true;
}

/* ---- reading ---- */

static bool look(Scratch *s, Err *err)
{
    Pass *pass = s->pass;
    Snapshot fresh = {0};
    SnapshotRequest request = {
        .journal = &pass->journal, .environment = pass->in->environment->name, .since_event = -1};
    vec_push(pass->arena, &request.column_schemas, s->name);
    vec_each (AdoptItem, it, &s->adoption->items) {
        if (it->node && it->node->kind == NODE_SEED) {
            vec_push(pass->arena, &request.column_schemas, it->rel.schema);
        }
    }
    bool done = snapshot_read(pass->pg, pass->arena, &request, pass_limit(pass), &fresh, err);
    s->catalog = fresh.catalog;
    return done;
}

static const CatalogObject *copy_of(const Scratch *s, const AdoptItem *item)
{
    return catalog_object(s->catalog, copy_name(s, item->scratch));
}

static bool read_definitions(Scratch *s, Err *err)
{
    Pass *pass = s->pass;
    StrVec ids = {0}, params = {0};
    PgResult rows = {0};
    vec_each (AdoptItem, it, &s->adoption->items) {
        const CatalogObject *copy = it->prove ? copy_of(s, it) : NULL;
        vec_push(pass->arena, &ids, it->id);
        if (copy) {
            vec_push(pass->arena, &ids, copy->id);
        }
    }
    vec_push(pass->arena, &params, pg_array(pass->arena, &ids));
    if (!pg_query(pass->pg, pass->arena, sql_definitions, &params, pass_limit(pass), &rows, err)) {
        return false;
    }
    for (size_t i = 0; i < rows.rows.count; i++) {
        map_put(pass->arena, &s->definitions, pg_value(&rows, i, "id"),
                pg_value(&rows, i, "create_sql"));
    }
    return true;
}

static void judge(Scratch *s)
{
    Map scratch = {0};
    vec_each (AdoptItem, it, &s->adoption->items) {
        const CatalogObject *copy = it->prove ? copy_of(s, it) : NULL;
        const char *sql = copy ? map_get(&s->definitions, copy->id) : NULL;
        if (sql) {
            map_put(s->pass->arena, &scratch, it->scratch, sql);
        }
    }
    AdoptDefinitions definitions = {&s->definitions, &scratch, &s->refused};
    adopt_judge(s->pass->arena, s->adoption, &definitions);
}

/* ---- seeds ---- */

static bool same_columns(const CatalogObject *a, const CatalogObject *b)
{
    bool same = a && b && a->columns.count == b->columns.count;
    for (size_t i = 0; same && i < a->columns.count; i++) {
        same = str_eq(a->columns.items[i], b->columns.items[i]);
    }
    return same;
}

static bool count_missing(Scratch *s, RelName from, RelName in, int64_t *count, Err *err)
{
    return pass_count(s->pass, statement_count_missing(s->pass->arena, from, in), NULL, count, err);
}

static bool judge_seed(Scratch *s, AdoptItem *item, Err *err)
{
    const CatalogObject *copy = copy_of(s, item);
    int64_t only_live = 0, only_declared = 0;
    bool columns = same_columns(copy, catalog_object(s->catalog, item->rel));
    RelName declared = copy_name(s, item->scratch);
    if (columns && (!count_missing(s, item->rel, declared, &only_live, err) ||
                    !count_missing(s, declared, item->rel, &only_declared, err))) {
        return false;
    }
    adopt_judge_seed(item, columns, only_live, only_declared);
    return true;
}

static bool judge_seeds(Scratch *s, Err *err)
{
    Pass *pass = s->pass;
    bool ready = false;
    vec_each (AdoptItem, it, &s->adoption->items) {
        if (!it->prove || !it->node || it->node->kind != NODE_SEED || it->index) {
            continue;
        }
        ready = ready ||
                pass_exec(pass, statement_set_cluster(pass->arena, pass->in->record_cluster), err);
        if (!ready || !judge_seed(s, it, err)) {
            return false;
        }
    }
    return true;
}

static bool anything_to_prove(const Adoption *adoption)
{
    vec_each (AdoptItem, it, &adoption->items) {
        if (it->prove) {
            return true;
        }
    }
    return false;
}

bool scratch_prove(Pass *pass, Adoption *adoption, Err *err)
{
    Scratch s = {.pass = pass,
                 .adoption = adoption,
                 .database = pass->snapshot.catalog->database,
                 .name = plan_scratch_name(pass->arena, pass->in->environment->name)};
    if (!clear_leftover(&s, err)) {
        return false;
    }
    if (!anything_to_prove(adoption)) {
        return true;
    }
    bool done = make_containers(&s, err) && make_copies(&s, false, err) &&
                make_copies(&s, true, err) && look(&s, err) && read_definitions(&s, err);
    if (done) {
        judge(&s);
        done = judge_seeds(&s, err);
    }
    drop_all(&s, err);
    return err->kind == ERR_NONE;
}
