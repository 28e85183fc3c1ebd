
-- hi
select * from {{ ref("eph_a") }};
-- end
