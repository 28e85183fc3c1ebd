/* compile and validate: files alone; no connection, unless compile is told to ask one. */
#include "commands.h"
#include "loose.h"
#include "node_table.h"
#include "online.h"

#include "cutover/files_disk.h"
#include "cutover/files_wanted.h"
#include "cutover/json.h"
#include "cutover/plan.h"
#include "cutover/str.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { ANSWER_MAX = 256 << 20 };

/* Marks the folders that --out makes (one a package), so that within a project they are never read as a part of it.
 * One that is there already may hold anything, and is left as it is. */
static bool mark_output(const Cli *cli, const char *path, StrVec *seen, Err *err)
{
    const char *folder =
        arena_printf(cli->arena, "%s/%.*s", cli->out, (int)strcspn(path, "/"), path);
    struct stat info;
    if (str_in(seen, folder)) {
        return true;
    }
    vec_push(cli->arena, seen, folder);
    return stat(folder, &info) == 0 ||
           files_disk_write(cli->arena, arena_printf(cli->arena, "%s/" FILES_OUTPUT_TAG, folder),
                            FILES_OUTPUT_SIGNATURE "\n# Written by `cutover compile`.\n", err);
}

static bool write_files(const Cli *cli, const char *folder, const DbtProject *project, Err *err)
{
    StrVec seen = {0};
    VEC(File) files = {0};
    vec_each (const DbtCompiled, it, &project->compiled) {
        if (strstr(it->path, "../") || (cli->out && !mark_output(cli, it->path, &seen, err))) {
            return false;
        }
        vec_push(cli->arena, &files, ((File){it->path, it->text, strlen(it->text)}));
    }
    return files_disk_write_all(cli->arena, folder, files.items, files.count, err);
}

static int answer_compile(const Cli *cli, const Loose *loose, const DbtProject *project, Err *err)
{
    const char *folder =
        cli->out ? cli->out : arena_printf(cli->arena, "%s/target/compiled", loose->folder);
    Buf out = buf_new(cli->arena, ANSWER_MAX);
    if ((!cli->json || cli->out) && !write_files(cli, folder, project, err)) {
        return cli_fail(cli, err);
    }
    if (cli->json) {
        node_table_write(&out, project);
    } else {
        buf_printf(&out, "%zu files written below %s\n", project->compiled.count, folder);
    }
    return cli_answer(&out) ? EXIT_DONE : EXIT_FAILED;
}

bool compile_asks(const Cli *cli)
{
    return cli->materialize;
}

/* The project as OPTIONS say, and what its templates ask is answered by the database of --materialize. */
static DbtProject *compile(const Cli *cli, const EnvironmentConfig *environment,
                           DbtOptions *options, Diags *diags, Err *err)
{
    return compile_asks(cli) ? cli->online->compile(cli, environment, options, diags, err)
                             : dbt_read(cli->arena, options, diags);
}

int cmd_compile(const Cli *cli)
{
    Loose loose;
    Err err = {0};
    Diags diags = diags_new(cli->arena);
    const EnvironmentConfig *environment;
    if (!loose_read(cli, &loose, &diags, &err) ||
        !loose_environment(cli, &loose, &environment, &err)) {
        return loose_stopped(cli, &diags, &err);
    }
    DbtOptions options = loose_options(cli, &loose, environment);
    options.table = cli->json;
    options.analyses = true;
    DbtProject *project = compile(cli, environment, &options, &diags, &err);
    if (!project) {
        return loose_stopped(cli, &diags, &err);
    }
    cli_findings(cli, &diags);
    return answer_compile(cli, &loose, project, &err);
}

typedef struct Counts {
    size_t models, tests, sources;
} Counts;

static void count_project(const DbtProject *project, Counts *counts)
{
    const Desired *desired = project->desired;
    if (desired->nodes.count >= counts->models) {
        *counts = (Counts){desired->nodes.count, desired->tests.count, desired->sources.count};
    }
}

static const Desired *validate_one(const Cli *cli, const Loose *loose,
                                   const EnvironmentConfig *environment, Diags *diags,
                                   Counts *counts)
{
    DbtOptions options = loose_options(cli, loose, environment);
    DbtProject *project = dbt_read(cli->arena, &options, diags);
    if (project) {
        count_project(project, counts);
    }
    return project ? project->desired : NULL;
}

/* The project under every environment's target, or under --target alone. The same finding under two targets is said
 * once: reading stops at the first environment with errors. */
static void validate_all(const Cli *cli, const Loose *loose, const EnvironmentConfig *only,
                         Diags *diags, Counts *counts)
{
    if (cli->target || only || !loose->config) {
        validate_one(cli, loose, only, diags, counts);
        return;
    }
    PlanClaims claims = {0};
    vec_each (const EnvironmentConfig, environment, &loose->config->environments) {
        const Desired *desired = diags_count(diags, DIAG_ERROR) == 0
                                     ? validate_one(cli, loose, environment, diags, counts)
                                     : NULL;
        if (desired) {
            PlanOwnedList owned = plan_owned(cli->arena, desired, environment);
            vec_push(cli->arena, &claims, ((PlanClaim){environment->name, owned}));
        }
    }
    plan_find_shared(cli->arena, &claims, diags);
}

static int answer_validate(const Cli *cli, const Diags *diags, Counts counts)
{
    bool failed = diags_count(diags, DIAG_ERROR) > 0;
    Buf out = buf_new(cli->arena, ANSWER_MAX);
    if (cli->json) {
        JsonOut json = json_out(&out);
        json_open_object(&json);
        json_put_str(&json, "schema", "cutover.findings/1");
        json_key(&json, "diagnostics");
        diags_write_json(&json, diags);
        json_close_object(&json);
        buf_char(&out, '\n');
    } else {
        cli_findings(cli, diags);
        if (!failed) {
            buf_printf(&out, "%zu models, %zu tests, %zu sources: %s\n", counts.models,
                       counts.tests, counts.sources,
                       diags->list.count > 0 ? "warnings only" : "no findings");
        }
    }
    return cli_answer(&out) && !failed ? EXIT_DONE : EXIT_FAILED;
}

int cmd_validate(const Cli *cli)
{
    Loose loose;
    Err err = {0};
    Counts counts = {0};
    Diags diags = diags_new(cli->arena);
    const EnvironmentConfig *environment = NULL;
    bool read =
        loose_read(cli, &loose, &diags, &err) && loose_environment(cli, &loose, &environment, &err);
    if (err.kind != ERR_NONE) {
        return loose_stopped(cli, &diags, &err);
    }
    if (read) {
        validate_all(cli, &loose, environment, &diags, &counts);
    }
    return answer_validate(cli, &diags, counts);
}
