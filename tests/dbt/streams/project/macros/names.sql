{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name if custom_schema_name else target.schema }}
{%- endmacro %}
{% macro generate_alias_name(custom_alias_name=none, node=none) -%}
    {%- if custom_alias_name is none -%}{{ node.name | replace('stg__', '') }}{%- else -%}{{ custom_alias_name }}{%- endif -%}
{%- endmacro %}
