#include "cutover/decode.h"

#include "cutover/moment.h"
#include "cutover/str.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

#define LONGEST_NAME 40

Diag *decode_finding(Decode *d, int line, int column, const char *code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *message = arena_vprintf(d->arena, format, args);
    va_end(args);
    Diag *diag = diag_add(d->diags, DIAG_ERROR, code, "%s", message);
    diag_place(d->diags, diag, d->file, d->text, d->length, line, column, 1);
    return diag;
}

bool decode_is_name(const char *text)
{
    size_t n = strlen(text);
    if (!n || n > LONGEST_NAME || !(text[0] >= 'a' && text[0] <= 'z')) {
        return false;
    }
    for (const char *p = text; *p; p++) {
        if (!(*p >= 'a' && *p <= 'z') && !isdigit((unsigned char)*p) && *p != '_' && *p != '-') {
            return false;
        }
    }
    return true;
}

/* "environments.production.soak", for messages */
static const char *place(Decode *d, const char *path, const char *key)
{
    return *path ? arena_printf(d->arena, "%s.%s", path, key) : key;
}

static const char *where(Decode *d, const char *path)
{
    return *path ? arena_printf(d->arena, " in %s", path) : "";
}

static Diag *at_value(Decode *d, const Yaml *value, const char *code, const char *message)
{
    Diag *diag = decode_finding(d, value->line, value->column, code, "%s", message);
    diag->length = value->type == YAML_IS_SCALAR ? (int)strlen(value->text) : 1;
    return diag;
}

static void wrong_type(Decode *d, const Yaml *value, const char *name, const char *wanted)
{
    at_value(d, value, "CO1005", arena_printf(d->arena, "%s must be %s", name, wanted));
}

static const DecodeField *find_field(const DecodeField *table, const char *key)
{
    for (; table->key; table++) {
        if (str_eq(table->key, key)) {
            return table;
        }
    }
    return NULL;
}

static void unknown_key(Decode *d, const YamlMember *member, const char *path,
                        const DecodeField *table)
{
    StrVec known = {0};
    for (; table->key; table++) {
        vec_push(d->arena, &known, table->key);
    }
    Diag *diag = decode_finding(d, member->key_line, member->key_column, "CO1004",
                                "unknown key \"%s\"%s", member->key, where(d, path));
    const char *nearest = str_nearest(member->key, &known);
    diag->length = (int)strlen(member->key);
    if (nearest) {
        diag->label = arena_printf(d->arena, "did you mean \"%s\"?", nearest);
    } else {
        diag->hint = arena_printf(d->arena, "known keys: %s", str_join(d->arena, &known, ", "));
    }
}

/* ---- values ---- */

static const char *scalar(Decode *d, const Yaml *value, const char *name, const char *wanted)
{
    bool boolean;
    const char *text = yaml_text(value);
    if (!text || yaml_bool(value, &boolean)) {
        wrong_type(d, value, name, wanted);
        return NULL;
    }
    return text;
}

static void decode_text(Decode *d, const Yaml *value, const char *name, const DecodeField *field,
                        void *into)
{
    const char *text = scalar(d, value, name, "a text");
    if (text && field->type == DECODE_NAME && !decode_is_name(text)) {
        wrong_type(d, value, name, "a name: a-z, then up to 39 of a-z, 0-9, _ and -");
    } else if (text) {
        *(const char **)into =
            text; /* else what it is by default stays, for the checks that follow */
    }
}

static void decode_int(Decode *d, const Yaml *value, const char *name, const DecodeField *field,
                       void *into)
{
    int64_t number;
    if (!yaml_int(value, &number)) {
        wrong_type(d, value, name, "a whole number");
        return;
    }
    if (number < field->min || number > field->max) {
        at_value(d, value, "CO1006",
                 arena_printf(d->arena, "%s must be from %lld to %lld", name, (long long)field->min,
                              (long long)field->max));
        return;
    }
    *(int64_t *)into = number;
}

static void decode_duration(Decode *d, const Yaml *value, const char *name,
                            const DecodeField *field, void *into)
{
    int64_t seconds;
    const char *text = yaml_text(value);
    if (!text || !duration_parse(text, &seconds)) {
        wrong_type(d, value, name, "a duration such as 90s, 15m, 1h30m or 7d");
        return;
    }
    if (seconds < field->min || seconds > field->max) {
        at_value(d, value, "CO1006",
                 arena_printf(d->arena, "%s must be from %s to %s", name,
                              duration_text(d->arena, field->min),
                              duration_text(d->arena, field->max)));
        return;
    }
    *(int64_t *)into = seconds;
}

