/* Findings with their place in the project's files. */
#include "reader.h"

#include "cutover/str.h"

#include <string.h>

Diag *find_at(Reader *r, DiagSeverity severity, const char *code, Place place, const char *format,
              ...)
{
    va_list args;
    va_start(args, format);
    Diag *diag =
        diag_add(r->diags, severity, code, "%s", arena_vprintf(r->diags->arena, format, args));
    va_end(args);
    if (place.file) {
        const File *file = files_get(r->files, place.file);
        if (!file && r->options->profiles) {
            file = files_get(r->options->profiles, place.file);
        }
        diag_place(r->diags, diag, place.file, file ? file->text : NULL, file ? file->length : 0,
                   place.line, place.column, place.length);
    }
    return diag;
}

bool first_at(Reader *r, Place place, const char *what)
{
    const char *key =
        arena_printf(r->arena, "%s:%d:%d:%s", place.file, place.line, place.column, what);
    return !map_put(r->arena, &r->said, key, r);
}

static int width(const Yaml *yaml)
{
    bool one_line = yaml->type == YAML_IS_SCALAR && !strchr(yaml->text, '\n');
    return one_line ? (int)py_text_length(yaml->text) + (yaml->quoted ? 2 : 0) : 1;
}

Place place_of(const char *file, const Yaml *yaml)
{
    return yaml ? (Place){file, yaml->line, yaml->column, width(yaml)} : (Place){.file = file};
}

Place place_key(const char *file, const Yaml *map, const char *key)
{
    if (map && map->type == YAML_IS_MAP) {
        vec_each (YamlMember, it, &map->members) {
            if (strcmp(it->key, key) == 0) {
                return (Place){file, it->key_line, it->key_column, (int)py_text_length(key)};
            }
        }
    }
    return place_of(file, map);
}

const char *did_you_mean(Reader *r, const char *word, const StrVec *candidates)
{
    const char *nearest = str_nearest(word, candidates);
    return nearest ? arena_printf(r->arena, "did you mean \"%s\"?", nearest) : NULL;
}

/* "called from models/a.sql:3:4, in macro x" as a place; false for dbt's own macros and other texts. */
static bool read_call(Reader *r, const char *text, Place *place)
{
    static const char head[] = "called from ";
    if (!str_starts(text, head) || str_starts(text + strlen(head), "dbt:")) {
        return false;
    }
    const char *comma = strstr(text, ", in ");
    char *copy = arena_strndup(r->arena, text + strlen(head),
                               (comma ? comma : text + strlen(text)) - text - strlen(head));
    char *column = strrchr(copy, ':');
    if (column) {
        *column = '\0';
    }
    char *line = strrchr(copy, ':');
    if (!column || !line) {
        return false;
    }
    *line = '\0';
    *place = (Place){copy, atoi(line + 1), atoi(column + 1), 1};
    return true;
}

static void place_one(const Reader *r, Diags *diags, Diag *diag, Place place)
{
    const File *file = files_get(r->files, place.file);
    diag_place(diags, diag, place.file, file ? file->text : NULL, file ? file->length : 0,
               place.line, place.column, place.length);
}

void place_found(const Reader *r, Diags *found, Place place)
{
    vec_each (Diag, it, &found->list) {
        place_one(r, found, it, place);
    }
}

/* A failure inside one of dbt's own macros is shown where the project calls it. */
void place_builtin_findings(Reader *r)
{
    vec_each (Diag, diag, &r->diags->list) {
        Place place = {0};
        size_t i = 0;
        while (str_eq(diag->file, "dbt") && i < diag->chain.count &&
               !read_call(r, diag->chain.items[i], &place)) {
            i++;
        }
        if (!str_eq(diag->file, "dbt") || i == diag->chain.count) {
            continue;
        }
        place_one(r, r->diags, diag, place);
        diag->chain.items += i + 1;
        diag->chain.count -= i + 1;
    }
}

void drop_followers(Reader *r)
{
    size_t kept = 0;
    vec_each (Diag, it, &r->diags->list) {
        if (!str_eq(it->code, FOLLOWS)) {
            r->diags->list.items[kept++] = *it;
        }
    }
    r->diags->list.count = kept;
}
