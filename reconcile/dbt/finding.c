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
