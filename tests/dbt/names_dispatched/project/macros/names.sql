{% macro default__generate_schema_name(custom_schema_name, node) -%}
    {{ node.resource_type }}_{{ custom_schema_name or 'none' }}
{%- endmacro %}

{% macro generate_alias_name(custom_alias_name=none, node=none) -%}
    {%- set prefix = 'n' if 'plain' in node.name else 'm' -%}
    {{ prefix }}_{{ custom_alias_name or node.name }}
{%- endmacro %}

{% macro generate_database_name(custom_database_name=none, node=none) -%}
    {%- set chosen -%}{{ node.config.database or target.database }}{%- endset -%}
    {{ chosen }}
{%- endmacro %}
