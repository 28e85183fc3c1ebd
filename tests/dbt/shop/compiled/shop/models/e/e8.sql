--a

--b
  WITH
 __dbt__cte__eph_a as (
 select 1 as a
), -- c
 x as (select 1) select * from __dbt__cte__eph_a