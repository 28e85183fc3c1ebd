{{ config(materialized='materializedview', tags='b') }}
{%- set cols = ['a', 'b'] -%}
with c as (
  select * from {{ ref('eph2') }}
)
select {% for x in cols %}{{ x }}{{ ", " if not loop.last }}{% endfor %}, {{ cents('amount') }}, '{{ var("greeting") }}', {{ this.schema }}.x
from c join {{ ref('shop', 'eph') }} e using (id)
where {{ target.name == 'dev' }}
