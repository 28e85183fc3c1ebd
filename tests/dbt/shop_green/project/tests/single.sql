{{ config(severity='error', fail_calc='sum(x)') }}
select 1 as x from {{ ref('daily') }} where amount < 0
