#include "cutover/config.h"

#include "cutover/decode.h"
#include "cutover/str.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

#define MINUTE 60
#define HOUR 3600
#define DAY 86400

/* ---- clusters ---- */

static const DecodeField cluster_fields[] = {
    {.key = "size", .type = DECODE_TEXT, .offset = offsetof(ClusterConfig, size)},
    {.key = "replication_factor",
     .type = DECODE_INT,
     .offset = offsetof(ClusterConfig, replication_factor),
     .max = 5},
    {.key = "hydration_size", .type = DECODE_LATER},
    {0},
};

typedef VEC(ClusterConfig) ClusterConfigs;

static void read_cluster(Decode *d, const YamlMember *member, const char *path, void *into)
{
    ClusterConfigs *clusters = into;
    vec_push(d->arena, clusters, (ClusterConfig){.name = member->key, .replication_factor = -1});
    decode_map(d, member->value, path, cluster_fields, &vec_last(clusters));
}

/* ---- environments ---- */

static const DecodeField names_fields[] = {
    {.key = "green", .type = DECODE_TEXT, .offset = offsetof(EnvironmentConfig, green_pattern)},
    {.key = "blue", .type = DECODE_TEXT, .offset = offsetof(EnvironmentConfig, blue_pattern)},
    {0},
};

static const DecodeField hydration_fields[] = {
    {.key = "deadline",
     .type = DECODE_DURATION,
     .offset = offsetof(EnvironmentConfig, hydration_deadline),
     .min = MINUTE,
     .max = 7 * DAY},
    {.key = "lag",
     .type = DECODE_DURATION,
     .offset = offsetof(EnvironmentConfig, lag),
     .min = 1,
     .max = HOUR},
    {.key = "settle",
     .type = DECODE_DURATION,
     .offset = offsetof(EnvironmentConfig, settle),
     .max = HOUR},
    {0},
};

static const DecodeField canary_fields[] = {
    {.key = "for",
     .type = DECODE_DURATION,
     .offset = offsetof(EnvironmentConfig, canary),
     .max = 7 * DAY},
    {.key = "grant", .type = DECODE_TEXTS, .offset = offsetof(EnvironmentConfig, canary_grant)},
    {0},
};

static const DecodeField windows_fields[] = {
    {.key = "timezone",
     .type = DECODE_TEXT,
     .offset = offsetof(EnvironmentConfig, windows.timezone)},
    {.key = "missed",
     .type = DECODE_CHOICE,
     .words = "wait abort",
     .offset = offsetof(EnvironmentConfig, windows.missed)},
    {.key = "allow",
     .type = DECODE_TEXTS,
     .offset = offsetof(EnvironmentConfig, windows.allow_texts)},
    {.key = "freeze",
     .type = DECODE_TEXTS,
     .offset = offsetof(EnvironmentConfig, windows.freeze_texts)},
    {0},
};

