#include "cutover/yaml.h"

#include "cutover/str.h"

#include <ctype.h>
#include <math.h>
#include <string.h>
#include <yaml.h>

#define DEEPEST 64
#define MOST_NODES 1000000

typedef struct Reader {
    Arena *arena;
    yaml_parser_t parser;
    const char *file, *text, *code;
    size_t length;
    YamlLimits limits;
    Diags *diags;
    Map anchors; /* name to Yaml * */
    size_t nodes;
    bool failed;
} Reader;

typedef VEC(const Yaml *) Merges;

static Diag *finding(Reader *r, DiagSeverity severity, int line, int column, const char *message)
{
    Diag *diag = diag_add(r->diags, severity, r->code, "%s", message);
    diag_place(r->diags, diag, r->file, r->text, r->length, line, column, 1);
    return diag;
}

static void fail(Reader *r, int line, int column, const char *message)
{
    if (!r->failed) {
        finding(r, DIAG_ERROR, line, column, message);
    }
    r->failed = true;
}

static void fail_at(Reader *r, const yaml_event_t *event, const char *message)
{
    fail(r, (int)event->start_mark.line + 1, (int)event->start_mark.column + 1, message);
}

static bool next_event(Reader *r, yaml_event_t *event)
{
    if (r->failed) {
        return false;
    }
    if (yaml_parser_parse(&r->parser, event)) {
        return true;
    }
    const yaml_parser_t *p = &r->parser;
    const char *problem = p->problem ? p->problem : "not valid YAML";
    fail(r, (int)p->problem_mark.line + 1, (int)p->problem_mark.column + 1,
         p->error == YAML_READER_ERROR
             ? arena_printf(r->arena, "not valid UTF-8: %s (byte %zu)", problem, p->problem_offset)
             : arena_printf(r->arena, "not valid YAML: %s", problem));
    return false;
}

static void count(Reader *r, size_t nodes, const yaml_event_t *event)
{
    r->nodes += nodes;
    if (r->nodes > (r->limits.nodes ? r->limits.nodes : MOST_NODES)) {
        fail_at(r, event, "too large: aliases may stand for themselves many times over");
    }
}

static Yaml *new_node(Reader *r, YamlType type, const yaml_event_t *event)
{
    Yaml *yaml = arena_make(r->arena, Yaml);
    yaml->type = type;
    yaml->line = (int)event->start_mark.line + 1;
    yaml->column = (int)event->start_mark.column + 1;
    count(r, 1, event);
    return yaml;
}

static const char *copy_anchor(Reader *r, const yaml_char_t *anchor)
{
    return arena_strdup(r->arena, (const char *)anchor);
}

static void set_anchor(Reader *r, const char *anchor, Yaml *yaml)
{
    if (anchor) {
        map_put(r->arena, &r->anchors, anchor, yaml);
    }
}

static size_t size_of(const Yaml *yaml)
{
    size_t n = 1;
    for (size_t i = 0; i < yaml->items.count; i++) {
        n += size_of(yaml->items.items[i]);
    }
    for (size_t i = 0; i < yaml->members.count; i++) {
        n += size_of(yaml->members.items[i].value);
    }
    return n;
}

/* An alias shares its anchor's tree; it still counts in full, so that a bomb of aliases is found. */
static Yaml *resolve_alias(Reader *r, const yaml_event_t *event)
{
    const char *name = (const char *)event->data.alias.anchor;
    Yaml *target = map_get(&r->anchors, name);
    if (!target) {
        fail_at(r, event, arena_printf(r->arena, "unknown anchor \"%s\"", name));
        return NULL;
    }
    count(r, size_of(target), event);
    return r->failed ? NULL : target;
}

static Yaml *read_node(Reader *r, yaml_event_t *event, size_t depth);

static Yaml *read_list(Reader *r, yaml_event_t *start, size_t depth)
{
    Yaml *list = new_node(r, YAML_IS_LIST, start);
    const char *anchor = copy_anchor(r, start->data.sequence_start.anchor);
    yaml_event_t event;
    while (next_event(r, &event)) {
        bool ends = event.type == YAML_SEQUENCE_END_EVENT;
        Yaml *item = ends ? NULL : read_node(r, &event, depth + 1);
        yaml_event_delete(&event);
        if (!item) {
            break;
        }
        vec_push(r->arena, &list->items, item);
    }
    set_anchor(r, anchor, list);
    return r->failed ? NULL : list;
}

