/* YAML as Python's values: as written, or with Jinja rendered natively, as dbt reads its files. */
#include "reader.h"
#include "sql_date.h"

#include "cutover/str.h"

#include <ctype.h>
#include <string.h>

bool has_jinja(const char *text)
{
    return text && (strstr(text, "{{") || strstr(text, "{%") || strstr(text, "{#"));
}

bool changes_rendered(const char *text)
{
    return has_jinja(text) || str_ends(text, "\n") || strchr(text, '\r');
}

/* DATES: dates are values; else texts, as dbt has them in whatever it renders. */
static PyValue scalar(Arena *arena, const Yaml *yaml, bool dates)
{
    PyValue date;
    bool boolean;
    int64_t integer;
    double real;
    if (yaml_is_null(yaml)) {
        return py_none();
    }
    if (yaml_bool(yaml, &boolean)) {
        return py_bool(boolean);
    }
    if (yaml_int(yaml, &integer)) {
        return py_int(integer);
    }
    if (yaml_float(yaml, &real)) {
        return py_float(real);
    }
    if (yaml_date(arena, yaml, &date)) {
        return dates ? date : py_text(sql_date_iso(arena, date));
    }
    return py_text(yaml->text);
}

/* A finding inside a YAML text is placed in the value; it belongs into the file. */
static void move_findings(Reader *r, size_t from, const char *file, const Yaml *yaml)
{
    const File *text = files_get(r->files, file);
    for (size_t i = from; text && i < r->diags->list.count; i++) {
        Diag *diag = &r->diags->list.items[i];
        if (!str_eq(diag->file, file) || strchr(yaml->text, '\n')) {
            continue;
        }
        diag_place(r->diags, diag, file, text->text, text->length, yaml->line,
                   diag->column ? diag->column + yaml->column - 1 + yaml->quoted : yaml->column,
                   diag->length);
    }
}

static bool render_scalar(const Scope *scope, const char *file, const Yaml *yaml, PyValue *out)
{
    *out = scalar(scope->arena, yaml, false);
    if (out->type != PY_STRING || !changes_rendered(yaml->text)) {
        return true;
    }
    Reader *r = scope->reader;
    size_t before = r->diags->list.count;
    JinjaSource source = {.name = file,
                          .text = yaml->text,
                          .length = strlen(yaml->text),
                          .first_line = yaml->line,
                          .owner = scope->package};
    const JinjaTemplate *template = jinja_parse(scope->arena, &source, r->diags);
    JinjaEnv env = scope_env(scope);
    bool ok = template && jinja_eval_native(scope->arena, &env, template, out, r->diags);
    move_findings(r, before, file, yaml);
    return ok;
}

/* SCOPE NULL: texts stay as they are. */
static bool convert(Arena *arena, const Scope *scope, const char *file, const Yaml *yaml,
                    bool dates, PyValue *out)
{
    bool ok = true;
    if (!yaml) {
        *out = py_none();
    } else if (yaml->type == YAML_IS_SCALAR) {
        if (scope) {
            return render_scalar(scope, file, yaml, out);
        }
        *out = scalar(arena, yaml, dates);
    } else if (yaml->type == YAML_IS_LIST) {
        *out = py_list(arena);
        vec_each (Yaml *, it, &yaml->items) {
            PyValue item = py_none();
            ok &= convert(arena, scope, file, *it, dates, &item);
            py_append(arena, *out, item);
        }
    } else {
        *out = py_dict(arena);
        vec_each (YamlMember, it, &yaml->members) {
            PyValue value = py_none();
            ok &= convert(arena, scope, file, it->value, dates, &value);
            py_dict_put(arena, out->dict, it->key, value);
        }
    }
    return ok;
}

PyValue yaml_value(Arena *arena, const Yaml *yaml)
{
    PyValue out;
    convert(arena, NULL, NULL, yaml, true, &out);
    return out;
}

PyValue yaml_value_without_dates(Arena *arena, const Yaml *yaml)
{
    PyValue out;
    convert(arena, NULL, NULL, yaml, false, &out);
    return out;
}

bool yaml_render(const Scope *scope, const char *file, const Yaml *yaml, PyValue *out)
{
    return convert(scope->arena, scope, file, yaml, false, out);
}

const char *yaml_render_text(const Scope *scope, const char *file, const Yaml *yaml)
{
    PyValue value = py_none();
    if (!yaml || !yaml_render(scope, file, yaml, &value) || py_is_none(value) ||
        py_is_undefined(value)) {
        return NULL;
    }
    return py_str(scope->arena, value);
}

const Yaml *read_yaml(Reader *r, const FileSet *files, const char *path)
{
    const File *file = files_get(files, path);
    YamlLimits limits = {.last_wins = true};
    size_t length = file ? file->length : 0;
    while (length && isspace((unsigned char)file->text[length - 1])) { /* which dbt strips */
        length--;
    }
    return file ? yaml_parse(r->arena, path, file->text, length, limits, P_YAML, r->diags) : NULL;
}
