/*
 * dbt's macros for all databases (dbt.type_string(), dbt.dateadd() ...) as they come out for
 * Materialize, white space included. Each goes through dispatch, so that a project can override it.
 */
#include "reader.h"

#include "cutover/str.h"

typedef struct CrossMacro {
    const char *name, *params, *body;
} CrossMacro;

static const CrossMacro table[] = {
    {"type_string", "", "TEXT"},
    {"type_timestamp", "", "timestamp"},
    {"type_int", "", "integer"},
    {"type_bigint", "", "bigint"},
    {"type_boolean", "", "boolean"},
    {"type_numeric", "", "numeric(28,6)"},
    {"type_float", "", "float"},
    {"current_timestamp", "", "now()"},
    {"dateadd", "datepart, interval, from_date_or_timestamp",
     "\n\n    {{ from_date_or_timestamp }} + ((interval '1 {{ datepart }}') * ({{ interval "
     "}}))\n\n"},
    {"datediff", "first_date, second_date, datepart",
     "{% if datepart != 'day' %}{{ exceptions.raise_compiler_error('dbt.datediff by ' ~ datepart ~ "
     "' is not supported') }}{% endif %}\n        (({{ second_date }})::date - "
     "({{ first_date }})::date)\n    "},
    {"date_trunc", "datepart, date", "date_trunc('{{ datepart }}', {{ date }})"},
    {"concat", "fields", "{{ fields | join(' || ') }}"},
    {"hash", "field", "md5(cast({{ field }} as {{ dbt.type_string() }}))"},
    {"cast", "field, type", "cast({{ field }} as {{ type }})"},
    {"safe_cast", "field, type", "\n    \n    cast({{ field }} as {{ type }})\n"},
    {"length", "expression", "\n\n    length(\n        {{ expression }}\n    )"},
    {"position", "substring_text, string_text",
     "\n\n    position(\n        {{ substring_text }} in {{ string_text }}\n    )"},
    {"replace", "field, old_chars, new_chars",
     "\n\n    replace(\n        {{ field }},\n        {{ old_chars }},\n        {{ new_chars }}\n  "
     "  "
     ")\n\n\n"},
    {"right", "string_text, length_expression",
     "\n\n    right(\n        {{ string_text }},\n        {{ length_expression }}\n    )"},
    {"escape_single_quotes", "value", "{{ value | replace(\"'\", \"''\") }}"},
    {"string_literal", "value", "'{{ value }}'"},
    {"except", "", "\n\n    except\n\n"},
    {"intersect", "", "\n\n    intersect\n\n"},
    {"any_value", "expression", "min({{ expression }})"},
    {"bool_or", "expression", "bool_or({{ expression }})"},
};

const char *cross_db_text(Arena *arena)
{
    Buf text = buf_new(arena, 1u << 20);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const CrossMacro *it = &table[i];
        buf_printf(&text,
                   "{%% macro %s(%s) %%}{{ return(adapter.dispatch('%s', 'dbt')(%s)) }}"
                   "{%% endmacro %%}\n{%% macro default__%s(%s) %%}%s{%% endmacro %%}\n",
                   it->name, it->params, it->name, it->params, it->name, it->params, it->body);
    }
    return text.data;
}
