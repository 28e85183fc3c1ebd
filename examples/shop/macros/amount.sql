{#- Prices are stored in cents. -#}
{% macro amount(cents) -%}
    round({{ cents }} / 100.0, 2)
{%- endmacro %}
