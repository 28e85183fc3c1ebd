#include "agate.h"

#include "codes.h"
#include "jinja_run.h"
#include "sql_value.h"

#include "cutover/str.h"

#include <string.h>

enum { SHOWN_VALUES = 5 };

/* agate's MappedSequence: items by number and by key; a Row, a Column, or a table's rows or columns. */
typedef struct Sequence {
    const char *kind; /* "Row" */
    PyList values;
    const StrVec *keys; /* NULL: none */
    const char *name;   /* of a Column */
    size_t number;      /* its index */
} Sequence;

typedef struct Table {
    StrVec names;
    Sequence rows, columns;
    PyValue rows_value, columns_value;
} Table;

static PyValue tuple_of(Arena *arena, const PyList *values, bool nulls)
{
    PyValue tuple = py_tuple(arena);
    for (size_t i = 0; i < values->count; i++) {
        if (nulls || !py_is_none(values->items[i])) {
            py_append(arena, tuple, values->items[i]);
        }
    }
    return tuple;
}

static PyValue keys_of(Arena *arena, const Sequence *sequence)
{
    PyValue keys = py_tuple(arena);
    for (size_t i = 0; sequence->keys && i < sequence->keys->count; i++) {
        py_append(arena, keys, py_text(sequence->keys->items[i]));
    }
    return sequence->keys ? keys : py_none();
}

static bool find_key(const Sequence *sequence, const char *key, PyValue *out)
{
    for (size_t i = 0; sequence->keys && i < sequence->keys->count; i++) {
        if (str_eq(sequence->keys->items[i], key)) {
            *out = sequence->values.items[i];
            return true;
        }
    }
    return false;
}

/* ---- methods ---- */

static bool call_values(JinjaCall *call, void *self, PyValue *out)
{
    const Sequence *sequence = self;
    *out = tuple_of(call->arena, &sequence->values, true);
    return jinja_charge(call->run, sequence->values.count);
}

static bool call_without_nulls(JinjaCall *call, void *self, PyValue *out)
{
    const Sequence *sequence = self;
    *out = tuple_of(call->arena, &sequence->values, false);
    return jinja_charge(call->run, sequence->values.count);
}

static bool call_keys(JinjaCall *call, void *self, PyValue *out)
{
    *out = keys_of(call->arena, self);
    return true;
}

static bool need_keys(JinjaCall *call, const Sequence *sequence)
{
    return sequence->keys || jinja_fail(call->run, "CO2011", "a table's rows have no names");
}

static bool call_items(JinjaCall *call, void *self, PyValue *out)
{
    const Sequence *sequence = self;
    *out = py_tuple(call->arena);
    for (size_t i = 0; need_keys(call, sequence) && i < sequence->values.count; i++) {
        PyValue pair = py_tuple(call->arena);
        py_append(call->arena, pair, py_text(sequence->keys->items[i]));
        py_append(call->arena, pair, sequence->values.items[i]);
        py_append(call->arena, *out, pair);
    }
    return sequence->keys;
}

static bool call_dict(JinjaCall *call, void *self, PyValue *out)
{
    const Sequence *sequence = self;
    *out = py_dict(call->arena);
    out->dict->ordered = true;
    for (size_t i = 0; need_keys(call, sequence) && i < sequence->values.count; i++) {
        py_dict_put(call->arena, out->dict, sequence->keys->items[i], sequence->values.items[i]);
    }
    return sequence->keys;
}

static bool call_get(JinjaCall *call, void *self, PyValue *out)
{
    const Sequence *sequence = self;
    PyValue arg[2];
    if (!jinja_bind(call, "key default?", arg) || !need_keys(call, sequence)) {
        return false;
    }
    if (arg[0].type != PY_STRING || !find_key(sequence, arg[0].text, out)) {
        *out = py_truth(arg[1]) ? arg[1] : py_none();
    }
    return true;
}

static const struct {
    const char *name;
    JinjaFunction function;
    const char *kind; /* which alone has it; NULL: all */
} methods[] = {
    {"values", call_values, NULL}, {"keys", call_keys, NULL},
    {"items", call_items, NULL},   {"dict", call_dict, NULL},
    {"get", call_get, NULL},       {"values_without_nulls", call_without_nulls, "Column"},
};

/* What agate has besides, and nothing here gives: refused by name, not taken for a missing column. */
static const char *const refused[] = {"count",
                                      "index",
                                      "values_distinct",
                                      "values_sorted",
                                      "data_type",
                                      "values_without_nulls_sorted",
                                      NULL};

static bool sequence_get(JinjaRun *run, void *self, const char *name, PyValue *out)
{
    const Sequence *sequence = self;
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        bool has = !methods[i].kind || str_eq(methods[i].kind, sequence->kind);
        if (has && str_eq(name, methods[i].name)) {
            *out = jinja_function(jinja_arena(run), methods[i].name, methods[i].function, self);
            return true;
        }
    }
    bool column = sequence->name;
    if (column && str_eq(name, "name")) {
        *out = py_text(sequence->name);
        return true;
    }
    if (column && str_eq(name, "index")) {
        *out = py_int((int64_t)sequence->number);
        return true;
    }
    for (size_t i = 0; refused[i]; i++) {
        if (str_eq(name, refused[i]) && (column || i < 2)) {
            jinja_fail(run, P_UNSUPPORTED, "%s of agate's %s is not supported", name,
                       sequence->kind);
            jinja_error(run)->hint = "for a column of that name write row['count']";
        }
    }
    return false;
}

