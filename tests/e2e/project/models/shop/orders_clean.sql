{{ config(materialized='view') }}
select o.id, o.customer_id, {{ cents('o.amount') }} as cents, o.day
from {{ source('raw', 'orders') }} o
where o.amount > 0
