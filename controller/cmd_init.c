/* init: looks at a folder, asks what only a person can know, and writes a first cutover.yaml. */
#include "commands.h"
#include "loose.h"

#include "cutover/files_disk.h"
#include "cutover/sqltok.h"
#include "cutover/str.h"
#include "cutover/toml.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ANSWER_MAX = 1 << 20, FOLDERS_UP = 16 };

typedef struct Init {
    const Cli *cli;
    Arena *arena;
    const char *root;  /* where cutover.yaml goes: the repository's, else the folder itself */
    const char *below; /* the project's folder below ROOT; "." = ROOT */
    Loose loose;
    const char *manifest; /* the sources are beyond the native reader, and this is not; or NULL */
    bool plain;           /* project.toml */
    DbtProject *project;
    StrVec schemas, clusters;
    /* what may be asked */
    const char *environment, *branch, *target;
    StrVec sizes; /* of the clusters; "": it exists, and is cloned as it is */
    Diags diags;
    Err err;
} Init;

/* ---- where ---- */

static bool exists(const Init *in, const char *folder, const char *name)
{
    return access(arena_printf(in->arena, "%s/%s", folder, name), F_OK) == 0;
}

/* cutover.yaml lies at the root of the repository, and the project perhaps below. */
static void find_root(Init *in, const char *folder)
{
    const char *at = folder;
    in->root = folder;
    in->below = ".";
    for (int i = 0; i < FOLDERS_UP && !str_empty(at); i++) {
        if (exists(in, at, ".git")) {
            in->root = at;
            in->below = str_eq(at, folder) ? "." : folder + strlen(at) + 1;
            return;
        }
        at = arena_strndup(in->arena, at, (size_t)(strrchr(at, '/') - at));
    }
}

static bool holds_project(const FileSet *files)
{
    return files_get(files, "dbt_project.yml") || files_get(files, "project.toml");
}

/* The only folder below that holds a project; packages are parts of one. */
static bool find_below(Init *in)
{
    StrVec folders = {0};
    vec_each (File, it, &in->loose.files.list) {
        bool names = str_ends(it->path, "/dbt_project.yml") || str_ends(it->path, "/project.toml");
        if (names && !strstr(it->path, "dbt_packages/")) {
            size_t length = (size_t)(strrchr(it->path, '/') - it->path);
            vec_push(in->arena, &folders, arena_strndup(in->arena, it->path, length));
        }
    }
    if (folders.count > 1) {
        err_set(in->arena, &in->err, ERR_INPUT, "CO1097", "there is more than one project here: %s",
                str_join(in->arena, &folders, ", "));
        in->err.hint = "name one: cutover init --project DIR";
        return false;
    }
    if (folders.count) {
        const char *found = folders.items[0];
        in->loose.folder = arena_printf(in->arena, "%s/%s", in->loose.folder, found);
        in->below =
            str_eq(in->below, ".") ? found : arena_printf(in->arena, "%s/%s", in->below, found);
        in->loose.files = files_below(in->arena, &in->loose.files, found);
    }
    return true;
}

static bool look(Init *in)
{
    char real[PATH_MAX];
    const char *given = in->cli->project ? in->cli->project : ".";
    if (!realpath(given, real)) {
        return err_set(in->arena, &in->err, ERR_NOT_FOUND, "CO3080", "there is no folder %s",
                       given);
    }
    in->loose = (Loose){.folder = arena_strdup(in->arena, real),
                        .env = loose_env(in->arena, NULL),
                        .profiles = loose_profiles(in->arena)};
    find_root(in, in->loose.folder);
    if (exists(in, in->root, "cutover.yaml")) {
        err_set(in->arena, &in->err, ERR_CONFLICT, "CO1096",
                "%s/cutover.yaml is there already, and nothing is overwritten", in->root);
        in->err.hint = "next: cutover validate";
        return false;
    }
    return files_disk_read(in->arena, in->loose.folder, NULL, &in->loose.files, &in->diags,
                           &in->err) &&
           (holds_project(&in->loose.files) || find_below(in));
}