static const DecodeField environment_fields[] = {
    {.key = "branch", .type = DECODE_TEXT, .offset = offsetof(EnvironmentConfig, branch)},
    {.key = "tag", .type = DECODE_TEXT, .offset = offsetof(EnvironmentConfig, tag)},
    {.key = "commit", .type = DECODE_TEXT, .offset = offsetof(EnvironmentConfig, commit)},
    {.key = "target", .type = DECODE_TEXT, .offset = offsetof(EnvironmentConfig, target)},
    {.key = "vars", .type = DECODE_YAML, .offset = offsetof(EnvironmentConfig, vars)},
    {.key = "select", .type = DECODE_YAML, .offset = offsetof(EnvironmentConfig, select)},
    {.key = "exclude", .type = DECODE_YAML, .offset = offsetof(EnvironmentConfig, exclude)},
    {.key = "clusters",
     .type = DECODE_NAMED,
     .offset = offsetof(EnvironmentConfig, clusters),
     .named = read_cluster},
    {.key = "strategy", .type = DECODE_LATER, .words = "swap"},
    {.key = "names", .type = DECODE_MAP, .table = names_fields},
    {.key = "replace",
     .type = DECODE_CHOICE,
     .words = "never cheaper",
     .offset = offsetof(EnvironmentConfig, replace)},
    {.key = "colors", .type = DECODE_LATER},
    {.key = "max_drops",
     .type = DECODE_INT,
     .offset = offsetof(EnvironmentConfig, max_drops),
     .max = 1000},
    {.key = "max_cost", .type = DECODE_CREDITS, .offset = offsetof(EnvironmentConfig, max_cost)},
    {.key = "hydration", .type = DECODE_MAP, .table = hydration_fields},
    {.key = "tests", .type = DECODE_YAML, .offset = offsetof(EnvironmentConfig, chosen_tests)},
    {.key = "checks",
     .type = DECODE_TEXTS,
     .offset = offsetof(EnvironmentConfig, checks),
     .given = offsetof(EnvironmentConfig, checks_given)},
    {.key = "canary", .type = DECODE_MAP, .table = canary_fields},
    {.key = "promotion",
     .type = DECODE_CHOICE,
     .words = "auto manual",
     .offset = offsetof(EnvironmentConfig, promotion)},
    {.key = "approvals",
     .type = DECODE_INT,
     .offset = offsetof(EnvironmentConfig, approvals),
     .min = 1,
     .max = 5},
    {.key = "windows", .type = DECODE_MAP, .table = windows_fields},
    {.key = "promote_within",
     .type = DECODE_DURATION,
     .offset = offsetof(EnvironmentConfig, promote_within),
     .min = 10 * MINUTE,
     .max = 30 * DAY},
    {.key = "soak",
     .type = DECODE_DURATION,
     .offset = offsetof(EnvironmentConfig, soak),
     .max = 7 * DAY},
    {.key = "drain",
     .type = DECODE_DURATION,
     .offset = offsetof(EnvironmentConfig, drain),
     .max = 7 * DAY},
    {.key = "watch", .type = DECODE_LATER},
    {.key = "keep_failed",
     .type = DECODE_DURATION,
     .offset = offsetof(EnvironmentConfig, keep_failed),
     .max = 7 * DAY},
    {.key = "drift", .type = DECODE_YAML, .offset = offsetof(EnvironmentConfig, drift_given)},
    {.key = "notify",
     .type = DECODE_TEXTS,
     .offset = offsetof(EnvironmentConfig, notify),
     .given = offsetof(EnvironmentConfig, notify_given)},
    {0},
};

/* A name that ends in _g and digits could be read as a generation's. */
static bool ends_like_generation(const char *name)
{
    size_t n = strlen(name), digits = 0;
    while (digits < n && isdigit((unsigned char)name[n - 1 - digits])) {
        digits++;
    }
    return digits && n - digits >= 2 && strncmp(name + n - digits - 2, "_g", 2) == 0;
}

static void check_name(Decode *d, const YamlMember *member)
{
    const char *why = NULL;
    if (!decode_is_name(member->key) || strchr(member->key, '-')) {
        why = "must be a-z, then up to 39 of a-z, 0-9 and _";
    } else if (ends_like_generation(member->key)) {
        why = "must not end in _g and digits, as generations do";
    }
    if (why) {
        Diag *diag = decode_finding(d, member->key_line, member->key_column, "CO1009",
                                    "environment \"%s\" %s", member->key, why);
        diag->length = (int)strlen(member->key);
    }
}

static bool is_hex40(const char *text)
{
    size_t n = strspn(text, "0123456789abcdef");
    return n == 40 && !text[n];
}

static void check_ref(Decode *d, const YamlMember *member, const EnvironmentConfig *e)
{
    int given = (e->branch != NULL) + (e->tag != NULL) + (e->commit != NULL);
    if (given != 1) {
        decode_finding(d, member->key_line, member->key_column, "CO1011",
                       "environment \"%s\" needs exactly one of branch, tag and commit",
                       member->key);
    }
    if (e->commit && !is_hex40(e->commit)) {
        const Yaml *value = yaml_get(member->value, "commit");
        decode_finding(d, value->line, value->column, "CO1012",
                       "environments.%s.commit must be 40 hex digits", member->key);
    }
}

static void check_patterns(Decode *d, const YamlMember *member, const EnvironmentConfig *e)
{
    bool green = strstr(e->green_pattern, "{name}") && !str_eq(e->green_pattern, "{name}");
    bool blue = strstr(e->blue_pattern, "{name}") && strstr(e->blue_pattern, "{n}");
    if (!green || !blue || str_eq(e->green_pattern, e->blue_pattern)) {
        decode_finding(d, member->key_line, member->key_column, "CO1013",
                       "environments.%s.names: green needs {name} and more, blue {name} and {n}",
                       member->key);
    }
}

