{{ config(materialized='materialized_view', indexes=[{'columns': ['day']}]) }}

-- the item that brought most on each day, and its share
select distinct on (s.day)
    s.day,
    s.item,
    s.revenue,
    round(s.revenue / d.revenue, 3) as share
from {{ ref('items_sold') }} s
join {{ ref('daily') }} d on d.day = s.day
order by s.day, s.revenue desc, s.item
