{{ config(materialized='sink', cluster=var('sink_cluster')) }}
FROM {{ ref('agg') }}
INTO KAFKA CONNECTION kafka (TOPIC 'out')
FORMAT JSON ENVELOPE DEBEZIUM
