{{ config(materialized='materialized_view', indexes=[{'columns': ['customer_id']}]) }}

select
    c.id as customer_id,
    c.name,
    c.country,
    count(o.order_id) as orders
from {{ source('raw', 'customers') }} c
left join {{ ref('orders_clean') }} o on o.customer_id = c.id
group by c.id, c.name, c.country
