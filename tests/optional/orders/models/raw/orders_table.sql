{{ config(materialized='source_table', alias='tpch_orders') }}
FROM SOURCE {{ ref('tpch') }} (REFERENCE "tpch"."orders")
