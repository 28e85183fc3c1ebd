{{ config(materialized='materialized_view', indexes=[{'columns': ['day'], 'name': 'daily_day_idx'}]) }}
select day, count(*) as orders, sum(cents) as cents
from {{ ref('orders_clean') }}
group by day
