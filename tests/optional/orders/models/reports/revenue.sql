{{ config(indexes=[{'default': True}]) }}
select country, sum(cents) as cents
from {{ ref('top_customers') }} t
join {{ ref('customers') }} c on c.customer_id = t.customer_id
group by country
