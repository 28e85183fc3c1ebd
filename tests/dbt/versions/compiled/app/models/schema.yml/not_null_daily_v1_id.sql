
    
    



select id
from "materialize"."public_old"."daily_v1"
where id is null


