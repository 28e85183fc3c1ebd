/* The macros of project and packages, and how a name finds one. */
#include "reader.h"

#include "cutover/str.h"

#include <ctype.h>
#include <string.h>

static const char *macro_key(Arena *arena, const JinjaMacro *macro)
{
    return macro->kind == JINJA_TEST ? arena_printf(arena, "test_%s", macro->name) : macro->name;
}

/* What dbt would do by another macro than its own, and Cutover does in C: an override would be lost. */
static bool changes_what_dbt_does(const char *name)
{
    static const char *const prefixes[] = {"materialize__", "default__"};
    static const char *const names[] = {
        "create_view_as",
        "create_table_as",
        "create_materialized_view_as",
        "get_create_index_sql",
        "create_indexes",
        "get_create_view_as_sql",
        "generate_cluster_name",
        "get_create_source_sql",
        "get_create_sink_sql",
        "run_hooks",
        "persist_docs",
        "generate_deploy_cluster_name",
        "load_csv_rows",
        "create_csv_table",
        "get_test_sql",
        "get_refresh_interval_sql",
        "apply_grants",
    };
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        name += str_starts(name, prefixes[i]) ? strlen(prefixes[i]) : 0;
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (str_eq(name, names[i])) {
            return true;
        }
    }
    return false;
}

static void refuse_override(Reader *r, const Package *package, const JinjaMacro *jinja)
{
    bool materialization = jinja->kind == JINJA_MATERIALIZATION;
    if (package != r->root || (!materialization && !changes_what_dbt_does(jinja->name))) {
        return;
    }
    Place place = {jinja->template->name, jinja->line, jinja->column, (int)strlen(jinja->name)};
    find_at(r, r->options->manifest ? DIAG_WARNING : DIAG_ERROR, P_OVERRIDE, place,
            "%s \"%s\" changes how dbt creates objects",
            materialization ? "materialization" : "macro", jinja->name)
        ->hint = r->options->manifest
                     ? "Cutover creates objects itself and does not call it"
                     : "Cutover creates objects itself and would not call it; remove it, or hand "
                       "over manifest.json (project.manifest)";
}

void add_macro(Reader *r, Package *package, const JinjaMacro *jinja)
{
    refuse_override(r, package, jinja);
    if (jinja->kind == JINJA_MATERIALIZATION) {
        return;
    }
    const char *key = macro_key(r->arena, jinja);
    const Macro *old = map_get(&package->macros, key);
    if (old) {
        Place place = {jinja->template->name, jinja->line, jinja->column, (int)strlen(jinja->name)};
        find_at(r, DIAG_ERROR, P_DUPLICATE_MACRO, place, "macro \"%s\" is defined twice",
                jinja->name)
            ->hint =
            arena_printf(r->arena, "also in %s:%d", old->jinja->template->name, old->jinja->line);
        return;
    }
    Macro *macro = arena_make(r->arena, Macro);
    *macro = (Macro){jinja, package, jinja_macro(r->arena, jinja)};
    map_put(r->arena, &package->macros, key, macro);
}

/* Past WORD and the space behind it at P, or NULL. */
static const char *behind_word(const char *p, const char *word)
{
    size_t length = strlen(word);
    bool same = strncmp(p, word, length) == 0 && isspace((unsigned char)p[length]);
    return same ? p + length + strspn(p + length, " \t\r\n") : NULL;
}

/* One macro for each that TEXT begins, on its line: it takes anything, and fails without a finding. */
static const char *stand_ins(Reader *r, const char *text)
{
    static const char *const kinds[] = {"macro", "test", "data_test"};
    Buf out = buf_new(r->arena, 1u << 26);
    for (const char *p = text; *p; p++) {
        const char *word = strncmp(p, "{%", 2) ? NULL : p + 2 + (p[2] == '-');
        word = word ? word + strspn(word, " \t\r\n") : NULL;
        for (size_t i = 0; word && i < sizeof kinds / sizeof *kinds; i++) {
            const char *kind = i ? "test" : "macro", *name = behind_word(word, kinds[i]);
            size_t length = 0;
            while (name && (isalnum((unsigned char)name[length]) || name[length] == '_')) {
                length++;
            }
            if (length) {
                buf_printf(&out,
                           "{%% %s %.*s() %%}{{ %s([varargs, kwargs, caller]) }}{%% end%s %%}",
                           kind, (int)length, name, STAND_IN, kind);
            }
        }
        buf_text(&out, *p == '\n' ? "\n" : "");
    }
    return out.data ? out.data : "";
}

