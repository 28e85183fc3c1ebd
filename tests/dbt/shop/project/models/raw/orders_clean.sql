{{ config(materialized='materialized_view', cluster='raw', indexes=[{'default': True}, {'columns': ['id', 'upper(state)'], 'cluster': 'serve'}], tags=['a']) }}
-- {{ ref('countries') }}
select id, state, amount
from {{ source('pg', 'orders') }}
{% if var('days') > 3 %}
where at > now() - interval '{{ var("days") }} days'
{% endif %}
