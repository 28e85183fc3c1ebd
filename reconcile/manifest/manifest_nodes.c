/* Sources, models, seeds and tests of a manifest as the reader's own. */
#include "manifest.h"
#include "versions.h"

#include "cutover/str.h"

#include <string.h>

/* ---- sources ---- */

static void read_source(Manifest *m, const char *id, const Json *json)
{
    Reader *r = m->r;
    const char *package = json_get_str(json, "package_name");
    Source *source = arena_make(r->arena, Source);
    *source = (Source){
        .id = id,
        .group = json_get_str(json, "source_name"),
        .name = json_get_str(json, "name"),
        .rel = {json_get_str(json, "database"), json_get_str(json, "schema"),
                json_get_str(json, "identifier")},
        .enabled = true,
    };
    if (!package || !source->group || !source->name || !source->rel.database ||
        !source->rel.schema || !source->rel.name) {
        manifest_finding(m, P_MANIFEST, "%s: sources.\"%s\" is not complete", m->path, id);
        return;
    }
    source->package = manifest_package(m, package);
    const Json *config = json_get(json, "config");
    if (config && config->type == JSON_IS_OBJECT) {
        source->config = py_from_json(r->arena, config).dict;
    }
    source->place.file =
        manifest_file(m, source->package, json_get_str(json, "original_file_path"));
    vec_push(r->arena, &r->sources, source);
    map_put(r->arena, &m->sources, id, source);
    map_put(r->arena, &r->source_by_name,
            arena_printf(r->arena, "%s\t%s", source->group, source->name), source);
}

/* ---- nodes ---- */

/* The same texts that the native reader shows, so that a plan does not tell the front ends apart. */
static void add_comments(Reader *r, Node *node, const Json *json)
{
    const PyValue *docs = config_get(node, "persist_docs");
    const PyDict *dict = docs && docs->type == PY_DICT ? docs->dict : NULL;
    const PyValue *relation = dict ? py_dict_find(dict, "relation") : NULL;
    const PyValue *of_columns = dict ? py_dict_find(dict, "columns") : NULL;
    const char *text = json_get_str(json, "description");
    if (relation && py_truth(*relation) && !str_empty(text)) {
        vec_push(r->arena, &node->comments, (DesiredComment){NULL, text});
    }
    const Json *columns = json_get(json, "columns");
    if (!columns || columns->type != JSON_IS_OBJECT || !of_columns || !py_truth(*of_columns)) {
        return;
    }
    map_each (it, &columns->members) {
        const char *column = json_get_str(it->value, "description");
        const char *name = json_get_str(it->value, "name");
        if (!str_empty(column) && name) {
            vec_push(r->arena, &node->comments, (DesiredComment){name, column});
        }
    }
}

/* ---- contracts ---- */

static Constraints constraints_of(Reader *r, const Json *list, Place place)
{
    Constraints constraints = {0};
    for (size_t i = 0; list && list->type == JSON_IS_ARRAY && i < list->count; i++) {
        vec_push(r->arena, &constraints,
                 ((Constraint){.type = json_get_str(list->items[i], "type"), .place = place}));
    }
    return constraints;
}

/* Of yml a manifest knows the file ("shop://models/schema.yml"), but no lines. */
static const Contract *contract_of(Manifest *m, const Node *node, const Json *json)
{
    Reader *r = m->r;
    const char *patch = json_get_str(json, "patch_path"), *path = patch ? strstr(patch, "://") : 0;
    Contract *contract = arena_make(r->arena, Contract);
    contract->place = (Place){.file = path ? manifest_file(m, node->package, path + strlen("://"))
                                           : node->place.file};
    contract->constraints = constraints_of(r, json_get(json, "constraints"), contract->place);
    const Json *columns = json_get(json, "columns");
    if (!columns || columns->type != JSON_IS_OBJECT) {
        return contract;
    }
    map_each (it, &columns->members) {
        const Json *column = it->value;
        vec_push(r->arena, &contract->columns,
                 ((ContractColumn){.name = json_get_str(column, "name"),
                                   .type = json_get_str(column, "data_type"),
                                   .constraints = constraints_of(r, json_get(column, "constraints"),
                                                                 contract->place),
                                   .place = contract->place,
                                   .type_place = contract->place}));
    }
    return contract;
}

static const File *file_of(Manifest *m, const char *path)
{
    const File *found = files_get(m->r->files, path);
    if (!found) {
        File *none = arena_make(m->r->arena, File);
        *none = (File){path, "", 0};
        found = none;
    }
    return found;
}

/* "target/compiled/shop/models/a.sql" as the native reader has it: "shop/models/a.sql". */
static const char *compiled_path(Manifest *m, const Json *json, const Node *node)
{
    const char *path = json_get_str(json, "compiled_path");
    const char *below = path ? strstr(path, "compiled/") : NULL;
    return below ? below + strlen("compiled/")
                 : arena_printf(m->r->arena, "%s/%s", node->package->name, node->path);
}

