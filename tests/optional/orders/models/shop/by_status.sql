{{ config(materialized='materialized_view', indexes=[{'default': True}, {'columns': ['status'], 'name': 'by_status_status'}]) }}
select o.status, count(*) as orders, {{ euros('sum(o.cents)') }} as euros
from {{ ref('orders_clean') }} o
group by o.status
