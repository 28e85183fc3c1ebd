/* The keys of dbt_project.yml and what dbt takes under each: the rest it refuses before it reads anything else. */
#include "project_check.h"

#include "cutover/str.h"

#include <ctype.h>

typedef enum Shape {
    ANYTHING,
    NAME,
    VERSION,
    TWO,
    FLAG,
    TEXT,
    TEXTS,
    TREE,
    QUOTING,
    MAPS,
    COMMENT
} Shape;

static const struct {
    const char *key;
    Shape shape;
} keys[] = {
    {"name", NAME},
    {"version", VERSION},
    {"config-version", TWO},
    {"profile", ANYTHING},
    {"project-root", TEXT},
    {"source-paths", TEXTS},
    {"model-paths", TEXTS},
    {"macro-paths", TEXTS},
    {"data-paths", TEXTS},
    {"seed-paths", TEXTS},
    {"test-paths", TEXTS},
    {"analysis-paths", TEXTS},
    {"docs-paths", TEXTS},
    {"asset-paths", TEXTS},
    {"snapshot-paths", TEXTS},
    {"target-path", TEXT},
    {"clean-targets", TEXTS},
    {"log-path", TEXT},
    {"packages-install-path", TEXT},
    {"quoting", QUOTING},
    {"on-run-start", ANYTHING},
    {"on-run-end", ANYTHING},
    {"require-dbt-version", ANYTHING},
    {"dispatch", MAPS},
    {"models", TREE},
    {"seeds", TREE},
    {"snapshots", TREE},
    {"analyses", TREE},
    {"sources", TREE},
    {"tests", TREE},
    {"data_tests", TREE},
    {"unit_tests", TREE},
    {"metrics", TREE},
    {"semantic-models", TREE},
    {"saved-queries", TREE},
    {"exposures", TREE},
    {"vars", TREE},
    {"packages", ANYTHING},
    {"query-comment", COMMENT},
    {"restrict-access", FLAG},
    {"dbt-cloud", ANYTHING},
    {"flags", TREE},
};

enum { KEY_COUNT = sizeof keys / sizeof *keys };

/* ---- values ---- */

/* Its value is known later. */
static bool is_rendered(const Yaml *yaml)
{
    return yaml->type == YAML_IS_SCALAR && yaml->text && has_jinja(yaml->text);
}

static bool is_text(const Yaml *yaml)
{
    int64_t whole;
    double real;
    bool yes;
    return yaml->type == YAML_IS_SCALAR &&
           (yaml->quoted || (!yaml_bool(yaml, &yes) && !yaml_int(yaml, &whole) &&
                             !yaml_float(yaml, &real) && !yaml_is_null(yaml)));
}

static bool are_all(const Yaml *yaml, bool (*is)(const Yaml *))
{
    bool all = yaml->type == YAML_IS_LIST;
    for (size_t i = 0; all && i < yaml->items.count; i++) {
        all = is(yaml->items.items[i]);
    }
    return all;
}

static bool is_map(const Yaml *yaml)
{
    return yaml->type == YAML_IS_MAP;
}

static bool is_flag(const Yaml *yaml)
{
    bool yes;
    return yaml_is_null(yaml) || yaml_bool(yaml, &yes) || is_rendered(yaml);
}

static bool is_quoting(const Yaml *yaml)
{
    bool all = is_map(yaml);
    for (size_t i = 0; all && i < yaml->members.count; i++) {
        all = is_flag(yaml->members.items[i].value);
    }
    return all;
}

/* A letter or "_" first; letters beyond ASCII count. */
static bool is_name(const Yaml *yaml)
{
    const unsigned char *p = (const unsigned char *)yaml->text;
    bool ok = is_text(yaml) && *p && !isdigit(*p);
    for (; ok && *p; p++) {
        ok = isalnum(*p) || *p == '_' || *p >= 0x80;
    }
    return ok;
}

/* Two numbers or three, the latter with what semantic versions may have behind them; or a float. */
static bool is_version(const Yaml *yaml)
{
    double real;
    int64_t whole;
    if (yaml->type != YAML_IS_SCALAR) {
        return false;
    }
    if (!is_text(yaml)) {
        return yaml_float(yaml, &real) && !yaml_int(yaml, &whole);
    }
    return is_version_text(yaml->text);
}

static bool is_two(const Yaml *yaml)
{
    int64_t whole = 0;
    return yaml_int(yaml, &whole) && whole == 2;
}

static bool is_right(Shape shape, const Yaml *yaml)
{
    switch (shape) {
    case ANYTHING:
        return true;
    case NAME:
        return is_name(yaml);
    case VERSION:
        return is_version(yaml);
    case TWO:
        return is_two(yaml);
    case FLAG:
        return is_flag(yaml);
    case TEXT:
        return is_text(yaml);
    case TEXTS:
        return are_all(yaml, is_text);
    case TREE:
        return is_map(yaml);
    case QUOTING:
        return is_quoting(yaml);
    case MAPS:
        return are_all(yaml, is_map);
    case COMMENT:
        return is_text(yaml) || is_map(yaml);
    }
    return true;
}

static void check_value(Reader *r, const Package *package, const char *key, Shape shape)
{
    static const char *const right[] = {
        [NAME] = "a name of letters, digits and _",
        [VERSION] = "a version such as \"1.0.0\"",
        [TWO] = "2",
        [FLAG] = "true or false",
        [TEXT] = "a text",
        [TEXTS] = "a list of texts",
        [TREE] = "a map",
        [QUOTING] = "a map of true and false",
        [MAPS] = "a list of maps",
        [COMMENT] = "a text or a map",
    };
    const Yaml *yaml = yaml_get(package->yaml, key);
    bool set = yaml && !(yaml_is_null(yaml) && shape != FLAG);
    if (set && !is_rendered(yaml) && !is_right(shape, yaml)) {
        find_at(r, DIAG_ERROR, P_KEY, place_key(package->file, package->yaml, key),
                "\"%s\" must be %s", key, right[shape])
            ->hint = "dbt refuses it too";
    }
}

void check_project_keys(Reader *r, const Package *package)
{
    const char *known[KEY_COUNT + 1] = {NULL};
    for (size_t i = 0; i < KEY_COUNT; i++) {
        known[i] = keys[i].key;
        check_value(r, package, keys[i].key, keys[i].shape);
    }
    check_keys(r, package->file, package->yaml, package->file, known);
    check_quoting_keys(r, package->file, yaml_get(package->yaml, "quoting"));
}
