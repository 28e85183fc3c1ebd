{{ config(materialized='ephemeral') }}
select id as order_id, customer_id, lower(trim(status)) as status, cents
from {{ source('app', 'orders') }}
where cents >= {{ var('smallest') }}
