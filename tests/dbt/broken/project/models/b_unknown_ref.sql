
{{ config(materialized='view') }}
select * from {{ ref('a_orders_clen') }}
join {{ ref('shop', 'nothing_like_it') }} using (id)
join {{ source('pg', 'oders') }} using (id)
join {{ ref('c_disabled') }} using (id)
