/* Reading the selection language. No method is looked into here but for values that cannot mean anything. */
#include "cutover/select.h"

#include "codes.h"

#include "cutover/str.h"

#include <ctype.h>
#include <string.h>

#define LONGEST_TEXT 65536

/* ---- findings ---- */

/* The bytes of the line at which WHERE begins, from its column on; NULL when the file is not at hand. */
static const char *source_at(const SelectText *where)
{
    const char *p = where->source;
    for (int line = 1; p && line < where->line; line++) {
        p = strchr(p, '\n');
        p = p ? p + 1 : NULL;
    }
    for (int column = 1; p && *p && *p != '\n' && column < where->column; column++) {
        do {
            p++;
        } while ((*p & 0xc0) == 0x80);
    }
    return p;
}

static int characters(const char *text, size_t bytes)
{
    int count = 0;
    for (size_t i = 0; i < bytes; i++) {
        count += (text[i] & 0xc0) != 0x80;
    }
    return count;
}

Diag *select_finding(Diags *diags, DiagSeverity severity, const char *code, const SelectText *where,
                     size_t offset, size_t length, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    Diag *diag = diag_add(diags, severity, code, "%s", arena_vprintf(diags->arena, format, args));
    va_end(args);
    const char *at = source_at(where);
    size_t quote = at && (*at == '"' || *at == '\'') ? 1 : 0;
    bool there = at && strncmp(at + quote, where->text, offset + length) == 0;
    int column = where->column + (there ? (int)quote + characters(where->text, offset) : 0);
    int width = there && length ? characters(where->text + offset, length) : 1;
    if (where->file) {
        diag_place(diags, diag, where->file, where->source, where->source_length, where->line,
                   column, width);
    }
    return diag;
}

/* ---- methods ---- */

typedef struct MethodRow {
    const char *name;
    SelectMethod method;
    const char *missing; /* why there is none of that name here */
    const char *values;  /* the only ones, with blanks between */
    size_t most_parts;   /* of a dotted value; 0: any number */
} MethodRow;

static const char no_artifacts[] = "it needs the artifacts of an earlier dbt run";

static const MethodRow methods[] = {
    {"fqn", SELECT_FQN, NULL, NULL, 0},
    {"tag", SELECT_TAG, NULL, NULL, 0},
    {"group", SELECT_GROUP, NULL, NULL, 0},
    {"access", SELECT_ACCESS, NULL, "private protected public", 0},
    {"source", SELECT_SOURCE, NULL, NULL, 3},
    {"exposure", SELECT_EXPOSURE, NULL, NULL, 2},
    {"path", SELECT_PATH, NULL, NULL, 0},
    {"file", SELECT_FILE, NULL, NULL, 0},
    {"package", SELECT_PACKAGE, NULL, NULL, 0},
    {"config", SELECT_CONFIG, NULL, NULL, 0},
    {"test_name", SELECT_TEST_NAME, NULL, NULL, 0},
    {"test_type", SELECT_TEST_TYPE, NULL, "generic singular data schema unit", 0},
    {"resource_type", SELECT_RESOURCE_TYPE, NULL,
     "model seed test source snapshot analysis exposure metric saved_query semantic_model "
     "unit_test "
     "operation sql_operation rpc doc macro group fixture",
     0},
    {"version", SELECT_VERSION, NULL, "latest prerelease old none", 0},
    {"state", SELECT_STATE, NULL,
     "new old modified unmodified modified.body modified.configs modified.relation modified.macros "
     "modified.persisted_descriptions modified.contract",
     0},
    {"selector", SELECT_SELECTOR, NULL, NULL, 0},
    {"metric", SELECT_METHODS, "metrics are not read", NULL, 0},
    {"semantic_model", SELECT_METHODS, "semantic models are not read", NULL, 0},
    {"saved_query", SELECT_METHODS, "saved queries are not read", NULL, 0},
    {"unit_test", SELECT_METHODS, "unit tests are not run", NULL, 0},
    {"result", SELECT_METHODS, no_artifacts, NULL, 0},
    {"source_status", SELECT_METHODS, no_artifacts, NULL, 0},
};

