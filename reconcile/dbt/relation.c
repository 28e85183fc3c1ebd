/* Relation: what ref(), source(), this and api.Relation.create() give. */
#include "column.h"
#include "reader.h"

#include "cutover/sqltok.h"
#include "cutover/str.h"

#include <string.h>

typedef enum Part { PART_DATABASE, PART_SCHEMA, PART_IDENTIFIER, PART_COUNT } Part;

typedef struct Relation {
    const char *parts[PART_COUNT];
    bool shown[PART_COUNT], quoted[PART_COUNT];
    bool cte; /* an ephemeral model: its identifier alone, without quotes */
    PyValue type;
} Relation;

static const char *const part_names[] = {"database", "schema", "identifier"};

static const char *render(Arena *arena, void *self)
{
    const Relation *rel = self;
    if (rel->cte) {
        return rel->parts[PART_IDENTIFIER];
    }
    StrVec texts = {0};
    for (int i = 0; i < PART_COUNT; i++) {
        if (rel->shown[i] && rel->parts[i]) {
            vec_push(arena, &texts,
                     rel->quoted[i] ? sql_ident(arena, rel->parts[i]) : rel->parts[i]);
        }
    }
    return str_join(arena, &texts, ".");
}

static bool relation_get(JinjaRun *run, void *self, const char *name, PyValue *out);
static bool relation_order(const void *self, PyValue other, int *order);

static const JinjaClass relation_class = {.name = "MaterializeRelation",
                                          .get = relation_get,
                                          .text = render,
                                          .order = relation_order,
                                          .mapping = true,
                                          .hashable = true};

/* Two are equal when all of them is; they have no other order. */
static bool relation_order(const void *self, PyValue other, int *order)
{
    const Relation *a = self, *b = jinja_object_of(other, &relation_class);
    bool same = b && a->cte == b->cte && py_equal(a->type, b->type);
    for (int i = 0; same && i < PART_COUNT; i++) {
        same = str_eq(a->parts[i], b->parts[i]) && a->shown[i] == b->shown[i] &&
               a->quoted[i] == b->quoted[i];
    }
    *order = 0;
    return same;
}

static Relation *new_relation(Arena *arena, RelName name, Quoting quoting)
{
    Relation *rel = arena_make(arena, Relation);
    *rel = (Relation){.parts = {name.database, name.schema, name.name}, .type = py_none()};
    for (int i = 0; i < PART_COUNT; i++) {
        rel->shown[i] = true;
        rel->quoted[i] = !quoting.off[i];
    }
    return rel;
}

/* ---- methods ---- */

static bool method_render(JinjaCall *call, void *self, PyValue *out)
{
    *out = py_text(render(call->arena, self));
    return true;
}

/* A copy in which the parts named by arguments are set in FLAGS. */
static bool with_flags(JinjaCall *call, void *self, bool quoting, PyValue *out)
{
    PyValue arg[PART_COUNT];
    if (!jinja_bind(call, "database? schema? identifier?", arg)) {
        return false;
    }
    Relation *copy = arena_make(call->arena, Relation);
    *copy = *(Relation *)self;
    for (int i = 0; i < PART_COUNT; i++) {
        if (!py_is_undefined(arg[i])) {
            (quoting ? copy->quoted : copy->shown)[i] = py_truth(arg[i]);
        }
    }
    *out = jinja_object(call->arena, &relation_class, copy);
    return true;
}

static bool method_include(JinjaCall *call, void *self, PyValue *out)
{
    return with_flags(call, self, false, out);
}

static bool method_quote(JinjaCall *call, void *self, PyValue *out)
{
    return with_flags(call, self, true, out);
}

static bool method_without_identifier(JinjaCall *call, void *self, PyValue *out)
{
    Relation *copy = arena_make(call->arena, Relation);
    *copy = *(Relation *)self;
    copy->shown[PART_IDENTIFIER] = false;
    *out = jinja_object(call->arena, &relation_class, copy);
    return true;
}

/* A mapping of its own kind, as dbt_utils asks for. */
static bool method_get(JinjaCall *call, void *self, PyValue *out)
{
    PyValue arg[2];
    if (!jinja_bind(call, "key default?", arg)) {
        return false;
    }
    const char *key = jinja_want_text(call->run, arg[0], "key");
    *out = py_is_undefined(arg[1]) ? py_none() : arg[1];
    if (str_eq(key, "metadata")) {
        *out = py_dict(call->arena);
        py_dict_put(call->arena, out->dict, "type", py_text(relation_class.name));
        return true;
    }
    return key && (relation_get(call->run, self, key, out) || jinja_error(call->run) == NULL);
}

static const JinjaMethod methods[] = {
    {"get", method_get},
    {"render", method_render},
    {"include", method_include},
    {"quote", method_quote},
    {"without_identifier", method_without_identifier},
    {NULL, NULL},
};

static bool get_part(const Relation *rel, const char *name, PyValue *out)
{
    if (str_eq(name, "name") || str_eq(name, "table")) {
        name = part_names[PART_IDENTIFIER];
    }
    for (int i = 0; i < PART_COUNT; i++) {
        if (str_eq(name, part_names[i])) {
            *out = py_text(rel->parts[i]);
            return true;
        }
    }
    return false;
}

