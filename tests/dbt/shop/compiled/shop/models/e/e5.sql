with __dbt__cte__eph_a as (
 select 1 as a
) -- hi
select * from __dbt__cte__eph_a;