static bool sequence_item(JinjaRun *run, void *self, const char *name, PyValue *out)
{
    (void)run;
    return find_key(self, name, out);
}

static const PyList *sequence_items(void *self)
{
    return &((Sequence *)self)->values;
}

static const char *sequence_text(Arena *arena, void *self)
{
    const Sequence *sequence = self;
    StrVec shown = {0};
    for (size_t i = 0; i < sequence->values.count && i < SHOWN_VALUES; i++) {
        vec_push(arena, &shown, py_repr(arena, sequence->values.items[i]));
    }
    return arena_printf(arena, "<agate.%s: (%s%s)>", sequence->kind, str_join(arena, &shown, ", "),
                        sequence->values.count > SHOWN_VALUES ? ", ..." : "");
}

static const JinjaClass sequence_class = {.name = "agate.MappedSequence",
                                          .get = sequence_get,
                                          .item = sequence_item,
                                          .items = sequence_items,
                                          .text = sequence_text,
                                          .repr = sequence_text};

/* ---- tables ---- */

static bool table_get(JinjaRun *run, void *self, const char *name, PyValue *out)
{
    const Table *table = self;
    if (str_eq(name, "rows") || str_eq(name, "columns")) {
        *out = *name == 'r' ? table->rows_value : table->columns_value;
        return true;
    }
    if (str_eq(name, "column_names")) {
        *out = keys_of(jinja_arena(run), &table->columns);
        return true;
    }
    jinja_fail(run, P_UNSUPPORTED, "%s of agate's Table is not supported", name);
    jinja_error(run)->hint = "a table has rows, columns and column_names here";
    return false;
}

static const PyList *table_items(void *self)
{
    return &((Table *)self)->rows.values;
}

static const JinjaClass table_class = {
    .name = "agate.Table", .get = table_get, .items = table_items};

static Sequence *new_sequence(Arena *arena, const char *kind, const StrVec *keys)
{
    Sequence *sequence = arena_make(arena, Sequence);
    *sequence = (Sequence){.kind = kind, .keys = keys};
    return sequence;
}

/* A name that came before gets a number, as dbt gives it. */
static StrVec distinct_names(Arena *arena, const StrVec *names)
{
    StrVec distinct = {0};
    for (size_t i = 0; i < names->count; i++) {
        const char *name = names->items[i];
        int seen = 1;
        for (size_t j = 0; j < i; j++) {
            seen += str_eq(names->items[j], name);
        }
        vec_push(arena, &distinct,
                 seen > 1 ? arena_printf(arena, "%s_%d", name, seen) : arena_strdup(arena, name));
    }
    return distinct;
}

static bool add_columns(JinjaRun *run, const Answer *answer, Table *table)
{
    for (size_t i = 0; i < answer->columns.count; i++) {
        Sequence *column = new_sequence(run->arena, "Column", NULL);
        size_t count = answer->rows.count;
        column->name = table->names.items[i];
        column->number = i;
        column->values = (PyList){.items = arena_array(run->arena, count + 1, sizeof(PyValue)),
                                  .count = count,
                                  .cap = count};
        const char *what = sql_column_values(run, answer, i, column->values.items);
        if (what) {
            jinja_fail(run, P_UNSUPPORTED, "column \"%s\" of the answer holds %s", column->name,
                       what);
            jinja_error(run)->hint =
                arena_printf(run->diags->arena, "cast it in the query: \"%s\"::text", column->name);
            return false;
        }
        vec_push(run->arena, &table->columns.values,
                 jinja_object(run->arena, &sequence_class, column));
    }
    return true;
}

bool agate_table(JinjaRun *run, const Answer *answer, PyValue *out)
{
    Table *table = arena_make(run->arena, Table);
    table->names = distinct_names(run->arena, &answer->columns);
    table->rows = (Sequence){.kind = "MappedSequence"};
    table->columns = (Sequence){.kind = "MappedSequence", .keys = &table->names};
    if (!jinja_charge(run, answer->rows.count * answer->columns.count) ||
        !add_columns(run, answer, table)) {
        return false;
    }
    for (size_t i = 0; i < answer->rows.count; i++) {
        Sequence *row = new_sequence(run->arena, "Row", &table->names);
        vec_each (PyValue, column, &table->columns.values) {
            vec_push(run->arena, &row->values, jinja_sequence_of(*column)->items[i]);
        }
        vec_push(run->arena, &table->rows.values, jinja_object(run->arena, &sequence_class, row));
    }
    table->rows_value = jinja_object(run->arena, &sequence_class, &table->rows);
    table->columns_value = jinja_object(run->arena, &sequence_class, &table->columns);
    *out = jinja_object(run->arena, &table_class, table);
    return true;
}

PyValue agate_matrix(Arena *arena, PyValue table)
{
    PyValue matrix = py_list(arena);
    const PyList *rows = jinja_sequence_of(table);
    for (size_t i = 0; i < rows->count; i++) {
        py_append(arena, matrix, tuple_of(arena, jinja_sequence_of(rows->items[i]), true));
    }
    return matrix;
}
