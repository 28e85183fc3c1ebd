/*
 * Enforced contracts. dbt-materialize compares the columns of a model's query with those of schema.yml before it
 * creates the relation, and hands on one constraint, not_null of a materialized view's column. Here the
 * comparison is a test of the relation that was built on green: it runs before the cutover, as all tests do.
 */
#include "reader.h"

#include "cutover/sqltok.h"
#include "cutover/str.h"

#include <string.h>

/* Names of types as people write them, and as mz_columns says them (" without time zone" taken off). */
static const char *const type_names[][2] = {
    {"bool", "boolean"},
    {"boolean", "boolean"},
    {"int2", "smallint"},
    {"smallint", "smallint"},
    {"int", "integer"},
    {"int4", "integer"},
    {"integer", "integer"},
    {"int8", "bigint"},
    {"bigint", "bigint"},
    {"uint2", "uint2"},
    {"uint4", "uint4"},
    {"uint8", "uint8"},
    {"float4", "real"},
    {"real", "real"},
    {"float", "double precision"},
    {"float8", "double precision"},
    {"double", "double precision"},
    {"double precision", "double precision"},
    {"numeric", "numeric"},
    {"decimal", "numeric"},
    {"dec", "numeric"},
    {"text", "text"},
    {"string", "text"},
    {"varchar", "character varying"},
    {"character varying", "character varying"},
    {"date", "date"},
    {"interval", "interval"},
    {"timestamp", "timestamp"},
    {"timestamp without time zone", "timestamp"},
    {"timestamptz", "timestamp with time zone"},
    {"timestamp with time zone", "timestamp with time zone"},
    {"json", "jsonb"},
    {"jsonb", "jsonb"},
    {"uuid", "uuid"},
    {"bytea", "bytea"},
    {"bytes", "bytea"},
};

/* "NUMERIC(38, 2)" as "numeric": dbt compares no sizes either. NULL: a type that is not known here. */
static const char *type_of(Arena *arena, const char *written)
{
    const char *open = strchr(written, '(');
    const char *name = open ? arena_strndup(arena, written, (size_t)(open - written)) : written;
    name = str_lower(arena, str_trim(arena, name));
    for (size_t i = 0; i < sizeof type_names / sizeof *type_names; i++) {
        if (str_eq(name, type_names[i][0])) {
            return type_names[i][1];
        }
    }
    return NULL;
}

static bool is_enforced(const Node *node)
{
    const PyValue *contract = config_get(node, "contract");
    const PyValue *enforced =
        contract && contract->type == PY_DICT ? py_dict_find(contract->dict, "enforced") : NULL;
    return enforced && py_truth(*enforced);
}

static Constraints constraints_of(Reader *r, const Node *node, const Yaml *list)
{
    Constraints constraints = {0};
    for (size_t i = 0; list && i < list->items.count; i++) {
        const Yaml *it = list->items.items[i];
        Constraint constraint = {.type = yaml_text(yaml_get(it, "type")),
                                 .to = yaml_text(yaml_get(it, "to")),
                                 .place = place_of(node->patch_file, it)};
        vec_push(r->arena, &constraints, constraint);
    }
    return constraints;
}

const Contract *yml_contract(Reader *r, const Node *node)
{
    if (node->contract || !node->patch) {
        return node->contract;
    }
    Contract *contract = arena_make(r->arena, Contract);
    contract->place = place_of(node->patch_file, node->patch);
    contract->constraints = constraints_of(r, node, yaml_get(node->patch, "constraints"));
    const Yaml *columns = yaml_get(node->patch, "columns");
    for (size_t i = 0; columns && i < columns->items.count; i++) {
        const Yaml *column = columns->items.items[i], *type = yaml_get(column, "data_type");
        ContractColumn it = {.name = yaml_text(yaml_get(column, "name")),
                             .type = yaml_text(type),
                             .constraints =
                                 constraints_of(r, node, yaml_get(column, "constraints")),
                             .place = place_of(node->patch_file, column),
                             .type_place = place_of(node->patch_file, type ? type : column)};
        vec_push(r->arena, &contract->columns, it);
    }
    return contract;
}

/* ---- constraints ---- */

