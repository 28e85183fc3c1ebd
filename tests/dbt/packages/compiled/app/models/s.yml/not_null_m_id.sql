
    
    



select *
from "materialize"."public"."m"
where id is null


