with  __dbt__cte__eph as (

select * from "materialize"."public_raw"."orders_clean"
),  __dbt__cte__eph2 as (


with x as (select 1) select * from __dbt__cte__eph, x
), c as (
  select * from __dbt__cte__eph2
)
select a, b, (amount / 100)::numeric, 'hello dev', public_shop.x
from c join __dbt__cte__eph e using (id)
where True