static void add_macros(Reader *r, Package *package, const JinjaTemplate *template)
{
    for (size_t i = 0; template && i < template->macros.count; i++) {
        add_macro(r, package, template->macros.items[i]);
    }
}

/* What uses a macro of a file that cannot be read is passed over: all other findings show beside that of the file. */
static void read_file(Reader *r, Package *package, const File *file)
{
    JinjaSource source = {
        .name = file->path, .text = file->text, .length = file->length, .owner = package};
    const JinjaTemplate *template = jinja_parse(r->arena, &source, r->diags);
    if (!template) {
        Diags unheard = diags_new(r->arena);
        source.text = stand_ins(r, file->text);
        source.length = strlen(source.text);
        template = jinja_parse(r->arena, &source, &unheard);
    }
    add_macros(r, package, template);
}

static void read_folder(Reader *r, Package *package, const char *path)
{
    const char *folder = arena_printf(r->arena, "%s%s/", package->root, path);
    vec_each (File, it, &r->files->list) {
        if (str_starts(it->path, folder) && str_ends(it->path, ".sql")) {
            read_file(r, package, it);
        }
    }
}

bool read_macros(Reader *r)
{
    vec_each (Package *, package, &r->packages) {
        vec_each (const char *, path, &(*package)->macro_paths) {
            read_folder(r, *package, *path);
        }
        vec_each (const char *, path, &(*package)->test_paths) {
            read_folder(r, *package, arena_printf(r->arena, "%s/generic", *path));
        }
    }
    return add_builtin_macros(r);
}

/* ---- finding ---- */

const Macro *find_macro(const Reader *r, const Package *package, const char *name)
{
    uint32_t hash = map_hash(name);
    const Macro *macro = package ? map_find(&package->macros, name, hash) : NULL;
    macro = macro || package == r->root ? macro : map_find(&r->root->macros, name, hash);
    return macro || !r->builtin ? macro : map_find(&r->builtin->macros, name, hash);
}

static const Macro *of_package(const Reader *r, Arena *scratch, const char *package,
                               const char *name)
{
    static const char *const prefixes[] = {"materialize", "postgres", "default"};
    const Package *found = map_get(&r->package_by_name, package);
    for (size_t i = 0; found && i < sizeof prefixes / sizeof *prefixes; i++) {
        const char *full = str_concat(scratch, prefixes[i], "__", name, NULL);
        const Macro *macro = map_get(&found->macros, full);
        if (macro) {
            return macro;
        }
    }
    return NULL;
}

/* `dispatch:` of dbt_project.yml may give the packages to search; else the root project comes first. */
static StrVec search_order(const Reader *r, Arena *scratch, const char *namespace)
{
    StrVec order = {0};
    const Yaml *list = yaml_get(r->root->yaml, "dispatch");
    for (size_t i = 0; list && list->type == YAML_IS_LIST && i < list->items.count; i++) {
        const Yaml *packages = yaml_get(list->items.items[i], "search_order");
        if (!str_eq(yaml_text(yaml_get(list->items.items[i], "macro_namespace")), namespace)) {
            continue;
        }
        for (size_t k = 0; packages && k < packages->items.count; k++) {
            const char *name = yaml_text(packages->items.items[k]);
            if (name) {
                vec_push(scratch, &order, name);
            }
        }
        return order;
    }
    vec_push(scratch, &order, r->root->name);
    vec_push(scratch, &order, namespace);
    return order;
}

const Macro *dispatch_macro(const Reader *r, Arena *scratch, const Package *package,
                            const char *name, const char *namespace)
{
    StrVec order = {0};
    if (namespace) {
        order = search_order(r, scratch, namespace);
    } else {
        vec_push(scratch, &order, package->name);
        vec_push(scratch, &order, r->root->name);
        vec_push(scratch, &order, r->builtin->name);
    }
    vec_each (const char *, it, &order) {
        const Macro *macro = of_package(r, scratch, *it, name);
        if (macro) {
            return macro;
        }
    }
    return NULL;
}
