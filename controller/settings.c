#include "cutover/settings.h"

#include "cutover/digest.h"
#include "cutover/files_disk.h"
#include "cutover/log.h"
#include "cutover/str.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define KIB INT64_C(1024)
#define MIB (KIB * 1024)
#define GIB (MIB * 1024)
#define DAY 86400

enum { SECRET_BYTES = 65536 };

/* ---- addresses ---- */

/* What stands before '@' in scheme://user:password@host, or NULL. */
static const char *user_info(Arena *arena, const char *url)
{
    const char *start = strstr(url, "://");
    if (!start) {
        return NULL;
    }
    start += 3;
    size_t length = strcspn(start, "/?#");
    const char *at = memrchr(start, '@', length);
    return at ? arena_strndup(arena, start, (size_t)(at - start)) : NULL;
}

bool settings_address_is_clean(Arena *arena, const char *url)
{
    const char *user = user_info(arena, url);
    bool http = strncasecmp(url, "http", 4) == 0;
    return (!user || (!http && !strchr(user, ':'))) && !strcasestr(url, "password=");
}

/* Nobody can look at a file's address before it is judged, so its finding names the key alone. */
static void check_address(Decode *d, const YamlMember *member, const char *path, const char *url)
{
    const Yaml *value = yaml_get(member->value, "url");
    if (url && value && !settings_address_is_clean(d->arena, url)) {
        Diag *diag = decode_finding(d, value->line, value->column, "CO1093",
                                    "%s.url must not hold a password or token", path);
        diag->hint = "give it apart: {env: NAME} or {file: PATH}";
    }
}

/* ---- repositories ---- */

#define REPOSITORY(member) offsetof(RepositorySettings, member)

static const DecodeField repository_fields[] = {
    {.key = "url", .type = DECODE_TEXT, .offset = REPOSITORY(url), .required = true},
    {.key = "path", .type = DECODE_TEXT, .offset = REPOSITORY(path)},
    {.key = "branch", .type = DECODE_TEXT, .offset = REPOSITORY(branch)},
    {.key = "environments", .type = DECODE_TEXTS, .offset = REPOSITORY(environments)},
    {.key = "interval",
     .type = DECODE_DURATION,
     .offset = REPOSITORY(interval),
     .min = 1,
     .max = DAY},
    {.key = "token", .type = DECODE_SECRET, .offset = REPOSITORY(token)},
    {.key = "username", .type = DECODE_TEXT, .offset = REPOSITORY(username)},
    {.key = "ssh_key", .type = DECODE_LATER},
    {.key = "known_hosts", .type = DECODE_LATER},
    {.key = "ca", .type = DECODE_SECRET, .offset = REPOSITORY(ca)},
    {.key = "hook_secret", .type = DECODE_LATER},
    {.key = "forge", .type = DECODE_LATER},
    {.key = "forks", .type = DECODE_LATER, .words = "ignore"},
    {.key = "env", .type = DECODE_TEXTS, .offset = REPOSITORY(env)},
    {.key = "max_size",
     .type = DECODE_BYTES,
     .offset = REPOSITORY(max_size),
     .min = MIB,
     .max = 16 * GIB},
    {0},
};

static RepositorySettings new_repository(const char *name, const char *url)
{
    return (RepositorySettings){
        .name = name, .url = url, .path = "cutover.yaml", .interval = 60, .max_size = 512 * MIB};
}

static void check_named(Decode *d, const YamlMember *member, const char *what)
{
    if (!decode_is_name(member->key)) {
        decode_finding(d, member->key_line, member->key_column, "CO1009",
                       "%s \"%s\" must be a-z, then up to 39 of a-z, 0-9, _ and -", what,
                       member->key);
    }
}

typedef __typeof__(((Settings *)NULL)->repositories) RepositoryList;

static void read_repository(Decode *d, const YamlMember *member, const char *path, void *into)
{
    RepositoryList *repositories = into;
    RepositorySettings repository = new_repository(member->key, NULL);
    check_named(d, member, "repository");
    decode_map(d, member->value, path, repository_fields, &repository);
    check_address(d, member, path, repository.url);
    vec_push(d->arena, repositories, repository);
}

/* ---- notifiers ---- */