static YamlMember *find_member(const Yaml *map, const char *key)
{
    vec_each (YamlMember, it, &map->members) {
        if (str_eq(it->key, key)) {
            return it;
        }
    }
    return NULL;
}

/* A map while it is read: an index of its keys, since files may hold very many, and what `<<` brings. */
typedef struct Members {
    Yaml *map;
    Map by_key; /* key to its number + 1 */
    Merges merges;
} Members;

/* As in a Python dict: a key that is there keeps its place and gets the new value. Its number, if it was there. */
static size_t put_member(Reader *r, Members *members, YamlMember member)
{
    size_t known = (size_t)(uintptr_t)map_get(&members->by_key, member.key);
    if (known) {
        members->map->members.items[known - 1].value = member.value;
        return known;
    }
    vec_push(r->arena, &members->map->members, member);
    map_put(r->arena, &members->by_key, member.key, (void *)(uintptr_t)members->map->members.count);
    return 0;
}

/* The members of a merged map, or of the maps of a list: there the first wins, so it comes last. */
static void merge(Reader *r, Members *members, const Yaml *from)
{
    if (from->type == YAML_IS_SCALAR) {
        fail(r, from->line, from->column, "only a map can be merged with <<");
    }
    for (size_t i = from->items.count; i > 0; i--) {
        merge(r, members, from->items.items[i - 1]);
    }
    vec_each (YamlMember, it, &from->members) {
        put_member(r, members, *it);
    }
}

/* What is merged stands in front, and the map's own members win over it, as PyYAML has it. */
static void apply_merges(Reader *r, Members *own)
{
    Yaml *map = own->map;
    Yaml merged = {.type = YAML_IS_MAP};
    Members all = {.map = &merged};
    vec_each (const Yaml *, it, &own->merges) {
        merge(r, &all, *it);
    }
    vec_each (YamlMember, it, &map->members) {
        put_member(r, &all, *it);
    }
    map->members.items = merged.members.items;
    map->members.count = merged.members.count;
    map->members.cap = merged.members.cap;
}

static void add_member(Reader *r, Members *members, YamlMember member)
{
    size_t known = put_member(r, members, member);
    if (!known) {
        return;
    }
    int first = members->map->members.items[known - 1].key_line;
    Diag *diag =
        finding(r, r->limits.last_wins ? DIAG_WARNING : DIAG_ERROR, member.key_line,
                member.key_column, arena_printf(r->arena, "duplicate key \"%s\"", member.key));
    diag->length = (int)strlen(member.key);
    diag->label = arena_printf(r->diags->arena, "first on line %d", first);
    r->failed |= !r->limits.last_wins;
}

static bool read_member(Reader *r, Members *members, yaml_event_t *event, size_t depth)
{
    Yaml *key = read_node(r, event, depth + 1);
    yaml_event_t next;
    if (!key) {
        return false;
    }
    if (key->type != YAML_IS_SCALAR) {
        fail(r, key->line, key->column, "a key must be a text");
        return false;
    }
    if (!next_event(r, &next)) {
        return false;
    }
    Yaml *value = read_node(r, &next, depth + 1);
    yaml_event_delete(&next);
    if (value && str_eq(key->text, "<<") && !key->quoted) {
        vec_push(r->arena, &members->merges, value);
    } else if (value) {
        add_member(r, members, (YamlMember){key->text, key->line, key->column, value});
    }
    return value != NULL;
}

static Yaml *read_map(Reader *r, yaml_event_t *start, size_t depth)
{
    Yaml *map = new_node(r, YAML_IS_MAP, start);
    const char *anchor = copy_anchor(r, start->data.mapping_start.anchor);
    Members members = {.map = map};
    yaml_event_t event;
    while (next_event(r, &event)) {
        bool ends = event.type == YAML_MAPPING_END_EVENT;
        bool more = !ends && read_member(r, &members, &event, depth);
        yaml_event_delete(&event);
        if (!more) {
            break;
        }
    }
    if (members.merges.count) {
        apply_merges(r, &members);
    }
    set_anchor(r, anchor, map);
    return r->failed ? NULL : map;
}

/* `!!str 5` and `! 5` are texts; every other tag asks for a type that nothing here knows. */
static bool tag_says_text(Reader *r, const yaml_event_t *event)
{
    const char *tag = (const char *)event->data.scalar.tag;
    if (!tag) {
        return false;
    }
    if (!str_eq(tag, "!") && !str_eq(tag, YAML_STR_TAG)) {
        fail_at(r, event, arena_printf(r->arena, "the tag %s is not supported", tag));
    }
    return true;
}

