{% macro one() %} {{ x( }} {% endmacro %}
{% macro two(a) %} {{ a }} {% endmacro %}