/* What must be there whatever the node is. */
static bool is_complete(Manifest *m, const char *id, const Json *json)
{
    static const char *const keys[] = {"package_name", "name",   "original_file_path",
                                       "database",     "schema", "alias"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (!json_get_str(json, keys[i])) {
            manifest_finding(m, P_MANIFEST, "%s: nodes.\"%s\" has no \"%s\"", m->path, id, keys[i]);
            return false;
        }
    }
    const Json *config = json_get(json, "config");
    if (!config || config->type != JSON_IS_OBJECT) {
        manifest_finding(m, P_MANIFEST, "%s: nodes.\"%s\" has no \"config\"", m->path, id);
        return false;
    }
    return true;
}

static const ModelVersion *version_of(Reader *r, const Json *json)
{
    const Json *version = json_get(json, "version"), *latest = json_get(json, "latest_version");
    if (!version || version->type == JSON_IS_NULL) {
        return NULL;
    }
    PyValue value = py_from_json(r->arena, version);
    return make_version(r->arena, value, latest ? py_from_json(r->arena, latest) : value);
}

static Node *make_node(Manifest *m, const char *id, const Json *json, Resource resource)
{
    Reader *r = m->r;
    Package *package = manifest_package(m, json_get_str(json, "package_name"));
    Node *node = add_node(r, package, resource, json_get_str(json, "name"));
    node->id = id;
    node->version = version_of(r, json);
    node->path = json_get_str(json, "original_file_path");
    node->file = file_of(m, manifest_file(m, package, node->path));
    node->place = (Place){.file = node->file->path};
    if (node->file->length && !str_ends(node->path, ".yml")) {
        node->place = (Place){node->file->path, 1, 1, 1};
    }
    node->fqn = json_get_texts(r->arena, json, "fqn");
    node->config = py_from_json(r->arena, json_get(json, "config")).dict;
    node->inherited = json_get_texts(r->arena, json, "tags");
    node->enabled = config_bool(r, node, "enabled", true);
    node->ephemeral =
        resource == RES_MODEL && str_eq(config_text(r, node, "materialized"), "ephemeral");
    node->compiled_path = compiled_path(m, json, node);
    map_put(r->arena, &r->by_id, id, node);
    map_put(r->arena, &m->json_by_id, id, json);
    return node;
}

/* A macro that a hook calls must be readable, unlike those that only models call. */
static void check_hook_macros(Manifest *m, const Node *node, const Json *json)
{
    static const char *const keys[] = {"pre-hook", "post-hook"};
    bool any = false;
    for (size_t i = 0; i < 2; i++) {
        const PyValue *hooks = config_get(node, keys[i]);
        any |= hooks && hooks->type == PY_LIST && hooks->list->count;
    }
    StrVec ids = json_get_texts(m->r->arena, json_get(json, "depends_on"), "macros");
    vec_each (const char *, it, &ids) {
        const Diags *why = any ? map_get(&m->unreadable, *it) : NULL;
        for (size_t i = 0; why && i < why->list.count; i++) {
            vec_push(m->r->diags->arena, &m->r->diags->list, why->list.items[i]);
        }
    }
}

static void count_compiled(Manifest *m, const char *id, const Json *json)
{
    m->wanted++;
    if (!json_get_str(json, "compiled_code")) {
        m->bare_one = m->bare ? m->bare_one : id;
        m->bare++;
    }
}

static void read_node(Manifest *m, const char *id, const Json *json, Resource resource)
{
    Reader *r = m->r;
    if (!is_complete(m, id, json)) {
        return;
    }
    Node *node = make_node(m, id, json, resource);
    const char *language = json_get_str(json, "language");
    if (str_eq(language, "python")) {
        find_at(r, DIAG_ERROR, P_PYTHON, node->place, "Python models are not supported");
    }
    if (resource == RES_SEED && !files_get(r->files, node->file->path)) {
        find_at(r, DIAG_ERROR, P_SEED, (Place){.file = m->path}, "the rows of %s are not there: %s",
                id, node->file->path)
            ->hint = "a manifest holds no rows: the CSV file must lie beside it";
        node->failed = true;
    }
    if ((resource == RES_MODEL || resource == RES_TEST) && !node->ephemeral) {
        count_compiled(m, id, json);
    }
    if (has_relation(node)) {
        index_node(r, node);
        add_comments(r, node, json);
        node->contract = contract_of(m, node, json);
        check_hook_macros(m, node, json);
    }
    RelName rel = {json_get_str(json, "database"), json_get_str(json, "schema"),
                   json_get_str(json, "alias")};
    if (!has_relation(node)) {
        node->production = node->rel = rel;
    } else {
        claim_relation(r, node, rel);
    }
}

/* ---- other kinds ---- */

typedef struct Kind {
    const char *type;
    const char *code; /* NULL: it is nothing that is deployed */
    const char *message;
} Kind;

static const Kind other_kinds[] = {
    {"analysis", NULL, NULL},
    {"snapshot", P_SNAPSHOT, "snapshots are not supported"},
    {"operation", P_HOOK_RUN, "on-run-start and on-run-end hooks are not supported"},
    {"function", P_UNSUPPORTED, "functions are not supported"},
};

