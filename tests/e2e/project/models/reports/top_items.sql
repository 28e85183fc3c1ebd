{{ config(materialized='materialized_view') }}
select day, cents from {{ ref('daily') }} where cents > 0
