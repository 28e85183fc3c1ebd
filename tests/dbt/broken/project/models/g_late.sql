{% if execute %}
select * from {{ ref('a_orders_clean') }}
{% endif %}
