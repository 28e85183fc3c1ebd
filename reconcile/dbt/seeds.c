/* Seeds: CSV as Python's reader takes it, and dbt's guess at the columns' types. */
#include "reader.h"

#include "cutover/str.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* ---- CSV ---- */

typedef VEC(const char *) Cells;

typedef struct Csv {
    Arena *arena;
    const char *at, *end;
    char delimiter;
    int line;
} Csv;

/* One cell; quotes are doubled inside quotes, and newlines are kept there. */
static const char *read_cell(Csv *csv)
{
    Buf cell = buf_new(csv->arena, 1u << 24);
    bool quoted = csv->at < csv->end && *csv->at == '"';
    csv->at += quoted;
    while (csv->at < csv->end) {
        char c = *csv->at;
        if (quoted && c == '"' && csv->at + 1 < csv->end && csv->at[1] == '"') {
            csv->at++;
        } else if (quoted && c == '"') {
            quoted = false;
            csv->at++;
            continue;
        } else if (!quoted && (c == csv->delimiter || c == '\n' || c == '\r')) {
            break;
        }
        csv->line += c == '\n';
        buf_char(&cell, c);
        csv->at++;
    }
    return cell.data ? cell.data : "";
}

static void skip_newline(Csv *csv)
{
    csv->at += csv->at < csv->end && *csv->at == '\r';
    csv->at += csv->at < csv->end && *csv->at == '\n';
    csv->line++;
}

/* The next row that is not empty; false at the end. */
static bool read_row(Csv *csv, Cells *row)
{
    while (csv->at < csv->end && (*csv->at == '\n' || *csv->at == '\r')) {
        skip_newline(csv);
    }
    row->count = 0;
    if (csv->at >= csv->end) {
        return false;
    }
    for (;;) {
        vec_push(csv->arena, row, read_cell(csv));
        if (csv->at >= csv->end || *csv->at != csv->delimiter) {
            break;
        }
        csv->at++;
    }
    skip_newline(csv);
    return true;
}

/* ---- types ---- */

static bool is_null(Arena *arena, const char *text)
{
    const char *plain = str_lower(arena, str_trim(arena, text));
    return !*plain || str_eq(plain, "null");
}

static const char *strip(Arena *arena, const char *text, const char *what)
{
    size_t size = strlen(what);
    while (str_starts(text, what)) {
        text += size;
    }
    char *copy = arena_strdup(arena, text);
    for (size_t length = strlen(copy); length >= size && str_ends(copy, what); length -= size) {
        copy[length - size] = '\0';
    }
    return copy;
}

static bool is_decimal(const char *p)
{
    p += *p == '+' || *p == '-';
    size_t before = strspn(p, "0123456789");
    p += before;
    size_t after = *p == '.' ? strspn(p + 1, "0123456789") : 0;
    p += *p == '.' ? after + 1 : 0;
    if (!before && !after) {
        return false;
    }
    if (*p == 'e' || *p == 'E') {
        p += 1 + (p[1] == '+' || p[1] == '-');
        size_t digits = strspn(p, "0123456789");
        p += digits ? digits : 0;
        return digits && !*p;
    }
    return !*p;
}

/* What Python's Decimal takes for no number and for infinity, which reach the server as NaN both. */
static bool is_not_finite(Arena *arena, const char *text)
{
    const char *plain = str_lower(arena, text + (*text == '+' || *text == '-'));
    return str_eq(plain, "inf") || str_eq(plain, "infinity") ||
           (str_starts(plain, "nan") && !plain[3 + strspn(plain + 3, "0123456789")]);
}

/* The number that agate reads in TEXT: it looks through %, currencies and commas, and Python through underscores. */
static const char *as_number(Arena *arena, const char *text)
{
    static const char *const symbols[] = {"$", "¥", "£", "€", "¢", "₹", NULL};
    const char *plain = strip(arena, str_trim(arena, text), "%");
    bool minus = *plain == '-';
    plain += minus;
    for (const char *const *it = symbols; *it; it++) {
        plain = strip(arena, plain, *it);
    }
    char *out = arena_printf(arena, "%s%s", minus ? "-" : "", plain), *to = out;
    for (const char *from = out; *from; from++) {
        if (*from != ',' && *from != '_') {
            *to++ = *from;
        }
    }
    *to = '\0';
    return is_decimal(out) ? out : is_not_finite(arena, out) ? "NaN" : NULL;
}

/* Without zeros behind the point, and without the point when nothing is left behind it. */
static const char *without_zeros(Arena *arena, const char *number)
{
    char *copy = arena_strdup(arena, number);
    if (strpbrk(copy, "eE")) {
        return arena_printf(arena, "%.15g", strtod(copy, NULL));
    }
    char *end = copy + strlen(copy);
    if (strchr(copy, '.')) {
        while (end[-1] == '0') {
            *--end = '\0';
        }
        if (end[-1] == '.') {
            *--end = '\0';
        }
    }
    return copy;
}

