/*
 * The relation that a node makes: what generate_database_name(), generate_schema_name() and
 * generate_alias_name() give, the project's own before dbt's. The NameMap comes after them, so green
 * names do not depend on what a project's macros do.
 */
#include "reader.h"

#include "cutover/str.h"

#include <string.h>

static PyValue config_or_none(const Node *node, const char *key)
{
    const PyValue *value = config_get(node, key);
    return value ? *value : py_none();
}

/* What MACRO makes of the config KEY, without white space around it; NULL after a finding. */
static const char *generate(Scope *scope, PyValue model, const char *macro, const char *key)
{
    Reader *r = scope->reader;
    const Node *node = scope->node;
    JinjaEnv env = scope_env(scope);
    const Macro *found = map_get(&r->root->macros, macro);
    found = found ? found : find_macro(r, node->package, macro);
    PyValue args = py_list(scope->arena), out = py_none();
    py_append(scope->arena, args, config_or_none(node, key));
    py_append(scope->arena, args, model);
    size_t before = r->diags->list.count;
    if (!jinja_invoke(scope->arena, &env, found->value, args.list, NULL, &out, r->diags)) {
        Diag *diag = before < r->diags->list.count ? &r->diags->list.items[before] : NULL;
        if (diag) {
            vec_push(r->arena, &diag->chain, arena_printf(r->arena, "for %s", node->id));
        }
        return NULL;
    }
    const char *name = py_is_none(out) || py_is_undefined(out)
                           ? ""
                           : str_trim(r->arena, py_str(scope->arena, out));
    if (str_empty(name)) {
        find_at(r, DIAG_ERROR, P_GENERATED_NAME, node->place, "%s gives no name for %s", macro,
                node->id)
            ->hint = arena_printf(r->arena, "the macro is in %s:%d", found->jinja->template->name,
                                  found->jinja->line);
        return NULL;
    }
    return name;
}

static void check_double(Reader *r, Node *node)
{
    const char *key = relname_key(r->arena, node->production);
    const Node *other = map_get(&r->by_production, key);
    if (other) {
        find_at(r, DIAG_ERROR, P_DUPLICATE_REL, node->place, "%s and %s both make %s", other->id,
                node->id, relname_text(r->arena, node->production, r->target.database))
            ->hint = arena_printf(r->arena,
                                  "the other is %s; give one of them another alias or "
                                  "schema",
                                  other->place.file);
        return;
    }
    map_put(r->arena, &r->by_production, key, node);
    map_put(r->arena, &r->by_rel, relname_key(r->arena, node->rel), node);
    map_put(r->arena, &r->schemas, node->production.schema, node);
    map_put(r->arena, &r->schemas, node->rel.schema, node);
}

void claim_relation(Reader *r, Node *node, RelName production)
{
    node->production = production;
    node->rel = namemap_rel(r->arena, r->options->names, production);
    if (!node->ephemeral && node->enabled) {
        check_double(r, node);
    }
}

void name_node(Reader *r, Node *node)
{
    Scope scope = open_node_scope(r, node, false);
    scope.naming = true;
    PyValue model = node_value(&scope, node);
    RelName rel = {generate(&scope, model, "generate_database_name", "database"), NULL, NULL};
    rel.schema = rel.database ? generate(&scope, model, "generate_schema_name", "schema") : NULL;
    rel.name = rel.schema ? generate(&scope, model, "generate_alias_name", "alias") : NULL;
    close_node_scope(&scope);
    if (!rel.name) {
        rel = (RelName){r->target.database, r->target.schema, node->name};
    }
    claim_relation(r, node, rel);
}
