{{ config(materialized='materialized_view', indexes=[{'default': true}]) }}
select c.id, c.name, r.region
from {{ source('raw', 'customers') }} c
join {{ ref('regions') }} r on r.id = c.region_id