static Yaml *read_scalar(Reader *r, const yaml_event_t *event)
{
    Yaml *scalar = new_node(r, YAML_IS_SCALAR, event);
    if (memchr(event->data.scalar.value, '\0', event->data.scalar.length)) {
        fail_at(r, event, "a text must not hold a NUL character");
    }
    scalar->text =
        arena_strndup(r->arena, (const char *)event->data.scalar.value, event->data.scalar.length);
    scalar->quoted = tag_says_text(r, event) || event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    set_anchor(r, copy_anchor(r, event->data.scalar.anchor), scalar);
    return r->failed ? NULL : scalar;
}

static Yaml *read_node(Reader *r, yaml_event_t *event, size_t depth)
{
    if (depth > (r->limits.depth ? r->limits.depth : DEEPEST)) {
        fail_at(r, event, "nested too deeply");
        return NULL;
    }
    switch (event->type) {
    case YAML_ALIAS_EVENT:
        return resolve_alias(r, event);
    case YAML_SEQUENCE_START_EVENT:
        return read_list(r, event, depth);
    case YAML_MAPPING_START_EVENT:
        return read_map(r, event, depth);
    case YAML_SCALAR_EVENT:
        return read_scalar(r, event);
    default:
        fail_at(r, event, "a value is missing");
        return NULL;
    }
}

/* Stream and document marks are passed over; a second document is a finding. */
static Yaml *read_documents(Reader *r)
{
    Yaml *root = NULL;
    yaml_event_t event;
    while (next_event(r, &event)) {
        yaml_event_type_t type = event.type;
        bool mark = type == YAML_STREAM_START_EVENT || type == YAML_DOCUMENT_START_EVENT ||
                    type == YAML_DOCUMENT_END_EVENT || type == YAML_STREAM_END_EVENT;
        if (type == YAML_DOCUMENT_START_EVENT && root) {
            fail_at(r, &event, "only one document is allowed in a file");
        } else if (!mark) {
            root = read_node(r, &event, 1);
        }
        yaml_event_delete(&event);
        if (type == YAML_STREAM_END_EVENT) {
            break;
        }
    }
    return r->failed ? NULL : root;
}

Yaml *yaml_parse(Arena *arena, const char *file, const char *text, size_t length, YamlLimits limits,
                 const char *code, Diags *diags)
{
    Reader r = {.arena = arena,
                .file = file,
                .text = text,
                .length = length,
                .limits = limits,
                .code = code,
                .diags = diags};
    if (!yaml_parser_initialize(&r.parser)) {
        abort();
    }
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)text, length);
    Yaml *root = read_documents(&r);
    yaml_parser_delete(&r.parser);
    return root;
}

/* ---- reading the tree ---- */

Yaml *yaml_get(const Yaml *map, const char *key)
{
    const YamlMember *member = map && map->type == YAML_IS_MAP ? find_member(map, key) : NULL;
    return member ? member->value : NULL;
}

