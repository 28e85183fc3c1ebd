{# A column's name out of a text of any kind. Regular expressions are beyond Cutover's own reader. #}
{% macro column_name(text) -%}
    {{ modules.re.sub('[^a-z0-9]+', '_', text | lower) }}
{%- endmacro %}
