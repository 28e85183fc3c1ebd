{% macro raises(x) %}
  {{ exceptions.raise_compiler_error('no ' ~ x) }}
{% endmacro %}
