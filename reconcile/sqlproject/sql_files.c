/* Which files are objects: models/<database>/<schema>/<name>.sql, or <name>#<profile>.sql for one profile alone. */
#include "sqlproject.h"

#include "cutover/str.h"

#include <ctype.h>
#include <string.h>

typedef struct Chosen {
    const File *file;
    const char *variant; /* profile behind '#', or NULL */
    StrVec parts;        /* database, schema, name */
} Chosen;

/* Lower case, so that a name means the same with and without quotes. */
static bool is_identifier(const char *text)
{
    bool good = islower((unsigned char)*text) || *text == '_';
    for (const char *p = text; good && *p; p++) {
        good = islower((unsigned char)*p) || isdigit((unsigned char)*p) || *p == '_' || *p == '$';
    }
    return good;
}

static bool misplaced(SqlProject *p, const File *file, const char *why)
{
    find_at(p->r, DIAG_ERROR, P_MISPLACED, (Place){.file = file->path}, "%s", why)->hint =
        "an object lies in models/<database>/<schema>/<name>.sql";
    return false;
}

/* Comments alone do nothing; anything else there would be lost. */
static void refuse_mod_file(SqlProject *p, const File *file)
{
    SqlToks toks = {0};
    Err err = {0};
    if (!sql_tokens(p->r->arena, file->text, file->length, &toks, &err) || toks.count > 1) {
        find_at(p->r, DIAG_ERROR, P_UNSUPPORTED, (Place){.file = file->path},
                "statements about a whole schema or database are not yet supported")
            ->hint =
            "grant and comment once by hand and remove the file: what production has, green gets";
    }
}

static bool split_path(SqlProject *p, const File *file, Chosen *chosen)
{
    Arena *arena = p->r->arena;
    const char *rest = file->path + strlen("models/");
    const char *below = arena_strndup(arena, rest, strlen(rest) - strlen(".sql"));
    StrVec parts = str_split(arena, below, '/');
    if (parts.count < 3) {
        refuse_mod_file(p, file);
        return false;
    }
    if (parts.count > 3) {
        return misplaced(p, file, "the folder is too deep");
    }
    char *mark = strrchr(parts.items[2], '#');
    if (mark) {
        *mark = '\0';
    }
    vec_each (const char *, it, &parts) {
        if (!is_identifier(*it)) {
            return misplaced(
                p, file,
                arena_printf(arena, "\"%s\" is no name: lower case letters, digits, _ and $", *it));
        }
    }
    *chosen = (Chosen){file, mark ? mark + 1 : NULL, parts};
    return !mark || str_eq(mark + 1, p->r->target.name);
}

static void add_object(SqlProject *p, const Chosen *chosen)
{
    Reader *r = p->r;
    const char *database = chosen->parts.items[0], *schema = chosen->parts.items[1];
    const char *name = chosen->parts.items[2];
    SqlObject *object = arena_make(r->arena, SqlObject);
    object->written = (RelName){database, schema, name};
    Node *node = add_node(r, r->root, RES_MODEL, name);
    node->id = arena_printf(r->arena, "model.%s.%s.%s", database, schema, name);
    node->file = chosen->file;
    node->path = chosen->file->path;
    node->place = (Place){node->path, 1, 1, 1};
    vec_push(r->arena, &node->fqn, r->root->name);
    vec_push(r->arena, &node->fqn, database);
    vec_push(r->arena, &node->fqn, schema);
    vec_push(r->arena, &node->fqn, name);
    object->node = node;
    index_node(r, node);
    claim_relation(r, node,
                   (RelName){arena_printf(r->arena, "%s%s", database, p->suffix), schema, name});
    map_put(r->arena, &p->by_written, relname_key(r->arena, object->written), object);
    vec_push(r->arena, &p->objects, object);
}

void sql_find_objects(SqlProject *p)
{
    Arena *arena = p->r->arena;
    Map chosen = {0}; /* relname_key() to Chosen * */
    vec_each (File, it, &p->r->files->list) {
        Chosen *one = arena_make(arena, Chosen);
        if (!str_starts(it->path, "models/") || !str_ends(it->path, ".sql") ||
            !split_path(p, it, one)) {
            continue;
        }
        const char *key = relname_key(
            arena, (RelName){one->parts.items[0], one->parts.items[1], one->parts.items[2]});
        const Chosen *other = map_get(&chosen, key);
        if (!other || one->variant) {
            map_put(arena, &chosen, key, one);
        }
    }
    map_each (it, &chosen) {
        add_object(p, it->value);
    }
}
