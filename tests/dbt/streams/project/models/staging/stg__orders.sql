{{ config(materialized='view', tags=['x'], post_hook={'sql': 'CREATE DEFAULT INDEX ON {{ this }}', 'transaction': false}) }}
{% set q %}select * from {{ ref('orders_table') }}{% endset %}
{{ q }}