static void decode_credits(Decode *d, const Yaml *value, const char *name, void *into)
{
    const char *text = yaml_text(value);
    size_t whole = text ? strspn(text, "0123456789") : 0;
    size_t rest = text && text[whole] == '.' ? 1 + strspn(text + whole + 1, "0123456789") : 0;
    double credits = whole && whole + rest <= 15 && !text[whole + rest] ? strtod(text, NULL) : 0;
    if (credits > 0) {
        *(double *)into = credits;
    } else {
        wrong_type(d, value, name, "a number of credits above 0, such as 40 or 2.5");
    }
}

static bool parse_bytes(const char *text, int64_t *bytes)
{
    static const struct {
        const char *unit;
        int shift;
    } units[] = {{"KiB", 10}, {"MiB", 20}, {"GiB", 30}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        size_t n = strlen(text), m = strlen(units[i].unit);
        if (n > m && str_ends(text, units[i].unit)) {
            char number[24] = {0};
            if (n - m >= sizeof number) {
                return false;
            }
            memcpy(number, text, n - m);
            int64_t count;
            bool good = str_to_int(number, 0, INT64_MAX >> 40, &count);
            *bytes = good ? count << units[i].shift : 0;
            return good;
        }
    }
    return false;
}

static void decode_bytes(Decode *d, const Yaml *value, const char *name, const DecodeField *field,
                         void *into)
{
    int64_t bytes;
    const char *text = yaml_text(value);
    if (!text || !parse_bytes(text, &bytes)) {
        wrong_type(d, value, name, "a size such as 512MiB");
    } else if (bytes < field->min || bytes > field->max) {
        at_value(d, value, "CO1006",
                 arena_printf(d->arena, "%s must be from %lldMiB to %lldMiB", name,
                              (long long)(field->min >> 20), (long long)(field->max >> 20)));
    } else {
        *(int64_t *)into = bytes;
    }
}

static void decode_texts(Decode *d, const Yaml *value, const char *name, void *into)
{
    StrVec *texts = into;
    *texts = (StrVec){0};
    if (value->type == YAML_IS_SCALAR) {
        const char *text = scalar(d, value, name, "a text or a list of texts");
        if (text) {
            vec_push(d->arena, texts, text);
        }
        return;
    }
    if (value->type == YAML_IS_MAP) {
        wrong_type(d, value, name, "a text or a list of texts");
        return;
    }
    vec_each (Yaml *, it, &value->items) {
        const char *text = scalar(d, *it, name, "a list of texts");
        if (text) {
            vec_push(d->arena, texts, text);
        }
    }
}

static const DecodeField secret_fields[] = {
    {.key = "env", .type = DECODE_TEXT, .offset = offsetof(SecretRef, env)},
    {.key = "file", .type = DECODE_TEXT, .offset = offsetof(SecretRef, file)},
    {0},
};

/* A secret that was written down must not be shown again, so these findings have no excerpt. */
static void decode_secret(Decode *d, const Yaml *value, const char *name, void *into)
{
    SecretRef *ref = into;
    *ref = (SecretRef){0};
    size_t before = d->diags->list.count;
    if (value->type == YAML_IS_MAP) {
        decode_map(d, value, name, secret_fields, ref);
    }
    if (d->diags->list.count == before && (ref->env != NULL) == (ref->file != NULL)) {
        Diag *diag =
            at_value(d, value, "CO1016",
                     arena_printf(d->arena, "%s must be {env: NAME} or {file: PATH}", name));
        diag->hint = "a secret is never written into a configuration file";
    }
    for (size_t i = before; i < d->diags->list.count; i++) {
        d->diags->list.items[i].excerpt = NULL;
    }
}

static bool among(Decode *d, const char *words, const char *text)
{
    StrVec list = str_split(d->arena, words, ' ');
    return str_in(&list, text);
}

