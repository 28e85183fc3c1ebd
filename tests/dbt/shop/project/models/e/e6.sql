(select * from {{ ref("eph_a") }})
