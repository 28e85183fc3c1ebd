{{ config(schema='marts', materialized='view') }}
select 1 as id
