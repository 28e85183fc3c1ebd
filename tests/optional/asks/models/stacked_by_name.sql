{{ config(materialized='view') }}
{{ stack(relations_like('%ers')) }}
