{{ config(enabled='yes', materialized=none, contract=true, access='open', post_hook=[1], unique_key=1, full_refresh='yes') }} select 1 as id