static const DecodeField notifier_fields[] = {
    {.key = "type",
     .type = DECODE_CHOICE,
     .words = "slack webhook teams discord",
     .offset = offsetof(NotifierSettings, type),
     .required = true},
    {.key = "url", .type = DECODE_SECRET, .offset = offsetof(NotifierSettings, url)},
    {.key = "token", .type = DECODE_LATER},
    {.key = "channel", .type = DECODE_LATER},
    {.key = "secret", .type = DECODE_SECRET, .offset = offsetof(NotifierSettings, secret)},
    {.key = "events", .type = DECODE_TEXTS, .offset = offsetof(NotifierSettings, events)},
    {.key = "environments",
     .type = DECODE_TEXTS,
     .offset = offsetof(NotifierSettings, environments)},
    {.key = "quiet", .type = DECODE_TEXTS, .offset = offsetof(NotifierSettings, quiet.allow_texts)},
    {0},
};

typedef __typeof__(((Settings *)NULL)->notifiers) NotifierList;

/* The words of the interface are known; saying that one is unknown would send people looking for a typo. */
static bool is_later_type(Decode *d, const YamlMember *member, const char *path)
{
    const Yaml *type = yaml_get(member->value, "type");
    if (!str_eq(yaml_text(type), "slack_bot")) {
        return false;
    }
    Diag *diag = decode_finding(d, type->line, type->column, "CO1010",
                                "%s.type: slack_bot is not yet supported", path);
    diag->hint = "use slack: an incoming webhook";
    return true;
}

static void read_notifier(Decode *d, const YamlMember *member, const char *path, void *into)
{
    NotifierList *notifiers = into;
    NotifierSettings notifier = {.name = member->key};
    size_t errors = diags_count(d->diags, DIAG_ERROR);
    check_named(d, member, "notifier");
    if (is_later_type(d, member, path)) {
        return;
    }
    decode_map(d, member->value, path, notifier_fields, &notifier);
    const char *bad = windows_parse(d->arena, &notifier.quiet);
    if (bad) {
        const Yaml *value = yaml_get(member->value, "quiet");
        decode_finding(d, value->line, value->column, "CO1017", "%s.quiet: \"%s\" cannot be read",
                       path, bad)
            ->hint = "write \"Mon-Fri 20:00-08:00\", in UTC";
    }
    if (!secret_given(&notifier.url) && diags_count(d->diags, DIAG_ERROR) == errors) {
        decode_finding(d, member->key_line, member->key_column, "CO1008", "%s.url is missing",
                       path);
    }
    vec_push(d->arena, notifiers, notifier);
}

/* ---- floors ---- */

#define POLICY(member) offsetof(PolicySettings, member)

static const DecodeField policy_window_fields[] = {
    {.key = "timezone", .type = DECODE_TEXT, .offset = POLICY(windows.timezone)},
    {.key = "allow", .type = DECODE_TEXTS, .offset = POLICY(windows.allow_texts)},
    {.key = "freeze", .type = DECODE_TEXTS, .offset = POLICY(windows.freeze_texts)},
    {0},
};

static const DecodeField policy_fields[] = {
    {.key = "promotion",
     .type = DECODE_CHOICE,
     .words = "auto manual",
     .offset = POLICY(promotion)},
    {.key = "approvals", .type = DECODE_INT, .offset = POLICY(floors.approvals), .max = 5},
    {.key = "soak", .type = DECODE_DURATION, .offset = POLICY(floors.soak), .max = 7 * DAY},
    {.key = "windows", .type = DECODE_MAP, .table = policy_window_fields},
    {.key = "approvers", .type = DECODE_LATER},
    {.key = "signed", .type = DECODE_LATER, .words = "none"},
    {.key = "signers", .type = DECODE_LATER},
    {.key = "paths", .type = DECODE_LATER},
    {.key = "tests", .type = DECODE_CHOICE, .words = "any all", .offset = POLICY(tests)},
    {.key = "checks", .type = DECODE_TEXTS, .offset = POLICY(floors.checks)},
    {.key = "max_drops", .type = DECODE_INT, .offset = POLICY(floors.max_drops), .max = 1000},
    {.key = "max_cost", .type = DECODE_CREDITS, .offset = POLICY(floors.max_cost)},
    {.key = "max_size", .type = DECODE_CREDITS, .offset = POLICY(floors.max_size)},
    {.key = "schemas", .type = DECODE_TEXTS, .offset = POLICY(schemas)},
    {.key = "clusters", .type = DECODE_TEXTS, .offset = POLICY(clusters)},
    {.key = "permits",
     .type = DECODE_CHOICE,
     .words = "commit approval",
     .offset = POLICY(permits)},
    {.key = "history", .type = DECODE_CHOICE, .words = "descend any", .offset = POLICY(history)},
    {.key = "introspection",
     .type = DECODE_CHOICE,
     .words = "deny allow",
     .offset = POLICY(introspection)},
    {.key = "hooks", .type = DECODE_CHOICE, .words = "allow deny", .offset = POLICY(hooks)},
    {0},
};

