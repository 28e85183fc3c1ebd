

with  __dbt__cte__eph as (

select * from "materialize"."public_raw"."orders_clean"
), x as (select 1) select * from __dbt__cte__eph, x