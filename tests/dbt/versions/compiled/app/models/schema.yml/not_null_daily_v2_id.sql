
    
    



select id
from "materialize"."public"."daily_v2"
where id is null


