{{ config(post_hook=[after_commit("grant select on {{ this }} to reader"), in_transaction("comment on view {{ this }} is 'totals'")]) }}
select count(*) as n from {{ ref('orders') }} -- {{ dates.day(this) | trim }}
