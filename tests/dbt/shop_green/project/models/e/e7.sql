select * from (with x as (select 1) select * from {{ ref("eph_a") }})
