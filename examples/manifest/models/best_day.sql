{{ config(materialized='view', post_hook="grant select on {{ this }} to reader") }}

select day from {{ ref('orders_by_country') }} order by {{ column_name('Rest of the world') }} desc limit 1
