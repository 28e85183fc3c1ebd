{% test see(model, column_name) %}
{{ config(tags=['of_macro']) }}
select {{ column_name }} /* {{ this }} {{ model }} {{ config.get('schema') }} {{ config.get('severity') }} {{ config.get('alias') }}
{{ config.get('fail_calc') }} {{ config.get('limit', 7) }} {{ config.get('store_failures_as') }} {{ config.get('tags') }} */ from {{ model }} where false
{% endtest %}
