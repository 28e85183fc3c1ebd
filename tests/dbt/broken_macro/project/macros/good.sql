{% macro three() %}{{ one() }}{% endmacro %}
{% macro four() %}4{% endmacro %}
