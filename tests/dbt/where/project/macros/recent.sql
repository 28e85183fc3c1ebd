{# Tests look at the newest rows alone, as dbt's documentation shows it. #}
{% macro materialize__get_where_subquery(relation) -%}
  {% set where = config.get('where') %}
  (select * from {{ relation }} where id >= 0{{ ' and ' ~ where if where }}) recent
{%- endmacro %}
