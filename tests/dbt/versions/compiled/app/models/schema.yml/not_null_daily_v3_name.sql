
    
    



select name
from "materialize"."public"."daily_wider"
where name is null


