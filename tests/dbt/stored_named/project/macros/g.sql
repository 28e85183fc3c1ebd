{% macro generate_schema_name(custom, node) %}{{ custom or target.schema }}_{{ node.resource_type }}{% endmacro %}
{% macro generate_alias_name(custom=none, node=none) %}x_{{ custom or node.name }}{% endmacro %}
{% macro generate_database_name(custom=none, node=none) %}{{ custom or 'dbx' }}{% endmacro %}
