{{ config(materialized='materialized_view') }}

select
    o.ordered_at::date as day,
    l.item_id,
    l.item,
    sum(l.quantity) as quantity,
    sum(l.amount) as revenue
from {{ ref('orders_clean') }} o
join {{ ref('order_lines') }} l on l.order_id = o.order_id
where o.status <> 'cancelled'
group by o.ordered_at::date, l.item_id, l.item