enum { METHOD_ROWS = sizeof methods / sizeof *methods };

static const MethodRow *row_of(const char *name)
{
    for (size_t i = 0; i < METHOD_ROWS; i++) {
        if (str_eq(methods[i].name, name)) {
            return &methods[i];
        }
    }
    return NULL;
}

static const MethodRow *row_of_method(SelectMethod method)
{
    for (size_t i = 0; i < METHOD_ROWS; i++) {
        if (methods[i].method == method && !methods[i].missing) {
            return &methods[i];
        }
    }
    return NULL;
}

/* The whole criterion is underlined: it is short, and what is wrong is named. */
static Diag *wrong(Diags *diags, const char *code, const SelectText *where, const char *message)
{
    return select_finding(diags, DIAG_ERROR, code, where, 0, strlen(where->text), "%s", message);
}

static bool unknown_method(Arena *arena, const Selection *c, const char *name, Diags *diags)
{
    StrVec known = {0};
    for (size_t i = 0; i < METHOD_ROWS; i++) {
        if (!methods[i].missing) {
            vec_push(arena, &known, methods[i].name);
        }
    }
    const char *nearest = str_nearest(name, &known);
    Diag *diag = wrong(diags, P_SELECT_METHOD, &c->where,
                       arena_printf(arena, "there is no selector method \"%s\"", name));
    diag->label = nearest ? arena_printf(arena, "did you mean \"%s\"?", nearest) : NULL;
    diag->hint = nearest ? NULL : arena_printf(arena, "methods: %s", str_join(arena, &known, ", "));
    return false;
}

static bool check_value(Arena *arena, const Selection *c, Diags *diags)
{
    const MethodRow *row = row_of_method(c->method);
    StrVec values = row->values ? str_split(arena, row->values, ' ') : (StrVec){0};
    if (row->values && !str_in(&values, c->value)) {
        const char *nearest = str_nearest(c->value, &values);
        Diag *diag = wrong(diags, P_SELECT, &c->where,
                           arena_printf(arena, "%s: there is no \"%s\"", row->name, c->value));
        diag->label = nearest ? arena_printf(arena, "did you mean \"%s\"?", nearest) : NULL;
        diag->hint = arena_printf(arena, "one of: %s", str_join(arena, &values, ", "));
        return false;
    }
    StrVec dotted = str_split(arena, c->value, '.');
    if (row->most_parts && dotted.count > row->most_parts) {
        wrong(diags, P_SELECT, &c->where,
              c->method == SELECT_SOURCE
                  ? "a source is called SOURCE, SOURCE.TABLE or PACKAGE.SOURCE.TABLE"
                  : "an exposure is called EXPOSURE or PACKAGE.EXPOSURE");
        return false;
    }
    if (c->method == SELECT_PATH && *c->value == '/') {
        wrong(diags, P_SELECT, &c->where, "a path is relative to the project's folder");
        return false;
    }
    return true;
}

/* path, file or fqn, as dbt guesses. */
static SelectMethod guess_method(Arena *arena, const char *value)
{
    const char *lower = str_lower(arena, value);
    if (strchr(value, '/')) {
        return SELECT_PATH;
    }
    bool file = str_ends(lower, ".sql") || str_ends(lower, ".py") || str_ends(lower, ".csv");
    return file ? SELECT_FILE : SELECT_FQN;
}

