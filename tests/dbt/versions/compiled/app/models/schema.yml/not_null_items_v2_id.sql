
    
    



select id
from "materialize"."public"."items_v2"
where id is null


