{{ config(materialized='view') }}

select
    l.order_id,
    l.item_id,
    i.name as item,
    l.quantity,
    {{ amount('l.quantity * i.price_cents') }} as amount
from {{ source('raw', 'lines') }} l
join {{ source('raw', 'items') }} i on i.id = l.item_id