static void check_canary(Decode *d, const YamlMember *member, const EnvironmentConfig *e)
{
    const Yaml *value = yaml_get(member->value, "canary");
    if (e->canary_grant.count && !e->canary) {
        decode_finding(d, value->line, value->column, "CO1014",
                       "environments.%s.canary.grant needs a time in canary.for, such as 30m",
                       member->key);
    }
}

static bool is_zone_name(const char *text)
{
    size_t n = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/_+-");
    return n && !text[n];
}

void config_check_windows(Decode *d, const Yaml *value, const char *path, Windows *windows)
{
    const char *bad = windows_parse(d->arena, windows);
    if (bad) {
        Diag *diag = decode_finding(d, value->line, value->column, "CO1017",
                                    "%s.windows: \"%s\" cannot be read", path, bad);
        diag->hint = "allow: \"Mon-Thu 09:00-16:00\" or \"cron 0 9 * * 1-4 for 7h\"; "
                     "freeze: \"2026-12-20 to 2027-01-03\"";
    }
    if (windows->timezone && !is_zone_name(windows->timezone)) {
        decode_finding(d, value->line, value->column, "CO1017",
                       "%s.windows.timezone must be a name such as Europe/Berlin", path);
    }
}

#define DRIFT_WORDS "report alert heal"
#define DRIFT_FIELD(name, kind)                                                                    \
    {.key = name,                                                                                  \
     .type = DECODE_CHOICE,                                                                        \
     .words = DRIFT_WORDS,                                                                         \
     .offset = offsetof(EnvironmentConfig, drift) + sizeof(const char *) * (kind)}

/* In the order of DriftKind. */
static const DecodeField drift_fields[] = {
    DRIFT_FIELD("definitions", DRIFT_DEFINITIONS),
    DRIFT_FIELD("indexes", DRIFT_INDEXES),
    DRIFT_FIELD("grants", DRIFT_GRANTS),
    DRIFT_FIELD("clusters", DRIFT_CLUSTERS),
    DRIFT_FIELD("comments", DRIFT_COMMENTS),
    DRIFT_FIELD("other", DRIFT_OTHER),
    {0},
};

const char *config_drift(const EnvironmentConfig *environment, const char *kind)
{
    for (size_t i = 0; i < DRIFT_KINDS; i++) {
        if (str_eq(drift_fields[i].key, kind) && environment->drift[i]) {
            return environment->drift[i];
        }
    }
    return "alert";
}

/* One word for all kinds, or a map by kind. */
static void read_drift(Decode *d, const char *path, EnvironmentConfig *e)
{
    const Yaml *value = e->drift_given;
    const char *word = value && value->type == YAML_IS_SCALAR ? value->text : NULL;
    StrVec words = str_split(d->arena, DRIFT_WORDS, ' ');
    if (value && value->type == YAML_IS_MAP) {
        decode_map(d, value, arena_printf(d->arena, "%s.drift", path), drift_fields, e);
    } else if (word && str_in(&words, word)) {
        for (size_t i = 0; i < DRIFT_KINDS; i++) {
            e->drift[i] = word;
        }
    } else if (value) {
        decode_finding(d, value->line, value->column, "CO1007",
                       "%s.drift must be report | alert | heal, or a map of them by kind", path);
    }
}

typedef VEC(EnvironmentConfig) EnvironmentConfigs;

/* A selector or a list of them: their union. "*" is everything, as if nothing were said. */
static SelectTexts selectors_of(Decode *d, const char *path, const char *key, const Yaml *yaml)
{
    SelectTexts texts = {0};
    bool list = yaml && yaml->type == YAML_IS_LIST;
    for (size_t i = 0; yaml && i < (list ? yaml->items.count : 1); i++) {
        const Yaml *it = list ? yaml->items.items[i] : yaml;
        const char *text = yaml_text(it);
        if (!text) {
            decode_finding(d, it->line, it->column, "CO1005",
                           "%s.%s must be a selector, or a list of selectors", path, key);
        } else if (!str_eq(text, "*")) {
            vec_push(d->arena, &texts,
                     ((SelectText){text, d->file, it->line, it->column, d->text, d->length}));
        }
    }
    return texts;
}

static void read_selection(Decode *d, const char *path, EnvironmentConfig *e)
{
    SelectWanted *wanted = arena_make(d->arena, SelectWanted);
    e->tests = !str_eq(yaml_text(e->chosen_tests), "none");
    wanted->include = selectors_of(d, path, "select", e->select);
    wanted->exclude = selectors_of(d, path, "exclude", e->exclude);
    if (e->tests) {
        wanted->tests = selectors_of(d, path, "tests", e->chosen_tests);
    }
    if (wanted->include.count || wanted->exclude.count || wanted->tests.count) {
        e->selection = wanted;
    }
}

