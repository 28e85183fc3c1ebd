
    
    



select name
from "materialize"."public"."daily_v2"
where name is null


