/*
 * dbt's macros for all databases (dbt.type_string(), dbt.dateadd() ...) as they come out for
 * Materialize, white space included. Each goes through dispatch, so that a project can override it.
 */
#include "reader.h"

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
    {"date_trunc", "datepart, date", "date_trunc('{{ datepart }}', {{ date }})"},
    {"concat", "fields", "{{ fields | join(' || ') }}"},
    {"hash", "field", "md5(cast({{ field }} as {{ dbt.type_string() }}))"},
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
    {"array_append", "array, new_element", "array_append({{ array }}, {{ new_element }})"},
    {"array_concat", "array_1, array_2", "array_cat({{ array_1 }}, {{ array_2 }})"},
    {"equals", "expr1, expr2", "({{ expr1 }} = {{ expr2 }})\n"},
};

/* Those that choose by their arguments, call each other, or print around what they dispatch to. */
static const char choosing_text[] =
    "{% macro cast(field, type) %}{{ return(adapter.dispatch('cast', 'dbt')(field, type)) }}"
    "{% endmacro %}\n"
    "{% macro materialize__cast(expression, data_type) -%}\n"
    "{%- set null = expression.strip().lower() == 'null' %}\n"
    "{%- set type = data_type.strip().lower() %}\n"
    "{%- if null and type == 'map' -%}\n      NULL::map[text => text]\n"
    "{%- elif null and type == 'list' -%}\n       NULL::text list\n"
    "{%- elif null and type == 'record' -%}\n      (SELECT row() WHERE false)\n"
    "{%- else -%}\n      cast({{ expression }} as {{ data_type }})\n{%- endif -%}\n"
    "{%- endmacro %}\n"

    "{% macro array_construct(inputs=[], data_type='integer') %}"
    "{{ return(adapter.dispatch('array_construct', 'dbt')(inputs, data_type)) }}{% endmacro %}\n"
    "{% macro default__array_construct(inputs, data_type) %}{% if inputs|length > 0 %}\n"
    "    array[ {{ inputs|join(' , ') }} ]\n    {% else %}\n    array[]::{{ data_type }}[]\n"
    "    {% endif %}{% endmacro %}\n"

    "{% macro cast_bool_to_text(field) %}\n"
    "  {{ adapter.dispatch('cast_bool_to_text', 'dbt')(field) }}\n{% endmacro %}\n"
    "{% macro default__cast_bool_to_text(field) %}\n    cast({{ field }} as TEXT)\n{% endmacro %}\n"

    "{% macro datediff(first_date, second_date, datepart) %}"
    "{{ return(adapter.dispatch('datediff', 'dbt')(first_date, second_date, datepart)) }}"
    "{% endmacro %}\n"
    "{% macro postgres__datediff(first_date, second_date, datepart) -%}\n"
    "    {%- set fractions = {'second': 60, 'millisecond': 60000, 'microsecond': 60000000} -%}\n"
    "    {% if datepart == 'year' %}\n"
    "        (date_part('year', ({{second_date}})::date) - "
    "date_part('year', ({{first_date}})::date))\n"
    "    {% elif datepart == 'quarter' %}\n"
    "        ({{ datediff(first_date, second_date, 'year') }} * 4 + "
    "date_part('quarter', ({{second_date}})::date) - date_part('quarter', "
    "({{first_date}})::date))\n"
    "    {% elif datepart == 'month' %}\n"
    "        ({{ datediff(first_date, second_date, 'year') }} * 12 + "
    "date_part('month', ({{second_date}})::date) - date_part('month', ({{first_date}})::date))\n"
    "    {% elif datepart == 'day' %}\n"
    "        (({{second_date}})::date - ({{first_date}})::date)\n"
    "    {% elif datepart == 'week' %}\n"
    "        ({{ datediff(first_date, second_date, 'day') }} / 7 + case\n"
    "            when date_part('dow', ({{first_date}})::timestamp) <= "
    "date_part('dow', ({{second_date}})::timestamp) then\n"
    "                case when {{first_date}} <= {{second_date}} then 0 else -1 end\n"
    "            else\n"
    "                case when {{first_date}} <= {{second_date}} then 1 else 0 end\n        end)\n"
    "    {% elif datepart == 'hour' %}\n"
    "        ({{ datediff(first_date, second_date, 'day') }} * 24 + "
    "date_part('hour', ({{second_date}})::timestamp) - "
    "date_part('hour', ({{first_date}})::timestamp))\n"
    "    {% elif datepart == 'minute' %}\n"
    "        ({{ datediff(first_date, second_date, 'hour') }} * 60 + "
    "date_part('minute', ({{second_date}})::timestamp) - "
    "date_part('minute', ({{first_date}})::timestamp))\n"
    "    {% elif datepart in fractions %}\n"
    "        ({{ datediff(first_date, second_date, 'minute') }} * {{ fractions[datepart] }} + "
    "floor(date_part('{{ datepart }}', ({{second_date}})::timestamp)) - "
    "floor(date_part('{{ datepart }}', ({{first_date}})::timestamp)))\n"
    "    {% else %}\n"
    "        {{ exceptions.raise_compiler_error('Unsupported datepart for macro datediff in "
    "postgres: {!r}'.format(datepart)) }}\n    {% endif %}\n{%- endmacro %}\n"

    "{% macro last_day(date, datepart) %}"
    "{{ return(adapter.dispatch('last_day', 'dbt')(date, datepart)) }}{% endmacro %}\n"
    "{%- macro default_last_day(date, datepart) -%}\n"
    "    cast(\n        {{ dbt.dateadd('day', '-1', dbt.dateadd(datepart, '1', "
    "dbt.date_trunc(datepart, date))) }}\n        as date)\n{%- endmacro -%}\n"
    "{% macro default__last_day(date, datepart) -%}{{ dbt.default_last_day(date, datepart) }}"
    "{%- endmacro %}\n"
    "{% macro postgres__last_day(date, datepart) -%}\n"
    "    {%- if datepart == 'quarter' -%}\n"
    "    -- postgres dateadd does not support quarter interval.\n"
    "    cast(\n        {{ dbt.dateadd('day', '-1', dbt.dateadd('month', '3', "
    "dbt.date_trunc(datepart, date))) }}\n        as date)\n"
    "    {%- else -%}{{ dbt.default_last_day(date, datepart) }}{%- endif -%}\n{%- endmacro %}\n"

    "{% macro split_part(string_text, delimiter_text, part_number) %}"
    "{{ return(adapter.dispatch('split_part', 'dbt')(string_text, delimiter_text, part_number)) }}"
    "{% endmacro %}\n"
    "{% macro default__split_part(string_text, delimiter_text, part_number) %}\n\n"
    "    split_part(\n        {{ string_text }},\n        {{ delimiter_text }},\n"
    "        {{ part_number }}\n        )\n\n{% endmacro %}\n"
    "{% macro _split_part_negative(string_text, delimiter_text, part_number) %}\n\n"
    "    split_part(\n        {{ string_text }},\n        {{ delimiter_text }},\n"
    "          length({{ string_text }})\n          - length(\n"
    "              replace({{ string_text }},  {{ delimiter_text }}, '')\n"
    "          ) + 2 + {{ part_number }}\n        )\n\n{% endmacro %}\n"
    "{% macro postgres__split_part(string_text, delimiter_text, part_number) %}\n\n"
    "  {% if part_number >= 0 %}\n"
    "    {{ dbt.default__split_part(string_text, delimiter_text, part_number) }}\n"
    "  {% else %}\n"
    "    {{ dbt._split_part_negative(string_text, delimiter_text, part_number) }}\n"
    "  {% endif %}\n\n{% endmacro %}\n"

    "{% macro listagg(measure, delimiter_text=\"','\", order_by_clause=none, limit_num=none) %}"
    "{{ return(adapter.dispatch('listagg', 'dbt')(measure, delimiter_text, order_by_clause, "
    "limit_num)) }}{% endmacro %}\n"
    "{% macro materialize__listagg(measure, delimiter_text, order_by_clause, limit_num) %}"
    "{{ exceptions.raise_compiler_error('dbt.listagg is refused by dbt-materialize: call "
    "list_agg() "
    "or string_agg() in the SQL') }}{% endmacro %}\n";

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
    buf_text(&text, choosing_text);
    return text.data;
}
