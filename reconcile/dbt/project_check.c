/*
 * What dbt refuses before it reads a project: keys that it does not know, a dbt of another version, packages
 * that have one name.
 */
#include "project_check.h"

#include "cutover/str.h"

#include <ctype.h>

/* ---- keys ---- */

bool check_keys(Reader *r, const char *file, const Yaml *map, const char *where,
                const char *const known[])
{
    bool all = true;
    for (size_t i = 0; map && map->type == YAML_IS_MAP && i < map->members.count; i++) {
        const YamlMember *it = &map->members.items[i];
        if (!str_one_of(known, it->key)) {
            StrVec names = {0};
            for (const char *const *name = known; *name; name++) {
                vec_push(r->arena, &names, *name);
            }
            Diag *diag = find_at(r, DIAG_ERROR, P_UNKNOWN_KEY, place_key(file, map, it->key),
                                 "unknown key \"%s\" in %s", it->key, where);
            diag->label = did_you_mean(r, it->key, &names);
            diag->hint = "dbt refuses it too: correct it, or take it out";
            all = false;
        }
    }
    return all;
}

void check_quoting_keys(Reader *r, const char *file, const Yaml *quoting)
{
    static const char *const known[] = {"database", "schema", "identifier", "column", NULL};
    check_keys(r, file, quoting, "quoting", known);
}

/* ---- require-dbt-version ---- */

typedef struct Version {
    long number[3];
    bool early; /* a prerelease of it */
} Version;

/* "1.10.23", without leading zeros and without white space. Returns what follows COUNT numbers, or NULL. */
static const char *read_numbers(const char *at, int count, Version *version)
{
    for (int i = 0; i < count; i++) {
        char *end = NULL;
        if (!isdigit((unsigned char)*at)) {
            return NULL;
        }
        version->number[i] = strtol(at, &end, 10);
        at = *at == '0' ? at + 1 : end;
        if (i + 1 < count && *at++ != '.') {
            return NULL;
        }
    }
    return at;
}

/* Names with dots between them, each of LEAST characters or more. Returns what follows, or NULL. */
static const char *skip_names(const char *at, size_t least)
{
    do {
        size_t length = 0;
        at += *at == '.';
        while (isalnum((unsigned char)at[length]) || at[length] == '-') {
            length++;
        }
        if (length < least) {
            return NULL;
        }
        at += length;
    } while (*at == '.');
    return at;
}

static bool read_version(const char *text, Version *version)
{
    const char *at = read_numbers(text, 3, version);
    version->early = at && *at && *at != '+';
    at = version->early ? skip_names(at, 1) : at;
    at = at && *at == '+' ? skip_names(at + 1, 0) : at;
    return at && !*at;
}

bool is_version_text(const char *text)
{
    Version version;
    const char *two = read_numbers(text, 2, &version), *three = read_numbers(text, 3, &version);
    bool behind = three && (*three == '-' || *three == '+');
    return (two && !*two) || (three && !*three) || (behind && read_version(text, &version));
}

/* Negative, 0 or positive. What is read here is no prerelease, so any of the same numbers is below it. */
static int compare_with_ours(const Version *wanted)
{
    Version ours;
    read_version(DBT_VERSION, &ours);
    for (int i = 0; i < 3; i++) {
        if (wanted->number[i] != ours.number[i]) {
            return ours.number[i] < wanted->number[i] ? -1 : 1;
        }
    }
    return wanted->early ? 1 : 0;
}

typedef enum Fit { FITS, FITS_NOT, FIT_UNREADABLE } Fit;

static Fit fits(const char *wanted)
{
    char sign = *wanted && strchr("<>=", *wanted) ? *wanted : '=';
    const char *number = wanted + (*wanted == sign);
    bool equal = sign == '=' || (*number == '=' && number > wanted);
    number += sign != '=' && *number == '=';
    Version version;
    if (!read_version(number, &version)) {
        return FIT_UNREADABLE;
    }
    int order = compare_with_ours(&version);
    bool ok = (order == 0 && equal) || (order < 0 && sign == '<') || (order > 0 && sign == '>');
    return ok ? FITS : FITS_NOT;
}

/* One text may hold several, with commas and nothing else between them. */
static StrVec wanted_versions(Reader *r, const Package *package, const Yaml *yaml)
{
    Scope scope = file_scope(r, SCOPE_PROJECT, package);
    StrVec wanted = {0};
    if (yaml->type == YAML_IS_LIST) {
        vec_each (Yaml *, it, &yaml->items) {
            const char *text = yaml_render_text(&scope, package->file, *it);
            vec_push(r->arena, &wanted, text ? text : "");
        }
        return wanted;
    }
    const char *text = yaml_render_text(&scope, package->file, yaml);
    return str_split(r->arena, text ? text : "", ',');
}

/* dbt's flag, which the root project alone can set. */
static bool is_version_checked(const Reader *r)
{
    bool checked = true;
    yaml_bool(yaml_get(yaml_get(r->root->yaml, "flags"), "version_check"), &checked);
    return checked;
}

static void check_version(Reader *r, const Package *package)
{
    static const char *const key = "require-dbt-version";
    const Yaml *yaml = yaml_get(package->yaml, key);
    if (!yaml || yaml_is_null(yaml)) {
        return;
    }
    StrVec wanted = wanted_versions(r, package, yaml);
    Place place = place_key(package->file, package->yaml, key);
    vec_each (const char *, it, &wanted) {
        Fit fit = fits(*it);
        if (fit == FIT_UNREADABLE) {
            find_at(r, DIAG_ERROR, P_DBT_VERSION, place, "\"%s\" is no version of dbt", *it)->hint =
                "write \">=1.8.0,<2.0.0\", or a list: three numbers each, and no white space";
        } else if (fit == FITS_NOT && is_version_checked(r)) {
            find_at(r, DIAG_ERROR, P_DBT_VERSION, place,
                    "%s needs dbt %s, and Cutover reads projects as dbt %s does", package->name,
                    *it, DBT_VERSION)
                ->hint = "widen it if the project works with that version too; "
                         "`flags: {version_check: false}` in the project's own dbt_project.yml "
                         "switches the check off";
        }
    }
}

/* ---- names ---- */

static bool is_dbts_own(const char *name)
{
    return str_eq(name, "dbt") || str_eq(name, "dbt_postgres") || str_eq(name, "dbt_materialize");
}

static void check_names_of_packages(Reader *r)
{
    Map seen = {0};
    vec_each (Package *, it, &r->packages) {
        const Package *package = *it, *other = map_get(&seen, package->name);
        Place place = place_of(package->file, yaml_get(package->yaml, "name"));
        if (other) {
            find_at(r, DIAG_ERROR, P_PACKAGE_NAME, place, "two packages are called \"%s\"",
                    package->name)
                ->hint = arena_printf(r->arena, "the other is %s: remove one", other->file);
        } else if (is_dbts_own(package->name)) {
            find_at(r, DIAG_ERROR, P_PACKAGE_NAME, place, "\"%s\" is the name of a part of dbt",
                    package->name)
                ->hint = "give the project another name";
        }
        map_put(r->arena, &seen, package->name, *it);
    }
}

void check_packages(Reader *r)
{
    check_names_of_packages(r);
    vec_each (Package *, it, &r->packages) {
        check_version(r, *it);
        check_project_keys(r, *it);
    }
}
