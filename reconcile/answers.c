#include "cutover/answers.h"

#include "cutover/str.h"

char *question_key(Arena *arena, const Question *question)
{
    switch (question->kind) {
    case QUESTION_COLUMNS:
        return arena_printf(arena, "columns %s", relname_key(arena, question->rel));
    case QUESTION_SCHEMA:
    case QUESTION_RELATIONS:
        return arena_printf(arena, "%s %s",
                            question->kind == QUESTION_SCHEMA ? "schema" : "relations",
                            schema_key(arena, question->rel.database, question->rel.schema));
    case QUESTION_QUERY:
        break;
    }
    return arena_printf(arena, "query %s", str_trim(arena, question->sql));
}

void answer_write(JsonOut *out, const char *key, const Answer *answer)
{
    json_open_object(out);
    json_put_str(out, "question", key);
    json_put_str(out, "tag", answer->tag);
    json_put_texts(out, "columns", &answer->columns);
    json_key(out, "types");
    json_open_array(out);
    vec_each (const uint32_t, it, &answer->types) {
        json_int(out, *it);
    }
    json_close_array(out);
    json_key(out, "rows");
    json_open_array(out);
    vec_each (const char **, row, &answer->rows) {
        json_open_array(out);
        for (size_t i = 0; i < answer->columns.count; i++) {
            json_str(out, (*row)[i]);
        }
        json_close_array(out);
    }
    json_close_array(out);
    json_close_object(out);
}

static const Json *array_of(const Json *json, const char *key)
{
    const Json *array = json_get(json, key);
    return array && array->type == JSON_IS_ARRAY ? array : NULL;
}

static bool read_row(Arena *arena, const Json *json, Answer *answer)
{
    size_t count = answer->columns.count;
    if (json->type != JSON_IS_ARRAY || json->count != count) {
        return false;
    }
    const char **row = arena_array(arena, count + 1, sizeof *row);
    for (size_t i = 0; i < count; i++) {
        row[i] = json->items[i]->type == JSON_IS_STRING ? json->items[i]->string : NULL;
    }
    vec_push(arena, &answer->rows, row);
    return true;
}

Answer *answer_read(Arena *arena, const Json *json, const char **key)
{
    const Json *columns = array_of(json, "columns"), *types = array_of(json, "types");
    const Json *rows = array_of(json, "rows");
    *key = json_get_str(json, "question");
    if (!*key || !columns || !types || !rows || columns->count != types->count) {
        return NULL;
    }
    Answer *answer = arena_make(arena, Answer);
    answer->tag = json_get_str(json, "tag");
    for (size_t i = 0; i < columns->count; i++) {
        const char *name = columns->items[i]->string;
        vec_push(arena, &answer->columns, name ? name : "");
        vec_push(arena, &answer->types, (uint32_t)types->items[i]->integer);
    }
    for (size_t i = 0; i < rows->count; i++) {
        if (!read_row(arena, rows->items[i], answer)) {
            return NULL;
        }
    }
    return answer;
}

bool answers_equal(const Answer *a, const Answer *b)
{
    bool same = a->columns.count == b->columns.count && a->rows.count == b->rows.count;
    for (size_t i = 0; same && i < a->columns.count; i++) {
        same = str_eq(a->columns.items[i], b->columns.items[i]) &&
               a->types.items[i] == b->types.items[i];
        for (size_t row = 0; same && row < a->rows.count; row++) {
            same = str_eq(a->rows.items[row][i], b->rows.items[row][i]);
        }
    }
    return same;
}
