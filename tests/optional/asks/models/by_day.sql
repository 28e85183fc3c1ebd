{{ config(materialized='view') }}
select customer_id
{%- for day in values_of(source('raw', 'orders'), 'day') %}
  , sum(case when day = '{{ day }}' then amount else 0 end) as "d_{{ day | replace('-', '_') }}"
{%- endfor %}
  , {{ values_of(source('raw', 'customers'), 'region_id') }} as regions
from {{ source('raw', 'orders') }}
group by customer_id