/* Up to MOST digits with a value in [LOW, HIGH], then AFTER. */
static bool take_part(const char **p, int most, int low, int high, char after)
{
    int value = 0, digits = 0;
    for (; digits < most && isdigit((unsigned char)**p); digits++, ++*p) {
        value = value * 10 + **p - '0';
    }
    if (!digits || value < low || value > high || **p != after) {
        return false;
    }
    *p += after != '\0';
    return true;
}

static bool take_day(const char **p, char after)
{
    return strspn(*p, "0123456789") == 4 && take_part(p, 4, 1, 9999, '-') &&
           take_part(p, 2, 1, 12, '-') && take_part(p, 2, 1, 31, after);
}

static bool is_date(Arena *arena, const char *text)
{
    const char *p = str_trim(arena, text);
    return take_day(&p, '\0');
}

static bool is_datetime(Arena *arena, const char *text)
{
    const char *p = str_trim(arena, text);
    return take_day(&p, ' ') && take_part(&p, 2, 0, 23, ':') && take_part(&p, 2, 0, 59, ':') &&
           take_part(&p, 2, 0, 61, '\0');
}

/* ISO 8601 with a T: the zone and the fraction may follow. */
static bool is_iso(Arena *arena, const char *text)
{
    const char *plain = str_trim(arena, text);
    const char *t = strchr(plain, 'T');
    if (!t || t - plain < 8) {
        return false;
    }
    size_t date = strspn(plain, "0123456789-"), time = strspn(t + 1, "0123456789:.,+-Z");
    return plain + date == t && time >= 2 && !t[1 + time];
}

static bool is_boolean(Arena *arena, const char *text)
{
    const char *plain = str_lower(arena, str_trim(arena, text));
    return str_eq(plain, "true") || str_eq(plain, "false");
}

static bool is_number(Arena *arena, const char *text)
{
    return as_number(arena, text);
}

typedef struct SeedType {
    const char *name;
    bool (*fits)(Arena *arena, const char *text);
} SeedType;

static const SeedType types[] = {
    {"integer", is_number},
    {"date", is_date},
    {"timestamp without time zone", is_datetime},
    {"timestamp without time zone", is_iso},
    {"boolean", is_boolean},
};

#define TYPE_COUNT (sizeof types / sizeof *types)

static bool column_fits(Arena *arena, const SeedData *seed, size_t column, const SeedType *type)
{
    vec_each (const char **, row, &seed->rows) {
        const char *text = (*row)[column];
        if (text && !type->fits(arena, text)) {
            return false;
        }
    }
    return true;
}

/* A number as Python's decimals keep it: this many digits, rounded half to even. */
enum { PRECISION = 28 };

typedef struct Decimal {
    char digits[PRECISION];
    size_t count;
    int64_t exponent; /* of the last digit */
    char dropped;     /* the first digit that has no place */
    bool more;        /* something that is not zero came after it */
} Decimal;

static void add_digit(Decimal *d, char digit)
{
    if (d->count < PRECISION) {
        d->digits[d->count] = digit;
        d->count += d->count || digit != '0';
        return;
    }
    d->exponent++;
    d->more |= d->dropped && digit != '0';
    d->dropped = d->dropped ? d->dropped : digit;
}

static void round_digits(Decimal *d)
{
    bool odd = d->count && d->digits[d->count - 1] % 2;
    if (d->dropped < '5' || (d->dropped == '5' && !d->more && !odd)) {
        return;
    }
    while (d->count && d->digits[d->count - 1] == '9') {
        d->count--;
        d->exponent++;
    }
    if (d->count) {
        d->digits[d->count - 1]++;
    } else {
        d->digits[d->count++] = '1';
    }
}

static Decimal decimal_of(const char *number)
{
    Decimal d = {0};
    const char *p = number + (*number == '-' || *number == '+');
    bool behind_point = false;
    for (; isdigit((unsigned char)*p) || *p == '.'; p++) {
        if (*p == '.') {
            behind_point = true;
            continue;
        }
        d.exponent -= behind_point;
        add_digit(&d, *p);
    }
    round_digits(&d);
    for (; d.count && d.digits[d.count - 1] == '0'; d.count--) {
        d.exponent++;
    }
    d.exponent = d.count ? d.exponent + (*p ? strtol(p + 1, NULL, 10) : 0) : 0;
    return d;
}

/* Decimal places as agate counts them: digits of the whole part leave fewer to the others, and too many even less than none. */
static int64_t decimal_places(const SeedData *seed, size_t column)
{
    int64_t whole = 1, places = 0;
    vec_each (const char **, row, &seed->rows) {
        const char *number = (*row)[column];
        if (number && !str_eq(number, "NaN")) {
            Decimal d = decimal_of(number);
            int64_t before = (int64_t)d.count + d.exponent;
            whole = before > whole ? before : whole;
            places = -d.exponent > places ? -d.exponent : places;
        }
    }
    return whole + places > PRECISION ? PRECISION - whole : places;
}