typedef VEC(PolicySettings) Policies;

/* A name without its database would match nothing, and so forbid everything. */
static void check_schemas(Decode *d, const YamlMember *member, const char *path,
                          const PolicySettings *policy)
{
    vec_each (const char *, glob, &policy->schemas) {
        if (!strpbrk(*glob, ".*")) {
            const Yaml *value = yaml_get(member->value, "schemas");
            Diag *diag = decode_finding(d, value->line, value->column, "CO1005",
                                        "%s.schemas: \"%s\" must name a database too", path, *glob);
            diag->hint =
                arena_printf(d->arena, "write \"materialize.%s\", or \"*.%s\"", *glob, *glob);
        }
    }
}

static void gather_floors(Decode *d, PolicySettings *policy)
{
    Floors *floors = &policy->floors;
    bool manual = str_eq(policy->promotion, "manual");
    floors->approvals = manual && !floors->approvals ? 1 : floors->approvals;
    floors->all_tests = str_eq(policy->tests, "all");
    floors->no_hooks = str_eq(policy->hooks, "deny");
    if (policy->schemas.count) {
        vec_push(d->arena, &floors->schemas, policy->schemas);
    }
    if (policy->clusters.count) {
        vec_push(d->arena, &floors->clusters, policy->clusters);
    }
    if (windows_any(&policy->windows)) {
        Windows *windows = arena_make(d->arena, Windows);
        *windows = policy->windows;
        vec_push(d->arena, &floors->windows, windows);
    }
}

static void read_policy(Decode *d, const YamlMember *member, const char *path, void *into)
{
    Policies *policies = into;
    PolicySettings policy = {.environments = member->key, .floors = floors_none()};
    decode_map(d, member->value, path, policy_fields, &policy);
    check_schemas(d, member, path, &policy);
    config_check_windows(d, yaml_get(member->value, "windows"), path, &policy.windows);
    gather_floors(d, &policy);
    vec_push(d->arena, policies, policy);
}

const Floors *settings_floors(Arena *arena, const Settings *settings, const char *environment)
{
    Floors *floors = arena_make(arena, Floors);
    *floors = floors_none();
    vec_each (const PolicySettings, it, &settings->policies) {
        if (str_glob(it->environments, environment)) {
            floors_add(arena, floors, &it->floors);
        }
    }
    return floors;
}

PermitPolicy settings_permits(const Settings *settings, const char *environment)
{
    bool approval = false, any = false, descend = false;
    vec_each (const PolicySettings, it, &settings->policies) {
        bool ours = str_glob(it->environments, environment);
        approval |= ours && str_eq(it->permits, "approval");
        any |= ours && str_eq(it->history, "any");
        descend |= ours && str_eq(it->history, "descend");
    }
    return (PermitPolicy){.approval_only = approval, .any_history = any && !descend};
}

bool settings_introspection(const Settings *settings, const char *environment)
{
    bool allow = false, deny = false;
    vec_each (const PolicySettings, it, &settings->policies) {
        bool ours = str_glob(it->environments, environment);
        allow |= ours && str_eq(it->introspection, "allow");
        deny |= ours && str_eq(it->introspection, "deny");
    }
    return allow && !deny;
}

/* ---- the whole file ---- */

static const DecodeField materialize_fields[] = {
    {.key = "url", .type = DECODE_TEXT, .offset = offsetof(Settings, materialize_url)},
    {.key = "password", .type = DECODE_SECRET, .offset = offsetof(Settings, materialize_password)},
    {.key = "cluster", .type = DECODE_TEXT, .offset = offsetof(Settings, record_cluster)},
    {.key = "record", .type = DECODE_TEXT, .offset = offsetof(Settings, record_schema)},
    {.key = "connections", .type = DECODE_LATER, .words = "4"},
    {.key = "retention",
     .type = DECODE_DURATION,
     .offset = offsetof(Settings, retention),
     .min = 7 * DAY,
     .max = INT64_C(3650) * DAY},
    {0},
};

static const DecodeField http_fields[] = {
    {.key = "listen", .type = DECODE_TEXT, .offset = offsetof(Settings, listen)},
    {.key = "metrics", .type = DECODE_TEXT, .offset = offsetof(Settings, metrics)},
    {.key = "url", .type = DECODE_LATER},
    {.key = "read", .type = DECODE_LATER, .words = "open"},
    {0},
};

static const DecodeField log_fields[] = {
    {.key = "level",
     .type = DECODE_CHOICE,
     .words = "error warn info debug",
     .offset = offsetof(Settings, log_level)},
    {.key = "format",
     .type = DECODE_CHOICE,
     .words = "json text",
     .offset = offsetof(Settings, log_format)},
    {0},
};