static void decode_choice(Decode *d, const Yaml *value, const char *name, const DecodeField *field,
                          void *into)
{
    StrVec words = str_split(d->arena, field->words, ' ');
    const char *list = str_join(d->arena, &words, " | ");
    const char *text = value->type == YAML_IS_SCALAR ? value->text : NULL;
    if (text && str_in(&words, text)) {
        *(const char **)into = text;
        return;
    }
    Diag *diag = at_value(d, value, "CO1007", arena_printf(d->arena, "%s must be %s", name, list));
    const char *nearest = text ? str_nearest(text, &words) : NULL;
    if (nearest) {
        diag->label = arena_printf(d->arena, "did you mean \"%s\"?", nearest);
    }
}

static void decode_named(Decode *d, const Yaml *value, const char *name, const DecodeField *field,
                         void *into)
{
    if (value->type != YAML_IS_MAP) {
        wrong_type(d, value, name, "a map of names");
        return;
    }
    size_t most = field->max ? (size_t)field->max : value->members.count;
    if (value->members.count > most || value->members.count < (size_t)field->min) {
        at_value(d, value, "CO1006",
                 arena_printf(d->arena, "%s must hold %lld to %lld", name, (long long)field->min,
                              (long long)field->max));
    }
    vec_each (YamlMember, it, &value->members) {
        field->named(d, it, place(d, name, it->key), into);
    }
}

/* Its default may be written down; anything else would be ignored, and that is never done. */
static void decode_later(Decode *d, const YamlMember *member, const char *name,
                         const DecodeField *field)
{
    const Yaml *value = member->value;
    bool empty = yaml_is_null(value) || (value->type == YAML_IS_LIST && !value->items.count) ||
                 (value->type == YAML_IS_MAP && !value->members.count);
    const char *text = value->type == YAML_IS_SCALAR ? value->text : NULL;
    if (empty || (text && field->words && among(d, field->words, text))) {
        return;
    }
    Diag *diag = decode_finding(d, member->key_line, member->key_column, "CO1010",
                                "%s is not yet supported", name);
    diag->length = (int)strlen(member->key);
    if (field->words) {
        diag->label = arena_printf(d->arena, "only its default, %s", field->words);
    } else {
        diag->hint = "leave it out: it will come with a later version";
    }
}

static void decode_field(Decode *d, const YamlMember *member, const char *path,
                         const DecodeField *field, char *into)
{
    const char *name = place(d, path, member->key);
    void *target = into + field->offset;
    const Yaml *value = member->value;
    if (field->type == DECODE_LATER) {
        decode_later(d, member, name, field);
        return;
    }
    if (yaml_is_null(value)) {
        return;
    }
    if (field->given) {
        *(bool *)(into + field->given) = true;
    }
    switch (field->type) {
    case DECODE_TEXT:
    case DECODE_NAME:
        decode_text(d, value, name, field, target);
        break;
    case DECODE_INT:
        decode_int(d, value, name, field, target);
        break;
    case DECODE_DURATION:
        decode_duration(d, value, name, field, target);
        break;
    case DECODE_CREDITS:
        decode_credits(d, value, name, target);
        break;
    case DECODE_BYTES:
        decode_bytes(d, value, name, field, target);
        break;
    case DECODE_TEXTS:
        decode_texts(d, value, name, target);
        break;
    case DECODE_CHOICE:
        decode_choice(d, value, name, field, target);
        break;
    case DECODE_MAP:
        decode_map(d, value, name, field->table, target);
        break;
    case DECODE_NAMED:
        decode_named(d, value, name, field, target);
        break;
    case DECODE_YAML:
        *(const Yaml **)target = value;
        break;
    case DECODE_SECRET:
        decode_secret(d, value, name, target);
        break;
    case DECODE_LATER:
        break;
    }
}

void decode_map(Decode *d, const Yaml *map, const char *path, const DecodeField *table, void *into)
{
    if (!map || map->type != YAML_IS_MAP) {
        if (map) {
            wrong_type(d, map, *path ? path : d->file, "a map");
        }
        return;
    }
    vec_each (YamlMember, it, &map->members) {
        const DecodeField *field = find_field(table, it->key);
        if (field) {
            decode_field(d, it, path, field, into);
        } else {
            unknown_key(d, it, path, table);
        }
    }
    for (const DecodeField *field = table; field->key; field++) {
        const Yaml *value = yaml_get(map, field->key);
        if (field->required && (!value || yaml_is_null(value))) {
            decode_finding(d, map->line, map->column, "CO1008", "%s is missing",
                           place(d, path, field->key));
        }
    }
}
