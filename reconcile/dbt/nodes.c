/* The files that are nodes: models, seeds, singular tests; and how a name finds one. */
#include "reader.h"

#include "cutover/str.h"

#include <string.h>

static const char *const type_names[] = {
    [RES_MODEL] = "model", [RES_SEED] = "seed", [RES_TEST] = "test", [RES_ANALYSIS] = "analysis"};

/* ---- finding ---- */

static Node *of_package(const NodeVec *nodes, const char *package)
{
    Node *disabled = NULL;
    vec_each (Node *, it, nodes) {
        if (str_eq((*it)->package->name, package)) {
            if ((*it)->enabled) {
                return *it;
            }
            disabled = *it;
        }
    }
    return disabled;
}

static Node *only_enabled(const NodeVec *nodes, bool *ambiguous)
{
    Node *found = NULL;
    vec_each (Node *, it, nodes) {
        *ambiguous |= found && (*it)->enabled;
        found = (*it)->enabled ? *it : found;
    }
    return found ? found : nodes->items[0];
}

Node *find_node(const Reader *r, const Package *from, const char *package, const char *name,
                bool *ambiguous)
{
    const NodeVec *nodes = map_get(&r->by_name, name);
    if (!nodes || !nodes->count) {
        return NULL;
    }
    if (package) {
        return of_package(nodes, package);
    }
    Node *near = of_package(nodes, from->name);
    near = near && near->enabled ? near : of_package(nodes, r->root->name);
    return near && near->enabled ? near : only_enabled(nodes, ambiguous);
}

Source *find_source(const Reader *r, const char *group, const char *name)
{
    return map_get(&r->source_by_name, str_concat(r->arena, group, "\t", name, NULL));
}

/* ---- making ---- */

bool has_relation(const Node *node)
{
    return node->resource == RES_MODEL || node->resource == RES_SEED;
}

Node *add_node(Reader *r, const Package *package, Resource resource, const char *name)
{
    Node *node = arena_make(r->arena, Node);
    node->resource = resource;
    node->package = package;
    node->name = name;
    node->id = str_concat(r->arena, type_names[resource], ".", package->name, ".", name, NULL);
    node->enabled = true;
    /* What `this` says while the project is parsed, before its generate_*_name() macros are asked. */
    node->production = node->rel = (RelName){r->target.database, r->target.schema, name};
    vec_push(r->arena, &r->nodes, node);
    return node;
}

StrVec ref_names(Arena *arena, const Node *node)
{
    StrVec names = {0};
    if (node->version) {
        vec_push(arena, &names, str_concat(arena, node->name, ".v", node->version->text, NULL));
    }
    if (!node->version || node->version->age == 0) {
        vec_push(arena, &names, node->name);
    }
    return names;
}

void index_names(Reader *r, Node *node, const StrVec *names)
{
    vec_each (const char *, name, names) {
        NodeVec *same = map_get(&r->by_name, *name);
        if (!same) {
            same = arena_make(r->arena, NodeVec);
            map_put(r->arena, &r->by_name, *name, same);
        }
        vec_push(r->arena, same, node);
    }
}

void index_node(Reader *r, Node *node)
{
    StrVec names = ref_names(r->arena, node);
    index_names(r, node, &names);
}

void unindex_node(Reader *r, Node *node)
{
    StrVec names = ref_names(r->arena, node);
    vec_each (const char *, name, &names) {
        NodeVec *same = map_get(&r->by_name, *name);
        size_t kept = 0;
        for (size_t i = 0; same && i < same->count; i++) {
            if (same->items[i] != node) {
                same->items[kept++] = same->items[i];
            }
        }
        if (same) {
            same->count = kept;
        }
    }
}

/* The project, the folders of PATH below BASE, and the file's name without its ending. */
StrVec fqn_of(Reader *r, const Package *package, const char *path, const char *base)
{
    StrVec fqn = {0};
    vec_push(r->arena, &fqn, package->name);
    StrVec parts = str_split(r->arena, path + strlen(base) + 1, '/');
    for (size_t i = 0; i + 1 < parts.count; i++) {
        vec_push(r->arena, &fqn, parts.items[i]);
    }
    const char *file = vec_last(&parts);
    const char *dot = strrchr(file, '.');
    vec_push(r->arena, &fqn, dot ? arena_strndup(r->arena, file, (size_t)(dot - file)) : file);
    return fqn;
}

/* dbt takes the white space off both ends of a file before it renders it. */
static void parse_template(Arena *arena, Diags *diags, Node *node)
{
    bool whole =
        strlen(node->file->text) == node->file->length; /* else the parser refuses the NUL */
    const char *text = whole ? str_trim(arena, node->file->text) : node->file->text;
    int line = 1;
    for (const char *p = node->file->text; whole && strchr(" \t\r\n", *p) && *p; p++) {
        line += *p == '\n';
    }
    JinjaSource source = {.name = node->file->path,
                          .text = text,
                          .length = whole ? strlen(text) : node->file->length,
                          .first_line = line,
                          .owner = node->package};
    node->template = jinja_parse(arena, &source, diags);
}

