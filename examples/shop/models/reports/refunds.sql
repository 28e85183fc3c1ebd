{{ config(materialized='view') }}

select
    o.order_id,
    o.customer_id,
    o.ordered_at,
    sum(l.amount) as amount
from {{ ref('orders_clean') }} o
join {{ ref('order_lines') }} l on l.order_id = o.order_id
where o.status = 'refunded'
group by o.order_id, o.customer_id, o.ordered_at
