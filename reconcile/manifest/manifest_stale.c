/*
 * A manifest is committed beside the sources that it was made from, and nothing keeps the two together. What
 * was edited and not compiled again, or compiled for another target, would deploy something that the commit
 * does not say, so both are looked for as far as the manifest shows it.
 */
#include "manifest.h"

#include "cutover/str.h"

#include <string.h>

/* dbt reads text files with any newline as \n, and takes the white space off both ends. */
static const char *as_dbt_reads(Arena *arena, const char *text)
{
    Buf out = buf_new(arena, (size_t)64 << 20);
    text += str_starts(text, "\xef\xbb\xbf") ? 3 : 0;
    for (const char *p = text; *p; p++) {
        if (*p != '\r') {
            buf_char(&out, *p);
        } else if (p[1] != '\n') {
            buf_char(&out, '\n');
        }
    }
    return str_trim(arena, out.data ? out.data : "");
}

static bool is_same_text(const File *file, const char *code, bool whole)
{
    Arena *scratch = arena_new();
    const char *text = as_dbt_reads(scratch, file->text);
    const char *wanted = as_dbt_reads(scratch, code);
    bool same = whole ? str_eq(text, wanted) : strstr(text, wanted) != NULL;
    arena_free(scratch);
    return same;
}

static void say_stale(Manifest *m, const char *file)
{
    find_at(m->r, DIAG_ERROR, P_STALE, (Place){.file = file}, "%s was made from another text of %s",
            m->path, file)
        ->hint = "run `dbt compile` and commit the manifest together with the sources";
}

static void check_nodes(Manifest *m)
{
    vec_each (Node *, it, &m->r->nodes) {
        const Node *node = *it;
        const char *code = json_get_str(map_get(&m->json_by_id, node->id), "raw_code");
        const File *file = files_get(m->r->files, node->file->path);
        bool own = str_ends(node->path, ".sql") && node->resource != RES_SEED;
        if (own && code && file && !is_same_text(file, code, true)) {
            say_stale(m, file->path);
        }
    }
}

static void check_macros(Manifest *m)
{
    Map said = {0};
    map_each (it, &json_get(m->json, "macros")->members) {
        const char *package = json_get_str(it->value, "package_name");
        const char *path = json_get_str(it->value, "original_file_path");
        const char *code = json_get_str(it->value, "macro_sql");
        const File *file =
            str_eq(package, m->r->root->name) && path ? files_get(m->r->files, path) : NULL;
        if (file && code && !map_get(&said, path) && !is_same_text(file, code, false)) {
            map_put(m->r->arena, &said, path, file);
            say_stale(m, path);
        }
    }
}

/* ---- the target ---- */

static bool is_overridden(const Manifest *m, const char *macro)
{
    return map_get(&m->r->root->macros, macro);
}

/* A model without a config of its own lies where the target says, unless the project's macros decide. */
static void check_target(Manifest *m)
{
    const Target *target = &m->r->target;
    bool schemas = !is_overridden(m, "generate_schema_name");
    bool databases = !is_overridden(m, "generate_database_name");
    vec_each (Node *, it, &m->r->nodes) {
        const Node *node = *it;
        if (!has_relation(node) || node->ephemeral) {
            continue;
        }
        bool other_schema = schemas && !config_get(node, "schema") &&
                            !str_eq(node->production.schema, target->schema);
        bool other_database = databases && !config_get(node, "database") &&
                              !str_eq(node->production.database, target->database);
        if (other_schema || other_database) {
            manifest_finding(m, P_STALE, "%s was compiled for another target than \"%s\": %s is %s",
                             m->path, target->name, node->id,
                             relname_text(m->r->arena, node->production, NULL))
                ->hint = arena_printf(m->r->arena, "run `dbt compile --target %s`", target->name);
            return;
        }
    }
}

void manifest_check_stale(Manifest *m)
{
    check_nodes(m);
    check_macros(m);
    if (m->r->root->yaml) {
        check_target(m);
    }
}
