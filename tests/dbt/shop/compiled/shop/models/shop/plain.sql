with __dbt__cte__eph as (

select * from "materialize"."public_raw"."orders_clean"
),  __dbt__cte__eph2 as (


with x as (select 1) select * from __dbt__cte__eph, x
) -- comment
select * from __dbt__cte__eph2