/* CONSTRAINTS of a column or model: not_null of a materialized view's column goes on, the rest is said. */
static bool wants_not_null(Reader *r, const Node *node, NodeKind kind,
                           const Constraints *constraints, const char *column)
{
    bool wanted = false;
    vec_each (const Constraint, it, constraints) {
        if (column && kind == NODE_MATERIALIZED_VIEW && str_eq(it->type, "not_null")) {
            wanted = true;
            continue;
        }
        find_at(r, DIAG_WARNING, P_CONTRACT, it->place,
                "constraint %s of %s is not enforced by Materialize", it->type ? it->type : "",
                node->id)
            ->hint =
            "Materialize knows not_null of a materialized view's column; a test can assert "
            "the rest";
    }
    return wanted;
}

void contract_options(Reader *r, const Node *node, NodeKind kind, StrVec *options)
{
    const Contract *contract = is_enforced(node) ? yml_contract(r, node) : NULL;
    for (size_t i = 0; contract && i < contract->columns.count; i++) {
        const ContractColumn *it = &contract->columns.items[i];
        if (it->name && wants_not_null(r, node, kind, &it->constraints, it->name)) {
            vec_push(r->arena, options,
                     arena_printf(r->arena, "ASSERT NOT NULL = %s", sql_ident(r->arena, it->name)));
        }
    }
    if (contract) {
        wants_not_null(r, node, kind, &contract->constraints, NULL);
    }
}

/* ---- the comparison ---- */

/* "('id', 'integer')" for each column; NULL after a finding. */
static const char *declared(Reader *r, const Node *node, const Contract *contract)
{
    StrVec rows = {0};
    if (!contract || !contract->columns.count) {
        find_at(r, DIAG_ERROR, P_CONTRACT, config_place(node, "contract"),
                "the enforced contract of %s names no columns", node->id)
            ->hint = "list them in a yml file, each with its data_type";
        return NULL;
    }
    vec_each (const ContractColumn, it, &contract->columns) {
        const char *type = it->type ? type_of(r->arena, it->type) : NULL;
        if (!it->name || !type) {
            find_at(r, DIAG_ERROR, P_CONTRACT, it->type_place,
                    it->type ? "data_type \"%s\" in the enforced contract of %s is not supported"
                             : "a column%s in the enforced contract of %s has no data_type",
                    it->type ? it->type : "", node->id);
            return NULL;
        }
        vec_push(r->arena, &rows,
                 arena_printf(r->arena, "(%s, %s)", sql_literal(r->arena, it->name),
                              sql_literal(r->arena, type)));
    }
    return str_join(r->arena, &rows, ", ");
}

/* The columns that are only declared, only there, or of another type. */
static const char *comparison(Reader *r, const Node *node, const char *rows)
{
    return arena_printf(
        r->arena,
        "SELECT coalesce(d.name, c.name) AS column_name, d.type AS declared, c.type AS found\n"
        "FROM (VALUES %s) AS d (name, type)\n"
        "FULL JOIN (\n"
        "    SELECT c.name, replace(c.type, ' without time zone', '') AS type\n"
        "    FROM mz_catalog.mz_columns c\n"
        "    JOIN mz_catalog.mz_relations o ON o.id = c.id\n"
        "    JOIN mz_catalog.mz_schemas s ON s.id = o.schema_id\n"
        "    JOIN mz_catalog.mz_databases b ON b.id = s.database_id\n"
        "    WHERE b.name = %s AND s.name = %s AND o.name = %s\n"
        ") AS c ON c.name = d.name AND c.type = d.type\n"
        "WHERE d.name IS NULL OR c.name IS NULL",
        rows, sql_literal(r->arena, node->rel.database), sql_literal(r->arena, node->rel.schema),
        sql_literal(r->arena, node->rel.name));
}

void emit_contract(Reader *r, const Node *node, NodeKind kind, Desired *desired)
{
    if (!is_enforced(node)) {
        return;
    }
    if (kind != NODE_VIEW && kind != NODE_MATERIALIZED_VIEW) {
        find_at(r, DIAG_WARNING, P_CONTRACT, config_place(node, "contract"),
                "the contract of %s is not enforced: it is a %s", node->id, node_kind_text(kind));
        return;
    }
    const Contract *contract = yml_contract(r, node);
    const char *rows = declared(r, node, contract);
    if (!rows) {
        return;
    }
    DesiredTest test = {
        .id = arena_printf(r->arena, "contract.%s", node->id),
        .name = arena_printf(r->arena, "contract_%s", node->name),
        .sql = comparison(r, node, rows),
        .severity = "error",
        .fail_calc = "count(*)",
        .error_if = "!= 0",
        .warn_if = "!= 0",
        .file = contract->place.file,
        .line = contract->place.line,
    };
    vec_push(r->arena, &test.depends, node->id);
    vec_push(r->arena, &desired->tests, test);
}
