{{ config(materialized='materialized_view', indexes=[{'columns': ['id'], 'clustr': 'x'}]) }}
select 1 as id