bool select_set_method(Arena *arena, Selection *c, const char *method, Diags *diags)
{
    if (!method) {
        c->method = guess_method(arena, c->value);
        return check_value(arena, c, diags);
    }
    StrVec parts = str_split(arena, method, '.');
    const MethodRow *row = row_of(parts.items[0]);
    if (!row) {
        return unknown_method(arena, c, parts.items[0], diags);
    }
    if (row->missing) {
        wrong(diags, P_SELECT_MISSING, &c->where,
              arena_printf(arena, "selector method \"%s\" is not yet supported: %s", row->name,
                           row->missing));
        return false;
    }
    c->method = row->method;
    for (size_t i = 1; i < parts.count; i++) {
        vec_push(arena, &c->arguments, parts.items[i]);
    }
    if ((c->method == SELECT_CONFIG) != (c->arguments.count > 0)) {
        wrong(diags, P_SELECT, &c->where,
              c->method == SELECT_CONFIG
                  ? "which config? write config.materialized:view, for instance"
                  : arena_printf(arena, "selector method \"%s\" has nothing behind a dot",
                                 row->name));
        return false;
    }
    return check_value(arena, c, diags);
}

/* ---- one criterion ---- */

/* The part of WHERE that is LENGTH bytes at OFFSET, with its place. */
static SelectText part_of(Arena *arena, const SelectText *where, size_t offset, size_t length)
{
    const char *at = source_at(where);
    size_t quote = at && (*at == '"' || *at == '\'') ? 1 : 0;
    SelectText part = *where;
    part.text = arena_strndup(arena, where->text + offset, length);
    if (at && strncmp(at + quote, where->text, offset + length) == 0) {
        part.column += (int)quote + characters(where->text, offset);
    }
    return part;
}

/* DIGITS, all of a number of steps; none: as far as it goes. */
static int64_t steps_of(const char *digits, size_t length)
{
    int64_t steps = 0;
    for (size_t i = 0; i < length; i++) {
        steps = steps > SELECT_FAR / 10 - 1 ? SELECT_FAR / 10 - 1 : steps * 10 + (digits[i] - '0');
    }
    return length ? steps : SELECT_FAR;
}

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '.' || (c & 0x80);
}

/* "+N" at the end of TEXT: where it begins, or NULL. */
static const char *children_suffix(const char *text)
{
    const char *end = text + strlen(text), *p = end;
    while (p > text && isdigit((unsigned char)p[-1])) {
        p--;
    }
    return p > text && p[-1] == '+' ? p - 1 : NULL;
}

static bool check_whole(const Selection *c, Diags *diags)
{
    if (c->ring && c->children) {
        wrong(diags, P_SELECT, &c->where, "\"@\" in front and \"+\" behind exclude each other")
            ->hint = "@x is what reads x and all that these read; x+ is what reads x";
        return false;
    }
    if (!*c->value) {
        wrong(diags, P_SELECT, &c->where, "a criterion without a value");
        return false;
    }
    return true;
}

static const Selection *read_criterion(Arena *arena, SelectText where, SelectIndirect indirect,
                                       Diags *diags)
{
    Selection *c = arena_make(arena, Selection);
    c->where = where;
    c->indirect = indirect;
    const char *p = where.text;
    c->ring = *p == '@';
    p += c->ring;
    size_t digits = strspn(p, "0123456789");
    if (p[digits] == '+') {
        c->parents = steps_of(p, digits);
        p += digits + 1;
    }
    size_t word = 0;
    while (is_word(p[word])) {
        word++;
    }
    const char *method = word && p[word] == ':' ? arena_strndup(arena, p, word) : NULL;
    p += method ? word + 1 : 0;
    const char *suffix = children_suffix(p);
    if (suffix) {
        c->children = steps_of(suffix + 1, strlen(suffix + 1));
    }
    c->value = arena_strndup(arena, p, suffix ? (size_t)(suffix - p) : strlen(p));
    return check_whole(c, diags) && select_set_method(arena, c, method, diags) ? c : NULL;
}

const Selection *select_parse_one(Arena *arena, const SelectText *text, SelectIndirect indirect,
                                  Diags *diags)
{
    return read_criterion(arena, *text, indirect, diags);
}

/* ---- unions of intersections ---- */

void select_flag(Arena *arena, SelectTexts *texts, const char *text, const char *flag)
{
    if (text) {
        vec_push(arena, texts,
                 ((SelectText){.text = text,
                               .file = flag,
                               .line = 1,
                               .column = 1,
                               .source = text,
                               .source_length = strlen(text)}));
    }
}

