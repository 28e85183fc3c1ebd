{{ config(materialized='materialized_view', indexes=[{'default': True}]) }}

select
    o.ordered_at::date as day,
    count(distinct o.order_id) as orders,
    sum(l.amount) as revenue
from {{ ref('orders_clean') }} o
join {{ ref('order_lines') }} l on l.order_id = o.order_id
where o.status <> 'cancelled'
group by o.ordered_at::date