typedef struct Parsing {
    Arena *arena;
    Node **nodes;
    Diags diags;
} Parsing;

static void parse_half(void *half, size_t from, size_t to)
{
    Parsing *it = half;
    for (size_t i = from; i < to; i++) {
        if (it->nodes[i]->resource != RES_SEED) {
            parse_template(it->arena, &it->diags, it->nodes[i]);
        }
    }
}

static void parse_templates(Reader *r)
{
    Arena *other = arena_new();
    Parsing first = {r->arena, r->nodes.items, diags_new(r->arena)};
    Parsing second = {other, r->nodes.items, diags_new(other)};
    r->halves(r->nodes.count, parse_half, &first, &second);
    arena_adopt(r->arena, other);
    diags_take(r->diags, &first.diags);
    diags_take(r->diags, &second.diags);
}

/* dbt puts its own word in front of their folders. */
static StrVec below_analysis(Reader *r, const StrVec *fqn)
{
    StrVec out = {0};
    vec_push(r->arena, &out, fqn->items[0]);
    vec_push(r->arena, &out, "analysis");
    for (size_t i = 1; i < fqn->count; i++) {
        vec_push(r->arena, &out, fqn->items[i]);
    }
    return out;
}

static void add_file(Reader *r, const Package *package, Resource resource, const File *file,
                     const char *base)
{
    const char *path = file->path + strlen(package->root);
    StrVec fqn = fqn_of(r, package, path, base);
    Node *node = add_node(r, package, resource, vec_last(&fqn));
    if (resource == RES_ANALYSIS) {
        fqn = below_analysis(r, &fqn);
    }
    node->path = path;
    node->below = path + strlen(base) + 1;
    node->fqn = fqn;
    node->file = file;
    node->place = (Place){file->path, 1, 1, 1};
    node->compiled_path = str_concat(r->arena, package->name, "/", path, NULL);
    if (has_relation(node)) {
        index_node(r, node);
    }
}

static void refuse_python(Reader *r, const File *file)
{
    find_at(r, DIAG_ERROR, P_PYTHON, (Place){file->path, 1, 1, 1},
            "Python models are not supported");
}

static void add_folder(Reader *r, const Package *package, Resource resource, const char *base)
{
    static const char *const endings[] = {
        [RES_MODEL] = ".sql", [RES_SEED] = ".csv", [RES_TEST] = ".sql", [RES_ANALYSIS] = ".sql"};
    const char *folder = arena_printf(r->arena, "%s%s/", package->root, base);
    const char *generic = arena_printf(r->arena, "%sgeneric/", folder);
    vec_each (File, it, &r->files->list) {
        if (!str_starts(it->path, folder)) {
            continue;
        }
        if (resource == RES_MODEL && str_ends(it->path, ".py")) {
            refuse_python(r, it);
        } else if (str_ends(it->path, endings[resource]) &&
                   !(resource == RES_TEST && str_starts(it->path, generic))) {
            add_file(r, package, resource, it, base);
        }
    }
}

void find_nodes(Reader *r)
{
    vec_each (Package *, it, &r->packages) {
        const Package *package = *it;
        int last = r->options->analyses ? RES_ANALYSIS : RES_TEST;
        const StrVec *folders[] = {
            [RES_MODEL] = &package->model_paths,
            [RES_SEED] = &package->seed_paths,
            [RES_TEST] = &package->test_paths,
            [RES_ANALYSIS] = &package->analysis_paths,
        };
        for (int resource = RES_MODEL; resource <= last; resource++) {
            vec_each (const char *, base, folders[resource]) {
                add_folder(r, package, resource, *base);
            }
        }
    }
    parse_templates(r);
}

/* ---- two of one name ---- */

static void check_ids(Reader *r)
{
    vec_each (Node *, it, &r->nodes) {
        Node *node = *it;
        if (!node->enabled) {
            continue;
        }
        const Node *other = map_get(&r->by_id, node->id);
        if (other) {
            find_at(r, DIAG_ERROR, P_DUPLICATE_NODE, node->place, "there are two %ss \"%s\"",
                    type_names[node->resource], node->name)
                ->hint = arena_printf(r->arena, "the other is %s:%d; rename one of them",
                                      other->place.file, other->place.line);
        } else {
            map_put(r->arena, &r->by_id, node->id, node);
        }
    }
}

static void check_names(Reader *r)
{
    map_each (it, &r->by_name) {
        const Node *model = NULL, *seed = NULL;
        vec_each (Node *, node, (NodeVec *)it->value) {
            model = (*node)->enabled && (*node)->resource == RES_MODEL ? *node : model;
            seed = (*node)->enabled && (*node)->resource == RES_SEED ? *node : seed;
        }
        if (model && seed && model->package == seed->package) {
            find_at(r, DIAG_ERROR, P_DUPLICATE_NODE, seed->place,
                    "a model and a seed are called \"%s\"", it->key)
                ->hint = arena_printf(r->arena, "the model is %s", model->place.file);
        }
    }
}

void check_doubles(Reader *r)
{
    check_ids(r);
    check_names(r);
}
