{% test on_day(model, day, moments, word) %}
select * from {{ model }} where {{ day.year }} = {{ day }} {{ day is string }} {{ word is string }} {{ moments }} {{ model.columns }}
{% endtest %}
