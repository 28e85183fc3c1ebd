{% macro default__key(fields) %}app_key({{ fields | join(', ') }}){% endmacro %}
{% macro _inner() %}inner-of-app{% endmacro %}
{% macro materialize__right(s, n) %}substr({{ s }}, -{{ n }}){% endmacro %}
{% macro wrap() %}<{{ caller() }}>{% endmacro %}
{% macro count_to(n) %}{% set ns = namespace(t=0) %}{% for i in range(n) %}{% set ns.t = ns.t + i %}{% endfor %}{{ ns.t }}{% endmacro %}
