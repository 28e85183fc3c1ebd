{% test dummy_positive(model, column_name, min=0) %}
select * from {{ model }} where {{ column_name }} <= {{ min }}
{% endtest %}
