{{ config(schema='called', tags=['c'], materialized='table') }} select 1 as id
