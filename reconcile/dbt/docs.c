/*
 * Descriptions, and the docs blocks that doc() takes them from:
 *   {% docs order_status %} ... {% enddocs %}   in a .md file of the project or of a package
 */
#include "reader.h"

#include "cutover/str.h"

#include <ctype.h>
#include <string.h>

/* Past "{%- word" at P, or NULL. */
static const char *tag(const char *p, const char *word)
{
    p += 2;
    p += *p == '-';
    p += strspn(p, " \t\r\n");
    size_t length = strlen(word);
    bool same = strncmp(p, word, length) == 0 && !isalnum((unsigned char)p[length]);
    return same ? p + length : NULL;
}

static const char *behind_tag(const char *p)
{
    const char *end = strstr(p, "%}");
    return end ? end + 2 : NULL;
}

static const char *next_end(const char *p)
{
    p = strstr(p, "{%");
    while (p && !tag(p, "enddocs")) {
        p = strstr(p + 2, "{%");
    }
    return p;
}

/* The block that begins at *P ("{% docs"), which moves behind its end. False: it does not end. */
static bool read_block(Reader *r, const Package *package, const File *file, const char **p)
{
    const char *name = tag(*p, "docs");
    name += strspn(name, " \t\r\n");
    size_t length = strcspn(name, " \t\r\n-%");
    const char *text = behind_tag(name), *end = text ? next_end(text) : NULL;
    if (!end) {
        int line = 1;
        for (const char *q = file->text; q < *p; q++) {
            line += *q == '\n';
        }
        find_at(r, DIAG_ERROR, P_DOCS, (Place){file->path, line, 1, 1},
                "the docs block \"%.*s\" does not end", (int)length, name);
        return false;
    }
    const char *key = arena_printf(r->arena, "%s\t%.*s", package->name, (int)length, name);
    const char *block = arena_strndup(r->arena, text, (size_t)(end - text));
    map_put(r->arena, &r->docs, key, str_trim(r->arena, block));
    *p = behind_tag(end);
    return *p;
}

static bool is_of(const Reader *r, const Package *package, const File *file)
{
    return str_ends(file->path, ".md") && str_starts(file->path, package->root) &&
           (package != r->root || !str_starts(file->path, "dbt_packages/"));
}

void read_docs(Reader *r)
{
    vec_each (Package *, package, &r->packages) {
        vec_each (File, file, &r->files->list) {
            const char *p = is_of(r, *package, file) ? strstr(file->text, "{%") : NULL;
            while (p) {
                if (!tag(p, "docs")) {
                    p += 2;
                } else if (!read_block(r, *package, file, &p)) {
                    break;
                }
                p = strstr(p, "{%");
            }
        }
    }
}

/* In the package that is named; else in the root project, that of the description, any. */
static const char *find_doc(const Scope *scope, const char *package, const char *name)
{
    const Reader *r = scope->reader;
    const char *places[] = {package, package ? NULL : scope->package->name,
                            package ? NULL : r->root->name};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        const char *text =
            places[i] ? map_get(&r->docs, arena_printf(r->arena, "%s\t%s", places[i], name)) : NULL;
        if (text) {
            return text;
        }
    }
    map_each (it, &r->docs) {
        if (!package && str_eq(strchr(it->key, '\t') + 1, name)) {
            return it->value;
        }
    }
    return NULL;
}

static bool call_doc(JinjaCall *call, void *self, PyValue *out)
{
    const Scope *scope = self;
    PyValue arg[2];
    if (!jinja_bind(call, "name second?", arg)) {
        return false;
    }
    bool two = !py_is_undefined(arg[1]);
    const char *name = jinja_want_text(call->run, arg[two], "name");
    const char *package = two ? jinja_want_text(call->run, arg[0], "package") : NULL;
    if (!name || (two && !package)) {
        return false;
    }
    const char *text = find_doc(scope, package, name);
    if (!text) {
        StrVec names = {0};
        map_each (it, &scope->reader->docs) {
            vec_push(scope->reader->arena, &names, strchr(it->key, '\t') + 1);
        }
        jinja_point_at(call, two);
        jinja_fail(call->run, P_DOCS, "there is no docs block \"%s\"", name);
        jinja_error(call->run)->label = did_you_mean(scope->reader, name, &names);
        return false;
    }
    if (has_jinja(text)) { /* dbt renders a block where nothing is known */
        return jinja_fail(call->run, P_UNSUPPORTED,
                          "Jinja in the docs block \"%s\" is not supported", name);
    }
    *out = py_text(text);
    return true;
}

static const char *rendered(Reader *r, Diags *found, const Package *package, const char *file,
                            const Yaml *yaml)
{
    const char *text = yaml_text(yaml);
    if (!text || !has_jinja(text)) {
        return text;
    }
    Scope scope = file_scope(r, SCOPE_YAML, package);
    PyValue globals = py_dict(r->arena);
    py_dict_put(r->arena, globals.dict, "doc", jinja_function(r->arena, "doc", call_doc, &scope));
    JinjaEnv env = scope_env(&scope);
    env.globals = globals.dict;
    JinjaSource source = {.name = file,
                          .text = text,
                          .length = strlen(text),
                          .first_line = yaml->line,
                          .owner = package};
    const JinjaTemplate *template = jinja_parse(r->arena, &source, found);
    Buf out = buf_new(r->arena, 1 << 20);
    bool ok = template && jinja_render(r->arena, &env, template, &out, found);
    place_found(r, found, (Place){file, yaml->line, yaml->column, 1});
    return ok ? out.data : NULL;
}

const char *description_text(Reader *r, const Node *node, const Yaml *yaml)
{
    Diags unheard = diags_new(r->arena);
    return rendered(r, &unheard, node->patch_package, node->patch_file, yaml);
}

/* ---- all of them ---- */

static void check(Reader *r, const Package *package, const char *file, const Yaml *yaml)
{
    Diags found = diags_new(r->arena);
    rendered(r, &found, package, file, yaml);
    if (found.list.count && first_at(r, place_of(file, yaml), "description")) {
        diags_take(r->diags, &found);
    }
}

static void check_entry(Reader *r, const Package *package, const char *file, const Yaml *entry)
{
    check(r, package, file, yaml_get(entry, "description"));
    const Yaml *columns = yaml_get(entry, "columns");
    for (size_t i = 0; columns && columns->type == YAML_IS_LIST && i < columns->items.count; i++) {
        check(r, package, file, yaml_get(columns->items.items[i], "description"));
    }
}

void note_description(Reader *r, const Package *package, const char *file, const Yaml *entry)
{
    const char *text = yaml_text(yaml_get(entry, "description"));
    if (text && has_jinja(text)) {
        vec_push(r->arena, &r->described, (Described){package, file, entry});
    }
}

void check_descriptions(Reader *r)
{
    vec_each (Described, it, &r->described) {
        check_entry(r, it->package, it->file, it->entry);
    }
    vec_each (Node *, it, &r->nodes) {
        if ((*it)->enabled && (*it)->patch) {
            check_entry(r, (*it)->patch_package, (*it)->patch_file, (*it)->patch);
        }
    }
    vec_each (Source *, it, &r->sources) {
        for (size_t i = 0; (*it)->enabled && i < 2; i++) {
            check_entry(r, (*it)->package, (*it)->place.file, (*it)->entries[i]);
        }
    }
}
