{{ config(materialized='view', indexes=[{'columns': ['customer_id'], 'cluster': 'serving'}]) }}
select o.customer_id, c.name, sum(o.cents) as cents
from {{ ref('orders_clean') }} o
join {{ ref('customers') }} c on c.id = o.customer_id
group by o.customer_id, c.name