static void read_environment(Decode *d, const YamlMember *member, const char *path, void *into)
{
    EnvironmentConfigs *environments = into;
    EnvironmentConfig e = {.name = member->key,
                           .line = member->key_line,
                           .target = member->key,
                           .green_pattern = "{name}_green",
                           .blue_pattern = "{name}_blue_g{n}",
                           .max_drops = 5,
                           .hydration_deadline = 6 * HOUR,
                           .lag = 10,
                           .settle = 10,
                           .promotion = "auto",
                           .approvals = 1,
                           .windows = {.missed = "wait"},
                           .soak = 15 * MINUTE,
                           .drain = 15 * MINUTE,
                           .promote_within = DAY,
                           .keep_failed = HOUR};
    check_name(d, member);
    decode_map(d, member->value, path, environment_fields, &e);
    read_drift(d, path, &e);
    read_selection(d, path, &e);
    if (e.vars && e.vars->type != YAML_IS_MAP) {
        decode_finding(d, e.vars->line, e.vars->column, "CO1005", "%s.vars must be a map", path);
    }
    check_ref(d, member, &e);
    check_patterns(d, member, &e);
    check_canary(d, member, &e);
    config_check_windows(d, yaml_get(member->value, "windows"), path, &e.windows);
    vec_push(d->arena, environments, e);
}

/* ---- checks ---- */

static const DecodeField check_fields[] = {
    {.key = "sql", .type = DECODE_TEXT, .offset = offsetof(CheckConfig, sql)},
    {.key = "http", .type = DECODE_LATER},
    {.key = "prometheus", .type = DECODE_LATER},
    {.key = "query", .type = DECODE_LATER},
    {.key = "diff", .type = DECODE_LATER},
    {.key = "key", .type = DECODE_LATER},
    {.key = "ignore", .type = DECODE_LATER},
    {.key = "expect", .type = DECODE_TEXT, .offset = offsetof(CheckConfig, expect)},
    {.key = "when", .type = DECODE_LATER, .words = "green"},
    {.key = "every", .type = DECODE_LATER, .words = "30s"},
    {.key = "timeout",
     .type = DECODE_DURATION,
     .offset = offsetof(CheckConfig, timeout),
     .min = 1,
     .max = DAY},
    {.key = "retries", .type = DECODE_INT, .offset = offsetof(CheckConfig, retries), .max = 20},
    {.key = "severity",
     .type = DECODE_CHOICE,
     .words = "error warn",
     .offset = offsetof(CheckConfig, severity)},
    {0},
};

static bool is_expectation(const char *text)
{
    size_t op = strspn(text, "<>=!");
    return str_eq(text, "empty") || (op && text[op]);
}

typedef VEC(CheckConfig) CheckConfigs;

static void read_check(Decode *d, const YamlMember *member, const char *path, void *into)
{
    CheckConfigs *checks = into;
    CheckConfig check = {.name = member->key,
                         .line = member->key_line,
                         .expect = "empty",
                         .timeout = MINUTE,
                         .retries = 2,
                         .severity = "error"};
    size_t errors = diags_count(d->diags, DIAG_ERROR);
    if (!decode_is_name(member->key)) {
        decode_finding(d, member->key_line, member->key_column, "CO1009",
                       "check \"%s\" must be a-z, then up to 39 of a-z, 0-9, _ and -", member->key);
    }
    decode_map(d, member->value, path, check_fields, &check);
    check.warn = str_eq(check.severity, "warn");
    if (!check.sql && diags_count(d->diags, DIAG_ERROR) == errors) {
        decode_finding(d, member->key_line, member->key_column, "CO1008", "%s.sql is missing",
                       path);
    }
    if (!is_expectation(check.expect)) {
        decode_finding(d, member->key_line, member->key_column, "CO1014",
                       "%s.expect must be empty, or an operator and a value such as \">= 1\"",
                       path);
    }
    vec_push(d->arena, checks, check);
}

/* ---- the whole file ---- */

static const DecodeField project_fields[] = {
    {.key = "path", .type = DECODE_TEXT, .offset = offsetof(RepoConfig, project_path)},
    {.key = "manifest", .type = DECODE_TEXT, .offset = offsetof(RepoConfig, manifest)},
    {0},
};

