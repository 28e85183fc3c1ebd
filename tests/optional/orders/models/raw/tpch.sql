{{ config(materialized='source', cluster='ingest') }}
FROM LOAD GENERATOR TPCH (SCALE FACTOR 0.01)
