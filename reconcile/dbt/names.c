/*
 * The relation that a node makes: what generate_database_name(), generate_schema_name() and
 * generate_alias_name() give, the project's own before dbt's. The NameMap comes after them, so green
 * names do not depend on what a project's macros do.
 */
#include "reader.h"

#include "cutover/str.h"

#include <string.h>

static const struct {
    const char *macro, *config;
} parts[] = {
    [NAME_DATABASE] = {"generate_database_name", "database"},
    [NAME_SCHEMA] = {"generate_schema_name", "schema"},
    [NAME_ALIAS] = {"generate_alias_name", "alias"},
};

/* ---- who gives names ---- */

/* What dbt's own macros here ask for by name, which macros of a project would hide from them. */
static bool hides_names(const Reader *r, const Package *package)
{
    static const char *const names[] = {"return", "adapter", "target", "config"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (find_macro(r, package, names[i]) || map_get(&r->package_by_name, names[i])) {
            return true;
        }
    }
    return false;
}

/* Nodes of PACKAGE that call NAME, whose macro is MACRO, get what dbt's own macro gives. */
static bool is_dbts(const Reader *r, const Package *package, const char *name, const Macro *macro)
{
    const Macro *chosen = dispatch_macro(r, r->arena, package, name, r->builtin->name);
    return macro->package == r->builtin && chosen && chosen->package == r->builtin &&
           !hides_names(r, package);
}

static void find_namer(Reader *r, Package *package, NamePart part)
{
    const char *name = parts[part].macro;
    Namer *namer = &package->namers[part];
    namer->macro = map_get(&r->root->macros, name);
    namer->macro = namer->macro ? namer->macro : find_macro(r, package, name);
    const StrVec *params = &namer->macro->jinja->params;
    namer->reads_node =
        params->count < 2 || jinja_macro_mentions(namer->macro->jinja, params->items[1]);
    namer->is_dbts = is_dbts(r, package, name, namer->macro);
}

void find_namers(Reader *r)
{
    vec_each (Package *, package, &r->packages) {
        for (NamePart part = 0; part < NAME_PARTS; part++) {
            find_namer(r, *package, part);
        }
        static const char where[] = "get_where_subquery";
        (*package)->filters_as_dbt = is_dbts(r, *package, where, find_macro(r, *package, where));
    }
}

/* ---- dbt's own answer ---- */

/* A text that prints as it is and that no trim changes. */
static bool is_plain(const PyValue *value)
{
    if (value->type != PY_STRING || value->marker != PY_UNMARKED || !value->text[0]) {
        return false;
    }
    const char *last = value->text + strlen(value->text) - 1;
    return value->text[0] > ' ' && value->text[0] < 0x7f && *last > ' ' && *last < 0x7f;
}

/* The config KEY as names are made of it, or NULL. */
static const PyValue *config_for_names(const Node *node, const char *key)
{
    const PyValue *value = node->named_by ? py_dict_find(node->named_by, key) : NULL;
    return !node->named_by ? config_get(node, key) : value && !py_is_none(*value) ? value : NULL;
}

/* What dbt's own macro gives, without running it: that is the case of nearly every model. NULL: only running it tells. */
static const char *usual_name(Reader *r, const Node *node, NamePart part)
{
    static const char *const of_target[NAME_PARTS] = {
        [NAME_DATABASE] = "database", [NAME_SCHEMA] = "schema", [NAME_ALIAS] = NULL};
    const PyValue name = py_text(node->name), *given = config_for_names(node, parts[part].config);
    const PyValue *other =
        of_target[part] ? py_dict_find(r->target.values, of_target[part]) : &name;
    bool versioned = part == NAME_ALIAS && node->version;
    if (versioned || (given && !is_plain(given)) || !other || !is_plain(other)) {
        return NULL;
    }
    if (part == NAME_SCHEMA && given) {
        return str_concat(r->arena, other->text, "_", given->text, NULL);
    }
    return given ? given->text : other->text;
}

/* ---- asking a macro ---- */

static PyValue config_or_none(const Node *node, const char *key)
{
    const PyValue *value = config_for_names(node, key);
    return value ? *value : py_none();
}