/* Numbers as numbers are written, so that the server reads them; "float8" if one has decimals. */
static const char *settle_numbers(Arena *arena, SeedData *seed, size_t column)
{
    vec_each (const char **, row, &seed->rows) {
        const char **cell = &(*row)[column];
        *cell = *cell ? as_number(arena, *cell) : NULL;
    }
    const char *type = decimal_places(seed, column) ? "float8" : "integer";
    vec_each (const char **, row, &seed->rows) {
        const char **cell = &(*row)[column];
        *cell = *cell ? without_zeros(arena, *cell) : NULL;
    }
    return type;
}

static const char *guess_type(Reader *r, SeedData *seed, size_t column)
{
    for (size_t i = 0; i < TYPE_COUNT; i++) {
        if (column_fits(r->arena, seed, column, &types[i])) {
            return i == 0 ? settle_numbers(r->arena, seed, column) : types[i].name;
        }
    }
    return "text";
}

/* ---- the seed ---- */

static const char *column_type(Reader *r, const Node *node, const char *column)
{
    const PyValue *types_given = config_get(node, "column_types");
    const PyValue *type = types_given && types_given->type == PY_DICT
                              ? py_dict_find(types_given->dict, column)
                              : NULL;
    return type && !py_is_none(*type) ? py_str(r->arena, *type) : NULL;
}

static bool add_row(Reader *r, const Node *node, SeedData *seed, const Cells *cells, int line)
{
    if (cells->count > seed->columns.count) {
        find_at(r, DIAG_ERROR, P_SEED, (Place){node->file->path, line, 1, 1},
                "a row of %zu values under %zu columns", cells->count, seed->columns.count);
        return false;
    }
    const char **row = arena_array(r->arena, seed->columns.count, sizeof *row);
    for (size_t i = 0; i < cells->count; i++) {
        row[i] = is_null(r->arena, cells->items[i]) ? NULL : cells->items[i];
    }
    vec_push(r->arena, &seed->rows, row);
    return true;
}

static char delimiter_of(Reader *r, const Node *node)
{
    const char *text = config_text(r, node, "delimiter");
    return str_empty(text) ? ',' : *text;
}

static bool read_header(Reader *r, const Node *node, Csv *csv, SeedData *seed)
{
    Cells cells = {0};
    bool quoted = config_bool(r, node, "quote_columns", false);
    if (!read_row(csv, &cells)) {
        find_at(r, DIAG_ERROR, P_SEED, (Place){node->file->path, 1, 1, 1}, "the seed is empty");
        return false;
    }
    vec_each (const char *, it, &cells) {
        const char *name = quoted ? *it : str_lower(r->arena, *it);
        vec_each (SeedColumn, other, &seed->columns) {
            if (str_eq(other->name, name) || !*name) {
                find_at(r, DIAG_ERROR, P_SEED, (Place){node->file->path, 1, 1, 1},
                        "two columns are called \"%s\"", name);
                return false;
            }
        }
        vec_push(r->arena, &seed->columns, (SeedColumn){name, column_type(r, node, *it)});
    }
    return true;
}

/* dbt reads UTF-8 alone, and a NUL would end a text. */
static bool check_text(Reader *r, const Node *node)
{
    const File *file = node->file;
    const char *p = file->text;
    int line = 1;
    for (uint32_t c; (c = py_text_next(&p)) != 0 && c != PY_BAD_CHAR;) {
        line += c == '\n';
    }
    bool good = p == file->text + file->length;
    if (!good) {
        find_at(r, DIAG_ERROR, P_SEED, (Place){file->path, line, 0, 0},
                "the seed is not valid UTF-8, or holds a NUL byte");
    }
    return good;
}

SeedData *read_seed(Reader *r, const Node *node)
{
    if (!check_text(r, node)) {
        return NULL;
    }
    SeedData *seed = arena_make(r->arena, SeedData);
    const File *file = node->file;
    bool mark = str_starts(file->text, "\xef\xbb\xbf");
    Csv csv = {.arena = r->arena,
               .at = file->text + (mark ? 3 : 0),
               .end = file->text + file->length,
               .delimiter = delimiter_of(r, node),
               .line = 1};
    if (!read_header(r, node, &csv, seed)) {
        return NULL;
    }
    Cells cells = {0};
    for (int line = csv.line; read_row(&csv, &cells); line = csv.line) {
        if (!add_row(r, node, seed, &cells, line)) {
            return NULL;
        }
    }
    for (size_t i = 0; i < seed->columns.count; i++) {
        SeedColumn *column = &seed->columns.items[i];
        column->type = column->type ? column->type : guess_type(r, seed, i);
    }
    return seed;
}
