{{ config(materialized='ephemeral') }}

with x as (select 1) select * from {{ ref('eph') }}, x