static bool is_of_type(const Relation *rel, const char *name, PyValue *out)
{
    static const struct {
        const char *name, *type, *old_type;
    } types[] = {
        {"is_view", "view", NULL},
        {"is_table", "table", NULL},
        {"is_materialized_view", "materialized_view", "materializedview"},
        {"is_source", "source", NULL},
        {"is_source_table", "source_table", NULL},
        {"is_sink", "sink", NULL},
    };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (str_eq(name, types[i].name)) {
            const char *type = rel->type.type == PY_STRING ? rel->type.text : "";
            *out = py_bool(str_eq(type, types[i].type) || str_eq(type, types[i].old_type));
            return true;
        }
    }
    return false;
}

static bool relation_get(JinjaRun *run, void *self, const char *name, PyValue *out)
{
    const Relation *rel = self;
    if (get_part(rel, name, out)) {
        return true;
    }
    if (jinja_method(run, methods, self, name, out)) {
        return true;
    }
    if (str_eq(name, "type")) {
        *out = rel->type;
        return true;
    }
    if (str_eq(name, "is_cte")) {
        *out = py_bool(rel->cte);
        return true;
    }
    return is_of_type(rel, name, out);
}

/* ---- making ---- */

PyValue relation_value(Arena *arena, RelName name, Quoting quoting, const Node *node)
{
    Relation *rel = new_relation(arena, name, quoting);
    if (node && node->ephemeral) {
        rel->cte = true;
        rel->parts[PART_IDENTIFIER] = arena_printf(arena, "__dbt__cte__%s", node->production.name);
    }
    return jinja_object(arena, &relation_class, rel);
}

const char *relation_sql(Arena *arena, RelName rel, Quoting quoting)
{
    return render(arena, new_relation(arena, rel, quoting));
}

bool relation_of(PyValue value, RelName *out)
{
    const Relation *rel = jinja_object_of(value, &relation_class);
    if (rel) {
        *out = (RelName){rel->parts[0], rel->parts[1], rel->parts[2]};
    }
    return rel;
}

PyValue live_relation_value(const Scope *scope, RelName name, Quoting quoting, PyValue type)
{
    const Reader *r = scope->reader;
    bool whole = name.database && name.schema && name.name;
    const Node *node = whole ? map_get(&r->by_production, relname_key(scope->arena, name)) : NULL;
    Relation *rel = new_relation(scope->arena, node ? node->rel : name, quoting);
    rel->type = type;
    return jinja_object(scope->arena, &relation_class, rel);
}

static const char *text_or_null(Arena *arena, PyValue value)
{
    return py_is_undefined(value) || py_is_none(value) ? NULL : py_str(arena, value);
}

static bool relation_create(JinjaCall *call, void *self, PyValue *out)
{
    const Quoting *quoting = self;
    PyValue arg[5];
    if (!jinja_bind(call, "database? schema? identifier? type? rest**", arg)) {
        return false;
    }
    RelName name = {text_or_null(call->arena, arg[0]), text_or_null(call->arena, arg[1]),
                    text_or_null(call->arena, arg[2])};
    *out = live_relation_value(jinja_context(call->run), name, *quoting,
                               py_is_undefined(arg[3]) ? py_none() : arg[3]);
    return true;
}

/* What dbt calls the CTE of an ephemeral model: packages take it off again in their messages. */
static bool relation_ephemeral(JinjaCall *call, void *self, PyValue *out)
{
    (void)self;
    PyValue arg;
    if (!jinja_bind(call, "name", &arg)) {
        return false;
    }
    *out = py_text(str_concat(call->arena, "__dbt__cte__", py_str(call->arena, arg), NULL));
    return true;
}

PyValue relation_api(Arena *arena, const Quoting *quoting)
{
    PyValue api = py_dict(arena), relation = py_dict(arena);
    py_dict_put(arena, relation.dict, "create",
                jinja_function(arena, "api.Relation.create", relation_create, (void *)quoting));
    py_dict_put(
        arena, relation.dict, "add_ephemeral_prefix",
        jinja_function(arena, "api.Relation.add_ephemeral_prefix", relation_ephemeral, NULL));
    py_dict_put(arena, api.dict, "Relation", relation);
    py_dict_put(arena, api.dict, "Column", column_class_value(arena));
    return api;
}

/* ---- quoting ---- */

void read_quoting(const Scope *scope, const char *file, const Yaml *yaml, Quoting *quoting)
{
    for (int i = 0; i < PART_COUNT; i++) {
        const Yaml *given = yaml_get(yaml, part_names[i]);
        PyValue value = py_none();
        if (given && yaml_render(scope, file, given, &value) && !py_is_none(value)) {
            quoting->off[i] = !py_truth(value);
        }
    }
}

/* Materialize reads what has no quotes in lower case. */
static bool means_itself(const char *name)
{
    bool plain = *name == '_' || (*name >= 'a' && *name <= 'z');
    for (const char *at = name; plain && *at; at++) {
        plain =
            *at == '_' || *at == '$' || (*at >= 'a' && *at <= 'z') || (*at >= '0' && *at <= '9');
    }
    return plain;
}

bool check_quoting(Reader *r, Place place, const char *what, RelName rel, Quoting quoting)
{
    const char *const parts[PART_COUNT] = {rel.database, rel.schema, rel.name};
    for (int i = 0; i < PART_COUNT; i++) {
        if (quoting.off[i] && !means_itself(parts[i])) {
            find_at(r, DIAG_ERROR, P_UNSUPPORTED, place,
                    "the %s \"%s\" of %s needs its quotes, which `quoting` turns off",
                    part_names[i], parts[i], what)
                ->hint = arena_printf(r->arena,
                                      "write the name in small letters, or set quoting: {%s: true}",
                                      part_names[i]);
            return false;
        }
    }
    return true;
}
