#include "cutover/plan_columns.h"

#include "cutover/str.h"

enum { UNKNOWN_NAMED = 3 };

/* ---- what differs ---- */

static const char *type_of(const ColumnTypes *columns, const char *name)
{
    vec_each (ColumnType, it, columns) {
        if (str_eq(it->name, name)) {
            return it->type;
        }
    }
    return NULL;
}

static bool same_order(const ColumnTypes *a, const ColumnTypes *b)
{
    bool same = a->count == b->count;
    for (size_t i = 0; same && i < a->count; i++) {
        same = str_eq(a->items[i].name, b->items[i].name);
    }
    return same;
}

bool plan_columns_compare(Arena *arena, const ColumnTypes *live, const ColumnTypes *wanted,
                          RelationColumns *found)
{
    vec_each (ColumnType, it, wanted) {
        const char *from = type_of(live, it->name);
        if (!str_eq(from, it->type)) {
            vec_push(arena, &found->changes, ((ColumnChange){it->name, from, it->type}));
        }
    }
    vec_each (ColumnType, it, live) {
        if (!type_of(wanted, it->name)) {
            vec_push(arena, &found->changes, ((ColumnChange){it->name, it->type, NULL}));
        }
    }
    found->reordered = !found->changes.count && !same_order(live, wanted);
    return found->changes.count || found->reordered;
}

/* ---- how it is shown ---- */

static void write_change(Buf *out, const ColumnChange *change)
{
    if (!change->from) {
        buf_printf(out, "+ %s %s", change->name, change->to);
    } else if (!change->to) {
        buf_printf(out, "- %s", change->name);
    } else {
        buf_printf(out, "%s %s to %s", change->name, change->from, change->to);
    }
}

static void write_label(Buf *out, bool *first)
{
    buf_text(out, *first ? "Columns    " : "           ");
    *first = false;
}

static void write_relation(Buf *out, const RelationColumns *relation)
{
    buf_printf(out, "%s: ", relation->object);
    if (relation->refused) {
        buf_printf(out, "not known, Materialize refuses its query: %s", relation->why);
    } else if (relation->reordered) {
        buf_text(out, "in another order");
    }
    for (size_t i = 0; i < relation->changes.count; i++) {
        buf_text(out, i ? ", " : "");
        write_change(out, &relation->changes.items[i]);
    }
    buf_char(out, '\n');
}

/* Those that are known only later share a line. */
static void write_unknown(Buf *out, const PlanColumns *columns, bool *first)
{
    StrVec names = {0};
    vec_each (RelationColumns, it, columns) {
        if (it->why && !it->refused) {
            vec_push(out->arena, &names, it->object);
        }
    }
    size_t more = names.count > UNKNOWN_NAMED ? names.count - UNKNOWN_NAMED : 0;
    names.count -= more;
    if (names.count) {
        write_label(out, first);
        buf_printf(out, "known when green is built: %s", str_join(out->arena, &names, ", "));
        buf_printf(out, more ? " and %zu more\n" : "\n", more);
    }
}

void plan_columns_write_text(Buf *out, const PlanColumns *columns)
{
    if (!columns) {
        return;
    }
    bool first = true;
    vec_each (RelationColumns, it, columns) {
        if (!it->why || it->refused) {
            write_label(out, &first);
            write_relation(out, it);
        }
    }
    write_unknown(out, columns, &first);
}

void plan_columns_write_json(JsonOut *out, const PlanColumns *columns)
{
    if (!columns) {
        return;
    }
    json_key(out, "columns");
    json_open_array(out);
    vec_each (RelationColumns, it, columns) {
        json_open_object(out);
        json_put_str(out, "object", it->object);
        json_put_str(out, "unknown", it->why);
        json_key(out, "changes");
        json_open_array(out);
        for (size_t i = 0; i < it->changes.count; i++) {
            const ColumnChange *change = &it->changes.items[i];
            json_open_object(out);
            json_put_str(out, "name", change->name);
            json_put_str(out, "from", change->from);
            json_put_str(out, "to", change->to);
            json_close_object(out);
        }
        json_close_array(out);
        json_put_bool(out, "reordered", it->reordered);
        json_close_object(out);
    }
    json_close_array(out);
}
