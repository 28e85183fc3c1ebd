/* Which columns a plan changes. The server is asked what a query would answer, and runs none of them. */
#include "pass_internal.h"

#include "cutover/str.h"
#include "deploy_sql.h"

/* A relation that changes while production has it, with both sides' columns as the server describes them. */
typedef struct Changed {
    const PlanObject *object;
    PgResult live, wanted;
    const char *input, *refusal; /* not known, because of either */
} Changed;

typedef struct Columns {
    Pass *pass;
    VEC(Changed) changed;
    Map moving; /* node id: it is new, or its columns change or are not known */
    Map types;  /* OID as text to name */
} Columns;

/* ---- what the server says ---- */

/* A refusal is an answer; false: no answer came. */
static bool describe(Columns *c, const char *sql, PgResult *result, Changed *changed, Err *err)
{
    Pass *pass = c->pass;
    if (pg_describe(pass->pg, pass->arena, sql, pass_limit(pass), result, err)) {
        return true;
    }
    changed->refusal = err->message;
    bool answered = err_is_refusal(err);
    *err = answered ? (Err){0} : *err;
    return answered;
}

static bool name_types(Columns *c, Err *err)
{
    Pass *pass = c->pass;
    StrVec oids = {0}, params = {0};
    PgResult names = {0};
    vec_each (Changed, it, &c->changed) {
        const PgResult *sides[] = {&it->live, &it->wanted};
        for (size_t side = 0; side < 2; side++) {
            vec_each (uint32_t, oid, &sides[side]->types) {
                vec_push(pass->arena, &oids, arena_printf(pass->arena, "%u", *oid));
            }
        }
    }
    vec_push(pass->arena, &params, pg_array(pass->arena, &oids));
    if (!pg_query(pass->pg, pass->arena, sql_type_names, &params, pass_limit(pass), &names, err)) {
        return false;
    }
    vec_each (const char **, row, &names.rows) {
        map_put(pass->arena, &c->types, (*row)[0], (void *)(uintptr_t)(*row)[1]);
    }
    return true;
}

static ColumnTypes columns_of(const Columns *c, const PgResult *described)
{
    Arena *arena = c->pass->arena;
    ColumnTypes columns = {0};
    for (size_t i = 0; i < described->columns.count; i++) {
        const char *oid = arena_printf(arena, "%u", described->types.items[i]);
        const char *type = map_get(&c->types, oid);
        vec_push(arena, &columns, ((ColumnType){described->columns.items[i], type ? type : oid}));
    }
    return columns;
}

/* ---- whom it asks ---- */

/* The green of OBJECT when it has been built; NULL: it has not. */
static const CatalogObject *built_green(const Columns *c, const PlanObject *object)
{
    const RecordDeployment *d = c->pass->building;
    bool built = d && str_eq(d->commit, c->pass->in->commit.sha) && d->phase > PHASE_BUILDING;
    RelName green = namemap_rel(c->pass->arena, &c->pass->out->plan->names, object->rel);
    bool elsewhere =
        !str_eq(relname_key(c->pass->arena, green), relname_key(c->pass->arena, object->rel));
    return built && elsewhere ? catalog_object(c->pass->snapshot.catalog, green) : NULL;
}

/* The first input whose columns are not those of production; NULL: there is none. */
static const char *moving_input(const Columns *c, const DesiredNode *node)
{
    vec_each (const char *, id, &node->depends) {
        const DesiredNode *input = map_get(&c->pass->out->desired->node_by_id, *id);
        if (input && map_get(&c->moving, *id)) {
            return pass_name(c->pass, input->rel);
        }
    }
    return NULL;
}

static bool same_shape(const Changed *changed)
{
    const PgResult *a = &changed->live, *b = &changed->wanted;
    bool known = !changed->input && !changed->refusal;
    bool same = known && a->columns.count == b->columns.count;
    for (size_t i = 0; same && i < a->columns.count; i++) {
        same = str_eq(a->columns.items[i], b->columns.items[i]) &&
               a->types.items[i] == b->types.items[i];
    }
    return same;
}

/* Under production names a query means what it will mean on green, as long as its inputs keep their columns. */
static bool ask_about(Columns *c, const PlanObject *object, Err *err)
{
    Arena *arena = c->pass->arena;
    Changed changed = {.object = object};
    const DesiredNode *node = object->node;
    const CatalogObject *green = built_green(c, object);
    changed.input = green ? NULL : moving_input(c, node);
    if (!green && !changed.input && object->action == PLAN_REBUILD) {
        return true;
    }
    const char *sql = green ? statement_probe(arena, green->rel) : statement_columns(arena, node);
    bool asked = changed.input ||
                 (describe(c, statement_probe(arena, object->rel), &changed.live, &changed, err) &&
                  describe(c, sql, &changed.wanted, &changed, err));
    if (!asked) {
        return false;
    }
    if (!same_shape(&changed)) {
        vec_push(arena, &c->changed, changed);
        map_put(arena, &c->moving, node->id, (void *)(uintptr_t)object);
    }
    return true;
}

static bool ask_about_all(Columns *c, Err *err)
{
    vec_each (PlanObject, it, &c->pass->out->plan->objects) {
        bool relation = it->node && plan_is_built(it) && !it->index &&
                        (it->node->sql || it->node->seed) && !node_kind_stays(it->node->kind);
        if (relation && !it->live) {
            map_put(c->pass->arena, &c->moving, it->node->id, it);
        } else if (relation && !ask_about(c, it, err)) {
            return false;
        }
    }
    return true;
}

static const char *why(const Pass *pass, const Changed *changed)
{
    return changed->input
               ? arena_printf(pass->arena, "it reads %s, whose columns change or are new",
                              changed->input)
               : changed->refusal;
}

bool pass_find_columns(Pass *pass, Err *err)
{
    const Plan *plan = pass->out->plan;
    Columns c = {.pass = pass};
    if (!pass->in->columns || !plan || plan->outcome != PLAN_CHANGES) {
        return true;
    }
    if (!ask_about_all(&c, err) || (c.changed.count && !name_types(&c, err))) {
        return false;
    }
    PlanColumns *columns = arena_make(pass->arena, PlanColumns);
    vec_each (Changed, it, &c.changed) {
        RelationColumns found = {.object = pass_name(pass, it->object->rel),
                                 .refused = it->refusal,
                                 .why = why(pass, it)};
        ColumnTypes live = columns_of(&c, &it->live), wanted = columns_of(&c, &it->wanted);
        if (found.why || plan_columns_compare(pass->arena, &live, &wanted, &found)) {
            vec_push(pass->arena, columns, found);
        }
    }
    pass->out->columns = columns;
    return true;
}