/* ---- what for ---- */

static const Yaml *parse_yaml(Init *in, const FileSet *files, const char *path)
{
    Diags ignored = diags_new(in->arena); /* reading the project says it, with its place */
    const File *file = files ? files_get(files, path) : NULL;
    return file ? yaml_parse(in->arena, path, file->text, file->length,
                             (YamlLimits){.last_wins = true}, "CO3001", &ignored)
                : NULL;
}

/* Outputs of the project's profile, or the tables of project.toml. */
static const Yaml *known_targets(Init *in, const char **usual)
{
    *usual = NULL;
    if (in->plain) {
        Diags ignored = diags_new(in->arena);
        const File *file = files_get(&in->loose.files, "project.toml");
        return toml_parse(in->arena, file->path, file->text, file->length, "CO3063", &ignored);
    }
    const Yaml *project = parse_yaml(in, &in->loose.files, "dbt_project.yml");
    const Yaml *profiles = parse_yaml(in, in->loose.profiles, "profiles.yml");
    profiles = profiles ? profiles : parse_yaml(in, &in->loose.files, "profiles.yml");
    const char *name = yaml_text(yaml_get(project, "profile"));
    const Yaml *profile = name ? yaml_get(profiles, name) : NULL;
    *usual = yaml_text(yaml_get(profile, "target"));
    return yaml_get(profile, "outputs");
}

/* What people call production, else what dbt would take, else the first. */
static const char *choose_target(Init *in)
{
    static const char *const names[] = {"prod", "production"};
    const char *usual;
    const Yaml *known = known_targets(in, &usual);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (yaml_get(known, names[i])) {
            return names[i];
        }
    }
    if (in->plain || (usual && yaml_get(known, usual))) {
        return in->plain ? "production" : usual;
    }
    return known && known->members.count ? known->members.items[0].key : "prod";
}

/* The branch that the remote calls its own, else main or master, whichever there is. */
static const char *choose_branch(Init *in)
{
    static const char head[] = "ref: refs/remotes/origin/";
    Err ignored = {0};
    const File *file = files_disk_one(
        in->arena, arena_printf(in->arena, "%s/.git/refs/remotes/origin/HEAD", in->root), 0,
        &ignored);
    if (file && str_starts(file->text, head)) {
        return str_trim(in->arena, file->text + strlen(head));
    }
    bool master = exists(in, in->root, ".git/refs/heads/master");
    return master && !exists(in, in->root, ".git/refs/heads/main") ? "master" : "main";
}

/* ---- reading ---- */

static DbtProject *try_read(Init *in, Diags *diags)
{
    DbtOptions options = loose_options(in->cli, &in->loose, NULL);
    options.target = in->target;
    options.manifest = in->manifest;
    return dbt_read(in->arena, &options, diags);
}

static bool add_manifest(Init *in)
{
    static const char *const paths[] = {"target/manifest.json", "manifest.json"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        Err ignored = {0};
        const char *path = arena_printf(in->arena, "%s/%s", in->loose.folder, paths[i]);
        const File *file = files_disk_one(in->arena, path, 256 << 20, &ignored);
        if (file) {
            files_add(in->arena, &in->loose.files, (File){paths[i], file->text, file->length});
            in->manifest = paths[i];
            return true;
        }
    }
    return false;
}

/* The sources where they can be read, else what dbt made of them. */
static bool read_project(Init *in)
{
    Diags native = diags_new(in->arena), compiled = diags_new(in->arena);
    bool sources = holds_project(&in->loose.files);
    in->project = sources ? try_read(in, &native) : NULL;
    if (!in->project && !in->plain && add_manifest(in)) {
        in->project = try_read(in, &compiled);
    }
    if (!in->project && !sources && !in->manifest) {
        err_set(in->arena, &in->err, ERR_NOT_FOUND, "CO1097",
                "%s holds no dbt_project.yml, project.toml or target/manifest.json",
                in->loose.folder);
        in->err.hint = "go to the project's folder, or name it: cutover init --project DIR";
    }
    in->diags = in->manifest && (in->project || !sources) ? compiled : native;
    return in->project;
}

