{{ config(materialized='view') }}
select {% for column in columns_but(source('raw', 'customers'), ['region_id']) %}{{ column.quoted }}{{ ', ' if not loop.last }}{% endfor %}
from {{ source('raw', 'customers') }}
