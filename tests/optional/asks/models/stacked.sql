{{ config(materialized='view') }}
{{ stack([source('raw', 'orders'), source('raw', 'customers')]) }}
