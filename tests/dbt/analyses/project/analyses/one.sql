{{ config(tags=['ana']) }}
select * from {{ ref('a') }} join {{ ref('e') }} on true -- {{ this }} {{ config.get('materialized') }} {{ model.resource_type }} {{ model.fqn }} {{ schema }}