static const DecodeField limit_fields[] = {
    {.key = "file",
     .type = DECODE_BYTES,
     .offset = offsetof(Settings, limit_file),
     .min = MIB,
     .max = GIB},
    {.key = "files",
     .type = DECODE_INT,
     .offset = offsetof(Settings, limit_files),
     .min = 1,
     .max = 1000000},
    {.key = "nesting", .type = DECODE_LATER, .words = "200"},
    {.key = "steps",
     .type = DECODE_INT,
     .offset = offsetof(Settings, limit_steps),
     .min = 100000,
     .max = INT64_C(10000000000)},
    {0},
};

static const DecodeField file_fields[] = {
    {.key = "version",
     .type = DECODE_INT,
     .offset = offsetof(Settings, version),
     .min = 1,
     .max = 1,
     .required = true},
    {.key = "repositories",
     .type = DECODE_NAMED,
     .offset = offsetof(Settings, repositories),
     .named = read_repository,
     .min = 1,
     .max = 50},
    {.key = "materialize", .type = DECODE_MAP, .table = materialize_fields},
    {.key = "http", .type = DECODE_MAP, .table = http_fields},
    {.key = "people", .type = DECODE_LATER},
    {.key = "notifiers",
     .type = DECODE_NAMED,
     .offset = offsetof(Settings, notifiers),
     .named = read_notifier,
     .max = 50},
    {.key = "endpoints", .type = DECODE_LATER},
    {.key = "policy",
     .type = DECODE_NAMED,
     .offset = offsetof(Settings, policies),
     .named = read_policy,
     .max = 50},
    {.key = "leader", .type = DECODE_LATER, .words = "none"},
    {.key = "log", .type = DECODE_MAP, .table = log_fields},
    {.key = "telemetry", .type = DECODE_LATER},
    {.key = "limits", .type = DECODE_MAP, .table = limit_fields},
    {0},
};

Settings settings_default(void)
{
    return (Settings){.version = 1,
                      .record_cluster = "quickstart",
                      .record_schema = "cutover",
                      .retention = INT64_C(365) * DAY,
                      .listen = "0.0.0.0:8080",
                      .metrics = "0.0.0.0:9090",
                      .limit_file = 16 * MIB,
                      .limit_files = 50000};
}

/* "none" is no address. */
static void check_listen(Decode *d, const Yaml *http, const char *key, const char **listen)
{
    const char *colon = *listen ? strrchr(*listen, ':') : NULL;
    int64_t port;
    if (str_eq(*listen, "none")) {
        *listen = NULL;
    } else if (*listen && (!colon || colon == *listen || !str_to_int(colon + 1, 0, 65535, &port))) {
        const Yaml *value = yaml_get(http, key);
        decode_finding(d, value->line, value->column, "CO1005",
                       "http.%s must be an address and port such as 0.0.0.0:8080, or none", key);
    }
}

static void check_whole(Decode *d, const Yaml *root, Settings *settings)
{
    const Yaml *http = yaml_get(root, "http");
    check_listen(d, http, "listen", &settings->listen);
    check_listen(d, http, "metrics", &settings->metrics);
    vec_each (YamlMember, it, &root->members) {
        if (str_eq(it->key, "materialize")) {
            check_address(d, it, "materialize", settings->materialize_url);
        }
    }
}

bool settings_read(Arena *arena, const char *file, const char *text, size_t length,
                   Settings *settings, Diags *diags)
{
    size_t before = diags->list.count, errors = diags_count(diags, DIAG_ERROR);
    Decode d = {.arena = arena, .diags = diags, .file = file, .text = text, .length = length};
    *settings = settings_default();
    Yaml *root = yaml_parse(arena, file, text, length, (YamlLimits){0}, "CO1001", diags);
    if (root) {
        settings->version = 0;
        decode_map(&d, root, "", file_fields, settings);
        check_whole(&d, root, settings);
    } else if (diags_count(diags, DIAG_ERROR) == errors) {
        decode_finding(&d, 1, 1, "CO1002", "%s is empty", file);
    }
    for (size_t i = before; i < diags->list.count; i++) {
        diags->list.items[i].excerpt = NULL;
    }
    return diags_count(diags, DIAG_ERROR) == errors;
}

/* ---- flags and environment ---- */

