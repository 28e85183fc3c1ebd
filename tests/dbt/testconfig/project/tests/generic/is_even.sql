{% test is_even(model, column_name) %}
{{ config(severity='warn', where='id > 3', tags=['even']) }}
select {{ column_name }} from {{ model }} where {{ column_name }} % 2 = 1
{% endtest %}
