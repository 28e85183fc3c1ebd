{{ config(group='fin') }} select * from {{ ref('a') }} join {{ ref('lonely') }} on true
