select * from {{ ref('daily', v=1) }} where id is null
