{# A column's name out of a text of any kind. Compiled regular expressions are beyond Cutover's own reader. #}
{% macro column_name(text) -%}
    {%- set other = modules.re.compile('[^a-z0-9]+') -%}
    {{ other.sub('_', text | lower) }}
{%- endmacro %}