Selection *select_group(Arena *arena, SelectOp op, SelectText where, SelectIndirect indirect)
{
    Selection *s = arena_make(arena, Selection);
    *s = (Selection){.op = op, .where = where, .indirect = indirect};
    return s;
}

/* "a,b,c" */
static const Selection *read_intersection(Arena *arena, SelectText where, SelectIndirect indirect,
                                          Diags *diags)
{
    Selection *all = select_group(arena, SELECT_INTERSECTION, where, indirect);
    all->must_match = true;
    bool ok = true;
    for (size_t at = 0;;) {
        size_t length = strcspn(where.text + at, ",");
        SelectText part = part_of(arena, &where, at, length);
        const Selection *c = NULL;
        if (length) {
            c = read_criterion(arena, part, indirect, diags);
        } else {
            wrong(diags, P_SELECT, &where,
                  "a comma intersects two criteria: one of them is missing");
        }
        ok &= c != NULL;
        if (c) {
            vec_push(arena, &all->parts, c);
        }
        at += length;
        if (where.text[at++] != ',') {
            break;
        }
    }
    return ok ? all : NULL;
}

static bool read_text(Arena *arena, const SelectText *text, Selection *all, Diags *diags)
{
    static const char space[] = " \t\r\n";
    bool ok = true;
    if (strlen(text->text) > LONGEST_TEXT) {
        select_finding(diags, DIAG_ERROR, P_SELECT, text, 0, 1, "a selector of more than %d bytes",
                       LONGEST_TEXT);
        return false;
    }
    for (size_t at = strspn(text->text, space); text->text[at];) {
        size_t length = strcspn(text->text + at, space);
        const Selection *part =
            read_intersection(arena, part_of(arena, text, at, length), all->indirect, diags);
        ok &= part != NULL;
        if (part) {
            vec_push(arena, &all->parts, part);
        }
        at += length;
        at += strspn(text->text + at, space);
    }
    return ok;
}

const Selection *select_parse(Arena *arena, const SelectTexts *texts, SelectIndirect indirect,
                              Diags *diags)
{
    SelectText where = texts->count ? texts->items[0] : (SelectText){.text = ""};
    Selection *all = select_group(arena, SELECT_UNION, where, indirect);
    bool ok = true;
    vec_each (const SelectText, it, texts) {
        ok &= read_text(arena, it, all, diags);
    }
    return ok ? all : NULL;
}

/* ---- putting together ---- */

/* What dbt takes when nothing is said. */
static const Selection *everything(Arena *arena)
{
    Selection *all = select_group(arena, SELECT_UNION, (SelectText){.text = "*"}, SELECT_EAGER);
    static const SelectMethod every[] = {SELECT_FQN, SELECT_SOURCE, SELECT_EXPOSURE};
    for (size_t i = 0; i < sizeof every / sizeof *every; i++) {
        Selection *c = select_group(arena, SELECT_CRITERION, all->where, SELECT_EAGER);
        c->method = every[i];
        c->value = "*";
        vec_push(arena, &all->parts, c);
    }
    return all;
}

const Selection *select_without(Arena *arena, const Selection *included, const Selection *excluded)
{
    const Selection *taken = included ? included : everything(arena);
    if (!excluded) {
        return taken;
    }
    Selection *both = select_group(arena, SELECT_DIFFERENCE, taken->where, SELECT_EAGER);
    vec_push(arena, &both->parts, taken);
    vec_push(arena, &both->parts, excluded);
    return both;
}

bool select_indirect(const char *word, SelectIndirect *indirect)
{
    static const char *const words[] = {[SELECT_EAGER] = "eager",
                                        [SELECT_CAUTIOUS] = "cautious",
                                        [SELECT_BUILDABLE] = "buildable",
                                        [SELECT_EMPTY] = "empty"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (str_eq(word, words[i])) {
            *indirect = (SelectIndirect)i;
            return true;
        }
    }
    return false;
}
