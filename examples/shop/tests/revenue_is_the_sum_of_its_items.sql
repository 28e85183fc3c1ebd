-- the days whose revenue is not what was sold on them
select d.day
from {{ ref('daily') }} d
join (
    select day, sum(revenue) as revenue
    from {{ ref('items_sold') }}
    group by day
) s on s.day = d.day
where s.revenue <> d.revenue