/* MODEL is made when a macro is first to read it. */
static bool call_namer(Scope *scope, NamePart part, PyValue *model, PyValue *out)
{
    Reader *r = scope->reader;
    const Node *node = scope->node;
    const Namer *namer = &node->package->namers[part];
    JinjaEnv env = scope_env(scope);
    PyValue args = py_list(scope->arena);
    if (namer->reads_node && py_is_none(*model)) {
        *model = node_value(scope, node);
    }
    py_append(scope->arena, args, config_or_none(node, parts[part].config));
    py_append(scope->arena, args, *model);
    size_t before = r->diags->list.count;
    if (jinja_invoke(scope->arena, &env, namer->macro->value, args.list, NULL, out, r->diags)) {
        return true;
    }
    Diag *diag = before < r->diags->list.count ? &r->diags->list.items[before] : NULL;
    if (diag) {
        vec_push(r->arena, &diag->chain, arena_printf(r->arena, "for %s", node->id));
    }
    return false;
}

/* Without white space around it; NULL after a finding. */
static const char *generate(Scope *scope, NamePart part, PyValue *model)
{
    Reader *r = scope->reader;
    const Node *node = scope->node;
    const Namer *namer = &node->package->namers[part];
    const char *usual = namer->is_dbts ? usual_name(r, node, part) : NULL;
    PyValue out = py_none();
    if (usual) {
        return usual;
    }
    if (!call_namer(scope, part, model, &out)) {
        return NULL;
    }
    const char *name = py_is_none(out) || py_is_undefined(out)
                           ? ""
                           : str_trim(r->arena, py_str(scope->arena, out));
    if (str_empty(name)) {
        const JinjaMacro *jinja = namer->macro->jinja;
        find_at(r, DIAG_ERROR, P_GENERATED_NAME, node->place, "%s gives no name for %s",
                parts[part].macro, node->id)
            ->hint =
            arena_printf(r->arena, "the macro is in %s:%d", jinja->template->name, jinja->line);
        return NULL;
    }
    return name;
}

/* ---- claiming ---- */

/* False after a finding: another node of TAKEN makes NODE's relation. */
static bool check_double(Reader *r, const Node *node, const Map *taken)
{
    const Node *other = map_get(taken, relname_key(r->arena, node->production));
    if (other) {
        find_at(r, DIAG_ERROR, P_DUPLICATE_REL, node->place, "%s and %s both make %s", other->id,
                node->id, relname_text(r->arena, node->production, r->target.database))
            ->hint = arena_printf(r->arena,
                                  "the other is %s; give one of them another alias or "
                                  "schema",
                                  other->place.file);
    }
    return !other;
}

static void claim(Reader *r, Node *node)
{
    if (check_double(r, node, &r->by_production)) {
        map_put(r->arena, &r->by_production, relname_key(r->arena, node->production), node);
        map_put(r->arena, &r->by_rel, relname_key(r->arena, node->rel), node);
        map_put(r->arena, &r->schemas, node->production.schema, node);
        map_put(r->arena, &r->schemas, node->rel.schema, node);
    }
}

void claim_relation(Reader *r, Node *node, RelName production)
{
    node->production = production;
    node->rel = namemap_rel(r->arena, r->options->names, production);
    if (!node->ephemeral && node->enabled &&
        check_quoting(r, node->place, node->id, node->rel, r->quoting)) {
        claim(r, node);
    }
}

/* Where dbt would store what a test finds: nobody makes it here, and no SQL can mean it. */
static void claim_stored(Reader *r, Node *node, RelName stored)
{
    const PyValue *kept = config_get(node, "store_failures");
    node->production = node->rel = stored;
    if (node->enabled && kept && py_truth(*kept) && check_double(r, node, &r->by_production) &&
        check_double(r, node, &r->stored)) {
        map_put(r->arena, &r->stored, relname_key(r->arena, stored), node);
    }
}

void generate_names(Reader *r, Node *node)
{
    Scope scope = open_node_scope(r, node, false);
    scope.naming = true;
    PyValue model = py_none();
    RelName rel = {generate(&scope, NAME_DATABASE, &model), NULL, NULL};
    rel.schema = rel.database ? generate(&scope, NAME_SCHEMA, &model) : NULL;
    rel.name = rel.schema ? generate(&scope, NAME_ALIAS, &model) : NULL;
    close_node_scope(&scope);
    node->production = rel.name ? rel : (RelName){r->target.database, r->target.schema, node->name};
}

void claim_names(Reader *r, Node *node)
{
    if (!has_relation(node)) {
        claim_stored(r, node, node->production);
    } else {
        claim_relation(r, node, node->production);
    }
}
