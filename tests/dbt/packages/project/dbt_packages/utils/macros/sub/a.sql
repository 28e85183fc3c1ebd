{% macro key(fields) -%}
    {{ return(adapter.dispatch('key', 'utils')(fields)) }}
{%- endmacro %}
{% macro default__key(fields) -%}
    {%- for f in fields -%}
    coalesce(cast({{ f }} as {{ dbt.type_string() }}), ''){% if not loop.last %} || '-' || {% endif %}
    {%- endfor -%}
{%- endmacro %}
{% macro helper() %}{{ _inner() }}:{{ var('scoped', 'unseen') }}:{{ var('own', 'none') }}:{{ var('global') }}{% endmacro %}
{% macro _inner() %}inner-of-utils{% endmacro %}
{% macro dated(x) %}{{ return(adapter.dispatch('dated', 'utils')(x)) }}{% endmacro %}
{% macro default__dated(x) %}default {{ x }}{% endmacro %}
{% macro postgres__dated(x) %}postgres {{ x }}{% endmacro %}
{% test at_least(model, column_name, n, flag=true) %}
select {{ column_name }} from {{ model }} having count(*) < {{ n }} and {{ flag }}
{% endtest %}
