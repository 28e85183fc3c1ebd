{{ config(indexes=[{'columns': ['day']}]) }}

select
    o.ordered_at::date as day,
    {%- for country in ['PT', 'BR', 'Rest of the world'] %}
    count(*) filter (where coalesce(n.group_name, 'Rest of the world') = '{{ country }}') as {{ column_name(country) }}{{ "," if not loop.last }}
    {%- endfor %}
from {{ source('raw', 'orders') }} o
join {{ source('raw', 'customers') }} c on c.id = o.customer_id
left join {{ ref('country_groups') }} n on n.country = c.country
group by o.ordered_at::date