static void add_once(Init *in, StrVec *names, const char *name)
{
    if (!str_empty(name) && !str_in(names, name)) {
        vec_push(in->arena, names, name);
    }
}

static void collect(Init *in)
{
    vec_each (DesiredNode, node, &in->project->desired->nodes) {
        add_once(in, &in->schemas, node->rel.schema);
        add_once(in, &in->clusters, node->cluster);
        vec_each (DesiredIndex, index, &node->indexes) {
            add_once(in, &in->clusters, index->cluster);
        }
    }
    vec_each (DesiredExternal, it, &in->project->desired->externals) {
        vec_each (DesiredIndex, index, &it->indexes) {
            add_once(in, &in->clusters, index->cluster);
        }
    }
    vec_sort(&in->clusters, str_compare);
}

/* ---- telling ---- */

/* "schemas a, b and c" */
static const char *listed(Init *in, const char *what, const StrVec *names)
{
    if (names->count < 2) {
        return arena_printf(in->arena, "%s %s", what, names->items[0]);
    }
    StrVec first = *names;
    first.count--;
    return arena_printf(in->arena, "%ss %s and %s", what, str_join(in->arena, &first, ", "),
                        vec_last(names));
}

static void tell_found(Init *in, Buf *out)
{
    const Desired *desired = in->project->desired;
    if (in->plain) {
        buf_text(out, "found a plain SQL project: ");
    } else {
        buf_printf(out, "found %s \"%s\": ", in->manifest ? "dbt's manifest of" : "a dbt project",
                   desired->project);
    }
    buf_printf(out, "%zu model%s", desired->nodes.count, desired->nodes.count == 1 ? "" : "s");
    if (in->schemas.count) {
        buf_printf(out, ", %s", listed(in, "schema", &in->schemas));
    }
    if (in->clusters.count) {
        buf_printf(out, ", %s", listed(in, "cluster", &in->clusters));
    }
    buf_printf(out, " (%s, %s %s)\n",
               in->plain      ? "project.toml"
               : in->manifest ? in->manifest
                              : "profiles.yml",
               in->plain ? "profile" : "target", in->target);
}

/* ---- asking ---- */

/* False: nobody answered, or nobody can. */
static bool ask(Init *in)
{
    const Cli *cli = in->cli;
    if (!cli_ask_text(cli, "name of the environment", &in->environment) ||
        !cli_ask_text(cli, "branch that it follows", &in->branch)) {
        return false;
    }
    vec_each (const char *, cluster, &in->clusters) {
        const char *size = "";
        const char *question = arena_printf(
            in->arena, "size of cluster %s, such as 25cc (empty: it exists, keep its size)",
            *cluster);
        if (!cli_ask_text(cli, question, &size)) {
            return false;
        }
        vec_push(in->arena, &in->sizes, size);
    }
    return true;
}

/* ---- writing ---- */

/* A text as YAML reads it back, whatever it holds. */
static const char *quoted(Init *in, const char *text)
{
    size_t plain =
        strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_/.");
    bool safe = *text && !text[plain] && strchr("_/.0123456789", *text) == NULL;
    return safe ? text : sql_literal(in->arena, text);
}

static void put_clusters(Init *in, Buf *out)
{
    Buf sized = buf_new(in->arena, ANSWER_MAX), open = buf_new(in->arena, ANSWER_MAX);
    for (size_t i = 0; i < in->clusters.count; i++) {
        const char *size = i < in->sizes.count ? in->sizes.items[i] : "";
        Buf *into = *size ? &sized : &open;
        buf_printf(into, "%s%s: {size: %s}", into->length ? ", " : "",
                   quoted(in, in->clusters.items[i]), *size ? quoted(in, size) : "25cc");
    }
    if (sized.length) {
        buf_printf(out, "    clusters: {%s}   # created when absent\n", sized.data);
    }
    if (open.length) {
        buf_printf(out,
                   "    # What is not listed must exist, and is cloned as it is. To have it made "
                   "and sized:\n"
                   "    # clusters: {%s}\n",
                   open.data);
    }
}

