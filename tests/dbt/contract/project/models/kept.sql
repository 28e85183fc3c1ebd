{{ config(materialized='materialized_view', retain_history='1hr') }}
select 1::bigint as id, 2::numeric as "Amount", now()::timestamp as at
