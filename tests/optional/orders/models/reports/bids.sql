{{ config(materialized='view', enabled=not var('deploy', false)) }}
-- depends_on: {{ ref('auction') }}, which makes the table that is read here
select count(*) as bids from {{ target.database }}.shop_raw.bids
