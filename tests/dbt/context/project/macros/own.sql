{% macro render(sql) %}<{{ sql }}>{% endmacro %}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ target.schema }}_{{ node.identifier }}_{{ node.version is none }}
{%- endmacro %}
