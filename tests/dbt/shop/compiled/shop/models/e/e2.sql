with recursive  __dbt__cte__eph_a as (
 select 1 as a
), c as (select * from __dbt__cte__eph_a) select * from c