static const DecodeField file_fields[] = {
    {.key = "version",
     .type = DECODE_INT,
     .offset = offsetof(RepoConfig, version),
     .min = 1,
     .max = 1,
     .required = true},
    {.key = "project", .type = DECODE_MAP, .table = project_fields},
    {.key = "environments",
     .type = DECODE_NAMED,
     .offset = offsetof(RepoConfig, environments),
     .named = read_environment,
     .min = 1,
     .max = 50,
     .required = true},
    {.key = "checks",
     .type = DECODE_NAMED,
     .offset = offsetof(RepoConfig, checks),
     .named = read_check,
     .max = 100},
    {.key = "previews", .type = DECODE_LATER},
    {0},
};

/* The project's files are looked up by their paths below its folder. */
static void check_manifest(Decode *d, RepoConfig *config)
{
    const char *path = config->manifest;
    while (path && str_starts(path, "./")) {
        path += 2;
    }
    config->manifest = path;
    if (path && (!*path || *path == '/' || strstr(path, ".."))) {
        decode_finding(d, 1, 1, "CO1014",
                       "project.manifest must be a path below project.path, such as "
                       "target/manifest.json");
    }
}

static void cross_check(Decode *d, const RepoConfig *config)
{
    StrVec known = {0};
    vec_each (CheckConfig, it, &config->checks) {
        vec_push(d->arena, &known, it->name);
    }
    vec_each (EnvironmentConfig, e, &config->environments) {
        vec_each (const char *, name, &e->checks) {
            if (config_check(config, *name)) {
                continue;
            }
            Diag *diag =
                decode_finding(d, e->line, 1, "CO1015",
                               "environments.%s.checks: there is no check \"%s\"", e->name, *name);
            const char *nearest = str_nearest(*name, &known);
            diag->label = nearest ? arena_printf(d->arena, "did you mean \"%s\"?", nearest) : NULL;
        }
    }
}

RepoConfig *config_read(Arena *arena, const char *file, const char *text, size_t length,
                        Diags *diags)
{
    size_t errors = diags_count(diags, DIAG_ERROR);
    Decode d = {.arena = arena, .diags = diags, .file = file, .text = text, .length = length};
    Yaml *root = yaml_parse(arena, file, text, length, (YamlLimits){0}, "CO1001", diags);
    if (!root) {
        if (diags_count(diags, DIAG_ERROR) == errors) {
            decode_finding(&d, 1, 1, "CO1002", "%s is empty", file);
        }
        return NULL;
    }
    RepoConfig *config = arena_make(arena, RepoConfig);
    config->project_path = ".";
    decode_map(&d, root, "", file_fields, config);
    check_manifest(&d, config);
    cross_check(&d, config);
    return diags_count(diags, DIAG_ERROR) == errors ? config : NULL;
}

/* ---- looking things up ---- */

const EnvironmentConfig *config_environment(const RepoConfig *config, const char *name)
{
    vec_each (EnvironmentConfig, it, &config->environments) {
        if (str_eq(it->name, name)) {
            return it;
        }
    }
    return NULL;
}

const CheckConfig *config_check(const RepoConfig *config, const char *name)
{
    vec_each (CheckConfig, it, &config->checks) {
        if (str_eq(it->name, name)) {
            return it;
        }
    }
    return NULL;
}

const char *config_replace(const EnvironmentConfig *environment)
{
    return environment->replace ? environment->replace : "never";
}

int64_t config_approvals(const EnvironmentConfig *environment)
{
    return str_eq(environment->promotion, "manual") ? environment->approvals : 0;
}

const ClusterConfig *config_cluster(const EnvironmentConfig *environment, const char *name)
{
    vec_each (ClusterConfig, it, &environment->clusters) {
        if (str_eq(it->name, name)) {
            return it;
        }
    }
    return NULL;
}

char *config_pattern(Arena *arena, const char *pattern, const char *name, int64_t n)
{
    Buf buf = buf_new(arena, strlen(pattern) * 32 + strlen(name) * 8 + 64);
    for (const char *p = pattern; *p;) {
        if (str_starts(p, "{name}")) {
            buf_text(&buf, name);
            p += strlen("{name}");
        } else if (str_starts(p, "{n}")) {
            buf_printf(&buf, "%lld", (long long)n);
            p += strlen("{n}");
        } else {
            buf_char(&buf, *p++);
        }
    }
    return buf.data;
}
