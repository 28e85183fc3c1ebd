{{ config(group='fin') }} select * from {{ ref('a') }} join {{ ref('pm') }} on true