static const char *text_of(Init *in)
{
    Buf out = buf_new(in->arena, ANSWER_MAX);
    StrVec project = {0};
    buf_text(&out, "version: 1\n");
    if (!str_eq(in->below, ".")) {
        vec_push(in->arena, &project, arena_printf(in->arena, "path: %s", quoted(in, in->below)));
    }
    if (in->manifest) {
        vec_push(in->arena, &project, arena_printf(in->arena, "manifest: %s", in->manifest));
    }
    if (project.count) {
        buf_printf(&out, "project: {%s}\n", str_join(in->arena, &project, ", "));
    }
    buf_printf(&out, "environments:\n  %s:\n    branch: %s   # a merge into it deploys\n",
               in->environment, quoted(in, in->branch));
    if (!str_eq(in->target, in->environment)) {
        buf_printf(&out, "    target: %s   # %s\n", quoted(in, in->target),
                   in->plain
                       ? "profile in project.toml"
                       : "output in profiles.yml: schema, database and cluster come from there");
    }
    put_clusters(in, &out);
    return out.data;
}

/* Whoever writes the same name at the same moment wins, and is not overwritten. */
static bool write_new(Init *in, const char *text)
{
    const char *path = arena_printf(in->arena, "%s/cutover.yaml", in->root);
    config_read(in->arena, "cutover.yaml", text, strlen(text), &in->diags);
    if (diags_count(&in->diags, DIAG_ERROR)) {
        return false;
    }
    FILE *file = fopen(path, "wxe");
    bool done = file && fputs(text, file) >= 0;
    if (file && fclose(file) != 0) {
        done = false;
    }
    return done || err_set(in->arena, &in->err, ERR_INPUT, "CO3080", "%s cannot be written: %s",
                           path, strerror(errno));
}

static int stopped(const Init *in)
{
    cli_findings(in->cli, &in->diags);
    return in->err.kind == ERR_NONE ? EXIT_FAILED : cli_fail(in->cli, &in->err);
}

/* The controller reads what is committed, and nobody's home. */
static void warn_profiles(const Init *in)
{
    if (!in->plain && files_get(&in->loose.files, "dbt_project.yml") &&
        !files_get(&in->loose.files, "profiles.yml")) {
        cli_say(in->cli, "profiles.yml is not in the project: commit one beside dbt_project.yml, "
                         "without secrets, or a controller cannot read it");
    }
}

int cmd_init(const Cli *cli)
{
    Init in = {.cli = cli, .arena = cli->arena, .environment = "production"};
    in.diags = diags_new(cli->arena);
    if (!look(&in)) {
        return stopped(&in);
    }
    in.plain = !files_get(&in.loose.files, "dbt_project.yml") &&
               files_get(&in.loose.files, "project.toml") != NULL;
    in.target = choose_target(&in);
    in.branch = choose_branch(&in);
    if (!read_project(&in)) {
        return stopped(&in);
    }
    collect(&in);
    Buf out = buf_new(cli->arena, ANSWER_MAX);
    tell_found(&in, &out);
    if (!cli_answer(&out)) {
        return EXIT_FAILED;
    }
    if (!ask(&in)) {
        return EXIT_BLOCKED;
    }
    if (!write_new(&in, text_of(&in))) {
        return stopped(&in);
    }
    warn_profiles(&in);
    buf_reset(&out);
    buf_printf(&out,
               "wrote %scutover.yaml (environment %s, branch %s).    next: cutover validate, "
               "cutover plan\n",
               str_eq(in.below, ".") ? "" : arena_printf(cli->arena, "%s/", in.root),
               in.environment, in.branch);
    return cli_answer(&out) ? EXIT_DONE : EXIT_FAILED;
}
