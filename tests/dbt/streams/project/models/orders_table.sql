{{ config(materialized='source_table', indexes=[{'columns': 'id'}]) }}
-- depends_on: {{ ref('kafka_orders') }}
FROM SOURCE {{ ref('kafka_orders') }} (REFERENCE "orders")
