/* ls: what a selection holds, one unique name a line, as dbt ls prints them. Files alone; state: asks Materialize. */
#include "commands.h"
#include "loose.h"
#include "online.h"

#include "cutover/json.h"
#include "cutover/str.h"

#include <string.h>

enum { ANSWER_MAX = 64 << 20 };

/* What the flags say; without any an environment's own selection, or the default of selectors.yml. */
static bool wanted(const Cli *cli, const EnvironmentConfig *environment, SelectWanted *out,
                   Err *err)
{
    *out = (SelectWanted){.selector = cli->selector, .standard = !environment};
    if (cli->indirect_selection && !select_indirect(cli->indirect_selection, &out->indirect)) {
        return err_set(cli->arena, err, ERR_INPUT, "CO1090",
                       "--indirect-selection: eager, cautious, buildable or empty, not \"%s\"",
                       cli->indirect_selection);
    }
    if (cli->selector && (cli->select || cli->exclude)) {
        return err_set(cli->arena, err, ERR_INPUT, "CO1090",
                       "--selector takes the place of --select and --exclude");
    }
    bool silent = !cli->select && !cli->exclude && !cli->selector;
    if (silent && environment && environment->selection) {
        *out = *environment->selection;
    }
    select_flag(cli->arena, &out->include, cli->select, "--select");
    select_flag(cli->arena, &out->exclude, cli->exclude, "--exclude");
    return true;
}

/* ---- kinds ---- */

/* Which kinds are wanted: those of --resource-type, or all, without those of --exclude-resource-type. */
typedef struct Kinds {
    StrVec wanted, unwanted; /* WANTED empty: all */
} Kinds;

static bool read_kind(const Cli *cli, const char *word, bool can_all, StrVec *out, Err *err)
{
    static const char *const known[] = {"model",    "seed",     "source", "test",
                                        "exposure", "analysis", NULL};
    bool several = str_eq(word, "all") || str_eq(word, "default");
    if (!str_one_of(known, word) && !(can_all && several)) {
        return err_set(
            cli->arena, err, ERR_INPUT, "CO1090",
            "a resource type is model, seed, source, test, exposure or analysis, not \"%s\"", word);
    }
    vec_push(cli->arena, out, word);
    return true;
}

/* TEXT holds several with blanks between. As in dbt, `all` and `default` can be wanted and not be left out. */
static bool read_kinds(const Cli *cli, const char *text, bool can_all, StrVec *out, Err *err)
{
    StrVec words = str_split(cli->arena, text ? text : "", ' ');
    bool ok = true;
    for (size_t i = 0; ok && i < words.count; i++) {
        ok = str_empty(words.items[i]) || read_kind(cli, words.items[i], can_all, out, err);
    }
    return ok;
}

static bool is_named(const StrVec *kinds, const char *type)
{
    bool usual = !str_eq(type, "analysis"); /* listed when they are asked for alone, as by dbt */
    return str_in(kinds, type) || str_in(kinds, "all") || (usual && str_in(kinds, "default"));
}

/* What is listed is a part of what is selected: parents and tests are found before. */
static void keep_kinds(const Kinds *kinds, DbtProject *project)
{
    const char *word = "default";
    const StrVec usual = {.items = &word, .count = 1};
    size_t kept = 0;
    for (size_t i = 0; i < project->selected.count; i++) {
        const DbtListed *it = &project->selected.items[i];
        bool in = is_named(kinds->wanted.count ? &kinds->wanted : &usual, it->type);
        if (in && !is_named(&kinds->unwanted, it->type)) {
            project->selected.items[kept++] = *it;
        }
    }
    project->selected.count = kept;
}

/* ---- answering ---- */

static void write_json(Buf *out, const DbtProject *project)
{
    JsonOut json = json_out(out);
    json_open_object(&json);
    json_put_str(&json, "schema", "cutover.list/1");
    json_key(&json, "nodes");
    json_open_array(&json);
    vec_each (const DbtListed, it, &project->selected) {
        json_open_object(&json);
        json_put_str(&json, "id", it->id);
        json_put_str(&json, "resource", it->type);
        json_put_str(&json, "name", it->text);
        json_close_object(&json);
    }
    json_close_array(&json);
    json_close_object(&json);
    buf_char(out, '\n');
}

static int answer(const Cli *cli, const DbtProject *project)
{
    Buf out = buf_new(cli->arena, ANSWER_MAX);
    if (cli->json) {
        write_json(&out, project);
    }
    for (size_t i = 0; !cli->json && i < project->selected.count; i++) {
        buf_printf(&out, "%s\n", project->selected.items[i].text);
    }
    return !out.length || cli_answer(&out) ? EXIT_DONE : EXIT_FAILED;
}

bool ls_asks(const Cli *cli)
{
    return (cli->select && strstr(cli->select, "state:")) ||
           (cli->exclude && strstr(cli->exclude, "state:"));
}

int cmd_ls(const Cli *cli)
{
    Loose loose;
    Err err = {0};
    Diags diags = diags_new(cli->arena);
    const EnvironmentConfig *environment = NULL;
    SelectWanted select;
    Kinds kinds = {0};
    if (!loose_read(cli, &loose, &diags, &err) ||
        !loose_environment(cli, &loose, &environment, &err) ||
        !wanted(cli, environment, &select, &err) ||
        !read_kinds(cli, cli->resource_type, true, &kinds.wanted, &err) ||
        !read_kinds(cli, cli->exclude_resource_type, false, &kinds.unwanted, &err) ||
        (ls_asks(cli) && !cli->online->state(cli, &select.state, &diags, &err))) {
        return loose_stopped(cli, &diags, &err);
    }
    DbtOptions options = loose_options(cli, &loose, environment);
    options.select = &select;
    options.only_list = true;
    options.analyses = true;
    DbtProject *project = dbt_read(cli->arena, &options, &diags);
    if (!project) {
        return loose_stopped(cli, &diags, &err);
    }
    keep_kinds(&kinds, project);
    cli_findings(cli, &diags);
    return answer(cli, project);
}
