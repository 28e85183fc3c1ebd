#include "cutover/desired.h"

#include "cutover/buf.h"
#include "cutover/digest.h"
#include "cutover/sqltok.h"
#include "cutover/str.h"

#include <string.h>

#define LARGEST_CANON ((size_t)512 * 1024 * 1024)

RelName namemap_rel(Arena *arena, const NameMap *map, RelName rel)
{
    const char *schema =
        map ? map_get(&map->schemas, schema_key(arena, rel.database, rel.schema)) : NULL;
    const char *name =
        map && map->relations.count ? map_get(&map->relations, relname_key(arena, rel)) : NULL;
    rel.schema = schema ? schema : rel.schema;
    rel.name = name ? name : rel.name;
    return rel;
}

const char *namemap_cluster(const NameMap *map, const char *cluster)
{
    const char *green = map ? map_get(&map->clusters, cluster) : NULL;
    return green ? green : cluster;
}

/* ---- kinds ---- */

typedef struct KindNames {
    const char *text, *catalog;
} KindNames;

static const KindNames kinds[] = {
    [NODE_VIEW] = {"view", "view"},
    [NODE_MATERIALIZED_VIEW] = {"materialized view", "materialized-view"},
    [NODE_SEED] = {"seed", "table"},
    [NODE_SOURCE] = {"source", "source"},
    [NODE_SOURCE_TABLE] = {"source table", "table"},
    [NODE_TABLE] = {"table", "table"},
    [NODE_SINK] = {"sink", "sink"},
};

const char *node_kind_text(NodeKind kind)
{
    return kinds[kind].text;
}

const char *node_kind_catalog(NodeKind kind)
{
    return kinds[kind].catalog;
}

bool node_kind_stays(NodeKind kind)
{
    return kind == NODE_SOURCE || kind == NODE_SOURCE_TABLE || kind == NODE_TABLE;
}

/* ---- digests ---- */

/* A field with its length in front, so that no two lists of fields give one text. */
bool desired_grants(const DesiredNode *node, const char *grantee, const char *privilege)
{
    vec_each (DesiredGrant, it, &((DesiredNode *)node)->grants) {
        if (str_eq(it->grantee, grantee) && str_eq(it->privilege, privilege)) {
            return true;
        }
    }
    return false;
}

bool desired_describes(const DesiredNode *node, const char *column)
{
    vec_each (DesiredComment, it, &((DesiredNode *)node)->comments) {
        if (str_eq(it->column, column)) {
            return true;
        }
    }
    return false;
}

static void put(Buf *buf, const char *text)
{
    if (text) {
        size_t length = strlen(text);
        buf_count(buf, length);
        buf_char(buf, ':');
        buf_add(buf, text, length);
        buf_char(buf, '\n');
    } else {
        buf_text(buf, "-\n");
    }
}

static void put_rel(Buf *buf, RelName rel)
{
    put(buf, rel.database);
    put(buf, rel.schema);
    put(buf, rel.name);
}

/* Tokens, not text: white space, comments and the case of keywords do not make a change. SCRATCH holds them. */
static void put_sql(Arena *scratch, Buf *buf, const char *sql)
{
    SqlToks toks = {0};
    Err err = {0};
    if (!sql || !sql_tokens(scratch, sql, strlen(sql), &toks, &err)) {
        put(buf, sql);
        toks.count = 0;
    }
    vec_each (SqlTok, it, &toks) {
        /* An unquoted and a quoted spelling of one name are the same name. */
        buf_count(buf, it->kind == SQL_QUOTED ? SQL_WORD : it->kind);
        put(buf, it->value);
    }
}

static void put_seed(Buf *buf, const SeedData *seed)
{
    vec_each (SeedColumn, it, &seed->columns) {
        put(buf, it->name);
        put(buf, it->type);
    }
    vec_each (const char **, row, &seed->rows) {
        for (size_t i = 0; i < seed->columns.count; i++) {
            put(buf, (*row)[i]);
        }
    }
}

static char *versioned(Arena *arena, const Buf *buf)
{
    return str_concat(arena, "v1:", digest_sha256(arena, buf->data, buf->length), NULL);
}

static char *node_digest(Arena *arena, Arena *scratch, const DesiredNode *node)
{
    Buf buf = buf_new(scratch, LARGEST_CANON);
    put(&buf, node_kind_text(node->kind));
    put_rel(&buf, node->rel);
    put(&buf, node->cluster);
    put(&buf, node->options);
    put_sql(scratch, &buf, node->sql);
    if (node->seed) {
        put_seed(&buf, node->seed);
    }
    vec_each (const char *, hook, &node->hooks) {
        put_sql(scratch, &buf,
                *hook); /* what a hook did cannot be compared, only whether it changed */
    }
    char *digest = versioned(arena, &buf);
    arena_clear(scratch);
    return digest;
}