/* "shop" of https://git.example.com/acme/shop.git, or of the folder that "." is */
static const char *name_of(Arena *arena, const char *url)
{
    char real[PATH_MAX];
    if (!strstr(url, "://") && realpath(url, real)) {
        url = real;
    }
    const char *end = url + strlen(url);
    while (end > url && end[-1] == '/') {
        end--;
    }
    const char *start = end;
    while (start > url && start[-1] != '/' && start[-1] != ':') {
        start--;
    }
    char *name = arena_strndup(arena, start, (size_t)(end - start));
    if (str_ends(name, ".git")) {
        name[strlen(name) - 4] = '\0';
    }
    return str_empty(name) ? "repository" : name;
}

static bool refuse_secret(Arena *arena, const char *url, const char *flag, const char *instead,
                          Err *err)
{
    if (settings_address_is_clean(arena, url)) {
        return true;
    }
    err_set(arena, err, ERR_INPUT, "CO1093", "%s must not hold a password", flag);
    err->hint = instead;
    return false;
}

bool settings_set_repo(Arena *arena, Settings *settings, const char *url, Err *err)
{
    if (!refuse_secret(arena, url, "--repo", "set CUTOVER_GIT_TOKEN", err)) {
        return false;
    }
    RepositorySettings chosen = new_repository(name_of(arena, url), url);
    vec_each (RepositorySettings, it, &settings->repositories) {
        if (str_eq(it->name, url) || str_eq(it->url, url)) {
            chosen = *it;
        }
    }
    settings->repositories.count = 0;
    vec_push(arena, &settings->repositories, chosen);
    return true;
}

bool settings_set_materialize(Arena *arena, Settings *settings, const char *url, Err *err)
{
    if (!refuse_secret(arena, url, "--materialize", "set PGPASSWORD", err)) {
        return false;
    }
    settings->materialize_url = url;
    return true;
}

void settings_set_variables(Arena *arena, Settings *settings, const char *(*get)(const char *name))
{
    if (!settings->notifiers.count && !str_empty(get("CUTOVER_SLACK_URL"))) {
        NotifierSettings slack = {.name = "slack", .type = "slack"};
        slack.url.env = "CUTOVER_SLACK_URL";
        vec_push(arena, &settings->notifiers, slack);
    }
    RepositorySettings *only = settings->repositories.items;
    if (settings->repositories.count == 1 && !secret_given(&only->token) &&
        !str_empty(get("CUTOVER_GIT_TOKEN"))) {
        only->token.env = "CUTOVER_GIT_TOKEN";
    }
}

/* ---- secrets ---- */

static const char *without_newline(Arena *arena, const char *text)
{
    size_t n = strlen(text);
    n -= n && text[n - 1] == '\n' ? 1 : 0;
    n -= n && text[n - 1] == '\r' ? 1 : 0;
    return arena_strndup(arena, text, n);
}

bool secret_read(Arena *arena, const SecretRef *ref, const char *what, const char **text, Err *err)
{
    *text = NULL;
    if (!secret_given(ref)) {
        return true;
    }
    const char *found = ref->env ? getenv(ref->env) : NULL;
    if (ref->file) {
        Err why = {0};
        const File *file = files_disk_one(arena, ref->file, SECRET_BYTES, &why);
        if (!file) {
            return err_set(arena, err, ERR_INPUT, "CO1017", "%s: %s", what, why.message);
        }
        found = file->text;
    }
    if (!str_empty(found)) {
        *text = without_newline(arena, found);
    }
    if (str_empty(*text)) {
        return err_set(arena, err, ERR_INPUT, "CO1017", "%s: %s %s is %s", what,
                       ref->env ? "the variable" : "the file", ref->env ? ref->env : ref->file,
                       found ? "empty" : "not set");
    }
    log_secret(*text);
    return true;
}

static void add_fingerprint(Buf *all, const SecretRef *ref)
{
    Err ignored = {0};
    const File *file =
        ref->file ? files_disk_one(all->arena, ref->file, SECRET_BYTES, &ignored) : NULL;
    if (ref->file) {
        buf_printf(all, "%s=%s\n", ref->file,
                   file ? digest_sha256(all->arena, file->text, file->length) : "-");
    }
}

char *settings_fingerprint(Arena *arena, const Settings *settings)
{
    Buf all = buf_new(arena, MIB);
    add_fingerprint(&all, &settings->materialize_password);
    vec_each (RepositorySettings, repository, &settings->repositories) {
        add_fingerprint(&all, &repository->token);
        add_fingerprint(&all, &repository->ca);
    }
    vec_each (NotifierSettings, notifier, &settings->notifiers) {
        add_fingerprint(&all, &notifier->url);
        add_fingerprint(&all, &notifier->secret);
    }
    return digest_sha256(arena, all.data, all.length);
}
