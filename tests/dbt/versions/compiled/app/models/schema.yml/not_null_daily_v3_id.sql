
    
    



select id
from "materialize"."public"."daily_wider"
where id is null