static bool is_one_of(const char *text, const char *const *words)
{
    for (; *words; words++) {
        if (strcmp(text, *words) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_plain(const Yaml *yaml)
{
    return yaml && yaml->type == YAML_IS_SCALAR && !yaml->quoted;
}

bool yaml_is_null(const Yaml *yaml)
{
    static const char *const words[] = {"", "~", "null", "Null", "NULL", NULL};
    return is_plain(yaml) && is_one_of(yaml->text, words);
}

const char *yaml_text(const Yaml *yaml)
{
    return yaml && yaml->type == YAML_IS_SCALAR && !yaml_is_null(yaml) ? yaml->text : NULL;
}

bool yaml_bool(const Yaml *yaml, bool *value)
{
    static const char *const yes[] = {"yes",  "Yes", "YES", "true", "True",
                                      "TRUE", "on",  "On",  "ON",   NULL};
    static const char *const no[] = {"no",    "No",  "NO",  "false", "False",
                                     "FALSE", "off", "Off", "OFF",   NULL};
    if (!is_plain(yaml)) {
        return false;
    }
    *value = is_one_of(yaml->text, yes);
    return *value || is_one_of(yaml->text, no);
}

static int digit_of(char c)
{
    if (isdigit((unsigned char)c)) {
        return c - '0';
    }
    return isxdigit((unsigned char)c) ? tolower((unsigned char)c) - 'a' + 10 : 99;
}

/* Digits of BASE, with YAML 1.1's underscores left out. */
static bool read_digits(const char *text, int base, int64_t *value)
{
    int64_t sum = 0;
    bool any = false;
    for (; *text; text++) {
        if (*text == '_') {
            continue;
        }
        int digit = digit_of(*text);
        if (digit >= base || __builtin_mul_overflow(sum, base, &sum) ||
            __builtin_add_overflow(sum, digit, &sum)) {
            return false;
        }
        any = true;
    }
    *value = sum;
    return any;
}

/* "12:30:45" of base 60: [0-9_]+(:[0-5]?[0-9])+ with the first digit not 0. FRACTION: what follows it. */
static bool read_sexagesimal(const char *p, int64_t *value, const char **fraction)
{
    int64_t sum = 0;
    size_t parts = 0;
    for (;; parts++, p++) {
        size_t digits = strspn(p, parts ? "0123456789" : "0123456789_");
        int64_t part = 0;
        char text[24] = {0};
        if (!digits || digits >= sizeof text) {
            return false;
        }
        memcpy(text, p, digits);
        if (!read_digits(text, 10, &part) || (parts && (part > 59 || digits > 2)) ||
            __builtin_mul_overflow(sum, 60, &sum) || __builtin_add_overflow(sum, part, &sum)) {
            return false;
        }
        p += digits;
        if (*p != ':') {
            break;
        }
    }
    *value = sum;
    *fraction = p;
    return parts > 0;
}

bool yaml_int(const Yaml *yaml, int64_t *value)
{
    *value = 0;
    if (!is_plain(yaml)) {
        return false;
    }
    const char *p = yaml->text, *rest = "";
    bool minus = *p == '-', good;
    p += *p == '-' || *p == '+';
    if (!isdigit((unsigned char)*p)) {
        return false;
    }
    if (strchr(p, ':')) {
        good = *p != '0' && read_sexagesimal(p, value, &rest) && !*rest;
    } else if (p[0] == '0' && p[1]) {
        int base = p[1] == 'x' ? 16 : p[1] == 'b' ? 2 : 8;
        good = read_digits(p + (base == 8 ? 1 : 2), base, value);
    } else {
        good = read_digits(p, 10, value);
    }
    *value = good && minus ? -*value : *value;
    return good;
}

/* [0-9][0-9_]*\.[0-9_]* or \.[0-9][0-9_]*, then perhaps an exponent that has a sign: PyYAML takes 1e3 for a text. */
static bool looks_like_float(const char *p, bool has_sign)
{
    static const char digits[] = "0123456789_";
    bool leading = isdigit((unsigned char)*p);
    if (!leading && (has_sign || *p != '.' || !isdigit((unsigned char)p[1]))) {
        return false;
    }
    p += strspn(p, digits);
    if (*p != '.') {
        return false;
    }
    p++;
    p += strspn(p, digits);
    if (*p == 'e' || *p == 'E') {
        if ((p[1] != '+' && p[1] != '-') || !isdigit((unsigned char)p[2])) {
            return false;
        }
        p += 2;
        p += strspn(p, "0123456789");
    }
    return !*p;
}

/* strtod() over P without underscores; a text too long for a number is none. */
static bool read_float(const char *p, double *value)
{
    char text[400];
    size_t n = 0;
    for (; *p; p++) {
        if (n + 1 >= sizeof text) {
            return false;
        }
        if (*p != '_') {
            text[n++] = *p;
        }
    }
    text[n] = '\0';
    *value = strtod(text, NULL);
    return true;
}

bool yaml_float(const Yaml *yaml, double *value)
{
    static const char *const infinite[] = {".inf", ".Inf", ".INF", NULL};
    static const char *const no_number[] = {".nan", ".NaN", ".NAN", NULL};
    *value = 0;
    if (!is_plain(yaml)) {
        return false;
    }
    const char *p = yaml->text, *rest = "";
    bool has_sign = *p == '-' || *p == '+', good = true;
    const char *digits = p + has_sign;
    int64_t whole;
    if (is_one_of(digits, infinite)) {
        *value = INFINITY;
    } else if (is_one_of(p, no_number)) {
        *value = NAN;
    } else if (isdigit((unsigned char)*digits) && read_sexagesimal(digits, &whole, &rest)) {
        good = *rest == '.' && strspn(rest + 1, "0123456789_") == strlen(rest + 1) &&
               read_float(rest, value);
        *value = good ? (double)whole + *value : 0;
    } else {
        good = looks_like_float(digits, has_sign) && read_float(digits, value);
    }
    *value = good && *p == '-' ? -*value : *value;
    return good;
}
