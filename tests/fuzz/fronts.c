/* Fuzzers of the front ends that read one file whole: dbt's manifest.json, project.toml, and an object of plain SQL. */
#include "fuzz.h"

#include "cutover/dbt.h"
#include "cutover/toml.h"

#include <string.h>

static void add(Arena *arena, FileSet *files, const char *path, const char *text, size_t length)
{
    files_add(arena, files, (File){path, arena_strndup(arena, text, length), length});
}

/* In production's names and in green ones. */
static void read_twice(Arena *arena, const FileSet *files, const char *manifest)
{
    Map env = {0};
    NameMap names = {0};
    map_put(arena, &names.schemas, schema_key(arena, "m", "s"), "s_green");
    map_put(arena, &names.clusters, "c", "c_green");
    for (int green = 0; green < 2; green++) {
        DbtOptions options = {.files = files,
                              .target = "prod",
                              .env = &env,
                              .manifest = manifest,
                              .steps = 20000,
                              .names = green ? &names : NULL};
        Diags diags = diags_new(arena);
        dbt_read(arena, &options, &diags);
        Buf out = buf_new(arena, 1 << 20);
        diags_write_text(&out, &diags, false);
    }
}

static void read_manifest(Arena *arena, const char *text, size_t length)
{
    FileSet files = {0};
    add(arena, &files, "manifest.json", text, length);
    add(arena, &files, "seeds/s.csv", "a,b\n1,x\n", strlen("a,b\n1,x\n"));
    read_twice(arena, &files, "manifest.json");
}

static void read_toml(Arena *arena, const char *text, size_t length)
{
    FileSet files = {0};
    const char *sql = "create view v as select :x, :'y' from a.b";
    add(arena, &files, "project.toml", text, length);
    add(arena, &files, "models/m/s/v.sql", sql, strlen(sql));
    read_twice(arena, &files, NULL);
}

static void read_plain_sql(Arena *arena, const char *text, size_t length)
{
    FileSet files = {0};
    const char *toml = "dependencies = [\"m.raw.t\"]\n[prod]\nvariables = {x = \"1\"}\n";
    const char *other = "create materialized view t in cluster c as select 1 as id";
    add(arena, &files, "project.toml", toml, strlen(toml));
    add(arena, &files, "models/m/s/t.sql", other, strlen(other));
    add(arena, &files, "models/m/s/v.sql", text, length);
    read_twice(arena, &files, NULL);
}

const FuzzTarget fuzz_targets[] = {
    {"manifest", read_manifest},
    {"toml", read_toml},
    {"plain_sql", read_plain_sql},
    {NULL, NULL},
};
