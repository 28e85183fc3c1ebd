  -- comment
select * from {{ ref('eph2') }}
