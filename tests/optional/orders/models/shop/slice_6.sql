{{ config(materialized='materialized_view', tags=['slice']) }}
select order_id, cents from {{ ref('orders_clean') }} where order_id % 6 = 5