/* A hook of dbt_project.yml that is empty does nothing. */
static void read_other(Manifest *m, const char *id, const Json *json, const char *type)
{
    const char *code = json_get_str(json, "raw_code");
    for (size_t i = 0; i < sizeof other_kinds / sizeof *other_kinds; i++) {
        const Kind *kind = &other_kinds[i];
        if (!str_eq(type, kind->type)) {
            continue;
        }
        bool empty =
            str_eq(type, "operation") && str_empty(str_trim(m->r->arena, code ? code : ""));
        if (kind->code && !empty) {
            manifest_finding(m, kind->code, "%s (%s)", kind->message, id);
        }
        return;
    }
    manifest_finding(m, P_UNSUPPORTED, "%s: nodes.\"%s\" is of type \"%s\", which is not supported",
                     m->path, id, type ? type : "");
}

static void read_any(Manifest *m, const char *id, const Json *json)
{
    const char *type = json_get_str(json, "resource_type");
    if (str_eq(type, "model")) {
        read_node(m, id, json, RES_MODEL);
    } else if (str_eq(type, "seed")) {
        read_node(m, id, json, RES_SEED);
    } else if (str_eq(type, "test")) {
        read_node(m, id, json, RES_TEST);
    } else if (str_eq(type, "analysis") && m->r->options->analyses) {
        read_node(m, id, json, RES_ANALYSIS);
    } else {
        read_other(m, id, json, type);
    }
}

/* ---- edges ---- */

static void add_edges(Manifest *m, Node *node)
{
    const Json *json = map_get(&m->json_by_id, node->id);
    StrVec ids = json_get_texts(m->r->arena, json_get(json, "depends_on"), "nodes");
    vec_each (const char *, it, &ids) {
        Node *other = map_get(&m->r->by_id, *it);
        Source *source = map_get(&m->sources, *it);
        if (other) {
            vec_push(m->r->arena, &node->depends, other);
        } else if (source) {
            vec_push(m->r->arena, &node->sources, source);
        } else {
            manifest_finding(m, P_REF, "%s: \"%s\" depends on \"%s\", which is not there", m->path,
                             node->id, *it);
        }
    }
}

/* `dbt parse` writes a manifest, too, but no SQL. */
static void check_compiled(Manifest *m)
{
    if (m->bare) {
        manifest_finding(m, P_NOT_COMPILED,
                         "%s holds no compiled SQL for %zu of %zu models and tests (%s%s)", m->path,
                         m->bare, m->wanted, m->bare_one, m->bare > 1 ? ", ..." : "")
            ->hint = "it was made by `dbt parse`, or for a part of the project: run `dbt compile` "
                     "for this environment's target and commit what it writes";
    }
}

static void warn_unit_tests(Manifest *m)
{
    const Json *tests = json_get(m->json, "unit_tests");
    if (tests && tests->type == JSON_IS_OBJECT && tests->count) {
        find_at(m->r, DIAG_WARNING, P_UNIT_TEST, (Place){.file = m->path},
                "unit tests are not run");
    }
}

static void read_exposure(Manifest *m, const char *id, const Json *json)
{
    Reader *r = m->r;
    const char *package = json_get_str(json, "package_name");
    const Package *owner = package ? map_get(&r->package_by_name, package) : NULL;
    Exposure *exposure = arena_make(r->arena, Exposure);
    const char *file = json_get_str(json, "original_file_path");
    *exposure = (Exposure){.id = id,
                           .name = json_get_str(json, "name"),
                           .package = owner ? owner : r->root,
                           .file = file ? file : "",
                           .fqn = json_get_texts(r->arena, json, "fqn"),
                           .tags = json_get_texts(r->arena, json, "tags"),
                           .reads = json_get_texts(r->arena, json_get(json, "depends_on"), "nodes"),
                           .enabled = true};
    if (!exposure->name || !exposure->fqn.count) {
        manifest_finding(m, P_MANIFEST, "%s: exposures.\"%s\" has no name", m->path, id);
        return;
    }
    vec_push(r->arena, &r->exposures, exposure);
}

bool manifest_nodes(Manifest *m)
{
    size_t errors = diags_count(m->r->diags, DIAG_ERROR);
    map_each (it, &json_get(m->json, "sources")->members) {
        read_source(m, it->key, it->value);
    }
    map_each (it, &json_get(m->json, "nodes")->members) {
        read_any(m, it->key, it->value);
    }
    const Json *exposures = json_get(m->json, "exposures");
    if (exposures && exposures->type == JSON_IS_OBJECT) {
        map_each (it, &exposures->members) {
            read_exposure(m, it->key, it->value);
        }
    }
    vec_each (Node *, it, &m->r->nodes) {
        add_edges(m, *it);
    }
    check_compiled(m);
    warn_unit_tests(m);
    return diags_count(m->r->diags, DIAG_ERROR) == errors;
}
