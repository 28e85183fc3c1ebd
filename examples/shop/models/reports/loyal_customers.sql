{{ config(materialized='view') }}

select customer_id, name, orders
from {{ ref('customers') }}
where orders >= {{ var('loyal_orders', 3) }}
