--a

--b
  WITH
-- c
 x as (select 1) select * from {{ ref("eph_a") }}
