{{ config(materialized='materialized_view', indexes=[{'default': True}]) }}

select
    r.region,
    count(*) as customers,
    sum(c.orders) as orders
from {{ ref('customers') }} c
join {{ ref('regions') }} r on r.country = c.country
group by r.region