/* How many tokens the dotted name at the beginning of TOKS has; 0: there is none, or none of a relation. */
static size_t dotted_tokens(const SqlTok *toks)
{
    size_t count = sql_is_name(toks) ? 1 : 0;
    while (count && sql_is_symbol(&toks[count], ".") && sql_is_name(&toks[count + 1])) {
        count += 2;
    }
    return count <= 5 ? count : 0;
}

/* The body of a sink, "FROM name INTO ...", with another name. */
static const char *body_from(Arena *arena, const char *sql, RelName from)
{
    SqlToks toks = {0};
    Err err = {0};
    if (!sql || !sql_tokens(arena, sql, strlen(sql), &toks, &err) ||
        !sql_is_word(toks.items, "from")) {
        return NULL;
    }
    const char *names[] = {from.database, from.schema, from.name};
    size_t count = dotted_tokens(toks.items + 1);
    StrVec parts = {0};
    for (size_t i = 3 - (count + 1) / 2; count && i < 3; i++) {
        vec_push(arena, &parts, sql_ident(arena, names[i]));
    }
    return count ? str_concat(arena, "FROM ", str_join(arena, &parts, "."),
                              sql + toks.items[count].end, NULL)
                 : NULL;
}

const char *desired_digest_from(Arena *arena, const DesiredNode *sink, RelName from)
{
    DesiredNode other = *sink;
    other.sql = body_from(arena, sink->sql, from);
    if (!other.sql) {
        return NULL;
    }
    Arena *scratch = arena_new();
    char *digest = node_digest(arena, scratch, &other);
    arena_free(scratch);
    return digest;
}

char *desired_index_digest(Arena *arena, RelName on, const DesiredIndex *index)
{
    Arena *scratch = arena_new();
    Buf buf = buf_new(scratch, LARGEST_CANON);
    put(&buf, index->name);
    put_rel(&buf, on);
    put(&buf, index->cluster);
    put_sql(scratch, &buf, index->keys);
    char *digest = versioned(arena, &buf);
    arena_free(scratch);
    return digest;
}

static void put_satellites(Arena *arena, Buf *buf, RelName on, const DesiredIndexes *indexes,
                           const DesiredGrants *grants, const DesiredComments *comments)
{
    vec_each (DesiredIndex, it, indexes) {
        put(buf, desired_index_digest(arena, on, it));
    }
    vec_each (DesiredGrant, it, grants) {
        put(buf, it->privilege);
        put(buf, it->grantee);
    }
    vec_each (DesiredComment, it, comments) {
        put(buf, it->column);
        put(buf, it->text);
    }
}

static char *manifest_digest(Arena *arena, const Desired *desired)
{
    Arena *scratch = arena_new(), *tokens = arena_new();
    Buf buf = buf_new(scratch, LARGEST_CANON);
    vec_each (DesiredNode, it, &desired->nodes) {
        put(&buf, it->id);
        put(&buf, it->digest);
        put_satellites(scratch, &buf, it->rel, &it->indexes, &it->grants, &it->comments);
        vec_each (const char *, hook, &it->hooks) {
            put(&buf, *hook);
        }
    }
    vec_each (DesiredExternal, it, &desired->externals) {
        put_rel(&buf, it->rel);
        put_satellites(scratch, &buf, it->rel, &it->indexes, &it->grants, &it->comments);
    }
    vec_each (DesiredTest, it, &desired->tests) {
        put(&buf, it->id);
        put_sql(tokens, &buf, it->sql);
        put(&buf, it->severity);
        arena_clear(tokens);
    }
    arena_free(tokens);
    char *digest = digest_sha256(arena, buf.data, buf.length);
    arena_free(scratch);
    return digest;
}

typedef struct Sealing {
    Arena *arena;
    DesiredNode *nodes;
} Sealing;

static void seal_nodes(void *half, size_t from, size_t to)
{
    const Sealing *it = half;
    Arena *scratch = arena_new();
    for (size_t i = from; i < to; i++) {
        it->nodes[i].digest = node_digest(it->arena, scratch, &it->nodes[i]);
    }
    arena_free(scratch);
}

void desired_seal(Arena *arena, Desired *desired, Halves *halves)
{
    Sealing first = {arena, desired->nodes.items}, second = {arena_new(), desired->nodes.items};
    halves(desired->nodes.count, seal_nodes, &first, &second);
    arena_adopt(arena, second.arena);
    vec_each (DesiredNode, it, &desired->nodes) {
        map_put(arena, &desired->node_by_id, it->id, it);
        map_put(arena, &desired->node_by_rel, relname_key(arena, it->rel), it);
    }
    desired->manifest_digest = manifest_digest(arena, desired);
}
