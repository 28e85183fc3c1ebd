{{ config(materialized='source_table') }}
FROM SOURCE {{ ref('tpch') }} (REFERENCE "tpch"."nation")
