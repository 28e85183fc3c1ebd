

  with recursive c as (select * from {{ ref("eph_a") }}) select * from c

