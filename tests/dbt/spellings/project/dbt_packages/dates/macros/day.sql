{% macro day(relation) %}{{ relation }} {{ api.Relation.create(schema='calendar', identifier='days') }}{% endmacro %}
