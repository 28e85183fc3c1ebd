select c.id as customer_id, c.name, c.country, k.name as country_name
from {{ source('app', 'customers') }} c
left join {{ ref('countries') }} k on k.code = c.country
